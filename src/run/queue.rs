//! The store, as the sender of one mailbox's acknowledgements sees it.

use jiff::Timestamp;

use crate::outbox::{Queue, Row};
use crate::store::{Store, StoreError};

/// The outbox rows of one mailbox.
#[derive(Debug, Clone)]
pub struct MailboxQueue {
    store: Store,
    mailbox: String,
}

impl MailboxQueue {
    /// The rows that this mailbox's server sends.
    #[must_use]
    pub fn new(store: Store, mailbox: &str) -> Self {
        Self { store, mailbox: mailbox.to_owned() }
    }
}

impl Queue for MailboxQueue {
    type Error = StoreError;

    async fn claim_due(&self, now: Timestamp, limit: u32) -> Result<Vec<Row>, StoreError> {
        let rows = self.store.claim_due(&self.mailbox, now, limit).await?;
        Ok(rows
            .into_iter()
            .map(|row| Row {
                id: row.id,
                attempt: row.attempt,
                to: row.to,
                raw: row.raw,
                written_at: row.created_at,
                perhaps_delivered: row.doubts > 0,
            })
            .collect())
    }

    async fn reached_data_end(&self, id: i64, attempt: u32) -> Result<(), StoreError> {
        self.store.reached_data_end(id, attempt).await
    }

    async fn sent(&self, id: i64, attempt: u32, reply: &str, now: Timestamp) -> Result<(), StoreError> {
        self.store.sent(id, attempt, reply, now).await
    }

    async fn wait(&self, id: i64, attempt: u32, until: Timestamp, error: &str) -> Result<(), StoreError> {
        self.store.wait(id, attempt, until, error).await
    }

    async fn fail(&self, id: i64, attempt: u32, error: &str) -> Result<(), StoreError> {
        self.store.fail(id, attempt, error).await
    }

    async fn uncertain(&self, id: i64, attempt: u32, until: Timestamp, error: &str) -> Result<(), StoreError> {
        self.store.uncertain(id, attempt, until, error).await
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.store.next_due(&self.mailbox).await
    }

    async fn note_contact(&self, now: Timestamp, trouble: Option<&str>) -> Result<(), StoreError> {
        self.store.note_contact(&format!("smtp {}", self.mailbox), now, trouble.unwrap_or("well")).await
    }
}

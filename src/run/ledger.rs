//! The store, as the mailbox reader sees it.

use jiff::Timestamp;

use crate::mailbox::{Batch, Cursor, DueFiling, Ledger};
use crate::store::{self, CursorMove, Incoming, Intake, Location, Store, StoreError};
use crate::understand::message::Message;

/// The store behind the mailbox reader.
#[derive(Debug, Clone)]
pub struct MailboxLedger {
    store: Store,
}

impl MailboxLedger {
    /// A ledger in this store.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self { store }
    }
}

impl Ledger for MailboxLedger {
    type Error = StoreError;

    async fn cursor(&self, mailbox: &str, folder: &str) -> Result<Option<Cursor>, StoreError> {
        let cursor = self.store.cursor(mailbox, folder).await?;
        Ok(cursor.map(|cursor| Cursor { uid_validity: cursor.uid_validity, last_uid: cursor.last_uid }))
    }

    async fn take_in(&self, batch: Batch) -> Result<usize, StoreError> {
        let cursor = store::Cursor { uid_validity: batch.cursor.uid_validity, last_uid: batch.cursor.last_uid };
        let mails: Vec<Incoming> = batch
            .arrivals
            .into_iter()
            .map(|arrival| Incoming {
                mailbox: batch.mailbox.clone(),
                message_id: message_id(&arrival.raw),
                received_at: arrival.received_at,
                location: Some(Location {
                    folder: batch.folder.clone(),
                    uid_validity: cursor.uid_validity,
                    uid: arrival.uid,
                }),
                oversize: arrival.oversize,
                raw: arrival.raw,
            })
            .collect();
        let moved = CursorMove { mailbox: batch.mailbox, folder: batch.folder, cursor };
        let intakes = self.store.take_in(&mails, Some(&moved)).await?;
        Ok(intakes.iter().filter(|intake| matches!(intake, Intake::New(_))).count())
    }

    async fn due_filings(
        &self,
        mailbox: &str,
        folder: &str,
        uid_validity: u32,
        limit: usize,
    ) -> Result<Vec<DueFiling>, StoreError> {
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        let due = self.store.due_filings(mailbox, folder, uid_validity, limit).await?;
        Ok(due.iter().map(|due| DueFiling { id: due.location_id, uid: due.uid, filing: due.filing }).collect())
    }

    async fn filed(&self, ids: &[i64], now: Timestamp) -> Result<(), StoreError> {
        self.store.filed(ids, now).await
    }

    async fn note_contact(&self, mailbox: &str, now: Timestamp, trouble: Option<&str>) -> Result<(), StoreError> {
        self.store.note_contact(&format!("imap {mailbox}"), now, trouble.unwrap_or("well")).await
    }
}

/// The Message-ID, read from the head of the mail alone: intake must not depend on the whole of it being readable.
fn message_id(raw: &[u8]) -> Option<String> {
    let end = raw.windows(4).position(|window| window == b"\r\n\r\n").unwrap_or(raw.len());
    Message::parse(raw.get(..end)?, "").ok()?.message_id
}

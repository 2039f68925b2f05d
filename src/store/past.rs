//! Messages with what was once decided about them, to be read again under other rules.

use jiff::Timestamp;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::Store;
use super::columns::Columns;
use super::error::Result;
use super::intake::{StoredMessage, stored_message};
use crate::understand::decide::{Action, Reason};
use crate::understand::facts::intent::Kind;

/// A decided message and its outcome, as far as reading it led there.
#[derive(Debug, Clone, PartialEq)]
pub struct PastMessage {
    /// The message.
    pub message: StoredMessage,
    /// Its Message-ID, without angle brackets.
    pub message_id: Option<String>,
    /// When it was decided.
    pub decided_at: Timestamp,
    /// The event it was found to belong to.
    pub event: Option<String>,
    /// What it was found to be.
    pub kind: Kind,
    /// What was done.
    pub action: Action,
    /// Whether staff had to see it.
    pub human: bool,
    /// Why.
    pub reasons: Vec<Reason>,
    /// What was found to be typed.
    pub reply_text: String,
    /// The attendees, as in the output of `parse`.
    pub attendees: serde_json::Value,
    /// The address that answers went to.
    pub contact: Option<String>,
}

impl Store {
    /// Decided messages behind the one of this number, in the order of intake; none that was erased.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn past_messages(&self, behind: i64, limit: u32) -> Result<Vec<PastMessage>> {
        self.read("read decided messages", async |connection| {
            let rows = sqlx::query(
                "SELECT id, mailbox, raw, received_at, oversize, attempts, message_id, decided_at, event, kind, action,
                   human, reasons, reply_text, attendees, contact
                 FROM message
                 WHERE state = 'decided' AND erased_at IS NULL AND id > $1
                 ORDER BY id
                 LIMIT $2",
            )
            .bind(behind)
            .bind(i64::from(limit))
            .fetch_all(connection)
            .await?;
            rows.iter().map(past_message).collect()
        })
        .await
    }
}

fn past_message(row: &AnyRow) -> Result<PastMessage> {
    Ok(PastMessage {
        message: stored_message(row)?,
        message_id: row.try_get("message_id")?,
        decided_at: row.time("decided_at")?,
        event: row.try_get("event")?,
        kind: row.word("kind")?,
        action: row.word("action")?,
        human: row.flag("human")?,
        reasons: row.json("reasons")?,
        reply_text: row.try_get("reply_text")?,
        attendees: row.json("attendees")?,
        contact: row.try_get("contact")?,
    })
}

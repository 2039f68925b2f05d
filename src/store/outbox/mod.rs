//! The outbox: acknowledgements from the decision that owes them to their delivery.
//!
//! An attempt is counted and committed before the network is touched, and noted once more before DATA's final dot.
//! So after a crash it is known whether the server may have the mail: before the dot it is tried again, after it the
//! row is `uncertain`, and at most one further copy leaves by itself, with the same Message-ID.

mod attempt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::Store;
use super::columns::{Columns, json, word};
use super::error::{Result, StoreError};
use crate::event::Field;
use crate::registry::{Acknowledgement, AcknowledgementKind};

/// How long an acknowledgement rests that the server perhaps has, before its one further copy leaves: time enough for
/// a server that is merely slow to have delivered it.
pub const REST_OF_THE_UNCERTAIN: SignedDuration = SignedDuration::from_mins(30);

/// Where an acknowledgement stands (contract).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OutboxState {
    /// Never tried.
    Ready,
    /// Being tried now.
    Sending,
    /// Taken by the server.
    Sent,
    /// To be tried again.
    Waiting,
    /// Given up; staff must look.
    Failed,
    /// The connection broke after the final dot: the server perhaps has it.
    Uncertain,
}

/// An acknowledgement claimed for sending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxRow {
    /// Its number.
    pub id: i64,
    /// Number of this attempt, from 1; every report on it must name it.
    pub attempt: u32,
    /// Envelope recipient.
    pub to: String,
    /// The whole mail as it goes over the wire.
    pub raw: Vec<u8>,
    /// When it was written; from here on patience is counted.
    pub created_at: Timestamp,
    /// How many earlier attempts broke off after the final dot.
    pub doubts: u32,
}

/// An acknowledgement as listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OutboxEntry {
    /// Its number.
    pub id: i64,
    /// Envelope recipient.
    pub to: String,
    /// What kind of answer.
    pub kind: AcknowledgementKind,
    /// Decoded subject.
    pub subject: String,
    /// Its Message-ID, without angle brackets.
    pub message_id: String,
    /// Message-ID of the mail answered.
    pub in_reply_to: Option<String>,
    /// Where it stands.
    pub state: OutboxState,
    /// How often it was tried.
    pub attempts: u32,
    /// What it asks for.
    pub missing: Vec<Field>,
    /// When it is tried next; `None`: not by itself.
    pub due_at: Option<Timestamp>,
    /// The server's last words, or the error.
    pub last_reply: Option<String>,
    /// When it was written.
    pub created_at: Timestamp,
    /// When the server took it.
    pub sent_at: Option<Timestamp>,
}

impl Store {
    /// Claims acknowledgements of a mailbox that are due: each is `sending` with its attempt counted, durably, before this returns.
    ///
    /// # Errors
    /// When the database fails; nothing is claimed then.
    pub async fn claim_due(&self, mailbox: &str, now: Timestamp, limit: u32) -> Result<Vec<OutboxRow>> {
        self.write("claim acknowledgements to send", async |connection| {
            let rows = sqlx::query(
                "UPDATE outbox
                 SET state = 'sending', attempts = attempts + 1, due_at = NULL, data_end = 0
                 WHERE id IN (
                   SELECT outbox.id
                   FROM outbox
                   JOIN message ON message.id = outbox.message
                   WHERE message.mailbox = $1 AND outbox.due_at <= $2
                   ORDER BY outbox.due_at, outbox.id
                   LIMIT $3)
                 RETURNING id, attempts, recipient, raw, created_at, doubts",
            )
            .bind(mailbox)
            .bind(now.as_millisecond())
            .bind(i64::from(limit))
            .fetch_all(connection)
            .await?;
            let mut claimed = rows.iter().map(claimed).collect::<Result<Vec<_>>>()?;
            claimed.sort_by_key(|row| row.id);
            Ok(claimed)
        })
        .await
    }

    /// When the next acknowledgement of a mailbox is due; `None`: none is.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn next_due(&self, mailbox: &str) -> Result<Option<Timestamp>> {
        self.read("read when the next acknowledgement is due", async |connection| {
            sqlx::query(
                "SELECT MIN(outbox.due_at) AS next
                 FROM outbox
                 JOIN message ON message.id = outbox.message
                 WHERE outbox.due_at IS NOT NULL AND message.mailbox = $1",
            )
            .bind(mailbox)
            .fetch_one(connection)
            .await?
            .time_if_any("next")
        })
        .await
    }

    /// All acknowledgements, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn outbox_list(&self) -> Result<Vec<OutboxEntry>> {
        self.read("list the acknowledgements", async |connection| {
            let rows = sqlx::query(
                "SELECT id, recipient, kind, subject, message_id, in_reply_to, state, attempts, missing, due_at,
                   last_reply, created_at, sent_at
                 FROM outbox
                 ORDER BY id",
            )
            .fetch_all(connection)
            .await?;
            rows.iter().map(entry).collect()
        })
        .await
    }

    /// Makes an acknowledgement due at once: staff want it tried (again), whatever stopped it.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when it is sent or being sent, [`StoreError::NotFound`] when there is none.
    pub async fn outbox_retry(&self, id: i64, now: Timestamp) -> Result<()> {
        self.write("make an acknowledgement due", async |connection| {
            let row = sqlx::query(
                "SELECT state
                 FROM outbox
                 WHERE id = $1",
            )
            .bind(id)
            .fetch_optional(&mut *connection)
            .await?;
            match row.ok_or(StoreError::NotFound { what: "acknowledgement", id })?.word("state")? {
                OutboxState::Sent => return Err(StoreError::refused("it is sent already")),
                OutboxState::Sending => return Err(StoreError::refused("it is being sent")),
                OutboxState::Ready | OutboxState::Waiting | OutboxState::Failed | OutboxState::Uncertain => {}
            }
            sqlx::query(
                "UPDATE outbox
                 SET state = CASE WHEN doubts > 0 THEN 'uncertain' ELSE 'ready' END, due_at = $2
                 WHERE id = $1",
            )
            .bind(id)
            .bind(now.as_millisecond())
            .execute(connection)
            .await?;
            Ok(())
        })
        .await
    }
}

/// Writes an acknowledgement that a decision owes, due at once; returns its number.
pub(super) async fn enqueue(
    connection: &mut AnyConnection,
    message: i64,
    acknowledgement: &Acknowledgement,
    now: Timestamp,
) -> Result<i64> {
    let row = sqlx::query(
        "INSERT INTO outbox (message, kind, recipient, subject, message_id, in_reply_to, missing, raw, state, attempts,
           due_at, data_end, doubts, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'ready', 0, $9, 0, 0, $9)
         RETURNING id",
    )
    .bind(message)
    .bind(word(&acknowledgement.kind)?)
    .bind(acknowledgement.to.to_lowercase())
    .bind(&acknowledgement.subject)
    .bind(&acknowledgement.message_id)
    .bind(acknowledgement.in_reply_to.as_deref())
    .bind(json(&acknowledgement.missing)?)
    .bind(acknowledgement.raw.as_slice())
    .bind(now.as_millisecond())
    .fetch_one(connection)
    .await?;
    Ok(row.try_get("id")?)
}

fn claimed(row: &AnyRow) -> Result<OutboxRow> {
    Ok(OutboxRow {
        id: row.try_get("id")?,
        attempt: row.number("attempts")?,
        to: row.try_get("recipient")?,
        raw: row.try_get("raw")?,
        created_at: row.time("created_at")?,
        doubts: row.number("doubts")?,
    })
}

fn entry(row: &AnyRow) -> Result<OutboxEntry> {
    Ok(OutboxEntry {
        id: row.try_get("id")?,
        to: row.try_get("recipient")?,
        kind: row.word("kind")?,
        subject: row.try_get("subject")?,
        message_id: row.try_get("message_id")?,
        in_reply_to: row.try_get("in_reply_to")?,
        state: row.word("state")?,
        attempts: row.number("attempts")?,
        missing: row.json("missing")?,
        due_at: row.time_if_any("due_at")?,
        last_reply: row.try_get("last_reply")?,
        created_at: row.time("created_at")?,
        sent_at: row.time_if_any("sent_at")?,
    })
}

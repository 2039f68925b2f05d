//! The human queue: messages that staff must see, and what they decided.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::Store;
use super::columns::{Columns, word};
use super::error::{Result, StoreError};
use super::outbox::enqueue;
use super::outcome::Committed;
use super::records::{Source, apply};
use crate::registry::{Acknowledgement, Change};
use crate::understand::decide::{Action, Reason};
use crate::understand::facts::intent::Kind;

/// Where a review item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ReviewState {
    /// Staff must look.
    Open,
    /// Taken as proposed.
    Accepted,
    /// Taken with corrections.
    Corrected,
    /// The sender was asked.
    Asked,
    /// Nothing is to be done.
    Dismissed,
}

/// A review item as listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReviewEntry {
    /// Its number.
    pub id: i64,
    /// Message-ID of the message.
    pub message_id: Option<String>,
    /// The event, if that is clear.
    pub event: Option<String>,
    /// What the message is.
    pub kind: Kind,
    /// Why staff must look.
    pub reasons: Vec<Reason>,
    /// Arrival of the message.
    pub received_at: Timestamp,
    /// Whether nothing was done with the message yet; otherwise it was recorded and only asks to be seen.
    pub blocking: bool,
}

/// A review item with all that staff need to decide.
#[derive(Debug, Clone, PartialEq)]
pub struct ReviewItem {
    /// As listed.
    pub entry: ReviewEntry,
    /// The store's number of the message.
    pub message: i64,
    /// Name of the mailbox that it came to.
    pub mailbox: String,
    /// Language of the reply.
    pub language: String,
    /// What was done with the message.
    pub action: Action,
    /// What the sender typed.
    pub reply_text: String,
    /// The proposal, as in the output of `parse`.
    pub attendees: serde_json::Value,
    /// Address that answers go to.
    pub contact: Option<String>,
    /// Where the item stands.
    pub state: ReviewState,
    /// What staff wrote beside their decision.
    pub note: Option<String>,
    /// Who decided, and when.
    pub decided: Option<(String, Timestamp)>,
}

/// What staff decide.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// Accepted, corrected, asked or dismissed.
    pub state: ReviewState,
    /// A note for colleagues.
    pub note: Option<String>,
    /// The event, where the message left it unclear.
    pub event: Option<String>,
    /// Where answers go, where that differs from the proposal.
    pub contact: Option<String>,
    /// What changes in the registry.
    pub changes: Vec<Change>,
    /// The answer to send.
    pub acknowledgement: Option<Acknowledgement>,
}

impl Store {
    /// The open review items, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn review_list(&self) -> Result<Vec<ReviewEntry>> {
        self.read("list the review items", async |connection| {
            let rows = sqlx::query(
                "SELECT item.id, item.blocking, message.message_id, message.event, message.kind, message.reasons,
                   message.received_at
                 FROM review_item AS item
                 JOIN message ON message.id = item.message
                 WHERE item.state = 'open'
                 ORDER BY item.id",
            )
            .fetch_all(connection)
            .await?;
            rows.iter().map(entry).collect()
        })
        .await
    }

    /// One review item, open or decided.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn review_show(&self, id: i64) -> Result<ReviewItem> {
        self.read("read a review item", async |connection| read_item(connection, id).await).await
    }

    /// Carries out what staff decide, once: the first of two decisions stands.
    ///
    /// # Errors
    /// [`StoreError::AlreadyReviewed`], [`StoreError::Stale`], [`StoreError::NotFound`], [`StoreError::Refused`].
    pub async fn review_decide(&self, id: i64, verdict: &Verdict, by: &str, now: Timestamp) -> Result<Committed> {
        self.write("decide a review item", async |connection| {
            if verdict.state == ReviewState::Open {
                return Err(StoreError::refused("open is not a decision"));
            }
            let item = read_item(connection, id).await?;
            if let Some((by, at)) = item.decided {
                return Err(StoreError::AlreadyReviewed { item: id, by, at });
            }
            close_item(connection, id, verdict, by, now).await?;
            let event = verdict.event.as_deref().or(item.entry.event.as_deref());
            let contact = verdict.contact.as_deref().or(item.contact.as_deref());
            settle_message(connection, item.message, event, contact).await?;
            let source = Source {
                event,
                contact,
                language: &item.language,
                message: Some(item.message),
                staff: Some(by),
                at: now,
            };
            let mut committed = Committed { review: Some(id), ..Committed::default() };
            for change in &verdict.changes {
                committed.records.push(apply(connection, change, &source).await?);
            }
            if let Some(acknowledgement) = &verdict.acknowledgement {
                committed.outbox = Some(enqueue(connection, item.message, acknowledgement, now).await?);
            }
            Ok(committed)
        })
        .await
    }
}

/// Opens a review item for a message; returns its number.
pub(super) async fn open_item(connection: &mut AnyConnection, message: i64, blocking: bool) -> Result<i64> {
    let row = sqlx::query(
        "INSERT INTO review_item (message, blocking, state)
         VALUES ($1, $2, 'open')
         RETURNING id",
    )
    .bind(message)
    .bind(i64::from(blocking))
    .fetch_one(connection)
    .await?;
    Ok(row.try_get("id")?)
}

async fn close_item(
    connection: &mut AnyConnection,
    id: i64,
    verdict: &Verdict,
    by: &str,
    now: Timestamp,
) -> Result<()> {
    sqlx::query(
        "UPDATE review_item
         SET state = $2, note = $3, decided_by = $4, decided_at = $5, acknowledgement = $6
         WHERE id = $1",
    )
    .bind(id)
    .bind(word(&verdict.state)?)
    .bind(verdict.note.as_deref())
    .bind(by)
    .bind(now.as_millisecond())
    .bind(verdict.acknowledgement.as_ref().map(|acknowledgement| &acknowledgement.message_id))
    .execute(connection)
    .await?;
    Ok(())
}

/// Event and contact of the message as staff see them, so that an answer to the acknowledgement is understood.
async fn settle_message(
    connection: &mut AnyConnection,
    message: i64,
    event: Option<&str>,
    contact: Option<&str>,
) -> Result<()> {
    sqlx::query(
        "UPDATE message
         SET event = $2, contact = $3
         WHERE id = $1",
    )
    .bind(message)
    .bind(event)
    .bind(contact.map(str::to_lowercase))
    .execute(connection)
    .await?;
    Ok(())
}

async fn read_item(connection: &mut AnyConnection, id: i64) -> Result<ReviewItem> {
    let row = sqlx::query(
        "SELECT item.id, item.blocking, item.message, item.state, item.note, item.decided_by, item.decided_at,
           message.message_id, message.mailbox, message.event, message.language, message.kind, message.action,
           message.reasons, message.reply_text, message.attendees, message.contact, message.received_at
         FROM review_item AS item
         JOIN message ON message.id = item.message
         WHERE item.id = $1",
    )
    .bind(id)
    .fetch_optional(connection)
    .await?;
    let row = row.ok_or(StoreError::NotFound { what: "review item", id })?;
    Ok(ReviewItem {
        entry: entry(&row)?,
        message: row.try_get("message")?,
        mailbox: row.try_get("mailbox")?,
        language: row.try_get("language")?,
        action: row.word("action")?,
        reply_text: row.try_get("reply_text")?,
        attendees: row.json("attendees")?,
        contact: row.try_get("contact")?,
        state: row.word("state")?,
        note: row.try_get("note")?,
        decided: row.try_get::<Option<String>, _>("decided_by")?.zip(row.time_if_any("decided_at")?),
    })
}

fn entry(row: &AnyRow) -> Result<ReviewEntry> {
    Ok(ReviewEntry {
        id: row.try_get("id")?,
        message_id: row.try_get("message_id")?,
        event: row.try_get("event")?,
        kind: row.word("kind")?,
        reasons: row.json("reasons")?,
        received_at: row.time("received_at")?,
        blocking: row.flag("blocking")?,
    })
}

//! Storing what follows from a message: its outcome, the changes of the registry, the review item and the
//! acknowledgement to send, in one transaction.

use jiff::Timestamp;
use sqlx::AnyConnection;

use super::Store;
use super::columns::{Columns, json, word};
use super::error::{Result, StoreError};
use super::outbox::enqueue;
use super::records::{Source, apply};
use super::review::open_item;
use crate::registry::{Change, Outcome, Status};
use crate::understand::decide::Action;

/// What a decision left behind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Committed {
    /// The records made or changed, in the order of the changes.
    pub records: Vec<i64>,
    /// The review item opened or decided.
    pub review: Option<i64>,
    /// The acknowledgement to send.
    pub outbox: Option<i64>,
}

impl Store {
    /// Stores all that follows from a message, once.
    ///
    /// # Errors
    /// [`StoreError::AlreadyDecided`] when it has its outcome; [`StoreError::Stale`] when a record has changed since it
    /// was read: look up what is known and decide again; [`StoreError::Refused`] when the outcome contradicts itself.
    pub async fn commit(&self, message: i64, outcome: &Outcome, now: Timestamp) -> Result<Committed> {
        self.write("store a message's outcome", async |connection| {
            refuse_contradiction(outcome)?;
            let received_at = decide(connection, message, outcome, now).await?;
            let source = Source {
                event: outcome.event.as_deref(),
                contact: outcome.contact.as_deref(),
                language: &outcome.language,
                message: Some(message),
                staff: None,
                at: received_at,
            };
            let mut committed = Committed::default();
            for change in &outcome.changes {
                committed.records.push(apply(connection, change, &source).await?);
            }
            if outcome.human || outcome.action == Action::Review {
                committed.review = Some(open_item(connection, message, outcome.action == Action::Review).await?);
            }
            if let Some(acknowledgement) = &outcome.acknowledgement {
                committed.outbox = Some(enqueue(connection, message, acknowledgement, now).await?);
            }
            if let Some(address) = &outcome.undeliverable {
                mark_undeliverable(connection, address, now).await?;
            }
            Ok(committed)
        })
        .await
    }
}

/// The last line of defence of two promises: what is ignored has no effect, and what is under review changes nothing
/// but what plainly says of itself that it is under review.
fn refuse_contradiction(outcome: &Outcome) -> Result<()> {
    let settles = |change: &Change| match change {
        Change::Create { status, .. } => *status != Status::InReview,
        Change::Revise { .. } => true,
    };
    match outcome.action {
        Action::Ignore if outcome.acknowledgement.is_some() => {
            Err(StoreError::refused("an ignored message is never answered"))
        }
        Action::Ignore if !outcome.changes.is_empty() => {
            Err(StoreError::refused("an ignored message changes no record"))
        }
        Action::Review if outcome.changes.iter().any(settles) => {
            Err(StoreError::refused("a message under review changes no record"))
        }
        _ => Ok(()),
    }
}

/// Writes the outcome's columns; returns the message's arrival.
async fn decide(connection: &mut AnyConnection, message: i64, outcome: &Outcome, now: Timestamp) -> Result<Timestamp> {
    let row = sqlx::query(
        "UPDATE message
         SET state = 'decided', decided_at = $2, event = $3, language = $4, kind = $5, action = $6, human = $7,
           reasons = $8, reply_text = $9, attendees = $10, contact = $11, filing = $12, acknowledgement = $13
         -- exactly one row, or it is decided already
         WHERE id = $1 AND state = 'received'
         RETURNING received_at",
    )
    .bind(message)
    .bind(now.as_millisecond())
    .bind(outcome.event.as_deref())
    .bind(&outcome.language)
    .bind(word(&outcome.kind)?)
    .bind(word(&outcome.action)?)
    .bind(i64::from(outcome.human))
    .bind(json(&outcome.reasons)?)
    .bind(&outcome.reply_text)
    .bind(json(&outcome.attendees)?)
    .bind(outcome.contact.as_deref().map(str::to_lowercase))
    .bind(word(&outcome.filing)?)
    .bind(outcome.acknowledgement.as_ref().map(|acknowledgement| &acknowledgement.message_id))
    .fetch_optional(connection)
    .await?;
    row.ok_or(StoreError::AlreadyDecided { message })?.time("received_at")
}

async fn mark_undeliverable(connection: &mut AnyConnection, address: &str, now: Timestamp) -> Result<()> {
    sqlx::query(
        "INSERT INTO undeliverable (address, since)
         VALUES ($1, $2)
         ON CONFLICT (address) DO NOTHING",
    )
    .bind(address.to_lowercase())
    .bind(now.as_millisecond())
    .execute(connection)
    .await?;
    Ok(())
}

//! Looks up what the registry knows that bears on a message, before it is decided.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::Store;
use super::columns::Columns;
use super::error::Result;
use super::records::{read_record, record};
use crate::registry::{Answered, Known, KnownQuery, Record};

impl Store {
    /// What the registry knows of a message's senders and thread.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn known(&self, query: &KnownQuery) -> Result<Known> {
        self.read("look up what is known of a sender", async |connection| {
            let answers = answered(connection, &query.thread).await?;
            let mut records = BTreeMap::new();
            let mut asked = BTreeMap::new();
            for sender in &query.senders {
                let sender = sender.to_lowercase();
                for record in records_of(connection, &sender).await? {
                    records.insert(record.id, record);
                }
                for (event, count) in questions_to(connection, &sender).await? {
                    *asked.entry(event).or_insert(0) += count;
                }
            }
            for id in answers.iter().flat_map(|answered| &answered.records) {
                if !records.contains_key(id) {
                    records.insert(*id, read_record(connection, *id).await?);
                }
            }
            Ok(Known { records: records.into_values().collect(), answers, asked: asked.into_iter().collect() })
        })
        .await
    }

    /// How many acknowledgements were written to an address since a time, whatever became of them: the brake that
    /// holds when two robots answer each other.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn answers_since(&self, address: &str, since: Timestamp) -> Result<u32> {
        self.read("count the answers to an address", async |connection| {
            sqlx::query(
                "SELECT COUNT(*) AS answers
                 FROM outbox
                 WHERE recipient = $1 AND created_at > $2",
            )
            .bind(address.to_lowercase())
            .bind(since.as_millisecond())
            .fetch_one(connection)
            .await?
            .number("answers")
        })
        .await
    }
}

/// The records that an address is the contact or the attendee of.
async fn records_of(connection: &mut AnyConnection, address: &str) -> Result<Vec<Record>> {
    let rows = sqlx::query(
        "SELECT *
         FROM current_record
         WHERE id IN (
           SELECT id FROM record WHERE contact = $1
           UNION
           SELECT record FROM record_revision WHERE lower(email) = $1)
           AND (contact = $1 OR lower(email) = $1)",
    )
    .bind(address)
    .fetch_all(connection)
    .await?;
    rows.iter().map(record).collect()
}

/// Questions asked of an address since it was last sent a confirmation, by event.
async fn questions_to(connection: &mut AnyConnection, address: &str) -> Result<Vec<(String, u32)>> {
    let rows = sqlx::query(
        "SELECT message.event, COUNT(*) AS questions
         FROM outbox AS question
         JOIN message ON message.id = question.message
         WHERE question.recipient = $1 AND question.kind = 'ask' AND message.event IS NOT NULL
           AND NOT EXISTS (
             SELECT 1
             FROM outbox AS later
             JOIN message AS settled ON settled.id = later.message
             WHERE later.recipient = question.recipient AND later.kind = 'confirm' AND later.id > question.id
               AND settled.event = message.event)
         GROUP BY message.event",
    )
    .bind(address)
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok((row.try_get("event")?, row.number("questions")?))).collect()
}

/// The nearest of a thread's messages that is an acknowledgement of ours.
async fn answered(connection: &mut AnyConnection, thread: &[String]) -> Result<Option<Answered>> {
    for message_id in thread {
        let row = sqlx::query(
            "SELECT outbox.message_id, outbox.kind, outbox.recipient, outbox.missing, outbox.message, message.event
             FROM outbox
             JOIN message ON message.id = outbox.message
             WHERE outbox.message_id = $1",
        )
        .bind(message_id)
        .fetch_optional(&mut *connection)
        .await?;
        if let Some(row) = row {
            return Ok(Some(Answered {
                records: spoken_of(connection, &row).await?,
                message_id: row.try_get("message_id")?,
                kind: row.word("kind")?,
                event: row.try_get("event")?,
                to: row.try_get("recipient")?,
                missing: row.json("missing")?,
            }));
        }
    }
    Ok(None)
}

/// The records that an acknowledgement speaks of: those that its message made or changed, by itself or when staff
/// decided; where it changed none (it restated what stood), those of its recipient.
async fn spoken_of(connection: &mut AnyConnection, acknowledgement: &AnyRow) -> Result<Vec<i64>> {
    let changed = sqlx::query(
        "SELECT DISTINCT record AS id
         FROM record_revision
         WHERE message = $1
         ORDER BY id",
    )
    .bind(acknowledgement.try_get::<i64, _>("message")?)
    .fetch_all(&mut *connection)
    .await?;
    let rows = match changed.is_empty() {
        false => changed,
        true => {
            sqlx::query(
                "SELECT id
                 FROM record
                 WHERE contact = $1 AND event = $2
                 ORDER BY id",
            )
            .bind(acknowledgement.try_get::<String, _>("recipient")?)
            .bind(acknowledgement.try_get::<Option<String>, _>("event")?)
            .fetch_all(connection)
            .await?
        }
    };
    rows.iter().map(|row| Ok(row.try_get("id")?)).collect()
}

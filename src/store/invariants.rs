//! What must be true of the database at any moment, as statements that find what breaks it.

use sqlx::{AnyConnection, Row};

use super::Store;
use super::error::Result;

/// A statement that yields the `id`s of what breaks an invariant, and what then is to be said; `{}` is the id.
const INVARIANTS: [(&str, &str); 9] = [
    (
        "SELECT message.id
         FROM message
         LEFT JOIN review_item AS item ON item.message = message.id
         WHERE (message.action = 'review' AND (item.id IS NULL OR item.blocking = 0))
           OR (message.human = 1 AND item.id IS NULL)",
        "message {} should be seen by staff, but no review item says so",
    ),
    (
        "SELECT message.id
         FROM message
         JOIN review_item AS item ON item.message = message.id
         WHERE message.state = 'received' OR (message.action <> 'review' AND (item.blocking = 1 OR message.human = 0))",
        "message {} is not under review, but a review item says so",
    ),
    (
        "SELECT DISTINCT message.id
         FROM message
         JOIN record_revision AS revision ON revision.message = message.id
         WHERE revision.staff IS NULL AND (message.state = 'received' OR message.action = 'ignore'
           OR (message.action = 'review' AND revision.status <> 'in_review'))",
        "message {} changed a record although it is not recorded",
    ),
    (
        "SELECT message.id
         FROM message
         WHERE message.action IN ('record', 'ask') AND message.erased_at IS NULL
           AND NOT EXISTS (SELECT 1 FROM record_revision AS revision WHERE revision.message = message.id)
           AND NOT EXISTS (
             SELECT 1
             FROM current_record AS record
             WHERE record.event = message.event AND (record.contact = message.contact
               OR lower(record.email) = message.contact))",
        "message {} is recorded, but no record tells of it",
    ),
    (
        "SELECT message.id
         FROM message
         WHERE message.acknowledgement IS NOT NULL AND NOT EXISTS (
           SELECT 1
           FROM outbox
           WHERE outbox.message = message.id AND outbox.message_id = message.acknowledgement)",
        "message {} owes an acknowledgement that is not in the outbox",
    ),
    (
        "SELECT item.id
         FROM review_item AS item
         WHERE item.acknowledgement IS NOT NULL AND NOT EXISTS (
           SELECT 1
           FROM outbox
           WHERE outbox.message = item.message AND outbox.message_id = item.acknowledgement)",
        "review item {} owes an acknowledgement that is not in the outbox",
    ),
    (
        "SELECT outbox.id
         FROM outbox
         JOIN message ON message.id = outbox.message
         LEFT JOIN review_item AS item ON item.message = message.id
         WHERE COALESCE(message.acknowledgement, '') <> outbox.message_id
           AND COALESCE(item.acknowledgement, '') <> outbox.message_id",
        "acknowledgement {} is in the outbox, but no decision owes it",
    ),
    (
        "SELECT message.id
         FROM message
         WHERE message.action = 'ignore' AND message.acknowledgement IS NOT NULL",
        "message {} is ignored, but answered",
    ),
    (
        "SELECT record.id
         FROM record
         LEFT JOIN record_revision AS revision ON revision.record = record.id
         GROUP BY record.id, record.revision
         HAVING COUNT(revision.revision) <> record.revision OR COALESCE(MAX(revision.revision), 0) <> record.revision",
        "record {} lacks a part of its history",
    ),
];

impl Store {
    /// Looks for whatever must not be; each problem a sentence. Empty: all is well.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn check_invariants(&self) -> Result<Vec<String>> {
        self.read("check the database", async |connection| {
            let mut problems = integrity(connection).await?;
            for (statement, sentence) in INVARIANTS {
                for row in sqlx::query(statement).fetch_all(&mut *connection).await? {
                    problems.push(sentence.replace("{}", &row.try_get::<i64, _>("id")?.to_string()));
                }
            }
            Ok(problems)
        })
        .await
    }
}

/// SQLite's own view of its file.
async fn integrity(connection: &mut AnyConnection) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for row in sqlx::query("PRAGMA integrity_check").fetch_all(&mut *connection).await? {
        let found: String = row.try_get(0)?;
        if found != "ok" {
            problems.push(format!("the database file is damaged: {found}; restore a backup"));
        }
    }
    for row in sqlx::query("PRAGMA foreign_key_check").fetch_all(connection).await? {
        let (table, parent): (String, String) = (row.try_get("table")?, row.try_get("parent")?);
        problems.push(format!("a row of {table} refers to a row of {parent} that is not there"));
    }
    Ok(problems)
}

//! Records and their history: read as the newest revision, written only by adding revisions.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::Store;
use super::columns::{Columns, json, word};
use super::error::{Result, StoreError};
use crate::registry::{Change, Facts, Record, Status};
use crate::understand::facts::sessions::Answer;

/// One revision of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// Counted from 1.
    pub revision: i64,
    /// What was known.
    pub facts: Facts,
    /// Where it stood.
    pub status: Status,
    /// Language of the mail it came from.
    pub language: String,
    /// Arrival of that mail, or the time of the staff's decision.
    pub at: Timestamp,
    /// The store's number of the message it came from.
    pub message: Option<i64>,
    /// Message-ID of that message.
    pub source_message_id: Option<String>,
    /// Who of the staff entered or confirmed it; `None`: rsvpd alone.
    pub staff: Option<String>,
}

/// Where a change comes from.
pub(super) struct Source<'a> {
    pub event: Option<&'a str>,
    pub contact: Option<&'a str>,
    pub language: &'a str,
    pub message: Option<i64>,
    pub staff: Option<&'a str>,
    pub at: Timestamp,
}

impl Store {
    /// All records, or those of an event, in the order in which they were made.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn records(&self, event: Option<&str>) -> Result<Vec<Record>> {
        self.read("list the records", async |connection| {
            let rows = sqlx::query(
                "SELECT *
                 FROM current_record
                 WHERE event = $1 OR $1 IS NULL
                 ORDER BY id",
            )
            .bind(event)
            .fetch_all(connection)
            .await?;
            rows.iter().map(record).collect()
        })
        .await
    }

    /// One record.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn record(&self, id: i64) -> Result<Record> {
        self.read("read a record", async |connection| read_record(connection, id).await).await
    }

    /// Records of an event whose name is this one, whatever its capitals, punctuation and order of words.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn records_named(&self, event: &str, name: &str) -> Result<Vec<Record>> {
        self.read("look for records of a name", async |connection| {
            let rows = sqlx::query(
                "SELECT *
                 FROM current_record
                 WHERE event = $1 AND name_key = $2
                 ORDER BY id",
            )
            .bind(event)
            .bind(name_key(name))
            .fetch_all(connection)
            .await?;
            rows.iter().map(record).collect()
        })
        .await
    }

    /// A record's whole history, oldest first.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn history(&self, id: i64) -> Result<Vec<Revision>> {
        self.read("read a record's history", async |connection| {
            let rows = sqlx::query(
                "SELECT revision.revision, revision.name, revision.organization, revision.position, revision.sessions,
                   revision.email, revision.status, revision.language, revision.at, revision.message, revision.staff,
                   message.message_id AS source_message_id
                 FROM record_revision AS revision
                 LEFT JOIN message ON message.id = revision.message
                 WHERE revision.record = $1
                 ORDER BY revision.revision",
            )
            .bind(id)
            .fetch_all(connection)
            .await?;
            if rows.is_empty() {
                return Err(StoreError::NotFound { what: "record", id });
            }
            rows.iter().map(revision).collect()
        })
        .await
    }
}

/// Carries out a change; returns the record's number.
pub(super) async fn apply(connection: &mut AnyConnection, change: &Change, source: &Source<'_>) -> Result<i64> {
    match change {
        Change::Create { facts, status } => {
            let record = create(connection, facts, source).await?;
            add_revision(connection, record, 1, facts, *status, source).await?;
            Ok(record)
        }
        Change::Revise { record, from_revision, facts, status } => {
            let moved = sqlx::query(
                "UPDATE record
                 SET revision = revision + 1
                 WHERE id = $1 AND revision = $2",
            )
            .bind(*record)
            .bind(*from_revision)
            .execute(&mut *connection)
            .await?;
            if moved.rows_affected() != 1 {
                return Err(StoreError::Stale { record: *record });
            }
            add_revision(connection, *record, from_revision + 1, facts, *status, source).await?;
            Ok(*record)
        }
    }
}

async fn create(connection: &mut AnyConnection, facts: &Facts, source: &Source<'_>) -> Result<i64> {
    let event = source.event.ok_or_else(|| StoreError::refused("a new record needs an event"))?;
    let contact = source.contact.or(facts.email.as_deref());
    let contact = contact.ok_or_else(|| StoreError::refused("a new record needs an address that answers go to"))?;
    let row = sqlx::query(
        "INSERT INTO record (event, contact, revision, received_at)
         VALUES ($1, $2, 1, $3)
         RETURNING id",
    )
    .bind(event)
    .bind(contact.to_lowercase())
    .bind(source.at.as_millisecond())
    .fetch_one(connection)
    .await?;
    Ok(row.try_get("id")?)
}

async fn add_revision(
    connection: &mut AnyConnection,
    record: i64,
    number: i64,
    facts: &Facts,
    status: Status,
    source: &Source<'_>,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO record_revision (record, revision, name, name_key, organization, position, sessions, email,
           status, language, message, staff, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(record)
    .bind(number)
    .bind(facts.name.as_deref())
    .bind(facts.name.as_deref().map(name_key))
    .bind(facts.organization.as_deref())
    .bind(facts.position.as_deref())
    .bind(facts.sessions.as_ref().map(json).transpose()?)
    .bind(facts.email.as_deref())
    .bind(word(&status)?)
    .bind(source.language)
    .bind(source.message)
    .bind(source.staff)
    .bind(source.at.as_millisecond())
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn read_record(connection: &mut AnyConnection, id: i64) -> Result<Record> {
    let row = sqlx::query(
        "SELECT *
         FROM current_record
         WHERE id = $1",
    )
    .bind(id)
    .fetch_optional(connection)
    .await?;
    record(&row.ok_or(StoreError::NotFound { what: "record", id })?)
}

/// Reads a row of the view `current_record`.
pub(super) fn record(row: &AnyRow) -> Result<Record> {
    Ok(Record {
        id: row.try_get("id")?,
        event: row.try_get("event")?,
        facts: facts(row)?,
        contact: row.try_get("contact")?,
        status: row.word("status")?,
        language: row.try_get("language")?,
        revision: row.try_get("revision")?,
        undeliverable: row.flag("undeliverable")?,
        received_at: row.time("received_at")?,
        updated_at: row.time("updated_at")?,
        source_message_id: row.try_get("source_message_id")?,
    })
}

fn revision(row: &AnyRow) -> Result<Revision> {
    Ok(Revision {
        revision: row.try_get("revision")?,
        facts: facts(row)?,
        status: row.word("status")?,
        language: row.try_get("language")?,
        at: row.time("at")?,
        message: row.try_get("message")?,
        source_message_id: row.try_get("source_message_id")?,
        staff: row.try_get("staff")?,
    })
}

fn facts(row: &AnyRow) -> Result<Facts> {
    let answered = row.try_get::<Option<String>, _>("sessions")?.is_some();
    let sessions = answered.then(|| row.json::<BTreeMap<String, Answer>>("sessions")).transpose()?;
    Ok(Facts {
        name: row.try_get("name")?,
        organization: row.try_get("organization")?,
        position: row.try_get("position")?,
        sessions,
        email: row.try_get("email")?,
    })
}

/// A name as it is compared: lower case, its words in alphabetical order, nothing but letters and digits.
fn name_key(name: &str) -> String {
    let name = name.to_lowercase();
    let mut words: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.sort_unstable();
    words.join(" ")
}

//! Figures for `status`: queue sizes, the oldest message waiting, the last contact with each server.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sqlx::{AnyConnection, Row};

use super::Store;
use super::columns::Columns;
use super::error::Result;

/// What the daemon is doing, in figures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StoreStatus {
    /// Messages by state: `received`, `decided`.
    pub messages: BTreeMap<String, u32>,
    /// Arrival of the oldest message that waits to be processed.
    pub oldest_undecided: Option<Timestamp>,
    /// Decided messages that still lie where they arrived.
    pub filings_due: u32,
    /// Records by event and status.
    pub records: BTreeMap<(String, String), u32>,
    /// Open review items.
    pub reviews_open: u32,
    /// Acknowledgements by state.
    pub outbox: BTreeMap<String, u32>,
    /// When something was last heard of.
    pub contacts: Vec<ContactTime>,
}

/// When something was last heard of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactTime {
    /// What, e.g. `imap rsvp`.
    pub what: String,
    /// When.
    pub at: Timestamp,
    /// What was heard.
    pub text: String,
}

impl Store {
    /// All figures at one moment.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn status(&self) -> Result<StoreStatus> {
        self.read("count what is waiting", async |connection| {
            Ok(StoreStatus {
                messages: count_by(connection, "SELECT state AS word, COUNT(*) AS count FROM message GROUP BY state")
                    .await?,
                oldest_undecided: oldest_undecided(connection).await?,
                filings_due: filings_due(connection).await?,
                records: records(connection).await?,
                reviews_open: reviews_open(connection).await?,
                outbox: count_by(connection, "SELECT state AS word, COUNT(*) AS count FROM outbox GROUP BY state")
                    .await?,
                contacts: contacts(connection).await?,
            })
        })
        .await
    }

    /// Notes that something was heard of: a server that answered, a loop that went round.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn note_contact(&self, what: &str, now: Timestamp, text: &str) -> Result<()> {
        self.write("note a contact", async |connection| {
            sqlx::query(
                "INSERT INTO contact_time (what, at, text)
                 VALUES ($1, $2, $3)
                 ON CONFLICT (what) DO UPDATE
                 SET at = excluded.at, text = excluded.text",
            )
            .bind(what)
            .bind(now.as_millisecond())
            .bind(text)
            .execute(connection)
            .await?;
            Ok(())
        })
        .await
    }
}

async fn count_by(connection: &mut AnyConnection, statement: &'static str) -> Result<BTreeMap<String, u32>> {
    let rows = sqlx::query(statement).fetch_all(connection).await?;
    rows.iter().map(|row| Ok((row.try_get("word")?, row.number("count")?))).collect()
}

async fn oldest_undecided(connection: &mut AnyConnection) -> Result<Option<Timestamp>> {
    sqlx::query(
        "SELECT MIN(received_at) AS oldest
         FROM message
         WHERE state = 'received'",
    )
    .fetch_one(connection)
    .await?
    .time_if_any("oldest")
}

async fn filings_due(connection: &mut AnyConnection) -> Result<u32> {
    sqlx::query(
        "SELECT COUNT(*) AS count
         FROM location
         JOIN message ON message.id = location.message
         WHERE location.filed_at IS NULL AND message.state = 'decided'",
    )
    .fetch_one(connection)
    .await?
    .number("count")
}

async fn records(connection: &mut AnyConnection) -> Result<BTreeMap<(String, String), u32>> {
    let rows = sqlx::query(
        "SELECT event, status, COUNT(*) AS count
         FROM current_record
         GROUP BY event, status",
    )
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok(((row.try_get("event")?, row.try_get("status")?), row.number("count")?))).collect()
}

async fn reviews_open(connection: &mut AnyConnection) -> Result<u32> {
    sqlx::query(
        "SELECT COUNT(*) AS count
         FROM review_item
         WHERE state = 'open'",
    )
    .fetch_one(connection)
    .await?
    .number("count")
}

async fn contacts(connection: &mut AnyConnection) -> Result<Vec<ContactTime>> {
    let rows = sqlx::query(
        "SELECT what, at, text
         FROM contact_time
         ORDER BY what",
    )
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| Ok(ContactTime { what: row.try_get("what")?, at: row.time("at")?, text: row.try_get("text")? }))
        .collect()
}

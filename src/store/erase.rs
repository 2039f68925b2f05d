//! Erasing a person: records, mails and acknowledgements of an address go; what stays is the fingerprint of each mail
//! and its place in the ledger, so that a copy that turns up again is not processed anew.

use jiff::Timestamp;
use sqlx::{AnyConnection, Row};

use super::Store;
use super::error::Result;

/// How much was erased.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Erased {
    /// Records with their history.
    pub records: u64,
    /// Mails emptied.
    pub messages: u64,
    /// Acknowledgements, sent or not.
    pub acknowledgements: u64,
}

impl Store {
    /// Erases what is kept of an address: the records of which it is the attendee's (or the only) address, every mail
    /// that such a record came from or that was answered to it, and the acknowledgements. A record that it only was
    /// the contact of stays, with the attendee's own address as contact. Mail not yet processed stays too.
    ///
    /// # Errors
    /// When the database fails; nothing is erased then.
    pub async fn erase(&self, address: &str, now: Timestamp) -> Result<Erased> {
        let address = address.to_lowercase();
        let erased = self
            .write("erase an address", async |connection| {
                let records = ids(connection, RECORDS, &address).await?;
                let messages = ids(connection, MESSAGES, &address).await?;
                let mut erased = Erased { records: 0, messages: 0, acknowledgements: 0 };
                for statement in ADDRESS_GOES {
                    sqlx::query(statement).bind(&address).execute(&mut *connection).await?;
                }
                for message in messages {
                    erased.acknowledgements += run(connection, ACKNOWLEDGEMENTS_GO, message).await?;
                    erased.messages += empty_message(connection, message, now).await?;
                }
                for record in records {
                    run(connection, "DELETE FROM record_revision WHERE record = $1", record).await?;
                    erased.records += run(connection, "DELETE FROM record WHERE id = $1", record).await?;
                }
                Ok(erased)
            })
            .await?;
        self.fold_log().await?;
        Ok(erased)
    }
}

/// Records of which the address is the attendee's, or the only one.
const RECORDS: &str = "SELECT id
    FROM current_record
    WHERE lower(email) = $1 OR (contact = $1 AND email IS NULL)";

/// Mails that were answered to the address, or that a record to be erased came from.
const MESSAGES: &str = "SELECT id FROM message WHERE contact = $1 AND state = 'decided'
    UNION
    SELECT message AS id FROM outbox WHERE recipient = $1
    UNION
    SELECT revision.message AS id
    FROM record_revision AS revision
    JOIN current_record AS record ON record.id = revision.record
    WHERE revision.message IS NOT NULL
      AND (lower(record.email) = $1 OR (record.contact = $1 AND record.email IS NULL))";

/// Where the address stands in what remains.
const ADDRESS_GOES: [&str; 3] = [
    "UPDATE record
     SET contact = (SELECT lower(email) FROM current_record WHERE current_record.id = record.id)
     WHERE contact = $1 AND EXISTS (
       SELECT 1 FROM current_record WHERE current_record.id = record.id AND lower(email) <> $1)",
    "UPDATE record_revision
     SET email = NULL
     WHERE lower(email) = $1",
    "DELETE FROM undeliverable
     WHERE address = $1",
];

const ACKNOWLEDGEMENTS_GO: &str = "DELETE FROM outbox
    WHERE message = $1";

/// Leaves of a mail what recognises it, and closes what waits for staff.
async fn empty_message(connection: &mut AnyConnection, message: i64, now: Timestamp) -> Result<u64> {
    sqlx::query(
        "UPDATE review_item
         SET state = CASE WHEN state = 'open' THEN 'dismissed' ELSE state END,
           decided_by = COALESCE(decided_by, 'erasure'), decided_at = COALESCE(decided_at, $2),
           note = NULL, acknowledgement = NULL
         WHERE message = $1",
    )
    .bind(message)
    .bind(now.as_millisecond())
    .execute(&mut *connection)
    .await?;
    let emptied = sqlx::query(
        "UPDATE message
         SET raw = $3, message_id = NULL, reasons = '[]', reply_text = '', attendees = '[]', contact = NULL,
           acknowledgement = NULL, erased_at = $2
         WHERE id = $1",
    )
    .bind(message)
    .bind(now.as_millisecond())
    .bind([].as_slice())
    .execute(connection)
    .await?;
    Ok(emptied.rows_affected())
}

async fn ids(connection: &mut AnyConnection, statement: &'static str, address: &str) -> Result<Vec<i64>> {
    let rows = sqlx::query(statement).bind(address).fetch_all(connection).await?;
    rows.iter().map(|row| Ok(row.try_get("id")?)).collect()
}

async fn run(connection: &mut AnyConnection, statement: &'static str, id: i64) -> Result<u64> {
    Ok(sqlx::query(statement).bind(id).execute(connection).await?.rows_affected())
}

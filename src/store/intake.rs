//! Taking in mail: raw bytes, the place where the server showed it, and how far the folder has been read, in one
//! transaction, before anything of the mailbox is changed.

use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::Store;
use super::columns::Columns;
use super::error::{Result, StoreError};
use super::fingerprint::fingerprint;

/// How far a folder has been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// UIDVALIDITY under which `last_uid` counts.
    pub uid_validity: u32,
    /// Highest UID taken in.
    pub last_uid: u32,
}

/// A new cursor, stored together with the mail that it has passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CursorMove {
    /// Name of the mailbox.
    pub mailbox: String,
    /// Folder as the server names it.
    pub folder: String,
    /// Where the cursor stands from now on.
    pub cursor: Cursor,
}

/// Where a server shows a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// Folder as the server names it.
    pub folder: String,
    /// UIDVALIDITY of the folder.
    pub uid_validity: u32,
    /// UID in the folder.
    pub uid: u32,
}

/// A mail to be taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// Name of the mailbox.
    pub mailbox: String,
    /// The mail as received; only its header where `oversize` is set.
    pub raw: Vec<u8>,
    /// Arrival in the mailbox.
    pub received_at: Timestamp,
    /// Where the server shows it; `None` for mail from a file.
    pub location: Option<Location>,
    /// Real size in bytes of a mail too large to be downloaded.
    pub oversize: Option<u32>,
    /// Message-ID without angle brackets.
    pub message_id: Option<String>,
}

/// What became of a mail taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intake {
    /// A message that was not there before; it waits to be processed.
    New(i64),
    /// A message that is known; it is not processed again, only filed from its new place.
    Seen(i64),
}

/// A message as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMessage {
    /// The store's own number; it grows in the order of intake.
    pub id: i64,
    /// Name of the mailbox.
    pub mailbox: String,
    /// The mail as received; only its header where `oversize` is set.
    pub raw: Vec<u8>,
    /// Arrival in the mailbox.
    pub received_at: Timestamp,
    /// Real size in bytes of a mail too large to be downloaded.
    pub oversize: Option<u32>,
    /// How often processing was begun.
    pub attempts: u32,
}

impl Store {
    /// How far a folder has been read; `None`: never.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn cursor(&self, mailbox: &str, folder: &str) -> Result<Option<Cursor>> {
        self.read("read how far the folder was read", async |connection| {
            let row = sqlx::query(
                "SELECT uid_validity, last_uid
                 FROM folder_cursor
                 WHERE mailbox = $1 AND folder = $2",
            )
            .bind(mailbox)
            .bind(folder)
            .fetch_optional(connection)
            .await?;
            row.map(|row| Ok(Cursor { uid_validity: row.number("uid_validity")?, last_uid: row.number("last_uid")? }))
                .transpose()
        })
        .await
    }

    /// Takes in a batch of mails and moves the cursor past them: all of it or nothing.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`] and others; the mails then stay where they are and are offered again.
    pub async fn take_in(&self, mails: &[Incoming], cursor: Option<&CursorMove>) -> Result<Vec<Intake>> {
        self.write("take in mail", async |connection| {
            let mut intakes = Vec::with_capacity(mails.len());
            for mail in mails {
                let intake = take_in_one(connection, mail).await?;
                if let (Some(location), Intake::New(id) | Intake::Seen(id)) = (&mail.location, intake) {
                    note_location(connection, &mail.mailbox, location, id).await?;
                }
                intakes.push(intake);
            }
            if let Some(moved) = cursor {
                move_cursor(connection, moved).await?;
                forget_former_numbering(connection, moved).await?;
            }
            Ok(intakes)
        })
        .await
    }

    /// Messages still to be processed, in the order in which they were taken in.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn undecided(&self, limit: u32) -> Result<Vec<StoredMessage>> {
        self.read("list the messages to process", async |connection| {
            let rows = sqlx::query(
                "SELECT id, mailbox, raw, received_at, oversize, attempts
                 FROM message
                 WHERE state = 'received'
                 ORDER BY id
                 LIMIT $1",
            )
            .bind(i64::from(limit))
            .fetch_all(connection)
            .await?;
            rows.iter().map(stored_message).collect()
        })
        .await
    }

    /// One message, whatever its state.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn message(&self, id: i64) -> Result<StoredMessage> {
        self.read("read a message", async |connection| {
            let row = sqlx::query(
                "SELECT id, mailbox, raw, received_at, oversize, attempts
                 FROM message
                 WHERE id = $1",
            )
            .bind(id)
            .fetch_optional(connection)
            .await?;
            stored_message(&row.ok_or(StoreError::NotFound { what: "message", id })?)
        })
        .await
    }

    /// Counts an attempt at processing, before it begins: a message that kills the process is known by its count.
    ///
    /// # Errors
    /// [`StoreError::AlreadyDecided`] when there is nothing left to process.
    pub async fn count_attempt(&self, message: i64) -> Result<u32> {
        self.write("count an attempt at a message", async |connection| {
            let row = sqlx::query(
                "UPDATE message
                 SET attempts = attempts + 1
                 WHERE id = $1 AND state = 'received'
                 RETURNING attempts",
            )
            .bind(message)
            .fetch_optional(connection)
            .await?;
            row.ok_or(StoreError::AlreadyDecided { message })?.number("attempts")
        })
        .await
    }
}

async fn take_in_one(connection: &mut AnyConnection, mail: &Incoming) -> Result<Intake> {
    if let Some(id) = seen_there(connection, mail).await? {
        return Ok(Intake::Seen(id));
    }
    let fingerprint = fingerprint(&mail.raw, mail.oversize);
    let inserted = sqlx::query(
        "INSERT INTO message (mailbox, fingerprint, raw, oversize, message_id, received_at, state, attempts)
         VALUES ($1, $2, $3, $4, $5, $6, 'received', 0)
         ON CONFLICT (mailbox, fingerprint) DO NOTHING
         RETURNING id",
    )
    .bind(&mail.mailbox)
    .bind(fingerprint.as_slice())
    .bind(mail.raw.as_slice())
    .bind(mail.oversize.map(i64::from))
    .bind(mail.message_id.as_deref())
    .bind(mail.received_at.as_millisecond())
    .fetch_optional(&mut *connection)
    .await?;
    if let Some(row) = inserted {
        return Ok(Intake::New(row.try_get("id")?));
    }
    let row = sqlx::query(
        "SELECT id
         FROM message
         WHERE mailbox = $1 AND fingerprint = $2",
    )
    .bind(&mail.mailbox)
    .bind(fingerprint.as_slice())
    .fetch_one(connection)
    .await?;
    Ok(Intake::Seen(row.try_get("id")?))
}

/// The same place with the same Message-ID is the same message, even where a server writes the mail anew at every
/// fetch. The place alone is not enough: a server that loses its index may number other mail the same way.
async fn seen_there(connection: &mut AnyConnection, mail: &Incoming) -> Result<Option<i64>> {
    let (Some(location), Some(message_id)) = (&mail.location, &mail.message_id) else {
        return Ok(None);
    };
    let row = sqlx::query(
        "SELECT message.id
         FROM location
         JOIN message ON message.id = location.message
         WHERE location.mailbox = $1 AND location.folder = $2 AND location.uid_validity = $3 AND location.uid = $4
           AND message.message_id = $5",
    )
    .bind(&mail.mailbox)
    .bind(&location.folder)
    .bind(i64::from(location.uid_validity))
    .bind(i64::from(location.uid))
    .bind(message_id)
    .fetch_optional(connection)
    .await?;
    row.map(|row| Ok(row.try_get("id")?)).transpose()
}

/// A place that is shown again has not been filed, whatever was noted.
async fn note_location(connection: &mut AnyConnection, mailbox: &str, location: &Location, message: i64) -> Result<()> {
    sqlx::query(
        "INSERT INTO location (mailbox, folder, uid_validity, uid, message)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (mailbox, folder, uid_validity, uid) DO UPDATE
         SET message = excluded.message, filed_at = NULL",
    )
    .bind(mailbox)
    .bind(&location.folder)
    .bind(i64::from(location.uid_validity))
    .bind(i64::from(location.uid))
    .bind(message)
    .execute(connection)
    .await?;
    Ok(())
}

async fn move_cursor(connection: &mut AnyConnection, moved: &CursorMove) -> Result<()> {
    sqlx::query(
        "INSERT INTO folder_cursor (mailbox, folder, uid_validity, last_uid)
         VALUES ($1, $2, $3, $4)
         ON CONFLICT (mailbox, folder) DO UPDATE
         SET uid_validity = excluded.uid_validity, last_uid = excluded.last_uid",
    )
    .bind(&moved.mailbox)
    .bind(&moved.folder)
    .bind(i64::from(moved.cursor.uid_validity))
    .bind(i64::from(moved.cursor.last_uid))
    .execute(connection)
    .await?;
    Ok(())
}

/// Places under another UIDVALIDITY name nothing any more. The messages stay, and are recognised where they turn up.
async fn forget_former_numbering(connection: &mut AnyConnection, moved: &CursorMove) -> Result<()> {
    sqlx::query(
        "DELETE FROM location
         WHERE mailbox = $1 AND folder = $2 AND uid_validity <> $3",
    )
    .bind(&moved.mailbox)
    .bind(&moved.folder)
    .bind(i64::from(moved.cursor.uid_validity))
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) fn stored_message(row: &AnyRow) -> Result<StoredMessage> {
    let oversize: Option<i64> = row.try_get("oversize")?;
    Ok(StoredMessage {
        id: row.try_get("id")?,
        mailbox: row.try_get("mailbox")?,
        raw: row.try_get("raw")?,
        received_at: row.time("received_at")?,
        oversize: oversize.map(|size| u32::try_from(size).unwrap_or(u32::MAX)),
        attempts: row.number("attempts")?,
    })
}

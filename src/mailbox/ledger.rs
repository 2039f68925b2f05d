//! What intake asks of the registry: a durable cursor, a place for raw mail, and what is due to be filed.

use jiff::Timestamp;

use crate::registry::Filing;

/// How far a folder has been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// The folder's UIDVALIDITY at that time (RFC 3501 §2.3.1.1): under another one, UIDs mean nothing.
    pub uid_validity: u32,
    /// Every message up to this UID has been taken in.
    pub last_uid: u32,
}

/// A message as the server gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// Its UID in the folder.
    pub uid: u32,
    /// When the server received it (INTERNALDATE).
    pub received_at: Timestamp,
    /// The mail, byte for byte; the header alone of an oversize one; a note to staff where the server will not hand it
    /// out.
    pub raw: Vec<u8>,
    /// Size in bytes of a mail that was not downloaded: above the limit, or not handed out. A human must see it.
    pub oversize: Option<u32>,
}

/// Messages to be stored in one transaction, together with the cursor that they move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Name of the mailbox.
    pub mailbox: String,
    /// The folder, as configured.
    pub folder: String,
    /// In order of their UIDs; may be empty where all vanished before they could be read.
    pub arrivals: Vec<Arrival>,
    /// Where the folder's cursor then stands, even if it stood higher before.
    pub cursor: Cursor,
}

/// A message whose outcome is stored and which still lies where it arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueFiling {
    /// The ledger's number of this place of the message.
    pub id: i64,
    /// Its UID.
    pub uid: u32,
    /// Where it belongs.
    pub filing: Filing,
}

/// The registry as intake sees it.
///
/// None of its futures is ever cancelled: intake awaits them outside of every time limit.
pub trait Ledger: Send + Sync {
    /// Why something could not be stored or read.
    type Error: std::error::Error + Send + Sync + 'static;

    /// How far a folder has been read; `None` before the first mail.
    fn cursor(&self, mailbox: &str, folder: &str) -> impl Future<Output = Result<Option<Cursor>, Self::Error>> + Send;

    /// Stores a batch durably, all or nothing. Returns how many of its messages had not been seen before.
    ///
    /// A message seen before (another UID, another UIDVALIDITY, redelivered) is not processed again, but is due for
    /// filing again. A UID alone proves nothing: servers restored from a backup give out the same one twice.
    fn take_in(&self, batch: Batch) -> impl Future<Output = Result<usize, Self::Error>> + Send;

    /// Messages of this folder, under this UIDVALIDITY, that are decided and not yet filed.
    fn due_filings(
        &self,
        mailbox: &str,
        folder: &str,
        uid_validity: u32,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<DueFiling>, Self::Error>> + Send;

    /// Notes that these are filed, or gone from the folder.
    fn filed(&self, ids: &[i64], now: Timestamp) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Notes for `rsvpd status` how the last contact with the server went: `None` well, else the sentence.
    fn note_contact(
        &self,
        mailbox: &str,
        now: Timestamp,
        trouble: Option<&str>,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

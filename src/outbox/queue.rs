//! What the outbox asks of the store.

use jiff::Timestamp;

/// A row of the outbox, claimed for one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its number.
    pub id: i64,
    /// Number of this attempt, from 1. Later words about the attempt carry it, so that a late one changes nothing.
    pub attempt: u32,
    /// Envelope recipient.
    pub to: String,
    /// The mail as it goes over the wire.
    pub raw: Vec<u8>,
    /// When the row was written.
    pub written_at: Timestamp,
    /// Whether the row was `uncertain` before: this is its one further copy.
    pub perhaps_delivered: bool,
}

/// The outbox of one mailbox, as kept by the store. Every call is durable when it returns.
pub trait Queue: Sync {
    /// Why the store could not do it.
    type Error: std::error::Error + Send + Sync + 'static;

    /// Takes rows that are due (`ready`, `waiting` or `uncertain` until now or earlier), at most `limit`, and records
    /// an attempt of each: from now on they are `sending`.
    fn claim_due(&self, now: Timestamp, limit: u32) -> impl Future<Output = Result<Vec<Row>, Self::Error>> + Send;

    /// The message is about to leave: if nothing is heard of this attempt any more, the row is `uncertain`.
    fn reached_data_end(&self, id: i64, attempt: u32) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// The server took it, with these words.
    fn sent(
        &self,
        id: i64,
        attempt: u32,
        reply: &str,
        now: Timestamp,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// To be tried again then; what may have arrived before stays `uncertain` meanwhile.
    fn wait(
        &self,
        id: i64,
        attempt: u32,
        until: Timestamp,
        error: &str,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// It will never be taken, or was tried for long enough.
    fn fail(&self, id: i64, attempt: u32, error: &str) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// It may have arrived. One further copy goes out then, unless this was it: then staff decide.
    fn uncertain(
        &self,
        id: i64,
        attempt: u32,
        until: Timestamp,
        error: &str,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// When the next row will be due, if there is one.
    fn next_due(&self) -> impl Future<Output = Result<Option<Timestamp>, Self::Error>> + Send;

    /// Notes for `rsvpd status` how the last contact with the server went: `None` well, else the sentence.
    fn note_contact(
        &self,
        now: Timestamp,
        trouble: Option<&str>,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

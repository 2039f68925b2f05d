//! Sends the acknowledgements that stand in the outbox.
//!
//! A row is claimed, and its attempt recorded, before the network is touched; each end of an attempt is recorded
//! before the next row is taken. None is lost: a row that cannot be sent waits, and after three days stands as failed
//! before staff. Copies are bounded: where the connection broke after the final dot the row is `uncertain`, and one
//! further copy, with the same Message-ID, goes out after half an hour; exactly-once does not exist over SMTP
//! (RFC 1047).
//!
//! The envelope sender is the mailbox, not `<>`: bounces must come back to be matched with their row. A loop cannot
//! follow, because the answers carry `Auto-Submitted` and no bounce is ever answered.

mod careful;
mod deliver;
mod failure;
mod queue;
mod schedule;
mod session;

use crate::config::{Mailbox, Smtp};

pub use deliver::{Pass, deliver, deliver_due};
pub use failure::{Cause, Failure, Step, Verdict};
pub use queue::{Queue, Row};
pub use session::Limits;

/// Where and as whom acknowledgements of a mailbox are sent.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The server.
    pub smtp: Smtp,
    /// Envelope sender: bounces come back to it.
    pub sender: String,
    /// How long each step may take.
    pub limits: Limits,
}

impl Settings {
    /// Those of a mailbox.
    #[must_use]
    pub fn of(mailbox: &Mailbox) -> Self {
        Self { smtp: mailbox.smtp.clone(), sender: mailbox.address.clone(), limits: Limits::default() }
    }
}

/// Connects and logs in, sends nothing: for `rsvpd check`.
///
/// # Errors
/// A sentence that names the step, the server and the cause.
pub async fn probe(settings: &Settings) -> Result<(), Failure> {
    session::Session::open(settings).await?.quit().await;
    Ok(())
}

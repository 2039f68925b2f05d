//! Every SQL statement of the daemon, and nothing else.
//!
//! The store promises: what a function was asked to keep is on disk when it returns, all of it or nothing; a mail is
//! taken in once, however often it comes; a message gets its outcome once. It decides nothing about messages, and
//! knows no clock: time is a parameter.
//!
//! One file a family of tables: `intake` takes mail in, `known` looks up what bears on it, `outcome` stores what
//! follows from it, `filing` and `outbox` tell the edges what they still owe, `review` serves staff.

mod columns;
mod erase;
mod error;
mod filing;
mod fingerprint;
mod intake;
mod invariants;
mod known;
mod open;
mod outbox;
mod outcome;
mod past;
mod records;
mod review;
mod status;
#[cfg(test)]
mod tests;

pub use erase::Erased;
pub use error::{Result, StoreError};
pub use filing::DueFiling;
pub use intake::{Cursor, CursorMove, Incoming, Intake, Location, StoredMessage};
pub use open::{DaemonLock, Store};
pub use outbox::{OutboxEntry, OutboxRow, OutboxState, REST_OF_THE_UNCERTAIN};
pub use outcome::Committed;
pub use past::PastMessage;
pub use records::Revision;
pub use review::{ReviewEntry, ReviewItem, ReviewState, Verdict};
pub use status::{ContactTime, StoreStatus};

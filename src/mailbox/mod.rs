//! Mail in: reads one folder of an IMAP mailbox, and files what has been dealt with.
//!
//! It promises that mail reaches the [`Ledger`] before anything in the mailbox changes, that none is passed over
//! silently, and that it never gives up: every failure ends in another attempt. It leaves to the ledger what was seen
//! before, and to others what a mail means.
//!
//! | file | idea |
//! | --- | --- |
//! | `connect`, `wire` | TCP, TLS, greeting, login, each under its own limit |
//! | `link` | one command at a time on a session that is dropped when in doubt |
//! | `catch_up` | from the cursor to the newest mail, in bounded batches |
//! | `doubt` | a message that cannot be fetched is shown to a human instead of stopping the rest |
//! | `idle` | waiting for news without missing any |
//! | `filing`, `folders` | mail into folders, under the server's own names |
//! | `watch` | all of it, for ever |
//! | `probe` | all of it once, for `rsvpd check` |

mod catch_up;
mod connect;
mod doubt;
mod error;
mod filing;
mod folders;
mod idle;
mod ledger;
mod limits;
mod link;
mod probe;
mod uids;
mod watch;
mod wire;

pub use error::Error;
pub use ledger::{Arrival, Batch, Cursor, DueFiling, Ledger};
pub use limits::{Limits, Stop};
pub use probe::{Finding, probe};
pub use watch::{Watch, watch};

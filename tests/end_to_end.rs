//! The daemon as an operator runs it: the real binary with a configuration file, a real IMAP server, a real SMTP
//! server and SQLite, killed, cut off, flooded and lied to. Whatever happens: nothing is lost, nothing is done twice.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "figures, and the folder of a failed test")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "end_to_end/absence.rs"]
mod absence;
#[path = "end_to_end/crashes.rs"]
mod crashes;
#[path = "end_to_end/hostile.rs"]
mod hostile;
#[path = "end_to_end/mail.rs"]
mod mail;
#[path = "end_to_end/main_job.rs"]
mod main_job;
#[path = "end_to_end/mishaps.rs"]
mod mishaps;
mod servers;
#[path = "end_to_end/site.rs"]
mod site;
#[path = "servers/smtp.rs"]
mod smtp;

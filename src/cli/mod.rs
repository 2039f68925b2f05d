//! The commands, one file each, and what they share: arguments, exit codes, printing.
//!
//! Exit codes are the contract's: 0 done, 1 it failed, 2 wrong usage or wrong configuration (on which the systemd
//! unit does not restart). A failure is one line on standard error that says what, and what to do.

mod attendees;
mod backup;
mod check;
mod export;
mod ingest;
mod init;
mod mail_files;
mod outbox;
mod parse;
mod replay;
mod review;
mod run;
mod staff;
mod status;
mod terminal;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::config::{Config, ConfigError};
use crate::event::folder::EventFolderError;
use crate::run::now;
use crate::store::Store;

/// Reads an RSVP mailbox, understands each reply, records it, answers the sender, and asks a human where in doubt.
#[derive(Debug, Parser)]
#[command(name = "rsvpd", version, propagate_version = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The daemon: reads the mailboxes, records, answers
    Run(run::Run),
    /// Says whether everything is in order, and how to mend what is not
    Check(check::Check),
    /// Asks a few questions and writes a working configuration
    Init(init::Init),
    /// Understands mail offline, without network or database
    Parse(parse::Parse),
    /// Takes mail as if the mailbox had received it
    Ingest(ingest::Ingest),
    /// Reads all stored mail again with the present rules, and shows what would come out differently
    Replay(replay::ReplayCommand),
    /// Acknowledgements waiting, failed, sent
    Outbox(outbox::Outbox),
    /// Messages that wait for a human decision
    Review(review::Review),
    /// Who comes, and who does not
    Attendees(attendees::Attendees),
    /// The records of an event, for a spreadsheet or another program
    Export(export::Export),
    /// People who may open the staff page
    Staff(staff::Staff),
    /// What the daemon is doing
    Status(status::Status),
    /// Copies the database into a file, while the daemon runs
    Backup(backup::Backup),
    /// Puts a backup in place of the database
    Restore(backup::Restore),
    /// Deletes what is no longer needed
    Purge(backup::Purge),
}

/// The configuration file of a command.
#[derive(Debug, Args)]
struct ConfigFile {
    /// Configuration file
    #[arg(long = "config", value_name = "FILE", default_value = "rsvpd.toml", global = true)]
    path: PathBuf,
}

/// How a list is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Output {
    /// For people
    Text,
    /// One JSON object a line
    Jsonl,
}

/// The command line was understood but asks for something impossible.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Usage(String);

/// A contract word (a state, a kind, …) as it is written.
fn word(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// A time as people read it, in this machine's time zone.
fn when(at: Timestamp) -> String {
    at.to_zoned_datetime(TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string()
}

/// Runs a command that uses the store, which is closed whatever comes of it.
fn with_store<R>(config: &Config, work: impl AsyncFnOnce(&Store) -> anyhow::Result<R>) -> anyhow::Result<R> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let store = Store::open(&config.database_url).await?;
        let result = work(&store).await;
        store.close().await;
        result
    })
}

impl ConfigFile {
    /// For commands that speak to a server.
    fn load(&self) -> anyhow::Result<Config> {
        self.checked(Config::load(&self.path)?)
    }

    /// For commands that speak to none.
    fn load_offline(&self) -> anyhow::Result<Config> {
        self.checked(Config::load_offline(&self.path)?)
    }

    fn checked(&self, config: Config) -> anyhow::Result<Config> {
        for warning in &config.warnings {
            terminal::note(warning);
        }
        Ok(config)
    }
}

impl Cli {
    /// Does what was asked.
    ///
    /// # Errors
    /// When it could not be done; [`report`] tells the user.
    pub fn execute(self) -> anyhow::Result<()> {
        match self.command {
            Command::Run(command) => command.execute(),
            Command::Check(command) => command.execute(),
            Command::Init(command) => command.execute(),
            Command::Parse(command) => command.execute(),
            Command::Ingest(command) => command.execute(),
            Command::Replay(command) => command.execute(),
            Command::Outbox(command) => command.execute(),
            Command::Review(command) => command.execute(),
            Command::Attendees(command) => command.execute(),
            Command::Export(command) => command.execute(),
            Command::Staff(command) => command.execute(),
            Command::Status(command) => command.execute(),
            Command::Backup(command) => command.execute(),
            Command::Restore(command) => command.execute(),
            Command::Purge(command) => command.execute(),
        }
    }
}

/// Tells the user what failed, on one line, and gives the exit code. A reader that has gone (`| head`) is no failure.
#[must_use]
pub fn report(error: &anyhow::Error) -> ExitCode {
    let closed = |cause: &(dyn std::error::Error + 'static)| {
        cause.downcast_ref::<std::io::Error>().is_some_and(|io| io.kind() == std::io::ErrorKind::BrokenPipe)
    };
    if error.chain().any(closed) {
        return ExitCode::SUCCESS;
    }
    terminal::note(&format!("{error:#}"));
    let wrong =
        error.chain().any(|cause| cause.is::<ConfigError>() || cause.is::<EventFolderError>() || cause.is::<Usage>());
    ExitCode::from(if wrong { 2 } else { 1 })
}

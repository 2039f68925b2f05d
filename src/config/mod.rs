//! The configuration: one TOML file, every key of which is in the contract; secrets come from files, the
//! environment or systemd credentials and never stand in it.

mod read;
mod secret;
mod section;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::time::Duration;

pub use secret::Secret;
pub use section::ConfigError;

use secret::Secrets;
use section::Source;

/// The whole configuration, validated, paths made absolute, secrets read.
#[derive(Debug, Clone)]
pub struct Config {
    /// `[database] url`.
    pub database_url: String,
    /// `[events] dir`.
    pub events_dir: PathBuf,
    /// `[templates] dir`: overrides of the built-in acknowledgements.
    pub templates_dir: Option<PathBuf>,
    /// The mailboxes, at least one.
    pub mailboxes: Vec<Mailbox>,
    /// `[web]`, if staff pages are served.
    pub web: Option<Web>,
    /// `[log] format`.
    pub log: LogFormat,
    /// What works but should be mended, a sentence each.
    pub warnings: Vec<String>,
}

impl Config {
    /// Reads a configuration file and the secrets that it names.
    ///
    /// # Errors
    /// When the file or a secret cannot be read, or anything in it is missing, unknown or contradictory.
    pub fn load(file: &Path) -> Result<Self, ConfigError> {
        load(file, Secrets::Needed)
    }

    /// Reads a configuration file for work that speaks to no server: the secrets need not exist, and every
    /// password is empty.
    ///
    /// # Errors
    /// As [`Config::load`], but for the secrets.
    pub fn load_offline(file: &Path) -> Result<Self, ConfigError> {
        load(file, Secrets::Unneeded)
    }
}

fn load(file: &Path, secrets: Secrets) -> Result<Config, ConfigError> {
    let name = file.display().to_string();
    let unreadable = |error: std::io::Error| ConfigError {
        file: name.clone(),
        line: None,
        sentence: format!(
            "could not read the configuration: {error}; write one with `rsvpd init`, or name it with --config"
        ),
    };
    let text = std::fs::read_to_string(file).map_err(unreadable)?;
    let folder = std::path::absolute(file).map_err(unreadable)?.parent().map(PathBuf::from).unwrap_or_default();
    read::config(Source { file: &name, text: &text }, &folder, secrets)
}

/// One `[[mailbox]]`.
#[derive(Debug, Clone)]
pub struct Mailbox {
    /// Its name in logs and lists.
    pub name: String,
    /// The address that people reply to, lower case.
    pub address: String,
    /// Ids of the events answered here; empty: all events whose `mailbox` is this address.
    pub events: Vec<String>,
    /// Where mail is read.
    pub imap: Imap,
    /// Where answers are sent.
    pub smtp: Smtp,
    /// Whose Authentication-Results header is believed.
    pub trusted_authserv_id: String,
    /// Answers sent to one address in 24 hours, at most.
    pub answers_per_day: u32,
}

/// `[mailbox.imap]`.
#[derive(Debug, Clone)]
pub struct Imap {
    /// The server.
    pub server: Server,
    /// Folder that is read, usually `INBOX`.
    pub folder: String,
    /// What happens to a message once its outcome is stored.
    pub after: After,
    /// How often the folder is looked at beside IDLE.
    pub poll: Duration,
    /// Mail above this size in bytes is not downloaded: header only, and review.
    pub max_message_bytes: u32,
}

/// What happens to a message in the mailbox once its outcome is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum After {
    /// Moved into one of these folders, named with `/` between levels.
    File {
        /// Recorded or asked.
        recorded: String,
        /// Waiting for staff.
        review: String,
        /// Machine and bulk mail.
        ignored: String,
    },
    /// Marked with a keyword: `$RsvpRecorded`, `$RsvpReview`, `$RsvpIgnored`.
    Keyword,
    /// Left as it is.
    Leave,
}

/// `[mailbox.smtp]`.
#[derive(Debug, Clone)]
pub struct Smtp {
    /// The server.
    pub server: Server,
    /// From header of acknowledgements, e.g. `NKHR Conference <rsvp@example.org>`.
    pub from: String,
}

/// A server to log in at.
#[derive(Debug, Clone)]
pub struct Server {
    /// Host name, as in its certificate.
    pub host: String,
    /// Port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: Tls,
    /// A PEM file with further trusted certificates (`tls_ca_file`), beside those of the system.
    pub ca_file: Option<PathBuf>,
    /// Who logs in, and how; `None`: no login (SMTP only).
    pub login: Option<Login>,
}

/// How a connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// TLS from the first byte.
    Implicit,
    /// Upgraded before the login; refused if the server does not offer it.
    Starttls,
    /// Plain text: allowed on loopback only.
    None,
}

/// User and password.
#[derive(Debug, Clone)]
pub struct Login {
    /// User name.
    pub user: String,
    /// Password.
    pub password: Secret,
}

/// `[web]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Web {
    /// Address to listen on.
    pub listen: String,
    /// How browsers reach it.
    pub public_url: Option<String>,
}

/// `[log] format`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Text on a terminal, journald under systemd, JSON otherwise.
    #[default]
    Auto,
    /// Text for people.
    Text,
    /// One JSON object a line.
    Json,
    /// The journal's own format.
    Journald,
}

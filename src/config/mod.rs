//! The configuration: one TOML file, every key of which is in the contract; secrets come from files, the
//! environment or systemd credentials and never stand in it.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

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

/// A secret that no log and no error shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

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

impl Secret {
    /// Wraps a secret.
    #[must_use]
    pub fn new(secret: String) -> Self {
        Self(secret)
    }

    /// The secret itself, for the one call that needs it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

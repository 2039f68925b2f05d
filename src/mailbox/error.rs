//! What can go wrong between us and the mailbox, in sentences that name no person.

use std::io;

use crate::config::Server;

/// Why the mailbox could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No connection.
    #[error("could not connect to {host}:{port}: {source}")]
    Unreachable {
        /// Server.
        host: String,
        /// Port.
        port: u16,
        /// Cause.
        source: io::Error,
    },
    /// Plain text would leave this machine.
    #[error(
        "could not connect to {host}: tls = \"none\" is for servers on this machine only; use \"implicit\" or \"starttls\""
    )]
    PlainText {
        /// Server.
        host: String,
    },
    /// Certificates could not be read.
    #[error(transparent)]
    Tls(#[from] crate::tls::Error),
    /// The server's certificate does not hold.
    #[error(
        "could not trust the certificate of {host}: {reason}; if it is from an authority of your own, set tls_ca_file"
    )]
    Certificate {
        /// Server.
        host: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The server does not offer STARTTLS, or somebody in between hides it.
    #[error(
        "could not protect the connection: the server does not offer STARTTLS; try tls = \"implicit\" and port 993"
    )]
    NoStarttls,
    /// Something was sent in plain text that would be taken for an answer under TLS.
    #[error("could not protect the connection: data was injected before TLS began")]
    Injected,
    /// Name and password are missing, or the server takes neither.
    #[error("could not log in: {0}")]
    NoLogin(&'static str),
    /// Wrong name or password.
    #[error(
        "could not log in: the server refused the user name or password ({0}); next try in some minutes, lest it lock the account"
    )]
    LoginRefused(String),
    /// The folder cannot be opened.
    #[error("could not open folder \"{folder}\": {text}; create it, or correct mailbox.imap.folder")]
    Folder {
        /// As configured.
        folder: String,
        /// What the server says.
        text: String,
    },
    /// Filing would come back as new mail.
    #[error(
        "could not file mail: folder \"{folder}\" is the one that is read; choose another in mailbox.imap.file_into"
    )]
    Circle {
        /// As configured.
        folder: String,
    },
    /// The server answered NO or BAD.
    #[error("could not {what}: the server answered: {text}")]
    Refused {
        /// The step.
        what: &'static str,
        /// What the server says.
        text: String,
    },
    /// No answer in time.
    #[error("could not {what}: the server does not answer")]
    Silent {
        /// The step.
        what: &'static str,
    },
    /// The connection broke.
    #[error("could not {what}: the connection was lost")]
    Lost {
        /// The step.
        what: &'static str,
    },
    /// An answer that is not IMAP. Its text is withheld: it may be mail.
    #[error("could not {what}: the server's answer is not valid IMAP")]
    Garbled {
        /// The step.
        what: &'static str,
    },
    /// The registry could not store or read.
    #[error("could not {what}: {source}")]
    Ledger {
        /// The step.
        what: &'static str,
        /// Cause.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// We were asked to stop.
    #[error("stopped")]
    Stopped,
}

/// What a single step fails with; [`Error::at`] adds which one it was.
#[derive(Debug)]
pub(super) enum Cause {
    /// The connection.
    Io(io::Error),
    /// The server ended it.
    Lost,
    /// NO or BAD, with the server's words.
    Refused(String),
    /// Not IMAP.
    Garbled,
}

impl From<io::Error> for Cause {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<async_imap::error::Error> for Cause {
    fn from(error: async_imap::error::Error) -> Self {
        use async_imap::error::Error as Imap;
        match error {
            Imap::Io(error) => Self::Io(error),
            Imap::No(text) | Imap::Bad(text) => Self::Refused(spoken(information(&text))),
            Imap::ConnectionLost => Self::Lost,
            _ => Self::Garbled,
        }
    }
}

impl Error {
    pub(super) fn at(what: &'static str, cause: Cause) -> Self {
        match cause {
            Cause::Refused(text) => Self::Refused { what, text },
            Cause::Garbled => Self::Garbled { what },
            Cause::Lost => Self::Lost { what },
            Cause::Io(error) => match error.kind() {
                // async-imap's parser reports through `io::Error::other`, with its whole buffer in the text
                io::ErrorKind::Other => Self::Garbled { what },
                io::ErrorKind::TimedOut => Self::Silent { what },
                _ => Self::Lost { what },
            },
        }
    }

    pub(super) fn unreachable(server: &Server, source: io::Error) -> Self {
        Self::Unreachable { host: server.host.clone(), port: server.port, source }
    }

    pub(super) fn ledger(what: &'static str, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Ledger { what, source: Box::new(source) }
    }
}

/// The server's own words, fit for a log: one line, not long, no addresses.
pub(super) fn spoken(text: &str) -> String {
    let words = text.split_whitespace().map(|word| if word.contains('@') { "…" } else { word });
    let line: String = words.collect::<Vec<_>>().join(" ");
    line.chars().filter(|c| !c.is_control()).take(200).collect()
}

/// async-imap wraps the server's words: `code: …, info: Some("…")`.
fn information(text: &str) -> &str {
    text.split_once("info: Some(\"").and_then(|(_, words)| words.strip_suffix("\")")).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_words_are_cut_to_a_line_without_addresses() {
        assert_eq!(spoken("No such\r\n user <a@b.example>  here"), "No such user … here");
        assert_eq!(spoken(&"x".repeat(1000)).len(), 200);
    }

    #[test]
    fn a_refusal_is_given_in_the_servers_words() {
        let refused = async_imap::error::Error::No("code: None, info: Some(\"[OVERQUOTA] too much\")".to_owned());
        let error = Error::at("copy mail", refused.into());
        assert_eq!(error.to_string(), "could not copy mail: the server answered: [OVERQUOTA] too much");
    }

    #[test]
    fn a_parsers_error_does_not_show_the_mail() {
        let leak = io::Error::other("Error during parsing of \"Dear Anna\"");
        assert_eq!(
            Error::at("fetch mail", leak.into()).to_string(),
            "could not fetch mail: the server's answer is not valid IMAP"
        );
    }
}

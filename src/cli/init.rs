//! `rsvpd init`: asks a few questions and writes a working configuration.

use std::fs::OpenOptions;
use std::io::{BufRead, IsTerminal, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;

use super::Usage;
use super::terminal::Out;
use crate::config::Config;

/// The complete, commented example: what `init` writes is this with other values.
const CONFIGURATION: &str = include_str!("../../config/rsvpd.toml");
/// An event to start from.
const EVENT: &str = include_str!("../../deploy/demo/events/harbour-talks.toml");

#[derive(Debug, Args)]
pub(super) struct Init {
    /// Where to
    #[arg(default_value = ".", value_name = "DIR")]
    folder: PathBuf,
}

/// What is asked.
struct Answers {
    address: String,
    sender: String,
    imap: String,
    smtp: String,
    user: String,
    password: String,
}

impl Init {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        let file = self.folder.join("rsvpd.toml");
        if file.exists() {
            return Err(Usage(format!("{} is there already; remove it, or name another folder", file.display())).into());
        }
        let answers = ask()?;
        std::fs::create_dir_all(self.folder.join("events"))
            .with_context(|| format!("could not make the folder {}", self.folder.display()))?;
        write(&self.folder.join("password"), &format!("{}\n", answers.password))?;
        let event = self.folder.join("events/example.toml");
        if !event.exists() {
            write(&event, &EVENT.replace("rsvp@lighthouse.example", &answers.address))?;
        }
        write(&file, &configuration(&answers)?)?;
        Config::load(&file)?;
        let mut out = Out::new();
        out.line(&format!("wrote {}", file.display()))?;
        out.line(&format!("now describe your event in {}", event.display()))?;
        out.line(&format!("then run: rsvpd check --config {}", file.display()))?;
        Ok(out.flush()?)
    }
}

fn ask() -> anyhow::Result<Answers> {
    let address = question("The address that people reply to", None)?;
    let domain = match address.parse::<lettre::Address>() {
        Ok(parsed) => parsed.domain().to_owned(),
        Err(_) => bail!("could not write a configuration: {address:?} is not a mail address"),
    };
    Ok(Answers {
        sender: question("The sender's name in answers", Some("RSVP"))?,
        imap: question("The IMAP server (TLS, port 993)", Some(&format!("imap.{domain}")))?,
        smtp: question("The SMTP server (STARTTLS, port 587)", Some(&format!("smtp.{domain}")))?,
        user: question("The user name there", Some(&address))?,
        password: password()?,
        address,
    })
}

/// Asks on standard error, so that standard output stays free for results.
fn question(text: &str, default: Option<&str>) -> anyhow::Result<String> {
    let mut stderr = std::io::stderr();
    match default {
        Some(default) => write!(stderr, "{text} [{default}]: ")?,
        None => write!(stderr, "{text}: ")?,
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    match (line.trim(), default) {
        ("", Some(default)) => Ok(default.to_owned()),
        ("", None) => bail!("could not write a configuration: no answer to \"{text}\""),
        (answer, _) => Ok(answer.to_owned()),
    }
}

/// Not echoed at a terminal.
fn password() -> anyhow::Result<String> {
    let text = "The password";
    if !std::io::stdin().is_terminal() {
        return question(text, None);
    }
    write!(std::io::stderr(), "{text}: ")?;
    match console::Term::stderr().read_secure_line()?.as_str() {
        "" => bail!("could not write a configuration: no answer to \"{text}\""),
        password => Ok(password.to_owned()),
    }
}

fn configuration(answers: &Answers) -> anyhow::Result<String> {
    // a mailbox formats its name as the header needs it, whatever is in it
    let sender = lettre::message::Mailbox::new(Some(answers.sender.clone()), answers.address.parse()?);
    let mut text = CONFIGURATION.to_owned();
    for (example, value) in [
        ("sqlite:/var/lib/rsvpd/rsvpd.db", "sqlite:rsvpd.db"),
        ("imap.example.org", &answers.imap),
        ("smtp.example.org", &answers.smtp),
        ("imap-password", "password"),
        ("smtp-password", "password"),
        ("Example Conference <rsvp@example.org>", &sender.to_string()),
    ] {
        text = text.replace(&format!("{example:?}"), &quoted(value));
    }
    // only now, lest an answer be taken for an example
    let text = text.replace("address = \"rsvp@example.org\"", &format!("address = {}", quoted(&answers.address)));
    Ok(text.replace("user = \"rsvp@example.org\"", &format!("user = {}", quoted(&answers.user))))
}

/// A TOML text.
fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    let written = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
    written
        .and_then(|mut stream| stream.write_all(text.as_bytes()))
        .with_context(|| format!("could not write {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_what_was_answered_whatever_is_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let answers = Answers {
            address: "Tea@quay.example".into(),
            sender: "Tea, \"Cakes\" & 차".into(),
            imap: "mail.quay.example".into(),
            smtp: "out.quay.example".into(),
            user: "te\"a\\".into(),
            password: "secret".into(),
        };
        let file = folder.path().join("rsvpd.toml");
        write(&file, &configuration(&answers).unwrap()).unwrap();
        write(&folder.path().join("password"), "secret\n").unwrap();
        let config = Config::load(&file).unwrap();
        let mailbox = &config.mailboxes[0];
        assert_eq!(mailbox.address, "tea@quay.example");
        assert_eq!(mailbox.imap.server.host, "mail.quay.example");
        assert_eq!(mailbox.smtp.server.host, "out.quay.example");
        for server in [&mailbox.imap.server, &mailbox.smtp.server] {
            let login = server.login.as_ref().unwrap();
            assert_eq!((login.user.as_str(), login.password.reveal()), ("te\"a\\", "secret"));
        }
        assert!(mailbox.smtp.from.contains("차") && mailbox.smtp.from.contains("Tea@quay.example"));
        assert!(config.warnings.is_empty());
        assert!(write(&file, "").is_err(), "nothing is overwritten");
    }

    #[test]
    fn the_event_to_start_from_is_right() {
        crate::event::Event::from_toml(EVENT).unwrap();
    }
}

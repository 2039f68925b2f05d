//! `rsvpd check`: is everything in order, and what to do where it is not.

use clap::Args;

use super::terminal::{self, Out, Tone};
use super::{ConfigFile, with_store};
use crate::acknowledge::Templates;
use crate::config::Config;
use crate::event::{Event, folder};
use crate::mailbox::{self, Limits, Stop};
use crate::outbox;

#[derive(Debug, Args)]
pub(super) struct Check {
    #[command(flatten)]
    config: ConfigFile,
    /// Asks no server, and needs no passwords
    #[arg(long)]
    offline: bool,
}

/// What was looked at, and how it is.
struct Finding {
    part: String,
    ok: bool,
    text: String,
}

impl Check {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        let config = if self.offline { self.config.load_offline()? } else { self.config.load()? };
        let events = folder::load(std::slice::from_ref(&config.events_dir))?;
        let mut report = Report { out: Out::new(), problems: 0 };
        report.tell("configuration", true, &format!("{} is right", self.config.path.display()))?;
        report.tell("events", true, &format!("{} in {}", events.len(), config.events_dir.display()))?;
        for finding in assignments(&config, &events) {
            report.tell(&finding.part, finding.ok, &finding.text)?;
        }
        match Templates::load(config.templates_dir.as_deref()) {
            Ok(_) => report.tell("templates", true, "all of them render")?,
            Err(error) => report.tell("templates", false, &error.to_string())?,
        }
        match with_store(&config, async |store| Ok(store.check_invariants().await?)) {
            Ok(problems) if problems.is_empty() => report.tell("database", true, &config.database_url)?,
            Ok(problems) => problems.iter().try_for_each(|problem| report.tell("database", false, problem))?,
            Err(error) => report.tell("database", false, &format!("{error:#}"))?,
        }
        if !self.offline {
            servers(&config, &mut report)?;
        }
        report.out.flush()?;
        match report.problems {
            0 => Ok(()),
            1 => anyhow::bail!("the check found a problem; it is told above"),
            count => anyhow::bail!("the check found {count} problems; they are told above"),
        }
    }
}

struct Report {
    out: Out,
    problems: usize,
}

impl Report {
    fn tell(&mut self, part: &str, ok: bool, text: &str) -> std::io::Result<()> {
        let (word, tone) = if ok { ("ok", Tone::Good) } else { ("problem", Tone::Bad) };
        self.problems = self.problems.saturating_add(usize::from(!ok));
        let text = terminal::one_line(text);
        let line = if self.out.is_terminal {
            format!("{} {part:<16} {text}", self.out.tone(tone, &format!("{word:<8}")))
        } else {
            format!("{word}\t{part}\t{text}")
        };
        self.out.line(&line)?;
        // the servers take their time: show what is known
        self.out.flush()
    }
}

/// Whether every mailbox has events, and every event a mailbox.
fn assignments(config: &Config, events: &[Event]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut problem = |part: &str, text: String| findings.push(Finding { part: part.to_owned(), ok: false, text });
    for mailbox in &config.mailboxes {
        let part = format!("mailbox {}", mailbox.name);
        for id in mailbox.events.iter().filter(|id| !events.iter().any(|event| event.id == **id)) {
            problem(&part, format!("answers for the event {id:?}, which has no file; correct mailbox.events"));
        }
        if mailbox.events.is_empty() && !events.iter().any(|event| event.mailbox == mailbox.address) {
            let text =
                format!("no event has mailbox = {:?}; set it in an event file, or mailbox.events", mailbox.address);
            problem(&part, text);
        }
    }
    for event in events {
        let answered = config.mailboxes.iter().any(|mailbox| {
            mailbox.events.contains(&event.id) || mailbox.events.is_empty() && mailbox.address == event.mailbox
        });
        if !answered {
            let text = format!("no [[mailbox]] answers for it; its mailbox is {:?}", event.mailbox);
            problem(&format!("event {}", event.id), text);
        }
    }
    findings
}

/// Logs in at every server. Nothing is sent, nothing is taken in.
fn servers(config: &Config, report: &mut Report) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        // held until the end: its going away would be a request to stop
        let (_stop, stopped) = tokio::sync::watch::channel(false);
        for mailbox in &config.mailboxes {
            let part = format!("imap {}", mailbox.name);
            for finding in mailbox::probe(mailbox, Limits::default(), Stop::new(stopped.clone())).await {
                report.tell(&part, finding.ok, &finding.text)?;
            }
            let part = format!("smtp {}", mailbox.name);
            let server = &mailbox.smtp.server;
            match outbox::probe(&outbox::Settings::of(mailbox)).await {
                Ok(()) => report.tell(&part, true, &format!("{}:{} takes mail from us", server.host, server.port))?,
                Err(failure) => report.tell(&part, false, &failure.to_string())?,
            }
        }
        Ok(())
    })
}

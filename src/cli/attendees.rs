//! `rsvpd attendees`: who comes, who does not, and how that came to be known.

use clap::{Args, Subcommand};

use super::export::to_json;
use super::terminal::{self, Cell, Out, Tone};
use super::{ConfigFile, Output, Usage, now, when, with_store, word};
use crate::registry::{Facts, Record, Status};
use crate::store::Revision;

#[derive(Debug, Args)]
pub(super) struct Attendees {
    #[command(flatten)]
    config: ConfigFile,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Shows all records
    List {
        /// Only those of this event
        #[arg(long, value_name = "ID")]
        event: Option<String>,
        /// How they are printed
        #[arg(long, value_enum, default_value = "text")]
        output: Output,
    },
    /// Shows one record
    Show {
        /// Its number in the list
        id: i64,
    },
    /// Shows every revision of a record, and where each came from
    History {
        /// Its number in the list
        id: i64,
    },
    /// Erases what is kept of an address: records, mail, answers
    Erase {
        /// The address
        address: String,
    },
}

impl Attendees {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        let config = self.config.load_offline()?;
        match self.action {
            Action::List { event, output } => {
                list(&with_store(&config, async |store| Ok(store.records(event.as_deref()).await?))?, output)
            }
            Action::Show { id } => show(&with_store(&config, async |store| Ok(store.record(id).await?))?),
            Action::History { id } => history(&with_store(&config, async |store| Ok(store.history(id).await?))?),
            Action::Erase { address } => {
                if !address.contains('@') {
                    return Err(Usage(format!("{address:?} is not a mail address")).into());
                }
                let erased = with_store(&config, async |store| Ok(store.erase(&address, now()).await?))?;
                let mut out = Out::new();
                out.line(&format!("records\t{}", erased.records))?;
                out.line(&format!("messages\t{}", erased.messages))?;
                out.line(&format!("acknowledgements\t{}", erased.acknowledgements))?;
                Ok(out.flush()?)
            }
        }
    }
}

fn list(records: &[Record], output: Output) -> anyhow::Result<()> {
    let mut out = Out::new();
    if output == Output::Jsonl {
        records.iter().try_for_each(|record| out.json(&to_json(record)))?;
        return Ok(out.flush()?);
    }
    let rows = records.iter().map(|record| {
        vec![
            Cell::from(record.id),
            Cell::from(word(&record.status)).in_tone(tone(record.status)),
            text(record.facts.name.as_ref()).into(),
            text(record.facts.organization.as_ref()).into(),
            text(record.facts.position.as_ref()).into(),
            sessions(&record.facts).into(),
            text(record.facts.email.as_ref()).into(),
            Cell::new(&record.event),
        ]
    });
    let rows = rows.collect::<Vec<_>>();
    out.table(&["id", "status", "name", "organization", "position", "sessions", "email", "event"], &rows)?;
    Ok(out.flush()?)
}

fn show(record: &Record) -> anyhow::Result<()> {
    let mut out = Out::new();
    let facts = facts(&record.facts);
    let rest = [
        ("contact", record.contact.clone()),
        (
            "undeliverable",
            if record.undeliverable { "yes: mail to the contact came back".to_owned() } else { String::new() },
        ),
        ("event", record.event.clone()),
        ("status", word(&record.status)),
        ("language", record.language.clone()),
        ("revision", record.revision.to_string()),
        ("received", when(record.received_at)),
        ("updated", when(record.updated_at)),
        ("message", record.source_message_id.clone().unwrap_or_else(|| "entered by staff".to_owned())),
    ];
    for (name, value) in facts.into_iter().chain(rest).filter(|(_, value)| !value.is_empty()) {
        out.pair(name, &terminal::one_line(&value))?;
    }
    Ok(out.flush()?)
}

fn history(revisions: &[Revision]) -> anyhow::Result<()> {
    let mut out = Out::new();
    for revision in revisions {
        let source = match (&revision.staff, &revision.source_message_id) {
            (Some(staff), Some(message)) => format!("{staff}, on message {message}"),
            (Some(staff), None) => staff.clone(),
            (None, Some(message)) => format!("message {message}"),
            (None, None) => "a message without Message-ID".to_owned(),
        };
        let title = format!("revision {}  {}  by {source}", revision.revision, when(revision.at));
        let title = out.tone(Tone::Heading, &terminal::one_line(&title));
        out.line(&title)?;
        let told = facts(&revision.facts).into_iter().chain([("status", word(&revision.status))]);
        for (name, value) in told.filter(|(_, value)| !value.is_empty()) {
            out.pair(&format!("  {name}"), &terminal::one_line(&value))?;
        }
    }
    Ok(out.flush()?)
}

/// The facts by the contract's names; empty where unknown.
pub(super) fn facts(facts: &Facts) -> [(&'static str, String); 5] {
    [
        ("name", text(facts.name.as_ref())),
        ("organization", text(facts.organization.as_ref())),
        ("position", text(facts.position.as_ref())),
        ("sessions", sessions(facts)),
        ("email", text(facts.email.as_ref())),
    ]
}

fn text(fact: Option<&String>) -> String {
    fact.cloned().unwrap_or_default()
}

/// `film yes, conference no`.
fn sessions(facts: &Facts) -> String {
    let answers = facts.sessions.iter().flatten().map(|(session, answer)| format!("{session} {}", word(answer)));
    answers.collect::<Vec<_>>().join(", ")
}

fn tone(status: Status) -> Tone {
    match status {
        Status::Attending => Tone::Good,
        Status::Declined | Status::Cancelled => Tone::Quiet,
        Status::Incomplete | Status::InReview | Status::Waitlisted => Tone::Doubtful,
    }
}

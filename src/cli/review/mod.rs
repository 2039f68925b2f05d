//! `rsvpd review`: messages that wait for a human decision.

mod corrections;
mod decide;
mod show;

use clap::{Args, Subcommand};

use super::terminal::{Cell, Out};
use super::{ConfigFile, Output, when, with_store, word};
use crate::store::{ReviewEntry, ReviewState};
use corrections::Corrections;

#[derive(Debug, Args)]
pub(super) struct Review {
    #[command(flatten)]
    config: ConfigFile,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Shows what is open, oldest first
    List {
        /// How it is printed
        #[arg(long, value_enum, default_value = "text")]
        output: Output,
    },
    /// Shows a message with its reasons and what rsvpd proposes
    Show {
        /// Its number in the list
        id: i64,
    },
    /// Takes the proposal as it stands, and confirms it to the sender
    Accept {
        /// Its number in the list
        id: i64,
        #[command(flatten)]
        decision: Decision,
    },
    /// Takes the proposal with corrections, and confirms it to the sender
    Correct {
        /// Its number in the list
        id: i64,
        #[command(flatten)]
        corrections: Corrections,
        #[command(flatten)]
        decision: Decision,
    },
    /// Keeps what is there, and asks the sender for the rest
    Ask {
        /// Its number in the list
        id: i64,
        #[command(flatten)]
        decision: Decision,
    },
    /// Closes it: nothing changes, nothing is sent
    Dismiss {
        /// Its number in the list
        id: i64,
        /// A note for colleagues
        #[arg(long)]
        note: Option<String>,
    },
}

/// What every decision may say beside the facts.
#[derive(Debug, Default, Args)]
struct Decision {
    /// The event, where the message leaves it open
    #[arg(long, value_name = "ID")]
    event: Option<String>,
    /// The address that answers go to, where it is another one
    #[arg(long, value_name = "ADDRESS")]
    contact: Option<String>,
    /// Changes the record, sends nothing
    #[arg(long)]
    silent: bool,
    /// A note for colleagues
    #[arg(long)]
    note: Option<String>,
}

impl Review {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        let config = self.config.load_offline()?;
        match self.action {
            Action::List { output } => {
                list(&with_store(&config, async |store| Ok(store.review_list().await?))?, output)
            }
            Action::Show { id } => show::show(&config, id),
            Action::Accept { id, decision } => {
                decide::decide(&config, id, ReviewState::Accepted, &Corrections::default(), decision)
            }
            Action::Correct { id, corrections, decision } => {
                decide::decide(&config, id, ReviewState::Corrected, &corrections, decision)
            }
            Action::Ask { id, decision } => {
                decide::decide(&config, id, ReviewState::Asked, &Corrections::default(), decision)
            }
            Action::Dismiss { id, note } => decide::dismiss(&config, id, note),
        }
    }
}

fn list(entries: &[ReviewEntry], output: Output) -> anyhow::Result<()> {
    let mut out = Out::new();
    if output == Output::Jsonl {
        entries.iter().try_for_each(|entry| out.json(&serde_json::to_value(entry)?).map_err(anyhow::Error::from))?;
        return Ok(out.flush()?);
    }
    let rows = entries.iter().map(|entry| {
        let codes = entry.reasons.iter().map(|reason| word(&reason.code)).collect::<Vec<_>>();
        vec![
            Cell::from(entry.id),
            when(entry.received_at).into(),
            word(&entry.kind).into(),
            if entry.blocking { "undecided" } else { "recorded" }.into(),
            codes.join(", ").into(),
            Cell::new(entry.event.as_deref().unwrap_or("unclear")),
            Cell::new(entry.message_id.as_deref().unwrap_or_default()),
        ]
    });
    let rows = rows.collect::<Vec<_>>();
    out.table(&["id", "received", "kind", "state", "reasons", "event", "message"], &rows)?;
    Ok(out.flush()?)
}

//! `rsvpd outbox`: acknowledgements waiting, failed, sent.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::terminal::{Cell, Out, Tone};
use super::{ConfigFile, Output, now, when, with_store, word};
use crate::config::Config;
use crate::outbox::{self, Settings};
use crate::run::MailboxQueue;
use crate::store::{OutboxEntry, OutboxState, Store};

#[derive(Debug, Args)]
pub(super) struct Outbox {
    #[command(flatten)]
    config: ConfigFile,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Shows all acknowledgements, oldest first
    List {
        /// How they are printed
        #[arg(long, value_enum, default_value = "text")]
        output: Output,
    },
    /// Sends what is due, then ends
    Send,
    /// Makes an acknowledgement due at once, whatever stopped it
    Retry {
        /// Its number in the list
        id: i64,
    },
}

impl Outbox {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        match self.action {
            Action::List { output } => {
                let config = self.config.load_offline()?;
                list(&with_store(&config, async |store| Ok(store.outbox_list().await?))?, output)
            }
            Action::Retry { id } => {
                let config = self.config.load_offline()?;
                with_store(&config, async |store| Ok(store.outbox_retry(id, now()).await?))
            }
            Action::Send => {
                let config = self.config.load()?;
                with_store(&config, async |store| send(&config, store).await)
            }
        }
    }
}

/// Sends what is due for every mailbox; a server that cannot be used keeps none of the others waiting.
async fn send(config: &Config, store: &Store) -> anyhow::Result<()> {
    let lock = store.lock_for_daemon();
    if lock.is_ok() {
        // no daemon is at work: what stands as being sent was left by one that died
        store.recover_outbox(now()).await?;
    }
    // held until the end: its going away would be a request to stop
    let (_stop, stopped) = tokio::sync::watch::channel(false);
    let mut out = Out::new();
    let mut unusable = None;
    for mailbox in &config.mailboxes {
        let queue = MailboxQueue::new(store.clone(), &mailbox.name);
        let pass = outbox::deliver_due(&Settings::of(mailbox), &queue, now, &stopped).await?;
        let counts =
            [("sent", pass.sent), ("waiting", pass.waiting), ("failed", pass.failed), ("uncertain", pass.uncertain)];
        for (state, count) in counts {
            out.pair(&format!("{} {state}", mailbox.name), &count.to_string())?;
        }
        unusable = unusable.or(pass.unusable);
    }
    out.flush()?;
    match unusable {
        Some(failure) => Err(anyhow::Error::from(failure).context("could not send everything")),
        None => Ok(()),
    }
}

fn list(entries: &[OutboxEntry], output: Output) -> anyhow::Result<()> {
    let mut out = Out::new();
    if output == Output::Jsonl {
        entries.iter().try_for_each(|entry| out.json(&to_json(entry)))?;
        return Ok(out.flush()?);
    }
    let rows = entries.iter().map(|entry| {
        let next = entry.sent_at.or(entry.due_at).map(when).unwrap_or_default();
        vec![
            Cell::from(entry.id),
            Cell::from(word(&entry.state)).in_tone(tone(entry.state)),
            word(&entry.kind).into(),
            Cell::new(&entry.to),
            Cell::new(&entry.subject),
            entry.attempts.into(),
            next.into(),
            Cell::new(entry.last_reply.as_deref().filter(|_| entry.state != OutboxState::Sent).unwrap_or_default()),
        ]
    });
    let rows = rows.collect::<Vec<_>>();
    out.table(&["id", "state", "kind", "to", "subject", "attempts", "sent or due", "last words"], &rows)?;
    Ok(out.flush()?)
}

/// The contract's object, and what else is known.
fn to_json(entry: &OutboxEntry) -> Value {
    json!({
        "id": entry.id,
        "to": entry.to,
        "kind": entry.kind,
        "subject": entry.subject,
        "message_id": entry.message_id,
        "in_reply_to": entry.in_reply_to,
        "state": entry.state,
        "attempts": entry.attempts,
        "missing": entry.missing,
        "due_at": entry.due_at,
        "last_reply": entry.last_reply,
        "created_at": entry.created_at,
        "sent_at": entry.sent_at,
    })
}

fn tone(state: OutboxState) -> Tone {
    match state {
        OutboxState::Sent => Tone::Good,
        OutboxState::Failed => Tone::Bad,
        OutboxState::Uncertain | OutboxState::Waiting => Tone::Doubtful,
        OutboxState::Ready | OutboxState::Sending => Tone::Plain,
    }
}

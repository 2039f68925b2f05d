//! `rsvpd status`: what the daemon is doing, as its database shows it.

use clap::Args;
use serde_json::json;

use super::terminal::{self, Out};
use super::{ConfigFile, Output, when, with_store};
use crate::store::StoreStatus;

#[derive(Debug, Args)]
pub(super) struct Status {
    #[command(flatten)]
    config: ConfigFile,
    /// How it is printed
    #[arg(long, value_enum, default_value = "text")]
    output: Output,
}

impl Status {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        let config = self.config.load_offline()?;
        let (status, daemon) = with_store(&config, async |store| {
            // the lock is let go at once
            let daemon = store.lock_for_daemon().is_err();
            Ok((store.status().await?, daemon))
        })?;
        let mut out = Out::new();
        match self.output {
            Output::Jsonl => out.json(&to_json(&status, daemon))?,
            Output::Text => {
                for (name, value) in told(&status, daemon) {
                    out.pair(&name, &terminal::one_line(&value))?;
                }
            }
        }
        Ok(out.flush()?)
    }
}

fn told(status: &StoreStatus, daemon: bool) -> Vec<(String, String)> {
    let mut lines = vec![("daemon".to_owned(), if daemon { "running" } else { "not running" }.to_owned())];
    let mut line = |name: &str, value: String| lines.push((name.to_owned(), value));
    for (state, count) in &status.messages {
        line(&format!("messages {state}"), count.to_string());
    }
    if let Some(oldest) = status.oldest_undecided {
        line("oldest to be processed", when(oldest));
    }
    line("messages to be filed", status.filings_due.to_string());
    line("review items open", status.reviews_open.to_string());
    for (state, count) in &status.outbox {
        line(&format!("acknowledgements {state}"), count.to_string());
    }
    for ((event, status), count) in &status.records {
        line(&format!("records {event} {status}"), count.to_string());
    }
    for contact in &status.contacts {
        line(&format!("last contact {}", contact.what), format!("{}  {}", when(contact.at), contact.text));
    }
    lines
}

fn to_json(status: &StoreStatus, daemon: bool) -> serde_json::Value {
    let records =
        status.records.iter().map(|((event, status), count)| json!({"event": event, "status": status, "count": count}));
    let contacts =
        status.contacts.iter().map(|contact| json!({"what": contact.what, "at": contact.at, "text": contact.text}));
    json!({
        "daemon": daemon,
        "messages": status.messages,
        "oldest_undecided": status.oldest_undecided,
        "filings_due": status.filings_due,
        "reviews_open": status.reviews_open,
        "outbox": status.outbox,
        "records": records.collect::<Vec<_>>(),
        "contacts": contacts.collect::<Vec<_>>(),
    })
}

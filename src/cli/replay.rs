//! `rsvpd replay`: reads all stored messages again, and shows what would now come out differently.

use clap::Args;
use serde_json::{Value, json};

use super::terminal::{self, Out, Tone};
use super::{ConfigFile, Output, when};
use crate::process::{Difference, Replay};
use crate::run;
use crate::store::PastMessage;

/// Messages held in memory at a time.
const BATCH: u32 = 50;

#[derive(Debug, Args)]
pub(super) struct ReplayCommand {
    #[command(flatten)]
    config: ConfigFile,
    /// How differences are printed
    #[arg(long, value_enum, default_value = "text")]
    output: Output,
}

impl ReplayCommand {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        let config = self.config.load_offline()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let (store, processor) = run::open(&config).await?;
            let mut replay = Replay::new(&processor);
            let mut out = Out::new();
            let (mut behind, mut read, mut different) = (0, 0_usize, 0_usize);
            loop {
                let messages = store.past_messages(behind, BATCH).await?;
                let Some(last) = messages.last() else { break };
                behind = last.message.id;
                for past in &messages {
                    let differences = replay.differences(past).await?;
                    read = read.saturating_add(1);
                    if !differences.is_empty() {
                        different = different.saturating_add(1);
                        self.print(&mut out, past, &differences)?;
                    }
                }
            }
            store.close().await;
            if self.output == Output::Text {
                out.pair("messages read again", &read.to_string())?;
                out.pair("come out differently", &different.to_string())?;
            }
            Ok(out.flush()?)
        })
    }

    fn print(&self, out: &mut Out, past: &PastMessage, differences: &[Difference]) -> anyhow::Result<()> {
        if self.output == Output::Jsonl {
            let received_at = past.message.received_at;
            let (id, message_id) = (past.message.id, &past.message_id);
            let line = json!({
                "id": id, "message_id": message_id, "received_at": received_at, "differences": differences,
            });
            return Ok(out.json(&line)?);
        }
        let name = past.message_id.as_deref().unwrap_or("without Message-ID");
        let title = format!("message {}, {}: {}", past.message.id, when(past.message.received_at), name);
        let title = out.tone(Tone::Heading, &terminal::one_line(&title));
        out.line(&title)?;
        for difference in differences {
            let change = format!("{} → {}", plain(&difference.was), plain(&difference.now));
            out.pair(&format!("  {}", difference.what), &terminal::one_line(&change))?;
        }
        Ok(())
    }
}

/// A value as people read it.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

//! `rsvpd ingest`: takes mail from files as if the mailbox had received it.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use jiff::Timestamp;

use super::terminal::{self, Out};
use super::{ConfigFile, Usage, mail_files, now};
use crate::config::{Config, Mailbox};
use crate::process::{Clock, Processor};
use crate::run;
use crate::store::{Intake, StoreError};
use crate::understand::message::Message;

#[derive(Debug, Args)]
pub(super) struct Ingest {
    #[command(flatten)]
    config: ConfigFile,
    /// The Date header is the time of arrival, and of everything decided on it
    #[arg(long)]
    time_from_date: bool,
    /// The mailbox that it came to [default: the one that it is addressed to, else the first]
    #[arg(long, value_name = "NAME")]
    mailbox: Option<String>,
    /// Mail: files, folders, mbox files, or - for standard input
    #[arg(required = true, value_name = "FILE|DIR|MBOX|-")]
    mail: Vec<PathBuf>,
}

/// What became of the mail.
#[derive(Default)]
struct Count {
    new: usize,
    seen: usize,
    decided: usize,
    /// What to say of each file that could not be read.
    unreadable: Vec<String>,
}

impl Ingest {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        let config = self.config.load_offline()?;
        if let Some(name) = self.mailbox.as_ref().filter(|name| config.mailboxes.iter().all(|one| one.name != **name)) {
            return Err(Usage(format!("there is no mailbox {name:?} in the configuration")).into());
        }
        let files = mail_files::expand(&self.mail)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let count = runtime.block_on(async {
            let (store, processor) = run::open(&config).await?;
            let count = match store.lock_for_daemon() {
                Ok(_lock) => self.take(&config, &processor, &files, true).await,
                // a daemon that runs decides; two deciding at once would only be in each other's way
                Err(StoreError::Locked { .. }) if !self.time_from_date => {
                    self.take(&config, &processor, &files, false).await
                }
                Err(error) => Err(error.into()),
            };
            store.close().await;
            count
        })?;
        let mut out = Out::new();
        for (name, number) in [("taken in", count.new), ("seen before", count.seen), ("decided", count.decided)] {
            out.pair(name, &number.to_string())?;
        }
        out.flush()?;
        match count.unreadable.as_slice() {
            [] => Ok(()),
            [only] => anyhow::bail!("could not read {only}"),
            [first, ..] => anyhow::bail!("could not read {} files, of them {first}", count.unreadable.len()),
        }
    }

    async fn take(
        &self,
        config: &Config,
        processor: &Processor,
        files: &[PathBuf],
        decide: bool,
    ) -> anyhow::Result<Count> {
        let mut count = Count::default();
        let progress = terminal::progress(files.len(), "taking in");
        for file in files {
            for mail in mail_files::read(file) {
                let raw = match mail.raw {
                    Ok(raw) => raw,
                    Err(error) => {
                        count.unreadable.push(format!("{}: {error}", mail.file));
                        continue;
                    }
                };
                let message = Message::parse(&raw, "").ok();
                let mailbox =
                    self.mailbox_of(message.as_ref(), config).context("could not take in mail: no mailbox")?;
                let received_at = self.arrival(message.as_ref());
                let counted = match processor.take_in(&mailbox.name, raw, received_at).await? {
                    Intake::New(_) => &mut count.new,
                    Intake::Seen(_) => &mut count.seen,
                };
                *counted = counted.saturating_add(1);
                if !decide {
                    continue;
                }
                // one by one: a reply may answer what was decided on the one before
                let clock = if self.time_from_date { Clock::Arrival } else { Clock::Machine(run::now) };
                let decided = processor.process_undecided(clock, || false).await?;
                count.decided = count.decided.saturating_add(decided);
            }
            progress.inc(1);
        }
        progress.finish_and_clear();
        Ok(count)
    }

    fn mailbox_of<'a>(&self, message: Option<&Message>, config: &'a Config) -> Option<&'a Mailbox> {
        let mut mailboxes = config.mailboxes.iter();
        if let Some(name) = &self.mailbox {
            return mailboxes.find(|mailbox| mailbox.name == *name);
        }
        let addressed = |mailbox: &&Mailbox| {
            message.is_some_and(|message| message.recipients.iter().any(|to| to.address == mailbox.address))
        };
        mailboxes.find(addressed).or(config.mailboxes.first())
    }

    fn arrival(&self, message: Option<&Message>) -> Timestamp {
        message.and_then(|message| message.date).filter(|_| self.time_from_date).unwrap_or_else(now)
    }
}

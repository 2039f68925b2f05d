//! `rsvpd parse`: understands mail offline.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use clap::Args;
use serde_json::json;

use super::terminal::{self, Out};
use super::{Output, Usage, mail_files};
use crate::event::{Event, folder};
use crate::understand::offline::{self, Options};

#[derive(Debug, Args)]
pub(super) struct Parse {
    /// Folder of event files; may be given again
    #[arg(long, value_name = "DIR", required = true)]
    events: Vec<PathBuf>,
    /// The event that the mail is about, if it is known
    #[arg(long, value_name = "ID")]
    event: Option<String>,
    /// Whose Authentication-Results header is believed [default: mx. and the domain of the event's mailbox]
    #[arg(long, value_name = "ID")]
    trusted_authserv_id: Option<String>,
    /// How results are printed
    #[arg(long, value_enum, default_value = "text")]
    output: Output,
    /// Mail: files, folders, mbox files, or - for standard input
    #[arg(required = true, value_name = "FILE|DIR|-")]
    mail: Vec<PathBuf>,
}

impl Parse {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        let events = folder::load(&self.events)?;
        if let Some(id) = self.event.as_ref().filter(|id| !events.iter().any(|event| event.id == **id)) {
            let known = events.iter().map(|event| event.id.as_str()).collect::<Vec<_>>().join(", ");
            return Err(Usage(format!("there is no event {id:?}; known are: {known}")).into());
        }
        let files = mail_files::expand(&self.mail)?;
        let mut out = Out::new();
        let progress = terminal::progress(files.len(), "understanding");
        in_order(
            &files,
            |file| self.understand(file, &events),
            |text| {
                progress.inc(1);
                out.line(&text)
            },
        )?;
        progress.finish_and_clear();
        Ok(out.flush()?)
    }

    /// The lines for the mail of one file.
    fn understand(&self, file: &Path, events: &[Event]) -> String {
        let options =
            Options { event: self.event.as_deref(), trusted_authserv_id: self.trusted_authserv_id.as_deref() };
        let results = mail_files::read(file).into_iter().map(|mail| match (mail.raw, self.output) {
            (Ok(raw), Output::Jsonl) => offline::read(&raw, events, &options).to_json(&mail.file).to_string(),
            (Ok(raw), Output::Text) => {
                let text = offline::read(&raw, events, &options).to_text();
                format!("{}\n{}\n", terminal::one_line(&mail.file), terminal::lines(&text).join("\n"))
            }
            (Err(error), Output::Jsonl) => unreadable(&mail.file, &error).to_string(),
            (Err(error), Output::Text) => {
                format!("{}\ncould not be read: {error}\n", terminal::one_line(&mail.file))
            }
        });
        results.collect::<Vec<_>>().join("\n")
    }
}

/// The result for a file that cannot be read: a human must look.
fn unreadable(file: &str, error: &std::io::Error) -> serde_json::Value {
    json!({
        "file": file, "event": null, "language": "en", "kind": "unrelated", "action": "review", "human": true,
        "attendees": [], "contact": null,
        "reasons": [{"code": "unreadable", "detail": format!("the file could not be read: {error}")}],
        "reply_text": "", "signature": null,
    })
}

/// Works on all inputs on as many threads as there are processors, and hands on the results in the order of the
/// inputs, each as soon as those before it are done.
fn in_order<T: Sync, R: Send>(
    inputs: &[T],
    work: impl Fn(&T) -> R + Sync,
    mut print: impl FnMut(R) -> std::io::Result<()>,
) -> std::io::Result<()> {
    let workers = std::thread::available_parallelism().map_or(1, NonZero::get).min(inputs.len());
    let next = AtomicUsize::new(0);
    // bounded: a reader slower than the workers must not make them pile up results
    let (sender, results) = mpsc::sync_channel(workers.saturating_mul(4));
    std::thread::scope(|scope| {
        for _ in 0..workers {
            let (sender, next, work) = (sender.clone(), &next, &work);
            scope.spawn(move || {
                while let Some((number, input)) = {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    inputs.get(number).map(|input| (number, input))
                } {
                    if sender.send((number, work(input))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let mut early = BTreeMap::new();
        let mut due = 0_usize;
        for (number, result) in results {
            early.insert(number, result);
            while let Some(result) = early.remove(&due) {
                print(result)?;
                due += 1;
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_inputs_whoever_is_done_first() {
        let inputs = (0..200_u64).collect::<Vec<_>>();
        let mut printed = Vec::new();
        let busy = |n: &u64| (0..(200 - n) * 500).fold(*n, |_, _| std::hint::black_box(*n));
        in_order(&inputs, busy, |n| {
            printed.push(n);
            Ok(())
        })
        .unwrap();
        assert_eq!(printed, inputs);
    }

    #[test]
    fn a_reader_that_has_gone_ends_the_work() {
        let inputs = (0..1000).collect::<Vec<_>>();
        let gone = || Err(std::io::Error::from(std::io::ErrorKind::BrokenPipe));
        assert!(in_order(&inputs, |n| *n, |_| gone()).is_err());
    }
}

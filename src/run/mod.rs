//! The daemon: one watch per mailbox, one processor, one sender per mailbox, and a clean end.
//!
//! ```text
//! mailbox ──new mail──▶ processor ──outcomes──▶ filing (mailbox) and sending (outbox)
//! ```
//!
//! The loops know each other only through the store and a notification that there is something new in it; whoever
//! misses one finds the work at the next look.

mod ledger;
pub mod log;
mod queue;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use jiff::Timestamp;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

use crate::acknowledge::Templates;
use crate::config::{Config, Mailbox};
use crate::event::folder;
use crate::mailbox::{Limits, Stop, Watch};
use crate::outbox;
use crate::process::{Clock, Processor};
use crate::store::{Store, StoreError};

pub use ledger::MailboxLedger;
pub use queue::MailboxQueue;

/// How long the work in hand may take once a stop is asked for; the final dot of SMTP may need most of it.
const GRACE: Duration = Duration::from_secs(60);

/// The table of undecided messages is looked at this often even when nothing announced one.
const LOOK_AGAIN: Duration = Duration::from_secs(30);

/// Waits between attempts while the store fails, doubled up to a minute.
const FIRST_RETRY: Duration = Duration::from_secs(1);
const LAST_RETRY: Duration = Duration::from_secs(60);

/// The machine's clock: the one place where the daemon reads it.
#[must_use]
pub fn now() -> Timestamp {
    #[expect(clippy::disallowed_methods, reason = "the clock is read here and handed on")]
    Timestamp::now()
}

/// Opens what processing needs: the registry, the events, the templates.
///
/// # Errors
/// A sentence for whatever of it cannot be used.
pub async fn open(config: &Config) -> anyhow::Result<(Store, Processor)> {
    let events = folder::load(std::slice::from_ref(&config.events_dir))?;
    let templates = Templates::load(config.templates_dir.as_deref())?;
    let store = Store::open(&config.database_url).await?;
    let processor = Processor::new(store.clone(), events, templates, config.mailboxes.clone());
    Ok((store, processor))
}

/// What the loops of one mailbox are woken by.
#[derive(Debug, Default)]
struct Wakes {
    filings_due: Notify,
    answers_due: Notify,
}

/// Runs until SIGTERM or SIGINT; then finishes the message in hand. A second signal, or a minute, ends it at once.
///
/// # Errors
/// When it cannot start, or a loop has ended that must not.
pub async fn run(config: Config, store: Store, processor: Processor) -> anyhow::Result<()> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let _lock = store.lock_for_daemon()?;
    let recovered = store.recover_outbox(now()).await?;
    if recovered > 0 {
        tracing::warn!(recovered, "answers that were being sent when rsvpd last ended are taken up again: {recovered}");
    }
    processor.warm_up();
    let (stop, stopped) = watch::channel(false);
    let new_mail = Arc::new(Notify::new());
    let mut loops = JoinSet::new();
    let mut wakes = Vec::new();
    for mailbox in config.mailboxes {
        let mailbox = Arc::new(mailbox);
        let wake = Arc::new(Wakes::default());
        wakes.push(Arc::clone(&wake));
        loops.spawn(read(
            Arc::clone(&mailbox),
            store.clone(),
            Arc::clone(&new_mail),
            Arc::clone(&wake),
            stopped.clone(),
        ));
        loops.spawn(send(mailbox, store.clone(), wake, stopped.clone()));
    }
    loops.spawn(decide(processor, new_mail, wakes, stopped));

    let mut asked = async || {
        tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
        }
    };
    tracing::info!("rsvpd {} is running", env!("CARGO_PKG_VERSION"));
    let ended = tokio::select! {
        name = asked() => {
            tracing::info!("{name}: finishing the message in hand");
            None
        }
        ended = loops.join_next() => ended,
    };
    stop.send_replace(true);
    let rest = async { while loops.join_next().await.is_some() {} };
    tokio::select! {
        () = rest => {}
        () = tokio::time::sleep(GRACE) => tracing::warn!("ended without waiting any longer; nothing is lost, the next start goes on"),
        _ = asked() => tracing::warn!("asked again: ended at once; nothing is lost, the next start goes on"),
    }
    store.close().await;
    match ended {
        None => Ok(()),
        Some(Ok(())) => anyhow::bail!("a loop of the daemon ended by itself"),
        Some(Err(error)) => Err(error).context("a loop of the daemon failed; this is a defect"),
    }
}

async fn read(
    mailbox: Arc<Mailbox>,
    store: Store,
    new_mail: Arc<Notify>,
    wakes: Arc<Wakes>,
    stopped: watch::Receiver<bool>,
) {
    let watch = Watch {
        mailbox: &mailbox,
        limits: Limits::default(),
        now,
        new_mail: &new_mail,
        filings_due: &wakes.filings_due,
    };
    crate::mailbox::watch(watch, &MailboxLedger::new(store), Stop::new(stopped)).await;
}

async fn send(mailbox: Arc<Mailbox>, store: Store, wakes: Arc<Wakes>, stopped: watch::Receiver<bool>) {
    let queue = MailboxQueue::new(store, &mailbox.name);
    outbox::deliver(&outbox::Settings::of(&mailbox), &queue, now, &wakes.answers_due, stopped).await;
}

/// Decides whatever has been taken in. A store that fails is tried again for ever: the mail waits in it, or still in
/// the mailbox.
async fn decide(
    processor: Processor,
    new_mail: Arc<Notify>,
    wakes: Vec<Arc<Wakes>>,
    mut stopped: watch::Receiver<bool>,
) {
    let mut retry = FIRST_RETRY;
    while !*stopped.borrow() {
        let stop = stopped.clone();
        let decided = processor.process_undecided(Clock::Machine(now), || *stop.borrow()).await;
        for wake in &wakes {
            wake.filings_due.notify_one();
            wake.answers_due.notify_one();
        }
        let pause = match decided {
            Ok(_) => {
                retry = FIRST_RETRY;
                LOOK_AGAIN
            }
            Err(error) => {
                report(&error, retry);
                let pause = retry;
                retry = retry.saturating_mul(2).min(LAST_RETRY);
                pause
            }
        };
        tokio::select! {
            () = new_mail.notified() => {}
            () = tokio::time::sleep(pause) => {}
            _ = stopped.wait_for(|stop| *stop) => {}
        }
    }
}

fn report(error: &StoreError, retry: Duration) {
    if error.is_transient() {
        tracing::warn!(retry_in = ?retry, "{error}");
    } else {
        tracing::error!(retry_in = ?retry, "{error}");
    }
}

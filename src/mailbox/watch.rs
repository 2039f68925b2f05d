//! The loop of one mailbox: connect, catch up, file, wait; and again after every failure.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;
use jiff::Timestamp;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};

use super::catch_up::Place;
use super::doubt::Doubt;
use super::error::Error;
use super::ledger::{Cursor, Ledger};
use super::limits::{Limits, Stop};
use super::link::{Link, Opened};
use crate::config::Mailbox;

/// Looks in a row, without a find and without waiting: there are servers that announce with every answer a message
/// that they never show.
const MAX_HURRIED: u32 = 10;

/// What a watch works on.
#[derive(Debug, Clone)]
pub struct Watch<'a> {
    /// The mailbox.
    pub mailbox: &'a Mailbox,
    /// Time limits.
    pub limits: Limits,
    /// The clock.
    pub now: fn() -> Timestamp,
    /// Notified when mail has been stored that was not seen before.
    pub new_mail: &'a Notify,
    /// To be notified when outcomes are stored, so that their mail is filed soon.
    pub filings_due: &'a Notify,
}

/// Watches a mailbox until a stop is requested. Never gives up: what fails is noted, logged and tried again.
pub async fn watch<L: Ledger>(watch: Watch<'_>, ledger: &L, mut stop: Stop) {
    let mailbox = watch.mailbox.name.as_str();
    let mut retry = watch.limits.first_retry;
    let mut doubt = Doubt::default();
    while !stop.is_requested() {
        let begun = Instant::now();
        // imap-proto panics on some malformed answers (a NIL date, a BAD without text)
        let session = AssertUnwindSafe(session(&watch, ledger, &mut doubt, stop.clone())).catch_unwind();
        let error = match session.await {
            Ok(Err(Error::Stopped)) => break,
            Ok(Err(error)) => error,
            Ok(Ok(never)) => match never {},
            Err(_) => Error::Garbled { what: "read the mailbox" },
        };
        if begun.elapsed() > watch.limits.last_retry {
            retry = watch.limits.first_retry; // it had worked for a while
        }
        let pause = match error {
            Error::LoginRefused(_) => watch.limits.login_retry,
            _ => jittered(retry),
        };
        retry = retry.saturating_mul(2).min(watch.limits.last_retry);
        tracing::warn!(mailbox, retry_in = ?pause, "{error}");
        note(&watch, ledger, Some(&error.to_string())).await;
        tokio::select! {
            () = sleep(pause) => {}
            () = stop.requested() => {}
        }
    }
    tracing::info!(mailbox, "stopped watching");
}

/// Between half and the whole of it, so that many clients of a restarted server do not come at once.
fn jittered(pause: Duration) -> Duration {
    pause.mul_f64(0.5 + fastrand::f64() / 2.0)
}

async fn note<L: Ledger>(watch: &Watch<'_>, ledger: &L, trouble: Option<&str>) {
    let mailbox = watch.mailbox.name.as_str();
    if let Err(error) = ledger.note_contact(mailbox, (watch.now)(), trouble).await {
        tracing::warn!(mailbox, "could not note the last contact: {error}");
    }
}

/// One connection, for as long as it holds.
async fn session<L: Ledger>(watch: &Watch<'_>, ledger: &L, doubt: &mut Doubt, stop: Stop) -> Result<Infallible, Error> {
    let imap = &watch.mailbox.imap;
    let mut link = Link::open(imap, watch.limits, stop).await?;
    let opened = link.select(&imap.folder).await?;
    let mut place = place(watch, ledger, &opened).await?;
    tracing::info!(mailbox = place.mailbox, messages = opened.messages, "connected");
    let mut hurried = 0;
    loop {
        link.stop.check()?;
        let new = link.catch_up(&mut place, ledger, doubt, watch.new_mail, (watch.now)()).await?;
        hurried = if new > 0 { 0 } else { hurried + 1 };
        if new > 0 {
            tracing::info!(mailbox = place.mailbox, new, "took in mail");
        }
        note(watch, ledger, None).await;
        let more = match link.file(&place, &opened, &imap.after, ledger, (watch.now)()).await {
            Ok(more) => more,
            // a full or forbidden target folder must not keep new mail out; it is tried again at the next look
            Err(error @ (Error::Refused { .. } | Error::Circle { .. })) => {
                tracing::warn!(mailbox = place.mailbox, "{error}");
                note(watch, ledger, Some(&error.to_string())).await;
                false
            }
            Err(error) => return Err(error),
        };
        // what was announced since the look began will not be announced again
        let news = link.news && hurried < MAX_HURRIED;
        if !more && !news {
            link = link.wait(imap.poll, watch.filings_due).await?;
            hurried = 0;
        }
    }
}

/// Where to go on reading. Under another UIDVALIDITY, or where UIDs have begun to count from lower down (a server
/// restored from a backup), everything is read again, and the ledger recognises what it has.
async fn place<L: Ledger>(watch: &Watch<'_>, ledger: &L, opened: &Opened) -> Result<Place, Error> {
    let Mailbox { name, imap, .. } = watch.mailbox;
    let known = ledger.cursor(name, &imap.folder).await;
    let known = known.map_err(|error| Error::ledger("read how far the folder was read", error))?;
    let last_uid = match known {
        Some(cursor) if cursor.uid_validity != opened.uid_validity => 0,
        Some(cursor) if opened.uid_next.is_some_and(|next| next <= cursor.last_uid) => 0,
        Some(cursor) => cursor.last_uid,
        None => 0,
    };
    Ok(Place {
        mailbox: name.clone(),
        folder: imap.folder.clone(),
        cursor: Cursor { uid_validity: opened.uid_validity, last_uid },
        max_message_bytes: imap.max_message_bytes,
    })
}

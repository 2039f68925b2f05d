//! Passes over the outbox: one connection a batch, one row after another, and the loop around them.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Notify, watch};

use super::failure::{Failure, Verdict};
use super::session::Session;
use super::{Queue, Row, Settings, schedule};

/// Rows taken at once: enough for one connection, few enough to be given back quickly.
const BATCH: u32 = 50;
/// The table is looked at this often even when nothing woke the loop: staff decide in processes of their own, and the
/// sender should not wait for it.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_secs(5);

/// Once asked to stop, a server may take this long until a message's final dot; then the row is left for later.
const LAST_PATIENCE: Duration = Duration::from_secs(3);

/// What a pass did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pass {
    /// Taken by the server.
    pub sent: u32,
    /// To be tried again later.
    pub waiting: u32,
    /// Given up.
    pub failed: u32,
    /// Perhaps delivered.
    pub uncertain: u32,
    /// Why the server could not be used at all.
    pub unusable: Option<Failure>,
}

/// Sends whatever falls due, until told to stop; the message in hand is finished first.
///
/// While the server cannot be used (down, or refusing the login) the loop backs off as a row does: providers lock
/// accounts that try too often.
pub async fn deliver<Q: Queue>(
    settings: &Settings,
    queue: &Q,
    clock: impl Fn() -> Timestamp + Send + Sync,
    wake: &Notify,
    mut stop: watch::Receiver<bool>,
) {
    let mut in_vain = 0;
    while !*stop.borrow() {
        // asked for before the table is read, so that a row written meanwhile wakes
        let woken = wake.notified();
        let next = match deliver_due(settings, queue, &clock, &stop).await {
            Ok(pass) if pass.unusable.is_some() => {
                in_vain += 1;
                Err(schedule::back_off(in_vain, fastrand::f64()))
            }
            Ok(_) => {
                in_vain = 0;
                match queue.next_due().await {
                    Ok(due) => Ok(due.map_or(LOOK_AGAIN, |due| due.duration_since(clock()).min(LOOK_AGAIN))),
                    Err(error) => Err(unreadable(&error)),
                }
            }
            Err(error) => Err(unreadable(&error)),
        };
        let (pause, wakes) = next.map_or_else(|pause| (pause, false), |pause| (pause, true));
        tokio::select! {
            () = tokio::time::sleep(Duration::try_from(pause).unwrap_or_default()) => {}
            () = woken, if wakes => {}
            _ = stop.wait_for(|stop| *stop) => {}
        }
    }
}

fn unreadable(error: &dyn std::error::Error) -> SignedDuration {
    tracing::error!(%error, "could not use the outbox table; trying again soon");
    LOOK_AGAIN
}

/// Sends what is due now, batch after batch.
///
/// # Errors
/// When the store fails. The row in hand is then as the store last knew it, and is taken up again when it recovers.
pub async fn deliver_due<Q: Queue>(
    settings: &Settings,
    queue: &Q,
    clock: impl Fn() -> Timestamp + Send + Sync,
    stop: &watch::Receiver<bool>,
) -> Result<Pass, Q::Error> {
    let mut pass = Pass::default();
    while pass.unusable.is_none() && !*stop.borrow() {
        let rows = queue.claim_due(clock(), BATCH).await?;
        if rows.is_empty() {
            break;
        }
        Batch { settings, queue, clock: &clock, pass: &mut pass }.deliver(rows, stop).await?;
        queue.note_contact(clock(), pass.unusable.as_ref().map(ToString::to_string).as_deref()).await?;
    }
    Ok(pass)
}

/// Rows that share a connection.
struct Batch<'a, Q, C> {
    settings: &'a Settings,
    queue: &'a Q,
    clock: C,
    pass: &'a mut Pass,
}

impl<'a, Q: Queue, C: Fn() -> Timestamp> Batch<'a, Q, C> {
    async fn deliver(mut self, rows: Vec<Row>, stop: &watch::Receiver<bool>) -> Result<(), Q::Error> {
        let mut session = None;
        for row in rows {
            if *stop.borrow() {
                self.put_back(&row).await?;
                continue;
            }
            if let Some(failure) = self.pass.unusable.clone() {
                self.record_failure(&row, &failure).await?;
                continue;
            }
            match unless_stopped(stop, Box::pin(ready(self.settings, session.take()))).await {
                None => self.put_back(&row).await?,
                Some(Ok(ready)) => session = self.send(ready, &row, stop).await?,
                Some(Err(failure)) => {
                    self.record_failure(&row, &failure).await?;
                    self.pass.unusable = Some(failure);
                }
            }
        }
        if let Some(session) = session {
            session.quit().await;
        }
        Ok(())
    }

    /// Sends one row; gives the session back if it is still of use.
    async fn send(
        &mut self,
        mut session: Session<'a>,
        row: &Row,
        stop: &watch::Receiver<bool>,
    ) -> Result<Option<Session<'a>>, Q::Error> {
        let taken = match unless_stopped(stop, Box::pin(session.announce(row))).await {
            None => {
                self.put_back(row).await?;
                return Ok(None);
            }
            Some(Ok(())) => {
                self.queue.reached_data_end(row.id, row.attempt).await?;
                session.hand_over(&row.raw).await
            }
            Some(Err(failure)) => Err(failure),
        };
        match taken {
            Ok(reply) => {
                self.queue.sent(row.id, row.attempt, &reply, (self.clock)()).await?;
                tracing::info!(row = row.id, attempt = row.attempt, "acknowledgement sent");
                self.pass.sent += 1;
                Ok(Some(session))
            }
            Err(failure) => {
                self.record_failure(row, &failure).await?;
                Ok(failure.leaves_the_connection_usable().then_some(session))
            }
        }
    }

    /// Due again at once, for whoever runs next.
    async fn put_back(&mut self, row: &Row) -> Result<(), Q::Error> {
        self.pass.waiting += 1;
        self.queue.wait(row.id, row.attempt, (self.clock)(), "the service was stopped before its turn").await
    }

    async fn record_failure(&mut self, row: &Row, failure: &Failure) -> Result<(), Q::Error> {
        let now = (self.clock)();
        let verdict = failure.verdict();
        tracing::warn!(row = row.id, attempt = row.attempt, step = ?failure.step, ?verdict, "acknowledgement not sent");
        let (id, attempt, over) = (row.id, row.attempt, schedule::is_over(row.written_at, now));
        let error = match verdict {
            Verdict::Temporary if over => format!("given up after three days: {failure}"),
            _ => failure.to_string(),
        };
        match verdict {
            Verdict::Permanent => self.fail(id, attempt, &error).await,
            Verdict::Uncertain => self.uncertain(id, attempt, &error).await,
            // the further copy never left, but the first may have arrived: that is for staff to find out
            Verdict::Temporary if over && row.perhaps_delivered => self.uncertain(id, attempt, &error).await,
            Verdict::Temporary if over => self.fail(id, attempt, &error).await,
            Verdict::Temporary => {
                self.pass.waiting += 1;
                let again = schedule::later(now, schedule::back_off(attempt, fastrand::f64()));
                self.queue.wait(id, attempt, again, &error).await
            }
        }
    }

    async fn fail(&mut self, id: i64, attempt: u32, error: &str) -> Result<(), Q::Error> {
        self.pass.failed += 1;
        self.queue.fail(id, attempt, error).await
    }

    async fn uncertain(&mut self, id: i64, attempt: u32, error: &str) -> Result<(), Q::Error> {
        self.pass.uncertain += 1;
        self.queue.uncertain(id, attempt, schedule::further_copy((self.clock)()), error).await
    }
}

/// A step before the final dot; `None` if it had not ended some time after a stop was asked for.
async fn unless_stopped<T>(stop: &watch::Receiver<bool>, step: impl Future<Output = T> + Unpin) -> Option<T> {
    let mut stop = stop.clone();
    let stopped = async {
        stop.wait_for(|stop| *stop).await.ok();
        tokio::time::sleep(LAST_PATIENCE).await;
    };
    tokio::select! {
        done = step => Some(done),
        () = stopped => None,
    }
}

/// The session of the row before if it still answers, else a new one: many servers end a connection after some
/// number of messages.
async fn ready<'a>(settings: &'a Settings, session: Option<Session<'a>>) -> Result<Session<'a>, Failure> {
    if let Some(mut session) = session
        && session.reset().await.is_ok()
    {
        return Ok(session);
    }
    Session::open(settings).await
}

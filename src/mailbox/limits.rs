//! How long anything may take, and how a stop is asked for.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::error::{Cause, Error};

/// How long the step in hand may take after a stop.
const GRACE: Duration = Duration::from_secs(1);

/// Limits of time and size. The default suits servers on the internet; tests shorten it.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// TCP connect, TLS handshake, greeting: each.
    pub connect: Duration,
    /// No single byte from the server while an answer is due: the connection is dead. Must be longer than `idle`.
    pub silence: Duration,
    /// One command, however lively; generous, because a batch of mail may come over a slow line.
    pub command: Duration,
    /// IDLE is ended and begun anew this often, which shows that the server is still there: with `done` it makes a
    /// dead connection known within a minute. (RFC 2177 asks for less than 29 minutes.)
    pub idle: Duration,
    /// Answer to DONE, and to LOGOUT.
    pub done: Duration,
    /// First wait before another connection; doubled up to `last_retry`, with jitter.
    pub first_retry: Duration,
    /// Longest such wait.
    pub last_retry: Duration,
    /// Wait after a refused login: providers lock accounts that knock too often.
    pub login_retry: Duration,
    /// Messages in a batch, at most.
    pub batch_messages: usize,
    /// Bytes of mail in a batch, at most (a single mail may be larger).
    pub batch_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(15),
            silence: Duration::from_secs(60),
            command: Duration::from_secs(600),
            idle: Duration::from_secs(45),
            done: Duration::from_secs(15),
            first_retry: Duration::from_secs(2),
            last_retry: Duration::from_secs(80),
            login_retry: Duration::from_secs(600),
            batch_messages: 500,
            batch_bytes: 32 * 1024 * 1024,
        }
    }
}

/// A request to stop, seen by every wait: it turns true, or its sender goes away.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    /// Wraps the receiving half.
    #[must_use]
    pub fn new(receiver: watch::Receiver<bool>) -> Self {
        Self(receiver)
    }

    /// Whether it has been asked for.
    #[must_use]
    pub fn is_requested(&self) -> bool {
        *self.0.borrow() || self.0.has_changed().is_err()
    }

    /// Ends once it is asked for.
    pub async fn requested(&mut self) {
        // an error means that the sender is gone, which is a request too
        drop(self.0.wait_for(|stop| *stop).await);
    }

    /// Ends the work between two steps, if that has been asked for.
    pub(super) fn check(&self) -> Result<(), Error> {
        if self.is_requested() { Err(Error::Stopped) } else { Ok(()) }
    }

    /// Runs a step of the network under a limit. After a stop it may still come to its end, so that no mail is left
    /// half filed, but not for long. If it fails, what it worked on must be dropped.
    pub(super) async fn or<T, E: Into<Cause>>(
        &mut self,
        limit: Duration,
        what: &'static str,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, Error> {
        tokio::select! {
            done = timeout(limit, work) => match done {
                Ok(Ok(value)) => Ok(value),
                Ok(Err(cause)) => Err(Error::at(what, cause.into())),
                Err(_) => Err(Error::Silent { what }),
            },
            () = async { self.requested().await; sleep(GRACE).await } => Err(Error::Stopped),
        }
    }
}

//! Waiting for news: IDLE (RFC 2177) where the server has it, else the next look.

use std::time::Duration;

use async_imap::types::UnsolicitedResponse;
use tokio::sync::Notify;
use tokio::time::sleep;

use super::error::{Cause, Error};
use super::link::Link;

const WAIT: &str = "wait for new mail";

impl Link {
    /// Waits until the server has news, `wake` is notified, or `poll` has passed. A look at the folder must follow.
    pub(super) async fn wait(mut self, poll: Duration, wake: &Notify) -> Result<Self, Error> {
        if self.capabilities.has("IDLE") {
            let round = poll.min(self.limits.idle);
            return self.idle(round, wake).await;
        }
        tokio::select! {
            () = sleep(poll) => Ok(self),
            () = wake.notified() => Ok(self),
            () = self.stop.requested() => Err(Error::Stopped),
        }
    }

    async fn idle(self, round: Duration, wake: &Notify) -> Result<Self, Error> {
        let Self { session, mut stop, limits, capabilities, namespace, existing, .. } = self;
        let unsolicited = session.unsolicited_responses.clone();
        let mut idle = session.idle();
        stop.or(limits.silence, WAIT, idle.init()).await?;
        // what arrived between the last look and IDLE is told here, and never again
        let mut news = false;
        while let Ok(response) = unsolicited.try_recv() {
            news |= matches!(response, UnsolicitedResponse::Exists(_));
        }
        if !news {
            let (heard, interrupt) = idle.wait_with_timeout(round);
            tokio::pin!(heard);
            let woken = tokio::select! {
                response = &mut heard => Some(response),
                () = sleep(round) => None,
                () = wake.notified() => None,
                () = stop.requested() => None,
            };
            drop(interrupt);
            stop.check()?;
            // the stream must come to rest by itself, or DONE would read into the middle of an answer
            match woken {
                Some(response) => response.map_err(|error| Error::at(WAIT, Cause::from(error)))?,
                None => stop.or(limits.done, WAIT, heard).await?,
            };
        }
        let session = stop.or(limits.done, WAIT, idle.done()).await?;
        Ok(Self { session, capabilities, namespace, limits, stop, news: false, existing })
    }
}

//! How an attempt at delivery went on. Every report names its attempt and must hit exactly the row that is in it: a
//! late report of an attempt that was given up must not overwrite what came after.

use jiff::Timestamp;
use sqlx::Any;
use sqlx::any::AnyArguments;
use sqlx::query::Query;

use super::REST_OF_THE_UNCERTAIN;
use crate::store::Store;
use crate::store::error::{Result, StoreError};

impl Store {
    /// The next thing on the wire is DATA's final dot.
    ///
    /// # Errors
    /// [`StoreError::NotThisAttempt`]: the attempt is no longer the caller's, and the dot must not be sent.
    pub async fn reached_data_end(&self, id: i64, attempt: u32) -> Result<()> {
        let update = sqlx::query(
            "UPDATE outbox
             SET data_end = 1
             WHERE id = $1 AND attempts = $2 AND state = 'sending'",
        );
        self.report("note that an acknowledgement is handed over", id, update.bind(id).bind(i64::from(attempt))).await
    }

    /// The server took it.
    ///
    /// # Errors
    /// [`StoreError::NotThisAttempt`], or the database fails.
    pub async fn sent(&self, id: i64, attempt: u32, reply: &str, now: Timestamp) -> Result<()> {
        let update = sqlx::query(
            "UPDATE outbox
             SET state = 'sent', last_reply = $3, sent_at = $4
             WHERE id = $1 AND attempts = $2 AND state = 'sending'",
        );
        let update = update.bind(id).bind(i64::from(attempt)).bind(reply).bind(now.as_millisecond());
        self.report("note that an acknowledgement was sent", id, update).await
    }

    /// It did not leave, and is to be tried again. What was uncertain before stays so.
    ///
    /// # Errors
    /// [`StoreError::NotThisAttempt`], or the database fails.
    pub async fn wait(&self, id: i64, attempt: u32, until: Timestamp, error: &str) -> Result<()> {
        let update = sqlx::query(
            "UPDATE outbox
             SET state = CASE WHEN doubts > 0 THEN 'uncertain' ELSE 'waiting' END, due_at = $3, last_reply = $4
             WHERE id = $1 AND attempts = $2 AND state = 'sending'",
        );
        let update = update.bind(id).bind(i64::from(attempt)).bind(until.as_millisecond()).bind(error);
        self.report("note that an acknowledgement must wait", id, update).await
    }

    /// It was refused for good, or patience is at its end.
    ///
    /// # Errors
    /// [`StoreError::NotThisAttempt`], or the database fails.
    pub async fn fail(&self, id: i64, attempt: u32, error: &str) -> Result<()> {
        let update = sqlx::query(
            "UPDATE outbox
             SET state = 'failed', last_reply = $3
             WHERE id = $1 AND attempts = $2 AND state = 'sending'",
        );
        self.report("note that an acknowledgement failed", id, update.bind(id).bind(i64::from(attempt)).bind(error))
            .await
    }

    /// The connection broke after the final dot: one further copy leaves at `until`, unless there was one already.
    ///
    /// # Errors
    /// [`StoreError::NotThisAttempt`], or the database fails.
    pub async fn uncertain(&self, id: i64, attempt: u32, until: Timestamp, error: &str) -> Result<()> {
        let update = sqlx::query(
            "UPDATE outbox
             SET state = 'uncertain', due_at = CASE WHEN doubts = 0 THEN CAST($3 AS BIGINT) END, doubts = doubts + 1,
               last_reply = $4
             WHERE id = $1 AND attempts = $2 AND state = 'sending'",
        );
        let update = update.bind(id).bind(i64::from(attempt)).bind(until.as_millisecond()).bind(error);
        self.report("note that an acknowledgement is uncertain", id, update).await
    }

    /// Settles what a crash left in `sending`; for the start of the daemon, while nobody sends. Returns how many
    /// there were.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn recover_outbox(&self, now: Timestamp) -> Result<u64> {
        let rested = now.saturating_add(REST_OF_THE_UNCERTAIN).unwrap_or(now);
        self.write("settle interrupted acknowledgements", async |connection| {
            let before_the_dot = sqlx::query(
                "UPDATE outbox
                 SET state = CASE WHEN doubts > 0 THEN 'uncertain' ELSE 'waiting' END, due_at = $1,
                   last_reply = 'interrupted before the mail was handed over'
                 WHERE state = 'sending' AND data_end = 0",
            )
            .bind(now.as_millisecond())
            .execute(&mut *connection)
            .await?;
            let after_it = sqlx::query(
                "UPDATE outbox
                 SET state = 'uncertain', due_at = CASE WHEN doubts = 0 THEN CAST($1 AS BIGINT) END,
                   doubts = doubts + 1, last_reply = 'interrupted after the mail was handed over'
                 WHERE state = 'sending' AND data_end = 1",
            )
            .bind(rested.as_millisecond())
            .execute(connection)
            .await?;
            Ok(before_the_dot.rows_affected() + after_it.rows_affected())
        })
        .await
    }

    async fn report(&self, doing: &'static str, id: i64, update: Query<'static, Any, AnyArguments>) -> Result<()> {
        self.write(doing, async move |connection| match update.execute(connection).await?.rows_affected() {
            1 => Ok(()),
            _ => Err(StoreError::NotThisAttempt { doing, id }),
        })
        .await
    }
}

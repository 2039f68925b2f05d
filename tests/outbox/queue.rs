//! An outbox in memory, in place of the store.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};
use rsvpd::outbox::{Pass, Queue, Row, Settings, deliver_due};
use tokio::sync::watch;

/// What the store would keep of a row.
#[derive(Debug, Clone)]
pub struct Kept {
    pub row: Row,
    pub state: &'static str,
    pub due: Option<Timestamp>,
    pub said: String,
    pub reached_data_end: bool,
}

/// An outbox in memory, under a clock that tests move.
pub struct Outbox {
    pub rows: Mutex<BTreeMap<i64, Kept>>,
    now: Mutex<Timestamp>,
}

impl Outbox {
    pub fn of(count: i64) -> Self {
        let now: Timestamp = "2024-03-01T12:00:00Z".parse().unwrap();
        let kept = |id: i64| Kept {
            row: Row {
                id,
                attempt: 0,
                to: format!("guest{id}@example.org"),
                raw: format!("Subject: {id}\r\nMessage-ID: <{id}@example.org>\r\n\r\n.a dot\r\n..two\r\n").into_bytes(),
                written_at: now,
                perhaps_delivered: false,
            },
            state: "ready",
            due: Some(now),
            said: String::new(),
            reached_data_end: false,
        };
        Self { rows: Mutex::new((1..=count).map(|id| (id, kept(id))).collect()), now: Mutex::new(now) }
    }

    pub fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }

    pub fn advance(&self, time: SignedDuration) {
        *self.now.lock().unwrap() += time;
    }

    pub fn kept(&self, id: i64) -> Kept {
        self.rows.lock().unwrap()[&id].clone()
    }

    pub fn state(&self, id: i64) -> &'static str {
        self.kept(id).state
    }

    pub fn insert(&self, id: i64) {
        self.rows.lock().unwrap().insert(id, Self::of(id).kept(id));
    }

    /// Makes a message larger than what all buffers on the way hold, so that trouble is met before its final dot.
    pub fn enlarge(&self, id: i64) {
        let line = [b"x".repeat(70), b"\r\n".to_vec()].concat();
        self.rows.lock().unwrap().get_mut(&id).unwrap().row.raw = line.repeat(200_000);
    }

    fn end(&self, id: i64, attempt: u32, state: &'static str, due: Option<Timestamp>, said: &str) {
        let mut rows = self.rows.lock().unwrap();
        let kept = rows.get_mut(&id).unwrap();
        assert_eq!((kept.state, kept.row.attempt), ("sending", attempt), "the attempt was not recorded");
        (kept.state, kept.due, kept.said) = (state, due, said.to_owned());
    }

    pub async fn pass(&self, settings: &Settings) -> Pass {
        let (_stop, running) = watch::channel(false);
        deliver_due(settings, self, || self.now(), &running).await.unwrap()
    }
}

impl Queue for Outbox {
    type Error = Infallible;

    async fn claim_due(&self, now: Timestamp, limit: u32) -> Result<Vec<Row>, Infallible> {
        let mut rows = self.rows.lock().unwrap();
        let due = rows.values_mut().filter(|kept| kept.state != "sending" && kept.due.is_some_and(|due| due <= now));
        let claimed = due.take(limit as usize).map(|kept| {
            kept.state = "sending";
            kept.row.attempt += 1;
            kept.reached_data_end = false;
            kept.row.clone()
        });
        Ok(claimed.collect())
    }

    async fn reached_data_end(&self, id: i64, _: u32) -> Result<(), Infallible> {
        self.rows.lock().unwrap().get_mut(&id).unwrap().reached_data_end = true;
        Ok(())
    }

    async fn sent(&self, id: i64, attempt: u32, reply: &str, _: Timestamp) -> Result<(), Infallible> {
        self.end(id, attempt, "sent", None, reply);
        Ok(())
    }

    async fn wait(&self, id: i64, attempt: u32, until: Timestamp, error: &str) -> Result<(), Infallible> {
        let state = if self.kept(id).row.perhaps_delivered { "uncertain" } else { "waiting" };
        self.end(id, attempt, state, Some(until), error);
        Ok(())
    }

    async fn fail(&self, id: i64, attempt: u32, error: &str) -> Result<(), Infallible> {
        self.end(id, attempt, "failed", None, error);
        Ok(())
    }

    async fn uncertain(&self, id: i64, attempt: u32, until: Timestamp, error: &str) -> Result<(), Infallible> {
        let due = (!self.kept(id).row.perhaps_delivered).then_some(until);
        self.end(id, attempt, "uncertain", due, error);
        self.rows.lock().unwrap().get_mut(&id).unwrap().row.perhaps_delivered = true;
        Ok(())
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, Infallible> {
        Ok(self.rows.lock().unwrap().values().filter_map(|kept| kept.due).min())
    }

    async fn note_contact(&self, _: Timestamp, _: Option<&str>) -> Result<(), Infallible> {
        Ok(())
    }
}

//! A registry in memory, and a watch that runs on it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rsvpd::config::{Imap, Mailbox, Server, Smtp, Tls};
use rsvpd::mailbox::{Batch, Cursor, DueFiling, Ledger, Limits, Stop, Watch, watch};
use rsvpd::registry::Filing;
use tokio::sync::{Notify, watch as signal};
use tokio::task::JoinHandle;

/// What the registry holds.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    pub cursor: Option<Cursor>,
    /// Raw bytes of each message, once.
    pub messages: Vec<Vec<u8>>,
    /// Beside `messages`.
    pub oversize: Vec<Option<u32>>,
    /// Every UID ever shown, with the index of its message.
    pub places: Vec<Place>,
    /// Outcomes by index of the message.
    pub decided: HashMap<usize, Filing>,
    /// How many messages were handed in, seen before or not.
    pub arrivals: usize,
    /// Every trouble noted.
    pub troubles: Vec<String>,
    /// Refuses to store.
    pub full: bool,
}

/// Where a message lies.
#[derive(Debug, Clone)]
pub struct Place {
    pub uid_validity: u32,
    pub uid: u32,
    pub message: usize,
    pub filed: bool,
}

impl Memory {
    pub fn raws(&self) -> Vec<Vec<u8>> {
        self.messages.clone()
    }

    pub fn nothing_is_due(&self) -> bool {
        !self.decided.is_empty()
            && self.places.iter().all(|place| place.filed || !self.decided.contains_key(&place.message))
    }

    pub fn trouble(&self, words: &str) -> bool {
        self.troubles.iter().any(|trouble| trouble.contains(words))
    }
}

#[derive(Debug, Clone)]
struct Shared(signal::Sender<Memory>);

#[derive(Debug, thiserror::Error)]
#[error("the disk is full")]
struct Full;

impl Ledger for Shared {
    type Error = Full;

    async fn cursor(&self, _: &str, _: &str) -> Result<Option<Cursor>, Full> {
        Ok(self.0.borrow().cursor)
    }

    async fn take_in(&self, batch: Batch) -> Result<usize, Full> {
        if self.0.borrow().full {
            return Err(Full);
        }
        let mut new = 0;
        self.0.send_modify(|memory| {
            for arrival in batch.arrivals {
                memory.arrivals += 1;
                let known = memory.messages.iter().position(|raw| *raw == arrival.raw);
                let message = known.unwrap_or_else(|| {
                    new += 1;
                    memory.messages.push(arrival.raw);
                    memory.oversize.push(arrival.oversize);
                    memory.messages.len() - 1
                });
                let uid_validity = batch.cursor.uid_validity;
                memory.places.push(Place { uid_validity, uid: arrival.uid, message, filed: false });
            }
            memory.cursor = Some(batch.cursor);
        });
        Ok(new)
    }

    async fn due_filings(&self, _: &str, _: &str, uid_validity: u32, limit: usize) -> Result<Vec<DueFiling>, Full> {
        let memory = self.0.borrow();
        let due = memory.places.iter().enumerate().filter_map(|(id, place)| {
            let filing = *memory.decided.get(&place.message)?;
            let id = i64::try_from(id).expect("few");
            (!place.filed && place.uid_validity == uid_validity).then_some(DueFiling { id, uid: place.uid, filing })
        });
        Ok(due.take(limit).collect())
    }

    async fn filed(&self, ids: &[i64], _: Timestamp) -> Result<(), Full> {
        self.0.send_modify(|memory| {
            for id in ids {
                memory.places[usize::try_from(*id).expect("ours")].filed = true;
            }
        });
        Ok(())
    }

    async fn note_contact(&self, _: &str, _: Timestamp, trouble: Option<&str>) -> Result<(), Full> {
        self.0.send_modify(|memory| memory.troubles.extend(trouble.map(str::to_owned)));
        Ok(())
    }
}

/// A watch at work.
pub struct Run {
    shared: Shared,
    filings_due: Arc<Notify>,
    stop: signal::Sender<bool>,
    task: JoinHandle<()>,
}

impl Run {
    pub fn start(mailbox: Mailbox, memory: Memory) -> Self {
        Self::with(mailbox, memory, limits())
    }

    pub fn with(mailbox: Mailbox, memory: Memory, limits: Limits) -> Self {
        let shared = Shared(signal::Sender::new(memory));
        let filings_due = Arc::new(Notify::new());
        let (stop, stopped) = signal::channel(false);
        let (ledger, due) = (shared.clone(), Arc::clone(&filings_due));
        let task = tokio::spawn(async move {
            let now = || "2026-11-27T12:00:00Z".parse().expect("a time");
            let new_mail = Notify::new();
            let settings = Watch { mailbox: &mailbox, limits, now, new_mail: &new_mail, filings_due: &due };
            watch(settings, &ledger, Stop::new(stopped)).await;
        });
        Self { shared, filings_due, stop, task }
    }

    /// Waits until the registry is so, at most ten seconds.
    pub async fn until(&self, what: &str, holds: impl FnMut(&Memory) -> bool) {
        let mut changes = self.shared.0.subscribe();
        let waited = tokio::time::timeout(Duration::from_secs(10), changes.wait_for(holds)).await.is_ok();
        assert!(waited, "waited in vain: {what}; {:?}", self.memory(|memory| memory.troubles.clone()));
    }

    pub fn memory<T>(&self, read: impl FnOnce(&Memory) -> T) -> T {
        read(&self.shared.0.borrow())
    }

    pub fn change(&self, change: impl FnOnce(&mut Memory)) {
        self.shared.0.send_modify(change);
    }

    pub fn decide(&self, message: usize, filing: Filing) {
        self.change(|memory| {
            memory.decided.insert(message, filing);
        });
        self.filings_due.notify_one();
    }

    /// Asks it to stop, which must not take long.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        let stopped = tokio::time::timeout(Duration::from_secs(2), self.task).await;
        stopped.expect("it stops within two seconds").expect("it does not panic");
    }
}

/// Retries fast, so that tests do.
pub fn limits() -> Limits {
    let retry = Duration::from_millis(20);
    Limits { first_retry: retry, last_retry: retry, ..Limits::default() }
}

pub fn mailbox(imap: Imap) -> Mailbox {
    let server = Server { host: "localhost".to_owned(), port: 25, tls: Tls::None, ca_file: None, login: None };
    Mailbox {
        name: "rsvp".to_owned(),
        address: "rsvp@host.example".to_owned(),
        events: Vec::new(),
        imap,
        smtp: Smtp { server, from: "Host <rsvp@host.example>".to_owned() },
        trusted_authserv_id: "mx.host.example".to_owned(),
        answers_per_day: 5,
    }
}

pub fn mail(subject: &str, body: &str) -> Vec<u8> {
    format!(
        "From: Guest <guest@home.example>\r\nTo: rsvp@host.example\r\nSubject: {subject}\r\n\
         Message-ID: <{subject}@home.example>\r\n\r\n{body}\r\n"
    )
    .into_bytes()
}

//! Takes stored mail through the pure core and stores what follows from it.
//!
//! The raw bytes are in the store before anything here looks at them, and all that follows from a message is stored
//! in one transaction: a crash at any point leaves it either undecided, to be taken up again, or decided whole.

mod outcome;
mod replay;

use jiff::{SignedDuration, Timestamp};

use crate::acknowledge::{Templates, message_id};
use crate::config::Mailbox;
use crate::event::Event;
use crate::registry::{Known, KnownQuery, Outcome, Record};
use crate::store::{Committed, Incoming, Intake, Store, StoreError, StoredMessage};
use crate::understand::decide::{Decision, namesake};
use crate::understand::facts::evidence::ReasonCode;
use crate::understand::message::{Message, Unreadable};
use crate::understand::{Understanding, understand};
use outcome::{Answers, Case};
pub use replay::{Difference, Replay};

/// A message that has made processing fail this often is put aside for staff; the queue behind it goes on.
const MAX_ATTEMPTS: u32 = 3;

/// Messages held in memory at a time.
const BATCH: u32 = 50;

/// How often a decision is made anew because the registry moved on meanwhile.
const MAX_REDECISIONS: u32 = 5;

/// Everything that deciding a message needs.
#[derive(Debug)]
pub struct Processor {
    store: Store,
    events: Vec<Event>,
    templates: Templates,
    mailboxes: Vec<Mailbox>,
}

/// Which time counts as now when a message is decided.
#[derive(Debug, Clone, Copy)]
pub enum Clock {
    /// The machine's.
    Machine(fn() -> Timestamp),
    /// The time at which the message arrived: imports and tests.
    Arrival,
}

impl Processor {
    /// A processor over these events and mailboxes.
    #[must_use]
    pub fn new(store: Store, events: Vec<Event>, templates: Templates, mailboxes: Vec<Mailbox>) -> Self {
        Self { store, events, templates, mailboxes }
    }

    /// Loads all words and rules, which are otherwise loaded by the first message: a message is to be blamed only for
    /// a crash that came while it was being read itself.
    pub fn warm_up(&self) {
        let mail = b"From: a@example.org\r\nSubject: yes\r\n\r\nI will attend.\r\n\r\nA. Body\r\nDirector\r\n";
        let events: Vec<&Event> = self.events.iter().collect();
        if let Ok(message) = Message::parse(mail, "") {
            drop(understand(&message, &events, None));
        }
    }

    /// Takes one mail in, as if a mailbox had received it. It still has to be processed.
    ///
    /// # Errors
    /// When it could not be stored; then nothing of it was.
    pub async fn take_in(&self, mailbox: &str, raw: Vec<u8>, received_at: Timestamp) -> Result<Intake, StoreError> {
        let mail = Incoming {
            mailbox: mailbox.to_owned(),
            message_id: Message::parse(&raw, "").ok().and_then(|message| message.message_id),
            raw,
            received_at,
            location: None,
            oversize: None,
        };
        let intakes = self.store.take_in(&[mail], None).await?;
        intakes.first().copied().ok_or(StoreError::NotFound { what: "message", id: 0 })
    }

    /// Decides everything that is not decided yet, in the order of intake. `stop` is asked between messages.
    /// Returns how many were decided.
    ///
    /// # Errors
    /// When the store fails; what was not decided is taken up again by the next call.
    pub async fn process_undecided(&self, clock: Clock, stop: impl Fn() -> bool) -> Result<usize, StoreError> {
        let mut decided = 0_usize;
        loop {
            let messages = self.store.undecided(BATCH).await?;
            if messages.is_empty() {
                return Ok(decided);
            }
            for message in &messages {
                if stop() {
                    return Ok(decided);
                }
                let now = match clock {
                    Clock::Machine(now) => now(),
                    Clock::Arrival => message.received_at,
                };
                self.process(message, now).await?;
                decided = decided.saturating_add(1);
            }
        }
    }

    async fn process(&self, stored: &StoredMessage, now: Timestamp) -> Result<(), StoreError> {
        let attempt = self.store.count_attempt(stored.id).await?;
        for _ in 0..MAX_REDECISIONS {
            let outcome = self.decide(stored, attempt, now).await?;
            match self.store.commit(stored.id, &outcome, now).await {
                Err(StoreError::Stale { .. }) => {}
                Ok(committed) => {
                    tell(stored.id, &outcome, &committed);
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
        }
        // Somebody keeps changing the same record; the next round tries again.
        Err(StoreError::Stale { record: 0 })
    }

    async fn decide(&self, stored: &StoredMessage, attempt: u32, now: Timestamp) -> Result<Outcome, StoreError> {
        let mail = self.mail(stored);
        let known = match &mail.message {
            Ok(message) => self.store.known(&query(message)).await?,
            Err(_) => Known::default(),
        };
        let mut understanding = if attempt > MAX_ATTEMPTS {
            Understanding::set_aside(ReasonCode::Unreadable, format!("processing it failed {MAX_ATTEMPTS} times"))
        } else {
            mail.understand(&known)
        };
        let decision = &mut understanding.decision;
        for (at, namesakes) in self.namesakes(understanding.event.as_deref(), decision).await? {
            namesake::heed(decision, at, &namesakes);
        }
        let mailbox = mail.mailbox;
        let within_budget = self.within_budget(mailbox, &understanding, now).await?;
        let case = Case {
            message: mail.message.as_ref().ok(),
            understanding: &understanding,
            event: mail.events.iter().copied().find(|event| Some(&event.id) == understanding.event.as_ref()),
            known: &known,
            answers: Answers {
                templates: &self.templates,
                from: mailbox.map_or("", |mailbox| mailbox.smtp.from.as_str()),
                message_id: &message_id(fastrand::u128(..), mailbox.map_or("", |mailbox| mailbox.address.as_str())),
                now,
                within_budget,
            },
        };
        Ok(outcome::of(&case))
    }

    /// A stored message, parsed, with all that it is read by.
    fn mail<'a>(&'a self, stored: &StoredMessage) -> Mail<'a> {
        let mailbox = self.mailboxes.iter().find(|mailbox| mailbox.name == stored.mailbox);
        let trusted = mailbox.map_or("", |mailbox| mailbox.trusted_authserv_id.as_str());
        let message = Message::parse(&stored.raw, trusted).map(|message| dated(message, stored.received_at));
        Mail { mailbox, message, oversize: stored.oversize, events: self.events_of(mailbox) }
    }

    /// The events that a mailbox answers for.
    fn events_of(&self, mailbox: Option<&Mailbox>) -> Vec<&Event> {
        let Some(mailbox) = mailbox else { return Vec::new() };
        let answered = |event: &&Event| match mailbox.events.as_slice() {
            [] => event.mailbox == mailbox.address,
            ids => ids.contains(&event.id),
        };
        self.events.iter().filter(answered).collect()
    }

    /// Who else bears the names of this message's attendees, by their number in it.
    async fn namesakes(
        &self,
        event: Option<&str>,
        decision: &Decision,
    ) -> Result<Vec<(usize, Vec<Record>)>, StoreError> {
        let mut found = Vec::new();
        let Some(event) = event else { return Ok(found) };
        for (at, name) in namesake::strangers(decision) {
            found.push((at, self.store.records_named(event, name).await?));
        }
        Ok(found)
    }

    async fn within_budget(
        &self,
        mailbox: Option<&Mailbox>,
        understanding: &Understanding,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (Some(mailbox), Some(contact)) = (mailbox, understanding.decision.contact.as_deref()) else {
            return Ok(false);
        };
        let day_ago = now.saturating_sub(SignedDuration::from_hours(24)).unwrap_or(Timestamp::MIN);
        Ok(self.store.answers_since(contact, day_ago).await? < mailbox.answers_per_day)
    }
}

/// A stored message, parsed, with all that it is read by.
struct Mail<'a> {
    mailbox: Option<&'a Mailbox>,
    message: Result<Message, Unreadable>,
    oversize: Option<u32>,
    events: Vec<&'a Event>,
}

impl Mail<'_> {
    fn understand(&self, known: &Known) -> Understanding {
        match (&self.message, self.oversize) {
            (_, Some(size)) => Understanding::set_aside(
                ReasonCode::TooLarge,
                format!("a mail of {size} bytes, of which only the header was read"),
            ),
            (Ok(message), None) => understand(message, &self.events, Some(known)),
            (Err(why), None) => Understanding::unreadable(why),
        }
    }
}

/// A mail without a date was written when it arrived; so was one that claims to come from the future.
fn dated(mut message: Message, received_at: Timestamp) -> Message {
    message.date = Some(message.date.map_or(received_at, |date| date.min(received_at)));
    message
}

fn query(message: &Message) -> KnownQuery {
    let senders = message.from.iter().chain(&message.reply_to).map(|mailbox| mailbox.address.clone()).collect();
    let returned = message.delivery_report.iter().filter_map(|report| report.returned_message_id.clone());
    KnownQuery { senders, thread: message.thread.iter().cloned().chain(returned).collect() }
}

fn tell(message: i64, outcome: &Outcome, committed: &Committed) {
    tracing::info!(
        message,
        kind = ?outcome.kind,
        action = ?outcome.action,
        human = outcome.human,
        event = outcome.event.as_deref().unwrap_or("-"),
        changes = outcome.changes.len(),
        answer = committed.outbox.is_some(),
        "message {message} decided"
    );
}

//! Facts read from the reply: people, sessions, intent, each with its evidence and how sure the reader is.
//!
//! Readers are witnesses: none is the sole authority. Agreement raises confidence, conflict lowers it; the decision
//! weighs them.

mod answer;
mod calendar;
pub mod evidence;
pub mod intent;
pub mod people;
pub mod sessions;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::DateTime;
use jiff::tz::Offset;

use self::evidence::{Fact, ReasonCode, Signal};
use self::intent::Intent;
use self::people::Person;
use self::sessions::Answer;
use super::language::Languages;
use super::message::Message;
use super::reply::{ReplyText, Span};
use crate::event::{Event, Field};

/// All that was read of a mail.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Who the mail is about, each with the session answers that are his.
    pub subjects: Vec<Subject>,
    /// What it wants.
    pub intent: Intent,
    /// What any reader noticed.
    pub signals: Vec<Signal>,
}

/// A person that the mail is about.
#[derive(Debug, Clone, Default)]
pub struct Subject {
    /// Who.
    pub person: Person,
    /// Answers by session; `None` where nothing is said.
    pub sessions: Option<BTreeMap<String, Fact<Answer>>>,
}

impl Facts {
    /// Reads the facts. `asked` is what our question, which this mail answers, was about: a bare "Referentin."
    /// answers it. Empty if the mail answers no question.
    #[must_use]
    pub fn read(reply: &ReplyText, message: &Message, event: &Event, asked: &[Field], languages: &Languages) -> Self {
        let people = people::read(reply, message, event, languages);
        let mut reading = sessions::read(reply, message, event, sent(message), languages);
        let intent = intent::read(reply, message, event, languages);
        let mut signals = people.signals;
        signals.append(&mut reading.signals);
        signals.extend(intent.signals.iter().cloned());
        signals.extend(calendar::read(message, event, &mut reading));
        signals.extend(unread(reply, languages));
        let scopes: Vec<Vec<Span>> = people.people.iter().map(|person| person.scope.clone()).collect();
        let mut contradictions = BTreeSet::new();
        let mut subjects: Vec<Subject> = people
            .people
            .into_iter()
            .enumerate()
            .map(|(number, person)| {
                let others: Vec<Span> = scopes
                    .iter()
                    .enumerate()
                    .filter(|(other, _)| *other != number)
                    .flat_map(|(_, spans)| spans.iter().copied())
                    .collect();
                contradictions.extend(reading.contradictions(event, &person.scope, &others));
                Subject { sessions: reading.answers(event, &person.scope, &others), person }
            })
            .collect();
        signals.extend(contradictions.into_iter().map(|session| Signal {
            code: ReasonCode::Contradiction,
            detail: format!("says both yes and no about {session}"),
            span: None,
        }));
        if let [subject] = subjects.as_mut_slice() {
            answer::complete(&mut subject.person, reply, asked);
        }
        Self { subjects, intent, signals }
    }
}

/// A text in a language that rsvpd does not read: whatever the readers found in it may be chance.
fn unread(reply: &ReplyText, languages: &Languages) -> Option<Signal> {
    let detail = "is written in a language that rsvpd does not read".to_owned();
    (!languages.understand(reply.body())).then_some(Signal { code: ReasonCode::LowConfidence, detail, span: None })
}

/// The sender's local time of writing, as his Date header tells it.
fn sent(message: &Message) -> Option<DateTime> {
    let offset = Offset::from_seconds(message.utc_offset_minutes.checked_mul(60)?).ok()?;
    Some(offset.to_datetime(message.date?))
}

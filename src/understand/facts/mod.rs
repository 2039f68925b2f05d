//! Facts read from the reply: people, sessions, intent, each with its evidence and how sure the reader is.
//!
//! Readers are witnesses: none is the sole authority. Agreement raises confidence, conflict lowers it; the decision
//! weighs them.

mod answer;
mod calendar;
pub mod evidence;
pub mod intent;
pub mod opinion;
pub mod people;
pub mod sessions;
pub mod trust;
pub mod unexplained;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::DateTime;
use jiff::tz::Offset;

use self::evidence::{Fact, ReasonCode, Signal};
use self::intent::Intent;
use self::people::Person;
use self::sessions::{Answer, SessionReading};
use self::trust::Grounds;
use self::unexplained::Unexplained;
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
    /// What of the text no reader has explained.
    pub unexplained: Unexplained,
}

/// A person that the mail is about.
#[derive(Debug, Clone, Default)]
pub struct Subject {
    /// Who.
    pub person: Person,
    /// Answers by session; `None` where nothing is said.
    pub sessions: Option<BTreeMap<String, Fact<Answer>>>,
    /// How likely what was read of each field is right, or how likely a field that was not read is not there.
    pub trust: BTreeMap<Field, f32>,
    /// What that was computed from.
    pub grounds: BTreeMap<Field, Grounds>,
    /// What the second opinion on each session was formed on.
    pub sights: Vec<opinion::Sight>,
}

impl Facts {
    /// Reads the facts. `asked` is what our question, which this mail answers, was about: a bare "Referentin."
    /// answers it. Empty if the mail answers no question.
    #[must_use]
    pub fn read(reply: &ReplyText, message: &Message, event: &Event, asked: &[Field], languages: &Languages) -> Self {
        let languages = &languages.of_mail(&reply.text, &event.languages);
        let people = people::read(reply, message, event, languages);
        let mut reading = sessions::read(reply, message, event, sent(message), languages);
        let intent = intent::read(reply, &reading, event, languages);
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
                Subject { sessions: reading.answers(event, &person.scope, &others), person, ..Subject::default() }
            })
            .collect();
        signals.extend(contradictions.into_iter().map(|session| Signal {
            code: ReasonCode::Contradiction,
            detail: format!("says both yes and no about {session}"),
            span: None,
        }));
        let explained = explained(&subjects, &reading, &intent);
        let unexplained = Unexplained::of(reply, &explained, languages);
        let language = languages.detect(&reply.text).map_or("", |language| language.code.as_str());
        for subject in &mut subjects {
            let sights = opinion::sights(&reply.text, subject, &reading.mentions, &intent, event);
            let agreement = opinion::agreement(&sights, subject, event);
            subject.believe(trust::grounds(subject, agreement, &intent, event, &unexplained, language));
            subject.sights = sights;
        }
        if let [subject] = subjects.as_mut_slice() {
            answer::complete(&mut subject.person, reply, asked);
        }
        Self { subjects, intent, signals, unexplained }
    }
}

impl Subject {
    /// Puts the probability that each fact is right in the place of its reader's own confidence. The answers about
    /// sessions are right together or not at all.
    fn believe(&mut self, grounds: BTreeMap<Field, Grounds>) {
        self.trust = grounds.iter().map(|(field, grounds)| (*field, trust::probability(*field, grounds))).collect();
        let trust = |field| self.trust.get(&field).copied().unwrap_or_default();
        let person = &mut self.person;
        let texts = [
            (Field::Name, &mut person.name),
            (Field::Organization, &mut person.organization),
            (Field::Position, &mut person.position),
        ];
        for (field, fact) in texts {
            if let Some(fact) = fact {
                fact.evidence.confidence = trust(field);
            }
        }
        let sessions = trust(Field::Sessions);
        for fact in self.sessions.iter_mut().flat_map(BTreeMap::values_mut) {
            fact.evidence.confidence = sessions;
        }
        self.grounds = grounds;
    }
}

/// Where the readers found something.
fn explained(subjects: &[Subject], sessions: &SessionReading, intent: &Intent) -> Vec<Span> {
    let texts = subjects.iter().flat_map(|subject| {
        let person = &subject.person;
        [&person.name, &person.organization, &person.position, &person.email]
    });
    let texts = texts.flatten().filter_map(|fact| fact.evidence.span);
    let sessions = sessions.mentions.iter().filter_map(|mention| mention.evidence.span);
    let intent = intent.kind.iter().filter_map(|(_, evidence)| evidence.span);
    texts.chain(sessions).chain(intent).collect()
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

//! An attendee as a mail describes him, and what the event still wants to know.

use std::collections::BTreeMap;

use super::registered::{self, Purpose};
use super::{Reason, identity, kind};
use crate::event::{Event, Field};
use crate::registry::{Known, Record, Status};
use crate::understand::facts::evidence::{Evidence, Fact, ReasonCode, Source};
use crate::understand::facts::intent::Kind;
use crate::understand::facts::sessions::Answer;
use crate::understand::facts::{Facts, Subject};
use crate::understand::message::Message;
use crate::understand::reply::ReplyText;

/// An attendee as understood from one mail.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Attendee {
    /// Name without honorifics and degrees.
    pub name: Option<Fact<String>>,
    /// Organization, or the words of an explicit "none".
    pub organization: Option<Fact<String>>,
    /// Position or occupation.
    pub position: Option<Fact<String>>,
    /// Answers by session id; `None` where nothing is said.
    pub sessions: Option<BTreeMap<String, Fact<Answer>>>,
    /// The attendee's address.
    pub email: Option<Fact<String>>,
    /// Belongs to no organization by his own word: none is missing.
    pub is_independent: bool,
    /// What the event requires and neither the mail nor the registry gives.
    pub missing: Vec<Field>,
    /// The record that it is about, where the registry holds one.
    pub record: Option<i64>,
    /// How likely a field that the mail does not give is really not there.
    pub trust: BTreeMap<Field, f32>,
}

/// A required answer about sessions is open when none is a yes and one is not answered.
fn sessions_open(sessions: Option<&BTreeMap<String, Answer>>, event: &Event) -> bool {
    sessions.is_none_or(|answers| {
        let yes = answers.values().any(|answer| *answer == Answer::Yes);
        !yes && event.sessions.iter().any(|session| !answers.contains_key(&session.id))
    })
}

/// The attendees of a mail, each matched with its record and measured against what the event requires.
pub fn all(
    facts: &Facts,
    kind: Kind,
    reply: &ReplyText,
    message: &Message,
    event: &Event,
    known: Option<&Known>,
) -> Vec<Attendee> {
    let mut attendees: Vec<Attendee> = facts.subjects.iter().map(Attendee::from).collect();
    if attendees.is_empty() && matches!(kind, Kind::Attend | Kind::Decline | Kind::Change | Kind::Cancel) {
        attendees.push(Attendee { email: sender_address(message), ..Attendee::default() });
    }
    let alone = attendees.len() == 1;
    for attendee in &mut attendees {
        attendee.record = known.and_then(|known| identity::record_of(attendee, alone, &reply.text, event, known));
        if let Some(record) = attendee.known_as(known) {
            let purpose = Purpose {
                withdraws: matches!(kind, Kind::Decline | Kind::Cancel) || attendee.comes_to_nothing(),
                takes_back: kind == Kind::Cancel && intent_is_clear(facts),
                asked: known.map_or(&[], Known::asks_for),
            };
            registered::leave_to_record(attendee, &purpose, record);
        }
        attendee.missing = attendee.lacks(kind, event, known);
    }
    attendees
}

/// Whether what the mail wants stands in its words, whatever it says of sessions.
fn intent_is_clear(facts: &Facts) -> bool {
    facts.intent.kind.as_ref().is_some_and(|(_, evidence)| evidence.confidence >= kind::CLEAR)
}

impl From<&Subject> for Attendee {
    fn from(subject: &Subject) -> Self {
        let person = subject.person.clone();
        Self {
            name: person.name,
            organization: person.organization,
            position: person.position,
            email: person.email,
            sessions: subject.sessions.clone().filter(|answers| !answers.is_empty()),
            is_independent: person.is_independent,
            missing: Vec::new(),
            record: None,
            trust: subject.trust.clone(),
        }
    }
}

impl Attendee {
    /// Whether he answers every session that he mentions with no.
    pub fn comes_to_nothing(&self) -> bool {
        self.sessions.as_ref().is_some_and(|answers| answers.values().all(|fact| fact.value == Answer::No))
    }

    /// Whether he comes to something.
    pub fn comes(&self) -> bool {
        self.sessions.iter().flatten().any(|(_, fact)| fact.value == Answer::Yes)
    }

    /// The facts of the mail as the registry keeps them.
    #[must_use]
    pub fn facts(&self) -> crate::registry::Facts {
        let value = |fact: &Option<Fact<String>>| fact.as_ref().map(|fact| fact.value.clone());
        crate::registry::Facts {
            name: value(&self.name),
            organization: value(&self.organization),
            position: value(&self.position),
            email: value(&self.email),
            sessions: self
                .sessions
                .as_ref()
                .map(|answers| answers.iter().map(|(session, fact)| (session.clone(), fact.value)).collect()),
        }
    }

    /// What is still to be asked. A decline or cancellation needs only a name; a change is measured together with
    /// the record that it changes.
    #[must_use]
    pub fn lacks(&self, kind: Kind, event: &Event, known: Option<&Known>) -> Vec<Field> {
        let record = self.known_as(known);
        let said = self.facts();
        let now = record.map_or_else(|| said.clone(), |record| record.facts.updated_by(&said));
        let withdraws = matches!(kind, Kind::Decline | Kind::Cancel)
            || (self.comes_to_nothing() && !sessions_open(now.sessions.as_ref(), event));
        let unseen_record = known.is_none() && kind == Kind::Change;
        // A record that was complete stays so, though it holds no organization.
        let is_complete = record.is_some_and(|record| record.status == Status::Attending);
        let is_missing = |field: &Field| match field {
            Field::Name => now.name.is_none(),
            _ if withdraws || unseen_record => false,
            Field::Organization => now.organization.is_none() && !self.is_independent && !is_complete,
            Field::Position => now.position.is_none(),
            Field::Email => now.email.is_none(),
            Field::Sessions => sessions_open(now.sessions.as_ref(), event),
        };
        event.required.iter().copied().filter(is_missing).collect()
    }

    fn known_as<'a>(&self, known: Option<&'a Known>) -> Option<&'a Record> {
        known.and_then(|known| known.records.iter().find(|record| Some(record.id) == self.record))
    }

    /// Why something is asked.
    pub fn reasons(&self) -> Vec<Reason> {
        let who = self.name.as_ref().map_or("the sender", |name| name.value.as_str());
        let reason = |field: &Field| match field {
            Field::Name => Reason::new(ReasonCode::MissingName, "the full name is missing"),
            Field::Organization => {
                Reason::new(ReasonCode::MissingOrganization, format!("the organization of {who} is missing"))
            }
            Field::Position => Reason::new(ReasonCode::MissingPosition, format!("the position of {who} is missing")),
            Field::Sessions => {
                Reason::new(ReasonCode::MissingSessions, format!("{who} does not say which sessions to attend"))
            }
            Field::Email => Reason::new(ReasonCode::MissingEmail, format!("the address of {who} is missing")),
        };
        self.missing.iter().map(reason).collect()
    }

    /// What this reading rests on: each fact that was read, and each absence that leads to a question, with how likely
    /// it is right.
    pub fn rests_on(&self) -> Vec<(&'static str, f32)> {
        let read = |fact: &Option<Fact<String>>| fact.as_ref().map(|fact| fact.evidence.confidence);
        let answers = self.sessions.iter().flat_map(BTreeMap::values).map(|fact| fact.evidence.confidence);
        let parts = [
            ("the name", Field::Name, read(&self.name)),
            ("the organization", Field::Organization, read(&self.organization)),
            ("the position", Field::Position, read(&self.position)),
            ("the sessions", Field::Sessions, answers.reduce(f32::min)),
        ];
        let absence =
            |field: Field| self.missing.contains(&field).then(|| self.trust.get(&field).copied().unwrap_or_default());
        let mut rests: Vec<(&'static str, f32)> = parts
            .into_iter()
            .filter_map(|(what, field, read)| Some((what, read.or_else(|| absence(field))?)))
            .collect();
        rests.extend(
            self.email
                .as_ref()
                .map(|email| ("the address", email.evidence.confidence))
                .filter(|_| self.has_own_address()),
        );
        rests
    }

    /// Whether the address was read from the mail rather than taken from its sender.
    fn has_own_address(&self) -> bool {
        self.email.as_ref().is_some_and(|email| !matches!(email.evidence.source, Source::From | Source::ReplyTo))
    }
}

fn sender_address(message: &Message) -> Option<Fact<String>> {
    let source = if message.reply_to.is_empty() { Source::From } else { Source::ReplyTo };
    message.answer_address().map(|address| Fact {
        value: address.to_owned(),
        evidence: Evidence { source, text: address.to_owned(), span: None, confidence: 0.9, rule: "sender_address" },
    })
}

//! From facts to a decision: record, ask, review or ignore, with reasons. In doubt, review.
//!
//! [`origin`] asks who or what the mail comes from: a machine is ignored, a forger goes to staff. [`decide`] weighs what a person wrote against the event and what the registry knows.

mod attendee;
mod identity;
mod impostor;
mod kind;
pub mod namesake;
pub mod origin;
mod registered;

use serde::{Deserialize, Serialize};

pub use attendee::Attendee;

use super::facts::Facts;
use super::facts::evidence::{ReasonCode, Signal};
use super::facts::intent::Kind;
use super::facts::sessions::Answer;
use super::facts::trust::{self, Grounds};
use super::message::Message;
use super::reply::ReplyText;
use crate::event::{Event, Field};
use crate::registry::Known;

/// What is done with a message (contract).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// The facts are clear and complete: stored and confirmed.
    Record,
    /// The intent is clear, something required is missing: stored as incomplete, the rest is asked for.
    Ask,
    /// A careful assistant would not act on it alone: nothing changes until staff decide.
    Review,
    /// Written by a machine, or bulk mail: never answered.
    Ignore,
}

/// Why a decision is what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The contract's code.
    pub code: ReasonCode,
    /// Plain English for staff.
    pub detail: String,
}

/// What is done with a message, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// What the message is.
    pub kind: Kind,
    /// What is done with it.
    pub action: Action,
    /// Whether staff must see it.
    pub human: bool,
    /// Who it is about.
    pub attendees: Vec<Attendee>,
    /// The address that answers go to.
    pub contact: Option<String>,
    /// Why.
    pub reasons: Vec<Reason>,
    /// What tells how likely the reading is right as a whole; empty where nothing was read.
    pub grounds: Grounds,
}

/// At most this many questions are asked of one sender; then a human (contract).
const MAX_QUESTIONS: u32 = 2;

/// A reading that is less likely right as a whole is not acted on alone. Chosen on authors that no reader was made
/// from; `tests/unseen_corpus.rs` prints the figures.
pub const SURE: f32 = 0.78;

impl Reason {
    /// A reason with its sentence.
    #[must_use]
    pub fn new(code: ReasonCode, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }
}

impl Decision {
    /// A message that goes to staff as it is.
    #[must_use]
    pub fn review(kind: Kind, contact: Option<String>, reasons: Vec<Reason>) -> Self {
        Self {
            kind,
            action: Action::Review,
            human: true,
            attendees: Vec::new(),
            contact,
            reasons,
            grounds: Grounds::new(),
        }
    }

    /// What all attendees together still lack, each field once.
    #[must_use]
    pub fn missing(&self) -> Vec<Field> {
        let mut missing: Vec<Field> =
            self.attendees.iter().flat_map(|attendee| attendee.missing.iter().copied()).collect();
        missing.sort_unstable();
        missing.dedup();
        missing
    }
}

/// Decides what is done with a person's mail about an event. `known` is what the registry knows of its sender and
/// thread; `None` where there is no registry (`rsvpd parse`): then a change or cancellation is taken to concern a
/// record that exists.
#[must_use]
pub fn decide(facts: &Facts, reply: &ReplyText, message: &Message, event: &Event, known: Option<&Known>) -> Decision {
    let forged = origin::forged(message).or_else(|| impostor::poses_as_staff(message, event));
    // Hostile mail is answered nothing: it gets no contact.
    let contact = message.answer_address().filter(|_| forged.is_none()).map(str::to_owned);
    let (kind, weak) = kind::settle(facts, known.map_or(&[], Known::asks_for));
    let attendees = attendee::all(facts, kind, reply, message, event, known);
    let kind = kind::against_registry(kind, &attendees, known);

    let mut doubts: Vec<Reason> = forged.into_iter().chain(origin::through_a_list(message)).chain(weak).collect();
    doubts.extend(facts.signals.iter().filter(|signal| holds_back(signal.code)).map(reason));
    if kind == Kind::Question {
        doubts.extend(facts.signals.iter().filter(|signal| signal.code == ReasonCode::Question).map(reason));
    }
    doubts.extend(impostor::injects(&attendees));
    doubts.extend(uncertain_answers(&attendees));
    let grounds = certainty(facts, kind, &attendees);
    doubts.extend(weak_reading(&attendees, &grounds));
    doubts.extend(identity::doubts(kind, &attendees, event, known));

    let notes = facts.signals.iter().filter(|signal| asks_for_a_person(signal.code)).map(reason);
    if !doubts.is_empty() || matches!(kind, Kind::Question | Kind::Unrelated) {
        let mut reasons = doubts;
        reasons.extend(notes);
        if reasons.is_empty() {
            reasons.push(Reason::new(ReasonCode::NotAnRsvp, "does not answer the invitation"));
        }
        deduplicate(&mut reasons);
        return Decision { attendees, grounds, ..Decision::review(kind, contact, reasons) };
    }

    let mut reasons: Vec<Reason> = attendees.iter().flat_map(Attendee::reasons).collect();
    let asks = attendees.iter().any(|attendee| !attendee.missing.is_empty());
    if asks && known.is_some_and(|known| known.questions_asked(&event.id) >= MAX_QUESTIONS) {
        return Decision { attendees, grounds, ..Decision::review(kind, contact, reasons) };
    }
    reasons.extend(notes);
    deduplicate(&mut reasons);
    let human = reasons.iter().any(|reason| asks_for_a_person(reason.code));
    let action = if asks { Action::Ask } else { Action::Record };
    Decision { kind, action, human, attendees, contact, reasons, grounds }
}

fn reason(signal: &Signal) -> Reason {
    Reason::new(signal.code, signal.detail.clone())
}

/// Whether a careful assistant would wait for a person because of this.
fn holds_back(code: ReasonCode) -> bool {
    matches!(
        code,
        ReasonCode::UncertainAttendance
            | ReasonCode::Conditional
            | ReasonCode::Contradiction
            | ReasonCode::UnknownSession
            | ReasonCode::UnknownEvent
            | ReasonCode::UnnamedCompanions
            | ReasonCode::OtherPersonsRecord
            | ReasonCode::UnknownRecord
            | ReasonCode::Impersonation
            | ReasonCode::SuspiciousContent
            | ReasonCode::LowConfidence
            | ReasonCode::NotAnRsvp
            | ReasonCode::TooManyPeople
    )
}

/// Whether staff must see the message although its answer is clear.
fn asks_for_a_person(code: ReasonCode) -> bool {
    matches!(code, ReasonCode::Question | ReasonCode::SpecialRequest)
}

fn uncertain_answers(attendees: &[Attendee]) -> Option<Reason> {
    let undecided = attendees.iter().flat_map(|attendee| attendee.sessions.iter().flatten());
    undecided
        .filter(|(_, fact)| fact.value == Answer::Maybe)
        .map(|(session, _)| Reason::new(ReasonCode::UncertainAttendance, format!("undecided about {session}")))
        .next()
}

/// What tells how likely the reading is right as a whole: how likely each of its parts is, and what else was noticed.
fn certainty(facts: &Facts, kind: Kind, attendees: &[Attendee]) -> Grounds {
    let parts: Vec<f32> =
        attendees.iter().flat_map(Attendee::rests_on).map(|(_, probability)| probability.max(1e-4)).collect();
    let all: f32 = parts.iter().map(|probability| probability.ln()).sum();
    let least = parts.iter().copied().fold(1.0, f32::min);
    let mut grounds = facts.grounds.clone();
    let alike = facts.kinds.iter().find(|(other, _)| *other == kind).map_or(0.0, |(_, chance)| *chance);
    grounds.extend([
        ("parts", trust::logit(all.exp())),
        ("least", trust::logit(least)),
        ("kind", trust::logit(alike)),
        ("kind_doubted", trust::flag(alike < 0.3)),
    ]);
    grounds
}

/// A reading that is not likely enough right is not acted on alone.
fn weak_reading(attendees: &[Attendee], grounds: &Grounds) -> Option<Reason> {
    let whole = trust::of_whole(grounds);
    if attendees.is_empty() || whole >= SURE {
        return None;
    }
    let rests = attendees.iter().flat_map(Attendee::rests_on);
    let least = rests.min_by(|one, other| one.1.total_cmp(&other.1));
    let least = least.map(|(what, probability)| format!("; least sure: {what} ({probability:.2})")).unwrap_or_default();
    let detail = format!("what was read is right with probability {whole:.2} only{least}");
    Some(Reason::new(ReasonCode::LowConfidence, detail))
}

fn deduplicate(reasons: &mut Vec<Reason>) {
    let mut seen = Vec::new();
    reasons.retain(|reason| {
        let new = !seen.contains(reason);
        seen.push(reason.clone());
        new
    });
}

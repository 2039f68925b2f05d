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
    /// What tells how likely the reading is right as a whole; empty where that does not decide.
    pub grounds: Grounds,
}

/// At most this many questions are asked of one sender; then a human (contract).
const MAX_QUESTIONS: u32 = 2;

/// A reading that is less likely right as a whole is not acted on alone. Its probability is fitted on authors whom the
/// judged net has not seen; how much of it is enough was chosen on `dev`. `tests/unseen_corpus.rs` prints what follows.
pub const SURE: f32 = 0.70;

/// What a mail asks for beside its answer is shown to staff from this probability on where words tell of it, and from
/// [`SENSED`] on where none do: a request that is shown in vain costs a glance, one that is not heard costs a guest.
/// Both chosen on the unseen authors of the judged net and on conversations.
const HEARD: f32 = 0.1;
/// See [`HEARD`].
const SENSED: f32 = 0.3;

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
    let of_signals =
        |wanted: fn(ReasonCode) -> bool| facts.signals.iter().filter(move |signal| wanted(signal.code)).map(reason);

    let mut bars: Vec<Reason> = forged.into_iter().chain(origin::through_a_list(message)).collect();
    bars.extend(of_signals(holds_back));
    if kind == Kind::Question {
        bars.extend(of_signals(|code| code == ReasonCode::Question));
    }
    bars.extend(impostor::injects(&attendees));
    bars.extend(uncertain_answers(&attendees));
    bars.extend(identity::doubts(kind, &attendees, event, known));
    let is_held = !bars.is_empty() || matches!(kind, Kind::Question | Kind::Unrelated);
    let mut doubts: Vec<Reason> = weak.into_iter().chain(of_signals(makes_doubtful)).collect();
    let grounds = certainty(facts, kind, &attendees, &doubts);
    if facts.is_foreign {
        let detail = "is written in a language that rsvpd hardly knows";
        doubts.push(Reason::new(ReasonCode::LowConfidence, detail));
    }
    let unlikely = weak_reading(&attendees, &grounds);

    if is_held || unlikely.is_some() {
        let mut reasons = bars;
        reasons.extend(doubts);
        reasons.extend(unlikely);
        reasons.extend(of_signals(asks_for_a_person));
        if reasons.is_empty() {
            reasons.push(Reason::new(ReasonCode::NotAnRsvp, "does not answer the invitation"));
        }
        deduplicate(&mut reasons);
        let grounds = if is_held { Grounds::new() } else { grounds };
        return Decision { attendees, grounds, ..Decision::review(kind, contact, reasons) };
    }

    let mut reasons: Vec<Reason> = attendees.iter().flat_map(Attendee::reasons).collect();
    let asks = attendees.iter().any(|attendee| !attendee.missing.is_empty());
    if asks && known.is_some_and(|known| known.questions_asked(&event.id) >= MAX_QUESTIONS) {
        return Decision { attendees, grounds, ..Decision::review(kind, contact, reasons) };
    }
    reasons.extend(notes(facts));
    deduplicate(&mut reasons);
    let human = reasons.iter().any(|reason| asks_for_a_person(reason.code));
    let action = if asks { Action::Ask } else { Action::Record };
    Decision { kind, action, human, attendees, contact, reasons, grounds }
}

fn reason(signal: &Signal) -> Reason {
    Reason::new(signal.code, signal.detail.clone())
}

/// Whether a careful assistant would wait for a person because of this, however sure the reading.
fn holds_back(code: ReasonCode) -> bool {
    matches!(
        code,
        ReasonCode::UnknownSession
            | ReasonCode::UnknownEvent
            | ReasonCode::UnknownRecord
            | ReasonCode::Impersonation
            | ReasonCode::SuspiciousContent
            | ReasonCode::LowConfidence
            | ReasonCode::NotAnRsvp
            | ReasonCode::TooManyPeople
    )
}

/// Whether this makes it less likely that a careful assistant would act: the words that tell so may be about something
/// else.
fn makes_doubtful(code: ReasonCode) -> bool {
    DOUBTS.iter().any(|(doubt, _)| *doubt == code) && code != ReasonCode::LowConfidence
}

/// How likely a mail that answers every session with no is a refusal, at least.
const WITHDRAWS: f32 = 0.9;

/// What makes a reading doubtful, as grounds. (Low confidence here: in what the mail wants.)
const DOUBTS: [(ReasonCode, &str); 6] = [
    (ReasonCode::UncertainAttendance, "doubt_attendance"),
    (ReasonCode::Conditional, "doubt_condition"),
    (ReasonCode::Contradiction, "doubt_contradiction"),
    (ReasonCode::UnnamedCompanions, "doubt_companions"),
    // Whose record it is, the registry tells where there is one.
    (ReasonCode::OtherPersonsRecord, "doubt_other"),
    (ReasonCode::LowConfidence, "doubt_intent"),
];

/// Whether staff must see the message although its answer is clear.
fn asks_for_a_person(code: ReasonCode) -> bool {
    matches!(code, ReasonCode::Question | ReasonCode::SpecialRequest)
}

/// What tells how likely the mail asks for something that a person must see to, beside its answer.
#[must_use]
pub fn asking(facts: &Facts) -> Grounds {
    let noticed = |code: ReasonCode| trust::flag(facts.signals.iter().any(|signal| signal.code == code));
    let net = trust::logit(facts.human);
    let request = noticed(ReasonCode::SpecialRequest);
    vec![
        ("asking", 1.0),
        ("net", net),
        ("request", request),
        ("request_net", request * net),
        ("question", noticed(ReasonCode::Question)),
    ]
}

/// What is to be shown to staff although the answer is clear.
fn notes(facts: &Facts) -> Vec<Reason> {
    let asks = trust::of_request(&asking(facts));
    let noticed = facts.signals.iter().filter(|signal| asks >= HEARD && asks_for_a_person(signal.code));
    let mut notes: Vec<Reason> = noticed.map(reason).collect();
    if notes.is_empty() && asks >= SENSED {
        notes.push(Reason::new(ReasonCode::SpecialRequest, "reads as if it asked for something beside"));
    }
    notes
}

fn uncertain_answers(attendees: &[Attendee]) -> Option<Reason> {
    let undecided = attendees.iter().flat_map(|attendee| attendee.sessions.iter().flatten());
    undecided
        .filter(|(_, fact)| fact.value == Answer::Maybe)
        .map(|(session, _)| Reason::new(ReasonCode::UncertainAttendance, format!("undecided about {session}")))
        .next()
}

/// What tells how likely the reading is right as a whole: how likely each of its parts is, and what else was noticed.
fn certainty(facts: &Facts, kind: Kind, attendees: &[Attendee], doubts: &[Reason]) -> Grounds {
    let parts: Vec<(&str, f32)> = attendees.iter().flat_map(Attendee::rests_on).collect();
    let all: f32 = parts.iter().map(|(_, probability)| probability.max(1e-4).ln()).sum();
    let least = |what: &str| {
        let own = parts.iter().filter(|(part, _)| what.is_empty() || *part == what);
        trust::logit(own.map(|(_, probability)| *probability).fold(1.0, f32::min))
    };
    // Whether an answer was given before, the net cannot know.
    let alike = |other: Kind| match kind {
        Kind::Attend | Kind::Change => matches!(other, Kind::Attend | Kind::Change),
        Kind::Decline | Kind::Cancel => matches!(other, Kind::Decline | Kind::Cancel),
        kind => other == kind,
    };
    let alike: f32 = facts.kinds.iter().filter(|(other, _)| alike(*other)).map(|(_, chance)| *chance).sum();
    // Who answers every session with no withdraws, whatever his tone.
    let withdraws = matches!(kind, Kind::Decline | Kind::Cancel) && attendees.iter().all(Attendee::comes_to_nothing);
    let alike = if withdraws { alike.max(WITHDRAWS) } else { alike };
    let asks = attendees.iter().any(|attendee| !attendee.missing.is_empty());
    let doubted = |code: ReasonCode| trust::flag(doubts.iter().any(|doubt| doubt.code == code));
    let mut grounds = facts.grounds.clone();
    grounds.extend([
        ("parts", trust::logit(all.exp())),
        ("least", least("")),
        ("least_name", least("the name")),
        ("least_organization", least("the organization")),
        ("least_position", least("the position")),
        ("least_sessions", least("the sessions")),
        ("kind", trust::logit(alike)),
        ("kind_doubted", trust::flag(alike < 0.3)),
        ("kind_is_not_attend", trust::flag(kind != Kind::Attend)),
        ("asks", trust::flag(asks)),
        ("asking", trust::logit(trust::of_request(&asking(facts)))),
    ]);
    grounds.extend(DOUBTS.map(|(code, ground)| (ground, doubted(code))));
    let review = facts.grounds.iter().find(|(name, _)| *name == "review").map_or(0.0, |(_, review)| *review);
    grounds.push(("doubted_review", if doubts.is_empty() { 0.0 } else { review }));
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

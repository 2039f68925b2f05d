//! What the message is, once intent and session answers are held against each other.

use super::{Attendee, Reason};
use crate::event::Field;
use crate::registry::{Known, Status};
use crate::understand::facts::evidence::{Fact, ReasonCode};
use crate::understand::facts::intent::Kind;
use crate::understand::facts::sessions::Answer;
use crate::understand::facts::{Facts, Subject};

/// An intent read with less confidence than this is not clear by itself.
pub const CLEAR: f32 = 0.75;

/// The kind that intent and answers agree on, with what is doubtful about it.
///
/// A refusal beside a yes ("I can't make the film, but the conference…") is an acceptance of a part; answers that
/// are all no are a refusal, whatever the tone. Whoever gives what he was `asked` for completes his answer.
pub fn settle(facts: &Facts, asked: &[Field]) -> (Kind, Vec<Reason>) {
    let any_yes = facts.subjects.iter().any(|subject| has(subject, Answer::Yes));
    let any_no = facts.subjects.iter().any(|subject| has(subject, Answer::No));
    let read = facts.intent.kind.as_ref().map(|(kind, evidence)| (*kind, evidence.confidence));
    let certain = |kind| (kind, Vec::new());
    let doubtful = |kind, detail: &str| (kind, vec![Reason::new(ReasonCode::LowConfidence, detail)]);
    match read {
        Some((Kind::Change, _)) => certain(Kind::Change),
        Some((Kind::Cancel, _)) if any_yes => certain(Kind::Change),
        Some((Kind::Decline | Kind::Question | Kind::Attend, _)) | None if any_yes => certain(Kind::Attend),
        Some((Kind::Attend, _)) | None if gives(facts, asked) => certain(Kind::Change),
        Some((kind @ (Kind::Decline | Kind::Cancel | Kind::Attend), confidence)) if confidence < CLEAR && !any_no => {
            doubtful(kind, "whether anybody comes is not clear")
        }
        Some((Kind::Attend, _)) if any_no && all_refused(facts) => certain(Kind::Decline),
        Some((Kind::Unrelated, _)) if any_yes || any_no => {
            doubtful(Kind::Attend, "speaks of sessions, but does not read like an answer to the invitation")
        }
        Some((kind, _)) => certain(kind),
        None if any_no => certain(Kind::Decline),
        None => doubtful(Kind::Attend, "whether anybody comes is not said"),
    }
}

/// The kind, seen with what the registry holds: refusing what one had accepted is a cancellation, accepting again
/// what one had already answered is a change.
pub fn against_registry(kind: Kind, attendees: &[Attendee], known: Option<&Known>) -> Kind {
    let Some(known) = known else { return kind };
    let mut records =
        attendees.iter().filter_map(|attendee| known.records.iter().find(|record| Some(record.id) == attendee.record));
    match kind {
        Kind::Decline if records.any(|record| matches!(record.status, Status::Attending | Status::Incomplete)) => {
            Kind::Cancel
        }
        Kind::Attend if attendees.iter().any(|attendee| attendee.record.is_some()) => Kind::Change,
        kind => kind,
    }
}

/// Whether somebody types one of the texts that were asked for.
fn gives(facts: &Facts, asked: &[Field]) -> bool {
    let typed = |fact: &Option<Fact<String>>| fact.as_ref().is_some_and(Fact::is_typed);
    let given = |field: &Field| {
        facts.subjects.iter().any(|Subject { person, sessions, .. }| match field {
            Field::Name => typed(&person.name),
            Field::Organization => typed(&person.organization),
            Field::Position => typed(&person.position),
            Field::Email => typed(&person.email),
            Field::Sessions => sessions.is_some(),
        })
    };
    asked.iter().any(given)
}

fn has(subject: &Subject, answer: Answer) -> bool {
    subject.sessions.iter().flatten().any(|(_, fact)| fact.value == answer)
}

fn all_refused(facts: &Facts) -> bool {
    let mut answers = facts.subjects.iter().flat_map(|subject| subject.sessions.iter().flatten());
    answers.all(|(_, fact)| fact.value == Answer::No)
}

//! Records of the same name that the sender has no say over: perhaps the same person from another address, perhaps
//! somebody who poses as him.
//!
//! Nobody changes another's record by knowing his name, and nobody learns from our answer whether there is one: a
//! registration of somebody of that name is recorded and confirmed as any other, and staff see that it may be one
//! person twice.

use super::{Action, Attendee, Decision, Reason};
use crate::registry::Record;
use crate::understand::facts::evidence::ReasonCode;
use crate::understand::facts::intent::Kind;

/// The names to look up: those of the attendees who have no record with this sender.
pub fn strangers(decision: &Decision) -> impl Iterator<Item = (usize, &str)> {
    let attendees = decision.attendees.iter().enumerate();
    let decides = decision.action != Action::Ignore;
    attendees
        .filter(move |(_, attendee)| decides && attendee.record.is_none())
        .filter_map(|(at, attendee)| Some((at, attendee.name.as_ref()?.value.as_str())))
}

/// Weighs the records of this attendee's name, none of which is his sender's.
pub fn heed(decision: &mut Decision, attendee: usize, namesakes: &[Record]) {
    let Some(attendee) = decision.attendees.get(attendee) else { return };
    let touches = matches!(decision.kind, Kind::Change | Kind::Cancel | Kind::Decline) || attendee.comes_to_nothing();
    let reason = if touches && !namesakes.is_empty() && !(attendee.comes() && attendee.missing.is_empty()) {
        decision.action = Action::Review;
        let detail = "somebody else registered this person; only he or staff may change it";
        Reason::new(ReasonCode::OtherPersonsRecord, detail)
    } else if namesakes.iter().any(|record| could_be_one(attendee, record)) {
        let detail = "somebody of this name is registered from another address: perhaps the same person twice";
        Reason::new(ReasonCode::PossibleDuplicate, detail)
    } else {
        return;
    };
    decision.human = true;
    if !decision.reasons.contains(&reason) {
        decision.reasons.push(reason);
    }
}

/// Two people may well share a name; they hardly share an employer too.
fn could_be_one(attendee: &Attendee, record: &Record) -> bool {
    match (&attendee.organization, &record.facts.organization) {
        (Some(here), Some(there)) => {
            let (here, there) = (here.value.to_lowercase(), there.to_lowercase());
            here.contains(&there) || there.contains(&here)
        }
        _ => true,
    }
}

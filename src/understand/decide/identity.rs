//! Which record a mail is about, and whether its sender may touch it.
//!
//! A record is changed only by the contact who made it, or by staff; the registry hands over just those records
//! that the sender is the contact or the attendee of.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::{Attendee, Reason};
use crate::event::Event;
use crate::registry::{Known, Record};
use crate::understand::facts::evidence::ReasonCode;
use crate::understand::facts::intent::Kind;

/// The record of this attendee: the one of that name among the sender's; for a mail about one person that gives
/// no name, the only one there is.
pub fn record_of(attendee: &Attendee, alone: bool, event: &Event, known: &Known) -> Option<i64> {
    let of_event: Vec<&Record> = known.records.iter().filter(|record| record.event == event.id).collect();
    let Some(name) = attendee.name.as_ref() else {
        let in_thread =
            |record: &&&Record| known.answers.as_ref().is_none_or(|answered| answered.records.contains(&record.id));
        let mut candidates = of_event.iter().filter(in_thread);
        return match (alone, candidates.next(), candidates.next()) {
            (true, Some(only), None) => Some(only.id),
            _ => None,
        };
    };
    let mut same = of_event
        .iter()
        .filter(|record| record.facts.name.as_ref().is_none_or(|known_name| is_same_name(known_name, &name.value)));
    match (same.next(), same.next()) {
        (Some(only), None) => Some(only.id),
        _ => None,
    }
}

/// What keeps the mail from being acted on, as far as the registry goes.
pub fn doubts(kind: Kind, attendees: &[Attendee], event: &Event, known: Option<&Known>) -> Vec<Reason> {
    if known.is_none() || !matches!(kind, Kind::Change | Kind::Cancel) {
        return Vec::new();
    }
    let unknown = attendees.iter().filter(|attendee| attendee.record.is_none());
    unknown
        .filter(|attendee| !(kind == Kind::Change && attendee.comes() && attendee.missing.is_empty()))
        .map(|_| {
            let what = if kind == Kind::Cancel { "cancels" } else { "changes" };
            Reason::new(
                ReasonCode::UnknownRecord,
                format!("{what} a registration for {} that this sender does not have", event.id),
            )
        })
        .collect()
}

/// Whether two spellings are of one name: the same words without case and accents, in any order, or one of them
/// with initials for some ("R. Osterkamp").
fn is_same_name(one: &str, other: &str) -> bool {
    let (mut one, mut other) = (words(one), words(other));
    if one.is_empty() || other.is_empty() {
        return false;
    }
    if one.len() > other.len() {
        std::mem::swap(&mut one, &mut other);
    }
    let mut left = other;
    let matched = one.iter().all(|word| {
        let found = left.iter().position(|candidate| {
            candidate == word || is_initial_of(word, candidate) || is_initial_of(candidate, word)
        });
        found.map(|at| left.remove(at)).is_some()
    });
    // A single shared word ("Kim") is no proof of identity unless it is all that both have, or the script writes
    // names as one word.
    matched && (one.len() > 1 || left.is_empty())
}

fn words(name: &str) -> Vec<String> {
    let plain: String = name.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).nfc().collect();
    plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn is_initial_of(short: &str, long: &str) -> bool {
    let mut letters = short.chars();
    match (letters.next(), letters.next()) {
        (Some(initial), None) => initial.is_alphabetic() && long.starts_with(initial),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_are_one() {
        for (one, other) in [
            ("Reinhild Osterkamp", "R. Osterkamp"),
            ("Élodie Marchandeau", "MARCHANDEAU Elodie"),
            ("김민준", "김민준"),
            ("Anna Maria Weber", "Anna Weber"),
        ] {
            assert!(is_same_name(one, other), "{one} / {other}");
        }
    }

    #[test]
    fn different_people_are_not_one() {
        for (one, other) in [
            ("Patrick Dunmore", "Sheila Dunmore"),
            ("Dunmore", "Sheila Dunmore"),
            ("김민준", "김민지"),
            ("", "Anna"),
            ("Anna Weber", "Anna Wolf"),
        ] {
            assert!(!is_same_name(one, other), "{one} / {other}");
        }
    }
}

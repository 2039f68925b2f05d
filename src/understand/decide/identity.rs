//! Which record a mail is about, and whether its sender may touch it.
//!
//! A record is changed only by the contact who made it, or by staff; the registry hands over just those records
//! that the sender is the contact or the attendee of.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::{Attendee, Reason};
use crate::event::Event;
use crate::registry::{Known, Record, Status};
use crate::understand::facts::evidence::ReasonCode;
use crate::understand::facts::intent::Kind;
use crate::understand::phrases::is_agglutinated;

/// The record of this attendee: the one of his name among the sender's. Where a mail about one person does not name
/// him, what it answers tells, and whose name stands in its text; a name that only a header gives may be that of
/// somebody who answers our question for him.
pub fn record_of(attendee: &Attendee, alone: bool, text: &str, event: &Event, known: &Known) -> Option<i64> {
    let records: Vec<&Record> = known.records.iter().filter(|record| record.event == event.id).collect();
    if let Some(name) = &attendee.name {
        let known_as =
            |record: &Record| record.facts.name.as_ref().is_none_or(|known| is_same_name(known, &name.value));
        let same = only(records.iter().copied().filter(|record| known_as(record)));
        if same.is_some() || name.is_typed() || known.asks_for().is_empty() {
            return same;
        }
    }
    if !alone {
        return None;
    }
    let thread = known.answers.as_ref().map(|answered| answered.records.as_slice());
    let named = |record: &Record| record.facts.name.as_ref().is_some_and(|name| is_named_in(name, text));
    let meant = |record: &Record| match (thread, &attendee.name) {
        (Some(thread), Some(_)) => thread.contains(&record.id) && record.status == Status::Incomplete,
        (Some(thread), None) => thread.contains(&record.id),
        (None, _) => record.facts.email == attendee.email.as_ref().map(|email| email.value.clone()),
    };
    only(records.iter().copied().filter(|record| named(record)))
        .or_else(|| only(records.iter().copied().filter(|record| meant(record))))
}

fn only<'a>(mut records: impl Iterator<Item = &'a Record>) -> Option<i64> {
    match (records.next(), records.next()) {
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
pub fn is_same_name(one: &str, other: &str) -> bool {
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

/// Whether a name stands in a text in full. Korean writes particles onto it.
fn is_named_in(name: &str, text: &str) -> bool {
    let (name, text) = (words(name), words(text));
    match name.as_slice() {
        [] => false,
        [only] if only.chars().all(is_agglutinated) => text.iter().any(|word| word.starts_with(only.as_str())),
        [_] => false,
        several => text.windows(several.len()).any(|window| window == several),
    }
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
    fn a_name_stands_in_a_text_as_a_whole() {
        for (name, text, stands) in [
            ("Sheila Dunmore", "this is Sheila Dunmore again", true),
            ("Sheila Dunmore", "Sheila and Patrick Dunmore", false),
            ("김민지", "김민지님은 연구원입니다", true),
            ("Kim", "Kim here", false),
        ] {
            assert_eq!(is_named_in(name, text), stands, "{name} / {text}");
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

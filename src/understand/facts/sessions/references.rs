//! References to sessions: dates, weekdays, titles and aliases, ordinals, "both", parts of the day.

use std::collections::BTreeSet;

use jiff::civil::DateTime;

use super::calendar::days;
use super::names::Names;
use super::notation::Notation;
use super::pieces::{Kind, Piece, Reference, What};
use super::words::Words;
use crate::event::Event;
use crate::understand::phrases::is_agglutinated;
use crate::understand::reply::Span;
use crate::understand::script::is_unspaced;

/// The references of the text: each kind found by itself, then those that stand together merged.
pub fn references(text: &str, event: &Event, words: &[&Words], names: &Names, sent: Option<DateTime>) -> Vec<Piece> {
    let notations: Vec<&Notation> = words.iter().map(|words| words.notation()).collect();
    let mut found: Vec<Piece> = Vec::new();
    let mut add = |span: Span, sessions: BTreeSet<usize>, kind: Kind| {
        let only = is_only(text, span.end, words);
        found.push(Piece { span, what: What::Reference(Reference { sessions, kind, only }) });
    };
    let before = |span: Span| text.get(..span.start).unwrap_or_default();
    let elsewhere = |span: Span| is_elsewhere(text, span, words);
    for day in days(text, &notations, event) {
        let another = notations.iter().any(|notation| notation.is_another(before(day.span)));
        let sessions = day.sessions(event);
        // A day that the event has not may be a slip; "last Monday" or one of another month is none.
        let ours = !sessions.is_empty() || day.is_near(event) && !another;
        if ours && !elsewhere(day.span) {
            add(day.span, sessions, Kind::Date);
        }
    }
    for name in names.find_in(text) {
        if elsewhere(name.span) {
            continue;
        }
        add(name.span, name.sessions, if name.is_weak { Kind::Weak } else { Kind::Name });
    }
    let dates: BTreeSet<_> = event.sessions.iter().map(|session| session.starts.date()).collect();
    let dates: Vec<_> = dates.into_iter().collect();
    let on = |date: Option<&jiff::civil::Date>| -> BTreeSet<usize> {
        let sessions = event.sessions.iter().enumerate();
        sessions.filter(|(_, session)| Some(&session.starts.date()) == date).map(|(index, _)| index).collect()
    };
    let everything: BTreeSet<usize> = (0..event.sessions.len()).collect();
    for (words, notation) in words.iter().zip(&notations) {
        for (index, weekday) in words.weekdays.iter().enumerate() {
            for span in weekday.find_in(text) {
                let sessions: BTreeSet<usize> = dates
                    .iter()
                    .filter(|date| usize::try_from(date.weekday().to_monday_zero_offset()).ok() == Some(index))
                    .flat_map(|date| on(Some(date)))
                    .collect();
                if !sessions.is_empty() && !notation.is_another(before(span)) && !elsewhere(span) {
                    add(span, sessions, Kind::Weekday);
                }
            }
        }
        let nth = |index: usize| match dates.len() {
            1 => event.sessions.get(index).map(|_| BTreeSet::from([index])).unwrap_or_default(),
            _ => on(dates.get(index)),
        };
        for (index, ordinal) in words.ordinals.iter().enumerate() {
            ordinal.find_in(text).for_each(|span| add(span, nth(index), Kind::Ordinal));
        }
        for (index, ordinal) in words.bare_ordinals.iter().enumerate() {
            ordinal.find_in(text).for_each(|span| add(span, nth(index), Kind::Weak));
        }
        words.evening_event.find_in(text).for_each(|span| add(span, in_part(event, 2), Kind::Ordinal));
        let last = dates.len().max(if dates.len() == 1 { event.sessions.len() } else { 0 }).saturating_sub(1);
        words.last.find_in(text).for_each(|span| add(span, nth(last), Kind::Ordinal));
        words.all.find_in(text).for_each(|span| add(span, everything.clone(), Kind::All));
        words.both.find_in(text).for_each(|span| add(span, everything.clone(), Kind::Both));
        words.neither.find_in(text).for_each(|span| add(span, everything.clone(), Kind::Neither));
        for (phrases, shift) in [(&words.day_before, -1), (&words.day_after, 1)] {
            phrases.find_in(text).for_each(|span| add(span, BTreeSet::new(), Kind::Shift(shift)));
        }
        words.other_parts.find_in(text).for_each(|span| add(span, BTreeSet::new(), Kind::Other));
        for (phrases, part) in [(&words.morning, 0), (&words.afternoon, 1), (&words.evening, 2)] {
            phrases.find_in(text).for_each(|span| add(span, in_part(event, part), Kind::Part(part)));
        }
        for (phrases, ahead) in [(&words.today, 0), (&words.tomorrow, 1)] {
            let Some(date) = sent.and_then(|sent| sent.date().checked_add(jiff::Span::new().days(ahead)).ok()) else {
                continue;
            };
            phrases
                .find_in(text)
                .filter(|_| dates.contains(&date))
                .for_each(|span| add(span, on(Some(&date)), Kind::Weekday));
        }
    }
    for span in words.iter().flat_map(|words| words.no_session.find_in(text)) {
        found.retain(|piece| !span.contains(&piece.span));
    }
    // The longer reference wins: "first day" as an alias, before "first"; what the event has, before what it has not.
    found.sort_by_key(|piece| {
        let other = matches!(&piece.what, What::Reference(reference) if reference.kind == Kind::Other);
        (other, std::cmp::Reverse(piece.span.end.saturating_sub(piece.span.start)))
    });
    let mut kept: Vec<Piece> = Vec::new();
    for piece in found {
        if !kept.iter().any(|other| other.span.overlaps(&piece.span)) {
            kept.push(piece);
        }
    }
    kept.sort_by_key(|piece| piece.span);
    kept
}

/// The sessions in a part of the day: before noon, until evening, evening.
fn in_part(event: &Event, part: u8) -> BTreeSet<usize> {
    let of = |hour: i8| {
        if hour < 12 {
            0
        } else if hour < 17 {
            1
        } else {
            2
        }
    };
    let sessions = event.sessions.iter().enumerate();
    sessions.filter(|(_, session)| of(session.starts.hour()) == part).map(|(index, _)| index).collect()
}

/// Whether "only" is written right behind.
fn is_only(text: &str, end: usize, words: &[&Words]) -> bool {
    let behind = text.get(end..).unwrap_or_default();
    let behind =
        if behind.chars().next().is_some_and(is_agglutinated) { behind } else { behind.trim_start_matches([' ', ')']) };
    let behind: String = behind.chars().take(12).collect::<String>().to_lowercase();
    words.iter().flat_map(|words| &words.only_behind).any(|only| {
        behind.strip_prefix(only.as_str()).is_some_and(|rest| {
            rest.chars()
                .next()
                .is_none_or(|next| !next.is_alphabetic() || is_agglutinated(next) && only.chars().any(is_agglutinated))
        })
    })
}

/// Behind these another thought may begin.
const CLAUSE_ENDS: [char; 11] = ['.', ',', ';', '\n', '(', ')', '。', '、', '，', '（', '）'];

/// As many letters as take this width; without spaces a letter says more.
fn within(letters: impl Iterator<Item = char>, width: usize) -> impl Iterator<Item = char> {
    let mut taken = 0_usize;
    letters.take_while(move |letter| {
        taken = taken.saturating_add(if is_unspaced(*letter) { 2 } else { 1 });
        taken <= width
    })
}

/// Whether the words around a day say that it is no day of coming.
fn is_elsewhere(text: &str, span: Span, words: &[&Words]) -> bool {
    let before: String = within(text.get(..span.start).unwrap_or_default().chars().rev(), 24).collect();
    let before: String = before.chars().rev().collect();
    let before = before.rsplit(CLAUSE_ENDS).next().unwrap_or_default().to_string();
    let behind: String = within(text.get(span.end..).unwrap_or_default().chars(), 16).collect();
    let behind = behind.split(CLAUSE_ENDS).next().unwrap_or_default();
    words.iter().any(|words| words.elsewhere.occur_in(&before) || words.elsewhere.occur_in(behind))
}

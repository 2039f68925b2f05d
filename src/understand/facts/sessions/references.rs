//! References to sessions: dates, weekdays, titles and aliases, ordinals, "both", parts of the day.

use std::collections::BTreeSet;

use jiff::civil::DateTime;

use super::calendar::days;
use super::names::Names;
use super::notation::Notation;
use super::pieces::{Kind, Piece, Reference, What};
use super::schedule::Schedule;
use super::words::Words;
use crate::event::Event;
use crate::understand::phrases::{Phrases, is_agglutinated};
use crate::understand::reply::Span;

/// Every reference of the text, each kind found by itself; where two overlap, the longer.
#[must_use]
pub fn references(text: &str, event: &Event, words: &[&Words], names: &Names, sent: Option<DateTime>) -> Vec<Piece> {
    let schedule = Schedule::of(event);
    let mut found = Found { text, words, pieces: Vec::new() };
    dated(&mut found, event);
    for name in names.find_in(text) {
        if !is_elsewhere(text, name.span, words) {
            found.add(name.span, name.sessions, if name.is_weak { Kind::Weak } else { Kind::Name });
        }
    }
    for words in words {
        weekdays(&mut found, words, &schedule);
        worded(&mut found, words, &schedule);
        counted(&mut found, words, &schedule);
        relative(&mut found, words, &schedule, sent);
    }
    found.longest()
}

fn dated(found: &mut Found<'_>, event: &Event) {
    let notations: Vec<&Notation> = found.words.iter().map(|words| words.notation()).collect();
    for day in days(found.text, &notations, event) {
        let before = found.text.get(..day.span.start).unwrap_or_default();
        let another = notations.iter().any(|notation| notation.is_another(before));
        let sessions = day.sessions(event);
        // A day that the event has not may be a slip; "last Monday" or one of another month is none.
        let ours = !sessions.is_empty() || day.is_near(event) && !another;
        if ours && !is_elsewhere(found.text, day.span, found.words) {
            found.add(day.span, sessions, Kind::Date);
        }
    }
}

fn weekdays(found: &mut Found<'_>, words: &Words, schedule: &Schedule<'_>) {
    for (index, weekday) in words.weekdays.iter().enumerate() {
        let sessions = schedule.on_weekday(index);
        if sessions.is_empty() {
            continue;
        }
        for span in weekday.find_in(found.text) {
            let before = found.text.get(..span.start).unwrap_or_default();
            if !words.notation().is_another(before) && !is_elsewhere(found.text, span, found.words) {
                found.add(span, sessions.clone(), Kind::Weekday);
            }
        }
    }
}

/// Ordinals, "everything", "both", "the evening event".
fn worded(found: &mut Found<'_>, words: &Words, schedule: &Schedule<'_>) {
    for (ordinals, kind) in [(&words.ordinals, Kind::Ordinal), (&words.bare_ordinals, Kind::Weak)] {
        for (index, ordinal) in ordinals.iter().enumerate() {
            found.add_all(ordinal, &schedule.nth(index), kind);
        }
    }
    found.add_all(&words.last, &schedule.last(), Kind::Ordinal);
    found.add_all(&words.evening_event, &schedule.in_part(2), Kind::Ordinal);
    found.add_all(&words.all, &schedule.everything(), Kind::All);
    found.add_all(&words.both, &schedule.everything(), Kind::Both);
    found.add_all(&words.neither, &schedule.everything(), Kind::Neither);
    found.add_all(&words.other_parts, &BTreeSet::new(), Kind::Other);
}

/// "The first two", "the last three days", "the remaining two".
fn counted(found: &mut Found<'_>, words: &Words, schedule: &Schedule<'_>) {
    let behind = |phrases: &Phrases, end: usize| {
        let rest = found.text.get(end..)?;
        let span = phrases
            .find_in(rest)
            .next()
            .filter(|span| rest.get(..span.start).is_some_and(|gap| gap.trim().is_empty()))?;
        Some(end.saturating_add(span.end))
    };
    let number = |end: usize| {
        let counts = (2_usize..).zip(&words.counts);
        let (count, end) =
            counts.filter_map(|(count, phrases)| Some((count, behind(phrases, end)?))).max_by_key(|(_, end)| *end)?;
        let days = behind(&words.days, end);
        Some((count, days.is_some(), days.unwrap_or(end)))
    };
    let mut references: Vec<(Span, BTreeSet<usize>, Kind)> = Vec::new();
    for (phrases, last) in [(&words.firsts, false), (&words.lasts, true)] {
        for span in phrases.find_in(found.text) {
            let Some((count, days, end)) = number(span.end) else { continue };
            let sessions = if last { schedule.final_ones(count, days) } else { schedule.first(count, days) };
            references.push((Span { end, ..span }, sessions, Kind::Counted));
        }
    }
    for span in words.rest.find_in(found.text) {
        let end = number(span.end).map_or_else(|| behind(&words.days, span.end).unwrap_or(span.end), |(_, _, end)| end);
        references.push((Span { end, ..span }, BTreeSet::new(), Kind::Rest));
    }
    for (span, sessions, kind) in references {
        found.add(span, sessions, kind);
    }
}

/// What needs another reference, or the day of writing, to be understood.
fn relative(found: &mut Found<'_>, words: &Words, schedule: &Schedule<'_>, sent: Option<DateTime>) {
    found.add_all(&words.day_before, &BTreeSet::new(), Kind::Shift(-1));
    found.add_all(&words.day_after, &BTreeSet::new(), Kind::Shift(1));
    for (part, phrases) in [&words.morning, &words.afternoon, &words.evening].into_iter().enumerate() {
        found.add_all(phrases, &schedule.in_part(part), Kind::Part(part));
    }
    for (phrases, ahead) in [(&words.today, 0), (&words.tomorrow, 1)] {
        let date = sent.and_then(|sent| sent.date().checked_add(jiff::Span::new().days(ahead)).ok());
        let sessions = date.map(|date| schedule.on(date)).unwrap_or_default();
        if !sessions.is_empty() {
            found.add_all(phrases, &sessions, Kind::Weekday);
        }
    }
}

/// What was found so far.
struct Found<'a> {
    text: &'a str,
    words: &'a [&'a Words],
    pieces: Vec<Piece>,
}

impl Found<'_> {
    fn add(&mut self, span: Span, sessions: BTreeSet<usize>, kind: Kind) {
        let only = is_only(self.text, span.end, self.words);
        self.pieces.push(Piece { span, what: What::Reference(Reference { sessions, kind, only }) });
    }

    fn add_all(&mut self, phrases: &Phrases, sessions: &BTreeSet<usize>, kind: Kind) {
        for span in phrases.find_in(self.text) {
            self.add(span, sessions.clone(), kind);
        }
    }

    /// The longer reference wins: "first day" as an alias, before "first"; what the event has, before what it has not.
    fn longest(mut self) -> Vec<Piece> {
        for span in self.words.iter().flat_map(|words| words.no_session.find_in(self.text)) {
            self.pieces.retain(|piece| !span.contains(&piece.span));
        }
        self.pieces.sort_by_key(|piece| {
            let other = matches!(&piece.what, What::Reference(reference) if reference.kind == Kind::Other);
            (other, std::cmp::Reverse(piece.span.end.saturating_sub(piece.span.start)))
        });
        let mut kept: Vec<Piece> = Vec::new();
        for piece in self.pieces {
            if !kept.iter().any(|other| other.span.overlaps(&piece.span)) {
                kept.push(piece);
            }
        }
        kept.sort_by_key(|piece| piece.span);
        kept
    }
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

/// Whether the words around a day say that it is no day of coming.
fn is_elsewhere(text: &str, span: Span, words: &[&Words]) -> bool {
    // Where words are written together, fewer letters say as much.
    let agglutinated = text.get(span.end..).and_then(|rest| rest.chars().next()).is_some_and(is_agglutinated);
    let (ahead, after) = if agglutinated { (8, 8) } else { (24, 16) };
    let before: String = text.get(..span.start).unwrap_or_default().chars().rev().take(ahead).collect();
    let before: String = before.chars().rev().collect();
    let before = before.rsplit(CLAUSE_ENDS).next().unwrap_or_default().to_string();
    let behind: String = text.get(span.end..).unwrap_or_default().chars().take(after).collect();
    let behind = behind.split(CLAUSE_ENDS).next().unwrap_or_default();
    words.iter().any(|words| words.elsewhere.occur_in(&before) || words.elsewhere.occur_in(behind))
}

//! What a text is made of, for a reader of sessions: references to sessions, cues of coming and not coming, and the
//! joints between clauses.

use std::collections::BTreeSet;

use jiff::civil::DateTime;

use super::calendar::{Notation, days};
use super::names::Names;
use super::words::Words;
use crate::event::Event;
use crate::understand::phrases::{Phrases, is_agglutinated};
use crate::understand::reply::Span;

/// One piece of the text.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    /// Where.
    pub span: Span,
    /// What.
    pub what: What,
}

/// What a piece is.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// A reference to sessions.
    Reference(Reference),
    /// A cue of coming or not.
    Cue(Cue),
    /// "Only".
    Only,
    /// "Except".
    Except,
    /// What follows replaces what was said.
    Correction,
    /// The clause tells what was said before.
    Earlier,
    /// It begins a thought of its own.
    Subject,
    /// A joint between clauses.
    Joint(Joint),
}

/// What a clause says of coming.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cue {
    /// Coming.
    Yes,
    /// Not coming.
    No,
    /// Staying away, in a word that a negation turns.
    Avoid,
    /// Not knowing.
    Maybe,
    /// More likely coming.
    LeansYes,
    /// More likely not.
    LeansNo,
    /// Being elsewhere.
    Busy,
    /// As the session before ("too").
    Same,
    /// A ticked box.
    Ticked,
    /// An empty box.
    Unticked,
}

/// A joint between clauses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joint {
    /// A comma, a bracket, a dash.
    Comma,
    /// A dash: what follows may answer.
    Dash,
    /// A semicolon: nothing carries over.
    Semicolon,
    /// A colon, an arrow: what follows answers.
    Colon,
    /// "And".
    And,
    /// "But".
    But,
    /// "Because".
    Because,
}

/// A reference to sessions.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference {
    /// The sessions; empty for a day or number that the event does not have.
    pub sessions: BTreeSet<usize>,
    /// What kind of words refer.
    pub kind: Kind,
    /// "Only" is written onto it.
    pub only: bool,
}

/// What kind of words refer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A date.
    Date,
    /// A day of the week.
    Weekday,
    /// Title or alias.
    Name,
    /// The place, or one word of the title.
    Weak,
    /// "The second".
    Ordinal,
    /// "Everything".
    All,
    /// "Both".
    Both,
    /// "Neither".
    Neither,
    /// The day before or after the one named.
    Shift(i32),
    /// A part of the day: before noon, until evening, evening.
    Part(u8),
    /// Several kinds that agree.
    Agreeing,
}

/// Collects the pieces of the text, in order.
#[must_use]
pub fn collect(text: &str, event: &Event, words: &[&Words], names: &Names, sent: Option<DateTime>) -> Vec<Piece> {
    let mut pieces = references(text, event, words, names, sent);
    let mut cues: Vec<(Piece, bool)> = Vec::new();
    for words in words {
        let mut add = |phrases: &Phrases, what: &What| {
            cues.extend(phrases.find_in(text).map(|span| (Piece { span, what: what.clone() }, false)));
        };
        for (phrases, cue) in [
            (&words.yes, Cue::Yes),
            (&words.no, Cue::No),
            (&words.avoid, Cue::Avoid),
            (&words.maybe, Cue::Maybe),
            (&words.busy, Cue::Busy),
            (&words.leans_yes, Cue::LeansYes),
            (&words.leans_no, Cue::LeansNo),
            (&words.same, Cue::Same),
            (&words.ticked, Cue::Ticked),
            (&words.unticked, Cue::Unticked),
        ] {
            add(phrases, &What::Cue(cue));
        }
        add(&words.only, &What::Only);
        add(&words.except, &What::Except);
        add(&words.correction, &What::Correction);
        add(&words.earlier, &What::Earlier);
        add(&words.and, &What::Joint(Joint::And));
        add(&words.subjects, &What::Subject);
        add(&words.but, &What::Joint(Joint::But));
        add(&words.openers, &What::Joint(Joint::Semicolon));
        add(&words.because, &What::Joint(Joint::Because));
        cues.extend(words.harmless.find_in(text).map(|span| (Piece { span, what: What::Only }, true)));
    }
    cues.extend(marks(text, words).into_iter().map(|piece| (piece, false)));
    // The longer phrase knows better: "not only" is no "not".
    cues.sort_by_key(|(piece, harmless)| {
        (std::cmp::Reverse(piece.span.end.saturating_sub(piece.span.start)), !harmless)
    });
    let mut taken: Vec<Span> = pieces.iter().map(|piece| piece.span).collect();
    for (piece, harmless) in cues {
        if taken.iter().any(|span| span.overlaps(&piece.span)) {
            continue;
        }
        taken.push(piece.span);
        if !harmless {
            pieces.push(piece);
        }
    }
    let punctuation =
        punctuation(text).into_iter().filter(|joint| !taken.iter().any(|span| span.overlaps(&joint.span)));
    pieces.extend(punctuation);
    pieces.sort_by_key(|piece| piece.span);
    ticked_options(text, pieces)
}

/// "□ coming ■ not coming": the box tells whether the words behind it count.
fn ticked_options(text: &str, pieces: Vec<Piece>) -> Vec<Piece> {
    let mut kept: Vec<Piece> = Vec::with_capacity(pieces.len());
    let mut pieces = pieces.into_iter().peekable();
    while let Some(piece) = pieces.next() {
        let option = pieces.peek().is_some_and(|next| {
            let close =
                text.get(piece.span.end..next.span.start).is_some_and(|gap| gap.trim().is_empty() && gap.len() <= 2);
            close
                && !gap_has_line(text, piece.span, next.span)
                && matches!(next.what, What::Cue(Cue::Yes | Cue::No | Cue::Avoid))
        });
        match piece.what {
            What::Cue(Cue::Ticked) if option => {}
            What::Cue(Cue::Unticked) if option => {
                // "( ) no participation": all of the option's words go with its box.
                while pieces.next_if(|next| matches!(next.what, What::Cue(Cue::Yes | Cue::No | Cue::Avoid))).is_some() {
                }
            }
            _ => kept.push(piece),
        }
    }
    kept
}

fn gap_has_line(text: &str, left: Span, right: Span) -> bool {
    text.get(left.end..right.start).is_some_and(|gap| gap.contains('\n'))
}

/// Letters that tick or leave empty, alone behind a label ("영화 X, 회의 O", "Film: x").
fn marks(text: &str, words: &[&Words]) -> Vec<Piece> {
    let mut found: Vec<Piece> = Vec::new();
    let mut start = 0_usize;
    for word in text.split_inclusive([' ', '\n', '\t', ',', ':', '/', '(', ')', '.', ';']) {
        let bare = word.trim_end_matches([' ', '\n', '\t', ',', ':', '/', '(', ')', '.', ';']);
        let lower = bare.to_lowercase();
        let span = Span { start, end: start.saturating_add(bare.len()) };
        start = start.saturating_add(word.len());
        let cue = words.iter().find_map(|words| match () {
            () if words.ticked_behind.contains(&lower) => Some(Cue::Yes),
            () if words.unticked_behind.contains(&lower) => Some(Cue::No),
            () => None,
        });
        // At the start of a line it opens an item; inside a sentence it is a word.
        let before = text.get(..span.start).unwrap_or_default().trim_end_matches(' ');
        let closed = text.get(span.end..).unwrap_or_default().trim_start_matches(' ');
        let closed = closed.chars().next().is_none_or(|next| matches!(next, '\n' | ',' | '/' | ')' | '.' | ';' | '|'));
        let labelled = before.ends_with([':', '=', '\t', '(']);
        let opens = before.is_empty() || before.ends_with('\n');
        let letter = lower.chars().all(char::is_alphabetic);
        let opens = opens || !closed || !(labelled || letter);
        if let Some(cue) = cue.filter(|_| !opens) {
            found.push(Piece { span, what: What::Cue(cue) });
        }
    }
    // Beside a circle, a cross is a no, wherever it else would tick.
    let is = |piece: &Piece, mark: &str| piece.span.of(text).eq_ignore_ascii_case(mark);
    if found.iter().any(|piece| is(piece, "o")) {
        for piece in found.iter_mut().filter(|piece| is(piece, "x")) {
            piece.what = What::Cue(Cue::No);
        }
    }
    found
}

fn punctuation(text: &str) -> Vec<Piece> {
    let mut joints = Vec::new();
    let mut letters = text.char_indices().peekable();
    while let Some((start, letter)) = letters.next() {
        let next = letters.peek().map(|(_, next)| *next);
        let spaced = text.get(..start).is_some_and(|before| before.ends_with(' ')) && next == Some(' ');
        let joint = match letter {
            ';' => Joint::Semicolon,
            '–' | '—' | '|' => Joint::Dash,
            ',' | '(' | ')' | '·' => Joint::Comma,
            '-' if spaced => Joint::Dash,
            '/' => Joint::Comma,
            ':' if next.is_none_or(|next| !next.is_numeric()) => Joint::Colon,
            '.' if text.get(start..).is_some_and(|rest| rest.starts_with("....")) => Joint::Colon,
            '=' | '→' | '\t' | '：' => Joint::Colon,
            _ => continue,
        };
        let span = Span { start, end: start.saturating_add(letter.len_utf8()) };
        joints.push(Piece { span, what: What::Joint(joint) });
    }
    joints
}

/// The references of the text: each kind found by itself, then those that stand together merged.
fn references(text: &str, event: &Event, words: &[&Words], names: &Names, sent: Option<DateTime>) -> Vec<Piece> {
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
        if !elsewhere(day.span) && !(another && sessions.is_empty()) && (!sessions.is_empty() || day.is_near(event)) {
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
    // The longer reference wins: "first day" as an alias, before "first".
    found.sort_by_key(|piece| std::cmp::Reverse(piece.span.end.saturating_sub(piece.span.start)));
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

/// Whether the words around a day say that it is no day of coming.
fn is_elsewhere(text: &str, span: Span, words: &[&Words]) -> bool {
    let before: String = text.get(..span.start).unwrap_or_default().chars().rev().take(24).collect();
    let before: String = before.chars().rev().collect();
    let before = before.rsplit(['.', ',', ';', '\n', '(', ')']).next().unwrap_or_default().to_string();
    let behind: String = text.get(span.end..).unwrap_or_default().chars().take(16).collect();
    let behind = behind.split(['.', ',', ';', '\n', '(', ')']).next().unwrap_or_default();
    words.iter().any(|words| words.elsewhere.occur_in(&before) || words.elsewhere.occur_in(behind))
}

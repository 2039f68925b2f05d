//! What a text is made of, for a reader of sessions: references to sessions, cues of coming and not coming, and the
//! joints between clauses.

use std::collections::BTreeSet;

use jiff::civil::DateTime;

use super::names::Names;
use super::references::references;
use super::words::Words;
use crate::event::Event;
use crate::understand::phrases::Phrases;
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

impl Reference {
    /// "Everything", "both", "neither".
    #[must_use]
    pub fn is_general(&self) -> bool {
        matches!(self.kind, Kind::All | Kind::Both | Kind::Neither)
    }

    /// Whether it names particular sessions.
    #[must_use]
    pub fn is_special(&self) -> bool {
        !self.is_general() && !self.sessions.is_empty() && !matches!(self.kind, Kind::Part(_))
    }
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
    /// Something that the event does not have.
    Other,
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
    Part(usize),
    /// "The first two".
    Counted,
    /// Those that no reference before has named.
    Rest,
    /// Several kinds that agree.
    Agreeing,
}

/// Collects the pieces of the text, in order.
#[must_use]
pub fn collect(text: &str, event: &Event, words: &[&Words], names: &Names, sent: Option<DateTime>) -> Vec<Piece> {
    let mut pieces = references(text, event, words, names, sent);
    let mut cues: Vec<(Span, Option<What>)> = Vec::new();
    for words in words {
        let mut add = |phrases: &Phrases, what: Option<What>| {
            cues.extend(phrases.find_in(text).map(|span| (span, what.clone())));
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
            add(phrases, Some(What::Cue(cue)));
        }
        for (phrases, what) in [
            (&words.only, What::Only),
            (&words.except, What::Except),
            (&words.correction, What::Correction),
            (&words.earlier, What::Earlier),
            (&words.and, What::Joint(Joint::And)),
            (&words.subjects, What::Subject),
            (&words.but, What::Joint(Joint::But)),
            (&words.openers, What::Joint(Joint::Semicolon)),
            (&words.because, What::Joint(Joint::Because)),
        ] {
            add(phrases, Some(what));
        }
        add(&words.harmless, None);
    }
    cues.extend(marks(text, words).into_iter().map(|piece| (piece.span, Some(piece.what))));
    // The longer phrase knows better: "not only" is no "not".
    cues.sort_by_key(|(span, what)| (std::cmp::Reverse(span.end.saturating_sub(span.start)), what.is_some()));
    let mut taken: Vec<Span> = pieces.iter().map(|piece| piece.span).collect();
    for (span, what) in cues {
        if !taken.iter().any(|other| other.overlaps(&span)) {
            taken.push(span);
            pieces.extend(what.map(|what| Piece { span, what }));
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
    for word in text.split_inclusive(is_separator) {
        let bare = word.trim_end_matches(is_separator);
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
        let labelled = before.ends_with([':', '=', '\t', '(', '：', '（']);
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

/// What stands between a label and its mark.
fn is_separator(letter: char) -> bool {
    matches!(
        letter,
        ' ' | '\u{3000}' | '\n' | '\t' | ',' | ':' | '/' | '(' | ')' | '.' | ';' | '：' | '，' | '、' | '（' | '）'
    )
}

fn punctuation(text: &str) -> Vec<Piece> {
    let mut joints = Vec::new();
    let mut letters = text.char_indices().peekable();
    while let Some((start, letter)) = letters.next() {
        let next = letters.peek().map(|(_, next)| *next);
        let spaced = text.get(..start).is_some_and(|before| before.ends_with(' ')) && next == Some(' ');
        let joint = match letter {
            ';' | '；' => Joint::Semicolon,
            '–' | '—' | '|' => Joint::Dash,
            ',' | '(' | ')' | '·' | '、' | '，' | '（' | '）' | '／' => Joint::Comma,
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

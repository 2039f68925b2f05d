//! References that stand together, and references that need another to be understood.

use std::collections::BTreeSet;

use super::pieces::{Joint, Kind, Piece, Reference, What};
use super::schedule::Schedule;
use super::sentences::Sentence;
use super::words::Words;
use crate::event::Event;
use crate::understand::reply::Span;
use crate::understand::script::count_words;

/// References after merging, and the places where two of them cannot both be right.
#[derive(Debug, Default)]
pub struct Resolved {
    /// The pieces, each reference resolved.
    pub pieces: Vec<Piece>,
    /// Day and title, or day and weekday, that disagree.
    pub contradictions: Vec<Span>,
}

/// Merges "Tuesday, June 18, conference" into one reference, and resolves "the day before", "both", "evening".
#[must_use]
pub fn resolve(text: &str, sentences: &[Sentence], pieces: Vec<Piece>, event: &Event, words: &[&Words]) -> Resolved {
    let mut resolved = Resolved::default();
    for piece in shifted(pieces, event) {
        match merged(text, sentences, &resolved.pieces, &piece, words) {
            Some(Merge::One(at, one)) => {
                resolved.pieces.truncate(at);
                resolved.pieces.push(one);
            }
            Some(Merge::Disagree(span)) => {
                resolved.contradictions.push(span);
                resolved.pieces.push(piece);
            }
            None => resolved.pieces.push(piece),
        }
    }
    let verb_final = words.first().is_some_and(|words| words.verb_final);
    let merged = std::mem::take(&mut resolved.pieces);
    // "Two days" of a longer event says less than any day that is named.
    let named = merged.iter().any(|piece| matches!(&piece.what, What::Reference(reference) if !reference.is_general()));
    let vague = |piece: &Piece| {
        named
            && event.sessions.len() != 2
            && matches!(&piece.what, What::Reference(reference) if reference.kind == Kind::Both)
    };
    let kept = merged
        .iter()
        .enumerate()
        .filter(|(index, piece)| !is_idle(&merged, *index, sentences, verb_final) && !vague(piece));
    resolved.pieces = kept.map(|(_, piece)| piece.clone()).collect();
    resolved
}

enum Merge {
    /// Both are one, in place of everything from here.
    One(usize, Piece),
    Disagree(Span),
}

/// Whether the piece says again what the reference right before it said.
fn merged(text: &str, sentences: &[Sentence], before: &[Piece], piece: &Piece, words: &[&Words]) -> Option<Merge> {
    let What::Reference(right) = &piece.what else { return None };
    let at = before.iter().rposition(|piece| !matches!(piece.what, What::Joint(Joint::Comma)))?;
    let found = before.get(at)?;
    let What::Reference(left) = &found.what else { return None };
    let span = Span { start: found.span.start, end: piece.span.end };
    if !sentences.iter().any(|sentence| sentence.span.contains(&span)) {
        return None;
    }
    let between = text.get(found.span.end..piece.span.start)?;
    let apart = at.saturating_add(1) < before.len();
    let close = match words.first() {
        Some(words) if words.verb_final => words.lists(&between.replace('(', " ")),
        _ => count_words(between) <= 3,
    };
    let near = close && between.chars().count() <= 24;
    if !near || left.kind == right.kind || left.is_general() || right.is_general() {
        return None;
    }
    let only = left.only || right.only;
    let common: BTreeSet<usize> = left.sessions.intersection(&right.sessions).copied().collect();
    let one = |sessions: &BTreeSet<usize>, kind| {
        let what = What::Reference(Reference { sessions: sessions.clone(), kind, only });
        Some(Merge::One(at, Piece { span, what }))
    };
    match (left.kind, right.kind) {
        (Kind::Part(_), Kind::Part(_)) => None,
        (Kind::Part(_), kind) => one(if common.is_empty() { &right.sessions } else { &common }, kind),
        (kind, Kind::Part(_)) => one(if common.is_empty() { &left.sessions } else { &common }, kind),
        (Kind::Shift(_), kind) | (kind, Kind::Shift(_)) if !common.is_empty() => one(&common, kind),
        _ if !common.is_empty() => one(&common, Kind::Agreeing),
        _ if left.sessions.is_empty() || right.sessions.is_empty() => None,
        (Kind::Weekday, Kind::Date) => Some(Merge::Disagree(span)),
        (Kind::Date, Kind::Weekday | Kind::Name) | (Kind::Name, Kind::Date) if !apart => Some(Merge::Disagree(span)),
        _ => None,
    }
}

/// Resolves "the day before" and "the day after" from the day last spoken of, and "the rest" from all that was.
fn shifted(pieces: Vec<Piece>, event: &Event) -> Vec<Piece> {
    let schedule = Schedule::of(event);
    let mut last = None;
    let mut named = BTreeSet::new();
    let mut resolved = Vec::with_capacity(pieces.len());
    for mut piece in pieces {
        if let What::Reference(reference) = &mut piece.what {
            if let Kind::Shift(days) = reference.kind {
                let Some(target) = schedule.shifted(last, days) else { continue };
                reference.sessions = schedule.on(target);
            }
            if reference.kind == Kind::Rest && !named.is_empty() {
                reference.sessions = schedule.everything().difference(&named).copied().collect();
            }
            if reference.is_special() {
                named.extend(reference.sessions.iter().copied());
                let first = reference.sessions.first().and_then(|index| event.sessions.get(*index));
                last = first.map(|session| session.starts.date()).or(last);
            }
        }
        resolved.push(piece);
    }
    resolved
}

/// Whether a reference adds nothing: "both" beside the two, a part of the day by itself.
fn is_idle(pieces: &[Piece], index: usize, sentences: &[Sentence], verb_final: bool) -> bool {
    let Some(Piece { what: What::Reference(reference), .. }) = pieces.get(index) else { return false };
    match reference.kind {
        _ if reference.sessions.is_empty() => !matches!(reference.kind, Kind::Date | Kind::Other),
        Kind::All => tied(pieces, index),
        Kind::Both => beside_another(pieces, index, sentences, verb_final) && !coordinates(pieces, index),
        Kind::Part(_) => true,
        _ => false,
    }
}

/// Whether the sentence names particular sessions too, with nothing between that sets them apart.
fn beside_another(pieces: &[Piece], index: usize, sentences: &[Sentence], verb_final: bool) -> bool {
    let Some(this) = pieces.get(index) else { return false };
    let sentence = sentences.iter().find(|sentence| sentence.span.contains(&this.span));
    let apart = |piece: &Piece| match piece.what {
        What::Except | What::Joint(Joint::But | Joint::Because) => true,
        What::Cue(_) => verb_final,
        _ => false,
    };
    pieces.iter().enumerate().filter(|(other, _)| *other != index).any(|(other, piece)| {
        let special = matches!(&piece.what, What::Reference(reference) if reference.is_special());
        let inside = sentence.is_some_and(|sentence| sentence.span.contains(&piece.span));
        let between = pieces.get(index.min(other)..index.max(other)).unwrap_or_default();
        special && inside && !between.iter().any(apart)
    })
}

/// "Everything on Tuesday": the day behind it limits it.
fn tied(pieces: &[Piece], index: usize) -> bool {
    let (Some(this), Some(next)) = (pieces.get(index), pieces.get(index.saturating_add(1))) else { return false };
    let near = next.span.start.saturating_sub(this.span.end) <= 12;
    near && matches!(&next.what, What::Reference(reference) if !reference.is_general())
}

/// "Both the picture and the conference": where one of the two is not understood, "both" is.
fn coordinates(pieces: &[Piece], index: usize) -> bool {
    let behind = pieces.get(index.saturating_add(1)..).unwrap_or_default();
    let group: Vec<&Piece> = behind.iter().take(3).collect();
    let references = |pieces: &[&Piece]| pieces.iter().filter(|piece| matches!(piece.what, What::Reference(_))).count();
    match group.as_slice() {
        [first, second, rest @ ..] => {
            let and = |piece: &Piece| piece.what == What::Joint(Joint::And);
            and(first) && references(&[second]) == 1
                || and(second) && references(&[first]) == 1 && references(rest) == 0
        }
        _ => false,
    }
}

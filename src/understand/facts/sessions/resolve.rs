//! References that stand together, and references that need another to be understood.

use std::collections::BTreeSet;

use super::pieces::{Joint, Kind, Piece, Reference, What};
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
    drop_idle(sentences, &mut resolved, words.first().is_some_and(|words| words.verb_final));
    // "Two days" of a longer event says less than any day that is named.
    let named = |piece: &Piece| matches!(&piece.what, What::Reference(reference) if !is_general(reference.kind));
    if event.sessions.len() != 2 && resolved.pieces.iter().any(named) {
        resolved
            .pieces
            .retain(|piece| !matches!(&piece.what, What::Reference(reference) if reference.kind == Kind::Both));
    }
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
    if !near || left.kind == right.kind || is_general(left.kind) || is_general(right.kind) {
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

fn is_general(kind: Kind) -> bool {
    matches!(kind, Kind::All | Kind::Both | Kind::Neither)
}

/// Resolves "the day before" and "the day after" from the day last spoken of.
fn shifted(pieces: Vec<Piece>, event: &Event) -> Vec<Piece> {
    let date = |index: &usize| event.sessions.get(*index).map(|session| session.starts.date());
    let dates: BTreeSet<_> = event.sessions.iter().map(|session| session.starts.date()).collect();
    let mut last: Option<jiff::civil::Date> = None;
    let mut resolved = Vec::with_capacity(pieces.len());
    for mut piece in pieces {
        if let What::Reference(reference) = &mut piece.what {
            if let Kind::Shift(days) = reference.kind {
                let target = last.and_then(|last| last.checked_add(jiff::Span::new().days(days)).ok());
                let target = target.filter(|target| dates.contains(target)).or_else(|| {
                    let two = dates.len() == 2;
                    if days < 0 {
                        dates.first().copied().filter(|_| two)
                    } else {
                        dates.last().copied().filter(|_| two)
                    }
                });
                let Some(target) = target else { continue };
                reference.sessions = (0..event.sessions.len()).filter(|index| date(index) == Some(target)).collect();
            }
            if !is_general(reference.kind) && !matches!(reference.kind, Kind::Part(_)) {
                last = reference.sessions.first().and_then(date).or(last);
            }
        }
        resolved.push(piece);
    }
    resolved
}

/// Drops references that add nothing: "both" beside the two, a part of the day by itself, a day the event has not.
fn drop_idle(sentences: &[Sentence], resolved: &mut Resolved, verb_final: bool) {
    let pieces = std::mem::take(&mut resolved.pieces);
    let mut kept: Vec<Piece> = Vec::with_capacity(pieces.len());
    for (index, piece) in pieces.iter().enumerate() {
        let What::Reference(reference) = &piece.what else {
            kept.push(piece.clone());
            continue;
        };
        let sentence = sentences.iter().find(|sentence| sentence.span.contains(&piece.span));
        let beside = pieces.iter().enumerate().any(|(other, candidate)| {
            let inside = sentence.is_some_and(|sentence| sentence.span.contains(&candidate.span));
            let between = pieces.get(index.min(other)..index.max(other)).unwrap_or_default();
            let apart = between.iter().any(|piece| match piece.what {
                What::Except | What::Joint(Joint::But | Joint::Because) => true,
                What::Cue(_) => verb_final,
                _ => false,
            });
            other != index
                && inside
                && !apart
                && matches!(&candidate.what, What::Reference(reference)
                    if !is_general(reference.kind) && !reference.sessions.is_empty() && !matches!(reference.kind, Kind::Part(_)))
        });
        let keep = match reference.kind {
            _ if reference.sessions.is_empty() => matches!(reference.kind, Kind::Date | Kind::Other),
            Kind::All => !tied(&pieces, index),
            Kind::Both => !beside || coordinates(&pieces, index),
            Kind::Part(_) => false,
            _ => true,
        };
        if keep {
            kept.push(piece.clone());
        }
    }
    resolved.pieces = kept;
}

/// "Everything on Tuesday": the day behind it limits it.
fn tied(pieces: &[Piece], index: usize) -> bool {
    let (Some(this), Some(next)) = (pieces.get(index), pieces.get(index.saturating_add(1))) else { return false };
    let near = next.span.start.saturating_sub(this.span.end) <= 12;
    near && matches!(&next.what, What::Reference(reference) if !is_general(reference.kind))
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

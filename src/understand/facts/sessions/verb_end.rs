//! Statements where the verb ends the sentence (Korean): a reference belongs to the next verb behind it.

use super::clause::{Clause, whole_sentences};
use super::pieces::{Cue, Joint, Kind, Piece, What};
use super::sentences::Sentence;
use super::statement::{Reading, Said, Statement};
use super::words::Words;
use crate::event::Event;
use crate::understand::reply::Span;

/// Reads the statements of sentences whose verb stands at the end.
#[must_use]
pub fn statements(
    text: &str,
    sentences: &[Sentence],
    pieces: &[Piece],
    words: &Words,
    event: &Event,
) -> Vec<Statement> {
    let clauses = whole_sentences(text, sentences, pieces);
    let mut statements = Vec::new();
    let mut corrects = false;
    for (number, clause) in clauses.iter().enumerate() {
        corrects = corrects || clause.has(&What::Correction);
        let next = clauses.get(number.saturating_add(1)).filter(|next| clause.is_brief() && !next.names());
        for (at, span, reference) in clause.references() {
            let before = clause.pieces.get(..at).unwrap_or_default();
            let behind = clause.pieces.get(at.saturating_add(1)..).unwrap_or_default();
            let mut reading = verb_behind(text, span, behind, words)
                .map(|near| if reference.kind == Kind::Agreeing { Reading { confidence: 0.95, ..near } } else { near })
                .or_else(|| label(text, span.start, before, words))
                .or_else(|| next.and_then(|next| next_sentence(text, next, words)))
                .or_else(|| leaning(behind).filter(|_| reference.kind != Kind::Agreeing))
                .unwrap_or(Reading { said: None, confidence: 0.6, rule: super::NAMED });
            if told_before(before.iter().rev()) || told_before(behind.iter()) {
                reading.said = Some(Said::Earlier);
            }
            let statement = Statement::of(reference, span, clause, reading, event);
            statements.push(Statement { corrects: corrects || statement.corrects, ..statement });
        }
    }
    statements
}

/// Whether the clause tells what was said before.
fn told_before<'a>(pieces: impl Iterator<Item = &'a &'a Piece>) -> bool {
    let mut own = pieces.take_while(|piece| !matches!(piece.what, What::Joint(_)));
    own.any(|piece| piece.what == What::Earlier)
}

fn verb_behind(text: &str, reference: Span, behind: &[&Piece], words: &Words) -> Option<Reading> {
    let said = verb(text, Some(reference.end), behind, words)?;
    let at = behind.iter().position(|piece| is_deciding(piece))?;
    let list = behind.get(..at)?.iter().rev().find(|piece| matches!(piece.what, What::Reference(_)));
    let from = list.map_or(reference.end, |last| last.span.end);
    let gap = text.get(from..behind.get(at)?.span.start)?.chars().count();
    // The farther the verb, the likelier it is somebody else's; a refusal is not.
    Some(Reading::new(said, if gap > 8 && said == Said::Yes { 0.88 } else { 0.95 }, "verb behind"))
}

fn next_sentence(text: &str, next: &Clause<'_>, words: &Words) -> Option<Reading> {
    verb(text, None, &next.pieces, words).map(|said| Reading::new(said, 0.85, "next sentence"))
}

fn is_deciding(piece: &Piece) -> bool {
    matches!(piece.what, What::Cue(Cue::Yes | Cue::No | Cue::Avoid | Cue::Maybe | Cue::Ticked | Cue::Unticked))
}

/// The first verb group: "참석하지 못합니다" is one, and its last part decides.
///
/// From a reference on, other references may stand before it only as items of one list.
fn verb(text: &str, reference_end: Option<usize>, pieces: &[&Piece], words: &Words) -> Option<Said> {
    let mut said: Option<Said> = None;
    let mut listed = reference_end;
    let mut avoids = false;
    let mut end = 0_usize;
    for piece in pieces {
        match &piece.what {
            What::Reference(_) | What::Joint(_) if said.is_some() => break,
            What::Joint(Joint::But) => break,
            What::Reference(_) => {
                let between = listed.and_then(|listed| text.get(listed..piece.span.start));
                if between.is_some_and(|between| !words.lists(between)) {
                    break;
                }
                listed = listed.map(|_| piece.span.end);
            }
            What::Cue(cue) if is_deciding(piece) => {
                let gap = text.get(end..piece.span.start).map_or(usize::MAX, |gap| gap.chars().count());
                if said.is_some() && gap > 8 {
                    break;
                }
                said = Some(match (cue, said) {
                    // "빠지지 않": the negation turns it.
                    (Cue::No, Some(Said::No)) if avoids => Said::Yes,
                    (Cue::No | Cue::Avoid | Cue::Unticked, _) | (_, Some(Said::No)) => Said::No,
                    (Cue::Maybe, _) | (_, Some(Said::Maybe)) => Said::Maybe,
                    _ => Said::Yes,
                });
                avoids = *cue == Cue::Avoid;
                end = piece.span.end;
            }
            _ => {}
        }
    }
    said
}

/// What the words up to the next reference lean to.
fn leaning(pieces: &[&Piece]) -> Option<Reading> {
    let own = pieces.iter().take_while(|piece| !matches!(piece.what, What::Reference(_)));
    let leans = own.filter_map(|piece| match piece.what {
        What::Cue(Cue::LeansYes) => Some(Said::Yes),
        What::Cue(Cue::LeansNo | Cue::Busy) => Some(Said::No),
        _ => None,
    });
    let leans: Vec<Said> = leans.collect();
    let first = *leans.first()?;
    let sure = if first == Said::Yes { 0.85 } else { 0.7 };
    leans.iter().all(|said| *said == first).then(|| Reading::new(first, sure, super::LEANING))
}

/// The verb before: "참석: 17일, 18일". Only a list may stand between.
fn label(text: &str, reference_start: usize, before: &[&Piece], words: &Words) -> Option<Reading> {
    let mut start = reference_start;
    for (at, piece) in before.iter().enumerate().rev() {
        let between = text.get(piece.span.end..start).unwrap_or_default();
        match &piece.what {
            What::Joint(_) | What::Cue(Cue::LeansYes | Cue::LeansNo) => {}
            What::Reference(_) if words.lists(between) => start = piece.span.start,
            // As far as a label stands from what it labels: "참석하고자 하는 행사는 …".
            What::Cue(_) if is_deciding(piece) && between.chars().count() <= 14 => {
                let group = before.get(..at)?.iter().rposition(|piece| !matches!(piece.what, What::Cue(_)));
                // "Only to the film, on Tuesday …": that verb has its session already.
                let taken = group.and_then(|group| before.get(group));
                if !between.contains(':') && taken.is_some_and(|piece| matches!(piece.what, What::Reference(_))) {
                    return None;
                }
                let group = before.get(group.map_or(0, |other| other.saturating_add(1))..=at)?;
                let sure = if between.contains(':') { 0.92 } else { 0.85 };
                return verb(text, None, group, words).map(|said| Reading::new(said, sure, "verb before"));
            }
            _ => return None,
        }
    }
    None
}

//! From pieces to statements: which reference belongs to which cue.
//!
//! Where the verb stands at the end, a reference belongs to the next cue behind it. Elsewhere it belongs to the cues
//! of its own clause, or, where that has none, to the clause that it continues.

use std::collections::{BTreeMap, BTreeSet};

use super::pieces::{Cue, Joint, Kind, Piece, Reference, What};
use super::sentences::Sentence;
use crate::understand::reply::Span;

/// What a place of the text says of some sessions.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// The sessions.
    pub sessions: BTreeSet<usize>,
    /// What is said.
    pub said: Said,
    /// "Only".
    pub only: bool,
    /// "Everything" or "both": gives way to what is said of one session.
    pub general: bool,
    /// It corrects what was said before it.
    pub corrects: bool,
    /// Where.
    pub span: Span,
    /// How sure.
    pub confidence: f32,
    /// The rule that read it.
    pub rule: &'static str,
}

/// What is said of a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// Comes.
    Yes,
    /// Does not come.
    No,
    /// Undecided.
    Maybe,
    /// Is elsewhere on that day: no answer.
    Busy,
    /// Named, and nothing said of it.
    Nothing,
}

/// A clause: what stands between two joints.
#[derive(Debug, Clone)]
struct Clause<'a> {
    joint: Option<Joint>,
    span: Span,
    pieces: Vec<&'a Piece>,
    question: bool,
    sentence: usize,
}

/// Reads the statements of an SVO text, sentence by sentence.
#[must_use]
pub fn by_clause(text: &str, sentences: &[Sentence], pieces: &[Piece]) -> Vec<Statement> {
    let clauses = clauses(sentences, pieces);
    let said: Vec<Option<Said>> = clauses.iter().map(Clause::said).collect();
    let mut statements = Vec::new();
    for (index, clause) in clauses.iter().enumerate() {
        let references = clause.references();
        if references.is_empty() {
            continue;
        }
        let alternating = clause.alternating();
        let (mut answer, mut confidence, mut rule) = (said.get(index).copied().flatten(), 0.95, "own clause");
        if answer.is_none() || (answer == Some(Said::Busy) && clause.is_brief(text)) {
            if let Some((found, sure, by)) = continued(text, &clauses, &said, index) {
                (answer, confidence, rule) = (Some(found), sure, by);
            }
        }
        if clause.joint == Some(Joint::Because) && answer != Some(Said::No) {
            answer = Some(Said::Busy);
        }
        let corrects = clauses.get(..=index).unwrap_or_default().iter().any(|clause| clause.has(&What::Correction));
        let earlier = clause.has(&What::Earlier);
        for (position, piece) in references {
            let What::Reference(reference) = &piece.what else { continue };
            let said = alternating.as_ref().and_then(|answers| answers.get(&position).copied()).or(answer);
            let excepted = clause.is_excepted(position);
            let said = match said {
                _ if excepted => Said::No,
                _ if earlier => Said::Nothing,
                Some(said) => said,
                None => Said::Nothing,
            };
            statements.push(statement(reference, said, clause, piece.span, corrects, confidence, rule));
        }
    }
    statements
}

fn statement(
    reference: &Reference,
    said: Said,
    clause: &Clause<'_>,
    span: Span,
    corrects: bool,
    confidence: f32,
    rule: &'static str,
) -> Statement {
    let said = match (reference.kind, said) {
        (Kind::Neither, _) => Said::No,
        (_, said) => said,
    };
    let kind: f32 = match reference.kind {
        Kind::Agreeing => 0.03,
        Kind::Place => -0.15,
        Kind::Part(_) => -0.25,
        Kind::Shift(_) => -0.05,
        _ => 0.0,
    };
    let confidence: f32 = match said {
        Said::Nothing => 0.6,
        Said::Busy => 0.5,
        _ => confidence,
    };
    Statement {
        sessions: reference.sessions.clone(),
        said,
        only: (reference.only || clause.has(&What::Only)) && said == Said::Yes,
        general: matches!(reference.kind, Kind::All | Kind::Both),
        corrects,
        span,
        confidence: (confidence + kind).clamp(0.0, 0.98),
        rule,
    }
}

/// The clause that this one continues, or that answers it.
fn continued(
    text: &str,
    clauses: &[Clause<'_>],
    said: &[Option<Said>],
    index: usize,
) -> Option<(Said, f32, &'static str)> {
    let clause = clauses.get(index)?;
    let brief = clause.is_brief(text);
    let before = clauses.get(..index)?.iter().zip(said).rev();
    let before = before
        .take_while(|(other, _)| other.sentence == clause.sentence)
        .find_map(|(_, said)| said.filter(|said| *said != Said::Busy));
    let joined = matches!(clause.joint, Some(Joint::And | Joint::Comma)) && (brief || clause.joint == Some(Joint::And));
    if let (Some(before), Some(Joint::But)) = (before, clause.joint) {
        let turned = match before {
            Said::No => (Said::Yes, 0.85, "but"),
            other => (other, 0.7, "but"),
        };
        return brief.then_some(turned);
    }
    if let Some(before) = before.filter(|_| joined) {
        return Some((before, 0.9, "continued"));
    }
    // Nothing before it: an answer follows, in this sentence or, behind a question or a label, in the next.
    let mut labelled = clause.question || brief;
    for (other, said) in clauses.iter().zip(said).skip(index.saturating_add(1)) {
        let same = other.sentence == clause.sentence;
        let next = other.sentence == clause.sentence.saturating_add(1) && labelled && clause.question;
        if !(same || next) {
            break;
        }
        let own = !other.references().is_empty();
        if let Some(said) = said.filter(|said| *said != Said::Busy) {
            let fits =
                !own || other.joint == Some(Joint::And) || other.joint == Some(Joint::Comma) && other.is_general();
            return (fits && (brief || other.joint == Some(Joint::Colon) || next || !own)).then_some((
                said,
                0.88,
                "answer behind",
            ));
        }
        labelled = labelled && other.is_brief(text);
        if own && !other.is_brief(text) {
            break;
        }
    }
    None
}

fn clauses<'a>(sentences: &[Sentence], pieces: &'a [Piece]) -> Vec<Clause<'a>> {
    let mut clauses = Vec::new();
    for (number, sentence) in sentences.iter().enumerate() {
        let mut clause = Clause {
            joint: None,
            span: sentence.span,
            pieces: Vec::new(),
            question: sentence.question,
            sentence: number,
        };
        for piece in pieces.iter().filter(|piece| sentence.span.contains(&piece.span)) {
            if let What::Joint(joint) = piece.what {
                let empty = clause.pieces.is_empty() && piece.span.start.saturating_sub(clause.span.start) < 2;
                if empty {
                    // "…, but": the stronger word tells how it is joined.
                    clause.joint = Some(joint);
                    clause.span.start = piece.span.end;
                    continue;
                }
                let rest = Span { start: piece.span.end, end: clause.span.end };
                clause.span.end = piece.span.start;
                let next = Clause { joint: Some(joint), span: rest, pieces: Vec::new(), ..clause };
                clauses.push(std::mem::replace(&mut clause, next));
            } else {
                clause.pieces.push(piece);
            }
        }
        clauses.push(clause);
    }
    clauses
}

impl Clause<'_> {
    fn has(&self, what: &What) -> bool {
        self.pieces.iter().any(|piece| piece.what == *what)
    }

    fn references(&self) -> Vec<(usize, &Piece)> {
        let pieces = self.pieces.iter().enumerate();
        pieces.filter(|(_, piece)| matches!(piece.what, What::Reference(_))).map(|(at, piece)| (at, *piece)).collect()
    }

    fn is_general(&self) -> bool {
        self.pieces.iter().any(|piece| {
            matches!(&piece.what, What::Reference(reference) if matches!(reference.kind, Kind::All | Kind::Both | Kind::Neither))
        })
    }

    /// What its cues say together: one negation turns the clause.
    fn said(&self) -> Option<Said> {
        let has = |cue| self.has(&What::Cue(cue));
        if has(Cue::No) {
            Some(Said::No)
        } else if has(Cue::Maybe) {
            Some(Said::Maybe)
        } else if has(Cue::Yes) || has(Cue::Ticked) {
            Some(Said::Yes)
        } else if has(Cue::Unticked) {
            Some(Said::No)
        } else if has(Cue::Busy) {
            Some(Said::Busy)
        } else {
            None
        }
    }

    /// "Film yes conference no": where references and answers take turns, each has its own.
    fn alternating(&self) -> Option<BTreeMap<usize, Said>> {
        let turns: Vec<(usize, &What)> = self
            .pieces
            .iter()
            .enumerate()
            .map(|(at, piece)| (at, &piece.what))
            .filter(|(_, what)| {
                matches!(what, What::Reference(_) | What::Cue(Cue::Yes | Cue::No | Cue::Ticked | Cue::Unticked))
            })
            .collect();
        if turns.len() < 4 || turns.len() % 2 == 1 {
            return None;
        }
        let mut answers = BTreeMap::new();
        for pair in turns.chunks(2) {
            let (reference, cue) = match pair {
                [(at, What::Reference(_)), (_, What::Cue(cue))] | [(_, What::Cue(cue)), (at, What::Reference(_))] => {
                    (at, cue)
                }
                _ => return None,
            };
            let said = if matches!(cue, Cue::Yes | Cue::Ticked) { Said::Yes } else { Said::No };
            answers.insert(*reference, said);
        }
        Some(answers)
    }

    fn is_excepted(&self, reference: usize) -> bool {
        self.pieces.iter().take(reference).any(|piece| piece.what == What::Except)
    }

    /// Whether it says little beside its references: then it is no thought of its own.
    fn is_brief(&self, text: &str) -> bool {
        let all = self.span.of(text).split_whitespace().count();
        let named: usize = self.pieces.iter().map(|piece| piece.span.of(text).split_whitespace().count()).sum();
        all.saturating_sub(named) <= 4
    }
}

/// Reads the statements where the verb ends the clause: a reference belongs to the next cue behind it.
#[must_use]
pub fn by_verb_end(text: &str, sentences: &[Sentence], pieces: &[Piece]) -> Vec<Statement> {
    let clauses = clauses_whole(sentences, pieces);
    let mut statements = Vec::new();
    let mut corrects = false;
    for (number, clause) in clauses.iter().enumerate() {
        corrects = corrects || clause.has(&What::Correction);
        for (position, piece) in clause.references() {
            let What::Reference(reference) = &piece.what else { continue };
            let behind = clause.pieces.get(position.saturating_add(1)..).unwrap_or_default();
            let next = clauses.get(number.saturating_add(1)).filter(|_| clause.is_brief(text));
            let (said, confidence, rule) = if let Some(said) = chain(text, behind) {
                (said, 0.95, "verb behind")
            } else if let Some(said) = label(text, clause.pieces.get(..position).unwrap_or_default()) {
                (said, 0.88, "verb before")
            } else if let Some(said) =
                next.filter(|next| next.references().is_empty()).and_then(|next| chain(text, &next.pieces))
            {
                (said, 0.85, "next sentence")
            } else {
                (Said::Nothing, 0.6, "named")
            };
            let earlier = clause.pieces.iter().take(position).any(|piece| piece.what == What::Earlier);
            let said = if earlier && said == Said::Yes { Said::Nothing } else { said };
            statements.push(statement(reference, said, clause, piece.span, corrects, confidence, rule));
        }
    }
    statements
}

fn clauses_whole<'a>(sentences: &[Sentence], pieces: &'a [Piece]) -> Vec<Clause<'a>> {
    let clause = |(number, sentence): (usize, &Sentence)| Clause {
        joint: None,
        span: sentence.span,
        pieces: pieces.iter().filter(|piece| sentence.span.contains(&piece.span)).collect(),
        question: sentence.question,
        sentence: number,
    };
    sentences.iter().enumerate().map(clause).collect()
}

/// The first verb group: "참석하지 못합니다" is one, and its last part decides.
fn chain(text: &str, pieces: &[&Piece]) -> Option<Said> {
    let mut said: Option<Said> = None;
    let mut busy = false;
    let mut end = 0_usize;
    for piece in pieces {
        let gap = text.get(end..piece.span.start).map_or(usize::MAX, |gap| gap.chars().count());
        match &piece.what {
            What::Reference(_) if said.is_some() => break,
            What::Joint(_) if said.is_some() => break,
            What::Cue(Cue::Busy) => busy = true,
            What::Cue(cue) => {
                if said.is_some() && gap > 8 {
                    break;
                }
                said = Some(match (cue, said) {
                    (Cue::No | Cue::Unticked, _) | (_, Some(Said::No)) => Said::No,
                    (Cue::Maybe, _) | (_, Some(Said::Maybe)) => Said::Maybe,
                    _ => Said::Yes,
                });
                end = piece.span.end;
            }
            _ => {}
        }
    }
    said.or(busy.then_some(Said::Busy))
}

/// The verb before: "참석: 17일, 18일".
fn label(text: &str, pieces: &[&Piece]) -> Option<Said> {
    let cues: Vec<&Piece> =
        pieces.iter().filter(|piece| matches!(piece.what, What::Cue(cue) if cue != Cue::Busy)).copied().collect();
    chain(text, &cues)
}

//! From pieces to statements: which reference belongs to which cue.
//!
//! Where the verb stands at the end, a reference belongs to the next cue behind it. Elsewhere it belongs to the cues
//! of its own clause, or, where that has none, to the clause that it continues.

use std::collections::{BTreeMap, BTreeSet};

use super::pieces::{Cue, Joint, Kind, Piece, Reference, What};
use super::sentences::Sentence;
use super::words::Words;
use crate::event::Event;
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
    /// Named twice over, by day and title.
    pub agreeing: bool,
    /// Named by the place or one word of the title.
    pub weak: bool,
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

impl Statement {
    /// Whether it answers.
    #[must_use]
    pub fn is_decided(&self) -> bool {
        matches!(self.said, Said::Yes | Said::No | Said::Maybe)
    }
}

/// What a text that names no session says of coming at all.
#[must_use]
pub fn whole(sentences: &[Sentence], pieces: &[Piece], sessions: BTreeSet<usize>) -> Option<Statement> {
    let clauses = clauses(sentences, pieces);
    let decided =
        |clause: &Clause<'_>| clause.said().filter(|said| *said != Said::Busy).map(|said| (said, clause.span));
    let all: Vec<(Said, Span)> = clauses.iter().filter_map(decided).collect();
    let (said, span) = *all.iter().find(|(said, _)| *said == Said::No).or_else(|| all.first())?;
    let agreed = all.iter().all(|(other, _)| *other == said);
    let confidence = if agreed { 0.92 } else { 0.6 };
    Some(Statement {
        sessions,
        said,
        only: false,
        general: true,
        agreeing: false,
        weak: false,
        corrects: false,
        span,
        confidence,
        rule: "one session",
    })
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
pub fn by_clause(text: &str, sentences: &[Sentence], pieces: &[Piece], event: &Event) -> Vec<Statement> {
    let clauses = clauses(sentences, pieces);
    let said: Vec<Option<Said>> = clauses.iter().map(Clause::said).collect();
    let mut statements = Vec::new();
    for (index, clause) in clauses.iter().enumerate() {
        let references = clause.references();
        if references.is_empty() {
            continue;
        }
        let alternating = clause.alternating();
        let own = said.get(index).copied().flatten();
        let (mut answer, mut confidence, mut rule) = (own, 0.95, "own clause");
        if answer.is_none() || (answer == Some(Said::Busy) && clause.is_brief(text)) {
            if let Some((found, sure, by)) = continued(text, &clauses, &said, index) {
                (answer, confidence, rule) = (Some(found), sure, by);
            }
        }
        if clause.joint == Some(Joint::Because) && matches!(answer, None | Some(Said::Maybe)) {
            answer = Some(Said::Busy);
        }
        if answer.is_none() && clause.has(&What::Cue(Cue::Same)) {
            let before = statements.iter().rev().find(|statement: &&Statement| statement.is_decided());
            answer = before.map(|statement| statement.said);
            (confidence, rule) = (0.9, "as before");
        }
        if answer.is_none() && clause.has(&What::Only) && clause.words_beside(text) <= 5 {
            (answer, confidence, rule) = (Some(Said::Yes), 0.92, "only this");
        }
        if let Some(answered) = answered(text, &clauses, &said, index) {
            (answer, confidence, rule) = (Some(answered), 0.93, "answer behind");
        }
        if answer == Some(Said::Yes) && clause.is_taken_back(&clauses, &said, index) {
            confidence = confidence.min(0.7);
        }
        if clause.has(&What::Cue(Cue::Avoid)) && answer == Some(Said::Yes) {
            confidence = confidence.min(0.85);
        }
        if matches!(answer, None | Some(Said::Busy))
            && let Some(leaning) = clause.leans()
        {
            (answer, confidence, rule) = (Some(leaning), 0.75, "leaning");
        }
        let corrects = clauses.get(..=index).unwrap_or_default().iter().any(|clause| clause.has(&What::Correction));
        let earlier = clause.has(&What::Earlier);
        for (position, piece) in references {
            let What::Reference(reference) = &piece.what else { continue };
            let said = alternating.as_ref().and_then(|answers| answers.get(&position).copied()).or(answer);
            let excepted = clause.is_excepted(position);
            let said = match said {
                _ if excepted => Said::No,
                _ if earlier => Said::Busy,
                Some(said) => said,
                None => Said::Nothing,
            };
            statements.push(statement(event, reference, said, clause, piece.span, corrects, confidence, rule));
        }
    }
    statements
}

fn statement(
    event: &Event,
    reference: &Reference,
    said: Said,
    clause: &Clause<'_>,
    span: Span,
    corrects: bool,
    confidence: f32,
    rule: &'static str,
) -> Statement {
    let said = match (reference.kind, said) {
        (Kind::Neither, said) if said != Said::Busy => Said::No,
        // A word of the title may stand in anybody's affiliation.
        (Kind::Weak, Said::Nothing) => Said::Busy,
        (_, said) => said,
    };
    let kind: f32 = match reference.kind {
        Kind::Agreeing => 0.03,
        Kind::Weak => -0.15,
        Kind::Both if event.sessions.len() != 2 => -0.35,
        // A day of several sessions may mean one of them.
        Kind::Date | Kind::Weekday | Kind::Ordinal if reference.sessions.len() > 1 => -0.25,
        Kind::All if overlapping(event) => -0.25,
        Kind::Part(_) => -0.25,
        Kind::Shift(_) => -0.05,
        _ => 0.0,
    };
    let confidence: f32 = match said {
        Said::Nothing if reference.kind == Kind::Agreeing => 0.88,
        Said::Nothing => 0.7,
        Said::Busy => 0.5,
        _ => confidence,
    };
    Statement {
        sessions: reference.sessions.clone(),
        said,
        only: (reference.only || clause.has(&What::Only)) && said == Said::Yes,
        agreeing: reference.kind == Kind::Agreeing,
        weak: reference.kind == Kind::Weak,
        general: matches!(reference.kind, Kind::All | Kind::Both),
        corrects: corrects || reference.kind == Kind::Neither,
        span,
        confidence: (confidence + kind).clamp(0.0, 0.98),
        rule,
    }
}

/// Whether the event has sessions at the same time: then nobody comes to everything.
fn overlapping(event: &Event) -> bool {
    event.sessions.windows(2).any(|pair| matches!(pair, [left, right] if right.starts < left.ends))
}

/// The bare answer right behind: "Film: no", "conference – by all means".
fn answered(text: &str, clauses: &[Clause<'_>], said: &[Option<Said>], index: usize) -> Option<Said> {
    let clause = clauses.get(index)?;
    let behind = clauses.iter().zip(said).skip(index.saturating_add(1));
    // A time or place may stand between: "17 June, 19:00: no".
    let idle = |other: &Clause<'_>| {
        other.pieces.is_empty() && other.sentence == clause.sentence && other.words_beside(text) <= 2
    };
    let (next, said) = behind.skip_while(|(other, _)| idle(other)).next()?;
    let said = said.filter(|said| *said != Said::Busy)?;
    let bare = next.references().is_empty() && next.words_beside(text) <= 2;
    let labelled = next.sentence == clause.sentence && next.joint == Some(Joint::Colon) && next.references().is_empty();
    let silent = clause.said().is_none();
    let cue_alone = next.words_beside(text) == 0 && clause.is_brief(text);
    let behind = next.sentence == clause.sentence
        && match next.joint {
            Some(Joint::Comma) => silent && bare && clause.is_brief(text),
            Some(Joint::Dash) => silent && bare || cue_alone,
            _ => false,
        };
    let asked = next.sentence == clause.sentence.saturating_add(1) && clause.question && bare && clause.is_brief(text);
    (labelled || behind || asked).then_some(said)
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
    let joined = matches!(clause.joint, Some(Joint::And | Joint::Comma | Joint::Dash));
    if let (Some(before), Some(Joint::But)) = (before, clause.joint) {
        let turned = match before {
            Said::No => (Said::Yes, 0.85, "but"),
            other => (other, 0.7, "but"),
        };
        return brief.then_some(turned);
    }
    let named = clauses.get(..index)?.iter().rev().take_while(|other| other.sentence == clause.sentence);
    let named = named.take_while(|other| other.said().is_none()).all(|other| other.references().is_empty());
    let follows = clauses.get(index.saturating_sub(1)).is_some_and(|other| other.references().is_empty());
    if let (Some(before), Some(Joint::And)) = (before, clause.joint)
        && follows
        && named
    {
        // "For the picture and the conference": one of the two was not understood.
        return brief.then_some((before, 0.8, "continued"));
    }
    if let Some(before) = before.filter(|_| joined) {
        return match brief {
            // A refusal rarely carries over: what follows is more often its reason.
            true if before == Said::No => Some((before, 0.65, "continued")),
            true => Some((before, 0.94, "continued")),
            false => (clause.joint == Some(Joint::And)).then_some((before, 0.6, "continued at length")),
        };
    }
    if clause.joint == Some(Joint::Semicolon) && before.is_some() {
        return None;
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
                // "…, not but": a lone negation belongs to what the "but" brings.
                let lone = joint == Joint::But
                    && clause.joint.is_some()
                    && !clause.pieces.is_empty()
                    && clause.pieces.iter().all(|piece| piece.what == What::Cue(Cue::No));
                if empty || lone {
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
        if has(Cue::No) && has(Cue::Avoid) {
            Some(Said::Yes)
        } else if has(Cue::No) || has(Cue::Avoid) {
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

    /// What its words lean to, where no cue decides.
    fn leans(&self) -> Option<Said> {
        match (
            self.has(&What::Cue(Cue::LeansYes)),
            self.has(&What::Cue(Cue::LeansNo)) || self.has(&What::Cue(Cue::Busy)),
        ) {
            (true, false) => Some(Said::Yes),
            (false, true) => Some(Said::No),
            _ => None,
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
                matches!(
                    what,
                    What::Reference(_) | What::Cue(Cue::Yes | Cue::No | Cue::Avoid | Cue::Ticked | Cue::Unticked)
                )
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

    /// Whether the clause behind it, which names no session, turns it ("I would, but …") or adds what is not understood
    /// ("the film and the meeting").
    fn is_taken_back(&self, clauses: &[Clause<'_>], said: &[Option<Said>], index: usize) -> bool {
        let at = index.saturating_add(1);
        let Some(next) = clauses.get(at).filter(|next| next.sentence == self.sentence) else { return false };
        let answer = said.get(at).copied().flatten();
        let negated = answer == Some(Said::No) && next.joint != Some(Joint::Semicolon);
        next.references().is_empty()
            && (negated
                || next.joint == Some(Joint::But)
                || next.joint == Some(Joint::And) && matches!(answer, None | Some(Said::Busy)))
    }

    fn is_excepted(&self, reference: usize) -> bool {
        self.pieces.iter().take(reference).any(|piece| piece.what == What::Except)
    }

    /// Whether it says little beside its references: then it is no thought of its own.
    fn is_brief(&self, text: &str) -> bool {
        self.words_beside(text) <= 4 && !self.has(&What::Subject)
    }

    fn words_beside(&self, text: &str) -> usize {
        let all = self.span.of(text).split_whitespace().count();
        let named: usize = self.pieces.iter().map(|piece| piece.span.of(text).split_whitespace().count()).sum();
        all.saturating_sub(named)
    }
}

/// Reads the statements where the verb ends the clause: a reference belongs to the next cue behind it.
#[must_use]
pub fn by_verb_end(
    text: &str,
    sentences: &[Sentence],
    pieces: &[Piece],
    words: &Words,
    event: &Event,
) -> Vec<Statement> {
    let clauses = clauses_whole(sentences, pieces);
    let mut statements = Vec::new();
    let mut corrects = false;
    for (number, clause) in clauses.iter().enumerate() {
        corrects = corrects || clause.has(&What::Correction);
        for (position, piece) in clause.references() {
            let What::Reference(reference) = &piece.what else { continue };
            let behind = clause.pieces.get(position.saturating_add(1)..).unwrap_or_default();
            let next = clauses.get(number.saturating_add(1)).filter(|_| clause.is_brief(text));
            let verb = chain(text, piece.span.end, behind, words).filter(|said| *said != Said::Busy);
            let (said, confidence, rule) = if let Some(said) = verb {
                (said, 0.95, "verb behind")
            } else if let Some(said) =
                label(text, piece.span.start, clause.pieces.get(..position).unwrap_or_default(), words)
            {
                (said, 0.88, "verb before")
            } else if let Some(said) =
                next.filter(|next| next.references().is_empty()).and_then(|next| chain(text, 0, &next.pieces, words))
            {
                (said, 0.85, "next sentence")
            } else if let Some(said) = leaning(behind) {
                (said, 0.75, "leaning")
            } else {
                (Said::Nothing, 0.6, "named")
            };
            let before = clause.pieces.get(..position).unwrap_or_default().iter().rev();
            let earlier = before
                .take_while(|piece| !matches!(piece.what, What::Joint(_)))
                .any(|piece| piece.what == What::Earlier);
            let told = behind
                .iter()
                .take_while(|piece| !matches!(piece.what, What::Joint(_)))
                .any(|piece| piece.what == What::Earlier);
            let said = if earlier || told { Said::Busy } else { said };
            statements.push(statement(event, reference, said, clause, piece.span, corrects, confidence, rule));
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
///
/// Other references may stand before it only as items of one list.
fn chain(text: &str, from: usize, pieces: &[&Piece], words: &Words) -> Option<Said> {
    let mut said: Option<Said> = None;
    let mut listed = from;
    let (mut busy, mut avoids) = (false, false);
    let mut end = 0_usize;
    for piece in pieces {
        let gap = text.get(end..piece.span.start).map_or(usize::MAX, |gap| gap.chars().count());
        match &piece.what {
            What::Reference(_) | What::Joint(_) if said.is_some() => break,
            What::Reference(_) => {
                let gap = text.get(listed..piece.span.start).unwrap_or_default();
                if listed > 0 && !words.lists(gap) {
                    break;
                }
                listed = piece.span.end;
            }
            What::Joint(Joint::But) => break,
            What::Cue(Cue::Busy) => busy = true,
            What::Cue(Cue::LeansYes | Cue::LeansNo | Cue::Same) => {}
            What::Cue(cue) => {
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
    said.or(busy.then_some(Said::Busy))
}

/// What the words up to the next reference lean to.
fn leaning(pieces: &[&Piece]) -> Option<Said> {
    let own = pieces.iter().take_while(|piece| !matches!(piece.what, What::Reference(_)));
    let leans: Vec<Said> = own
        .filter_map(|piece| match piece.what {
            What::Cue(Cue::LeansYes) => Some(Said::Yes),
            What::Cue(Cue::LeansNo | Cue::Busy) => Some(Said::No),
            _ => None,
        })
        .collect();
    leans.first().copied().filter(|first| leans.iter().all(|said| said == first))
}

/// The verb before: "참석: 17일, 18일". Only a list may stand between.
fn label(text: &str, to: usize, pieces: &[&Piece], words: &Words) -> Option<Said> {
    let mut start = to;
    for (index, piece) in pieces.iter().enumerate().rev() {
        let gap = text.get(piece.span.end..start).unwrap_or_default();
        match &piece.what {
            What::Joint(_) => continue,
            What::Reference(_) if words.lists(gap) => start = piece.span.start,
            What::Cue(Cue::LeansYes | Cue::LeansNo) => continue,
            What::Cue(Cue::Busy | Cue::Same) => return None,
            What::Cue(_) if gap.chars().count() <= 14 => {
                let first = pieces
                    .get(..index)
                    .unwrap_or_default()
                    .iter()
                    .rposition(|piece| !matches!(piece.what, What::Cue(_)));
                return chain(text, 0, pieces.get(first.map_or(0, |first| first.saturating_add(1))..=index)?, words);
            }
            _ => return None,
        }
    }
    None
}

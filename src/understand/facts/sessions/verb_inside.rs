//! Statements where the verb stands inside the clause (English, German): a reference belongs to the cues of its
//! clause, or, where that has none, to the clause that it continues or that answers it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::clause::{Clause, clauses};
use super::pieces::{Cue, Joint, Kind, Piece, What};
use super::sentences::Sentence;
use super::statement::{Reading, Said, Statement};
use crate::event::Event;

/// Reads the statements of sentences whose verb stands inside.
#[must_use]
pub fn statements(text: &str, sentences: &[Sentence], pieces: &[Piece], event: &Event) -> Vec<Statement> {
    let clauses = clauses(text, sentences, pieces);
    let mut statements: Vec<Statement> = Vec::new();
    let mut lists: Vec<Range<usize>> = Vec::new();
    let mut corrects = false;
    for (index, clause) in clauses.iter().enumerate() {
        corrects = corrects || clause.has(&What::Correction);
        if !clause.names() {
            continue;
        }
        let before = statements.iter().rev().find(|statement| statement.is_decided()).map(|statement| statement.said);
        let reading = reading(&clauses, index, before);
        let turns = turns(clause);
        let first = statements.len();
        // "I wrote to you that …": the clause behind tells it.
        let told = |before: &Clause<'_>| before.sentence == clause.sentence && before.has(&What::Earlier);
        let opens = clause.joint == Some(Joint::Semicolon);
        let earlier = clause.has(&What::Earlier)
            || opens && index.checked_sub(1).and_then(|before| clauses.get(before)).is_some_and(told);
        for (at, span, reference) in clause.references() {
            let said = turns.as_ref().and_then(|answers| answers.get(&at).copied()).or(reading.said);
            let excepted = clause.pieces.iter().take(at).any(|piece| piece.what == What::Except);
            let said = match said {
                _ if excepted => Some(Said::No),
                _ if earlier => Some(Said::Earlier),
                said => said,
            };
            let statement = Statement::of(reference, span, clause, Reading { said, ..reading }, event);
            statements.push(Statement { corrects: corrects || statement.corrects, ..statement });
        }
        match lists.last_mut() {
            Some(list) if is_listed(text, &clauses, index) => list.end = statements.len(),
            _ => lists.push(first..statements.len()),
        }
    }
    for list in lists {
        statements.get_mut(list).into_iter().for_each(share);
    }
    statements
}

/// Whether the clause only adds sessions to those that the one before ends with: "on Monday and all of Tuesday".
fn is_listed(text: &str, clauses: &[Clause<'_>], index: usize) -> bool {
    let (Some(clause), Some(before)) = (clauses.get(index), index.checked_sub(1).and_then(|at| clauses.get(at))) else {
        return false;
    };
    let ends = |clause: &Clause<'_>, last: bool| {
        let piece = if last { clause.pieces.last() } else { clause.pieces.first() };
        piece.filter(|piece| matches!(piece.what, What::Reference(_))).map(|piece| piece.span)
    };
    let (Some(left), Some(right)) = (ends(before, true), ends(clause, false)) else { return false };
    let between = text.get(left.end..right.start).unwrap_or_default();
    clause.joint == Some(Joint::And) && before.sentence == clause.sentence && between.split_whitespace().count() <= 5
}

/// What is said of one session of a list is said of all.
fn share(list: &mut [Statement]) {
    let decided = list.iter().filter(|statement| statement.is_decided());
    let surest = decided.max_by(|left, right| left.confidence.total_cmp(&right.confidence));
    let Some((said, confidence)) = surest.map(|statement| (statement.said, statement.confidence)) else { return };
    for statement in list.iter_mut().filter(|statement| statement.said == Said::Nothing) {
        (statement.said, statement.rule) = (said, "one of a list");
        statement.confidence = confidence.min(0.85);
    }
}

/// What a text that names no session says of coming at all.
#[must_use]
pub fn whole(text: &str, sentences: &[Sentence], pieces: &[Piece], sessions: BTreeSet<usize>) -> Option<Statement> {
    let clauses = clauses(text, sentences, pieces);
    let all: Vec<_> = clauses.iter().filter_map(|clause| Some((clause.decides()?, clause.span()))).collect();
    let (said, span) = *all.first()?;
    let agreed = all.iter().all(|(other, _)| *other == said);
    Some(Statement {
        sessions,
        said,
        only: false,
        kind: Kind::All,
        brief: false,
        corrects: false,
        span,
        confidence: if agreed { 0.92 } else { 0.6 },
        rule: "whole text",
    })
}

/// What a clause says of the sessions that it names. `before` is what was last decided of any session.
fn reading(clauses: &[Clause<'_>], index: usize, before: Option<Said>) -> Reading {
    let Some(clause) = clauses.get(index) else { return Reading { said: None, confidence: 0.0, rule: "none" } };
    let mut reading = Reading { said: clause.says(), confidence: 0.95, rule: "own clause" };
    let away = clause.leans() == Some(Said::No) && clause.joint != Some(Joint::And);
    if !away
        && (reading.said.is_none() || (reading.said == Some(Said::Busy) && clause.is_brief()))
        && let Some(continued) = continued(clauses, index)
    {
        reading = continued;
    }
    if clause.joint == Some(Joint::Because) && matches!(reading.said, None | Some(Said::Maybe)) {
        reading.said = Some(Said::Busy);
    }
    if reading.said.is_none() && clause.has(&What::Cue(Cue::Same)) {
        reading = Reading { said: before.filter(|before| *before == Said::Yes), confidence: 0.9, rule: "as before" };
    }
    if reading.said.is_none() && clause.limits() && clause.words_beside() <= 5 {
        reading = Reading::new(Said::Yes, 0.92, "only this");
    }
    if let Some(answer) = answer_behind(clauses, index) {
        reading = Reading::new(answer, 0.93, "answer behind");
    }
    if reading.said == Some(Said::Yes) && is_taken_back(clauses, index) {
        reading = reading.at_most(0.7);
    }
    if reading.said == Some(Said::Yes) && clause.has(&What::Cue(Cue::Avoid)) {
        reading = reading.at_most(0.85);
    }
    match (reading.said, clause.leans()) {
        (None | Some(Said::Busy), Some(Said::Yes)) => Reading::new(Said::Yes, 0.85, super::LEANING),
        (None | Some(Said::Busy), Some(leaning)) => Reading::new(leaning, 0.7, super::LEANING),
        _ => reading,
    }
}

/// The bare answer right behind: "Film: no", "conference – by all means".
fn answer_behind(clauses: &[Clause<'_>], index: usize) -> Option<Said> {
    let clause = clauses.get(index)?;
    let same = |other: &Clause<'_>| other.sentence == clause.sentence;
    // A time or place may stand between: "17 June, 19:00: no".
    let idle = |other: &&Clause<'_>| other.pieces.is_empty() && same(other) && other.words_beside() <= 2;
    let (at, next) = clauses.iter().enumerate().skip(index.saturating_add(1)).find(|(_, other)| !idle(other))?;
    let said = next.decides().filter(|_| label(clauses, at.saturating_add(1)).is_none())?;
    let bare = !next.names() && next.words_beside() <= 2;
    let answers = match next.joint {
        _ if next.sentence == clause.sentence.saturating_add(1) => clause.question && bare && clause.is_brief(),
        _ if !same(next) => false,
        Some(Joint::Colon) => !next.names(),
        Some(Joint::Comma) => clause.says().is_none() && bare && clause.is_brief(),
        Some(Joint::Dash) => clause.says().is_none() && bare || next.words_beside() == 0 && clause.is_brief(),
        _ => false,
    };
    answers.then_some(said)
}

/// The clause that this one continues, or that answers it.
fn continued(clauses: &[Clause<'_>], index: usize) -> Option<Reading> {
    let clause = clauses.get(index)?;
    let brief = clause.is_brief();
    if let Some(label) = label(clauses, index) {
        return Some(Reading::new(label, if brief { 0.92 } else { 0.85 }, "label before"));
    }
    let ahead = clauses.get(..index)?.iter().rev().take_while(|other| other.sentence == clause.sentence);
    let Some(before) = ahead.clone().find_map(Clause::decides) else { return answered(clauses, index) };
    // "Not to the concert, but from Friday on …, seminar and tour": the "but" is not understood, its list is.
    let turned =
        ahead.clone().take_while(|other| other.decides().is_none()).any(|other| other.joint == Some(Joint::But));
    if turned && clause.joint != Some(Joint::But) {
        return (brief && before == Said::No).then(|| Reading::new(Said::Yes, 0.75, "but"));
    }
    match (clause.joint, before) {
        (Some(Joint::But), Said::No) => brief.then(|| Reading::new(Said::Yes, 0.85, "but")),
        (Some(Joint::But), other) => brief.then(|| Reading::new(other, 0.7, "but")),
        (Some(Joint::And), before) if ahead.clone().next().is_some_and(|other| !other.names()) && silent(ahead) => {
            // "For the picture and the conference": one of the two was not understood.
            brief.then(|| Reading::new(before, 0.8, "continued"))
        }
        // A refusal rarely carries over: what follows is more often its reason.
        (Some(Joint::And | Joint::Comma | Joint::Dash), Said::No) if brief => {
            Some(Reading::new(before, 0.65, "continued"))
        }
        (Some(Joint::And | Joint::Comma | Joint::Dash), _) if brief => Some(Reading::new(before, 0.94, "continued")),
        (Some(Joint::And), _) => Some(Reading::new(before, 0.6, "continued at length")),
        (Some(Joint::Comma | Joint::Dash | Joint::Semicolon), _) => None,
        _ => answered(clauses, index),
    }
}

/// What a label before says of the sessions listed behind its colon: "Not attending: the concert; the tour".
fn label(clauses: &[Clause<'_>], index: usize) -> Option<Said> {
    let sentence = clauses.get(index)?.sentence;
    let item = |clause: &Clause<'_>| clause.sentence == sentence && clause.names() && clause.decides().is_none();
    let mut label = index;
    while clauses.get(label).is_some_and(item) {
        let joint = clauses.get(label)?.joint?;
        label = label.checked_sub(1)?;
        if joint == Joint::Colon {
            return clauses.get(label).filter(|label| label.sentence == sentence && !label.names())?.decides();
        }
    }
    None
}

/// Whether no clause since the last one that decided names a session.
fn silent<'a>(ahead: impl Iterator<Item = &'a Clause<'a>>) -> bool {
    ahead.into_iter().take_while(|other| other.says().is_none()).all(|other| !other.names())
}

/// The answer that follows, in this sentence or, behind a question, in the next.
fn answered(clauses: &[Clause<'_>], index: usize) -> Option<Reading> {
    let clause = clauses.get(index)?;
    let brief = clause.is_brief();
    let mut open = true;
    for other in clauses.iter().skip(index.saturating_add(1)) {
        let next = other.sentence == clause.sentence.saturating_add(1) && open && clause.question;
        if other.sentence != clause.sentence && !next {
            break;
        }
        if let Some(said) = other.decides() {
            let and = other.joint == Some(Joint::And);
            let fits = !other.names() || and || other.joint == Some(Joint::Comma) && other.is_general();
            let belongs = brief || and || next || !other.names() || other.joint == Some(Joint::Colon);
            return (fits && belongs).then(|| Reading::new(said, if brief { 0.88 } else { 0.8 }, "answer behind"));
        }
        open = open && other.is_brief();
        if other.names() && !other.is_brief() {
            break;
        }
    }
    None
}

/// Whether the clause behind, which names no session, turns this one ("I would, but …") or adds what is not
/// understood ("the film and the meeting").
fn is_taken_back(clauses: &[Clause<'_>], index: usize) -> bool {
    let sentence = clauses.get(index).map(|clause| clause.sentence);
    let next = clauses.get(index.saturating_add(1));
    next.filter(|next| Some(next.sentence) == sentence && !next.names()).is_some_and(|next| match next.joint {
        Some(Joint::But) => true,
        Some(Joint::Semicolon) => false,
        Some(Joint::And) => !matches!(next.decides(), Some(Said::Yes | Said::Maybe)),
        _ => next.says() == Some(Said::No),
    })
}

/// "Film yes conference no": where references and answers take turns, each has its own.
fn turns(clause: &Clause<'_>) -> Option<BTreeMap<usize, Said>> {
    let counts = |what: &What| {
        let cue = matches!(what, What::Cue(Cue::Yes | Cue::No | Cue::Avoid | Cue::Ticked | Cue::Unticked));
        cue || matches!(what, What::Reference(_))
    };
    let pieces = clause.pieces.iter().enumerate().map(|(at, piece)| (at, &piece.what));
    let turns: Vec<(usize, &What)> = pieces.filter(|(_, what)| counts(what)).collect();
    if turns.len() < 4 || turns.len() % 2 == 1 {
        return None;
    }
    let answer = |pair: &[(usize, &What)]| match pair {
        [(at, What::Reference(_)), (_, What::Cue(cue))] | [(_, What::Cue(cue)), (at, What::Reference(_))] => {
            Some((*at, if matches!(cue, Cue::Yes | Cue::Ticked) { Said::Yes } else { Said::No }))
        }
        _ => None,
    };
    turns.chunks(2).map(answer).collect()
}

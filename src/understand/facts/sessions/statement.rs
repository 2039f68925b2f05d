//! What a place of the text says of some sessions, and how sure that is.

use std::collections::BTreeSet;

use super::clause::Clause;
use super::pieces::{Kind, Reference};
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
    /// What kind of words named them.
    pub kind: Kind,
    /// Its clause says hardly more than the name.
    pub brief: bool,
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
    /// What was said before: no answer, unless something is added to it.
    Earlier,
    /// Named, and nothing said of it.
    Nothing,
}

/// What a rule read for a clause or a reference, before the kind of reference is weighed.
///
/// The figures that the rules give are the shares of right answers among mails of many authors
/// (`tests/sessions_corpus.rs` prints them with `CALIBRATION=1`).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// What is said; `None`: nothing.
    pub said: Option<Said>,
    /// How sure.
    pub confidence: f32,
    /// The rule.
    pub rule: &'static str,
}

impl Reading {
    /// A reading by a rule.
    #[must_use]
    pub fn new(said: Said, confidence: f32, rule: &'static str) -> Self {
        Self { said: Some(said), confidence, rule }
    }

    /// The same, but not surer than this.
    #[must_use]
    pub fn at_most(self, confidence: f32) -> Self {
        Self { confidence: self.confidence.min(confidence), ..self }
    }
}

impl Statement {
    /// What a reference's clause says of it.
    #[must_use]
    pub fn of(reference: &Reference, span: Span, clause: &Clause<'_>, reading: Reading, event: &Event) -> Self {
        let said = match (reference.kind, reading.said.unwrap_or(Said::Nothing)) {
            (Kind::Neither, said) if !matches!(said, Said::Busy | Said::Earlier) => Said::No,
            // A word of the title may stand in anybody's affiliation.
            (Kind::Weak, Said::Nothing) => Said::Busy,
            (_, said) => said,
        };
        let confidence = reading.confidence + trust(reference, event);
        Self {
            sessions: reference.sessions.clone(),
            said,
            only: (reference.only || clause.limits()) && said == Said::Yes,
            kind: reference.kind,
            brief: clause.is_brief(),
            corrects: reference.kind == Kind::Neither,
            span,
            confidence: confidence.clamp(0.0, 0.98),
            rule: reading.rule,
        }
    }

    /// Whether it answers.
    #[must_use]
    pub fn is_decided(&self) -> bool {
        matches!(self.said, Said::Yes | Said::No | Said::Maybe)
    }
}

/// How much surer or less sure the kind of reference makes a statement.
fn trust(reference: &Reference, event: &Event) -> f32 {
    match reference.kind {
        Kind::Agreeing => 0.03,
        Kind::Weak => -0.15,
        Kind::Both if event.sessions.len() != 2 => -0.35,
        // A day of several sessions may mean one of them.
        Kind::Date | Kind::Weekday | Kind::Ordinal if reference.sessions.len() > 1 => -0.25,
        // Nobody comes to all of what takes place at the same time.
        Kind::All if event.sessions.windows(2).any(|pair| matches!(pair, [a, b] if b.starts < a.ends)) => -0.25,
        Kind::Part(_) => -0.25,
        // Of which days or sessions are these the first?
        Kind::Counted if reference.sessions.len() == event.sessions.len() => -0.25,
        Kind::Shift(_) | Kind::Rest | Kind::Counted => -0.05,
        _ => 0.0,
    }
}

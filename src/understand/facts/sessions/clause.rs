//! Clauses: what stands between two joints of a sentence.

use super::pieces::{Cue, Joint, Kind, Piece, Reference, What};
use super::sentences::Sentence;
use super::statement::Said;
use crate::understand::reply::Span;
use crate::understand::script::count_words;

/// What stands between two joints of a sentence, or a whole sentence.
#[derive(Debug, Clone)]
pub struct Clause<'a> {
    /// How it is joined to the one before.
    pub joint: Option<Joint>,
    /// The number of its sentence.
    pub sentence: usize,
    /// Whether the sentence asks.
    pub question: bool,
    /// What it is made of.
    pub pieces: Vec<&'a Piece>,
    text: &'a str,
    span: Span,
}

/// Splits sentences into clauses.
#[must_use]
pub fn clauses<'a>(text: &'a str, sentences: &[Sentence], pieces: &'a [Piece]) -> Vec<Clause<'a>> {
    let mut clauses = Vec::new();
    for mut clause in whole_sentences(text, sentences, pieces) {
        for piece in std::mem::take(&mut clause.pieces) {
            let What::Joint(joint) = piece.what else {
                clause.pieces.push(piece);
                continue;
            };
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
        }
        clauses.push(clause);
    }
    clauses
}

/// Every sentence as one clause.
#[must_use]
pub fn whole_sentences<'a>(text: &'a str, sentences: &[Sentence], pieces: &'a [Piece]) -> Vec<Clause<'a>> {
    let clause = |(number, sentence): (usize, &Sentence)| Clause {
        joint: None,
        sentence: number,
        question: sentence.question,
        pieces: pieces.iter().filter(|piece| sentence.span.contains(&piece.span)).collect(),
        text,
        span: sentence.span,
    };
    sentences.iter().enumerate().map(clause).collect()
}

impl<'a> Clause<'a> {
    /// Whether a piece of this sort stands in it.
    #[must_use]
    pub fn has(&self, what: &What) -> bool {
        self.pieces.iter().any(|piece| piece.what == *what)
    }

    /// Its references to sessions that the event has, each with its place among the pieces.
    pub fn references(&self) -> impl Iterator<Item = (usize, Span, &'a Reference)> {
        self.all_references().filter(|(_, _, reference)| !reference.sessions.is_empty())
    }

    fn all_references(&self) -> impl Iterator<Item = (usize, Span, &'a Reference)> {
        self.pieces.iter().enumerate().filter_map(|(at, piece)| match &piece.what {
            What::Reference(reference) => Some((at, piece.span, reference)),
            _ => None,
        })
    }

    /// Whether it names a session.
    #[must_use]
    pub fn names(&self) -> bool {
        self.references().next().is_some()
    }

    /// Whether it speaks of everything, or of nothing.
    #[must_use]
    pub fn is_general(&self) -> bool {
        self.references().any(|(_, _, reference)| reference.is_general())
    }

    /// Days and parts that the event does not have, where the clause says that somebody comes to them, or a day that
    /// it has not beside one of its sessions.
    #[must_use]
    pub fn unknown(&self) -> Option<Span> {
        let comes = self.has(&What::Cue(Cue::Yes)) && self.says() == Some(Said::Yes);
        let mut unknown = self.all_references().filter(|(_, _, reference)| reference.sessions.is_empty());
        // "On the 19th I am at the conference", but not "the 12th conference".
        let apart = |span: Span| {
            let mut named = self.references().filter(|(_, _, reference)| reference.kind == Kind::Name);
            named.next().is_some_and(|(_, name, _)| {
                let between = self.text.get(span.end..name.start).unwrap_or_default();
                between.split_whitespace().count() > 2
            })
        };
        unknown
            .next()
            .filter(|(_, span, reference)| comes || reference.kind == Kind::Date && apart(*span))
            .filter(|_| !self.has(&What::Cue(Cue::Busy)))
            .map(|(_, span, _)| span)
    }

    /// What its cues say together: one negation turns the clause.
    #[must_use]
    pub fn says(&self) -> Option<Said> {
        let has = |cue| self.has(&What::Cue(cue));
        match () {
            // "Would not miss it."
            () if has(Cue::No) && has(Cue::Avoid) => Some(Said::Yes),
            () if has(Cue::No) || has(Cue::Avoid) => Some(Said::No),
            () if has(Cue::Maybe) => Some(Said::Maybe),
            () if has(Cue::Yes) || has(Cue::Ticked) => Some(Said::Yes),
            () if has(Cue::Unticked) => Some(Said::No),
            () if has(Cue::Busy) => Some(Said::Busy),
            () => None,
        }
    }

    /// What its cues decide.
    #[must_use]
    pub fn decides(&self) -> Option<Said> {
        self.says().filter(|said| *said != Said::Busy)
    }

    /// What its words lean to, where no cue decides. A session named in full, day and title, is hardly a mere reason.
    #[must_use]
    pub fn leans(&self) -> Option<Said> {
        let has = |cue| self.has(&What::Cue(cue));
        let in_full = self.references().any(|(_, _, reference)| reference.kind == Kind::Agreeing);
        match (has(Cue::LeansYes), has(Cue::LeansNo) || has(Cue::Busy)) {
            (true, false) if !in_full => Some(Said::Yes),
            (false, true) if !in_full => Some(Said::No),
            _ => None,
        }
    }

    /// Whether it says little beside its references: then it is no thought of its own.
    #[must_use]
    pub fn is_brief(&self) -> bool {
        self.words_beside() <= 4 && !self.has(&What::Subject)
    }

    /// How many words stand beside its pieces.
    #[must_use]
    pub fn words_beside(&self) -> usize {
        let count = |span: Span| count_words(span.of(self.text));
        let named: usize = self.pieces.iter().map(|piece| count(piece.span)).sum();
        count(self.span).saturating_sub(named)
    }

    /// Whether "only" limits its references: it stands before one of them, or right behind.
    #[must_use]
    pub fn limits(&self) -> bool {
        let only = self.pieces.iter().enumerate().filter(|(_, piece)| piece.what == What::Only);
        only.into_iter().any(|(at, only)| {
            self.references().any(|(other, span, _)| other > at || only.span.start.saturating_sub(span.end) <= 2)
        })
    }

    /// Where it stands.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span
    }
}

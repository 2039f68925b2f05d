//! What a reader found: a possible value of a field. Readers are witnesses; `combine` weighs what they say.

use super::phrase::{Kind, Part};
use super::pieces::{Piece, is_hangul};
use super::words::Lexicon;
use crate::event::Field;
use crate::understand::facts::evidence::{Evidence, Fact, Source};
use crate::understand::reply::Span;

/// A possible value of a field.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Candidate {
    pub(super) field: Field,
    pub(super) value: String,
    pub(super) text: String,
    pub(super) span: Option<Span>,
    pub(super) source: Source,
    pub(super) rule: &'static str,
    pub(super) confidence: f32,
}

impl Candidate {
    /// One read from the reply text.
    pub(super) fn read(field: Field, value: String, piece: Piece<'_>, witness: Witness) -> Self {
        let text = piece.text.to_string();
        Self {
            field,
            value,
            text,
            span: Some(piece.span()),
            source: witness.source,
            rule: witness.rule,
            confidence: witness.confidence,
        }
    }

    /// One read from elsewhere.
    pub(super) fn outside(field: Field, value: &str, witness: Witness) -> Self {
        let (value, text) = (value.to_string(), value.to_string());
        Self {
            field,
            value,
            text,
            span: None,
            source: witness.source,
            rule: witness.rule,
            confidence: witness.confidence,
        }
    }

    /// As a fact, with this confidence.
    pub(super) fn into_fact(self, confidence: f32) -> Fact<String> {
        let Self { value, text, span, source, rule, .. } = self;
        Fact { value, evidence: Evidence { source, text, span, confidence, rule } }
    }
}

/// Who says it, and how sure.
#[derive(Debug, Clone, Copy)]
pub(super) struct Witness {
    pub(super) source: Source,
    pub(super) rule: &'static str,
    pub(super) confidence: f32,
}

impl Witness {
    pub(super) const fn new(source: Source, rule: &'static str, confidence: f32) -> Self {
        Self { source, rule, confidence }
    }

    /// The same, less sure.
    pub(super) fn times(self, factor: f32) -> Self {
        Self { confidence: self.confidence * factor, ..self }
    }
}

/// The position and organization among the parts of a phrase, as candidates. An institution is preferred to a unit
/// of one, and known words to unknown ones.
pub(super) fn of_parts(parts: &[Part<'_>], witness: Witness, lexicon: Lexicon<'_>) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    let of = |kind: Kind| parts.iter().enumerate().filter(move |(_, part)| part.kind == kind);
    let position = of(Kind::Position).next();
    let mut push = |field: Field, part: &Part<'_>, factor: f32| {
        candidates.push(Candidate::read(field, part.value(), part.piece, witness.times(factor)));
    };
    if let Some((_, part)) = position {
        let distinct = of(Kind::Position).count();
        push(Field::Position, part, if distinct > 1 { 0.9 } else { 1.0 });
    }
    let unaffiliated = of(Kind::Unaffiliated).next();
    let is_parent = |part: &Part<'_>| part.piece.words().iter().any(|word| lexicon.is(|w| &w.parents, word.text));
    let institution = of(Kind::Institution).find(|(_, part)| is_parent(part)).or_else(|| of(Kind::Institution).next());
    let unit = of(Kind::Unit).next();
    let beside = of(Kind::Name).next().and_then(|(at, name)| {
        let korean = name.piece.text.chars().any(is_hangul);
        at.checked_sub(1).and_then(|before| of(Kind::Proper).find(|(index, _)| korean && *index == before))
    });
    let proper = position.or(beside).and_then(|(at, _)| {
        let near = beside.or_else(|| of(Kind::Proper).find(|(index, _)| *index > at));
        near.or_else(|| of(Kind::Proper).rfind(|(index, _)| *index < at))
    });
    if let Some((_, part)) = institution {
        push(Field::Organization, part, if unaffiliated.is_some() { 0.7 } else { 1.0 });
    } else if let Some((_, part)) = unaffiliated {
        push(Field::Organization, part, 0.95);
    } else if let Some((_, part)) = proper.filter(|(index, _)| unit.is_none_or(|(at, _)| at > *index)) {
        push(Field::Organization, part, 0.75);
    } else if let Some((_, part)) = unit {
        push(Field::Organization, part, 0.8);
    }
    candidates
}

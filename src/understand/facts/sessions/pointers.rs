//! Where a text refers to sessions, and where it speaks of coming or not, before any rule says what is meant: for
//! readers that find out by themselves.

use std::collections::BTreeSet;

use jiff::civil::DateTime;

use super::inline;
use super::pieces::{Cue, What};
use super::reader::Reader;
use crate::event::Event;
use crate::understand::language::Languages;
use crate::understand::reply::Span;

/// One place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pointer {
    /// Where.
    pub span: Span,
    /// What it is.
    pub kind: PointerKind,
    /// The sessions referred to, as places in the event's order; empty for what the event does not have.
    pub sessions: BTreeSet<usize>,
}

/// What a place is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PointerKind {
    /// Refers to sessions.
    Sessions,
    /// Speaks of coming.
    Yes,
    /// Speaks of not coming.
    No,
    /// Speaks of not knowing.
    Maybe,
    /// "Only", "except".
    Limit,
}

/// The pointers of a text.
#[must_use]
pub fn pointers(text: &str, event: &Event, sent: Option<DateTime>, languages: &Languages) -> Vec<Pointer> {
    let text = super::readable(text);
    let reader = Reader::new(text, event, sent, languages);
    let pointer = |piece: super::pieces::Piece| {
        let (kind, sessions) = match piece.what {
            What::Reference(reference) => (PointerKind::Sessions, reference.sessions),
            What::Cue(Cue::Yes | Cue::LeansYes | Cue::Same | Cue::Ticked) => (PointerKind::Yes, BTreeSet::new()),
            What::Cue(Cue::No | Cue::Avoid | Cue::LeansNo | Cue::Busy | Cue::Unticked) => {
                (PointerKind::No, BTreeSet::new())
            }
            What::Cue(Cue::Maybe) => (PointerKind::Maybe, BTreeSet::new()),
            What::Only | What::Except => (PointerKind::Limit, BTreeSet::new()),
            What::Correction | What::Earlier | What::Subject | What::Joint(_) => return None,
        };
        Some(Pointer { span: piece.span, kind, sessions })
    };
    reader.pieces(text).into_iter().filter_map(pointer).collect()
}

/// The sessions that a quoted question asks about.
#[must_use]
pub fn asked_about(question: &str, event: &Event, languages: &Languages) -> Vec<String> {
    let reader = Reader::new(question, event, None, languages);
    let asked = inline::asked(&reader, question);
    asked.iter().filter_map(|number| event.sessions.get(*number)).map(|session| session.id.clone()).collect()
}

//! What the sender typed, and only that, out of a message: without the quoted invitation, attribution lines,
//! forwarded mail, disclaimers and device footers; the signature set apart; answers typed between quoted lines kept
//! together with the line that each answers.
//!
//! A leaking quotation is a wrong record, because the invitation itself says "17th", "18th" and "both"; a lost line
//! is a lost fact.

use super::message::Message;
use crate::event::Invitation;

/// The words of this sender in this mail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReplyText {
    /// What was typed, lines joined by `\n`, the signature at its end. Inline answers stand in their order, each
    /// as lines of their own.
    pub text: String,
    /// Byte offset in `text` at which the signature begins.
    pub signature: Option<usize>,
    /// Answers typed between quoted lines.
    pub inline_answers: Vec<InlineAnswer>,
    /// The quotation that was cut, without marks; to resolve "this one", and to tell which event is meant.
    pub quotation: String,
    /// The comment above a forwarded mail was empty, or there is nothing typed at all.
    pub forwarded: bool,
}

/// A byte range of [`ReplyText::text`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// An answer typed beneath (or behind) a quoted line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InlineAnswer {
    /// The quoted line or lines right above, without marks.
    pub question: String,
    /// Where the answer stands in the reply text.
    pub span: Span,
}

impl Span {
    /// The text it covers; empty if it does not fit.
    #[must_use]
    pub fn of<'a>(&self, text: &'a str) -> &'a str {
        text.get(self.start..self.end).unwrap_or_default()
    }

    /// Whether the other span lies wholly inside.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether they share a byte.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.start < other.end && other.start < self.end
    }
}

impl ReplyText {
    /// Reads what was typed. `invitations` are the texts that this sender may have quoted.
    #[must_use]
    pub fn of(message: &Message, invitations: &[&Invitation]) -> Self {
        let _ = (message, invitations);
        Self::default()
    }

    /// A reply text that consists of exactly this, for tests and tools.
    #[must_use]
    pub fn typed(text: &str) -> Self {
        Self { text: text.to_string(), ..Self::default() }
    }

    /// The part before the signature.
    #[must_use]
    pub fn body(&self) -> &str {
        self.signature.and_then(|start| self.text.get(..start)).unwrap_or(&self.text)
    }

    /// The signature, with its greeting line if that begins it.
    #[must_use]
    pub fn signature_text(&self) -> &str {
        self.signature.and_then(|start| self.text.get(start..)).unwrap_or_default()
    }
}

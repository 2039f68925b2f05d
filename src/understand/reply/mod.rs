//! What the sender typed, and only that, out of a message: without the quoted invitation, attribution lines,
//! forwarded mail, disclaimers and device footers; the signature set apart; answers typed between quoted lines kept
//! together with the line that each answers.
//!
//! A leaking quotation is a wrong record, because the invitation itself says "17th", "18th" and "both"; a lost line
//! is a lost fact.

mod attribution;
mod footer;
mod forwarded;
mod header_block;
mod inline;
mod invitation;
mod signature;
#[cfg(test)]
mod tests;
mod words;
mod zone;

use super::message::{Line, LineRole, Message};
use crate::event::Invitation;
use zone::Zone;

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
        let lines = &parted(&message.body);
        let mut zones = zone::zones(lines, &invitation::Known::of(invitations));
        footer::mark(lines, &mut zones);
        let (text, own) = typed_lines(lines, &zones);
        let sender = message.from.as_ref().and_then(|from| from.name.as_deref());
        let inline_answers = inline::answers(lines, &zones, &own);
        // An answer is no signature, though "Full name?" is answered with the sender's name.
        let last_answer = inline_answers.last().map_or(0, |answer| answer.span.start);
        let signature = signature::begins(own.iter().filter(|line| line.start >= last_answer), sender);
        let quotation = quotation(lines, &zones);
        let mut reply = Self { text, signature, inline_answers, quotation, forwarded: false };
        reply.forwarded = forwarded::says_nothing(reply.body());
        reply
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

/// The lines, an attribution that shares one with typed text set apart.
fn parted(lines: &[Line]) -> Vec<Line> {
    let mut parted = Vec::with_capacity(lines.len());
    for (at, line) in lines.iter().enumerate() {
        let quoted_below = lines
            .iter()
            .skip(at + 1)
            .find(|line| !zone::is_blank(line))
            .is_some_and(|next| next.quote_depth > line.quote_depth);
        let split = Some(&line.text).filter(|_| quoted_below).and_then(|text| attribution::shares_line(text));
        match split.and_then(|at| line.text.split_at_checked(at)) {
            Some((typed, attribution)) => parted
                .extend([typed.trim_end(), attribution].map(|text| Line { text: text.to_owned(), ..line.clone() })),
            None => parted.push(line.clone()),
        }
    }
    parted
}

/// A line that the sender typed, and where it stands in the reply text.
struct OwnLine<'a> {
    /// Its number in the body.
    at: usize,
    text: &'a str,
    role: LineRole,
    /// Its first byte in the reply text.
    start: usize,
}

/// Puts the sender's lines together; blank lines, and what was cut between two lines, leave one blank line.
fn typed_lines<'a>(lines: &'a [Line], zones: &[Zone]) -> (String, Vec<OwnLine<'a>>) {
    let mut text = String::new();
    let mut own = Vec::new();
    let mut gap = false;
    for (at, (line, zone)) in lines.iter().zip(zones).enumerate() {
        if *zone != Zone::Own || zone::is_blank(line) {
            gap = true;
            continue;
        }
        if !text.is_empty() {
            text.push_str(if gap { "\n\n" } else { "\n" });
        }
        gap = false;
        let typed = line.text.trim_end();
        own.push(OwnLine { at, text: typed, role: line.role, start: text.len() });
        text.push_str(typed);
    }
    (text, own)
}

/// What was cut, without marks.
fn quotation(lines: &[Line], zones: &[Zone]) -> String {
    let cut = lines.iter().zip(zones).filter(|(_, zone)| matches!(zone, Zone::Frame | Zone::Quoted));
    let text = cut.map(|(line, _)| line.text.as_str()).collect::<Vec<_>>().join("\n");
    text.trim().to_string()
}

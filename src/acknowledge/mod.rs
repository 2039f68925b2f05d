//! Writes the answer to a message: what now stands, what is missing, or that a human will look.
//!
//! Pure: the date, the Message-ID and the templates come in as parameters, the whole mail goes out as
//! [`Acknowledgement::raw`] and is never touched again. Whatever a sender wrote (names, subjects, Message-IDs) is
//! treated as hostile here: see [`text`] and [`message`].

mod message;
mod sample;
mod subject;
mod templates;
mod text;
mod view;
mod words;

use jiff::Timestamp;

use crate::event::{Event, Field};
use crate::registry::{Acknowledgement, AcknowledgementKind, Facts, Status};
use crate::understand::facts::intent::Kind;

pub use templates::{TemplateError, Templates};

/// A message to be answered, and what came of it.
#[derive(Debug, Clone)]
pub struct Answering<'a> {
    /// The event it is about.
    pub event: &'a Event,
    /// What kind of answer.
    pub kind: AcknowledgementKind,
    /// What the message was.
    pub message: Kind,
    /// Whether staff will also look at it, because it asks for something beside its answer.
    pub human: bool,
    /// Language of the sender; English where there are no templates for it.
    pub language: &'a str,
    /// What now stands, one for each person that the message was about; empty for `received`.
    pub attendees: &'a [Standing],
    /// The message answered.
    pub answered: Answered<'a>,
    /// Address that the answer goes to.
    pub to: &'a str,
    /// Name that belongs to it, if known.
    pub recipient: Option<&'a str>,
    /// From header, as configured.
    pub from: &'a str,
    /// Message-ID of the answer, without angle brackets; see [`message_id`].
    pub message_id: &'a str,
    /// Date of the answer.
    pub date: Timestamp,
}

/// How it stands with one attendee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// What is known.
    pub facts: Facts,
    /// Where the record stands.
    pub status: Status,
    /// What is asked for.
    pub missing: Vec<Field>,
}

/// What an answer refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answered<'a> {
    /// Its Message-ID, without angle brackets.
    pub message_id: Option<&'a str>,
    /// Its subject, decoded.
    pub subject: &'a str,
    /// Message-IDs that it refers to itself, oldest first, without angle brackets.
    pub references: &'a [String],
}

/// Why an answer could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    /// The address cannot stand in a mail.
    #[error("could not address the answer: {0}")]
    To(lettre::address::AddressError),
    /// The configured From cannot stand in a mail.
    #[error("could not use {from:?} as the sender of answers: {cause}")]
    From {
        /// As configured.
        from: String,
        /// What is wrong with it.
        cause: lettre::address::AddressError,
    },
    /// `ask` without anything that is missing.
    #[error("could not ask the sender: nothing is missing")]
    NothingToAsk,
    /// A template does not render.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The mail cannot be put together.
    #[error("could not put the answer together: {0}")]
    Build(#[from] lettre::error::Error),
}

/// Writes the answer.
///
/// # Errors
/// When an address cannot be used, nothing is missing from what should be asked for, or a template does not render.
pub fn compose(templates: &Templates, answering: &Answering<'_>) -> Result<Acknowledgement, ComposeError> {
    let missing = missing(answering);
    if answering.kind == AcknowledgementKind::Ask && missing.is_empty() {
        return Err(ComposeError::NothingToAsk);
    }
    let (text, html) = templates.render(answering)?;
    let subject = subject::reply(answering.answered.subject, &answering.event.title, templates.reply_prefixes());
    let to = message::addressee(answering.to).map_err(ComposeError::To)?;
    let raw = message::build(answering, &to, &subject, text, html)?;
    Ok(Acknowledgement {
        kind: answering.kind,
        to: to.to_string(),
        subject,
        message_id: answering.message_id.to_owned(),
        in_reply_to: answering.answered.message_id.map(str::to_owned),
        missing,
        raw,
    })
}

/// The Message-ID of an answer, without angle brackets: chance, and the domain of the mailbox.
#[must_use]
pub fn message_id(chance: u128, mailbox: &str) -> String {
    let domain = mailbox.rsplit_once('@').map_or("localhost", |(_, domain)| domain);
    format!("{chance:032x}@{domain}")
}

fn missing(answering: &Answering<'_>) -> Vec<Field> {
    let mut missing: Vec<Field> = answering.attendees.iter().flat_map(|standing| standing.missing.clone()).collect();
    missing.sort_unstable();
    missing.dedup();
    missing
}

#[cfg(test)]
mod tests;

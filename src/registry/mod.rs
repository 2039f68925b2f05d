//! What the registry holds, as plain data: records with their revisions, and the outcome of a message that changes
//! them. No SQL here (`store` keeps it), no network.

mod known;
pub mod reconcile;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::event::Field;
use crate::understand::decide::{Action, Reason};
use crate::understand::facts::intent::Kind;
use crate::understand::facts::sessions::Answer;

pub use known::{Answered, Known, KnownQuery};

/// Where a record stands (contract).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Comes to at least one session.
    Attending,
    /// Was invited and does not come.
    Declined,
    /// Was coming and withdrew.
    Cancelled,
    /// Something required is still missing; the sender was asked.
    Incomplete,
    /// Staff must decide first.
    InReview,
    /// The session is full.
    Waitlisted,
}

/// The facts of a record: what one revision says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Full name.
    pub name: Option<String>,
    /// Organization, or an explicit "none".
    pub organization: Option<String>,
    /// Position or occupation.
    pub position: Option<String>,
    /// Answers by session id; `None`: not answered.
    pub sessions: Option<BTreeMap<String, Answer>>,
    /// The attendee's address.
    pub email: Option<String>,
}

/// What the registry holds of an attendee for an event, in its newest revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The registry's own number.
    pub id: i64,
    /// The event.
    pub event: String,
    /// What is known.
    pub facts: Facts,
    /// Where answers go.
    pub contact: String,
    /// Where it stands.
    pub status: Status,
    /// Language of the attendee's mail.
    pub language: String,
    /// Number of the newest revision, counted from 1.
    pub revision: i64,
    /// Whether mail to the contact came back.
    pub undeliverable: bool,
    /// Arrival of the first message about it.
    pub received_at: Timestamp,
    /// Arrival of the newest.
    pub updated_at: Timestamp,
    /// Message-ID of the mail that the newest revision came from; `None` where staff entered it.
    pub source_message_id: Option<String>,
}

/// A change of the registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// A new record.
    Create {
        /// What is known.
        facts: Facts,
        /// Where it stands.
        status: Status,
    },
    /// A new revision of a record.
    Revise {
        /// The record.
        record: i64,
        /// The revision it was read at; if it has moved on, the change is refused.
        from_revision: i64,
        /// What is known now.
        facts: Facts,
        /// Where it stands now.
        status: Status,
    },
}

/// What kind of answer a message gets (contract).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AcknowledgementKind {
    /// What now stands.
    Confirm,
    /// What is missing.
    Ask,
    /// A human will look.
    Received,
}

/// An answer, complete as it will leave: written once, sent as it stands in every attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledgement {
    /// What kind of answer.
    pub kind: AcknowledgementKind,
    /// Envelope recipient, lower case.
    pub to: String,
    /// Decoded subject.
    pub subject: String,
    /// Our Message-ID, without angle brackets.
    pub message_id: String,
    /// Message-ID of the mail answered.
    pub in_reply_to: Option<String>,
    /// What it asks for.
    pub missing: Vec<Field>,
    /// The whole mail as it goes over the wire, CRLF lines, headers included.
    pub raw: Vec<u8>,
}

/// Where a message is filed in the mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Filing {
    /// Recorded or asked.
    Recorded,
    /// Waiting for staff.
    Review,
    /// Machine or bulk mail.
    Ignored,
}

/// All that follows from one message; stored in one transaction.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The event it belongs to, if that is clear.
    pub event: Option<String>,
    /// Language of the reply.
    pub language: String,
    /// What the message is.
    pub kind: Kind,
    /// What is done with it.
    pub action: Action,
    /// Whether staff must see it (opens a review item; for a recorded message one that only asks to be seen).
    pub human: bool,
    /// Why.
    pub reasons: Vec<Reason>,
    /// What the sender typed, for staff.
    pub reply_text: String,
    /// The proposal for staff: attendees with evidence, as in the output of `parse`.
    pub attendees: serde_json::Value,
    /// The address that answers go to.
    pub contact: Option<String>,
    /// What changes in the registry.
    pub changes: Vec<Change>,
    /// The answer to send.
    pub acknowledgement: Option<Acknowledgement>,
    /// Where the message is filed.
    pub filing: Filing,
    /// An address that mail came back from.
    pub undeliverable: Option<String>,
}

impl Facts {
    /// These facts, with what a newer message says put over them. An answer about a session replaces that session's
    /// answer and leaves the others.
    #[must_use]
    pub fn updated_by(&self, newer: &Self) -> Self {
        let text = |old: &Option<String>, new: &Option<String>| new.clone().or_else(|| old.clone());
        let sessions = match (&self.sessions, &newer.sessions) {
            (Some(old), Some(new)) => {
                let mut answers = old.clone();
                answers.extend(new.iter().map(|(session, answer)| (session.clone(), *answer)));
                Some(answers)
            }
            (old, new) => new.clone().or_else(|| old.clone()),
        };
        Self {
            name: text(&self.name, &newer.name),
            organization: text(&self.organization, &newer.organization),
            position: text(&self.position, &newer.position),
            email: text(&self.email, &newer.email),
            sessions,
        }
    }
}

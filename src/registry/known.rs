//! What the registry knows that bears on one message: looked up by the edge, handed to the pure core.

use crate::event::Field;

use super::{AcknowledgementKind, Record};

/// What is looked up before a message is decided.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownQuery {
    /// From and Reply-To addresses of the message, lower case.
    pub senders: Vec<String>,
    /// In-Reply-To and References of the message, nearest first, without brackets.
    pub thread: Vec<String>,
}

/// What the registry knows of a message's sender and thread, over all events.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Known {
    /// Records that one of the senders is the contact or the attendee of, and those that the thread is about.
    pub records: Vec<Record>,
    /// Our acknowledgement that the message answers: the nearest of its thread that is ours.
    pub answers: Option<Answered>,
    /// Questions already asked of these senders, by event, since something was last completed.
    pub asked: Vec<(String, u32)>,
}

/// An acknowledgement of ours that a message answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// Its Message-ID, without brackets.
    pub message_id: String,
    /// What kind it was.
    pub kind: AcknowledgementKind,
    /// Event it spoke of.
    pub event: Option<String>,
    /// To whom it went; only this address answers it with authority.
    pub to: String,
    /// What it asked for.
    pub missing: Vec<Field>,
    /// The records that it spoke of.
    pub records: Vec<i64>,
}

impl Known {
    /// How many questions were asked of the sender for an event.
    #[must_use]
    pub fn questions_asked(&self, event: &str) -> u32 {
        self.asked.iter().find(|(id, _)| id == event).map_or(0, |(_, count)| *count)
    }

    /// What the message was asked for, if it answers a question of ours.
    #[must_use]
    pub fn asks_for(&self) -> &[Field] {
        let question = self.answers.as_ref().filter(|answered| answered.kind == AcknowledgementKind::Ask);
        question.map_or(&[], |question| question.missing.as_slice())
    }

    /// What of it an address may touch: its own records, and our acknowledgement if that went to it. Whoever merely
    /// knows a Message-ID of ours, or a name, has no say.
    #[must_use]
    pub fn as_far_as_concerns(&self, sender: &str) -> Self {
        let own = |record: &&Record| record.contact == sender || record.facts.email.as_deref() == Some(sender);
        Self {
            records: self.records.iter().filter(own).cloned().collect(),
            answers: self.answers.clone().filter(|answered| answered.to == sender),
            asked: self.asked.clone(),
        }
    }
}

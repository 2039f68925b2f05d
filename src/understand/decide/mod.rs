//! From facts to a decision: record, ask, review or ignore, with reasons. In doubt, review.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::facts::evidence::{Fact, ReasonCode};
use super::facts::intent::Kind;
use super::facts::sessions::Answer;
use crate::event::Field;

/// What is done with a message (contract).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// The facts are clear and complete: stored and confirmed.
    Record,
    /// The intent is clear, something required is missing: stored as incomplete, the rest is asked for.
    Ask,
    /// A careful assistant would not act on it alone: nothing changes until staff decide.
    Review,
    /// Written by a machine, or bulk mail: never answered.
    Ignore,
}

/// Why a decision is what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The contract's code.
    pub code: ReasonCode,
    /// Plain English for staff.
    pub detail: String,
}

/// An attendee as understood.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Attendee {
    /// Name without honorifics and degrees.
    pub name: Option<Fact<String>>,
    /// Organization, or the words of an explicit "none".
    pub organization: Option<Fact<String>>,
    /// Position or occupation.
    pub position: Option<Fact<String>>,
    /// Answers by session id; `None` where nothing is said.
    pub sessions: Option<BTreeMap<String, Fact<Answer>>>,
    /// The attendee's address.
    pub email: Option<Fact<String>>,
    /// What the event requires and the mail does not give.
    pub missing: Vec<Field>,
}

/// What is done with a message, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// What the message is.
    pub kind: Kind,
    /// What is done with it.
    pub action: Action,
    /// Whether staff must see it.
    pub human: bool,
    /// Who it is about.
    pub attendees: Vec<Attendee>,
    /// The address that answers go to.
    pub contact: Option<String>,
    /// Why.
    pub reasons: Vec<Reason>,
}

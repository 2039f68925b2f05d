//! What people are invited to: an event, its sessions, and the invitation as it was sent.
//!
//! An event is data (`events/*.toml`, the format is part of the contract); nothing about one event stands in code.

mod file;
pub mod folder;

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

pub use file::EventFileError;

/// A fact that an event may require of an attendee.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Field {
    /// Full name.
    Name,
    /// Organization, or an explicit "none".
    Organization,
    /// Position in it, or occupation.
    Position,
    /// Which sessions the person attends.
    Sessions,
    /// The attendee's own address.
    Email,
}

/// One event that people are invited to.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Stable identifier, e.g. `nkhr-2013-berlin`.
    pub id: String,
    /// Title for people, in the default language.
    pub title: String,
    /// Who invites.
    pub host: String,
    /// IANA time zone in which session times are meant.
    pub timezone: String,
    /// Languages of the invitation; the first is the default for answers.
    pub languages: Vec<String>,
    /// Address that people reply to.
    pub mailbox: String,
    /// Day on which the invitation went out.
    pub invited: Date,
    /// What an attendee must tell before the record is complete.
    pub required: Vec<Field>,
    /// The parts that one can attend by themselves, in order of their start. Never empty.
    pub sessions: Vec<Session>,
    /// The invitation as it was sent, by language; used to tell quotation from what was typed.
    pub invitations: BTreeMap<String, Invitation>,
}

/// A part of an event that one can attend by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// Identifier within the event, e.g. `film`.
    pub id: String,
    /// Local start, in the event's time zone.
    pub starts: DateTime,
    /// Local end, in the event's time zone.
    pub ends: DateTime,
    /// Where it takes place.
    pub venue: String,
    /// Title by language.
    pub title: BTreeMap<String, String>,
    /// Words that people use for it, beside title, date and weekday, by language.
    pub aliases: BTreeMap<String, Vec<String>>,
    /// How many people fit in, if that is limited.
    pub capacity: Option<u32>,
}

/// An invitation as it was sent in one language.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invitation {
    /// Its subject.
    pub subject: String,
    /// Its whole text.
    pub text: String,
}

impl Event {
    /// The session with this id.
    #[must_use]
    pub fn session(&self, id: &str) -> Option<&Session> {
        self.sessions.iter().find(|session| session.id == id)
    }
}

impl Session {
    /// Its title in a language, else in the event's default language, else its id.
    #[must_use]
    pub fn title_in<'a>(&'a self, language: &str, fallback: &str) -> &'a str {
        self.title.get(language).or_else(|| self.title.get(fallback)).unwrap_or(&self.id)
    }
}

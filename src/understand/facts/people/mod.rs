//! Who comes or does not: name, organization, position and address of each person that the mail is about.

use serde::Deserialize;

use super::evidence::{Fact, Signal};
use crate::event::Event;
use crate::understand::language::Languages;
use crate::understand::message::Message;
use crate::understand::reply::{ReplyText, Span};

/// What the people reader needs of a language.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Words {}

/// The people of a mail.
#[derive(Debug, Clone, Default)]
pub struct People {
    /// Those who come or do not, in the order of the mail. The writer only if he is one of them.
    pub people: Vec<Person>,
    /// What the reader noticed: unnamed companions, too many people, low confidence, an assistant writing, …
    pub signals: Vec<Signal>,
}

/// One person.
#[derive(Debug, Clone, Default)]
pub struct Person {
    /// Name without honorifics and degrees.
    pub name: Option<Fact<String>>,
    /// Organization; the words of an explicit "none" where that is said.
    pub organization: Option<Fact<String>>,
    /// Position or occupation.
    pub position: Option<Fact<String>>,
    /// The person's own address, or the sender's.
    pub email: Option<Fact<String>>,
    /// Where the mail speaks of this person alone (his line of a list, his clause): session answers in here are
    /// his. Empty where the whole mail is about him.
    pub scope: Vec<Span>,
    /// Whether this person wrote the mail.
    pub is_writer: bool,
}

/// Reads the people.
#[must_use]
pub fn read(reply: &ReplyText, message: &Message, event: &Event, languages: &Languages) -> People {
    let _ = (reply, message, event, languages);
    People::default()
}

//! Who comes or does not: name, organization, position and address of each person that the mail is about.

mod address;
mod block;
mod candidate;
mod combine;
mod company;
mod fuller;
mod headfinal;
mod introduction;
mod labels;
mod mail;
mod mention;
mod name;
mod organization;
mod own;
mod phrase;
mod pieces;
mod principal;
mod prose;
mod romanize;
mod roster;
mod sender;
mod tagged;
#[cfg(test)]
mod tests;
mod words;

use std::collections::BTreeMap;

use self::candidate::{Candidate, Witness};
use self::labels::{Entry, Label};
use self::mail::Mail;
pub use self::words::Words;
use super::evidence::{Fact, ReasonCode, Signal, Source};
use super::trust::Heard;
use crate::event::{Event, Field};
use crate::understand::language::Languages;
use crate::understand::message::Message;
use crate::understand::reply::{ReplyText, Span};

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
    /// What the witnesses of each text say; empty where only rules were asked.
    pub heard: BTreeMap<Field, Heard>,
}

/// More people than this are for staff to look at.
const MANY: usize = 10;

/// Reads the people.
#[must_use]
pub fn read(reply: &ReplyText, message: &Message, event: &Event, languages: &Languages) -> People {
    let mut mail = Mail::new(reply, message, event, languages);
    let entries = labels::entries(&mail);
    let identified = own::identify(&mut mail, &entries);
    let people =
        several(&mail, &entries, &identified).unwrap_or_else(|| vec![own::read(&mail, &entries, identified.clone())]);
    let people = if people.len() == 1 { with_companions(&mail, people) } else { people };
    let signals = signals(&mail, &people);
    People { people, signals }
}

/// The people of a list, or the principal for whom somebody else writes.
fn several(mail: &Mail<'_>, entries: &[Entry<'_>], identified: &[Candidate]) -> Option<Vec<Person>> {
    let has_form = entries.iter().any(|entry| entry.label == Label::Asks(Field::Name));
    let mut others = roster::listed(mail, entries);
    if others.is_empty()
        && !has_form
        && let Some(people) = company::read(mail, identified)
    {
        return Some(people);
    }
    if others.is_empty() && !has_form && roster::companions(mail).is_empty() {
        others.extend(principal::read(mail));
    }
    if others.is_empty() {
        return None;
    }
    let text = mail.text_without(others.iter().map(|other| other.scope));
    let rest = mail.with_text(&text);
    let shared = shared(mail, &own::read(&rest, &[], Vec::new()));
    Some(roster::people(mail, others, &shared))
}

/// The writer, and whoever comes with him.
fn with_companions(mail: &Mail<'_>, mut people: Vec<Person>) -> Vec<Person> {
    let companions = roster::companions(mail);
    if let (Some(writer), false) = (people.first().filter(|person| person.is_writer), companions.is_empty()) {
        let shared = shared(mail, writer);
        people.extend(roster::people(mail, companions, &shared));
    }
    people
}

/// What holds a mail back from being decided alone.
fn signals(mail: &Mail<'_>, people: &[Person]) -> Vec<Signal> {
    let mut signals = Vec::new();
    let mut doubt = |code: ReasonCode, detail: String, span: Option<Span>| signals.push(Signal { code, detail, span });
    if let Some((start, end)) = mail.lexicon.find_first(|w| &w.unnamed_companions, mail.text) {
        let detail = "the mail speaks of companions without a name".into();
        doubt(ReasonCode::UnnamedCompanions, detail, Some(Span { start, end }));
    }
    if people.len() > MANY {
        doubt(ReasonCode::TooManyPeople, format!("{} people are listed", people.len()), None);
    }
    let mut uncertain = |detail: &str| doubt(ReasonCode::LowConfidence, detail.to_string(), None);
    if let [person] = people {
        if person.is_writer && principal::is_deputy(mail) {
            uncertain("somebody writes for another person, who was not found");
        }
        if mail.lexicon.find_first(|w| &w.several, mail.text).is_some() {
            uncertain("the mail speaks of more people than were found");
        }
    }
    signals
}

/// What is said once and holds for all: the organization of the block, the sender's address.
fn shared(mail: &Mail<'_>, writer: &Person) -> Vec<Candidate> {
    let own = mail.message.answer_address().unwrap_or_default();
    let organization = writer.organization.iter().map(|fact| Candidate {
        field: Field::Organization,
        value: fact.value.clone(),
        text: fact.evidence.text.clone(),
        span: fact.evidence.span,
        source: fact.evidence.source,
        rule: "shared organization",
        confidence: fact.evidence.confidence * 0.8,
    });
    let address = Candidate::outside(Field::Email, own, Witness::new(Source::From, "sender's address for all", 0.85));
    organization.chain([address]).collect()
}

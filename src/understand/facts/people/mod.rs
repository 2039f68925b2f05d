//! Who comes or does not: name, organization, position and address of each person that the mail is about.

mod address;
mod block;
mod candidate;
mod combine;
mod doubt;
mod fuller;
mod headfinal;
mod introduction;
mod labels;
mod mail;
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
#[cfg(test)]
mod tests;
mod unspaced;
mod words;

use self::candidate::{Candidate, Witness};
use self::mail::Mail;
pub use self::words::Words;
use super::evidence::{Fact, ReasonCode, Signal, Source};
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
}

/// More people than this are for staff to look at.
const MANY: usize = 10;

/// Reads the people.
#[must_use]
pub fn read(reply: &ReplyText, message: &Message, event: &Event, languages: &Languages) -> People {
    let mut mail = Mail::new(reply, message, event, languages);
    let entries = labels::entries(&mail);
    let identified = own::identify(&mut mail, &entries);
    let listed = roster::listed(&mail, &entries);
    if !listed.is_empty() {
        let shared = shared(&mail, &own::read(&mail, &[], Vec::new()));
        let people = roster::people(&mail, listed, &shared);
        let signals = if people.len() > MANY {
            vec![signal(ReasonCode::TooManyPeople, format!("{} people are listed", people.len()))]
        } else {
            Vec::new()
        };
        return People { people, signals };
    }
    let companions = roster::companions(&mail);
    let has_form = entries.iter().any(|entry| entry.label == labels::Label::Asks(Field::Name));
    if let Some(principal) = principal::read(&mail).filter(|_| !has_form && companions.is_empty()) {
        let shared = shared(&mail, &own::read(&mail, &[], Vec::new()));
        return People { people: roster::people(&mail, vec![principal], &shared), signals: Vec::new() };
    }
    let mut signals = Vec::new();
    if let Some((from, to)) = mail.lexicon.find_first(|w| &w.unnamed_companions, mail.text) {
        let detail = "speaks of companions without a name".to_string();
        signals.push(Signal { code: ReasonCode::UnnamedCompanions, detail, span: Some(Span { start: from, end: to }) });
    }
    if principal::is_deputy(&mail) {
        signals.push(signal(ReasonCode::LowConfidence, "somebody writes for another person, who was not found".into()));
    }
    let writer = own::read(&mail, &entries, identified);
    if writer.name.is_none() {
        signals.push(signal(ReasonCode::MissingName, "the writer's name was not found".into()));
    }
    let absent = [
        (writer.organization.is_none(), ReasonCode::MissingOrganization),
        (writer.position.is_none(), ReasonCode::MissingPosition),
    ];
    if absent.iter().any(|(absent, _)| *absent)
        && let Some(doubt) = doubt::about_absence(&mail)
    {
        signals.extend(absent.iter().filter(|(absent, _)| *absent).map(|(_, code)| signal(*code, doubt.into())));
    }
    if companions.is_empty() {
        if mail.lexicon.find_first(|w| &w.several, mail.text).is_some() {
            signals.push(signal(ReasonCode::LowConfidence, "the mail speaks of more people than were found".into()));
        }
        return People { people: vec![writer], signals };
    }
    let shared = shared(&mail, &writer);
    let mut people = vec![writer];
    people.extend(roster::people(&mail, companions, &shared));
    People { people, signals }
}

fn signal(code: ReasonCode, detail: String) -> Signal {
    Signal { code, detail, span: None }
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

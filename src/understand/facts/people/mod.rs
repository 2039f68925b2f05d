//! Who comes or does not: name, organization, position and address of each person that the mail is about.

mod address;
mod block;
mod candidate;
mod combine;
mod headfinal;
mod labels;
mod name;
mod phrase;
mod pieces;
mod prose;
mod sender;
mod words;

use self::candidate::{Candidate, Witness};
use self::sender::Sender;
use self::words::Lexicon;
pub use self::words::Words;
use super::evidence::{Fact, Signal, Source};
use crate::event::{Event, Field};
use crate::understand::language::Languages;
use crate::understand::message::Message;
use crate::understand::reply::{InlineAnswer, ReplyText, Span};

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

/// What the readers look at.
struct Mail<'a> {
    text: &'a str,
    signature: Option<usize>,
    inline: &'a [InlineAnswer],
    message: &'a Message,
    lexicon: Lexicon<'a>,
    sender: Sender,
    /// The name of the one who wrote, as far as known before the text is read closely.
    writer: Option<String>,
}

/// Reads the people.
#[must_use]
pub fn read(reply: &ReplyText, message: &Message, event: &Event, languages: &Languages) -> People {
    let _ = event;
    let lexicon = Lexicon(languages);
    let sender = Sender::of(message, lexicon);
    let mut mail = Mail {
        text: &reply.text,
        signature: reply.signature,
        inline: &reply.inline_answers,
        message,
        lexicon,
        writer: sender.name.clone(),
        sender,
    };
    let entries = labels::entries(&mail);
    let mut candidates = prose::names(&mail);
    candidates.extend(labels::candidates(&mail, &entries, Source::Label));
    if mail.writer.as_deref().is_none_or(|name| !name::is_person(name, lexicon)) {
        let introduced = candidates.iter().filter(|candidate| candidate.field == Field::Name);
        let fits = |value: &str| {
            mail.writer.as_deref().is_none_or(|writer| name::agree(writer, value) || !name::is_person(writer, lexicon))
        };
        let introduced =
            introduced.filter(|candidate| fits(&candidate.value)).max_by(|a, b| a.confidence.total_cmp(&b.confidence));
        mail.writer = introduced.map(|candidate| candidate.value.clone()).or(mail.writer);
    }
    candidates.extend(labels::candidates(&mail, &labels::inline_entries(&mail), Source::InlineAnswer));
    candidates.extend(labels::candidates(&mail, &labels::numbered(&mail), Source::Label));
    candidates.extend(block::read(&mail));
    candidates.extend(prose::read(&mail));
    candidates.extend(headers(&mail));
    let name = combine::best(Field::Name, &candidates);
    candidates.extend(address::read(&mail, &entries, name.as_ref().map(|name| name.value.as_str())));
    let person = Person {
        organization: combine::best(Field::Organization, &candidates),
        position: combine::best(Field::Position, &candidates),
        email: combine::best(Field::Email, &candidates),
        name,
        scope: Vec::new(),
        is_writer: true,
    };
    People { people: vec![person], signals: Vec::new() }
}

/// What From and the card parts say.
fn headers(mail: &Mail<'_>) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    if let Some(name) = &mail.sender.name {
        let whole = name::is_person(name, mail.lexicon);
        let confidence = if whole { 0.85 } else { 0.4 };
        candidates.push(Candidate::outside(Field::Name, name, Witness::new(Source::From, "From", confidence)));
    }
    for card in &mail.message.cards {
        let witness = Witness::new(Source::Card, "card part", 0.9);
        let fields =
            [(Field::Name, &card.name), (Field::Organization, &card.organization), (Field::Position, &card.position)];
        for (field, value) in fields {
            candidates.extend(value.as_deref().map(|value| Candidate::outside(field, value, witness)));
        }
    }
    candidates
}

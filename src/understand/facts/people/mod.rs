//! Who comes or does not: name, organization, position and address of each person that the mail is about.

mod address;
mod answering;
mod block;
mod boundaries;
mod candidate;
mod clues;
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
mod portrait;
mod principal;
mod prose;
mod romanize;
mod roster;
mod sender;
#[cfg(test)]
mod tests;
mod unspaced;
mod weigh;
mod words;

use std::collections::BTreeMap;

use self::candidate::Candidate;
pub use self::clues::{Clue, Clues};
use self::labels::{Entry, Label};
use self::mail::Mail;
pub use self::words::Words;
use super::evidence::{Fact, ReasonCode, Signal};
use super::trust::Weighed;
use crate::event::{Event, Field};
use crate::understand::language::Languages;
use crate::understand::message::Message;
use crate::understand::net::witness::Witness;
use crate::understand::reply::{ReplyText, Span};

/// The people of a mail.
#[derive(Debug, Clone, Default)]
pub struct People {
    /// Those who come or do not, in the order of the mail. The writer only if he is one of them.
    pub people: Vec<Person>,
    /// What the reader noticed: unnamed companions, too many people, low confidence, an assistant writing, …
    pub signals: Vec<Signal>,
    /// What makes it less likely that everybody was found.
    pub hints: Hints,
}

/// What makes it less likely that everybody was found, where only one person was.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Hints {
    /// Somebody seems to write for another person.
    pub deputy: bool,
    /// The mail says that several come.
    pub several: bool,
    /// Several names stand in it.
    pub several_names: bool,
    /// How likely the least likely of several people named answers, of those who do.
    pub least_answering: Option<f32>,
    /// How likely the likeliest of the others answers after all.
    pub most_of_others: Option<f32>,
    /// Rules find the same people.
    pub agreed: bool,
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
    /// Belongs to no organization by his own word, though that gives no value.
    pub is_independent: bool,
    /// The values of each text that were weighed, the likeliest first.
    pub weighed: BTreeMap<Field, Vec<Weighed>>,
    /// What the net says of this person, where it read the mail for him alone.
    pub about: Option<Witness>,
}

/// More people than this are for staff to look at.
const MANY: usize = 10;

/// Reads the people.
#[must_use]
pub fn read(reply: &ReplyText, message: &Message, event: &Event, witness: &Witness, languages: &Languages) -> People {
    let mut mail = Mail::new(reply, message, event, witness, languages);
    let entries = labels::entries(&mail);
    let identified = own::identify(&mut mail, &entries);
    let people =
        several(&mail, &entries, &identified).unwrap_or_else(|| vec![own::read(&mail, &entries, identified.clone())]);
    let people = if people.len() == 1 { with_companions(&mail, people) } else { people };
    let named = answering::named(&mail);
    let hints = answering::hints(&named, &people, hints(&mail, &people));
    let people = answering::people(&mail, named, &people).unwrap_or(people);
    let signals = signals(&mail, &people);
    People { people, signals, hints }
}

/// Where names of people stand in the text, as far as rules can tell: of those who come, and of others.
#[must_use]
pub fn names(reply: &ReplyText, message: &Message, event: &Event, languages: &Languages) -> Vec<Span> {
    let nobody = Witness::default();
    let mail = Mail::new(reply, message, event, &nobody, languages);
    let mentions = mention::all(&mail).into_iter();
    mentions.filter(|mention| mention.name.is_some()).map(|mention| mention.piece.span()).collect()
}

/// The people of a list, or the principal for whom somebody else writes.
fn several(mail: &Mail<'_>, entries: &[Entry<'_>], identified: &[Candidate]) -> Option<Vec<Person>> {
    let has_form = entries.iter().any(|entry| entry.label == Label::Asks(Field::Name));
    let mut others = roster::listed(mail, entries);
    let mut is_principal = false;
    if others.is_empty()
        && let Some(people) = company::read(mail, entries, identified)
    {
        return Some(people);
    }
    if others.is_empty() && !has_form && roster::companions(mail).is_empty() {
        others.extend(principal::read(mail));
        is_principal = true;
    }
    if others.is_empty() {
        return None;
    }
    let text = mail.text_without(others.iter().map(|other| other.scope));
    let rest = mail.with_text(&text);
    let writer = own::read(&rest, &[], identified.to_vec());
    let shared = portrait::shared(&rest, &writer);
    let comes_too = mail.lexicon.find_first(|w| &w.comes_too, &text).filter(|_| is_principal);
    let mut people = roster::people(mail, others, &shared);
    if let Some((start, _)) = comes_too.filter(|_| mail.knows_writer()) {
        let end = text.get(start..).and_then(|rest| rest.find(['.', '\n'])).map_or(text.len(), |end| start + end);
        let said = text.get(start..end).unwrap_or_default();
        if mail.lexicon.find_first(|w| &w.stays_away, said).is_none() {
            people.push(Person { scope: vec![Span { start, end }], ..writer });
        }
    }
    if let [person] = people.as_mut_slice() {
        weigh::again(mail, person);
    }
    Some(people)
}

/// The writer, and whoever comes with him.
fn with_companions(mail: &Mail<'_>, mut people: Vec<Person>) -> Vec<Person> {
    let companions = roster::companions(mail);
    if let (Some(writer), false) = (people.first().filter(|person| person.is_writer), companions.is_empty()) {
        let shared = portrait::shared(mail, writer);
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
    signals
}

/// What makes it less likely that everybody was found.
fn hints(mail: &Mail<'_>, people: &[Person]) -> Hints {
    let [person] = people else { return Hints::default() };
    Hints {
        deputy: person.is_writer && principal::is_deputy(mail),
        several: mail.lexicon.find_first(|w| &w.several, mail.text).is_some(),
        several_names: company::may_be_several(mail),
        ..Hints::default()
    }
}

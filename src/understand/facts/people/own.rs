//! What a mail says of the one who wrote it.

use std::collections::BTreeMap;

use super::Person;
use super::candidate::{Candidate, Witness};
use super::labels::{self, Entry};
use super::mail::Mail;
use super::{address, block, combine, fuller, introduction, name, pieces, prose, weigh};
use crate::event::Field;
use crate::understand::facts::evidence::{Fact, Source};

/// Finds out who wrote, where the headers do not tell it in full.
pub(super) fn identify(mail: &mut Mail<'_>, entries: &[Entry<'_>]) -> Vec<Candidate> {
    let mut candidates = introduction::names(mail);
    candidates.extend(labels::candidates(mail, entries, Source::Label));
    let is_native = |name: &str| name.chars().any(pieces::is_native);
    if is_native(mail.text)
        && !mail.writer.as_deref().is_some_and(|name| is_native(name) && name::is_person(name, mail.lexicon))
    {
        candidates.extend(fuller::korean(mail));
        candidates.extend(fuller::unspaced(mail));
        let native =
            candidates.iter().filter(|candidate| candidate.field == Field::Name && is_native(&candidate.value));
        if let Some(best) = native.max_by(|a, b| a.confidence.total_cmp(&b.confidence)) {
            mail.writer = Some(best.value.clone());
            return candidates;
        }
    }
    if mail.knows_writer() {
        return candidates;
    }
    candidates.extend(fuller::read(mail));
    let names = candidates.iter().filter(|candidate| candidate.field == Field::Name);
    let best = names.max_by(|a, b| a.confidence.total_cmp(&b.confidence)).map(|candidate| candidate.value.clone());
    mail.writer = best.or_else(|| mail.writer.take());
    candidates
}

/// The writer as an attendee. `candidates` are those that identified him.
pub(super) fn read(mail: &Mail<'_>, entries: &[Entry<'_>], mut candidates: Vec<Candidate>) -> Person {
    candidates.extend(labels::candidates(mail, &labels::inline_entries(mail), Source::InlineAnswer));
    candidates.extend(labels::candidates(mail, &labels::numbered(mail), Source::Label));
    candidates.extend(block::read(mail));
    candidates.extend(prose::read(mail));
    candidates.extend(headers(mail));
    let mentioned = prose::mentions(mail);
    for field in [Field::Organization, Field::Position] {
        if !candidates.iter().any(|candidate| candidate.field == field) {
            candidates.extend(mentioned.iter().filter(|candidate| candidate.field == field).cloned());
        }
    }
    let mut weighed = BTreeMap::new();
    let mut likeliest = |field| {
        let values = weigh::weigh(mail, field, combine::best(mail, field, &candidates));
        let fact = values.first().and_then(|likeliest| likeliest.fact.clone());
        weighed.insert(field, values);
        fact
    };
    let name = likeliest(Field::Name);
    let (organization, position) = (likeliest(Field::Organization), likeliest(Field::Position));
    // "Freelance journalist": what he is tells that he belongs to nobody, and need not be asked.
    let by_himself = |position: &Fact<String>| mail.lexicon.find_first(|w| &w.unaffiliated, &position.value).is_some();
    let says_so = candidates.iter().any(|candidate| candidate.rule == "unaffiliated");
    let is_independent = organization.is_none() && (says_so || position.as_ref().is_some_and(by_himself));
    candidates.extend(address::read(mail, entries, name.as_ref().map(|name| name.value.as_str())));
    Person {
        organization,
        position,
        email: combine::best(mail, Field::Email, &candidates),
        name,
        scope: Vec::new(),
        is_writer: true,
        weighed,
        about: None,
        is_independent,
    }
}

/// What From and the card parts say.
fn headers(mail: &Mail<'_>) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    if let Some(name) = &mail.sender.name {
        let whole = name::is_person(name, mail.lexicon);
        let supported = mail.sender.address_supports(name) || name.chars().any(pieces::is_native);
        let other_script = mail
            .writer
            .as_deref()
            .is_some_and(|writer| writer.chars().any(pieces::is_native) != name.chars().any(pieces::is_native));
        let confidence = match (whole && !other_script, supported) {
            (true, true) => 0.88,
            (true, false) => 0.65,
            _ => 0.4,
        };
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

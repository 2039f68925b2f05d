//! Who of those whom a mail names comes or declines: the net reads the mail once for each of them, and says of each
//! what is his.

use std::collections::BTreeMap;

use super::candidate::{Candidate, Witness as Says};
use super::company::is_same;
use super::mail::Mail;
use super::pieces::{Piece, is_native};
use super::{Hints, Person, combine, mention, name, principal, roster, weigh};
use crate::event::Field;
use crate::understand::facts::evidence::{Evidence, Fact, Source};
use crate::understand::net::witness::Witness;

/// A name that the net sees less surely than this is none.
const FAINT: f32 = 0.1;

/// Somebody who is likelier to answer than not is one of those who do.
const ANSWERS: f32 = 0.5;

/// In a mail that shows itself as written for somebody else, anybody but him must be this likely to come too.
const SURELY: f32 = 0.97;

/// "My wife Anna Weber": so many words before a name may tell what he is to the writer.
const BESIDE: usize = 3;

/// A mail that names more people than this is not read for each of them.
const MANY: usize = 12;

/// Somebody whom the mail names, and what the net says of him.
pub(super) struct Named {
    /// As he is called, by his fullest name first.
    names: Vec<String>,
    about: Witness,
}

/// Everybody named, where there are several.
pub(super) fn named(mail: &Mail<'_>) -> Vec<Named> {
    let tagged = mail.witness.tagged(Field::Name).filter(|tagged| tagged.span.is_some() && tagged.probability >= FAINT);
    let tagged = tagged.map(|tagged| name::clean(&tagged.text, mail.lexicon).unwrap_or_else(|| tagged.text.clone()));
    let mentioned = mention::all(mail).into_iter().filter_map(|mention| mention.name);
    let typed: Vec<String> = tagged.chain(mentioned).collect();
    // A From name in another script than every name that is typed may be any of those people's.
    let is_native = |name: &String| name.chars().any(is_native);
    let sender = mail.message.from.as_ref().and_then(|from| from.name.clone());
    let sender =
        sender.filter(|sender| typed.is_empty() || typed.iter().any(|name| is_native(name) == is_native(sender)));
    let names = typed.into_iter().chain(sender).filter(|name| name::is_person(name, mail.lexicon));
    let mut groups: Vec<Vec<String>> = Vec::new();
    for name in names {
        match groups.iter_mut().find(|group| group.iter().any(|other| is_same(other, &name))) {
            Some(group) if group.contains(&name) => {}
            Some(group) => group.push(name),
            None => groups.push(vec![name]),
        }
    }
    if !(2..=MANY).contains(&groups.len()) {
        return Vec::new();
    }
    let about = |mut names: Vec<String>| {
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        let called: Vec<&str> = names.iter().map(String::as_str).collect();
        let about = mail.witness.about(&called)?;
        Some(Named { names, about })
    };
    groups.into_iter().filter_map(about).collect()
}

/// Those of them who answer, each with what is his; `None` where the rules' `people` are the same one person or nobody
/// answers.
pub(super) fn people(mail: &Mail<'_>, named: Vec<Named>, people: &[Person]) -> Option<Vec<Person>> {
    let is_deputy = principal::is_deputy(mail);
    let is_principal = |named: &Named| people.iter().any(|person| !person.is_writer && named.is(person));
    let least = |named: &Named| if is_deputy && !is_principal(named) { SURELY } else { ANSWERS };
    let mut answering: Vec<Named> = named.into_iter().filter(|named| named.about.answers() >= least(named)).collect();
    answering.sort_by_key(|named| named.names.iter().filter_map(|name| mail.text.find(name.as_str())).min());
    let lost_principal =
        is_deputy && people.iter().any(|person| !person.is_writer && !answering.iter().any(|named| named.is(person)));
    match (answering.as_slice(), people) {
        ([], _) => return None,
        _ if lost_principal => return None,
        ([one], [person]) if one.is(person) => return None,
        _ => {}
    }
    Some(answering.into_iter().map(|named| person(mail, named, people)).collect())
}

/// What the likelihoods of answering tell of the count.
pub(super) fn hints(named: &[Named], people: &[Person], hints: Hints) -> Hints {
    let answering = || named.iter().filter(|named| named.about.answers() >= ANSWERS);
    let found = |named: &Named| people.iter().any(|person| named.is(person));
    let chances = || named.iter().map(|named| named.about.answers());
    Hints {
        least_answering: chances().filter(|chance| *chance >= ANSWERS).reduce(f32::min),
        agreed: answering().count() == people.len() && answering().all(found),
        most_of_others: chances().filter(|chance| *chance < ANSWERS).reduce(f32::max),
        ..hints
    }
}

fn person(mail: &Mail<'_>, named: Named, people: &[Person]) -> Person {
    let rules = people.iter().find(|person| named.is(person)).cloned().unwrap_or_default();
    let own = mail.with_witness(&named.about);
    let mut weighed = BTreeMap::new();
    let mut likeliest = |field, rules: Option<Fact<String>>| {
        let values = weigh::weigh(&own, field, rules);
        let fact = values.first().and_then(|likeliest| likeliest.fact.clone());
        weighed.insert(field, values);
        fact
    };
    let name = rules.name.or_else(|| named.names.first().map(|name| as_called(name)));
    let is_writer = named.is_writer(mail);
    Person {
        name: likeliest(Field::Name, name),
        // A family does not share the writer's organization.
        organization: match is_family(mail, &named.names) {
            true => rules.organization,
            false => likeliest(Field::Organization, rules.organization),
        },
        position: likeliest(Field::Position, rules.position),
        email: rules.email.or_else(|| address(mail, &named.names)),
        scope: rules.scope,
        is_writer,
        weighed,
        about: Some(named.about),
        is_independent: rules.is_independent,
    }
}

impl Named {
    fn is_writer(&self, mail: &Mail<'_>) -> bool {
        self.names.iter().any(|name| mail.writer.as_deref().is_some_and(|writer| is_same(writer, name)))
    }

    fn is(&self, person: &Person) -> bool {
        let name = person.name.as_ref().map(|name| name.value.as_str());
        name.is_some_and(|name| self.names.iter().any(|own| is_same(own, name)))
    }
}

/// Whether the mail names him as somebody's wife, son, mother.
fn is_family(mail: &Mail<'_>, names: &[String]) -> bool {
    let before = names.iter().filter_map(|name| mail.text.split_once(name.as_str()).map(|(before, _)| before));
    before.into_iter().any(|before| {
        let words = Piece::whole(before).words();
        let is_family = |word: &Piece<'_>| {
            mail.lexicon.is(|w| &w.family, word.text) && !mail.lexicon.is(|w| &w.honorifics, word.text)
        };
        words.iter().rev().take(BESIDE).any(is_family)
    })
}

/// His own address if the mail tells it, else the sender's.
fn address(mail: &Mail<'_>, names: &[String]) -> Option<Fact<String>> {
    let own = names.iter().find_map(|name| roster::address_of(mail, name));
    let sender = mail.message.answer_address().map(|address| {
        let source = if mail.message.reply_to.is_empty() { Source::From } else { Source::ReplyTo };
        Candidate::outside(Field::Email, address, Says::new(source, "sender_address", 0.9))
    });
    combine::best(mail, Field::Email, &own.or(sender).into_iter().collect::<Vec<_>>())
}

fn as_called(name: &str) -> Fact<String> {
    let evidence = Evidence {
        source: Source::Prose,
        text: name.to_owned(),
        span: None,
        confidence: 0.5,
        rule: "named in the mail",
    };
    Fact { value: name.to_owned(), evidence }
}

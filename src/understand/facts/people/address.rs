//! The attendee's address: one that the text says is his, else Reply-To, else From.

use std::sync::LazyLock;

use regex::Regex;

use super::candidate::{Candidate, Witness};
use super::labels::{Entry, Label};
use super::mail::Mail;
use super::name;
use super::pieces::{self, Piece};
use crate::event::Field;
use crate::understand::facts::evidence::Source;

/// An address as people type it: also "anna (at) example dot org".
static ADDRESS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)[a-z0-9][a-z0-9._%+'-]*(?:@|\s?[\[(]\s?(?:at|ät)\s?[\])]\s?|\s(?:at|ät)\s)(?:[a-z0-9-]+(?:\.|\s?[\[(]\s?(?:dot|punkt)\s?[\])]\s?|\s(?:dot|punkt)\s))+[a-z]{2,}",
    )
    .ok()
});

/// The addresses of a text, in their plain form.
pub(super) fn all_in(text: &str) -> Vec<(usize, usize, String)> {
    let found = ADDRESS.iter().flat_map(|regex| regex.find_iter(text));
    found.map(|found| (found.start(), found.end(), plain(found.as_str()))).collect()
}

fn plain(written: &str) -> String {
    let lower = written.to_lowercase();
    if lower.contains('@') {
        return lower;
    }
    let words = lower.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '[' | ']'));
    let marks = words.map(|word| match word {
        "at" | "ät" => "@",
        "dot" | "punkt" => ".",
        other => other,
    });
    marks.collect()
}

/// Every address that may be the attendee's. `attendee` is his name.
pub(super) fn read(mail: &Mail<'_>, entries: &[Entry<'_>], attendee: Option<&str>) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    let own = mail.message.answer_address().unwrap_or(&mail.sender.address).to_string();
    for entry in entries.iter().filter(|entry| entry.label == Label::Asks(Field::Email)) {
        if let Some((from, to, address)) = all_in(entry.value.text).into_iter().next() {
            candidates.push(Candidate::read(
                Field::Email,
                address,
                entry.value.part(from, to),
                Witness::new(Source::Label, "label", 0.97),
            ));
        }
    }
    for sentence in pieces::sentences(mail.text, mail.lexicon) {
        for (from, to, address) in all_in(sentence.text) {
            let confidence = weight(mail, sentence, (from, to), &address, attendee, &own);
            candidates.push(Candidate::read(
                Field::Email,
                address,
                sentence.part(from, to),
                Witness::new(Source::Prose, "address in the text", confidence),
            ));
        }
    }
    let (source, rule) =
        if mail.message.reply_to.is_empty() { (Source::From, "From") } else { (Source::ReplyTo, "Reply-To") };
    // Whoever fills in a form for somebody else writes from his own address.
    if candidates.iter().any(|candidate| candidate.rule == "label") {
        return candidates;
    }
    let contradicted = candidates.iter().any(|candidate| candidate.value != own && candidate.confidence > 0.5);
    candidates.push(Candidate::outside(
        Field::Email,
        &own,
        Witness::new(source, rule, if contradicted { 0.3 } else { 0.97 }),
    ));
    candidates
}

/// How likely an address in a sentence is the attendee's.
fn weight(
    mail: &Mail<'_>,
    sentence: Piece<'_>,
    (from, to): (usize, usize),
    address: &str,
    attendee: Option<&str>,
    own: &str,
) -> f32 {
    if address == own {
        return 0.97;
    }
    let local = address.split('@').next().unwrap_or_default();
    let named = attendee
        .is_some_and(|name| name::folded(name).iter().any(|word| word.len() >= 3 && local.contains(word.as_str())));
    let around =
        format!("{} {}", sentence.text.get(..from).unwrap_or_default(), sentence.text.get(to..).unwrap_or_default());
    let other = mail.lexicon.find_first(|w| &w.other_address, &around).is_some();
    let mine = mail.lexicon.find_first(|w| &w.own_address, &around).is_some();
    let alone = around.chars().filter(|c| c.is_alphabetic()).count() < 12;
    match (named, mine || alone, other) {
        (true, _, false) => 0.92,
        (true, _, true) => 0.75,
        (false, true, false) => 0.8,
        (false, true, true) => 0.5,
        (false, false, _) => 0.3,
    }
}

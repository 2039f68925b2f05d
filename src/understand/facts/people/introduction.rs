//! How a writer introduces himself: "my name is …", "… here", and in head-final languages "organization, position,
//! name" with the copula at the end.

use super::candidate::{Candidate, Witness, of_parts};
use super::headfinal;
use super::mail::Mail;
use super::name;
use super::phrase::{Kind, Part};
use super::pieces::{self, Piece, is_capitalized, is_hangul, is_unspaced};
use super::unspaced;
use crate::event::Field;
use crate::understand::facts::evidence::Source;

/// The names by which the writer introduces himself.
pub(super) fn names(mail: &Mail<'_>) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    for sentence in pieces::sentences(mail.text, mail.lexicon) {
        for (_, end) in mail.lexicon.find(|w| &w.name_follows, sentence.text) {
            let rest = sentence.part(end, sentence.text.len());
            if let Some(found) = name_at_start(mail, rest) {
                candidates.push(named(mail, found, "introduction", 0.9));
            }
        }
        for word in sentence.words() {
            let end = word.start + word.text.len() - sentence.start;
            let rest = sentence.text.get(end..).unwrap_or_default();
            if is_capitalized(word.text)
                && mail.lexicon.find_first(|w| &w.name_precedes, rest).is_some_and(|(at, _)| at == 0)
                && let Some(found) = name_at_end(mail, sentence.part(0, end))
            {
                candidates.push(named(mail, found, "introduction", 0.88));
            }
        }
        if sentence.text.chars().any(is_unspaced) {
            let found = unspaced::introduced(mail, sentence).into_iter();
            candidates.extend(found.map(|found| named(mail, found, "introduction", 0.92)));
        }
        if sentence.text.chars().any(is_hangul)
            && let Some((_, _, found)) = introduced(mail, sentence)
        {
            candidates.push(named(mail, found, "introduction", 0.92));
        }
    }
    candidates.into_iter().flatten().collect()
}

fn named(mail: &Mail<'_>, piece: Piece<'_>, rule: &'static str, confidence: f32) -> Option<Candidate> {
    let value = name::clean(piece.text, mail.lexicon)?;
    let agrees = mail.sender.name.as_ref().is_some_and(|writer| name::agree(writer, &value));
    let known = agrees || mail.sender.address_supports(&value);
    let plausible = known || name::is_person(&value, mail.lexicon);
    let witness = Witness::new(Source::Prose, rule, if known { confidence } else { confidence * 0.85 });
    plausible.then(|| Candidate::read(Field::Name, value, piece, witness))
}

/// The capitalized words at the start.
fn name_at_start<'a>(mail: &Mail<'_>, rest: Piece<'a>) -> Option<Piece<'a>> {
    let words = rest.words();
    let stops = |word: &Piece<'_>| {
        let end = word.start + word.text.len() - rest.start;
        rest.text.get(end..).is_some_and(|after| after.starts_with([',', ';', '(', '.', ')', '-', '/']))
    };
    let mut count = 0;
    for word in words.iter().take(6) {
        let particle = mail.lexicon.is(|w| &w.name_particles, word.text);
        let honorific = mail.lexicon.is(|w| &w.honorifics, word.text);
        if !(is_capitalized(word.text) || honorific || particle && count > 0) {
            break;
        }
        count += 1;
        if stops(word) && !word.text.ends_with('.') {
            break;
        }
    }
    rest.around(words.get(..count).unwrap_or_default()).filter(|piece| !piece.text.is_empty())
}

/// The capitalized words at the end.
fn name_at_end<'a>(mail: &Mail<'_>, before: Piece<'a>) -> Option<Piece<'a>> {
    let last = *pieces::split(before).last()?;
    let words = last.words();
    let fits = |word: &&Piece<'_>| is_capitalized(word.text) || mail.lexicon.is(|w| &w.name_particles, word.text);
    let count = words.iter().rev().take_while(fits).count().min(4);
    last.around(words.get(words.len() - count..).unwrap_or_default())
}

/// The word that introduces the writer in a head-final language, with the words before and behind it.
fn introduced<'a>(mail: &Mail<'_>, sentence: Piece<'a>) -> Option<(usize, Vec<Piece<'a>>, Piece<'a>)> {
    let words = sentence.words();
    let writer: Option<String> = mail.sender.name.as_deref().map(|name| name.split_whitespace().collect());
    let at = words.iter().position(|word| {
        if writer.as_ref().is_some_and(|writer| word.text.starts_with(writer.as_str())) {
            return true;
        }
        let bare = headfinal::strip_particles(*word, mail.lexicon);
        let copula = word.text.strip_prefix(bare.text).unwrap_or_default().chars().count() >= 2;
        let shaped = name::korean_in(bare.text, mail.lexicon)
            .is_some_and(|name| name.chars().count() == 3 && bare.text.starts_with(&name));
        let noun = mail.lexicon.is(|w| &w.institutions, bare.text);
        copula && shaped && !noun && !mail.lexicon.is(|w| &w.roles, bare.text)
    })?;
    let word = words.get(at)?;
    let bare = headfinal::strip_particles(*word, mail.lexicon);
    let name = match &writer {
        Some(writer) if word.text.starts_with(writer.as_str()) => word.part(0, writer.len()),
        _ => bare,
    };
    Some((at, words, name))
}

/// "…연구소에서 연구원으로 일하는 …입니다", "… 사무국장 …입니다".
pub(super) fn headfinal(mail: &Mail<'_>, sentence: Piece<'_>) -> Vec<Candidate> {
    let Some((at, words, name)) = introduced(mail, sentence) else { return Vec::new() };
    let lexicon = mail.lexicon;
    let witness = Witness::new(Source::Prose, "introduction", 0.88);
    let mut parts = headfinal::nouns(sentence, words.get(..at).unwrap_or_default(), lexicon);
    parts.push(Part { kind: Kind::Name, piece: name });
    let attached = words.get(at).map(|word| headfinal::strip_particles(*word, lexicon)).and_then(|word| {
        let rest = word.text.strip_prefix(name.text).filter(|rest| !rest.is_empty())?;
        lexicon.is(|w| &w.roles, rest).then(|| Part { kind: Kind::Position, piece: word.sub(rest) })
    });
    parts.extend(attached);
    if let Some(next) = words.get(at + 1) {
        let next = headfinal::strip_particles(*next, lexicon);
        if lexicon.is(|w| &w.roles, next.text) {
            parts.push(Part { kind: Kind::Position, piece: next });
        }
    }
    of_parts(&parts, witness, mail.lexicon)
}

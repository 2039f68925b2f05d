//! The writer's whole name where the headers give only a part of it, or only an address: the words of the text that
//! stand around the part that is known.

use super::candidate::{Candidate, Witness};
use super::headfinal;
use super::mail::Mail;
use super::name;
use super::phrase::Kind;
use super::pieces::{self, Piece, is_capitalized, is_unspaced};
use super::romanize;
use super::unspaced;
use crate::event::Field;
use crate::understand::facts::evidence::Source;

/// The Korean name of a writer whose headers are in Latin letters: the one in the text that sounds like them.
pub(super) fn korean(mail: &Mail<'_>) -> Option<Candidate> {
    let latin =
        format!("{} {}", mail.sender.name.as_deref().unwrap_or_default(), mail.sender.address.split('@').next()?);
    let lexicon = mail.lexicon;
    for line in pieces::lines(mail.text) {
        for word in line.words() {
            let bare = headfinal::strip_particles(word, lexicon);
            let found = name::korean_in(bare.text, lexicon)
                .filter(|name| name.chars().count() == 3 && bare.text.starts_with(name.as_str()));
            let Some(found) =
                found.filter(|name| !lexicon.is(|w| &w.institutions, name) && !lexicon.is(|w| &w.roles, name))
            else {
                continue;
            };
            let given: String = found.chars().skip(1).collect();
            let part = mail.sender.name.as_deref().is_some_and(|name| {
                found != name && name.chars().count() == 2 && (found.ends_with(name) || found.starts_with(name))
            });
            if part || romanize::sounds_like(&given, &latin) {
                let witness = Witness::new(Source::Signature, "Korean name that sounds like From", 0.93);
                let piece = bare.part(0, found.len());
                return Some(Candidate::read(Field::Name, found, piece, witness));
            }
        }
    }
    None
}

/// The name of a writer in Chinese characters or kana, where the headers give it not or not whole: the last line that
/// holds one, rather one that goes on where From ends.
pub(super) fn unspaced(mail: &Mail<'_>) -> Option<Candidate> {
    let known = mail.sender.name.as_deref().filter(|name| name.chars().any(is_unspaced));
    let lines = pieces::lines(mail.text).filter(|line| !unspaced::is_spoken(line.text, mail.lexicon));
    let found = lines.flat_map(|line| pieces::split(line)).filter_map(|piece| {
        let alone = name::is_unspaced_name(piece.text, mail.lexicon).then_some(piece);
        let inside = || unspaced::read(piece, None, mail.lexicon).into_iter().find(|part| part.kind == Kind::Name);
        let named = alone.or_else(|| inside().map(|part| part.piece))?;
        let agrees = known.is_none_or(|known| name::agree(known, named.text));
        agrees.then_some(named)
    });
    let piece = found.last()?;
    let value = name::clean(piece.text, mail.lexicon)?;
    let confidence = if known.is_some() { 0.93 } else { 0.85 };
    Some(Candidate::read(
        Field::Name,
        value,
        piece,
        Witness::new(Source::Signature, "name in the signature", confidence),
    ))
}

/// The fullest name that agrees with what From and the address tell.
pub(super) fn read(mail: &Mail<'_>) -> Option<Candidate> {
    let known = mail.sender.name.as_deref().map(name::folded).unwrap_or_default();
    let local = mail.sender.address.split('@').next().unwrap_or_default();
    let supports = |word: &str| {
        let folded = name::folded(word).concat();
        let in_address = folded.len() >= 4 && local.contains(folded.as_str())
            || local.split(|c: char| !c.is_alphabetic()).any(|part| {
                part.len() >= 2 && (part == folded || folded.len() >= 3 && part.starts_with(folded.as_str()))
            });
        known.contains(&folded) || in_address
    };
    let mut best: Option<(usize, Piece<'_>)> = None;
    for line in pieces::lines(mail.text) {
        for piece in pieces::split(line) {
            let words = piece.words();
            for (at, anchor) in words.iter().enumerate().filter(|(_, word)| supports(word.text)) {
                let Some((found, support)) = around(mail, piece, &words, at, &supports) else { continue };
                let surname_only = support < 2 && anchor.text.chars().count() < 3;
                if !surname_only && best.is_none_or(|(most, _)| support >= most) {
                    best = Some((support, found));
                }
            }
        }
    }
    let (support, piece) = best?;
    let value = name::clean(piece.text, mail.lexicon)?;
    let confidence = if support >= 2 { 0.93 } else { 0.8 };
    Some(Candidate::read(
        Field::Name,
        value,
        piece,
        Witness::new(Source::Signature, "name that the address supports", confidence),
    ))
}

/// The name of two to four words that holds the word at `at`, with the number of its words that the headers support.
fn around<'a>(
    mail: &Mail<'_>,
    piece: Piece<'a>,
    words: &[Piece<'a>],
    at: usize,
    supports: &impl Fn(&str) -> bool,
) -> Option<(Piece<'a>, usize)> {
    let lexicon = mail.lexicon;
    let fits = |word: &Piece<'_>| {
        let written = is_capitalized(word.text) || supports(word.text) || lexicon.is(|w| &w.name_particles, word.text);
        let letters = word.text.chars().all(|c| c.is_alphabetic() || matches!(c, '.' | '-' | '\'' | '’'));
        let other = [
            lexicon.is(|w| &w.honorifics, word.text),
            lexicon.is(|w| &w.verbal, word.text),
            lexicon.is(|w| &w.roles, word.text) && !supports(word.text),
            lexicon.is(|w| &w.institutions, word.text),
            lexicon.find_first(|w| &w.greetings, word.text).is_some(),
            lexicon.find_first(|w| &w.closings, word.text).is_some(),
        ];
        written && letters && !other.contains(&true)
    };
    let before = words.get(..at)?.iter().rev().take(2).take_while(|word| fits(word)).count();
    let after = words.get(at + 1..)?.iter().take(2).take_while(|word| fits(word)).count();
    let run = words.get(at - before..=at + after)?;
    let support = run.iter().filter(|word| supports(word.text)).count();
    let whole = run.len() == words.len() || support >= 2 || at == 0 || at + after + 1 == words.len();
    (run.len() >= 2 && whole).then(|| piece.around(run).map(|found| (found, support))).flatten()
}

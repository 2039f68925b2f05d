//! Running text: what the writer says of himself in sentences.

use super::candidate::{Candidate, Witness, of_parts};
use super::headfinal;
use super::introduction;
use super::mail::Mail;
use super::phrase::{self, Kind, Part};
use super::pieces::{self, Piece, is_capitalized, is_hangul, is_unspaced};
use super::unspaced;
use super::words::{WordList, Words};
use crate::event::Field;
use crate::understand::facts::evidence::Source;
use crate::understand::script::count_words;

/// No position or organization has more words.
const WORDS: usize = 12;

/// What the sentences say of the writer's position and organization.
pub(super) fn read(mail: &Mail<'_>) -> Vec<Candidate> {
    let body = mail.signature.and_then(|end| mail.text.get(..end)).unwrap_or(mail.text);
    let mut candidates = Vec::new();
    for sentence in pieces::sentences(body, mail.lexicon) {
        if is_greeting(mail, sentence) {
            continue;
        }
        if sentence.text.chars().any(is_hangul) {
            candidates.extend(introduction::headfinal(mail, sentence));
        }
        if sentence.text.chars().any(is_unspaced) {
            candidates.extend(unspaced::introductions(mail, sentence));
        }
        candidates.extend(triggered(mail, sentence));
        candidates.extend(beside_name(mail, sentence));
        candidates.extend(telegram(mail, sentence));
    }
    candidates
}

/// Whether a sentence addresses the reader.
pub(super) fn is_greeting(mail: &Mail<'_>, sentence: Piece<'_>) -> bool {
    count_words(sentence.text) <= 9
        && mail
            .lexicon
            .find_first(|w| &w.greetings, sentence.text)
            .is_some_and(|_| !sentence.text.chars().any(is_hangul) || sentence.text.split_whitespace().count() <= 3)
}

/// What follows "I am a …", "as …", "I work for …".
fn triggered(mail: &Mail<'_>, sentence: Piece<'_>) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    for (_, end) in mail.lexicon.find(|w| &w.position_follows, sentence.text) {
        let rest = sentence.part(end, sentence.text.len());
        let parts = with_followers(mail, rest, nominal(mail, rest, true));
        if parts.first().is_some_and(|part| part.kind == Kind::Position) {
            candidates.extend(of_parts(
                &parts,
                Witness::new(Source::Prose, "position in a sentence", 0.74),
                mail.lexicon,
            ));
        } else if let Some((from, to)) =
            mail.lexicon.find_first(|w| &w.unaffiliated, rest.text).filter(|(from, _)| *from < 3)
        {
            let piece = rest.part(from, to);
            candidates.push(Candidate::read(
                Field::Organization,
                pieces::tidy(piece.text),
                piece,
                Witness::new(Source::Prose, "unaffiliated", 0.7),
            ));
        }
    }
    for (_, end) in mail.lexicon.find(|w| &w.organization_follows, sentence.text) {
        let rest = sentence.part(end, sentence.text.len());
        let parts = with_followers(mail, rest, nominal(mail, rest, false));
        let Some(first) = parts.first() else { continue };
        let factor = match first.kind {
            Kind::Institution => 1.0,
            Kind::Proper => 0.75,
            Kind::Unit => 0.7,
            _ => continue,
        };
        let witness = Witness::new(Source::Prose, "organization in a sentence", 0.85 * factor);
        candidates.push(Candidate::read(Field::Organization, first.value(), first.piece, witness));
        if let Some(position) = parts.iter().find(|part| part.kind == Kind::Position) {
            candidates.push(Candidate::read(Field::Position, position.value(), position.piece, witness.times(0.9)));
        }
    }
    if let Some((from, to)) = mail.lexicon.find_first(|w| &w.unaffiliated, sentence.text) {
        let piece = sentence.part(from, to);
        candidates.push(Candidate::read(
            Field::Organization,
            pieces::tidy(piece.text),
            piece,
            Witness::new(Source::Prose, "unaffiliated", 0.6),
        ));
    }
    if let Some((from, to)) = mail.lexicon.find_first(|w| &w.occupations, sentence.text) {
        let piece = sentence.part(from, to);
        candidates.push(Candidate::read(
            Field::Position,
            pieces::tidy(piece.text),
            piece,
            Witness::new(Source::Prose, "occupation", 0.45),
        ));
    }
    candidates
}

/// The noun phrase at the start, read. `position`: its head must come before any preposition.
fn nominal<'a>(mail: &Mail<'_>, rest: Piece<'a>, position: bool) -> Vec<Part<'a>> {
    let clause = *pieces::split(rest).first().unwrap_or(&rest);
    if clause.start > rest.start + 2 {
        return Vec::new();
    }
    let words = clause.words();
    let connects = |word: &Piece<'_>| mail.lexicon.is(|w| &w.at, word.text) || mail.lexicon.is(|w| &w.of, word.text);
    let small =
        |word: &Piece<'_>| mail.lexicon.is(|w| &w.articles, word.text) || mail.lexicon.is(|w| &w.joints, word.text);
    let is_role = |word: &Piece<'_>| mail.lexicon.is(|w| &w.roles, word.text);
    let mut from = 0;
    if position {
        let Some(role) = words.iter().take(6).position(is_role) else { return Vec::new() };
        let modifiers = words.get(..role).unwrap_or_default();
        let verbal = |word: &Piece<'_>| mail.lexicon.is(|w| &w.verbal, word.text);
        if modifiers.iter().any(|word| connects(word) || small(word) || verbal(word)) {
            return Vec::new();
        }
        from = role + 1;
    } else if !words
        .first()
        .is_some_and(|word| is_capitalized(word.text) || mail.lexicon.is(|w| &w.institutions, word.text))
    {
        return Vec::new();
    }
    let mut end = from;
    let verbal = |word: &Piece<'_>| mail.lexicon.is(|w| &w.verbal, word.text);
    for (at, word) in words.iter().enumerate().skip(from).take(WORDS) {
        if verbal(word) {
            break;
        }
        let previous = at.checked_sub(1).and_then(|at| words.get(at));
        let next = words.get(at + 1);
        let follows_small = previous.is_some_and(|word| connects(word) || small(word) || joins(mail, word));
        let strong = is_capitalized(word.text)
            || (word.text.contains('.') && mail.lexicon.is(|w| &w.institutions, word.text))
            || word.text.chars().all(|c| c.is_ascii_digit() || matches!(c, '&' | '+'));
        let leads = (connects(word) || small(word))
            && next.is_some_and(|next| {
                let conjunction = word.text == "&" || joins(mail, word);
                is_capitalized(next.text)
                    || (!conjunction && (connects(next) || small(next) || position || next.text.len() > 3))
            });
        let adjective = follows_small && !previous.is_some_and(|word| joins(mail, word));
        let modifies = position && modifies(mail, word);
        if strong || leads || adjective || modifies || (position && at == from && is_role(word)) {
            end = at + 1;
        } else {
            break;
        }
    }
    while end > from && words.get(end - 1).is_some_and(|word| connects(word) || small(word)) {
        end -= 1;
    }
    let Some(piece) = clause.around(words.get(..end).unwrap_or_default()) else { return Vec::new() };
    mail.read(piece)
}

/// Whether a word joins two things ("and", "och").
fn joins(mail: &Mail<'_>, word: &Piece<'_>) -> bool {
    mail.lexicon.is(|w| &w.conjunctions, word.text)
}

/// Whether a word in lower case goes on with the noun before it, in languages where it follows.
fn modifies(mail: &Mail<'_>, word: &Piece<'_>) -> bool {
    let ends: [fn(&Words) -> &WordList; 4] =
        [|w| &w.conjunctions, |w| &w.position_ends, |w| &w.fillers, |w| &w.places_follow];
    mail.lexicon.modifiers_follow() && !ends.iter().any(|list| mail.lexicon.is(*list, word.text))
}

/// The parts, with those of the next piece where it goes on naming ("Head of X, Institute Y").
fn with_followers<'a>(mail: &Mail<'_>, rest: Piece<'a>, mut parts: Vec<Part<'a>>) -> Vec<Part<'a>> {
    let Some(end) = parts.last().map(|part| part.piece.start + part.piece.text.len() - rest.start) else {
        return parts;
    };
    let after = rest.text.get(end..).unwrap_or_default();
    if after.starts_with([',', '(']) || after.starts_with(" (") {
        let tail = rest.part(end, rest.text.len());
        if let Some(next) = pieces::split(tail).first() {
            let read = mail.read(*next);
            let names = |part: &Part<'_>| matches!(part.kind, Kind::Institution | Kind::Position | Kind::Unit);
            if next.text.split_whitespace().count() <= WORDS && read.iter().all(names) && is_capitalized(next.text) {
                parts.extend(read);
            }
        }
    }
    parts
}

/// "Anna Weber, Referentin bei der Stiftung X, …" within a line: what stands beside the writer's name.
fn beside_name(mail: &Mail<'_>, sentence: Piece<'_>) -> Vec<Candidate> {
    let read: Vec<Vec<Part<'_>>> = pieces::split(sentence).into_iter().map(|piece| read_short(mail, piece)).collect();
    let Some(at) = read.iter().position(|parts| parts.iter().any(|part| part.kind == Kind::Name)) else {
        return Vec::new();
    };
    let says = |parts: &&Vec<Part<'_>>| parts.iter().any(|part| part.kind != Kind::Other);
    let after = read.iter().skip(at + 1).take(4).take_while(says);
    let before = read
        .iter()
        .take(at)
        .rev()
        .take(2)
        .take_while(says)
        .filter(|parts| parts.iter().all(|part| part.kind != Kind::Proper));
    let parts: Vec<Part<'_>> = read.iter().skip(at).take(1).chain(after).chain(before).flatten().cloned().collect();
    of_parts(&parts, Witness::new(Source::Prose, "beside the name", 0.85), mail.lexicon)
}

/// A sentence without a verb, all of whose pieces name something: "Redakteurin beim Kurier." "Kreisarchiv, Archivar."
fn telegram(mail: &Mail<'_>, sentence: Piece<'_>) -> Vec<Candidate> {
    let parts: Vec<Part<'_>> = pieces::split(sentence).into_iter().flat_map(|piece| read_short(mail, piece)).collect();
    let leads = parts.first().is_some_and(|part| matches!(part.kind, Kind::Position | Kind::Institution));
    let whole = parts.iter().all(|part| part.kind != Kind::Other && part.kind != Kind::Name);
    if !leads || !whole || sentence.text.chars().any(is_hangul) || sentence.text.chars().any(is_unspaced) {
        return Vec::new();
    }
    of_parts(&parts, Witness::new(Source::Prose, "telegram", 0.7), mail.lexicon)
}

/// Positions and institutions that are mentioned at all: weak, but a fact that stands there unread must not pass for
/// one that is missing. What the event itself is called does not count.
pub(super) fn mentions(mail: &Mail<'_>) -> Vec<Candidate> {
    let witness = Witness::new(Source::Prose, "mention", 0.35);
    let mut candidates = Vec::new();
    for sentence in
        pieces::sentences(mail.text, mail.lexicon).into_iter().filter(|sentence| !is_greeting(mail, *sentence))
    {
        for piece in pieces::split(sentence) {
            let parts = if piece.text.chars().any(is_hangul) {
                headfinal::nouns(piece, &piece.words(), mail.lexicon)
            } else if piece.text.chars().any(is_unspaced) {
                unspaced::mentions(piece, mail.lexicon)
            } else {
                phrase::mentions(piece, mail.lexicon)
            };
            for part in parts {
                let field = match part.kind {
                    Kind::Position => Field::Position,
                    Kind::Institution => Field::Organization,
                    _ => continue,
                };
                if !mail.is_of_event(part.piece.text) {
                    candidates.push(Candidate::read(field, part.value(), part.piece, witness));
                }
            }
        }
    }
    candidates
}

/// The meaning of a piece, if it is short enough for a noun phrase.
fn read_short<'a>(mail: &Mail<'_>, piece: Piece<'a>) -> Vec<Part<'a>> {
    if piece.text.split_whitespace().count() > WORDS {
        return vec![Part { kind: Kind::Other, piece }];
    }
    mail.read(piece)
}

//! Running text: what the writer says of himself in sentences.

use super::mail::Mail;
use super::candidate::{Candidate, Witness, of_parts};
use super::headfinal;
use super::name;
use super::phrase::{self, Kind, Part};
use super::pieces::{self, Piece, is_capitalized, is_hangul};
use crate::event::Field;
use crate::understand::facts::evidence::Source;

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
            candidates.extend(headfinal_introduction(mail, sentence));
        }
        candidates.extend(triggered(mail, sentence));
        candidates.extend(beside_name(mail, sentence));
        candidates.extend(telegram(mail, sentence));
    }
    candidates
}

/// Whether a sentence addresses the reader.
pub(super) fn is_greeting(mail: &Mail<'_>, sentence: Piece<'_>) -> bool {
    sentence.text.split_whitespace().count() <= 9 && mail.lexicon.find_first(|w| &w.greetings, sentence.text).is_some_and(|_| {
        !sentence.text.chars().any(is_hangul) || sentence.text.split_whitespace().count() <= 3
    })
}

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
            if is_capitalized(word.text) && mail.lexicon.find_first(|w| &w.name_precedes, rest).is_some_and(|(at, _)| at == 0)
                && let Some(found) = name_at_end(mail, sentence.part(0, end))
            {
                candidates.push(named(mail, found, "introduction", 0.88));
            }
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
        if !is_capitalized(word.text) && !(particle && count > 0) && !mail.lexicon.is(|w| &w.honorifics, word.text) {
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

/// What follows "I am a …", "as …", "I work for …".
fn triggered(mail: &Mail<'_>, sentence: Piece<'_>) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    for (_, end) in mail.lexicon.find(|w| &w.position_follows, sentence.text) {
        let rest = sentence.part(end, sentence.text.len());
        let parts = with_followers(mail, rest, nominal(mail, rest, true));
        if parts.first().is_some_and(|part| part.kind == Kind::Position) {
            candidates.extend(of_parts(&parts, Witness::new(Source::Prose, "position in a sentence", 0.85), mail.lexicon));
        } else if let Some((from, to)) = mail.lexicon.find_first(|w| &w.unaffiliated, rest.text).filter(|(from, _)| *from < 3) {
            let piece = rest.part(from, to);
            candidates.push(Candidate::read(Field::Organization, pieces::tidy(piece.text), piece, Witness::new(Source::Prose, "unaffiliated", 0.7)));
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
        candidates.push(Candidate::read(Field::Organization, pieces::tidy(piece.text), piece, Witness::new(Source::Prose, "unaffiliated", 0.6)));
    }
    if let Some((from, to)) = mail.lexicon.find_first(|w| &w.occupations, sentence.text) {
        let piece = sentence.part(from, to);
        candidates.push(Candidate::read(Field::Position, pieces::tidy(piece.text), piece, Witness::new(Source::Prose, "occupation", 0.45)));
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
    let small = |word: &Piece<'_>| mail.lexicon.is(|w| &w.articles, word.text) || mail.lexicon.is(|w| &w.joints, word.text);
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
    } else if !words.first().is_some_and(|word| is_capitalized(word.text) || mail.lexicon.is(|w| &w.institutions, word.text)) {
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
        let follows_small = previous.is_some_and(|word| connects(word) || small(word) || matches!(word.text, "and" | "und"));
        let strong = is_capitalized(word.text) || (word.text.contains('.') && mail.lexicon.is(|w| &w.institutions, word.text)) || word.text.chars().all(|c| c.is_ascii_digit() || matches!(c, '&' | '+'));
        let leads = (connects(word) || small(word)) && next.is_some_and(|next| {
            let conjunction = matches!(word.text, "and" | "und" | "&");
            is_capitalized(next.text) || (!conjunction && (connects(next) || small(next) || position || next.text.len() > 3))
        });
        let adjective = follows_small && !matches!(previous.map(|word| word.text), Some("and" | "und")) ;
        if strong || leads || adjective || (position && at == from && is_role(word)) {
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

/// The parts, with those of the next piece where it goes on naming ("Head of X, Institute Y").
fn with_followers<'a>(mail: &Mail<'_>, rest: Piece<'a>, mut parts: Vec<Part<'a>>) -> Vec<Part<'a>> {
    let Some(end) = parts.last().map(|part| part.piece.start + part.piece.text.len() - rest.start) else { return parts };
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
    let Some(at) = read.iter().position(|parts| parts.iter().any(|part| part.kind == Kind::Name)) else { return Vec::new() };
    let says = |parts: &&Vec<Part<'_>>| parts.iter().any(|part| part.kind != Kind::Other);
    let after = read.iter().skip(at + 1).take(4).take_while(says);
    let before = read.iter().take(at).rev().take(2).take_while(says).filter(|parts| parts.iter().all(|part| part.kind != Kind::Proper));
    let parts: Vec<Part<'_>> = read.iter().skip(at).take(1).chain(after).chain(before).flatten().cloned().collect();
    of_parts(&parts, Witness::new(Source::Prose, "beside the name", 0.85), mail.lexicon)
}

/// A sentence without a verb, all of whose pieces name something: "Redakteurin beim Kurier." "Kreisarchiv, Archivar."
fn telegram(mail: &Mail<'_>, sentence: Piece<'_>) -> Vec<Candidate> {
    let parts: Vec<Part<'_>> = pieces::split(sentence).into_iter().flat_map(|piece| read_short(mail, piece)).collect();
    let leads = parts.first().is_some_and(|part| matches!(part.kind, Kind::Position | Kind::Institution));
    let whole = parts.iter().all(|part| part.kind != Kind::Other && part.kind != Kind::Name);
    if !leads || !whole || sentence.text.chars().any(is_hangul) {
        return Vec::new();
    }
    of_parts(&parts, Witness::new(Source::Prose, "telegram", 0.7), mail.lexicon)
}

/// Positions and institutions that are mentioned at all: weak, but a fact that stands there unread must not pass for
/// one that is missing. What the event itself is called does not count.
pub(super) fn mentions(mail: &Mail<'_>) -> Vec<Candidate> {
    let witness = Witness::new(Source::Prose, "mention", 0.35);
    let mut candidates = Vec::new();
    for sentence in pieces::sentences(mail.text, mail.lexicon).into_iter().filter(|sentence| !is_greeting(mail, *sentence)) {
        for piece in pieces::split(sentence) {
            let korean = piece.text.chars().any(is_hangul);
            let parts = if korean { headfinal::nouns(piece, &piece.words(), mail.lexicon) } else { phrase::mentions(piece, mail.lexicon) };
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
        let shaped = name::korean_in(bare.text, mail.lexicon).is_some_and(|name| name.chars().count() == 3 && bare.text.starts_with(&name));
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
fn headfinal_introduction(mail: &Mail<'_>, sentence: Piece<'_>) -> Vec<Candidate> {
    let Some((at, words, name)) = introduced(mail, sentence) else { return Vec::new() };
    let lexicon = mail.lexicon;
    let witness = Witness::new(Source::Prose, "introduction", 0.88);
    let bare = |word: &Piece<'_>| headfinal::strip_particles(*word, lexicon).text.to_string();
    let before = words.get(..at).unwrap_or_default();
    let start = before.iter().rposition(|word| lexicon.is(|w| &w.breaks, word.text.trim_end_matches(['.', ',', '!']))).map_or(0, |at| at + 1);
    let ends_clause = |word: &Piece<'_>| {
        let known = lexicon.is(|w| &w.links, word.text) || lexicon.is(|w| &w.roles, word.text) || lexicon.is(|w| &w.institutions, word.text);
        !known && lexicon.is(|w| &w.clause_ends, word.text.trim_end_matches([',', '.']))
    };
    let start = before.iter().rposition(ends_clause).map_or(start, |at| start.max(at + 1));
    let chain: Vec<Piece<'_>> = before.get(start..).unwrap_or_default().iter().filter(|word| !lexicon.is(|w| &w.links, word.text)).copied().collect();
    let marked = chain.iter().rposition(|word| word.text.len() > bare(word).len() && lexicon.is(|w| &w.locatives, word.text.strip_prefix(bare(word).as_str()).unwrap_or_default()));
    let mut parts = Vec::new();
    if let Some(place) = marked {
        parts.extend(headfinal::nouns(sentence, chain.get(..=place).unwrap_or_default(), lexicon));
        parts.extend(headfinal::nouns(sentence, chain.get(place + 1..).unwrap_or_default(), lexicon).into_iter().filter(|part| part.kind == Kind::Position));
    } else {
        parts.extend(headfinal::nouns(sentence, &chain, lexicon));
    }
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

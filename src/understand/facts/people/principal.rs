//! Mail written by one person for another: assistants, offices, "instead of me". The one who comes is then the
//! principal, and the writer's own name and position are nobody's facts.

use super::candidate::{Candidate, Witness, of_parts};
use super::mail::Mail;
use super::name;
use super::phrase::{Kind, Part};
use super::pieces::{self, Piece, is_capitalized, is_hangul, is_unspaced};
use super::roster::Entrant;
use super::{headfinal, prose};
use crate::event::Field;
use crate::understand::facts::evidence::Source;

/// Somebody else whom the mail announces.
pub(super) fn read(mail: &Mail<'_>) -> Option<Entrant> {
    let mut best: Option<(f32, Entrant)> = None;
    for sentence in pieces::sentences(mail.text, mail.lexicon) {
        if prose::is_greeting(mail, sentence) {
            continue;
        }
        let found = if sentence.text.chars().any(is_hangul) {
            honoured(mail, sentence)
        } else if sentence.text.chars().any(is_unspaced) {
            None
        } else {
            announced(mail, sentence)
        };
        if let Some((weight, entrant)) = found
            && best.as_ref().is_none_or(|(most, _)| weight > *most)
        {
            best = Some((weight, entrant));
        }
    }
    best.filter(|(weight, _)| *weight >= 0.5).map(|(_, entrant)| entrant)
}

/// Whether the writer shows himself as somebody who writes for another.
pub(super) fn is_deputy(mail: &Mail<'_>) -> bool {
    mail.sender.is_mailbox || mail.lexicon.find_first(|w| &w.deputy, mail.text).is_some()
}

/// A name in a sentence of the third person: "Herr Dr. Alois Prechtl nimmt an der Tagung teil".
fn announced<'a>(mail: &Mail<'_>, sentence: Piece<'a>) -> Option<(f32, Entrant)> {
    let lexicon = mail.lexicon;
    let words = sentence.words();
    let honorific = |word: &Piece<'_>| lexicon.is(|w| &w.honorifics, word.text) && is_capitalized(word.text);
    let mut best: Option<(f32, usize, usize, usize)> = None;
    let mut at = 0;
    while at < words.len() {
        let titles = words.iter().skip(at).take_while(|word| honorific(word)).count();
        let rest = words.get(at + titles..).unwrap_or_default();
        let fits = |word: &&Piece<'_>| {
            let letters = word.text.chars().all(|c| c.is_alphabetic() || matches!(c, '.' | '-' | '\'' | '’'));
            let small = lexicon.is(|w| &w.name_particles, word.text);
            letters
                && (is_capitalized(word.text) || small)
                && !lexicon.is(|w| &w.verbal, word.text)
                && !lexicon.is(|w| &w.institutions, word.text)
                && !lexicon.is(|w| &w.roles, word.text)
                && !lexicon.is(|w| &w.units, word.text)
        };
        let mut count = 0;
        for word in rest.iter().take(4) {
            if !fits(&word) {
                break;
            }
            count += 1;
            let end = word.start + word.text.len() - sentence.start;
            if sentence
                .text
                .get(end..)
                .is_some_and(|after| after.starts_with([',', ';', '(', ':']) || after.starts_with(" ("))
            {
                break;
            }
        }
        while count > 0 && rest.get(count - 1).is_some_and(|word| !is_capitalized(word.text)) {
            count -= 1;
        }
        let starts = rest.first().is_some_and(|word| is_capitalized(word.text));
        if count == 0 || !starts || (titles == 0 && count < 2) {
            at += 1;
            continue;
        }
        let last = rest.get(count - 1)?;
        let before = sentence.text.get(..words.get(at)?.start - sentence.start).unwrap_or_default();
        let behind = sentence.text.get(last.start + last.text.len() - sentence.start..).unwrap_or_default();
        let follows = lexicon.find(|w| &w.principal_follows, before).iter().any(|(_, end)| end + 24 >= before.len());
        let precedes = lexicon.find_first(|w| &w.principal_precedes, behind).is_some_and(|(from, _)| from == 0);
        let weight = f32::from(u8::from(follows)) * 0.45
            + f32::from(u8::from(precedes)) * 0.45
            + f32::from(u8::from(titles > 0)) * 0.15
            + f32::from(u8::from(is_deputy(mail))) * 0.2;
        let away = lexicon.find_first(|w| &w.stays_away, behind).is_some();
        let weight = if away && !follows { weight - 0.4 } else { weight };
        let enough = follows || precedes;
        if enough && best.is_none_or(|(most, ..)| weight > most) {
            best = Some((weight, at, at + titles, at + titles + count));
        }
        at += titles + count;
    }
    let (weight, title, from, to) = best?;
    let piece = sentence.around(words.get(from..to)?)?;
    let name = name::clean(piece.text, lexicon)?;
    let stranger = !mail.writer.as_deref().is_some_and(|writer| name::agree(writer, &name));
    if !stranger || mail.is_of_event(&name) {
        return None;
    }
    let mut parts: Vec<Part<'_>> = Vec::new();
    let end = piece.start + piece.text.len() - sentence.start;
    let after = sentence.text.get(end..).unwrap_or_default();
    if after.starts_with([',', '(']) || after.starts_with(" (") {
        let rest = sentence.part(end, sentence.text.len());
        for piece in pieces::split(rest).into_iter().take(3) {
            let read = if piece.text.split_whitespace().count() <= 12 { mail.read(piece) } else { Vec::new() };
            if !read.iter().any(|part| matches!(part.kind, Kind::Position | Kind::Institution)) {
                break;
            }
            parts.extend(read);
        }
    }
    let before = sentence.part(0, words.get(title)?.start - sentence.start);
    if let Some(last) = pieces::split(before).last() {
        parts.extend(
            super::phrase::mentions(*last, lexicon).into_iter().next_back().filter(|part| part.kind == Kind::Position),
        );
    }
    let titles = words.get(title..from).unwrap_or_default();
    parts.extend(
        titles
            .iter()
            .find(|word| lexicon.is(|w| &w.roles, word.text))
            .map(|word| Part { kind: Kind::Position, piece: *word }),
    );
    let witness = Witness::new(Source::Prose, "principal", 0.7);
    let mut candidates = of_parts(&parts, witness.times(0.9), lexicon);
    candidates.push(Candidate::read(Field::Name, name.clone(), piece, witness));
    Some((weight, Entrant { name, candidates, scope: sentence.span(), alone: false }))
}

/// A Korean name with an honorific particle: "이사장 홍길동께서는", "홍길동 의원님".
fn honoured(mail: &Mail<'_>, sentence: Piece<'_>) -> Option<(f32, Entrant)> {
    let parts = headfinal::read(sentence, None, mail.lexicon);
    let name_part = parts.iter().find(|part| part.kind == Kind::Name)?;
    let name = name_part.piece.text.to_string();
    if mail.writer.as_deref().is_some_and(|writer| name::agree(writer, &name)) {
        return None;
    }
    let assists = |part: &Part<'_>| part.kind == Kind::Position && mail.lexicon.is(|w| &w.assistants, part.piece.text);
    if parts.iter().any(assists) {
        return None;
    }
    let end = name_part.piece.start + name_part.piece.text.len() - sentence.start;
    let behind = sentence.text.get(end..).unwrap_or_default();
    let honoured = mail.lexicon.find_first(|w| &w.principal_precedes, behind).is_some_and(|(from, _)| from == 0);
    let weight = if honoured {
        0.9
    } else if mail.sender.is_mailbox {
        0.5
    } else {
        0.0
    };
    let witness = Witness::new(Source::Prose, "principal", 0.7);
    let mut candidates = of_parts(&parts, witness, mail.lexicon);
    candidates.push(Candidate::read(Field::Name, name.clone(), name_part.piece, witness));
    Some((weight, Entrant { name, candidates, scope: sentence.span(), alone: false }))
}

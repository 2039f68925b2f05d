//! Signature and trailing block: the lines around the writer's name at the end, or a card anywhere in the mail.

use super::candidate::{Candidate, Witness, of_parts};
use super::labels;
use super::mail::Mail;
use super::name;
use super::phrase::{self, Kind, Part};
use super::pieces::{self, Piece, is_capitalized, is_unspaced};
use super::{boundaries, roster, unspaced};
use crate::event::Field;
use crate::understand::facts::evidence::Source;
use crate::understand::script::count_words;

/// A line longer than this is a sentence or a disclaimer.
const LINE: usize = 100;
/// A block has no more lines than this.
const LINES: usize = 14;

/// What the blocks say of the writer.
pub(super) fn read(mail: &Mail<'_>) -> Vec<Candidate> {
    let lines: Vec<Piece<'_>> = pieces::lines(mail.text).collect();
    let signature = start(mail, &lines);
    let mut candidates =
        signature.map_or_else(Vec::new, |from| signature_block(mail, lines.get(from..).unwrap_or_default()));
    let before = lines.get(..signature.unwrap_or(lines.len())).unwrap_or_default();
    for (at, line) in before.iter().enumerate() {
        if begins_with_name(mail, *line) {
            let paragraph = lines.get(at..).unwrap_or_default().iter().take_while(|line| !line.text.is_empty());
            let parts = parts(mail, paragraph);
            candidates.extend(of_parts(&parts, Witness::new(Source::Prose, "card", 0.85), mail.lexicon));
            candidates.extend(names(mail, &parts, Witness::new(Source::Prose, "card", 0.9)));
        }
    }
    candidates
}

/// The first line of the trailing block.
fn start(mail: &Mail<'_>, lines: &[Piece<'_>]) -> Option<usize> {
    if let Some(offset) = mail.signature {
        return lines.iter().position(|line| line.start >= offset);
    }
    let short = |line: &Piece<'_>| line.text.chars().count() <= LINE;
    let closing = lines.iter().rposition(|line| short(line) && is_closing(mail, line.text));
    let name = lines.iter().rposition(|line| begins_with_name(mail, *line));
    let name = name.map(|name| above(mail, lines, name));
    match (closing, name) {
        (Some(closing), Some(name)) if name < closing => Some(name),
        (Some(closing), _) => Some(closing),
        (None, name) => name,
    }
}

/// The first of the lines that belong to the name at `at`: where no spaces part words, organization and position stand
/// above it.
fn above(mail: &Mail<'_>, lines: &[Piece<'_>], at: usize) -> usize {
    let belongs = |line: &&Piece<'_>| {
        let letters = line.text.chars().filter(|c| is_unspaced(*c)).count();
        let short = line.text.chars().count() <= LINE / 2 && !unspaced::is_spoken(line.text, mail.lexicon);
        letters > 1 && short && !labels::is_labelled(**line, mail.lexicon) && !is_closing(mail, line.text)
    };
    at - lines.get(..at).unwrap_or_default().iter().rev().take_while(belongs).count().min(LINES / 2)
}

fn is_closing(mail: &Mail<'_>, line: &str) -> bool {
    count_words(line) <= 9 && mail.lexicon.find_first(|w| &w.closings, line).is_some()
}

/// Whether a line starts with the writer's name and goes on, if at all, with separate pieces.
fn begins_with_name(mail: &Mail<'_>, line: Piece<'_>) -> bool {
    let Some(writer) = &mail.writer else { return false };
    if unspaced::is_spoken(line.text, mail.lexicon) {
        return false;
    }
    let whole = phrase::is_writer(line.text, writer, mail.lexicon);
    let first = pieces::split(line).first().is_some_and(|first| {
        phrase::read(*first, Some(writer), mail.lexicon).iter().any(|part| part.kind == Kind::Name)
            && first.text.split_whitespace().count() <= 6
    });
    line.text.chars().count() <= LINE && (whole || first)
}

fn signature_block(mail: &Mail<'_>, lines: &[Piece<'_>]) -> Vec<Candidate> {
    let lines: Vec<&Piece<'_>> = lines.iter().filter(|line| !line.text.is_empty()).take(LINES).collect();
    let parts = parts(mail, lines.into_iter());
    let mut candidates = of_parts(&parts, Witness::new(Source::Signature, "signature", 0.9), mail.lexicon);
    candidates.extend(names(mail, &parts, Witness::new(Source::Signature, "signature", 0.95)));
    candidates
}

/// The meaning of each piece of the lines, up to a line that is running text.
fn parts<'a, 'b>(mail: &Mail<'_>, lines: impl Iterator<Item = &'b Piece<'a>>) -> Vec<Part<'a>>
where
    'a: 'b,
{
    let mut parts: Vec<Part<'a>> = Vec::new();
    for (index, line) in lines.enumerate() {
        let words = count_words(line.text);
        let ends = line.text.ends_with(['.', '!', '?']) || unspaced::is_spoken(line.text, mail.lexicon);
        let sentence = words > 14 || line.text.chars().count() > LINE || (words > 7 && ends);
        if sentence && index > 0 {
            break;
        }
        if labels::is_labelled(*line, mail.lexicon) {
            continue;
        }
        if sentence || (is_closing(mail, line.text) && !begins_with_name(mail, *line)) {
            if let Some(signed) = signed_name(mail, *line) {
                parts.push(signed);
            }
            continue;
        }
        if phrase::is_writer(line.text, mail.writer.as_deref().unwrap_or_default(), mail.lexicon) {
            parts.push(Part { kind: Kind::Name, piece: *line });
            continue;
        }
        for piece in pieces::split(roster::without_mark(*line, mail.is_numbered)) {
            parts.extend(mail.read(piece));
        }
    }
    parts
}

/// The name at the end of a closing line: "Mit freundlichem Gruß, Anna Weber", "홍길동 드림".
fn signed_name<'a>(mail: &Mail<'_>, line: Piece<'a>) -> Option<Part<'a>> {
    let words = line.words();
    if let Some((from, to)) = mail.writer.as_deref().and_then(|writer| boundaries::find(line.text, writer)) {
        return Some(Part { kind: Kind::Name, piece: line.part(from, to) });
    }
    if let Some(writer) = mail.writer.as_deref() {
        let (from, to) = name::find(&words, writer)?;
        return Some(Part { kind: Kind::Name, piece: line.around(words.get(from..to)?)? });
    }
    let closes = |word: &Piece<'_>| mail.lexicon.find_first(|w| &w.closings, word.text).is_some();
    let count = words.iter().rev().take(3).take_while(|word| is_capitalized(word.text) && !closes(word)).count();
    let named = words.get(words.len() - count..).filter(|named| named.len() > 1 && named.len() < words.len())?;
    Some(Part { kind: Kind::Proper, piece: line.around(named)? })
}

/// The name, as the block writes it, or completed from From.
fn names(mail: &Mail<'_>, parts: &[Part<'_>], witness: Witness) -> Vec<Candidate> {
    let named = parts.iter().filter(|part| part.kind == Kind::Name);
    let length = |name: &str| name.chars().filter(|c| *c != '.' && !c.is_whitespace()).count();
    if let Some(writer) = mail.writer.as_deref() {
        let written = named.filter_map(|part| {
            let words = part.piece.words();
            let found = match boundaries::find(part.piece.text, writer) {
                Some((from, to)) => Some(part.piece.part(from, to)),
                None => name::find(&words, writer).and_then(|(from, to)| part.piece.around(words.get(from..to)?)),
            };
            Some((name::clean(found?.text, mail.lexicon)?, part))
        });
        if let Some((written, part)) = written.max_by_key(|(name, _)| length(name)) {
            let spread = written.split_whitespace().count() > 2 && boundaries::find(&written, writer).is_some();
            let value = if length(writer) > length(&written) || spread { writer.to_string() } else { written };
            return vec![Candidate::read(Field::Name, value, part.piece, witness)];
        }
    }
    if mail.sender.name.is_some() {
        return Vec::new();
    }
    let stranger = parts.iter().find_map(|part| {
        let fits = matches!(part.kind, Kind::Proper | Kind::Name);
        let name = name::clean(part.piece.text, mail.lexicon).filter(|_| fits)?;
        let is_person = name::is_person(&name, mail.lexicon) && name::is_written_as_name(&name, mail.lexicon);
        is_person.then_some((name, part))
    });
    stranger
        .map(|(name, part)| Candidate::read(Field::Name, name, part.piece, witness.times(0.8)))
        .into_iter()
        .collect()
}

//! Signature and trailing block: the lines around the writer's name at the end, or a card anywhere in the mail.

use super::candidate::{Candidate, Witness, of_parts};
use super::labels;
use super::mail::Mail;
use super::name;
use super::phrase::{self, Kind, Part};
use super::pieces::{self, Piece, is_capitalized};
use super::roster;
use crate::event::Field;
use crate::understand::facts::evidence::Source;

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
    match (closing, name) {
        (Some(closing), Some(name)) if name < closing => Some(name),
        (Some(closing), _) => Some(closing),
        (None, name) => name,
    }
}

fn is_closing(mail: &Mail<'_>, line: &str) -> bool {
    line.split_whitespace().count() <= 9 && mail.lexicon.find_first(|w| &w.closings, line).is_some()
}

/// Whether a line starts with the writer's name and goes on, if at all, with separate pieces.
fn begins_with_name(mail: &Mail<'_>, line: Piece<'_>) -> bool {
    let Some(writer) = &mail.writer else { return false };
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
        let words = line.text.split_whitespace().count();
        let sentence =
            words > 14 || line.text.chars().count() > LINE || (words > 7 && line.text.ends_with(['.', '!', '?']));
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
    let length = |name: &str| name.chars().filter(|c| *c != '.').count();
    if let Some(writer) = mail.writer.as_deref() {
        let written = named.filter_map(|part| {
            let words = part.piece.words();
            let found = name::find(&words, writer).and_then(|(from, to)| part.piece.around(words.get(from..to)?));
            Some((name::clean(found?.text, mail.lexicon)?, part))
        });
        if let Some((written, part)) = written.max_by_key(|(name, _)| length(name)) {
            let value = if length(writer) > length(&written) { writer.to_string() } else { written };
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

//! What a few words without a verb say: a name, a position, an organization, or nothing of ours.
//!
//! "Senior Fellow at the Institute for Peace" is a position and an organization; "Head of the Asia Programme" a
//! position alone, because a programme is only a part of something. The words that decide are data.

use super::headfinal;
use super::name;
use super::pieces::{Piece, is_capitalized, is_hangul, tidy};
use super::words::{Lexicon, WordList, Words};

/// What a piece of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The writer's name, as From or the text has it.
    Name,
    /// A position or occupation.
    Position,
    /// An organization that stands by itself.
    Institution,
    /// A part of an organization.
    Unit,
    /// "No affiliation" in any words.
    Unaffiliated,
    /// Capitalized words that nothing else is known about.
    Proper,
    /// Telephone, street, address, link, or plain words.
    Other,
}

/// A part of a phrase with its meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part<'a> {
    pub(super) kind: Kind,
    pub(super) piece: Piece<'a>,
}

impl Part<'_> {
    /// The words, as one would write them into a form.
    pub(super) fn value(&self) -> String {
        tidy(self.piece.text)
    }
}

/// Reads a piece between separators. `writer` is the name that From gives.
pub(super) fn read<'a>(piece: Piece<'a>, writer: Option<&str>, lexicon: Lexicon<'_>) -> Vec<Part<'a>> {
    let part = |kind| vec![Part { kind, piece }];
    if is_contact(piece.text, lexicon) {
        return part(Kind::Other);
    }
    if writer.is_some_and(|writer| is_writer(piece.text, writer, lexicon)) {
        return part(Kind::Name);
    }
    if piece.text.chars().any(is_hangul) {
        return headfinal::read(piece, writer, lexicon);
    }
    if let Some((from, to)) = lexicon.find_first(|w| &w.unaffiliated, piece.text)
        && (to - from) * 2 >= piece.text.len()
    {
        return part(Kind::Unaffiliated);
    }
    position_and_organization(piece, lexicon)
}

/// Whether the piece is the writer's name and nothing else.
pub(super) fn is_writer(text: &str, writer: &str, lexicon: Lexicon<'_>) -> bool {
    text.len() <= 60 && name::clean(text, lexicon).is_some_and(|found| name::agree(&found, writer))
}

/// A telephone number, a street, an address, a link.
pub(super) fn is_contact(text: &str, lexicon: Lexicon<'_>) -> bool {
    let lower = text.to_lowercase();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let label = text.split(|c: char| c.is_whitespace() || c == ':').next().unwrap_or_default();
    let telephone = lexicon.is(|w| &w.labels.other, label) && (digits >= 3 || text.contains(':'));
    (text.contains('@') && text.contains('.') && !text.contains(" @ "))
        || lower.contains("http")
        || lower.contains("www.")
        || telephone
        || digits >= 6
        || (digits > 0 && digits >= letters)
}

fn is_role(word: &Piece<'_>, lexicon: Lexicon<'_>) -> bool {
    lexicon.is(|w| &w.roles, word.text)
}

fn is_in(word: &Piece<'_>, list: fn(&Words) -> &WordList, lexicon: Lexicon<'_>) -> bool {
    lexicon.is(list, word.text)
}

/// Whether a word names an organization. In a text with capitals it is written with one.
fn is_institution(word: &Piece<'_>, has_capitals: bool, lexicon: Lexicon<'_>) -> bool {
    (is_capitalized(word.text) || !has_capitals) && is_in(word, |w| &w.institutions, lexicon)
}

fn is_unit(word: &Piece<'_>, lexicon: Lexicon<'_>) -> bool {
    is_in(word, |w| &w.units, lexicon)
}

fn position_and_organization<'a>(piece: Piece<'a>, lexicon: Lexicon<'_>) -> Vec<Part<'a>> {
    let all = piece.words();
    let skip = |word: &&Piece<'_>| is_in(word, |w| &w.articles, lexicon) || is_in(word, |w| &w.fillers, lexicon);
    let words = all.get(all.iter().take_while(skip).count()..).unwrap_or_default();
    let Some(trimmed) = piece.around(words) else {
        return vec![Part { kind: Kind::Other, piece }];
    };
    let has_capitals = piece.text.chars().any(char::is_uppercase);
    let whole = |kind| vec![Part { kind, piece: trimmed }];
    let connects = |word: &Piece<'_>| is_in(word, |w| &w.at, lexicon) || is_in(word, |w| &w.of, lexicon);
    let head_end = words.iter().position(connects).unwrap_or(words.len());
    let head = words.get(..head_end).unwrap_or_default();
    let Some(role) = words.iter().position(|word| is_role(word, lexicon)) else {
        return whole(organization_kind(words, has_capitals, lexicon));
    };
    let head_is_institution =
        head.last().is_some_and(|last| is_institution(last, has_capitals, lexicon) && !is_role(last, lexicon));
    if role >= head_end && head.iter().any(|word| is_institution(word, has_capitals, lexicon) || is_unit(word, lexicon))
    {
        return whole(organization_kind(words, has_capitals, lexicon)); // "Office of the Commissioner"
    }
    if role < head_end && head_is_institution && head.len() > 1 && role + 1 < head.len() && role == 0 {
        return whole(Kind::Position);
    }
    if head_is_institution && role > 0 {
        return whole(organization_kind(words, has_capitals, lexicon)); // "Reporters Union"
    }
    split_at_connector(piece, words, role, has_capitals, lexicon).unwrap_or_else(|| whole(Kind::Position))
}

/// "Position at Organization": the place where the position ends.
fn split_at_connector<'a>(
    piece: Piece<'a>,
    words: &[Piece<'a>],
    role: usize,
    has_capitals: bool,
    lexicon: Lexicon<'_>,
) -> Option<Vec<Part<'a>>> {
    for (at, connector) in words.iter().enumerate().skip(role + 1) {
        let sure = is_in(connector, |w| &w.at, lexicon);
        if !sure && !is_in(connector, |w| &w.of, lexicon) {
            continue;
        }
        let right = words.get(at + 1..).unwrap_or_default();
        let articles = right
            .iter()
            .take_while(|word| is_in(word, |w| &w.articles, lexicon) || is_in(word, |w| &w.of, lexicon))
            .count();
        let right = right.get(articles..).unwrap_or_default();
        let named = right.first().is_some_and(|word| is_capitalized(word.text) || !has_capitals);
        let reach = right.iter().position(|word| is_in(word, |w| &w.at, lexicon) || is_in(word, |w| &w.of, lexicon));
        let nearest = right.get(..reach.unwrap_or(right.len())).unwrap_or_default();
        let institution = nearest.iter().any(|word| is_institution(word, has_capitals, lexicon));
        let parliament = nearest.iter().any(|word| is_in(word, |w| &w.parliaments, lexicon));
        let unit = nearest.first().is_some_and(|word| is_unit(word, lexicon)) || !institution;
        if (sure && named) || (institution && named && !unit) {
            let left = words.get(..if parliament && !sure { words.len() } else { at }).unwrap_or_default();
            let (position, organization) = (piece.around(left)?, piece.around(right)?);
            let kind = if unit && !institution { Kind::Proper } else { Kind::Institution };
            return Some(vec![Part { kind: Kind::Position, piece: position }, Part { kind, piece: organization }]);
        }
    }
    None
}

fn organization_kind(words: &[Piece<'_>], has_capitals: bool, lexicon: Lexicon<'_>) -> Kind {
    if words.iter().any(|word| is_institution(word, has_capitals, lexicon)) {
        let first_is_unit = words.first().is_some_and(|word| is_unit(word, lexicon));
        let last_is_unit = words.last().is_some_and(|word| is_unit(word, lexicon));
        return if first_is_unit || last_is_unit { Kind::Unit } else { Kind::Institution };
    }
    if words.iter().any(|word| is_unit(word, lexicon) && is_capitalized(word.text)) {
        return Kind::Unit;
    }
    let small = |word: &&Piece<'_>| !is_capitalized(word.text);
    let lower = words.iter().filter(small).count();
    let named = words.first().is_some_and(|word| is_capitalized(word.text)) && lower * 2 <= words.len();
    if named && words.len() <= 8 { Kind::Proper } else { Kind::Other }
}

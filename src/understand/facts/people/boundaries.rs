//! Where things begin and end in a text without spaces between words.

use super::pieces::{Piece, is_unspaced};
use super::words::{Lexicon, WordList, Words};

const OPENING: [char; 6] = ['「', '『', '《', '〈', '“', '【'];
/// Closing quotation marks.
pub(super) const CLOSING: [char; 6] = ['」', '』', '》', '〉', '”', '】'];

/// Picks a list out of a language's words.
pub(super) type List = fn(&Words) -> &WordList;

/// Where the letters of a name stand, however they are spaced.
pub(super) fn find(text: &str, name: &str) -> Option<(usize, usize)> {
    let wanted: Vec<char> = name.chars().filter(|letter| !letter.is_whitespace()).collect();
    let first = *wanted.first().filter(|letter| is_unspaced(**letter))?;
    text.char_indices().filter(|(_, letter)| *letter == first).find_map(|(from, _)| {
        let letters = text.get(from..)?.char_indices().filter(|(_, letter)| !letter.is_whitespace());
        let taken: Vec<(usize, char)> = letters.take(wanted.len()).collect();
        let same = taken.len() == wanted.len() && taken.iter().map(|(_, letter)| letter).eq(wanted.iter());
        let (at, last) = *taken.last().filter(|_| same)?;
        Some((from, from + at + last.len_utf8()))
    })
}

/// A family name at the end where the whole name is known.
pub(super) fn family_behind(text: &str, writer: &str) -> Option<(usize, usize)> {
    let (before, last) = text.rsplit_once(char::is_whitespace)?;
    let known = last.chars().count() >= 2 && last.chars().all(is_unspaced) && writer.starts_with(last);
    known.then_some((before.len() + (text.len() - before.len() - last.len()), text.len()))
}

/// Every place where a small word of a list stands, with its length.
pub(super) fn all_of(text: &str, list: List, lexicon: Lexicon<'_>) -> Vec<(usize, usize)> {
    let words: Vec<&str> = lexicon.entries(list).filter(|word| word.starts_with(is_unspaced)).collect();
    let longest = |from: usize| {
        let rest = text.get(from..)?;
        words.iter().filter(|word| rest.starts_with(**word)).map(|word| word.len()).max().map(|length| (from, length))
    };
    text.char_indices().filter_map(|(from, _)| longest(from)).collect()
}

/// Every place where a word of a list ends.
pub(super) fn all_ends(text: &str, list: List, lexicon: Lexicon<'_>) -> Vec<usize> {
    let ends = text.char_indices().map(|(at, letter)| at + letter.len_utf8());
    ends.filter(|end| {
        text.get(..*end)
            .is_some_and(|before| lexicon.ending(list, before).is_some_and(|word| word.ends_with(is_unspaced)))
    })
    .collect()
}

/// Where the last word of a list ends.
pub(super) fn last_end(text: &str, list: List, lexicon: Lexicon<'_>) -> Option<usize> {
    all_ends(text, list, lexicon).last().copied()
}

/// Without copulas, particles and verbs of being at the end, and what a sentence begins with.
pub(super) fn without_links<'a>(piece: Piece<'a>, lexicon: Lexicon<'_>) -> Piece<'a> {
    let ornament =
        |letter: char| !letter.is_alphanumeric() && !CLOSING.contains(&letter) && !matches!(letter, ')' | '）');
    let mut rest = piece.sub(piece.text.trim_end_matches(ornament)).trimmed();
    while let Some(link) = lexicon.ending(|w| &w.links, rest.text).filter(|link| link.ends_with(is_unspaced)) {
        rest = rest.part(0, rest.text.len() - link.len());
    }
    rest
}

/// The part of a clause behind the last word that begins a thought ("私は", "我是").
pub(super) fn behind_break<'a>(piece: Piece<'a>, lexicon: Lexicon<'_>) -> (Piece<'a>, bool) {
    // A single letter may stand in any name.
    let breaks = |(at, word): &(usize, usize)| {
        *at == 0 || piece.text.get(*at..at + word).is_some_and(|word| word.chars().count() > 1)
    };
    let all = all_of(piece.text, |w| &w.breaks, lexicon).into_iter().filter(breaks);
    match all.map(|(at, word)| at + word).max() {
        Some(end) => (behind_break(piece.part(end, piece.text.len()), lexicon).0, true),
        None => (piece, false),
    }
}

/// The part of a phrase behind the last word that ends a clause ("…は", "…ので").
pub(super) fn behind_clause<'a>(piece: Piece<'a>, lexicon: Lexicon<'_>) -> Piece<'a> {
    let ends = all_of(piece.text, |w| &w.clause_ends, lexicon).into_iter().filter(|(at, _)| *at > 0);
    ends.map(|(at, word)| at + word).max().map_or(piece, |end| piece.part(end, piece.text.len()))
}

/// What stands in quotation marks at the end of a piece.
pub(super) fn quoted(piece: Piece<'_>) -> Option<Piece<'_>> {
    let text = piece.text.trim_end_matches(CLOSING);
    let (at, mark) = text.char_indices().rev().find(|(_, letter)| OPENING.contains(letter))?;
    let inside = piece.part(at + mark.len_utf8(), text.len());
    (!inside.text.is_empty() && !inside.text.contains(CLOSING)).then_some(inside)
}

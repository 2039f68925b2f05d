//! The name of an organization among other words: where it begins, where it ends, and what kind it is.

use super::phrase::{Kind, Part, is_in, is_institution, is_role, is_street, is_unit};
use super::pieces::{Piece, is_capitalized};
use super::words::Lexicon;

/// An organization without the town behind it ("Baptist Church in Norfolk").
pub(super) fn without_place<'a, 'b>(
    words: &'b [Piece<'a>],
    has_capitals: bool,
    lexicon: Lexicon<'_>,
) -> &'b [Piece<'a>] {
    let place = words.iter().rposition(|word| is_in(word, |w| &w.places_follow, lexicon) && !is_capitalized(word.text));
    let Some(at) = place.filter(|at| (2..=3).contains(&(words.len() - at))) else { return words };
    let (before, after) = words.split_at(at);
    let institution = before.iter().any(|word| is_institution(word, has_capitals, lexicon));
    let town =
        after.iter().skip(1).all(|word| is_capitalized(word.text) && !is_institution(word, has_capitals, lexicon));
    if institution && town { before } else { words }
}

/// The organization among words without a position: the institution's whole name, or capitalized words.
pub(super) fn organization<'a>(
    piece: Piece<'a>,
    words: &[Piece<'a>],
    trimmed: Piece<'a>,
    lexicon: Lexicon<'_>,
) -> Part<'a> {
    let has_capitals = piece.text.chars().any(char::is_uppercase);
    let joined = words.iter().position(|word| word.text == "&").is_some_and(|at| at > 0 && at + 1 < words.len());
    if joined && words.len() <= 6 && words.iter().all(|word| is_capitalized(word.text) || word.text == "&") {
        return Part { kind: Kind::Institution, piece: trimmed }; // "Siebert & Rohde"
    }
    if goes_on_in_lower_case(words, lexicon) {
        let is_part = words.first().is_some_and(|word| is_unit(word, lexicon));
        return Part { kind: if is_part { Kind::Unit } else { Kind::Institution }, piece: trimmed };
    }
    if let Some(at) = words.iter().position(|word| is_institution(word, has_capitals, lexicon))
        && (has_capitals || words.len() <= 4)
    {
        let (from, to) = if has_capitals { named(words, at, lexicon) } else { (0, words.len()) };
        let name = without_place(words.get(from..to).unwrap_or_default(), has_capitals, lexicon);
        let is_part = [name.first(), name.last()].into_iter().flatten().any(|word| is_unit(word, lexicon));
        let kind = if is_part { Kind::Unit } else { Kind::Institution };
        let alone = name.len() == 1 && name.first().is_some_and(|word| lexicon.is(|w| &w.common_alone, word.text));
        return match piece.around(name) {
            Some(found) if !alone => Part { kind, piece: found },
            _ => Part { kind: Kind::Other, piece },
        };
    }
    let verbal = |word: &Piece<'_>| is_in(word, |w| &w.verbal, lexicon);
    let lower = words.iter().filter(|word| !is_capitalized(word.text)).count();
    let begins = words.first().is_some_and(|word| is_capitalized(word.text));
    if !begins || words.len() > 8 || lower * 2 > words.len() || words.iter().any(verbal) || is_street(words) {
        return Part { kind: Kind::Other, piece };
    }
    let kind = if words.iter().any(|word| is_unit(word, lexicon)) { Kind::Unit } else { Kind::Proper };
    Part { kind, piece: trimmed }
}

/// "Úřad pro ochranu soutěže", "Oblastní charita": the whole phrase is a name of which the first word alone is written
/// with a capital.
fn goes_on_in_lower_case(words: &[Piece<'_>], lexicon: Lexicon<'_>) -> bool {
    let begins = words.first().is_some_and(|word| is_capitalized(word.text));
    let institution = words.iter().take(3).any(|word| lexicon.is_followed(word.text));
    let verbal = |word: &Piece<'_>| is_in(word, |w| &w.verbal, lexicon);
    let phrase = (2..=9).contains(&words.len()) && !words.iter().any(verbal) && !is_street(words);
    begins && institution && phrase
}

/// The words from..to of the name that holds the word at `at`: capitalized words around it, and small words between.
pub(super) fn named(words: &[Piece<'_>], at: usize, lexicon: Lexicon<'_>) -> (usize, usize) {
    let get = |index: usize| words.get(index);
    let strong = |word: &Piece<'_>| {
        (is_capitalized(word.text)
            || word.text.chars().all(|c| c.is_ascii_digit() || c == '&' || c == '+')
            || (word.text.contains('.') && is_in(word, |w| &w.institutions, lexicon)))
            && !is_in(word, |w| &w.verbal, lexicon)
    };
    let small = |word: &Piece<'_>| is_in(word, |w| &w.joints, lexicon) || is_in(word, |w| &w.articles, lexicon);
    let links = |word: &Piece<'_>| is_in(word, |w| &w.name_links, lexicon);
    let mut from = at;
    while let Some(before) = from.checked_sub(1) {
        let beyond = before.checked_sub(1).and_then(get);
        if get(before).is_some_and(strong)
            && !get(before).is_some_and(|word| is_role(word, lexicon) || is_in(word, |w| &w.articles, lexicon))
        {
            from = before;
        } else if get(before).is_some_and(links) && beyond.is_some_and(|word| strong(word) && !is_role(word, lexicon)) {
            from = before.saturating_sub(1);
        } else {
            break;
        }
    }
    let mut to = at + 1;
    loop {
        let adjective = |index: usize| {
            let conjunction = get(to).is_some_and(|word| is_in(word, |w| &w.conjunctions, lexicon));
            let lower = |word: &Piece<'_>| {
                (word.text.chars().count() > 4 || small(word)) && !is_in(word, |w| &w.verbal, lexicon)
            };
            let count = words.iter().skip(index).take(4).take_while(|word| !strong(word) && lower(word)).count();
            (!conjunction && count > 0 && get(index + count).is_some_and(strong)).then_some(index + count + 1)
        };
        let pair = get(to).zip(get(to + 1)).map(|(one, two)| format!("{}{}", one.text, two.text));
        if pair.is_some_and(|pair| lexicon.is(|w| &w.institutions, &pair)) {
            to += 2; // "e. V."
            continue;
        }
        let mut next = to;
        while next < to + 3 && get(next).is_some_and(small) {
            next += 1;
        }
        if get(next).is_some_and(strong) {
            to = next + 1;
        } else if let Some(end) = adjective(next).filter(|_| next > to) {
            to = end;
        } else {
            break;
        }
    }
    (from, to)
}

//! What a few words without a verb say: a name, a position, an organization, or nothing of ours.
//!
//! "Senior Fellow at the Institute for Peace" is a position and an organization; "Head of the Asia Programme" a
//! position alone, because a programme is only a part of something. The words that decide are data.

use super::headfinal;
use super::name;
use super::organization::{named, organization, without_place};
use super::pieces::{Piece, is_capitalized, is_hangul, is_native, is_unspaced, tidy};
use super::words::{Lexicon, WordList, Words};
use super::{boundaries, unspaced};

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

/// Reads a piece between separators. `writer` is the name that From gives; where it stands beside other words
/// ("Referentin Anna Weber"), these are read by themselves.
pub(super) fn read<'a>(piece: Piece<'a>, writer: Option<&str>, lexicon: Lexicon<'_>) -> Vec<Part<'a>> {
    if let Some(writer) = writer.filter(|_| !piece.text.chars().any(is_native))
        && let words = piece.words()
        && let Some((from, to)) = name::find(&words, writer)
        && (from == 0) != (to == words.len())
        && (to - from > 1 || words.get(from..to).is_some_and(|run| run.iter().all(|word| is_capitalized(word.text))))
        && (to - from > 1 || name::folded(writer).len() == 1)
        && let (Some(before), Some(found), Some(after)) = (words.get(..from), words.get(from..to), words.get(to..))
    {
        let title =
            |word: &Piece<'_>| lexicon.is(|w| &w.honorifics, word.text) || lexicon.is(|w| &w.degrees, word.text);
        let rest = if before.is_empty() { after } else { before };
        let mut parts: Vec<Part<'a>> =
            piece.around(found).map(|piece| Part { kind: Kind::Name, piece }).into_iter().collect();
        if !rest.iter().all(title) {
            parts.extend(piece.around(rest).into_iter().flat_map(|rest| unnamed(rest, None, lexicon)));
        }
        return parts;
    }
    unnamed(piece, writer, lexicon)
}

fn unnamed<'a>(piece: Piece<'a>, writer: Option<&str>, lexicon: Lexicon<'_>) -> Vec<Part<'a>> {
    let part = |kind| vec![Part { kind, piece }];
    if is_contact(piece.text, lexicon) {
        return part(Kind::Other);
    }
    if writer.is_some_and(|writer| is_writer(piece.text, writer, lexicon)) {
        return part(Kind::Name);
    }
    let title = |word: &Piece<'_>| lexicon.is(|w| &w.degrees, word.text) && !is_role(word, lexicon);
    if piece.words().iter().all(title) {
        return part(Kind::Other);
    }
    if piece.text.chars().any(is_hangul) {
        return headfinal::read(piece, writer, lexicon);
    }
    if let Some((from, to)) = lexicon.find_first(|w| &w.unaffiliated, piece.text)
        && (to - from) * 2 >= piece.text.len()
    {
        let before = piece.part(0, from);
        if before.words().last().is_some_and(|word| is_role(word, lexicon)) {
            return part(Kind::Position); // "Ingenieur im Ruhestand"
        }
        return part(Kind::Unaffiliated);
    }
    if piece.text.chars().any(is_unspaced) {
        return unspaced::read(piece, writer, lexicon);
    }
    position_and_organization(piece, lexicon)
}

/// Whether the text is the writer's name and nothing else but honorifics and degrees.
pub(super) fn is_writer(text: &str, writer: &str, lexicon: Lexicon<'_>) -> bool {
    if let Some((from, to)) = boundaries::find(text, writer) {
        let rest = text.get(to..).unwrap_or_default().trim();
        return from == 0 && (rest.is_empty() || rest.starts_with(['(', '（']) || lexicon.is(|w| &w.degrees, rest));
    }
    text.len() <= 80 && !text.contains([':', '@', '=']) && {
        let words = Piece::whole(text).words();
        let title =
            |word: &Piece<'_>| lexicon.is(|w| &w.honorifics, word.text) || lexicon.is(|w| &w.degrees, word.text);
        name::find(&words, writer).is_some_and(|(from, to)| {
            words.iter().enumerate().all(|(at, word)| (from..to).contains(&at) || title(word))
        })
    }
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

/// A street with a number: it begins or ends with one, and names no organization.
pub(super) fn is_street(words: &[Piece<'_>]) -> bool {
    let number = |word: Option<&Piece<'_>>| {
        word.is_some_and(|word| {
            word.text.starts_with(|c: char| c.is_ascii_digit()) && word.text.len() <= 5 && !word.text.ends_with('.')
        })
    };
    words.len() > 1 && (number(words.first()) || number(words.last()))
}

pub(super) fn is_role(word: &Piece<'_>, lexicon: Lexicon<'_>) -> bool {
    lexicon.is(|w| &w.roles, word.text)
}

pub(super) fn is_in(word: &Piece<'_>, list: fn(&Words) -> &WordList, lexicon: Lexicon<'_>) -> bool {
    lexicon.is(list, word.text)
}

/// Whether a word names an organization. In a text with capitals it is written with one.
pub(super) fn is_institution(word: &Piece<'_>, has_capitals: bool, lexicon: Lexicon<'_>) -> bool {
    (is_capitalized(word.text) || !has_capitals) && is_in(word, |w| &w.institutions, lexicon)
}

pub(super) fn is_unit(word: &Piece<'_>, lexicon: Lexicon<'_>) -> bool {
    is_in(word, |w| &w.units, lexicon)
}

fn position_and_organization<'a>(piece: Piece<'a>, lexicon: Lexicon<'_>) -> Vec<Part<'a>> {
    let all = piece.words();
    let skip = |word: &&Piece<'_>| {
        let small = is_in(word, |w| &w.articles, lexicon) || is_in(word, |w| &w.fillers, lexicon);
        let number = word.text.chars().all(|c| c.is_ascii_digit()) || is_in(word, |w| &w.conjunctions, lexicon);
        number
            || is_in(word, |w| &w.fillers, lexicon)
            || !is_capitalized(word.text) && (small || is_in(word, |w| &w.at, lexicon))
    };
    let words = all.get(all.iter().take_while(skip).count()..).unwrap_or_default();
    let Some(trimmed) = piece.around(words) else {
        return vec![Part { kind: Kind::Other, piece }];
    };
    let has_capitals = piece.text.chars().any(char::is_uppercase);
    let whole = |kind| vec![Part { kind, piece: trimmed }];
    let connects = |word: &Piece<'_>| is_in(word, |w| &w.at, lexicon) || is_in(word, |w| &w.of, lexicon);
    let head_end = words.iter().position(connects).unwrap_or(words.len());
    let head = words.get(..head_end).unwrap_or_default();
    let firm = words.iter().rposition(|word| word.text == "&").is_some_and(|at| at > 0 && at + 2 == words.len());
    let Some(role) = words.iter().position(|word| is_role(word, lexicon)).filter(|role| !firm || *role == 0) else {
        return vec![organization(piece, words, trimmed, lexicon)];
    };
    if role >= head_end && head.iter().any(|word| is_institution(word, has_capitals, lexicon) || is_unit(word, lexicon))
    {
        return vec![organization(piece, words, trimmed, lexicon)]; // "Office of the Commissioner"
    }
    let before_role = words.get(..role).unwrap_or_default();
    let verbal = |word: &Piece<'_>| {
        (is_in(word, |w| &w.verbal, lexicon) || is_in(word, |w| &w.articles, lexicon)) && !is_capitalized(word.text)
            || word.text.eq_ignore_ascii_case("i")
    };
    if role < head_end && (before_role.len() > 5 || before_role.iter().any(verbal)) {
        return whole(Kind::Other); // a sentence
    }
    let head_is_institution =
        head.last().is_some_and(|last| is_institution(last, has_capitals, lexicon) && !is_role(last, lexicon));
    let head_has_institution =
        head.iter().skip(1).any(|word| is_institution(word, has_capitals, lexicon) && !is_role(word, lexicon));
    if role == 0
        && head_has_institution
        && head.len() > 2
        && words.get(1).is_some_and(|next| is_capitalized(next.text) && !is_role(next, lexicon))
        && !words.get(1).is_some_and(|next| is_unit(next, lexicon))
    {
        let (position, organization) = (words.get(..1).unwrap_or_default(), words.get(1..).unwrap_or_default());
        if let (Some(position), Some(organization)) = (piece.around(position), piece.around(organization)) {
            return vec![
                Part { kind: Kind::Position, piece: position },
                Part { kind: Kind::Institution, piece: organization },
            ];
        }
    }
    if role < head_end && head_is_institution && role == 0 {
        return whole(Kind::Position);
    }
    if head_is_institution && role > 0 {
        return vec![organization(piece, words, trimmed, lexicon)]; // "Reporters Union"
    }
    if let Some(parts) = after_organization(piece, words, role, lexicon) {
        return parts;
    }
    if let Some(parts) = split_at_connector(piece, words, role, has_capitals, lexicon) {
        return parts;
    }
    let position = until_end(words, role, lexicon);
    vec![Part { kind: Kind::Position, piece: piece.around(position).unwrap_or(trimmed) }]
}

/// "OHCHR intern", "Daily Courier correspondent": capitalized words before a position in lower case.
fn after_organization<'a>(
    piece: Piece<'a>,
    words: &[Piece<'a>],
    role: usize,
    lexicon: Lexicon<'_>,
) -> Option<Vec<Part<'a>>> {
    let spoken = words.get(role).is_some_and(|word| !is_capitalized(word.text));
    let count =
        words.get(..role)?.iter().take_while(|word| is_capitalized(word.text) && !is_role(word, lexicon)).count();
    let acronym =
        words.first().is_some_and(|word| word.text.chars().count() > 1 && word.text.chars().all(char::is_uppercase));
    if !spoken || !(count > 1 || count == 1 && acronym) {
        return None;
    }
    let (organization, position) =
        (piece.around(words.get(..count)?)?, piece.around(until_end(words.get(count..)?, role - count, lexicon))?);
    Some(vec![Part { kind: Kind::Position, piece: position }, Part { kind: Kind::Proper, piece: organization }])
}

/// The words of a position up to where another thing begins: "Nurse with …", "teacher in the …", "clerk and I …".
fn until_end<'a, 'b>(words: &'b [Piece<'a>], role: usize, lexicon: Lexicon<'_>) -> &'b [Piece<'a>] {
    let ends = |at: usize, word: &Piece<'_>| {
        let next = words.get(at + 1);
        let spoken = words.get(role).is_some_and(|word| !is_capitalized(word.text));
        let town = spoken && at + 3 >= words.len() && words.iter().skip(at + 1).all(|word| is_capitalized(word.text));
        let article = is_in(word, |w| &w.places_follow, lexicon)
            && (town || next.is_some_and(|next| is_in(next, |w| &w.articles, lexicon)));
        let conjunction = is_in(word, |w| &w.conjunctions, lexicon)
            && next.is_none_or(|next| is_in(next, |w| &w.verbal, lexicon) || is_in(next, |w| &w.fillers, lexicon));
        let connects = is_in(word, |w| &w.at, lexicon) || is_in(word, |w| &w.of, lexicon);
        let turns = connects && next.is_some_and(|next| is_in(next, |w| &w.verbal, lexicon));
        article || conjunction || turns || is_in(word, |w| &w.position_ends, lexicon)
    };
    let end =
        words.iter().enumerate().skip(role + 1).find(|(at, word)| ends(*at, word)).map_or(words.len(), |(at, _)| at);
    words.get(..end).unwrap_or_default()
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
        let common = right.len() == 1 && nearest.iter().all(|word| is_in(word, |w| &w.common_alone, lexicon));
        if common {
            continue; // "on duty", "vom Dienst"
        }
        let heads = words.get(role).is_some_and(|word| is_in(word, |w| &w.headships, lexicon));
        let spoken = words.get(role).is_some_and(|word| !is_capitalized(word.text)) && has_capitals;
        let small = |word: &Piece<'_>| {
            is_in(word, |w| &w.of, lexicon)
                || is_in(word, |w| &w.joints, lexicon)
                || is_in(word, |w| &w.articles, lexicon)
        };
        let proper = right.iter().all(|word| is_capitalized(word.text) || small(word))
            && !right.iter().any(|word| is_unit(word, lexicon));
        let genitive = is_in(connector, |w| &w.genitives, lexicon) && named && proper && (heads || spoken);
        if (sure && named) || (institution && named && !unit) || genitive {
            let member =
                parliament && !sure && words.get(role).is_some_and(|word| is_in(word, |w| &w.members, lexicon));
            let left = words.get(..if member { words.len() } else { at }).unwrap_or_default();
            let left = if member { left } else { until_end(left, role, lexicon) };
            let (position, organization) =
                (piece.around(left)?, piece.around(without_place(right, has_capitals, lexicon))?);
            let kind = if member || (unit && !institution) || (genitive && !institution) {
                Kind::Proper
            } else {
                Kind::Institution
            };
            return Some(vec![Part { kind: Kind::Position, piece: position }, Part { kind, piece: organization }]);
        }
    }
    None
}

/// Every position and institution that running words mention, whoever's they may be.
pub(super) fn mentions<'a>(piece: Piece<'a>, lexicon: Lexicon<'_>) -> Vec<Part<'a>> {
    let words = piece.words();
    let has_capitals = piece.text.chars().any(char::is_uppercase);
    let mut parts = Vec::new();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let mut next = at + 1;
        if is_role(word, lexicon) {
            let stops = |word: &&Piece<'_>| {
                let lists: [fn(&Words) -> &WordList; 6] =
                    [|w| &w.verbal, |w| &w.articles, |w| &w.joints, |w| &w.at, |w| &w.of, |w| &w.fillers];
                lists.iter().any(|list| is_in(word, *list, lexicon))
            };
            let modifiers =
                words.get(..at).unwrap_or_default().iter().rev().take(3).take_while(|word| !stops(word)).count();
            let somebodys = at
                .checked_sub(modifiers + 1)
                .and_then(|at| words.get(at))
                .is_some_and(|word| is_in(word, |w| &w.possessives, lexicon));
            let following =
                words.get(at + 1..).unwrap_or_default().iter().take_while(|word| is_role(word, lexicon)).count();
            if let Some(found) =
                words.get(at - modifiers..=at + following).filter(|_| !somebodys).and_then(|run| piece.around(run))
            {
                parts.push(Part { kind: Kind::Position, piece: found });
            }
            next += following;
        } else if is_institution(word, true, lexicon) && has_capitals {
            let (from, to) = named(&words, at, lexicon);
            let run = without_place(words.get(from..to).unwrap_or_default(), has_capitals, lexicon);
            let alone = run.len() == 1 && lexicon.is(|w| &w.common_alone, word.text);
            if let Some(found) = piece.around(run).filter(|_| !alone) {
                parts.push(Part { kind: Kind::Institution, piece: found });
            }
            next = to;
        }
        at = next;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::understand::language::Languages;

    #[test]
    fn a_phrase_is_taken_apart_where_the_position_ends() {
        let lexicon = Lexicon(Languages::built_in());
        for (phrase, wanted) in [
            (
                "Senior Fellow at the Elm Institute",
                vec![(Kind::Position, "Senior Fellow"), (Kind::Institution, "Elm Institute")],
            ),
            ("Head of the Asia Programme", vec![(Kind::Position, "Head of the Asia Programme")]),
            ("Director of the Elm Museum", vec![(Kind::Position, "Director"), (Kind::Institution, "Elm Museum")]),
            ("Office of the Commissioner", vec![(Kind::Unit, "Office of the Commissioner")]),
            (
                "Referentin bei der Lindenstiftung",
                vec![(Kind::Position, "Referentin"), (Kind::Institution, "Lindenstiftung")],
            ),
            ("Baptist Church in Norfolk", vec![(Kind::Institution, "Baptist Church")]),
            ("Birch & Oak", vec![(Kind::Institution, "Birch & Oak")]),
            ("Elm Street 12", vec![(Kind::Other, "Elm Street 12")]),
            ("Tel. 555 0100", vec![(Kind::Other, "Tel. 555 0100")]),
            ("self-employed", vec![(Kind::Unaffiliated, "self-employed")]),
        ] {
            let parts = read(Piece::whole(phrase), None, lexicon);
            let parts: Vec<(Kind, &str)> = parts.iter().map(|part| (part.kind, part.piece.text)).collect();
            assert_eq!(parts, wanted, "{phrase}");
        }
    }
}

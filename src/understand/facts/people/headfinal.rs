//! Phrases of languages that put the head last and hang particles on nouns (Korean): organization, position, name,
//! in this order or with the position behind the name.

use super::name;
use super::phrase::{Kind, Part};
use super::pieces::{Piece, is_hangul};
use super::words::{Lexicon, WordList, Words};

/// Reads a piece such as "통일연구원 선임연구위원 홍길동" or "홍길동 연구위원".
pub(super) fn read<'a>(piece: Piece<'a>, writer: Option<&str>, lexicon: Lexicon<'_>) -> Vec<Part<'a>> {
    let words = piece.words();
    let mut parts = Vec::new();
    let mut from = 0;
    let name_at = name_position(&words, writer, lexicon);
    if let Some((first, last, name)) = name_at {
        parts.extend(nouns(piece, words.get(..first).unwrap_or_default(), lexicon));
        parts.push(Part { kind: Kind::Name, piece: name });
        if let Some(title) = words.get(last).and_then(|word| attached_title(*word, name, lexicon)) {
            parts.push(Part { kind: Kind::Position, piece: title });
        }
        from = last + 1;
    }
    parts.extend(nouns(piece, words.get(from..).unwrap_or_default(), lexicon));
    let says = |part: &Part<'_>| matches!(part.kind, Kind::Name | Kind::Position | Kind::Institution | Kind::Unit);
    let is_sentence = words.last().is_some_and(|word| lexicon.is(|w| &w.enders, word.text)) && name_at.is_none();
    if is_sentence || !parts.iter().any(says) {
        parts.clear();
    }
    if parts.is_empty() { vec![Part { kind: Kind::Other, piece }] } else { parts }
}

/// The words from..=to that hold the name, and the name in them.
fn name_position<'a>(
    words: &[Piece<'a>],
    writer: Option<&str>,
    lexicon: Lexicon<'_>,
) -> Option<(usize, usize, Piece<'a>)> {
    let writer: Option<String> = writer.map(|writer| writer.split_whitespace().collect());
    for (at, word) in words.iter().enumerate() {
        if let Some(writer) = &writer
            && word.text.starts_with(writer.as_str())
        {
            return Some((at, at, word.part(0, writer.len())));
        }
        if let (Some(writer), Some(next)) = (&writer, words.get(at + 1))
            && word.text.chars().all(is_hangul)
            && next.text.trim_end_matches(|c| !is_hangul(c)).chars().count() <= 3
            && format!("{}{}", word.text, next.text) == *writer
        {
            let whole = Piece { text: word.text, ..*word };
            return Some((at, at + 1, whole));
        }
    }
    let is_noun = |word: &Piece<'_>| lexicon.is(|w| &w.institutions, word.text) || lexicon.is(|w| &w.units, word.text);
    words.iter().enumerate().find_map(|(at, word)| {
        let found = name::korean_in(strip_particles(*word, lexicon).text, lexicon)?;
        let beside_role = |index: Option<usize>| {
            let neighbour = index.and_then(|index| words.get(index));
            neighbour.is_some_and(|next| lexicon.is(|w| &w.roles, strip_particles(*next, lexicon).text))
        };
        let is_role = lexicon.is(|w| &w.roles, strip_particles(*word, lexicon).text) && !word.text.starts_with(&found);
        let carries_title =
            word.text.len() > found.len() && lexicon.is(|w| &w.roles, strip_particles(*word, lexicon).text);
        let near = beside_role(Some(at + 1)) || beside_role(at.checked_sub(1)) || carries_title;
        let likely = found.chars().count() == 3 && near && !is_noun(word) && !is_role;
        likely.then(|| (at, at, word.part(0, found.len())))
    })
}

fn attached_title<'a>(word: Piece<'a>, name: Piece<'a>, lexicon: Lexicon<'_>) -> Option<Piece<'a>> {
    let bare = strip_particles(word, lexicon);
    let rest = bare.text.strip_prefix(name.text).filter(|rest| !rest.is_empty())?;
    lexicon.is(|w| &w.roles, rest).then(|| bare.sub(rest))
}

/// Organization and position among the words before a name or at the end of a phrase, read from the end: the position
/// ("… 연구위원"), the verb that ties it to an organization ("에서 간사로 일하는"), the organization.
pub(super) fn nouns<'a>(piece: Piece<'a>, words: &[Piece<'a>], lexicon: Lexicon<'_>) -> Vec<Part<'a>> {
    let is_break = |word: &Piece<'_>| lexicon.is(|w| &w.breaks, word.text.trim_end_matches(['.', ',', '!']));
    let start = words.iter().rposition(is_break).map_or(0, |at| at + 1);
    let mut rest = words.get(start..).unwrap_or_default();
    let mut position = positions(piece, &mut rest, lexicon);
    let mut tied = false;
    while let Some((last, before)) = rest.split_last() {
        let bare = strip_particles(*last, lexicon);
        let known = lexicon.is(|w| &w.institutions, bare.text) || lexicon.is(|w| &w.units, bare.text);
        let verb = !known
            && [
                lexicon.is(|w| &w.links, last.text),
                lexicon.is(|w| &w.clause_ends, last.text),
                lexicon.is(|w| &w.enders, last.text),
            ]
            .contains(&true);
        let object =
            tied && last.text.strip_prefix(bare.text).is_some_and(|particle| lexicon.is(|w| &w.objects, particle));
        if !verb && !object {
            break;
        }
        if position.is_none() && lexicon.is(|w| &w.roles, bare.text) {
            position = Some(bare);
        }
        tied = true;
        rest = before;
    }
    if position.is_none() && tied {
        position = positions(piece, &mut rest, lexicon);
    }
    let organization = organization(piece, rest, lexicon);
    let position = position.map(|piece| Part { kind: Kind::Position, piece });
    organization.into_iter().chain(position).collect()
}

/// Takes the positions at the end of the words.
fn positions<'a>(piece: Piece<'a>, rest: &mut &[Piece<'a>], lexicon: Lexicon<'_>) -> Option<Piece<'a>> {
    let is_role = |word: &&Piece<'_>| lexicon.is(|w| &w.roles, strip_particles(**word, lexicon).text);
    let count = rest.iter().rev().take_while(is_role).count();
    let (before, roles) = rest.split_at(rest.len() - count);
    *rest = before;
    let last = strip_particles(*roles.last()?, lexicon);
    let from = roles.first()?.start - piece.start;
    Some(piece.part(from, last.start + last.text.len() - piece.start))
}

/// The organization at the end of the words: nouns that belong together. A word that carries a particle, or is no
/// noun, ends the chain; a town is none.
fn organization<'a>(piece: Piece<'a>, words: &[Piece<'a>], lexicon: Lexicon<'_>) -> Option<Part<'a>> {
    let is_known = |word: &str| lexicon.is(|w| &w.institutions, word) || lexicon.is(|w| &w.units, word);
    let (last, before) = words.split_last()?;
    let bare = strip_particles(*last, lexicon);
    let particle = last.text.strip_prefix(bare.text).unwrap_or_default();
    let is_plain = |word: &&Piece<'_>| {
        let same = strip_particles(**word, lexicon).text.len() == word.text.trim_end_matches(['.', ',', '!']).len();
        let verb = lexicon.is(|w| &w.clause_ends, word.text) || lexicon.is(|w| &w.enders, word.text);
        is_known(word.text) || same && !verb
    };
    let count = before.iter().rev().take_while(is_plain).count();
    let chain = before.get(before.len() - count..)?;
    let from = chain.first().unwrap_or(last).start - piece.start;
    let text = piece.part(from, bare.start + bare.text.len() - piece.start);
    let located = lexicon.is(|w| &w.locatives, particle);
    let kind = if chain.iter().any(|word| is_known(word.text)) || lexicon.is(|w| &w.institutions, bare.text) {
        Kind::Institution
    } else if lexicon.is(|w| &w.units, bare.text) {
        Kind::Unit
    } else if chain.is_empty() && lexicon.is(|w| &w.towns, bare.text)
        || chain.len() > 3
        || bare.text.chars().count() < 2
    {
        return None;
    } else if located {
        Kind::Institution
    } else {
        Kind::Proper
    };
    Some(Part { kind, piece: text })
}

/// A word without the particles or the copula at its end.
pub(super) fn strip_particles<'a>(word: Piece<'a>, lexicon: Lexicon<'_>) -> Piece<'a> {
    let text = word.text.trim_end_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '’' | '”' | '"' | ')'));
    let known = |text: &str| {
        let lists: [fn(&Words) -> &WordList; 4] = [|w| &w.roles, |w| &w.institutions, |w| &w.units, |w| &w.towns];
        lists.iter().any(|list| lexicon.is(list, text))
    };
    if known(text) {
        return Piece { text, ..word };
    }
    let shorter =
        lexicon.particles().filter_map(|particle| text.strip_suffix(particle)).filter(|rest| rest.chars().count() >= 2);
    match shorter.min_by_key(|rest| rest.len()) {
        Some(rest) if known(rest) => Piece { text: rest, ..word },
        Some(rest) => {
            let more = lexicon.particles().filter_map(|particle| rest.strip_suffix(particle)).find(|rest| known(rest));
            Piece { text: more.unwrap_or(rest), ..word }
        }
        None => Piece { text, ..word },
    }
}

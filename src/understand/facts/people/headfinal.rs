//! Phrases of languages that put the head last and hang particles on nouns (Korean): organization, position, name,
//! in this order or with the position behind the name.

use super::name;
use super::phrase::{Kind, Part};
use super::pieces::{Piece, is_hangul};
use super::words::Lexicon;

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

/// Organization and position in a chain of nouns: the last words that are a position, and what stands before them.
pub(super) fn nouns<'a>(piece: Piece<'a>, words: &[Piece<'a>], lexicon: Lexicon<'_>) -> Vec<Part<'a>> {
    let bare: Vec<Piece<'a>> =
        words.iter().map(|word| strip_particles(*word, lexicon)).filter(|word| !word.text.is_empty()).collect();
    let is_break = |word: &Piece<'_>| lexicon.is(|w| &w.breaks, word.text);
    let start = words.iter().rposition(is_break).map_or(0, |at| at + 1);
    let bare = bare.get(start..).unwrap_or_default();
    let is_role = |word: &&Piece<'_>| lexicon.is(|w| &w.roles, word.text);
    let mut parts = Vec::new();
    let Some(role) = bare.iter().rposition(|word| is_role(&word)) else {
        if let Some(organization) = organization(piece, bare, lexicon) {
            parts.push(organization);
        }
        return parts;
    };
    let first = bare.get(..role).unwrap_or_default().iter().rev().take_while(is_role).count();
    let (before, roles) = bare.split_at(role - first);
    if let Some(organization) = organization(piece, before, lexicon) {
        parts.push(organization);
    }
    if let Some(position) = piece.around(roles.get(..=first).unwrap_or(roles)) {
        parts.push(Part { kind: Kind::Position, piece: position });
    }
    parts
}

fn organization<'a>(piece: Piece<'a>, words: &[Piece<'a>], lexicon: Lexicon<'_>) -> Option<Part<'a>> {
    let words = chain(piece, words, lexicon);
    let text = piece.around(words)?;
    let known = |word: &Piece<'_>| lexicon.is(|w| &w.institutions, word.text);
    let unit = |word: &Piece<'_>| lexicon.is(|w| &w.units, word.text);
    let kind = if words.iter().any(known) {
        Kind::Institution
    } else if words.iter().any(unit) {
        Kind::Unit
    } else if words.len() <= 3 {
        Kind::Proper
    } else {
        Kind::Other
    };
    Some(Part { kind, piece: text })
}

/// The nouns at the end that belong together: a word that carried a particle, or is no noun, ends the chain.
fn chain<'a, 'b>(piece: Piece<'a>, words: &'b [Piece<'a>], lexicon: Lexicon<'_>) -> &'b [Piece<'a>] {
    let breaks = |word: &Piece<'a>| {
        let end = word.start + word.text.len() - piece.start;
        let after = piece.text.get(end..).unwrap_or_default();
        let stripped = !after.is_empty() && !after.starts_with([' ', ',', ')', '(', '.', '\'', '’']);
        let known = lexicon.is(|w| &w.institutions, word.text) || lexicon.is(|w| &w.units, word.text);
        stripped || (!known && (lexicon.is(|w| &w.clause_ends, word.text) || lexicon.is(|w| &w.enders, word.text)))
    };
    let verbal =
        |word: &Piece<'_>| !lexicon.is(|w| &w.institutions, word.text) && lexicon.is(|w| &w.clause_ends, word.text);
    if words.last().is_some_and(verbal) {
        return &[];
    }
    let last = words.len().saturating_sub(1);
    let broken = words.iter().take(last).rposition(breaks);
    words.get(broken.map_or(0, |at| at + 1)..).unwrap_or_default()
}

/// A word without the particles or the copula at its end.
pub(super) fn strip_particles<'a>(word: Piece<'a>, lexicon: Lexicon<'_>) -> Piece<'a> {
    let text = word.text.trim_end_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '’' | '”' | '"' | ')'));
    let known = |text: &str| {
        lexicon.is(|w| &w.roles, text) || lexicon.is(|w| &w.institutions, text) || lexicon.is(|w| &w.units, text)
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

//! Phrases and introductions in scripts without spaces (Japanese, Chinese): the ends of institutions and positions,
//! and small words between, take a stretch of text apart: organization, position, name.

use super::boundaries::{
    CLOSING, List, all_ends, all_of, behind_break, behind_clause, family_behind, find, last_end, quoted, without_links,
};
use super::candidate::{Candidate, Witness, of_parts};
use super::mail::Mail;
use super::name;
use super::phrase::{Kind, Part};
use super::pieces::{self, Piece};
use super::words::Lexicon;
use crate::event::Field;
use crate::understand::facts::evidence::Source;
use crate::understand::script::{is_han, is_kana};

/// No phrase of a signature has more letters.
const PHRASE: usize = 36;
/// The name of a part of an organization has no fewer: "社会部".
const UNIT: usize = 3;

/// Reads a piece such as "北都新聞社会部長の山田太郎" or "东海研究所研究员".
pub(super) fn read<'a>(piece: Piece<'a>, writer: Option<&str>, lexicon: Lexicon<'_>) -> Vec<Part<'a>> {
    let other = || vec![Part { kind: Kind::Other, piece }];
    // "（やまだ たろう）": how a name is read.
    if piece.text.chars().count() > PHRASE || is_reading(piece) {
        return other();
    }
    let parts = phrase(piece, writer, lexicon);
    let sentence =
        lexicon.ending(|w| &w.enders, piece.text).is_some() && !parts.iter().any(|part| part.kind == Kind::Name);
    if parts.is_empty() || sentence { other() } else { parts }
}

/// Organization, position and name of one phrase.
fn phrase<'a>(piece: Piece<'a>, writer: Option<&str>, lexicon: Lexicon<'_>) -> Vec<Part<'a>> {
    if let Some((from, to)) =
        writer.and_then(|writer| find(piece.text, writer).or_else(|| family_behind(piece.text, writer)))
    {
        return around(piece, from, to, lexicon);
    }
    let bare = without_links(piece, lexicon);
    match name_in(bare, lexicon) {
        Some(name) => around(bare, name.start - bare.start, name.start - bare.start + name.text.len(), lexicon),
        None => nouns(bare, lexicon),
    }
}

/// What stands before a name, the name, and what stands behind it.
fn around<'a>(piece: Piece<'a>, from: usize, to: usize, lexicon: Lexicon<'_>) -> Vec<Part<'a>> {
    let behind = piece.part(to, piece.text.len());
    let before = behind_break(piece.part(0, from), lexicon).0;
    let mut parts = nouns(without_links(before, lexicon), lexicon);
    parts.push(Part { kind: Kind::Name, piece: piece.part(from, to) });
    let behind = without_links(behind, lexicon);
    let title = lexicon.is(|w| &w.degrees, behind.text) && !lexicon.is(|w| &w.roles, behind.text);
    if !behind.text.is_empty() && !title {
        parts.extend(nouns(behind, lexicon));
    }
    parts
}

/// Organization and position: "…研究所で研究員", "…大学教授".
fn nouns<'a>(piece: Piece<'a>, lexicon: Lexicon<'_>) -> Vec<Part<'a>> {
    let position = |piece: Piece<'a>, from| Part { kind: Kind::Position, piece: piece.part(from, piece.text.len()) };
    for (at, word) in all_of(piece.text, |w| &w.locatives, lexicon) {
        let place = piece.part(0, at);
        let rest = without_links(piece.part(at + word, piece.text.len()), lexicon);
        if is_place(place, lexicon) {
            let held = role(rest, lexicon).map(|from| position(rest, from));
            return organization(place, lexicon).into_iter().chain(held).collect();
        }
    }
    match role(piece, lexicon) {
        Some(from) => {
            let before = without_links(piece.part(0, from), lexicon);
            organization(before, lexicon).into_iter().chain([position(piece, from)]).collect()
        }
        // Words alone that name nothing known may be anything.
        None => organization(piece, lexicon).into_iter().filter(|part| part.kind != Kind::Proper).collect(),
    }
}

/// Where the position at the end of a phrase begins: behind the last institution, part of one, or small word before
/// the noun that names it.
fn role(piece: Piece<'_>, lexicon: Lexicon<'_>) -> Option<usize> {
    let noun = lexicon.ending(|w| &w.roles, piece.text)?;
    let end = piece.text.len() - noun.len();
    let before = piece.text.get(..end)?;
    let institution = last_end(before, |w| &w.institutions, lexicon);
    let unit = last_end(before, |w| &w.units, lexicon);
    let small: [List; 4] = [|w| &w.genitives, |w| &w.locatives, |w| &w.clause_ends, |w| &w.breaks];
    let joint = small.iter().flat_map(|list| all_of(before, *list, lexicon)).map(|(at, word)| at + word).max();
    let gap = before.rfind(|letter: char| letter.is_whitespace() || CLOSING.contains(&letter));
    let space = gap.and_then(|at| Some(at + before.get(at..)?.chars().next()?.len_utf8()));
    // "プログラム・マネージャー": what a dot joins is one noun.
    let part = if before.ends_with('・') { None } else { institution.max(unit) };
    // "国際・広報部長": up to the last boundary; without one, a few letters may belong to the position.
    let from = [part, joint, space].into_iter().flatten().max();
    let modifies = before.chars().count() <= 4 || before.ends_with('・');
    from.or_else(|| modifies.then_some(0)).or(Some(end))
}

/// The organization that a phrase is.
fn organization<'a>(piece: Piece<'a>, lexicon: Lexicon<'_>) -> Option<Part<'a>> {
    let piece = behind_clause(piece, lexicon);
    if let Some(inside) = quoted(piece) {
        return Some(Part { kind: Kind::Institution, piece: inside });
    }
    if piece.text.is_empty() || piece.text.starts_with(|letter: char| letter.is_ascii_digit()) {
        return None;
    }
    let piece = piece.text.split_once(char::is_whitespace).map_or(piece, |(first, rest)| {
        // "…大学 法学部", but not "財団法人 …".
        let whole = is_place(piece.sub(first), lexicon) && !lexicon.is(|w| &w.common_alone, first);
        if whole && is_place(piece.sub(rest), lexicon) { piece.sub(first) } else { piece }
    });
    // "…会" is none in "…会議": a letter right behind makes it another word, unless a part of it follows.
    let ends = all_ends(piece.text, |w| &w.institutions, lexicon);
    let end = ends.into_iter().rev().find(|end| {
        let rest = piece.text.get(*end..).unwrap_or_default();
        !rest.starts_with(is_han) || rest.chars().count() >= UNIT && lexicon.is(|w| &w.units, rest)
    });
    let joint = |end: &usize| all_of(piece.text, |w| &w.genitives, lexicon).iter().any(|(at, _)| at == end);
    let whole = |kind| Some(Part { kind, piece });
    let Some(end) = end else {
        let unit = lexicon.is(|w| &w.units, piece.text);
        let letters = piece.text.chars().count();
        let other =
            letters > 16 || lexicon.is(|w| &w.enders, piece.text) || !piece.text.chars().any(char::is_alphabetic);
        return whole(if other {
            Kind::Other
        } else if unit {
            Kind::Unit
        } else {
            Kind::Proper
        });
    };
    let rest = piece.part(end, piece.text.len());
    if lexicon.is(|w| &w.common_alone, piece.text) || lexicon.is(|w| &w.labels.other, piece.text) {
        return whole(Kind::Other);
    }
    // "…大学法学部": a part of it says no more than the whole.
    if rest.text.is_empty() || !lexicon.is(|w| &w.units, rest.text) && !joint(&end) {
        return whole(Kind::Institution);
    }
    Some(Part { kind: Kind::Institution, piece: piece.part(0, end) })
}

/// Whether a text ends as the name of an organization does, or in quotation marks.
fn is_place(piece: Piece<'_>, lexicon: Lexicon<'_>) -> bool {
    let text = piece.text.trim_end();
    text.ends_with(CLOSING)
        || [lexicon.ending(|w| &w.institutions, text), lexicon.ending(|w| &w.units, text)].iter().any(Option::is_some)
}

/// A name without the help of From: behind a position, an institution or a small word, or alone.
fn name_in<'a>(piece: Piece<'a>, lexicon: Lexicon<'_>) -> Option<Piece<'a>> {
    let ends = [
        all_ends(piece.text, |w| &w.roles, lexicon),
        all_ends(piece.text, |w| &w.institutions, lexicon),
        all_ends(piece.text, |w| &w.units, lexicon),
        all_of(piece.text, |w| &w.genitives, lexicon).into_iter().map(|(at, word)| at + word).collect(),
        vec![0],
    ];
    let mut starts: Vec<usize> = ends.concat();
    starts.sort_unstable();
    starts.dedup();
    starts.into_iter().rev().find_map(|from| {
        let rest = piece.part(from, piece.text.len());
        let title = lexicon.ending(|w| &w.roles, rest.text).map_or(0, str::len);
        let named = rest.part(0, rest.text.len() - title);
        (from > 0 || title > 0 || named.text.contains(char::is_whitespace))
            .then_some(named)
            .filter(|named| name::is_unspaced_name(named.text, lexicon))
    })
}

/// Whether a line is a sentence, rather than a line of a block.
pub(super) fn is_spoken(text: &str, lexicon: Lexicon<'_>) -> bool {
    text.contains(['。', '！', '？']) || lexicon.ending(|w| &w.enders, text).is_some()
}

/// Positions and institutions that a piece mentions.
pub(super) fn mentions<'a>(piece: Piece<'a>, lexicon: Lexicon<'_>) -> Vec<Part<'a>> {
    let (rest, _) = behind_break(piece, lexicon);
    let rest = without_links(rest, lexicon);
    if rest.text.chars().count() > PHRASE { Vec::new() } else { nouns(rest, lexicon) }
}

/// What a sentence says of the one who wrote it: beside his name, or in the words of an introduction.
pub(super) fn introductions(mail: &Mail<'_>, sentence: Piece<'_>) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    let clauses = pieces::split(sentence);
    for (at, clause) in clauses.iter().enumerate() {
        let named = mail.writer.as_deref().and_then(|writer| find(clause.text, writer)).is_some();
        let (rest, led) = behind_break(*clause, mail.lexicon);
        let rest = if named && mail.writer.as_deref().and_then(|writer| find(rest.text, writer)).is_none() {
            *clause
        } else {
            rest
        };
        let linked = without_links(rest, mail.lexicon).text.len() < rest.text.len();
        if !named && !led && !linked {
            continue;
        }
        let mut parts = phrase(rest, mail.writer.as_deref(), mail.lexicon);
        if let Some((from, to)) = mail.writer.as_deref().and_then(|writer| find(clause.text, writer)) {
            let (piece, witness) = (clause.part(from, to), Witness::new(Source::Prose, "introduction", 0.9));
            candidates.extend(
                name::clean(piece.text, mail.lexicon).map(|name| Candidate::read(Field::Name, name, piece, witness)),
            );
            // "…大学、教授の…", "…（…研究所 研究員）": the pieces beside the name go on.
            let beside = [at.checked_sub(1), Some(at + 1)].into_iter().flatten().filter_map(|at| clauses.get(at));
            let beside = beside
                .flat_map(|piece| read(behind_break(*piece, mail.lexicon).0, mail.writer.as_deref(), mail.lexicon));
            parts.extend(beside.filter(|part| matches!(part.kind, Kind::Position | Kind::Institution)));
        }
        parts.retain(|part| !mail.is_of_event(part.piece.text));
        let says = parts.iter().any(|part| part.kind == Kind::Position);
        if named || says {
            let witness = if named {
                Witness::new(Source::Prose, "introduction", 0.88)
            } else {
                Witness::new(Source::Prose, "position in a sentence", 0.8)
            };
            candidates.extend(of_parts(&parts, witness, mail.lexicon));
        }
    }
    candidates
}

/// The names by which a sentence introduces its writer.
pub(super) fn introduced<'a>(mail: &Mail<'_>, sentence: Piece<'a>) -> Vec<Piece<'a>> {
    let clauses = pieces::split(sentence);
    let shown = clauses.iter().enumerate().filter_map(|(at, clause)| {
        let (rest, led) = behind_break(*clause, mail.lexicon);
        let bare = without_links(rest, mail.lexicon);
        let linked = bare.text.len() < rest.text.len();
        let alone =
            || Some(bare).filter(|bare| (led || linked || at == 0) && name::is_unspaced_name(bare.text, mail.lexicon));
        name_in(bare, mail.lexicon).or_else(alone)
    });
    let told = clauses.iter().filter_map(|clause| called(mail, *clause));
    let spelled = clauses.windows(2).filter_map(|pair| match pair {
        [name, reading] => spelled_out(mail, *name, *reading),
        _ => None,
    });
    shown.chain(told).chain(spelled).collect()
}

/// "（やまだ たろう）": how a name is read.
fn is_reading(piece: Piece<'_>) -> bool {
    piece.bracketed && piece.text.chars().all(|c| is_kana(c) || c.is_whitespace() || c == '・')
}

/// "山田太郎（やまだ たろう）", "山田太郎 (Taro Yamada)": what is spelled out, in kana or as From has it, is a name.
fn spelled_out<'a>(mail: &Mail<'_>, before: Piece<'a>, reading: Piece<'_>) -> Option<Piece<'a>> {
    let latin = reading.text.chars().any(|c| c.is_ascii_alphabetic());
    let from = latin && mail.sender.name.as_deref().is_some_and(|name| name::agree(name, reading.text));
    let spelled = reading.bracketed && (is_reading(reading) || from);
    last_noun(mail, without_links(behind_break(before, mail.lexicon).0, mail.lexicon))
        .filter(|found| spelled && !mail.lexicon.is(|w| &w.surnames, found.text))
}

/// "…と申します", "我叫…": so clear that the family name need not be known.
fn called<'a>(mail: &Mail<'_>, clause: Piece<'a>) -> Option<Piece<'a>> {
    let lexicon = mail.lexicon;
    let before = lexicon.find_first(|w| &w.name_precedes, clause.text).map(|(end, _)| clause.part(0, end));
    let behind =
        lexicon.find_first(|w| &w.name_follows, clause.text).map(|(_, end)| clause.part(end, clause.text.len()));
    last_noun(mail, behind_break(before.or(behind)?, lexicon).0)
}

/// What stands behind the last position or small word, if a name may be of that form.
fn last_noun<'a>(mail: &Mail<'_>, phrase: Piece<'a>) -> Option<Piece<'a>> {
    let lexicon = mail.lexicon;
    let joint = all_of(phrase.text, |w| &w.genitives, lexicon).into_iter().map(|(at, word)| at + word);
    let role = all_ends(phrase.text, |w| &w.roles, lexicon).into_iter();
    let start = joint.chain(role).filter(|end| *end < phrase.text.len()).max().unwrap_or_default();
    let found = phrase.part(start, phrase.text.len());
    Some(found)
        .filter(|found| (2..=8).contains(&found.text.chars().count()) && name::clean(found.text, lexicon).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::understand::language::Languages;

    #[test]
    fn a_phrase_without_spaces_is_taken_apart_where_institution_and_position_end() {
        let lexicon = Lexicon(Languages::built_in());
        for (phrase, wanted) in [
            (
                "北都大学教授の山田太郎",
                vec![(Kind::Institution, "北都大学"), (Kind::Position, "教授"), (Kind::Name, "山田太郎")],
            ),
            ("港湾新聞 経済部長", vec![(Kind::Institution, "港湾新聞"), (Kind::Position, "経済部長")]),
            ("北都大学文学部", vec![(Kind::Institution, "北都大学")]),
            ("株式会社みなと書房", vec![(Kind::Institution, "株式会社みなと書房")]),
            ("プログラム・マネージャー", vec![(Kind::Position, "プログラム・マネージャー")]),
            (
                "东海研究所研究员李建国",
                vec![(Kind::Institution, "东海研究所"), (Kind::Position, "研究员"), (Kind::Name, "李建国")],
            ),
            ("王丽君律师", vec![(Kind::Name, "王丽君"), (Kind::Position, "律师")]),
            ("楽しみにしています", vec![(Kind::Other, "楽しみにしています")]),
        ] {
            let parts = read(Piece::whole(phrase), None, lexicon);
            let parts: Vec<(Kind, &str)> = parts.iter().map(|part| (part.kind, part.piece.text)).collect();
            assert_eq!(parts, wanted, "{phrase}");
        }
    }
}

//! Several people in running words: "Anna Weber (Referentin) and I", "me, Anna Weber, and Mr Karl Oak, our director".
//!
//! Where the mail says that more than one comes, everybody named is counted; each gets what stands beside his name,
//! and everybody what is said once for all.

use super::candidate::Candidate;
use super::labels::{Entry, Label};
use super::mail::Mail;
use super::mention::{self, Mention};
use super::pieces::{self, Piece, is_hangul};
use super::{Person, name, portrait, principal, romanize};
use crate::event::Field;

/// What must speak for a name before it is somebody who comes.
const ENOUGH: f32 = 0.5;
/// What must speak for a name where the mail does not say in so many words that several come.
const SURE: f32 = 0.6;
/// A name that the net sees less surely than this is none.
const FAINT: f32 = 0.3;
/// Where the net finds it less likely than this that several people come, names are only mentioned.
const FEW: f32 = 0.04;
/// Fewer words than this lead on from a name to what is said of him and the one named next.
pub(super) const BESIDE: usize = 12;

/// Somebody of whom the mail speaks.
#[derive(Debug, Default)]
pub(super) struct Someone {
    /// His name, as fully as the mail writes it.
    pub(super) name: Option<String>,
    /// Where he is mentioned, in the order of the text.
    pub(super) mentions: Vec<usize>,
    pub(super) is_writer: bool,
}

/// The people, if the mail says that several come and names more than one.
pub(super) fn read(mail: &Mail<'_>, entries: &[Entry<'_>], identified: &[Candidate]) -> Option<Vec<Person>> {
    let [_, _, several] = mail.witness.people();
    if several < FEW && !entries.iter().any(|entry| entry.label == Label::Asks(Field::Name)) {
        return None;
    }
    let mut mentions = mention::all(mail);
    let labelled = in_labels(mail, entries, &mut mentions);
    let has_form = entries.iter().any(|entry| entry.label == Label::Asks(Field::Name));
    if labelled < 2 && (has_form || !says_several(mail, &mentions)) {
        return None;
    }
    let joins_writer = coordinate(mail, &mut mentions);
    let people = people(mail, &mentions, identified, joins_writer);
    (people.len() > 1).then(|| portrait::described(mail, &mentions, &people, identified))
}

/// How many people the values of labels name that ask for names ("Participants: Anna Weber, Karl Oak").
fn in_labels(mail: &Mail<'_>, entries: &[Entry<'_>], mentions: &mut [Mention<'_>]) -> usize {
    let labels = entries.iter().filter(|entry| entry.label == Label::Asks(Field::Name));
    let values: Vec<Piece<'_>> = labels.flat_map(|entry| pieces::split(entry.value)).collect();
    let is_and = |word: &Piece<'_>| mail.lexicon.is(|w| &w.conjunctions, word.text);
    let mut names: Vec<String> = Vec::new();
    for mention in mentions.iter_mut() {
        let Some(name) = mention.name.as_deref().filter(|name| name::is_person(name, mail.lexicon)) else { continue };
        let Some(value) = values.iter().find(|value| !value.bracketed && value.span().contains(&mention.piece.span()))
        else {
            continue;
        };
        let (before, after) = (mention.from.saturating_sub(value.start), mention.end().saturating_sub(value.start));
        let (before, after) = (value.part(0, before).words(), value.part(after, value.text.len()).words());
        let alone = before.last().is_none_or(is_and) && after.first().is_none_or(is_and);
        if alone {
            if !names.iter().any(|other| is_same(other, name)) {
                names.push(name.to_owned());
            }
            mention.weight += SURE;
        }
    }
    names.len()
}

/// Whether the mail says that more than one comes: in so many words, by "my colleague Anna Weber", or by joining names
/// with "and".
fn says_several(mail: &Mail<'_>, mentions: &[Mention<'_>]) -> bool {
    let is_whole = |mention: &Mention<'_>| {
        mention.weight >= ENOUGH && mention.name.as_deref().is_some_and(|name| name::is_person(name, mail.lexicon))
    };
    let joined = mentions.windows(2).any(|pair| {
        let [one, other] = pair else { return false };
        let is_whole = |mention: &Mention<'_>| is_whole(mention) && mention.weight >= SURE;
        let both = is_whole(one) && is_whole(other) || one.name.is_none() && is_whole(other);
        (both || other.name.is_none() && is_whole(one)) && says_and(mail, one, other) && are_joined(mail, one, other)
    });
    let mut names: Vec<&str> = Vec::new();
    let tagged = mentions.iter().filter(|mention| is_whole(mention) && mention.weight >= SURE).filter(|mention| {
        let mut names = mail.witness.tagged(Field::Name).filter(|tagged| tagged.probability >= 0.5);
        names.any(|tagged| tagged.span.is_some_and(|span| span.contains(&mention.piece.span())))
    });
    for name in tagged.filter_map(|mention| mention.name.as_deref()) {
        if !names.iter().any(|other| is_same(other, name)) {
            names.push(name);
        }
    }
    joined
        || names.len() > 1
        || mentions.iter().any(|mention| mention.accompanies && is_whole(mention))
        || mail.lexicon.find_first(|w| &w.several, mail.text).is_some()
}

/// Lends weight to those named together; whether the writer is one of them.
fn coordinate(mail: &Mail<'_>, mentions: &mut [Mention<'_>]) -> bool {
    let mut joins_writer = false;
    let pairs: Vec<usize> = (1..mentions.len())
        .filter(|at| {
            mentions.get(at - 1..=*at).is_some_and(|pair| matches!(pair, [one, other] if are_joined(mail, one, other)))
        })
        .collect();
    for at in pairs.iter().copied().chain(pairs.iter().rev().copied()) {
        let Some([one, other]) = mentions.get_mut(at - 1..=at) else { continue };
        let with_writer = one.name.is_none() != other.name.is_none();
        joins_writer |= with_writer;
        let likely = one.weight.max(other.weight) >= ENOUGH && one.weight.min(other.weight) >= 0.2;
        if with_writer || likely || one.weight.max(other.weight) >= ENOUGH && says_and(mail, one, other) {
            one.weight = one.weight.max(ENOUGH);
            other.weight = other.weight.max(ENOUGH);
        }
    }
    joins_writer
}

fn says_and(mail: &Mail<'_>, one: &Mention<'_>, other: &Mention<'_>) -> bool {
    let between = Piece::whole(mail.text.get(one.end()..other.from).unwrap_or_default());
    between.words().iter().any(|word| mail.lexicon.is(|w| &w.conjunctions, word.text))
}

/// Whether two stand together: nothing between them but what they are, "and" or a comma.
pub(super) fn are_joined(mail: &Mail<'_>, one: &Mention<'_>, other: &Mention<'_>) -> bool {
    let Some(between) = mail.text.get(one.end()..other.from).filter(|_| one.sentence == other.sentence) else {
        return false;
    };
    let is_and = |word: &Piece<'_>| mail.lexicon.is(|w| &w.conjunctions, word.text);
    if one.piece.text.chars().any(is_hangul) || other.piece.text.chars().any(is_hangul) {
        let pieces = pieces::split(Piece::whole(between));
        let outside: Vec<Piece<'_>> =
            pieces.into_iter().filter(|piece| !piece.bracketed).flat_map(Piece::words).collect();
        let noun =
            |word: &Piece<'_>| mail.lexicon.is(|w| &w.roles, word.text) || mail.lexicon.is(|w| &w.family, word.text);
        let links = between.contains([',', '/', '·', '、']) || outside.first().is_some_and(is_and);
        return links && outside.len() <= 4 && outside.iter().all(|word| is_and(word) || noun(word));
    }
    let words = Piece::whole(between).words();
    let verbal =
        |word: &Piece<'_>| mail.lexicon.is(|w| &w.verbal, word.text) || word.text.chars().any(|c| c.is_ascii_digit());
    let apposed = words.is_empty() && one.name.is_none() != other.name.is_none();
    let links = apposed || between.contains(',') || words.iter().any(is_and);
    links && words.len() <= BESIDE && !between.contains(';') && !words.iter().any(verbal)
}

/// Who is spoken of, each with his mentions. The writer comes where he is named with others or says that he does.
fn people(mail: &Mail<'_>, mentions: &[Mention<'_>], identified: &[Candidate], joins_writer: bool) -> Vec<Someone> {
    let introduced =
        identified.iter().filter(|candidate| candidate.field == Field::Name && candidate.rule == "introduction");
    let writers: Vec<&str> =
        introduced.map(|candidate| candidate.value.as_str()).chain(mail.writer.as_deref()).collect();
    let mut people: Vec<Someone> = Vec::new();
    let mut order: Vec<usize> = (0..mentions.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(mentions.get(*at).and_then(|m| m.name.as_deref()).map_or(0, name_words)));
    for at in order {
        let Some(mention) = mentions.get(at) else { continue };
        let is_writer = mention.name.as_deref().is_none_or(|name| writers.iter().any(|writer| is_same(writer, name)));
        let again = mentions.iter().position(|other| is_repeated(mail, other, mention));
        let same = |someone: &&mut Someone| {
            again.is_some_and(|again| someone.mentions.contains(&again))
                || is_writer && someone.is_writer
                || matches!((&someone.name, &mention.name), (Some(one), Some(other)) if is_same(one, other))
        };
        match people.iter_mut().find(same) {
            Some(someone) => someone.mentions.push(at),
            None => {
                let name = mention.name.clone().or_else(|| mail.writer.clone());
                people.push(Someone { name, mentions: vec![at], is_writer });
            }
        }
    }
    let weight = |someone: &Someone| {
        someone.mentions.iter().filter_map(|at| mentions.get(*at)).map(|mention| mention.weight).fold(0.0, f32::max)
    };
    let accompanied = mentions.iter().any(|mention| mention.accompanies);
    people.retain(|someone| {
        if someone.is_writer {
            let named =
                someone.mentions.iter().filter_map(|at| mentions.get(*at)).any(|mention| mention.name.is_some());
            joins_writer || accompanied || named && weight(someone) > ENOUGH || !principal::is_deputy(mail) && named
        } else {
            weight(someone) >= ENOUGH
        }
    });
    for someone in &mut people {
        someone.mentions.sort_unstable();
    }
    people.sort_by_key(|someone| someone.mentions.first().copied());
    people
}

/// Whether two names are one person's, in one script or in two.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    let (korean, latin) = if one.chars().any(is_hangul) { (one, other) } else { (other, one) };
    let two_scripts = korean.chars().any(is_hangul) && !latin.chars().any(is_hangul);
    let sounds = |family: usize| {
        let given: String = korean.chars().skip(family).collect();
        !given.is_empty() && romanize::sounds_like(&given, latin)
    };
    name::agree(one, other) || two_scripts && (sounds(1) || sounds(2) && korean.chars().count() > 2)
}

/// Whether a name is written again in another script: "Grace Ha (하은혜)".
fn is_repeated(mail: &Mail<'_>, one: &Mention<'_>, other: &Mention<'_>) -> bool {
    let between = mail.text.get(one.end()..other.from).unwrap_or_default();
    let is_korean = |mention: &Mention<'_>| mention.piece.text.chars().any(is_hangul);
    between.trim() == "(" && one.name.is_some() && is_korean(one) != is_korean(other)
}

fn name_words(name: &str) -> usize {
    if name.chars().any(is_hangul) { name.chars().count() } else { name.split_whitespace().count() }
}

/// Whether the net sees the names of two people or more, however faintly.
pub(super) fn may_be_several(mail: &Mail<'_>) -> bool {
    let typed = mail.witness.tagged(Field::Name).filter(|tagged| tagged.span.is_some());
    let tagged = typed.filter(|tagged| tagged.probability >= FAINT);
    let mut names = tagged.map(|tagged| tagged.text.as_str()).filter(|name| name::is_person(name, mail.lexicon));
    names.next().is_some_and(|first| names.any(|other| !is_same(first, other)))
}

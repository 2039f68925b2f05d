//! Names of people anywhere in the text, each with what gives it away as somebody's of whom the mail speaks.

use super::mail::Mail;
use super::name;
use super::pieces::{self, Piece, is_capitalized, is_hangul};
use super::prose;
use super::words::Lexicon;
use super::{address, headfinal};
use crate::event::Field;
use crate::understand::net::witness::Witness;
use crate::understand::reply::Span;

/// A name in the text, or the writer's "I".
#[derive(Debug, Clone)]
pub(super) struct Mention<'a> {
    /// The name; `None` where the writer says "I".
    pub(super) name: Option<String>,
    /// The words of the name, without honorifics.
    pub(super) piece: Piece<'a>,
    /// Where the noun phrase begins, honorifics included.
    pub(super) from: usize,
    /// The sentence or line that it stands in.
    pub(super) sentence: Piece<'a>,
    /// How much speaks for a person of whom the mail speaks, 0 to 1.
    pub(super) weight: f32,
    /// Said to come along with the writer ("my colleague …").
    pub(super) accompanies: bool,
    /// Of the writer's family.
    pub(super) is_family: bool,
}

impl<'a> Mention<'a> {
    fn first_person(piece: Piece<'a>, sentence: Piece<'a>) -> Self {
        let (name, from, weight) = (None, piece.start, 0.3);
        Self { name, piece, from, sentence, weight, accompanies: false, is_family: false }
    }

    pub(super) fn end(&self) -> usize {
        self.piece.start + self.piece.text.len()
    }
}

/// Every mention, in the order of the text.
pub(super) fn all<'a>(mail: &Mail<'a>) -> Vec<Mention<'a>> {
    let (mut mentions, mut addressed) = (Vec::new(), Vec::new());
    for sentence in pieces::sentences(mail.text, mail.lexicon) {
        if is_closing(mail, sentence) {
            continue;
        }
        if prose::is_greeting(mail, sentence) {
            written(mail, sentence, &mut addressed);
            continue;
        }
        if sentence.text.chars().any(is_hangul) {
            head_final(mail, sentence, &mut mentions);
        }
        written(mail, sentence, &mut mentions);
    }
    addressed.extend(mentions.iter().filter(|mention| is_vocative(mail, mention)).cloned());
    let greeted = |mention: &Mention<'_>| {
        let name = mention.name.as_deref();
        name.is_some_and(|name| {
            addressed.iter().filter_map(|other| other.name.as_deref()).any(|other| name::agree(name, other))
        })
    };
    mentions.retain(|mention| !greeted(mention));
    mentions.sort_by_key(|mention| mention.piece.start);
    mentions
}

/// Whether the mail begins by calling somebody: "Most honoured Mr Oak, …", "Herrn Karl Oak, …".
fn is_vocative(mail: &Mail<'_>, mention: &Mention<'_>) -> bool {
    let before = mail.text.get(..mention.from).unwrap_or_default();
    let greeted = mail.lexicon.find_first(|w| &w.greetings, mention.sentence.text).is_some_and(|(at, _)| at == 0);
    if greeted && mention.from < mention.sentence.start + 30 && !before.ends_with([',', '!']) {
        return true;
    }
    let begins = before.trim().is_empty() || !before.contains('\n') && before.split_whitespace().count() <= 3;
    let titled = mention.from < mention.piece.start;
    let rest = mail.text.get(mention.end()..).unwrap_or_default();
    begins && titled && rest.starts_with([',', '!']) && !is_described(mail, mention.sentence, mention.piece)
}

/// Whether the sentence goes on to say that the one named does not come, or what he did before.
fn stays_away(mail: &Mail<'_>, sentence: Piece<'_>, end: usize) -> bool {
    let behind = sentence.text.get(end.saturating_sub(sentence.start)..).unwrap_or_default();
    mail.lexicon.find_first(|w| &w.stays_away, behind).is_some_and(|(at, _)| at < 60)
}

fn is_closing(mail: &Mail<'_>, sentence: Piece<'_>) -> bool {
    sentence.text.split_whitespace().count() <= 8
        && mail.lexicon.find_first(|w| &w.closings, sentence.text).is_some_and(|(at, _)| at < 8)
}

/// Names in letters with capitals.
fn written<'a>(mail: &Mail<'a>, sentence: Piece<'a>, mentions: &mut Vec<Mention<'a>>) {
    let lexicon = mail.lexicon;
    let words = sentence.words();
    let is_family = |word: &Piece<'_>| lexicon.is(|w| &w.family, word.text);
    if !sentence.text.chars().any(char::is_lowercase) {
        return; // all in capitals, which then tell nothing
    }
    let mut at = 0;
    while let Some(word) = words.get(at) {
        if lexicon.is(|w| &w.first_person, word.text) {
            mentions.push(Mention::first_person(*word, sentence));
            at += 1;
            continue;
        }
        let honorific = |word: &&Piece<'_>| lexicon.is(|w| &w.honorifics, word.text) && is_capitalized(word.text);
        let titles = words.iter().skip(at).take_while(honorific).count();
        let run = run(mail, sentence, words.get(at + titles..).unwrap_or_default());
        let found = words.get(at + titles..at + titles + run).and_then(|run| sentence.around(run));
        let Some(piece) = found.filter(|_| run > 0) else {
            at += titles.max(1);
            continue;
        };
        let name = name::clean(piece.text, lexicon).filter(|name| !mail.is_of_event(name));
        if let Some(name) = name {
            let before = sentence.text.get(..word.start - sentence.start).unwrap_or_default();
            let accompanies =
                lexicon.find(|w| &w.companion_follows, before).iter().any(|(_, end)| end + 2 >= before.len());
            let weight = [
                (titles > 0, if run > 1 { 0.6 } else { 0.3 }),
                (accompanies, 0.7),
                (is_described(mail, sentence, piece), 0.5),
                (has_address(mail, &name), 0.5),
                (is_writers(mail, &name), 0.5),
                (before.trim().is_empty() && run > 1, 0.2),
            ];
            let weight = weight.iter().filter(|(says, _)| *says).map(|(_, weight)| weight).sum::<f32>();
            let tagged = tagged(mail.witness, piece.span());
            let away = stays_away(mail, sentence, piece.span().end) && !is_writers(mail, &name);
            let weight = weight + tagged - if away { 2.0 } else { 0.0 };
            let known =
                mail.writer.as_deref().is_some_and(|writer| name::folded(writer).ends_with(&name::folded(&name)));
            if run > 1 || titles > 0 || accompanies || tagged >= 0.4 || known || joins_writer(mail, sentence, piece) {
                let (name, from) = (Some(name), word.start);
                let is_family = words.get(at.saturating_sub(2)..at).is_some_and(|before| before.iter().any(is_family));
                mentions.push(Mention { name, piece, from, sentence, weight, accompanies, is_family });
            }
        }
        at += titles + run;
    }
}

/// Whether a name and the writer's "I" are joined by "and".
fn joins_writer(mail: &Mail<'_>, sentence: Piece<'_>, name: Piece<'_>) -> bool {
    let (before, after) = (sentence.part(0, name.start - sentence.start), name.span().end - sentence.start);
    let (before, after) = (before.words(), sentence.part(after, sentence.text.len()).words());
    let is_and = |word: Option<&Piece<'_>>| word.is_some_and(|word| mail.lexicon.is(|w| &w.conjunctions, word.text));
    let is_first = |word: Option<&Piece<'_>>| word.is_some_and(|word| mail.lexicon.is(|w| &w.first_person, word.text));
    is_and(after.first()) && is_first(after.get(1))
        || is_and(before.last()) && is_first(before.len().checked_sub(2).and_then(|at| before.get(at)))
}

/// How many of the words are a name together.
fn run(mail: &Mail<'_>, sentence: Piece<'_>, words: &[Piece<'_>]) -> usize {
    let lexicon = mail.lexicon;
    let fits = |word: &Piece<'_>| {
        let letters = word.text.chars().all(|c| c.is_alphabetic() || matches!(c, '.' | '-' | '\'' | '’'));
        let other = [
            lexicon.is(|w| &w.verbal, word.text),
            lexicon.is(|w| &w.institutions, word.text),
            lexicon.is(|w| &w.roles, word.text),
            lexicon.is(|w| &w.units, word.text),
            lexicon.is(|w| &w.first_person, word.text),
            lexicon.is(|w| &w.family, word.text),
            lexicon.is(|w| &w.labels.other, word.text),
            lexicon.find_first(|w| &w.greetings, word.text).is_some(),
            word.text.ends_with("'s") || word.text.ends_with("’s"),
        ];
        letters && !word.text.chars().any(is_hangul) && !other.contains(&true)
    };
    let noun = |word: &Piece<'_>| {
        is_capitalized(word.text) && (lexicon.is(|w| &w.institutions, word.text) || lexicon.is(|w| &w.units, word.text))
    };
    let mut count = 0;
    for word in words.iter().take(5) {
        let particle = count > 0 && lexicon.is(|w| &w.name_particles, word.text);
        if noun(word) {
            return 0; // "Open Border Initiative"
        }
        if count == 4 || !fits(word) || !(is_capitalized(word.text) || particle) {
            break;
        }
        count += 1;
        let end = word.start + word.text.len() - sentence.start;
        if !sentence.text.get(end..).is_some_and(|rest| rest.starts_with(' ')) {
            break;
        }
    }
    while count > 0 && words.get(count - 1).is_some_and(|word| !is_capitalized(word.text)) {
        count -= 1;
    }
    count
}

/// Whether what stands in brackets or commas behind the name says what he is.
fn is_described(mail: &Mail<'_>, sentence: Piece<'_>, name: Piece<'_>) -> bool {
    let end = name.start + name.text.len() - sentence.start;
    let rest = sentence.text.get(end..).unwrap_or_default();
    let apposed = rest.trim_start().starts_with([',', '(', '-', '–', ':']);
    let next = pieces::split(sentence.part(end, sentence.text.len())).first().copied();
    apposed
        && next.is_some_and(|next| {
            next.text.split_whitespace().count() <= 10
                && mail.read(next).first().is_some_and(|part| {
                    matches!(part.kind, super::phrase::Kind::Position | super::phrase::Kind::Unaffiliated)
                })
        })
}

/// Names of two or three syllables beside a word for what somebody is.
fn head_final<'a>(mail: &Mail<'a>, sentence: Piece<'a>, mentions: &mut Vec<Mention<'a>>) {
    let lexicon = mail.lexicon;
    let words: Vec<Piece<'a>> = pieces::split(sentence).into_iter().flat_map(Piece::words).collect();
    for (at, word) in words.iter().enumerate().filter(|(_, word)| word.text.chars().any(is_hangul)) {
        if lexicon.is(|w| &w.first_person, word.text) {
            mentions.push(Mention::first_person(*word, sentence));
            continue;
        }
        let bare = headfinal::strip_particles(*word, lexicon);
        let Some(name) = name::korean_in(bare.text, lexicon).filter(|name| word.text.starts_with(name.as_str())) else {
            continue;
        };
        if is_noun(lexicon, bare.text) && bare.text == name || mail.is_of_event(&name) {
            continue;
        }
        let piece = word.part(0, name.len());
        let role = |at: Option<usize>| {
            at.and_then(|at| words.get(at))
                .is_some_and(|word| lexicon.is(|w| &w.roles, headfinal::strip_particles(*word, lexicon).text))
        };
        let long = name.chars().count() >= 3;
        let before = at.checked_sub(1).and_then(|at| words.get(at));
        let accompanies = before.is_some_and(|word| lexicon.is(|w| &w.family, word.text));
        let weight = [
            (role(Some(at + 1)), 0.5),
            (role(at.checked_sub(1)), 0.5),
            (bare.text.len() > name.len() && lexicon.is(|w| &w.roles, bare.text), 0.5),
            (accompanies, 0.5),
            (is_writers(mail, &name), 0.5),
        ];
        let weight = weight.iter().filter(|(says, _)| *says).map(|(_, weight)| weight).sum::<f32>();
        let away = stays_away(mail, sentence, piece.span().end) && !is_writers(mail, &name);
        let weight = weight + tagged(mail.witness, piece.span()) - if away { 2.0 } else { 0.0 };
        let bracketed = words.get(at + 1).is_some_and(|next| next.bracketed) && role(Some(at + 1));
        let weight = weight * if long || bracketed { 1.0 } else { 0.7 };
        let (name, from, is_family) = (Some(name), word.start, accompanies);
        mentions.push(Mention { name, piece, from, sentence, weight, accompanies, is_family });
    }
}

fn is_noun(lexicon: Lexicon<'_>, word: &str) -> bool {
    let lists = [
        lexicon.is(|w| &w.institutions, word),
        lexicon.is(|w| &w.units, word),
        lexicon.is(|w| &w.roles, word),
        lexicon.is(|w| &w.towns, word),
        lexicon.is(|w| &w.family, word),
    ];
    lists.contains(&true)
}

fn is_writers(mail: &Mail<'_>, name: &str) -> bool {
    mail.writer.as_deref().is_some_and(|writer| name::agree(writer, name))
}

/// Whether an address in the text carries a word of the name.
fn has_address(mail: &Mail<'_>, name: &str) -> bool {
    address::all_in(mail.text).iter().any(|(_, _, address)| carries(address, name))
}

/// Whether the local part of an address carries a word of a name.
pub(super) fn carries(address: &str, name: &str) -> bool {
    let local = address.split('@').next().unwrap_or_default();
    let given: String = name.chars().skip(1).collect();
    name::folded(name).iter().any(|word| word.len() >= 3 && local.contains(word.as_str()))
        || name.chars().any(is_hangul) && super::romanize::sounds_like(&given, local)
}

/// Whether an address carries a word of a name, or the name stands right before it.
pub(super) fn is_address_of(text: &str, from: usize, address: &str, name: &str) -> bool {
    let before = text.get(..from).unwrap_or_default();
    let line = before.rsplit(['\n', '/', ';', ',']).next().unwrap_or_default();
    let words = name::folded(line);
    let near = words.iter().rev().take(3).any(|word| word.chars().count() >= 2 && name::folded(name).contains(word));
    carries(address, name) || near
}

/// How sure the net is that a name stands there.
fn tagged(witness: &Witness, span: Span) -> f32 {
    let there = witness.tagged(Field::Name).filter(|tagged| tagged.span.is_some_and(|other| other.overlaps(&span)));
    there.map(|tagged| tagged.probability).fold(0.0, f32::max)
}

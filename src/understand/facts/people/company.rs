//! Several people in running words: "Anna Weber (Referentin) and I", "me, Anna Weber, and Mr Karl Oak, our director".
//!
//! Where the mail says that more than one comes, everybody named is counted; each gets what stands beside his name,
//! and everybody what is said once for all.

use std::collections::BTreeMap;

use super::Person;
use super::candidate::{Candidate, Witness, of_parts};
use super::labels::{Entry, Label};
use super::mail::Mail;
use super::mention::{self, Mention};
use super::phrase::{self, Kind, Part};
use super::pieces::{self, Piece, is_hangul};
use super::{combine, headfinal, name, own, principal, romanize, roster};
use crate::event::Field;
use crate::understand::facts::evidence::Source;
use crate::understand::reply::Span;
use crate::understand::tagger::{self, Tags};

/// What must speak for a name before it is somebody who comes.
const ENOUGH: f32 = 0.5;
/// What must speak for a name where the mail does not say in so many words that several come.
const SURE: f32 = 0.6;
/// Fewer words than this lead on from a name to what is said of him and the one named next.
const BESIDE: usize = 12;

/// Somebody of whom the mail speaks.
#[derive(Debug, Default)]
struct Someone {
    name: Option<String>,
    mentions: Vec<usize>,
    is_writer: bool,
}

/// The people, if the mail says that several come and names more than one.
pub(super) fn read(mail: &Mail<'_>, entries: &[Entry<'_>], identified: &[Candidate]) -> Option<Vec<Person>> {
    let tags = tagger::tag(mail.text, mail.message.from.as_ref());
    let mut mentions = mention::all(mail, &tags);
    let labelled = in_labels(mail, entries, &mut mentions);
    let has_form = entries.iter().any(|entry| entry.label == Label::Asks(Field::Name));
    if labelled < 2 && (has_form || !says_several(mail, &tags, &mentions)) {
        return None;
    }
    let joins_writer = coordinate(mail, &mut mentions);
    let people = people(mail, &mentions, identified, joins_writer);
    (people.len() > 1).then(|| described(mail, &tags, &mentions, &people, identified))
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
fn says_several(mail: &Mail<'_>, tags: &Tags, mentions: &[Mention<'_>]) -> bool {
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
        let names = tags.spans.iter().filter(|tagged| tagged.field == Field::Name && tagged.probability >= 0.5);
        names.clone().any(|tagged| tagged.span.contains(&mention.piece.span()))
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
fn are_joined(mail: &Mail<'_>, one: &Mention<'_>, other: &Mention<'_>) -> bool {
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
fn is_same(one: &str, other: &str) -> bool {
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

/// What is said beside a mention, and where that begins and ends.
struct Beside<'a> {
    parts: Vec<Part<'a>>,
    span: Span,
}

/// Each person with his own facts and those that all share.
fn described(
    mail: &Mail<'_>,
    tags: &Tags,
    mentions: &[Mention<'_>],
    people: &[Someone],
    identified: &[Candidate],
) -> Vec<Person> {
    let counted: Vec<usize> = {
        let mut all: Vec<usize> = people.iter().flat_map(|someone| someone.mentions.iter().copied()).collect();
        all.sort_unstable();
        all
    };
    let mut besides: Vec<(usize, Beside<'_>)> = Vec::new();
    for (order, at) in counted.iter().enumerate() {
        let Some(mention) = mentions.get(*at) else { continue };
        let floor = besides.last().map_or(0, |(_, beside)| beside.span.end).max(mention.sentence.start);
        let next = counted.get(order + 1).and_then(|next| mentions.get(*next));
        let ceiling =
            next.filter(|next| next.sentence == mention.sentence).map_or(mention.sentence.span().end, |next| next.from);
        besides.push((
            *at,
            beside(mail, mention, floor, ceiling, next.is_some_and(|next| next.sentence == mention.sentence)),
        ));
    }
    let spans: Vec<Span> = besides.iter().map(|(_, beside)| beside.span).collect();
    let text = mail.text_without(spans.into_iter());
    let rest = mail.with_text(&text);
    let writer = own::read(&rest, &[], identified.to_vec());
    let shared = shared(&rest, &writer);
    let own_address = mail.message.answer_address().unwrap_or_default();
    let witness = Witness::new(Source::Prose, "company", 0.7);
    people
        .iter()
        .map(|someone| {
            let own = || someone.mentions.iter().filter_map(|at| besides.iter().find(|(of, _)| of == at));
            let mut candidates = Vec::new();
            for (at, beside) in own() {
                candidates.extend(of_parts(&beside.parts, witness, mail.lexicon));
                let Some(mention) = mentions.get(*at) else { continue };
                if let Some(name) = someone
                    .name
                    .clone()
                    .filter(|_| mention.name.as_deref().is_some_and(|name| !someone.is_writer || name_words(name) > 1))
                {
                    let value = if someone.is_writer { mention.name.clone().unwrap_or(name) } else { name };
                    candidates.push(Candidate::read(Field::Name, value, mention.piece, witness));
                }
            }
            let is_family = own().any(|(at, _)| mentions.get(*at).is_some_and(|mention| mention.is_family));
            let scope = scopes(mail, mentions, &counted, someone);
            candidates.extend(tagged(mail, tags, &scope, &candidates));
            if someone.is_writer {
                let facts = [
                    (Field::Name, &writer.name),
                    (Field::Organization, &writer.organization),
                    (Field::Position, &writer.position),
                ];
                for (field, fact) in facts {
                    if candidates.iter().any(|candidate| candidate.field == field) && field != Field::Name {
                        continue;
                    }
                    candidates.extend(fact.iter().map(|fact| Candidate {
                        field,
                        value: fact.value.clone(),
                        text: fact.evidence.text.clone(),
                        span: fact.evidence.span,
                        source: fact.evidence.source,
                        rule: fact.evidence.rule,
                        confidence: fact.evidence.confidence,
                    }));
                }
            }
            let knows_whole = own().any(|(_, beside)| {
                beside.parts.iter().any(|part| matches!(part.kind, Kind::Institution | Kind::Unaffiliated))
            });
            let shares = shared.iter().any(|candidate| candidate.field == Field::Organization);
            if !knows_whole && shares && !is_family && !someone.is_writer {
                candidates.retain(|candidate| candidate.field != Field::Organization); // a unit of what all share
            }
            for field in [Field::Organization, Field::Position] {
                let has = candidates.iter().any(|candidate| candidate.field == field);
                if !has && !(is_family && field == Field::Organization) {
                    candidates.extend(shared.iter().filter(|candidate| candidate.field == field).cloned());
                }
            }
            let his = someone.name.as_deref().and_then(|name| roster::address_of(mail, name));
            candidates.push(his.unwrap_or_else(|| {
                Candidate::outside(
                    Field::Email,
                    own_address,
                    Witness::new(Source::From, "sender's address for all", 0.85),
                )
            }));
            Person {
                name: combine::best(mail, Field::Name, &candidates),
                organization: combine::best(mail, Field::Organization, &candidates),
                position: combine::best(mail, Field::Position, &candidates),
                email: combine::best(mail, Field::Email, &candidates),
                scope,
                is_writer: someone.is_writer,
                heard: BTreeMap::new(),
            }
        })
        .collect()
}

/// What stands right before a name and, in commas or brackets, right behind it.
fn beside<'a>(mail: &Mail<'a>, mention: &Mention<'a>, floor: usize, ceiling: usize, is_followed: bool) -> Beside<'a> {
    let whole = Piece::whole(mail.text);
    let mut parts = Vec::new();
    let mut span = Span { start: mention.from, end: mention.end() };
    let korean = mention.piece.text.chars().any(is_hangul);
    let before = whole.part(floor.min(mention.from), mention.from);
    if let Some(last) = pieces::split(before).last().filter(|last| last.start + last.text.len() + 2 > mention.from) {
        let read = if korean {
            headfinal::nouns(*last, &last.words(), mail.lexicon)
        } else {
            phrase::mentions(*last, mail.lexicon)
        };
        let adjacent = |part: &&Part<'_>| part.piece.start + part.piece.text.len() + 2 > mention.from;
        if read.iter().rev().find(|part| part.kind == Kind::Position).filter(|part| adjacent(part)).is_some() {
            span.start = read.iter().map(|part| part.piece.start).min().unwrap_or(span.start);
            let nearest = read.iter().filter(|part| korean || adjacent(part) && part.kind == Kind::Position);
            parts.extend(nearest.filter(|part| part.piece.text.chars().count() > 1).cloned());
        }
    }
    let after = whole.part(mention.end(), ceiling.max(mention.end()));
    let raw = mail.text.get(mention.end()..ceiling).unwrap_or_default();
    if korean {
        let words = after.words();
        let title = words
            .first()
            .filter(|_| !raw.starts_with(['(', ',']))
            .map(|word| headfinal::strip_particles(*word, mail.lexicon));
        if let Some(title) = title.filter(|title| mail.lexicon.is(|w| &w.roles, title.text)) {
            span.end = title.start + title.text.len();
            parts.push(Part { kind: Kind::Position, piece: title });
        }
    }
    let apposed = raw.trim_start_matches([' ', '\n']).starts_with([',', '(', '-', '–', ':']);
    if apposed {
        for piece in pieces::split(after).into_iter().take(3) {
            let touches_next = is_followed && piece.start + piece.text.len() + 2 > ceiling;
            let short = piece.text.split_whitespace().count() <= BESIDE && !touches_next;
            let read = match (short, piece.text.chars().any(is_hangul)) {
                (false, _) => Vec::new(),
                (true, true) => headfinal::nouns(piece, &piece.words(), mail.lexicon),
                (true, false) => mail.read(piece),
            };
            let says = |part: &Part<'_>| {
                matches!(part.kind, Kind::Position | Kind::Institution | Kind::Unit | Kind::Unaffiliated)
            };
            if !read.iter().any(says) || read.iter().any(|part| mail.is_of_event(part.piece.text)) {
                break;
            }
            span.end = piece.start + piece.text.len();
            parts.extend(read);
        }
    }
    Beside { parts, span }
}

/// Where the mail speaks of somebody: from his name to the next one's or the end of the sentence. Those named together
/// share what follows.
fn scopes(mail: &Mail<'_>, mentions: &[Mention<'_>], counted: &[usize], someone: &Someone) -> Vec<Span> {
    let own = counted.iter().enumerate().filter(|(_, at)| someone.mentions.contains(at));
    own.filter_map(|(order, at)| {
        let mention = mentions.get(*at)?;
        let mut last = mention;
        let mut end = mention.sentence.span().end;
        for next in counted.get(order + 1..)?.iter().filter_map(|next| mentions.get(*next)) {
            if next.sentence != mention.sentence {
                break;
            }
            if !are_joined(mail, last, next) {
                end = next.from;
                break;
            }
            last = next;
        }
        Some(Span { start: mention.from, end })
    })
    .collect()
}

/// What the tagger finds in somebody's scopes, for the fields that no rule found.
fn tagged(mail: &Mail<'_>, tags: &Tags, scope: &[Span], candidates: &[Candidate]) -> Vec<Candidate> {
    let inside = |span: Span| scope.iter().any(|scope| scope.contains(&span));
    let wanted = [Field::Organization, Field::Position];
    let open = wanted.iter().filter(|field| !candidates.iter().any(|candidate| candidate.field == **field));
    open.filter_map(|field| {
        let spans = tags.spans.iter().filter(|tagged| tagged.field == *field && inside(tagged.span));
        let best = spans.max_by(|one, other| one.probability.total_cmp(&other.probability))?;
        let piece = Piece::whole(mail.text).part(best.span.start, best.span.end);
        let value = pieces::tidy(piece.text);
        let witness = Witness::new(Source::Prose, "tagged beside the name", best.probability * 0.7);
        (!value.is_empty()).then(|| Candidate::read(*field, value, piece, witness))
    })
    .collect()
}

/// What holds for all: the writer's organization, and the position behind "both" or "all".
pub(super) fn shared(mail: &Mail<'_>, writer: &Person) -> Vec<Candidate> {
    let mut shared = once_for_all(mail, writer);
    for (_, end) in mail.lexicon.find(|w| &w.group_follows, mail.text) {
        let rest = Piece::whole(mail.text).part(end, mail.text.len());
        let first = rest.text.lines().next().and_then(|line| pieces::split(rest.sub(line)).first().copied());
        let read = first.map(|first| mail.read(first)).unwrap_or_default();
        let named = read.into_iter().find(|part| matches!(part.kind, Kind::Institution | Kind::Proper));
        shared.extend(named.map(|part| {
            let confidence = if part.kind == Kind::Institution { 0.6 } else { 0.3 };
            let witness = Witness::new(Source::Prose, "organization of the group", confidence);
            Candidate::read(Field::Organization, part.value(), part.piece, witness)
        }));
    }
    for (_, end) in mail.lexicon.find(|w| &w.shared_follows, mail.text) {
        let rest = Piece::whole(mail.text).part(end, mail.text.len());
        let Some(first) = pieces::split(rest).first().copied() else { continue };
        let near = first.words().iter().take(3).any(|word| phrase::is_role(word, mail.lexicon));
        for part in mail.read(first).into_iter().filter(|_| near) {
            let field = match part.kind {
                Kind::Position => Field::Position,
                Kind::Institution => Field::Organization,
                _ => continue,
            };
            let witness = Witness::new(Source::Prose, "shared by all", 0.5);
            shared.push(Candidate::read(field, part.value(), part.piece, witness));
        }
    }
    shared
}

/// What is said once and holds for all: the organization of the block, the sender's address.
fn once_for_all(mail: &Mail<'_>, writer: &Person) -> Vec<Candidate> {
    let own = mail.message.answer_address().unwrap_or_default();
    let organization = writer.organization.iter().map(|fact| Candidate {
        field: Field::Organization,
        value: fact.value.clone(),
        text: fact.evidence.text.clone(),
        span: fact.evidence.span,
        source: fact.evidence.source,
        rule: "shared organization",
        confidence: fact.evidence.confidence * 0.8,
    });
    let address = Candidate::outside(Field::Email, own, Witness::new(Source::From, "sender's address for all", 0.85));
    organization.chain([address]).collect()
}

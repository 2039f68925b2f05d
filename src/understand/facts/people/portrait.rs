//! What a mail says of each of several people: what stands beside his name, and what is said once for all.

use std::collections::BTreeMap;

use super::Person;
use super::candidate::{Candidate, Witness, of_parts};
use super::company::{BESIDE, Someone, are_joined};
use super::mail::Mail;
use super::mention::Mention;
use super::phrase::{self, Kind, Part};
use super::pieces::{self, Piece, is_hangul};
use super::{combine, headfinal, name, own, roster};
use crate::event::Field;
use crate::understand::facts::evidence::{Evidence, Fact, Source};
use crate::understand::reply::Span;

/// What is said beside a mention, and where that begins and ends.
struct Beside<'a> {
    parts: Vec<Part<'a>>,
    span: Span,
}

/// Each person with his own facts and those that all share.
pub(super) fn described(
    mail: &Mail<'_>,
    mentions: &[Mention<'_>],
    people: &[Someone],
    identified: &[Candidate],
) -> Vec<Person> {
    let mut counted: Vec<usize> = people.iter().flat_map(|someone| someone.mentions.iter().copied()).collect();
    counted.sort_unstable();
    let besides = besides(mail, mentions, &counted);
    let text = mail.text_without(besides.iter().map(|(_, beside)| beside.span));
    let rest = mail.with_text(&text);
    let writer = own::read(&rest, &[], identified.to_vec());
    let shared = shared(&rest, &writer);
    let one = |someone: &Someone| {
        let own: Vec<(&Mention<'_>, &Beside<'_>)> = besides
            .iter()
            .filter(|(at, _)| someone.mentions.contains(at))
            .filter_map(|(at, beside)| Some((mentions.get(*at)?, beside)))
            .collect();
        let scope = scopes(mail, mentions, &counted, someone);
        let mut candidates = own_facts(mail, someone, &own);
        candidates.extend(tagged(mail, &scope, &candidates));
        if someone.is_writer {
            let name = writer.name.iter().map(|fact| candidate(Field::Name, fact));
            candidates.extend(name);
            for (field, fact) in [(Field::Organization, &writer.organization), (Field::Position, &writer.position)] {
                if !has(&candidates, field) {
                    candidates.extend(fact.iter().map(|fact| candidate(field, fact)));
                }
            }
        }
        share(&mut candidates, &shared, someone, &own);
        let address = someone.name.as_deref().and_then(|name| roster::address_of(mail, name));
        let senders = shared.iter().find(|candidate| candidate.field == Field::Email).cloned();
        candidates.extend(address.or(senders));
        let best = |field| combine::best(mail, field, &candidates);
        Person {
            name: best(Field::Name),
            organization: best(Field::Organization),
            position: best(Field::Position),
            email: best(Field::Email),
            scope,
            is_writer: someone.is_writer,
            weighed: BTreeMap::new(),
            about: None,
            is_independent: false,
        }
    };
    people.iter().map(one).collect()
}

fn has(candidates: &[Candidate], field: Field) -> bool {
    candidates.iter().any(|candidate| candidate.field == field)
}

fn candidate(field: Field, fact: &Fact<String>) -> Candidate {
    let Evidence { source, text, span, confidence, rule } = fact.evidence.clone();
    Candidate { field, value: fact.value.clone(), text, span, source, rule, confidence }
}

/// What stands beside each mention that counts: between the one before and the one behind it.
fn besides<'a>(mail: &Mail<'a>, mentions: &[Mention<'a>], counted: &[usize]) -> Vec<(usize, Beside<'a>)> {
    let mut besides: Vec<(usize, Beside<'a>)> = Vec::new();
    for (order, at) in counted.iter().enumerate() {
        let Some(mention) = mentions.get(*at) else { continue };
        let floor = besides.last().map_or(0, |(_, beside)| beside.span.end).max(mention.sentence.start);
        let next = counted.get(order + 1).and_then(|next| mentions.get(*next));
        let next = next.filter(|next| next.sentence == mention.sentence);
        besides.push((*at, beside(mail, mention, floor, next.map(|next| next.from))));
    }
    besides
}

/// The facts that stand beside somebody's mentions, and his name as the text writes it.
fn own_facts(mail: &Mail<'_>, someone: &Someone, own: &[(&Mention<'_>, &Beside<'_>)]) -> Vec<Candidate> {
    let witness = Witness::new(Source::Prose, "company", 0.7);
    let mut candidates = Vec::new();
    for (mention, beside) in own {
        candidates.extend(of_parts(&beside.parts, witness, mail.lexicon));
        let Some(written) = &mention.name else { continue };
        let value = if someone.is_writer {
            Some(written).filter(|written| name::is_person(written, mail.lexicon))
        } else {
            someone.name.as_ref()
        };
        candidates.extend(value.map(|value| Candidate::read(Field::Name, value.clone(), mention.piece, witness)));
    }
    candidates
}

/// Adds what holds for all where somebody has nothing of his own. A unit is one of the organization that all share; a
/// family does not share the writer's.
fn share(
    candidates: &mut Vec<Candidate>,
    shared: &[Candidate],
    someone: &Someone,
    own: &[(&Mention<'_>, &Beside<'_>)],
) {
    let is_family = own.iter().any(|(mention, _)| mention.is_family);
    let is_whole = |part: &Part<'_>| matches!(part.kind, Kind::Institution | Kind::Unaffiliated);
    let knows_whole = own.iter().any(|(_, beside)| beside.parts.iter().any(is_whole));
    if !knows_whole && has(shared, Field::Organization) && !is_family && !someone.is_writer {
        candidates.retain(|candidate| candidate.field != Field::Organization);
    }
    for field in [Field::Organization, Field::Position] {
        if !(has(candidates, field) || is_family && field == Field::Organization) {
            candidates.extend(shared.iter().filter(|candidate| candidate.field == field).cloned());
        }
    }
}

/// What stands right before a name and, in commas or brackets, right behind it.
fn beside<'a>(mail: &Mail<'a>, mention: &Mention<'a>, floor: usize, next: Option<usize>) -> Beside<'a> {
    let ceiling = next.unwrap_or(mention.sentence.span().end);
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
            let touches_next = next.is_some() && piece.start + piece.text.len() + 2 > ceiling;
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

/// What the net finds in somebody's scopes, for the fields that no rule found.
fn tagged(mail: &Mail<'_>, scope: &[Span], candidates: &[Candidate]) -> Vec<Candidate> {
    let inside = |span: Span| scope.iter().any(|scope| scope.contains(&span));
    let wanted = [Field::Organization, Field::Position];
    let open = wanted.iter().filter(|field| !candidates.iter().any(|candidate| candidate.field == **field));
    open.filter_map(|field| {
        let spans = mail.witness.tagged(*field).filter(|tagged| tagged.span.is_some_and(inside));
        let best = spans.max_by(|one, other| one.probability.total_cmp(&other.probability))?;
        let span = best.span?;
        let piece = Piece::whole(mail.text).part(span.start, span.end);
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

//! Several people: forms one after another, lists and tables, "my colleague Anna Weber and I".

use std::collections::BTreeMap;

use super::Person;
use super::candidate::{Candidate, Witness, of_parts};
use super::labels::{self, Entry, Label};
use super::mail::Mail;
use super::phrase::{Kind, Part};
use super::pieces::{self, Piece, is_capitalized, is_hangul, is_unspaced};
use super::{address, combine, headfinal, mention, name, unspaced};
use crate::event::Field;
use crate::understand::facts::evidence::Source;
use crate::understand::reply::Span;
use crate::understand::script::count_words;

/// One of several people, with what his own lines say.
#[derive(Debug)]
pub(super) struct Entrant {
    pub(super) name: String,
    pub(super) candidates: Vec<Candidate>,
    pub(super) scope: Span,
    /// Nothing but a name: one such line is no list yet.
    pub(super) alone: bool,
}

/// The people of a list or of several forms; empty if the mail has none.
pub(super) fn listed(mail: &Mail<'_>, entries: &[Entry<'_>]) -> Vec<Entrant> {
    let forms = forms(mail, entries);
    if forms.len() > 1 {
        return forms;
    }
    let lines = list(mail);
    let few = lines.len() < 3 && lines.iter().any(|entrant| entrant.alone);
    if lines.len() > 1 && !few { lines } else { Vec::new() }
}

/// A form for each label that asks for a name.
fn forms(mail: &Mail<'_>, entries: &[Entry<'_>]) -> Vec<Entrant> {
    let is_name = |entry: &Entry<'_>| entry.label == Label::Asks(Field::Name);
    let starts: Vec<usize> = entries.iter().enumerate().filter(|(_, entry)| is_name(entry)).map(|(at, _)| at).collect();
    let forms = starts.iter().enumerate().filter_map(|(index, from)| {
        let to = starts.get(index + 1).copied().unwrap_or(entries.len());
        let own = entries.get(*from..to)?;
        let candidates = labels::candidates(mail, own, Source::Label);
        let name = candidates.iter().find(|candidate| candidate.field == Field::Name)?.value.clone();
        let end = own.last().map_or(0, |entry| entry.value.span().end);
        let address = own.iter().filter(|entry| entry.label == Label::Asks(Field::Email));
        let address = address.filter_map(|entry| own_address(entry.value)).collect::<Vec<_>>();
        let scope = Span { start: own.first()?.value.start, end };
        Some(Entrant { name, candidates: candidates.into_iter().chain(address).collect(), scope, alone: false })
    });
    let mut forms: Vec<Entrant> = forms.collect();
    forms.dedup_by(|a, b| name::agree(&a.name, &b.name));
    forms
}

fn own_address(piece: Piece<'_>) -> Option<Candidate> {
    let (from, to, address) = address::all_in(piece.text).into_iter().next()?;
    Some(Candidate::read(Field::Email, address, piece.part(from, to), Witness::new(Source::Label, "own address", 0.95)))
}

/// Consecutive lines that each begin with a name.
fn list(mail: &Mail<'_>) -> Vec<Entrant> {
    let mut best: Vec<Entrant> = Vec::new();
    let mut run: Vec<Entrant> = Vec::new();
    for line in pieces::lines(mail.text).filter(|line| !line.text.is_empty()) {
        match entrant(mail, line) {
            Some(entrant) if !run.iter().any(|other| name::agree(&other.name, &entrant.name)) => run.push(entrant),
            _ => {
                if run.len() > best.len() {
                    best = std::mem::take(&mut run);
                }
                run.clear();
            }
        }
    }
    if run.len() > best.len() { run } else { best }
}

/// A line of a list: a mark or none, a name, and what belongs to it.
fn entrant(mail: &Mail<'_>, line: Piece<'_>) -> Option<Entrant> {
    let unmarked = without_mark(line, true);
    let split = pieces::split(unmarked);
    let first = *split.first()?;
    let (name_piece, title) = name_at_start(mail, first)?;
    let name = name::clean(name_piece.text, mail.lexicon)?;
    let mut parts: Vec<Part<'_>> = title.into_iter().collect();
    for piece in split.iter().skip(1) {
        let says = |part: &Part<'_>| part.kind != Kind::Proper && !mail.is_of_event(part.piece.text);
        parts.extend(mail.read(*piece).into_iter().filter(says));
    }
    let says = parts.iter().any(|part| matches!(part.kind, Kind::Position | Kind::Institution));
    let marked = unmarked.start > line.start;
    let longest = if line.text.chars().any(is_hangul) { 10 } else { 12 };
    let sentence = count_words(line.text) > longest && !marked || unspaced::is_spoken(line.text, mail.lexicon);
    let short = split.iter().all(|piece| piece.text.split_whitespace().count() <= 4);
    let alone = short && title_free(mail, first) && mail.lexicon.find_first(|w| &w.closings, line.text).is_none();
    // Where no spaces part words, the lines of a signature look like those of a list.
    let unsure = line.text.chars().any(is_unspaced) && !marked;
    if sentence || unsure || !says && !marked && !alone {
        return None;
    }
    let witness = Witness::new(Source::Label, "list", if marked { 0.85 } else { 0.7 });
    let mut candidates = of_parts(&parts, witness, mail.lexicon);
    candidates.push(Candidate::read(Field::Name, name.clone(), name_piece, witness.times(1.05)));
    candidates.extend(own_address(line));
    Some(Entrant { name, candidates, scope: line.span(), alone: !says && !marked })
}

fn title_free(mail: &Mail<'_>, piece: Piece<'_>) -> bool {
    piece.words().iter().all(|word| is_capitalized(word.text) || mail.lexicon.is(|w| &w.name_particles, word.text))
}

/// Without "1.", "2)", "-", "•" in front; numbers only where the lines are numbered ("1. Vorsitzende" is a position).
pub(super) fn without_mark(line: Piece<'_>, numbered: bool) -> Piece<'_> {
    let bullet = |c: char| matches!(c, '-' | '*' | '•' | '·' | '・' | '–' | ' ' | '\t' | '①'..='⑨' | '○' | '■' | '□');
    let number = |c: char| numbered && (c.is_ascii_digit() || matches!(c, '.' | ')' | '('));
    line.sub(line.text.trim_start_matches(|c: char| bullet(c) || number(c))).trimmed()
}

/// A whole name at the start of a piece, and a position before or behind it.
fn name_at_start<'a>(mail: &Mail<'_>, piece: Piece<'a>) -> Option<(Piece<'a>, Option<Part<'a>>)> {
    let lexicon = mail.lexicon;
    if piece.text.chars().any(is_hangul) {
        let parts = headfinal::read(piece, None, lexicon);
        let name = parts.iter().find(|part| part.kind == Kind::Name)?.piece;
        return Some((name, parts.into_iter().find(|part| part.kind == Kind::Position)));
    }
    if piece.text.chars().any(is_unspaced) {
        let parts = unspaced::read(piece, None, lexicon);
        let name = parts.iter().find(|part| part.kind == Kind::Name)?.piece;
        return Some((name, parts.into_iter().find(|part| part.kind == Kind::Position)));
    }
    let words = piece.words();
    let title = |word: &&Piece<'_>| lexicon.is(|w| &w.honorifics, word.text) || lexicon.is(|w| &w.roles, word.text);
    let titles = words.iter().take_while(title).count();
    let rest = words.get(titles..)?;
    let fits = |word: &&Piece<'_>| {
        let letters = word.text.chars().all(|c| c.is_alphabetic() || matches!(c, '.' | '-' | '\'' | '’'));
        letters && (is_capitalized(word.text) || lexicon.is(|w| &w.name_particles, word.text)) && !title(word)
    };
    let count = rest.iter().take_while(fits).count();
    let whole = count == rest.len() || titles > 0;
    let run = rest.get(..count).filter(|run| (2..=4).contains(&run.len()) && whole)?;
    let common = run.iter().any(|word| {
        lexicon.is(|w| &w.institutions, word.text)
            || lexicon.is(|w| &w.units, word.text)
            || lexicon.is(|w| &w.verbal, word.text)
            || lexicon.is(|w| &w.labels.other, word.text)
            || mail.is_of_event(word.text)
    });
    let found = piece.around(run).filter(|found| !common && name::clean(found.text, lexicon).is_some())?;
    let role = words
        .get(..titles)?
        .iter()
        .find(|word| lexicon.is(|w| &w.roles, word.text) && !lexicon.is(|w| &w.honorifics, word.text));
    Some((found, role.map(|word| Part { kind: Kind::Position, piece: *word })))
}

/// Somebody named in a sentence as coming along: "my colleague Anna Weber (Referentin)".
pub(super) fn companions(mail: &Mail<'_>) -> Vec<Entrant> {
    let mut found: Vec<Entrant> = Vec::new();
    for sentence in pieces::sentences(mail.text, mail.lexicon) {
        for (_, end) in mail.lexicon.find(|w| &w.companion_follows, sentence.text) {
            let rest = sentence.part(end, sentence.text.len());
            let Some(entrant) = companion(mail, rest) else { continue };
            let denied = mail.lexicon.find_first(|w| &w.stays_away, sentence.text).is_some();
            let is_writer = mail.writer.as_deref().is_some_and(|writer| name::agree(writer, &entrant.name));
            if !denied && !is_writer && !found.iter().any(|other| name::agree(&other.name, &entrant.name)) {
                found.push(entrant);
            }
        }
    }
    found
}

fn companion(mail: &Mail<'_>, rest: Piece<'_>) -> Option<Entrant> {
    let split = pieces::split(rest);
    let first = *split.first()?;
    let words = first.words();
    let titles = words.iter().take_while(|word| mail.lexicon.is(|w| &w.honorifics, word.text)).count();
    let count = words
        .iter()
        .skip(titles)
        .take_while(|word| is_capitalized(word.text) || mail.lexicon.is(|w| &w.name_particles, word.text))
        .count();
    let piece = first.around(words.get(titles..titles + count)?)?;
    let name = name::clean(piece.text, mail.lexicon).filter(|name| name::is_person(name, mail.lexicon))?;
    let beside: Vec<Part<'_>> = split.iter().skip(1).take(2).flat_map(|piece| mail.read(*piece)).collect();
    let witness = Witness::new(Source::Prose, "companion", 0.7);
    let mut candidates = of_parts(&beside, witness, mail.lexicon);
    candidates.push(Candidate::read(Field::Name, name.clone(), piece, witness));
    Some(Entrant { name, candidates, scope: rest.span(), alone: false })
}

/// The address in the text that is somebody's by his name.
pub(super) fn address_of(mail: &Mail<'_>, name: &str) -> Option<Candidate> {
    let all = address::all_in(mail.text);
    let (from, to, address) =
        all.into_iter().find(|(from, _, address)| mention::is_address_of(mail.text, *from, address, name))?;
    let witness = Witness::new(Source::Prose, "address with the name", 0.85);
    Some(Candidate::read(Field::Email, address, Piece::whole(mail.text).part(from, to), witness))
}

/// The people, each from his own lines; what is said once for all is shared.
pub(super) fn people(mail: &Mail<'_>, entrants: Vec<Entrant>, shared: &[Candidate]) -> Vec<Person> {
    let several = entrants.len() > 1;
    let people = entrants.into_iter().map(|entrant| {
        let is_writer = mail.writer.as_deref().is_some_and(|writer| name::agree(writer, &entrant.name));
        let mut candidates = entrant.candidates;
        if !candidates.iter().any(|candidate| candidate.field == Field::Organization) {
            candidates.extend(shared.iter().filter(|candidate| candidate.field == Field::Organization).cloned());
        }
        if !candidates.iter().any(|candidate| candidate.field == Field::Email) {
            candidates.extend(address_of(mail, &entrant.name));
        }
        if !candidates.iter().any(|candidate| candidate.field == Field::Email) {
            candidates.extend(shared.iter().filter(|candidate| candidate.field == Field::Email).cloned());
        }
        Person {
            name: combine::best(mail, Field::Name, &candidates),
            organization: combine::best(mail, Field::Organization, &candidates),
            position: combine::best(mail, Field::Position, &candidates),
            email: combine::best(mail, Field::Email, &candidates),
            scope: if several { vec![entrant.scope] } else { Vec::new() },
            is_writer,
            weighed: BTreeMap::new(),
            about: None,
            is_independent: false,
        }
    });
    people.collect()
}

//! Forms: "Name: …", tables, labels on one line and values on the next, numbered answers, answers under the
//! invitation's own lines.

use super::candidate::{Candidate, Witness, of_parts};
use super::mail::Mail;
use super::name;
use super::phrase::{self, Kind};
use super::pieces::{self, Piece, tidy};
use super::words::{Lexicon, WordList, Words};
use crate::event::Field;
use crate::understand::facts::evidence::Source;

/// What a label asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    /// A fact of ours.
    Asks(Field),
    /// One half of the name.
    FirstName,
    /// The other.
    LastName,
    /// Something else.
    Other,
}

/// A label with its value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<'a> {
    pub(super) label: Label,
    pub(super) value: Piece<'a>,
}

/// Picks a list out of a language's words.
type List = fn(&Words) -> &WordList;

const LISTS: [(List, Label); 7] = [
    (|w| &w.labels.name, Label::Asks(Field::Name)),
    (|w| &w.labels.first_name, Label::FirstName),
    (|w| &w.labels.last_name, Label::LastName),
    (|w| &w.labels.organization, Label::Asks(Field::Organization)),
    (|w| &w.labels.position, Label::Asks(Field::Position)),
    (|w| &w.labels.email, Label::Asks(Field::Email)),
    (|w| &w.labels.other, Label::Other),
];

/// Every labelled value of the text, in order.
pub(super) fn entries<'a>(mail: &Mail<'a>) -> Vec<Entry<'a>> {
    let lines: Vec<Piece<'a>> = pieces::lines(mail.text).filter(|line| !line.text.is_empty()).collect();
    let mut entries = Vec::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let run = lines
            .get(at..)
            .unwrap_or_default()
            .iter()
            .map_while(|line| bare_label(*line, mail.lexicon))
            .collect::<Vec<_>>();
        let values = lines.get(at + run.len()..).unwrap_or_default();
        if run.len() >= 3 && values.len() >= run.len() {
            let pairs = run.iter().zip(values);
            entries.extend(pairs.map(|(label, value)| Entry { label: *label, value: *value }));
            at += 2 * run.len();
            continue;
        }
        if let (Some(label), Some(value)) = (run.first(), lines.get(at + 1))
            && run.len() == 1
            && !value.text.contains(':')
            && on_line(*value, mail.lexicon).is_empty()
        {
            entries.push(Entry { label: *label, value: *value });
            at += 2;
            continue;
        }
        entries.extend(on_line(*line, mail.lexicon));
        at += 1;
    }
    entries
}

/// The label that a whole line is, with or without a colon.
fn bare_label(line: Piece<'_>, lexicon: Lexicon<'_>) -> Option<Label> {
    label(line.text.trim_end_matches([':', '：', ' ']), lexicon)
}

/// The labelled values of a line.
fn on_line<'a>(line: Piece<'a>, lexicon: Lexicon<'_>) -> Vec<Entry<'a>> {
    let Some((label, value)) = split_label(line, lexicon) else { return Vec::new() };
    for (at, c) in
        value.text.char_indices().filter(|(_, c)| matches!(c, ',' | ';' | '|' | '/' | '(' | '，' | '；' | '／'))
    {
        let rest = value.part(at + c.len_utf8(), value.text.len());
        if rest.text.contains([':', '：']) {
            let more = on_line(rest, lexicon);
            if !more.is_empty() {
                let first = Entry { label, value: value.part(0, at) };
                return std::iter::once(first).chain(more).collect();
            }
        }
    }
    vec![Entry { label, value }]
}

/// Whether a line is an entry of a form.
pub(super) fn is_labelled(line: Piece<'_>, lexicon: Lexicon<'_>) -> bool {
    split_label(line, lexicon).is_some_and(|(_, value)| !value.text.is_empty())
        && line.text.contains([':', '：', '=', '\t', '▶', '▷', '►', '»'])
}

/// A label at the start of a line and what follows it.
fn split_label<'a>(line: Piece<'a>, lexicon: Lexicon<'_>) -> Option<(Label, Piece<'a>)> {
    const LONGEST: usize = 48;
    let mut found = None;
    for (at, c) in line.text.char_indices().take_while(|(at, _)| *at <= LONGEST) {
        let next = at + c.len_utf8();
        let (before, after) = (line.text.get(..at)?, line.text.get(next..)?);
        let separates = match c {
            ':' | '：' | '=' | '\t' | '|' | '→' | '│' | '…' | '▶' | '▷' | '►' | '»' => true,
            '-' | '–' | '—' | '.' => before.ends_with([' ', '.']) && (after.starts_with([' ', '.', '-', '>'])),
            '/' | '／' => after.chars().next().is_some_and(pieces::is_native) || before.ends_with(' '),
            ' ' | '\u{3000}' => after.starts_with([' ', '\u{3000}']) || before.ends_with(pieces::is_unspaced),
            _ => false,
        };
        if separates && let Some(label) = label(before, lexicon) {
            let rest = line.sub(after);
            let value = rest.text.trim_start_matches(|c: char| {
                c.is_whitespace() || matches!(c, ':' | '：' | '.' | '-' | '>' | '|' | '=' | '–' | '—' | '/')
            });
            found = Some((label, rest.sub(value).trimmed()));
        }
    }
    found
}

/// The label that some words are: numbering, bullets and dots aside.
pub(super) fn label(text: &str, lexicon: Lexicon<'_>) -> Option<Label> {
    let key = text.trim().trim_matches(|c: char| !c.is_alphanumeric() && c != ')' && c != '(');
    let key = key.trim_end_matches(|c: char| c.is_ascii_digit() || c == '#' || c == ' ');
    let key = without_number(key).trim_matches(|c: char| !c.is_alphanumeric() && c != ')' && c != '(').to_lowercase();
    let plain = key.split('(').next().unwrap_or_default().trim().to_string();
    let joined: String = key.split_whitespace().collect();
    let own = key
        .split_once(' ')
        .map(|(first, rest)| (lexicon.is(|w| &w.articles, first), rest))
        .filter(|(is, _)| *is)
        .map(|(_, rest)| rest.to_string());
    for candidate in [Some(key.clone()), Some(plain), own, key.chars().any(pieces::is_native).then_some(joined)]
        .into_iter()
        .flatten()
    {
        if candidate.is_empty() {
            continue;
        }
        if let Some((_, label)) = LISTS.iter().find(|(list, _)| lexicon.is(list, &candidate)) {
            return Some(*label);
        }
    }
    None
}

/// Without "1.", "a)", "Zu b)", "가." in front.
fn without_number(text: &str) -> &str {
    let Some((first, rest)) = text.split_once(char::is_whitespace) else { return text };
    let mark = first.trim_end_matches(['.', ')', ':']);
    let numbered = first.len() > mark.len() && mark.chars().count() <= 2
        || (!mark.is_empty() && mark.chars().all(|c| c.is_ascii_digit()));
    if numbered { rest.trim_start() } else { text }
}

/// What the entries say of one person.
pub(super) fn candidates(mail: &Mail<'_>, entries: &[Entry<'_>], source: Source) -> Vec<Candidate> {
    let rule = if source == Source::InlineAnswer { "inline answer" } else { "label" };
    let has = |field| entries.iter().any(|entry| entry.label == Label::Asks(field));
    let (has_organization, has_position) = (has(Field::Organization), has(Field::Position));
    let mut candidates = Vec::new();
    let witness = Witness::new(source, rule, 0.95);
    for entry in entries {
        let piece = entry.value;
        if piece.text.is_empty() || piece.text.chars().count() > 160 {
            continue;
        }
        match entry.label {
            Label::Asks(Field::Name) => {
                if let Some(name) = name::clean(piece.text, mail.lexicon) {
                    candidates.push(Candidate::read(Field::Name, name, piece, witness));
                }
                let rest = pieces::split(piece).into_iter().skip(1).flat_map(|piece| mail.read(piece));
                let rest: Vec<_> = rest.filter(|part| part.kind != Kind::Proper && part.kind != Kind::Other).collect();
                let beside = of_parts(&rest, witness.times(0.85), mail.lexicon);
                candidates.extend(beside.into_iter().filter(|found| !has(found.field)));
            }
            Label::Asks(Field::Organization) => candidates.extend(affiliation(mail, piece, has_position, witness)),
            Label::Asks(Field::Position) => candidates.extend(position(mail, piece, has_organization, witness)),
            _ => {}
        }
    }
    let half = |label| entries.iter().find(|entry| entry.label == label).map(|entry| entry.value);
    if let (Some(first), Some(last)) = (half(Label::FirstName), half(Label::LastName)) {
        let value = tidy(&format!("{} {}", first.text, last.text));
        candidates.push(Candidate::read(Field::Name, value, last, witness));
    }
    candidates
}

fn affiliation(mail: &Mail<'_>, piece: Piece<'_>, has_position: bool, witness: Witness) -> Vec<Candidate> {
    if let Some((from, to)) = mail.lexicon.find_first(|w| &w.unaffiliated, piece.text) {
        let words = piece.part(from, to);
        return vec![Candidate::read(Field::Organization, tidy(words.text), words, witness.times(0.97))];
    }
    if phrase::is_contact(piece.text, mail.lexicon) {
        return Vec::new();
    }
    let parts: Vec<_> =
        pieces::split(piece).into_iter().flat_map(|piece| phrase::read(piece, None, mail.lexicon)).collect();
    let mixed = !has_position
        && parts.iter().any(|part| part.kind == Kind::Position)
        && parts.iter().any(|part| part.kind != Kind::Position);
    if mixed {
        return of_parts(&parts, witness.times(0.9), mail.lexicon);
    }
    vec![Candidate::read(Field::Organization, without_article(piece.text, mail.lexicon), piece, witness)]
}

fn position(mail: &Mail<'_>, piece: Piece<'_>, has_organization: bool, witness: Witness) -> Vec<Candidate> {
    if !has_organization {
        let parts: Vec<_> =
            pieces::split(piece).into_iter().flat_map(|piece| phrase::read(piece, None, mail.lexicon)).collect();
        let names = |kind| parts.iter().any(|part| part.kind == kind);
        if names(Kind::Position) && names(Kind::Institution) {
            return of_parts(&parts, witness.times(0.9), mail.lexicon);
        }
    }
    let known = phrase::read(piece, None, mail.lexicon).iter().any(|part| part.kind == Kind::Position);
    let witness = if known { witness } else { witness.times(0.9) };
    vec![Candidate::read(Field::Position, without_article(piece.text, mail.lexicon), piece, witness)]
}

/// The value without a leading article, and without a remark in brackets behind it.
fn without_article(text: &str, lexicon: Lexicon<'_>) -> String {
    let remark = text.rfind(" (").filter(|at| *at > 0 && text.trim_end().ends_with(')'));
    let text = tidy(text.get(..remark.unwrap_or(text.len())).unwrap_or(text));
    match text.split_once(' ') {
        Some((first, rest)) if lexicon.is(|w| &w.articles, first) && first.chars().all(char::is_lowercase) => {
            rest.to_string()
        }
        _ => text,
    }
}

/// Answers under the invitation's lines: the quoted words name the fields, in their order.
pub(super) fn inline_entries<'a>(mail: &Mail<'a>) -> Vec<Entry<'a>> {
    let mut entries = Vec::new();
    for answer in mail.inline {
        let value = Piece::whole(mail.text).part(answer.span.start, answer.span.end);
        let asked = asked(&answer.question, mail.lexicon);
        let values = if asked.len() > 1 { pieces::split(value) } else { vec![value] };
        match asked.as_slice() {
            [] => {}
            [field] => entries.push(Entry { label: Label::Asks(*field), value }),
            several if several.len() == values.len() => {
                entries.extend(
                    several.iter().zip(values).map(|(field, value)| Entry { label: Label::Asks(*field), value }),
                );
            }
            several => entries.extend(by_meaning(mail, several, &values)),
        }
    }
    entries
}

/// Which fields a line of the invitation asks for, in its order.
fn asked(question: &str, lexicon: Lexicon<'_>) -> Vec<Field> {
    let question = question.to_lowercase();
    let mut found: Vec<(usize, usize, Field)> = Vec::new();
    for (list, label) in LISTS {
        let Label::Asks(field) = label else { continue };
        for entry in lexicon.entries(list) {
            let long = entry.chars().count() >= 4 || entry.chars().any(pieces::is_native) && entry.chars().count() >= 2;
            if let Some(at) = question.find(entry).filter(|_| long) {
                found.push((at, entry.len(), field));
            }
        }
    }
    found.sort_by_key(|(at, length, _)| (*at, usize::MAX - length));
    let mut fields = Vec::new();
    let mut end = 0;
    for (at, length, field) in found {
        if at >= end && !fields.contains(&field) {
            fields.push(field);
            end = at + length;
        }
    }
    fields
}

fn by_meaning<'a>(mail: &Mail<'_>, fields: &[Field], values: &[Piece<'a>]) -> Vec<Entry<'a>> {
    let parts = values.iter().flat_map(|piece| mail.read(*piece));
    let entries = parts.filter_map(|part| {
        let field = match part.kind {
            Kind::Name => Field::Name,
            Kind::Position => Field::Position,
            Kind::Institution | Kind::Unit | Kind::Proper | Kind::Unaffiliated => Field::Organization,
            Kind::Other => return None,
        };
        fields.contains(&field).then_some(Entry { label: Label::Asks(field), value: part.piece })
    });
    entries.collect()
}

/// Numbered answers in the order in which the invitation asks, without labels.
pub(super) fn numbered<'a>(mail: &Mail<'a>) -> Vec<Entry<'a>> {
    let lines = pieces::lines(mail.text).filter(|line| !line.text.is_empty());
    let values: Vec<Piece<'a>> = lines
        .filter_map(|line| {
            let (first, rest) = line.text.split_once(char::is_whitespace)?;
            let (first, rest) = match rest.split_once(char::is_whitespace) {
                Some((mark, rest)) if mark.ends_with(')') && mark.len() <= 3 => (mark, rest),
                _ => (first, rest),
            };
            let mark = first.trim_end_matches(['.', ')', ':']).trim_start_matches('(');
            let roman = mark.chars().all(|c| matches!(c, 'i' | 'v' | 'x' | 'I' | 'V' | 'X'));
            ((mark.chars().count() <= 2 || roman) && mark.len() < first.len()).then(|| line.sub(rest).trimmed())
        })
        .collect();
    let writer = mail.writer.as_deref().unwrap_or_default();
    let opens = values.first().is_some_and(|first| phrase::is_writer(first.text, writer, mail.lexicon));
    if values.len() < 3
        || !opens
        || values.iter().any(|value| split_label(*value, mail.lexicon).is_some_and(|(label, _)| label != Label::Other))
    {
        return Vec::new();
    }
    let fields = [Field::Name, Field::Organization, Field::Position];
    let mut entries: Vec<Entry<'a>> =
        fields.iter().zip(&values).map(|(field, value)| Entry { label: Label::Asks(*field), value: *value }).collect();
    let is_position =
        |piece: &Piece<'_>| phrase::read(*piece, None, mail.lexicon).iter().any(|part| part.kind == Kind::Position);
    if let [_, second, third, ..] = values.as_slice()
        && is_position(second)
        && !is_position(third)
    {
        entries = [(Field::Name, values.first()), (Field::Position, Some(second)), (Field::Organization, Some(third))]
            .into_iter()
            .filter_map(|(field, value)| Some(Entry { label: Label::Asks(field), value: *value? }))
            .collect();
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::understand::language::Languages;

    #[test]
    fn labels_are_known_in_every_dress() {
        let lexicon = Lexicon(Languages::built_in());
        for (text, wanted) in [
            ("Name", Some(Label::Asks(Field::Name))),
            ("1. Full name", Some(Label::Asks(Field::Name))),
            ("a) Organisation", Some(Label::Asks(Field::Organization))),
            ("* Funktion ......", Some(Label::Asks(Field::Position))),
            ("성    명", Some(Label::Asks(Field::Name))),
            ("Vorname", Some(Label::FirstName)),
            ("Dinner", Some(Label::Other)),
            ("Elm", None),
        ] {
            assert_eq!(label(text, lexicon), wanted, "{text}");
        }
    }
}

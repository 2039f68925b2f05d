//! What a token's letters, its line, its place in the mail and the headers tell.

use std::collections::HashSet;

use super::cutting::is_cjk;
use super::flags::{Flag, bits};
use super::sight::Sight;
use super::vocabulary::Vocabulary;
use crate::understand::message::Message;
use crate::understand::reply::Span;

/// Describes every token of a mail.
pub fn describe(sight: &mut Sight, message: &Message, vocabulary: &Vocabulary<'_>) {
    let text = std::mem::take(&mut sight.text);
    Frame { lines: Lines::of(&text), headers: Headers::of(message), vocabulary }.describe(&text, sight);
    sight.text = text;
}

/// Word pieces of a label or question.
#[must_use]
pub fn line_pieces(vocabulary: &Vocabulary<'_>, line: &str) -> Vec<u32> {
    const LONGEST: usize = 24;
    let words = line.split(|letter: char| !letter.is_alphabetic()).filter(|word| !word.is_empty());
    let pieces = words.flat_map(|word| vocabulary.pieces(word, true)).filter(|piece| piece.letters > 0);
    pieces.map(|piece| piece.number).take(LONGEST).collect()
}

/// What the headers know of a word.
struct Headers {
    words: HashSet<String>,
    letters: HashSet<char>,
    local: String,
    domain: String,
}

impl Headers {
    fn of(message: &Message) -> Self {
        let name = message.from.as_ref().and_then(|from| from.name.as_deref()).unwrap_or_default();
        let address = message.from.as_ref().map(|from| from.address.as_str()).unwrap_or_default();
        let (local, domain) = address.split_once('@').unwrap_or((address, ""));
        let words = name.split(|letter: char| !letter.is_alphabetic()).filter(|word| !word.is_empty());
        Self {
            words: words.map(str::to_lowercase).collect(),
            letters: name.chars().filter(|letter| is_cjk(*letter)).collect(),
            local: local.to_owned(),
            domain: domain.to_owned(),
        }
    }

    fn flags(&self, word: &str, lower: &str) -> u64 {
        let long = lower.chars().nth(2).is_some();
        let called = self.words.contains(lower)
            || !lower.is_empty() && lower.chars().all(|letter| self.letters.contains(&letter));
        let abbreviates = word.chars().count() >= 2
            && word.chars().all(char::is_uppercase)
            && self.domain.split(['.', '-']).any(|label| label == lower);
        let set = [
            (called, Flag::InName),
            (long && self.local.contains(lower), Flag::InLocal),
            (long && self.domain.contains(lower), Flag::InDomain),
            (abbreviates, Flag::IsDomain),
        ];
        bits(&set)
    }
}

/// The lines of a text, and where each begins.
struct Lines {
    starts: Vec<usize>,
}

impl Lines {
    fn of(text: &str) -> Self {
        let ends = text.match_indices('\n').map(|(at, _)| at.saturating_add(1));
        Self { starts: std::iter::once(0).chain(ends).collect() }
    }

    fn number(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at).saturating_sub(1)
    }

    fn line<'t>(&self, text: &'t str, number: usize) -> &'t str {
        let start = self.starts.get(number).copied().unwrap_or(text.len());
        text.get(start..).and_then(|rest| rest.split('\n').next()).unwrap_or_default()
    }
}

struct Frame<'a> {
    lines: Lines,
    headers: Headers,
    vocabulary: &'a Vocabulary<'a>,
}

/// What is the same for all tokens of a line.
#[derive(Default)]
struct LineSight {
    flags: u64,
    rows: [u16; 3],
    label: Option<(usize, usize)>,
    start: usize,
    end: usize,
}

impl Frame<'_> {
    /// Letters, line and place of every token.
    fn describe(&mut self, text: &str, sight: &mut Sight) {
        let mut current: Option<(usize, LineSight)> = None;
        for token in &mut sight.tokens {
            let number = self.lines.number(token.span.start);
            if current.as_ref().is_none_or(|(other, _)| *other != number) {
                current = Some((number, self.line(text, number, &mut sight.labels)));
            }
            let Some((_, line)) = &current else { continue };
            let word = token.span.of(text);
            let lower = word.to_lowercase();
            let shape = shape(word);
            token.flags |= line.flags | self.headers.flags(word, &lower);
            let first = word.chars().next();
            let set = [
                (first.is_some_and(char::is_uppercase), Flag::Capital),
                (word.chars().count() > 1 && word.chars().all(char::is_uppercase), Flag::Capitals),
                (word.contains(char::is_numeric), Flag::Digit),
                (!word.contains(char::is_alphanumeric), Flag::Mark),
                (token.span.start == line.start, Flag::LineStart),
                (token.span.end == line.end, Flag::LineEnd),
                (line.label.is_some_and(|(_, ends)| token.span.start >= ends), Flag::Labelled),
            ];
            token.flags |= bits(&set);
            token.label = line.label.filter(|(_, ends)| token.span.start >= *ends).map(|(label, _)| label);
            let [from_end, top, length] = line.rows;
            let cut = |text: &str, table: u32| u16::try_from(hash(text) % table).unwrap_or_default();
            // A single letter says little: its pairs with the letters around it say more.
            let (ending, beginning) = if word.contains(is_cjk) {
                (pair_behind(text, token.span), pair_before(text, token.span))
            } else {
                (last(&lower, 3), begin(&lower, 3))
            };
            token.rows =
                [from_end, top, length, cut(&lower, 4096), cut(ending, 4096), cut(beginning, 4096), cut(&shape, 256)];
        }
    }

    fn line(&self, text: &str, number: usize, labels: &mut Vec<Vec<u32>>) -> LineSight {
        let line = self.lines.line(text, number);
        let blank = |number: Option<usize>| number.is_none_or(|number| self.lines.line(text, number).trim().is_empty());
        let digits = line.as_bytes().windows(3).any(|three| three.iter().all(u8::is_ascii_digit));
        let set = [
            (line.contains('@'), Flag::LineAt),
            (digits, Flag::LineNumber),
            (line.contains([',', '|', '/']), Flag::LineList),
            (blank(number.checked_sub(1)), Flag::BlankBefore),
            (blank(number.checked_add(1)), Flag::BlankBehind),
        ];
        let start = self.lines.starts.get(number).copied().unwrap_or_default();
        let label = label(line).map(|(label, ends)| {
            labels.push(line_pieces(self.vocabulary, label));
            (labels.len().saturating_sub(1), start.saturating_add(ends))
        });
        let small = |number: usize, most: usize| u16::try_from(number.min(most)).unwrap_or_default();
        let lines = self.lines.starts.len();
        LineSight {
            flags: bits(&set),
            rows: [
                small(lines.saturating_sub(number).saturating_sub(1), 15),
                small(number, 7),
                small(line.chars().count() / 10, 9),
            ],
            label,
            start: start.saturating_add(line.len().saturating_sub(line.trim_start().len())),
            end: start.saturating_add(line.trim_end().len()),
        }
    }
}

/// The label that a line begins with, and the byte at which its value begins.
fn label(line: &str) -> Option<(&str, usize)> {
    let (at, mark) = line.char_indices().find(|(_, letter)| matches!(letter, ':' | '：' | '=' | '\t'))?;
    let label = line.get(..at)?;
    let short = label.contains(char::is_alphabetic) && label.chars().count() <= 40;
    short.then(|| (label, at.saturating_add(mark.len_utf8())))
}

/// A letter and the one behind it.
fn pair_behind(text: &str, span: Span) -> &str {
    let rest = text.get(span.start..).unwrap_or_default();
    begin(rest, 2)
}

/// A letter and the one before it.
fn pair_before(text: &str, span: Span) -> &str {
    last(text.get(..span.end).unwrap_or_default(), 2)
}

/// Upper and lower case, digits and scripts in order, repeats folded, the first six of them.
fn shape(word: &str) -> String {
    let mut shape = String::new();
    for letter in word.chars() {
        let class = match letter {
            '\u{AC00}'..='\u{D7A3}' => 'h',
            '\u{4E00}'..='\u{9FFF}' => 'k',
            '\u{3040}'..='\u{30FF}' => 'j',
            letter if letter.is_uppercase() => 'X',
            letter if letter.is_lowercase() => 'x',
            letter if letter.is_numeric() => 'd',
            other => other,
        };
        if !shape.ends_with(class) {
            shape.push(class);
        }
    }
    begin(&shape, 6).to_owned()
}

fn begin(word: &str, letters: usize) -> &str {
    let end = word.char_indices().nth(letters).map_or(word.len(), |(at, _)| at);
    word.get(..end).unwrap_or(word)
}

fn last(word: &str, letters: usize) -> &str {
    let start = word.char_indices().rev().nth(letters.saturating_sub(1)).map_or(0, |(at, _)| at);
    word.get(start..).unwrap_or(word)
}

/// FNV-1a, folded: the same on every machine for ever, which the stored weights need.
fn hash(text: &str) -> u32 {
    let hash = text.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hash ^ (hash >> 15)
}

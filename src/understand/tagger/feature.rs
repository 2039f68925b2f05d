//! What the tagger sees of each token: the word, its shape, its neighbours, its place in the line and the mail, and
//! whether the sender's name or address holds it.
//!
//! A feature is a hash of its kind and its letters, so that nothing is allocated for it. Training and reading use
//! this very code; a change here wants new weights.

use std::collections::HashSet;

use super::token::{Token, is_cjk};
use crate::understand::message::Mailbox;

/// Neighbours looked at on each side.
const REACH: usize = 3;

/// The features of one token, as hashes.
pub type Features = Vec<u32>;

/// The features of all tokens of a text. `from` is the sender.
#[must_use]
pub fn features(text: &str, tokens: &[Token<'_>], from: Option<&Mailbox>) -> Vec<Features> {
    let sender = Sender::of(from);
    let lines = Lines::of(text);
    let seen: Vec<Seen> = tokens.iter().map(|token| Seen::of(token, &lines, &sender)).collect();
    (0..tokens.len()).map(|at| in_context(&seen, at)).collect()
}

/// What a token is by itself.
struct Seen {
    word: u32,
    shape: u32,
    suffix: u32,
    in_name: bool,
    own: Features,
}

struct Sender {
    words: HashSet<String>,
    letters: HashSet<char>,
    local: String,
    domain: String,
}

struct Lines<'a> {
    starts: Vec<usize>,
    lines: Vec<&'a str>,
}

impl Sender {
    fn of(from: Option<&Mailbox>) -> Self {
        let name = from.and_then(|from| from.name.as_deref()).unwrap_or_default();
        let address = from.map(|from| from.address.as_str()).unwrap_or_default();
        let (local, domain) = address.split_once('@').unwrap_or((address, ""));
        Self {
            words: name
                .split(|c: char| !c.is_alphabetic())
                .filter(|word| !word.is_empty())
                .map(str::to_lowercase)
                .collect(),
            letters: name.chars().filter(|letter| is_cjk(*letter)).collect(),
            local: local.to_owned(),
            domain: domain.to_owned(),
        }
    }

    fn is_called(&self, word: &str) -> bool {
        self.words.contains(word) || word.chars().all(|letter| self.letters.contains(&letter)) && !word.is_empty()
    }
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        let lines: Vec<&str> = text.split('\n').collect();
        let mut at = 0_usize;
        let starts = lines
            .iter()
            .map(|line| {
                let start = at;
                at = at.saturating_add(line.len()).saturating_add(1);
                start
            })
            .collect();
        Self { starts, lines }
    }

    fn line(&self, number: usize) -> &'a str {
        self.lines.get(number).copied().unwrap_or_default()
    }
}

impl Seen {
    fn of(token: &Token<'_>, lines: &Lines<'_>, sender: &Sender) -> Self {
        let word = token.text.to_lowercase();
        let number = lines.starts.partition_point(|start| *start <= token.start).saturating_sub(1);
        let line = lines.line(number);
        let column = token.start.saturating_sub(lines.starts.get(number).copied().unwrap_or_default());
        let shape = shape(token.text);
        let suffix = last(&word, 3);
        let in_name = sender.is_called(&word);
        let long = word.chars().nth(2).is_some();
        let from_end = lines.lines.len().saturating_sub(number);
        let blank = |number: Option<usize>| number.is_none_or(|number| lines.line(number).trim().is_empty());
        let mut own = vec![
            hash("w", &word),
            hash("sh", &shape),
            hash("p2", first(&word, 2)),
            hash("p3", first(&word, 3)),
            hash("s2", last(&word, 2)),
            hash("s3", suffix),
            hash("s4", last(&word, 4)),
            count("end", from_end.min(8)),
            count("top", number.min(3)),
            count("len", (line.chars().count() / 12).min(6)),
            count("col", (line.get(..column).map_or(0, |before| before.chars().count()) / 8).min(5)),
            count("prev-blank", usize::from(blank(number.checked_sub(1)))),
            count("next-blank", usize::from(blank(number.checked_add(1)))),
            count("comma", usize::from(line.contains([',', '|', '/']))),
        ];
        let flags = [
            ("in-name", in_name),
            ("in-local", long && sender.local.contains(&word)),
            ("in-domain", long && sender.domain.contains(&word)),
        ];
        own.extend(flags.iter().filter(|(_, set)| *set).map(|(name, _)| hash(name, "")));
        if let Some((label, ends)) = label(line)
            && column >= ends
        {
            own.push(hash("label", &label));
        }
        Self { word: hash("", &word), shape: hash("", &shape), suffix: hash("", suffix), in_name, own }
    }
}

/// A token's own features and those of its neighbours.
fn in_context(seen: &[Seen], at: usize) -> Features {
    let mut features = seen.get(at).map(|this| this.own.clone()).unwrap_or_default();
    for distance in 1..=REACH {
        for (side, neighbour) in [("-", at.checked_sub(distance)), ("+", at.checked_add(distance))] {
            let Some(neighbour) = neighbour.and_then(|at| seen.get(at)) else {
                features.push(mix(&[hash("edge", side), count("", distance)]));
                continue;
            };
            let place = mix(&[hash("at", side), count("", distance)]);
            features.push(mix(&[place, 1, neighbour.word]));
            features.push(mix(&[place, 2, neighbour.shape]));
            if distance == 1 {
                features.push(mix(&[place, 3, neighbour.suffix]));
                features.push(mix(&[place, 4, u32::from(neighbour.in_name)]));
            }
        }
    }
    let word = |at: Option<usize>| at.and_then(|at| seen.get(at)).map(|seen| seen.word);
    if let (Some(before), Some(this)) = (word(at.checked_sub(1)), word(Some(at))) {
        features.push(mix(&[5, before, this]));
    }
    if let (Some(this), Some(after)) = (word(Some(at)), word(at.checked_add(1))) {
        features.push(mix(&[6, this, after]));
    }
    if let (Some(first), Some(second)) = (word(at.checked_sub(2)), word(at.checked_sub(1))) {
        features.push(mix(&[7, first, second]));
    }
    features
}

/// The label that a line begins with ("2. Organisation:"), and the byte at which its value begins.
fn label(line: &str) -> Option<(String, usize)> {
    let (at, mark) = line.char_indices().find(|(_, letter)| matches!(letter, ':' | '：' | '=' | '\t'))?;
    let label = line.get(..at)?;
    let words: Vec<String> = label
        .split(|letter: char| !letter.is_alphabetic())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let short = !words.is_empty() && label.chars().count() <= 40;
    short.then(|| (last(&words.join(" "), 20).to_owned(), at.saturating_add(mark.len_utf8())))
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
    first(&shape, 6).to_owned()
}

fn first(word: &str, letters: usize) -> &str {
    let end = word.char_indices().nth(letters).map_or(word.len(), |(at, _)| at);
    word.get(..end).unwrap_or(word)
}

fn last(word: &str, letters: usize) -> &str {
    let start = word.char_indices().rev().nth(letters.saturating_sub(1)).map_or(0, |(at, _)| at);
    word.get(start..).unwrap_or(word)
}

/// FNV-1a: short inputs, and the same on every machine for ever, which the stored weights need.
fn fnv(bytes: impl Iterator<Item = u8>) -> u32 {
    bytes.fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

fn hash(kind: &str, letters: &str) -> u32 {
    fnv(kind.bytes().chain(std::iter::once(0)).chain(letters.bytes()))
}

fn count(kind: &str, number: usize) -> u32 {
    fnv(kind.bytes().chain(std::iter::once(1)).chain(number.to_le_bytes()))
}

fn mix(parts: &[u32]) -> u32 {
    fnv(parts.iter().flat_map(|part| part.to_le_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::understand::tagger::token::tokens;

    #[test]
    fn a_label_is_known_with_the_place_of_its_value() {
        assert_eq!(label("2. Organisation: Tea House"), Some(("organisation".to_owned(), 16)));
        assert_eq!(label("소속： 연구원"), Some(("소속".to_owned(), 9)));
        assert_eq!(label("no label here"), None);
        assert_eq!(label("17:30"), None);
    }

    #[test]
    fn shapes_fold_repeats() {
        assert_eq!(shape("McDonald"), "XxXx");
        assert_eq!(shape("UNHCR-17"), "X-d");
        assert_eq!(shape("대사관"), "h");
    }

    #[test]
    fn every_token_has_features_and_equal_places_have_equal_ones() {
        let text = "Anna\nAnna";
        let tokens = tokens(text, 10);
        let features = features(text, &tokens, None);
        assert_eq!(features.len(), 3);
        assert!(features.iter().all(|features| features.len() > 20));
    }
}

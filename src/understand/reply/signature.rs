//! Where the signature begins: at the closing formula ("Best regards,"), at the delimiter ("-- "), in the container
//! that an HTML client marks, or with the sender's name and contact lines at the end.
//!
//! In doubt there is none: what is wrongly taken for a signature is not read as prose.

use super::super::message::LineRole;
use super::words::Words;
use super::{OwnLine, invitation};

/// A closing formula stands on a line of its own, or with the name behind it.
const CLOSING_LINE: usize = 60;
/// Below the formula stand the name, position, organization and ways to reach the sender, seldom more.
const MOST_LINES: usize = 14;
/// A line of a signature is short; prose is not.
const SHORT_LINE: usize = 90;
/// A name has no more words, with the place that the greetings come from.
const MOST_WORDS: usize = 6;
/// "of", "aus", "van": words of a name that are written small.
const PARTICLE: usize = 4;

/// What a sentence ends with.
const END: [char; 6] = ['.', '?', '!', '。', '！', '？'];

/// Byte offset at which the signature of the typed lines begins. `sender` is the name that the mail's header gives.
pub(super) fn begins<'a>(lines: impl Iterator<Item = &'a OwnLine<'a>>, sender: Option<&str>) -> Option<usize> {
    let lines: Vec<&OwnLine<'_>> = lines.collect();
    let sender = Name::of(sender.unwrap_or_default());
    let last_lines = lines.len().saturating_sub(MOST_LINES);
    let delimiter = lines.iter().rposition(|line| is_delimiter(line.text)).filter(|at| *at >= last_lines);
    let marked = lines.iter().position(|line| line.role == LineRole::Signature);
    let first = [closing_formula(&lines, &sender), delimiter.map(|at| at + 1), marked].into_iter().flatten().min();
    let at = first.or_else(|| closing_name(&lines, &sender))?;
    lines.get(at).map(|line| line.start)
}

fn is_delimiter(text: &str) -> bool {
    matches!(text.trim(), "--" | "—")
}

/// The last closing formula with only short lines below it.
fn closing_formula(lines: &[&OwnLine<'_>], sender: &Name) -> Option<usize> {
    let words = Words::built_in();
    for (at, line) in lines.iter().enumerate().rev().take(MOST_LINES) {
        let text = line.text.trim();
        let length = text.chars().count();
        let formula = words.closing.find(text).is_some_and(|formula| is_signed(text.get(formula.end()..), sender));
        let alone = lines.len() == 1;
        if !alone && length <= CLOSING_LINE && (formula || words.closing_ending.is_match(text)) {
            return Some(at);
        }
        if length > SHORT_LINE {
            return None;
        }
    }
    None
}

/// Whether nothing but a name or a place follows the formula: "Thanks, I will come" is no closing.
fn is_signed(rest: Option<&str>, sender: &Name) -> bool {
    let rest = rest.unwrap_or_default();
    let new_clause = rest.trim_start().starts_with(',');
    let rest = rest.trim_matches(|letter: char| !letter.is_alphanumeric());
    if rest.is_empty() || sender.is_in(rest) {
        return true;
    }
    let words: Vec<&str> = rest.split_whitespace().collect();
    let capital = |word: &&str| word.chars().next().is_some_and(char::is_uppercase);
    let of_name = |word: &&str| capital(word) || word.chars().count() <= PARTICLE;
    !new_clause && words.len() <= MOST_WORDS && words.last().is_some_and(capital) && words.iter().all(of_name)
}

/// The sender's name at the head of a few short lines at the end, below a blank line or a sentence, or the very last
/// line, with no formula above it.
fn closing_name(lines: &[&OwnLine<'_>], sender: &Name) -> Option<usize> {
    let mut found = None;
    for (at, line) in lines.iter().enumerate().skip(1).rev().take(MOST_LINES) {
        let text = line.text.trim();
        let prose = text.chars().count() > SHORT_LINE / 2 || is_sentence(text) || is_listed(text);
        if prose || (text.contains([':', '：', '=']) && !is_contact(text)) {
            break;
        }
        let set_off = lines.get(at - 1).is_some_and(|above| line.at > above.at + 1 || above.text.ends_with(END));
        if sender.is_in(text) && (set_off || at + 1 == lines.len()) {
            found = Some(at);
        }
    }
    found
}

/// "Pilots' Guild e.V." ends like a sentence, but is too short for one.
fn is_sentence(text: &str) -> bool {
    text.ends_with(END) && text.split_whitespace().count() >= 5
}

/// "1) Jane Doe" answers the first of several questions.
fn is_listed(text: &str) -> bool {
    let rest = text.trim_start_matches(|letter: char| letter.is_numeric());
    rest.len() < text.len() && rest.starts_with(['.', ')'])
}

/// A telephone number, an address, a page; any other labelled line is an answer.
fn is_contact(text: &str) -> bool {
    text.contains(['@', '/']) || text.contains("www.") || text.chars().filter(char::is_ascii_digit).count() >= 5
}

/// The words of a name, folded.
struct Name(Vec<String>);

impl Name {
    fn of(name: &str) -> Self {
        let words = name.split(|letter: char| !letter.is_alphanumeric()).map(invitation::fold);
        Self(words.filter(|word| word.chars().count() > 1).collect())
    }

    fn is_in(&self, text: &str) -> bool {
        text.split(|letter: char| !letter.is_alphanumeric()).any(|word| self.0.contains(&invitation::fold(word)))
    }
}

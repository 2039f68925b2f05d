//! Where the signature begins: at the closing formula ("Best regards,"), at the delimiter ("-- "), in the container
//! that an HTML client marks, or with the sender's name and contact lines at the end.

use super::super::message::LineRole;
use super::words::Words;
use super::{OwnLine, invitation};

/// A closing formula stands on a line of its own, or with the name behind it.
const CLOSING_LINE: usize = 60;
/// Below the formula stand the name, position, organization and ways to reach the sender, seldom more.
const MOST_LINES: usize = 14;
/// A line of a signature is short; prose is not.
const SHORT_LINE: usize = 90;

/// Byte offset at which the signature of the typed lines begins. `sender` is the name that the mail's header gives.
pub(super) fn begins(lines: &[OwnLine<'_>], sender: Option<&str>) -> Option<usize> {
    let filled: Vec<&OwnLine<'_>> = lines.iter().filter(|line| !line.text.trim().is_empty()).collect();
    let closing = closing_formula(&filled);
    let delimiter = filled.iter().position(|line| is_delimiter(line.text)).map(|at| at + 1);
    let marked = filled.iter().position(|line| line.role == LineRole::Signature);
    let first = [closing, delimiter, marked].into_iter().flatten().min();
    let at = first.or_else(|| closing_name(&filled, sender))?;
    filled.get(at).map(|line| line.start)
}

fn is_delimiter(text: &str) -> bool {
    matches!(text.trim(), "--" | "—" | "___" | "---")
}

/// The last closing formula with only short lines below it.
fn closing_formula(lines: &[&OwnLine<'_>]) -> Option<usize> {
    let words = Words::built_in();
    for (at, line) in lines.iter().enumerate().rev().take(MOST_LINES) {
        let text = line.text.trim();
        let length = text.chars().count();
        let short = length <= CLOSING_LINE;
        let formula = words.closing.find(text).is_some_and(|formula| is_formula(text, formula.end()));
        if short && at > 0 && (formula || words.closing_ending.is_match(text)) {
            return Some(at);
        }
        if length > SHORT_LINE {
            return None;
        }
    }
    None
}

/// Whether nothing but a name or a few words follow the formula: "Thanks for the kind invitation, I will come" is
/// no closing.
fn is_formula(text: &str, end: usize) -> bool {
    let rest = text.get(end..).unwrap_or_default().trim_matches(|letter: char| !letter.is_alphanumeric());
    rest.is_empty() || (invitation::weight(&invitation::fold(rest)) <= 30 && !rest.contains(['.', '?', '!', ',']))
}

/// The sender's name at the head of a few short lines at the end, with no formula above it.
fn closing_name(lines: &[&OwnLine<'_>], sender: Option<&str>) -> Option<usize> {
    let sender: Vec<String> =
        sender?.split_whitespace().map(invitation::fold).filter(|word| word.chars().count() > 1).collect();
    let mut found = None;
    for (at, line) in lines.iter().enumerate().skip(1).rev().take(MOST_LINES) {
        let text = line.text.trim();
        if text.chars().count() > SHORT_LINE / 2 || text.ends_with(['.', '?', '!', ':', '。', '！', '？']) {
            break;
        }
        let name =
            text.split(|letter: char| !letter.is_alphanumeric()).any(|word| sender.contains(&invitation::fold(word)));
        if name {
            found = Some(at);
        }
    }
    found
}

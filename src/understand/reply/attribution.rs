//! The line above a quotation that says who wrote it: "On Monday, NAME <address> wrote:", in any language, wrapped
//! over up to four lines.
//!
//! It is known by what it holds, not by its order: a date, an address, a verb of writing, a colon at its end. The
//! fewer of them, the more it takes a quotation below it to believe it.

use std::sync::LazyLock;

use regex::Regex;

use super::super::message::Line;
use super::words::Words;

/// A long name with its address and a full date wraps over no more.
const LONGEST: usize = 4;
/// An attribution is shorter than this; prose that ends in a colon often is not.
const MOST_LETTERS: usize = 320;

#[expect(clippy::unwrap_used, reason = "a constant pattern, compiled by every test")]
static DATE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\d{1,2}[:.h]\d{2}\b|\b(?:19|20)\d\d\b|(?:19|20)\d\d\s*[年년./-]|\d{1,4}[./-]\s?\d{1,2}[./-]\s?\d{1,4}")
        .unwrap()
});
#[expect(clippy::unwrap_used, reason = "a constant pattern, compiled by every test")]
static ADDRESS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[^\s<>@]+@[^\s<>@]+").unwrap());

/// One past the last line of the attribution that begins at `start`, if one does. `quoted_below` says whether
/// what follows a line (blank lines aside) is marked as a quotation.
pub(super) fn attribution_at(lines: &[Line], start: usize, quoted_below: impl Fn(usize) -> bool) -> Option<usize> {
    let depth = lines.get(start)?.quote_depth;
    let mut joined = String::new();
    for (at, line) in lines.iter().enumerate().skip(start).take(LONGEST) {
        let text = line.text.trim();
        if text.is_empty() || line.quote_depth != depth {
            return None;
        }
        joined.push_str(text);
        joined.push(' ');
        if joined.len() > MOST_LETTERS {
            return None;
        }
        if is_attribution(&joined, quoted_below(at + 1)) {
            return Some(at + 1);
        }
    }
    None
}

fn is_attribution(text: &str, quoted_below: bool) -> bool {
    let text = text.trim_end_matches(|letter: char| letter.is_whitespace() || matches!(letter, '-' | '*' | '_'));
    let colon = text.ends_with([':', '：']);
    let date = DATE.is_match(text);
    let address = ADDRESS.is_match(text);
    let wrote = Words::built_in().wrote.is_match(text);
    match (date, address, wrote) {
        (true, true, true) => colon || quoted_below,
        (true, true, false) | (false, true, true) => colon,
        (true, false, true) => colon && (quoted_below || text.len() < 160),
        (true, false, false) | (false, false, true) => colon && quoted_below,
        _ => false,
    }
}

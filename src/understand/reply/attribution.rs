//! The line above a quotation that says who wrote it: "On Monday, NAME \<address\> wrote:", in any language, wrapped
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
/// Words of the shortest attribution.
const CURT: usize = 8;
/// Without an address and a marked quotation below, only a short line is believed.
const SHORT: usize = 160;

#[expect(clippy::unwrap_used, reason = "a constant pattern, compiled by every test")]
static DATE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\d{1,2}[:.h]\d{2}\b|\b(?:19|20)\d\d\b|(?:19|20)\d\d\s*[年년./-]|\d{1,4}[./-]\s?\d{1,2}[./-]\s?\d{1,4}")
        .unwrap()
});
#[expect(clippy::unwrap_used, reason = "a constant pattern, compiled by every test")]
static TIME: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\d{1,2}[:.h]\d{2}\b").unwrap());
#[expect(clippy::unwrap_used, reason = "a constant pattern, compiled by every test")]
static YEAR: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\b(?:19|20)\d\d\b").unwrap());
#[expect(clippy::unwrap_used, reason = "a constant pattern, compiled by every test")]
static ADDRESS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[^\s<>@]+@[^\s<>@]+").unwrap());

/// One past the last line of the attribution that begins at `start`, if one does. `quoted_below` says whether
/// what follows a line (blank lines aside) is a quotation by its marks or by its words.
///
/// Typed text may stand right above it, so an attribution begins as late as it can and still say when and who.
pub(super) fn attribution_at(lines: &[Line], start: usize, quoted_below: impl Fn(usize) -> bool) -> Option<usize> {
    let depth = lines.get(start)?.quote_depth;
    let window: Vec<&str> = lines
        .iter()
        .skip(start)
        .take(LONGEST)
        .take_while(|line| line.quote_depth == depth && !line.text.trim().is_empty())
        .map(|line| line.text.trim())
        .collect();
    let ends = (1..=window.len()).filter(|end| is_complete(window.get(end - 1).copied().unwrap_or_default()));
    for end in ends {
        let below = quoted_below(start + end);
        let suffixes: Vec<String> =
            (0..end).map(|from| window.iter().take(end).skip(from).copied().collect::<Vec<_>>().join(" ")).collect();
        let believed = |text: &str| text.len() <= MOST_LETTERS && is_attribution(text, below);
        let whole = suffixes.iter().rposition(|text| believed(text) && is_whole(text));
        let mut begin = whole.or_else(|| suffixes.iter().rposition(|text| believed(text)));
        if let Some(at) = begin.filter(|at| *at > 0 && goes_on(&window, *at)) {
            begin = Some(at - 1);
        }
        if begin == Some(0) {
            return Some(start + end);
        }
        if begin.is_some() {
            return None;
        }
    }
    None
}

/// Whether the line above belongs to the attribution that could begin at `at`.
fn goes_on(window: &[&str], at: usize) -> bool {
    let opening = &Words::built_in().opening;
    let begins = |at: usize| window.get(at).is_some_and(|text| opening.is_match(text));
    let ended = |text: &&str| text.ends_with(['.', '!', '?', ':', '。', '！', '？']);
    let first = window.get(at).copied().unwrap_or_default();
    let is_start = first.starts_with(|letter: char| letter.is_ascii_digit() || letter == '*');
    let address_wrapped = ["<", "(<", "[mailto:"].iter().any(|start| first.starts_with(start));
    (address_wrapped || (!begins(at) && !is_start && begins(at - 1))) && !window.get(at - 1).is_some_and(ended)
}

/// Whether an attribution can end with this line.
fn is_complete(line: &str) -> bool {
    let words = Words::built_in();
    is_closed(line) || words.wrote.is_match(line)
}

/// Whether it ends as an attribution does: with a colon, or with the dashes that it began with.
fn is_closed(text: &str) -> bool {
    let bare = text.trim_end_matches(|letter: char| letter.is_whitespace() || matches!(letter, '-' | '*' | '_'));
    bare.ends_with([':', '：']) || (text.starts_with("--") && text.ends_with("--"))
}

/// Whether it says when, and who or that he wrote.
fn is_whole(text: &str) -> bool {
    DATE.is_match(text) && (ADDRESS.is_match(text) || Words::built_in().wrote.is_match(text))
}

/// Whether it begins as an attribution does and tells the time of day.
fn is_dated_to_the_minute(text: &str) -> bool {
    let text = text.trim_start_matches(|letter: char| !letter.is_alphanumeric());
    let begins = text.starts_with(|letter: char| letter.is_ascii_digit()) || Words::built_in().opening.is_match(text);
    begins && TIME.is_match(text)
}

/// Whether it is a date with its year, "you" and the verb, and no more: "On Nov 26, 2013 you wrote:".
fn is_curt(text: &str) -> bool {
    let words = Words::built_in();
    let verb = words.wrote.find_iter(text).last();
    let ends = verb.is_some_and(|verb| text.get(verb.end()..).is_some_and(|rest| rest.trim() == ":"));
    ends && words.opening.is_match(text) && YEAR.is_match(text) && text.split_whitespace().count() <= CURT
}

/// Where an attribution begins behind typed text on one line: "Yes. On Monday, 3 June 2013 at 15:59, NAME wrote:".
pub(super) fn shares_line(text: &str) -> Option<usize> {
    let starts = text.char_indices().filter(|(at, _)| {
        text.get(..*at).and_then(|before| before.chars().next_back()).is_some_and(char::is_whitespace)
    });
    let mut starts = starts.map(|(at, _)| at);
    let is_typed = |at: &usize| text.get(..*at).is_some_and(|before| before.contains(char::is_alphanumeric));
    starts.find(|at| {
        is_typed(at)
            && text.get(*at..).is_some_and(|rest| {
                Words::built_in().opening.is_match(rest)
                    && is_dated_to_the_minute(rest)
                    && is_whole(rest)
                    && is_attribution(rest, true)
            })
    })
}

/// Whether `<address>` is followed by no more than the verb.
fn ends_with_sender(text: &str) -> bool {
    let verb = text.rsplit_once('>').map(|(_, verb)| verb.trim_matches(|letter: char| !letter.is_alphanumeric()));
    verb.is_some_and(|verb| {
        verb.is_empty() || Words::built_in().wrote.find(verb).is_some_and(|found| found.as_str() == verb)
    })
}

fn is_attribution(text: &str, quoted_below: bool) -> bool {
    let colon = is_closed(text);
    let date = DATE.is_match(text);
    let address = ADDRESS.is_match(text);
    let wrote = Words::built_in().wrote.is_match(text);
    match (date, address, wrote) {
        (true, true, true) => colon || quoted_below,
        (true, true, _) | (_, true, true) if ends_with_sender(text) => colon,
        // "As I wrote on 3 May:" is typed; a client names the hour, too.
        (true, false, true) => {
            colon && (quoted_below || (text.len() < SHORT && is_dated_to_the_minute(text)) || is_curt(text))
        }
        (true, true, false) | (false, _, true) => colon && quoted_below,
        _ => false,
    }
}

//! Days in a text: dates in any notation, and the sessions of the event that they stand for.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;
use unicode_normalization::UnicodeNormalization;

use super::notation::{DIGITS, Notation};
use crate::event::Event;
use crate::understand::phrases;
use crate::understand::reply::Span;

/// A day as written, complete or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// Where it stands.
    pub span: Span,
    day: i8,
    month: Option<i8>,
    year: Option<i16>,
}

/// 2013-06-17 and the like.
static YEAR_FIRST: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?-u:\b)((?:19|20)\d\d) ?[-./年년] ?(\d{1,2}) ?[-./月월] ?(\d{1,2})").ok());
/// 17.6., 17.06.2013, 6/17.
static PAIR: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(&format!(
        r"({DIGITS}) ?[./／] ?((?:[0-9]{{1,2}}(?-u:\b)|[０-９]{{1,2}}))(?:\.? ?/? ?((?:19|20)?\d\d)\b)?"
    ))
    .ok()
});
/// A number that could be a day, where it stands as a list's item.
static LISTED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?m)(?:^|[:(,/→&+：（、，・-])\s*(\d{1,2})\s*(?:[):,/=&+.–）：、，・-]|$)").ok());
/// Any number of one or two digits.
static NUMBER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?-u:\b)[0-9]{1,2}(?-u:\b)").ok());
/// A range, where everything between counts too.
static RANGE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[-–~～〜至到]|\bto\b|\bbis\b|부터|から").ok());

/// Finds the days of one kind of notation.
type Finder = fn(&str, &[&Notation], &Event) -> Vec<Day>;

/// Every day written in the text, in order, that may be one of the event's.
#[must_use]
pub fn days(text: &str, notations: &[&Notation], event: &Event) -> Vec<Day> {
    let finders: [Finder; 7] = [year_first, worded, pairs, marked, behind_a_word, listed, joined_numbers];
    let mut days: Vec<Day> = Vec::new();
    // The surer notations come first: what they took is no day of the others.
    for found in finders.iter().flat_map(|find| find(text, notations, event)) {
        if (1..=31).contains(&found.day) && !days.iter().any(|day| day.span.overlaps(&found.span)) {
            days.push(found);
        }
    }
    days.sort_by_key(|day| day.span);
    join(text, days, notations, event)
}

fn year_first(text: &str, _: &[&Notation], _: &Event) -> Vec<Day> {
    let all = YEAR_FIRST.iter().flat_map(|pattern| pattern.captures_iter(text));
    let day = |captures: regex::Captures<'_>| {
        let (year, month, day) = (number(&captures, 1)?, number(&captures, 2)?, number(&captures, 3)?);
        Some(Day { span: span(captures.get(0)?), day, month: Some(month), year: Some(year) })
    };
    all.filter_map(day).collect()
}

/// Days with the name or mark of their month, and days in words.
fn worded(text: &str, notations: &[&Notation], event: &Event) -> Vec<Day> {
    let patterns = notations.iter().flat_map(|notation| {
        [&notation.month_first, &notation.day_first, &notation.marked_month, &notation.spelled_day]
            .into_iter()
            .flatten()
    });
    let day = |captures: regex::Captures<'_>| {
        let day = named(&captures, "day").or_else(|| indexed(&captures, 'd'))?;
        let month = named(&captures, "month").or_else(|| indexed(&captures, 'm'));
        let found = Day { span: span(captures.get(0)?), day, month, year: named(&captures, "year") };
        // "The second" is a day of the month only if the event has such a day.
        (month.is_some() || !found.sessions(event).is_empty()).then_some(found)
    };
    patterns.flat_map(|pattern| pattern.captures_iter(text)).filter_map(day).collect()
}

/// "17.6." and "6/17": whichever order the event has.
fn pairs(text: &str, _: &[&Notation], event: &Event) -> Vec<Day> {
    let day = |captures: regex::Captures<'_>| {
        let (first, second) = (number(&captures, 1)?, number(&captures, 2)?);
        let year = number::<i16>(&captures, 3).map(|year| if year < 100 { year.saturating_add(2000) } else { year });
        let span = span(captures.get(0)?);
        let orders = [(first, second), (second, first)].map(|(day, month)| Day { span, day, month: Some(month), year });
        orders.into_iter().find(|day| !day.sessions(event).is_empty())
    };
    PAIR.iter().flat_map(|pattern| pattern.captures_iter(text)).filter_map(day).collect()
}

/// "17th", "17.", "17일".
fn marked(text: &str, notations: &[&Notation], event: &Event) -> Vec<Day> {
    let day = |captures: regex::Captures<'_>| {
        let all = captures.get(0)?;
        let found = Day { span: span(all), day: named(&captures, "day")?, month: None, year: None };
        let behind = text.get(all.end()..)?.chars().next();
        let word = behind.is_some_and(|letter| letter.is_alphanumeric() && !phrases::is_agglutinated(letter));
        // "1." at the start of a line is the number of an item; "1일차" the first day.
        let before = text.get(..all.start())?.trim_end_matches(' ');
        let opens = before.is_empty() || before.ends_with('\n');
        let item = all.as_str().ends_with('.') && opens && found.sessions(event).is_empty();
        let rest = text.get(all.end()..)?;
        let nth = notations.iter().any(|notation| notation.not_mark.as_ref().is_some_and(|mark| mark.is_match(rest)));
        (!word && !item && !nth).then_some(found)
    };
    let patterns = notations.iter().filter_map(|notation| notation.marked_day.as_ref());
    patterns.flat_map(|pattern| pattern.captures_iter(text)).filter_map(day).collect()
}

/// "On 17".
fn behind_a_word(text: &str, notations: &[&Notation], _: &Event) -> Vec<Day> {
    let day = |captures: regex::Captures<'_>| {
        let found = captures.name("day")?;
        let is_day = !is_measure(text.get(found.end()..)?, notations);
        is_day.then_some(Day { span: span(found), day: found.as_str().parse().ok()?, month: None, year: None })
    };
    let patterns = notations.iter().filter_map(|notation| notation.bare_day.as_ref());
    patterns.flat_map(|pattern| pattern.captures_iter(text)).filter_map(day).collect()
}

/// "Film (17), Konferenz (18)": bare numbers that stand as items.
fn listed(text: &str, _: &[&Notation], event: &Event) -> Vec<Day> {
    let day = |captures: regex::Captures<'_>| {
        let found = captures.get(1)?;
        let listed = Day { span: span(found), day: found.as_str().parse().ok()?, month: None, year: None };
        let before = text.get(..found.start())?.trim_end_matches([' ', '-', '/', '.', ':', ',']);
        (!listed.sessions(event).is_empty() && !before.ends_with(char::is_numeric)).then_some(listed)
    };
    LISTED.iter().flat_map(|pattern| pattern.captures_iter(text)).filter_map(day).collect()
}

/// "17 and 18": two days of the event, joined, are days without any mark.
fn joined_numbers(text: &str, notations: &[&Notation], event: &Event) -> Vec<Day> {
    let numbers = NUMBER.iter().flat_map(|pattern| pattern.find_iter(text)).filter_map(|found| {
        Some(Day { span: span(found), day: found.as_str().parse().ok()?, month: None, year: None })
    });
    let fitting = numbers.filter(|day| !day.sessions(event).is_empty() && stands_free(text, day.span, notations));
    let fitting: Vec<Day> = fitting.collect();
    let joined = |pair: &&[Day]| match pair {
        [left, right] => {
            let joins = notations.iter().any(|notation| notation.joins(text, left.span, right.span));
            left.day != right.day && tight(text, left.span, right.span) && joins
        }
        _ => false,
    };
    fitting.windows(2).filter(joined).flatten().copied().collect()
}

/// Whether what stands behind a number makes it a time, a share or a count.
fn is_measure(behind: &str, notations: &[&Notation]) -> bool {
    let unit = notations.iter().any(|notation| notation.not_days.as_ref().is_some_and(|unit| unit.is_match(behind)));
    unit || behind.trim_start().starts_with(|next: char| next == ':' || next == '%' || next.is_numeric())
}

/// Whether a number stands by itself: no part of a longer one, no time, no house number.
fn stands_free(text: &str, span: Span, notations: &[&Notation]) -> bool {
    let before = text.get(..span.start).unwrap_or_default();
    let behind = text.get(span.end..).unwrap_or_default();
    let digits = before.trim_end_matches([' ', '-', '.', ':', ',']).ends_with(|letter: char| letter.is_numeric());
    let joined_digits = before.ends_with(|letter: char| letter.is_numeric() || "-+#§:".contains(letter)) || digits;
    let word = before.trim_end().rsplit(|letter: char| letter.is_whitespace()).next().unwrap_or_default();
    let name = word.ends_with(char::is_alphabetic) && word.starts_with(|letter: char| letter.is_uppercase());
    let unit = notations.iter().any(|notation| notation.not_days.as_ref().is_some_and(|unit| unit.is_match(behind)));
    (!joined_digits || digits_are_days(before)) && !name && !unit
}

/// Whether the number right before is a short one, as in "17/18" or "17, 18".
fn digits_are_days(before: &str) -> bool {
    let before = before.trim_end_matches([' ', '-', '/', ',', '.']);
    let digits = before.chars().rev().take_while(|letter| letter.is_numeric()).count();
    (1..=2).contains(&digits) && !before.ends_with(':')
}

/// Gives days of one list ("17. und 18. Juni", "June 17 & 18", "21-23 January") the month that one of them names,
/// and finds the bare numbers among them.
fn join(text: &str, mut days: Vec<Day>, notations: &[&Notation], event: &Event) -> Vec<Day> {
    let joined = |left: &Day, right: &Day| {
        let near = right.span.start.saturating_sub(left.span.end) <= 32;
        near && notations.iter().any(|notation| notation.joins(text, left.span, right.span))
    };
    for found in NUMBER.iter().flat_map(|pattern| pattern.find_iter(text)) {
        let span = span(found);
        let Ok(number) = found.as_str().parse() else { continue };
        let bare = Day { span, day: number, month: None, year: None };
        if days.iter().any(|day| day.span.overlaps(&span)) || bare.sessions(event).is_empty() {
            continue;
        }
        let position = days.partition_point(|day| day.span < span);
        let right = days.get(position).is_some_and(|day| tight(text, span, day.span) && joined(&bare, day));
        let left = position.checked_sub(1).and_then(|before| days.get(before));
        let left = left.is_some_and(|day| tight(text, day.span, span) && joined(day, &bare));
        if right || left {
            days.insert(position, bare);
        }
    }
    let count = days.len();
    for step in 0..count.saturating_mul(2) {
        // Forward, then backward: the month may stand at either end of the list.
        let index = if step < count { step } else { count.saturating_mul(2).saturating_sub(step).saturating_sub(1) };
        let (Some(left), Some(right)) = (days.get(index).copied(), days.get(index.saturating_add(1)).copied()) else {
            continue;
        };
        if !joined(&left, &right) || left.month.is_some() == right.month.is_some() {
            continue;
        }
        if left.month.is_none()
            && let Some(day) = days.get_mut(index)
        {
            (day.month, day.year) = (right.month, right.year);
        } else if let Some(day) = days.get_mut(index.saturating_add(1)) {
            day.month = left.month;
        }
    }
    let mut filled = Vec::with_capacity(days.len());
    for (index, day) in days.iter().enumerate() {
        filled.push(*day);
        if let Some(next) = days.get(index.saturating_add(1)) {
            let between = text.get(day.span.end..next.span.start).unwrap_or_default();
            let ranged = RANGE.as_ref().is_some_and(|range| range.is_match(between));
            if ranged && joined(day, next) && day.day < next.day {
                filled.extend((day.day.saturating_add(1)..next.day).map(|between| Day { day: between, ..*day }));
            }
        }
    }
    filled
}

/// Whether only a mark or a short word stands between, as in a list of numbers.
fn tight(text: &str, left: Span, right: Span) -> bool {
    text.get(left.end..right.start).is_some_and(|between| between.chars().count() <= 8)
}

impl Day {
    /// The event's sessions that start on this day.
    #[must_use]
    pub fn sessions(&self, event: &Event) -> BTreeSet<usize> {
        let fits = |date: jiff::civil::Date| {
            date.day() == self.day
                && self.month.is_none_or(|month| month == date.month())
                && self.year.is_none_or(|year| year == date.year())
        };
        let starts = event.sessions.iter().map(|session| session.starts.date());
        starts.enumerate().filter(|(_, date)| fits(*date)).map(|(index, _)| index).collect()
    }

    /// Whether it could be meant as a day of the event: nothing in it says another month or year.
    #[must_use]
    pub fn is_near(&self, event: &Event) -> bool {
        let month = |date: jiff::civil::Date| self.month.is_none_or(|month| month == date.month());
        self.year.is_none() && event.sessions.iter().any(|session| month(session.starts.date()))
    }
}

fn span(found: regex::Match<'_>) -> Span {
    Span { start: found.start(), end: found.end() }
}

fn number<N: std::str::FromStr>(captures: &regex::Captures<'_>, group: usize) -> Option<N> {
    captures.get(group).and_then(|found| parsed(found.as_str()))
}

/// A number in ordinary or full-width digits.
fn parsed<N: std::str::FromStr>(digits: &str) -> Option<N> {
    digits.nfkc().collect::<String>().parse().ok()
}

fn named<N: std::str::FromStr>(captures: &regex::Captures<'_>, group: &str) -> Option<N> {
    captures.name(group).and_then(|found| parsed(found.as_str()))
}

/// The number in the name of the group (m1 to m12, d1 to d31) that took part.
fn indexed(captures: &regex::Captures<'_>, letter: char) -> Option<i8> {
    (1..=31).find(|index| captures.name(&format!("{letter}{index}")).is_some())
}

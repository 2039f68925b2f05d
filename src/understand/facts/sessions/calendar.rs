//! Days in a text: dates in any notation, and the sessions of the event that they stand for.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::words::Words;
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

/// How a language writes days, compiled.
#[derive(Debug)]
pub struct Notation {
    month_first: Option<Regex>,
    day_first: Option<Regex>,
    marked_month: Option<Regex>,
    marked_day: Option<Regex>,
    bare_day: Option<Regex>,
    spelled_day: Option<Regex>,
    joint: Option<Regex>,
    not_days: Option<Regex>,
    not_this: Option<Regex>,
}

/// 2013-06-17 and the like.
static YEAR_FIRST: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\b((?:19|20)\d\d) ?[-./年년] ?(\d{1,2}) ?[-./月월] ?(\d{1,2})").ok());
/// 17.6., 17.06.2013, 6/17.
static PAIR: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\b(\d{1,2}) ?[./] ?(\d{1,2})\b(?:\.? ?/? ?((?:19|20)?\d\d)\b)?").ok());
/// A number that could be a day, where it stands as a list's item.
static LISTED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?m)(?:^|[:(,/→&+-])\s*(\d{1,2})\s*(?:[):,/=&+.–-]|$)").ok());
/// Any number of one or two digits.
static NUMBER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\b\d{1,2}\b").ok());
/// A range, where everything between counts too.
static RANGE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[-–~]|\bto\b|\bbis\b|부터").ok());

impl Notation {
    /// How these words write days.
    #[must_use]
    pub fn of(words: &Words) -> Self {
        let any = |list: &[String]| list.iter().map(|word| phrases::pattern(word)).collect::<Vec<_>>().join("|");
        let months: Vec<String> = words
            .months
            .iter()
            .enumerate()
            .filter(|(_, names)| !names.is_empty())
            .map(|(index, names)| format!("(?P<m{}>{})", index.saturating_add(1), any(names)))
            .collect();
        let month = months.join("|");
        let marks = |list: &[String]| list.iter().map(|mark| regex::escape(mark)).collect::<Vec<_>>().join("|");
        let day_mark = marks(&words.day_marks);
        let day_mark = if day_mark.is_empty() { "(?:)".to_string() } else { format!("(?:{day_mark})") };
        let built = |needed: &str, pattern: String| match needed.is_empty() {
            true => None,
            false => Regex::new(&format!("(?i){pattern}")).ok(),
        };
        let spelled: Vec<String> = words
            .spelled_days
            .iter()
            .enumerate()
            .map(|(index, word)| format!(r"(?P<d{}>{})", index.saturating_add(1), phrases::pattern(word)))
            .collect();
        let spelled = spelled.join("|");
        let before = any(&words.before_day);
        let weekdays = r"\(?[\p{L}]{1,10}\)?,?";
        Self {
            month_first: built(
                &month,
                format!(r"(?:{month})\.?,? ?(?:the )?(?P<day>\d{{1,2}})(?:{day_mark})?(?:,? (?P<year>(?:19|20)\d\d)\b)?"),
            ),
            day_first: built(
                &month,
                format!(r"\b(?P<day>\d{{1,2}}) ?(?:{day_mark})? ?(?:of |de |day of )?(?:{month})(?:,?\.? (?P<year>(?:19|20)\d\d)\b)?"),
            ),
            marked_month: built(
                &marks(&words.month_marks),
                format!(r"\b(?P<month>\d{{1,2}}) ?(?:{}) ?(?P<day>\d{{1,2}}) ?(?:{day_mark})?", marks(&words.month_marks)),
            ),
            marked_day: built(&marks(&words.day_marks), format!(r"\b(?P<day>\d{{1,2}}) ?{day_mark}")),
            bare_day: built(&before, format!(r"(?:{before}) (?P<day>\d{{1,2}})\b")),
            spelled_day: built(
                &spelled,
                match before.is_empty() {
                    true => format!("(?:{spelled})"),
                    false => format!(r"(?:{before}) (?:{spelled})(?: (?:of )?(?:{month}))?"),
                },
            ),
            joint: Regex::new(&format!(
                r"(?i)^[\s.,/&+·–~()-]*(?:{day_mark}|부터|까지|와|과|및|to|until|bis|und|and|or|oder|{}|{before}|{weekdays})?[\s.,/&+·–~()-]*(?:(?:{before}) )?(?:{weekdays})?\s*$",
                "sowie"
            ))
            .ok(),
            not_days: Regex::new(&format!(r"(?i)^\s?(?:[:%€$]|(?:{})(?:\b|[^\x00-\x7F]|$))", any(&words.not_days))).ok(),
            not_this: built(&any(&words.not_this), format!(r"(?:{})[\s,]*(?:the |den |dem )?$", any(&words.not_this))),
        }
    }

    /// Whether the words before say that another day is meant ("last Monday").
    #[must_use]
    pub fn is_another(&self, before: &str) -> bool {
        self.not_this.as_ref().is_some_and(|pattern| pattern.is_match(before))
    }
}

/// Every day written in the text, in order, that may be one of the event's.
#[must_use]
pub fn days(text: &str, notations: &[&Notation], event: &Event) -> Vec<Day> {
    let mut days: Vec<Day> = Vec::new();
    let mut add = |found: Day| {
        if (1..=31).contains(&found.day) && !days.iter().any(|day| day.span.overlaps(&found.span)) {
            days.push(found);
        }
    };
    for captures in YEAR_FIRST.iter().flat_map(|pattern| pattern.captures_iter(text)) {
        if let (Some(year), Some(month), Some(day), Some(all)) =
            (number(&captures, 1), number(&captures, 2), number(&captures, 3), captures.get(0))
        {
            add(Day { span: span(all), day, month: Some(month), year: Some(year) });
        }
    }
    for notation in notations {
        let patterns = [&notation.month_first, &notation.day_first, &notation.marked_month, &notation.spelled_day];
        for captures in patterns.into_iter().flatten().flat_map(|pattern| pattern.captures_iter(text)) {
            let day = named(&captures, "day").or_else(|| indexed(&captures, 'd'));
            let month = named(&captures, "month").or_else(|| indexed(&captures, 'm'));
            if let (Some(day), Some(all)) = (day, captures.get(0)) {
                let found = Day { span: span(all), day, month, year: named(&captures, "year") };
                // "The second" is a day of the month only if the event has such a day.
                if month.is_none() && found.sessions(event).is_empty() {
                    continue;
                }
                add(found);
            }
        }
    }
    for captures in PAIR.iter().flat_map(|pattern| pattern.captures_iter(text)) {
        let (Some(first), Some(second), Some(all)) = (number(&captures, 1), number(&captures, 2), captures.get(0))
        else {
            continue;
        };
        let year = number::<i16>(&captures, 3).map(|year| if year < 100 { year.saturating_add(2000) } else { year });
        let orders = [(first, second), (second, first)].map(|(day, month)| Day {
            span: span(all),
            day,
            month: Some(month),
            year,
        });
        if let Some(fitting) = orders.into_iter().find(|day| !day.sessions(event).is_empty()) {
            add(fitting);
        }
    }
    for notation in notations {
        for captures in notation.marked_day.iter().flat_map(|pattern| pattern.captures_iter(text)) {
            if let (Some(day), Some(all)) = (named(&captures, "day"), captures.get(0)) {
                // "1." at the start of a line is the number of an item; "3.5" a number.
                let behind = text.get(all.end()..).and_then(|rest| rest.chars().next());
                let marked = all.as_str().ends_with('.');
                let letter_behind =
                    behind.is_some_and(|letter| letter.is_alphanumeric() && !phrases::is_agglutinated(letter));
                let line_start = text
                    .get(..all.start())
                    .is_none_or(|before| before.trim_end_matches(' ').ends_with('\n') || before.trim().is_empty());
                let found = Day { span: span(all), day, month: None, year: None };
                let item = marked && line_start && found.sessions(event).is_empty();
                if !letter_behind && !item && !(all.as_str().ends_with('일') && behind == Some('차')) {
                    add(found);
                }
            }
        }
        for captures in notation.bare_day.iter().flat_map(|pattern| pattern.captures_iter(text)) {
            if let Some(found) = captures.name("day")
                && let Some(day) = named(&captures, "day")
            {
                let behind = text.get(found.end()..).unwrap_or_default().trim_start();
                let continues =
                    behind.chars().next().is_some_and(|next| next == ':' || next == '%' || next.is_numeric());
                if !continues {
                    add(Day { span: span(found), day, month: None, year: None });
                }
            }
        }
    }
    for captures in LISTED.iter().flat_map(|pattern| pattern.captures_iter(text)) {
        if let (Some(day), Some(found)) = (number(&captures, 1), captures.get(1)) {
            let listed = Day { span: span(found), day, month: None, year: None };
            let before = text.get(..found.start()).unwrap_or_default();
            let digits_before =
                before.trim_end_matches([' ', '-', '/', '.', ':', ',']).ends_with(|c: char| c.is_numeric());
            if !listed.sessions(event).is_empty() && !digits_before {
                add(listed);
            }
        }
    }
    let numbers: Vec<Day> = NUMBER
        .iter()
        .flat_map(|pattern| pattern.find_iter(text))
        .filter_map(|found| Some(Day { span: span(found), day: found.as_str().parse().ok()?, month: None, year: None }))
        .filter(|day| !day.sessions(event).is_empty() && stands_free(text, day.span, notations))
        .collect();
    // "17 and 18": two days of the event, joined, are days without any mark.
    for pair in numbers.windows(2) {
        if let [left, right] = pair
            && left.day != right.day
            && tight(text, left.span, right.span)
            && notations.iter().any(|notation| notation.joins(text, left.span, right.span))
        {
            add(*left);
            add(*right);
        }
    }
    days.sort_by_key(|day| day.span);
    join(text, days, notations, event)
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
    !(joined_digits && !digits_are_days(before)) && !name && !unit
}

/// Whether the number right before is a short one, as in "17/18" or "17, 18".
fn digits_are_days(before: &str) -> bool {
    let before = before.trim_end_matches([' ', '-', '/', ',', '.']);
    let digits = before.chars().rev().take_while(|letter| letter.is_numeric()).count();
    (1..=2).contains(&digits) && !before.ends_with(':')
}

impl Notation {
    fn joins(&self, text: &str, left: Span, right: Span) -> bool {
        let between = text.get(left.end..right.start).unwrap_or_default();
        !between.contains('\n') && self.joint.as_ref().is_some_and(|joint| joint.is_match(between))
    }
}

/// Gives days of one list ("17. und 18. Juni", "June 17 & 18", "21-23 January") the month that one of them names,
/// and finds the bare numbers among them.
fn join(text: &str, mut days: Vec<Day>, notations: &[&Notation], event: &Event) -> Vec<Day> {
    let joined = |left: &Day, right: &Day| {
        let between = text.get(left.span.end..right.span.start).unwrap_or_default();
        between.chars().count() <= 24
            && !between.contains('\n')
            && notations.iter().any(|notation| notation.joint.as_ref().is_some_and(|joint| joint.is_match(between)))
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
    captures.get(group).and_then(|found| found.as_str().parse().ok())
}

fn named<N: std::str::FromStr>(captures: &regex::Captures<'_>, group: &str) -> Option<N> {
    captures.name(group).and_then(|found| found.as_str().parse().ok())
}

/// The number in the name of the group (m1 to m12, d1 to d31) that took part.
fn indexed(captures: &regex::Captures<'_>, letter: char) -> Option<i8> {
    (1..=31).find(|index| captures.name(&format!("{letter}{index}")).is_some())
}

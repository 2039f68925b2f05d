//! How a language writes days, compiled from its words.

use regex::Regex;

use super::words::Words;
use crate::understand::phrases;
use crate::understand::reply::Span;

/// A number of one or two digits from its start; a script without spaces may stand right before it.
pub(super) const DIGITS: &str = r"(?:(?-u:\b)[0-9]{1,2}|[０-９]{1,2})";

/// How a language writes days, compiled.
#[derive(Debug)]
pub struct Notation {
    pub(super) month_first: Option<Regex>,
    pub(super) day_first: Option<Regex>,
    pub(super) marked_month: Option<Regex>,
    pub(super) marked_day: Option<Regex>,
    pub(super) bare_day: Option<Regex>,
    pub(super) spelled_day: Option<Regex>,
    joint: Option<Regex>,
    pub(super) not_days: Option<Regex>,
    pub(super) not_mark: Option<Regex>,
    not_this: Option<Regex>,
}

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
        // "June 20" is no day in "June 2013".
        let day_end = if words.day_marks.is_empty() { r"\b".to_string() } else { format!(r"(?:{day_mark}|\b)") };
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
                format!(r"(?:{month})\.?,? ?(?:the )?(?P<day>\d{{1,2}}){day_end}(?:,? (?P<year>(?:19|20)\d\d)\b)?"),
            ),
            day_first: built(
                &month,
                format!(r"\b(?P<day>\d{{1,2}}) ?(?:{day_mark})? ?(?:of |de |day of )?(?:{month})(?:,?\.? (?P<year>(?:19|20)\d\d)\b)?"),
            ),
            marked_month: built(
                &marks(&words.month_marks),
                format!(r"(?P<month>{DIGITS}) ?(?:{}) ?(?P<day>\d{{1,2}}) ?(?:{day_mark})?", marks(&words.month_marks)),
            ),
            marked_day: built(&marks(&words.day_marks), format!(r"(?P<day>{DIGITS}) ?{day_mark}")),
            bare_day: built(&before, format!(r"(?:{before}) (?P<day>\d{{1,2}})\b")),
            spelled_day: built(
                &spelled,
                match before.is_empty() || words.spelled_alone {
                    true => format!("(?:{spelled})"),
                    false => format!(r"(?:{before}) (?:{spelled})(?: (?:of )?(?:{month}))?"),
                },
            ),
            joint: Regex::new(&format!(
                r"(?i)^[\s.,/&+·–~()、，・（）～〜-]*(?:{day_mark}|부터|까지|와|과|및|to|until|bis|und|and|or|oder|{}|{before}|{weekdays})?[\s.,/&+·–~()、，・（）～〜-]*(?:(?:{before}) )?(?:{weekdays})?\s*$",
                any(&words.day_joints)
            ))
            .ok(),
            not_days: Regex::new(&format!(r"(?i)^\s?(?:[:%€$]|(?:{})(?:\b|[^\x00-\x7F]|$))", any(&words.not_days))).ok(),
            not_mark: built(&any(&words.not_marks), format!("^(?:{})", any(&words.not_marks))),
            not_this: built(&any(&words.not_this), format!(r"(?:{})[\s,]*(?:the |den |dem )?$", any(&words.not_this))),
        }
    }

    /// Whether the words before say that another day is meant ("last Monday").
    #[must_use]
    pub fn is_another(&self, before: &str) -> bool {
        self.not_this.as_ref().is_some_and(|pattern| pattern.is_match(before))
    }

    /// Whether what stands between two numbers joins them to one list of days.
    #[must_use]
    pub fn joins(&self, text: &str, left: Span, right: Span) -> bool {
        let between = text.get(left.end..right.start).unwrap_or_default();
        !between.contains('\n') && self.joint.as_ref().is_some_and(|joint| joint.is_match(between))
    }
}

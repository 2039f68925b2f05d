//! The words of one language that stand between the facts: `words.toml` beside its templates.

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use crate::event::Field;
use crate::registry::Status;
use crate::understand::facts::sessions::Answer;

/// What `words.toml` holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    weekdays: [String; 7],
    months: [String; 12],
    /// Template of a date written out.
    pub date: String,
    /// How subjects of replies begin.
    pub reply_prefixes: Vec<String>,
    unnamed: String,
    fields: Fields,
    answers: Answers,
    statuses: Statuses,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    name: String,
    organization: String,
    position: String,
    sessions: String,
    email: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Answers {
    yes: String,
    no: String,
    maybe: String,
    unanswered: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Statuses {
    attending: String,
    declined: String,
    cancelled: String,
    incomplete: String,
    in_review: String,
    waitlisted: String,
}

/// The parts of a date that the `date` template puts together.
#[derive(Debug, Serialize)]
pub struct DateParts<'a> {
    weekday: &'a str,
    day: i8,
    month: &'a str,
    month_number: i8,
    year: i16,
    time: String,
}

impl Words {
    /// The name of a field.
    pub fn field(&self, field: Field) -> &str {
        match field {
            Field::Name => &self.fields.name,
            Field::Organization => &self.fields.organization,
            Field::Position => &self.fields.position,
            Field::Sessions => &self.fields.sessions,
            Field::Email => &self.fields.email,
        }
    }

    /// The word for an answer.
    pub fn answer(&self, answer: Option<Answer>) -> &str {
        match answer {
            Some(Answer::Yes) => &self.answers.yes,
            Some(Answer::No) => &self.answers.no,
            Some(Answer::Maybe) => &self.answers.maybe,
            None => &self.answers.unanswered,
        }
    }

    /// The words for where a record stands.
    pub fn status(&self, status: Status) -> &str {
        match status {
            Status::Attending => &self.statuses.attending,
            Status::Declined => &self.statuses.declined,
            Status::Cancelled => &self.statuses.cancelled,
            Status::Incomplete => &self.statuses.incomplete,
            Status::InReview => &self.statuses.in_review,
            Status::Waitlisted => &self.statuses.waitlisted,
        }
    }

    /// The parts of a date in this language.
    pub fn date_parts<'a>(&'a self, at: DateTime) -> DateParts<'a> {
        let nth =
            |words: &'a [String], n: i8| usize::try_from(n).ok().and_then(|n| words.get(n)).map_or("", String::as_str);
        DateParts {
            weekday: nth(&self.weekdays, at.weekday().to_monday_zero_offset()),
            day: at.day(),
            month: nth(&self.months, at.month() - 1),
            month_number: at.month(),
            year: at.year(),
            time: at.strftime("%H:%M").to_string(),
        }
    }
}

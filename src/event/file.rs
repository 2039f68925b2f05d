//! The event file: TOML in, [`Event`] out, with a sentence for whatever is wrong.

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime};
use serde::Deserialize;

use super::{Event, Field, Invitation, Session};

/// Why an event file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum EventFileError {
    /// Not TOML, or a key is missing, unknown or of the wrong kind.
    #[error("{0}")]
    Format(#[from] toml::de::Error),
    /// It reads well but contradicts itself.
    #[error("{0}")]
    Content(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EventFile {
    id: String,
    title: String,
    host: String,
    timezone: String,
    languages: Vec<String>,
    mailbox: String,
    invited: toml::value::Datetime,
    #[serde(default = "everything")]
    required: Vec<Field>,
    session: Vec<SessionFile>,
    #[serde(default)]
    invitation: BTreeMap<String, Invitation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SessionFile {
    id: String,
    starts: toml::value::Datetime,
    ends: toml::value::Datetime,
    venue: String,
    capacity: Option<u32>,
    title: BTreeMap<String, String>,
    #[serde(default)]
    aliases: BTreeMap<String, Vec<String>>,
}

fn everything() -> Vec<Field> {
    vec![Field::Name, Field::Organization, Field::Position, Field::Sessions, Field::Email]
}

impl Event {
    /// Reads an event file's text.
    ///
    /// # Errors
    /// When it is not TOML, lacks a key, has one nobody knows, or contradicts itself.
    pub fn from_toml(text: &str) -> Result<Self, EventFileError> {
        let file: EventFile = toml::from_str(text)?;
        let mut sessions = file.session.into_iter().map(session).collect::<Result<Vec<_>, _>>()?;
        sessions.sort_by_key(|session| session.starts);
        let event = Self {
            invited: date(&file.invited, "invited")?,
            id: file.id,
            title: file.title,
            host: file.host,
            timezone: file.timezone,
            languages: file.languages,
            mailbox: file.mailbox.to_lowercase(),
            required: file.required,
            sessions,
            invitations: file.invitation,
        };
        event.validate()?;
        Ok(event)
    }

    fn validate(&self) -> Result<(), EventFileError> {
        let problem = |text: String| Err(EventFileError::Content(text));
        if self.sessions.is_empty() {
            return problem("the event has no [[session]]; give at least one".into());
        }
        if self.languages.is_empty() {
            return problem("languages is empty; name at least one, the first is used for answers".into());
        }
        if jiff::tz::TimeZone::get(&self.timezone).is_err() {
            return problem(format!("timezone {:?} is not known; use a name like \"Europe/Berlin\"", self.timezone));
        }
        if !self.mailbox.contains('@') {
            return problem(format!("mailbox {:?} is not a mail address", self.mailbox));
        }
        for (number, session) in self.sessions.iter().enumerate() {
            if self.sessions.iter().take(number).any(|other| other.id == session.id) {
                return problem(format!("two sessions have the id {:?}", session.id));
            }
            if session.ends <= session.starts {
                return problem(format!("session {:?} ends before it starts", session.id));
            }
        }
        Ok(())
    }
}

fn session(file: SessionFile) -> Result<Session, EventFileError> {
    Ok(Session {
        starts: date_time(&file.starts, "starts")?,
        ends: date_time(&file.ends, "ends")?,
        id: file.id,
        venue: file.venue,
        title: file.title,
        aliases: file.aliases,
        capacity: file.capacity,
    })
}

fn date(value: &toml::value::Datetime, key: &str) -> Result<Date, EventFileError> {
    value.to_string().parse().map_err(|_| EventFileError::Content(format!("{key} = {value} is not a date")))
}

fn date_time(value: &toml::value::Datetime, key: &str) -> Result<DateTime, EventFileError> {
    value
        .to_string()
        .parse()
        .map_err(|_| EventFileError::Content(format!("{key} = {value} is not a local date and time")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINIMAL: &str = r#"
        id = "tea"
        title = "Tea"
        host = "Us"
        timezone = "Europe/Berlin"
        languages = ["en"]
        mailbox = "Tea@Example.org"
        invited = 2024-01-01
        [[session]]
        id = "late"
        starts = 2024-02-02T10:00:00
        ends = 2024-02-02T11:00:00
        venue = "Hall"
        title = { en = "Late tea" }
        [[session]]
        id = "early"
        starts = 2024-02-01T10:00:00
        ends = 2024-02-01T11:00:00
        venue = "Hall"
        title = { en = "Early tea" }
    "#;

    #[test]
    fn sessions_are_ordered_by_start_and_everything_is_required_by_default() {
        let event = Event::from_toml(MINIMAL).unwrap();
        assert_eq!(event.sessions.iter().map(|s| s.id.as_str()).collect::<Vec<_>>(), ["early", "late"]);
        assert_eq!(event.required.len(), 5);
        assert_eq!(event.mailbox, "tea@example.org");
    }

    #[test]
    fn a_contradiction_is_told_in_a_sentence() {
        for (from, to, sentence) in [
            ("\"early\"", "\"late\"", "two sessions have the id \"late\""),
            ("Europe/Berlin", "Europe/Bärlin", "timezone \"Europe/Bärlin\" is not known"),
            ("2024-02-01T11", "2024-02-01T09", "session \"early\" ends before it starts"),
            ("Tea@Example.org", "tea", "mailbox \"tea\" is not a mail address"),
            ("invited", "invitted", "unknown field `invitted`"),
        ] {
            let error = Event::from_toml(&MINIMAL.replacen(from, to, 1)).unwrap_err().to_string();
            assert!(error.contains(sentence), "{error:?} does not contain {sentence:?}");
        }
    }
}

//! What staff put right in a proposal, and the proposal itself as the registry's facts.

use std::collections::BTreeMap;

use clap::{Args, ValueEnum};
use serde_json::Value;

use crate::cli::Usage;
use crate::event::Event;
use crate::registry::Facts;
use crate::understand::facts::intent::Kind;
use crate::understand::facts::sessions::Answer;

/// Corrections of one attendee of the proposal.
#[derive(Debug, Default, Args)]
pub(super) struct Corrections {
    /// Which attendee of the proposal, counted from 1; one more than there are adds one
    #[arg(long, value_name = "N", default_value_t = 1)]
    attendee: usize,
    /// Full name
    #[arg(long)]
    name: Option<String>,
    /// Organization
    #[arg(long)]
    organization: Option<String>,
    /// Position
    #[arg(long)]
    position: Option<String>,
    /// Address
    #[arg(long)]
    email: Option<String>,
    /// Answers, e.g. film=yes,conference=no
    #[arg(long, value_name = "SESSION=ANSWER,…", value_delimiter = ',')]
    sessions: Vec<String>,
    /// What the message means, where it was misunderstood
    #[arg(long, value_enum)]
    kind: Option<Meaning>,
}

/// The kinds of message that a record can follow from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Meaning {
    Attend,
    Decline,
    Change,
    Cancel,
}

impl Corrections {
    /// The kind that staff say it is, else the one understood, else `attend`: staff record nothing for a mere question.
    pub fn kind(&self, understood: Kind) -> Kind {
        match self.kind {
            Some(Meaning::Attend) => Kind::Attend,
            Some(Meaning::Decline) => Kind::Decline,
            Some(Meaning::Change) => Kind::Change,
            Some(Meaning::Cancel) => Kind::Cancel,
            None if matches!(understood, Kind::Decline | Kind::Change | Kind::Cancel) => understood,
            None => Kind::Attend,
        }
    }

    /// Puts the corrections over the proposal.
    pub fn apply(&self, proposal: &mut Vec<Facts>, event: &Event) -> Result<(), Usage> {
        let said = Facts {
            name: self.name.clone(),
            organization: self.organization.clone(),
            position: self.position.clone(),
            email: self.email.as_ref().map(|email| email.to_lowercase()),
            sessions: self.answers(event)?,
        };
        if said == Facts::default() {
            return Ok(());
        }
        if self.attendee == proposal.len().saturating_add(1) {
            proposal.push(Facts::default());
        }
        let count = proposal.len();
        let facts = self
            .attendee
            .checked_sub(1)
            .and_then(|index| proposal.get_mut(index))
            .ok_or_else(|| Usage(format!("there is no attendee {}; the proposal has {count}", self.attendee)))?;
        *facts = facts.updated_by(&said);
        Ok(())
    }

    fn answers(&self, event: &Event) -> Result<Option<BTreeMap<String, Answer>>, Usage> {
        let mut answers = BTreeMap::new();
        for item in &self.sessions {
            let answer = match item.split_once('=') {
                Some((session, word)) if event.session(session).is_some() => {
                    answer(word).map(|answer| (session.to_owned(), answer))
                }
                _ => None,
            };
            let (session, answer) = answer.ok_or_else(|| {
                let sessions = event.sessions.iter().map(|session| session.id.as_str()).collect::<Vec<_>>().join(", ");
                Usage(format!(
                    "{item:?} is no answer; write SESSION=yes, no or maybe, where SESSION is one of: {sessions}"
                ))
            })?;
            answers.insert(session, answer);
        }
        Ok(Some(answers).filter(|answers| !answers.is_empty()))
    }
}

fn answer(word: &str) -> Option<Answer> {
    serde_json::from_value(Value::from(word)).ok()
}

/// The attendees of a proposal, as `parse` prints them.
pub(super) fn proposal(attendees: &Value) -> Vec<Facts> {
    // keys that the registry does not keep (evidence, missing) are passed over
    attendees
        .as_array()
        .into_iter()
        .flatten()
        .map(|one| serde_json::from_value(one.clone()).unwrap_or_default())
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event() -> Event {
        Event::from_toml(include_str!("../../../deploy/demo/events/harbour-talks.toml")).unwrap()
    }

    fn anna() -> Vec<Facts> {
        proposal(&json!([{
            "name": "Anna", "organization": null, "position": "Cook", "email": "anna@quay.example",
            "sessions": {"dinner": "maybe", "symposium": "yes"}, "missing": ["organization"], "evidence": {},
        }]))
    }

    #[test]
    fn a_correction_replaces_what_it_names_and_nothing_else() {
        let mut facts = anna();
        let corrections = Corrections {
            attendee: 1,
            organization: Some("Quay & Co".into()),
            sessions: vec!["dinner=no".into()],
            ..Corrections::default()
        };
        corrections.apply(&mut facts, &event()).unwrap();
        let answers = BTreeMap::from([("dinner".into(), Answer::No), ("symposium".into(), Answer::Yes)]);
        let expected = Facts { organization: Some("Quay & Co".into()), sessions: Some(answers), ..anna().remove(0) };
        assert_eq!(facts, [expected]);
    }

    #[test]
    fn one_more_attendee_can_be_added_but_none_left_out() {
        let named = |attendee| Corrections { attendee, name: Some("Ben".into()), ..Corrections::default() };
        let mut facts = anna();
        named(2).apply(&mut facts, &event()).unwrap();
        assert_eq!(facts[1].name.as_deref(), Some("Ben"));
        for attendee in [0, 4] {
            assert!(named(attendee).apply(&mut facts, &event()).is_err());
        }
    }

    #[test]
    fn an_answer_that_is_none_is_refused_with_the_sessions_there_are() {
        for wrong in ["dinner", "dinner=perhaps", "lunch=yes", "=yes"] {
            let corrections = Corrections { attendee: 1, sessions: vec![wrong.into()], ..Corrections::default() };
            let error = corrections.apply(&mut anna(), &event()).unwrap_err().to_string();
            assert!(error.contains("dinner, symposium"), "{error}");
        }
    }
}

//! Reads decided messages again with the present rules, and tells what would now come out differently; nothing is
//! changed. So a rule can be seen at work on real mail before it is released.
//!
//! Each message is read with what the registry held when it was decided: records as of then, and the questions that
//! had been asked of its sender by then.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Value, json};

use super::{Processor, namesake, query};
use crate::registry::{Known, Record};
use crate::store::{PastMessage, Revision, StoreError};
use crate::understand::Understanding;
use crate::understand::decide::{Action, Reason};

/// One thing that comes out differently.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// What: `action`, `attendee 1: name`, …
    pub what: String,
    /// What it was.
    pub was: Value,
    /// What it would be now.
    pub now: Value,
}

/// A replay under way; messages are given to it in the order of intake.
#[derive(Debug)]
pub struct Replay<'a> {
    processor: &'a Processor,
    /// Questions asked so far, by contact and event.
    asked: BTreeMap<(String, String), u32>,
}

impl<'a> Replay<'a> {
    /// A replay from the first message on.
    #[must_use]
    pub fn new(processor: &'a Processor) -> Self {
        Self { processor, asked: BTreeMap::new() }
    }

    /// Reads a message again. Empty: it comes out as it did.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn differences(&mut self, past: &PastMessage) -> Result<Vec<Difference>, StoreError> {
        let understanding = self.read(past).await?;
        if let (Some(contact), Some(event)) = (&past.contact, &past.event) {
            let asked = self.asked.entry((contact.clone(), event.clone())).or_default();
            match past.action {
                Action::Ask => *asked = asked.saturating_add(1),
                Action::Record => *asked = 0,
                Action::Review | Action::Ignore => {}
            }
        }
        Ok(compare(past, &understanding))
    }

    async fn read(&self, past: &PastMessage) -> Result<Understanding, StoreError> {
        let mail = self.processor.mail(&past.message);
        let mut known = match &mail.message {
            Ok(message) => self.processor.store.known(&query(message)).await?,
            Err(_) => Known::default(),
        };
        known.records = self.as_of(past, known.records).await?;
        let senders = mail.message.iter().flat_map(|message| message.from.iter().chain(&message.reply_to));
        let senders: BTreeSet<&str> = senders.map(|sender| sender.address.as_str()).collect();
        let of_senders = self.asked.iter().filter(|((contact, _), _)| senders.contains(contact.as_str()));
        known.asked = of_senders.map(|((_, event), count)| (event.clone(), *count)).collect();
        let mut understanding = mail.understand(&known);
        let decision = &mut understanding.decision;
        for (at, namesakes) in self.processor.namesakes(understanding.event.as_deref(), decision).await? {
            namesake::heed(decision, at, &self.as_of(past, namesakes).await?);
        }
        Ok(understanding)
    }

    /// The records as they stood when the message was decided; those that were made later, or by it, are not there.
    async fn as_of(&self, past: &PastMessage, records: Vec<Record>) -> Result<Vec<Record>, StoreError> {
        let mut before = Vec::new();
        for record in records {
            let history = self.processor.store.history(record.id).await?;
            if let Some(revision) = history.into_iter().rev().find(|revision| was_there(revision, past)) {
                before.push(Record {
                    facts: revision.facts,
                    status: revision.status,
                    revision: revision.revision,
                    ..record
                });
            }
        }
        Ok(before)
    }
}

/// A revision that staff made counts from their decision on, any other from its message on.
fn was_there(revision: &Revision, past: &PastMessage) -> bool {
    match (revision.message, &revision.staff) {
        (Some(message), None) => message < past.message.id,
        _ => revision.at < past.decided_at,
    }
}

fn compare(past: &PastMessage, now: &Understanding) -> Vec<Difference> {
    let codes = |reasons: &[Reason]| json!(reasons.iter().map(|reason| reason.code).collect::<BTreeSet<_>>());
    let decision = &now.decision;
    let pairs = [
        ("event", json!(past.event), json!(now.event)),
        ("kind", json!(past.kind), json!(decision.kind)),
        ("action", json!(past.action), json!(decision.action)),
        ("human", json!(past.human), json!(decision.human)),
        ("reasons", codes(&past.reasons), codes(&decision.reasons)),
        ("reply text", json!(past.reply_text), json!(now.reply.text)),
    ];
    let pairs = pairs.into_iter().map(|(what, was, now)| (what.to_owned(), was, now));
    let differs = |(what, was, now): (String, Value, Value)| (was != now).then_some(Difference { what, was, now });
    pairs.chain(attendee_pairs(&past.attendees, &now.attendees_json())).filter_map(differs).collect()
}

fn attendee_pairs(was: &Value, now: &Value) -> Vec<(String, Value, Value)> {
    const FIELDS: [&str; 6] = ["name", "organization", "position", "sessions", "email", "missing"];
    let (was, now) = (was.as_array().cloned().unwrap_or_default(), now.as_array().cloned().unwrap_or_default());
    let count = (String::from("attendees"), json!(was.len()), json!(now.len()));
    let field = |number: usize, one: &Value, other: &Value, field: &str| {
        let of = |attendee: &Value| attendee.get(field).cloned().unwrap_or_default();
        (format!("attendee {}: {field}", number.saturating_add(1)), of(one), of(other))
    };
    let attendees = was.iter().zip(&now).enumerate();
    let fields = attendees.flat_map(|(number, (one, other))| FIELDS.map(|name| field(number, one, other, name)));
    std::iter::once(count).chain(fields).collect()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::store::StoredMessage;
    use crate::understand::facts::evidence::ReasonCode;

    fn past(action: Action, attendees: Value) -> PastMessage {
        let now = Understanding::set_aside(ReasonCode::Unreadable, "noise".to_owned());
        let message = StoredMessage {
            id: 1,
            mailbox: "rsvp".into(),
            raw: Vec::new(),
            received_at: Timestamp::UNIX_EPOCH,
            oversize: None,
            attempts: 1,
        };
        PastMessage {
            message,
            message_id: None,
            decided_at: Timestamp::UNIX_EPOCH,
            event: None,
            kind: now.decision.kind,
            action,
            human: true,
            reasons: now.decision.reasons,
            reply_text: String::new(),
            attendees,
            contact: None,
        }
    }

    #[test]
    fn what_differs_is_told_and_nothing_else() {
        let now = Understanding::set_aside(ReasonCode::Unreadable, "noise, told in other words".to_owned());
        assert_eq!(compare(&past(Action::Review, json!([])), &now), []);
        let differences = compare(&past(Action::Record, json!([{"name": "Anna"}])), &now);
        let told: Vec<&str> = differences.iter().map(|difference| difference.what.as_str()).collect();
        assert_eq!(told, ["action", "attendees"]);
    }

    #[test]
    fn each_field_of_an_attendee_is_compared() {
        let pairs = attendee_pairs(&json!([{"name": "Anna"}]), &json!([{"name": "Berta", "position": null}]));
        let differing: Vec<String> =
            pairs.into_iter().filter(|(_, was, now)| was != now).map(|(what, _, _)| what).collect();
        assert_eq!(differing, ["attendee 1: name"]);
    }
}

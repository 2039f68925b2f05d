//! What a decision changes in the registry: the decided facts put over what is already known.

use std::collections::BTreeMap;

use super::{Change, Facts, Known, Record, Status};
use crate::event::{Event, Field};
use crate::understand::decide::{Attendee, Decision};
use crate::understand::facts::intent::Kind;
use crate::understand::facts::sessions::Answer;

/// How it stands with one attendee once a decision is carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// What is then known.
    pub facts: Facts,
    /// Where the record then stands.
    pub status: Status,
    /// What is asked for.
    pub missing: Vec<Field>,
    /// What has to change for that; `None` where the registry says so already.
    pub change: Option<Change>,
}

/// How it stands with each attendee of a decision to record or ask, in their order.
#[must_use]
pub fn standings(decision: &Decision, event: &Event, known: &Known) -> Vec<Standing> {
    decision.attendees.iter().map(|attendee| standing(attendee, decision.kind, event, known)).collect()
}

fn standing(attendee: &Attendee, kind: Kind, event: &Event, known: &Known) -> Standing {
    let record = known.records.iter().find(|record| Some(record.id) == attendee.record);
    let said = attendee.facts();
    let mut facts = record.map_or_else(|| said.clone(), |record| merged(record, &said));
    let withdraws = comes_to_nothing(&facts, kind, event);
    if withdraws {
        facts.sessions = Some(event.sessions.iter().map(|session| (session.id.clone(), Answer::No)).collect());
    }
    let status = match record.map(|record| record.status) {
        _ if !attendee.missing.is_empty() => Status::Incomplete,
        Some(Status::Declined) if withdraws => Status::Declined,
        Some(_) if withdraws => Status::Cancelled,
        None if withdraws && kind == Kind::Cancel => Status::Cancelled,
        None if withdraws => Status::Declined,
        _ => Status::Attending,
    };
    let change = match record {
        None => Some(Change::Create { facts: facts.clone(), status }),
        Some(record) if record.facts == facts && record.status == status => None,
        Some(record) => {
            Some(Change::Revise { record: record.id, from_revision: record.revision, facts: facts.clone(), status })
        }
    };
    Standing { facts, status, missing: attendee.missing.clone(), change }
}

/// A record that was withdrawn answers nothing any more: who registers again starts from his new answers alone. And
/// a name once recorded in full is not shortened by a mail that signs with less.
fn merged(record: &Record, said: &Facts) -> Facts {
    let mut before = record.facts.clone();
    if matches!(record.status, Status::Cancelled | Status::Declined) && said.sessions.is_some() {
        before.sessions = None;
    }
    let mut facts = before.updated_by(said);
    if before.name.as_ref().map(|name| name.chars().count()) > facts.name.as_ref().map(|name| name.chars().count()) {
        facts.name = before.name;
    }
    facts
}

fn comes_to_nothing(facts: &Facts, kind: Kind, event: &Event) -> bool {
    let comes = |answers: &BTreeMap<String, Answer>| answers.values().any(|answer| *answer != Answer::No);
    let answered =
        |answers: &BTreeMap<String, Answer>| event.sessions.iter().all(|session| answers.contains_key(&session.id));
    match kind {
        Kind::Cancel | Kind::Decline => true,
        _ => facts.sessions.as_ref().is_some_and(|answers| !comes(answers) && answered(answers)),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::understand::decide::{Action, Attendee};
    use crate::understand::facts::evidence::{Evidence, Fact, Source};

    const EVENT: &str = r#"
        id = "tea"
        title = "The tea meeting"
        host = "Us"
        timezone = "Europe/Berlin"
        languages = ["en"]
        mailbox = "tea@example.org"
        invited = 2024-01-01
        [[session]]
        id = "tasting"
        starts = 2024-02-01T10:00:00
        ends = 2024-02-01T11:00:00
        venue = "Hall"
        title = { en = "Tasting" }
        [[session]]
        id = "talk"
        starts = 2024-02-02T10:00:00
        ends = 2024-02-02T11:00:00
        venue = "Hall"
        title = { en = "Talk" }
    "#;

    fn fact<T>(value: T) -> Fact<T> {
        let evidence =
            Evidence { source: Source::Label, text: String::new(), span: None, confidence: 1.0, rule: "test" };
        Fact { value, evidence }
    }

    fn answers(given: &[(&str, Answer)]) -> BTreeMap<String, Answer> {
        given.iter().map(|(session, answer)| ((*session).to_owned(), *answer)).collect()
    }

    fn attendee(name: &str, given: &[(&str, Answer)], record: Option<i64>) -> Attendee {
        let sessions = given.iter().map(|(session, answer)| ((*session).to_owned(), fact(*answer))).collect();
        Attendee {
            name: Some(fact(name.to_owned())),
            sessions: (!given.is_empty()).then_some(sessions),
            record,
            ..Attendee::default()
        }
    }

    fn record(status: Status, given: &[(&str, Answer)]) -> Record {
        Record {
            id: 7,
            event: "tea".into(),
            facts: Facts {
                name: Some("Anna Maria Weber".into()),
                position: Some("cook".into()),
                sessions: Some(answers(given)),
                ..Facts::default()
            },
            contact: "anna@example.org".into(),
            status,
            language: "en".into(),
            revision: 3,
            undeliverable: false,
            received_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
            source_message_id: None,
        }
    }

    fn standing_of(kind: Kind, attendee: Attendee, records: Vec<Record>) -> Standing {
        let decision = Decision {
            kind,
            action: Action::Record,
            human: false,
            attendees: vec![attendee],
            contact: None,
            reasons: Vec::new(),
            grounds: Vec::new(),
        };
        let known = Known { records, ..Known::default() };
        standings(&decision, &Event::from_toml(EVENT).unwrap(), &known).remove(0)
    }

    #[test]
    fn a_change_replaces_only_what_it_mentions() {
        let both = record(Status::Attending, &[("tasting", Answer::Yes), ("talk", Answer::Yes)]);
        let standing = standing_of(Kind::Change, attendee("Anna Weber", &[("talk", Answer::No)], Some(7)), vec![both]);
        assert_eq!(standing.facts.sessions, Some(answers(&[("tasting", Answer::Yes), ("talk", Answer::No)])));
        assert_eq!(standing.facts.name.as_deref(), Some("Anna Maria Weber"));
        assert_eq!(standing.status, Status::Attending);
        assert!(matches!(standing.change, Some(Change::Revise { record: 7, from_revision: 3, .. })));
    }

    #[test]
    fn restating_what_stands_changes_nothing() {
        let one = record(Status::Attending, &[("talk", Answer::Yes)]);
        let standing = standing_of(Kind::Change, attendee("Anna Weber", &[("talk", Answer::Yes)], Some(7)), vec![one]);
        assert_eq!(standing.change, None);
    }

    #[test]
    fn a_cancellation_withdraws_every_session_and_keeps_the_rest() {
        let both = record(Status::Attending, &[("tasting", Answer::Yes), ("talk", Answer::Yes)]);
        let standing = standing_of(Kind::Cancel, attendee("Anna Weber", &[], Some(7)), vec![both]);
        assert_eq!(standing.status, Status::Cancelled);
        assert_eq!(standing.facts.sessions, Some(answers(&[("tasting", Answer::No), ("talk", Answer::No)])));
        assert_eq!(standing.facts.position.as_deref(), Some("cook"));
    }

    #[test]
    fn who_registers_again_after_cancelling_starts_from_the_new_answers() {
        let gone = record(Status::Cancelled, &[("tasting", Answer::No), ("talk", Answer::No)]);
        let standing = standing_of(Kind::Change, attendee("Anna Weber", &[("talk", Answer::Yes)], Some(7)), vec![gone]);
        assert_eq!(standing.status, Status::Attending);
        assert_eq!(standing.facts.sessions, Some(answers(&[("talk", Answer::Yes)])));
    }

    #[test]
    fn a_decline_of_somebody_unknown_is_a_record_too() {
        let standing = standing_of(Kind::Decline, attendee("Anna Weber", &[], None), Vec::new());
        assert!(matches!(standing.change, Some(Change::Create { status: Status::Declined, .. })));
    }
}

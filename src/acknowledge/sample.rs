//! Sample data that brings every branch of a template to light, to check an override before a mail depends on it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::date;

use super::{Answered, Answering, Standing};
use crate::event::{Event, Field, Session};
use crate::registry::{AcknowledgementKind, Facts, Status};
use crate::understand::facts::intent::Kind;
use crate::understand::facts::sessions::Answer;

/// An event with two sessions.
pub fn event() -> Event {
    let session = |id: &str, day: i8| Session {
        id: id.into(),
        starts: date(2030, 5, day).at(9, 30, 0, 0),
        ends: date(2030, 5, day).at(17, 0, 0, 0),
        venue: "Town hall".into(),
        title: BTreeMap::from([("en".into(), format!("Session {id}"))]),
        aliases: BTreeMap::new(),
        capacity: None,
    };
    Event {
        id: "sample".into(),
        title: "Sample event".into(),
        host: "Sample host".into(),
        timezone: "UTC".into(),
        languages: vec!["en".into()],
        mailbox: "rsvp@example.org".into(),
        invited: date(2030, 1, 1),
        required: vec![Field::Name],
        sessions: vec![session("a", 1), session("b", 2)],
        invitations: BTreeMap::new(),
    }
}

/// One complete attendee, one of whom nothing is known; for each status.
pub fn standings() -> Vec<Vec<Standing>> {
    let complete = Facts {
        name: Some("Sample name".into()),
        organization: Some("Sample organization".into()),
        position: Some("Sample position".into()),
        sessions: Some(BTreeMap::from([("a".into(), Answer::Yes)])),
        email: Some("sample@example.org".into()),
    };
    let everything = vec![Field::Name, Field::Organization, Field::Position, Field::Sessions, Field::Email];
    let both = |status| {
        vec![
            Standing { facts: complete.clone(), status, missing: Vec::new() },
            Standing { facts: Facts::default(), status, missing: everything.clone() },
        ]
    };
    [Status::Attending, Status::Declined, Status::Cancelled, Status::Incomplete, Status::InReview, Status::Waitlisted]
        .map(both)
        .into()
}

/// Every kind of answer to every kind of message, with and without what may be absent.
pub fn answerings<'a>(event: &'a Event, language: &'a str, standings: &'a [Standing]) -> Vec<Answering<'a>> {
    let mut all = Vec::new();
    for kind in [AcknowledgementKind::Confirm, AcknowledgementKind::Ask, AcknowledgementKind::Received] {
        for message in [Kind::Attend, Kind::Change] {
            for (human, recipient) in [(true, Some("Sample name")), (false, None)] {
                all.push(Answering {
                    event,
                    kind,
                    message,
                    human,
                    language,
                    attendees: standings,
                    answered: Answered { message_id: None, subject: "", references: &[] },
                    to: "sample@example.org",
                    recipient,
                    from: "rsvp@example.org",
                    message_id: "sample@example.org",
                    date: Timestamp::UNIX_EPOCH,
                });
            }
        }
    }
    all
}

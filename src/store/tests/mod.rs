//! The store's behaviour, on a database file of its own for every test.

mod erase;
mod intake;
mod known;
mod open;
mod outbox;
mod outcome;
mod review;
mod speed;

use std::collections::BTreeMap;

use jiff::Timestamp;
use tempfile::TempDir;

use super::*;
use crate::event::Field;
use crate::registry::{Acknowledgement, AcknowledgementKind, Change, Facts, Filing, Outcome, Status};
use crate::understand::decide::Action;
use crate::understand::facts::intent::Kind;
use crate::understand::facts::sessions::Answer;

/// A store in a folder of its own, which lives as long as the first value.
async fn store() -> (TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&url(&folder)).await.unwrap();
    (folder, store)
}

fn url(folder: &TempDir) -> String {
    format!("sqlite:{}/rsvpd.db", folder.path().display())
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).unwrap()
}

fn mail(number: u32) -> Incoming {
    Incoming {
        mailbox: "rsvp".into(),
        raw: format!("From: guest{number}@home.example\r\nMessage-ID: <{number}@home.example>\r\n\r\nI come.\r\n")
            .into(),
        received_at: at(i64::from(number)),
        location: Some(Location { folder: "INBOX".into(), uid_validity: 7, uid: number }),
        oversize: None,
        message_id: Some(format!("{number}@home.example")),
    }
}

/// A mail taken in, to be decided.
async fn message(store: &Store, number: u32) -> i64 {
    match store.take_in(&[mail(number)], None).await.unwrap()[..] {
        [Intake::New(id)] => id,
        ref other => panic!("{other:?}"),
    }
}

fn facts(name: &str) -> Facts {
    Facts {
        name: Some(name.into()),
        organization: Some("Tea Society".into()),
        position: None,
        sessions: Some(BTreeMap::from([("early".into(), Answer::Yes), ("late".into(), Answer::No)])),
        email: None,
    }
}

fn acknowledgement(number: u32, kind: AcknowledgementKind) -> Acknowledgement {
    Acknowledgement {
        kind,
        to: format!("Guest{number}@home.example"),
        subject: "Re: Tea".into(),
        message_id: format!("{kind:?}.{number}@us.example").to_lowercase(),
        in_reply_to: Some(format!("{number}@home.example")),
        missing: vec![Field::Position],
        raw: b"Subject: Re: Tea\r\n\r\nThank you.\r\n".to_vec(),
    }
}

/// Guest `number` comes, and is told that we know.
fn attends(number: u32) -> Outcome {
    Outcome {
        event: Some("tea".into()),
        language: "en".into(),
        kind: Kind::Attend,
        action: Action::Record,
        human: false,
        reasons: Vec::new(),
        reply_text: "I come.".into(),
        attendees: serde_json::json!([{"name": "Ida Blum"}]),
        contact: Some(format!("guest{number}@home.example")),
        changes: vec![Change::Create { facts: facts("Ida Blum"), status: Status::Attending }],
        acknowledgement: Some(acknowledgement(number, AcknowledgementKind::Confirm)),
        filing: Filing::Recorded,
        undeliverable: None,
    }
}

/// Guest `number` wrote something that staff must decide.
fn under_review(number: u32) -> Outcome {
    Outcome {
        action: Action::Review,
        human: true,
        changes: Vec::new(),
        acknowledgement: Some(acknowledgement(number, AcknowledgementKind::Received)),
        filing: Filing::Review,
        ..attends(number)
    }
}

async fn assert_sound(store: &Store) {
    assert_eq!(store.check_invariants().await.unwrap(), Vec::<String>::new());
}

/// Something done behind the store's back.
async fn sql(store: &Store, statement: String) {
    let done = store.write("run a statement of a test", async |connection| {
        Ok(sqlx::query(sqlx::AssertSqlSafe(statement)).execute(connection).await?)
    });
    done.await.unwrap();
}

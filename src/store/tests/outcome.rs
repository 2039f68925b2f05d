use std::future::Future;
use std::task::{Context, Waker};

use super::*;
use crate::understand::decide::Reason;
use crate::understand::facts::evidence::ReasonCode;

#[tokio::test]
async fn an_outcome_leaves_a_record_an_acknowledgement_and_a_filing() {
    let (_folder, store) = store().await;
    let id = message(&store, 1).await;
    let committed = store.commit(id, &attends(1), at(9)).await.unwrap();
    let record = store.record(committed.records[0]).await.unwrap();
    assert_eq!(record.facts, facts("Ida Blum"));
    assert_eq!((record.status, record.revision, record.undeliverable), (Status::Attending, 1, false));
    assert_eq!((record.contact.as_str(), record.language.as_str()), ("guest1@home.example", "en"));
    assert_eq!((record.received_at, record.updated_at), (at(1), at(1)), "the mail's arrival counts, not our clock");
    assert_eq!(record.source_message_id.as_deref(), Some("1@home.example"));
    let outbox = store.outbox_list().await.unwrap();
    assert_eq!((outbox[0].id, outbox[0].state), (committed.outbox.unwrap(), OutboxState::Ready));
    assert_eq!((outbox[0].to.as_str(), &outbox[0].missing[..]), ("guest1@home.example", &[Field::Position][..]));
    assert_eq!(committed.review, None);
    assert_eq!(store.due_filings("rsvp", "INBOX", 7, 9).await.unwrap().len(), 1);
    assert_sound(&store).await;
}

#[tokio::test]
async fn an_outcome_is_stored_once() {
    let (_folder, store) = store().await;
    let id = message(&store, 1).await;
    store.commit(id, &attends(1), at(9)).await.unwrap();
    let error = store.commit(id, &attends(2), at(9)).await.unwrap_err();
    assert!(matches!(error, StoreError::AlreadyDecided { message } if message == id), "{error}");
    assert_eq!(store.records(None).await.unwrap().len(), 1);
    assert_eq!(store.outbox_list().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_change_keeps_the_history_and_is_refused_when_the_record_has_moved_on() {
    let (_folder, store) = store().await;
    let first = message(&store, 1).await;
    let record = store.commit(first, &attends(1), at(9)).await.unwrap().records[0];
    let revise = |number| Outcome {
        kind: Kind::Change,
        language: "de".into(),
        changes: vec![Change::Revise { record, from_revision: 1, facts: facts("Ida Rot"), status: Status::Cancelled }],
        contact: Some("elsewhere@home.example".into()),
        ..attends(number)
    };
    let second = message(&store, 2).await;
    store.commit(second, &revise(2), at(9)).await.unwrap();
    let third = message(&store, 3).await;
    let error = store.commit(third, &revise(3), at(9)).await.unwrap_err();
    assert!(matches!(error, StoreError::Stale { record: stale } if stale == record) && error.is_transient(), "{error}");

    let now = store.record(record).await.unwrap();
    assert_eq!((now.facts.name.as_deref(), now.status, now.revision), (Some("Ida Rot"), Status::Cancelled, 2));
    assert_eq!((now.received_at, now.updated_at), (at(1), at(2)));
    assert_eq!(now.contact, "guest1@home.example", "a record stays with the contact who made it");
    let history = store.history(record).await.unwrap();
    assert_eq!(
        history.iter().map(|old| old.facts.name.as_deref().unwrap()).collect::<Vec<_>>(),
        ["Ida Blum", "Ida Rot"]
    );
    assert_eq!(history[1].source_message_id.as_deref(), Some("2@home.example"));
    assert_eq!(store.undecided(9).await.unwrap()[0].id, third, "the refused one is decided again");
    assert_sound(&store).await;
}

#[tokio::test]
async fn a_contradictory_outcome_is_refused_whole() {
    let (_folder, store) = store().await;
    let id = message(&store, 1).await;
    let create = |status| vec![Change::Create { facts: facts("Ida"), status }];
    for (outcome, sentence) in [
        (Outcome { action: Action::Ignore, ..attends(1) }, "an ignored message is never answered"),
        (
            Outcome { action: Action::Ignore, acknowledgement: None, ..attends(1) },
            "an ignored message changes no record",
        ),
        (Outcome { changes: create(Status::Attending), ..under_review(1) }, "a message under review changes no record"),
        (Outcome { event: None, ..attends(1) }, "a new record needs an event"),
        (Outcome { contact: None, ..attends(1) }, "a new record needs an address that answers go to"),
    ] {
        let error = store.commit(id, &outcome, at(9)).await.unwrap_err();
        assert_eq!(error.to_string(), format!("could not store a message's outcome: {sentence}"));
        assert!(!error.is_transient());
    }
    let twin = message(&store, 2).await;
    store.commit(twin, &attends(1), at(9)).await.unwrap();
    let error = store.commit(id, &attends(1), at(9)).await.unwrap_err();
    assert!(error.to_string().contains("UNIQUE") && !error.is_transient(), "one Message-ID for two answers: {error}");
    assert_eq!(store.status().await.unwrap().messages["received"], 1);
    store.commit(id, &Outcome { changes: create(Status::InReview), ..under_review(3) }, at(9)).await.unwrap();
    assert_sound(&store).await;
}

#[tokio::test]
async fn a_record_says_that_mail_to_its_contact_came_back() {
    let (_folder, store) = store().await;
    let id = message(&store, 1).await;
    let record = store.commit(id, &attends(1), at(9)).await.unwrap().records[0];
    let bounce = Outcome {
        kind: Kind::Bounce,
        action: Action::Ignore,
        reasons: vec![Reason { code: ReasonCode::DeliveryReport, detail: "came back".into() }],
        changes: Vec::new(),
        acknowledgement: None,
        undeliverable: Some("Guest1@home.example".into()),
        ..attends(2)
    };
    let id = message(&store, 2).await;
    store.commit(id, &bounce, at(10)).await.unwrap();
    assert!(store.record(record).await.unwrap().undeliverable);
    assert_sound(&store).await;
}

/// An outcome that touches every table it can.
fn everything(number: u32) -> Outcome {
    Outcome { human: true, undeliverable: Some("gone@home.example".into()), ..attends(number) }
}

#[tokio::test]
async fn an_outcome_that_fails_at_any_table_leaves_nothing_behind() {
    let (_folder, store) = store().await;
    let id = message(&store, 1).await;
    let before = store.status().await.unwrap();
    let steps = [
        ("UPDATE", "message"),
        ("INSERT", "record"),
        ("INSERT", "record_revision"),
        ("INSERT", "review_item"),
        ("INSERT", "outbox"),
        ("INSERT", "undeliverable"),
    ];
    // ROLLBACK is what SQLite does by itself when the disk is full.
    for (how, (event, table)) in ["ABORT", "ROLLBACK"].into_iter().flat_map(|how| steps.map(|step| (how, step))) {
        let fault = format!("BEFORE {event} ON {table} BEGIN SELECT RAISE({how}, 'broken'); END");
        sql(&store, format!("CREATE TRIGGER fault {fault}")).await;
        let error = store.commit(id, &everything(1), at(9)).await.unwrap_err();
        assert!(error.to_string().starts_with("could not store a message's outcome: "), "{error}");
        assert!(error.is_transient(), "{error:?}");
        sql(&store, "DROP TRIGGER fault".into()).await;
        assert_eq!(store.status().await.unwrap(), before, "{fault}");
        assert_sound(&store).await;
    }
    store.commit(id, &everything(1), at(9)).await.unwrap();
    assert_sound(&store).await;
}

#[tokio::test]
async fn an_outcome_abandoned_at_any_moment_is_whole_or_absent() {
    let (_folder, store) = store().await;
    let mut abandoned = 0;
    for polls in 0..60 {
        let id = message(&store, polls).await;
        let outcome = everything(polls);
        let mut commit = Box::pin(store.commit(id, &outcome, at(9)));
        let mut done = false;
        for _ in 0..polls {
            done = done || commit.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready();
            if done {
                break;
            }
            std::thread::yield_now();
        }
        drop(commit);
        abandoned += u32::from(!done);
        assert_sound(&store).await;
        match store.commit(id, &outcome, at(9)).await {
            Ok(_) => assert!(!done),
            Err(error) => assert!(matches!(error, StoreError::AlreadyDecided { .. }), "{error}"),
        }
    }
    assert!(abandoned > 0);
    let status = store.status().await.unwrap();
    assert_eq!((status.messages["decided"], status.outbox["ready"], status.reviews_open), (60, 60, 60));
}

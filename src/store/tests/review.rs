use super::*;

/// A store with one message under review.
async fn reviewed() -> (TempDir, Store, i64) {
    let (folder, store) = store().await;
    let id = message(&store, 1).await;
    let item = store.commit(id, &Outcome { event: None, ..under_review(1) }, at(9)).await.unwrap().review.unwrap();
    (folder, store, item)
}

fn accepted() -> Verdict {
    Verdict {
        state: ReviewState::Accepted,
        note: Some("called her".into()),
        event: Some("tea".into()),
        contact: None,
        changes: vec![Change::Create { facts: facts("Ida Blum"), status: Status::Attending }],
        acknowledgement: Some(acknowledgement(1, AcknowledgementKind::Confirm)),
    }
}

#[tokio::test]
async fn staff_see_what_they_need_to_decide() {
    let (_folder, store, id) = reviewed().await;
    let item = store.review_show(id).await.unwrap();
    assert_eq!(store.review_list().await.unwrap(), std::slice::from_ref(&item.entry));
    assert_eq!((item.entry.message_id.as_deref(), item.entry.event.as_deref()), (Some("1@home.example"), None));
    assert_eq!((item.entry.received_at, item.entry.blocking, item.state), (at(1), true, ReviewState::Open));
    assert_eq!((item.reply_text.as_str(), &item.attendees[0]["name"]), ("I come.", &"Ida Blum".into()));
    assert_eq!((item.decided, item.note), (None, None));
    assert!(matches!(store.review_show(id + 1).await, Err(StoreError::NotFound { .. })));
}

#[tokio::test]
async fn a_clear_reply_that_also_asks_for_something_is_recorded_and_seen() {
    let (_folder, store) = store().await;
    let id = message(&store, 1).await;
    store.commit(id, &Outcome { human: true, ..attends(1) }, at(9)).await.unwrap();
    assert!(!store.review_list().await.unwrap()[0].blocking);
    assert_eq!(store.records(None).await.unwrap().len(), 1);
    assert_sound(&store).await;
}

#[tokio::test]
async fn a_decision_changes_the_registry_and_answers_in_one_go() {
    let (_folder, store, id) = reviewed().await;
    let committed = store.review_decide(id, &accepted(), "mia", at(20)).await.unwrap();
    let history = store.history(committed.records[0]).await.unwrap();
    assert_eq!((history[0].staff.as_deref(), history[0].at), (Some("mia"), at(20)));
    assert_eq!(history[0].source_message_id.as_deref(), Some("1@home.example"));
    assert_eq!(store.record(committed.records[0]).await.unwrap().contact, "guest1@home.example");
    let kinds: Vec<_> = store.outbox_list().await.unwrap().iter().map(|entry| entry.kind).collect();
    assert_eq!(kinds, [AcknowledgementKind::Received, AcknowledgementKind::Confirm]);
    assert_eq!(store.review_list().await.unwrap(), []);
    let item = store.review_show(id).await.unwrap();
    assert_eq!((item.state, item.note.as_deref()), (ReviewState::Accepted, Some("called her")));
    assert_eq!((item.decided, item.entry.event.as_deref()), (Some(("mia".into(), at(20))), Some("tea")));
    assert_sound(&store).await;
}

#[tokio::test]
async fn the_second_of_two_decisions_is_told_who_was_first() {
    let (_folder, store, id) = reviewed().await;
    let dismissed = Verdict { state: ReviewState::Dismissed, changes: Vec::new(), acknowledgement: None, ..accepted() };
    let other = accepted();
    let (one, two) = tokio::join!(
        store.review_decide(id, &dismissed, "mia", at(20)),
        store.review_decide(id, &other, "noa", at(20)),
    );
    let (won, lost) = if one.is_ok() { (("mia", 0), two) } else { (("noa", 1), one) };
    let error = lost.unwrap_err().to_string();
    assert_eq!(error, format!("could not decide review item {id}: already decided by {} at {}", won.0, at(20)));
    assert_eq!(store.records(None).await.unwrap().len(), won.1);
    assert_sound(&store).await;
}

#[tokio::test]
async fn a_decision_on_a_record_that_moved_on_leaves_the_item_open() {
    let (_folder, store, id) = reviewed().await;
    let second = message(&store, 2).await;
    let record = store.commit(second, &attends(2), at(9)).await.unwrap().records[0];
    let change = Change::Revise { record, from_revision: 7, facts: facts("Ida"), status: Status::Cancelled };
    let stale = Verdict { changes: vec![change], ..accepted() };
    let error = store.review_decide(id, &stale, "mia", at(20)).await.unwrap_err();
    assert!(matches!(error, StoreError::Stale { .. }), "{error}");
    assert_eq!(store.review_list().await.unwrap().len(), 1);
    let open = Verdict { state: ReviewState::Open, ..accepted() };
    assert!(store.review_decide(id, &open, "mia", at(20)).await.is_err());
}

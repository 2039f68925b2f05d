use jiff::ToSpan;

use super::*;

/// A store with one acknowledgement, claimed for its first attempt.
async fn claimed() -> (TempDir, Store, i64) {
    let (folder, store) = store().await;
    let id = message(&store, 1).await;
    store.commit(id, &attends(1), at(0)).await.unwrap();
    let rows = store.claim_due("rsvp", at(1), 9).await.unwrap();
    assert_eq!(rows.len(), 1);
    (folder, store, rows[0].id)
}

async fn state(store: &Store) -> (OutboxState, u32, Option<Timestamp>) {
    let entry = &store.outbox_list().await.unwrap()[0];
    (entry.state, entry.attempts, entry.due_at)
}

#[tokio::test]
async fn what_is_due_is_claimed_once_with_its_attempt_counted() {
    let (_folder, store) = store().await;
    for number in 1..=3 {
        let id = message(&store, number).await;
        store.commit(id, &attends(number), at(number.into())).await.unwrap();
    }
    assert_eq!(store.next_due("rsvp").await.unwrap(), Some(at(1)));
    assert_eq!(store.claim_due("rsvp", at(0), 9).await.unwrap(), []);
    assert_eq!(store.claim_due("another", at(2), 9).await.unwrap(), [], "each mailbox sends its own");
    let rows = store.claim_due("rsvp", at(2), 9).await.unwrap();
    assert_eq!(
        rows.iter().map(|row| row.to.as_str()).collect::<Vec<_>>(),
        ["guest1@home.example", "guest2@home.example"]
    );
    assert_eq!((rows[0].attempt, rows[0].doubts), (1, 0));
    assert_eq!(
        (rows[0].raw.as_slice(), rows[0].created_at),
        (&acknowledgement(1, AcknowledgementKind::Confirm).raw[..], at(1))
    );
    assert_eq!(store.claim_due("rsvp", at(2), 9).await.unwrap(), []);
    assert_eq!(store.claim_due("rsvp", at(9), 0).await.unwrap(), []);
    assert_eq!(store.next_due("rsvp").await.unwrap(), Some(at(3)));
}

#[tokio::test]
async fn an_attempt_ends_where_its_report_says() {
    let (_folder, store, id) = claimed().await;
    store.wait(id, 1, at(60), "451 try later").await.unwrap();
    assert_eq!(state(&store).await, (OutboxState::Waiting, 1, Some(at(60))));
    assert_eq!(store.claim_due("rsvp", at(60), 9).await.unwrap()[0].attempt, 2);
    store.reached_data_end(id, 2).await.unwrap();
    store.sent(id, 2, "250 queued as 4711", at(61)).await.unwrap();
    assert_eq!(state(&store).await, (OutboxState::Sent, 2, None));
    let entry = &store.outbox_list().await.unwrap()[0];
    assert_eq!((entry.last_reply.as_deref(), entry.sent_at), (Some("250 queued as 4711"), Some(at(61))));
    assert_eq!(store.next_due("rsvp").await.unwrap(), None);
}

#[tokio::test]
async fn a_late_report_of_another_attempt_changes_nothing() {
    let (_folder, store, id) = claimed().await;
    store.wait(id, 1, at(60), "451").await.unwrap();
    store.claim_due("rsvp", at(60), 9).await.unwrap();
    for (report, result) in [
        ("data end", store.reached_data_end(id, 1).await),
        ("sent", store.sent(id, 1, "250", at(61)).await),
        ("wait", store.wait(id, 1, at(99), "451").await),
        ("fail", store.fail(id, 1, "550").await),
        ("uncertain", store.uncertain(id, 1, at(99), "eof").await),
        ("no such row", store.sent(id + 1, 2, "250", at(61)).await),
    ] {
        assert!(matches!(result, Err(StoreError::NotThisAttempt { .. })), "{report}: {result:?}");
    }
    assert_eq!(state(&store).await, (OutboxState::Sending, 2, None));
    store.sent(id, 2, "250", at(61)).await.unwrap();
    assert!(store.sent(id, 2, "250", at(61)).await.is_err());
}

#[tokio::test]
async fn what_the_server_perhaps_has_leaves_once_more_at_most() {
    let (_folder, store, id) = claimed().await;
    store.reached_data_end(id, 1).await.unwrap();
    store.uncertain(id, 1, at(1800), "connection closed").await.unwrap();
    assert_eq!(state(&store).await, (OutboxState::Uncertain, 1, Some(at(1800))));
    assert_eq!(store.claim_due("rsvp", at(1799), 9).await.unwrap(), []);
    let row = &store.claim_due("rsvp", at(1800), 9).await.unwrap()[0];
    assert_eq!((row.attempt, row.doubts), (2, 1));
    store.wait(id, 2, at(1900), "451").await.unwrap();
    assert_eq!(state(&store).await, (OutboxState::Uncertain, 2, Some(at(1900))), "staff go on seeing the doubt");
    store.claim_due("rsvp", at(1900), 9).await.unwrap();
    store.uncertain(id, 3, at(9999), "connection closed").await.unwrap();
    assert_eq!(state(&store).await, (OutboxState::Uncertain, 3, None), "from here on staff decide");
}

#[tokio::test]
async fn a_crash_before_the_final_dot_is_a_wait_and_after_it_a_doubt() {
    let (_folder, store, id) = claimed().await;
    assert_eq!(store.recover_outbox(at(5)).await.unwrap(), 1);
    assert_eq!(state(&store).await, (OutboxState::Waiting, 1, Some(at(5))));
    let later = at(5) + 30.minutes();
    for expected in [Some(later), None] {
        let now = store.next_due("rsvp").await.unwrap().unwrap();
        let attempt = store.claim_due("rsvp", now, 9).await.unwrap()[0].attempt;
        store.reached_data_end(id, attempt).await.unwrap();
        assert_eq!(store.recover_outbox(at(5)).await.unwrap(), 1);
        assert_eq!(state(&store).await, (OutboxState::Uncertain, attempt, expected));
    }
    assert_eq!(store.recover_outbox(at(6)).await.unwrap(), 0);
}

#[tokio::test]
async fn staff_can_have_an_acknowledgement_tried_again_unless_it_left() {
    let (_folder, store, id) = claimed().await;
    let sentence = |error: StoreError| error.to_string();
    let refused = sentence(store.outbox_retry(id, at(9)).await.unwrap_err());
    assert_eq!(refused, "could not make an acknowledgement due: it is being sent");
    store.fail(id, 1, "550 no such user").await.unwrap();
    assert_eq!(state(&store).await, (OutboxState::Failed, 1, None));
    store.outbox_retry(id, at(9)).await.unwrap();
    assert_eq!(state(&store).await, (OutboxState::Ready, 1, Some(at(9))));
    store.claim_due("rsvp", at(9), 9).await.unwrap();
    store.sent(id, 2, "250", at(9)).await.unwrap();
    let refused = sentence(store.outbox_retry(id, at(9)).await.unwrap_err());
    assert_eq!(refused, "could not make an acknowledgement due: it is sent already");
    assert_eq!(
        sentence(store.outbox_retry(99, at(9)).await.unwrap_err()),
        "could not find acknowledgement 99: there is none"
    );
}

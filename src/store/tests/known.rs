use super::*;
use crate::registry::{Known, KnownQuery};

async fn known(store: &Store, senders: &[&str], thread: &[&str]) -> Known {
    let strings = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect();
    store.known(&KnownQuery { senders: strings(senders), thread: strings(thread) }).await.unwrap()
}

fn ids(known: &Known) -> Vec<i64> {
    known.records.iter().map(|record| record.id).collect()
}

#[tokio::test]
async fn a_sender_is_known_as_contact_and_as_attendee() {
    let (_folder, store) = store().await;
    let id = message(&store, 1).await;
    let companion = Facts { email: Some("Otto@Home.example".into()), ..facts("Otto Blum") };
    let changes =
        [facts("Ida Blum"), companion].map(|facts| Change::Create { facts, status: Status::Attending }).into();
    let made = store.commit(id, &Outcome { changes, ..attends(1) }, at(9)).await.unwrap().records;
    assert_eq!(ids(&known(&store, &["guest1@home.example"], &[]).await), made);
    assert_eq!(ids(&known(&store, &["OTTO@home.example"], &[]).await), made[1..]);
    assert_eq!(ids(&known(&store, &["otto@home.example", "guest1@home.example"], &[]).await), made, "each once");
    assert_eq!(known(&store, &["stranger@home.example"], &["unknown@us.example"]).await, Known::default());

    let revised = Change::Revise {
        record: made[1],
        from_revision: 1,
        facts: Facts { email: Some("otto@work.example".into()), ..facts("Otto Blum") },
        status: Status::Attending,
    };
    let id = message(&store, 2).await;
    store.commit(id, &Outcome { changes: vec![revised], ..attends(2) }, at(9)).await.unwrap();
    assert_eq!(ids(&known(&store, &["otto@home.example"], &[]).await), [0; 0], "a former address is nobody's");
}

#[tokio::test]
async fn an_answer_to_our_mail_leads_to_the_records_that_it_was_about() {
    let (_folder, store) = store().await;
    let id = message(&store, 1).await;
    let made = store.commit(id, &attends(1), at(9)).await.unwrap().records;
    let known_by_thread = known(&store, &["other@home.example"], &["x@y.example", "confirm.1@us.example"]).await;
    let answered = known_by_thread.answers.clone().unwrap();
    assert_eq!((answered.kind, answered.to.as_str()), (AcknowledgementKind::Confirm, "guest1@home.example"));
    assert_eq!((answered.event.as_deref(), answered.missing), (Some("tea"), vec![Field::Position]));
    assert_eq!((answered.records, ids(&known_by_thread)), (made.clone(), made.clone()));

    // A restatement changes no record; the answer to its acknowledgement is still about the sender's.
    let id = message(&store, 2).await;
    let restated = Outcome { changes: Vec::new(), contact: Some("guest1@home.example".into()), ..attends(2) };
    let to = "guest1@home.example".to_owned();
    let acknowledgement = Some(Acknowledgement { to, ..acknowledgement(2, AcknowledgementKind::Confirm) });
    store.commit(id, &Outcome { acknowledgement, ..restated }, at(9)).await.unwrap();
    assert_eq!(known(&store, &[], &["confirm.2@us.example"]).await.answers.unwrap().records, made);
    assert_sound(&store).await;
}

#[tokio::test]
async fn an_answer_to_a_mail_under_review_leads_to_what_staff_made_of_it() {
    let (_folder, store) = store().await;
    let id = message(&store, 1).await;
    let item = store.commit(id, &under_review(1), at(9)).await.unwrap().review.unwrap();
    assert_eq!(known(&store, &[], &["received.1@us.example"]).await.answers.unwrap().records, [0; 0]);
    let verdict = Verdict {
        state: ReviewState::Accepted,
        note: None,
        event: None,
        contact: Some("ida@work.example".into()),
        changes: attends(1).changes,
        acknowledgement: None,
    };
    let made = store.review_decide(item, &verdict, "mia", at(20)).await.unwrap().records;
    assert_eq!(known(&store, &[], &["received.1@us.example"]).await.answers.unwrap().records, made);
    assert_eq!(ids(&known(&store, &["ida@work.example"], &[]).await), made);
}

#[tokio::test]
async fn questions_count_until_something_is_confirmed() {
    let (_folder, store) = store().await;
    let to = || "guest1@home.example".to_owned();
    for (number, kind, expected) in [
        (1, AcknowledgementKind::Ask, 1),
        (2, AcknowledgementKind::Ask, 2),
        (3, AcknowledgementKind::Confirm, 0),
        (4, AcknowledgementKind::Received, 0),
        (5, AcknowledgementKind::Ask, 1),
    ] {
        let id = message(&store, number).await;
        let acknowledgement = Some(Acknowledgement { to: to(), ..acknowledgement(number, kind) });
        store.commit(id, &Outcome { acknowledgement, ..attends(number) }, at(9)).await.unwrap();
        let known = known(&store, &["guest1@home.example"], &[]).await;
        assert_eq!(known.questions_asked("tea"), expected, "after mail {number}");
        assert_eq!(known.questions_asked("coffee"), 0);
    }
}

#[tokio::test]
async fn answers_to_an_address_are_counted_from_a_moment_on() {
    let (_folder, store) = store().await;
    let id = message(&store, 1).await;
    store.commit(id, &attends(1), at(100)).await.unwrap();
    assert_eq!(store.answers_since("GUEST1@home.example", at(99)).await.unwrap(), 1);
    assert_eq!(store.answers_since("guest1@home.example", at(100)).await.unwrap(), 0);
    assert_eq!(store.answers_since("guest2@home.example", at(0)).await.unwrap(), 0);
}

#[tokio::test]
async fn records_of_one_name_are_found_however_it_is_written() {
    let (_folder, store) = store().await;
    let id = message(&store, 1).await;
    store.commit(id, &attends(1), at(9)).await.unwrap();
    for (event, name, found) in
        [("tea", "BLUM, Ida", 1), ("tea", "ida  blum", 1), ("tea", "Ida Blume", 0), ("coffee", "Ida Blum", 0)]
    {
        assert_eq!(store.records_named(event, name).await.unwrap().len(), found, "{event} {name}");
    }
    assert_eq!(store.records(Some("tea")).await.unwrap().len(), 1);
    assert_eq!(store.records(Some("coffee")).await.unwrap().len(), 0);
    assert!(matches!(store.history(99).await, Err(StoreError::NotFound { .. })));
}

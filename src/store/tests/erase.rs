use super::*;

fn with_email(name: &str, email: &str) -> Change {
    let facts = Facts { email: Some(email.into()), ..facts(name) };
    Change::Create { facts, status: Status::Attending }
}

#[tokio::test]
async fn an_erased_person_is_gone_from_the_file_and_others_stay() {
    let (folder, store) = store().await;
    let one = message(&store, 1).await;
    store
        .commit(one, &Outcome { reply_text: "Ida Blum comes".into(), human: true, ..attends(1) }, at(9))
        .await
        .unwrap();
    let two = message(&store, 2).await;
    let changes = vec![with_email("Otto Rot", "otto@x.example")];
    store.commit(two, &Outcome { changes, attendees: serde_json::json!([]), ..attends(2) }, at(9)).await.unwrap();

    let erased = store.erase("Guest1@home.example", at(20)).await.unwrap();
    assert_eq!(erased, Erased { records: 1, messages: 1, acknowledgements: 1 });
    assert_eq!(store.records(None).await.unwrap().len(), 1);
    assert_eq!(store.outbox_list().await.unwrap().len(), 1);
    assert_eq!(store.review_list().await.unwrap(), []);
    for end in ["", "-wal"] {
        let bytes = std::fs::read(format!("{}/rsvpd.db{end}", folder.path().display())).unwrap();
        for trace in ["guest1@home", "Ida Blum"] {
            assert!(!bytes.windows(trace.len()).any(|window| window == trace.as_bytes()), "{trace} in {end}");
        }
    }
    let bytes = std::fs::read(folder.path().join("rsvpd.db")).unwrap();
    assert!(bytes.windows(8).any(|window| window == b"Otto Rot"), "the search above would find something");
    assert_sound(&store).await;
    assert_eq!(store.take_in(&[mail(1)], None).await.unwrap(), [Intake::Seen(one)], "it is not processed again");
}

#[tokio::test]
async fn an_assistant_is_erased_without_those_whom_she_wrote_for() {
    let (_folder, store) = store().await;
    let id = message(&store, 1).await;
    let changes = vec![with_email("Otto Rot", "Otto@x.example"), with_email("Ida Blum", "guest1@home.example")];
    let made = store.commit(id, &Outcome { changes, ..attends(1) }, at(9)).await.unwrap().records;
    store.erase("guest1@home.example", at(20)).await.unwrap();
    let left = store.records(None).await.unwrap();
    assert_eq!(left.iter().map(|record| record.id).collect::<Vec<_>>(), made[..1]);
    assert_eq!((left[0].contact.as_str(), left[0].source_message_id.as_deref()), ("otto@x.example", None));
    assert_sound(&store).await;
}

#[tokio::test]
async fn erasing_an_unknown_address_does_nothing() {
    let (_folder, store) = store().await;
    let id = message(&store, 1).await;
    store.commit(id, &attends(1), at(9)).await.unwrap();
    assert_eq!(store.erase("nobody@home.example", at(20)).await.unwrap(), Erased::default());
    assert_eq!(store.records(None).await.unwrap().len(), 1);
    assert_sound(&store).await;
}

use super::*;

#[tokio::test]
async fn a_batch_is_stored_with_its_cursor_and_processed_in_order_of_intake() {
    let (_folder, store) = store().await;
    assert_eq!(store.cursor("rsvp", "INBOX").await.unwrap(), None);
    let cursor = Cursor { uid_validity: 7, last_uid: 3 };
    let moved = CursorMove { mailbox: "rsvp".into(), folder: "INBOX".into(), cursor };
    // The later number arrived earlier: what counts is the order in which mail was handed over.
    let intakes = store.take_in(&[mail(3), mail(2)], Some(&moved)).await.unwrap();
    let waiting = store.undecided(10).await.unwrap();
    assert_eq!(intakes, waiting.iter().map(|message| Intake::New(message.id)).collect::<Vec<_>>());
    assert_eq!(waiting[0].raw, mail(3).raw);
    assert_eq!((waiting[1].received_at, waiting[1].attempts), (at(2), 0));
    assert_eq!(store.cursor("rsvp", "INBOX").await.unwrap(), Some(cursor));
    assert_eq!(store.undecided(1).await.unwrap().len(), 1);
    assert_eq!(store.message(waiting[1].id).await.unwrap(), waiting[1]);
}

#[tokio::test]
async fn the_same_mail_is_processed_once_however_it_comes_again() {
    let (_folder, store) = store().await;
    let id = message(&store, 1).await;
    let elsewhere = |uid, raw: Vec<u8>| Incoming {
        raw,
        location: Some(Location { folder: "INBOX".into(), uid_validity: 7, uid }),
        ..mail(1)
    };
    let redelivered = [b"Received: from elsewhere\r\n".to_vec(), mail(1).raw].concat();
    let renumbered = Location { folder: "INBOX".into(), uid_validity: 8, uid: 1 };
    for (how, again) in [
        ("the same place", mail(1)),
        ("copied back", elsewhere(20, mail(1).raw)),
        ("redelivered", elsewhere(21, redelivered)),
        ("written anew by the server", elsewhere(1, [mail(1).raw, b"\r\n--other".to_vec()].concat())),
        ("renumbered", Incoming { location: Some(renumbered), ..mail(1) }),
        ("from a file", Incoming { location: None, ..mail(1) }),
    ] {
        assert_eq!(store.take_in(&[again], None).await.unwrap(), [Intake::Seen(id)], "{how}");
    }
    assert_eq!(store.undecided(10).await.unwrap().len(), 1);
    let twice = store.take_in(&[mail(2), mail(2)], None).await.unwrap();
    assert!(matches!(twice[..], [Intake::New(one), Intake::Seen(two)] if one == two && one != id), "{twice:?}");
}

#[tokio::test]
async fn different_mails_are_never_taken_for_one() {
    let (_folder, store) = store().await;
    let id = message(&store, 1).await;
    let other = b"From: x@y.example\r\nMessage-ID: <1@home.example>\r\n\r\nI do not come.\r\n".to_vec();
    let place = |uid| Some(Location { folder: "INBOX".into(), uid_validity: 7, uid });
    for (how, mail) in [
        ("a forged Message-ID", Incoming { raw: other, location: place(2), ..mail(1) }),
        ("a place numbered anew", Incoming { location: place(1), ..mail(3) }),
        ("another mailbox", Incoming { mailbox: "second".into(), ..mail(1) }),
    ] {
        let intake = store.take_in(&[mail], None).await.unwrap();
        assert!(matches!(intake[..], [Intake::New(new)] if new > id), "{how}: {intake:?}");
    }
}

#[tokio::test]
async fn attempts_are_counted_until_the_message_is_decided() {
    let (_folder, store) = store().await;
    let id = message(&store, 1).await;
    assert_eq!(store.count_attempt(id).await.unwrap(), 1);
    assert_eq!(store.count_attempt(id).await.unwrap(), 2);
    assert_eq!(store.undecided(1).await.unwrap()[0].attempts, 2);
    store.commit(id, &attends(1), at(9)).await.unwrap();
    assert!(matches!(store.count_attempt(id).await, Err(StoreError::AlreadyDecided { .. })));
}

#[tokio::test]
async fn a_message_is_filed_from_every_place_after_it_is_decided() {
    let (_folder, store) = store().await;
    let id = message(&store, 1).await;
    assert_eq!(store.due_filings("rsvp", "INBOX", 7, 9).await.unwrap(), []);
    store.commit(id, &attends(1), at(9)).await.unwrap();
    let due = store.due_filings("rsvp", "INBOX", 7, 9).await.unwrap();
    assert_eq!(due.iter().map(|due| (due.uid, due.filing)).collect::<Vec<_>>(), [(1, Filing::Recorded)]);
    assert_eq!(store.due_filings("second", "INBOX", 7, 9).await.unwrap(), []);
    store.filed(&[due[0].location_id], at(10)).await.unwrap();
    assert_eq!(store.due_filings("rsvp", "INBOX", 7, 9).await.unwrap(), []);

    let copied_back = Location { folder: "INBOX".into(), uid_validity: 7, uid: 5 };
    store.take_in(&[Incoming { location: Some(copied_back), ..mail(1) }, mail(1)], None).await.unwrap();
    let due = store.due_filings("rsvp", "INBOX", 7, 9).await.unwrap();
    assert_eq!(due.iter().map(|due| due.uid).collect::<Vec<_>>(), [1, 5], "it is shown at both places");
}

#[tokio::test]
async fn places_of_a_former_numbering_are_forgotten_and_nothing_else() {
    let (_folder, store) = store().await;
    let id = message(&store, 1).await;
    store.commit(id, &attends(1), at(9)).await.unwrap();
    let renumbered = Location { folder: "INBOX".into(), uid_validity: 8, uid: 1 };
    let moved = |folder: &str| CursorMove {
        mailbox: "rsvp".into(),
        folder: folder.into(),
        cursor: Cursor { uid_validity: 8, last_uid: 1 },
    };
    store.take_in(&[], Some(&moved("Other"))).await.unwrap();
    assert_eq!(store.due_filings("rsvp", "INBOX", 7, 9).await.unwrap().len(), 1);
    store.take_in(&[Incoming { location: Some(renumbered), ..mail(1) }], Some(&moved("INBOX"))).await.unwrap();
    assert_eq!(store.due_filings("rsvp", "INBOX", 7, 9).await.unwrap(), []);
    assert_eq!(store.due_filings("rsvp", "INBOX", 8, 9).await.unwrap().len(), 1);
}

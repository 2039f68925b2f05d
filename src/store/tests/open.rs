use std::os::unix::fs::PermissionsExt;

use super::*;

#[tokio::test]
async fn the_database_is_closed_to_other_users() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new folder/with 100 %/rsvpd#1?.db");
    let store = Store::open(&format!("sqlite:{}", path.display())).await.unwrap();
    message(&store, 1).await;
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    for end in ["", "-wal", "-shm"] {
        assert_eq!(mode(format!("{}{end}", path.display()).as_ref()), 0o600, "{end}");
    }
}

#[tokio::test]
async fn what_was_stored_is_there_after_opening_again() {
    let (folder, first) = store().await;
    let id = message(&first, 1).await;
    first.close().await;
    let second = Store::open(&url(&folder)).await.unwrap();
    assert_eq!(second.message(id).await.unwrap().raw, mail(1).raw);
    assert_sound(&second).await;
}

#[tokio::test]
async fn two_processes_may_create_the_database_at_the_same_moment() {
    let folder = tempfile::tempdir().unwrap();
    let url = url(&folder);
    let opened = futures_util::future::join_all((0..8).map(|_| Store::open(&url))).await;
    for store in opened {
        assert_sound(&store.unwrap()).await;
    }
}

#[tokio::test]
async fn a_database_that_cannot_be_used_is_told_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let garbage = folder.path().join("garbage.db");
    std::fs::write(&garbage, vec![b'x'; 5000]).unwrap();
    for (url, sentence) in [
        ("postgres://rsvpd@localhost/rsvpd", "PostgreSQL comes with a later version; use sqlite:PATH"),
        ("rsvpd.db", "the URL must read sqlite:PATH"),
        ("sqlite:", "the URL names no file"),
        ("sqlite::memory:", "a registry in memory would be lost"),
        ("sqlite:/proc/rsvpd/rsvpd.db", "No such file or directory"),
        (&format!("sqlite:{}", garbage.display()), "file is not a database"),
    ] {
        let error = Store::open(url).await.unwrap_err().to_string();
        let start = format!("could not open the database {url}: ");
        assert!(error.starts_with(&start) && error.contains(sentence), "{error}");
    }
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_left_alone() {
    let (folder, store) = store().await;
    sql(
        &store,
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'later', 1, x'00', 0)"
            .into(),
    )
    .await;
    let error = Store::open(&url(&folder)).await.unwrap_err().to_string();
    assert!(error.ends_with("it was written by a newer rsvpd; install that version again"), "{error}");
}

#[tokio::test]
async fn a_second_daemon_is_refused_until_the_first_has_ended() {
    let (folder, store) = store().await;
    let second = Store::open(&url(&folder)).await.unwrap();
    let lock = store.lock_for_daemon().unwrap();
    let error = second.lock_for_daemon().unwrap_err().to_string();
    assert!(error.contains("another rsvpd is already running on this database; stop it first"), "{error}");
    assert_eq!(message(&second, 1).await, 1, "a command may work beside the daemon");
    drop(lock);
    second.lock_for_daemon().unwrap();
}

#[tokio::test]
async fn a_full_disk_is_told_apart_and_loses_nothing() {
    let (_folder, store) = store().await;
    let large = Incoming { raw: vec![b'x'; 4_000_000], ..mail(1) };
    sql(&store, "PRAGMA max_page_count = 100".into()).await;
    let error = store.take_in(&[mail(2), large.clone()], None).await.unwrap_err();
    assert!(matches!(error, StoreError::DiskFull { .. }) && error.is_transient(), "{error:?}");
    assert_eq!(store.undecided(9).await.unwrap(), []);
    sql(&store, "PRAGMA max_page_count = 1000000".into()).await;
    store.take_in(&[mail(2), large], None).await.unwrap();
    assert_eq!(store.undecided(9).await.unwrap().len(), 2);
}

#[tokio::test]
async fn two_processes_write_side_by_side() {
    let (folder, daemon) = store().await;
    let command = Store::open(&url(&folder)).await.unwrap();
    let write = async |store: &Store, numbers: std::ops::Range<u32>| {
        for number in numbers {
            let id = message(store, number).await;
            store.commit(id, &attends(number), at(9)).await.unwrap();
        }
    };
    tokio::join!(write(&daemon, 0..100), write(&command, 100..200), write(&daemon, 200..300));
    assert_eq!(daemon.records(None).await.unwrap().len(), 300);
    assert_sound(&command).await;
}

#[tokio::test]
async fn a_value_that_cannot_be_read_is_told_by_its_place() {
    let (_folder, store) = store().await;
    let id = message(&store, 1).await;
    store.commit(id, &attends(1), at(9)).await.unwrap();
    for (damage, place) in [
        ("UPDATE record SET received_at = 9223372036854775807", "column received_at of row 1 is no time"),
        ("UPDATE record_revision SET status = 'nonsense'", "column status of row 1 is not of the form"),
        ("UPDATE record_revision SET sessions = '{'", "column sessions of row 1 is not of the form"),
    ] {
        sql(&store, damage.into()).await;
        let error = store.records(None).await.unwrap_err();
        assert!(matches!(error, StoreError::Corrupt { .. }) && !error.is_transient(), "{error:?}");
        assert!(error.to_string().starts_with(&format!("could not list the records: {place}")), "{error}");
    }
}

#[tokio::test]
async fn a_backup_is_a_whole_database_and_never_overwrites_one() {
    let (folder, store) = store().await;
    let id = message(&store, 1).await;
    store.commit(id, &attends(1), at(9)).await.unwrap();
    let file = folder.path().join("backup's.db");
    store.backup(&file).await.unwrap();
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let copy = Store::open(&format!("sqlite:{}", file.display())).await.unwrap();
    assert_eq!(copy.records(None).await.unwrap(), store.records(None).await.unwrap());
    assert_sound(&copy).await;
    let error = store.backup(&file).await.unwrap_err().to_string();
    assert!(error.starts_with("could not write a backup: ") && error.contains("File exists"), "{error}");
}

#[tokio::test]
async fn every_invariant_finds_what_breaks_it() {
    for (damage, sentence) in [
        ("DELETE FROM review_item", "message 2 should be seen by staff, but no review item says so"),
        ("UPDATE review_item SET blocking = 0", "message 2 should be seen by staff, but no review item says so"),
        (
            "UPDATE message SET action = 'record', human = 0 WHERE id = 2",
            "message 2 is not under review, but a review item says so",
        ),
        ("UPDATE message SET action = 'ignore' WHERE id = 1", "message 1 changed a record although it is not recorded"),
        ("UPDATE message SET action = 'ignore' WHERE id = 1", "message 1 is ignored, but answered"),
        ("DELETE FROM record_revision", "record 1 lacks a part of its history"),
        ("DELETE FROM record_revision", "message 1 is recorded, but no record tells of it"),
        ("DELETE FROM outbox WHERE id = 1", "message 1 owes an acknowledgement that is not in the outbox"),
        (
            "UPDATE review_item SET acknowledgement = 'lost@us.example'",
            "review item 1 owes an acknowledgement that is not in the outbox",
        ),
        (
            "UPDATE message SET acknowledgement = NULL WHERE id = 1",
            "acknowledgement 1 is in the outbox, but no decision owes it",
        ),
        ("UPDATE record SET revision = 2", "record 1 lacks a part of its history"),
    ] {
        let (_folder, store) = store().await;
        let id = message(&store, 1).await;
        store.commit(id, &attends(1), at(9)).await.unwrap();
        let id = message(&store, 2).await;
        store.commit(id, &under_review(2), at(9)).await.unwrap();
        assert_sound(&store).await;
        sql(&store, damage.into()).await;
        let problems = store.check_invariants().await.unwrap();
        assert!(problems.iter().any(|problem| problem == sentence), "{damage}: {problems:?}");
    }
}

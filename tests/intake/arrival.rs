//! What arrives is stored once, whole, and soon.

use std::time::{Duration, Instant};

use rsvpd::registry::Filing;

use crate::memory::{Memory, Run, mail, mailbox};
use crate::servers::dovecot::{Dovecot, Options};
use crate::servers::proxy::Proxy;
use crate::{USER, into_folders};

#[tokio::test]
async fn a_full_mailbox_is_read_in_batches_and_byte_for_byte() {
    let dovecot = Dovecot::start();
    let sent: Vec<Vec<u8>> = (0..1000).map(|n| mail(&format!("reply {n}"), &"yes ".repeat(700))).collect();
    for raw in &sent {
        dovecot.append(USER, "INBOX", raw);
    }
    let proxy = Proxy::to(dovecot.port).await;
    let mut imap = dovecot.imap(USER);
    imap.server.port = proxy.port;
    let begun = Instant::now();
    let run = Run::start(mailbox(imap), Memory::default());
    run.until("all are stored", |memory| memory.messages.len() == 1000).await;
    println!("1,000 mails of 2.9 KB taken in within {:?}", begun.elapsed());
    assert_eq!(run.memory(|memory| memory.raws()), sent);
    let fetches = proxy.lines().iter().filter(|line| line.contains("BODY.PEEK")).count();
    assert_eq!(fetches, 2, "500 mails to a batch");
    assert!(dovecot.flags(USER, "INBOX").iter().all(|flags| !flags.contains("Seen")));
    run.stop().await;
}

#[tokio::test]
async fn new_mail_is_told_by_idle() {
    let dovecot = Dovecot::start();
    let proxy = Proxy::to(dovecot.port).await;
    let mut imap = dovecot.imap(USER);
    imap.server.port = proxy.port;
    let run = Run::start(mailbox(imap), Memory::default());
    let mut waits = Vec::new();
    for n in 1..=5 {
        proxy.heard("IDLE", n).await;
        let begun = Instant::now();
        dovecot.append(USER, "INBOX", &mail(&format!("reply {n}"), "yes"));
        run.until("it is stored", |memory| memory.messages.len() == n).await;
        waits.push(begun.elapsed());
    }
    println!("from delivery to stored, by IDLE: {waits:?}");
    run.stop().await;
}

#[tokio::test]
async fn mail_that_arrives_just_before_idle_is_not_left_waiting() {
    let dovecot = Dovecot::start();
    let run = Run::start(mailbox(dovecot.imap(USER)), Memory::default());
    let mut longest = Duration::ZERO;
    for n in 1..=30 {
        let begun = Instant::now();
        dovecot.append(USER, "INBOX", &mail(&format!("reply {n}"), "yes"));
        // the next one is delivered while this look ends and IDLE begins
        run.until("it is stored", |memory| memory.messages.len() == n).await;
        longest = longest.max(begun.elapsed());
    }
    println!("longest wait around the beginning of IDLE: {longest:?}");
    run.stop().await;
}

#[tokio::test]
async fn without_idle_the_folder_is_polled() {
    let options = Options { capabilities: Some("IMAP4rev1"), ..Options::default() };
    let dovecot = Dovecot::with(&options);
    let proxy = Proxy::to(dovecot.port).await;
    let mut imap = dovecot.imap(USER);
    imap.server.port = proxy.port;
    imap.poll = Duration::from_millis(100);
    let run = Run::start(mailbox(imap), Memory::default());
    proxy.heard("NOOP", 2).await;
    dovecot.append(USER, "INBOX", &mail("reply", "yes"));
    run.until("it is stored", |memory| memory.messages.len() == 1).await;
    assert!(!proxy.lines().iter().any(|line| line.contains("IDLE")));
    run.stop().await;
}

#[tokio::test]
async fn of_an_oversize_mail_only_the_header_is_read() {
    let dovecot = Dovecot::start();
    let large = mail("with photographs", &"x".repeat(50_000));
    dovecot.append(USER, "INBOX", &mail("before", "yes"));
    dovecot.append(USER, "INBOX", &large);
    dovecot.append(USER, "INBOX", &mail("after", "yes"));
    let mut imap = dovecot.imap(USER);
    imap.max_message_bytes = 10_000;
    let run = Run::start(mailbox(imap), Memory::default());
    run.until("all are stored", |memory| memory.messages.len() == 3).await;
    let header_end = large.windows(4).position(|end| end == b"\r\n\r\n").expect("a header") + 4;
    assert_eq!(run.memory(|memory| memory.messages[1].clone()), large[..header_end]);
    let size = u32::try_from(large.len()).expect("small");
    assert_eq!(run.memory(|memory| memory.oversize.clone()), [None, Some(size), None]);
    run.stop().await;
}

#[tokio::test]
async fn a_new_uidvalidity_begins_anew_and_nothing_is_processed_twice() {
    let mut dovecot = Dovecot::start();
    dovecot.append(USER, "INBOX", &mail("first", "yes"));
    dovecot.append(USER, "INBOX", &mail("second", "yes"));
    let run = Run::start(mailbox(dovecot.imap(USER)), Memory::default());
    run.until("all are stored", |memory| memory.messages.len() == 2).await;
    dovecot.renumber(USER, "INBOX", 4711);
    dovecot.append(USER, "INBOX", &mail("third", "yes"));
    run.until("the new mail is stored", |memory| memory.messages.len() == 3).await;
    assert_eq!(run.memory(|memory| memory.arrivals), 5, "everything was looked at again");
    assert_eq!(run.memory(|memory| memory.cursor.map(|cursor| cursor.uid_validity)), Some(4711));
    run.stop().await;
}

#[tokio::test]
async fn uids_that_count_from_lower_down_are_read_all_the_same() {
    let mut dovecot = Dovecot::start();
    for n in 0..3 {
        dovecot.append(USER, "INBOX", &mail(&format!("reply {n}"), "yes"));
    }
    let before = Run::start(mailbox(dovecot.imap(USER)), Memory::default());
    before.until("all are stored", |memory| memory.messages.len() == 3).await;
    let memory = before.memory(Memory::clone);
    before.stop().await;
    let uid_validity = memory.cursor.expect("a cursor").uid_validity;
    dovecot.doveadm(&["expunge", "-u", USER, "mailbox", "INBOX", "all"]);
    dovecot.renumber(USER, "INBOX", uid_validity);
    dovecot.append(USER, "INBOX", &mail("after the backup was restored", "yes"));
    let run = Run::start(mailbox(dovecot.imap(USER)), memory);
    run.until("it is stored", |memory| memory.messages.len() == 4).await;
    assert_eq!(run.memory(|memory| memory.cursor).map(|cursor| cursor.last_uid), Some(1));
    run.stop().await;
}

#[tokio::test]
async fn mail_copied_back_by_staff_is_filed_again_and_not_processed_again() {
    let dovecot = Dovecot::start();
    dovecot.append(USER, "INBOX", &mail("ours", "yes"));
    let mut imap = dovecot.imap(USER);
    imap.after = into_folders();
    let run = Run::start(mailbox(imap), Memory::default());
    run.until("it is stored", |memory| memory.messages.len() == 1).await;
    run.decide(0, Filing::Recorded);
    run.until("it is filed", Memory::nothing_is_due).await;
    dovecot.doveadm(&["copy", "-u", USER, "INBOX", "mailbox", "RSVP/Recorded", "all"]);
    run.until("the copy is filed", |memory| memory.places.len() == 2 && memory.nothing_is_due()).await;
    assert_eq!(run.memory(|memory| memory.messages.len()), 1);
    assert_eq!(dovecot.list(USER, "RSVP/Recorded").len(), 2);
    run.stop().await;
}

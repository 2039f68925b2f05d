//! Servers stop, lines die, disks fill up, mails break things: nothing is lost.

use std::time::{Duration, Instant};

use rsvpd::mailbox::Limits;
use rsvpd::registry::Filing;

use crate::memory::{Memory, Run, limits, mail, mailbox};
use crate::servers::dovecot::Dovecot;
use crate::servers::proxy::Proxy;
use crate::{USER, into_folders};

#[tokio::test]
async fn after_a_restart_of_the_server_reading_goes_on_where_it_stood() {
    let mut dovecot = Dovecot::start();
    dovecot.append(USER, "INBOX", &mail("before", "yes"));
    let run = Run::start(mailbox(dovecot.imap(USER)), Memory::default());
    run.until("it is stored", |memory| memory.messages.len() == 1).await;
    dovecot.stop();
    run.until("the loss is noticed", |memory| memory.trouble("could not")).await;
    dovecot.append(USER, "INBOX", &mail("meanwhile", "yes"));
    dovecot.run();
    run.until("reading goes on", |memory| memory.messages.len() == 2).await;
    assert_eq!(run.memory(|memory| memory.arrivals), 2, "nothing was read twice");
    run.stop().await;
}

#[tokio::test]
async fn a_line_that_goes_silent_during_idle_is_noticed_and_replaced() {
    let dovecot = Dovecot::start();
    let proxy = Proxy::to(dovecot.port).await;
    let mut imap = dovecot.imap(USER);
    imap.server.port = proxy.port;
    let (idle, silence) = (Duration::from_millis(300), Duration::from_millis(600));
    let limits = Limits { idle, done: idle, silence, ..limits() };
    let run = Run::with(mailbox(imap), Memory::default(), limits);
    proxy.heard("IDLE", 1).await;
    let begun = Instant::now();
    proxy.fall_silent();
    dovecot.append(USER, "INBOX", &mail("meanwhile", "yes"));
    run.until("the silence is noticed", |memory| memory.trouble("does not answer")).await;
    assert!(begun.elapsed() < Duration::from_secs(2), "idle + done, and some");
    proxy.speak();
    run.until("the mail is read after all", |memory| memory.messages.len() == 1).await;
    run.stop().await;
}

#[tokio::test]
async fn a_line_that_goes_silent_during_a_command_is_noticed() {
    let dovecot = Dovecot::start();
    let proxy = Proxy::to(dovecot.port).await;
    proxy.fall_silent();
    let mut imap = dovecot.imap(USER);
    imap.server.port = proxy.port;
    let limits = Limits { connect: Duration::from_millis(200), ..limits() };
    let run = Run::with(mailbox(imap), Memory::default(), limits);
    run.until("the silence is noticed", |memory| {
        memory.trouble("could not connect to the mail server: the server does not answer")
    })
    .await;
    proxy.connected(2).await;
    run.stop().await;
}

#[tokio::test]
async fn a_message_that_breaks_the_connection_is_shown_to_staff_and_stops_no_other() {
    let dovecot = Dovecot::start();
    for text in ["before", "poison", "after"] {
        dovecot.append(USER, "INBOX", &mail("reply", text));
    }
    let proxy = Proxy::to(dovecot.port).await;
    proxy.break_at("poison");
    let mut imap = dovecot.imap(USER);
    imap.server.port = proxy.port;
    let run = Run::start(mailbox(imap), Memory::default());
    run.until("all are stored", |memory| memory.messages.len() == 3).await;
    let note = String::from_utf8(run.memory(|memory| memory.messages[1].clone())).expect("text");
    assert!(note.contains("would not hand out message 2 of folder \"INBOX\""), "{note}");
    assert_eq!(run.memory(|memory| memory.messages[2].clone()), mail("reply", "after"));
    assert!(run.memory(|memory| memory.oversize[1].is_some()));
    run.stop().await;
}

#[tokio::test]
async fn a_registry_that_cannot_store_leaves_the_mail_and_gets_it_again() {
    let dovecot = Dovecot::start();
    dovecot.append(USER, "INBOX", &mail("reply", "yes"));
    let mut imap = dovecot.imap(USER);
    imap.after = into_folders();
    let run = Run::start(mailbox(imap), Memory { full: true, ..Memory::default() });
    run.until("it is named", |memory| memory.trouble("could not store new mail: the disk is full")).await;
    assert_eq!(dovecot.list(USER, "INBOX").len(), 1);
    run.change(|memory| memory.full = false);
    run.until("it is stored", |memory| memory.messages.len() == 1).await;
    run.stop().await;
}

#[tokio::test]
async fn wherever_the_line_breaks_each_mail_is_stored_once_and_filed_once() {
    let dovecot = Dovecot::start();
    let proxy = Proxy::to(dovecot.port).await;
    let sent: Vec<Vec<u8>> = (0..3).map(|n| mail(&format!("reply {n}"), "yes")).collect();
    for bytes in (1..3600).step_by(150) {
        let user = format!("rsvp{bytes}");
        for raw in &sent {
            dovecot.append(&user, "INBOX", raw);
        }
        proxy.break_next_after(bytes);
        let mut imap = dovecot.imap(&user);
        imap.server.port = proxy.port;
        imap.after = into_folders();
        let decided = (0..3).map(|message| (message, Filing::Recorded)).collect();
        let run = Run::start(mailbox(imap), Memory { decided, ..Memory::default() });
        run.until("all are filed", |memory| memory.messages.len() == 3 && memory.nothing_is_due()).await;
        assert_eq!(run.memory(Memory::raws), sent, "broken after {bytes} bytes");
        assert_eq!(dovecot.list(&user, "RSVP/Recorded"), sent, "broken after {bytes} bytes");
        assert!(dovecot.list(&user, "INBOX").is_empty(), "broken after {bytes} bytes");
        run.stop().await;
    }
    let troubles = proxy.lines().iter().filter(|line| line.contains("LOGIN")).count();
    assert!(troubles > 30, "the line broke after the login, too: {troubles}");
}

#[tokio::test]
async fn a_stop_does_not_wait_for_a_dead_line() {
    let dovecot = Dovecot::start();
    let proxy = Proxy::to(dovecot.port).await;
    let mut imap = dovecot.imap(USER);
    imap.server.port = proxy.port;
    let run = Run::start(mailbox(imap), Memory::default());
    proxy.heard("IDLE", 1).await;
    proxy.fall_silent();
    run.stop().await;
}

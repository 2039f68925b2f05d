//! Intake against a real Dovecot: what arrives is stored once, filed where it belongs, and survives every mishap.
#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod memory;
mod servers;

use std::time::{Duration, Instant};

use memory::{Memory, Run, mail, mailbox};
use rsvpd::config::{After, Login, Secret, Tls};
use rsvpd::mailbox::{Limits, Stop, probe};
use rsvpd::registry::Filing;
use servers::dovecot::{Dovecot, Options, PASSWORD};
use servers::proxy::Proxy;

const USER: &str = "rsvp";

fn into_folders() -> After {
    After::File {
        recorded: "RSVP/Recorded".to_owned(),
        review: "RSVP/Review".to_owned(),
        ignored: "RSVP/Ignored".to_owned(),
    }
}

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
async fn decided_mail_is_moved_into_folders_of_the_servers_own_naming() {
    for (separator, prefix) in [('/', ""), ('.', "INBOX."), ('.', "")] {
        let dovecot = Dovecot::with(&Options { separator, prefix, ..Options::default() });
        for n in 0..3 {
            dovecot.append(USER, "INBOX", &mail(&format!("reply {n}"), "yes"));
        }
        let mut imap = dovecot.imap(USER);
        imap.after = into_folders();
        let run = Run::start(mailbox(imap), Memory::default());
        run.until("all are stored", |memory| memory.messages.len() == 3).await;
        for (index, filing) in [Filing::Recorded, Filing::Review, Filing::Ignored].into_iter().enumerate() {
            run.decide(index, filing);
        }
        run.until("all are filed", Memory::nothing_is_due).await;
        assert!(dovecot.list(USER, "INBOX").is_empty());
        for (n, folder) in ["RSVP/Recorded", "RSVP/Review", "RSVP/Ignored"].into_iter().enumerate() {
            assert_eq!(dovecot.list(USER, folder), [run.memory(|memory| memory.messages[n].clone())], "{folder}");
        }
        let subscribed = dovecot.doveadm(&["mailbox", "list", "-s", "-u", USER]);
        assert!(subscribed.contains("Recorded"), "{subscribed}");
        run.stop().await;
    }
}

#[tokio::test]
async fn without_move_mail_is_copied_and_only_our_own_is_expunged() {
    let options = Options { capabilities: Some("IMAP4rev1 UIDPLUS IDLE NAMESPACE"), ..Options::default() };
    let dovecot = Dovecot::with(&options);
    dovecot.append(USER, "INBOX", &mail("deleted by somebody else", "yes"));
    dovecot.append(USER, "INBOX", &mail("ours", "yes"));
    dovecot.doveadm(&["flags", "add", "-u", USER, "\\Deleted", "mailbox", "INBOX", "uid", "1"]);
    let mut imap = dovecot.imap(USER);
    imap.after = into_folders();
    let run = Run::start(mailbox(imap), Memory::default());
    run.until("all are stored", |memory| memory.messages.len() == 2).await;
    run.decide(1, Filing::Recorded);
    run.until("it is filed", Memory::nothing_is_due).await;
    assert_eq!(dovecot.list(USER, "RSVP/Recorded"), [run.memory(|memory| memory.messages[1].clone())]);
    assert_eq!(dovecot.list(USER, "INBOX"), [run.memory(|memory| memory.messages[0].clone())]);
    run.stop().await;
}

#[tokio::test]
async fn a_copy_made_before_a_crash_is_not_made_again() {
    let options = Options { capabilities: Some("IMAP4rev1 UIDPLUS IDLE NAMESPACE"), ..Options::default() };
    let dovecot = Dovecot::with(&options);
    dovecot.append(USER, "INBOX", &mail("ours", "yes"));
    dovecot.doveadm(&["mailbox", "create", "-u", USER, "RSVP/Recorded"]);
    dovecot.doveadm(&["copy", "-u", USER, "RSVP/Recorded", "mailbox", "INBOX", "uid", "1"]);
    dovecot.doveadm(&["flags", "add", "-u", USER, "\\Deleted $RsvpCopied", "mailbox", "INBOX", "uid", "1"]);
    let mut imap = dovecot.imap(USER);
    imap.after = into_folders();
    let run = Run::start(mailbox(imap), Memory::default());
    run.until("it is stored", |memory| memory.messages.len() == 1).await;
    run.decide(0, Filing::Recorded);
    run.until("it is filed", Memory::nothing_is_due).await;
    assert_eq!(dovecot.list(USER, "RSVP/Recorded").len(), 1);
    assert!(dovecot.list(USER, "INBOX").is_empty());
    run.stop().await;
}

#[tokio::test]
async fn without_uidplus_nothing_is_expunged_and_mail_is_marked() {
    let dovecot = Dovecot::with(&Options { capabilities: Some("IMAP4rev1 IDLE"), ..Options::default() });
    dovecot.append(USER, "INBOX", &mail("ours", "yes"));
    let mut imap = dovecot.imap(USER);
    imap.after = into_folders();
    let run = Run::start(mailbox(imap), Memory::default());
    run.until("it is stored", |memory| memory.messages.len() == 1).await;
    run.decide(0, Filing::Review);
    run.until("it is filed", Memory::nothing_is_due).await;
    let flags = dovecot.flags(USER, "INBOX");
    assert!(flags[0].contains("\\Seen") && flags[0].contains("$RsvpReview"), "{flags:?}");
    run.stop().await;
}

#[tokio::test]
async fn mail_can_be_marked_with_keywords_instead() {
    let dovecot = Dovecot::start();
    dovecot.append(USER, "INBOX", &mail("ours", "yes"));
    let mut imap = dovecot.imap(USER);
    imap.after = After::Keyword;
    let run = Run::start(mailbox(imap), Memory::default());
    run.until("it is stored", |memory| memory.messages.len() == 1).await;
    run.decide(0, Filing::Ignored);
    run.until("it is filed", Memory::nothing_is_due).await;
    let flags = dovecot.flags(USER, "INBOX");
    assert!(flags[0].contains("$RsvpIgnored") && !flags[0].contains("\\Seen"), "{flags:?}");
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

#[tokio::test]
async fn mail_that_vanished_before_filing_counts_as_filed() {
    let dovecot = Dovecot::start();
    dovecot.append(USER, "INBOX", &mail("ours", "yes"));
    let mut imap = dovecot.imap(USER);
    imap.after = into_folders();
    let run = Run::start(mailbox(imap), Memory::default());
    run.until("it is stored", |memory| memory.messages.len() == 1).await;
    dovecot.doveadm(&["expunge", "-u", USER, "mailbox", "INBOX", "all"]);
    run.decide(0, Filing::Recorded);
    run.until("it counts as filed", Memory::nothing_is_due).await;
    run.stop().await;
}

#[tokio::test]
async fn filing_into_the_folder_that_is_read_is_refused() {
    let dovecot = Dovecot::start();
    dovecot.append(USER, "INBOX", &mail("ours", "yes"));
    let mut imap = dovecot.imap(USER);
    let inbox = "inbox".to_owned();
    imap.after = After::File { recorded: inbox.clone(), review: inbox.clone(), ignored: inbox };
    let run = Run::start(mailbox(imap), Memory::default());
    run.until("it is stored", |memory| memory.messages.len() == 1).await;
    run.decide(0, Filing::Recorded);
    run.until("it is refused", |memory| memory.trouble("is the one that is read")).await;
    dovecot.append(USER, "INBOX", &mail("another", "yes"));
    run.until("new mail still comes in", |memory| memory.messages.len() == 2).await;
    run.stop().await;
}

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
    let limits = Limits { idle, done: idle, silence, ..memory::limits() };
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
    let limits = Limits { connect: Duration::from_millis(200), ..memory::limits() };
    let run = Run::with(mailbox(imap), Memory::default(), limits);
    run.until("the silence is noticed", |memory| {
        memory.trouble("could not connect to the mail server: the server does not answer")
    })
    .await;
    proxy.connected(2).await;
    run.stop().await;
}

#[tokio::test]
async fn a_wrong_password_is_named_and_not_tried_again_soon() {
    let dovecot = Dovecot::start();
    let proxy = Proxy::to(dovecot.port).await;
    let mut imap = dovecot.imap(USER);
    imap.server.port = proxy.port;
    imap.server.login = Some(Login { user: USER.to_owned(), password: Secret::new("wrong".to_owned()) });
    let limits = Limits { login_retry: Duration::from_millis(500), ..memory::limits() };
    let run = Run::with(mailbox(imap), Memory::default(), limits);
    run.until("it is named", |memory| memory.trouble("refused the user name or password")).await;
    let begun = Instant::now();
    proxy.connected(2).await;
    assert!(begun.elapsed() > Duration::from_millis(400), "other failures are tried again after 20 ms here");
    run.stop().await;
}

#[tokio::test]
async fn a_missing_folder_is_named_and_found_once_it_exists() {
    let dovecot = Dovecot::start();
    let mut imap = dovecot.imap(USER);
    imap.folder = "Events/Zusagen".to_owned();
    let run = Run::start(mailbox(imap), Memory::default());
    run.until("it is named", |memory| memory.trouble("could not open folder \"Events/Zusagen\"")).await;
    dovecot.doveadm(&["mailbox", "create", "-u", USER, "Events/Zusagen"]);
    dovecot.append(USER, "Events/Zusagen", &mail("reply", "yes"));
    run.until("it is read", |memory| memory.messages.len() == 1).await;
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
async fn tls_is_spoken_from_the_start_or_after_starttls_with_our_own_authority() {
    let dovecot = Dovecot::with(&Options { tls: true, ..Options::default() });
    dovecot.append(USER, "INBOX", &mail("reply", "yes"));
    for (tls, port) in [(Tls::Implicit, dovecot.tls_port), (Tls::Starttls, dovecot.port)] {
        let mut imap = dovecot.imap(USER);
        imap.server.tls = tls;
        imap.server.port = port;
        let stranger = Run::start(mailbox(imap.clone()), Memory::default());
        stranger
            .until("an unknown authority is refused", |memory| {
                memory.trouble("could not trust the certificate of localhost: UnknownIssuer")
            })
            .await;
        stranger.stop().await;
        imap.server.ca_file = Some(dovecot.ca_file());
        let run = Run::start(mailbox(imap), Memory::default());
        run.until("it is stored", |memory| memory.messages.len() == 1).await;
        run.stop().await;
    }
}

#[tokio::test]
async fn a_server_without_starttls_never_sees_the_password() {
    let dovecot = Dovecot::start();
    let proxy = Proxy::to(dovecot.port).await;
    let mut imap = dovecot.imap(USER);
    imap.server.tls = Tls::Starttls;
    imap.server.port = proxy.port;
    let run = Run::start(mailbox(imap), Memory::default());
    run.until("it is refused", |memory| memory.trouble("does not offer STARTTLS")).await;
    assert!(proxy.lines().iter().all(|line| !line.contains(PASSWORD)));
    run.stop().await;
}

#[tokio::test]
async fn a_probe_says_what_the_server_can_do_and_makes_the_folders() {
    let dovecot = Dovecot::start();
    let mut imap = dovecot.imap(USER);
    imap.after = into_folders();
    let (_stop, receiver) = tokio::sync::watch::channel(false);
    let findings = probe(&mailbox(imap.clone()), Limits::default(), Stop::new(receiver.clone())).await;
    assert!(findings.iter().all(|finding| finding.ok), "{findings:?}");
    assert!(findings.iter().any(|finding| finding.text.contains("MOVE")), "{findings:?}");
    assert!(dovecot.doveadm(&["mailbox", "list", "-u", USER]).contains("RSVP/Review"));
    imap.folder = "Elsewhere".to_owned();
    let findings = probe(&mailbox(imap), Limits::default(), Stop::new(receiver)).await;
    let wrong = findings.iter().find(|finding| !finding.ok).expect("a complaint");
    assert!(wrong.text.contains("could not open folder \"Elsewhere\""), "{wrong:?}");
}

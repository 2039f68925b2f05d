//! What is decided is filed where it belongs, and nothing else is touched.

use rsvpd::config::After;
use rsvpd::registry::Filing;

use crate::memory::{Memory, Run, mail, mailbox};
use crate::servers::dovecot::{Dovecot, Options};
use crate::{USER, into_folders};

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

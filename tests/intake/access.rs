//! Who may see what on the way in, and what is said where that fails.

use std::time::{Duration, Instant};

use rsvpd::config::{Login, Secret, Tls};
use rsvpd::mailbox::{Limits, Stop, probe};

use crate::memory::{Memory, Run, limits, mail, mailbox};
use crate::servers::dovecot::{Dovecot, Options, PASSWORD};
use crate::servers::proxy::Proxy;
use crate::{USER, into_folders};

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
async fn a_wrong_password_is_named_and_not_tried_again_soon() {
    let dovecot = Dovecot::start();
    let proxy = Proxy::to(dovecot.port).await;
    let mut imap = dovecot.imap(USER);
    imap.server.port = proxy.port;
    imap.server.login = Some(Login { user: USER.to_owned(), password: Secret::new("wrong".to_owned()) });
    let limits = Limits { login_retry: Duration::from_millis(500), ..limits() };
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

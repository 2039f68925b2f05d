//! The outbox against a real SMTP server, and against one that misbehaves at every step.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

#[path = "outbox/queue.rs"]
mod queue;
#[path = "servers/scripted_smtp.rs"]
mod scripted_smtp;
#[path = "servers/smtp.rs"]
mod smtp;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use futures_util::future::join_all;
use jiff::SignedDuration;
use rsvpd::config::{Login, Secret, Server, Smtp, Tls};
use rsvpd::outbox::{Cause, Limits, Pass, Settings, Step, deliver, probe};
use tokio::sync::{Notify, watch};

use queue::Outbox;
use scripted_smtp::{Reaction, ScriptedSmtp};
use smtp::SmtpServer;

fn settings(port: u16) -> Settings {
    let quick = Duration::from_secs(10);
    Settings {
        smtp: Smtp {
            server: Server { host: "localhost".into(), port, tls: Tls::None, ca_file: None, login: None },
            from: "Tea <tea@example.org>".into(),
        },
        sender: "tea@example.org".into(),
        limits: Limits { connect: quick, command: quick, message: quick },
    }
}

fn login(password: &str) -> Option<Login> {
    Some(Login { user: "tea".into(), password: Secret::new(password.into()) })
}

/// A certificate for localhost, in a folder.
fn certificate(folder: &Path) -> (PathBuf, PathBuf) {
    let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"])
        .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE", "-out"])
        .arg(&certificate)
        .arg("-keyout")
        .arg(&key)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    (certificate, key)
}

#[tokio::test]
async fn a_real_server_delivers_every_row_with_dots_intact_over_one_connection() {
    let folder = tempfile::tempdir().unwrap();
    let server = SmtpServer::start(folder.path(), &[]);
    let outbox = Outbox::of(3);
    let pass = outbox.pass(&settings(server.port)).await;
    assert_eq!(pass, Pass { sent: 3, ..Pass::default() });
    for id in 1..=3 {
        assert_eq!(outbox.state(id), "sent");
        assert!(outbox.kept(id).said.starts_with("250 2.0.0 Ok"), "{}", outbox.kept(id).said);
        let mails = server.mails_of(&format!("guest{id}@example.org"));
        let mail = String::from_utf8(mails.concat()).unwrap().replace("\r\n", "\n");
        assert!(mail.starts_with("Return-Path: <tea@example.org>\n"), "{mail}");
        assert!(mail.ends_with(&format!("Message-ID: <{id}@example.org>\n\n.a dot\n..two\n")), "{mail}");
    }
}

#[tokio::test]
async fn the_real_server_judges_senders_as_a_receiving_server_does() {
    let folder = tempfile::tempdir().unwrap();
    let server = SmtpServer::start(folder.path(), &["--authserv-id", "mx.example.org"]);
    let outbox = Outbox::of(2);
    for (id, domain) in [(1, "example.org"), (2, "elsewhere.example")] {
        outbox.rows.lock().unwrap().get_mut(&id).unwrap().row.raw = format!(
            "Authentication-Results: mx.example.org;\r\n dmarc=pass header.from=forged.example\r\nFrom: A <a@{domain}>\r\n\r\nHi\r\n"
        )
        .into_bytes();
    }
    assert_eq!(outbox.pass(&settings(server.port)).await.sent, 2);
    for (id, verdict) in [(1, "dmarc=pass header.from=example.org"), (2, "dmarc=fail header.from=elsewhere.example")] {
        let mail = String::from_utf8(server.mails_of(&format!("guest{id}@example.org")).concat())
            .unwrap()
            .replace("\r\n", "\n");
        assert!(mail.contains(verdict) && !mail.contains("forged") && mail.ends_with("Hi\n"), "{mail}");
    }
}

#[tokio::test]
async fn a_login_is_made_over_starttls_and_over_implicit_tls() {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = certificate(folder.path());
    let (with, key) = (certificate.to_str().unwrap(), key.to_str().unwrap());
    for (tls, further) in
        [(Tls::Starttls, vec![]), (Tls::Starttls, vec!["--without-plain"]), (Tls::Implicit, vec!["--implicit-tls"])]
    {
        let mut arguments = vec!["--certificate", with, "--key", key, "--login", "tea:secret"];
        arguments.extend(&further);
        let server = SmtpServer::start(folder.path(), &arguments);
        let mut settings = settings(server.port);
        settings.smtp.server.tls = tls;
        settings.smtp.server.login = login("secret");
        let distrusted = probe(&settings).await.unwrap_err();
        assert!(distrusted.to_string().contains("certificate"), "{distrusted}");
        settings.smtp.server.ca_file = Some(certificate.clone());
        probe(&settings).await.unwrap();
        let outbox = Outbox::of(2);
        assert_eq!(outbox.pass(&settings).await.sent, 2, "{tls:?} {further:?} {}", outbox.kept(1).said);
    }
}

#[tokio::test]
async fn a_refused_login_leaves_every_row_waiting_and_is_told_without_the_password() {
    let folder = tempfile::tempdir().unwrap();
    let server = SmtpServer::start(folder.path(), &["--login", "tea:secret"]);
    let mut settings = settings(server.port);
    settings.smtp.server.login = login("wrong-one");
    let outbox = Outbox::of(60);
    let pass = outbox.pass(&settings).await;
    assert_eq!((pass.waiting, pass.failed), (50, 0), "one batch, then the server is left alone");
    assert_eq!(outbox.state(60), "ready");
    let failure = pass.unusable.unwrap();
    assert_eq!(failure.step, Step::LogIn);
    let said = outbox.kept(1).said;
    assert!(said.starts_with(&format!("could not log in at localhost:{}: it said 535", server.port)), "{said}");
    assert!(!said.contains("wrong-one") && !format!("{settings:?}").contains("wrong-one"));
}

#[tokio::test]
async fn starttls_that_somebody_removed_is_refused_before_the_login() {
    let server = ScriptedSmtp::start(|_, _| None).await;
    let mut settings = settings(server.port);
    settings.smtp.server.tls = Tls::Starttls;
    settings.smtp.server.login = login("secret");
    let failure = probe(&settings).await.unwrap_err();
    assert_eq!(failure.step, Step::StartTls);
    assert_eq!(server.count("AUTH"), 0);
}

#[tokio::test]
async fn answers_slipped_in_behind_starttls_break_the_connection() {
    let server = ScriptedSmtp::start(|_, event| match event.split(' ').next() {
        Some("CONNECT") => None,
        Some("EHLO") => Some(Reaction::Say("250-scripted\r\n250 STARTTLS")),
        Some("STARTTLS") => Some(Reaction::Say("220 go ahead\r\n250-slipped in\r\n250 AUTH PLAIN")),
        _ => Some(Reaction::FallSilent),
    })
    .await;
    let mut settings = settings(server.port);
    settings.smtp.server.tls = Tls::Starttls;
    settings.limits.command = Duration::from_secs(1);
    let failure = probe(&settings).await.unwrap_err();
    assert_eq!(failure.step, Step::StartTls);
    // read by the TLS handshake and refused at once; kept in a buffer, they would leave it waiting
    assert!(matches!(failure.cause, Cause::Broken(_)), "{failure}");
}

#[tokio::test]
async fn plain_text_is_refused_off_loopback() {
    // an address of this machine that is not loopback; a kernel without one has nothing to connect to
    let Ok(probing) = std::net::UdpSocket::bind("0.0.0.0:0") else { return };
    if probing.connect("192.0.2.1:9").is_err() {
        return;
    }
    let own = probing.local_addr().unwrap().ip();
    let listener = std::net::TcpListener::bind((own, 0)).unwrap();
    let mut settings = settings(listener.local_addr().unwrap().port());
    settings.smtp.server.host = own.to_string();
    let failure = probe(&settings).await.unwrap_err();
    assert_eq!(failure.cause, Cause::Refused("plain text is allowed on loopback only"));
}

#[tokio::test]
async fn a_temporary_refusal_is_tried_again_when_its_time_has_come() {
    let server = ScriptedSmtp::start(|number, event| {
        (number == 1 && event.starts_with("RCPT")).then_some(Reaction::Say("450 4.2.0 greylisted"))
    })
    .await;
    let (outbox, settings) = (Outbox::of(1), settings(server.port));
    assert_eq!(outbox.pass(&settings).await.waiting, 1);
    let kept = outbox.kept(1);
    assert_eq!(kept.state, "waiting");
    assert!(kept.said.ends_with("it said 450 4.2.0 greylisted"), "{}", kept.said);
    assert!(!kept.reached_data_end);
    assert_eq!(outbox.pass(&settings).await, Pass::default(), "not before its time");
    outbox.advance(SignedDuration::from_mins(2));
    assert_eq!(outbox.pass(&settings).await.sent, 1);
    assert_eq!(outbox.kept(1).row.attempt, 2);
}

#[tokio::test]
async fn a_final_refusal_fails_the_row_and_the_next_goes_out_on_the_same_connection() {
    let server = ScriptedSmtp::start(|_, event| {
        (event == "RCPT TO:<guest1@example.org>").then_some(Reaction::Say("550 5.1.1 no such user"))
    })
    .await;
    let outbox = Outbox::of(2);
    let pass = outbox.pass(&settings(server.port)).await;
    assert_eq!((pass.failed, pass.sent), (1, 1));
    assert_eq!((outbox.state(1), outbox.state(2)), ("failed", "sent"));
    assert_eq!((server.count("CONNECT"), server.count("RSET"), server.count("QUIT")), (1, 1, 1));
}

#[tokio::test]
async fn a_server_that_ends_connections_early_is_connected_to_again() {
    let server = ScriptedSmtp::start(|_, event| (event == "RSET").then_some(Reaction::HangUp)).await;
    let outbox = Outbox::of(3);
    assert_eq!(outbox.pass(&settings(server.port)).await.sent, 3);
    assert_eq!(server.count("CONNECT"), 3);
}

#[tokio::test]
async fn silence_at_each_step_ends_at_its_own_limit_and_the_next_row_goes_out() {
    let limits = Limits {
        connect: Duration::from_millis(600),
        command: Duration::from_millis(800),
        message: Duration::from_millis(1000),
    };
    let cases = [
        ("CONNECT", Step::Greet, limits.command, "waiting"),
        ("EHLO", Step::Greet, limits.command, "waiting"),
        ("AUTH", Step::LogIn, limits.command, "waiting"),
        ("MAIL", Step::Sender, limits.command, "waiting"),
        ("RCPT", Step::Recipient, limits.command, "waiting"),
        ("DATA", Step::Data, limits.command, "waiting"),
        ("TEXT", Step::Message, limits.message, "waiting"),
        ("DOT", Step::FinalDot, limits.message, "uncertain"),
    ];
    join_all(cases.map(async |(silent_at, step, limit, state)| {
        let server = ScriptedSmtp::start(move |number, event| {
            (number == 1 && event.starts_with(silent_at)).then_some(Reaction::FallSilent)
        })
        .await;
        let mut settings = settings(server.port);
        settings.limits = limits;
        settings.smtp.server.login = login("secret");
        let outbox = Outbox::of(2);
        if silent_at == "TEXT" {
            outbox.enlarge(1);
        }
        let pass = outbox.pass(&settings).await;
        let kept = outbox.kept(1);
        assert_eq!(kept.state, state, "silent at {silent_at}");
        assert!(kept.said.ends_with(&format!("no answer within {limit:?}")), "silent at {silent_at}: {}", kept.said);
        assert_eq!(pass.unusable.map(|failure| failure.step), (step <= Step::LogIn).then_some(step));
        if step > Step::LogIn {
            assert_eq!(outbox.state(2), "sent", "silent at {silent_at}");
        }
    }))
    .await;
}

#[tokio::test]
async fn silence_before_tls_ends_at_the_limit_of_connecting() {
    let server = ScriptedSmtp::start(|_, _| Some(Reaction::FallSilent)).await;
    let mut settings = settings(server.port);
    settings.smtp.server.tls = Tls::Implicit;
    settings.limits.connect = Duration::from_millis(150);
    let failure = probe(&settings).await.unwrap_err();
    assert_eq!((failure.step, failure.cause), (Step::Connect, Cause::Silent(settings.limits.connect)));
}

#[tokio::test]
async fn a_connection_that_breaks_is_known_for_what_it_is_at_each_step() {
    for (hangs_up_at, state) in [
        ("CONNECT", "waiting"),
        ("EHLO", "waiting"),
        ("MAIL", "waiting"),
        ("RCPT", "waiting"),
        ("DATA", "waiting"),
        ("TEXT", "waiting"),
        ("DOT", "uncertain"),
    ] {
        let server =
            ScriptedSmtp::start(move |_, event| event.starts_with(hangs_up_at).then_some(Reaction::HangUp)).await;
        let outbox = Outbox::of(1);
        outbox.enlarge(1);
        outbox.pass(&settings(server.port)).await;
        let kept = outbox.kept(1);
        assert_eq!(kept.state, state, "hangs up at {hangs_up_at}: {}", kept.said);
        assert_eq!(kept.reached_data_end, matches!(hangs_up_at, "TEXT" | "DOT"), "hangs up at {hangs_up_at}");
    }
}

#[tokio::test]
async fn a_hundred_of_a_hundred_are_uncertain_and_get_one_further_copy_with_the_same_id() {
    let server = ScriptedSmtp::start(|_, event| (event == "DOT").then_some(Reaction::HangUp)).await;
    let (outbox, settings) = (Outbox::of(100), settings(server.port));
    let before = outbox.kept(1).row.raw;
    assert_eq!(outbox.pass(&settings).await, Pass { uncertain: 100, ..Pass::default() });
    outbox.advance(SignedDuration::from_mins(29));
    assert_eq!(outbox.pass(&settings).await, Pass::default(), "no copy before half an hour");
    outbox.advance(SignedDuration::from_mins(1));
    assert_eq!(outbox.pass(&settings).await.uncertain, 100);
    outbox.advance(SignedDuration::from_hours(100));
    assert_eq!(outbox.pass(&settings).await, Pass::default(), "one further copy at most");
    assert_eq!(server.count("DOT"), 200);
    assert_eq!((outbox.state(1), outbox.kept(1).row.raw), ("uncertain", before));
}

#[tokio::test]
async fn a_further_copy_that_is_put_off_stays_uncertain_and_still_goes_out_once() {
    let server = ScriptedSmtp::start(|number, event| match (number, event.split(' ').next()) {
        (1, Some("DOT")) => Some(Reaction::HangUp),
        (2, Some("MAIL")) => Some(Reaction::Say("451 4.3.0 later")),
        _ => None,
    })
    .await;
    let (outbox, settings) = (Outbox::of(1), settings(server.port));
    for state in ["uncertain", "uncertain", "sent"] {
        outbox.pass(&settings).await;
        assert_eq!(outbox.state(1), state);
        outbox.advance(SignedDuration::from_mins(30));
    }
}

#[tokio::test]
async fn after_three_days_a_row_fails_and_says_why() {
    let server = ScriptedSmtp::start(|_, event| {
        event.starts_with("MAIL").then_some(Reaction::Say("553 5.7.1 not your address"))
    })
    .await;
    let (outbox, settings) = (Outbox::of(1), settings(server.port));
    let mut passes = 0;
    while outbox.state(1) != "failed" {
        outbox.pass(&settings).await;
        outbox.advance(SignedDuration::from_hours(2));
        passes += 1;
        assert!(passes < 50, "it never gives up");
    }
    assert_eq!(passes, 37);
    let said = outbox.kept(1).said;
    assert!(said.starts_with("given up after three days: could not use this sender at"), "{said}");
}

#[tokio::test]
async fn when_stopped_the_message_in_hand_is_finished_and_the_others_are_due_at_once() {
    let (stop, running) = watch::channel(false);
    let server = ScriptedSmtp::start(move |_, event| {
        if event == "DATA" {
            stop.send_replace(true);
        }
        None
    })
    .await;
    let outbox = Outbox::of(3);
    deliver(&settings(server.port), &outbox, || outbox.now(), &Notify::new(), running).await;
    assert_eq!([1, 2, 3].map(|id| outbox.state(id)), ["sent", "waiting", "waiting"]);
    assert_eq!(outbox.kept(2).due, Some(outbox.now()));
}

#[tokio::test]
async fn when_stopped_a_server_that_is_silent_before_the_final_dot_is_not_waited_for() {
    let stopped = async |silent_at: &'static str| {
        let (stop, running) = watch::channel(false);
        let server = ScriptedSmtp::start(move |_, event| {
            event.starts_with(silent_at).then(|| {
                stop.send_replace(true);
                Reaction::FallSilent
            })
        })
        .await;
        let (mut settings, outbox, wake) = (settings(server.port), Outbox::of(2), Notify::new());
        let long = Duration::from_secs(300);
        settings.limits = Limits { connect: long, command: long, message: long };
        let stopped = deliver(&settings, &outbox, || outbox.now(), &wake, running);
        tokio::time::timeout(Duration::from_secs(20), stopped).await.expect("it was waited for");
        assert_eq!([1, 2].map(|id| (outbox.state(id), outbox.kept(id).due)), [("waiting", Some(outbox.now())); 2]);
    };
    tokio::join!(stopped("CONNECT"), stopped("RCPT"));
}

#[tokio::test]
async fn a_row_written_while_the_loop_sleeps_goes_out_when_it_is_woken() {
    let server = ScriptedSmtp::start(|_, _| None).await;
    let (stop, running) = watch::channel(false);
    let (wake, outbox, settings) = (Notify::new(), Outbox::of(1), settings(server.port));
    let new_row = async {
        until(|| outbox.state(1) == "sent").await;
        outbox.insert(2);
        wake.notify_one();
        until(|| outbox.state(2) == "sent").await;
        stop.send_replace(true);
    };
    let everything = async { tokio::join!(deliver(&settings, &outbox, || outbox.now(), &wake, running), new_row) };
    tokio::time::timeout(Duration::from_secs(20), everything).await.expect("the loop slept on");
}

#[tokio::test]
async fn a_server_that_refuses_the_login_is_left_alone_for_a_while_whatever_is_written() {
    let server =
        ScriptedSmtp::start(|_, event| event.starts_with("AUTH").then_some(Reaction::Say("535 5.7.8 no"))).await;
    let (stop, running) = watch::channel(false);
    let (wake, outbox, mut settings) = (Notify::new(), Outbox::of(1), settings(server.port));
    settings.smtp.server.login = login("secret");
    let new_rows = async {
        until(|| outbox.state(1) == "waiting").await;
        for id in 2..100 {
            outbox.insert(id);
            wake.notify_one();
            tokio::task::yield_now().await;
        }
        stop.send_replace(true);
    };
    tokio::join!(deliver(&settings, &outbox, || outbox.now(), &wake, running), new_rows);
    assert_eq!((server.count("AUTH"), outbox.state(2)), (1, "ready"));
}

#[test]
fn the_loop_can_be_a_task_of_its_own() {
    fn assert_send<T: Send>(_: &T) {}
    let (_stop, running) = watch::channel(false);
    let (outbox, settings, wake) = (Outbox::of(0), settings(1), Notify::new());
    assert_send(&deliver(&settings, &outbox, || outbox.now(), &wake, running));
}

/// Waits for a condition, looking again whenever the other tasks had their turn.
async fn until(condition: impl Fn() -> bool) {
    while !condition() {
        tokio::task::yield_now().await;
    }
}

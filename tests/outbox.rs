//! The outbox against a real SMTP server, and against one that misbehaves at every step.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

#[path = "servers/scripted_smtp.rs"]
mod scripted_smtp;
#[path = "servers/smtp.rs"]
mod smtp;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rsvpd::config::{Login, Secret, Server, Smtp, Tls};
use rsvpd::outbox::{Cause, Limits, Pass, Queue, Row, Settings, Step, deliver, deliver_due, probe};
use tokio::sync::{Notify, watch};

use scripted_smtp::{Reaction, ScriptedSmtp};
use smtp::SmtpServer;

/// What the store would keep of a row.
#[derive(Debug, Clone)]
struct Kept {
    row: Row,
    state: &'static str,
    due: Option<Timestamp>,
    said: String,
    reached_data_end: bool,
}

/// An outbox in memory, under a clock that tests move.
struct Outbox {
    rows: Mutex<BTreeMap<i64, Kept>>,
    now: Mutex<Timestamp>,
}

impl Outbox {
    fn of(count: i64) -> Self {
        let now: Timestamp = "2024-03-01T12:00:00Z".parse().unwrap();
        let kept = |id: i64| Kept {
            row: Row {
                id,
                attempt: 0,
                to: format!("guest{id}@example.org"),
                raw: format!("Subject: {id}\r\nMessage-ID: <{id}@example.org>\r\n\r\n.a dot\r\n..two\r\n").into_bytes(),
                written_at: now,
                perhaps_delivered: false,
            },
            state: "ready",
            due: Some(now),
            said: String::new(),
            reached_data_end: false,
        };
        Self { rows: Mutex::new((1..=count).map(|id| (id, kept(id))).collect()), now: Mutex::new(now) }
    }

    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }

    fn advance(&self, time: SignedDuration) {
        *self.now.lock().unwrap() += time;
    }

    fn kept(&self, id: i64) -> Kept {
        self.rows.lock().unwrap()[&id].clone()
    }

    fn state(&self, id: i64) -> &'static str {
        self.kept(id).state
    }

    fn end(&self, id: i64, attempt: u32, state: &'static str, due: Option<Timestamp>, said: &str) {
        let mut rows = self.rows.lock().unwrap();
        let kept = rows.get_mut(&id).unwrap();
        assert_eq!((kept.state, kept.row.attempt), ("sending", attempt), "the attempt was not recorded");
        kept.row.perhaps_delivered |= state == "uncertain";
        (kept.state, kept.due, kept.said) = (state, due, said.to_owned());
    }

    async fn pass(&self, settings: &Settings) -> Pass {
        let (_stop, running) = watch::channel(false);
        deliver_due(settings, self, || self.now(), &running).await.unwrap()
    }
}

impl Queue for Outbox {
    type Error = Infallible;

    async fn claim_due(&self, now: Timestamp, limit: u32) -> Result<Vec<Row>, Infallible> {
        let mut rows = self.rows.lock().unwrap();
        let due = rows.values_mut().filter(|kept| kept.state != "sending" && kept.due.is_some_and(|due| due <= now));
        let claimed = due.take(limit as usize).map(|kept| {
            kept.state = "sending";
            kept.row.attempt += 1;
            kept.reached_data_end = false;
            kept.row.clone()
        });
        Ok(claimed.collect())
    }

    async fn reached_data_end(&self, id: i64, _: i64) -> Result<(), Infallible> {
        self.rows.lock().unwrap().get_mut(&id).unwrap().reached_data_end = true;
        Ok(())
    }

    async fn sent(&self, id: i64, attempt: u32, reply: &str, _: Timestamp) -> Result<(), Infallible> {
        self.end(id, attempt, "sent", None, reply);
        Ok(())
    }

    async fn wait(&self, id: i64, attempt: u32, until: Timestamp, error: &str) -> Result<(), Infallible> {
        self.end(id, attempt, "waiting", Some(until), error);
        Ok(())
    }

    async fn fail(&self, id: i64, attempt: u32, error: &str) -> Result<(), Infallible> {
        self.end(id, attempt, "failed", None, error);
        Ok(())
    }

    async fn uncertain(&self, id: i64, attempt: u32, until: Option<Timestamp>, error: &str) -> Result<(), Infallible> {
        self.end(id, attempt, "uncertain", until, error);
        Ok(())
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, Infallible> {
        Ok(self.rows.lock().unwrap().values().filter_map(|kept| kept.due).min())
    }
}

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
        assert!(mail.contains(&format!("Message-ID: <{id}@example.org>\n\n.a dot\n..two\n")), "{mail}");
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
        connect: Duration::from_millis(150),
        command: Duration::from_millis(250),
        message: Duration::from_millis(350),
    };
    for (silent_at, step, limit, state) in [
        ("CONNECT", Step::Greet, limits.command, "waiting"),
        ("EHLO", Step::Greet, limits.command, "waiting"),
        ("AUTH", Step::LogIn, limits.command, "waiting"),
        ("MAIL", Step::Sender, limits.command, "waiting"),
        ("RCPT", Step::Recipient, limits.command, "waiting"),
        ("DATA", Step::Data, limits.command, "waiting"),
        ("DOT", Step::FinalDot, limits.message, "uncertain"),
    ] {
        let server = ScriptedSmtp::start(move |number, event| {
            (number == 1 && event.starts_with(silent_at)).then_some(Reaction::FallSilent)
        })
        .await;
        let mut settings = settings(server.port);
        settings.limits = limits;
        settings.smtp.server.login = login("secret");
        let outbox = Outbox::of(2);
        let pass = outbox.pass(&settings).await;
        let kept = outbox.kept(1);
        assert_eq!(kept.state, state, "silent at {silent_at}");
        assert!(kept.said.ends_with(&format!("no answer within {limit:?}")), "silent at {silent_at}: {}", kept.said);
        assert_eq!(pass.unusable.map(|failure| failure.step), (step <= Step::LogIn).then_some(step));
        if step > Step::LogIn {
            assert_eq!(outbox.state(2), "sent", "silent at {silent_at}");
        }
    }
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
        // more than all buffers on the way hold, so that the break is noticed before the final dot
        let line = [b"x".repeat(70), b"\r\n".to_vec()].concat();
        outbox.rows.lock().unwrap().get_mut(&1).unwrap().row.raw = line.repeat(200_000);
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
async fn a_row_written_while_the_loop_sleeps_goes_out_when_it_is_woken() {
    let server = ScriptedSmtp::start(|_, _| None).await;
    let (stop, running) = watch::channel(false);
    let (wake, outbox, settings) = (Notify::new(), Outbox::of(1), settings(server.port));
    let new_row = async {
        until(|| outbox.state(1) == "sent").await;
        let mut new = Outbox::of(2).kept(2);
        new.row.id = 2;
        outbox.rows.lock().unwrap().insert(2, new);
        wake.notify_one();
        until(|| outbox.state(2) == "sent").await;
        stop.send_replace(true);
    };
    let everything = async { tokio::join!(deliver(&settings, &outbox, || outbox.now(), &wake, running), new_row) };
    tokio::time::timeout(Duration::from_secs(20), everything).await.expect("the loop slept on");
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

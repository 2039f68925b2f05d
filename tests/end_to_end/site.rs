//! An installation of rsvpd in a folder of its own, with servers of its own.

use std::fs::{self, File, OpenOptions};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::mail::{MAILBOX, Mail, address};
use crate::servers::dovecot::{Dovecot, PASSWORD};
use crate::servers::proxy::Proxy;
use crate::smtp::SmtpServer;

/// The only user of the IMAP server.
pub const USER: &str = "rsvp";

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until a condition holds.
pub fn until(what: &str, holds: impl FnMut() -> bool) {
    within(PATIENCE, what, holds);
}

/// Waits until a condition holds, at most so long.
pub fn within(limit: Duration, what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < limit, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// What may differ between installations.
#[derive(Debug, Clone)]
pub struct Options {
    /// Port of the IMAP server; 0: Dovecot's own.
    pub imap: u16,
    /// Port of the SMTP server; 0: its own.
    pub smtp: u16,
    /// Further keys of `[[mailbox]]`.
    pub mailbox: &'static str,
    /// Further keys of `[mailbox.imap]`.
    pub intake: &'static str,
    /// Folder of the database, from the configuration's.
    pub database: &'static str,
}

impl Default for Options {
    fn default() -> Self {
        Self { imap: 0, smtp: 0, mailbox: "", intake: "", database: "data" }
    }
}

/// The installation. When it goes, its daemon is killed, and its log must name nobody.
pub struct Site {
    pub dovecot: Dovecot,
    pub smtp: Option<SmtpServer>,
    smtp_port: u16,
    folder: Option<TempDir>,
    daemon: Option<Child>,
    personal: Vec<String>,
    /// Runs the proxies.
    runtime: Runtime,
}

impl Site {
    /// Servers and configuration; the daemon does not run yet.
    pub fn new(options: &Options) -> Self {
        let folder = tempfile::Builder::new().prefix("rsvpd-site-").tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let mut site = Self {
            dovecot: Dovecot::start(),
            smtp: None,
            smtp_port: 0,
            folder: Some(folder),
            daemon: None,
            personal: Vec::new(),
            runtime,
        };
        for name in ["events", "attendees"] {
            fs::create_dir(site.path(name)).unwrap();
        }
        fs::write(site.path("events/glass-days.toml"), include_str!("event.toml")).unwrap();
        site.set_password(PASSWORD);
        site.start_smtp();
        site.configure(options);
        site
    }

    /// With a running daemon.
    pub fn running(options: &Options) -> Self {
        let mut site = Self::new(options);
        site.start();
        site
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.as_ref().expect("taken only when dropped").path().join(name)
    }

    pub fn set_password(&self, password: &str) {
        let file = self.path("password");
        fs::write(&file, password).unwrap();
        fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    }

    /// Writes the configuration, for the next start.
    pub fn configure(&self, options: &Options) {
        let or = |port: u16, own: u16| if port == 0 { own } else { port };
        let (imap, smtp) = (or(options.imap, self.dovecot.port), or(options.smtp, self.smtp_port));
        let Options { mailbox, intake, database, .. } = options;
        let config = format!(
            "[database]\nurl = \"sqlite:{database}/rsvpd.db\"\n[events]\ndir = \"events\"\n[log]\nformat = \"json\"\n\
             [[mailbox]]\nname = \"glass\"\naddress = \"{MAILBOX}\"\n{mailbox}\n\
             [mailbox.imap]\nhost = \"127.0.0.1\"\nport = {imap}\ntls = \"none\"\nuser = \"{USER}\"\n\
             password_file = \"password\"\n{intake}\n\
             [mailbox.smtp]\nhost = \"127.0.0.1\"\nport = {smtp}\ntls = \"none\"\nfrom = \"Glass Days <{MAILBOX}>\"\n"
        );
        fs::write(self.path("rsvpd.toml"), config).unwrap();
    }

    /// A proxy in front of a port; for [`configure`](Self::configure).
    pub fn proxy(&self, port: u16) -> Proxy {
        self.runtime.block_on(Proxy::to(port))
    }

    pub fn smtp_port(&self) -> u16 {
        self.smtp_port
    }

    /// Starts the SMTP server, on the same port as ever.
    pub fn start_smtp(&mut self) {
        let server = SmtpServer::start(&self.path("attendees"), &["--port", &self.smtp_port.to_string()]);
        self.smtp_port = server.port;
        self.smtp = Some(server);
    }

    /// A command, as the operator types it.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut rsvpd = Command::new(env!("CARGO_BIN_EXE_rsvpd"));
        rsvpd.args(arguments).current_dir(self.path(".")).env("USER", "tester").env_remove("SUDO_USER");
        rsvpd.env_remove("RUST_LOG").stdin(Stdio::null());
        rsvpd
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// What a command prints; it must succeed.
    pub fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {told}{}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8(output.stdout).unwrap()
    }

    /// The objects that a list prints.
    pub fn list(&self, arguments: &[&str]) -> Vec<Value> {
        let text = self.ok(&[arguments, &["--output", "jsonl"]].concat());
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    pub fn records(&self) -> Vec<Value> {
        let text = self.ok(&["export", "--event", "glass-days", "--format", "json"]);
        serde_json::from_str(&text).unwrap()
    }

    pub fn status(&self) -> Value {
        self.list(&["status"]).remove(0)
    }

    /// Starts the daemon; returns at once.
    pub fn start(&mut self) {
        let command = self.command(&["run"]);
        self.start_as(command);
    }

    /// Starts the daemon by another command.
    pub fn start_as(&mut self, mut command: Command) {
        assert!(self.daemon.is_none(), "it runs already");
        self.daemon = Some(command.stderr(self.log_file()).spawn().unwrap());
    }

    fn log_file(&self) -> File {
        OpenOptions::new().create(true).append(true).open(self.path("log")).unwrap()
    }

    /// What all daemons of this site have logged.
    pub fn log(&self) -> String {
        String::from_utf8(fs::read(self.path("log")).unwrap_or_default()).unwrap()
    }

    /// What the daemon occupies of memory, and did at most.
    pub fn memory(&self) -> String {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let lines = status.lines().filter(|line| line.starts_with("VmRSS") || line.starts_with("VmHWM"));
        lines.collect::<Vec<_>>().join(", ")
    }

    pub fn pid(&self) -> u32 {
        self.daemon.as_ref().expect("a daemon").id()
    }

    /// kill -9.
    pub fn kill(&mut self) {
        let mut daemon = self.daemon.take().expect("a daemon");
        assert_eq!(daemon.try_wait().unwrap(), None, "it ended by itself: {}", self.log());
        daemon.kill().unwrap();
        daemon.wait().unwrap();
    }

    /// SIGTERM.
    pub fn ask_to_stop(&self) {
        let asked = Command::new("kill").args(["-TERM", &self.pid().to_string()]).status().unwrap();
        assert!(asked.success());
    }

    /// SIGTERM, and how it ended.
    pub fn stop(&mut self) -> ExitStatus {
        self.ask_to_stop();
        until("the daemon ends", || self.has_ended());
        self.stopped()
    }

    /// How the daemon, which has ended, did so.
    pub fn stopped(&mut self) -> ExitStatus {
        self.daemon.take().expect("a daemon").wait().unwrap()
    }

    pub fn has_ended(&mut self) -> bool {
        self.daemon.as_mut().expect("a daemon").try_wait().unwrap().is_some()
    }

    /// Delivers a mail into INBOX.
    pub fn deliver(&mut self, mail: &Mail) {
        self.personal.extend(mail.personal());
        self.dovecot.append(USER, "INBOX", &mail.raw());
    }

    pub fn folder(&self, name: &str) -> Vec<Vec<u8>> {
        self.dovecot.list(USER, name)
    }

    /// The answers that have arrived at this person's.
    pub fn answers(&self, name: &str) -> Vec<Vec<u8>> {
        self.smtp.as_ref().expect("it runs").mails_of(&address(name))
    }

    /// Waits for this person's answer, the nth that he gets.
    pub fn answer(&self, name: &str, nth: usize) -> Vec<u8> {
        within(PATIENCE * 2, &format!("answer {nth} arrives"), || self.answers(name).len() >= nth);
        self.answers(name).remove(nth - 1)
    }

    /// Waits until so many messages are decided and filed, and nothing is left to be sent.
    pub fn settled(&self, messages: u64) {
        within(PATIENCE * 2, "everything is settled", || {
            let status = self.status();
            let outbox = status["outbox"].as_object().unwrap();
            status["messages"]["decided"] == messages
                && status["messages"].get("received").is_none()
                && status["filings_due"] == 0
                && outbox.keys().all(|state| state == "sent")
        });
    }

    /// The database's own invariants hold.
    pub fn check(&self) {
        self.ok(&["check", "--offline"]);
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        if let Some(mut daemon) = self.daemon.take() {
            daemon.kill().ok();
            daemon.wait().ok();
        }
        if std::thread::panicking() {
            eprintln!("kept for inspection: {}", self.folder.take().expect("taken here only").keep().display());
            return;
        }
        let log = self.log().to_lowercase();
        for personal in &self.personal {
            assert!(!log.contains(&personal.to_lowercase()), "the log names {personal:?}");
        }
    }
}

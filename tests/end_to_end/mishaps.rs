//! Disks that are full, a second daemon, a mailbox numbered anew, many replies at once.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::mail::{Mail, names};
use crate::site::{Options, Site, USER, until, within};

#[test]
fn a_second_daemon_on_the_same_database_is_refused() {
    let site = Site::running(&Options::default());
    until("the first one runs", || site.log().contains("is running"));
    let second = site.run(&["run"]);
    assert_eq!(second.status.code(), Some(1));
    let told = String::from_utf8(second.stderr).unwrap();
    assert!(told.contains("another rsvpd is already running on this database; stop it first"), "{told}");
    assert_eq!(told.lines().count(), 1, "{told}");
}

#[test]
fn on_a_full_disk_mail_stays_in_the_mailbox_until_there_is_room_again() {
    let mut site = Site::new(&Options { database: "disk", ..Options::default() });
    fs::create_dir(site.path("disk")).unwrap();
    let room = Room::of(site.path("disk"));
    site.start_as(room.bounded(site.command(&["run"])));
    let mail = Mail::complete("before", "Ottilie Brandauer");
    site.deliver(&mail);
    site.settled(1);

    room.fill();
    // of more bytes than SQLite has left over in its files
    let large = |id: &str, name: &str| {
        let mail = Mail::complete(id, name);
        let quoted = "> nothing of this was written by me\n".repeat(60_000);
        Mail { text: format!("{}\n{quoted}", mail.text), ..mail }
    };
    let mails = [large("full", "Thea Obermann"), large("fuller", "Bruno Saale")];
    for mail in &mails {
        site.deliver(mail);
    }
    until("it is told", || site.log().contains("could not take in mail: "));
    assert_eq!(site.folder("INBOX").len(), 2, "it stays where it is");
    assert_eq!(site.records().len(), 1);

    room.make(site.pid());
    site.settled(3);
    assert_eq!(site.records().len(), 3);
    assert!(site.folder("INBOX").is_empty());
    for mail in &mails {
        assert_eq!(site.answers(&mail.name).len(), 1);
    }
    site.check();
    assert!(site.stop().success());
}

/// A disk that can be full: a small file system for root, who may mount one; else a limit on the size of files.
enum Room {
    Mounted(PathBuf),
    Limited,
}

impl Room {
    fn of(folder: PathBuf) -> Self {
        let mount = ["-t", "tmpfs", "-o", "size=16m,mode=700", "tmpfs"];
        let mounted = Command::new("mount").args(mount).arg(&folder).output().unwrap().status.success();
        println!("full disk: {}", if mounted { "a small file system" } else { "a limit on the size of files" });
        if mounted { Self::Mounted(folder) } else { Self::Limited }
    }

    /// The command, under the limit if that is the way.
    fn bounded(&self, command: Command) -> Command {
        if matches!(self, Self::Mounted(_)) {
            return command;
        }
        // 1 MiB; the signal that comes with the limit is ignored, as a full disk sends none
        let mut shell = Command::new("bash");
        shell.args(["-c", "trap '' XFSZ; ulimit -S -f 1024; exec \"$0\" \"$@\""]);
        shell.arg(command.get_program()).args(command.get_args());
        if let Some(folder) = command.get_current_dir() {
            shell.current_dir(folder);
        }
        shell
    }

    fn ballast(folder: &Path) -> PathBuf {
        folder.join("ballast")
    }

    fn fill(&self) {
        if let Self::Mounted(folder) = self {
            let full = fs::write(Self::ballast(folder), vec![0; 32 * 1024 * 1024]);
            assert!(full.is_err(), "there is no room for so much");
        }
    }

    fn make(&self, daemon: u32) {
        match self {
            Self::Mounted(folder) => fs::remove_file(Self::ballast(folder)).unwrap(),
            Self::Limited => {
                let raised =
                    Command::new("prlimit").args(["--fsize=unlimited:", "--pid", &daemon.to_string()]).status();
                assert!(raised.unwrap().success());
            }
        }
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        if let Self::Mounted(folder) = self {
            // lazily: the daemon may still be there when a test fails
            Command::new("umount").arg("-l").arg(folder).status().ok();
        }
    }
}

#[test]
fn a_new_uidvalidity_shows_everything_again_and_nothing_is_done_again() {
    let mut site = Site::running(&Options { intake: "after = \"leave\"", ..Options::default() });
    let mails: Vec<Mail> =
        names(6).iter().map(|name| Mail::complete(&name.to_lowercase().replace(' ', ""), name)).collect();
    let (before, after) = mails.split_at(5);
    for mail in before {
        site.deliver(mail);
    }
    site.settled(5);
    site.dovecot.renumber(USER, "INBOX", 4711);
    site.deliver(&after[0]);
    site.answer(&after[0].name, 1);
    site.settled(6);
    assert_eq!(site.records().len(), 6);
    for mail in &mails {
        assert_eq!(site.answers(&mail.name).len(), 1);
    }
    site.check();
}

#[test]
fn five_hundred_replies_at_once() {
    let mut site = Site::new(&Options::default());
    let mails: Vec<Mail> =
        names(500).iter().enumerate().map(|(number, name)| Mail::complete(&format!("many{number}"), name)).collect();
    for mail in &mails {
        site.deliver(mail);
    }
    site.start();
    within(Duration::from_secs(120), "all are answered", || site.log().matches("acknowledgement sent").count() == 500);
    let at = |word: &str, last: bool| {
        let log = site.log();
        let mut lines = log.lines().filter(|line| line.contains(word));
        let line = if last { lines.next_back() } else { lines.next() };
        let line: serde_json::Value = serde_json::from_str(line.unwrap()).unwrap();
        line["timestamp"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap()
    };
    let decided = at("\"message 500 decided\"", true).duration_since(at("\"took in mail\"", false));
    let sent = at("acknowledgement sent", true).duration_since(at("\"connected\"", false));
    println!(
        "500 replies: {:.0} decided a second, all answered {:.1} s after the first contact; {}",
        500.0 / decided.as_secs_f64(),
        sent.as_secs_f64(),
        site.memory()
    );
    site.settled(500);
    assert_eq!(site.folder("RSVP/Recorded").len(), 500);
    assert_eq!(site.records().len(), 500);
    for mail in &mails {
        assert_eq!(site.answers(&mail.name).len(), 1);
    }
    site.check();
}

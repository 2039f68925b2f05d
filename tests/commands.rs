//! The commands as a user types them, on a database of their own; no server is spoken to.

#![expect(clippy::unwrap_used, reason = "a test may end in a panic")]

use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

/// A configuration with the event of the demonstration, in a folder of its own.
struct Site {
    folder: tempfile::TempDir,
}

impl Site {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let events = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/demo/events");
        let config = format!(
            "[database]\nurl = \"sqlite:rsvpd.db\"\n[events]\ndir = {:?}\n[[mailbox]]\nname = \"demo\"\n\
             address = \"rsvp@lighthouse.example\"\n[mailbox.imap]\nhost = \"localhost\"\nuser = \"u\"\n\
             password_env = \"NOT_NEEDED\"\n[mailbox.smtp]\nhost = \"localhost\"\n",
            events.display()
        );
        std::fs::write(folder.path().join("rsvpd.toml"), config).unwrap();
        Self { folder }
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut rsvpd = Command::new(env!("CARGO_BIN_EXE_rsvpd"));
        rsvpd.args(arguments).current_dir(self.folder.path()).env("USER", "tester").env_remove("SUDO_USER");
        rsvpd.output().unwrap()
    }

    /// What a command prints; it must succeed and complain of nothing.
    fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), told.as_str()), (Some(0), ""), "{arguments:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// What a command complains of, on one line.
    fn refused(&self, arguments: &[&str], code: i32) -> String {
        let output = self.run(arguments);
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {told}");
        assert_eq!(told.lines().count(), 1, "{told}");
        told
    }

    fn jsonl(&self, arguments: &[&str]) -> Vec<Value> {
        let text = self.ok(&[arguments, &["--output", "jsonl"]].concat());
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn records(&self) -> Vec<Value> {
        let text = self.ok(&["export", "--event", "harbour-talks", "--format", "json"]);
        serde_json::from_str::<Vec<Value>>(&text).unwrap()
    }

    fn ingest(&self, name: &str, body: &str) {
        let mail = format!(
            "From: \"Nora Dahl\" <nora@fjord.example>\r\nTo: rsvp@lighthouse.example\r\nSubject: Re: Harbour Talks\r\n\
             Message-ID: <{name}@fjord.example>\r\nDate: Mon, 04 Mar 2024 10:00:00 +0100\r\n\r\n{body}"
        );
        std::fs::write(self.folder.path().join(format!("{name}.eml")), mail).unwrap();
        self.ok(&["ingest", "--time-from-date", &format!("{name}.eml")]);
    }
}

/// A mail on which no careful assistant would act alone.
const PERHAPS: &str = "Perhaps I can come to the symposium, if my budget allows, but I cannot promise it.\r\n\r\n\
                       Nora Dahl\r\nPilot\r\nFjord Port Authority\r\n";

#[test]
fn a_new_database_is_empty_everywhere_and_says_so_plainly() {
    let site = Site::new();
    for list in [["outbox", "list"], ["review", "list"], ["attendees", "list"]] {
        assert_eq!(site.ok(&list), "");
        assert_eq!(site.jsonl(&list), Vec::<Value>::new());
    }
    assert_eq!(site.records(), Vec::<Value>::new());
    assert!(site.ok(&["status"]).starts_with("daemon\tnot running\n"));
    assert!(site.ok(&["check", "--offline"]).lines().all(|line| line.starts_with("ok\t")));
    assert!(site.refused(&["review", "show", "7"], 1).contains("could not find review item 7"));
    assert!(site.refused(&["export", "--event", "lunch", "--format", "csv"], 2).contains("known are: harbour-talks"));
}

#[test]
fn staff_correct_a_doubtful_reply_and_it_is_recorded_and_confirmed() {
    let site = Site::new();
    site.ingest("perhaps", PERHAPS);
    assert_eq!(site.records(), Vec::<Value>::new(), "nothing is recorded before staff decide");
    let open = site.jsonl(&["review", "list"]);
    assert_eq!(open.len(), 1);
    assert_eq!(open[0]["message_id"], "perhaps@fjord.example");
    for key in ["id", "message_id", "event", "kind", "reasons", "received_at"] {
        assert!(open[0].get(key).is_some(), "{key} is missing");
    }
    let id = open[0]["id"].to_string();
    let shown = site.ok(&["review", "show", &id]);
    assert!(shown.contains("text\tPerhaps I can come") && shown.contains("proposal\tattendee 1"), "{shown}");

    let correct = |sessions: &str| {
        let facts = ["--name", "Nora Dahl", "--organization", "Fjord Port Authority", "--position", "Pilot"];
        let rest = ["--email", "nora@fjord.example", "--sessions", sessions];
        [["review", "correct", &id].as_slice(), &facts, &rest].concat().join("\x1f")
    };
    let wrong = correct("lunch=yes");
    assert!(site.refused(&wrong.split('\x1f').collect::<Vec<_>>(), 2).contains("dinner, symposium"));
    let right = correct("dinner=no,symposium=yes");
    site.ok(&right.split('\x1f').collect::<Vec<_>>());

    let records = site.records();
    assert_eq!(records.len(), 1);
    assert_eq!(records[0]["status"], "attending");
    assert_eq!(records[0]["sessions"], json!({"dinner": "no", "symposium": "yes"}));
    assert_eq!(records[0]["source_message_id"], "perhaps@fjord.example");
    let confirmed = site.jsonl(&["outbox", "list"]).into_iter().filter(|row| row["kind"] == "confirm").count();
    assert_eq!(confirmed, 1);
    assert_eq!(site.jsonl(&["review", "list"]), Vec::<Value>::new());
    assert!(site.ok(&["attendees", "history", "1"]).contains("by tester, on message perhaps@fjord.example"));
    let again = site.refused(&right.split('\x1f').collect::<Vec<_>>(), 1);
    assert!(again.contains("already decided by tester"), "{again}");
}

#[test]
fn staff_can_only_accept_what_is_complete_and_ask_for_what_is_not() {
    let site = Site::new();
    site.ingest("short", "Perhaps I can come to the symposium, if my budget allows.\r\n\r\nNora Dahl\r\n");
    let id = site.jsonl(&["review", "list"])[0]["id"].to_string();
    assert!(site.refused(&["review", "accept", &id], 1).contains("is missing; give it with `correct`, or `ask`"));
    assert_eq!(site.records(), Vec::<Value>::new());
    site.ok(&["review", "ask", &id]);
    assert_eq!(site.records()[0]["status"], "incomplete");
    let asked = site.jsonl(&["outbox", "list"]).into_iter().find(|row| row["kind"] == "ask").unwrap();
    assert_eq!(asked["to"], "nora@fjord.example");
    assert_eq!(asked["in_reply_to"], "short@fjord.example");
    assert!(asked["missing"].as_array().unwrap().contains(&json!("organization")));
}

#[test]
fn dismissing_changes_nothing_and_erasing_leaves_nothing() {
    let site = Site::new();
    site.ingest("perhaps", PERHAPS);
    let before = site.jsonl(&["outbox", "list"]);
    let id = site.jsonl(&["review", "list"])[0]["id"].to_string();
    site.ok(&["review", "dismiss", &id, "--note", "called her"]);
    assert_eq!(site.records(), Vec::<Value>::new());
    assert_eq!(site.jsonl(&["outbox", "list"]), before);
    assert!(site.ok(&["review", "show", &id]).contains("note\tcalled her"));
    site.ok(&["attendees", "erase", "nora@fjord.example"]);
    assert!(!site.ok(&["review", "show", &id]).contains("budget"), "the text is gone");
}

#[test]
fn a_mail_is_taken_in_once_however_often_it_is_given() {
    let site = Site::new();
    site.ingest("perhaps", PERHAPS);
    let told = site.ok(&["ingest", "perhaps.eml", "perhaps.eml"]);
    assert_eq!(told, "taken in\t0\nseen before\t2\ndecided\t0\n");
    assert_eq!(site.jsonl(&["review", "list"]).len(), 1);
    assert!(site.refused(&["ingest", "nowhere.eml"], 1).contains("could not read nowhere.eml: "));
}

#[test]
fn a_backup_comes_back_and_what_was_there_is_kept() {
    let site = Site::new();
    site.ingest("perhaps", PERHAPS);
    site.ok(&["backup", "copy.db"]);
    assert_eq!(site.refused(&["backup", "copy.db"], 1).lines().count(), 1, "a backup is never overwritten");
    site.ok(&["attendees", "erase", "nora@fjord.example"]);
    let kept = site.ok(&["restore", "copy.db"]);
    assert!(site.ok(&["review", "show", "1"]).contains("budget"));
    let kept = kept.trim_end().rsplit('\t').next().unwrap().to_owned();
    assert!(site.folder.path().join(kept).is_file());

    std::fs::write(site.folder.path().join("broken.db"), "this is no database").unwrap();
    site.refused(&["restore", "broken.db"], 1);
    assert!(site.ok(&["review", "show", "1"]).contains("budget"), "a broken backup replaces nothing");
}

#[test]
fn parse_goes_on_after_a_file_that_cannot_be_read_and_keeps_the_order() {
    let site = Site::new();
    site.ingest("perhaps", PERHAPS);
    std::fs::write(site.folder.path().join("noise.eml"), [0xff, 0x00, 0xfe, 0x01].repeat(64)).unwrap();
    let events = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/demo/events");
    let events = events.to_str().unwrap();
    let files = ["nowhere.eml", "perhaps.eml", "noise.eml"];
    let lines = site.jsonl(&[&["parse", "--events", events], files.as_slice()].concat());
    assert_eq!(lines.iter().map(|line| line["file"].as_str().unwrap()).collect::<Vec<_>>(), files);
    for unreadable in [&lines[0], &lines[2]] {
        assert_eq!(unreadable["action"], "review");
        assert_eq!(unreadable["reasons"][0]["code"], "unreadable");
    }
    let keys = |line: &Value| line.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&lines[0]), keys(&lines[1]));
    assert_eq!(site.run(&["parse", "--events", events]).status.code(), Some(2), "no mail is wrong usage");
    assert_eq!(site.run(&["parse", "--events", "nowhere", "perhaps.eml"]).status.code(), Some(2));
}

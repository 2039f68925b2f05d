//! Plays a scenario to the real binary in a scratch folder, and tells what came out otherwise than wanted.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use rsvpd::understand::message::Message;
use serde_json::Value;

use super::compare;
use super::read::Scenario;

/// What scenarios share.
pub struct Stage {
    pub events: PathBuf,
    pub mailbox: &'static str,
}

impl Stage {
    /// What was wrong, a line each; nothing if the scenario passes.
    pub fn play(&self, scenario: &Scenario) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let config = format!(
            "[database]\nurl = \"sqlite:rsvpd.db\"\n[events]\ndir = {:?}\n[[mailbox]]\nname = \"rsvp\"\n\
             address = {:?}\n[mailbox.imap]\nhost = \"localhost\"\nuser = \"u\"\npassword_env = \"NOT_NEEDED\"\n\
             [mailbox.smtp]\nhost = \"localhost\"\n",
            self.events.display(),
            self.mailbox
        );
        std::fs::write(folder.path().join("rsvpd.toml"), config).unwrap();
        Play { folder: folder.path(), failures: Vec::new() }.through(scenario)
    }
}

struct Play<'a> {
    folder: &'a Path,
    failures: Vec<String>,
}

impl Play<'_> {
    fn through(mut self, scenario: &Scenario) -> Vec<String> {
        let mut sent: BTreeMap<&str, String> = BTreeMap::new();
        let mut ids: BTreeMap<String, &str> = BTreeMap::new();
        let mut seen = BTreeSet::new();
        for mail in &scenario.mails {
            let raw = filled_in(&std::fs::read(&mail.file).unwrap(), &sent);
            let message_id = Message::parse(&raw, "").unwrap().message_id.unwrap_or_default();
            std::fs::write(self.folder.join("mail.eml"), raw).unwrap();
            self.rsvpd(&["ingest", "--time-from-date", "mail.eml"]);
            let rows = self.jsonl(&["outbox", "list"]);
            let new: Vec<&Value> = rows.iter().filter(|row| seen.insert(row["id"].to_string())).collect();
            let kind = new.iter().map(|row| row["kind"].as_str().unwrap()).collect::<Vec<_>>().join(" and ");
            let kind = if kind.is_empty() { "none" } else { &kind };
            let wanted = scenario.acks.get(&mail.id).map(Vec::as_slice).unwrap_or_default();
            if !wanted.iter().any(|wanted| wanted == kind) {
                let why = self.why(&message_id);
                self.failures.push(format!("{}: wanted answer {}, found {kind}{why}", mail.id, wanted.join(" or ")));
            }
            for row in new {
                if row["in_reply_to"] != message_id {
                    self.failures.push(format!("{}: the answer's In-Reply-To is {}", mail.id, row["in_reply_to"]));
                }
                sent.insert(&mail.id, row["message_id"].as_str().unwrap().to_owned());
            }
            ids.entry(message_id).or_insert(&mail.id);
        }
        for changed in self.jsonl(&["replay"]) {
            self.failures.push(format!("replay by the same rules: {changed}"));
        }
        self.compare_registry(scenario);
        self.compare_review(scenario, &ids);
        self.failures
    }

    fn compare_registry(&mut self, scenario: &Scenario) {
        let export = self.rsvpd(&["export", "--event", &scenario.event, "--format", "json"]);
        let mut found: Vec<Value> = serde_json::from_str(&export).unwrap();
        for wanted in &scenario.registry {
            match found.iter().position(|found| compare::is_record(wanted, found)) {
                Some(at) => {
                    let record = found.remove(at);
                    let marked = self.is_undeliverable(&record);
                    if wanted["undeliverable"].as_bool().is_some_and(|wanted| wanted != marked) {
                        let failure = format!("record: undeliverable {marked}: {}", compare::short(&record));
                        self.failures.push(failure);
                    }
                }
                None if wanted["optional"] == true => {}
                None => self.failures.push(format!("record: wanted {}", compare::short(wanted))),
            }
        }
        self.failures.extend(found.iter().map(|found| format!("record: found  {}", compare::short(found))));
    }

    fn compare_review(&mut self, scenario: &Scenario, ids: &BTreeMap<String, &str>) {
        let items = self.jsonl(&["review", "list"]);
        let found: Vec<&str> =
            items.iter().map(|item| *ids.get(item["message_id"].as_str().unwrap()).unwrap()).collect();
        for wanted in scenario.review.iter().filter(|wanted| !found.contains(&wanted.as_str())) {
            self.failures.push(format!("{wanted}: wanted in review"));
        }
        let expected = |id: &str| scenario.review.iter().chain(&scenario.review_optional).any(|wanted| wanted == id);
        for (id, item) in found.iter().zip(&items).filter(|(id, _)| !expected(id)) {
            self.failures.push(format!("{id}: found in review: {}", item["reasons"]));
        }
    }

    /// Why a message waits for a human, if it does.
    fn why(&self, message_id: &str) -> String {
        let items = self.jsonl(&["review", "list"]);
        let item = items.iter().find(|item| item["message_id"] == message_id);
        item.map(|item| format!(": {}", item["reasons"])).unwrap_or_default()
    }

    fn is_undeliverable(&self, record: &Value) -> bool {
        let listed = self.jsonl(&["attendees", "list"]);
        let at = listed.iter().position(|listed| listed == record).unwrap();
        self.rsvpd(&["attendees", "show", &(at + 1).to_string()]).contains("\nundeliverable\t")
    }

    fn jsonl(&self, arguments: &[&str]) -> Vec<Value> {
        let text = self.rsvpd(&[arguments, &["--output", "jsonl"]].concat());
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn rsvpd(&self, arguments: &[&str]) -> String {
        let output =
            Command::new(env!("CARGO_BIN_EXE_rsvpd")).args(arguments).current_dir(self.folder).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {told}");
        String::from_utf8(output.stdout).unwrap()
    }
}

/// The mail with the Message-IDs of our acknowledgements in place of `<ack:ID>`.
fn filled_in(raw: &[u8], sent: &BTreeMap<&str, String>) -> Vec<u8> {
    let mut filled = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.windows(5).position(|window| window == b"<ack:") {
        let (before, from) = rest.split_at(at);
        let end = from.iter().position(|byte| *byte == b'>').unwrap();
        let id = String::from_utf8_lossy(from.get(5..end).unwrap());
        filled.extend_from_slice(before);
        let answered = sent.get(id.as_ref()).map_or("none@invalid", String::as_str);
        filled.extend_from_slice(format!("<{answered}>").as_bytes());
        rest = from.get(end + 1..).unwrap();
    }
    filled.extend_from_slice(rest);
    filled
}

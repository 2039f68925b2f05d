//! The corpora of `../shared`, read as the tools for learned parts need them.

#![expect(dead_code, reason = "each tool uses a part")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rsvpd::event::{Event, Invitation};
use rsvpd::understand::decide::{self, Decision, origin};
use rsvpd::understand::facts::{Facts, Subject};
use rsvpd::understand::language::Languages;
use rsvpd::understand::message::Message;
use rsvpd::understand::reply::ReplyText;
use serde_json::Value;
use unicode_normalization::UnicodeNormalization as _;

/// The authors, `training/authors.json`: the "unseen" ones, from whom neither the words of the rules nor the weights of
/// `training/judged.bin` were made, and on whom whatever is calibrated, thresholded or reported is judged; and those
/// that were "learned" from.
pub fn authors() -> BTreeMap<String, Vec<String>> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("training/authors.json");
    serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()
}

/// A person's mail, as read and decided, with the truth.
pub struct Reading {
    pub author: String,
    pub event: String,
    pub facts: Facts,
    pub decision: Decision,
    pub truth: Value,
}

pub fn shared() -> PathBuf {
    let shared = std::env::var_os("RSVPD_SHARED");
    shared.map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from)
}

/// Where an author's mails stand: the corpora, and our own replies as `training/replies.py` laid them out in the folder
/// that `RSVPD_REPLIES` names. `None` for an author that is not there.
pub fn folder(author: &str) -> Option<PathBuf> {
    let own = std::env::var_os("RSVPD_REPLIES").map(|replies| Path::new(&replies).join(author));
    let corpora = [shared().join("corpus").join(author), shared().join("corpus/train").join(author)];
    corpora.into_iter().chain(own).find(|folder| folder.is_dir())
}

pub fn events() -> BTreeMap<String, Event> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("training/replies/events");
    let folders = [shared().join("events"), shared().join("events/train"), own];
    let files = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap()).map(|entry| entry.unwrap().path());
    files
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .map(|path| Event::from_toml(&fs::read_to_string(path).unwrap()).unwrap())
        .map(|event| (event.id.clone(), event))
        .collect()
}

/// Reads an author's mails.
pub fn readings(author: &str, events: &BTreeMap<String, Event>) -> Vec<Reading> {
    let Some(folder) = folder(author) else { return Vec::new() };
    let truths = fs::read_to_string(folder.join("truth.jsonl")).unwrap();
    let invitations: Vec<&Invitation> = events.values().flat_map(|event| event.invitations.values()).collect();
    let all: Vec<&Event> = events.values().collect();
    let mut readings = Vec::new();
    for line in truths.lines().filter(|line| !line.trim().is_empty()) {
        let line: Value = serde_json::from_str(line).unwrap();
        let Some(event) = line["event"].as_str().and_then(|event| events.get(event)) else { continue };
        let raw = fs::read(folder.join(line["file"].as_str().unwrap())).unwrap();
        let Ok(message) = Message::parse(&raw, "") else { continue };
        if origin::machine(&message, &all).is_some() {
            continue;
        }
        let reply = ReplyText::of(&message, &invitations);
        let facts = Facts::read(&reply, &message, event, &[], Languages::built_in());
        let decision = decide::decide(&facts, &reply, &message, event, None);
        let truth = line["truth"].clone();
        readings.push(Reading { author: author.to_owned(), event: event.id.clone(), facts, decision, truth });
    }
    readings
}

impl Reading {
    /// The people of the truth.
    pub fn people(&self) -> Vec<&Value> {
        match self.truth["attendees"].as_array().unwrap().first() {
            Some(Value::Array(first)) => first.iter().collect(),
            _ => self.truth["attendees"].as_array().unwrap().iter().collect(),
        }
    }

    /// Each person read, with the one of the truth that he is.
    pub fn pairs(&self) -> Vec<(&Subject, &Value)> {
        let people = self.people();
        let subjects = &self.facts.subjects;
        let pair = |(number, subject)| Some((subject, partner(subject, number, &people, subjects.len())?));
        subjects.iter().enumerate().filter_map(pair).collect()
    }
}

fn partner<'a>(subject: &Subject, number: usize, people: &[&'a Value], found: usize) -> Option<&'a Value> {
    if people.len() == 1 && found == 1 {
        return people.first().copied();
    }
    let name = subject.person.name.as_ref().map(|name| plain(&name.value));
    let same = people.iter().find(|person| choices(&person["name"]).iter().any(|one| one.as_str().map(plain) == name));
    same.or_else(|| people.get(number).filter(|_| people.len() == found)).copied()
}

/// The values that are equally right.
pub fn choices(value: &Value) -> Vec<&Value> {
    value.as_array().map_or_else(|| vec![value], |choices| choices.iter().collect())
}

/// As `score.py` compares texts, roughly.
pub fn plain(text: &str) -> String {
    let text: String = text.nfkc().flat_map(char::to_lowercase).collect();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text: String = text.chars().map(|c| if "‘’‛".contains(c) { '\'' } else { c }).collect();
    let text: String = text.chars().map(|c| if "–—−".contains(c) { '-' } else { c }).collect();
    text.trim_matches(|c: char| !c.is_alphanumeric()).to_owned()
}

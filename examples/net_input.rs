//! Writes what the net sees of every mail of the corpora, with the truth, for `training/train.py`.
//!
//! ```text
//! cargo run --release --example net_input -- VOCABULARY > input.jsonl
//! ```

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a tool for developers: it may fail loudly"
)]

#[path = "corpus/mod.rs"]
mod corpus;

use std::collections::BTreeMap;
use std::fs;

use rsvpd::event::{Event, Invitation};
use rsvpd::understand::facts::{self, Facts, sessions};
use rsvpd::understand::language::Languages;
use rsvpd::understand::message::Message;
use rsvpd::understand::net::sight::Sight;
use rsvpd::understand::net::vocabulary::Vocabulary;
use rsvpd::understand::net::witness::look;
use rsvpd::understand::reply::ReplyText;
use serde_json::{Value, json};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let vocabulary = fs::read(arguments.next().unwrap()).unwrap();
    let (vocabulary, _) = Vocabulary::from_bytes(&vocabulary).unwrap();
    let events = corpus::events();
    if let Some(invented) = arguments.next() {
        for line in fs::read_to_string(invented).unwrap().lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            let text = |key: &str| line[key].as_str().unwrap_or_default().to_owned();
            let raw = format!(
                "From: \"{}\" <{}>\r\nSubject: {}\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\
                 Content-Transfer-Encoding: 8bit\r\n\r\n{}\r\n",
                text("name"),
                text("address"),
                text("subject"),
                text("text").replace('\n', "\r\n"),
            );
            see("invented", &line, raw.as_bytes(), &events, &vocabulary);
        }
        return;
    }
    let mut authors = [corpus::authors(false), corpus::authors(true)].concat();
    authors.push("dev".to_owned());
    for author in authors {
        let folder = if author == "dev" { "corpus/dev".into() } else { format!("corpus/train/{author}") };
        let folder = corpus::shared().join(folder);
        for line in fs::read_to_string(folder.join("truth.jsonl")).unwrap().lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            let raw = fs::read(folder.join(line["file"].as_str().unwrap())).unwrap();
            see(&author, &line, &raw, &events, &vocabulary);
        }
    }
}

fn see(author: &str, line: &Value, raw: &[u8], events: &BTreeMap<String, Event>, vocabulary: &Vocabulary<'_>) {
    let invitations: Vec<&Invitation> = events.values().flat_map(|event| event.invitations.values()).collect();
    let Some(event) = line["event"].as_str().and_then(|event| events.get(event)) else { return };
    let Ok(message) = Message::parse(raw, "") else { return };
    let reply = ReplyText::of(&message, &invitations);
    let languages = &Languages::built_in().of_mail(&reply.text, &event.languages);
    let reading = sessions::read(&reply, &message, event, facts::sent(&message), languages);
    let sight = look(vocabulary, &reply, &message, event, &reading, languages);
    let facts = if author == "invented" {
        Facts::default()
    } else {
        Facts::read(&reply, &message, event, &[], Languages::built_in())
    };
    println!("{}", row(author, line, &sight, &facts, event));
}

fn row(author: &str, line: &Value, sight: &Sight, facts: &Facts, event: &Event) -> Value {
    let letters = |at: usize| sight.text.get(..at).unwrap().chars().count();
    let subjects = facts.subjects.iter().map(|subject| {
        let person = &subject.person;
        let text = |fact: &Option<facts::evidence::Fact<String>>| {
            fact.as_ref().map(|fact| json!([fact.value, fact.evidence.rule, fact.evidence.confidence]))
        };
        let answers = subject.sessions.as_ref().map(|answers| {
            answers.iter().map(|(id, fact)| (id.clone(), json!(fact.value))).collect::<serde_json::Map<_, _>>()
        });
        json!({"name": text(&person.name), "organization": text(&person.organization),
            "position": text(&person.position), "sessions": answers, "writer": person.is_writer})
    });
    let tokens = &sight.tokens;
    json!({
        "author": author, "file": line["file"], "lang": line["lang"], "event": line["event"],
        "ids": event.sessions.iter().map(|session| &session.id).collect::<Vec<_>>(),
        "truth": line["truth"], "text": sight.text, "body": letters(sight.body),
        "spans": tokens.iter().map(|token| [letters(token.span.start), letters(token.span.end)]).collect::<Vec<_>>(),
        "pieces": tokens.iter().map(|token| &token.pieces).collect::<Vec<_>>(),
        "flags": tokens.iter().map(|token| token.flags).collect::<Vec<_>>(),
        "rows": tokens.iter().map(|token| token.rows).collect::<Vec<_>>(),
        "label": tokens.iter().map(|token| token.label).collect::<Vec<_>>(),
        "labels": sight.labels, "sessions": sight.sessions,
        "rules": subjects.collect::<Vec<_>>(),
    })
}

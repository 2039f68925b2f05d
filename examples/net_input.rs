//! Writes what the net sees of every mail of the corpora and of our own replies, with the truth, for `training/train.py`.
//!
//! ```text
//! RSVPD_REPLIES=FOLDER cargo run --release --example net_input -- VOCABULARY > input.jsonl
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
use rsvpd::understand::facts::{self, people, sessions};
use rsvpd::understand::language::Languages;
use rsvpd::understand::message::Message;
use rsvpd::understand::net::sight::Sight;
use rsvpd::understand::net::vocabulary::Vocabulary;
use rsvpd::understand::net::witness::look;
use rsvpd::understand::reply::{ReplyText, Span};
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
    let authors = corpus::authors().into_values().flatten().chain(["dev".to_owned()]);
    for (author, folder) in authors.filter_map(|author| corpus::folder(&author).map(|folder| (author, folder))) {
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
    let names = people::names(&reply, &message, event, languages);
    println!("{}", row(author, line, &sight, &names, event));
}

fn row(author: &str, line: &Value, sight: &Sight, names: &[Span], event: &Event) -> Value {
    let letters = |at: usize| sight.text.get(..at).unwrap().chars().count();
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
        "names": names.iter().map(|name| [letters(sight.body + name.start), letters(sight.body + name.end)]).collect::<Vec<_>>(),
    })
}

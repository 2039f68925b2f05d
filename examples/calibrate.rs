//! Fits how far readings are believed (`config/trust.toml`) on authors that no reader was made from, and shows how
//! probability and truth go together, there with each author left out and on `dev`.
//!
//! ```text
//! cargo run --release --example calibrate
//! ```
//!
//! The corpora stand in `../shared/corpus`, or where `RSVPD_SHARED` says.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a tool for developers: it may fail loudly"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use rsvpd::event::{Event, Field, Invitation};
use rsvpd::understand::facts::sessions::Answer;
use rsvpd::understand::facts::trust::Grounds;
use rsvpd::understand::facts::{Facts, Subject};
use rsvpd::understand::language::Languages;
use rsvpd::understand::message::Message;
use rsvpd::understand::reply::ReplyText;
use serde_json::Value;
use unicode_normalization::UnicodeNormalization as _;

/// Authors that neither the words of the rules nor the tagger's weights were made from.
const UNSEEN: [&str; 9] = ["TI", "TO", "TP", "TQ", "TR", "TT", "TU", "TV", "TX"];
const FIELDS: [(Field, &str); 4] = [
    (Field::Name, "name"),
    (Field::Organization, "organization"),
    (Field::Position, "position"),
    (Field::Sessions, "sessions"),
];

/// One reading, and whether it was right.
struct Row {
    author: String,
    field: Field,
    grounds: Grounds,
    right: bool,
}

type Weights = BTreeMap<&'static str, f64>;

fn main() {
    let shared = std::env::var_os("RSVPD_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let events = events(&shared);
    let rows: Vec<Row> =
        UNSEEN.iter().flat_map(|author| rows(&shared.join("corpus/train").join(author), author, &events)).collect();
    let dev = rows_of_dev(&shared, &events);
    let mut file = String::from(
        "# How far readings are believed: a logistic model per field, see src/understand/facts/trust.rs.\n\
         # Made by `cargo run --release --example calibrate` from replies of authors that no reader was made from.\n",
    );
    for (field, name) in FIELDS {
        let own: Vec<&Row> = rows.iter().filter(|row| row.field == field).collect();
        let left_out: Vec<(f64, bool)> = UNSEEN
            .iter()
            .flat_map(|author| {
                let (test, seen): (Vec<&Row>, Vec<&Row>) = own.iter().partition(|row| row.author == *author);
                let weights = fit(&seen);
                test.into_iter().map(|row| (probability(&weights, row), row.right)).collect::<Vec<_>>()
            })
            .collect();
        let weights = fit(&own);
        let judged: Vec<(f64, bool)> =
            dev.iter().filter(|row| row.field == field).map(|row| (probability(&weights, row), row.right)).collect();
        show(name, &left_out, &judged);
        write!(file, "\n[{name}]\n").unwrap();
        for (ground, weight) in weights {
            writeln!(file, "{ground} = {weight:.3}").unwrap();
        }
    }
    fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("config/trust.toml"), file).unwrap();
}

fn events(shared: &Path) -> BTreeMap<String, Event> {
    let folders = [shared.join("events"), shared.join("events/train")];
    let files = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap()).map(|entry| entry.unwrap().path());
    files
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .map(|path| Event::from_toml(&fs::read_to_string(path).unwrap()).unwrap())
        .map(|event| (event.id.clone(), event))
        .collect()
}

fn rows_of_dev(shared: &Path, events: &BTreeMap<String, Event>) -> Vec<Row> {
    rows(&shared.join("corpus/dev"), "dev", events)
}

/// The readings of an author's mails that a person would record or ask about, each person paired by name.
fn rows(folder: &Path, author: &str, events: &BTreeMap<String, Event>) -> Vec<Row> {
    let truths = fs::read_to_string(folder.join("truth.jsonl")).unwrap();
    let mut rows = Vec::new();
    for line in truths.lines().filter(|line| !line.trim().is_empty()) {
        let line: Value = serde_json::from_str(line).unwrap();
        let truth = &line["truth"];
        if choices(&truth["action"]).iter().any(|action| *action != "record" && *action != "ask") {
            continue;
        }
        let event = &events[line["event"].as_str().unwrap()];
        let raw = fs::read(folder.join(line["file"].as_str().unwrap())).unwrap();
        let Ok(message) = Message::parse(&raw, "") else { continue };
        let invitations: Vec<&Invitation> = events.values().flat_map(|event| event.invitations.values()).collect();
        let reply = ReplyText::of(&message, &invitations);
        let facts = Facts::read(&reply, &message, event, &[], Languages::built_in());
        let people: Vec<&Value> = match truth["attendees"].as_array().unwrap().first() {
            Some(Value::Array(first)) => first.iter().collect(),
            _ => truth["attendees"].as_array().unwrap().iter().collect(),
        };
        for (number, subject) in facts.subjects.iter().enumerate() {
            let Some(person) = partner(subject, number, &people, facts.subjects.len()) else { continue };
            for (field, grounds) in &subject.grounds {
                let right = is_right(subject, *field, person, choices(&truth["kind"]).as_slice());
                rows.push(Row { author: author.to_owned(), field: *field, grounds: grounds.clone(), right });
            }
        }
    }
    rows
}

fn partner<'a>(subject: &Subject, number: usize, people: &[&'a Value], found: usize) -> Option<&'a Value> {
    if people.len() == 1 && found == 1 {
        return people.first().copied();
    }
    let name = subject.person.name.as_ref().map(|name| plain(&name.value));
    let same = people.iter().find(|person| choices(&person["name"]).iter().any(|one| one.as_str().map(plain) == name));
    same.or_else(|| people.get(number).filter(|_| people.len() == found)).copied()
}

fn is_right(subject: &Subject, field: Field, truth: &Value, kinds: &[&Value]) -> bool {
    let person = &subject.person;
    let (key, fact) = match field {
        Field::Sessions => return sessions_are_right(subject, &truth["sessions"], kinds),
        Field::Organization => ("organization", &person.organization),
        Field::Position => ("position", &person.position),
        _ => ("name", &person.name),
    };
    let wanted = choices(&truth[key]);
    match fact {
        None => wanted.iter().any(|value| value.is_null()),
        Some(fact) => {
            let values: Vec<String> = wanted.iter().filter_map(|value| value.as_str()).map(plain).collect();
            let found = plain(&fact.value);
            let parts: Vec<String> =
                fact.value.split(['(', ')', '/', ',', ';', '|']).map(plain).filter(|part| !part.is_empty()).collect();
            values.contains(&found) || (parts.len() > 1 && parts.iter().all(|part| values.contains(part)))
        }
    }
}

/// As `score.py` compares sessions.
fn sessions_are_right(subject: &Subject, truth: &Value, kinds: &[&Value]) -> bool {
    let answers: BTreeMap<&str, Answer> =
        subject.sessions.iter().flatten().map(|(session, fact)| (session.as_str(), fact.value)).collect();
    let several = truth.as_array().is_some_and(|list| list.iter().any(|item| item.is_null() || item.is_array()));
    let wanted: Vec<&Value> = if several { truth.as_array().unwrap().iter().collect() } else { vec![truth] };
    wanted.into_iter().any(|wanted| match wanted.as_array() {
        None => answers.is_empty(),
        Some(none) if none.is_empty() && answers.is_empty() => {
            kinds.iter().any(|kind| *kind == "decline" || *kind == "cancel")
        }
        Some(sessions) => {
            let yes: Vec<&str> =
                answers.iter().filter(|(_, answer)| **answer == Answer::Yes).map(|(session, _)| *session).collect();
            let mut sessions: Vec<&str> = sessions.iter().filter_map(Value::as_str).collect();
            sessions.sort_unstable();
            yes == sessions && answers.values().all(|answer| *answer != Answer::Maybe)
        }
    })
}

fn choices(value: &Value) -> Vec<&Value> {
    value.as_array().map_or_else(|| vec![value], |choices| choices.iter().collect())
}

fn plain(text: &str) -> String {
    let text: String = text.nfkc().flat_map(char::to_lowercase).collect();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text: String = text.chars().map(|c| if "‘’‛".contains(c) { '\'' } else { c }).collect();
    let text: String = text.chars().map(|c| if "–—−".contains(c) { '-' } else { c }).collect();
    text.trim_matches(|c: char| !c.is_alphanumeric()).to_owned()
}

fn probability(weights: &Weights, row: &Row) -> f64 {
    let sum: f64 = row.grounds.iter().map(|(name, value)| weights.get(name).unwrap_or(&0.0) * f64::from(*value)).sum();
    1.0 / (1.0 + (-sum).exp())
}

/// Logistic regression with a little ridge, by gradient descent with a step per weight (Rprop): few rows, few weights.
fn fit(rows: &[&Row]) -> Weights {
    let mut weights = Weights::new();
    for row in rows {
        for (name, _) in &row.grounds {
            weights.entry(name).or_default();
        }
    }
    let mut steps: BTreeMap<&'static str, (f64, f64)> = weights.keys().map(|name| (*name, (0.1, 0.0))).collect();
    for _ in 0..400 {
        let mut slopes: BTreeMap<&'static str, f64> = weights.iter().map(|(name, weight)| (*name, *weight)).collect();
        for row in rows {
            let error = probability(&weights, row) - f64::from(u8::from(row.right));
            for (name, value) in &row.grounds {
                *slopes.get_mut(name).unwrap() += error * f64::from(*value);
            }
        }
        for (name, slope) in slopes {
            let (step, before) = steps.get_mut(name).unwrap();
            let factor = if *before * slope > 0.0 { 1.2 } else { 0.5 };
            *step = if *before == 0.0 { *step } else { (*step * factor).clamp(1e-6, 1.0) };
            *before = slope;
            *weights.get_mut(name).unwrap() -= step.copysign(slope);
        }
    }
    weights
}

fn show(name: &str, left_out: &[(f64, bool)], dev: &[(f64, bool)]) {
    println!("{name}: right {:.3} of {} unseen, {:.3} of {} dev", rate(left_out), left_out.len(), rate(dev), dev.len());
    for (from, to) in
        [(0.0, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 0.95), (0.95, 0.98), (0.98, 1.1)]
    {
        let within = |rows: &[(f64, bool)]| -> Vec<(f64, bool)> {
            rows.iter().filter(|(probability, _)| *probability >= from && *probability < to).copied().collect()
        };
        let (unseen, dev) = (within(left_out), within(dev));
        println!(
            "  {from:.2} to {to:.2}: unseen {:.3} of {:>4}, dev {:.3} of {:>3}",
            rate(&unseen),
            unseen.len(),
            rate(&dev),
            dev.len()
        );
    }
}

fn rate(rows: &[(f64, bool)]) -> f64 {
    rows.iter().filter(|(_, right)| *right).count() as f64 / rows.len().max(1) as f64
}

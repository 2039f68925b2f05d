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

mod corpus;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use corpus::{UNSEEN, choices, plain};
use rsvpd::event::{Event, Field};
use rsvpd::understand::facts::Subject;
use rsvpd::understand::facts::sessions::Answer;
use rsvpd::understand::facts::trust::Grounds;
use serde_json::Value;

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
    let events = corpus::events();
    let dev = rows("dev", &events);
    let rows: Vec<Row> = UNSEEN.iter().flat_map(|author| rows(author, &events)).collect();
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

fn rows(author: &str, events: &BTreeMap<String, Event>) -> Vec<Row> {
    let mut rows = Vec::new();
    for reading in corpus::readings(author, events) {
        let kinds = choices(&reading.truth["kind"]);
        for (subject, person) in reading.pairs() {
            for (field, grounds) in &subject.grounds {
                let right = is_right(subject, *field, person, &kinds);
                rows.push(Row { author: author.to_owned(), field: *field, grounds: grounds.clone(), right });
            }
        }
    }
    rows
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

//! Fits how far readings are believed (`config/trust.toml`) on authors that the net at hand has not seen, and shows how
//! probability and truth go together, there with each author left out and on `dev`.
//!
//! ```text
//! cargo run --release --example calibrate -- see > rows.jsonl         what the judged net reads of its unseen authors and of `dev`
//! cargo run --release --example calibrate -- fit rows.jsonl           all models but `whole`, which follows from them:
//! cargo run --release --example calibrate -- fit-whole rows.jsonl     the readings seen once more
//! ```
//!
//! The corpora stand in `../shared/corpus`, or where `RSVPD_SHARED` says; our own replies where `RSVPD_REPLIES` says.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::panic,
    clippy::cast_precision_loss,
    reason = "a tool for developers: it may fail loudly"
)]

mod corpus;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use corpus::{Reading, choices, plain};
use rsvpd::event::Event;
use rsvpd::understand::decide::{self, Attendee};
use rsvpd::understand::facts::attendance::Answers;
use rsvpd::understand::facts::evidence::Fact;
use rsvpd::understand::facts::sessions::Answer;
use rsvpd::understand::facts::trust::{self, Grounds};
use rsvpd::understand::net;
use rsvpd::understand::net::witness::FIELDS;
use serde::{Deserialize, Serialize};
use serde_json::Value;

const FIELD_MODELS: [&str; 5] = ["name", "organization", "position", "sessions", "request"];

/// One reading, and whether it was right.
#[derive(Serialize, Deserialize)]
struct Row {
    author: String,
    model: String,
    grounds: Vec<(String, f32)>,
    right: bool,
    /// What was wrong with a reading as a whole.
    errors: Vec<String>,
}

type Weights = BTreeMap<String, f64>;

/// What a person should have seen.
const FOR_A_PERSON: &str = "not to be acted on";

impl Row {
    /// To act where a person should have been asked is worse than to get a word wrong.
    fn weight(&self) -> f64 {
        if self.errors.iter().any(|error| error == FOR_A_PERSON) { 3.0 } else { 1.0 }
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["see"] => see(),
        ["fit", rows] => fit_models(&FIELD_MODELS, rows),
        ["fit-whole", rows] => fit_models(&["whole"], rows),
        _ => panic!("see | fit ROWS | fit-whole ROWS"),
    }
}

fn trust_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("config/trust.toml")
}

/// Prints the readings of the authors that the judged net has not seen, with the trust of the day.
fn see() {
    assert!(net::judge_by(fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("training/judged.bin")).unwrap()));
    assert!(trust::judge_by(fs::read_to_string(trust_file()).unwrap()));
    let events = corpus::events();
    let mut authors = corpus::authors().remove("unseen").unwrap();
    authors.push("dev".to_owned());
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(author) = authors.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let rows: String =
                        rows(author, &events).iter().map(|row| serde_json::to_string(row).unwrap() + "\n").collect();
                    print!("{rows}");
                }
            });
        }
    });
}

fn fit_models(models: &[&str], file: &str) {
    let mut kept: BTreeMap<String, Weights> = toml::from_str(&fs::read_to_string(trust_file()).unwrap()).unwrap();
    let rows: Vec<Row> =
        fs::read_to_string(file).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let judged = corpus::authors().remove("unseen").unwrap();
    for name in models {
        let own: Vec<&Row> = rows.iter().filter(|row| row.model == *name).collect();
        let (dev, own): (Vec<&Row>, Vec<&Row>) = own.into_iter().partition(|row| row.author == "dev");
        let seen_by = |author: &String| -> Vec<(f64, bool)> {
            let (test, seen): (Vec<&Row>, Vec<&Row>) = own.iter().partition(|row| row.author == *author);
            let weights = fit(&seen);
            test.into_iter().map(|row| (probability(&weights, row), row.right)).collect()
        };
        let left_out: Vec<(f64, bool)> = judged.iter().flat_map(seen_by).collect();
        let weights = fit(&own);
        let dev: Vec<(f64, bool)> = dev.iter().map(|row| (probability(&weights, row), row.right)).collect();
        show(name, &left_out, &dev);
        kept.insert((*name).to_owned(), weights);
    }
    let mut text = String::from(
        "# How far readings are believed: a logistic model per field and for the whole, see src/understand/facts/trust.rs.\n\
         # Made by `cargo run --release --example calibrate` from replies of authors that the reading net had not seen.\n",
    );
    for (model, weights) in kept {
        write!(text, "\n[{model}]\n").unwrap();
        for (ground, weight) in weights {
            writeln!(text, "\"{ground}\" = {weight:.3}").unwrap();
        }
    }
    fs::write(trust_file(), text).unwrap();
}

fn rows(author: &str, events: &BTreeMap<String, Event>) -> Vec<Row> {
    let mut rows = Vec::new();
    for reading in corpus::readings(author, events) {
        let mut row = |model: &str, grounds: &Grounds, right| {
            let grounds = grounds.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
            rows.push(Row { author: author.to_owned(), model: model.to_owned(), grounds, right, errors: Vec::new() });
        };
        let kinds = choices(&reading.truth["kind"]);
        for (subject, person) in reading.pairs().into_iter().filter(|_| reading.is_decided()) {
            for field in FIELDS {
                let truth = &person[trust::key(field)];
                for value in subject.person.weighed.get(&field).into_iter().flatten() {
                    row(trust::key(field), &value.grounds, text_is_right(value.fact.as_ref(), truth));
                }
            }
            for weighed in &subject.weighed {
                let right = sessions_are_right(weighed.answers.as_ref(), &person["sessions"], &kinds);
                row("sessions", &weighed.grounds, right);
            }
        }
        if let Some(human) = reading.truth["human"].as_bool().filter(|_| reading.is_decided()) {
            row("request", &decide::asking(&reading.facts), human);
        }
        let decision = &reading.decision;
        if !decision.attendees.is_empty() && !decision.grounds.is_empty() {
            let errors = reading.errors();
            row("whole", &decision.grounds, errors.is_empty());
            if let Some(row) = rows.last_mut() {
                row.errors = errors.into_iter().map(str::to_owned).collect();
            }
        }
    }
    rows
}

fn text_is_right(fact: Option<&Fact<String>>, truth: &Value) -> bool {
    let wanted = choices(truth);
    let Some(fact) = fact else { return wanted.iter().any(|value| value.is_null()) };
    let values: Vec<String> = wanted.iter().filter_map(|value| value.as_str()).map(plain).collect();
    let found = plain(&fact.value);
    let parts: Vec<String> =
        fact.value.split(['(', ')', '/', ',', ';', '|']).map(plain).filter(|part| !part.is_empty()).collect();
    values.contains(&found) || (parts.len() > 1 && parts.iter().all(|part| values.contains(part)))
}

impl Reading {
    /// Whether the truth is an answer that a person would act on.
    fn is_decided(&self) -> bool {
        choices(&self.truth["action"]).iter().all(|action| *action == "record" || *action == "ask")
    }

    /// What would be wrong in acting on the reading; nothing if that would be right.
    fn errors(&self) -> Vec<&'static str> {
        let asks = self.decision.attendees.iter().any(|attendee| !attendee.missing.is_empty());
        let action = if asks { "ask" } else { "record" };
        let kinds = choices(&self.truth["kind"]);
        let people = self.people();
        let attendees = &self.decision.attendees;
        let errors = |attendee: &Attendee, person: &Value| -> Vec<&'static str> {
            let fields = [
                ("name", text_is_right(attendee.name.as_ref(), &person["name"])),
                ("organization", text_is_right(attendee.organization.as_ref(), &person["organization"])),
                ("position", text_is_right(attendee.position.as_ref(), &person["position"])),
                ("sessions", sessions_are_right(attendee.sessions.as_ref(), &person["sessions"], &kinds)),
            ];
            fields.into_iter().filter(|(_, right)| !right).map(|(field, _)| field).collect()
        };
        let wanted = choices(&self.truth["action"]);
        if wanted == [&"review"] {
            return vec![FOR_A_PERSON];
        }
        let mut found = Vec::new();
        if people.len() == attendees.len() {
            let least =
                |person: &&Value| attendees.iter().map(|attendee| errors(attendee, person)).min_by_key(Vec::len);
            found.extend(people.iter().filter_map(least).flatten());
        } else {
            found.push("number of people");
        }
        if !wanted.iter().any(|wanted| *wanted == action) {
            found.push("record or ask");
        }
        found
    }
}

/// As `score.py` compares sessions.
fn sessions_are_right(answers: Option<&Answers>, truth: &Value, kinds: &[&Value]) -> bool {
    let answers: BTreeMap<&str, Answer> =
        answers.into_iter().flatten().map(|(session, fact)| (session.as_str(), fact.value)).collect();
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
            weights.entry(name.clone()).or_default();
        }
    }
    let mut steps: BTreeMap<String, (f64, f64)> = weights.keys().map(|name| (name.clone(), (0.1, 0.0))).collect();
    for _ in 0..400 {
        let mut slopes = weights.clone();
        for row in rows {
            let error = row.weight() * (probability(&weights, row) - f64::from(u8::from(row.right)));
            for (name, value) in &row.grounds {
                *slopes.get_mut(name).unwrap() += error * f64::from(*value);
            }
        }
        for (name, slope) in slopes {
            let (step, before) = steps.get_mut(&name).unwrap();
            let factor = if *before * slope > 0.0 { 1.2 } else { 0.5 };
            *step = if *before == 0.0 { *step } else { (*step * factor).clamp(1e-6, 1.0) };
            *before = slope;
            *weights.get_mut(&name).unwrap() -= step.copysign(slope);
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

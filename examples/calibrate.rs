//! Fits how far readings are believed (`config/trust.toml`) on authors that no reader was made from, and shows how
//! probability and truth go together, there with each author left out and on `dev`.
//!
//! ```text
//! cargo run --release --example calibrate                all models: first the fields', then once more for `whole`
//! cargo run --release --example calibrate -- whole
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

use corpus::{Reading, UNSEEN, choices, plain};
use rsvpd::event::Event;
use rsvpd::understand::decide::{Action, Attendee, Reason};
use rsvpd::understand::facts::attendance::Answers;
use rsvpd::understand::facts::evidence::{Fact, ReasonCode};
use rsvpd::understand::facts::intent::Kind;
use rsvpd::understand::facts::sessions::Answer;
use rsvpd::understand::facts::trust::{self, Grounds};
use rsvpd::understand::net;
use rsvpd::understand::net::witness::FIELDS;
use serde_json::Value;

const MODELS: [&str; 5] = ["name", "organization", "position", "sessions", "whole"];

/// One reading, and whether it was right.
struct Row {
    author: String,
    model: &'static str,
    grounds: Grounds,
    right: bool,
}

type Weights = BTreeMap<&'static str, f64>;

fn main() {
    assert!(net::judge_by(fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("training/judged.bin")).unwrap()));
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/trust.toml");
    let weights = fs::read_to_string(&file).unwrap();
    let mut kept: BTreeMap<String, BTreeMap<String, f64>> = toml::from_str(&weights).unwrap();
    assert!(trust::judge_by(weights));
    let events = corpus::events();
    let dev = rows("dev", &events);
    let rows: Vec<Row> = UNSEEN.iter().flat_map(|author| rows(author, &events)).collect();
    for name in MODELS.into_iter().filter(|name| wanted.is_empty() || wanted.iter().any(|one| one == name)) {
        let own: Vec<&Row> = rows.iter().filter(|row| row.model == name).collect();
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
            dev.iter().filter(|row| row.model == name).map(|row| (probability(&weights, row), row.right)).collect();
        show(name, &left_out, &judged);
        kept.insert(name.to_owned(), weights.into_iter().map(|(ground, weight)| (ground.to_owned(), weight)).collect());
    }
    let mut text = String::from(
        "# How far readings are believed: a logistic model per field and for the whole, see src/understand/facts/trust.rs.\n\
         # Made by `cargo run --release --example calibrate` from replies of authors that no reader was made from.\n",
    );
    for (model, weights) in kept {
        write!(text, "\n[{model}]\n").unwrap();
        for (ground, weight) in weights {
            writeln!(text, "\"{ground}\" = {weight:.3}").unwrap();
        }
    }
    fs::write(file, text).unwrap();
}

fn rows(author: &str, events: &BTreeMap<String, Event>) -> Vec<Row> {
    let mut rows = Vec::new();
    for reading in corpus::readings(author, events) {
        let mut row = |model, grounds: &Grounds, right| {
            rows.push(Row { author: author.to_owned(), model, grounds: grounds.clone(), right });
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
        let decision = &reading.decision;
        if !decision.attendees.is_empty() && reading.is_undoubted() {
            row("whole", &decision.grounds, reading.is_right());
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

    /// Whether nothing but its likelihood holds the mail back.
    fn is_undoubted(&self) -> bool {
        let reasons = &self.decision.reasons;
        let weak = |reason: &Reason| reason.detail.starts_with("what was read is right with probability");
        self.decision.action != Action::Review
            || reasons.iter().any(weak) && {
                let held = |reason: &&Reason| {
                    !weak(reason) && !matches!(reason.code, ReasonCode::Question | ReasonCode::SpecialRequest)
                };
                !reasons.iter().any(|reason| held(&reason))
                    && !matches!(self.decision.kind, Kind::Question | Kind::Unrelated)
            }
    }

    /// Whether acting on the reading would be right.
    fn is_right(&self) -> bool {
        let asks = self.decision.attendees.iter().any(|attendee| !attendee.missing.is_empty());
        let action = if asks { "ask" } else { "record" };
        let kinds = choices(&self.truth["kind"]);
        let people = self.people();
        let attendees = &self.decision.attendees;
        let right = |attendee: &Attendee, person: &Value| {
            text_is_right(attendee.name.as_ref(), &person["name"])
                && text_is_right(attendee.organization.as_ref(), &person["organization"])
                && text_is_right(attendee.position.as_ref(), &person["position"])
                && sessions_are_right(attendee.sessions.as_ref(), &person["sessions"], &kinds)
        };
        choices(&self.truth["action"]).iter().any(|wanted| *wanted == action)
            && people.len() == attendees.len()
            && people.iter().all(|person| attendees.iter().any(|attendee| right(attendee, person)))
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

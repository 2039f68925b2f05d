//! Makes the weights of the second opinion on session answers (`config/opinion.bin`) from the training corpora; the
//! unseen authors are left out.
//!
//! ```text
//! cargo run --release --example train_opinion
//! ```
//!
//! Training is deterministic: the same corpora and readers give the same bytes. Run `calibrate` afterwards.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a tool for developers: it may fail loudly"
)]

mod corpus;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use rsvpd::event::Event;
use rsvpd::understand::facts::opinion::{BUCKETS, CLASSES, Model, Sight, softmax};
use serde_json::Value;

const EPOCHS: usize = 15;
/// Step of AdaGrad; ridge per step.
const STEP: f32 = 0.08;
const RIDGE: f32 = 2e-4;

fn main() {
    let events = corpus::events();
    let seen: Vec<(Sight, usize)> =
        corpus::authors(false).iter().flat_map(|author| examples(author, &events)).collect();
    let unseen: Vec<(Sight, usize)> =
        corpus::authors(true).iter().flat_map(|author| examples(author, &events)).collect();
    let mut weights = vec![[0.0_f32; CLASSES]; BUCKETS];
    let mut squares = vec![[1e-3_f32; CLASSES]; BUCKETS];
    let mut order: Vec<usize> = (0..seen.len()).collect();
    let mut chance = fastrand::Rng::with_seed(1);
    for epoch in 1..=EPOCHS {
        chance.shuffle(&mut order);
        for at in &order {
            let (sight, class) = &seen[*at];
            let chances = guess(&weights, sight);
            for bucket in sight {
                for (number, chance) in chances.iter().enumerate() {
                    let error = chance - if number == *class { 1.0 } else { 0.0 };
                    let slope = error + RIDGE * weights[*bucket][number];
                    squares[*bucket][number] += slope * slope;
                    weights[*bucket][number] -= STEP * slope / squares[*bucket][number].sqrt();
                }
            }
        }
        println!(
            "epoch {epoch}: right {:.3} of seen, {:.3} of unseen",
            right(&weights, &seen),
            right(&weights, &unseen)
        );
    }
    let bytes = Model::of(&weights).to_bytes();
    fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("config/opinion.bin"), &bytes).unwrap();
    println!("config/opinion.bin: {} bytes from {} sessions", bytes.len(), seen.len());
}

/// What is seen of each session in an author's mails, and what is true of it.
fn examples(author: &str, events: &BTreeMap<String, Event>) -> Vec<(Sight, usize)> {
    let mut examples = Vec::new();
    for reading in corpus::readings(author, events) {
        let event = &events[&reading.event];
        for (subject, person) in reading.pairs() {
            let truth = &person["sessions"];
            let several =
                truth.as_array().is_some_and(|list| list.iter().any(|item| item.is_null() || item.is_array()));
            let truth = if several { &truth[0] } else { truth };
            for (session, sight) in event.sessions.iter().zip(&subject.sights) {
                let class = match truth {
                    Value::Array(yes) if yes.iter().any(|one| *one == session.id.as_str()) => 0,
                    Value::Array(_) => 1,
                    _ => 2,
                };
                examples.push((sight.clone(), class));
            }
        }
    }
    examples
}

fn guess(weights: &[[f32; CLASSES]], sight: &Sight) -> [f32; CLASSES] {
    let mut sums = [0.0; CLASSES];
    for bucket in sight {
        for (sum, weight) in sums.iter_mut().zip(weights[*bucket]) {
            *sum += weight;
        }
    }
    softmax(sums)
}

fn right(weights: &[[f32; CLASSES]], examples: &[(Sight, usize)]) -> f32 {
    let right = examples.iter().filter(|(sight, class)| {
        let chances = guess(weights, sight);
        (0..CLASSES).all(|other| other == *class || chances[other] < chances[*class])
    });
    right.count() as f32 / examples.len().max(1) as f32
}

//! Makes the tagger's weights from the corpora, and measures them on authors that they have not seen.
//!
//! ```text
//! cargo run --release --example train_tagger            writes config/tagger.bin
//! cargo run --release --example train_tagger -- --folds leaves authors out, prints the figures, writes nothing
//! ```
//!
//! The authors of `UNSEEN` are never trained on: whatever is calibrated, thresholded or reported is judged on them.
//! The corpora stand in `../shared/corpus/train`, or where `RSVPD_SHARED` says. Training is deterministic: the same
//! corpora give the same bytes.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    reason = "a tool for developers: it may fail loudly"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crfs::Attribute;
use crfs::train::Trainer;
use rsvpd::event::Field;
use rsvpd::understand::message::Mailbox;
use rsvpd::understand::tagger::crf::TAGS;
use rsvpd::understand::tagger::weights::Weights;
use rsvpd::understand::tagger::{FIELDS, MAX_TOKENS, feature, tag_with, token};
use serde_json::Value;

const FOLDS: usize = 6;

/// Kept for judging, here and in `tests/corpus.rs`.
const UNSEEN: [&str; 9] = ["TI", "TO", "TP", "TQ", "TR", "TT", "TU", "TV", "TX"];

struct Reply {
    author: String,
    text: String,
    from: Mailbox,
    truth: Value,
}

fn main() {
    let replies = read(&corpus());
    println!("{} replies", replies.len());
    if std::env::args().any(|argument| argument == "--folds") {
        leave_authors_out(&replies);
    } else {
        let weights =
            train(&replies.iter().filter(|reply| !UNSEEN.contains(&reply.author.as_str())).collect::<Vec<_>>());
        let bytes = weights.to_bytes();
        fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("config/tagger.bin"), &bytes).unwrap();
        println!("config/tagger.bin: {} bytes", bytes.len());
    }
}

fn corpus() -> PathBuf {
    let shared = std::env::var_os("RSVPD_SHARED");
    shared.map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from).join("corpus/train")
}

fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().filter(|line| !line.trim().is_empty()).map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn read(corpus: &Path) -> Vec<Reply> {
    let mut folders: Vec<PathBuf> = fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    let mut replies = Vec::new();
    for folder in folders {
        let typed: BTreeMap<String, Value> = lines(&folder.join("typed.jsonl"))
            .into_iter()
            .map(|line| (line["file"].as_str().unwrap().to_owned(), line))
            .collect();
        for line in lines(&folder.join("truth.jsonl")) {
            let typed = &typed[line["file"].as_str().unwrap()];
            let Some(text) = typed["typed"].as_str() else { continue };
            if line["truth"]["attendees"][0].is_null() {
                continue;
            }
            replies.push(Reply {
                author: folder.file_name().unwrap().to_string_lossy().into_owned(),
                text: text.to_owned(),
                from: mailbox(typed["from"].as_str().unwrap_or_default()),
                truth: line["truth"].clone(),
            });
        }
    }
    replies
}

fn mailbox(from: &str) -> Mailbox {
    let (name, address) = from.rsplit_once('<').unwrap_or(("", from));
    let name = name.trim().trim_matches('"').to_owned();
    Mailbox { name: (!name.is_empty()).then_some(name), address: address.trim_end_matches('>').trim().to_lowercase() }
}

/// The values that are right, longest first.
fn values(person: &Value, field: Field) -> Vec<&str> {
    let key = match field {
        Field::Organization => "organization",
        Field::Position => "position",
        _ => "name",
    };
    let mut values: Vec<&str> = match &person[key] {
        Value::Array(choices) => choices.iter().filter_map(Value::as_str).collect(),
        value => value.as_str().into_iter().collect(),
    };
    values.sort_by_key(|value| std::cmp::Reverse(value.len()));
    values
}

fn people(truth: &Value) -> Vec<&Value> {
    let people = truth["attendees"].as_array().unwrap();
    match people.first() {
        Some(Value::Array(first)) => first.iter().collect(),
        _ => people.iter().collect(),
    }
}

/// Every place of a value in the text, white space and case aside.
fn places(text: &str, value: &str) -> Vec<(usize, usize)> {
    let letters: Vec<String> =
        value.chars().filter(|c| !c.is_whitespace()).map(|c| regex::escape(&c.to_string())).collect();
    let pattern = regex::Regex::new(&format!("(?i){}", letters.join(r"\s*"))).unwrap();
    pattern.find_iter(text).map(|found| (found.start(), found.end())).collect()
}

fn labels(reply: &Reply, tokens: &[token::Token<'_>]) -> Vec<usize> {
    let mut labels = vec![0; tokens.len()];
    for person in people(&reply.truth) {
        for (number, field) in FIELDS.iter().enumerate() {
            let found = values(person, *field).into_iter().map(|value| places(&reply.text, value));
            for (start, end) in found.into_iter().find(|places| !places.is_empty()).unwrap_or_default() {
                let inside: Vec<usize> = (0..tokens.len())
                    .filter(|at| tokens[*at].start >= start && tokens[*at].end <= end && tokens[*at].text != "\n")
                    .collect();
                if inside.iter().all(|at| labels[*at] == 0) {
                    for (order, at) in inside.into_iter().enumerate() {
                        labels[at] = number * 2 + if order == 0 { 1 } else { 2 };
                    }
                }
            }
        }
    }
    labels
}

fn train(replies: &[&Reply]) -> Weights {
    let mut trainer = Trainer::l2sgd();
    trainer.params_mut().set_c2(0.5).unwrap();
    trainer.params_mut().set_max_iterations(25).unwrap();
    trainer.set_feature_minfreq(2.0).unwrap();
    // The first sequence fixes the numbering of the tags.
    let all: Vec<String> = (0..TAGS).map(|tag| tag.to_string()).collect();
    trainer.append(&vec![Vec::<Attribute>::new(); TAGS], &all).unwrap();
    for reply in replies {
        let tokens = token::tokens(&reply.text, MAX_TOKENS);
        let tags: Vec<String> = labels(reply, &tokens).iter().map(usize::to_string).collect();
        let items: Vec<Vec<Attribute>> = feature::features(&reply.text, &tokens, Some(&reply.from))
            .into_iter()
            .map(|features| features.into_iter().map(|hash| Attribute::new(hash.to_string(), 1.0)).collect())
            .collect();
        trainer.append(&items, &tags).unwrap();
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    trainer.train(file.path()).unwrap();
    let bytes = fs::read(file.path()).unwrap();
    let mut dump = Vec::new();
    crfs::Model::new(&bytes).unwrap().dump(&mut dump).unwrap();
    weights(&String::from_utf8(dump).unwrap())
}

/// Reads the trainer's dump: lines "(type) from --> to: weight", type 0 a feature's, 1 a transition's.
fn weights(dump: &str) -> Weights {
    let line = regex::Regex::new(r"\(([01])\) (\S+) --> (\S+): (\S+)").unwrap();
    let mut transitions = [[0.0; TAGS]; TAGS];
    let mut features: BTreeMap<u32, Vec<(u8, f32)>> = BTreeMap::new();
    for found in line.captures_iter(dump) {
        let (from, tag, weight) = (&found[2], found[3].parse::<usize>().unwrap(), found[4].parse().unwrap());
        if &found[1] == "1" {
            transitions[from.parse::<usize>().unwrap()][tag] = weight;
        } else {
            features.entry(from.parse().unwrap()).or_default().push((u8::try_from(tag).unwrap(), weight));
        }
    }
    assert!(!features.is_empty(), "no weight in the dump: {}", &dump[..dump.len().min(500)]);
    Weights::of(transitions, features.into_iter().collect())
}

fn plain(text: &str) -> String {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
    text.trim_matches(|c: char| !c.is_alphanumeric()).to_owned()
}

fn leave_authors_out(replies: &[Reply]) {
    let mut authors: Vec<&str> = replies.iter().map(|reply| reply.author.as_str()).collect();
    authors.dedup();
    let mut guesses: Vec<(Field, f32, bool)> = Vec::new();
    let mut wanted: BTreeMap<Field, usize> = BTreeMap::new();
    let begun = std::time::Instant::now();
    for fold in 0..FOLDS {
        let left_out: Vec<&str> = authors.iter().skip(fold).step_by(FOLDS).copied().collect();
        let (test, seen): (Vec<&Reply>, Vec<&Reply>) =
            replies.iter().partition(|reply| left_out.contains(&reply.author.as_str()));
        let weights = train(&seen);
        for reply in test {
            let [person] = people(&reply.truth)[..] else { continue };
            let tagged = tag_with(&weights, &reply.text, Some(&reply.from)).spans;
            for field in FIELDS {
                let right: Vec<String> = values(person, field).into_iter().map(plain).collect();
                let there = right.iter().any(|value| plain(&reply.text).contains(value.as_str()));
                if !there {
                    continue;
                }
                *wanted.entry(field).or_default() += 1;
                let best = tagged
                    .iter()
                    .filter(|tagged| tagged.field == field)
                    .max_by(|one, other| one.probability.total_cmp(&other.probability));
                if let Some(best) = best {
                    guesses.push((field, best.probability, right.contains(&plain(best.span.of(&reply.text)))));
                }
            }
        }
        println!("fold {fold} without {left_out:?}, {:?}", begun.elapsed());
    }
    for field in FIELDS {
        let of: Vec<_> = guesses.iter().filter(|guess| guess.0 == field).collect();
        let right = of.iter().filter(|guess| guess.2).count();
        let all = wanted[&field];
        println!("{field:?}: right {:.3}, nothing {:.3}, of {all}", ratio(right, all), 1.0 - ratio(of.len(), all));
    }
    guesses.sort_by(|one, other| other.1.total_cmp(&one.1));
    for tenth in 1..=10 {
        let surest = &guesses[..guesses.len() * tenth / 10];
        let wrong = surest.iter().filter(|guess| !guess.2).count();
        let limit = surest.last().map_or(1.0, |guess| guess.1);
        println!("surest {tenth}0 %: wrong {:.3}, probability from {limit:.3}", ratio(wrong, surest.len()));
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of thousands")]
fn ratio(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

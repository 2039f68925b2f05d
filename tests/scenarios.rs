//! Conversations: several mails to one mailbox, and what must be true afterwards, run with the real binary.
//!
//! Our own stand in `tests/scenarios/<name>/`: mails in name order, and `expected.toml` with the keys of the corpus'
//! `scenario.json` (`acks`, `review`, `registry`; an absent key of a record is one that it must not have). Those of
//! `../shared/corpus/dev-scenarios` are run where they are beside the project; `RSVPD_SHARED` names another place.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test may fail loudly, and says why"
)]

#[path = "scenarios/compare.rs"]
mod compare;
#[path = "scenarios/play.rs"]
mod play;
#[path = "scenarios/read.rs"]
mod read;

use std::path::{Path, PathBuf};

use play::Stage;
use read::Scenario;

/// How many of the corpus' scenarios must pass; it only ever rises.
const FLOOR: usize = 6;

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn folders(place: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(place).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    folders.sort();
    assert!(!folders.is_empty(), "{} holds no scenario", place.display());
    folders
}

/// Runs scenarios two at a time and prints what was wrong with each; returns how many passed.
fn run(scenarios: &[Scenario], stage: &Stage) -> usize {
    let failures = |half: &[Scenario]| half.iter().map(|scenario| stage.play(scenario)).collect::<Vec<_>>();
    let failures: Vec<Vec<String>> = std::thread::scope(|scope| {
        let halves = scenarios.chunks(scenarios.len().div_ceil(2));
        let workers: Vec<_> = halves.map(|half| scope.spawn(|| failures(half))).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    for (scenario, failures) in scenarios.iter().zip(&failures) {
        println!("{} {}: {}", if failures.is_empty() { "ok  " } else { "FAIL" }, scenario.id, scenario.title);
        failures.iter().for_each(|failure| println!("       {failure}"));
    }
    failures.iter().filter(|failures| failures.is_empty()).count()
}

#[test]
fn our_own_conversations_end_as_they_should() {
    let stage = Stage { events: here().join("deploy/demo/events"), mailbox: "rsvp@lighthouse.example" };
    let scenarios: Vec<Scenario> = folders(&here().join("tests/scenarios")).iter().map(|at| read::own(at)).collect();
    assert_eq!(run(&scenarios, &stage), scenarios.len());
}

#[test]
fn the_scenarios_of_the_corpus_pass_at_least_as_before() {
    let shared = std::env::var_os("RSVPD_SHARED").map_or_else(|| here().join("../shared"), PathBuf::from);
    let place = shared.join("corpus/dev-scenarios");
    if !place.is_dir() {
        println!("{} is not there: no scenario of a corpus is run", place.display());
        return;
    }
    let stage = Stage { events: shared.join("events"), mailbox: "rsvp@nkhr-conference.example" };
    let scenarios: Vec<Scenario> = folders(&place).iter().map(|at| read::of_corpus(at)).collect();
    let passed = run(&scenarios, &stage);
    println!("{passed} of {} scenarios pass", scenarios.len());
    assert!(passed >= FLOOR, "only {passed} of {} scenarios pass", scenarios.len());
}

//! Scores mails with the corpora's own `score.py`.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rsvpd::event::Event;
use rsvpd::understand::offline::{self, Options};
use serde_json::Value;

pub fn shared() -> Option<PathBuf> {
    let place = std::env::var_os("RSVPD_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    if place.join("corpus").is_dir() {
        return Some(place);
    }
    println!("{} holds no corpus: nothing is scored here", place.display());
    None
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("could not read {}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{} holds no .{extension}", folder.display());
    files
}

fn events(shared: &Path) -> Vec<Event> {
    [shared.join("events"), shared.join("events/train")]
        .iter()
        .flat_map(|folder| files(folder, "toml"))
        .map(|path| Event::from_toml(&fs::read_to_string(&path).unwrap()).unwrap())
        .collect()
}

/// The figures of folders of mails, as `score.py --json` gives them.
pub fn score(shared: &Path, folders: &[PathBuf]) -> Value {
    let events = events(shared);
    let mails: Vec<PathBuf> = folders.iter().flat_map(|folder| files(folder, "eml")).collect();
    let parse = |half: &[PathBuf]| {
        let understood = |path: &PathBuf| {
            let raw = fs::read(path).unwrap();
            let file = path.file_name().unwrap().to_string_lossy();
            offline::read(&raw, &events, &Options::default()).to_json(&file).to_string()
        };
        half.iter().map(understood).collect::<Vec<_>>()
    };
    let lines: Vec<String> = std::thread::scope(|scope| {
        let halves = mails.chunks(mails.len().div_ceil(2));
        let workers: Vec<_> = halves.map(|half| scope.spawn(|| parse(half))).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    let mut command = Command::new("python3");
    command.arg(shared.join("corpus/score.py")).arg("--truth");
    command.args(folders.iter().map(|folder| folder.join("truth.jsonl")));
    let mut child = command
        .args(["--output", "-", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 is needed to score the corpora");
    child.stdin.take().unwrap().write_all(lines.join("\n").as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

pub fn show(title: &str, group: &Value) -> BTreeMap<String, f64> {
    let names = ["right_alone", "silent_error", "review_recall", "human_recall", "ignore_safety"];
    let figures: BTreeMap<String, f64> =
        names.iter().filter_map(|name| Some(((*name).to_owned(), group[*name]["value"].as_f64()?))).collect();
    println!("{title:<10} {:>5} {figures:.3?}", group["messages"]);
    figures
}

//! Reads a scenario: our own, or one of the corpus.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// Mails, and what must be true afterwards.
pub struct Scenario {
    pub id: String,
    pub title: String,
    pub event: String,
    pub mails: Vec<Mail>,
    /// The records of the event in the end.
    pub registry: Vec<Value>,
    /// By mail: the kinds of acknowledgement of which any is right.
    pub acks: BTreeMap<String, Vec<String>>,
    /// Mails that must wait for a human in the end.
    pub review: Vec<String>,
    /// Mails that may.
    pub review_optional: Vec<String>,
}

/// A mail of a scenario.
pub struct Mail {
    pub id: String,
    pub file: PathBuf,
}

/// A folder of `tests/scenarios`: a mail's id is its file's name.
pub fn own(folder: &Path) -> Scenario {
    let expected = std::fs::read_to_string(folder.join("expected.toml")).unwrap();
    let expected: Value = serde_json::to_value(toml::from_str::<toml::Table>(&expected).unwrap()).unwrap();
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut mails: Vec<Mail> = files
        .filter(|file| file.extension().is_some_and(|extension| extension == "eml"))
        .map(|file| Mail { id: file.file_stem().unwrap().to_string_lossy().into_owned(), file })
        .collect();
    mails.sort_by(|one, other| one.file.cmp(&other.file));
    let id = folder.file_name().unwrap().to_string_lossy().into_owned();
    scenario(id, "harbour-talks", mails, &expected)
}

/// A folder of the corpus.
pub fn of_corpus(folder: &Path) -> Scenario {
    let expected: Value = serde_json::from_slice(&std::fs::read(folder.join("scenario.json")).unwrap()).unwrap();
    let mails = list(&expected["messages"])
        .into_iter()
        .map(|mail| Mail { id: text(&mail["id"]), file: folder.join(text(&mail["file"])) })
        .collect();
    scenario(text(&expected["id"]), &text(&expected["event"]), mails, &expected)
}

fn scenario(id: String, event: &str, mails: Vec<Mail>, expected: &Value) -> Scenario {
    let acks = expected["acks"].as_object().unwrap().iter();
    Scenario {
        title: text(&expected["title"]),
        event: event.to_owned(),
        registry: list(&expected["registry"]),
        acks: acks.map(|(mail, kinds)| (mail.clone(), texts(kinds))).collect(),
        review: texts(&expected["review"]),
        review_optional: texts(&expected["review_optional"]),
        id,
        mails,
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

/// A text, or a list of texts.
fn texts(value: &Value) -> Vec<String> {
    value.as_str().map_or_else(|| list(value).iter().map(text).collect(), |only| vec![only.to_owned()])
}

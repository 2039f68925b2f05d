//! Whether a record is the one that is wanted; texts and sessions as the corpus' `score.py` compares them.

use std::collections::BTreeSet;

use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

const TEXTS: [&str; 4] = ["name", "organization", "position", "email"];

/// Whether the record found is what is wanted. A wanted list means: any of its values.
pub fn is_record(wanted: &Value, found: &Value) -> bool {
    TEXTS.iter().all(|key| choices(&wanted[key]).iter().any(|value| normal(value) == normal(&found[key])))
        && choices(&wanted["status"]).contains(&&found["status"])
        && session_choices(&wanted["sessions"]).iter().any(|choice| are_sessions(choice, found))
}

/// A record on one line, for people.
pub fn short(record: &Value) -> String {
    let keys = TEXTS.iter().chain(&["sessions", "status"]);
    keys.map(|key| record[key].to_string()).collect::<Vec<_>>().join(", ")
}

fn choices(value: &Value) -> Vec<&Value> {
    value.as_array().map_or_else(|| vec![value], |values| values.iter().collect())
}

/// The same for sessions, where a plain list is one value: the sessions attended.
fn session_choices(value: &Value) -> Vec<&Value> {
    let several = |values: &Vec<Value>| values.iter().any(|value| !value.is_string());
    value.as_array().filter(|values| several(values)).map_or_else(|| vec![value], |values| values.iter().collect())
}

fn are_sessions(wanted: &Value, found: &Value) -> bool {
    let Some(wanted) = wanted.as_array() else { return found["sessions"].is_null() };
    let withdrawn = found["status"] == "cancelled" || found["status"] == "declined";
    let Some(answers) = found["sessions"].as_object() else { return wanted.is_empty() && withdrawn };
    let attended: BTreeSet<&str> =
        answers.iter().filter(|(_, answer)| *answer == "yes").map(|(session, _)| session.as_str()).collect();
    let wanted: BTreeSet<&str> = wanted.iter().filter_map(Value::as_str).collect();
    attended == wanted && answers.values().all(|answer| answer == "yes" || answer == "no")
}

/// Without case, spaces and punctuation around it.
fn normal(value: &Value) -> String {
    let text: String = value.as_str().unwrap_or_default().nfkc().flat_map(char::to_lowercase).collect();
    let words =
        text.split_whitespace().collect::<Vec<_>>().join(" ").replace(['‘', '’'], "'").replace(['“', '”', '„'], "\"");
    words.trim_matches(|c: char| !c.is_alphanumeric()).to_owned()
}

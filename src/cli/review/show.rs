//! `rsvpd review show`: reasons in words, and side by side what the sender typed and what rsvpd proposes.

use serde_json::Value;

use super::corrections::proposal;
use crate::cli::attendees::facts;
use crate::cli::terminal::{self, Out, Tone, width};
use crate::cli::{when, with_store, word};
use crate::config::Config;
use crate::store::{ReviewItem, ReviewState};

pub(super) fn show(config: &Config, id: i64) -> anyhow::Result<()> {
    let item = with_store(config, async |store| Ok(store.review_show(id).await?))?;
    let mut out = Out::new();
    head(&mut out, &item)?;
    let typed = terminal::lines(&item.reply_text);
    let proposed = proposed(&item.attendees);
    match console::Term::stdout().size_checked() {
        Some((_, columns)) if out.is_terminal && columns >= 80 => {
            side_by_side(&mut out, &typed, &proposed, usize::from(columns))?;
        }
        _ => {
            typed.iter().try_for_each(|line| out.line(&format!("text\t{line}")))?;
            proposed.iter().try_for_each(|line| out.line(&format!("proposal\t{line}")))?;
        }
    }
    Ok(out.flush()?)
}

fn head(out: &mut Out, item: &ReviewItem) -> std::io::Result<()> {
    let entry = &item.entry;
    let state = match (&item.decided, item.state) {
        (Some((by, at)), state) => format!("{} by {by}, {}", word(&state), when(*at)),
        (None, ReviewState::Open) if entry.blocking => "open: nothing was recorded, staff decide".to_owned(),
        (None, _) => "open: it was recorded, staff are to see it".to_owned(),
    };
    for (name, value) in [
        ("item", entry.id.to_string()),
        ("state", state),
        ("note", item.note.clone().unwrap_or_default()),
        ("received", when(entry.received_at)),
        ("event", entry.event.clone().unwrap_or_else(|| "unclear".to_owned())),
        ("kind", word(&entry.kind)),
        ("contact", item.contact.clone().unwrap_or_else(|| "none: it is not answered".to_owned())),
        ("message", entry.message_id.clone().unwrap_or_default()),
    ] {
        if !value.is_empty() {
            out.pair(name, &terminal::one_line(&value))?;
        }
    }
    for reason in &entry.reasons {
        let detail = terminal::one_line(&reason.detail);
        let text = out.tone(Tone::Doubtful, &detail);
        out.pair("reason", &format!("{}: {text}", word(&reason.code)))?;
    }
    Ok(())
}

fn proposed(attendees: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    for (number, one) in (1..).zip(proposal(attendees)) {
        lines.push(format!("attendee {number}"));
        let told = facts(&one).into_iter().map(|(name, value)| {
            format!("  {name:<13} {}", if value.is_empty() { "–".to_owned() } else { terminal::one_line(&value) })
        });
        lines.extend(told);
    }
    if lines.is_empty() {
        lines.push("nobody".to_owned());
    }
    lines
}

fn side_by_side(out: &mut Out, left: &[String], right: &[String], columns: usize) -> std::io::Result<()> {
    let half = (columns / 2).saturating_sub(2);
    let left: Vec<String> = left.iter().flat_map(|line| wrapped(line, half)).collect();
    let right: Vec<String> = right.iter().flat_map(|line| wrapped(line, half)).collect();
    out.line("")?;
    let title = out.tone(Tone::Heading, &row("what the sender typed", "what rsvpd proposes", half));
    out.line(&title)?;
    (0..left.len().max(right.len())).try_for_each(|number| {
        let side = |lines: &[String]| lines.get(number).cloned().unwrap_or_default();
        out.line(&row(&side(&left), &side(&right), half))
    })
}

fn row(left: &str, right: &str, half: usize) -> String {
    let padding = " ".repeat(half.saturating_sub(width(left)));
    format!("{left}{padding} │ {right}").trim_end().to_owned()
}

/// A line broken at spaces, or where it must be, into pieces that fit.
fn wrapped(line: &str, columns: usize) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for word in line.split_inclusive(' ') {
        let used = pieces.last().map_or(0, |piece| width(piece));
        if used > 0 && used.saturating_add(width(word.trim_end())) > columns {
            pieces.push(String::new());
        }
        for c in word.chars() {
            if pieces.last().is_some_and(|piece| width(piece) >= columns.saturating_sub(1) && c != ' ') {
                pieces.push(String::new());
            }
            if let Some(piece) = pieces.last_mut() {
                piece.push(c);
            }
        }
    }
    pieces.iter().map(|piece| piece.trim_end().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_broken_at_spaces_and_a_long_word_where_it_must_be() {
        for (line, expected) in [
            ("", vec![""]),
            ("short", vec!["short"]),
            ("one two three", vec!["one two", "three"]),
            ("  name         Anna", vec!["  name", "Anna"]),
            ("abcdefghijkl", vec!["abcdefgh", "ijkl"]),
            ("김철수입니다요", vec!["김철수입", "니다요"]),
        ] {
            let pieces = wrapped(line, 9);
            assert!(pieces.iter().all(|piece| width(piece) <= 9), "{pieces:?}");
            if !line.starts_with(' ') {
                assert_eq!(pieces, expected);
            }
            let kept: String = pieces.concat().chars().filter(|c| *c != ' ').collect();
            assert_eq!(kept, line.replace(' ', ""), "nothing is lost");
        }
    }

    #[test]
    fn a_proposal_shows_what_is_unknown_too() {
        let attendees = serde_json::json!([{"name": "Anna", "sessions": {"dinner": "yes"}}]);
        let lines = proposed(&attendees);
        assert!(lines.contains(&"  sessions      dinner yes".to_owned()), "{lines:?}");
        assert!(lines.contains(&"  position      –".to_owned()), "{lines:?}");
        assert_eq!(proposed(&serde_json::json!([])), ["nobody"]);
    }
}

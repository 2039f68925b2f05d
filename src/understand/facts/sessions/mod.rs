//! Which sessions are answered, and how: every mention is resolved against the event and gets its polarity from its
//! clause.
//!
//! | step | file |
//! | --- | --- |
//! | where one thought ends | `sentences` |
//! | days, names, cues of coming and not, joints between clauses | `calendar`, `names`, `pieces` |
//! | references that stand together or need another | `resolve` |
//! | which reference belongs to which cue | `clauses` |
//! | what follows for one person | `answers` |

mod answers;
mod calendar;
mod clauses;
mod names;
mod pieces;
mod resolve;
mod sentences;
mod words;

use std::collections::BTreeSet;

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use super::evidence::{Evidence, ReasonCode, Signal, Source};
use crate::event::Event;
use crate::understand::language::Languages;
use crate::understand::message::Message;
use crate::understand::reply::ReplyText;

use clauses::{Said, Statement};
use names::Names;

pub use words::Words;

/// A session answer (contract).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// Comes.
    Yes,
    /// Does not come.
    No,
    /// Undecided.
    Maybe,
}

/// One place where the mail says something about sessions.
#[derive(Debug, Clone, PartialEq)]
pub struct Mention {
    /// The sessions that it is about; all of the event's for "both" or "everything".
    pub sessions: Vec<String>,
    /// What it says of them.
    pub answer: Answer,
    /// "only": the sessions not named are a no.
    pub exclusive: bool,
    /// It corrects what was said before it ("actually, make that both").
    pub corrects: bool,
    /// Where, and how sure.
    pub evidence: Evidence,
}

/// All that the mail says about sessions.
#[derive(Debug, Clone, Default)]
pub struct SessionReading {
    /// In the order of the text.
    pub mentions: Vec<Mention>,
    /// Contradictions, conditions, unknown sessions (a date or title that the event does not have), …
    pub signals: Vec<Signal>,
}

/// Reads what is said about sessions. `sent` is the sender's local time of writing, for "tomorrow" and "next Monday".
#[must_use]
pub fn read(
    reply: &ReplyText,
    message: &Message,
    event: &Event,
    sent: Option<DateTime>,
    languages: &Languages,
) -> SessionReading {
    let _ = message;
    let body = reply.body();
    let found = languages.found_in(body);
    let words: Vec<&Words> = found.iter().map(|language| &language.sessions).collect();
    let names = Names::of(event, &words);
    let abbreviations: Vec<&str> = words.iter().flat_map(|words| &words.abbreviations).map(String::as_str).collect();
    let day_stop = words.iter().any(|words| words.day_marks.iter().any(|mark| mark == "."));
    let sentences = sentences::sentences(body, &abbreviations, day_stop);
    let pieces = pieces::collect(body, event, &words, &names, sent);
    let resolved = resolve::resolve(body, &sentences, pieces, event);
    let verb_final = words.first().is_some_and(|words| words.verb_final);
    let statements = match verb_final {
        true => clauses::by_verb_end(body, &sentences, &resolved.pieces),
        false => clauses::by_clause(body, &sentences, &resolved.pieces),
    };
    let mentions = mentions(body, event, &statements);
    let signals = resolved
        .contradictions
        .iter()
        .map(|span| Signal {
            code: ReasonCode::Contradiction,
            detail: format!("\"{}\" names a day and a session that do not belong together", span.of(body)),
            span: Some(*span),
        })
        .collect();
    SessionReading { mentions, signals }
}

fn mentions(body: &str, event: &Event, statements: &[Statement]) -> Vec<Mention> {
    let decided: BTreeSet<usize> = statements
        .iter()
        .filter(|statement| matches!(statement.said, Said::Yes | Said::No | Said::Maybe))
        .flat_map(|statement| statement.sessions.iter().copied())
        .collect();
    let mention = |statement: &Statement| {
        let answer = match statement.said {
            Said::Yes => Answer::Yes,
            Said::No => Answer::No,
            Said::Maybe => Answer::Maybe,
            Said::Nothing if statement.sessions.is_disjoint(&decided) => Answer::Yes,
            Said::Nothing | Said::Busy => return None,
        };
        let ids = statement.sessions.iter().filter_map(|index| event.sessions.get(*index));
        Some(Mention {
            sessions: ids.map(|session| session.id.clone()).collect(),
            answer,
            exclusive: statement.only,
            corrects: statement.corrects,
            evidence: Evidence {
                source: Source::Prose,
                text: statement.span.of(body).to_string(),
                span: Some(statement.span),
                confidence: statement.confidence,
                rule: statement.rule,
            },
        })
    };
    statements.iter().filter_map(mention).collect()
}

//! Which sessions are answered, and how: every mention is resolved against the event and gets its polarity from its
//! clause.
//!
//! | step | file |
//! | --- | --- |
//! | where one thought ends | `sentences` |
//! | days, names, cues of coming and not, joints between clauses | `calendar`, `names`, `pieces` |
//! | references that stand together or need another | `resolve` |
//! | which reference belongs to which cue | `clauses` |
//! | answers typed between quoted lines | `inline` |
//! | what follows for one person | `answers` |

mod answers;
mod calendar;
mod clauses;
mod inline;
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
use crate::understand::phrases::is_agglutinated;
use crate::understand::reply::{ReplyText, Span};

use clauses::{Said, Statement};
use names::Names;
use sentences::Sentence;

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
    let reader = Reader { event, names: Names::of(event, &words), words, sent };
    let (mut statements, contradictions) = reader.statements(body);
    if event.sessions.len() == 1 && statements.iter().all(|statement| !statement.is_decided()) {
        statements.extend(reader.whole(body));
    }
    let mut mentions = mentions(body, event, &statements);
    for answer in &reply.inline_answers {
        mentions.retain(|mention| mention.evidence.span.is_none_or(|span| !answer.span.contains(&span)));
    }
    mentions.extend(inline::read(&reader, reply));
    let signals = contradictions
        .iter()
        .map(|span| Signal {
            code: ReasonCode::Contradiction,
            detail: format!("\"{}\" names a day and a session that do not belong together", span.of(body)),
            span: Some(*span),
        })
        .collect();
    SessionReading { mentions, signals }
}

/// What stays the same while a mail is read.
struct Reader<'a> {
    event: &'a Event,
    words: Vec<&'a Words>,
    names: Names,
    sent: Option<DateTime>,
}

impl Reader<'_> {
    /// What a text says of sessions, and where it contradicts itself.
    fn statements(&self, text: &str) -> (Vec<Statement>, Vec<Span>) {
        let sentences = split(text, &self.words);
        let resolved = self.resolved(text, &sentences);
        let verb_final = self.words.iter().find(|words| words.verb_final);
        // A mail may change its language from one sentence to the next.
        let (ends, others): (Vec<Sentence>, Vec<Sentence>) = sentences.iter().partition(|sentence| {
            let letters = sentence.span.of(text).chars().filter(|letter| letter.is_alphabetic());
            verb_final.is_some()
                && letters.clone().filter(|letter| is_agglutinated(*letter)).count().saturating_mul(4) > letters.count()
        });
        let mut statements = clauses::by_clause(text, &others, &resolved.pieces, self.event);
        if let Some(words) = verb_final {
            statements.extend(clauses::by_verb_end(text, &ends, &resolved.pieces, words, self.event));
        }
        statements.sort_by_key(|statement| statement.span);
        (statements, resolved.contradictions)
    }

    fn resolved(&self, text: &str, sentences: &[Sentence]) -> resolve::Resolved {
        let pieces = pieces::collect(text, self.event, &self.words, &self.names, self.sent);
        resolve::resolve(text, sentences, pieces, self.event, &self.words)
    }

    /// Where there is only one session, coming is coming to it.
    fn whole(&self, text: &str) -> Option<Statement> {
        let sentences = split(text, &self.words);
        let pieces = pieces::collect(text, self.event, &self.words, &self.names, self.sent);
        clauses::whole(&sentences, &pieces, (0..self.event.sessions.len()).collect())
    }
}

/// The sentences of a text, for readers that weigh them one by one.
pub(super) fn sentences_of(text: &str, languages: &Languages) -> Vec<Sentence> {
    let found = languages.found_in(text);
    let words: Vec<&Words> = found.iter().map(|language| &language.sessions).collect();
    split(text, &words)
}

fn split(text: &str, words: &[&Words]) -> Vec<Sentence> {
    let abbreviations: Vec<&str> = words.iter().flat_map(|words| &words.abbreviations).map(String::as_str).collect();
    let day_stop = words.iter().any(|words| words.day_marks.iter().any(|mark| mark == "."));
    sentences::sentences(text, &abbreviations, day_stop)
}

fn mentions(body: &str, event: &Event, statements: &[Statement]) -> Vec<Mention> {
    let decided: BTreeSet<usize> = statements
        .iter()
        .filter(|statement| matches!(statement.said, Said::Yes | Said::No | Said::Maybe))
        .flat_map(|statement| statement.sessions.iter().copied())
        .collect();
    let accepts = statements.iter().any(|statement| statement.said == Said::Yes);
    let mention = |statement: &Statement| {
        let answer = match statement.said {
            Said::Yes => Answer::Yes,
            Said::No => Answer::No,
            Said::Maybe => Answer::Maybe,
            // Named beside a session that is accepted, and nothing said of it: more often a reason to stay away,
            // unless it is named in full.
            Said::Nothing if statement.sessions.is_disjoint(&decided) && accepts && !statement.agreeing => Answer::No,
            Said::Nothing if statement.sessions.is_disjoint(&decided) => Answer::Yes,
            Said::Busy if statement.sessions.is_disjoint(&decided) && !statement.weak => Answer::No,
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
                rule: if statement.said == Said::Busy {
                    "busy"
                } else if statement.said == Said::Nothing {
                    "named"
                } else {
                    statement.rule
                },
            },
        })
    };
    statements.iter().filter_map(mention).collect()
}

#[cfg(test)]
mod probe {
    use super::*;
    #[test]
    fn probe() {
        let event =
            Event::from_toml(&std::fs::read_to_string("/work/shared/events/nkhr-2013-berlin.toml").unwrap()).unwrap();
        for body in std::fs::read_to_string("/tmp/probe.txt").unwrap().split("\n==\n") {
            let languages = Languages::built_in();
            let words: Vec<&Words> = languages.found_in(body).iter().map(|l| &l.sessions).collect();
            println!("{body}  {:?}", languages.found_in(body).iter().map(|l| &l.code).collect::<Vec<_>>());
            let reader = Reader { event: &event, names: Names::of(&event, &words), words, sent: None };
            let sentences = split(body, &reader.words);
            for piece in reader.resolved(body, &sentences).pieces {
                println!("   {:?} {:?}", piece.span.of(body), piece.what);
            }
            for s in reader.statements(body).0 {
                println!("  => {:?} {:?} {:?} {} {}", s.span.of(body), s.sessions, s.said, s.confidence, s.rule);
            }
        }
    }
}

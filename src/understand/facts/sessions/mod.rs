//! Which sessions are answered, and how: every mention is resolved against the event and gets its polarity from its
//! clause.
//!
//! | step | file |
//! | --- | --- |
//! | where one thought ends | `sentences` |
//! | days, names, cues of coming and not, joints between clauses | `schedule`, `notation`, `calendar`, `names`, `kinds`, `references`, `pieces` |
//! | references that stand together or need another | `resolve` |
//! | which reference belongs to which cue | `clause`, `verb_inside`, `verb_end`, `statement` |
//! | a session that is only named, beside those that are answered | `mentions` |
//! | answers typed between quoted lines | `inline` |
//! | columns of sessions with a row for each person | `table` |
//! | what follows for one person | `answers` |

mod answers;
mod calendar;
mod clause;
mod inline;
mod kinds;
mod mentions;
mod names;
mod notation;
mod pieces;
mod pointers;
mod reader;
mod references;
mod resolve;
mod schedule;
mod sentences;
mod statement;
mod table;
mod verb_end;
mod verb_inside;
mod words;

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use super::evidence::{Evidence, ReasonCode, Signal, Source};
use crate::event::Event;
use crate::understand::language::Languages;
use crate::understand::message::Message;
use crate::understand::reply::{ReplyText, Span};

use reader::Reader;

pub use pointers::{Pointer, PointerKind, asked_about, pointers};
pub(super) use reader::sentences_of;
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

impl Mention {
    /// Whether words of coming or staying away say it, rather than the session being only named.
    #[must_use]
    pub fn is_said(&self) -> bool {
        !matches!(self.evidence.rule, NAMED | BUSY | LEANING)
    }
}

/// The rule for a session that is named and nothing is said of it.
const NAMED: &str = "named";
/// The rule for a session on whose day the sender is elsewhere.
const BUSY: &str = "busy";
/// The rule for a clause without a cue, whose words are said more by those who come, or by those who do not.
const LEANING: &str = "leaning";

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
    let body = readable(reply.body());
    let reader = Reader::new(body, event, sent, languages);
    let (mut statements, doubts) = reader.statements(body);
    if event.sessions.len() == 1 && !statements.iter().any(statement::Statement::is_decided) {
        statements.extend(reader.whole(body));
    }
    let mut mentions = mentions::mentions(body, &reader, &statements);
    mentions.extend(mentions::others(body, event, &mentions, &reader));
    for answer in &reply.inline_answers {
        mentions.retain(|mention| mention.evidence.span.is_none_or(|span| !answer.span.contains(&span)));
    }
    mentions.extend(inline::read(&reader, reply));
    let (in_tables, tables) = table::read(&reader, body);
    mentions
        .retain(|mention| !tables.iter().any(|table| mention.evidence.span.is_some_and(|span| table.overlaps(&span))));
    mentions.extend(in_tables);
    if mentions.is_empty() {
        mentions = of_subject(&message.subject, event, languages);
    }
    let mut signals: Vec<Signal> = doubts.into_iter().map(|(code, span)| signal(code, span, body)).collect();
    if body.len() < reply.body().len() {
        let detail = "the text is too long to be read to its end".to_string();
        signals.push(Signal { code: ReasonCode::LowConfidence, detail, span: None });
    }
    SessionReading { mentions, signals }
}

/// Whether a text counts this many, in words or digits of any of the languages.
pub(super) fn counts(text: &str, number: usize, languages: &Languages) -> bool {
    let Some(place) = number.checked_sub(2) else { return false };
    let in_words = |words: &Words| words.counts.get(place).is_some_and(|phrases| phrases.occur_in(text));
    let digits = text.split(|letter: char| !letter.is_ascii_digit()).any(|digits| digits.parse() == Ok(number));
    digits || languages.iter().any(|language| in_words(&language.sessions))
}

/// The beginning of a text, as far as it is read: no reply is longer, and reading takes time that grows faster than
/// the text.
pub(super) fn readable(text: &str) -> &str {
    const LONGEST_REPLY: usize = 8_192;
    text.get(..text.floor_char_boundary(LONGEST_REPLY)).unwrap_or(text)
}

/// What the subject says ("RSVP: film only"), where the body says nothing and the subject is not the invitation's.
fn of_subject(subject: &str, event: &Event, languages: &Languages) -> Vec<Mention> {
    let invited = event.invitations.values().any(|invitation| subject.contains(&invitation.subject));
    if invited || subject.contains(&event.title) {
        return Vec::new();
    }
    let reader = Reader::new(subject, event, None, languages);
    let mut mentions = mentions::mentions(subject, &reader, &reader.statements(subject).0);
    for mention in &mut mentions {
        let evidence = &mut mention.evidence;
        // A subject is often only the name of the event.
        let confidence = evidence.confidence.min(if mention.answer == Answer::Yes { 0.85 } else { 0.9 });
        (evidence.source, evidence.span, evidence.confidence) = (Source::Subject, None, confidence);
    }
    mentions
}

fn signal(code: ReasonCode, span: Span, body: &str) -> Signal {
    let words = span.of(body);
    let detail = match code {
        ReasonCode::UnknownSession => format!("comes to something that the event does not have: \"{words}\""),
        _ => format!("\"{words}\" names a day and a session that do not belong together"),
    };
    Signal { code, detail, span: Some(span) }
}

#[cfg(test)]
mod tests;

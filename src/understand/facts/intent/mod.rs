//! What the mail wants: to come, to decline, to change, to cancel, to ask; and what of it needs a person's eye.

mod signals;
mod words;

use serde::{Deserialize, Serialize};

use super::evidence::{Evidence, ReasonCode, Signal, Source};
use super::sessions::{self, Answer, SessionReading};
use crate::event::Event;
use crate::understand::language::Languages;
use crate::understand::phrases::Phrases;
use crate::understand::reply::{ReplyText, Span};

pub use words::Words;

/// What a message is (contract).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Somebody comes.
    Attend,
    /// Somebody does not come.
    Decline,
    /// A record changes.
    Change,
    /// A record is withdrawn.
    Cancel,
    /// It asks something and answers nothing.
    Question,
    /// Written by a machine.
    Automatic,
    /// A delivery report.
    Bounce,
    /// Not about an invitation.
    Unrelated,
}

/// What the mail wants.
#[derive(Debug, Clone, Default)]
pub struct Intent {
    /// The likeliest kind with its evidence; `None` where the text gives no hint.
    pub kind: Option<(Kind, Evidence)>,
    /// Hedges and conditions (uncertain_attendance, conditional), questions, special requests (visa letter,
    /// wheelchair, interview, hotel, food, complaint), contradictions, instructions to software, …
    pub signals: Vec<Signal>,
}

/// Reads the intent. `reading` is what the mail says about sessions.
#[must_use]
pub fn read(reply: &ReplyText, reading: &SessionReading, event: &Event, languages: &Languages) -> Intent {
    let body = sessions::readable(reply.body());
    let words: Vec<&Words> = languages.found_in(body).into_iter().map(|language| &language.intent).collect();
    let mut found: Vec<Signal> = Vec::new();
    for sentence in sessions::sentences_of(body, languages) {
        let answers = reading.mentions.iter().any(|mention| {
            mention.answer != Answer::Maybe
                && mention.is_said()
                && mention.evidence.span.is_some_and(|span| sentence.span.contains(&span))
        });
        let sentence = signals::Sentence {
            text: sentence.span.of(body),
            start: sentence.span.start,
            question: sentence.question,
            answers,
            attends: reading
                .mentions
                .iter()
                .any(|mention| mention.evidence.span.is_some_and(|span| sentence.span.contains(&span)))
                || words.iter().any(|words| words.accept.occur_in(sentence.span.of(body))),
        };
        found.extend(signals::of(&sentence, &words));
    }
    let kind = kind(body, &words, reading, event, &found);
    found.extend(others_record(body, &words, kind.as_ref()));
    Intent { kind, signals: found }
}

fn kind(
    body: &str,
    words: &[&Words],
    reading: &SessionReading,
    event: &Event,
    signals: &[Signal],
) -> Option<(Kind, Evidence)> {
    let place = |list: fn(&Words) -> &Phrases| words.iter().find_map(|words| list(words).find_in(body).next());
    let asked = |mention: &sessions::Mention| {
        let inside = |signal: &&Signal| {
            signal.span.zip(mention.evidence.span).is_some_and(|(asked, named)| asked.contains(&named))
        };
        !mention.is_said()
            && signals.iter().filter(|signal| signal.code == ReasonCode::Question).any(|signal| inside(&signal))
    };
    // A session that is only asked about is no answer.
    let answered = |answer| reading.mentions.iter().find(|mention| mention.answer == answer && !asked(mention));
    let everything = |answer| {
        event.sessions.iter().all(|session| {
            reading.mentions.iter().any(|mention| mention.answer == answer && mention.sessions.contains(&session.id))
        })
    };
    let (accept, refuse) = (place(|words| &words.accept), place(|words| &words.refuse));
    let (cancel, change) = (place(|words| &words.cancel), place(|words| &words.change));
    let earlier = place(|words| &words.earlier);
    let yes = answered(Answer::Yes).and_then(|mention| mention.evidence.span);
    let no = answered(Answer::No).and_then(|mention| mention.evidence.span);
    let only = reading.mentions.iter().any(|mention| mention.exclusive);
    let question = signals.iter().find(|signal| signal.code == ReasonCode::Question).and_then(|signal| signal.span);
    let read = |kind, span: Option<Span>, confidence, rule| {
        let span = span.unwrap_or(Span { start: 0, end: 0 });
        let text = span.of(body).to_string();
        Some((kind, Evidence { source: Source::Prose, text, span: Some(span), confidence, rule }))
    };
    if let Some(span) = place(|words| &words.unrelated).filter(|_| yes.is_none()) {
        return read(Kind::Unrelated, Some(span), 0.8, "not about the invitation");
    }
    match (yes, no) {
        (Some(_), _) if earlier.is_some() && (change.is_some() || cancel.is_some() || no.is_some() || only) => {
            read(Kind::Change, change.or(cancel).or(earlier), 0.85, "an answer given before is changed")
        }
        (None, _) if cancel.is_some() => read(Kind::Cancel, cancel, 0.9, "an answer given before is taken back"),
        (None, Some(no)) if earlier.is_some() => {
            read(Kind::Cancel, Some(no), 0.75, "an answer given before is taken back")
        }
        (Some(yes), _) => read(Kind::Attend, Some(yes), 0.95, "a session is accepted"),
        (None, Some(no)) if everything(Answer::No) => read(Kind::Decline, Some(no), 0.95, "every session is declined"),
        (None, None) if refuse.is_some() && earlier.is_some() => {
            read(Kind::Cancel, refuse, 0.7, "an answer given before is taken back")
        }
        (None, _) if refuse.is_some() => read(Kind::Decline, refuse, 0.85, "a refusal"),
        (None, Some(no)) => read(Kind::Decline, Some(no), 0.6, "a session is declined"),
        (None, None) if accept.is_some() && question.is_none() => read(Kind::Attend, accept, 0.8, "an acceptance"),
        _ if question.is_some() => read(Kind::Question, question, 0.8, "a question and no answer"),
        _ => None,
    }
}

/// Somebody else's answer is taken back or changed: only its contact or staff may do that.
fn others_record(body: &str, words: &[&Words], kind: Option<&(Kind, Evidence)>) -> Option<Signal> {
    let changes = words.iter().any(|words| words.cancel.occur_in(body));
    kind.filter(|(kind, _)| changes || matches!(kind, Kind::Cancel | Kind::Change))?;
    let span = words.iter().find_map(|words| words.others.find_in(body).next())?;
    let detail = format!("takes back or changes the answer of somebody else: \"{}\"", span.of(body));
    Some(Signal { code: ReasonCode::OtherPersonsRecord, detail, span: Some(span) })
}

/// Whether a signal holds a message back for a person, rather than only showing it to one beside the record.
#[must_use]
pub fn holds_back(code: ReasonCode) -> bool {
    !matches!(code, ReasonCode::SpecialRequest | ReasonCode::Question)
}

#[cfg(test)]
mod tests;

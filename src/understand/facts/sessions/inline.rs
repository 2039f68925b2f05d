//! Answers typed between quoted lines: the line names the session, the answer says yes or no.

use std::collections::BTreeSet;

use super::pieces::{Kind, What};
use super::reader::Reader;
use super::sentences::Sentence;
use super::statement::Said;
use super::{Answer, Mention};
use crate::understand::facts::evidence::{Evidence, Source};
use crate::understand::reply::{ReplyText, Span};

/// Reads the inline answers of a reply.
pub(super) fn read(reader: &Reader<'_>, reply: &ReplyText) -> Vec<Mention> {
    let mut mentions = Vec::new();
    let mut last = None;
    for inline in &reply.inline_answers {
        let text = inline.span.of(&reply.text);
        if text.trim().is_empty() {
            continue;
        }
        let asked = asked(reader, &inline.question);
        let (statements, _) = reader.statements(text);
        let mut mention = |sessions: &BTreeSet<usize>, answer, exclusive, confidence| {
            let ids = sessions.iter().filter_map(|index| reader.event.sessions.get(*index));
            mentions.push(Mention {
                sessions: ids.map(|session| session.id.clone()).collect(),
                answer,
                exclusive,
                corrects: false,
                evidence: Evidence {
                    source: Source::InlineAnswer,
                    text: text.to_string(),
                    span: Some(inline.span),
                    confidence,
                    rule: "inline answer",
                },
            });
        };
        // The answer names sessions itself ("only the second"), or answers what the line asks.
        let own: Vec<_> =
            statements.iter().filter(|statement| !matches!(statement.said, Said::Busy | Said::Earlier)).collect();
        if asked.is_empty() && own.iter().all(|statement| !statement.is_decided()) {
            continue;
        }
        for statement in &own {
            let answer = answer(statement.said).unwrap_or(Answer::Yes);
            let confidence = if statement.is_decided() { statement.confidence } else { 0.9 };
            mention(&statement.sessions, answer, statement.only, confidence);
        }
        if !own.is_empty() {
            continue;
        }
        let said = reader
            .whole(text)
            .map(|statement| statement.said)
            .or_else(|| reader.repeats(text).then_some(last).flatten());
        last = said.or(last);
        if let Some(answer) = said.and_then(answer) {
            let confidence = if asked.len() == 1 { 0.93 } else { 0.6 };
            mention(&asked, answer, false, confidence);
        } else if asked.len() == 1 {
            mention(&asked, Answer::Yes, false, 0.6);
        }
    }
    mentions
}

/// The answer that something said is, if it is one.
pub(super) fn answer(said: Said) -> Option<Answer> {
    match said {
        Said::Yes => Some(Answer::Yes),
        Said::No => Some(Answer::No),
        Said::Maybe => Some(Answer::Maybe),
        Said::Busy | Said::Earlier | Said::Nothing => None,
    }
}

/// The sessions that a quoted line names; "or both" beside one of them adds nothing.
pub(super) fn asked(reader: &Reader<'_>, question: &str) -> BTreeSet<usize> {
    let whole = Sentence { span: Span { start: 0, end: question.len() }, question: false };
    let pieces = reader.resolved(question, &[whole]).pieces;
    let named = |general: bool| -> BTreeSet<usize> {
        let references = pieces.iter().filter_map(|piece| match &piece.what {
            What::Reference(reference) if matches!(reference.kind, Kind::All | Kind::Both) == general => {
                Some(reference)
            }
            _ => None,
        });
        references.flat_map(|reference| reference.sessions.iter().copied()).collect()
    };
    let special = named(false);
    if special.is_empty() { named(true) } else { special }
}

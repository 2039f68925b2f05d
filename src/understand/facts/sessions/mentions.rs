//! From statements to mentions: what a session that is only named means beside those that are answered.

use std::collections::BTreeSet;

use super::pieces::Kind;
use super::reader::Reader;
use super::statement::{Said, Statement};
use super::{Answer, BUSY, Mention, NAMED};
use crate::event::Event;
use crate::understand::facts::evidence::{Evidence, Source};

/// The mentions that follow from the statements of a text.
pub fn mentions(text: &str, reader: &Reader<'_>, statements: &[Statement]) -> Vec<Mention> {
    let context = Context { adds: reader.adds(text), ..Context::of(statements) };
    let event = reader.event;
    statements.iter().filter_map(|statement| mention(text, event, statement, &context)).collect()
}

/// "Gladly, but not to the dinner": who accepts, and refuses only a part, comes to the other parts.
pub fn others(text: &str, event: &Event, mentions: &[Mention], reader: &Reader<'_>) -> Option<Mention> {
    if mentions.is_empty() || mentions.iter().any(|mention| mention.answer != Answer::No) {
        return None;
    }
    let accepted = reader.whole(text).filter(|whole| whole.said == Said::Yes)?;
    let refused = |index: &usize| {
        let id = event.sessions.get(*index).map(|session| &session.id);
        mentions.iter().any(|mention| mention.sessions.iter().any(|session| Some(session) == id))
    };
    let sessions: BTreeSet<usize> = accepted.sessions.iter().copied().filter(|index| !refused(index)).collect();
    let others = Statement { sessions, confidence: 0.65, rule: "the others", ..accepted };
    (!others.sessions.is_empty()).then(|| mention(text, event, &others, &Context::of(&[])))?
}

/// What the other statements say.
struct Context {
    /// Sessions that are answered somewhere.
    decided: BTreeSet<usize>,
    /// Whether any session is accepted.
    accepts: bool,
    /// Whether something is added to what was said before.
    adds: bool,
    /// Whether all statements name the same sessions.
    sole: bool,
}

impl Context {
    fn of(statements: &[Statement]) -> Self {
        let decided = statements.iter().filter(|statement| statement.is_decided());
        let named: BTreeSet<&BTreeSet<usize>> = statements.iter().map(|statement| &statement.sessions).collect();
        Self {
            decided: decided.flat_map(|statement| statement.sessions.iter().copied()).collect(),
            accepts: statements.iter().any(|statement| statement.said == Said::Yes),
            adds: false,
            sole: named.len() == 1,
        }
    }
}

fn mention(text: &str, event: &Event, statement: &Statement, context: &Context) -> Option<Mention> {
    let open = statement.sessions.is_disjoint(&context.decided);
    let in_full = statement.kind == Kind::Agreeing;
    let (answer, confidence, rule) = match statement.said {
        Said::Yes => (Answer::Yes, statement.confidence, statement.rule),
        Said::No => (Answer::No, statement.confidence, statement.rule),
        Said::Maybe => (Answer::Maybe, statement.confidence, statement.rule),
        // Named beside a session that is accepted, and nothing said of it: more often a reason to stay away.
        Said::Nothing if open && context.accepts && !in_full => (Answer::No, unsaid(statement, context), NAMED),
        Said::Nothing if chosen(event, statement) => (Answer::Yes, unsaid(statement, context).min(0.8), NAMED),
        Said::Nothing if open => (Answer::Yes, unsaid(statement, context), NAMED),
        Said::Busy if open && context.accepts && statement.kind != Kind::Weak => (Answer::No, 0.5, BUSY),
        Said::Earlier if open && context.accepts && context.adds => (Answer::Yes, 0.7, "added to"),
        Said::Earlier if open && context.accepts => (Answer::No, 0.5, BUSY),
        Said::Nothing | Said::Busy | Said::Earlier => return None,
    };
    let ids = statement.sessions.iter().filter_map(|index| event.sessions.get(*index));
    Some(Mention {
        sessions: ids.map(|session| session.id.clone()).collect(),
        answer,
        exclusive: statement.only,
        corrects: statement.corrects,
        evidence: Evidence {
            source: Source::Prose,
            text: statement.span.of(text).to_string(),
            span: Some(statement.span),
            confidence,
            rule,
        },
    })
}

/// Whether it names one of several sessions that take place at the same time: of "everything", that one.
fn chosen(event: &Event, statement: &Statement) -> bool {
    let named = statement.sessions.first().filter(|_| statement.sessions.len() == 1 && statement.kind == Kind::Name);
    let Some((index, session)) = named.and_then(|index| event.sessions.get(*index).map(|session| (*index, session)))
    else {
        return false;
    };
    let mut others = event.sessions.iter().enumerate().filter(|(other, _)| *other != index);
    others.any(|(_, other)| other.starts == session.starts && other.ends == session.ends)
}

/// How sure the answer is for a session that is only named; measured like the rules' own figures.
fn unsaid(statement: &Statement, context: &Context) -> f32 {
    let in_full = statement.kind == Kind::Agreeing;
    match (statement.brief, context.sole) {
        _ if context.accepts && in_full => 0.92,
        (true, _) if context.accepts => 0.5,
        _ if context.accepts => 0.7,
        // Others are refused, and this one stands beside them.
        _ if !context.decided.is_empty() => 0.93,
        (true, true) => 0.92,
        (true, false) if in_full => 0.87,
        (true, false) => 0.8,
        (false, true) => 0.75,
        (false, false) => 0.5,
    }
}

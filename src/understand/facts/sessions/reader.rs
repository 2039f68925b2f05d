//! What stays the same while a mail is read, and the steps from a text to its statements.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::DateTime;

use super::names::Names;
use super::pieces::{Kind, Piece};
use super::sentences::{Sentence, sentences};
use super::statement::{Said, Statement};
use super::words::Words;
use super::{clause, pieces, resolve, verb_end, verb_inside};
use crate::event::Event;
use crate::understand::facts::evidence::ReasonCode;
use crate::understand::language::Languages;
use crate::understand::phrases::is_agglutinated;
use crate::understand::reply::Span;

/// What stays the same while a mail is read.
pub struct Reader<'a> {
    /// What the mail answers.
    pub event: &'a Event,
    words: Vec<&'a Words>,
    names: Arc<Names>,
    sent: Option<DateTime>,
}

impl<'a> Reader<'a> {
    /// A reader for a text in its languages.
    pub fn new(text: &str, event: &'a Event, sent: Option<DateTime>, languages: &'a Languages) -> Self {
        let words: Vec<&Words> = languages.found_in(text).iter().map(|language| &language.sessions).collect();
        let known: Vec<&Words> = languages.iter().map(|language| &language.sessions).collect();
        let names = Names::shared(event, &words, &known);
        Self { event, names, words, sent }
    }

    /// What a text says of sessions, and what of it cannot be right.
    pub fn statements(&self, text: &str) -> (Vec<Statement>, Vec<(ReasonCode, Span)>) {
        let sentences = split(text, &self.words);
        let resolved = self.resolved(text, &sentences);
        let verb_final = self.words.iter().find(|words| words.verb_final);
        // A mail may change its language from one sentence to the next.
        let (ends, others): (Vec<Sentence>, Vec<Sentence>) = sentences
            .iter()
            .partition(|sentence| verb_final.is_some() && is_mostly_agglutinated(sentence.span.of(text)));
        let mut statements = verb_inside::statements(text, &others, &resolved.pieces, self.event);
        if let Some(words) = verb_final {
            statements.extend(verb_end::statements(text, &ends, &resolved.pieces, words, self.event));
        }
        statements.sort_by_key(|statement| statement.span);
        narrow(&mut statements, &sentences);
        let clauses = clause::clauses(text, &sentences, &resolved.pieces);
        let unknown = clauses.iter().filter_map(|clause| Some((ReasonCode::UnknownSession, clause.unknown()?)));
        let contradictions = resolved.contradictions.into_iter().map(|span| (ReasonCode::Contradiction, span));
        (statements, contradictions.chain(unknown).collect())
    }

    /// The pieces of a text, its references resolved, sentence by sentence.
    pub fn pieces(&self, text: &str) -> Vec<Piece> {
        self.resolved(text, &split(text, &self.words)).pieces
    }

    /// The pieces of a text, its references resolved.
    pub fn resolved(&self, text: &str, sentences: &[Sentence]) -> resolve::Resolved {
        let pieces = pieces::collect(text, self.event, &self.words, &self.names, self.sent);
        resolve::resolve(text, sentences, pieces, self.event, &self.words)
    }

    /// What a text says of coming, whatever it names: where there is only one session, coming is coming to it.
    pub fn whole(&self, text: &str) -> Option<Statement> {
        let sentences = split(text, &self.words);
        let pieces = pieces::collect(text, self.event, &self.words, &self.names, self.sent);
        verb_inside::whole(text, &sentences, &pieces, (0..self.event.sessions.len()).collect())
    }

    /// Whether a text adds something to what was said before.
    pub fn adds(&self, text: &str) -> bool {
        self.words.iter().any(|words| words.also.occur_in(text))
    }

    /// "Here too": it repeats the answer before.
    pub fn repeats(&self, text: &str) -> bool {
        self.words.iter().any(|words| words.same.occur_in(text))
    }
}

/// "On Saturday I come, to the tour and the ball": what a sentence accepts of a day's sessions by name is what it
/// means by the day.
fn narrow(statements: &mut [Statement], sentences: &[Sentence]) {
    let accepted: Vec<(Span, BTreeSet<usize>)> = statements
        .iter()
        .filter(|statement| statement.said == Said::Yes)
        .map(|statement| (statement.span, statement.sessions.clone()))
        .collect();
    let day = |kind| matches!(kind, Kind::Date | Kind::Weekday | Kind::Ordinal | Kind::Part(_));
    for wide in statements.iter_mut().filter(|statement| statement.said == Said::Yes && day(statement.kind)) {
        let Some(sentence) = sentences.iter().find(|sentence| sentence.span.contains(&wide.span)) else { continue };
        let named = accepted.iter().filter(|(span, sessions)| {
            sentence.span.contains(span) && sessions.len() < wide.sessions.len() && sessions.is_subset(&wide.sessions)
        });
        let named: BTreeSet<usize> = named.flat_map(|(_, sessions)| sessions.iter().copied()).collect();
        if !named.is_empty() {
            wide.sessions = named;
            wide.confidence = wide.confidence.max(0.85);
        }
    }
}

/// A quarter is enough: names and loan words stand in another script.
fn is_mostly_agglutinated(text: &str) -> bool {
    let letters = text.chars().filter(|letter| letter.is_alphabetic());
    let agglutinated = letters.clone().filter(|letter| is_agglutinated(*letter)).count();
    agglutinated.saturating_mul(4) > letters.count()
}

/// The sentences of a text in its languages.
pub fn sentences_of(text: &str, languages: &Languages) -> Vec<Sentence> {
    let words: Vec<&Words> = languages.found_in(text).iter().map(|language| &language.sessions).collect();
    split(text, &words)
}

fn split(text: &str, words: &[&Words]) -> Vec<Sentence> {
    let abbreviations: Vec<&str> = words.iter().flat_map(|words| &words.abbreviations).map(String::as_str).collect();
    let day_stop = words.iter().any(|words| words.day_marks.iter().any(|mark| mark == "."));
    sentences(text, &abbreviations, day_stop)
}

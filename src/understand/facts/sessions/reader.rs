//! What stays the same while a mail is read, and the steps from a text to its statements.

use jiff::civil::DateTime;

use super::names::Names;
use super::sentences::{Sentence, sentences};
use super::statement::Statement;
use super::words::Words;
use super::{clause, kinds, pieces, resolve, verb_end, verb_inside};
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
    names: Names,
    sent: Option<DateTime>,
}

impl<'a> Reader<'a> {
    /// A reader for a text in its languages.
    pub fn new(text: &str, event: &'a Event, sent: Option<DateTime>, languages: &'a Languages) -> Self {
        let words: Vec<&Words> = languages.found_in(text).iter().map(|language| &language.sessions).collect();
        let known: Vec<&Words> = languages.iter().map(|language| &language.sessions).collect();
        let names = Names::of(event, &words, kinds::names(event, &words, &known));
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
        let clauses = clause::clauses(text, &sentences, &resolved.pieces);
        let unknown = clauses.iter().filter_map(|clause| Some((ReasonCode::UnknownSession, clause.unknown()?)));
        let contradictions = resolved.contradictions.into_iter().map(|span| (ReasonCode::Contradiction, span));
        (statements, contradictions.chain(unknown).collect())
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

    /// "Here too": it repeats the answer before.
    pub fn repeats(&self, text: &str) -> bool {
        self.words.iter().any(|words| words.same.occur_in(text))
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

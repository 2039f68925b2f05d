//! What of a mail needs a person's eye.

use super::Words;
use crate::understand::facts::evidence::{ReasonCode, Signal};
use crate::understand::phrases::Phrases;
use crate::understand::reply::Span;

/// A sentence of the mail with what it needs of the languages.
pub struct Sentence<'a> {
    /// Its text.
    pub text: &'a str,
    /// Where it begins.
    pub start: usize,
    /// Whether it ends in a question mark.
    pub question: bool,
    /// Whether it answers for a session.
    pub answers: bool,
    /// Whether it speaks of coming or of a session at all.
    pub attends: bool,
}

/// Everything noticed in one sentence.
#[must_use]
pub fn of(sentence: &Sentence<'_>, words: &[&Words]) -> Vec<Signal> {
    let mut signals = Vec::new();
    let mut add = |code, detail: String, span: Span| {
        let span =
            Span { start: span.start.saturating_add(sentence.start), end: span.end.saturating_add(sentence.start) };
        signals.push(Signal { code, detail, span: Some(span) });
    };
    let whole = Span { start: 0, end: sentence.text.len() };
    for words in words {
        if let Some(span) = first(&words.suspicious, &Phrases::default(), sentence.text) {
            add(ReasonCode::SuspiciousContent, format!("says \"{}\"", span.of(sentence.text)), span);
        }
        if let Some(span) = first(&words.conditional, &words.unconditional, sentence.text).filter(|_| sentence.attends)
        {
            add(ReasonCode::Conditional, format!("comes on a condition: \"{}\"", sentence.text.trim()), span);
        }
        let hedge = first(&words.hedges, &words.certain, sentence.text).filter(|_| sentence.attends);
        if let Some(span) = first(&words.uncertain, &words.certain, sentence.text).or(hedge) {
            add(ReasonCode::UncertainAttendance, format!("is not sure: \"{}\"", sentence.text.trim()), span);
        }
        let mut company = words.company.iter().map(|company| &company.0);
        if let Some(span) = first(&words.companion, &words.alone, sentence.text)
            .or_else(|| company.find_map(|company| first(company, &words.alone, sentence.text)))
            && !words.alone.occur_in(sentence.text)
            && sentence.attends
        {
            add(ReasonCode::UnnamedCompanions, format!("others come along: \"{}\"", span.of(sentence.text)), span);
        }
        for (thing, phrases) in &words.requests {
            if let Some(span) = first(phrases, &Phrases::default(), sentence.text) {
                add(ReasonCode::SpecialRequest, format!("speaks of {thing}: \"{}\"", span.of(sentence.text)), span);
            }
        }
        let asks = sentence.question || words.question.occur_in(sentence.text);
        if asks && !words.courtesy.occur_in(sentence.text) && !sentence.answers {
            add(ReasonCode::Question, format!("asks: \"{}\"", sentence.text.trim()), whole);
        }
    }
    signals
}

/// The first of the phrases that none of the harmless ones covers.
fn first(phrases: &Phrases, harmless: &Phrases, text: &str) -> Option<Span> {
    let harmless: Vec<Span> = harmless.find_in(text).collect();
    phrases.find_in(text).find(|span| !harmless.iter().any(|other| other.overlaps(span)))
}

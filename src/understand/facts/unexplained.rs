//! What of the typed text no reader has explained.
//!
//! A fact that was not found may still be there, in words that no reader knows. How many such words are left tells how
//! far its absence can be trusted.

use crate::understand::language::Languages;
use crate::understand::reply::{ReplyText, Span};

/// What is left of a text when all evidence is taken away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Unexplained {
    /// How many telling words.
    pub words: usize,
    /// Whether "not" or "only" is among them: a refusal may have been missed.
    pub refuses: bool,
    /// Whether the text corrects something: what it said before may still have been taken for its word.
    pub corrects: bool,
}

impl Unexplained {
    /// What the evidence leaves of a reply.
    #[must_use]
    pub fn of(reply: &ReplyText, evidence: &[Span], languages: &Languages) -> Self {
        let found = languages.found_in(reply.body());
        Self {
            words: words(&reply.text, evidence, languages),
            refuses: refuses(reply.body(), evidence, languages),
            corrects: found.iter().any(|language| language.sessions.correction.occur_in(reply.body())),
        }
    }
}

/// How many words of a text stand outside of all evidence and say something: no small words of a language, no numbers,
/// no addresses, no labels.
fn words(text: &str, evidence: &[Span], languages: &Languages) -> usize {
    let mut at = 0;
    let mut left = 0;
    for word in text.split_inclusive(char::is_whitespace) {
        let span = Span { start: at, end: at + word.trim_end().len() };
        at += word.len();
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        let letters = bare.chars().filter(|c| c.is_alphabetic()).count();
        let address = word.contains('@') || word.contains("://") || bare.chars().any(|c| c.is_ascii_digit());
        let label = word.trim_end().ends_with([':', '：']);
        let small = languages.iter().any(|language| language.function_words.contains(&bare));
        if letters < 2 || address || label || small || evidence.iter().any(|found| found.overlaps(&span)) {
            continue;
        }
        left += 1;
    }
    left
}

/// Whether a refusing or limiting word stands in no evidence, nor in a harmless phrase of any language.
fn refuses(text: &str, evidence: &[Span], languages: &Languages) -> bool {
    let found = languages.found_in(text);
    let words = || found.iter().map(|language| &language.sessions);
    let harmless = words().flat_map(|words| words.harmless.find_in(text));
    let explained: Vec<Span> = evidence.iter().copied().chain(harmless).collect();
    words()
        .flat_map(|words| [&words.no, &words.avoid, &words.only, &words.except])
        .flat_map(|phrases| phrases.find_in(text))
        .any(|found| !explained.iter().any(|other| other.overlaps(&found)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(text: &str, explained: &[&str]) -> usize {
        let span = |part: &&str| {
            let start = text.find(part).unwrap();
            Span { start, end: start + part.len() }
        };
        words(text, &explained.iter().map(span).collect::<Vec<_>>(), Languages::built_in())
    }

    #[test]
    fn what_is_explained_small_or_no_word_does_not_count() {
        for (text, explained, words) in [
            ("I will be at the symposium. Anna Weber", ["symposium", "Anna Weber"].as_slice(), 0),
            ("Anna Weber, harbour pilot", &["Anna Weber"], 2),
            ("Anna Weber, +49 30 1234567, anna@weber.example, 2nd floor", &["Anna Weber"], 1),
            ("Name: Anna Weber", &["Anna Weber"], 0),
            ("김서연 인천일보 기자", &["김서연"], 2),
            ("", &[], 0),
        ] {
            assert_eq!(left(text, explained), words, "{text}");
        }
    }

    #[test]
    fn a_not_stands_apart_unless_it_is_evidence_or_harmless() {
        let refuses = |text, explained| {
            let explained = Span { start: 0, end: explained };
            Unexplained::of(&ReplyText::typed(text), &[explained], Languages::built_in()).refuses
        };
        assert!(refuses("I come to the dinner. The symposium is not for me.", 20));
        assert!(!refuses("I come to the dinner. The symposium is not for me.", 50));
        assert!(!refuses("I come to the dinner, no problem.", 20));
    }
}

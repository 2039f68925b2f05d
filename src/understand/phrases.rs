//! Phrases of a language, as data, compiled into one matcher.
//!
//! A phrase is written as it is said. `*` stands for the rest of a word (`absag*`), `…` for up to four words between
//! (`sage … ab`), a space for any white space, at either end for the edge of a word, `'` for any apostrophe. Scripts that write particles onto the word
//! (Hangul) or no spaces at all (kana, Chinese characters) match inside words, all others only whole words.

use regex::Regex;
use serde::Deserialize;

use super::reply::Span;

/// A set of phrases, matched together.
#[derive(Debug, Default, Deserialize)]
#[serde(try_from = "Vec<String>")]
pub struct Phrases {
    matcher: Option<Regex>,
}

impl TryFrom<Vec<String>> for Phrases {
    type Error = regex::Error;

    fn try_from(mut phrases: Vec<String>) -> Result<Self, regex::Error> {
        if phrases.is_empty() {
            return Ok(Self::default());
        }
        // An alternation takes the first that fits, so the longer must come first.
        phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.chars().count()));
        let alternatives: Vec<String> = phrases.iter().map(|phrase| pattern(phrase)).collect();
        Regex::new(&format!("(?i:{})", alternatives.join("|"))).map(|matcher| Self { matcher: Some(matcher) })
    }
}

impl Phrases {
    /// Every place where one of the phrases stands, in order, not overlapping.
    pub fn find_in<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Span> + 'a {
        self.matcher.iter().flat_map(move |matcher| {
            matcher.find_iter(text).map(|found| Span { start: found.start(), end: found.end() })
        })
    }

    /// Whether one of the phrases stands in the text.
    #[must_use]
    pub fn occur_in(&self, text: &str) -> bool {
        self.matcher.as_ref().is_some_and(|matcher| matcher.is_match(text))
    }
}

/// Whether a letter belongs to a script that writes particles onto words or no spaces at all.
#[must_use]
pub fn is_agglutinated(letter: char) -> bool {
    matches!(letter, '\u{1100}'..='\u{11FF}' | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30FF}' | '\u{3130}'..='\u{318F}' | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}')
}

/// The regular expression of one phrase.
#[must_use]
pub fn pattern(phrase: &str) -> String {
    let agglutinated = phrase.chars().any(is_agglutinated);
    let edge = |letter: Option<char>| match letter {
        Some(' ') => r"\b",
        Some(letter) if letter.is_alphanumeric() && !is_agglutinated(letter) => r"\b",
        _ => "",
    };
    let mut pattern = edge(phrase.chars().next()).to_string();
    let mut letters = phrase.trim().chars().filter(|letter| !letter.is_control()).peekable();
    while let Some(letter) = letters.next() {
        match letter {
            ' ' if letters.peek() == Some(&'…') => {}
            ' ' if agglutinated => pattern.push_str(r"\s*"),
            ' ' => pattern.push_str(r"\s+"),
            '…' => {
                letters.next_if_eq(&' ');
                pattern.push_str(match agglutinated {
                    true => r"[^.!?,;。、，！？；\n]{0,8}?",
                    false => r"(?:[^\w.!?;,:]+[\w'’-]+){0,4}?[^\w.!?;,:]+",
                });
            }
            '*' => pattern.push_str(r"[\w'’-]*"),
            '\'' => pattern.push_str("['’‘`´]"),
            other => pattern.push_str(&regex::escape(other.encode_utf8(&mut [0; 4]))),
        }
    }
    pattern.push_str(edge(phrase.chars().last()));
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(phrases: &[&str], text: &str) -> Vec<String> {
        let phrases = Phrases::try_from(phrases.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap();
        phrases.find_in(text).map(|span| span.of(text).to_string()).collect()
    }

    #[test]
    fn a_phrase_matches_whole_words_and_the_longer_one_wins() {
        assert_eq!(found(&["come", "come along"], "Income? I COME  along"), ["COME  along"]);
        assert_eq!(found(&["can't"], "I can’t, scant"), ["can’t"]);
    }

    #[test]
    fn a_star_takes_the_rest_of_the_word_and_an_ellipsis_some_words() {
        assert_eq!(found(&["absag*"], "eine Absagen-Mail"), ["Absagen-Mail"]);
        assert_eq!(found(&["sage … ab"], "ich sage den Film ab, ich sage. Ab"), ["sage den Film ab"]);
    }

    #[test]
    fn hangul_matches_inside_words_with_or_without_space() {
        assert_eq!(found(&["참석하지 못"], "회의에 참석하지못합니다"), ["참석하지못"]);
        assert_eq!(found(&[" 네 "], "제네바, 네, 네덜란드"), ["네"]);
    }
}

//! Cuts text into the tokens that the tagger labels: words, numbers, marks and line ends; scripts that write without
//! spaces are cut letter by letter.

use std::sync::LazyLock;

use regex::Regex;

/// A token, by its place in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'a> {
    /// Its letters.
    pub text: &'a str,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

static TOKEN: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\n|\p{L}[\p{L}\p{M}]*(?:['’-]\p{L}[\p{L}\p{M}]*)*|\p{N}+|\S").ok());

/// The tokens of a text, at most `limit`: what stands further down a mail is no longer about who writes it.
#[must_use]
pub fn tokens(text: &str, limit: usize) -> Vec<Token<'_>> {
    let matches = TOKEN.iter().flat_map(|token| token.find_iter(text));
    let pieces = matches.flat_map(|found| {
        let (word, base) = (found.as_str(), found.start());
        let letters = word.contains(is_cjk);
        let ends = word.char_indices().map(move |(at, letter)| (at, at.saturating_add(letter.len_utf8())));
        let whole = std::iter::once((0, word.len()));
        let cuts: Vec<(usize, usize)> = if letters { ends.collect() } else { whole.collect() };
        cuts.into_iter().filter_map(move |(from, to)| {
            let text = word.get(from..to)?;
            Some(Token { text, start: base.saturating_add(from), end: base.saturating_add(to) })
        })
    });
    pieces.take(limit).collect()
}

/// Hangul, Han and kana.
#[must_use]
pub fn is_cjk(letter: char) -> bool {
    matches!(letter, '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_numbers_marks_and_letters_of_han_and_hangul_are_tokens() {
        let texts = |text| tokens(text, 100).iter().map(|token| token.text).collect::<Vec<_>>();
        assert_eq!(texts("Anna O'Neil-Weber,\nBüro 17"), ["Anna", "O'Neil-Weber", ",", "\n", "Büro", "17"]);
        assert_eq!(texts("김민준 기자"), ["김", "민", "준", "기", "자"]);
    }

    #[test]
    fn a_token_lies_where_it_says() {
        let text = "Zoë 김 – x";
        assert!(tokens(text, 100).iter().all(|token| text.get(token.start..token.end) == Some(token.text)));
        assert_eq!(tokens(text, 2).len(), 2);
    }
}

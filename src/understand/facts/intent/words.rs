//! What the intent reader needs of a language: the `[intent]` section of its file.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::understand::phrases::Phrases;

/// Phrases of wanting something.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Words {
    /// Coming.
    pub accept: Phrases,
    /// Not coming at all.
    pub refuse: Phrases,
    /// Taking back.
    pub cancel: Phrases,
    /// Putting one thing for another.
    pub change: Phrases,
    /// Speaking of an answer given before.
    pub earlier: Phrases,
    /// Somebody other than the writer, where an answer is changed.
    pub others: Phrases,
    /// Coming only if something happens.
    pub conditional: Phrases,
    /// Phrases of a condition that are politeness.
    pub unconditional: Phrases,
    /// Not knowing yet.
    pub uncertain: Phrases,
    /// Words of doubt that count where the sentence speaks of coming.
    pub hedges: Phrases,
    /// Phrases of doubt that are not about coming.
    pub certain: Phrases,
    /// Asking something, with or without a question mark.
    pub question: Phrases,
    /// Questions that nobody needs to answer.
    pub courtesy: Phrases,
    /// Not about the invitation.
    pub unrelated: Phrases,
    /// Instructions to software, and what only an intruder wants.
    pub suspicious: Phrases,
    /// Others who come along.
    pub companion: Phrases,
    /// The same, where one of many people comes along in one of many ways.
    pub company: Vec<Company>,
    /// Companions spoken of who do not come.
    pub alone: Phrases,
    /// What people ask for, by a name that staff read.
    pub requests: BTreeMap<String, Phrases>,
}

/// Ways to speak of somebody who comes along, each said of anybody: "with my {}" of wife, colleague, driver.
#[derive(Debug, Deserialize)]
#[serde(try_from = "WaysOfPeople")]
pub struct Company(pub Phrases);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WaysOfPeople {
    who: Vec<String>,
    how: Vec<String>,
}

impl TryFrom<WaysOfPeople> for Company {
    type Error = regex::Error;

    fn try_from(words: WaysOfPeople) -> Result<Self, regex::Error> {
        let phrases = words.how.iter().flat_map(|how| words.who.iter().map(|who| how.replace("{}", who)));
        Phrases::try_from(phrases.collect::<Vec<String>>()).map(Self)
    }
}

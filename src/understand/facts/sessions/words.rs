//! What the session reader needs of a language: the `[sessions]` section of its file.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use regex::Regex;
use serde::Deserialize;

use super::notation::Notation;
use crate::understand::phrases::Phrases;

/// Words about days and sessions, and about coming and not coming.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Words {
    /// Whether a session belongs to the next verb behind it, rather than to the verb of its clause.
    pub verb_final: bool,
    /// Names of the days of the week, Monday first.
    pub weekdays: Vec<Phrases>,
    /// Names of the months, January first.
    pub months: Vec<Vec<String>>,
    /// What stands behind the number of a month ("6월").
    pub month_marks: Vec<String>,
    /// What stands behind the number of a day ("17th", "17.", "17일").
    pub day_marks: Vec<String>,
    /// What makes a bare number a day ("on 17").
    pub before_day: Vec<String>,
    /// What joins two days of one list ("17 y 18").
    pub day_joints: Vec<String>,
    /// What behind the mark of a day makes it a count ("1일차", "2日間").
    pub not_marks: Vec<String>,
    /// Longer words in which the name of a session only seems to stand ("議会議員").
    pub no_session: Phrases,
    /// What behind a number makes it no day.
    pub not_days: Vec<String>,
    /// Days of the month in words, the first first.
    pub spelled_days: Vec<String>,
    /// Whether a day in words needs nothing before it (Slavic genitives).
    pub spelled_alone: bool,
    /// "The first", "day two": position among the days of the event, else among its sessions.
    pub ordinals: Vec<Phrases>,
    /// "The latter", "last day".
    pub last: Phrases,
    /// "First", before a number of days or sessions.
    pub firsts: Phrases,
    /// "Last", before a number of days or sessions.
    pub lasts: Phrases,
    /// What has not been named yet: "the remaining", "the others".
    pub rest: Phrases,
    /// Numbers that stand behind these, two first.
    pub counts: Vec<Phrases>,
    /// "Days", behind such a number.
    pub days: Phrases,
    /// "The first", alone: it may mean anything.
    pub bare_ordinals: Vec<Phrases>,
    /// "Everything".
    pub all: Phrases,
    /// "Both": everything, where there are two of it.
    pub both: Phrases,
    /// "Neither".
    pub neither: Phrases,
    /// "Only", before what it limits or around it.
    pub only: Phrases,
    /// "Only" written right behind what it limits.
    pub only_behind: Vec<String>,
    /// "Except".
    pub except: Phrases,
    /// Parts that other events have ("the city tour"): coming to one is a question for staff.
    pub other_parts: Phrases,
    /// "The day before", "the eve".
    pub day_before: Phrases,
    /// "The day after".
    pub day_after: Phrases,
    /// "Today".
    pub today: Phrases,
    /// "Tomorrow".
    pub tomorrow: Phrases,
    /// Part of the day, to tell one day's sessions apart.
    pub morning: Phrases,
    /// Part of the day.
    pub afternoon: Phrases,
    /// Part of the day.
    pub evening: Phrases,
    /// "The evening event": the session of the evening, where there is one.
    pub evening_event: Phrases,
    /// What may be written onto a session's name: inflection, particles, the second half of a compound.
    pub name_tails: Vec<String>,
    /// What sessions of a kind are called, by a name that all languages share: `conference = ["colloque", …]`.
    pub kinds: BTreeMap<String, Vec<String>>,
    /// Coming.
    pub yes: Phrases,
    /// Not coming.
    pub no: Phrases,
    /// Staying away, in a word: negated, it is coming ("would not miss").
    pub avoid: Phrases,
    /// Not knowing yet.
    pub maybe: Phrases,
    /// Said more by people who come than by others.
    pub leans_yes: Phrases,
    /// Said more by people who stay away.
    pub leans_no: Phrases,
    /// Being elsewhere; a day in such a clause is no answer.
    pub busy: Phrases,
    /// Phrases that contain a negation and are none ("not only").
    pub harmless: Phrases,
    /// Ticked boxes.
    pub ticked: Phrases,
    /// Empty boxes.
    pub unticked: Phrases,
    /// Letters that tick, alone behind a label.
    pub ticked_behind: Vec<String>,
    /// Letters that leave empty, alone behind a label.
    pub unticked_behind: Vec<String>,
    /// "And".
    pub and: Phrases,
    /// Words that begin a thought of its own.
    pub subjects: Phrases,
    /// "But".
    pub but: Phrases,
    /// Words that open a clause of its own, within the sentence ("if", "that").
    pub openers: Phrases,
    /// What joins references of one list where the verb ends the clause (particles).
    pub links: Vec<String>,
    /// "Here too".
    pub same: Phrases,
    /// "Because": what follows gives a reason.
    pub because: Phrases,
    /// Beside a date: it is not a day of coming ("anniversary", "letter of").
    pub elsewhere: Phrases,
    /// Before a date: it is another one ("last Monday").
    pub not_this: Vec<String>,
    /// The clause tells what was said before.
    pub earlier: Phrases,
    /// "In addition": what was said before stays.
    pub also: Phrases,
    /// What follows replaces what was said.
    pub correction: Phrases,
    /// Words that a full stop ends without ending the sentence.
    pub abbreviations: Vec<String>,
    #[serde(skip)]
    notation: OnceLock<Notation>,
    #[serde(skip)]
    listed: OnceLock<Option<Regex>>,
}

impl Words {
    /// How the language writes days.
    pub fn notation(&self) -> &Notation {
        self.notation.get_or_init(|| Notation::of(self))
    }

    /// Whether what stands between two references joins them to one list.
    pub fn lists(&self, between: &str) -> bool {
        let listed = self.listed.get_or_init(|| {
            let mut joints: Vec<&String> = self.links.iter().collect();
            joints.sort_by_key(|joint| std::cmp::Reverse(joint.chars().count()));
            let joints: Vec<String> = joints.into_iter().map(|joint| regex::escape(joint)).collect();
            Regex::new(&format!(r"^(?:{}|[^\w(])*$", joints.join("|"))).ok()
        });
        listed.as_ref().is_some_and(|listed| listed.is_match(between))
    }
}

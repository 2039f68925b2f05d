//! What the word lists and labels know of a mail's words, for readers that weigh them by themselves.

use super::labels::{self, Label};
use super::mail::Mail;
use super::words::{Lexicon, WordList, Words};
use crate::event::{Event, Field};
use crate::understand::facts::sessions;
use crate::understand::language::Languages;
use crate::understand::message::Message;
use crate::understand::net::witness::Witness;
use crate::understand::reply::{ReplyText, Span};

/// One thing that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clue {
    /// A label stands before it; of ours, if it asks for a field.
    Labelled(Option<Field>),
    /// Says what somebody is.
    Role,
    /// Names an organization or a part of one.
    Institution,
    /// Stands beside a name and is none.
    Honorific,
}

/// Picks a list out of a language's words.
type List = fn(&Words) -> &WordList;

/// What is known of a word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct KnownWord {
    /// An honorific or a degree.
    pub honorific: bool,
    /// A family name.
    pub surname: bool,
    /// Says what somebody is.
    pub role: bool,
    /// Names an organization or a part of one.
    pub institution: bool,
}

/// What is known of a mail's words.
pub struct Clues {
    /// Labelled values.
    pub labelled: Vec<(Clue, Span)>,
    languages: Languages,
    questions: Vec<(String, Vec<String>)>,
}

impl Clues {
    /// Looks through a mail.
    #[must_use]
    pub fn of(reply: &ReplyText, message: &Message, event: &Event, languages: &Languages) -> Self {
        // Nobody has looked yet: the net wants to know this first.
        let nobody = Witness::default();
        let mail = Mail::new(reply, message, event, &nobody, languages);
        let labelled = labels::entries(&mail).into_iter().map(|entry| {
            let field = match entry.label {
                Label::Asks(field) => Some(field),
                Label::FirstName | Label::LastName => Some(Field::Name),
                Label::Other => None,
            };
            let start = entry.value.start;
            (Clue::Labelled(field), Span { start, end: start.saturating_add(entry.value.text.len()) })
        });
        let questions = reply
            .inline_answers
            .iter()
            .map(|inline| (inline.question.clone(), sessions::asked_about(&inline.question, event, languages)));
        Self { labelled: labelled.collect(), questions: questions.collect(), languages: languages.clone() }
    }

    /// What is known of a word in lower case.
    #[must_use]
    pub fn of_word(&self, word: &str) -> KnownWord {
        let is = |list: List| Lexicon(&self.languages).is(list, word);
        KnownWord {
            honorific: is(|w| &w.honorifics) || is(|w| &w.degrees),
            surname: is(|w| &w.surnames),
            role: is(|w| &w.roles),
            institution: is(|w| &w.institutions) || is(|w| &w.units),
        }
    }

    /// What is known of words inside runs of letters without spaces.
    #[must_use]
    pub fn unspaced(&self, text: &str) -> Vec<(Clue, Span)> {
        let lexicon = Lexicon(&self.languages);
        let lists: [(Clue, List); 4] = [
            (Clue::Role, |w| &w.roles),
            (Clue::Institution, |w| &w.institutions),
            (Clue::Institution, |w| &w.units),
            (Clue::Honorific, |w| &w.honorifics),
        ];
        let mut found = Vec::new();
        for (clue, list) in lists {
            for entry in lexicon.entries(list).chain(lexicon.ending_entries(list)) {
                if entry.chars().count() >= 2 && entry.chars().all(super::pieces::is_native) {
                    let places = text.match_indices(entry);
                    found.extend(places.map(|(start, entry)| (clue, Span { start, end: start + entry.len() })));
                }
            }
        }
        found
    }

    /// Whether a quoted question asks about a session.
    #[must_use]
    pub fn asks_about(&self, question: &str, session: &str) -> bool {
        let asked = self.questions.iter().find(|(text, _)| text == question);
        asked.is_some_and(|(_, sessions)| sessions.iter().any(|id| id == session))
    }
}

//! The names of an event's sessions in a text: titles, aliases, the words of a title, the place.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, LazyLock, Mutex};

use regex::Regex;

use super::kinds;
use super::words::Words;
use crate::event::Event;
use crate::understand::phrases::{is_agglutinated, pattern};
use crate::understand::reply::Span;
use crate::understand::script::is_unspaced;

/// The sessions that a name may stand for.
type Sessions = BTreeSet<usize>;

/// The names of one event's sessions, compiled.
#[derive(Debug)]
pub struct Names {
    matcher: Option<Regex>,
    sessions: BTreeMap<String, Sessions>,
    weak: BTreeSet<String>,
}

/// A name found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where, without what is written onto it.
    pub span: Span,
    /// Which sessions.
    pub sessions: Sessions,
    /// Whether it is only the place, or one word of the title.
    pub is_weak: bool,
}

impl Names {
    /// The names of the event's sessions for a text in the languages `written`, `known` being all that are read.
    ///
    /// Kept once made: a daemon answers for few events, and making them takes longer than reading a mail.
    #[must_use]
    pub fn shared(event: &Event, written: &[&Words], known: &[&Words]) -> Arc<Self> {
        const KEPT: usize = 256;
        static MADE: LazyLock<Mutex<HashMap<String, Arc<Names>>>> = LazyLock::new(Mutex::default);
        let mut key = String::new();
        for session in &event.sessions {
            key.extend([&session.id, "\n", &session.venue, "\n"]);
            key.push_str(&format!("{:?}{:?}", session.title, session.aliases));
        }
        // Word lists live as long as the process: their address tells which they are.
        key.extend(written.iter().chain(known).map(|words| format!("|{:p}", *words)));
        key.push_str(&format!("|{}", written.len()));
        let make = || Arc::new(Self::of(event, written, kinds::names(event, written, known)));
        let Ok(mut made) = MADE.lock() else { return make() };
        if made.len() >= KEPT {
            made.clear();
        }
        Arc::clone(made.entry(key).or_insert_with(make))
    }

    /// The names of the event's sessions, and those of `kinds`. The words' tails may be written onto them.
    #[must_use]
    fn of(event: &Event, words: &[&Words], kinds: Vec<(String, Sessions)>) -> Self {
        let mut sessions: BTreeMap<String, Sessions> = BTreeMap::new();
        let mut weak = BTreeSet::new();
        let mut title_words: BTreeMap<String, Sessions> = BTreeMap::new();
        for (index, session) in event.sessions.iter().enumerate() {
            for name in session.title.values().chain(session.aliases.values().flatten()) {
                sessions.entry(normal(name)).or_default().insert(index);
            }
            for word in session.title.values().flat_map(|title| title.split(|c: char| !c.is_alphanumeric())) {
                if is_telling(word) {
                    title_words.entry(normal(word)).or_default().insert(index);
                    weak.insert(normal(word));
                }
            }
            for word in session.venue.split(|c: char| !c.is_alphanumeric()) {
                if word.chars().count() >= 5 && word.chars().all(char::is_alphabetic) {
                    title_words.entry(normal(word)).or_default().insert(index);
                    weak.insert(normal(word));
                }
            }
        }
        // "Conf.", "Konf.": the beginning of a long name, where no name is so short.
        let long: Vec<(String, Sessions)> = sessions.iter().map(|(name, of)| (name.clone(), of.clone())).collect();
        for (name, of) in long.iter().filter(|(name, _)| name.len() >= 9 && name.is_ascii() && !name.contains(' ')) {
            let short: String = name.chars().take(4).collect();
            let shared = long.iter().any(|(other, others)| other.starts_with(&short) && others != of);
            if !shared {
                sessions.entry(short).or_insert_with(|| of.clone());
            }
        }
        for (word, of) in kinds {
            let word = normal(&word);
            // The event's own names say which session of a kind is meant; a kind of several does not.
            if let Entry::Vacant(free) = sessions.entry(word) {
                if of.len() > 1 {
                    weak.insert(free.key().clone());
                }
                free.insert(of);
            }
        }
        // A word that all sessions share tells none of them.
        for (word, of) in title_words {
            if of.len() < event.sessions.len() && !sessions.contains_key(&word) {
                sessions.insert(word, of);
            } else {
                weak.remove(&word);
            }
        }
        let written =
            event.sessions.iter().flat_map(|session| session.title.values().chain(session.aliases.values().flatten()));
        let mut names: BTreeSet<String> = written.map(|name| unquoted(name)).collect();
        names.extend(sessions.keys().cloned());
        let mut names: Vec<String> = names.into_iter().collect();
        names.sort_by_key(|name| std::cmp::Reverse(name.chars().count()));
        // Behind a name in a script without spaces anything may stand.
        let (unspaced, names): (Vec<String>, Vec<String>) =
            names.into_iter().partition(|name| name.ends_with(is_unspaced));
        let names: Vec<String> = names.iter().map(|name| opened(&pattern(name))).collect();
        let unspaced: Vec<String> = unspaced.iter().map(|name| stretched(name)).collect();
        let mut tails: Vec<&String> = words.iter().flat_map(|words| &words.name_tails).collect();
        tails.sort_by_key(|tail| std::cmp::Reverse(tail.chars().count()));
        let tails: Vec<String> = tails.into_iter().map(|tail| regex::escape(tail)).collect();
        let mut matcher = format!(r"(?i)(?P<name>{})(?:{}){{0,3}}(?:\b|$)", names.join("|"), tails.join("|"));
        if !unspaced.is_empty() {
            matcher.push_str(&format!("|(?P<unspaced>{})", unspaced.join("|")));
        }
        Self { matcher: Regex::new(&matcher).ok(), sessions, weak }
    }

    /// Every name in the text, in order.
    #[must_use]
    pub fn find_in(&self, text: &str) -> Vec<Found> {
        let captures = self.matcher.iter().flat_map(|matcher| matcher.captures_iter(text));
        let exact = captures.filter_map(|captures| {
            let name = captures.name("name").or_else(|| captures.name("unspaced"))?;
            let known = normal(name.as_str());
            // Inside a longer word ("위원회의") a short name is only letters.
            let inside = text.get(..name.start())?.chars().next_back().is_some_and(is_agglutinated);
            if inside && known.chars().count() < 3 && !known.ends_with(is_unspaced) {
                return None;
            }
            let span = Span { start: name.start(), end: name.end() };
            Some(Found { span, sessions: self.sessions.get(&known)?.clone(), is_weak: self.weak.contains(&known) })
        });
        let mut found: Vec<Found> = exact.collect();
        let misspelt: Vec<Found> = self.misspelt(text).collect();
        found.extend(misspelt.into_iter().filter(|other| !self.is_named(text, other.span)));
        found.sort_by_key(|found| found.span);
        found
    }

    /// Words that are one slip of the pen away from a long name ("conferance").
    fn misspelt<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Found> + 'a {
        let mut from = 0_usize;
        text.split(|letter: char| !letter.is_alphabetic()).filter_map(move |word| {
            let start = text.get(from..).and_then(|rest| rest.find(word)).map(|at| from.saturating_add(at))?;
            from = start.saturating_add(word.len());
            let letters = word.chars().count();
            if letters < 6 || word.chars().any(is_agglutinated) {
                return None;
            }
            let lower = word.to_lowercase();
            let allowed = if letters >= 9 { 2 } else { 1 };
            let near = |name: &&String| {
                name.chars().count() >= 6 && !name.contains(' ') && strsim::damerau_levenshtein(name, &lower) <= allowed
            };
            let name = self.sessions.keys().filter(|name| !self.weak.contains(*name)).find(near)?;
            let span = Span { start, end: from };
            Some(Found { span, sessions: self.sessions.get(name)?.clone(), is_weak: false })
        })
    }

    fn is_named(&self, text: &str, span: Span) -> bool {
        self.matcher
            .iter()
            .flat_map(|matcher| matcher.find_iter(text))
            .any(|found| found.start() < span.end && span.start < found.end())
    }
}

/// Case, spaces and quotation marks do not tell names apart.
fn normal(name: &str) -> String {
    let kept = unquoted(name);
    let agglutinated = kept.chars().any(is_agglutinated);
    let joint = if agglutinated { "" } else { " " };
    kept.to_lowercase().split_whitespace().collect::<Vec<_>>().join(joint)
}

fn unquoted(name: &str) -> String {
    name.chars().filter(|letter| !"\"“”„«»「」'’".contains(*letter)).collect()
}

/// A name's pattern without its closing word boundary: something may be written onto it.
fn opened(pattern: &str) -> String {
    pattern.strip_suffix(r"\b").unwrap_or(pattern).to_string()
}

/// A short name in a script without spaces: in a form its letters may stand apart.
fn stretched(name: &str) -> String {
    match name.chars().collect::<Vec<char>>().as_slice() {
        [first, last] => format!("{first}\u{3000}?{last}"),
        _ => pattern(name),
    }
}

/// Whether a word of a title says something by itself.
fn is_telling(word: &str) -> bool {
    let long_enough = if word.chars().any(is_agglutinated) { 2 } else { 5 };
    word.chars().count() >= long_enough && word.chars().all(char::is_alphabetic)
}

//! Kinds of sessions: "conférence" for what the event calls "International conference", where the event has no name in
//! the language of the mail.

use std::collections::BTreeSet;

use super::words::Words;
use crate::event::{Event, Session};
use crate::understand::phrases::Phrases;

/// The words of a mail's languages for the event's sessions, each with the sessions that are of its kind.
///
/// A session is of a kind if its title or an alias says so in any of the languages `known`, or is the kind's own name.
#[must_use]
pub fn names(event: &Event, written: &[&Words], known: &[&Words]) -> Vec<(String, BTreeSet<usize>)> {
    let mut names = Vec::new();
    for (kind, words) in written.iter().flat_map(|words| &words.kinds) {
        let told = known.iter().filter_map(|words| words.kinds.get(kind)).flatten();
        let all: Vec<String> = told.chain([kind]).cloned().collect();
        let Ok(all) = Phrases::try_from(all) else { continue };
        let sessions = event.sessions.iter().enumerate().filter(|(_, session)| is_of(session, &all));
        let sessions: BTreeSet<usize> = sessions.map(|(index, _)| index).collect();
        // A word for every session tells none of them.
        if !sessions.is_empty() && (sessions.len() < event.sessions.len() || event.sessions.len() == 1) {
            names.extend(words.iter().map(|word| (word.clone(), sessions.clone())));
        }
    }
    names
}

fn is_of(session: &Session, kind: &Phrases) -> bool {
    session.title.values().chain(session.aliases.values().flatten()).any(|name| kind.occur_in(name))
}

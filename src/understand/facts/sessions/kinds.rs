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

#[cfg(test)]
mod tests {
    use crate::event::Event;
    use crate::understand::facts::sessions::Answer::{self, No, Yes};
    use crate::understand::facts::sessions::read;
    use crate::understand::language::Languages;
    use crate::understand::message::Message;
    use crate::understand::reply::ReplyText;

    /// An event whose sessions have names in English alone.
    const EVENT: &str = r#"
        id = "harbour"
        title = "Harbour Days"
        host = "Us"
        timezone = "Europe/Oslo"
        languages = ["en"]
        mailbox = "rsvp@example.org"
        invited = 2024-05-01
        [[session]]
        id = "screening"
        starts = 2024-06-13T19:00:00
        ends = 2024-06-13T21:00:00
        venue = "Quay 3"
        title = { en = "Screening: The Lighthouse Keeper" }
        [[session]]
        id = "congress"
        starts = 2024-06-14T09:00:00
        ends = 2024-06-14T17:00:00
        venue = "Custom House"
        title = { en = "Congress of harbour towns" }
    "#;

    /// What a text answers for the film and for the congress.
    fn answers(text: &str) -> [Option<Answer>; 2] {
        let event = Event::from_toml(EVENT).unwrap();
        let languages = Languages::built_in().of_mail(text, &event.languages);
        let reading = read(&ReplyText::typed(text), &Message::default(), &event, None, &languages);
        let answers = reading.answers(&event, &[], &[]).unwrap_or_default();
        ["screening", "congress"].map(|id| answers.get(id).map(|fact| fact.value))
    }

    #[test]
    fn a_session_is_known_by_its_kind_in_languages_in_which_the_event_has_no_name_for_it() {
        for text in [
            "Je viendrai au colloque, mais pas au film.",
            "Voy a ir al congreso, pero no podré ir a la película.",
            "Parteciperò al convegno, ma purtroppo non alla proiezione.",
            "Vou ao congresso, mas não vou ao cinema.",
            "Ik kom naar het congres, maar helaas niet naar de film.",
            "Jeg kommer på konferansen, men dessverre ikke på filmen.",
            "Jag kommer till konferensen, men tyvärr inte till filmen.",
            "Jeg kommer til konferencen, men desværre ikke til filmen.",
            "Přijdu na konferenci, ale na promítání bohužel nepřijdu.",
            "Prídem na konferenciu, ale na premietanie žiaľ neprídem.",
            "Przyjdę na konferencję, ale na projekcję niestety nie przyjdę.",
        ] {
            assert_eq!(answers(text), [Some(No), Some(Yes)], "{text}");
        }
    }

    #[test]
    fn both_and_only_are_known_in_every_language() {
        for (text, wanted) in [
            ("Je participerai aux deux.", [Some(Yes), Some(Yes)]),
            ("Asistiré a ambos actos.", [Some(Yes), Some(Yes)]),
            ("Parteciperò a entrambi gli eventi.", [Some(Yes), Some(Yes)]),
            ("Jeg kommer gjerne på begge deler.", [Some(Yes), Some(Yes)]),
            ("Jag kommer gärna till båda.", [Some(Yes), Some(Yes)]),
            ("Przyjdę na oba dni.", [Some(Yes), Some(Yes)]),
            ("Přijdu na obojí.", [Some(Yes), Some(Yes)]),
            ("Je viens seulement le 13 juin.", [Some(Yes), Some(No)]),
            ("Iré solo el viernes 14 de junio.", [Some(No), Some(Yes)]),
            ("Vengo soltanto venerdì.", [Some(No), Some(Yes)]),
            ("Vou apenas na sexta-feira.", [Some(No), Some(Yes)]),
            ("Ik kom alleen op vrijdag.", [Some(No), Some(Yes)]),
            ("Jeg kommer kun fredag den 14. juni.", [Some(No), Some(Yes)]),
            ("Přijdu jen čtrnáctého.", [Some(No), Some(Yes)]),
            ("Będę tylko w piątek 14 czerwca.", [Some(No), Some(Yes)]),
        ] {
            assert_eq!(answers(text), wanted, "{text}");
        }
    }
}

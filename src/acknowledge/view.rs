//! What the templates see: the facts in the words of one language, every text fit to stand in a mail.

use serde::Serialize;

use super::text::line;
use super::words::Words;
use super::{Answering, Standing};
use crate::event::{Event, Field, Session};
use crate::registry::Status;
use crate::understand::facts::intent::Kind;
use crate::understand::facts::sessions::Answer;

/// Names and the like are cut here: an acknowledgement repeats facts, it does not carry a stranger's essay.
const LONGEST: usize = 200;

/// The variables of a template.
#[derive(Debug, Serialize)]
pub struct View<'a> {
    /// Code of the language.
    language: &'a str,
    /// The language's words.
    words: &'a Words,
    event: EventView,
    /// attend, decline, change or cancel.
    message: &'static str,
    /// Whether staff will look as well.
    human: bool,
    /// Who is written to.
    recipient: Option<String>,
    attendees: Vec<AttendeeView>,
    /// Whether the sessions are among what is missing.
    asks_sessions: bool,
    /// All sessions of the event.
    sessions: Vec<SessionView>,
}

#[derive(Debug, Serialize)]
struct EventView {
    title: String,
    host: String,
}

#[derive(Debug, Serialize)]
struct AttendeeView {
    name: Option<String>,
    organization: Option<String>,
    position: Option<String>,
    email: Option<String>,
    status: String,
    sessions: Vec<SessionView>,
    missing: Vec<String>,
}

#[derive(Debug, Serialize)]
struct SessionView {
    title: String,
    starts: String,
    venue: String,
    answer: String,
}

/// Writes dates: the templates' own, because each language puts one together in its way.
pub type WriteDate<'a, E> = &'a dyn Fn(&Session) -> Result<String, E>;

impl<'a> View<'a> {
    /// What a template sees of an answer.
    pub fn of<E>(
        answering: &Answering<'_>,
        language: &'a str,
        words: &'a Words,
        write_date: WriteDate<'_, E>,
    ) -> Result<Self, E> {
        let event = answering.event;
        let session = |session: &Session, answer: Option<Answer>| {
            Ok(SessionView {
                title: line(session.title_in(language, default_language(event)), LONGEST),
                starts: write_date(session)?,
                venue: line(&session.venue, LONGEST),
                answer: words.answer(answer).to_owned(),
            })
        };
        let attendee = |standing: &Standing| {
            let facts = &standing.facts;
            let own =
                |fact: &Option<String>| fact.as_deref().map(|text| line(text, LONGEST)).filter(|text| !text.is_empty());
            let answers = facts.sessions.as_ref().filter(|_| comes(standing.status));
            let sessions = answers.iter().flat_map(|answers| {
                event.sessions.iter().map(|of_event| session(of_event, answers.get(&of_event.id).copied()))
            });
            Ok(AttendeeView {
                name: own(&facts.name),
                organization: own(&facts.organization),
                position: own(&facts.position),
                email: own(&facts.email),
                status: words.status(standing.status).to_owned(),
                sessions: sessions.collect::<Result<_, E>>()?,
                missing: standing.missing.iter().map(|field| words.field(*field).to_owned()).collect(),
            })
        };
        Ok(Self {
            language,
            words,
            event: EventView { title: line(&event.title, LONGEST), host: line(&event.host, LONGEST) },
            message: what_happened(answering),
            human: answering.human,
            recipient: answering.recipient.map(|name| line(name, LONGEST)).filter(|name| !name.is_empty()),
            attendees: answering.attendees.iter().map(attendee).collect::<Result<_, E>>()?,
            asks_sessions: answering.attendees.iter().any(|standing| standing.missing.contains(&Field::Sessions)),
            sessions: event.sessions.iter().map(|of_event| session(of_event, None)).collect::<Result<_, E>>()?,
        })
    }
}

fn default_language(event: &Event) -> &str {
    event.languages.first().map_or("en", String::as_str)
}

/// Whether sessions are worth listing: who does not come at all comes to none.
fn comes(status: Status) -> bool {
    !matches!(status, Status::Declined | Status::Cancelled)
}

/// What an answer says first. Where everybody declined or cancelled, that is what happened, whatever the message was
/// taken for.
fn what_happened(answering: &Answering<'_>) -> &'static str {
    let all = |status| !answering.attendees.is_empty() && answering.attendees.iter().all(|s| s.status == status);
    if all(Status::Cancelled) {
        "cancel"
    } else if all(Status::Declined) {
        "decline"
    } else if matches!(answering.message, Kind::Change | Kind::Cancel) {
        "change"
    } else {
        "attend"
    }
}

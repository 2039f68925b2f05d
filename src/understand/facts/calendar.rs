//! What an answer from a calendar (METHOD:REPLY, RFC 5546 §3.2.3) says about sessions: a witness like the text.

use super::evidence::{Evidence, ReasonCode, Signal, Source};
use super::sessions::{Answer, Mention, SessionReading};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::event::{Event, Session};
use crate::understand::message::{Calendar, Message};

/// A calendar's answer is given by a click on that very entry.
const CONFIDENCE: f32 = 0.95;

/// Adds the calendar's answers to the reading. A conflict with what was typed is told.
pub fn read(message: &Message, event: &Event, reading: &mut SessionReading) -> Vec<Signal> {
    let mut signals = Vec::new();
    for calendar in message.calendars.iter().filter(|calendar| calendar.method == "REPLY") {
        let Some(answer) = participation(calendar, message) else { continue };
        let sessions = sessions_meant(calendar, event);
        if sessions.is_empty() {
            signals.push(signal(
                ReasonCode::UnknownSession,
                "a calendar answer is about an entry that is no session of the event",
            ));
            continue;
        }
        let disagrees = reading.mentions.iter().any(|mention| {
            mention.answer != answer && mention.sessions.iter().any(|session| sessions.contains(session))
        });
        if disagrees {
            signals.push(signal(ReasonCode::Contradiction, "the calendar answer and the text say different things"));
        }
        if answer == Answer::Maybe {
            signals.push(signal(ReasonCode::UncertainAttendance, "answered \"tentative\" in the calendar"));
        }
        reading.mentions.push(Mention {
            sessions,
            answer,
            exclusive: false,
            corrects: false,
            evidence: Evidence {
                source: Source::Calendar,
                text: calendar.summary.clone(),
                span: None,
                confidence: CONFIDENCE,
                rule: "calendar_reply",
            },
        });
    }
    signals
}

fn participation(calendar: &Calendar, message: &Message) -> Option<Answer> {
    let sender = message.from.as_ref().map(|mailbox| mailbox.address.as_str());
    let attendee = match calendar.attendees.as_slice() {
        [only] => only,
        several => several.iter().find(|attendee| Some(attendee.address.as_str()) == sender)?,
    };
    match attendee.participation.as_str() {
        "ACCEPTED" => Some(Answer::Yes),
        "DECLINED" => Some(Answer::No),
        "TENTATIVE" => Some(Answer::Maybe),
        _ => None,
    }
}

/// The sessions that a calendar entry stands for: by its start, else by a title or alias in its summary, else by its
/// day, else all of them if it bears the event's own title.
fn sessions_meant(calendar: &Calendar, event: &Event) -> Vec<String> {
    let summary = calendar.summary.to_lowercase();
    let starts = local_start(calendar, event);
    let named = |session: &Session| {
        let words = session.title.values().chain(session.aliases.values().flatten());
        words.map(|word| word.to_lowercase()).any(|word| !word.is_empty() && summary.contains(&word))
    };
    let entitled = summary.contains(&event.title.to_lowercase());
    let ways: [&dyn Fn(&Session) -> bool; 4] = [
        &|session| starts == Some(session.starts),
        &named,
        &|session| starts.is_some_and(|starts| starts.date() == session.starts.date()),
        &|_| entitled,
    ];
    let found = |way: &&dyn Fn(&Session) -> bool| {
        event.sessions.iter().filter(|session| way(session)).map(|session| session.id.clone()).collect::<Vec<_>>()
    };
    ways.iter().map(found).find(|sessions| !sessions.is_empty()).unwrap_or_default()
}

/// The entry's start on the event's own clock; calendar programs often send UTC.
fn local_start(calendar: &Calendar, event: &Event) -> Option<DateTime> {
    let starts = calendar.starts?;
    if !calendar.starts_in_utc {
        return Some(starts);
    }
    let instant = TimeZone::UTC.to_zoned_datetime(starts).ok()?;
    Some(instant.in_tz(&event.timezone).ok()?.datetime())
}

fn signal(code: ReasonCode, detail: &str) -> Signal {
    Signal { code, detail: detail.to_owned(), span: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::understand::message::CalendarAttendee;

    const EVENT: &str = r#"
        id = "tea"
        title = "The tea meeting"
        host = "Us"
        timezone = "Europe/Berlin"
        languages = ["en"]
        mailbox = "tea@example.org"
        invited = 2024-01-01
        [[session]]
        id = "tasting"
        starts = 2024-02-01T10:00:00
        ends = 2024-02-01T11:00:00
        venue = "Hall"
        title = { en = "Tasting" }
        [[session]]
        id = "talk"
        starts = 2024-02-02T10:00:00
        ends = 2024-02-02T11:00:00
        venue = "Hall"
        title = { en = "Talk" }
    "#;

    fn answer(summary: &str, starts: Option<&str>, participation: &str) -> (SessionReading, Vec<Signal>) {
        let attendee = CalendarAttendee { participation: participation.into(), ..CalendarAttendee::default() };
        let calendar = Calendar {
            method: "REPLY".into(),
            summary: summary.into(),
            starts: starts.map(|starts| starts.parse().unwrap()),
            attendees: vec![attendee],
            ..Calendar::default()
        };
        let message = Message { calendars: vec![calendar], ..Message::default() };
        let mut reading = SessionReading::default();
        let signals = read(&message, &Event::from_toml(EVENT).unwrap(), &mut reading);
        (reading, signals)
    }

    #[test]
    fn an_accepted_entry_answers_the_session_that_starts_then() {
        let (reading, signals) = answer("Accepted: Appointment", Some("2024-02-02T10:00:00"), "ACCEPTED");
        assert_eq!(reading.mentions[0].sessions, ["talk"]);
        assert_eq!(reading.mentions[0].answer, Answer::Yes);
        assert!(signals.is_empty());
    }

    #[test]
    fn an_entry_is_known_by_its_title_and_the_whole_event_by_its_own() {
        assert_eq!(answer("Declined: Tasting", None, "DECLINED").0.mentions[0].sessions, ["tasting"]);
        assert_eq!(answer("The Tea Meeting", None, "ACCEPTED").0.mentions[0].sessions, ["tasting", "talk"]);
    }

    #[test]
    fn a_start_in_utc_is_read_on_the_clock_of_the_event() {
        let event = Event::from_toml(EVENT).unwrap();
        let calendar = Calendar {
            starts: Some("2024-02-01T09:00:00".parse().unwrap()),
            starts_in_utc: true,
            ..Calendar::default()
        };
        assert_eq!(local_start(&calendar, &event), Some(event.sessions[0].starts));
    }

    #[test]
    fn tentative_and_foreign_entries_are_told() {
        assert_eq!(answer("Talk", None, "TENTATIVE").1[0].code, ReasonCode::UncertainAttendance);
        assert_eq!(answer("Dentist", None, "ACCEPTED").1[0].code, ReasonCode::UnknownSession);
    }
}

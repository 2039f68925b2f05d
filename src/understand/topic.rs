//! Which event a mail is about: by its thread, its subject, the quoted invitation, the time at which it was written,
//! and what its sender is registered for; where that leaves a doubt, staff say.

use crate::event::Event;
use crate::registry::Known;
use crate::understand::decide::Reason;
use crate::understand::facts::evidence::ReasonCode;
use crate::understand::message::Message;
use crate::understand::reply::ReplyText;

/// The share of an invitation's subject that a mail's subject must repeat to be an answer to it.
const SUBJECT_SHARE: f32 = 0.6;

/// The event that this mail answers, among those of its mailbox.
///
/// # Errors
/// The reason for staff, when no event fits, or several do.
pub fn event_of<'a>(
    message: &Message,
    reply: &ReplyText,
    events: &[&'a Event],
    known: Option<&Known>,
) -> Result<&'a Event, Reason> {
    let thread = known.and_then(|known| known.answers.as_ref()).and_then(|answered| answered.event.as_deref());
    if let Some(event) = events.iter().find(|event| Some(event.id.as_str()) == thread) {
        return Ok(event);
    }
    let likeness: Vec<f32> = events.iter().map(|event| likeness(message, reply, event)).collect();
    let best = likeness.iter().copied().fold(SUBJECT_SHARE, f32::max);
    let named: Vec<&&Event> =
        events.iter().zip(&likeness).filter(|(_, likeness)| **likeness >= best).map(|(event, _)| event).collect();
    if let [only] = named.as_slice() {
        return Ok(only);
    }
    let among = if named.is_empty() { events.iter().collect() } else { named };
    let open: Vec<&&Event> = among.into_iter().filter(|event| is_open(message, event)).collect();
    let registered: Vec<&&Event> = open
        .iter()
        .copied()
        .filter(|event| known.is_some_and(|known| known.records.iter().any(|record| record.event == event.id)))
        .collect();
    match (open.as_slice(), registered.as_slice()) {
        ([only], _) | (_, [only]) => Ok(only),
        ([], _) => Err(Reason::new(ReasonCode::UnknownEvent, "no event was open for answers when this was written")),
        _ => Err(Reason::new(ReasonCode::UnknownEvent, "it could be about several events")),
    }
}

/// How much of the subject of one of this event's invitations the mail's subject repeats, 0 to 1; a quotation that
/// holds it whole is as good.
fn likeness(message: &Message, reply: &ReplyText, event: &Event) -> f32 {
    let subject = words(&message.subject);
    let shares = event.invitations.values().filter(|invitation| !invitation.subject.is_empty()).map(|invitation| {
        let own = words(&invitation.subject);
        let shared = own.iter().filter(|word| subject.contains(word)).count();
        if reply.quotation.contains(invitation.subject.as_str()) { 1.0 } else { shared as f32 / own.len() as f32 }
    });
    shares.fold(0.0, f32::max)
}

/// Whether people could answer the invitation when the mail was written. A mail without a date may be about any.
fn is_open(message: &Message, event: &Event) -> bool {
    let Some(date) = message.date else { return true };
    let Ok(local) = date.in_tz(&event.timezone) else { return false };
    let last = event.sessions.iter().map(|session| session.ends.date()).max();
    event.invited <= local.date() && last.is_some_and(|last| local.date() <= last)
}

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: &str, invited: &str, day: &str) -> Event {
        Event::from_toml(&format!(
            r#"
            id = "{id}"
            title = "Tea"
            host = "Us"
            timezone = "Europe/Berlin"
            languages = ["en"]
            mailbox = "tea@example.org"
            invited = {invited}
            [[session]]
            id = "tea"
            starts = {day}T10:00:00
            ends = {day}T11:00:00
            venue = "Hall"
            title = {{ en = "Tea" }}
            [invitation.en]
            subject = "Invitation: the {id} tea meeting"
            text = "Come."
            "#
        ))
        .unwrap()
    }

    fn chosen(subject: &str, date: Option<&str>) -> Result<String, ReasonCode> {
        let (spring, summer) =
            (event("spring", "2024-03-01", "2024-04-01"), event("summer", "2024-06-01", "2024-07-01"));
        let message =
            Message { subject: subject.into(), date: date.map(|date| date.parse().unwrap()), ..Message::default() };
        event_of(&message, &ReplyText::default(), &[&spring, &summer], None)
            .map(|event| event.id.clone())
            .map_err(|reason| reason.code)
    }

    #[test]
    fn the_time_of_writing_tells_which_invitation_is_answered() {
        assert_eq!(chosen("RSVP", Some("2024-03-20T10:00:00Z")).as_deref(), Ok("spring"));
        assert_eq!(chosen("RSVP", Some("2024-06-20T10:00:00Z")).as_deref(), Ok("summer"));
        assert_eq!(chosen("RSVP", Some("2024-09-01T10:00:00Z")), Err(ReasonCode::UnknownEvent));
        assert_eq!(chosen("RSVP", None), Err(ReasonCode::UnknownEvent));
    }

    #[test]
    fn the_subject_tells_it_even_before_the_invitation_went_out() {
        assert_eq!(
            chosen("AW: Invitation: the summer tea meeting", Some("2024-05-20T10:00:00Z")).as_deref(),
            Ok("summer")
        );
    }
}

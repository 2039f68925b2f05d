//! Understanding a mail with no registry behind it, as `rsvpd parse` does.

use super::message::Message;
use super::{Understanding, understand};
use crate::event::Event;

/// What may be told beside the mail and the events.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options<'a> {
    /// The one event that the mail is about, whatever it says.
    pub event: Option<&'a str>,
    /// The server whose Authentication-Results are believed; else `mx.` and the domain of the event's mailbox.
    pub trusted_authserv_id: Option<&'a str>,
}

/// Reads raw bytes as a mail to the mailbox of one of the events.
#[must_use]
pub fn read(raw: &[u8], events: &[Event], options: &Options<'_>) -> Understanding {
    let mut candidates: Vec<&Event> =
        events.iter().filter(|event| options.event.is_none_or(|id| id == event.id)).collect();
    let parse = |events: &[&Event]| {
        let domain = events.first().and_then(|event| event.mailbox.rsplit_once('@')).map(|(_, domain)| domain);
        let server = options.trusted_authserv_id.map(str::to_owned);
        Message::parse(raw, &server.unwrap_or_else(|| format!("mx.{}", domain.unwrap_or_default())))
    };
    let parsed = parse(&candidates).and_then(|message| {
        let asked: Vec<&Event> = candidates
            .iter()
            .copied()
            .filter(|event| message.recipients.iter().any(|recipient| recipient.address == event.mailbox))
            .collect();
        if asked.is_empty() || asked.len() == candidates.len() {
            return Ok(message);
        }
        // The mailbox that it was sent to decides whose Authentication-Results count.
        candidates = asked;
        parse(&candidates)
    });
    match parsed {
        Ok(message) => understand(&message, &candidates, None),
        Err(why) => Understanding::unreadable(&why),
    }
}

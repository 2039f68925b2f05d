//! Signs that somebody poses as us, or writes for machines rather than for people.

use super::{Attendee, Reason};
use crate::event::Event;
use crate::understand::facts::evidence::ReasonCode;
use crate::understand::message::Message;

/// Why the sender seems to pose as the event's own staff: his display name is the host's or shows an address of the
/// event's domain, or his domain is a mistyped one of ours.
pub fn poses_as_staff(message: &Message, event: &Event) -> Option<Reason> {
    let from = message.from.as_ref()?;
    let (_, domain) = from.address.rsplit_once('@')?;
    let (_, ours) = event.mailbox.rsplit_once('@')?;
    if domain == ours || domain.ends_with(&format!(".{ours}")) {
        return None;
    }
    let name = from.name.as_deref().unwrap_or_default().to_lowercase();
    let sign = if name.contains(&format!("@{ours}")) {
        "shows an address of ours as the sender's name"
    } else if !name.is_empty() && name == event.host.to_lowercase() {
        "bears the host's name, from an address that is not the host's"
    } else if looks_like(domain, ours) {
        "comes from a domain that looks like ours"
    } else {
        return None;
    };
    Some(Reason::new(ReasonCode::Impersonation, sign))
}

/// One letter away, or the same once letters that look alike are.
fn looks_like(domain: &str, ours: &str) -> bool {
    let plain = |domain: &str| domain.replace('0', "o").replace(['1', 'i'], "l").replace("rn", "m").replace('-', "");
    ours.len() >= 8 && (plain(domain) == plain(ours) || strsim::damerau_levenshtein(domain, ours) == 1)
}

/// Why a text that was read is no text for people: a formula for spreadsheets, markup, characters that steer a screen.
pub fn injects(attendees: &[Attendee]) -> Option<Reason> {
    let texts = |attendee: &Attendee| {
        let facts = attendee.facts();
        [facts.name, facts.organization, facts.position].into_iter().flatten().collect::<Vec<_>>()
    };
    let is_hostile = |text: &String| {
        text.starts_with(['=', '+', '@', '|']) || text.contains(['<', '>', '{', '}', '\u{202e}', '\u{202d}'])
    };
    let detail = "a name, organization or position holds a formula, markup or steering characters";
    let hostile = attendees.iter().flat_map(texts).any(|text| is_hostile(&text));
    hostile.then(|| Reason::new(ReasonCode::SuspiciousContent, detail))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::understand::facts::evidence::{Evidence, Fact, Source};
    use crate::understand::message::Mailbox;

    fn event() -> Event {
        let toml = "id = \"tea\"\ntitle = \"Tea\"\nhost = \"The Tea Society\"\ntimezone = \"Europe/Berlin\"\n\
                    languages = [\"en\"]\nmailbox = \"rsvp@tea-society.example\"\ninvited = 2024-01-01\n[[session]]\n\
                    id = \"tasting\"\nstarts = 2024-02-01T10:00:00\nends = 2024-02-01T11:00:00\nvenue = \"Hall\"\n\
                    title = { en = \"Tasting\" }\n";
        Event::from_toml(toml).unwrap()
    }

    #[test]
    fn who_poses_as_staff_is_told_from_who_does_not() {
        for (name, address, poses) in [
            ("rsvp@tea-society.example", "x@elsewhere.example", true),
            ("The Tea Society", "x@elsewhere.example", true),
            ("Anna Weber", "anna@tea-soceity.example", true),
            ("Anna Weber", "anna@teasociety.example", true),
            ("Anna Weber", "anna@tea-society.example", false),
            ("The Tea Society", "office@tea-society.example", false),
            ("Anna Weber", "anna@coffee-society.example", false),
            ("", "anna@weber.example", false),
        ] {
            let from = Some(Mailbox { name: Some(name.into()), address: address.into() });
            let message = Message { from, ..Message::default() };
            assert_eq!(poses_as_staff(&message, &event()).is_some(), poses, "{name} {address}");
        }
    }

    #[test]
    fn formulas_and_markup_are_told_from_names() {
        for (name, hostile) in [
            ("=HYPERLINK(\"http://x.example\")", true),
            ("<script>alert(1)</script>", true),
            ("Anna \u{202e}rebeW", true),
            ("Anna-Maria O'Neill (Ms)", false),
            ("김서연", false),
        ] {
            let evidence =
                Evidence { source: Source::Label, text: name.into(), span: None, confidence: 1.0, rule: "test" };
            let attendee = Attendee { name: Some(Fact { value: name.to_owned(), evidence }), ..Attendee::default() };
            assert_eq!(injects(&[attendee]).is_some(), hostile, "{name}");
        }
    }
}

//! The pure core: message → reply text → facts with evidence → decision with reasons.
//!
//! Every stage is a function of its arguments: no clock, no network, no database, no async. A stage takes the type
//! of the one before it, so none can be skipped.
//!
//! | stage | in | out |
//! | --- | --- | --- |
//! | [`message`] | raw bytes | [`Message`]: headers, body lines, calendar and card parts, marks of a machine |
//! | [`reply`] | message, invitations | [`ReplyText`]: what this person typed, signature set apart |
//! | [`facts`] | reply text, message, event | [`Facts`]: who, where, what, which sessions, each with evidence |
//! | [`decide`] | facts, event, what the registry knows | [`Decision`]: record, ask, review or ignore, with reasons |

pub mod decide;
mod explain;
pub mod facts;
pub mod language;
pub mod message;
pub mod net;
pub mod offline;
pub mod phrases;
pub mod reply;
pub mod script;
mod topic;

use std::panic::AssertUnwindSafe;

use crate::event::{Event, Invitation};
use crate::registry::Known;
use decide::{Decision, Reason, origin};
use facts::Facts;
use facts::evidence::ReasonCode;
use facts::intent::Kind;
use language::Languages;
use message::{Message, Unreadable};
use reply::ReplyText;

/// Everything that was understood of one mail.
#[derive(Debug, Clone)]
pub struct Understanding {
    /// The event it belongs to, if that is clear.
    pub event: Option<String>,
    /// ISO 639-1 code of the reply's language.
    pub language: String,
    /// What the sender typed.
    pub reply: ReplyText,
    /// What is done with it, and why.
    pub decision: Decision,
}

/// Understands a parsed mail. `events` are those that the mailbox answers for; `known` is what the registry knows of
/// sender and thread, `None` where there is no registry. A mail that makes a stage fail goes to staff as unreadable.
#[must_use]
pub fn understand(message: &Message, events: &[&Event], known: Option<&Known>) -> Understanding {
    let stages = AssertUnwindSafe(|| through_the_stages(message, events, known));
    std::panic::catch_unwind(stages).unwrap_or_else(|_| {
        let detail = "understanding this mail failed; please read it yourself and report the defect";
        Understanding::set_aside(ReasonCode::Unreadable, detail.to_owned())
    })
}

fn through_the_stages(message: &Message, events: &[&Event], known: Option<&Known>) -> Understanding {
    let languages = Languages::built_in();
    // From, not Reply-To: only From is what the sender's domain vouches for (DMARC).
    let sender = message.from.as_ref().map(|from| from.address.as_str()).unwrap_or_default();
    let known = known.map(|known| known.as_far_as_concerns(sender));
    let known = known.as_ref();
    let invitations: Vec<&Invitation> = events.iter().flat_map(|event| event.invitations.values()).collect();
    let reply = ReplyText::of(message, &invitations);
    let language = languages.detect(&reply.text).map_or("en", |language| language.code.as_str()).to_owned();
    let event = topic::event_of(message, &reply, events, known);
    let decision = match (origin::machine(message, events), &event) {
        (Some(ignored), _) => ignored,
        (None, Err(reason)) => Decision::review(Kind::Unrelated, contact(message), vec![reason.clone()]),
        (None, Ok(event)) => {
            let facts = Facts::read(&reply, message, event, known.map_or(&[], Known::asks_for), languages);
            decide::decide(&facts, &reply, message, event, known)
        }
    };
    let event = event.ok().map(|event| event.id.clone());
    Understanding { event, language, reply, decision }
}

impl Understanding {
    /// What follows from bytes that no mail can be read from: a human looks at them.
    #[must_use]
    pub fn unreadable(why: &Unreadable) -> Self {
        Self::set_aside(ReasonCode::Unreadable, why.to_string())
    }

    /// A mail that goes to staff without having been read.
    #[must_use]
    pub fn set_aside(code: ReasonCode, detail: String) -> Self {
        Self {
            event: None,
            language: "en".to_owned(),
            reply: ReplyText::default(),
            decision: Decision::review(Kind::Unrelated, None, vec![Reason::new(code, detail)]),
        }
    }
}

fn contact(message: &Message) -> Option<String> {
    message.answer_address().filter(|_| origin::forged(message).is_none()).map(str::to_owned)
}

//! From what was understood to all that follows of it: registry changes, filing, and the answer to send.

use jiff::Timestamp;

use crate::acknowledge::{self, Answered, Answering, Templates};
use crate::event::Event;
use crate::registry::reconcile::{Standing, standings};
use crate::registry::{Acknowledgement, AcknowledgementKind, Filing, Known, Outcome};
use crate::understand::Understanding;
use crate::understand::decide::{Action, Reason};
use crate::understand::facts::evidence::ReasonCode;
use crate::understand::message::Message;

/// One message, with all that its outcome depends on.
#[derive(Clone, Copy)]
pub struct Case<'a> {
    /// The mail, if it could be read.
    pub message: Option<&'a Message>,
    /// What was understood of it.
    pub understanding: &'a Understanding,
    /// The event it belongs to.
    pub event: Option<&'a Event>,
    /// What the registry knows of sender and thread.
    pub known: &'a Known,
    /// How answers are written.
    pub answers: Answers<'a>,
}

/// How answers are written.
#[derive(Clone, Copy)]
pub struct Answers<'a> {
    /// The texts.
    pub templates: &'a Templates,
    /// From header, as configured.
    pub from: &'a str,
    /// Message-ID of the answer, should one be written.
    pub message_id: &'a str,
    /// Its date.
    pub now: Timestamp,
    /// Whether this address may be answered once more today.
    pub within_budget: bool,
}

/// All that follows from the message.
#[must_use]
pub fn of(case: &Case<'_>) -> Outcome {
    let decision = &case.understanding.decision;
    let settled = match (decision.action, case.event) {
        (Action::Record | Action::Ask, Some(event)) => standings(decision, event, case.known),
        _ => Vec::new(),
    };
    let mut reasons = decision.reasons.clone();
    let mut human = decision.human;
    let acknowledgement = answer(case, &settled).unwrap_or_else(|reason| {
        reasons.push(reason);
        human = true;
        None
    });
    Outcome {
        event: case.understanding.event.clone(),
        language: case.understanding.language.clone(),
        kind: decision.kind,
        action: decision.action,
        human,
        reasons,
        reply_text: case.understanding.reply.text.clone(),
        attendees: case.understanding.attendees_json(),
        contact: decision.contact.clone(),
        changes: settled.into_iter().filter_map(|standing| standing.change).collect(),
        acknowledgement,
        filing: match decision.action {
            Action::Record | Action::Ask => Filing::Recorded,
            Action::Review => Filing::Review,
            Action::Ignore => Filing::Ignored,
        },
        undeliverable: bounced(case),
    }
}

/// The answer that is owed; an error is the reason for staff why one that is owed cannot be sent.
fn answer(case: &Case<'_>, settled: &[Standing]) -> Result<Option<Acknowledgement>, Reason> {
    let (Some(kind), Some(event)) = (owed(case), case.event) else { return Ok(None) };
    let (Some(to), Some(message)) = (case.understanding.decision.contact.as_deref(), case.message) else {
        return Ok(None);
    };
    if !case.answers.within_budget {
        let detail = "no answer was sent: this address has had today's number of answers already";
        return Err(Reason::new(ReasonCode::AutomaticReply, detail));
    }
    let attendees: Vec<acknowledge::Standing> = settled
        .iter()
        .map(|standing| acknowledge::Standing {
            facts: standing.facts.clone(),
            status: standing.status,
            missing: standing.missing.clone(),
        })
        .collect();
    let answering = Answering {
        event,
        kind,
        message: case.understanding.decision.kind,
        human: case.understanding.decision.human,
        language: &case.understanding.language,
        attendees: &attendees,
        answered: Answered {
            message_id: message.message_id.as_deref(),
            subject: &message.subject,
            references: &message.thread,
        },
        to,
        recipient: message.from.as_ref().filter(|from| from.address == to).and_then(|from| from.name.as_deref()),
        from: case.answers.from,
        message_id: case.answers.message_id,
        date: case.answers.now,
    };
    acknowledge::compose(case.answers.templates, &answering)
        .map(Some)
        .map_err(|error| Reason::new(ReasonCode::LowConfidence, format!("no answer was sent: {error}")))
}

/// What kind of answer a decision owes. A human who will look is announced to trusted mail that speaks of the
/// event, never to hostile mail, nor where the answer would tell a stranger what the registry holds.
fn owed(case: &Case<'_>) -> Option<AcknowledgementKind> {
    let decision = &case.understanding.decision;
    let silent = |reason: &Reason| {
        matches!(
            reason.code,
            ReasonCode::AuthenticationFailed
                | ReasonCode::Impersonation
                | ReasonCode::SuspiciousContent
                | ReasonCode::OtherPersonsRecord
                | ReasonCode::NotAnRsvp
                | ReasonCode::UnknownEvent
                | ReasonCode::Unreadable
                | ReasonCode::TooLarge
        )
    };
    match decision.action {
        Action::Record => Some(AcknowledgementKind::Confirm),
        Action::Ask => Some(AcknowledgementKind::Ask),
        Action::Review if !decision.reasons.iter().any(silent) => Some(AcknowledgementKind::Received),
        Action::Review | Action::Ignore => None,
    }
}

/// The address that an answer of ours came back from for good (RFC 3464 §2.3.3: `failed`). Only a report that
/// returns our own Message-ID is believed: anybody can write a bounce.
fn bounced(case: &Case<'_>) -> Option<String> {
    let report = case.message?.delivery_report.as_ref()?;
    let returned = case.known.answers.as_ref()?;
    let for_good = report.action.as_deref().map_or_else(
        || report.status.as_deref().is_some_and(|status| status.starts_with('5')),
        |action| action == "failed",
    );
    (for_good && case.understanding.decision.action == Action::Ignore).then(|| returned.to.clone())
}

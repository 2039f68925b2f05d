//! What was understood, told: as the contract's JSON object, and in words a person can follow.

use serde_json::{Map, Value, json};

use super::Understanding;
use super::decide::Attendee;
use super::facts::evidence::{Evidence, Fact};

impl Understanding {
    /// The contract's object of `rsvpd parse --output jsonl`.
    #[must_use]
    pub fn to_json(&self, file: &str) -> Value {
        json!({
            "file": file,
            "event": self.event,
            "language": self.language,
            "kind": self.decision.kind,
            "action": self.decision.action,
            "human": self.decision.human,
            "attendees": self.attendees_json(),
            "contact": self.decision.contact,
            "reasons": self.decision.reasons,
            "reply_text": self.reply.text,
            "signature": self.reply.signature,
        })
    }

    /// The attendees alone, as in the object: the proposal that staff see.
    #[must_use]
    pub fn attendees_json(&self) -> Value {
        self.decision.attendees.iter().map(attendee_json).collect()
    }

    /// The reasoning in words, the reply text with the spans that facts were read from.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        let decision = &self.decision;
        let name = |value: Value| value.as_str().map(str::to_owned).unwrap_or_default();
        let event = self.event.as_deref().unwrap_or("no known event");
        let mut line = |told: std::fmt::Arguments<'_>| text.push_str(&format!("{told}\n"));
        line(format_args!(
            "{} → {} ({event}, {})",
            name(json!(decision.kind)),
            name(json!(decision.action)),
            self.language
        ));
        for reason in &decision.reasons {
            line(format_args!("  because {}: {}", name(json!(reason.code)), reason.detail));
        }
        for attendee in &decision.attendees {
            line(format_args!("attendee"));
            for (field, fact) in texts(attendee) {
                match fact {
                    Some(fact) => line(format_args!("  {field:<13} {}   [{}]", fact.value, origin(&fact.evidence))),
                    None => line(format_args!("  {field:<13} –")),
                }
            }
            for (session, fact) in attendee.sessions.iter().flatten() {
                line(format_args!("  {session:<13} {}   [{}]", name(json!(fact.value)), origin(&fact.evidence)));
            }
        }
        line(format_args!("typed"));
        for typed in self.reply.text.lines() {
            line(format_args!("  | {typed}"));
        }
        text
    }
}

fn texts(attendee: &Attendee) -> [(&'static str, Option<&Fact<String>>); 4] {
    [
        ("name", attendee.name.as_ref()),
        ("organization", attendee.organization.as_ref()),
        ("position", attendee.position.as_ref()),
        ("email", attendee.email.as_ref()),
    ]
}

fn origin(evidence: &Evidence) -> String {
    let place = match evidence.span {
        Some(span) => format!(" {}..{}", span.start, span.end),
        None => String::new(),
    };
    format!("{} {:.2}{place}: {:?}", evidence.rule, evidence.confidence, evidence.text)
}

fn attendee_json(attendee: &Attendee) -> Value {
    let mut object = Map::new();
    let mut evidence = Map::new();
    for (field, fact) in texts(attendee) {
        object.insert(field.to_owned(), json!(fact.map(|fact| &fact.value)));
        if let Some(fact) = fact {
            evidence.insert(field.to_owned(), evidence_json(&fact.evidence));
        }
    }
    let sessions = attendee.sessions.as_ref().map(|answers| {
        answers.iter().map(|(session, fact)| (session.clone(), json!(fact.value))).collect::<Map<_, _>>()
    });
    let witnesses: Map<_, _> = attendee
        .sessions
        .iter()
        .flatten()
        .map(|(session, fact)| (session.clone(), evidence_json(&fact.evidence)))
        .collect();
    object.insert("sessions".to_owned(), json!(sessions));
    object.insert("missing".to_owned(), json!(attendee.missing));
    if !witnesses.is_empty() {
        evidence.insert("sessions".to_owned(), Value::Object(witnesses));
    }
    object.insert("evidence".to_owned(), Value::Object(evidence));
    Value::Object(object)
}

fn evidence_json(evidence: &Evidence) -> Value {
    let mut object = json!({
        "source": evidence.source,
        "text": evidence.text,
        "confidence": (f64::from(evidence.confidence) * 100.0).round() / 100.0,
        "rule": evidence.rule,
    });
    if let (Some(span), Some(map)) = (evidence.span, object.as_object_mut()) {
        map.insert("start".to_owned(), json!(span.start));
        map.insert("end".to_owned(), json!(span.end));
    }
    object
}

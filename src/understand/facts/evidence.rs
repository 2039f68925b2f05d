//! Where a fact was read, and how sure the reader is.

use serde::Serialize;

use crate::understand::reply::Span;

/// The kind of place that a fact was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A labelled line: "Organization: …".
    Label,
    /// An answer typed beneath a quoted line of the invitation.
    InlineAnswer,
    /// Running text.
    Prose,
    /// The signature.
    Signature,
    /// From's display name or address.
    From,
    /// Reply-To.
    ReplyTo,
    /// The subject.
    Subject,
    /// A calendar part.
    Calendar,
    /// A vCard.
    Card,
}

/// Where a fact was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// The kind of place.
    pub source: Source,
    /// The words themselves, as they stand there.
    pub text: String,
    /// Where in the reply text; `None` for headers, calendars and cards.
    pub span: Option<Span>,
    /// 0.0 to 1.0: how likely the value is right.
    pub confidence: f32,
    /// The rule that read it, by name, for the explanation.
    pub rule: &'static str,
}

/// A value with the evidence for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact<T> {
    /// The value, cleaned.
    pub value: T,
    /// Where it was read.
    pub evidence: Evidence,
}

impl<T> Fact<T> {
    /// Whether the sender typed it, rather than his mail program or a calendar.
    #[must_use]
    pub fn is_typed(&self) -> bool {
        self.evidence.span.is_some()
    }

    /// The same with another confidence.
    #[must_use]
    pub fn believed(mut self, confidence: f32) -> Self {
        self.evidence.confidence = confidence;
        self
    }
}

/// Something noticed that may concern staff or hold back a decision.
#[derive(Debug, Clone, PartialEq)]
pub struct Signal {
    /// The contract's reason code.
    pub code: ReasonCode,
    /// Plain English for staff.
    pub detail: String,
    /// Where in the reply text.
    pub span: Option<Span>,
}

/// The contract's reason codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the contract's own words")]
pub enum ReasonCode {
    MissingName,
    MissingOrganization,
    MissingPosition,
    MissingSessions,
    MissingEmail,
    UncertainAttendance,
    Conditional,
    Contradiction,
    UnknownSession,
    UnknownEvent,
    UnnamedCompanions,
    OtherPersonsRecord,
    PossibleDuplicate,
    UnknownRecord,
    AuthenticationFailed,
    Impersonation,
    SuspiciousContent,
    Question,
    SpecialRequest,
    Unreadable,
    LowConfidence,
    NotAnRsvp,
    AutomaticReply,
    DeliveryReport,
    BulkMail,
    TooLarge,
    TooManyPeople,
}

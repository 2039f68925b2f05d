//! A mail as received, parsed: what the headers say, the lines of its body, its calendar and card parts, and the
//! marks by which a machine gives itself away.
//!
//! Nothing is judged here; that mail failed DMARC or carries `Auto-Submitted` is stated, what follows from it is
//! for [`decide`](super::decide) to say. Parsing never fails and never panics: what cannot be read is
//! [`Unreadable`], or simply absent.

mod address;
mod authentication;
mod calendar;
mod card;
mod charset;
mod header;
mod html;
mod machine;
mod parse;
mod report;
mod structure;
#[cfg(test)]
mod tests;
mod text;
mod transfer;

use jiff::Timestamp;

/// A mail as received, parsed.
#[derive(Debug, Clone, Default)]
pub struct Message {
    /// Message-ID without angle brackets.
    pub message_id: Option<String>,
    /// Message-IDs of In-Reply-To, then of References, without brackets, nearest first, each once.
    pub thread: Vec<String>,
    /// The (first) From address.
    pub from: Option<Mailbox>,
    /// Reply-To addresses.
    pub reply_to: Vec<Mailbox>,
    /// To and Cc addresses.
    pub recipients: Vec<Mailbox>,
    /// Decoded subject, on one line.
    pub subject: String,
    /// Date header.
    pub date: Option<Timestamp>,
    /// The sender's UTC offset in the Date header, in minutes; tells what his "today" is.
    pub utc_offset_minutes: i32,
    /// The body as lines, text part or HTML-to-text.
    pub body: Vec<Line>,
    /// Calendar parts (RFC 5545/5546).
    pub calendars: Vec<Calendar>,
    /// Card parts (vCard, RFC 6350 and before).
    pub cards: Vec<Card>,
    /// Other attachments, never opened.
    pub attachments: Vec<Attachment>,
    /// What the trusted server says of the sender.
    pub authentication: Authentication,
    /// Headers and structure that a machine, a list or a mail system leaves. Empty for a person's mail.
    pub machine_marks: Vec<MachineMark>,
    /// The delivery report inside (RFC 3464), if it is one.
    pub delivery_report: Option<DeliveryReport>,
    /// Text that the HTML hides from a reader's eye (display:none, white on white, size 0); never part of `body`.
    pub hidden_text: Vec<String>,
}

/// A name and address of a header.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mailbox {
    /// Display name, decoded and unquoted; `None` where there is none or it repeats the address.
    pub name: Option<String>,
    /// Address, lower case.
    pub address: String,
}

/// One line of the body, with what the mail's format says of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// The text without quotation marks (`> `), trailing white space removed; format=flowed lines already joined.
    pub text: String,
    /// How many levels of quotation stand around it: `>` prefixes or quoting containers of HTML.
    pub quote_depth: u8,
    /// What the HTML structure says it is, if it says so.
    pub role: LineRole,
}

/// What the structure of an HTML body says of a line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LineRole {
    /// Nothing is said; read the text.
    #[default]
    Unmarked,
    /// In a client's marked signature container (gmail_signature, moz-signature, …).
    Signature,
    /// In a client's marked container for the quoted mail or its attribution (gmail_quote, gmail_attr, …,
    /// Outlook's divRplyFwdMsg), whether or not it is indented.
    Quotation,
}

/// One VEVENT of a calendar part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendar {
    /// METHOD, upper case, e.g. `REPLY`, `REQUEST`.
    pub method: String,
    /// SUMMARY of the event answered.
    pub summary: String,
    /// DTSTART as local civil time, if readable.
    pub starts: Option<jiff::civil::DateTime>,
    /// Whether `starts` is in UTC rather than local time.
    pub starts_in_utc: bool,
    /// Attendees with their PARTSTAT.
    pub attendees: Vec<CalendarAttendee>,
    /// COMMENT, if any.
    pub comment: Option<String>,
}

/// An ATTENDEE of a calendar part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CalendarAttendee {
    /// CN, if given.
    pub name: Option<String>,
    /// Address, lower case, without `mailto:`.
    pub address: String,
    /// PARTSTAT, upper case: ACCEPTED, DECLINED, TENTATIVE, DELEGATED, NEEDS-ACTION.
    pub participation: String,
}

/// A vCard.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Card {
    /// FN, else N put together.
    pub name: Option<String>,
    /// ORG, first component.
    pub organization: Option<String>,
    /// TITLE, else ROLE.
    pub position: Option<String>,
    /// EMAIL addresses, lower case.
    pub addresses: Vec<String>,
}

/// An attachment, by its outside.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attachment {
    /// File name, if given.
    pub name: Option<String>,
    /// Media type, e.g. `application/pdf`.
    pub media_type: String,
    /// Size in bytes, decoded.
    pub size: usize,
}

/// What the one trusted server's Authentication-Results (RFC 8601) says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Authentication {
    /// dmarc=
    pub dmarc: Verdict,
    /// spf=
    pub spf: Verdict,
    /// dkim=
    pub dkim: Verdict,
}

/// A result of one authentication method.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Verdict {
    /// The trusted server says nothing of this method.
    #[default]
    Absent,
    /// pass
    Pass,
    /// fail, softfail, policy
    Fail,
    /// none, neutral, temperror, permerror: no proof either way.
    Neutral,
}

/// Why a mail looks written by a machine, a list or a mail system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MachineMark {
    /// `Auto-Submitted` other than `no` (RFC 3834 §5).
    AutoSubmitted,
    /// A vacation or autoreply header (X-Autoreply, X-Autorespond, Precedence: auto_reply, …).
    AutoReplyHeader,
    /// Empty Return-Path: a report or an automatic reply (RFC 5321 §4.5.5).
    NullReturnPath,
    /// Sent by a robot's address: mailer-daemon, postmaster, noreply, owner-…
    RobotSender,
    /// multipart/report or a mail system's report in another form (RFC 3464).
    DeliveryReport,
    /// A read receipt (RFC 8098).
    ReadReceipt,
    /// List-* headers (RFC 2369, 2919).
    MailingList,
    /// `Precedence: bulk|junk|list`.
    BulkPrecedence,
    /// A subject that automatic replies carry, in any language.
    AutomaticSubject,
    /// A body that automatic replies carry, in any language, where no header says so.
    AutomaticText,
    /// Newsletter or advertising: unsubscribe footer and the like.
    NewsletterText,
}

/// What a bounce says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeliveryReport {
    /// Final-Recipient or Original-Recipient, lower case.
    pub recipient: Option<String>,
    /// Action: failed, delayed, …, lower case.
    pub action: Option<String>,
    /// Enhanced status code, e.g. `5.1.1`.
    pub status: Option<String>,
    /// Message-ID of the mail that comes back, without brackets.
    pub returned_message_id: Option<String>,
}

/// Why nothing could be read of a mail.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// There is no header that makes it a mail.
    #[error("this is not a mail: it has no readable header")]
    NotMail,
    /// The parser gave up on it.
    #[error("the mail's structure could not be read")]
    Structure,
}

impl Message {
    /// Reads a raw mail. `trusted_authserv_id` names the one server whose Authentication-Results are believed.
    ///
    /// # Errors
    /// When the bytes are no mail at all. Damaged mail is read as far as it goes.
    pub fn parse(raw: &[u8], trusted_authserv_id: &str) -> Result<Self, Unreadable> {
        parse::parse(raw, trusted_authserv_id)
    }

    /// The first of the Reply-To addresses, else From: where an answer goes.
    #[must_use]
    pub fn answer_address(&self) -> Option<&str> {
        self.reply_to.first().or(self.from.as_ref()).map(|mailbox| mailbox.address.as_str())
    }
}

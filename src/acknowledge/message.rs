//! Puts the mail together: headers that no name, subject or Message-ID can escape from, text first, HTML second.
//!
//! RFC 3834 §3.1 says what an automatic answer carries. `Precedence` is left out: §3.1.8 recommends no value, and
//! filters take it for bulk mail. There is no Reply-To: answers go to From, the mailbox.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart, SinglePart};
use lettre::{Address, address::AddressError};

use super::text::line;
use super::{Answered, Answering, ComposeError};

/// Longest display name of the addressee.
const LONGEST_NAME: usize = 100;
/// Longest Message-ID that is repeated; a header line may have 998 bytes (RFC 5322 §2.1.1).
const LONGEST_ID: usize = 250;
/// References name the first message of a thread and this many of the last; RFC 5322 §3.6.4 leaves the rest to us.
const LAST_REFERENCES: usize = 20;

/// The whole mail.
pub fn build(
    answering: &Answering<'_>,
    to: &Address,
    subject: &str,
    text: String,
    html: String,
) -> Result<Vec<u8>, ComposeError> {
    let from =
        mailbox(answering.from).map_err(|cause| ComposeError::From { from: answering.from.to_owned(), cause })?;
    let mut mail = Message::builder()
        .from(from)
        .to(Mailbox::new(answering.recipient.and_then(display_name), to.clone()))
        .subject(subject)
        .date(date(answering.date))
        .raw_header(ids("Message-ID", &[answering.message_id]));
    let answered = answering.answered.message_id.filter(|id| is_safe_id(id));
    if let Some(id) = answered {
        mail = mail.raw_header(ids("In-Reply-To", &[id]));
    }
    let references = references(&answering.answered);
    if !references.is_empty() {
        mail = mail.raw_header(ids("References", &references));
    }
    let body = MultiPart::alternative()
        // "=_" cannot occur in quoted-printable (RFC 2045 §6.7)
        .boundary(format!("=_{:.40}", answering.message_id.replace(|c: char| !c.is_ascii_alphanumeric(), "")))
        .singlepart(part(ContentType::TEXT_PLAIN, text))
        .singlepart(part(ContentType::TEXT_HTML, html));
    let mail = mail
        .raw_header(fixed("Auto-Submitted", "auto-replied"))
        .raw_header(fixed("X-Auto-Response-Suppress", "All"))
        .multipart(body)?;
    Ok(mail.formatted())
}

/// The date of an imported mail may lie before 1970, which the formatter does not take.
fn date(date: Timestamp) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(date.as_second()).unwrap_or_default())
}

fn part(content_type: ContentType, text: String) -> SinglePart {
    SinglePart::builder().header(content_type).header(ContentTransferEncoding::QuotedPrintable).body(text)
}

/// `Name <address>` or an address alone.
pub fn mailbox(text: &str) -> Result<Mailbox, AddressError> {
    let Some((name, address)) = text.trim().strip_suffix('>').and_then(|text| text.rsplit_once('<')) else {
        return Ok(Mailbox::new(None, text.trim().parse()?));
    };
    let name = line(name.trim().trim_matches('"'), LONGEST_NAME);
    Ok(Mailbox::new(Some(name).filter(|name| !name.is_empty()), address.trim().parse()?))
}

/// An address that answers may go to. lettre takes more than what belongs there: quoted local parts, address literals,
/// and what a reader of the header would take for an encoded word (RFC 2047).
pub fn addressee(text: &str) -> Result<Address, AddressError> {
    let address: Address = text.trim().to_lowercase().parse()?;
    let odd = |c: char| c.is_whitespace() || c.is_control() || "\"\\<>()[],;:".contains(c);
    if address.user().contains(odd) || address.user().contains("=?") {
        return Err(AddressError::InvalidUser);
    }
    if !address.domain().chars().all(|c| c.is_alphanumeric() || "-.".contains(c)) {
        return Err(AddressError::InvalidDomain);
    }
    Ok(address)
}

/// A name is shown beside the address only if it cannot be taken for another address.
fn display_name(name: &str) -> Option<String> {
    let name = line(name, LONGEST_NAME);
    (!name.is_empty() && !name.contains(['@', '<', '>'])).then_some(name)
}

fn references<'a>(answered: &Answered<'a>) -> Vec<&'a str> {
    let known = answered.references.iter().map(String::as_str).chain(answered.message_id);
    let mut ids: Vec<&str> = known.filter(|id| is_safe_id(id)).collect();
    if ids.len() > LAST_REFERENCES + 1 {
        ids.drain(1..ids.len() - LAST_REFERENCES);
    }
    ids
}

/// Whether a Message-ID can be repeated as it is: others are dropped, threads survive that.
fn is_safe_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= LONGEST_ID && id.bytes().all(|b| b.is_ascii_graphic() && b != b'<' && b != b'>')
}

/// Message-IDs one a line; encoding or refolding them, as for text, would break them.
fn ids(name: &'static str, ids: &[&str]) -> HeaderValue {
    let lines: Vec<String> = ids.iter().map(|id| format!("<{id}>")).collect();
    HeaderValue::dangerous_new_pre_encoded(HeaderName::new_from_ascii_str(name), lines.join(" "), lines.join("\r\n "))
}

fn fixed(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

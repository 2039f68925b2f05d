//! From raw bytes to a [`Message`], behind a barrier: no input brings the daemon down.

use std::borrow::Cow;
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use jiff::Timestamp;

use super::header::{Headers, message_ids, words};
use super::html::{self, Page};
use super::structure::{Part, Structure, openable};
use super::text::{self, Format};
use super::{
    Attachment, Line, MachineMark, Message, Unreadable, address, authentication, calendar, card, machine, report,
};

/// Most body text that is kept, in bytes: three hundred pages.
const LONGEST_BODY: usize = 1024 * 1024;
/// Most attachments, calendars and cards that are kept.
const MOST_PARTS: usize = 100;
/// Most Message-IDs of a thread that are kept.
const MOST_IDS: usize = 200;

/// Header fields of which a mail has at least one.
const FIELDS: [&str; 12] = [
    "from",
    "to",
    "cc",
    "subject",
    "date",
    "message-id",
    "received",
    "return-path",
    "reply-to",
    "delivered-to",
    "mime-version",
    "content-type",
];

/// Reads a mail; see [`Message::parse`].
pub(super) fn parse(raw: &[u8], trusted_authserv_id: &str) -> Result<Message, Unreadable> {
    let read = AssertUnwindSafe(|| read(raw, trusted_authserv_id));
    catch_unwind(read).unwrap_or(Err(Unreadable::Structure))
}

fn read(raw: &[u8], trusted_authserv_id: &str) -> Result<Message, Unreadable> {
    let raw = start(raw);
    let shown = openable(&raw);
    let structure = Structure::read(&raw, &shown).ok_or(Unreadable::NotMail)?;
    let headers = structure.headers();
    if !headers.iter().any(|(name, _)| FIELDS.contains(&name)) {
        return Err(Unreadable::NotMail);
    }
    let mut message = envelope(&headers);
    Page { lines: message.body, hidden: message.hidden_text } = body(&structure);
    message.authentication = authentication::read(&headers, trusted_authserv_id);
    attachments(&structure, &mut message);
    message.machine_marks = machine::marks(&headers, &message);
    if message.machine_marks.contains(&MachineMark::DeliveryReport) {
        message.delivery_report = report::read(&structure).or_else(|| Some(report::in_words(&headers, &message.body)));
    }
    Ok(message)
}

/// The mail without what exports put before its header; line feeds where an export made all lines end in a carriage
/// return alone.
fn start(raw: &[u8]) -> Cow<'_, [u8]> {
    let raw = raw.strip_prefix(b"\xef\xbb\xbf").unwrap_or(raw).trim_ascii_start();
    if raw.contains(&b'\n') || !raw.contains(&b'\r') {
        return Cow::Borrowed(raw);
    }
    Cow::Owned(raw.iter().map(|&byte| if byte == b'\r' { b'\n' } else { byte }).collect())
}

/// What the header alone says.
fn envelope(headers: &Headers) -> Message {
    let mailboxes = |name: &'static str| headers.all(name).flat_map(address::mailboxes).collect::<Vec<_>>();
    let date =
        headers.get("date").and_then(mail_parser::DateTime::parse_rfc822).filter(mail_parser::DateTime::is_valid);
    let mut thread: Vec<String> = headers.all("in-reply-to").flat_map(message_ids).collect();
    let references: Vec<String> = headers.all("references").flat_map(message_ids).collect();
    for id in references.into_iter().rev() {
        if thread.len() < MOST_IDS && !thread.contains(&id) {
            thread.push(id);
        }
    }
    Message {
        message_id: headers.get("message-id").and_then(|value| message_ids(value).into_iter().next()),
        thread,
        from: mailboxes("from").into_iter().next(),
        reply_to: mailboxes("reply-to"),
        recipients: ["to", "cc"].into_iter().flat_map(mailboxes).collect(),
        subject: headers.get("subject").map(words).unwrap_or_default(),
        date: date.as_ref().and_then(|date| Timestamp::from_second(date.to_timestamp()).ok()),
        utc_offset_minutes: date.map(utc_offset).unwrap_or_default(),
        ..Message::default()
    }
}

fn utc_offset(date: mail_parser::DateTime) -> i32 {
    let minutes = i32::from(date.tz_hour) * 60 + i32::from(date.tz_minute);
    if date.tz_before_gmt { -minutes } else { minutes }
}

/// The body's lines, and what HTML hides: the plain parts, unless they are a stub beside HTML that says far more.
fn body(structure: &Structure<'_>) -> Page {
    let plain = page(&structure.text_body());
    let html = structure.html_body();
    let mut body = if html.iter().any(Part::is_html) && !structure.text_body().iter().any(Part::is_html) {
        let html = page(&html);
        let lines = if is_stub(&plain.lines, &html.lines) { html.lines } else { plain.lines };
        Page { lines, hidden: html.hidden }
    } else {
        plain
    };
    let mut left = LONGEST_BODY;
    body.lines.retain_mut(|line| {
        let fits = left > 0;
        line.text.truncate(line.text.floor_char_boundary(left));
        left = left.saturating_sub(line.text.len() + 1);
        fits
    });
    body
}

fn page(parts: &[Part<'_>]) -> Page {
    let mut page = Page::default();
    for part in parts {
        let Page { lines, hidden } =
            if part.is_html() { html::read(&part.text()) } else { Page { lines: plain(part), hidden: Vec::new() } };
        page.lines.extend(lines);
        page.hidden.extend(hidden);
    }
    page
}

/// Calendars, cards, and what else is attached.
fn attachments(structure: &Structure<'_>, message: &mut Message) {
    let read: HashSet<usize> = structure.text_body().iter().chain(&structure.html_body()).map(|part| part.id).collect();
    for part in structure.leaves().filter(|part| !read.contains(&part.id)) {
        let media_type = part.media_type();
        let name = part.name();
        let ends = |ending: &str| name.as_ref().is_some_and(|name| name.to_lowercase().ends_with(ending));
        let vague = matches!(media_type.as_str(), "application/octet-stream" | "text/plain");
        match media_type.as_str() {
            "text/calendar" | "application/ics" => {
                message.calendars.extend(calendar::read(&part.text(), part.type_parameter("method").as_deref()));
            }
            _ if vague && ends(".ics") => message.calendars.extend(calendar::read(&part.text(), None)),
            "text/vcard" | "text/x-vcard" | "text/directory" | "application/vcard" => {
                message.cards.extend(card::read(&part.text()))
            }
            _ if vague && ends(".vcf") => message.cards.extend(card::read(&part.text())),
            _ => message.attachments.push(Attachment { name, media_type, size: part.bytes().len() }),
        }
        let kept = [message.calendars.len(), message.cards.len(), message.attachments.len()];
        if kept.iter().any(|&kept| kept >= MOST_PARTS) {
            break;
        }
    }
    // Outlook sends the same answer as a part and as a file.
    message.calendars.dedup();
    message.calendars.truncate(MOST_PARTS);
    message.cards.truncate(MOST_PARTS);
}

fn plain(part: &Part<'_>) -> Vec<Line> {
    let is = |name: &str, value: &str| part.type_parameter(name).is_some_and(|found| found.eq_ignore_ascii_case(value));
    let format =
        if is("format", "flowed") { Format::Flowed { delete_space: is("delsp", "yes") } } else { Format::Fixed };
    text::lines(&part.text(), format)
}

/// "This mail is HTML, get a better client" and the like: nothing, or little beside very much.
fn is_stub(plain: &[Line], html: &[Line]) -> bool {
    let letters =
        |lines: &[Line]| lines.iter().flat_map(|line| line.text.chars()).filter(|c| c.is_alphanumeric()).count();
    let (plain, html) = (letters(plain), letters(html));
    html > 0 && (plain == 0 || html > 4 * plain + 200)
}

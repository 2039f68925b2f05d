//! The MIME structure of a mail: its parts, decoded on demand, and which of them are the body.

use std::borrow::Cow;

use mail_parser::{HeaderName, MessageParser, MessagePart, PartType};

use super::header::{Headers, parameter};
use super::{charset, transfer};

/// Most multiparts that are opened. Each costs mail-parser a look at all that follows, so more of them (no client
/// writes more than five) would make reading quadratic.
const MOST_MULTIPARTS: usize = 30;
/// Most parts that are joined to a body.
const MOST_BODY_PARTS: usize = 200;

/// A mail cut into parts.
pub(super) struct Structure<'a> {
    raw: &'a [u8],
    message: mail_parser::Message<'a>,
}

/// One part that holds something.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    /// Its number in the mail.
    pub(super) id: usize,
    raw: &'a [u8],
    part: &'a MessagePart<'a>,
}

impl<'a> Structure<'a> {
    /// Finds the parts; `shown` is what [`openable`] made of `raw`.
    pub(super) fn read(raw: &'a [u8], shown: &'a [u8]) -> Option<Self> {
        let parser = MessageParser::new().with_mime_headers().default_header_raw();
        parser.parse(shown).map(|message| Self { raw, message })
    }

    /// The mail's own header.
    pub(super) fn headers(&self) -> Headers {
        let body = self.message.text_body.iter().chain(&self.message.html_body).next();
        let hint = body.and_then(|&id| self.part(id)).and_then(|part| part.charset());
        let found = self.message.parts.first().map(|part| part.headers.as_slice()).unwrap_or_default();
        Headers::new(self.raw, found, hint.as_deref())
    }

    /// Every part but the multiparts.
    pub(super) fn leaves(&self) -> impl Iterator<Item = Part<'_>> {
        let parts = self.message.parts.iter().enumerate();
        let leaves = parts.filter(|(_, part)| !matches!(part.body, PartType::Multipart(_)));
        leaves.map(|(id, part)| Part { id, raw: self.raw, part })
    }

    /// The parts to read as text, in order: plain ones where an alternative offers them.
    pub(super) fn text_body(&self) -> Vec<Part<'_>> {
        self.body(&self.message.text_body)
    }

    /// The parts to read as text, in order: HTML ones where an alternative offers them.
    pub(super) fn html_body(&self) -> Vec<Part<'_>> {
        self.body(&self.message.html_body)
    }

    fn body(&self, ids: &[u32]) -> Vec<Part<'_>> {
        let found: Vec<_> =
            ids.iter().filter_map(|&id| self.part(id)).filter(Part::is_text).take(MOST_BODY_PARTS).collect();
        if !found.is_empty() {
            return found;
        }
        // Some senders call the only text there is an attachment.
        self.leaves().find(|part| part.is_text() && part.name().is_none()).into_iter().collect()
    }

    fn part(&self, id: u32) -> Option<Part<'_>> {
        let id = id as usize;
        self.message.parts.get(id).map(|part| Part { id, raw: self.raw, part })
    }
}

impl Part<'_> {
    /// Media type in lower case, `text/plain` where none is given.
    pub(super) fn media_type(&self) -> String {
        let value = self.field(HeaderName::ContentType).unwrap_or_default();
        let media_type = value.split([';', ' ', '\t']).next().unwrap_or_default().trim().to_ascii_lowercase();
        if media_type.contains('/') { media_type } else { "text/plain".into() }
    }

    /// File name, decoded.
    pub(super) fn name(&self) -> Option<String> {
        let disposition = self.field(HeaderName::ContentDisposition).and_then(|value| parameter(&value, "filename"));
        disposition.or_else(|| self.type_parameter("name"))
    }

    /// A parameter of its Content-Type.
    pub(super) fn type_parameter(&self, name: &str) -> Option<String> {
        parameter(&self.field(HeaderName::ContentType)?, name)
    }

    /// Whether it is text/plain or text/html.
    pub(super) fn is_text(&self) -> bool {
        self.is_html() || self.media_type() == "text/plain"
    }

    /// Whether it is text/html.
    pub(super) fn is_html(&self) -> bool {
        self.media_type() == "text/html"
    }

    /// Its content, transfer encoding undone.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let body = self.raw.get(self.part.offset_body as usize..self.part.offset_end as usize).unwrap_or_default();
        transfer::decode(body, &self.field(HeaderName::ContentTransferEncoding).unwrap_or_default())
    }

    /// Its content as text.
    pub(super) fn text(&self) -> String {
        let bytes = self.bytes();
        let label = self.charset().or_else(|| self.is_html().then(|| declared_in_html(&bytes)).flatten());
        charset::decode(&bytes, label.as_deref())
    }

    fn charset(&self) -> Option<String> {
        self.type_parameter("charset")
    }

    fn field(&self, name: HeaderName<'_>) -> Option<String> {
        let header = self.part.headers.iter().rev().find(|header| header.name == name)?;
        let value = self.raw.get(header.offset_start as usize..header.offset_end as usize)?;
        let field = Headers::read(&[b"x:", value].concat());
        field.get("x").map(ToString::to_string)
    }
}

/// `charset=` of a meta element.
fn declared_in_html(bytes: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(bytes.get(..2048).unwrap_or(bytes)).to_ascii_lowercase();
    let (_, after) = head.split_once("charset=")?;
    let label = after.trim_start_matches(['"', '\'', ' ']).split(['"', '\'', ' ', ';', '>', '/']).next()?;
    (!label.is_empty()).then(|| label.to_string())
}

/// The mail as mail-parser shall see it. It keeps a mail within a mail as a value within a value, thousands deep if an
/// attacker likes, and a stack overflow cannot be caught; so types that nest are renamed, byte for byte in place, and
/// stay closed. Only headers and offsets are taken from its result, text is always read from the raw bytes.
pub(super) fn openable(raw: &[u8]) -> Cow<'_, [u8]> {
    let mut shown = Cow::Borrowed(raw);
    let mut multiparts = 0;
    for (at, &byte) in raw.iter().enumerate() {
        let matches = |word: &[u8]| raw.get(at..at + word.len()).is_some_and(|found| found.eq_ignore_ascii_case(word));
        let nests = match byte {
            b'r' | b'R' => matches(b"rfc822"),
            b'g' | b'G' => matches(b"global"),
            b'd' | b'D' => matches(b"digest"),
            b'm' | b'M' if matches(b"multipart") => {
                multiparts += 1;
                multiparts > MOST_MULTIPARTS
            }
            _ => false,
        };
        if nests && let Some(first) = shown.to_mut().get_mut(at) {
            *first = b'x';
        }
    }
    shown
}

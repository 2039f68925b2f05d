//! The header of a mail or part: its fields in order, unfolded and decoded.

use mail_parser::Header;

use super::{charset, transfer};

/// Longest field that is read; a longer one is cut. No reader shows more, and every reader here is linear.
const LONGEST: usize = 64 * 1024;

/// The fields of one header, in their order.
#[derive(Debug, Default)]
pub(super) struct Headers {
    fields: Vec<(String, String)>,
}

impl Headers {
    /// Takes the fields that mail-parser found out of the raw bytes; `hint` is the charset of the text, for 8-bit
    /// fields without a label of their own.
    pub(super) fn new(raw: &[u8], found: &[Header<'_>], hint: Option<&str>) -> Self {
        let field = |header: &Header<'_>| {
            let name = header.name.as_str().trim().to_ascii_lowercase();
            let value = raw.get(header.offset_start as usize..header.offset_end as usize)?;
            Some((name, unfold(value.get(..LONGEST).unwrap_or(value), hint)))
        };
        Self { fields: found.iter().filter_map(field).collect() }
    }

    /// Reads a header that stands in a part's body: a report's fields, the head of a returned mail.
    pub(super) fn read(text: &[u8]) -> Self {
        let mut fields: Vec<(String, Vec<u8>)> = Vec::new();
        for line in text.split(|&byte| byte == b'\n') {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.is_empty() {
                if fields.is_empty() { continue } else { break }
            }
            if line.starts_with(b" ") || line.starts_with(b"\t") {
                if let Some((_, value)) = fields.last_mut().filter(|(_, value)| value.len() < LONGEST) {
                    value.extend_from_slice(line);
                }
            } else if let Some(colon) = line.iter().position(|&byte| byte == b':') {
                let (name, value) = line.split_at(colon);
                let name = String::from_utf8_lossy(name).trim().to_ascii_lowercase();
                fields.push((name, value.get(1..).unwrap_or_default().to_vec()));
            }
        }
        Self { fields: fields.into_iter().map(|(name, value)| (name, unfold(&value, None))).collect() }
    }

    /// All fields: name in lower case, value unfolded.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Values of every field of this name (lower case).
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.iter().filter(move |(other, _)| *other == name).map(|(_, value)| value)
    }

    /// Value of the first field of this name.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// Whether there is such a field.
    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }
}

/// One line of text: folding and control characters away, 8-bit bytes decoded, encoded words not yet.
fn unfold(value: &[u8], hint: Option<&str>) -> String {
    let text = if value.is_ascii() && !value.contains(&0x1b) {
        String::from_utf8_lossy(value).into_owned()
    } else {
        charset::decode(value, hint)
    };
    let text: String = text.chars().filter(|c| !matches!(c, '\r' | '\n' | '\0')).collect();
    text.trim().to_string()
}

/// Decodes the encoded words (RFC 2047) of a value and folds its white space.
pub(super) fn words(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut pending: Option<(String, Vec<u8>)> = None; // words in a row are joined as bytes: some cut a character
    let mut rest = value;
    while let Some(start) = rest.find("=?") {
        let (before, from) = rest.split_at(start);
        let Some((charset, bytes, after)) = encoded_word(from) else {
            flush(&mut out, &mut pending);
            out.push_str(before);
            out.push_str("=?");
            rest = from.get(2..).unwrap_or_default();
            continue;
        };
        if !before.trim().is_empty() || pending.is_none() {
            flush(&mut out, &mut pending);
            out.push_str(before);
        }
        match &mut pending {
            Some((same, joined)) if *same == charset => joined.extend_from_slice(&bytes),
            _ => {
                flush(&mut out, &mut pending);
                pending = Some((charset, bytes));
            }
        }
        rest = after;
    }
    flush(&mut out, &mut pending);
    out.push_str(rest);
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn flush(out: &mut String, pending: &mut Option<(String, Vec<u8>)>) {
    if let Some((label, bytes)) = pending.take() {
        out.push_str(&charset::decode(&bytes, Some(&label)));
    }
}

/// `=?charset*language?B|Q?text?=` at the start of `from`: charset, bytes, what follows.
fn encoded_word(from: &str) -> Option<(String, Vec<u8>, &str)> {
    let (charset, rest) = from.strip_prefix("=?")?.split_once('?')?;
    let (encoding, rest) = rest.split_once('?')?;
    let (text, after) = rest.split_once("?=")?;
    if charset.is_empty() || charset.len() > 40 || charset.contains(char::is_whitespace) {
        return None;
    }
    let bytes = match encoding {
        "B" | "b" => transfer::base64(text.as_bytes()),
        "Q" | "q" => transfer::q(text.as_bytes()),
        _ => return None,
    };
    let charset = charset.split('*').next().unwrap_or(charset); // RFC 2231 §5
    Some((charset.to_ascii_lowercase(), bytes, after))
}

/// The parameter `name` of a Content-Type or Content-Disposition: plain, quoted, with encoded words, or by RFC 2231
/// with charset and in pieces.
pub(super) fn parameter(value: &str, name: &str) -> Option<String> {
    let mut plain = None;
    let mut pieces: Vec<(u32, bool, String)> = Vec::new();
    for (key, value) in parameters(value) {
        if key == name {
            plain.get_or_insert(value);
        } else if let Some(rest) = key.strip_prefix(name).and_then(|rest| rest.strip_prefix('*')) {
            let number = rest.trim_end_matches('*');
            let extended = number.len() < rest.len() || rest.is_empty();
            if number.is_empty() || number.bytes().all(|byte| byte.is_ascii_digit()) {
                pieces.push((number.parse().unwrap_or(0), extended, value));
            }
        }
    }
    if pieces.is_empty() {
        return plain.map(|value| words(&value)).filter(|value| !value.is_empty());
    }
    pieces.sort_by_key(|(number, ..)| *number);
    let mut label = None;
    let mut bytes = Vec::new();
    for (place, (_, extended, value)) in pieces.into_iter().enumerate() {
        let mut value = value.as_str();
        if extended
            && place == 0
            && let [charset, _, rest] = value.splitn(3, '\'').collect::<Vec<_>>()[..]
        {
            (label, value) = (Some(charset.to_string()), rest);
        }
        if extended {
            bytes.extend(transfer::quoted_printable(value.replace('%', "=").as_bytes()));
        } else {
            bytes.extend_from_slice(value.as_bytes());
        }
    }
    Some(charset::decode(&bytes, label.as_deref()).trim().to_string()).filter(|value| !value.is_empty())
}

/// `; name=value` pairs behind the first semicolon; names in lower case, values unquoted.
fn parameters(value: &str) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let mut rest = value.split_once(';').map_or("", |(_, rest)| rest);
    while let Some((key, after)) = rest.split_once('=') {
        let key = key.trim_matches(|c: char| c == ';' || c.is_whitespace()).to_ascii_lowercase();
        let after = after.trim_start();
        let mut value = String::new();
        if let Some(quoted) = after.strip_prefix('"') {
            let mut chars = quoted.char_indices();
            let mut end = quoted.len();
            while let Some((at, c)) = chars.next() {
                match c {
                    '\\' => value.extend(chars.next().map(|(_, escaped)| escaped)),
                    '"' => {
                        end = at + 1;
                        break;
                    }
                    _ => value.push(c),
                }
            }
            rest = quoted.get(end..).unwrap_or_default();
        } else {
            let end = after.find(';').unwrap_or(after.len());
            value.push_str(after.get(..end).unwrap_or_default().trim());
            rest = after.get(end..).unwrap_or_default();
        }
        pairs.push((key, value));
    }
    pairs
}

/// Message-IDs of a Message-ID, In-Reply-To or References value, as clients mangle it: folded inside, without
/// brackets, as encoded words, among phrases.
pub(super) fn message_ids(value: &str) -> Vec<String> {
    let value = words(value);
    let bare = |id: &str| id.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let mut ids: Vec<String> = value
        .split('<')
        .skip(1)
        .map(|from| from.split_once('>').map_or_else(|| from.split(' ').next().unwrap_or(""), |(id, _)| id))
        .map(bare)
        .collect();
    if ids.is_empty() {
        ids = value.split([' ', ',', '>']).filter(|word| word.contains('@')).map(bare).collect();
    }
    ids.retain(|id| !id.is_empty());
    ids
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_words_are_read_in_every_charset() {
        for (value, text) in [
            ("=?utf-8?B?7LC47ISd?= =?UTF-8?Q?=ED=95=A9=EB=8B=88=EB=8B=A4?=", "참석합니다"),
            ("=?ks_c_5601-1987?B?wvy8rg==?=", "참석"),
            ("Re: =?cp949?Q?=C2=FC=BC=AE?= ok", "Re: 참석 ok"),
            ("=?iso-2022-kr?B?GyQpQw4xaA8=?=", "김"),
            ("=?euc-kr?B?wvy8?= =?euc-kr?B?rsfVtM+02Q==?=", "참석합니다"),
            ("=?utf-8?Q?=EC=B0?=\t=?utf-8?Q?=B8=EC=84=9D?=", "참석"),
            ("=?iso-8859-1*de?Q?J=F6rg_Weiss?= <j@x.example>", "Jörg Weiss <j@x.example>"),
            ("2 =? 3, =?x?= and =?utf-8?X?a?=", "2 =? 3, =?x?= and =?utf-8?X?a?="),
            ("no  words   here", "no words here"),
        ] {
            assert_eq!(words(value), text);
        }
    }

    #[test]
    fn a_file_name_is_read_in_every_form() {
        for (value, name) in [
            ("attachment; filename=\"list of names.pdf\"; size=3", "list of names.pdf"),
            ("attachment; size=3; FileName = plain.ics", "plain.ics"),
            ("attachment; filename*=cp949''%C2%FC%BC%AE.vcf", "참석.vcf"),
            ("attachment; filename*0*=utf-8'de'J%C3%B6rg; filename*1=\" Weiss.vcf\"", "Jörg Weiss.vcf"),
            ("attachment; filename=\"=?euc-kr?B?wvy8rg==?=.vcf\"", "참석.vcf"),
            ("attachment; filename=\"a\\\"b;c.txt", "a\"b;c.txt"),
        ] {
            assert_eq!(parameter(value, "filename").as_deref(), Some(name));
        }
        assert_eq!(parameter("text/plain; charset=", "charset"), None);
        assert_eq!(parameter("text/plain", "charset"), None);
    }

    #[test]
    fn message_ids_survive_what_clients_do_to_them() {
        for (value, ids) in [
            ("<a@x.example>", &["a@x.example"][..]),
            ("<a@x.example>\t<b@x.example>,<c@x.example>", &["a@x.example", "b@x.example", "c@x.example"]),
            ("Your mail of Monday <a@x. example>", &["a@x.example"]),
            ("a@x.example", &["a@x.example"]),
            ("=?utf-8?Q?=3Ca=40x.example=3E?=", &["a@x.example"]),
            ("<a@x.example", &["a@x.example"]),
            ("<>", &[]),
        ] {
            assert_eq!(message_ids(value), ids);
        }
    }

    #[test]
    fn a_header_inside_a_body_is_read_up_to_the_blank_line() {
        let header = Headers::read(b"\r\nA: one\r\n two\r\nb : 3\r\n\r\nC: no\r\n");
        assert_eq!(header.iter().collect::<Vec<_>>(), [("a", "one two"), ("b", "3")]);
    }
}

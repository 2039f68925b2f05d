//! Folder names: ours have `/` between levels, the server's have its own separator, prefix and modified UTF-7.

use async_imap::imap_proto::{MailboxDatum, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::connect::Capabilities;
use super::error::Error;
use super::limits::{Limits, Stop};
use super::link::Link;
use super::wire::Wire;

const LEARN: &str = "ask how the server names its folders";

/// How the server names a user's own folders (RFC 2342).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Namespace {
    /// Before every name but INBOX, e.g. `INBOX.`; in the server's spelling.
    pub(super) prefix: String,
    /// Between levels; `None`: the server has no levels.
    pub(super) separator: Option<char>,
}

impl Namespace {
    /// Asks by NAMESPACE, else by LIST. Spoken on the bare wire: async-imap's parser ends the session at a NAMESPACE.
    pub(super) async fn ask(
        wire: &mut Wire,
        capabilities: &Capabilities,
        limits: &Limits,
        stop: &mut Stop,
    ) -> Result<Self, Error> {
        if capabilities.has("NAMESPACE") {
            let answer = stop.or(limits.silence, LEARN, wire.ask("r3", "NAMESPACE")).await?;
            if let Some(found) = answer.untagged.iter().find_map(|line| Self::of_namespace(line)) {
                return Ok(found);
            }
        }
        let answer = stop.or(limits.silence, LEARN, wire.ask("r4", "LIST \"\" \"\"")).await?;
        let separator = answer.untagged.iter().find_map(|line| separator_of_list(line));
        Ok(Self { prefix: String::new(), separator })
    }

    /// `NAMESPACE (("INBOX." ".")…`
    fn of_namespace(line: &str) -> Option<Self> {
        let (prefix, rest) = string(line.strip_prefix("NAMESPACE ((")?)?;
        let (separator, _) = string(rest.strip_prefix(' ')?)?;
        Some(Self { prefix: prefix?, separator: separator.and_then(|text| text.chars().next()) })
    }

    /// The server's name for a folder of ours.
    pub(super) fn on_server(&self, folder: &str) -> String {
        let separator = self.separator.unwrap_or('-');
        let (first, rest) = folder.split_once('/').map_or((folder, None), |(first, rest)| (first, Some(rest)));
        let below = |level: &str, rest: Option<&str>| match rest {
            Some(rest) => format!("{level}{separator}{}", utf7(&rest.replace('/', &separator.to_string()))),
            None => level.to_owned(),
        };
        if first.eq_ignore_ascii_case("INBOX") {
            below("INBOX", rest)
        } else {
            format!("{}{}", self.prefix, below(&utf7(first), rest))
        }
    }
}

impl Link {
    /// Makes sure that a folder of this server's name exists and is subscribed to.
    pub(super) async fn ensure(&mut self, name: &str) -> Result<(), Error> {
        if self.existing.contains(name) {
            return Ok(());
        }
        if !self.exists(name).await? {
            let created = self.run("create a folder", &format!("CREATE {}", quoted(name)), |_| {}).await;
            // somebody else was faster, or the server lists it in another spelling
            let exists = |text: &str| text.to_ascii_uppercase().replace(' ', "").contains("ALREADYEXISTS");
            if !matches!(&created, Err(Error::Refused { text, .. }) if exists(text)) {
                created?;
            }
            let subscribed = self.run("subscribe to a folder", &format!("SUBSCRIBE {}", quoted(name)), |_| {}).await;
            // a courtesy to staff: mail programs show it unasked
            if !matches!(subscribed, Err(Error::Refused { .. })) {
                subscribed?;
            }
        }
        self.existing.insert(name.to_owned());
        Ok(())
    }

    /// Whether a folder of this server's name exists.
    pub(super) async fn exists(&mut self, name: &str) -> Result<bool, Error> {
        let mut found = false;
        self.run("look for a folder", &format!("LIST \"\" {}", quoted(name)), |response| {
            if let Response::MailboxData(MailboxDatum::List(list)) = response {
                let nowhere = list.name_attributes.iter().any(|attribute| {
                    use async_imap::imap_proto::NameAttribute;
                    match attribute {
                        NameAttribute::NoSelect => true,
                        NameAttribute::Extension(word) => word.eq_ignore_ascii_case("\\NonExistent"),
                        _ => false,
                    }
                });
                found |= list.name == name && !nowhere;
            }
        })
        .await?;
        Ok(found)
    }
}

/// A quoted string (RFC 3501 §4.3); line ends cannot be quoted and are dropped.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars().filter(|c| !c.is_control()) {
        if matches!(c, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted.push('"');
    quoted
}

/// Reads a quoted string or NIL, and gives the rest of the line.
fn string(text: &str) -> Option<(Option<String>, &str)> {
    if let Some(rest) = text.strip_prefix("NIL") {
        return Some((None, rest));
    }
    let mut value = String::new();
    let mut rest = text.strip_prefix('"')?.chars();
    loop {
        match rest.next()? {
            '"' => return Some((Some(value), rest.as_str())),
            '\\' => value.push(rest.next()?),
            c => value.push(c),
        }
    }
}

/// `LIST (\Noselect) "/" ""`
fn separator_of_list(line: &str) -> Option<char> {
    let (_, rest) = line.strip_prefix("LIST (")?.split_once(") ")?;
    string(rest)?.0?.chars().next()
}

/// Modified UTF-7 (RFC 3501 §5.1.3).
fn utf7(name: &str) -> String {
    let mut encoded = String::new();
    let mut wide: Vec<u8> = Vec::new();
    let close = |wide: &mut Vec<u8>, encoded: &mut String| {
        if !wide.is_empty() {
            encoded.push('&');
            encoded.push_str(&STANDARD_NO_PAD.encode(std::mem::take(wide)).replace('/', ","));
            encoded.push('-');
        }
    };
    for c in name.chars() {
        if matches!(c, ' '..='~') {
            close(&mut wide, &mut encoded);
            encoded.push(c);
            if c == '&' {
                encoded.push('-');
            }
        } else {
            wide.extend(c.encode_utf16(&mut [0; 2]).iter().flat_map(|unit| unit.to_be_bytes()));
        }
    }
    close(&mut wide, &mut encoded);
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_in_modified_utf_7() {
        for (name, encoded) in [
            ("RSVP", "RSVP"),
            ("Zu- & Absagen", "Zu- &- Absagen"),
            ("Geprüft", "Gepr&APw-ft"),
            ("회신/보류", "&1ozC4A-/&vPS5WA-"), // the separator stays bare
            ("🎉", "&2DzfiQ-"),
        ] {
            assert_eq!(utf7(name), encoded, "{name}");
        }
    }

    #[test]
    fn the_servers_prefix_and_separator_are_used() {
        let cyrus = Namespace { prefix: "INBOX.".to_owned(), separator: Some('.') };
        let plain = Namespace { prefix: String::new(), separator: Some('/') };
        let flat = Namespace { prefix: String::new(), separator: None };
        for (namespace, folder, name) in [
            (&cyrus, "INBOX", "INBOX"),
            (&cyrus, "inbox", "INBOX"),
            (&cyrus, "RSVP/Recorded", "INBOX.RSVP.Recorded"),
            (&cyrus, "INBOX/RSVP", "INBOX.RSVP"),
            (&plain, "RSVP/Recorded", "RSVP/Recorded"),
            (&flat, "RSVP/Recorded", "RSVP-Recorded"),
        ] {
            assert_eq!(namespace.on_server(folder), name, "{namespace:?}");
        }
    }

    #[test]
    fn the_namespace_is_read_from_the_servers_answer() {
        let found = Namespace::of_namespace(r#"NAMESPACE (("INBOX." ".")) NIL (("shared." "."))"#);
        assert_eq!(found, Some(Namespace { prefix: "INBOX.".to_owned(), separator: Some('.') }));
        assert_eq!(Namespace::of_namespace(r#"NAMESPACE NIL NIL (("" "/"))"#), None);
        assert_eq!(separator_of_list(r#"LIST (\Noselect) "/" """#), Some('/'));
        assert_eq!(separator_of_list(r#"LIST (\Noselect) NIL """#), None);
    }

    #[test]
    fn a_folder_name_cannot_smuggle_a_command() {
        assert_eq!(quoted("a\"b\\c\r\nX LOGOUT"), r#""a\"b\\cX LOGOUT""#);
    }
}

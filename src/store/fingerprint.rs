//! By what a mail is recognised when it comes again.
//!
//! The same mail delivered twice differs only in what its delivery wrote on top of it; two mails that merely share a
//! Message-ID (repeated or forged) differ in what their authors wrote. So the fingerprint covers everything except the
//! header fields that a delivery adds. What is not clearly such a field counts: a mail processed twice is a nuisance,
//! two mails taken for one lose an answer.

use sha2::{Digest, Sha256};

/// Fields that mail systems add or change on the way (RFC 5321 trace fields, RFC 8601 and 8617 results, mbox marks).
/// `X-…` fields are treated the same: none of them is part of what a person writes.
const DELIVERY_FIELDS: [&str; 18] = [
    "received",
    "return-path",
    "delivered-to",
    "envelope-to",
    "delivery-date",
    "original-recipient",
    "authentication-results",
    "received-spf",
    "dkim-signature",
    "domainkey-signature",
    "arc-seal",
    "arc-message-signature",
    "arc-authentication-results",
    "old-return-path",
    "resent-date",
    "status",
    "content-length",
    "lines",
];

/// The fingerprint of a mail. `oversize` is the real size where only the header was read: without the body, mails with
/// an equal header are told apart by it.
pub(super) fn fingerprint(raw: &[u8], oversize: Option<u32>) -> [u8; 32] {
    let mut hash = Sha256::new();
    let mut in_header = true;
    let mut delivery = false;
    for line in lines(raw) {
        if in_header {
            match line.first() {
                None => in_header = false,
                Some(b' ' | b'\t') => {}
                Some(_) => delivery = is_delivery_field(line),
            }
            if in_header && delivery {
                continue;
            }
        }
        hash.update(line);
        hash.update(b"\n");
    }
    hash.update(oversize.unwrap_or(0).to_be_bytes());
    hash.finalize().into()
}

/// Without line ends, which differ between IMAP and files, and without empty lines at the end.
fn lines(raw: &[u8]) -> impl Iterator<Item = &[u8]> {
    let end = raw.iter().rposition(|byte| !matches!(byte, b'\r' | b'\n')).map_or(0, |last| last + 1);
    let content = raw.get(..end).unwrap_or_default();
    content.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}

fn is_delivery_field(line: &[u8]) -> bool {
    let Some(name) = line.split(|byte| *byte == b':').next().filter(|name| name.len() < line.len()) else {
        return false;
    };
    let name = name.trim_ascii_end().to_ascii_lowercase();
    name.starts_with(b"x-") || DELIVERY_FIELDS.iter().any(|field| field.as_bytes() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIL: &str = "Received: from a\r\n\tby b\r\nFrom: Ida <ida@home.example>\r\nMessage-ID: <1@home.example>\r\n\
                        X-Spam: no\r\n\r\nI come.\r\nReceived: by hand\r\n";

    fn same(other: &str) -> bool {
        fingerprint(MAIL.as_bytes(), None) == fingerprint(other.as_bytes(), None)
    }

    #[test]
    fn another_delivery_of_the_same_mail_has_the_same_fingerprint() {
        assert!(same(&MAIL.replace("from a\r\n\tby b", "from c\r\n by d\r\n by e")));
        assert!(same(&MAIL.replace("X-Spam: no", "X-Spam: yes\r\nDelivered-To: rsvp@us.example")));
        assert!(same(&format!("Return-Path: <ida@home.example>\r\n{MAIL}\r\n\r\n")));
        assert!(same(&MAIL.replace("\r\n", "\n")), "a file has other line ends than IMAP");
    }

    #[test]
    fn whatever_its_author_wrote_tells_a_mail_from_another() {
        for (from, to) in [
            ("I come.", "I do not come."),
            ("Ida <ida@home", "Ivo <ivo@home"),
            ("<1@home", "<2@home"),
            ("Received: by hand", "Received: by mail"),
            ("X-Spam: no", "Subject: no"),
        ] {
            assert!(!same(&MAIL.replace(from, to)), "{from} → {to} was not noticed");
        }
    }

    #[test]
    fn bytes_that_are_no_mail_are_told_apart() {
        for (one, other) in [("abc", "abd"), ("", "a"), ("received", "returned"), ("\n\nx-a: 1", "\n\nx-a: 2")] {
            assert_ne!(fingerprint(one.as_bytes(), None), fingerprint(other.as_bytes(), None), "{one:?} {other:?}");
        }
    }

    #[test]
    fn mails_too_large_to_read_are_told_apart_by_their_size() {
        assert_ne!(fingerprint(MAIL.as_bytes(), Some(30_000_000)), fingerprint(MAIL.as_bytes(), Some(30_000_001)));
    }
}

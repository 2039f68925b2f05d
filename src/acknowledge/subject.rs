//! The subject of an answer: `Re:` and the subject of the mail answered, once.

use super::text::line;

/// A subject longer than this says nothing more; it also keeps every header line within RFC 5322 §2.1.1.
const LONGEST: usize = 200;

/// `Re: …`, whatever reply prefixes the subject carried already; the title where there is no subject.
pub fn reply<'a>(subject: &str, title: &str, prefixes: impl Iterator<Item = &'a str> + Clone) -> String {
    // "=?" begins an encoded word (RFC 2047 §2); a decoded subject that holds one would be decoded again
    let subject = line(&subject.replace("=?", "= ?"), LONGEST);
    let mut rest = subject.as_str();
    while let Some(shorter) = prefixes.clone().find_map(|prefix| without_prefix(rest, prefix)) {
        rest = shorter;
    }
    format!("Re: {}", if rest.is_empty() { line(title, LONGEST) } else { rest.to_owned() })
}

/// What follows `Re:`, `RE :`, `Re[2]:` or `AW：`.
fn without_prefix<'a>(subject: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, rest) = subject.split_once([':', '：'])?;
    let head = head.split_once('[').map_or(head, |(head, _)| head).trim();
    (head.to_lowercase() == prefix.to_lowercase()).then(|| rest.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_prefix_is_there_once() {
        let prefixes = ["Re", "AW", "Antwort", "답장"];
        for (subject, expected) in [
            ("Invitation", "Re: Invitation"),
            ("Re: Invitation", "Re: Invitation"),
            ("RE: AW: Re[3]: Einladung", "Re: Einladung"),
            ("Antwort : Einladung", "Re: Einladung"),
            ("답장: 초청", "Re: 초청"),
            ("답장：초청", "Re: 초청"),
            ("Regarding: tea", "Re: Regarding: tea"),
            ("", "Re: Tea"),
            ("Re:", "Re: Tea"),
            ("a\r\nBcc: b", "Re: a Bcc: b"),
            ("=?utf-8?b?DQo=?=", "Re: = ?utf-8?b?DQo= ?="),
            ("a\u{0}=?x", "Re: a = ?x"),
        ] {
            assert_eq!(reply(subject, "Tea", prefixes.iter().copied()), expected);
        }
    }
}

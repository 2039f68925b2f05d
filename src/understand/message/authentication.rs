//! Authentication-Results (RFC 8601) of the one server that is trusted.
//!
//! Anybody can write such a field into his mail, with any server's name. The trusted server puts its own on top of
//! what it receives, next to its own Received field. So the fields are taken from one stretch between two Received
//! fields, the topmost that has any of that name, and never from below the Received field of another host.

use std::net::IpAddr;

use super::header::Headers;
use super::{Authentication, Verdict};

/// What the trusted server says.
pub(super) fn read(headers: &Headers, trusted: &str) -> Authentication {
    let trusted = trusted.trim().to_ascii_lowercase();
    let mut found = Authentication::default();
    let mut any = false;
    if trusted.is_empty() {
        return found;
    }
    for (name, value) in headers.iter() {
        match name {
            "received" if any || is_foreign(value, &trusted) => break,
            "authentication-results" => {
                if let Some(results) = results(value, &trusted) {
                    any = true;
                    results.for_each(|(method, verdict)| found.note(&method, verdict));
                }
            }
            _ => {}
        }
    }
    found
}

impl Authentication {
    /// The first result of a method counts; of several signatures one that passes is enough.
    fn note(&mut self, method: &str, verdict: Verdict) {
        let known = match method {
            "dmarc" => &mut self.dmarc,
            "spf" => &mut self.spf,
            "dkim" => &mut self.dkim,
            _ => return,
        };
        if *known == Verdict::Absent || method == "dkim" && verdict == Verdict::Pass {
            *known = verdict;
        }
    }
}

/// Whether a Received field was written by a host outside the trusted server's own domain. Hosts that name themselves
/// by number or without a domain are within.
fn is_foreign(received: &str, trusted: &str) -> bool {
    let plain = without_comments(received).to_ascii_lowercase();
    let mut words = plain.split_ascii_whitespace().skip_while(|word| *word != "by").skip(1);
    let Some(host) = words.next().map(|host| host.trim_matches([';', '[', ']', '.'])) else { return false };
    let domain =
        trusted.split_once('.').map(|(_, domain)| domain).filter(|domain| domain.contains('.')).unwrap_or(trusted);
    let within = host == domain || host.strip_suffix(domain).is_some_and(|front| front.ends_with('.'));
    !(within || host == trusted || host.parse::<IpAddr>().is_ok() || !host.contains('.'))
}

/// `method=result` pairs, if the field is of the trusted server.
fn results(value: &str, trusted: &str) -> Option<impl Iterator<Item = (String, Verdict)>> {
    let plain = without_comments(value).to_ascii_lowercase();
    let mut pieces = plain.split(';').map(ToString::to_string).collect::<Vec<_>>().into_iter();
    let server = pieces.next()?;
    let server = server.split_ascii_whitespace().next()?.trim_matches('"');
    let result = |piece: String| {
        let (method, rest) = piece.split_once('=')?;
        let method = method.split('/').next()?.trim().to_string();
        let word: String = rest.trim_start().chars().take_while(char::is_ascii_alphabetic).collect();
        Some((method, verdict(&word)))
    };
    (server == trusted).then(|| pieces.filter_map(result))
}

fn verdict(word: &str) -> Verdict {
    match word {
        "pass" => Verdict::Pass,
        "fail" | "softfail" | "hardfail" | "policy" => Verdict::Fail,
        _ => Verdict::Neutral,
    }
}

/// The value without its comments; they nest, and a quoted parenthesis opens none.
fn without_comments(value: &str) -> String {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    let mut plain = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' if depth == 0 => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted && depth > 0 => {
                depth -= 1;
                plain.push(' ');
            }
            _ if depth == 0 => plain.push(c),
            _ => {}
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdicts(header: &str) -> (Verdict, Verdict, Verdict) {
        let found = read(&Headers::read(header.as_bytes()), "MX.example.org");
        (found.dmarc, found.spf, found.dkim)
    }

    use Verdict::{Absent, Fail, Neutral, Pass};

    #[test]
    fn results_are_read_with_versions_comments_and_folds() {
        for (value, expected) in [
            ("mx.example.org; dmarc=pass header.from=x; spf=pass; dkim=pass", (Pass, Pass, Pass)),
            (
                "Mx.Example.org 1;\n dmarc = fail (p=reject; sp=pass (dis=none)) header.from=x;\n\tspf=softfail",
                (Fail, Fail, Absent),
            ),
            (
                "mx.example.org (dmarc=pass); dkim/1=neutral reason=\"dmarc=pass; x\"; spf=none",
                (Absent, Neutral, Neutral),
            ),
            ("mx.example.org; dkim=fail d=a; dkim=pass d=b; dmarc=temperror; dmarc=pass", (Neutral, Absent, Pass)),
            ("mx.example.org; none", (Absent, Absent, Absent)),
            ("other.example.org; dmarc=pass", (Absent, Absent, Absent)),
            ("mx.example.org.evil.example; dmarc=pass", (Absent, Absent, Absent)),
        ] {
            assert_eq!(verdicts(&format!("Authentication-Results: {value}\nFrom: x")), expected, "{value}");
        }
    }

    #[test]
    fn several_fields_of_the_server_add_up_and_the_topmost_wins() {
        let header = "Authentication-Results: mx.example.org; spf=fail\nAuthentication-Results: mx.example.org; dmarc=fail\n\
                      Authentication-Results: mx.example.org; spf=pass; dmarc=pass; dkim=none";
        assert_eq!(verdicts(header), (Fail, Fail, Neutral));
    }

    #[test]
    fn a_forged_field_further_down_is_not_believed() {
        let own = "Received: from a.evil.example by mx.example.org with ESMTP; now\n";
        let other = "Received: from b by a.evil.example; now\n";
        let forged = "Authentication-Results: mx.example.org; dmarc=pass; spf=pass; dkim=pass\n";
        let genuine = "Authentication-Results: mx.example.org; spf=fail\n";
        for (header, expected) in [
            (format!("{genuine}{own}{forged}"), (Absent, Fail, Absent)),
            (format!("{genuine}{own}{other}{forged}"), (Absent, Fail, Absent)),
            (format!("{own}{genuine}{other}{forged}"), (Absent, Fail, Absent)),
            (format!("{own}{other}{forged}"), (Absent, Absent, Absent)),
            (format!("{other}{forged}"), (Absent, Absent, Absent)),
            (format!("Received: by store.example.org; now\n{genuine}{own}{forged}"), (Absent, Fail, Absent)),
            (format!("Received: by 2002:a05:6a10:0:0:0:0:1 with SMTP; now\n{genuine}{own}"), (Absent, Fail, Absent)),
            (format!("Received: from x (by mx.example.org) by evil.example; now\n{forged}"), (Absent, Absent, Absent)),
        ] {
            assert_eq!(verdicts(&header), expected, "{header}");
        }
    }

    #[test]
    fn nobody_is_trusted_without_a_name() {
        let headers = Headers::read(b"Authentication-Results: ; dmarc=pass\nAuthentication-Results: x; dmarc=pass");
        assert_eq!(read(&headers, ""), Authentication::default());
    }
}

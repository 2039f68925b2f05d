//! Addresses of a header, in every odd form that clients write them. An address is only what stands in the value as
//! one: nothing is put together from pieces, nothing is read out of an encoded word (RFC 2047 §5).

use super::Mailbox;
use super::header::words;

/// Most addresses that are kept of a field.
const MOST: usize = 500;

/// The mailboxes of a From, Reply-To, To or Cc value, groups (RFC 5322 §3.4) opened.
pub(super) fn mailboxes(value: &str) -> Vec<Mailbox> {
    let mut found = Vec::new();
    let mut lost = String::new(); // "Weber, Anna <a@x>": the comma should have been quoted
    for piece in pieces(value) {
        if let Some(mailbox) = piece.mailbox(&lost) {
            found.push(mailbox);
            lost.clear();
        } else if piece.angle.is_none() && !piece.phrase.trim().is_empty() && lost.len() < 200 {
            lost.push_str(piece.phrase.trim());
            lost.push_str(", ");
        }
        if found.len() == MOST {
            break;
        }
    }
    found
}

/// What stands between two commas.
#[derive(Default)]
struct Piece {
    /// Outside of brackets and comments, without quotation marks.
    phrase: String,
    /// Inside `<…>`.
    angle: Option<String>,
    /// Inside `(…)`.
    comment: String,
    /// Part of the phrase was quoted: an `@` in it may be part of a name.
    quoted: bool,
}

impl Piece {
    fn mailbox(&self, lost: &str) -> Option<Mailbox> {
        let mut words = self.phrase.split_whitespace();
        let (address, phrase) = match &self.angle {
            Some(angle) => (address(angle)?, self.phrase.as_str()),
            None if self.quoted && words.clone().count() > 1 => return None,
            None => {
                let word = words.find(|word| word.contains('@'))?;
                (address(word)?, self.phrase.split_once(word)?.0)
            }
        };
        let name =
            [format!("{lost}{phrase}"), self.comment.clone()].iter().map(|name| display(name)).find(|n| !n.is_empty());
        Some(Mailbox { name: name.filter(|name| !name.eq_ignore_ascii_case(&address)), address })
    }
}

/// A display name, decoded; some clients quote what is quoted already: `"'Anna Weber'"`.
fn display(name: &str) -> String {
    let name = words(name);
    let mut name = name.trim_end_matches(", ").trim();
    while let Some(inner) =
        [('"', '"'), ('\'', '\'')].iter().find_map(|&(open, close)| name.strip_prefix(open)?.strip_suffix(close))
    {
        name = inner.trim();
    }
    name.trim_matches(['"', '<', '>', ' ']).to_string()
}

/// `local@domain` in lower case, if it is one; source routes (RFC 5322 §4.4) and `mailto:` are dropped.
fn address(text: &str) -> Option<String> {
    let text = text.trim().trim_matches(['\'', ';']);
    let text = text.rsplit_once(':').map_or(text, |(_, address)| address).trim();
    let (local, domain) = text.rsplit_once('@')?;
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '<' | '>' | ',' | '(' | ')' | '"');
    let quoted = local.len() > 2 && local.starts_with('"') && local.ends_with('"');
    let sound = !local.is_empty() && !domain.is_empty() && text.len() <= 320;
    (sound && domain.chars().all(plain) && (quoted || local.chars().all(plain))).then(|| text.to_lowercase())
}

/// Cuts a value at its commas, minding quotes, comments and brackets; a mark that is never closed is dropped.
fn pieces(value: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut piece = Piece::default();
    let mut quotes_ahead = value.matches('"').count();
    let mut parentheses_ahead = value.matches(')').count();
    let (mut in_quotes, mut in_angle, mut comments) = (false, false, 0_usize);
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => quotes_ahead = quotes_ahead.saturating_sub(1),
            ')' => parentheses_ahead = parentheses_ahead.saturating_sub(1),
            _ => {}
        }
        match c {
            '\\' if in_quotes || comments > 0 => {
                let escaped = chars.next().unwrap_or('\\');
                quotes_ahead -= usize::from(escaped == '"' && quotes_ahead > 0);
                if comments > 0 { &mut piece.comment } else { &mut piece.phrase }.push(escaped);
            }
            '"' if in_quotes => in_quotes = false,
            _ if in_quotes => piece.phrase.push(c),
            '(' if !in_angle && parentheses_ahead > comments => comments += 1,
            ')' if comments > 0 => comments -= 1,
            _ if comments > 0 => piece.comment.push(c),
            '>' if in_angle => in_angle = false,
            '<' => {
                if piece.angle.as_ref().is_some_and(|angle| angle.contains('@')) {
                    pieces.push(std::mem::take(&mut piece));
                } else if let Some(text) = piece.angle.take() {
                    piece.phrase.push_str(&text);
                }
                piece.angle = Some(String::new());
                in_angle = true;
            }
            _ if in_angle => piece.angle.get_or_insert_default().push(c),
            '"' if quotes_ahead > 0 => (in_quotes, piece.quoted) = (true, true),
            '"' => {}
            ',' | ';' => pieces.push(std::mem::take(&mut piece)),
            ':' if piece.angle.is_none() && !piece.phrase.contains('@') => piece.phrase.clear(), // a group's name
            _ => piece.phrase.push(c),
        }
    }
    pieces.push(piece);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_odd_form_gives_the_address_that_stands_there() {
        for (value, name, address) in [
            ("Anna Weber <Anna@X.example>", "Anna Weber", "anna@x.example"),
            ("anna@x.example", "", "anna@x.example"),
            ("<anna@x.example>", "", "anna@x.example"),
            ("anna@x.example (Anna Weber)", "Anna Weber", "anna@x.example"),
            ("Anna Weber anna@x.example", "Anna Weber", "anna@x.example"),
            ("\"Weber, Anna\" <anna@x.example>", "Weber, Anna", "anna@x.example"),
            ("Weber, Anna <anna@x.example>", "Weber, Anna", "anna@x.example"),
            ("\"'Anna Weber'\" <anna@x.example>", "Anna Weber", "anna@x.example"),
            ("\"\\\"Anna\\\" Weber\" <anna@x.example>", "Anna\" Weber", "anna@x.example"),
            ("\"Anna Weber <anna@x.example>", "Anna Weber", "anna@x.example"),
            ("Anna (Press <anna@x.example>", "Anna (Press", "anna@x.example"),
            ("\"boss@y.example\" <anna@x.example>", "boss@y.example", "anna@x.example"),
            ("\"Anna\" <\"a b\"@x.example>", "Anna", "\"a b\"@x.example"),
            ("anna@x.example <anna@x.example>", "", "anna@x.example"),
            ("=?euc-kr?B?wvy8rg==?= <anna@x.example>", "참석", "anna@x.example"),
            ("\"=?utf-8?B?7LC47ISd?=\" <anna@x.example>", "참석", "anna@x.example"),
            ("=?utf-8?Q?Weber,_Anna?= <anna@x.example>", "Weber, Anna", "anna@x.example"),
            ("Anna <mailto:anna@x.example>", "Anna", "anna@x.example"),
            ("Anna <@relay.example:anna@x.example>", "Anna", "anna@x.example"),
            ("Staff: Anna <anna@x.example>, Bob <bob@x.example>;", "Anna", "anna@x.example"),
            ("Anna <anna@x.example", "Anna", "anna@x.example"),
            ("\"anna@x.example\"", "", "anna@x.example"),
            ("Anna <<anna@x.example>>", "Anna", "anna@x.example"),
        ] {
            let first = mailboxes(value).into_iter().next().unwrap_or_default();
            assert_eq!((first.name.as_deref().unwrap_or(""), first.address.as_str()), (name, address), "{value}");
        }
    }

    #[test]
    fn no_address_is_made_of_what_is_none() {
        for value in [
            "",
            "Anna Weber",
            "undisclosed-recipients:;",
            "Anna <>",
            "\"john smith\"@x.example",
            "Anna <anna at x>",
            "=?utf-8?Q?anna=40x.example?=",
            "@x.example",
            "anna@",
            "Anna <a b@x.example>",
        ] {
            assert_eq!(mailboxes(value), [], "{value}");
        }
    }

    #[test]
    fn several_addresses_are_told_apart() {
        let addresses = |value: &str| mailboxes(value).into_iter().map(|m| m.address).collect::<Vec<_>>();
        assert_eq!(
            addresses("A <a@x.example>, b@x.example; C <c@x.example> <d@x.example>"),
            ["a@x.example", "b@x.example", "c@x.example", "d@x.example"]
        );
    }
}

//! How mail clients mark quotations and signatures: the names in `config/html.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

use super::style::{Colour, colour};

static CLIENTS: LazyLock<Clients> =
    LazyLock::new(|| toml::from_str(include_str!("../../../../config/html.toml")).unwrap_or_default());

/// Class, id and name values; each also with the prefix that another client put before it when it quoted the mail.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Clients {
    signature: Vec<String>,
    attribution: Vec<String>,
    quoting: Vec<String>,
    whole: Vec<String>,
    separator: Vec<String>,
    indenting: Vec<String>,
    quote_borders: Vec<String>,
    separator_borders: Vec<String>,
}

/// What a client says of an element by its class, id or name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// It holds the signature.
    Signature,
    /// It holds the line that introduces a quotation.
    Attribution,
    /// It holds attribution and quotation; what is typed between quoted blocks stands in it too.
    Quoting,
    /// It holds the quoted mail and its header, not indented.
    Whole,
    /// It holds the quoted mail's header, or nothing; the quoted mail follows it.
    Separator,
    /// It indents what was typed.
    Indenting,
}

/// The mark that one of these names carries.
pub(super) fn mark<'a>(names: impl Iterator<Item = &'a str>) -> Option<Mark> {
    let tables = [
        (&CLIENTS.signature, Mark::Signature),
        (&CLIENTS.attribution, Mark::Attribution),
        (&CLIENTS.quoting, Mark::Quoting),
        (&CLIENTS.whole, Mark::Whole),
        (&CLIENTS.separator, Mark::Separator),
        (&CLIENTS.indenting, Mark::Indenting),
    ];
    let mark = |name: &str| {
        tables.iter().find(|(table, _)| table.iter().any(|known| is_known(name, known))).map(|(_, mark)| *mark)
    };
    names.flat_map(str::split_whitespace).take(20).find_map(mark)
}

/// `known*` stands for any ending. Gmail prefixes quoted names with `m_1234`, Outlook with `x_`, Hotmail with `ecx`,
/// Yahoo with `yiv1234` or `ydp12ab`.
fn is_known(name: &str, known: &str) -> bool {
    match known.strip_suffix('*') {
        Some(start) => name.starts_with(start) || name.strip_prefix("x_").is_some_and(|name| name.starts_with(start)),
        None => name == known || name.strip_suffix(known).is_some_and(is_prefix),
    }
}

fn is_prefix(prefix: &str) -> bool {
    ["x_", "ecx", "m_", "yiv", "ydp"].iter().any(|known| prefix.starts_with(known))
}

/// Whether a border of this colour, on the left, is a client's sign of a quotation.
pub(super) fn is_quote_border(found: Colour) -> bool {
    CLIENTS.quote_borders.iter().any(|known| colour(known) == Some(found))
}

/// Whether a border of this colour, on top, is the rule above a quoted mail's header.
pub(super) fn is_separator_border(found: Colour) -> bool {
    CLIENTS.separator_borders.iter().any(|known| colour(known) == Some(found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_readable_and_its_colours_are_colours() {
        let clients: Clients = toml::from_str(include_str!("../../../../config/html.toml")).unwrap();
        assert!(!clients.signature.is_empty());
        for border in clients.quote_borders.iter().chain(&clients.separator_borders) {
            assert!(colour(border).is_some(), "{border}");
        }
    }

    #[test]
    fn a_name_is_known_under_the_prefix_of_a_quoting_client() {
        for (name, expected) in [
            ("gmail_signature", Some(Mark::Signature)),
            ("x_gmail_signature", Some(Mark::Signature)),
            ("m_123456gmail_quote", Some(Mark::Quoting)),
            ("big gmail_attr", Some(Mark::Attribution)),
            ("yahoo_quoted_123", Some(Mark::Whole)),
            ("x_divRplyFwdMsg", Some(Mark::Separator)),
            ("my_gmail_quote", None),
            ("quote_of_the_day", None),
        ] {
            assert_eq!(mark([name].into_iter()), expected, "{name}");
        }
    }
}

//! Cards: vCard 2.1 to 4.0 (RFC 6350 and before).

use calcard::vcard::{VCard, VCardProperty, VCardValue};
use calcard::{Entry, Parser};

use super::Card;

/// Most cards, and addresses of each, that are kept.
const MOST: usize = 100;
/// Longest part that is read; photographs make cards long.
const LONGEST: usize = 1024 * 1024;

/// The cards of a part.
pub(super) fn read(text: &str) -> Vec<Card> {
    let text = text.get(..text.floor_char_boundary(LONGEST)).unwrap_or(text);
    let mut parser = Parser::new(text);
    let mut found = Vec::new();
    while found.len() < MOST {
        match parser.entry() {
            Entry::VCard(card) => found.push(self::card(&card)),
            Entry::Eof => break,
            _ => {}
        }
    }
    found
}

fn card(card: &VCard) -> Card {
    let first = |name: &VCardProperty| {
        card.properties(name).flat_map(|entry| components(&entry.values)).find(|text| !text.is_empty())
    };
    let addresses = card.properties(&VCardProperty::Email).flat_map(|entry| components(&entry.values));
    Card {
        name: first(&VCardProperty::Fn).or_else(|| name_of_parts(card)),
        organization: first(&VCardProperty::Org),
        position: first(&VCardProperty::Title).or_else(|| first(&VCardProperty::Role)),
        addresses: addresses
            .map(|address| address.to_lowercase())
            .filter(|address| address.contains('@'))
            .take(MOST)
            .collect(),
    }
}

/// N is family, given, additional names, prefixes, suffixes (RFC 6350 §6.2.2).
fn name_of_parts(card: &VCard) -> Option<String> {
    let parts: Vec<String> = components(&card.property(&VCardProperty::N)?.values).collect();
    let part = |at: usize| parts.get(at).map(String::as_str).filter(|part| !part.is_empty());
    let ordered: Vec<&str> = [3, 1, 2, 0, 4].into_iter().filter_map(part).collect();
    (!ordered.is_empty()).then(|| ordered.join(" "))
}

fn components(values: &[VCardValue]) -> impl Iterator<Item = String> {
    let texts = values.iter().flat_map(|value| match value {
        VCardValue::Component(parts) => parts.clone(),
        other => other.as_text().map(ToString::to_string).into_iter().collect(),
    });
    texts.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_of_each_version_is_read() {
        let expected = Card {
            name: Some("Jörg Weiß".into()),
            organization: Some("Teehaus".into()),
            position: Some("Leiter".into()),
            addresses: vec!["j@x.example".into()],
        };
        for text in [
            "BEGIN:VCARD\nVERSION:4.0\nFN:Jörg Weiß\nORG:Teehaus;Keller\nTITLE:Leiter\nEMAIL;TYPE=work:J@x.example\nEND:VCARD",
            "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Weiß;Jörg;;;\r\nORG:Teehaus\r\nROLE:Leiter\r\nEMAIL;TYPE=INTERNET:j@x.example\r\nEND:VCARD\r\n",
            "BEGIN:VCARD\nVERSION:2.1\nFN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=B6rg Wei=C3=9F\n\
             ORG;CHARSET=UTF-8:Teehaus\nTITLE:Leiter\nEMAIL;INTERNET:j@x.example\nEND:VCARD",
            "BEGIN:VCARD\nVERSION:2.1\nFN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:J=F6rg =\nWei=DF\n\
             ORG:Teehaus\nTITLE:Leiter\nEMAIL:j@x.example\nEND:VCARD",
        ] {
            assert_eq!(read(text), std::slice::from_ref(&expected), "{text}");
        }
    }

    #[test]
    fn korean_in_an_old_card_is_read() {
        let text = "BEGIN:VCARD\nVERSION:2.1\nFN;CHARSET=ks_c_5601-1987;ENCODING=QUOTED-PRINTABLE:=B1=E8=B9=CE=C1=F6\nEND:VCARD";
        assert_eq!(read(text)[0].name.as_deref(), Some("김민지"));
        assert_eq!(read("none"), []);
    }
}

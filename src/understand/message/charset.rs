//! Bytes to text, whatever the label says.
//!
//! Labels of mail are often missing, unknown or simply wrong, so the bytes have the last word: valid UTF-8 is UTF-8,
//! a label that fits is believed, anything else is guessed. Korean names of EUC-KR that neither the WHATWG list nor
//! mail-parser knows, and ISO-2022-KR, which both refuse, are read here.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{EUC_KR, Encoding, ISO_2022_JP, UTF_8, WINDOWS_1252};
use mail_parser::decoders::charsets::map::charset_decoder;

/// Decodes `bytes`, which a header labels `label`.
pub(super) fn decode(bytes: &[u8], label: Option<&str>) -> String {
    let label = label.map(|name| name.trim().trim_matches(['"', '\'']).to_ascii_lowercase()).unwrap_or_default();
    if let Some(text) = shifted(bytes, &label) {
        return text;
    }
    if label.contains("utf-7") {
        return charset_decoder(b"utf-7").map_or_else(|| guess(bytes), |decode| decode(bytes));
    }
    let named = encoding(&label);
    if let Some(named) = named.filter(|named| !named.is_single_byte() && *named != UTF_8) {
        let (text, _, broken) = named.decode(bytes);
        if !broken || mostly_sound(&text) {
            return text.into_owned();
        }
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.trim_start_matches('\u{feff}').to_string();
    }
    match named {
        // Many clients write iso-8859-1 whatever the text is; real Latin text is never mistaken for a CJK one.
        Some(named) if named == WINDOWS_1252 && label != "us-ascii" && label != "ascii" => {
            let guessed = detect(bytes);
            if guessed.is_single_byte() || guessed == UTF_8 { text(named, bytes) } else { text(guessed, bytes) }
        }
        Some(named) if named.is_single_byte() && named != WINDOWS_1252 => text(named, bytes),
        None if !label.is_empty() => {
            charset_decoder(label.as_bytes()).map_or_else(|| guess(bytes), |decode| decode(bytes))
        }
        _ => guess(bytes),
    }
}

/// The encoding that a label names, with the Korean and Japanese names that the WHATWG list leaves out.
fn encoding(label: &str) -> Option<&'static Encoding> {
    let known = Encoding::for_label(label.as_bytes()).filter(|known| known.name() != "replacement");
    known.or_else(|| {
        let plain: String = label.chars().filter(char::is_ascii_alphanumeric).collect();
        let name = match plain.trim_start_matches('x') {
            "cp949" | "uhc" | "ms949" | "windows949" | "euckr" | "ksc5601" | "johab" => "euc-kr",
            korean if korean.starts_with("ksc5601") => "euc-kr",
            "cp932" | "mscp932" | "windows932" | "sjis" => "shift_jis",
            "cp936" | "ms936" | "euccn" => "gbk",
            "cp950" | "ms950" => "big5",
            "utf8mb4" | "utf" => "utf-8",
            _ => return None,
        };
        Encoding::for_label(name.as_bytes())
    })
}

/// Text in the 7-bit encodings that switch by escape sequences; they are recognised by those, labelled or not.
fn shifted(bytes: &[u8], label: &str) -> Option<String> {
    const ESCAPE: u8 = 0x1b;
    let korean = label.contains("2022") && label.contains("kr");
    if korean || contains(bytes, &[ESCAPE, b'$', b')', b'C']) {
        return Some(iso_2022_kr(bytes));
    }
    let japanese = [b'@', b'B', b'('].iter().any(|set| contains(bytes, &[ESCAPE, b'$', *set]));
    let bytes = std::str::from_utf8(bytes).ok().filter(|_| japanese && bytes.is_ascii())?;
    // Encoded words in a row shift in and out with nothing between, which the decoder takes for an error.
    Some(text(ISO_2022_JP, bytes.replace("\x1b(B\x1b$B", "").as_bytes()))
}

/// RFC 1557: between SO and SI every byte is the lower half of an EUC-KR byte.
fn iso_2022_kr(bytes: &[u8]) -> String {
    const SHIFT_OUT: u8 = 0x0e;
    const SHIFT_IN: u8 = 0x0f;
    let mut euc = Vec::with_capacity(bytes.len());
    let mut out = false;
    let mut rest = bytes;
    while let Some((&byte, tail)) = rest.split_first() {
        if let Some(after) = rest.strip_prefix(b"\x1b$)C") {
            rest = after;
            continue;
        }
        rest = tail;
        match byte {
            SHIFT_OUT => out = true,
            SHIFT_IN => out = false,
            b'\n' => {
                out = false; // RFC 1557: every line starts in ASCII
                euc.push(byte);
            }
            0x21..=0x7e if out => euc.push(byte | 0x80),
            _ => euc.push(byte),
        }
    }
    text(EUC_KR, &euc)
}

/// Text of unknown encoding. Damaged UTF-8 stays UTF-8.
fn guess(bytes: &[u8]) -> String {
    let utf_8 = String::from_utf8_lossy(bytes);
    if mostly_sound(&utf_8) {
        return utf_8.into_owned();
    }
    text(detect(bytes), bytes)
}

fn detect(bytes: &[u8]) -> &'static Encoding {
    if is_hangul(bytes) {
        return EUC_KR;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    detector.guess(None, Utf8Detection::Allow)
}

/// Whether all that is not ASCII is pairs of bytes, nearly all of them Hangul syllables of KS X 1001. The detector is
/// made for whole pages and is unsure of a name or a subject; Latin text never looks like this.
fn is_hangul(bytes: &[u8]) -> bool {
    let (mut hangul, mut others) = (0_usize, 0_usize);
    let mut rest = bytes.iter();
    while let Some(&lead) = rest.next() {
        if lead.is_ascii() {
            continue;
        }
        match rest.next() {
            Some(0xa1..=0xfe) if (0xb0..=0xc8).contains(&lead) => hangul += 1,
            Some(0xa1..=0xfe) if (0xa1..=0xfd).contains(&lead) => others += 1,
            _ => return false,
        }
    }
    hangul >= 2 && others * 9 <= hangul
}

/// Whether what could not be decoded is a small part of what is not ASCII.
fn mostly_sound(text: &str) -> bool {
    let broken = text.chars().filter(|&c| c == char::REPLACEMENT_CHARACTER).count();
    let sound = text.chars().filter(|&c| !c.is_ascii() && c != char::REPLACEMENT_CHARACTER).count();
    broken * 10 <= sound
}

fn text(encoding: &'static Encoding, bytes: &[u8]) -> String {
    encoding.decode(bytes).0.into_owned()
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn korean() -> Vec<u8> {
        EUC_KR.encode("네, 참석하겠습니다. 감사합니다.").0.into_owned()
    }

    #[test]
    fn every_korean_label_is_understood() {
        for label in [
            "euc-kr",
            "EUC_KR",
            "cp949",
            "CP-949",
            "x-windows-949",
            "windows-949",
            "uhc",
            "ms949",
            "ks_c_5601-1987",
            "ks_c_5601",
            "KS_C_5601-1992",
            "ksc5601",
            "korean",
            "\"ks_c_5601-1987\"",
        ] {
            assert_eq!(decode(&korean(), Some(label)), "네, 참석하겠습니다. 감사합니다.", "{label}");
        }
    }

    #[test]
    fn a_syllable_outside_the_old_standard_is_read() {
        assert_eq!(decode(b"\x8c\x63\xb9\xe6\xb0\xa2\xc7\xcf", Some("cp949")), "똠방각하");
    }

    #[test]
    fn korean_in_seven_bits_is_read_with_and_without_a_label() {
        let bytes = b"\x1b$)C\x0e3W\x0f, 1.\r\nAnna \x0e1h\x0f";
        for label in [Some("iso-2022-kr"), Some("ISO-2022-KR"), None, Some("us-ascii")] {
            assert_eq!(decode(bytes, label), "네, 1.\r\nAnna 김", "{label:?}");
        }
        assert_eq!(decode(b"\x0e1h\x0f", Some("iso-2022-kr")), "김");
    }

    #[test]
    fn a_wrong_or_missing_label_gives_way_to_the_bytes() {
        for label in [None, Some("us-ascii"), Some("iso-8859-1"), Some("windows-1252"), Some("unknown-8bit"), Some("")]
        {
            assert_eq!(decode(&korean(), label), "네, 참석하겠습니다. 감사합니다.", "{label:?}");
            assert_eq!(decode("Grüße, 안녕".as_bytes(), label), "Grüße, 안녕", "{label:?}");
        }
        assert_eq!(decode(&korean(), Some("utf-8")), "네, 참석하겠습니다. 감사합니다.");
    }

    #[test]
    fn latin_text_stays_latin() {
        for (bytes, label, text) in [
            (&b"Gr\xfc\xdfe aus K\xf6ln"[..], Some("iso-8859-1"), "Grüße aus Köln"),
            (b"Gr\xfc\xdfe aus K\xf6ln, Ihr J\xf6rg", None, "Grüße aus Köln, Ihr Jörg"),
            (b"\x84Ja\x93, 5 \x80", Some("windows-1252"), "„Ja“, 5 €"),
            (b"\xe9\xe8", Some("iso-8859-1"), "éè"),
            (b"P\xf8jd", Some("iso-8859-2"), "Přjd"),
        ] {
            assert_eq!(decode(bytes, label), text, "{label:?}");
        }
    }

    #[test]
    fn japanese_is_read() {
        let shift_jis = encoding_rs::SHIFT_JIS.encode("参加いたします。よろしくお願いします。").0.into_owned();
        for label in [Some("shift_jis"), Some("cp932"), Some("x-sjis"), None] {
            assert_eq!(decode(&shift_jis, label), "参加いたします。よろしくお願いします。", "{label:?}");
        }
        assert_eq!(decode(b"\x1b$B;22C\x1b(B", Some("iso-2022-jp")), "参加");
        assert_eq!(decode(b"\x1b$B;22C\x1b(B", None), "参加");
        assert_eq!(decode(b"\x1b$B;2\x1b(B\x1b$B2C\x1b(B", None), "参加");
    }

    #[test]
    fn utf_8_that_was_cut_stays_utf_8() {
        let mut bytes =
            "Schöne Grüße aus Düsseldorf und Köln, übermorgen könnte es für größere Räume".as_bytes().to_vec();
        bytes.push(0xc3);
        assert!(decode(&bytes, Some("utf-8")).starts_with("Schöne Grüße"));
        assert!(decode(&bytes, None).starts_with("Schöne Grüße"));
    }

    #[test]
    fn seven_bit_unicode_is_read() {
        assert_eq!(decode(b"Gr+APw-n", Some("utf-7")), "Grün");
    }
}

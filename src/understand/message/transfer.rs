//! Content-Transfer-Encoding (RFC 2045 §6) and its little sisters in encoded words (RFC 2047 §4), read as far as
//! they go: a broken sequence stays as it is, and text behind the base64 (a list's footer) is kept.

/// Decodes the body of a part.
pub(super) fn decode(body: &[u8], encoding: &str) -> Vec<u8> {
    match encoding.trim().to_ascii_lowercase().as_str() {
        "base64" => base64_body(body),
        "quoted-printable" => quoted_printable(body),
        _ => body.to_vec(),
    }
}

/// Base64, whatever else stands between.
pub(super) fn base64(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut filled) = (0_u32, 0_u8);
    for &byte in text {
        if byte == b'=' {
            (bits, filled) = (0, 0); // a new run may follow: some gateways join encoded pieces
            continue;
        }
        let Some(value) = sextet(byte) else { continue };
        bits = (bits << 6 | u32::from(value)) & 0x00ff_ffff;
        filled += 6;
        if filled >= 8 {
            filled -= 8;
            out.push((bits >> filled & 0xff) as u8);
        }
    }
    out
}

fn base64_body(body: &[u8]) -> Vec<u8> {
    let is_base64 = |line: &[u8]| line.iter().all(|&byte| byte == b'=' || byte == b'\r' || sextet(byte).is_some());
    let mut start_of_rest = 0;
    for line in body.split_inclusive(|&byte| byte == b'\n') {
        if !is_base64(line.trim_ascii()) {
            break;
        }
        start_of_rest += line.len();
    }
    let (encoded, rest) = body.split_at_checked(start_of_rest).unwrap_or((body, &[]));
    if encoded.trim_ascii().is_empty() {
        return base64(rest);
    }
    let mut out = base64(encoded);
    if !rest.trim_ascii().is_empty() {
        out.push(b'\n');
        out.extend_from_slice(rest);
    }
    out
}

fn sextet(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

/// Quoted-printable, with soft line breaks.
pub(super) fn quoted_printable(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte != b'=' {
            out.push(byte);
            continue;
        }
        if let [high, low, after @ ..] = tail
            && let (Some(high), Some(low)) = (hex(*high), hex(*low))
        {
            out.push(high << 4 | low);
            rest = after;
            continue;
        }
        let blanks = tail.iter().take_while(|&&b| b == b' ' || b == b'\t').count();
        match tail.get(blanks..) {
            Some([b'\r', b'\n', after @ ..] | [b'\n', after @ ..]) => rest = after,
            Some([]) => rest = &[],
            _ => out.push(byte),
        }
    }
    out
}

/// The `Q` of an encoded word.
pub(super) fn q(text: &[u8]) -> Vec<u8> {
    let spaced: Vec<u8> = text.iter().map(|&byte| if byte == b'_' { b' ' } else { byte }).collect();
    quoted_printable(&spaced)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_encoding_is_undone() {
        for (body, encoding, bytes) in [
            ("SmEsIGdlcm5l\r\nIQ==\r\n", "Base64", "Ja, gerne!"),
            ("SmE=IQ==", "base64", "Ja!"),
            ("SmE=\n_____\nlist footer", "base64", "Ja\n_____\nlist footer"),
            ("J=61, ger=\r\nne=20=\n", "quoted-printable", "Ja, gerne "),
            ("5 = 5, =ZZ, =", "quoted-printable", "5 = 5, =ZZ, "),
            ("as it is", "8bit", "as it is"),
        ] {
            assert_eq!(String::from_utf8_lossy(&decode(body.as_bytes(), encoding)), bytes);
        }
        assert_eq!(q(b"J=61_bitte"), b"Ja bitte");
    }
}

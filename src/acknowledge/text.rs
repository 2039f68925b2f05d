//! Makes what a stranger wrote fit to stand in a line of a mail.

/// One line without control or direction characters, white space collapsed, at most `most` characters.
///
/// Direction characters go because a name that reverses the rest of the line can turn a "no" into something else.
pub fn line(text: &str, most: usize) -> String {
    let harmless = text.replace(|c: char| c.is_control() || is_invisible(c), " ");
    let mut line = harmless.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((cut, _)) = line.char_indices().nth(most) {
        line.truncate(cut);
        line.push('…');
    }
    line
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn whatever_is_written_becomes_one_short_visible_line() {
        for (text, expected) in [
            ("Anna Weber", "Anna Weber"),
            ("  Anna\r\nBcc: x ", "Anna Bcc: x"),
            ("Anna\u{202e}reb\u{0}W", "Anna reb W"),
            ("김민수", "김민수"),
            ("abcdefghijklmnop", "abcdefghijkl…"),
            ("\u{200b}\u{feff}\t", ""),
        ] {
            assert_eq!(line(text, 12), expected);
        }
    }
}

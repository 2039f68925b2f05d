//! Plain text to lines: quotation marks counted, format=flowed (RFC 3676) joined.

use super::{Line, LineRole};

/// How the lines of a text/plain part were broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// As they stand.
    Fixed,
    /// format=flowed: a line that ends in a space goes on.
    Flowed {
        /// DelSp=yes: that space is not part of the text.
        delete_space: bool,
    },
}

/// The lines of a text, blank ones included.
pub(super) fn lines(text: &str, format: Format) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut goes_on = false;
    for raw in physical_lines(text) {
        let (depth, mut rest) = unquote(raw);
        let mut flows = false;
        if let Format::Flowed { delete_space } = format {
            if depth == 0 {
                rest = rest.strip_prefix(' ').unwrap_or(rest); // space-stuffed, §4.4
            }
            flows = rest.ends_with(' ') && rest != "-- "; // §4.3: the signature's line never flows
            if flows && delete_space {
                rest = rest.strip_suffix(' ').unwrap_or(rest);
            }
        }
        match lines.last_mut() {
            Some(line) if goes_on && line.quote_depth == depth && rest.trim_end() != "--" => line.text.push_str(rest),
            _ => lines.push(Line { text: rest.to_string(), quote_depth: depth, role: LineRole::Unmarked }),
        }
        goes_on = flows;
    }
    for line in &mut lines {
        line.text.truncate(line.text.trim_end().len());
    }
    count_bars(&mut lines);
    lines
}

fn physical_lines(text: &str) -> impl Iterator<Item = &str> {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.split('\n').flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
}

/// Takes the quotation marks off a line: `> > `, `>>`, with at most one space before each.
pub(super) fn unquote(line: &str) -> (u8, &str) {
    let mut depth = 0_u8;
    let mut rest = line;
    while let Some(after) = rest.strip_prefix(' ').unwrap_or(rest).strip_prefix('>') {
        depth = depth.saturating_add(1);
        rest = after;
    }
    if depth > 0 { (depth, rest.strip_prefix(' ').unwrap_or(rest)) } else { (0, line) }
}

/// Some clients quote with `| `. One bar may be a table or a separator; three lines of them that hold no further bar
/// are a quotation.
fn count_bars(lines: &mut [Line]) {
    let is_bar = |line: &Line| {
        line.quote_depth == 0
            && line.text.strip_prefix('|').is_some_and(|rest| !rest.contains('|') && !rest.starts_with('-'))
    };
    for run in lines.chunk_by_mut(|a, b| is_bar(a) == is_bar(b)) {
        if run.len() < 3 || !run.first().is_some_and(is_bar) {
            continue;
        }
        for line in run {
            line.quote_depth = 1;
            line.text = line.text.trim_start_matches('|').trim_start_matches(' ').to_string();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, format: Format) -> Vec<(u8, String)> {
        lines(text, format).into_iter().map(|line| (line.quote_depth, line.text)).collect()
    }

    #[test]
    fn quotation_marks_are_counted_and_taken_off() {
        for (line, depth, text) in [
            ("plain", 0, "plain"),
            ("> one", 1, "one"),
            (">one", 1, "one"),
            ("> > two", 2, "two"),
            (">> two", 2, "two"),
            (">>> > four", 4, "four"),
            (" > stuffed", 1, "stuffed"),
            (">    indented", 1, "   indented"),
            (">", 1, ""),
            ("a > b", 0, "a > b"),
            ("-> arrow", 0, "-> arrow"),
            ("＞ typed", 0, "＞ typed"), // no client quotes so, but people list so
        ] {
            assert_eq!(shown(line, Format::Fixed), [(depth, text.to_string())], "{line}");
        }
    }

    #[test]
    fn blank_lines_stay_and_every_line_ending_is_one() {
        let texts: Vec<_> = shown("a\r\n\r\nb \nc\rd\r\n", Format::Fixed).into_iter().map(|(_, text)| text).collect();
        assert_eq!(texts, ["a", "", "b", "c", "d"]);
        assert_eq!(shown("", Format::Fixed), [(0, String::new())]);
    }

    #[test]
    fn flowed_lines_are_joined_within_one_depth() {
        let text = "I will \ncome.\n> Please \n> answer.\n>> Older \n> end \n\n  stuffed\n-- \nAnna";
        let expected = [
            (0, "I will come."),
            (1, "Please answer."),
            (2, "Older"),
            (1, "end"),
            (0, ""),
            (0, " stuffed"),
            (0, "--"),
            (0, "Anna"),
        ];
        assert_eq!(shown(text, Format::Flowed { delete_space: false }), expected.map(|(d, t)| (d, t.to_string())));
        assert_eq!(shown("참석 \n합니다", Format::Flowed { delete_space: true }), [(0, "참석합니다".to_string())]);
    }

    #[test]
    fn bars_quote_only_in_a_run() {
        let depths = |text: &str| lines(text, Format::Fixed).iter().map(|line| line.quote_depth).collect::<Vec<_>>();
        assert_eq!(depths("Yes\n| a\n| b\n| c\nNo"), [0, 1, 1, 1, 0]);
        assert_eq!(depths("| a\n| b"), [0, 0]);
        assert_eq!(depths("| a | b |\n|---|---|\n| c | d |\n| e | f |"), [0, 0, 0, 0]);
    }
}

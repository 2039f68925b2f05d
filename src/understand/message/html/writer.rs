//! Puts text on lines: white space collapsed, breaks made only when text follows, table cells side by side.

use super::super::{Line, LineRole};

/// Most lines and bytes that are written; more is no mail to a person.
const MOST_LINES: usize = 100_000;
const MOST_BYTES: usize = 2 * 1024 * 1024;

/// What lies between the text written and the text to come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Gap {
    /// Nothing.
    #[default]
    None,
    /// The next cell of a row.
    Cell,
    /// A new line.
    Line,
    /// A blank line.
    Blank,
}

/// How a piece of text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ink {
    pub(super) quote_depth: u8,
    pub(super) role: LineRole,
    /// In a colour of its own amid a quotation.
    pub(super) tinted: bool,
    /// White space counts.
    pub(super) preformatted: bool,
}

/// A line with what is not yet decided about it.
#[derive(Debug)]
struct Draft {
    line: Line,
    tinted: bool,
}

/// Lines in the making.
#[derive(Debug, Default)]
pub(super) struct Writer {
    lines: Vec<Draft>,
    buffer: String,
    mark: (u8, LineRole),
    tinted: bool,
    gap: Gap,
    written: usize,
}

impl Writer {
    /// Writes text.
    pub(super) fn text(&mut self, text: &str, ink: Ink) {
        for c in text.chars() {
            match c {
                '\n' if ink.preformatted => self.line_break(ink),
                '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}' => {}
                '\u{a0}' => self.write(' ', ink),
                ' ' | '\t' if ink.preformatted => self.write(c, ink),
                c if c.is_ascii_whitespace() => {
                    if self.gap == Gap::None && !self.buffer.is_empty() && !self.buffer.ends_with([' ', '\t']) {
                        self.buffer.push(' ');
                    }
                }
                c if c.is_control() => {}
                c => self.write(c, ink),
            }
        }
    }

    fn write(&mut self, c: char, ink: Ink) {
        if self.mark != (ink.quote_depth, ink.role) && !self.buffer.is_empty() {
            self.gap = self.gap.max(Gap::Line);
        }
        self.close_gap(ink);
        if self.written > MOST_BYTES {
            return;
        }
        if self.buffer.is_empty() {
            (self.mark, self.tinted) = ((ink.quote_depth, ink.role), true);
        }
        if c != ' ' {
            self.tinted &= ink.tinted;
        } else if self.buffer.ends_with(' ') && !ink.preformatted {
            return;
        }
        self.buffer.push(c);
        self.written += c.len_utf8();
    }

    fn close_gap(&mut self, ink: Ink) {
        match std::mem::take(&mut self.gap) {
            Gap::None => {}
            Gap::Cell => {
                self.buffer.truncate(self.buffer.trim_end().len());
                self.buffer.push('\t');
            }
            Gap::Line => self.end_line(),
            Gap::Blank => {
                self.end_line();
                if self.lines.last().is_some_and(|last| !last.line.text.is_empty()) {
                    self.blank(ink);
                }
            }
        }
    }

    /// The text to come stands apart.
    pub(super) fn gap(&mut self, gap: Gap) {
        if self.gap != Gap::Cell {
            self.gap = self.gap.max(gap);
        }
    }

    /// The text to come stands in the next cell of a row that began when there were `row_start` lines; behind a cell
    /// of several lines it goes below, not beside.
    pub(super) fn next_cell(&mut self, row_start: usize) {
        if !self.buffer.trim().is_empty() {
            self.gap = if self.lines.len() == row_start { Gap::Cell } else { Gap::Line };
        }
    }

    /// A line break that counts, as `<br>`.
    pub(super) fn line_break(&mut self, ink: Ink) {
        if self.gap == Gap::Cell {
            return; // a cell that begins with a break
        }
        let blank_before = std::mem::take(&mut self.gap) != Gap::None || self.buffer.is_empty();
        self.end_line();
        if blank_before {
            self.blank(ink);
        }
    }

    /// A rule across the page, as plain text draws it.
    pub(super) fn rule(&mut self, ink: Ink) {
        self.end_line();
        self.text("________________________________", Ink { tinted: false, ..ink });
        self.gap(Gap::Line);
    }

    /// Ends the line if there is one; returns how many there are.
    pub(super) fn end_row(&mut self) -> usize {
        self.gap = Gap::None;
        self.end_line();
        self.lines.len()
    }

    fn end_line(&mut self) {
        if !self.buffer.is_empty() {
            let text = self.buffer.trim().to_string();
            self.buffer.clear();
            let (quote_depth, role) = self.mark;
            let tinted = self.tinted && !text.is_empty();
            self.push(Draft { line: Line { text, quote_depth, role }, tinted });
        }
    }

    /// A blank line belongs to what is quoted less, above or below it.
    fn blank(&mut self, ink: Ink) {
        let above = self.lines.last().map(|last| (last.line.quote_depth, last.line.role));
        let (quote_depth, role) =
            above.filter(|(depth, _)| *depth < ink.quote_depth).unwrap_or((ink.quote_depth, ink.role));
        let line = Line { text: String::new(), quote_depth, role };
        self.push(Draft { line, tinted: false });
    }

    fn push(&mut self, draft: Draft) {
        if self.lines.len() < MOST_LINES {
            self.lines.push(draft);
        }
    }

    /// All lines. A few coloured lines amid a quotation are answers typed into it; a quotation that is coloured as a
    /// whole just looks so.
    pub(super) fn finish(mut self) -> Vec<Line> {
        self.end_line();
        let quoted = |draft: &&Draft| draft.line.role == LineRole::Quotation;
        let letters = |draft: &Draft| draft.line.text.len();
        let all: usize = self.lines.iter().filter(quoted).map(letters).sum();
        let tinted: usize = self.lines.iter().filter(quoted).filter(|draft| draft.tinted).map(letters).sum();
        let answers = tinted * 3 < all;
        let line = |draft: Draft| {
            let unmark = answers && draft.tinted && draft.line.role == LineRole::Quotation;
            Line { role: if unmark { LineRole::Unmarked } else { draft.line.role }, ..draft.line }
        };
        self.lines.into_iter().map(line).collect()
    }
}

//! Printing: colour and progress for people at a terminal, plain lines for a pipe.
//!
//! What is printed came by mail from anybody, so control characters are never passed on: they could move the cursor
//! and make a line say something else.

use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Standard output.
pub(super) struct Out {
    stream: BufWriter<StdoutLock<'static>>,
    /// Whether a person reads it.
    pub is_terminal: bool,
    colour: bool,
}

/// What a piece of text means to a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Heading,
    Plain,
    Good,
    Doubtful,
    Bad,
    Quiet,
}

impl Out {
    pub fn new() -> Self {
        let stdout = io::stdout();
        let is_terminal = stdout.is_terminal();
        // no-color.org: set and not empty, whatever it says
        let colour = is_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self { stream: BufWriter::new(stdout.lock()), is_terminal, colour }
    }

    /// Prints a line.
    pub fn line(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.stream, "{text}")
    }

    /// Prints a JSON object as a line.
    pub fn json(&mut self, value: &serde_json::Value) -> io::Result<()> {
        writeln!(self.stream, "{value}")
    }

    /// Prints a name and its value: in two columns at a terminal, separated by a tab in a pipe.
    pub fn pair(&mut self, name: &str, value: &str) -> io::Result<()> {
        if self.is_terminal {
            let name = self.tone(Tone::Quiet, &format!("{name:<24}"));
            writeln!(self.stream, "{name} {value}")
        } else {
            writeln!(self.stream, "{}\t{value}", name.trim_start())
        }
    }

    /// Prints bytes as they are.
    pub fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)
    }

    /// Prints what was held back; at the end of every command, so that a failure to print is noticed.
    pub fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }

    /// The text in the colour of its tone, if colour is wanted.
    pub fn tone(&self, tone: Tone, text: &str) -> String {
        let code = match tone {
            Tone::Plain => return text.to_owned(),
            Tone::Heading => "1",
            Tone::Good => "32",
            Tone::Doubtful => "33",
            Tone::Bad => "31",
            Tone::Quiet => "2",
        };
        if self.colour && !text.is_empty() { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() }
    }

    /// Prints rows: aligned under their heading at a terminal, separated by tabs and without heading in a pipe.
    pub fn table(&mut self, heading: &[&str], rows: &[Vec<Cell>]) -> io::Result<()> {
        if !self.is_terminal {
            return rows.iter().try_for_each(|row| {
                let cells = row.iter().map(|cell| cell.text.as_str()).collect::<Vec<_>>();
                self.line(&cells.join("\t"))
            });
        }
        let heading: Vec<Cell> = heading.iter().map(|title| Cell::new(title).in_tone(Tone::Heading)).collect();
        let every = || std::iter::once(&heading).chain(rows);
        let widths: Vec<usize> = (0..heading.len())
            .map(|column| every().filter_map(|row| row.get(column)).map(|cell| width(&cell.text)).max().unwrap_or(0))
            .collect();
        every().try_for_each(|row| {
            let mut line = String::new();
            for (cell, widest) in row.iter().zip(&widths) {
                line.push_str(&self.tone(cell.tone, &cell.text));
                line.push_str(&" ".repeat(widest.saturating_sub(width(&cell.text)).saturating_add(2)));
            }
            writeln!(self.stream, "{}", line.trim_end())
        })
    }
}

/// A cell of a table, fit for one line.
pub(super) struct Cell {
    text: String,
    tone: Tone,
}

impl Cell {
    pub fn new(text: &str) -> Self {
        Self { text: one_line(text), tone: Tone::Plain }
    }

    pub fn in_tone(mut self, tone: Tone) -> Self {
        self.tone = tone;
        self
    }
}

impl<T: ToString> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::new(&text.to_string())
    }
}

/// Columns that a text takes at a terminal: East Asian wide characters take two (UAX #11).
pub(super) fn width(text: &str) -> usize {
    text.chars().map(|c| if is_wide(c) { 2 } else { 1 }).sum()
}

fn is_wide(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ff60}' | '\u{20000}'..='\u{3fffd}')
}

/// A text made fit for one line: control characters, line breaks and tabs become spaces.
pub(super) fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || is_reordering(c) { ' ' } else { c }).collect()
}

/// A text of several lines without control characters.
pub(super) fn lines(text: &str) -> Vec<String> {
    text.lines().map(one_line).collect()
}

/// Characters that make a terminal show text in another order than it stands in.
fn is_reordering(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
}

/// Says something on standard error, on one line.
pub(super) fn note(text: &str) {
    #[expect(clippy::let_underscore_must_use, reason = "there is nowhere left to say that nothing can be said")]
    let _ = writeln!(io::stderr(), "rsvpd: {}", one_line(text));
}

/// Progress of long work, shown only to a person whose results go elsewhere (between results it would be noise).
pub(super) fn progress(total: usize, doing: &'static str) -> ProgressBar {
    let wanted = io::stderr().is_terminal() && !io::stdout().is_terminal();
    let target = if wanted { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(u64::try_from(total).ok(), target).with_message(doing);
    match ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}, {eta} left") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_cannot_send_control_sequences_to_the_terminal() {
        assert_eq!(one_line("a\x1b[2Jb\r\nc\td\u{202e}e"), "a [2Jb  c d e");
        assert_eq!(lines("a\x07\nb"), ["a ", "b"]);
    }

    #[test]
    fn wide_characters_count_twice() {
        assert_eq!(width("Kim"), 3);
        assert_eq!(width("김철수"), 6);
    }
}

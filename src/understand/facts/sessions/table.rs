//! Tables: a heading names the sessions of its columns, and each row below answers for one person.

use super::inline::{answer, asked};
use super::reader::Reader;
use super::{Answer, Mention};
use crate::understand::facts::evidence::{Evidence, Source};
use crate::understand::reply::Span;
use crate::understand::script;

/// A row has no fewer cells.
const LEAST_CELLS: usize = 3;
/// An answer in a cell has no more letters.
const LONGEST_ANSWER: usize = 24;

/// What stands in a cell to say yes, where nothing else does.
const TICKS: &str = "oоOО○◯⭕vV✓✔√●◎■☑";
/// And no; in the West a tick.
const CROSSES: &str = "xXхХ×";
/// And no everywhere.
const DASHES: &str = "-–—―✗✘✕";

/// A line of cells, each with where it stands.
struct Row {
    span: Span,
    cells: Vec<Span>,
}

/// A column that a heading gives to one session.
struct Column {
    place: usize,
    session: String,
}

/// The answers in tables, and where these stand: what else was read there was read out of its row and column.
pub(super) fn read(reader: &Reader<'_>, body: &str) -> (Vec<Mention>, Vec<Span>) {
    let (mut mentions, mut tables) = (Vec::new(), Vec::new());
    let rows: Vec<Row> = rows(body);
    let mut rest = rows.as_slice();
    while let Some((heading, below)) = rest.split_first() {
        rest = below;
        let columns = columns(reader, body, heading);
        if columns.is_empty() {
            continue;
        }
        let length = below.iter().take_while(|row| row.cells.len() == heading.cells.len()).count();
        let (answers, beyond) = below.split_at(length);
        let values = || answers.iter().flat_map(|row| columns.iter().map(|column| cell(body, row, column)));
        if answers.is_empty() || values().any(|value| value.chars().count() > LONGEST_ANSWER) {
            continue;
        }
        let ticked = values().any(|value| is_only(value, TICKS));
        let eastern =
            heading.span.of(body).chars().any(|letter| script::is_hangul(letter) || script::is_unspaced(letter));
        let cross_is_no = ticked || eastern;
        for row in answers {
            for column in &columns {
                mentions.extend(mention(reader, body, row, column, cross_is_no));
            }
        }
        let end = answers.last().map_or(heading.span.end, |row| row.span.end);
        tables.push(Span { start: heading.span.start, end });
        rest = beyond;
    }
    (mentions, tables)
}

fn mention(reader: &Reader<'_>, body: &str, row: &Row, column: &Column, cross_is_no: bool) -> Option<Mention> {
    let value = cell(body, row, column);
    let (said, confidence) = match value {
        value if is_only(value, TICKS) => (Answer::Yes, 0.95),
        value if is_only(value, CROSSES) => (if cross_is_no { Answer::No } else { Answer::Yes }, 0.9),
        value if value.is_empty() || is_only(value, DASHES) => (Answer::No, 0.8),
        value => (reader.whole(value).and_then(|statement| answer(statement.said))?, 0.95),
    };
    let span = *row.cells.get(column.place)?;
    let evidence =
        Evidence { source: Source::Label, text: value.to_owned(), span: Some(span), confidence, rule: "table" };
    let sessions = vec![column.session.clone()];
    Some(Mention { sessions, answer: said, exclusive: false, corrects: false, evidence })
}

fn cell<'a>(body: &'a str, row: &Row, column: &Column) -> &'a str {
    row.cells.get(column.place).map_or("", |cell| cell.of(body))
}

fn is_only(value: &str, marks: &str) -> bool {
    let mut letters = value.chars();
    letters.next().is_some_and(|letter| marks.contains(letter)) && letters.next().is_none()
}

/// The columns of a heading, if each session that it names has one of its own.
fn columns(reader: &Reader<'_>, body: &str, heading: &Row) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    for (place, cell) in heading.cells.iter().enumerate() {
        let sessions = asked(reader, cell.of(body));
        let mut ids = sessions.iter().filter_map(|index| reader.event.sessions.get(*index));
        if let (Some(session), None) = (ids.next(), ids.next()) {
            if columns.iter().any(|column| column.session == session.id) {
                return Vec::new();
            }
            columns.push(Column { place, session: session.id.clone() });
        }
    }
    columns
}

/// The lines that have cells; what only rules off a heading is none.
fn rows(body: &str) -> Vec<Row> {
    let mut at = 0;
    let mut rows = Vec::new();
    for line in body.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let is_rule = line.trim().chars().all(|letter| matches!(letter, '|' | '-' | '+' | ':' | '=' | ' ' | '─'));
        let cells = cells(line.trim_end(), start);
        if cells.len() >= LEAST_CELLS && !is_rule {
            rows.push(Row { span: Span { start, end: start + line.trim_end().len() }, cells });
        }
    }
    rows
}

/// The cells of a line, between bars or tabs.
fn cells(line: &str, start: usize) -> Vec<Span> {
    let bar = ['|', '｜', '\t', '¦'].into_iter().find(|bar| line.contains(*bar));
    let Some(bar) = bar else { return Vec::new() };
    let framed = bar != '\t' && line.trim().starts_with(bar);
    let mut at = 0;
    let mut cells = Vec::new();
    for part in line.split(bar) {
        let lead = part.len() - part.trim_start().len();
        let from = start + at + if part.trim().is_empty() { 0 } else { lead };
        cells.push(Span { start: from, end: from + part.trim().len() });
        at += part.len() + bar.len_utf8();
    }
    if framed {
        cells.remove(0);
        if line.trim().ends_with(bar) {
            cells.pop();
        }
    }
    cells
}

//! `rsvpd export`: the records of an event as CSV, spreadsheet or JSON.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, ValueEnum};
use rust_xlsxwriter::{Format as CellFormat, Workbook};
use serde_json::{Value, json};

use super::terminal::Out;
use super::{ConfigFile, Usage, with_store, word};
use crate::event::{Event, folder};
use crate::registry::Record;

#[derive(Debug, Args)]
pub(super) struct Export {
    #[command(flatten)]
    config: ConfigFile,
    /// The event
    #[arg(long, value_name = "ID")]
    event: String,
    /// As what
    #[arg(long, value_enum)]
    format: Format,
    /// Where to; replaced as a whole, readable by its owner alone [default: standard output]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Comma-separated values, UTF-8
    Csv,
    /// Excel
    Xlsx,
    /// A JSON array
    Json,
    /// One JSON object a line
    Jsonl,
}

impl Export {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        let config = self.config.load_offline()?;
        let events = folder::load(std::slice::from_ref(&config.events_dir))?;
        let Some(event) = events.iter().find(|event| event.id == self.event) else {
            let known = events.iter().map(|event| event.id.as_str()).collect::<Vec<_>>().join(", ");
            return Err(Usage(format!("there is no event {:?}; known are: {known}", self.event)).into());
        };
        let mut out = Out::new();
        if self.format == Format::Xlsx && self.output.is_none() && out.is_terminal {
            return Err(Usage("a spreadsheet is nothing for a terminal; name a file with --output".to_owned()).into());
        }
        let records = with_store(&config, async |store| Ok(store.records(Some(&event.id)).await?))?;
        let exported = self.format.write(event, &records)?;
        match &self.output {
            Some(file) => replace(file, &exported).with_context(|| format!("could not write {}", file.display())),
            None => {
                out.bytes(&exported)?;
                Ok(out.flush()?)
            }
        }
    }
}

impl Format {
    fn write(self, event: &Event, records: &[Record]) -> anyhow::Result<Vec<u8>> {
        match self {
            Self::Csv => csv(event, records),
            Self::Xlsx => xlsx(event, records),
            Self::Json => {
                let objects = records.iter().map(to_json).collect::<Vec<_>>();
                Ok((serde_json::to_string_pretty(&objects)? + "\n").into_bytes())
            }
            Self::Jsonl => Ok(records.iter().map(|record| format!("{}\n", to_json(record))).collect::<String>().into()),
        }
    }
}

/// The contract's object.
pub(super) fn to_json(record: &Record) -> Value {
    json!({
        "event": record.event,
        "name": record.facts.name,
        "organization": record.facts.organization,
        "position": record.facts.position,
        "sessions": record.facts.sessions,
        "email": record.facts.email,
        "contact": record.contact,
        "status": record.status,
        "language": record.language,
        "received_at": record.received_at,
        "updated_at": record.updated_at,
        "source_message_id": record.source_message_id,
    })
}

/// The header, then a row a record; a column for each session.
fn rows(event: &Event, records: &[Record]) -> Vec<Vec<String>> {
    let columns = ["event", "name", "organization", "position"].into_iter();
    let sessions = event.sessions.iter().map(|session| session.id.as_str());
    let rest = ["email", "contact", "status", "language", "received_at", "updated_at", "source_message_id"];
    let header = columns.chain(sessions).chain(rest).map(str::to_owned).collect();
    std::iter::once(header).chain(records.iter().map(|record| row(event, record))).collect()
}

fn row(event: &Event, record: &Record) -> Vec<String> {
    let text = |fact: &Option<String>| fact.clone().unwrap_or_default();
    let facts = &record.facts;
    let answers = event.sessions.iter().map(|session| {
        facts.sessions.as_ref().and_then(|answers| answers.get(&session.id)).map(word).unwrap_or_default()
    });
    let mut row = vec![record.event.clone(), text(&facts.name), text(&facts.organization), text(&facts.position)];
    row.extend(answers);
    row.extend([
        text(&facts.email),
        record.contact.clone(),
        word(&record.status),
        record.language.clone(),
        record.received_at.to_string(),
        record.updated_at.to_string(),
        text(&record.source_message_id),
    ]);
    row
}

fn csv(event: &Event, records: &[Record]) -> anyhow::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows(event, records) {
        writer.write_record(row.iter().map(|cell| harmless(cell)))?;
    }
    Ok(writer.into_inner()?)
}

/// A spreadsheet takes a cell that begins like this for a formula, and what stands here was written by strangers
/// (OWASP, "CSV injection"): a leading apostrophe makes it text.
fn harmless(cell: &str) -> String {
    let dangerous = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    if dangerous { format!("'{cell}") } else { cell.to_owned() }
}

/// Every cell is written as a string, so nothing in it is a formula.
fn xlsx(event: &Event, records: &[Record]) -> anyhow::Result<Vec<u8>> {
    let mut workbook = Workbook::new();
    let bold = CellFormat::new().set_bold();
    let sheet = workbook.add_worksheet();
    for (number, row) in (0_u32..).zip(rows(event, records)) {
        for (column, cell) in (0_u16..).zip(row) {
            // Excel's own limit for a cell
            let cell = cell.chars().take(32_767).collect::<String>();
            if number == 0 {
                sheet.write_string_with_format(number, column, cell, &bold)?;
            } else {
                sheet.write_string(number, column, cell)?;
            }
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.autofit();
    Ok(workbook.save_to_buffer()?)
}

/// Puts a new file in the place of an old one: whoever reads it meanwhile sees the one or the other, whole.
fn replace(file: &Path, content: &[u8]) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = file.with_file_name(name);
    let written = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&part)
        .and_then(|mut stream| stream.write_all(content).and_then(|()| stream.sync_all()))
        .and_then(|()| std::fs::rename(&part, file));
    if written.is_err() {
        // the first error is the one to tell
        drop(std::fs::remove_file(&part));
    }
    written
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::os::unix::fs::PermissionsExt;

    use jiff::Timestamp;

    use super::*;
    use crate::registry::{Facts, Status};
    use crate::understand::facts::sessions::Answer;

    fn event() -> Event {
        Event::from_toml(include_str!("../../deploy/demo/events/harbour-talks.toml")).unwrap()
    }

    fn record(name: &str) -> Record {
        Record {
            id: 1,
            event: "harbour-talks".into(),
            facts: Facts {
                name: Some(name.into()),
                organization: Some("Kai, \"Quay\" & Co".into()),
                position: None,
                sessions: Some(BTreeMap::from([("symposium".into(), Answer::Yes)])),
                email: Some("a@quay.example".into()),
            },
            contact: "b@quay.example".into(),
            status: Status::InReview,
            language: "ko".into(),
            revision: 2,
            undeliverable: false,
            received_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
            source_message_id: Some("x@quay.example".into()),
        }
    }

    #[test]
    fn json_has_the_contracts_keys_and_null_for_what_is_unknown() {
        let text = String::from_utf8(Format::Json.write(&event(), &[record("한지우")]).unwrap()).unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            value,
            json!([{
                "event": "harbour-talks", "name": "한지우", "organization": "Kai, \"Quay\" & Co", "position": null,
                "sessions": {"symposium": "yes"}, "email": "a@quay.example", "contact": "b@quay.example",
                "status": "in_review", "language": "ko", "received_at": "1970-01-01T00:00:00Z",
                "updated_at": "1970-01-01T00:00:00Z", "source_message_id": "x@quay.example",
            }])
        );
        let lines = Format::Jsonl.write(&event(), &[record("a"), record("b")]).unwrap();
        assert_eq!(String::from_utf8(lines).unwrap().lines().count(), 2);
        assert_eq!(Format::Json.write(&event(), &[]).unwrap(), b"[]\n");
    }

    #[test]
    fn csv_quotes_and_has_a_column_for_each_session() {
        let text = String::from_utf8(csv(&event(), &[record("Anna")]).unwrap()).unwrap();
        assert_eq!(
            text,
            "event,name,organization,position,dinner,symposium,email,contact,status,language,received_at,updated_at,\
             source_message_id\n\
             harbour-talks,Anna,\"Kai, \"\"Quay\"\" & Co\",,,yes,a@quay.example,b@quay.example,in_review,ko,\
             1970-01-01T00:00:00Z,1970-01-01T00:00:00Z,x@quay.example\n"
        );
    }

    #[test]
    fn no_cell_is_a_formula() {
        for name in ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1"] {
            let text = String::from_utf8(csv(&event(), &[record(name)]).unwrap()).unwrap();
            let mut reader = csv::Reader::from_reader(text.as_bytes());
            assert_eq!(reader.records().next().unwrap().unwrap().get(1), Some(format!("'{name}").as_str()));
        }
        assert_eq!(harmless("Jean-Luc = ok"), "Jean-Luc = ok");
        let sheet = xlsx(&event(), &[record("=1+1")]).unwrap();
        assert!(sheet.starts_with(b"PK"), "a workbook is a zip file");
    }

    #[test]
    fn a_file_is_replaced_whole_and_closed_to_others() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("list.csv");
        replace(&file, b"first, longer").unwrap();
        replace(&file, b"second").unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), b"second");
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left behind");
        assert!(replace(&folder.path().join("nowhere/list.csv"), b"x").is_err());
    }
}

//! A folder of event files: the edge where events come in.

use std::path::{Path, PathBuf};

use super::{Event, EventFileError};

/// Why a folder of event files cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum EventFolderError {
    /// The folder or a file in it cannot be read.
    #[error("could not read {path}: {source}")]
    Unreadable {
        /// Which.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// A file is wrong.
    #[error("{place}: {sentence}")]
    Wrong {
        /// File and, where it is known, line.
        place: String,
        /// What is wrong and what to do.
        sentence: String,
    },
    /// There is nothing to answer for.
    #[error("{0} holds no event file; add one, e.g. my-event.toml")]
    Empty(String),
}

/// Reads every `*.toml` of the folders, in the order of their names.
///
/// # Errors
/// When a folder or file cannot be read, a file is wrong, two files have the same id, or there is none at all.
pub fn load(folders: &[PathBuf]) -> Result<Vec<Event>, EventFolderError> {
    let mut events: Vec<Event> = Vec::new();
    for folder in folders {
        let files = event_files(folder)?;
        if files.is_empty() {
            return Err(EventFolderError::Empty(folder.display().to_string()));
        }
        for file in files {
            let event = read(&file)?;
            if events.iter().any(|other| other.id == event.id) {
                let sentence = format!("the id {:?} is taken by another event file; give each event its own", event.id);
                return Err(EventFolderError::Wrong { place: file.display().to_string(), sentence });
            }
            events.push(event);
        }
    }
    Ok(events)
}

fn event_files(folder: &Path) -> Result<Vec<PathBuf>, EventFolderError> {
    let unreadable = |source| EventFolderError::Unreadable { path: folder.display().to_string(), source };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if !hidden && path.extension().is_some_and(|extension| extension == "toml") && !path.is_dir() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn read(file: &Path) -> Result<Event, EventFolderError> {
    let name = file.display().to_string();
    let text =
        std::fs::read_to_string(file).map_err(|source| EventFolderError::Unreadable { path: name.clone(), source })?;
    Event::from_toml(&text).map_err(|error| match error {
        EventFileError::Format(error) => {
            let line =
                error.span().and_then(|span| text.get(..span.start)).map(|before| before.matches('\n').count() + 1);
            EventFolderError::Wrong {
                place: line.map_or(name.clone(), |line| format!("{name}, line {line}")),
                sentence: error.message().replace('\n', ", "),
            }
        }
        EventFileError::Content(sentence) => EventFolderError::Wrong { place: name, sentence },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: &str) -> String {
        format!(
            "id = {id:?}\ntitle = \"Tea\"\nhost = \"Us\"\ntimezone = \"Europe/Berlin\"\nlanguages = [\"en\"]\n\
             mailbox = \"tea@example.org\"\ninvited = 2024-01-01\n[[session]]\nid = \"tea\"\n\
             starts = 2024-02-02T10:00:00\nends = 2024-02-02T11:00:00\nvenue = \"Hall\"\ntitle = {{ en = \"Tea\" }}\n"
        )
    }

    #[test]
    fn events_come_in_the_order_of_their_file_names_and_other_files_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("b.toml", event("second")),
            ("a.toml", event("first")),
            (".c.toml~", "?".into()),
            ("notes.txt", "?".into()),
        ] {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let events = load(&[folder.path().to_path_buf()]).unwrap();
        assert_eq!(events.iter().map(|event| event.id.as_str()).collect::<Vec<_>>(), ["first", "second"]);
    }

    #[test]
    fn a_wrong_event_file_is_named_with_its_line() {
        for (name, text, sentence) in [
            ("a.toml", event("x").replace("host", "hots"), "a.toml, line 3: unknown field `hots`"),
            ("a.toml", event("x").replace("T11", "T09"), "a.toml: session \"tea\" ends before it starts"),
            ("a.toml", event("x").replace("id = \"x\"", "id = "), "a.toml, line 1: "),
            ("a.txt", event("x"), "holds no event file"),
        ] {
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join(name), text).unwrap();
            let error = load(&[folder.path().to_path_buf()]).unwrap_err().to_string();
            assert!(error.contains(sentence), "{error:?} does not contain {sentence:?}");
            assert!(!error.contains('\n'), "{error:?} is not one line");
        }
        let error = load(&[PathBuf::from("/nowhere/at/all")]).unwrap_err().to_string();
        assert!(error.starts_with("could not read /nowhere/at/all: "), "{error}");
    }

    #[test]
    fn two_files_with_one_id_are_refused_rather_than_one_forgotten() {
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        for folder in &folders {
            std::fs::write(folder.path().join("tea.toml"), event("tea")).unwrap();
        }
        let paths = folders.iter().map(|folder| folder.path().to_path_buf()).collect::<Vec<_>>();
        assert!(load(&paths).unwrap_err().to_string().contains("the id \"tea\" is taken"));
    }
}

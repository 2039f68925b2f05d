//! Mail in files: single messages, folders of them, Maildirs, mbox files, standard input.

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::Usage;

/// One mail, or why it could not be read.
pub(super) struct Mail {
    /// The file's name without its folder; in an mbox with the number of the message, `inbox.mbox#2`.
    pub file: String,
    pub raw: std::io::Result<Vec<u8>>,
}

/// The files that the paths name: a folder stands for the mail in it, in the order of names.
pub(super) fn expand(paths: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let mut found = mail_in(path)?;
        if found.is_empty() {
            let text = format!("{} holds no mail (*.eml, *.mbox or a Maildir)", path.display());
            return Err(Usage(text).into());
        }
        found.sort();
        files.append(&mut found);
    }
    Ok(files)
}

fn mail_in(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let is_maildir = folder.join("cur").is_dir() && folder.join("new").is_dir();
    let folders = if is_maildir { vec![folder.join("cur"), folder.join("new")] } else { vec![folder.to_path_buf()] };
    let mut files = Vec::new();
    for folder in folders {
        let reading = || format!("could not read the folder {}", folder.display());
        for entry in std::fs::read_dir(&folder).with_context(reading)? {
            let path = entry.with_context(reading)?.path();
            if !path.is_dir() && (is_maildir || looks_like_mail(&path)) {
                files.push(path);
            }
        }
    }
    Ok(files)
}

/// Other files often stand beside mail in a folder: notes, lists of expected results.
fn looks_like_mail(path: &Path) -> bool {
    let hidden = path.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
    let known = path
        .extension()
        .is_none_or(|extension| ["eml", "mbox", "mbx"].iter().any(|known| extension.eq_ignore_ascii_case(known)));
    !hidden && known
}

/// The mail in a file (`-`: standard input).
pub(super) fn read(path: &Path) -> Vec<Mail> {
    let file = path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
    let content = if path == Path::new("-") { read_all(std::io::stdin().lock()) } else { std::fs::read(path) };
    match content {
        // Mail programs leave the line of a mailbox at the head of a single message too.
        Ok(content) if content.starts_with(b"From ") && is_single(path) => {
            let head = content.iter().position(|byte| *byte == b'\n').map_or(content.len(), |end| end + 1);
            vec![Mail { file, raw: Ok(content.get(head..).unwrap_or_default().to_vec()) }]
        }
        Ok(content) if content.starts_with(b"From ") => split_mbox(&content)
            .into_iter()
            .enumerate()
            .map(|(number, raw)| Mail { file: format!("{file}#{}", number + 1), raw: Ok(raw) })
            .collect(),
        raw => vec![Mail { file, raw }],
    }
}

/// Whether a file is one message by its name.
fn is_single(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("eml"))
}

fn read_all(mut stream: impl Read) -> std::io::Result<Vec<u8>> {
    let mut content = Vec::new();
    stream.read_to_end(&mut content).map(|_| content)
}

/// The messages of an mbox file (RFC 4155): each begins with a `From ` line after an empty line (or at the start);
/// `>From ` inside a message is a quoted `From ` (mboxrd).
fn split_mbox(content: &[u8]) -> Vec<Vec<u8>> {
    let mut messages: Vec<Vec<u8>> = Vec::new();
    let mut after_empty_line = true;
    for line in content.split_inclusive(|byte| *byte == b'\n') {
        if after_empty_line && line.starts_with(b"From ") {
            messages.push(Vec::new());
        } else if let Some(message) = messages.last_mut() {
            let quotes = line.iter().take_while(|byte| **byte == b'>').count();
            let quoted = quotes > 0 && line.get(quotes..).is_some_and(|rest| rest.starts_with(b"From "));
            message.extend_from_slice(line.get(usize::from(quoted)..).unwrap_or_default());
        }
        after_empty_line = matches!(line, b"\n" | b"\r\n");
    }
    messages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_mbox_is_split_at_from_lines_after_an_empty_line_only() {
        let mbox = b"From a@x Mon\nSubject: 1\n\nFrom here on\nall is well\n>From me\n\nFrom b@x Tue\r\nSubject: 2\r\n\r\nhi\r\n";
        let messages = split_mbox(mbox);
        assert_eq!(messages.len(), 3, "the line after the header is a From line too, as every mbox reader sees it");
        let mbox =
            b"From a@x Mon\nSubject: 1\n\nwell\nFrom here on\n>From me\n>>From you\n\nFrom b@x Tue\nSubject: 2\n\nhi\n";
        let messages = split_mbox(mbox);
        assert_eq!(messages, [&b"Subject: 1\n\nwell\nFrom here on\nFrom me\n>From you\n\n"[..], b"Subject: 2\n\nhi\n"]);
    }

    #[test]
    fn a_single_message_keeps_its_name_and_loses_the_line_of_a_mailbox() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("one.eml");
        std::fs::write(&path, "From a@x Mon\nSubject: 1\n\nwell\n\nFrom here on\n").unwrap();
        let mails: Vec<(String, Vec<u8>)> =
            read(&path).into_iter().map(|mail| (mail.file, mail.raw.unwrap())).collect();
        assert_eq!(mails, [("one.eml".to_string(), b"Subject: 1\n\nwell\n\nFrom here on\n".to_vec())]);
    }

    #[test]
    fn a_folder_yields_its_mail_in_the_order_of_names_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["10.eml", "09.eml", "truth.jsonl", ".hidden.eml", "plain", "README.md"] {
            std::fs::write(folder.path().join(name), "Subject: x\n\nx\n").unwrap();
        }
        let files = expand(&[folder.path().to_path_buf(), PathBuf::from("single.txt")]).unwrap();
        let names = files.iter().map(|file| file.file_name().unwrap().to_str().unwrap()).collect::<Vec<_>>();
        assert_eq!(names, ["09.eml", "10.eml", "plain", "single.txt"]);
    }

    #[test]
    fn a_maildir_is_read_whole_and_an_empty_folder_is_told() {
        let folder = tempfile::tempdir().unwrap();
        assert!(expand(&[folder.path().to_path_buf()]).unwrap_err().to_string().contains("holds no mail"));
        for name in ["cur", "new", "tmp"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
            std::fs::write(folder.path().join(name).join("1.M2P3.host:2,S"), "Subject: x\n\nx\n").unwrap();
        }
        assert_eq!(expand(&[folder.path().to_path_buf()]).unwrap().len(), 2);
    }

    #[test]
    fn a_file_that_is_not_there_is_told_as_a_mail_that_could_not_be_read() {
        let mails = read(Path::new("/nowhere/0001.eml"));
        assert_eq!(mails.len(), 1);
        assert_eq!(mails[0].file, "0001.eml");
        assert!(mails[0].raw.is_err());
    }
}

//! Every mistake in a configuration is told in a sentence that names its line and what to do. Each case is a file of
//! `tests/bad_config/` with the expected words beside it.

#![expect(clippy::unwrap_used, reason = "a test may end in a panic")]

use std::path::{Path, PathBuf};
use std::process::Command;

use rsvpd::config::Config;

fn cases() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad_config");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut cases = files
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .map(|path| {
            (path.clone(), std::fs::read_to_string(path.with_extension("expected")).unwrap().trim_end().to_string())
        })
        .collect::<Vec<_>>();
    cases.sort();
    assert!(cases.len() >= 25, "only {} broken configurations were found", cases.len());
    cases
}

#[test]
fn every_broken_configuration_gets_its_sentence() {
    let mut wrong = Vec::new();
    for (file, expected) in cases() {
        assert!(!expected.is_empty(), "{} expects nothing", file.display());
        let told = match Config::load(&file) {
            Ok(_) => "it was accepted".to_string(),
            Err(error) => error.to_string(),
        };
        if !told.contains(&expected) || told.contains('\n') {
            wrong.push(format!("{}\n  expected {expected}\n  told     {told}", file.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_wrong_configuration_ends_in_exit_code_2_and_one_line_on_standard_error() {
    let (file, expected) = cases().into_iter().find(|(file, _)| file.ends_with("unknown_key.toml")).unwrap();
    for command in ["run", "check", "status", "export"] {
        let mut rsvpd = Command::new(env!("CARGO_BIN_EXE_rsvpd"));
        rsvpd.arg(command).arg("--config").arg(&file);
        if command == "export" {
            rsvpd.args(["--event", "tea", "--format", "csv"]);
        }
        let output = rsvpd.output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{command}: {told}");
        assert!(told.contains(&expected), "{command}: {told}");
        assert_eq!(told.lines().count(), 1, "{command}: {told}");
    }
}

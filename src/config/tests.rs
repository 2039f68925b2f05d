//! What a right configuration means; the wrong ones are in `tests/bad_config/`.

use std::path::Path;
use std::time::Duration;

use super::*;

const EXAMPLE: &str = include_str!("../../config/rsvpd.toml");

fn read(text: &str) -> Config {
    read::config(Source { file: "rsvpd.toml", text }, Path::new("/etc/rsvpd"), Secrets::Unneeded).unwrap()
}

#[test]
fn the_example_is_right_and_its_commented_lines_are_the_defaults() {
    let shown = read(EXAMPLE);
    let defaults = EXAMPLE.lines().filter_map(|line| line.strip_prefix('#').filter(|line| !line.starts_with(' ')));
    assert!(defaults.clone().count() > 10);
    let uncommented = EXAMPLE
        .lines()
        .map(|line| match line.strip_prefix('#') {
            // these two have no default
            Some(key)
                if !key.starts_with(' ')
                    && !["dir =", "tls_ca_file =", "public_url ="].iter().any(|k| key.starts_with(k)) =>
            {
                key
            }
            _ => line,
        })
        .collect::<Vec<_>>()
        .join("\n");
    assert_eq!(format!("{shown:?}"), format!("{:?}", read(&uncommented)));
}

#[test]
fn paths_start_at_the_folder_of_the_file() {
    let config = read(&EXAMPLE.replace("sqlite:/var/lib/rsvpd/rsvpd.db", "sqlite:rsvpd.db"));
    assert_eq!(config.database_url, "sqlite:/etc/rsvpd/rsvpd.db");
    assert_eq!(config.events_dir, Path::new("/etc/rsvpd/events"));
    assert_eq!(read(EXAMPLE).database_url, "sqlite:/var/lib/rsvpd/rsvpd.db");
}

#[test]
fn ports_follow_the_protection_of_the_connection() {
    for (tls, host, imap, smtp) in [
        ("implicit", "mail.example.org", 993, 465),
        ("starttls", "mail.example.org", 143, 587),
        ("none", "::1", 143, 25),
    ] {
        let text = EXAMPLE
            .replace("imap.example.org", host)
            .replace("smtp.example.org", host)
            .replace("#tls = \"implicit\"", &format!("tls = {tls:?}"))
            .replace("#tls = \"starttls\"", &format!("tls = {tls:?}"));
        let config = read(&text);
        assert_eq!((config.mailboxes[0].imap.server.port, config.mailboxes[0].smtp.server.port), (imap, smtp), "{tls}");
    }
}

#[test]
fn a_mailbox_has_sensible_defaults() {
    let config = read(EXAMPLE);
    let mailbox = &config.mailboxes[0];
    assert_eq!(mailbox.trusted_authserv_id, "mx.example.org");
    assert_eq!(mailbox.imap.poll, Duration::from_secs(60));
    assert_eq!(mailbox.imap.max_message_bytes, 25_000_000);
    assert_eq!(mailbox.answers_per_day, 6);
    assert!(matches!(&mailbox.imap.after, After::File { review, .. } if review == "RSVP/Review"));
    for (after, meant) in [("keyword", After::Keyword), ("leave", After::Leave)] {
        let config = read(&EXAMPLE.replace("#folder =", &format!("after = {after:?}\n#folder =")));
        assert_eq!(config.mailboxes[0].imap.after, meant);
    }
}

#[test]
fn the_trusted_server_may_stand_in_either_section() {
    for header in ["[mailbox.imap]", "[mailbox.smtp]"] {
        let key = "trusted_authserv_id = \"mail.example.net\"\n";
        let text = match header {
            "[mailbox.imap]" => EXAMPLE.replace(header, &format!("{key}{header}")),
            _ => EXAMPLE.replace(header, &format!("{header}\n{key}")),
        };
        assert_eq!(read(&text).mailboxes[0].trusted_authserv_id, "mail.example.net");
    }
}

#[test]
fn secrets_are_read_beside_the_file_never_shown_and_their_exposure_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rsvpd.toml");
    std::fs::write(&file, EXAMPLE).unwrap();
    for name in ["imap-password", "smtp-password"] {
        std::fs::write(folder.path().join(name), "hunter2 \n").unwrap();
        restrict(&folder.path().join(name), 0o600);
    }
    let config = Config::load(&file).unwrap();
    let login = config.mailboxes[0].imap.server.login.clone().unwrap();
    assert_eq!(login.password.reveal(), "hunter2 ", "only the end of the line is not part of it");
    assert!(!format!("{config:?}").contains("hunter2"));
    assert!(config.warnings.is_empty());

    restrict(&folder.path().join("imap-password"), 0o644);
    let warnings = Config::load(&file).unwrap().warnings;
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].starts_with("everybody on this machine can read ") && warnings[0].contains("chmod 600"));

    std::fs::remove_file(folder.path().join("imap-password")).unwrap();
    assert!(Config::load(&file).is_err());
    assert!(Config::load_offline(&file).is_ok());
}

fn restrict(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

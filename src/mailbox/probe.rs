//! One visit to a mailbox that changes nothing but missing folders, for `rsvpd check`.

use super::connect::Capabilities;
use super::error::Error;
use super::filing::target;
use super::limits::{Limits, Stop};
use super::link::Link;
use crate::config::{After, Mailbox};
use crate::registry::Filing;

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Whether rsvpd can work with it.
    pub ok: bool,
    /// What was found, and how to mend it.
    pub text: String,
}

impl Finding {
    fn good(text: impl Into<String>) -> Self {
        Self { ok: true, text: text.into() }
    }
}

/// Logs in, opens the folder, looks at what the server can do and makes the target folders.
pub async fn probe(mailbox: &Mailbox, limits: Limits, stop: Stop) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Err(error) = visit(mailbox, limits, stop, &mut findings).await {
        findings.push(Finding { ok: false, text: error.to_string() });
    }
    findings
}

async fn visit(mailbox: &Mailbox, limits: Limits, stop: Stop, findings: &mut Vec<Finding>) -> Result<(), Error> {
    let imap = &mailbox.imap;
    let mut link = Link::open(imap, limits, stop).await?;
    findings.push(Finding::good(format!("logged in at {}:{}", imap.server.host, imap.server.port)));
    let opened = link.select(&imap.folder).await?;
    findings.push(Finding::good(format!("folder \"{}\" holds {} messages", imap.folder, opened.messages)));
    if opened.read_only && imap.after != After::Leave {
        let text = format!("folder \"{}\" is read-only: nothing can be filed; set after = \"leave\"", imap.folder);
        findings.push(Finding { ok: false, text });
    }
    findings.extend(abilities(&link.capabilities, &imap.after));
    if imap.after == After::Keyword && !opened.keeps("$RsvpRecorded") {
        let text = "the server keeps no keywords: use file_into, or after = \"leave\"".to_owned();
        findings.push(Finding { ok: false, text });
    }
    let source = link.namespace.on_server(&imap.folder);
    for filing in [Filing::Recorded, Filing::Review, Filing::Ignored] {
        let Some(folder) = target(&imap.after, filing) else { continue };
        let name = link.namespace.on_server(folder);
        if name == source {
            let error = Error::Circle { folder: folder.to_owned() };
            findings.push(Finding { ok: false, text: error.to_string() });
            continue;
        }
        findings.push(match link.ensure(&name).await {
            Ok(()) => Finding::good(format!("folder \"{folder}\" is there")),
            Err(Error::Refused { text, .. }) => {
                Finding { ok: false, text: format!("could not create folder \"{folder}\": {text}") }
            }
            Err(error) => return Err(error),
        });
    }
    link.close().await;
    Ok(())
}

fn abilities(server: &Capabilities, after: &After) -> Vec<Finding> {
    let news = if server.has("IDLE") {
        "new mail is told at once (IDLE)"
    } else {
        "new mail is looked for every poll_seconds (the server has no IDLE)"
    };
    let mut findings = vec![Finding::good(news)];
    if matches!(after, After::File { .. }) {
        findings.push(Finding::good(match (server.has("MOVE"), server.has("UIDPLUS")) {
            (true, _) => "mail is moved into its folder (MOVE)",
            (false, true) => "mail is copied into its folder, then removed (UIDPLUS)",
            (false, false) => "mail stays where it is, marked as read and with a keyword (neither MOVE nor UIDPLUS)",
        }));
    }
    findings
}

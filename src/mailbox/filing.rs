//! Puts dealt-with mail where it belongs: moved into a folder, marked with a keyword, or left.
//!
//! Done after the outcome is stored, in batches, and harmless to repeat: a message that is gone counts as filed.
//! Nothing is ever expunged but the very messages that were copied (UID EXPUNGE, RFC 4315). A server with neither MOVE
//! nor UIDPLUS cannot do that; there the mail stays in its folder, marked as read and with the keyword.

use jiff::Timestamp;

use super::catch_up::Place;
use super::error::Error;
use super::ledger::{DueFiling, Ledger};
use super::link::{Link, Opened};
use super::uids;
use crate::config::After;
use crate::registry::Filing;

/// Filed in one go; more wait for the next round, so that new mail is never far behind.
const ROUND: usize = 500;

/// Marks a message that was copied and waits to be expunged: a copy is not made twice, even after a crash.
const COPIED: &str = "$RsvpCopied";

/// The keyword of a filing.
fn keyword(filing: Filing) -> &'static str {
    match filing {
        Filing::Recorded => "$RsvpRecorded",
        Filing::Review => "$RsvpReview",
        Filing::Ignored => "$RsvpIgnored",
    }
}

/// The folder of a filing, as configured; `None` if mail is not moved.
pub(super) fn target(after: &After, filing: Filing) -> Option<&str> {
    match (after, filing) {
        (After::File { recorded, .. }, Filing::Recorded) => Some(recorded),
        (After::File { review, .. }, Filing::Review) => Some(review),
        (After::File { ignored, .. }, Filing::Ignored) => Some(ignored),
        (After::Keyword | After::Leave, _) => None,
    }
}

impl Opened {
    /// Whether a keyword given now will stay.
    pub(super) fn keeps(&self, keyword: &str) -> bool {
        self.permanent_flags.iter().any(|flag| flag == "\\*" || flag.eq_ignore_ascii_case(keyword))
    }
}

impl Link {
    /// Files what is due. Returns whether more is waiting.
    pub(super) async fn file<L: Ledger>(
        &mut self,
        place: &Place,
        opened: &Opened,
        after: &After,
        ledger: &L,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let due = ledger
            .due_filings(&place.mailbox, &place.folder, place.cursor.uid_validity, ROUND)
            .await
            .map_err(|error| Error::ledger("read what is to be filed", error))?;
        for filing in [Filing::Recorded, Filing::Review, Filing::Ignored] {
            let mut group: Vec<DueFiling> = due.iter().copied().filter(|due| due.filing == filing).collect();
            group.sort_by_key(|due| due.uid);
            let uids: Vec<u32> = group.iter().map(|due| due.uid).collect();
            for (set, named) in uids::sets(&uids) {
                self.stop.check()?;
                if *after != After::Leave {
                    self.file_set(&set, filing, place, opened, after).await?;
                }
                let ids: Vec<i64> = group.iter().filter(|due| named.contains(&due.uid)).map(|due| due.id).collect();
                ledger.filed(&ids, now).await.map_err(|error| Error::ledger("note what is filed", error))?;
            }
        }
        Ok(due.len() == ROUND)
    }

    async fn file_set(
        &mut self,
        set: &str,
        filing: Filing,
        place: &Place,
        opened: &Opened,
        after: &After,
    ) -> Result<(), Error> {
        let mut there: Vec<u32> = self.search(set, "").await?.into_iter().collect();
        there.sort_unstable();
        for (set, _) in uids::sets(&there) {
            match target(after, filing) {
                Some(folder) if self.capabilities.has("MOVE") || self.capabilities.has("UIDPLUS") => {
                    let name = self.namespace.on_server(folder);
                    if name == self.namespace.on_server(&place.folder) {
                        return Err(Error::Circle { folder: folder.to_owned() });
                    }
                    self.ensure(&name).await?;
                    self.relocate(&set, &name, opened).await?;
                }
                Some(_) => self.mark(&set, &format!("\\Seen {}", keyword(filing)), opened).await?,
                None => self.mark(&set, keyword(filing), opened).await?,
            }
        }
        Ok(())
    }

    /// MOVE (RFC 6851), else COPY, mark, expunge exactly these.
    async fn relocate(&mut self, set: &str, name: &str, opened: &Opened) -> Result<(), Error> {
        let name = super::folders::quoted(name);
        if self.capabilities.has("MOVE") {
            let moved = self.run("move mail into its folder", &format!("UID MOVE {set} {name}"), |_| {}).await;
            if moved.is_err() {
                self.existing.clear(); // the folder may have been deleted meanwhile
            }
            return moved;
        }
        let mark = opened.keeps(COPIED);
        let fresh =
            if mark { self.search(set, &format!(" UNKEYWORD {COPIED}")).await? } else { self.search(set, "").await? };
        let mut fresh: Vec<u32> = fresh.into_iter().collect();
        fresh.sort_unstable();
        for (fresh, _) in uids::sets(&fresh) {
            let copied = self.run("copy mail into its folder", &format!("UID COPY {fresh} {name}"), |_| {}).await;
            if copied.is_err() {
                self.existing.clear();
            }
            copied?;
            let flags = if mark { format!("\\Deleted {COPIED}") } else { "\\Deleted".to_owned() };
            self.store(&fresh, &flags).await?;
        }
        self.run("remove copied mail", &format!("UID EXPUNGE {set}"), |_| {}).await
    }

    /// Adds a keyword where the server keeps it; else only the flags that every server knows.
    async fn mark(&mut self, set: &str, flags: &str, opened: &Opened) -> Result<(), Error> {
        let kept: Vec<&str> = flags.split(' ').filter(|flag| flag.starts_with('\\') || opened.keeps(flag)).collect();
        if kept.is_empty() {
            return Ok(());
        }
        self.store(set, &kept.join(" ")).await
    }

    async fn store(&mut self, set: &str, flags: &str) -> Result<(), Error> {
        self.run("mark mail", &format!("UID STORE {set} +FLAGS.SILENT ({flags})"), |_| {}).await
    }
}

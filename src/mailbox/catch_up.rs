//! Reads everything above the cursor, in bounded batches, each stored before the next is asked for.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use async_imap::imap_proto::{AttributeValue, Response};
use jiff::Timestamp;
use tokio::sync::Notify;

use super::doubt::Doubt;
use super::error::Error;
use super::ledger::{Arrival, Batch, Cursor, Ledger};
use super::link::Link;
use super::uids;

/// Of an oversize mail this much of the header is read.
const MAX_HEADER: u32 = 65_536;

/// The folder that is read, and how far.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// Name of the mailbox.
    pub(super) mailbox: String,
    /// The folder, as configured.
    pub(super) folder: String,
    /// How far it is read.
    pub(super) cursor: Cursor,
    /// Above this, only the header of a mail is read.
    pub(super) max_message_bytes: u32,
}

/// A message as the listing shows it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Listed {
    pub(super) uid: u32,
    pub(super) size: u32,
    pub(super) received_at: Timestamp,
}

impl Link {
    /// Takes in all mail above the place's cursor and moves it; tells `new_mail` of each batch that brought something.
    /// Returns how many messages were new to the ledger.
    pub(super) async fn catch_up<L: Ledger>(
        &mut self,
        place: &mut Place,
        ledger: &L,
        doubt: &mut Doubt,
        new_mail: &Notify,
        now: Timestamp,
    ) -> Result<usize, Error> {
        // lets the server tell of new mail before it is asked for (RFC 3501 §6.1.2)
        self.run("keep the connection", "NOOP", |_| {}).await?;
        self.news = false;
        let listed = self.list_above(place.cursor.last_uid, now).await?;
        let mut new = 0;
        let mut rest = listed.as_slice();
        while let Some(size) = self.batch_size(rest, place.max_message_bytes, doubt) {
            self.stop.check()?;
            let (batch, later) = rest.split_at(size);
            rest = later;
            let arrivals = if doubt.given_up(batch) {
                batch.iter().map(|message| message.note(&place.folder, place.cursor.uid_validity)).collect()
            } else {
                self.fetch(batch, place).await.inspect_err(|error| doubt.failed(batch, error))?
            };
            let last_uid = batch.last().map_or(place.cursor.last_uid, |last| last.uid);
            let cursor = Cursor { last_uid, ..place.cursor };
            let batch = Batch { mailbox: place.mailbox.clone(), folder: place.folder.clone(), arrivals, cursor };
            let taken = ledger.take_in(batch).await.map_err(|error| Error::ledger("store new mail", error))?;
            if taken > 0 {
                new_mail.notify_one();
            }
            new += taken;
            place.cursor = cursor;
        }
        *doubt = Doubt::default();
        Ok(new)
    }

    /// Everything above a UID, ascending.
    async fn list_above(&mut self, last_uid: u32, now: Timestamp) -> Result<Vec<Listed>, Error> {
        let Some(first) = last_uid.checked_add(1) else { return Ok(Vec::new()) };
        let mut listed = Vec::new();
        let command = format!("UID FETCH {first}:* (UID INTERNALDATE RFC822.SIZE)");
        self.run("list new mail", &command, |response| {
            if let Response::Fetch(_, attributes) = response
                && let Some(message) = listing(attributes, now)
            {
                listed.push(message);
            }
        })
        .await?;
        // where nothing is above it, `n:*` means the last message (RFC 3501 §9 seq-range)
        listed.retain(|message| message.uid >= first);
        // a change of flags told in between has no size: the listing itself comes first
        listed.sort_by_key(|message| (message.uid, Reverse(message.size)));
        listed.dedup_by_key(|message| message.uid);
        Ok(listed)
    }

    /// How many of these make the next batch; `None` if none are left.
    fn batch_size(&self, rest: &[Listed], max_message_bytes: u32, doubt: &Doubt) -> Option<usize> {
        let mut bytes = 0;
        let messages = if doubt.one_by_one { 1 } else { self.limits.batch_messages };
        let within = rest.iter().take(messages).take_while(|message| {
            bytes += u64::from(if message.size > max_message_bytes { MAX_HEADER } else { message.size });
            bytes <= self.limits.batch_bytes
        });
        (!rest.is_empty()).then_some(within.count().max(1))
    }

    /// Reads the bodies of a batch. For a message that is still there and yet not handed out a note arrives.
    async fn fetch(&mut self, batch: &[Listed], place: &Place) -> Result<Vec<Arrival>, Error> {
        let max_message_bytes = place.max_message_bytes;
        let (whole, oversize): (Vec<Listed>, Vec<Listed>) =
            batch.iter().partition(|message| message.size <= max_message_bytes);
        let mut bodies = self.bodies(&whole, "BODY.PEEK[]").await?;
        bodies.extend(self.bodies(&oversize, &format!("BODY.PEEK[HEADER]<0.{MAX_HEADER}>")).await?);
        let silent: Vec<u32> =
            batch.iter().map(|message| message.uid).filter(|uid| !bodies.contains_key(uid)).collect();
        let mut withheld = HashSet::new();
        for (set, _) in uids::sets(&silent) {
            withheld.extend(self.search(&set, "").await?);
        }
        let arrivals = batch.iter().filter_map(|message| {
            if withheld.contains(&message.uid) {
                return Some(message.note(&place.folder, place.cursor.uid_validity));
            }
            Some(Arrival {
                uid: message.uid,
                received_at: message.received_at,
                raw: bodies.remove(&message.uid)?,
                oversize: (message.size > max_message_bytes).then_some(message.size),
            })
        });
        Ok(arrivals.collect())
    }

    async fn bodies(&mut self, messages: &[Listed], section: &str) -> Result<HashMap<u32, Vec<u8>>, Error> {
        let mut bodies = HashMap::new();
        let uids: Vec<u32> = messages.iter().map(|message| message.uid).collect();
        for (set, _) in uids::sets(&uids) {
            self.run("fetch mail", &format!("UID FETCH {set} (UID {section})"), |response| {
                if let Response::Fetch(_, attributes) = response
                    && let Some((uid, raw)) = body(attributes)
                {
                    bodies.insert(uid, raw);
                }
            })
            .await?;
        }
        Ok(bodies)
    }
}

/// Size and date may be missing; then the mail is read whole, and arrives now.
fn listing(attributes: &[AttributeValue<'_>], now: Timestamp) -> Option<Listed> {
    let mut listed = Listed { uid: uid(attributes)?, size: 0, received_at: now };
    for attribute in attributes {
        match attribute {
            AttributeValue::Rfc822Size(size) => listed.size = *size,
            AttributeValue::InternalDate(date) => listed.received_at = internal_date(date).unwrap_or(now),
            _ => {}
        }
    }
    Some(listed)
}

fn body(attributes: &[AttributeValue<'_>]) -> Option<(u32, Vec<u8>)> {
    let raw = attributes.iter().find_map(|attribute| match attribute {
        AttributeValue::BodySection { data: Some(data), .. } => Some(data.to_vec()),
        _ => None,
    })?;
    Some((uid(attributes)?, raw))
}

fn uid(attributes: &[AttributeValue<'_>]) -> Option<u32> {
    attributes.iter().find_map(|attribute| match attribute {
        AttributeValue::Uid(uid) => Some(*uid),
        _ => None,
    })
}

/// ` 7-Feb-2026 21:52:25 -0800` (RFC 3501 §9 date-time).
fn internal_date(text: &str) -> Option<Timestamp> {
    Timestamp::strptime("%d-%b-%Y %H:%M:%S %z", text.trim()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn internal_dates_are_read_with_their_zone() {
        let expected: Timestamp = "2026-02-08T05:52:25Z".parse().expect("a time");
        assert_eq!(internal_date(" 7-Feb-2026 21:52:25 -0800"), Some(expected));
        assert_eq!(internal_date("08-Feb-2026 05:52:25 +0000"), Some(expected));
        assert_eq!(internal_date("yesterday"), None);
    }
}

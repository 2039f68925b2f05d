//! A message that cannot be fetched must neither stop those behind it nor be passed over silently.
//!
//! Some messages break a server or async-imap's parser, and take the connection with them. After such a failure mail
//! is fetched one by one, which shows the culprit; when that has failed alone often enough, a note to a human takes
//! its place. It stays in the mailbox.

use super::catch_up::Listed;
use super::error::Error;
use super::ledger::Arrival;

/// Failures of one message alone before it is given up: a few, because the line may have been at fault.
const FAILURES: u32 = 3;

/// What is suspected; outlives the connection that it broke.
#[derive(Debug, Default)]
pub(super) struct Doubt {
    /// Fetch one by one.
    pub(super) one_by_one: bool,
    uid: u32,
    failures: u32,
}

impl Doubt {
    /// Notes a batch that could not be fetched.
    pub(super) fn failed(&mut self, batch: &[Listed], error: &Error) {
        if matches!(error, Error::Stopped) {
            return;
        }
        self.one_by_one = true;
        if let [alone] = batch {
            self.failures = if self.uid == alone.uid { self.failures + 1 } else { 1 };
            self.uid = alone.uid;
        }
    }

    /// Whether this batch is a message given up.
    pub(super) fn given_up(&self, batch: &[Listed]) -> bool {
        self.failures >= FAILURES && matches!(batch, [alone] if alone.uid == self.uid)
    }
}

impl Listed {
    /// The note that takes the place of a message that the server does not hand out; no two are alike, or the ledger
    /// would take them for one.
    pub(super) fn note(&self, folder: &str, uid_validity: u32) -> Arrival {
        let Self { uid, size, received_at } = *self;
        let raw = format!(
            "Subject: A message that could not be fetched from the mailbox\r\nMIME-Version: 1.0\r\n\
             Content-Type: text/plain; charset=utf-8\r\n\r\nThe mail server would not hand out message {uid} of \
             folder \"{folder}\" (numbering {uid_validity}). It still lies there: please read it with a mail program.\r\n"
        );
        Arrival { uid, received_at, raw: raw.into_bytes(), oversize: Some(size) }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn only_the_same_message_failing_alone_is_given_up() {
        let listed = |uid| Listed { uid, size: 1, received_at: Timestamp::UNIX_EPOCH };
        let lost = Error::Lost { what: "fetch mail" };
        let mut doubt = Doubt::default();
        for _ in 0..9 {
            doubt.failed(&[listed(1), listed(2)], &lost);
        }
        assert!(doubt.one_by_one && !doubt.given_up(&[listed(1)]));
        for uid in [1, 2, 2] {
            doubt.failed(&[listed(uid)], &lost);
        }
        assert!(!doubt.given_up(&[listed(2)]));
        doubt.failed(&[listed(2)], &Error::Stopped);
        assert!(!doubt.given_up(&[listed(2)]));
        doubt.failed(&[listed(2)], &lost);
        assert!(doubt.given_up(&[listed(2)]) && !doubt.given_up(&[listed(1)]));
    }
}

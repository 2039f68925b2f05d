//! Who the headers say wrote: From's display name in every form, and what its address supports.

use super::name;
use super::pieces::{Piece, is_native};
use super::romanize;
use super::words::Lexicon;
use crate::understand::message::Message;

/// The writer as From shows him.
#[derive(Debug, Default, Clone)]
pub(super) struct Sender {
    /// A person's name, cleaned.
    pub(super) name: Option<String>,
    /// The display name is an office's, a family's, a company's.
    pub(super) is_mailbox: bool,
    /// The address, lower case.
    pub(super) address: String,
}

impl Sender {
    pub(super) fn of(message: &Message, lexicon: Lexicon<'_>) -> Self {
        let Some(from) = &message.from else { return Self::default() };
        let address = from.address.clone();
        let Some(display) = from.name.as_deref().filter(|name| !name.trim().is_empty()) else {
            return Self { address, ..Self::default() };
        };
        let words = Piece::whole(display).words();
        let mailbox_words = words.iter().filter(|word| lexicon.is(|w| &w.mailboxes, word.text)).count();
        let several = display.contains('&') || words.iter().any(|word| matches!(word.text, "and" | "und" | "+"));
        let name = name::clean(display, lexicon).filter(|name| {
            let strange = name.chars().any(|c| c.is_ascii_digit());
            let core = display.split(['(', '/', '|']).next().unwrap_or_default();
            let core_words = Piece::whole(core).words();
            let office = core_words.iter().any(|word| lexicon.is(|w| &w.mailboxes, word.text));
            let native = name.chars().any(is_native);
            !strange && !several && (!office || (native && core_words.len() > 1))
        });
        let name = name.filter(|name| !name.contains(['.', '_']) || name.contains(' '));
        let name = name.filter(|name| !named_by_domain(name, &address));
        let is_mailbox = name.is_none() && (mailbox_words > 0 || several);
        Self { name, is_mailbox, address }
    }

    /// The address's domain.
    pub(super) fn domain(&self) -> &str {
        self.address.split_once('@').map_or("", |(_, domain)| domain)
    }

    /// Whether the address's local part carries the name's words.
    pub(super) fn address_supports(&self, name: &str) -> bool {
        let local = self.address.split('@').next().unwrap_or_default();
        name::folded(name).iter().any(|word| word.len() >= 3 && local.contains(word.as_str()))
            || romanize::stands_in(name, local)
    }
}

/// Whether every word of the display name stands in the domain and none in the local part: an organization's box.
fn named_by_domain(name: &str, address: &str) -> bool {
    let Some((local, domain)) = address.split_once('@') else { return false };
    let words = name::folded(name);
    words.iter().all(|word| word.len() >= 3 && domain.contains(word.as_str()) && !local.contains(word.as_str()))
}

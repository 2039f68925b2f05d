//! Mail passed on rather than answered: a frame below which nothing of the sender's own stands, or only "FYI".

use super::words::Words;

/// Whether what was typed above a quotation says nothing by itself.
pub(super) fn says_nothing(typed: &str) -> bool {
    typed.trim().is_empty() || Words::built_in().note.is_match(typed)
}

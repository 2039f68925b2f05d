//! A learned reader: which words of a reply are a name, an organization, a position.
//!
//! A conditional random field over hashed features, trained on replies of many authors
//! (`cargo run --release --example train_tagger`); the weights are data, `config/tagger.bin`. It is one witness among
//! the readers, and says how sure it is of every span.

pub mod crf;
pub mod feature;
pub mod token;
pub mod weights;

use std::sync::LazyLock;

use crate::event::Field;
use crate::understand::message::Mailbox;
use crate::understand::reply::Span;
use weights::Weights;

/// Tokens looked at; a longer mail is more than an answer.
pub const MAX_TOKENS: usize = 2_000;

/// The fields that are tagged, in the order of their tags: 1 and 2 begin and continue the first, and so on.
pub const FIELDS: [Field; 3] = [Field::Name, Field::Organization, Field::Position];

/// A span that was tagged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tagged {
    /// What it is.
    pub field: Field,
    /// Where.
    pub span: Span,
    /// How likely that is, 0 to 1: that of its least likely token.
    pub probability: f32,
}

/// Tags with the weights that come with the binary.
#[must_use]
pub fn tag(text: &str, from: Option<&Mailbox>) -> Vec<Tagged> {
    static WEIGHTS: LazyLock<Option<Weights>> =
        LazyLock::new(|| Weights::from_bytes(include_bytes!("../../../config/tagger.bin")));
    WEIGHTS.as_ref().map(|weights| tag_with(weights, text, from)).unwrap_or_default()
}

/// Tags with these weights.
#[must_use]
pub fn tag_with(weights: &Weights, text: &str, from: Option<&Mailbox>) -> Vec<Tagged> {
    let tokens = token::tokens(text, MAX_TOKENS);
    let decoded = crf::decode(weights, &feature::features(text, &tokens, from));
    let mut tagged: Vec<Tagged> = Vec::new();
    let mut open = false;
    for (token, (tag, probabilities)) in tokens.iter().zip(decoded) {
        let probability = probabilities.get(tag).copied().unwrap_or_default();
        let Some(field) = tag.checked_sub(1).and_then(|tag| FIELDS.get(tag / 2)) else {
            open = false;
            continue;
        };
        let inside = tag.is_multiple_of(2);
        match tagged.last_mut().filter(|last| open && inside && last.field == *field) {
            Some(last) => {
                last.span.end = token.end;
                last.probability = last.probability.min(probability);
            }
            None => {
                let span = Span { start: token.start, end: token.end };
                tagged.push(Tagged { field: *field, span, probability });
            }
        }
        open = true;
    }
    tagged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weights_that_come_with_the_binary_can_be_read() {
        assert!(Weights::from_bytes(include_bytes!("../../../config/tagger.bin")).is_some());
    }
}

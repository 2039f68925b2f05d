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

/// What the tagger says of a text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tags {
    /// The spans of the likeliest tagging, in the order of the text.
    pub spans: Vec<Tagged>,
    /// How likely some token belongs to each of [`FIELDS`], whether or not it was tagged so in the end: near 0, the
    /// text does not tell it.
    pub presence: [f32; FIELDS.len()],
}

/// Tags with the weights that come with the binary.
#[must_use]
pub fn tag(text: &str, from: Option<&Mailbox>) -> Tags {
    static WEIGHTS: LazyLock<Option<Weights>> =
        LazyLock::new(|| Weights::from_bytes(include_bytes!("../../../config/tagger.bin")));
    WEIGHTS.as_ref().map(|weights| tag_with(weights, text, from)).unwrap_or_default()
}

/// Tags with these weights.
#[must_use]
pub fn tag_with(weights: &Weights, text: &str, from: Option<&Mailbox>) -> Tags {
    let tokens = token::tokens(text, MAX_TOKENS);
    let decoded = crf::decode(weights, &feature::features(text, &tokens, from));
    let mut tags = Tags::default();
    let mut open = false;
    for (token, (tag, probabilities)) in tokens.iter().zip(decoded) {
        for (presence, parts) in tags.presence.iter_mut().zip(probabilities.get(1..).unwrap_or_default().chunks(2)) {
            *presence = presence.max(parts.iter().sum());
        }
        let probability = probabilities.get(tag).copied().unwrap_or_default();
        let Some(field) = tag.checked_sub(1).and_then(|tag| FIELDS.get(tag / 2)) else {
            open = false;
            continue;
        };
        let inside = tag.is_multiple_of(2);
        match tags.spans.last_mut().filter(|last| open && inside && last.field == *field) {
            Some(last) => {
                last.span.end = token.end;
                last.probability = last.probability.min(probability);
            }
            None => {
                let span = Span { start: token.start, end: token.end };
                tags.spans.push(Tagged { field: *field, span, probability });
            }
        }
        open = true;
    }
    tags
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weights_that_come_with_the_binary_can_be_read() {
        assert!(Weights::from_bytes(include_bytes!("../../../config/tagger.bin")).is_some());
    }
}

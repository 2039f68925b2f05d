//! A learned second opinion on session answers: how likely is it, from the words around each mention, that the person
//! comes to this session, does not, or does not say?
//!
//! The rules resolve what is mentioned and read its polarity; this model (multinomial logistic regression over hashed
//! words, `config/opinion.bin`, made by `cargo run --release --example train_opinion`) has seen how people of many
//! languages accept and refuse. It never answers by itself: where it disagrees, the reading is less likely right.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::Subject;
use super::intent::Intent;
use super::sessions::{Answer, Mention};
use crate::event::Event;
use crate::understand::reply::Span;
use crate::understand::tagger::token::{Token, tokens};

/// What the model can say of a session: yes, no, nothing.
pub const CLASSES: usize = 3;

/// Words looked at on each side of a mention.
const REACH: usize = 8;

/// Tokens of a mail looked at.
const MAX_TOKENS: usize = 600;

/// Size of the table of weights; a power of two, so that a hash is cut by a mask.
pub const BUCKETS: usize = 1 << 17;

/// Weights by bucket and class, in units of the scale that stands before them.
#[derive(Debug, Clone)]
pub struct Model {
    scale: f32,
    weights: Vec<[i8; CLASSES]>,
}

/// What is seen of one session in one mail, as buckets.
pub type Sight = Vec<usize>;

/// What is seen of every session of the event, in the event's order. `mentions` are those of the rules.
#[must_use]
pub fn sights(text: &str, subject: &Subject, mentions: &[Mention], intent: &Intent, event: &Event) -> Vec<Sight> {
    let tokens = tokens(text, MAX_TOKENS);
    let words: Vec<String> = tokens.iter().map(|token| token.text.to_lowercase()).collect();
    let scope = &subject.person.scope;
    let answer =
        |session: &str| subject.sessions.as_ref().and_then(|answers| answers.get(session)).map(|fact| fact.value);
    let kind = format!("{:?}", intent.kind.as_ref().map(|(kind, _)| *kind));
    let several = event.sessions.len().min(4);
    let shared: Vec<usize> = words
        .iter()
        .map(|word| bucket(&["mail", word]))
        .chain(words.windows(2).filter_map(|pair| Some(bucket(&["pair", pair.first()?, pair.get(1)?]))))
        .collect();
    let of_session = |id: &str| {
        let own = format!("{:?}", answer(id));
        let others: Vec<String> = event
            .sessions
            .iter()
            .filter(|session| session.id != id)
            .map(|session| format!("{:?}", answer(&session.id)))
            .collect();
        let mut sight = vec![
            bucket(&["answer", &own]),
            bucket(&["answer", &own, "of", &several.to_string()]),
            bucket(&["kind", &kind, &own]),
            bucket(&["answers", &own, &others.join(" ")]),
        ];
        let about = mentions.iter().filter(|mention| mention.sessions.iter().any(|session| session == id));
        let mut mentioned = false;
        for mention in about {
            let says = format!("{:?}", mention.answer);
            sight.push(bucket(&["rule", mention.evidence.rule, &says]));
            let Some(span) = mention.evidence.span else { continue };
            if !scope.is_empty() && !scope.iter().any(|part| part.overlaps(&span)) {
                continue;
            }
            mentioned = true;
            around(&tokens, &words, span, &says, &mut sight);
        }
        sight.push(bucket(&["mentioned", if mentioned { "yes" } else { "no" }, &own]));
        sight.extend(&shared);
        sight.sort_unstable();
        sight.dedup();
        sight
    };
    event.sessions.iter().map(|session| of_session(&session.id)).collect()
}

/// The words around a mention, by side, and those of the mention itself.
fn around(tokens: &[Token<'_>], words: &[String], span: Span, says: &str, sight: &mut Sight) {
    let first = tokens.partition_point(|token| token.end <= span.start);
    let last = tokens.partition_point(|token| token.start < span.end);
    let mut push = |side: &str, range: std::ops::Range<usize>| {
        let near = words.get(range).unwrap_or_default();
        for word in near {
            sight.push(bucket(&[side, word]));
            sight.push(bucket(&[side, word, says]));
        }
        for pair in near.windows(2) {
            if let [one, other] = pair {
                sight.push(bucket(&[side, one, other]));
            }
        }
    };
    push("before", first.saturating_sub(REACH)..first);
    push("at", first..last.min(first.saturating_add(12)));
    push("after", last..last.saturating_add(REACH).min(words.len()));
}

/// The chance, for the session least likely read right, that what the rules read of it is right.
#[must_use]
pub fn agreement(sights: &[Sight], subject: &Subject, event: &Event) -> f32 {
    static MODEL: LazyLock<Option<Model>> =
        LazyLock::new(|| Model::from_bytes(include_bytes!("../../../config/opinion.bin")));
    let Some(model) = MODEL.as_ref() else { return 0.5 };
    let none = BTreeMap::new();
    let answers = subject.sessions.as_ref().unwrap_or(&none);
    let chances = event.sessions.iter().zip(sights).map(|(session, sight)| {
        let [yes, no, unsaid] = model.chances(sight);
        match answers.get(&session.id).map(|fact| fact.value) {
            Some(Answer::Yes) => yes,
            // Not to come and not to say so are the same for who counts seats, once he comes to something else.
            Some(Answer::No) => no + unsaid,
            Some(Answer::Maybe) => 0.0,
            None if answers.is_empty() => unsaid,
            None => no + unsaid,
        }
    });
    chances.fold(1.0, f32::min)
}

impl Model {
    /// From weights by bucket and class.
    #[must_use]
    pub fn of(weights: &[[f32; CLASSES]]) -> Self {
        let most = weights.iter().flatten().map(|weight| weight.abs()).fold(f32::MIN_POSITIVE, f32::max);
        let scale = most / f32::from(i8::MAX);
        #[expect(clippy::cast_possible_truncation, reason = "scaled to fit")]
        let small = |weight: f32| (weight / scale).round() as i8;
        Self { scale, weights: weights.iter().map(|classes| classes.map(small)).collect() }
    }

    /// Reads the stored form: the scale, then a byte for each bucket and class. `None` if it is damaged.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (scale, rest) = bytes.split_first_chunk::<4>()?;
        let (weights, left) = rest.as_chunks::<CLASSES>();
        let weights: Vec<[i8; CLASSES]> = weights.iter().map(|classes| classes.map(u8::cast_signed)).collect();
        (left.is_empty() && weights.len() == BUCKETS).then(|| Self { scale: f32::from_le_bytes(*scale), weights })
    }

    /// The stored form.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let weights = self.weights.iter().flatten().map(|weight| weight.cast_unsigned());
        self.scale.to_le_bytes().into_iter().chain(weights).collect()
    }

    fn chances(&self, sight: &Sight) -> [f32; CLASSES] {
        let mut sums = [0.0_f32; CLASSES];
        for weights in sight.iter().filter_map(|bucket| self.weights.get(*bucket)) {
            for (sum, weight) in sums.iter_mut().zip(weights) {
                *sum += f32::from(*weight) * self.scale;
            }
        }
        softmax(sums)
    }
}

/// Chances from scores.
#[must_use]
pub fn softmax(scores: [f32; CLASSES]) -> [f32; CLASSES] {
    let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let raised = scores.map(|score| (score - most).exp());
    let total: f32 = raised.iter().sum();
    raised.map(|score| score / total)
}

/// FNV-1a over the parts, cut to the table.
fn bucket(parts: &[&str]) -> usize {
    let bytes = parts.iter().flat_map(|part| part.bytes().chain(std::iter::once(0)));
    let hash = bytes.fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    usize::try_from(hash ^ (hash >> 15)).unwrap_or_default() & (BUCKETS - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_is_read_again() {
        let mut weights = vec![[0.0; CLASSES]; BUCKETS];
        weights[7] = [1.0, -0.5, 0.25];
        let model = Model::of(&weights);
        let read = Model::from_bytes(&model.to_bytes()).unwrap();
        assert_eq!(read.to_bytes(), model.to_bytes());
        let [yes, no, unsaid] = read.chances(&vec![7]);
        assert!(yes > unsaid && unsaid > no);
        assert!(Model::from_bytes(b"short").is_none());
    }

    #[test]
    fn the_weights_that_come_with_the_binary_can_be_read() {
        assert!(Model::from_bytes(include_bytes!("../../../config/opinion.bin")).is_some());
    }
}

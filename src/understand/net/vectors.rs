//! Word vectors as stored, and the vectors of a mail.

use std::collections::BTreeMap;

use ndarray::{Array1, Array2, Axis};

use super::encoder::{Encoder, WIDTH};
use super::sight::{Sight, Token};

/// Bytes of a stored word vector: its scale, then two numbers a byte.
pub const STORED: usize = 4 + WIDTH / 2;

/// The sixteen levels that lose least of a normal distribution (Lloyd 1957, Max 1960).
const LEVELS: [f32; 16] = [
    -2.733, -2.069, -1.618, -1.256, -0.9424, -0.6568, -0.3881, -0.1284, 0.1284, 0.3881, 0.6568, 0.9424, 1.256, 1.618,
    2.069, 2.733,
];

/// The word vectors as stored, a piece's at its number.
#[derive(Debug, Clone, Copy)]
pub struct Table<'a>(pub &'a [[u8; STORED]]);

impl Table<'_> {
    /// The vector of a piece.
    fn vector(&self, piece: u32) -> Array1<f32> {
        let mut vector = Array1::zeros(WIDTH);
        let stored = usize::try_from(piece).ok().and_then(|piece| self.0.get(piece));
        let Some((scale, bytes)) = stored.and_then(|stored| stored.split_first_chunk::<4>()) else { return vector };
        let scale = f32::from_le_bytes(*scale);
        let numbers = bytes.iter().flat_map(|byte| [byte & 15, byte >> 4]);
        for (slot, number) in vector.iter_mut().zip(numbers) {
            *slot = scale * LEVELS.get(usize::from(number)).copied().unwrap_or_default();
        }
        vector
    }
}

/// The vectors of a mail: of each token's pieces, of its last piece, of the label before it, of the sentence and the
/// clause that it stands in.
#[derive(Debug, Default, PartialEq)]
pub struct Vectors {
    /// Means of each token's pieces.
    pub words: Array2<f32>,
    /// Each token's last piece.
    pub own: Array2<f32>,
    /// The label before each token.
    pub labels: Array2<f32>,
    /// Of each segment.
    segments: Array2<f32>,
}

impl Vectors {
    /// Looks them up and encodes the segments.
    #[must_use]
    pub fn of(table: Table<'_>, encoder: &Encoder, sight: &Sight) -> Self {
        let mut known: BTreeMap<u32, (Array1<f32>, Array1<f32>)> = BTreeMap::new();
        let used = sight.tokens.iter().flat_map(|token| &token.pieces);
        for piece in used.chain(sight.labels.iter().flatten()).chain(sight.segments.iter().flatten()) {
            known.entry(*piece).or_insert_with(|| {
                let vector = table.vector(*piece);
                let length = vector.dot(&vector).sqrt() + 1e-6;
                (&vector / length, vector)
            });
        }
        let mean = |pieces: &[u32]| {
            let mut sum = Array1::zeros(WIDTH);
            for (vector, _) in pieces.iter().filter_map(|piece| known.get(piece)) {
                sum += vector;
            }
            sum / f32::from(u16::try_from(pieces.len().max(1)).unwrap_or(u16::MAX))
        };
        let labels: Vec<Array1<f32>> = sight.labels.iter().map(|pieces| mean(pieces)).collect();
        let rows = |of: &dyn Fn(&Token) -> Option<Array1<f32>>| {
            let mut all = Array2::zeros((sight.tokens.len(), WIDTH));
            for (mut row, token) in all.rows_mut().into_iter().zip(&sight.tokens) {
                if let Some(vector) = of(token) {
                    row.assign(&vector);
                }
            }
            all
        };
        let raw = |pieces: &Vec<u32>| -> Vec<Array1<f32>> {
            pieces.iter().filter_map(|piece| known.get(piece).map(|(_, raw)| raw.clone())).collect()
        };
        let sentences: Vec<Vec<Array1<f32>>> = sight.segments.iter().map(raw).collect();
        Self {
            words: rows(&|token| Some(mean(&token.pieces))),
            own: rows(&|token| token.pieces.last().map(|piece| mean(&[*piece]))),
            labels: rows(&|token| token.label.and_then(|label| labels.get(label).cloned())),
            segments: encoder.encode(&sentences),
        }
    }

    /// What the segments around each token mean, by weights of the sentence and of the clause.
    #[must_use]
    pub fn around(&self, sight: &Sight, sentence: &Array2<f32>, clause: &Array2<f32>) -> Array2<f32> {
        let (sentences, clauses) = (self.segments.dot(sentence), self.segments.dot(clause));
        let width = sentence.ncols();
        let mut all = Array2::zeros((sight.tokens.len(), width + clause.ncols()));
        for (mut row, token) in all.rows_mut().into_iter().zip(&sight.tokens) {
            let (left, right) = row.view_mut().split_at(Axis(0), width);
            for (mut part, vectors, segment) in [(left, &sentences, token.sentence), (right, &clauses, token.clause)] {
                if let Some(segment) = segment {
                    part.assign(&vectors.row(segment));
                }
            }
        }
        all * 4.0
    }
}

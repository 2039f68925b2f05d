//! What nets are built of: gated dilated convolutions, normalization, attention pools.

use ndarray::{Array1, Array2, ArrayView1, Axis, Slice};

/// A gated convolution over three places (Dauphin et al. 2017), of what is normalized.
#[derive(Debug)]
pub struct Block {
    /// Weights of what stands before, here and behind.
    pub taps: [Array2<f32>; 3],
    /// Added.
    pub bias: Array1<f32>,
    /// Scale after normalization.
    pub scale: Array1<f32>,
    /// Shift after normalization.
    pub shift: Array1<f32>,
}

/// A convolution's weights, cut into those of its three taps.
pub fn taps(weights: &Array2<f32>) -> Option<[Array2<f32>; 3]> {
    let third = weights.nrows() / 3;
    let parts: Vec<Array2<f32>> = weights.axis_chunks_iter(Axis(0), third.max(1)).map(|part| part.to_owned()).collect();
    parts.try_into().ok()
}

impl Block {
    /// The gated convolution of what is normalized.
    pub fn convolved(&self, x: &Array2<f32>, step: usize) -> Array2<f32> {
        let y = normalized(x, &self.scale, &self.shift);
        let [before, here, after] = &self.taps;
        let mut both = y.dot(here) + &self.bias;
        let reach = step.min(y.nrows());
        let last = y.nrows().saturating_sub(reach);
        let rows = |from: usize, to: usize| Slice::from(from..to);
        let mut later = both.slice_axis_mut(Axis(0), rows(reach, y.nrows()));
        later += &y.slice_axis(Axis(0), rows(0, last)).dot(before);
        let mut earlier = both.slice_axis_mut(Axis(0), rows(0, last));
        earlier += &y.slice_axis(Axis(0), rows(reach, y.nrows())).dot(after);
        let (values, gates) = both.view().split_at(Axis(1), x.ncols());
        let mut gated = values.to_owned();
        gated.zip_mut_with(&gates, |value, gate| *value /= 1.0 + (-gate).exp());
        gated
    }
}

pub fn joined(parts: &[&Array1<f32>]) -> Array1<f32> {
    parts.iter().flat_map(|part| part.iter().copied()).collect()
}

/// Each row with mean 0 and variance 1, then scaled and shifted.
pub fn normalized(x: &Array2<f32>, scale: &Array1<f32>, shift: &Array1<f32>) -> Array2<f32> {
    let mut y = x.clone();
    for mut row in y.rows_mut() {
        let mean = row.mean().unwrap_or_default();
        row -= mean;
        let variance = row.dot(&row) / f32::from(u16::try_from(row.len().max(1)).unwrap_or(u16::MAX));
        row /= (variance + 1e-5).sqrt();
        row *= scale;
        row += shift;
    }
    y
}

/// Four attention pools, and the greatest of each column.
pub fn pools(x: &Array2<f32>, attention: &Array2<f32>) -> Array1<f32> {
    let weights = x.dot(attention);
    let pooled = weights.columns().into_iter().map(|column| Array1::from(softmax(column)).dot(x));
    let mut all: Vec<f32> = pooled.flat_map(|pool| pool.to_vec()).collect();
    all.extend(most(x));
    Array1::from(all)
}

pub fn most(x: &Array2<f32>) -> Array1<f32> {
    x.fold_axis(Axis(0), f32::NEG_INFINITY, |one, other| one.max(*other))
}

pub fn softmax(scores: ArrayView1<'_, f32>) -> Vec<f32> {
    let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let raised: Vec<f32> = scores.iter().map(|score| (score - most).exp()).collect();
    let total: f32 = raised.iter().sum();
    raised.into_iter().map(|raised| raised / total).collect()
}

pub fn gelu(x: Array1<f32>) -> Array1<f32> {
    x.mapv_into(gelu_of)
}

pub fn gelu2(x: Array2<f32>) -> Array2<f32> {
    x.mapv_into(gelu_of)
}

/// The Gaussian error linear unit, by its hyperbolic tangent form.
pub fn gelu_of(x: f32) -> f32 {
    const ROOT: f32 = 0.797_884_6;
    0.5 * x * (1.0 + (ROOT * (x + 0.044_715 * x * x * x)).tanh())
}

/// As many numbers as are wanted, 0 where there are none.
#[must_use]
pub fn array<const N: usize>(values: &[f32]) -> [f32; N] {
    let mut array = [0.0; N];
    for (slot, value) in array.iter_mut().zip(values) {
        *slot = *value;
    }
    array
}

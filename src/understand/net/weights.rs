//! How weights are stored: named matrices of half-precision numbers.

use std::collections::BTreeMap;

use ndarray::{Array1, Array2};

/// Matrices by name.
pub type Weights = BTreeMap<String, Array2<f32>>;

/// Takes a matrix out of the weights.
pub fn matrix(weights: &mut Weights, name: &str) -> Option<Array2<f32>> {
    weights.remove(name)
}

/// Takes a matrix of one row out of the weights.
pub fn vector(weights: &mut Weights, name: &str) -> Option<Array1<f32>> {
    weights.remove(name).filter(|matrix| matrix.nrows() == 1).map(|matrix| matrix.row(0).to_owned())
}

/// Reads one set of named weights, and what follows it: a count, then for each a name, rows, columns, and its numbers in half precision.
pub fn named(bytes: &[u8]) -> Option<(Weights, &[u8])> {
    let number = |bytes: &mut &[u8]| -> Option<usize> {
        let (number, rest) = bytes.split_first_chunk::<4>()?;
        *bytes = rest;
        usize::try_from(u32::from_le_bytes(*number)).ok()
    };
    let mut rest = bytes;
    let count = number(&mut rest)?;
    let mut weights = Weights::new();
    for _ in 0..count {
        let length = number(&mut rest)?;
        let (name, more) = rest.split_at_checked(length)?;
        rest = more;
        let (rows, columns) = (number(&mut rest)?, number(&mut rest)?);
        let (numbers, more) = rest.split_at_checked(rows.checked_mul(columns)?.checked_mul(2)?)?;
        rest = more;
        let numbers = numbers.as_chunks().0.iter().map(|half| widened(u16::from_le_bytes(*half))).collect();
        weights.insert(String::from_utf8(name.to_vec()).ok()?, Array2::from_shape_vec((rows, columns), numbers).ok()?);
    }
    Some((weights, rest))
}

/// A half-precision number (IEEE 754 binary16) in full.
fn widened(half: u16) -> f32 {
    let (sign, exponent, fraction) = (u32::from(half >> 15), i32::from(half >> 10 & 0x1f), f32::from(half & 0x3ff));
    let value = match exponent {
        0 => fraction * 2.0_f32.powi(-24),
        31 => f32::INFINITY,
        exponent => (1.0 + fraction / 1024.0) * 2.0_f32.powi(exponent - 15),
    };
    if sign == 1 { -value } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_precision_is_widened() {
        for (half, value) in [(0x3c00, 1.0), (0xc000, -2.0), (0x3555, 0.333_251_95), (0, 0.0), (0x0001, 5.960_464_5e-8)]
        {
            assert_eq!(widened(half), value);
        }
    }
}

//! The linear-chain conditional random field over the tags (Lafferty et al. 2001).

use ndarray::{Array2, ArrayView1};

use super::layers::{array, softmax};

/// Tags of a token: none, then beginning and continuation of name, organization, position.
pub const TAGS: usize = 7;

/// How likely a tag is.
#[must_use]
pub fn chance(tags: &[f32; TAGS], tag: usize) -> f32 {
    tags.get(tag).copied().unwrap_or_default()
}

/// Whether a tag may follow another: a field goes on only where it began.
#[must_use]
pub fn may_follow(before: usize, tag: usize) -> bool {
    tag == 0 || tag % 2 == 1 || before == tag || before + 1 == tag
}

/// How likely each tag of each token is, by the forward-backward algorithm.
#[must_use]
pub fn marginals(scores: &Array2<f32>, transitions: &Array2<f32>) -> Vec<[f32; TAGS]> {
    const NEVER: f32 = -1e4;
    let allowed = |before: usize, tag: usize| {
        if may_follow(before, tag) { transitions.get((before, tag)).copied().unwrap_or(NEVER) } else { NEVER }
    };
    let rows: Vec<[f32; TAGS]> = scores.rows().into_iter().map(|row| array(&row.to_vec())).collect();
    let mut forward: Vec<[f32; TAGS]> = Vec::with_capacity(rows.len());
    for row in &rows {
        let next = match forward.last() {
            None => std::array::from_fn(|tag| if tag == 0 || tag % 2 == 1 { chance(row, tag) } else { NEVER }),
            Some(last) => std::array::from_fn(|tag| {
                let paths: [f32; TAGS] = std::array::from_fn(|before| chance(last, before) + allowed(before, tag));
                log_sum(&paths) + chance(row, tag)
            }),
        };
        forward.push(next);
    }
    let mut backward = [0.0; TAGS];
    let mut all = Vec::with_capacity(rows.len());
    for (number, ahead) in forward.iter().enumerate().rev() {
        if let Some(row) = rows.get(number + 1) {
            backward = std::array::from_fn(|before| {
                let paths: [f32; TAGS] =
                    std::array::from_fn(|tag| allowed(before, tag) + chance(row, tag) + chance(&backward, tag));
                log_sum(&paths)
            });
        }
        let both: [f32; TAGS] = std::array::from_fn(|tag| chance(ahead, tag) + chance(&backward, tag));
        all.push(array(&softmax(ArrayView1::from(&both))));
    }
    all.reverse();
    all
}

fn log_sum(values: &[f32; TAGS]) -> f32 {
    let most = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    most + values.iter().map(|value| (value - most).exp()).sum::<f32>().ln()
}

/// The tagging whose tokens are together the likeliest.
#[must_use]
pub fn path(tags: &[[f32; TAGS]]) -> Vec<usize> {
    let mut best = [0.0_f32; TAGS];
    let mut ways: Vec<[usize; TAGS]> = Vec::with_capacity(tags.len());
    for (number, chances) in tags.iter().enumerate() {
        let step = |tag: usize| {
            let allowed = |before: &usize| if number == 0 { *before == 0 } else { true } && may_follow(*before, tag);
            let ways = (0..TAGS).filter(allowed).map(|before| (before, chance(&best, before)));
            let (before, score) = ways.max_by(|one, other| one.1.total_cmp(&other.1)).unwrap_or((0, f32::NEG_INFINITY));
            (before, score + (chance(chances, tag) + 1e-9).ln())
        };
        let steps: [(usize, f32); TAGS] = std::array::from_fn(step);
        ways.push(steps.map(|(before, _)| before));
        best = steps.map(|(_, score)| score);
    }
    let mut tag = (0..TAGS).max_by(|one, other| chance(&best, *one).total_cmp(&chance(&best, *other))).unwrap_or(0);
    let mut path = Vec::with_capacity(tags.len());
    for way in ways.iter().rev() {
        path.push(tag);
        tag = way.get(tag).copied().unwrap_or(0);
    }
    path.reverse();
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_likeliest_tagging_never_goes_on_with_what_did_not_begin() {
        let sure = |tag: usize| {
            let mut tags = [0.01; TAGS];
            tags[tag] = 0.9;
            tags
        };
        assert_eq!(path(&[sure(0), sure(1), sure(2), sure(0)]), [0, 1, 2, 0]);
        assert_eq!(path(&[sure(2), sure(2)]), [1, 2], "what goes on must have begun");
    }

    #[test]
    fn marginals_are_probabilities_and_no_field_goes_on_that_did_not_begin() {
        let scores =
            Array2::from_shape_fn((4, TAGS), |(row, tag)| if tag == 2 { 9.0 } else { (row * tag) as f32 * 0.1 });
        let found = marginals(&scores, &Array2::zeros((TAGS, TAGS)));
        assert!(found.iter().all(|tags| (tags.iter().sum::<f32>() - 1.0).abs() < 1e-4));
        assert!(found[0][2] < 1e-6, "{found:?}");
        assert!(found[1][2] > 0.9, "{found:?}");
    }
}

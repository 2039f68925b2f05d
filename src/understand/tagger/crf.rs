//! A linear-chain conditional random field (Lafferty, McCallum, Pereira 2001): the likeliest tags of a sequence, and
//! how likely each tag is at its place (forward-backward).

use super::weights::Weights;

/// Number of tags: outside, and begin and inside of name, organization and position.
pub const TAGS: usize = 7;

/// A value per tag.
pub type PerTag = [f32; TAGS];

/// The likeliest tag of each place (Viterbi), and the probability of every tag there.
#[must_use]
pub fn decode(weights: &Weights, features: &[Vec<u32>]) -> Vec<(usize, PerTag)> {
    let scores: Vec<PerTag> = features.iter().map(|features| weights.score(features)).collect();
    let best = viterbi(weights, &scores);
    best.into_iter().zip(marginals(weights, &scores)).collect()
}

fn viterbi(weights: &Weights, scores: &[PerTag]) -> Vec<usize> {
    let mut reached: Option<PerTag> = None;
    let mut origins: Vec<[usize; TAGS]> = Vec::with_capacity(scores.len());
    for score in scores {
        let (next, origin) = match &reached {
            None => (*score, [0; TAGS]),
            Some(before) => {
                let best = per_tag(|tag| best_of(&per_tag(|from| at(before, from) + weights.transition(from, tag))));
                (per_tag(|tag| at(score, tag) + at2(&best, tag).1), best.map(|(from, _)| from))
            }
        };
        reached = Some(next);
        origins.push(origin);
    }
    let Some(last) = reached else { return Vec::new() };
    let mut tag = best_of(&last).0;
    let mut tags: Vec<usize> = origins
        .iter()
        .rev()
        .map(|origin| {
            let here = tag;
            tag = origin.get(here).copied().unwrap_or_default();
            here
        })
        .collect();
    tags.reverse();
    tags
}

/// Probability of each tag at each place, given the whole sequence.
fn marginals(weights: &Weights, scores: &[PerTag]) -> Vec<PerTag> {
    let mut forward: Vec<PerTag> = Vec::with_capacity(scores.len());
    for score in scores {
        let next = match forward.last() {
            None => *score,
            Some(before) => per_tag(|tag| {
                at(score, tag) + log_sum(&per_tag(|from| at(before, from) + weights.transition(from, tag)))
            }),
        };
        forward.push(next);
    }
    let mut backward: Vec<PerTag> = Vec::with_capacity(scores.len());
    let mut behind: Option<(PerTag, &PerTag)> = None;
    for score in scores.iter().rev() {
        let next = match &behind {
            None => [0.0; TAGS],
            Some((after, ahead)) => {
                per_tag(|tag| log_sum(&per_tag(|to| weights.transition(tag, to) + at(ahead, to) + at(after, to))))
            }
        };
        backward.push(next);
        behind = Some((next, score));
    }
    backward.reverse();
    let total = forward.last().map_or(0.0, log_sum);
    let joined = forward.iter().zip(&backward);
    joined.map(|(before, after)| per_tag(|tag| (at(before, tag) + at(after, tag) - total).exp().min(1.0))).collect()
}

fn per_tag<T>(value: impl FnMut(usize) -> T) -> [T; TAGS] {
    std::array::from_fn(value)
}

fn at(values: &PerTag, tag: usize) -> f32 {
    values.get(tag).copied().unwrap_or(f32::NEG_INFINITY)
}

fn at2(values: &[(usize, f32); TAGS], tag: usize) -> (usize, f32) {
    values.get(tag).copied().unwrap_or((0, f32::NEG_INFINITY))
}

fn best_of(values: &PerTag) -> (usize, f32) {
    values
        .iter()
        .copied()
        .enumerate()
        .fold((0, f32::NEG_INFINITY), |best, (tag, value)| if value > best.1 { (tag, value) } else { best })
}

fn log_sum(values: &PerTag) -> f32 {
    let most = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    most + values.iter().map(|value| (value - most).exp()).sum::<f32>().ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Probabilities by adding up every possible sequence, which is what forward-backward saves.
    #[test]
    fn marginals_are_those_of_all_sequences_added_up() {
        let transitions = per_tag(|from| per_tag(|to| (from as f32 - 2.0 * to as f32) / 7.0));
        let weights =
            Weights::of(transitions, vec![(1, vec![(0, 0.5), (3, 1.5)]), (2, vec![(1, 2.0)]), (3, vec![(6, -1.0)])]);
        let features = [vec![1], vec![2, 3], vec![1, 2]];
        let decoded = decode(&weights, &features);
        let scores: Vec<PerTag> = features.iter().map(|features| weights.score(features)).collect();
        let mut sums = [[0.0_f32; TAGS]; 3];
        let (mut total, mut best) = (0.0, (f32::NEG_INFINITY, [0; 3]));
        for a in 0..TAGS {
            for b in 0..TAGS {
                for c in 0..TAGS {
                    let score = scores[0][a] + scores[1][b] + scores[2][c] + transitions[a][b] + transitions[b][c];
                    total += score.exp();
                    for (place, tag) in [a, b, c].into_iter().enumerate() {
                        sums[place][tag] += score.exp();
                    }
                    if score > best.0 {
                        best = (score, [a, b, c]);
                    }
                }
            }
        }
        for (place, (tag, probabilities)) in decoded.iter().enumerate() {
            assert_eq!(*tag, best.1[place]);
            for tag in 0..TAGS {
                assert!((probabilities[tag] - sums[place][tag] / total).abs() < 1e-4);
            }
        }
    }

    #[test]
    fn nothing_decodes_to_nothing() {
        assert!(decode(&Weights::of([[0.0; TAGS]; TAGS], Vec::new()), &[]).is_empty());
    }
}

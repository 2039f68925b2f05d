//! The tagger's weights: learned from the corpora, kept as data, read in place.
//!
//! Layout, all little-endian: 4 bytes "RTW1"; f32 scale; 7×7 f32 transitions (from, to); u32 number of features; for
//! each, in ascending order of its hash: u32 hash, u32 end of its weights in the list; then the list: u8 tag, i8 …
//! as i16 in units of scale.

use super::crf::{PerTag, TAGS};

/// The weights of a tagger.
#[derive(Debug, Clone)]
pub struct Weights {
    transitions: [PerTag; TAGS],
    /// Feature hashes in ascending order.
    hashes: Vec<u32>,
    /// Where each feature's weights end in `list`; they begin where the one before ends.
    ends: Vec<u32>,
    list: Vec<(u8, i16)>,
    scale: f32,
    /// Index of the first hash with each leading 16 bits, so that a look-up touches only a few.
    leads: Vec<u32>,
}

const MAGIC: &[u8; 4] = b"RTW1";

impl Weights {
    /// From transitions (from, to) and the weights by tag of each feature hash.
    #[must_use]
    pub fn of(transitions: [PerTag; TAGS], mut features: Vec<(u32, Vec<(u8, f32)>)>) -> Self {
        features.sort_by_key(|(hash, _)| *hash);
        let most = features.iter().flat_map(|(_, weights)| weights).map(|(_, weight)| weight.abs()).fold(0.0, f32::max);
        let scale = if most > 0.0 { most / f32::from(i16::MAX) } else { 1.0 };
        let (mut hashes, mut ends, mut list) = (Vec::new(), Vec::new(), Vec::new());
        for (hash, weights) in features {
            #[expect(clippy::cast_possible_truncation, reason = "scaled to fit")]
            list.extend(weights.into_iter().map(|(tag, weight)| (tag, (weight / scale).round() as i16)));
            hashes.push(hash);
            ends.push(u32::try_from(list.len()).unwrap_or(u32::MAX));
        }
        Self { leads: leads(&hashes), transitions, hashes, ends, list, scale }
    }

    /// Reads the stored form; `None` if it is damaged.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut bytes = Reader(bytes);
        if bytes.take::<4>()? != *MAGIC {
            return None;
        }
        let scale = f32::from_le_bytes(bytes.take()?);
        let mut transitions = [[0.0; TAGS]; TAGS];
        for cell in transitions.iter_mut().flatten() {
            *cell = f32::from_le_bytes(bytes.take()?);
        }
        let count = u32::from_le_bytes(bytes.take()?);
        let (mut hashes, mut ends) = (Vec::new(), Vec::new());
        for _ in 0..count {
            hashes.push(u32::from_le_bytes(bytes.take()?));
            ends.push(u32::from_le_bytes(bytes.take()?));
        }
        let mut list = Vec::new();
        for _ in 0..ends.last().copied().unwrap_or_default() {
            let [tag] = bytes.take::<1>()?;
            list.push((tag, i16::from_le_bytes(bytes.take()?)));
        }
        bytes.0.is_empty().then(|| Self { leads: leads(&hashes), transitions, hashes, ends, list, scale })
    }

    /// The stored form.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(self.scale.to_le_bytes());
        bytes.extend(self.transitions.iter().flatten().flat_map(|weight| weight.to_le_bytes()));
        bytes.extend(u32::try_from(self.hashes.len()).unwrap_or(u32::MAX).to_le_bytes());
        for (hash, end) in self.hashes.iter().zip(&self.ends) {
            bytes.extend(hash.to_le_bytes());
            bytes.extend(end.to_le_bytes());
        }
        for (tag, weight) in &self.list {
            bytes.push(*tag);
            bytes.extend(weight.to_le_bytes());
        }
        bytes
    }

    /// The score of each tag at a place with these features.
    #[must_use]
    pub fn score(&self, features: &[u32]) -> PerTag {
        let mut score = [0.0; TAGS];
        for (tag, weight) in features.iter().flat_map(|hash| self.weights_of(*hash)) {
            if let Some(sum) = score.get_mut(usize::from(*tag)) {
                *sum += f32::from(*weight) * self.scale;
            }
        }
        score
    }

    /// The weight of one tag following another.
    #[must_use]
    pub fn transition(&self, from: usize, to: usize) -> f32 {
        self.transitions.get(from).and_then(|row| row.get(to)).copied().unwrap_or_default()
    }

    fn weights_of(&self, hash: u32) -> &[(u8, i16)] {
        let lead = usize::try_from(hash >> 16).unwrap_or_default();
        let index = |at: usize| self.leads.get(at).and_then(|index| usize::try_from(*index).ok());
        let found = index(lead).zip(index(lead.saturating_add(1))).and_then(|(from, to)| {
            let at = self.hashes.get(from..to)?.binary_search(&hash).ok()?.checked_add(from)?;
            let end = |at: usize| self.ends.get(at).and_then(|end| usize::try_from(*end).ok());
            let start = at.checked_sub(1).map_or(Some(0), end)?;
            self.list.get(start..end(at)?)
        });
        found.unwrap_or_default()
    }
}

/// Index of the first hash with each leading 16 bits, and one past the last.
fn leads(hashes: &[u32]) -> Vec<u32> {
    let first = |lead: u32| u32::try_from(hashes.partition_point(|hash| hash >> 16 < lead)).unwrap_or(u32::MAX);
    (0..=0x1_0000).map(first).collect()
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Weights {
        Weights::of([[0.25; TAGS]; TAGS], vec![(70_000, vec![(2, -1.0)]), (5, vec![(0, 0.5), (6, 2.0)])])
    }

    #[test]
    fn what_is_stored_is_read_again() {
        let bytes = sample().to_bytes();
        let read = Weights::from_bytes(&bytes).unwrap();
        assert_eq!(read.to_bytes(), bytes);
        let score = read.score(&[5, 6, 70_000]);
        assert!((score[0] - 0.5).abs() < 1e-3 && (score[6] - 2.0).abs() < 1e-3 && (score[2] + 1.0).abs() < 1e-3);
        assert_eq!(read.transition(3, 4), 0.25);
    }

    #[test]
    fn damaged_weights_are_refused() {
        let bytes = sample().to_bytes();
        assert!(Weights::from_bytes(&bytes[..bytes.len() - 1]).is_none());
        assert!(Weights::from_bytes(b"nonsense").is_none());
    }
}

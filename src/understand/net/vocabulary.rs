//! Word pieces: a vocabulary of subwords with scores, and the likeliest way to cut a word into them (the unigram
//! language model of Kudo 2018, as SentencePiece applies it).

use std::ops::Range;

use unicode_normalization::UnicodeNormalization as _;

/// Marks a piece that begins a word.
const WORD_START: char = '\u{2581}';

/// Score of a letter that no piece holds.
const UNKNOWN_SCORE: f32 = -25.0;

/// Number of the piece that stands for whatever the vocabulary does not have.
pub const UNKNOWN: u32 = 0;

/// The pieces, sorted by their letters; a piece's number is its place.
#[derive(Debug, Clone, Copy)]
pub struct Vocabulary<'a> {
    /// Where each piece begins in `letters`, as little-endian `u32`, and one more for the end of the last.
    starts: &'a [[u8; 4]],
    scores: &'a [[u8; 4]],
    letters: &'a [u8],
}

/// A piece of a word: its number, and how many letters of the word it covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// Its place in the vocabulary.
    pub number: u32,
    /// Letters of the word it covers; 0 for a bare word start.
    pub letters: usize,
}

impl<'a> Vocabulary<'a> {
    /// Reads the stored form: the count, the starts, the scores, the letters, and what follows them. `None` if it is
    /// damaged.
    #[must_use]
    pub fn from_bytes(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (count, rest) = bytes.split_first_chunk::<4>()?;
        let count = usize::try_from(u32::from_le_bytes(*count)).ok()?;
        let (starts, rest) = rest.split_at_checked(count.checked_add(1)?.checked_mul(4)?)?;
        let (scores, rest) = rest.split_at_checked(count.checked_mul(4)?)?;
        let (starts, scores) = (starts.as_chunks().0, scores.as_chunks().0);
        let end = usize::try_from(u32::from_le_bytes(*starts.last()?)).ok()?;
        let (letters, rest) = rest.split_at_checked(end)?;
        Some((Self { starts, scores, letters }, rest))
    }

    /// How many pieces there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.scores.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.scores.is_empty()
    }

    fn piece(&self, number: usize) -> &'a [u8] {
        let at = |number: usize| self.starts.get(number).and_then(|at| usize::try_from(u32::from_le_bytes(*at)).ok());
        let range = at(number).zip(number.checked_add(1).and_then(at));
        range.and_then(|(start, end)| self.letters.get(start..end)).unwrap_or_default()
    }

    /// Of the pieces in `range`, which agree in their first `known` bytes, those whose next byte is this one.
    fn narrowed(&self, range: Range<usize>, known: usize, byte: u8) -> Range<usize> {
        let bound = |past: bool| {
            let (mut low, mut high) = (range.start, range.end);
            while low < high {
                let middle = usize::midpoint(low, high);
                let before = match self.piece(middle).get(known) {
                    None => true,
                    Some(next) => *next < byte || past && *next == byte,
                };
                if before {
                    low = middle.saturating_add(1);
                } else {
                    high = middle;
                }
            }
            low
        };
        bound(false)..bound(true)
    }

    fn score(&self, number: usize) -> f32 {
        self.scores.get(number).map_or(UNKNOWN_SCORE, |score| f32::from_le_bytes(*score))
    }

    /// The likeliest pieces of a word. `starts` says whether white space stands before it.
    #[must_use]
    pub fn pieces(&self, word: &str, starts: bool) -> Vec<Piece> {
        // Each letter with the number of letters of the word that it ends: compatibility forms may become several.
        let mut letters: Vec<(char, usize)> = Vec::new();
        if starts {
            letters.push((WORD_START, 0));
        }
        for letter in word.chars() {
            let from = letters.len();
            letters.extend(std::iter::once(letter).nfkc().map(|letter| (letter, 0)));
            if let Some(last) = letters.get_mut(from..).and_then(<[_]>::last_mut) {
                last.1 = 1;
            }
        }
        let text: String = letters.iter().map(|(letter, _)| letter).collect();
        let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        // best[end]: the score of the likeliest cut up to there, where its last piece begins, and its number.
        let mut best: Vec<(f32, usize, u32)> = vec![(f32::NEG_INFINITY, 0, UNKNOWN); ends.len()];
        if let Some(first) = best.first_mut() {
            first.0 = 0.0;
        }
        for start in 0..letters.len() {
            let Some((before, from)) = best.get(start).map(|best| best.0).zip(ends.get(start).copied()) else { break };
            let mut relax = |end: usize, score: f32, number: u32| {
                if let Some(slot) = best.get_mut(end)
                    && score > slot.0
                {
                    *slot = (score, start, number);
                }
            };
            relax(start.saturating_add(1), before + UNKNOWN_SCORE, UNKNOWN);
            let mut range = 0..self.len();
            let mut known = 0;
            for end in start.saturating_add(1)..ends.len() {
                let to = ends.get(end).copied().unwrap_or(from);
                let bytes = text.as_bytes().get(from.saturating_add(known)..to).unwrap_or_default();
                for byte in bytes {
                    range = self.narrowed(range, known, *byte);
                    known = known.saturating_add(1);
                }
                if range.is_empty() {
                    break;
                }
                if self.piece(range.start).len() == known {
                    let number = u32::try_from(range.start).unwrap_or(UNKNOWN);
                    relax(end, before + self.score(range.start), number);
                }
            }
        }
        let mut pieces = Vec::new();
        let mut end = letters.len();
        while end > 0 {
            let Some((_, start, number)) = best.get(end).copied() else { break };
            let covered = letters.get(start..end).unwrap_or_default().iter().map(|(_, ends)| ends).sum();
            pieces.push(Piece { number, letters: covered });
            end = start;
        }
        pieces.reverse();
        pieces
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(pieces: &[(&str, f32)]) -> Vec<u8> {
        let mut sorted = pieces.to_vec();
        sorted.sort_unstable_by(|one, other| one.0.as_bytes().cmp(other.0.as_bytes()));
        let mut bytes = u32::try_from(sorted.len()).unwrap().to_le_bytes().to_vec();
        let mut at = 0_u32;
        for (piece, _) in &sorted {
            bytes.extend(at.to_le_bytes());
            at += u32::try_from(piece.len()).unwrap();
        }
        bytes.extend(at.to_le_bytes());
        bytes.extend(sorted.iter().flat_map(|(_, score)| score.to_le_bytes()));
        bytes.extend(sorted.iter().flat_map(|(piece, _)| piece.bytes()));
        bytes
    }

    #[test]
    fn a_word_is_cut_into_its_likeliest_pieces() {
        let bytes = stored(&[("", 0.0), ("▁", -3.0), ("▁in", -4.0), ("▁inter", -6.0), ("net", -5.0), ("ter", -5.0)]);
        let (vocabulary, rest) = Vocabulary::from_bytes(&bytes).unwrap();
        assert!(rest.is_empty());
        let letters = |word, starts| -> Vec<usize> {
            vocabulary.pieces(word, starts).iter().map(|piece| piece.letters).collect()
        };
        assert_eq!(letters("internet", true), [5, 3]);
        assert_eq!(letters("net", false), [3]);
        assert_eq!(letters("xnet", true), [0, 1, 3]);
        assert!(vocabulary.pieces("ｎｅｔ", false).iter().all(|piece| piece.number != UNKNOWN));
    }

    #[test]
    fn damaged_bytes_are_no_vocabulary() {
        assert!(Vocabulary::from_bytes(&[9, 0, 0, 0, 1]).is_none());
    }
}

//! The invitation's own sentences, found however a client wrapped, quoted or re-encoded them.
//!
//! Texts are compared folded: letters and digits only, lower case. White space, marks, line ends and punctuation
//! are what clients change.

use std::collections::HashSet;

use unicode_normalization::UnicodeNormalization;

use super::super::message::Line;
use crate::event::Invitation;

/// Letters that a passage must have before it counts as the invitation's and not as the sender's own words.
const PASSAGE: usize = 60;
/// The same for a single line that differs a little (re-encoded letters, added links).
const DAMAGED_LINE: usize = 48;
/// The invitation's last words must be so many letters to be known for them.
const LAST_WORDS: usize = 20;
/// Letters of a shingle: long enough that chance hits are few, short enough that a damaged letter costs little.
type Shingle = [char; 4];
/// Share of a damaged line's shingles that the invitation must hold.
const SHARE: usize = 85;
/// The same for a line that stands between lines of the invitation.
const AKIN: usize = 60;

/// The invitations that a sender may have quoted, folded.
pub(super) struct Known {
    texts: Vec<String>,
    shingles: HashSet<Shingle>,
    /// Lines that end in a colon: the items of a form.
    labels: HashSet<String>,
    /// Weight of the shortest text.
    shortest: usize,
}

/// Lines that, put together, are one unbroken passage of an invitation.
pub(super) struct Passage {
    /// First line.
    pub start: usize,
    /// One past the last line.
    pub end: usize,
    /// How much it says; a letter of a dense script counts twice.
    pub weight: usize,
    /// Whether the invitation ends with it.
    pub ends_invitation: bool,
}

impl Known {
    /// Folds the invitations.
    pub fn of(invitations: &[&Invitation]) -> Self {
        let texts: Vec<String> =
            invitations.iter().flat_map(|invitation| [fold(&invitation.text), fold(&invitation.subject)]).collect();
        let shingles = texts.iter().flat_map(|text| shingles(text)).collect();
        let labels = invitations.iter().flat_map(|invitation| invitation.text.lines()).filter_map(label);
        let shortest = invitations.iter().map(|invitation| weight(&fold(&invitation.text))).min().unwrap_or_default();
        Self { texts, shingles, labels: labels.collect(), shortest }
    }

    /// The passages of the invitation among the lines, longest first found, none overlapping; blank lines inside
    /// a passage belong to it.
    pub fn passages(&self, lines: &[Line]) -> Vec<Passage> {
        let folded: Vec<String> = lines.iter().map(|line| fold(&line.text)).collect();
        let mut found = Vec::new();
        let mut start = 0;
        while start < folded.len() {
            match self.passage(&folded, start) {
                Some(passage) => {
                    start = passage.end;
                    found.push(passage);
                }
                None => start += 1,
            }
        }
        found
    }

    fn passage(&self, folded: &[String], start: usize) -> Option<Passage> {
        let mut joined = folded.get(start).filter(|line| !line.is_empty() && self.holds(line))?.clone();
        let mut end = start + 1;
        for (at, line) in folded.iter().enumerate().skip(end) {
            if line.is_empty() {
                continue;
            }
            let before = joined.len();
            joined.push_str(line);
            if !self.holds(&joined) {
                joined.truncate(before);
                break;
            }
            end = at + 1;
        }
        let ends_invitation = weight(&joined) >= LAST_WORDS && self.texts.iter().any(|text| text.ends_with(&joined));
        Some(Passage { start, end, weight: weight(&joined), ends_invitation })
    }

    /// Whether a passage is long enough to be told from the sender's own words.
    pub fn is_quotation(passage: &Passage) -> bool {
        passage.weight >= PASSAGE
    }

    /// Whether a single line is the invitation's though letters of it were changed on the way.
    pub fn resembles(&self, line: &str) -> bool {
        let folded = fold(line);
        weight(&folded) >= DAMAGED_LINE && self.share(&folded) >= SHARE
    }

    /// Whether a line inside a quotation is more likely a damaged line of the invitation than an answer. An answer
    /// may stand behind the words that it answers: "Full name: Jane Doe".
    pub fn is_akin(&self, line: &str) -> bool {
        let folded = fold(line);
        let ends = folded.char_indices().map(|(at, letter)| at + letter.len_utf8());
        let repeated = ends.take_while(|end| folded.get(..*end).is_some_and(|start| self.holds(start))).last();
        let rest = folded.get(repeated.unwrap_or(0)..).unwrap_or_default();
        rest.is_empty() || self.share(rest) >= AKIN
    }

    /// Whether the passages make up the better part of an invitation.
    pub fn is_mostly_in(&self, passages: &[Passage]) -> bool {
        passages.iter().map(|passage| passage.weight).sum::<usize>() * 2 > self.shortest
    }

    /// Whether a quoted line is an item of the invitation's form with an answer typed behind it.
    pub fn is_answered(&self, line: &str) -> bool {
        let Some((item, answer)) = line.split_once([':', '：']) else { return false };
        let (item, answer) = (fold(item), fold(answer));
        !answer.is_empty() && self.labels.contains(&item) && !self.holds(&(item + &answer))
    }

    /// Per cent of a folded line's shingles that the invitations hold.
    fn share(&self, folded: &str) -> usize {
        let (mut all, mut known) = (0, 0);
        for shingle in shingles(folded) {
            all += 1;
            known += usize::from(self.shingles.contains(&shingle));
        }
        known * 100 / all.max(1)
    }

    fn holds(&self, folded: &str) -> bool {
        self.texts.iter().any(|text| text.contains(folded))
    }
}

/// The folded item of a form's empty line: "Full name: ______".
fn label(line: &str) -> Option<String> {
    let line = line.trim_end_matches(|letter: char| letter.is_whitespace() || matches!(letter, '_' | '.' | '…'));
    line.strip_suffix([':', '：']).map(fold).filter(|item| !item.is_empty())
}

/// Letters and digits only, compatibility forms unified, lower case.
pub(super) fn fold(text: &str) -> String {
    text.nfkc().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// How much a folded text says: a syllable or ideograph counts for two letters.
pub(super) fn weight(folded: &str) -> usize {
    folded.chars().map(|letter| if letter < '\u{1100}' { 1 } else { 2 }).sum()
}

fn shingles(folded: &str) -> impl Iterator<Item = Shingle> {
    let mut window = ['\0'; 4];
    let letters = folded.chars().map(move |letter| {
        window = [window[1], window[2], window[3], letter];
        window
    });
    letters.skip(3)
}

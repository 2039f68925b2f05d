//! What the net says of a mail, in terms of the reply text.

use std::sync::Arc;

use super::field::{chance, path};
use super::flags::Flag;
use super::model::Opinion;
use super::sight::{Known, Sight, Token};
use super::vectors::Vectors;
use super::vocabulary::Vocabulary;
use crate::event::{Event, Field};
use crate::understand::facts::intent::Kind;
use crate::understand::facts::people::Clues;
use crate::understand::facts::sessions::{self, SessionReading};
use crate::understand::language::Languages;
use crate::understand::message::Message;
use crate::understand::reply::{ReplyText, Span};

/// The fields that are tagged, in the order of their tags: 1 and 2 begin and continue the first, and so on.
pub const FIELDS: [Field; 3] = [Field::Name, Field::Organization, Field::Position];

/// A span less likely than this is nobody's.
const FAINT: f32 = 0.05;

/// A span that was tagged.
#[derive(Debug, Clone, PartialEq)]
pub struct Tagged {
    /// What it is.
    pub field: Field,
    /// Its words.
    pub text: String,
    /// Where in the reply text; `None` in From or the subject.
    pub span: Option<Span>,
    /// How likely that is, 0 to 1: that of its least likely token.
    pub probability: f32,
    /// Whether it refers to a session too.
    pub refers: bool,
}

/// What the net says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Witness {
    seen: Arc<Seen>,
    opinion: Opinion,
    tagged: Vec<Tagged>,
    is_about_one: bool,
}

/// A mail as numbers.
#[derive(Debug, Default, PartialEq)]
struct Seen {
    sight: Sight,
    vectors: Vectors,
}

impl Witness {
    /// Asks the net about a mail. `reading` is what the rules read about sessions.
    #[must_use]
    pub fn of(
        reply: &ReplyText,
        message: &Message,
        event: &Event,
        reading: &SessionReading,
        languages: &Languages,
    ) -> Self {
        let Some(model) = super::model() else { return Self::default() };
        let sight = look(&model.vocabulary, reply, message, event, reading, languages);
        let vectors = model.vectors(&sight);
        let opinion = model.read(&sight, &vectors, None);
        Self::saying(Arc::new(Seen { sight, vectors }), opinion)
    }

    fn saying(seen: Arc<Seen>, opinion: Opinion) -> Self {
        let mut witness = Self { seen, opinion, tagged: Vec::new(), is_about_one: false };
        witness.tagged = witness.tag();
        witness
    }

    /// What the net says of one person in the mail, who is called by these names; `None` where they do not stand in it.
    /// Of the mail as a whole it then says nothing.
    #[must_use]
    pub fn about(&self, names: &[&str]) -> Option<Self> {
        let sight = &self.seen.sight;
        let spans: Vec<Span> = names.iter().flat_map(|name| places(&sight.text, name)).collect();
        let is_named = |token: &Token| spans.iter().any(|span| token.span.overlaps(span));
        let target: Vec<usize> =
            (0..sight.tokens.len()).filter(|at| sight.tokens.get(*at).is_some_and(is_named)).collect();
        let model = super::model().filter(|_| !target.is_empty())?;
        let opinion = model.read(sight, &self.seen.vectors, Some(&target));
        Some(Self { is_about_one: true, ..Self::saying(Arc::clone(&self.seen), opinion) })
    }

    /// How likely the person that it speaks [`about`](Self::about) is one of those who come or decline.
    #[must_use]
    pub fn answers(&self) -> f32 {
        self.opinion.answers
    }

    /// Whether it speaks [`about`](Self::about) one person only.
    #[must_use]
    pub fn is_about_one(&self) -> bool {
        self.is_about_one
    }

    /// Every span of a field, in the order of the text.
    pub fn tagged(&self, field: Field) -> impl Iterator<Item = &Tagged> {
        self.tagged.iter().filter(move |tagged| tagged.field == field)
    }

    /// How likely some token belongs to the field, whether or not it was tagged so.
    #[must_use]
    pub fn presence(&self, field: Field) -> f32 {
        let Some(begin) = begin(field) else { return 0.0 };
        self.opinion.tags.iter().map(|tags| chance(tags, begin) + chance(tags, begin + 1)).fold(0.0, f32::max)
    }

    /// How likely a value is what the net would tag as this field, wherever it stands; 0 where it does not stand.
    #[must_use]
    pub fn score(&self, field: Field, value: &str) -> f32 {
        let Some(begin) = begin(field) else { return 0.0 };
        let chances = places(&self.seen.sight.text, value).into_iter().map(|span| self.chance_of(begin, span));
        chances.fold(0.0, f32::max)
    }

    /// For each session of the event: comes, does not, nothing is said.
    #[must_use]
    pub fn sessions(&self) -> &[[f32; 3]] {
        &self.opinion.sessions
    }

    /// How likely a careful assistant would not act on the mail alone.
    #[must_use]
    pub fn review(&self) -> f32 {
        self.opinion.review
    }

    /// How likely staff must see the mail, whatever is done with it.
    #[must_use]
    pub fn human(&self) -> f32 {
        self.opinion.human
    }

    /// How likely the mail concerns nobody, one, or several people.
    #[must_use]
    pub fn people(&self) -> [f32; 3] {
        self.opinion.people
    }

    /// How likely the mail is of each kind that a person's mail may be of.
    #[must_use]
    pub fn kinds(&self) -> [(Kind, f32); 6] {
        let kinds = [Kind::Attend, Kind::Decline, Kind::Change, Kind::Cancel, Kind::Question, Kind::Unrelated];
        let mut chances = self.opinion.kinds.iter();
        kinds.map(|kind| (kind, chances.next().copied().unwrap_or_default()))
    }

    /// The first words of the reply text that refer to a session, by its place in the event.
    #[must_use]
    pub fn reference(&self, session: usize) -> Option<Span> {
        let flags = self.seen.sight.sessions.get(session)?;
        let refers = |flags: &u16| flags & 1 != 0;
        let start = flags
            .iter()
            .zip(&self.seen.sight.tokens)
            .position(|(flags, token)| refers(flags) && token.span.start >= self.seen.sight.body)?;
        let run = flags.get(start..)?.iter().take_while(|flags| refers(flags)).count();
        let (first, last) =
            (self.seen.sight.tokens.get(start)?, self.seen.sight.tokens.get(start + run.saturating_sub(1))?);
        self.in_reply(Span { start: first.span.start, end: last.span.end })
    }

    fn in_reply(&self, span: Span) -> Option<Span> {
        let body = self.seen.sight.body;
        Some(Span { start: span.start.checked_sub(body)?, end: span.end.checked_sub(body)? })
    }

    fn chance_of(&self, begin: usize, span: Span) -> f32 {
        let inside = |token: &Token| token.span.start < span.end && token.span.end > span.start;
        let Some(first) = self.seen.sight.tokens.iter().position(inside) else { return 0.0 };
        let count =
            self.seen.sight.tokens.get(first..).unwrap_or_default().iter().take_while(|token| inside(token)).count();
        self.run(begin, first, first + count)
    }

    /// How likely the tokens of a range are one span of a field: as its least likely token, or its end.
    fn run(&self, begin: usize, first: usize, end: usize) -> f32 {
        let tags = |at: usize, tag: usize| self.opinion.tags.get(at).map_or(0.0, |tags| chance(tags, tag));
        let inside = (first + 1..end).map(|at| tags(at, begin + 1)).fold(tags(first, begin), f32::min);
        inside.min(1.0 - tags(end, begin + 1))
    }

    /// The likeliest tagging, and for a field without any span the likeliest one.
    fn tag(&self) -> Vec<Tagged> {
        let path = path(&self.opinion.tags);
        let mut all = Vec::new();
        let mut at = 0;
        while let Some(tag) = path.get(at) {
            let mut end = at + 1;
            if tag % 2 == 1 {
                while path.get(end).is_some_and(|next| *next == tag + 1) {
                    end += 1;
                }
                all.extend(self.span(*tag, at, end));
            }
            at = end;
        }
        for (number, field) in FIELDS.into_iter().enumerate() {
            if !all.iter().any(|tagged| tagged.field == field) {
                all.extend(self.likeliest(2 * number + 1));
            }
        }
        all.sort_by_key(|tagged| tagged.span);
        all
    }

    fn likeliest(&self, begin: usize) -> Option<Tagged> {
        let chances = self.opinion.tags.iter().map(|tags| chance(tags, begin)).enumerate();
        let (first, likely) = chances.max_by(|one, other| one.1.total_cmp(&other.1))?;
        let goes_on =
            |at: &usize| self.opinion.tags.get(*at).is_some_and(|tags| chance(tags, begin + 1) > likely / 2.0);
        let end = (first + 1..).take_while(goes_on).last().map_or(first + 1, |last| last + 1);
        (likely >= FAINT).then(|| self.span(begin, first, end))?
    }

    fn span(&self, begin: usize, first: usize, end: usize) -> Option<Tagged> {
        let tokens = self.seen.sight.tokens.get(first..end)?;
        let span = Span { start: tokens.first()?.span.start, end: tokens.last()?.span.end };
        Some(Tagged {
            field: *FIELDS.get(begin / 2)?,
            text: span.of(&self.seen.sight.text).to_owned(),
            span: self.in_reply(span),
            probability: self.run(begin, first, end),
            refers: tokens.iter().any(|token| token.flags >> (Flag::Refers as u64) & 1 == 1),
        })
    }
}

/// What the net sees of a mail.
#[must_use]
pub fn look(
    vocabulary: &Vocabulary<'_>,
    reply: &ReplyText,
    message: &Message,
    event: &Event,
    reading: &SessionReading,
    languages: &Languages,
) -> Sight {
    let sent = crate::understand::facts::sent(message);
    let known = Known {
        clues: &Clues::of(reply, message, event, languages),
        pointers: &sessions::pointers(&reply.text, event, sent, languages),
        of_subject: &sessions::pointers(&message.subject, event, None, languages),
        mentions: &reading.mentions,
    };
    Sight::of(reply, message, event, vocabulary, &known)
}

/// The tag that begins a field.
fn begin(field: Field) -> Option<usize> {
    FIELDS.iter().position(|one| *one == field).map(|number| 2 * number + 1)
}

/// Every place of a value in a text, white space and case aside.
fn places(text: &str, value: &str) -> Vec<Span> {
    let wanted: Vec<char> = value.chars().filter(|letter| !letter.is_whitespace()).map(plain).collect();
    let letters: Vec<(usize, char)> = text.char_indices().filter(|(_, letter)| !letter.is_whitespace()).collect();
    let Some(length) = wanted.len().checked_sub(1) else { return Vec::new() };
    let windows = letters.windows(length + 1);
    let equal = windows.filter(|window| window.iter().zip(&wanted).all(|((_, one), other)| plain(*one) == *other));
    let span = |window: &[(usize, char)]| {
        let ((start, _), (last, letter)) = (window.first()?, window.last()?);
        Some(Span { start: *start, end: last + letter.len_utf8() })
    };
    equal.filter_map(span).collect()
}

fn plain(letter: char) -> char {
    letter.to_lowercase().next().unwrap_or(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_whatever_its_spaces_and_case() {
        assert_eq!(places("at the TEA\n house", "Tea House"), [Span { start: 7, end: 17 }]);
        assert!(places("", "x").is_empty() && places("x", "").is_empty());
    }
}

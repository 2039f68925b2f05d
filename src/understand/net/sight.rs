//! What the net sees of a mail: its words as numbers.
//!
//! The From name, the subject and the reply text stand beneath each other as one text. A token carries its word
//! pieces, what its letters and its place tell, what the word lists and the headers know of it, and for every session
//! of the event whether it refers to it. Training and reading use this very code; a change here wants new weights.

use std::collections::{BTreeMap, HashSet};

use super::cutting::{clauses, is_cjk, runs, sentences};
use super::flags::{Flag, SessionFlag, bit, bits, mark};
use super::lettering::{self, line_pieces};
use super::vocabulary::{UNKNOWN, Vocabulary};
use crate::event::{Event, Field};
use crate::understand::facts::people::{Clue, Clues};
use crate::understand::facts::sessions::{Answer, Mention, Pointer, PointerKind};
use crate::understand::message::Message;
use crate::understand::reply::{ReplyText, Span};

/// Word pieces of a segment looked at.
const LONGEST_SEGMENT: usize = 128;

/// Tokens looked at; what stands further down a mail is no longer about who writes it.
pub const MAX_TOKENS: usize = 480;

/// Numbers of the tables that a token's places and letters are looked up in.
pub const TABLES: [usize; 7] = [16, 8, 10, 4096, 4096, 4096, 256];

/// One token as the net sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// Where, in [`Sight::text`].
    pub span: Span,
    /// Its word pieces.
    pub pieces: Vec<u32>,
    /// Bits of [`Flag`].
    pub flags: u64,
    /// Rows of [`TABLES`].
    pub rows: [u16; TABLES.len()],
    /// Which of [`Sight::labels`] stands before it, if any.
    pub label: Option<usize>,
    /// Which of [`Sight::segments`] is its sentence.
    pub sentence: Option<usize>,
    /// Which of them is its clause.
    pub clause: Option<usize>,
}

/// A mail as the net sees it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sight {
    /// From name, subject and reply text, a line end between.
    pub text: String,
    /// Where the reply text begins in it.
    pub body: usize,
    /// Its tokens.
    pub tokens: Vec<Token>,
    /// Word pieces of each label or question.
    pub labels: Vec<Vec<u32>>,
    /// Word pieces of each sentence and each clause, alike ones once.
    pub segments: Vec<Vec<u32>>,
    /// For each session of the event, in its order, bits of [`SessionFlag`] by token.
    pub sessions: Vec<Vec<u16>>,
}

/// What other readers know that the net looks at.
pub struct Known<'a> {
    /// What the word lists and labels know.
    pub clues: &'a Clues,
    /// Where sessions are referred to, in the reply text.
    pub pointers: &'a [Pointer],
    /// The same, in the subject.
    pub of_subject: &'a [Pointer],
    /// What the rules read about sessions.
    pub mentions: &'a [Mention],
}

impl Sight {
    /// Looks at a mail.
    #[must_use]
    pub fn of(
        reply: &ReplyText,
        message: &Message,
        event: &Event,
        vocabulary: &Vocabulary<'_>,
        known: &Known<'_>,
    ) -> Self {
        let name = message.from.as_ref().and_then(|from| from.name.as_deref()).unwrap_or_default();
        let text = format!("{name}\n{}\n{}", message.subject, reply.text);
        let subject = name.len().saturating_add(1);
        let body = subject.saturating_add(message.subject.len()).saturating_add(1);
        let mut sight = Self { text, body, ..Self::default() };
        sight.cut(vocabulary);
        sight.segment(vocabulary);
        lettering::describe(&mut sight, message, vocabulary);
        sight.place(subject, reply, known, event, vocabulary);
        sight.refer(subject, reply, event, known);
        sight
    }

    /// Cuts the text into tokens with their pieces.
    fn cut(&mut self, vocabulary: &Vocabulary<'_>) {
        for (start, end) in runs(&self.text) {
            let Some(run) = self.text.get(start..end) else { continue };
            let spaced = self.text.get(..start).and_then(|before| before.chars().next_back());
            let spaced = spaced.is_none_or(char::is_whitespace);
            let mut token = |from: usize, to: usize, pieces: Vec<u32>, flags: u64| {
                let span = Span { start: start.saturating_add(from), end: start.saturating_add(to) };
                self.tokens.push(Token {
                    span,
                    pieces,
                    flags,
                    rows: [0; TABLES.len()],
                    label: None,
                    sentence: None,
                    clause: None,
                });
            };
            if run == "\n" {
                token(0, 1, Vec::new(), bit(Flag::Newline));
                continue;
            }
            let pieces = vocabulary.pieces(run, spaced);
            let spaced = if spaced { bit(Flag::Spaced) } else { 0 };
            if !run.contains(is_cjk) {
                let pieces = pieces.iter().filter(|piece| piece.letters > 0).map(|piece| piece.number).collect();
                token(0, run.len(), pieces, spaced);
                continue;
            }
            let mut letters = run.char_indices().map(|(at, letter)| (at, at.saturating_add(letter.len_utf8())));
            for piece in pieces.iter().filter(|piece| piece.letters > 0) {
                for order in 0..piece.letters {
                    let Some((from, to)) = letters.next() else { break };
                    let own = run.get(from..to).map(|letter| vocabulary.pieces(letter, false));
                    let own = own.and_then(|own| own.first().map(|own| own.number)).unwrap_or(UNKNOWN);
                    let mut flags = bit(Flag::Unspaced) | if from == 0 { spaced | bit(Flag::RunStart) } else { 0 };
                    flags |= if order == 0 { bit(Flag::PieceStart) } else { 0 };
                    flags |= if order.saturating_add(1) == piece.letters { bit(Flag::PieceEnd) } else { 0 };
                    flags |= if to == run.len() { bit(Flag::RunEnd) } else { 0 };
                    token(from, to, vec![piece.number, own], flags);
                }
            }
        }
        self.tokens.truncate(MAX_TOKENS);
    }

    /// Finds each token's sentence and clause.
    fn segment(&mut self, vocabulary: &Vocabulary<'_>) {
        let mut known: BTreeMap<&str, usize> = BTreeMap::new();
        let mut all = Vec::new();
        for (is_clause, (start, end)) in sentences(&self.text)
            .into_iter()
            .map(|span| (false, span))
            .chain(clauses(&self.text).into_iter().map(|span| (true, span)))
        {
            let Some(text) = self.text.get(start..end).map(str::trim).filter(|text| text.chars().nth(1).is_some())
            else {
                continue;
            };
            let number = *known.entry(text).or_insert_with(|| {
                let words = text.split_whitespace().flat_map(|word| vocabulary.pieces(word, true));
                all.push(words.map(|piece| piece.number).take(LONGEST_SEGMENT).collect());
                all.len().saturating_sub(1)
            });
            let first = self.tokens.partition_point(|token| token.span.start < start);
            let inside = self.tokens.get_mut(first..).unwrap_or_default().iter_mut();
            for token in inside.take_while(|token| token.span.start < end) {
                *(if is_clause { &mut token.clause } else { &mut token.sentence }) = Some(number);
            }
        }
        self.segments = all;
    }

    /// Marks zones and what the word lists and labels know.
    fn place(
        &mut self,
        subject: usize,
        reply: &ReplyText,
        known: &Known<'_>,
        event: &Event,
        vocabulary: &Vocabulary<'_>,
    ) {
        let body = self.body;
        let signature = reply.signature.map(|at| at.saturating_add(body));
        for token in &mut self.tokens {
            let at = token.span.start;
            if at < subject {
                token.flags |= bit(Flag::From);
            } else if at < body {
                token.flags |= bit(Flag::Subject);
            }
            if signature.is_some_and(|signature| at >= signature) {
                token.flags |= bit(Flag::Signature);
            }
        }
        for inline in &reply.inline_answers {
            let label = self.labels.len();
            self.labels.push(line_pieces(vocabulary, &inline.question));
            for token in within(&mut self.tokens, shifted(inline.span, body)) {
                token.flags |= bit(Flag::Inline);
                token.label = Some(label);
            }
        }
        for (clue, span) in &known.clues.labelled {
            for token in within(&mut self.tokens, shifted(*span, body)) {
                token.flags |= match clue {
                    Clue::Labelled(Some(Field::Name)) => bit(Flag::LabelName),
                    Clue::Labelled(Some(Field::Organization)) => bit(Flag::LabelOrganization),
                    Clue::Labelled(Some(Field::Position)) => bit(Flag::LabelPosition),
                    Clue::Labelled(Some(Field::Email)) => bit(Flag::LabelEmail),
                    _ => bit(Flag::LabelOther),
                };
            }
        }
        let of_event = event_words(event);
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        let words: Vec<String> = self.tokens.iter().map(|token| token.span.of(&self.text).to_lowercase()).collect();
        for word in &words {
            *counts.entry(word.clone()).or_default() += 1;
        }
        for (token, word) in self.tokens.iter_mut().zip(&words) {
            if token.flags & bit(Flag::Unspaced) == 0 {
                let known = known.clues.of_word(word);
                let flags = [
                    (known.honorific, Flag::Honorific),
                    (known.surname, Flag::Surname),
                    (known.role, Flag::Role),
                    (known.institution, Flag::Institution),
                ];
                token.flags |= bits(&flags);
            }
            if word.chars().count() > 2 && of_event.contains(word) {
                token.flags |= bit(Flag::EventWord);
            }
            if counts.get(word).is_some_and(|count| *count > 1) {
                token.flags |= bit(Flag::Repeated);
            }
        }
        for (clue, span) in known.clues.unspaced(&self.text) {
            for token in within(&mut self.tokens, span) {
                token.flags |= match clue {
                    Clue::Role => bit(Flag::Role),
                    Clue::Institution => bit(Flag::Institution),
                    Clue::Honorific => bit(Flag::Honorific),
                    Clue::Labelled(_) => 0,
                };
            }
        }
    }

    /// Marks cues and references to sessions.
    fn refer(&mut self, subject: usize, reply: &ReplyText, event: &Event, known: &Known<'_>) {
        let body = self.body;
        let sessions = event.sessions.len();
        self.sessions = vec![vec![0; self.tokens.len()]; sessions];
        let pointers = known.pointers.iter().map(|pointer| (shifted(pointer.span, body), pointer));
        let of_subject = known.of_subject.iter().map(|pointer| (shifted(pointer.span, subject), pointer));
        for (span, pointer) in pointers.chain(of_subject) {
            let inside = range(&self.tokens, span);
            let flag = match pointer.kind {
                PointerKind::Sessions => Flag::Refers,
                PointerKind::Yes => Flag::CueYes,
                PointerKind::No => Flag::CueNo,
                PointerKind::Maybe => Flag::CueMaybe,
                PointerKind::Limit => Flag::CueLimit,
            };
            for token in self.tokens.get_mut(inside.clone()).unwrap_or_default() {
                token.flags |= bit(flag);
            }
            if pointer.kind != PointerKind::Sessions {
                continue;
            }
            let named = &pointer.sessions;
            for (number, flags) in self.sessions.iter_mut().enumerate() {
                let own = named.contains(&number);
                let set = [
                    (own, SessionFlag::This),
                    (!own && !named.is_empty(), SessionFlag::Another),
                    (own && named.len() > 1, SessionFlag::Several),
                    (named.len() == sessions, SessionFlag::All),
                    (named.is_empty(), SessionFlag::Unknown),
                ];
                mark(flags.get_mut(inside.clone()).unwrap_or_default(), &set);
            }
        }
        for mention in known.mentions {
            let Some(span) = mention.evidence.span else { continue };
            let inside = range(&self.tokens, shifted(span, body));
            for (session, flags) in event.sessions.iter().zip(&mut self.sessions) {
                let own = mention.sessions.contains(&session.id);
                let set = [
                    (own && mention.answer == Answer::Yes, SessionFlag::Yes),
                    (own && mention.answer == Answer::No, SessionFlag::No),
                    (own && mention.answer == Answer::Maybe, SessionFlag::Maybe),
                ];
                mark(flags.get_mut(inside.clone()).unwrap_or_default(), &set);
            }
        }
        for inline in &reply.inline_answers {
            let inside = range(&self.tokens, shifted(inline.span, body));
            for (session, flags) in event.sessions.iter().zip(&mut self.sessions) {
                let asks = known.clues.asks_about(&inline.question, &session.id);
                mark(flags.get_mut(inside.clone()).unwrap_or_default(), &[(asks, SessionFlag::Asked)]);
            }
        }
    }
}

fn shifted(span: Span, by: usize) -> Span {
    Span { start: span.start.saturating_add(by), end: span.end.saturating_add(by) }
}

/// The tokens that a span touches.
fn range(tokens: &[Token], span: Span) -> std::ops::Range<usize> {
    let first = tokens.partition_point(|token| token.span.end <= span.start);
    let end = tokens.partition_point(|token| token.span.start < span.end);
    first..end.max(first)
}

fn within(tokens: &mut [Token], span: Span) -> &mut [Token] {
    let range = range(tokens, span);
    tokens.get_mut(range).unwrap_or_default()
}

/// Words of the event's own titles, places and host.
fn event_words(event: &Event) -> HashSet<String> {
    let sessions = event.sessions.iter().flat_map(|session| {
        let titles = session.title.values().chain(session.aliases.values().flatten());
        titles.chain([&session.venue]).collect::<Vec<_>>()
    });
    let texts = sessions.chain([&event.title, &event.host]);
    let words = texts.flat_map(|text| text.split(|letter: char| !letter.is_alphanumeric()));
    words.filter(|word| word.chars().count() > 2).map(str::to_lowercase).collect()
}

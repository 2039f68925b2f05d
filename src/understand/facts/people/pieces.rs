//! Lines, sentences, pieces and words of a text, each with the place where it stands.

use super::words::Lexicon;
use crate::understand::reply::Span;
pub(super) use crate::understand::script::is_unspaced;

/// A stretch of the reply text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    pub(super) text: &'a str,
    /// Byte offset in the reply text.
    pub(super) start: usize,
    /// Stood in brackets.
    pub(super) bracketed: bool,
}

impl<'a> Piece<'a> {
    /// A whole text.
    pub(super) fn whole(text: &'a str) -> Self {
        Self { text, start: 0, bracketed: false }
    }

    /// A part of it, by offsets within.
    pub(super) fn part(self, from: usize, to: usize) -> Self {
        Self { text: self.text.get(from..to).unwrap_or_default(), start: self.start + from, ..self }.trimmed()
    }

    /// A part of it, given as a slice of its text.
    pub(super) fn sub(self, part: &'a str) -> Self {
        let offset = (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        Self { text: part, start: self.start + offset, ..self }
    }

    /// Without white space and loose punctuation around it.
    pub(super) fn trimmed(self) -> Self {
        let text = self.text.trim_start_matches(is_edge);
        let start = self.start + (self.text.len() - text.len());
        let text = text.trim_end_matches(is_edge);
        Self { text, start, ..self }
    }

    pub(super) fn span(self) -> Span {
        Span { start: self.start, end: self.start + self.text.len() }
    }

    /// Its words.
    pub(super) fn words(self) -> Vec<Piece<'a>> {
        let texts = self.text.split_whitespace().flat_map(unelided);
        texts.map(|text| word(self.sub(text))).filter(|word| !word.text.is_empty()).collect()
    }

    /// From the first word's start to the last word's end.
    pub(super) fn around(self, words: &[Piece<'a>]) -> Option<Piece<'a>> {
        let (first, last) = (words.first()?, words.last()?);
        Some(self.part(first.start - self.start, last.start + last.text.len() - self.start))
    }
}

fn is_edge(c: char) -> bool {
    let symbol = u32::from(c) > 0x2100 && !c.is_alphanumeric() && !matches!(c, '（' | '）' | '「' | '」' | '『' | '』');
    symbol
        || c.is_whitespace()
        || matches!(
            c,
            ',' | ';'
                | ':'
                | '*'
                | '•'
                | '·'
                | '|'
                | '_'
                | '-'
                | '–'
                | '—'
                | '>'
                | '→'
                | '='
                | '~'
                | '■'
                | '□'
                | '※'
                | '○'
                | 'ㅇ'
                | '▶'
                | '#'
                | '!'
                | '?'
                | '"'
                | '“'
                | '”'
                | '„'
                | '、'
                | '，'
                | '。'
                | '：'
                | '；'
                | '！'
                | '？'
                | '・'
        )
}

/// An elided article or preposition, and the word that it leans on: "l'Université", "dell'Ambasciata".
fn unelided(text: &str) -> Vec<&str> {
    let split = text.find(['\'', '’']).filter(|at| {
        let (small, rest) = text.split_at_checked(*at).unwrap_or_default();
        // English contractions have less behind the apostrophe, names a capital before it.
        let leans = rest.chars().skip(1).take_while(|letter| letter.is_alphabetic()).count() > 2;
        leans && (1..=5).contains(&small.len()) && small.chars().all(char::is_lowercase)
    });
    match split.and_then(|at| text.split_at_checked(at)) {
        Some((small, rest)) => vec![small, rest],
        None => vec![text],
    }
}

/// A word without the punctuation around it; the dot of an abbreviation stays.
fn word(piece: Piece<'_>) -> Piece<'_> {
    let edge = |c: char| !c.is_alphanumeric() && !matches!(c, '&' | '+' | '@' | '/' | '.');
    let text = piece.text.trim_start_matches(|c| edge(c) || c == '.');
    let start = piece.start + (piece.text.len() - text.len());
    let text = text.trim_end_matches(edge);
    let bare = text.trim_end_matches('.');
    let abbreviation = bare.contains('.') || bare.chars().count() <= 4;
    Piece { text: if abbreviation { text } else { bare }, start, ..piece }
}

/// The lines, in order, blank ones too.
pub(super) fn lines(text: &str) -> impl Iterator<Item = Piece<'_>> {
    text.split('\n').map(move |line| Piece::whole(text).sub(line).trimmed())
}

/// A line taken apart at commas, bars, brackets and spaced dashes.
pub(super) fn split(line: Piece<'_>) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut from, mut depth) = (0, 0_usize);
    let mut push = |from: usize, to: usize, bracketed: bool| {
        let piece = line.part(from, to);
        if !piece.text.is_empty() {
            pieces.push(Piece { bracketed, ..piece });
        }
    };
    for (at, c) in line.text.char_indices() {
        let next = at + c.len_utf8();
        let (before, after) = (line.text.get(..at).unwrap_or_default(), line.text.get(next..).unwrap_or_default());
        let spaced = before.ends_with(' ') && after.starts_with(' ');
        let native = before.chars().next_back().is_some_and(is_native) || after.chars().next().is_some_and(is_native);
        let separates = match c {
            ',' | '，' | '、' => !(digit_ends(before) && after.starts_with(|c: char| c.is_ascii_digit())),
            ';' | '；' | '：' | '／' | '。' | '｜' | '|' | '·' | '•' | '\t' | '(' | ')' | '[' | ']' | '—' | '（'
            | '）' | '│' => true,
            '/' => spaced || native || before.ends_with('/') || after.starts_with('/'),
            '-' | '–' => before.ends_with([' ', '-']) && after.starts_with([' ', '-']),
            '…' => true,
            '.' => before.ends_with('.') || after.starts_with('.'),
            ':' => after.starts_with(' ') && !digit_ends(before),
            '~' | '*' | '@' | '→' => spaced,
            _ => false,
        };
        if separates {
            push(from, at, depth > 0);
            from = next;
        }
        match c {
            '(' | '[' | '（' => depth += 1,
            ')' | ']' | '）' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    push(from, line.text.len(), depth > 0);
    pieces
}

fn digit_ends(text: &str) -> bool {
    text.ends_with(|c: char| c.is_ascii_digit())
}

/// The sentences. A line break ends one unless the line is so long that a client may have wrapped it.
pub(super) fn sentences<'a>(text: &'a str, lexicon: Lexicon<'_>) -> Vec<Piece<'a>> {
    const WRAPPED: usize = 60; // characters: clients wrap between 65 and 78, and leave at most a long word free
    let whole = Piece::whole(text);
    let mut sentences = Vec::new();
    let (mut from, mut line) = (0, 0);
    for (at, c) in text.char_indices() {
        let next = at + c.len_utf8();
        let after = text.get(next..).unwrap_or_default();
        let ends = match c {
            '\n' => {
                let width = text
                    .get(line..at)
                    .unwrap_or_default()
                    .chars()
                    .map(|c| if is_unspaced(c) { 2 } else { 1 })
                    .sum::<usize>();
                line = next;
                width < WRAPPED || after.trim_start_matches([' ', '\t']).starts_with('\n') || after.is_empty()
            }
            '.' => {
                after.starts_with(char::is_whitespace)
                    && !is_abbreviation(text.get(from..at).unwrap_or_default(), after, lexicon)
            }
            '!' | '?' | '…' | '。' | '！' | '？' => {
                !after.starts_with(['!', '?', ')', '.', '！', '？', '」', '』'])
            }
            _ => false,
        };
        if ends {
            sentences.push(whole.part(from, next));
            from = next;
        }
    }
    sentences.push(whole.part(from, text.len()));
    sentences.retain(|sentence| !sentence.text.is_empty());
    sentences
}

/// Whether what stands before a dot is an abbreviation, an initial or an ordinal.
fn is_abbreviation(before: &str, after: &str, lexicon: Lexicon<'_>) -> bool {
    let word = before.rsplit(|c: char| c.is_whitespace() || c == '(').next().unwrap_or_default();
    let initial = word.chars().count() == 1
        && word.chars().all(char::is_alphabetic)
        && !after.trim_start().starts_with(is_hangul);
    word.chars().all(|c| c.is_ascii_digit())
        || word.contains('.')
        || initial
        || [lexicon.is(|w| &w.honorifics, word), lexicon.is(|w| &w.abbreviations, word)].contains(&true)
}

/// Whether a character is a Korean syllable.
pub(super) fn is_hangul(c: char) -> bool {
    ('가'..='힣').contains(&c)
}

/// Whether a letter is of a script without capitals whose words and names are known by their letters.
pub(super) fn is_native(c: char) -> bool {
    is_hangul(c) || is_unspaced(c)
}

/// Whether a word begins with a capital, or has no case at all.
pub(super) fn is_capitalized(word: &str) -> bool {
    word.chars().find(|c| c.is_alphabetic()).is_some_and(|c| !c.is_lowercase())
}

/// A value as one would write it into a form: white space collapsed, no punctuation around it.
pub(super) fn tidy(text: &str) -> String {
    let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let edge = |c: char| {
        c.is_whitespace()
            || matches!(
                c,
                ',' | ';' | ':' | '-' | '–' | '—' | '|' | '*' | '/' | '!' | '?' | '~' | '_' | '<' | '>' | '='
            )
    };
    let mut value = joined.trim_matches(edge);
    for (open, close) in [('(', ')'), ('[', ']')] {
        value = match (value.matches(open).count(), value.matches(close).count()) {
            (opened, closed) if opened > closed => value.trim_end_matches(open).trim_start_matches(open),
            (opened, closed) if opened < closed => value.trim_end_matches(close),
            _ => value,
        };
    }
    // A quotation mark at the edge was trimmed away: "Weekly "Observer".
    let opened = if value.matches('"').count() % 2 == 1 { "\"" } else { "" };
    let abbreviated = value.trim_end_matches('.').rsplit(' ').next().is_some_and(|last| {
        last.contains('.') || last.len() <= 3 && !(last.len() > 1 && last.chars().all(char::is_uppercase))
    });
    let value = if abbreviated { value.trim() } else { value.trim_end_matches('.').trim() };
    format!("{value}{opened}")
}

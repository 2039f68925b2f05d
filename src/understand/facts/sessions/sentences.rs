//! Sentences: where one thought ends.

use crate::understand::reply::Span;

/// One sentence, or one line of a list or form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sentence {
    /// Where.
    pub span: Span,
    /// Whether it ends in a question mark.
    pub question: bool,
}

/// Splits a text into sentences. `abbreviations` end in a full stop without ending a sentence; `day_stop` tells that
/// a full stop behind a number makes it a day ("am 17.").
#[must_use]
pub fn sentences(text: &str, abbreviations: &[&str], day_stop: bool) -> Vec<Sentence> {
    let mut sentences = Vec::new();
    let mut start = 0_usize;
    let mut line_start = 0_usize;
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        let end = at.saturating_add(letter.len_utf8());
        let rest = text.get(end..).unwrap_or_default();
        let closed = match letter {
            '。' | '！' | '？' => !rest.starts_with(['。', '！', '？', '」', '』', '”', '）']),
            '.' | '!' | '?' | '…' => {
                let next = letters.peek().map(|(_, next)| *next);
                let free = next.is_none_or(|next| next.is_whitespace() || matches!(next, ')' | '"' | '”' | '“' | '\''));
                let leader = letter == '.' && text.get(..at).is_some_and(|before| before.ends_with("..."));
                free && !leader
                    && (letter != '.'
                        || !goes_on(text.get(start..at).unwrap_or_default(), rest, abbreviations, day_stop))
            }
            '\n' => {
                let line = text.get(line_start..at).unwrap_or_default();
                line_start = end;
                !is_wrapped(line, rest)
            }
            _ => false,
        };
        if closed {
            push(&mut sentences, text, Span { start, end }, matches!(letter, '?' | '？'));
            start = end;
        }
    }
    push(&mut sentences, text, Span { start, end: text.len() }, false);
    sentences
}

fn push(sentences: &mut Vec<Sentence>, text: &str, span: Span, question: bool) {
    if span.of(text).chars().any(char::is_alphanumeric) {
        sentences.push(Sentence { span, question });
    }
}

/// Whether the sentence goes on behind this full stop.
fn goes_on(before: &str, rest: &str, abbreviations: &[&str], day_stop: bool) -> bool {
    let word = before.rsplit(|letter: char| letter.is_whitespace() || letter == '(').next().unwrap_or_default();
    let lower = word.to_lowercase();
    if abbreviations.contains(&lower.as_str()) {
        return true;
    }
    // "17.", and "17.6." as one.
    let short = |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|letter| letter.is_ascii_digit());
    let number = word.split('.').all(short);
    let initial = word.chars().count() == 1 && word.chars().all(char::is_uppercase);
    let next = rest.trim_start_matches([' ', '\u{a0}']).chars().next();
    let lower_next = next.is_some_and(|next| next.is_lowercase() || next.is_numeric());
    let same_line = next.is_some_and(|next| next != '\n');
    (number && day_stop && same_line) || (initial && same_line) || (lower_next && number)
}

/// Whether a line break only wraps a long line: then it ends no sentence.
fn is_wrapped(line: &str, rest: &str) -> bool {
    let next = rest.lines().next().unwrap_or_default();
    let begins = next.chars().next();
    let continues = begins.is_some_and(|letter| letter.is_alphanumeric() || letter == '(');
    let item = next.split_whitespace().next().is_some_and(|first| first.len() <= 3 && first.ends_with(['.', ')']));
    let width = line.chars().map(|letter| if letter > '\u{1100}' { 2 } else { 1 }).sum::<usize>();
    let table = line.contains("   ") || line.contains('\t');
    let open = !table && !line.trim_end().ends_with(['.', '!', '?', ':', ';']);
    let label = next.split_once(':').is_some_and(|(label, _)| label.chars().count() <= 24);
    (60..=90).contains(&width) && open && continues && !item && !label
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str, day_stop: bool) -> Vec<&str> {
        sentences(text, &["dr"], day_stop).iter().map(|sentence| sentence.span.of(text).trim()).collect()
    }

    #[test]
    fn a_full_stop_of_an_abbreviation_or_a_day_ends_nothing() {
        assert_eq!(split("Dr. Ott comes. He stays.", false), ["Dr. Ott comes.", "He stays."]);
        assert_eq!(split("Am 17. Juni ja. Am 18. Nein.", true), ["Am 17. Juni ja.", "Am 18. Nein."]);
    }

    #[test]
    fn a_line_is_a_sentence_unless_it_is_only_wrapped() {
        assert_eq!(split("Film: yes\nTalk: no", false).len(), 2);
        let wrapped = "I would be very glad to come to the film that you show on the\nMonday evening.";
        assert_eq!(split(wrapped, false).len(), 1);
    }
}

//! Where a text is cut: into runs of letters, into sentences, into clauses. All as byte ranges.

/// Line ends, runs of letters, of digits, and single marks.
pub fn runs(text: &str) -> Vec<(usize, usize)> {
    let joins = |letter: char| matches!(letter, '\'' | '’' | '-');
    let mut runs: Vec<(usize, usize)> = Vec::new();
    let mut letters = text.char_indices().peekable();
    while let Some((start, letter)) = letters.next() {
        let mut end = start.saturating_add(letter.len_utf8());
        if letter.is_whitespace() && letter != '\n' {
            continue;
        }
        let is_part: fn(char) -> bool = if letter.is_alphabetic() {
            |next| next.is_alphabetic() || is_combining(next)
        } else if letter.is_numeric() {
            char::is_numeric
        } else {
            |_| false
        };
        while let Some((at, next)) = letters.peek().copied() {
            let after = text.get(at.saturating_add(next.len_utf8())..).and_then(|rest| rest.chars().next());
            let inside = letter.is_alphabetic() && joins(next) && after.is_some_and(char::is_alphabetic);
            if !is_part(next) && !inside {
                break;
            }
            end = at.saturating_add(next.len_utf8());
            letters.next();
        }
        runs.push((start, end));
    }
    runs
}

/// Hangul, Han and kana, which are cut letter by letter.
pub fn is_cjk(letter: char) -> bool {
    matches!(letter, '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}')
}

fn is_combining(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36F}')
}

const SENTENCE_ENDS: [char; 7] = ['.', '!', '?', '\n', '。', '！', '？'];
const CLAUSE_ENDS: [char; 11] = [',', ';', ':', '、', '，', '；', '：', '(', ')', '–', '—'];

/// Runs without an end of a sentence, each with the marks that end it.
pub fn sentences(text: &str) -> Vec<(usize, usize)> {
    let ends = |letter: char| SENTENCE_ENDS.contains(&letter);
    let closes = |letter: char| ends(letter) && letter != '\n';
    let mut all: Vec<(usize, usize)> = Vec::new();
    let mut closing = false;
    for (at, letter) in text.char_indices() {
        let end = at.saturating_add(letter.len_utf8());
        let touches = all.last().is_some_and(|last| last.1 == at);
        match all.last_mut() {
            Some(last) if touches && (if closing { closes(letter) } else { letter != '\n' }) => {
                last.1 = end;
                closing = closing || ends(letter);
            }
            _ if !ends(letter) => {
                all.push((at, end));
                closing = false;
            }
            _ => {}
        }
    }
    all
}

/// Runs without an end of a sentence or of a clause.
pub fn clauses(text: &str) -> Vec<(usize, usize)> {
    let ends = |letter: char| SENTENCE_ENDS.contains(&letter) || CLAUSE_ENDS.contains(&letter);
    let mut all: Vec<(usize, usize)> = Vec::new();
    for (at, letter) in text.char_indices().filter(|(_, letter)| !ends(*letter)) {
        let end = at.saturating_add(letter.len_utf8());
        match all.last_mut() {
            Some(last) if last.1 == at => last.1 = end,
            _ => all.push((at, end)),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_their_joints_and_marks_stand_alone() {
        let text = "O'Neil-Weber, 17일 — ok";
        let words: Vec<&str> = runs(text).into_iter().map(|(start, end)| text.get(start..end).unwrap()).collect();
        assert_eq!(words, ["O'Neil-Weber", ",", "17", "일", "—", "ok"]);
    }

    #[test]
    fn sentences_keep_their_ends_and_clauses_lose_them() {
        let text = "Yes! Film, no.\n。月曜";
        let of = |spans: Vec<(usize, usize)>| -> Vec<&str> {
            spans.into_iter().map(|(start, end)| text.get(start..end).unwrap()).collect()
        };
        assert_eq!(of(sentences(text)), ["Yes!", " Film, no.", "月曜"]);
        assert_eq!(of(clauses(text)), ["Yes", " Film", " no", "月曜"]);
    }
}

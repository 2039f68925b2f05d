//! The block of header lines that Outlook, Lotus Notes and Korean web mail set above an answered or forwarded mail
//! ("From: … Sent: … To: … Subject: …"), and the separator above it ("-----Original Message-----").

use super::super::message::Line;
use super::words::Words;

/// A value (a long subject, many recipients) wraps over no more lines.
const WRAPPED: usize = 3;
/// A block is no longer; mail that is all labels must not cost more.
const LONGEST: usize = 30;
/// A line that goes on in the next is at least as long as this.
const FULL_LINE: usize = 45;

/// What kind of mail a separator announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Separator {
    /// An answered mail.
    Original,
    /// A forwarded mail.
    Forwarded,
    /// The end of a forwarded mail.
    End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Label {
    From,
    Date,
    To,
    Copy,
    Subject,
}

/// The separator that begins at `start` and one past its last line.
pub(super) fn separator_at(lines: &[Line], start: usize) -> Option<(Separator, usize)> {
    let text = lines.get(start)?.text.trim();
    let core = text.trim_matches(|letter: char| !letter.is_alphanumeric());
    let words = Words::built_in();
    let before = text.chars().take_while(|letter| !letter.is_alphanumeric()).count();
    if before >= 2 && words.original.is_match(core) {
        return Some((Separator::Original, start + 1));
    }
    if before >= 2 && words.end.is_match(core) {
        return Some((Separator::End, start + 1));
    }
    let phrase = words.forwarded.find(core)?;
    if before >= 2 {
        // "----- Forwarded message from NAME" may wrap; its dashes then end the next line.
        let next = lines.get(start + 1).map_or("", |line| line.text.trim());
        let wrapped = !text.ends_with('-') && next.ends_with("--");
        return Some((Separator::Forwarded, if wrapped { start + 2 } else { start + 1 }));
    }
    let alone = phrase.end() == core.len() && text.ends_with([':', '：']);
    alone.then_some((Separator::Forwarded, start + 1))
}

/// Whether the line is a rule, as Outlook draws above a header block.
pub(super) fn is_rule(text: &str) -> bool {
    let text = text.trim();
    text.chars().count() >= 4 && text.chars().all(|letter| matches!(letter, '_' | '-' | '=' | '─' | '—' | '–'))
}

/// One past the last line of the header block that begins at `start`, if one does. After a separator two labels
/// are enough; without one, a sender with two further labels or with his address and one.
pub(super) fn header_block_at(lines: &[Line], start: usize, after_separator: bool) -> Option<usize> {
    let depth = lines.get(start)?.quote_depth;
    label(&lines.get(start)?.text)?;
    let mut seen: Vec<Label> = Vec::new();
    let (mut address, mut dated) = (false, false);
    let mut end = start;
    let mut unlabelled = 0;
    let mut goes_on = false;
    for (at, line) in lines.iter().enumerate().skip(start).take(LONGEST) {
        let text = line.text.trim();
        if line.quote_depth != depth {
            break;
        }
        if text.is_empty() {
            let next = lines.iter().skip(at).find(|line| !line.text.trim().is_empty());
            let more = next.and_then(|line| label(&line.text)).is_some_and(|label| !seen.contains(&label));
            if more && at == end {
                end = at + 1;
                continue;
            }
            break;
        }
        match label(text) {
            Some(label) => {
                if !seen.contains(&label) {
                    seen.push(label);
                }
                dated |= label == Label::Date && is_dated_to_the_second(text);
                unlabelled = 0;
            }
            None => unlabelled += 1,
        }
        if unlabelled > WRAPPED || (unlabelled > 0 && !goes_on && !text.starts_with(['<', '['])) {
            break;
        }
        goes_on = text.chars().count() >= FULL_LINE || text.ends_with([':', '：', ',', ';']);
        address |= text.contains('@');
        end = at + 1;
    }
    let sender = seen.contains(&Label::From);
    // A memo that somebody types has From, To and Subject, too, but seldom an address and a time.
    let sent = address || seen.contains(&Label::Date);
    let enough = match seen.len() {
        0 | 1 => false,
        2 => after_separator || (address && (sender || dated)),
        _ => after_separator || (sent && (sender || seen.contains(&Label::Subject))),
    };
    enough.then_some(end)
}

/// Whether it tells a time as programs do (RFC 5322 §3.3).
fn is_dated_to_the_second(text: &str) -> bool {
    let time = |word: &str| word.split(':').filter(|part| part.len() == 2 && part.parse::<u8>().is_ok()).count() == 3;
    text.split_whitespace().any(time)
}

/// One past the last line of the table that Lotus Notes sets above an answered mail, if it begins at `start`: the
/// sender with his address, the time, and each label on a line of its own.
pub(super) fn table_at(lines: &[Line], start: usize) -> Option<usize> {
    let depth = lines.get(start)?.quote_depth;
    let sender = lines.get(start)?.text.trim();
    if !(sender.contains('@') && sender.ends_with('>')) {
        return None;
    }
    let (mut to, mut dated) = (false, false);
    for (at, line) in lines.iter().enumerate().skip(start + 1).take(LONGEST) {
        let text = line.text.trim();
        if line.quote_depth != depth {
            return None;
        }
        dated |=
            text.len() <= FULL_LINE && text.contains(':') && text.matches(|c: char| c.is_ascii_digit()).count() > 7;
        match label(&format!("{text}:")).filter(|_| text.len() <= LONGEST && !text.contains(':')) {
            Some(Label::To) => to = true,
            Some(Label::Subject) if to && dated => {
                let value = lines.get(at + 1).is_some_and(|value| !value.text.trim().is_empty());
                return Some(if value { at + 2 } else { at + 1 });
            }
            _ => {}
        }
    }
    None
}

fn label(text: &str) -> Option<Label> {
    let found = Words::built_in().header.captures(text)?;
    [
        ("from", Label::From),
        ("date", Label::Date),
        ("to", Label::To),
        ("copy", Label::Copy),
        ("subject", Label::Subject),
    ]
    .into_iter()
    .find_map(|(name, label)| found.name(name).map(|_| label))
}

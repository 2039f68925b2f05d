//! Which lines are the sender's own, and which frame or repeat somebody else's.

use super::super::message::{Line, LineRole};
use super::attribution::attribution_at;
use super::header_block::{Separator, header_block_at, is_rule, separator_at, table_at};
use super::invitation::{Known, Passage};

/// Whose a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Zone {
    /// Typed by the sender.
    Own,
    /// Added by his device, mail program or firm.
    Footer,
    /// Attribution, header block, separator.
    Frame,
    /// Quoted or forwarded.
    Quoted,
}

/// In a quotation without marks, a passage of the invitation may be this short: its frame already says what it is.
const FRAMED_PASSAGE: usize = 12;
/// So much of the invitation must stand in a quotation without marks before anything in it counts as typed.
const ENOUGH: usize = 60;

/// Says of every line whose it is.
pub(super) fn zones(lines: &[Line], known: &Known) -> Vec<Zone> {
    let passages = known.passages(lines);
    let mut zones: Vec<Zone> = marked(lines);
    let mut at = 0;
    while at < lines.len() {
        let own = zones.get(at) == Some(&Zone::Own);
        let Some(end) = own.then(|| frame_at(lines, &zones, &passages, at)).flatten() else {
            at += 1;
            continue;
        };
        set(&mut zones, at..end, Zone::Frame);
        if !quotation_is_marked(lines, &zones, &passages, end) {
            let typed_above =
                zones.iter().zip(lines).take(at).any(|(zone, line)| *zone == Zone::Own && !is_blank(line));
            unmarked_quotation(lines, &mut zones, known, &passages, end, typed_above);
            break;
        }
        at = end;
    }
    subtract(lines, &mut zones, known, &passages);
    answered_forms(lines, &mut zones, known, &passages);
    zones
}

/// What the format marks: quotation depth, and the containers of HTML clients. Where such a container holds nothing
/// but a frame and quoted lines, what stands between those was typed there.
fn marked(lines: &[Line]) -> Vec<Zone> {
    let mut zones: Vec<Zone> =
        lines.iter().map(|line| if line.quote_depth > 0 { Zone::Quoted } else { Zone::Own }).collect();
    let mut start = 0;
    while start < lines.len() {
        let inside = |line: &Line| line.role == LineRole::Quotation || line.quote_depth > 0 || is_blank(line);
        let length = lines.iter().skip(start).take_while(|line| inside(line)).count();
        let container = lines.iter().skip(start).take(length).any(|line| line.role == LineRole::Quotation);
        if container {
            let first = next_line(lines, start).unwrap_or(start);
            let below = frame_at(lines, &zones, &[], first).unwrap_or(first);
            let only_quoted =
                next_line(lines, below).and_then(|at| lines.get(at)).is_some_and(|line| line.quote_depth > 0);
            set(&mut zones, start..if only_quoted { below } else { start + length }, Zone::Quoted);
        }
        start += length.max(1);
    }
    zones
}

/// One past the last line of the frame that begins at `start`: a rule, a separator, a header block, an attribution,
/// as far as they follow each other.
fn frame_at(lines: &[Line], zones: &[Zone], passages: &[Passage], start: usize) -> Option<usize> {
    let mut at = start;
    let rule = is_rule(&lines.get(at)?.text);
    if rule {
        at = next_line(lines, at + 1)?;
    }
    let separator = separator_at(lines, at).filter(|(kind, _)| *kind != Separator::End).map(|(_, end)| end);
    if let Some(below) = separator {
        at = next_line(lines, below).unwrap_or(below);
    }
    let begins_passage =
        |at: usize| passages.iter().any(|passage| passage.start == at && passage.weight >= FRAMED_PASSAGE);
    let quoted = |at: usize| zones.get(at) == Some(&Zone::Quoted) || begins_passage(at);
    let quoted_below = |from: usize| next_line(lines, from).is_some_and(quoted);
    // A rule above an attribution is the last line of the sender's signature.
    let attribution = || attribution_at(lines, at, quoted_below).filter(|_| separator.is_some() || !rule);
    header_block_at(lines, at, separator.is_some()).or_else(|| table_at(lines, at)).or_else(attribution).or(separator)
}

/// Whether what follows a frame is told from typed text by its marks.
fn quotation_is_marked(lines: &[Line], zones: &[Zone], passages: &[Passage], from: usize) -> bool {
    let Some(next) = next_line(lines, from) else { return true };
    let quoted = |at: usize| zones.get(at) == Some(&Zone::Quoted);
    // A greeting typed between the frame and the first quoted line.
    let quoted_invitation = passages
        .iter()
        .any(|passage| passage.start >= from && passage.weight >= FRAMED_PASSAGE && quoted(passage.start));
    quoted(next) || quoted_invitation
}

/// A quotation that nothing marks, from `from` to the end or to the line that says where it ends. What the invitation
/// does not say, between its passages or after its last, was typed there.
fn unmarked_quotation(
    lines: &[Line],
    zones: &mut [Zone],
    known: &Known,
    passages: &[Passage],
    from: usize,
    typed_above: bool,
) {
    let is_end = |at: &usize| separator_at(lines, *at).is_some_and(|(kind, _)| kind == Separator::End);
    if let Some(end) = (from..lines.len()).find(is_end) {
        set(zones, from..end, Zone::Quoted);
        set(zones, end..end + 1, Zone::Frame);
        return;
    }
    set(zones, from..lines.len(), Zone::Quoted);
    let inside = || passages.iter().filter(|passage| passage.start >= from && passage.weight >= FRAMED_PASSAGE);
    if inside().map(|passage| passage.weight).sum::<usize>() < ENOUGH {
        return;
    }
    let end = inside().filter(|passage| passage.ends_invitation).map(|passage| passage.end).next_back();
    let mut previous = lines.len();
    for passage in inside().filter(|passage| end.is_none_or(|end| passage.end <= end)) {
        give_back(lines, zones, previous..passage.start, |line| !known.is_akin(line));
        previous = passage.end;
    }
    match end {
        Some(end) => give_back(lines, zones, end..lines.len(), |_| true),
        None if !typed_above => give_back(lines, zones, previous..lines.len(), |line| !known.is_akin(line)),
        None => {}
    }
}

/// Gives the lines that were typed back to the sender, but no frame.
fn give_back(lines: &[Line], zones: &mut [Zone], range: std::ops::Range<usize>, typed: impl Fn(&str) -> bool) {
    let mut at = range.start;
    while at < range.end {
        let Some(line) = lines.get(at) else { return };
        if let Some(end) = frame_at(lines, zones, &[], at) {
            set(zones, at..end, Zone::Frame);
            at = end;
            continue;
        }
        if line.quote_depth == 0 && typed(&line.text) {
            set(zones, at..at + 1, Zone::Own);
        }
        at += 1;
    }
}

/// Takes away what is the invitation's own wherever it stands, marked or not.
fn subtract(lines: &[Line], zones: &mut [Zone], known: &Known, passages: &[Passage]) {
    let take = |zones: &mut [Zone], at: usize| {
        if zones.get(at) == Some(&Zone::Own) {
            set(zones, at..at + 1, Zone::Quoted);
        }
    };
    for passage in passages.iter().filter(|passage| Known::is_quotation(passage)) {
        for at in passage.start..passage.end {
            take(zones, at);
        }
    }
    for (at, line) in lines.iter().enumerate() {
        if zones.get(at) == Some(&Zone::Own) && known.resembles(&line.text) {
            take(zones, at);
        }
    }
}

/// Gives back the items of a quoted form behind which an answer was typed. Only where most of the invitation
/// is quoted: a quoted acknowledgement repeats the items with what was answered before.
fn answered_forms(lines: &[Line], zones: &mut [Zone], known: &Known, passages: &[Passage]) {
    if !known.is_mostly_in(passages) {
        return;
    }
    for (line, zone) in lines.iter().zip(zones) {
        if *zone == Zone::Quoted && known.is_answered(&line.text) {
            *zone = Zone::Own;
        }
    }
}

fn set(zones: &mut [Zone], range: std::ops::Range<usize>, zone: Zone) {
    for slot in zones.iter_mut().take(range.end).skip(range.start) {
        *slot = zone;
    }
}

/// The next line that is not blank.
fn next_line(lines: &[Line], from: usize) -> Option<usize> {
    lines.iter().enumerate().skip(from).find(|(_, line)| !is_blank(line)).map(|(at, _)| at)
}

/// Whether a line holds no letter, digit or sign.
pub(super) fn is_blank(line: &Line) -> bool {
    line.text
        .chars()
        .all(|letter| letter.is_whitespace() || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{ad}'))
}

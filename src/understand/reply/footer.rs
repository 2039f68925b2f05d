//! What devices, mail programs, virus scanners and firms add under a text: "Sent from my phone", disclaimers.

use super::super::message::Line;
use super::words::Words;
use super::zone::{Zone, is_blank};

/// Letters of a rule around boilerplate.
const FENCE: usize = 4;

/// A line that a device adds is short.
const DEVICE_LINE: usize = 90;

/// Marks the sender's lines that he did not type.
pub(super) fn mark(lines: &[Line], zones: &mut [Zone]) {
    let words = Words::built_in();
    mark_fenced(lines, zones);
    // Boilerplate ends with its paragraph, because what stands below may be typed; between two rules, with the second.
    let mut until: Option<usize> = None;
    let mut rule_above = false;
    for at in 0..lines.len() {
        let Some(line) = lines.get(at).filter(|_| zones.get(at) == Some(&Zone::Own)) else {
            (until, rule_above) = (None, false);
            continue;
        };
        if is_blank(line) {
            continue;
        }
        let text = line.text.trim();
        if until.is_none_or(|end| at >= end) {
            let boilerplate = words.boilerplate.is_match(text) || (rule_above && words.list.is_match(text));
            until = boilerplate.then(|| end_of_boilerplate(lines, zones, at, rule_above));
        }
        let device = text.chars().count() <= DEVICE_LINE && words.device.is_match(text);
        if let Some(zone) = zones.get_mut(at).filter(|_| device || until.is_some()) {
            *zone = Zone::Footer;
        }
        rule_above = is_delimiter(text);
    }
    drop_empty_delimiters(lines, zones);
}

/// Marks what stands between two alike rules, if any paragraph of it is boilerplate, and the names of attachments that
/// Outlook sets into a text ("<<letter.pdf>>").
fn mark_fenced(lines: &[Line], zones: &mut [Zone]) {
    let words = Words::built_in();
    let own = |zones: &[Zone], at: usize| zones.get(at) == Some(&Zone::Own);
    let text = |at: usize| lines.get(at).map_or("", |line| line.text.trim());
    let is_fence = |at: usize| text(at).chars().count() >= FENCE && is_delimiter(text(at));
    let mut fence: Option<usize> = None;
    for at in 0..lines.len() {
        if !own(zones, at) {
            fence = None;
        } else if is_fence(at) {
            let begin = fence.filter(|begin| {
                text(*begin) == text(at) && (begin + 1..at).any(|line| words.boilerplate.is_match(text(line)))
            });
            if let Some(framed) = begin.and_then(|begin| zones.get_mut(begin..=at)) {
                framed.fill(Zone::Footer);
            }
            fence = if begin.is_some() { None } else { Some(at) };
        } else if text(at).starts_with("<<")
            && text(at).ends_with(">>")
            && text(at).contains('.')
            && let Some(zone) = zones.get_mut(at)
        {
            *zone = Zone::Footer;
        }
    }
}

/// One past the last line of the boilerplate that begins at `start`.
fn end_of_boilerplate(lines: &[Line], zones: &[Zone], start: usize, fenced: bool) -> usize {
    let own = || (start..lines.len()).take_while(|at| zones.get(*at) == Some(&Zone::Own));
    let line = |at: &usize| lines.get(*at);
    let fence = own().find(|at| fenced && line(at).is_some_and(|line| is_delimiter(&line.text)));
    let blank = || own().find(|at| line(at).is_some_and(is_blank));
    fence.map(|at| at + 1).or_else(blank).unwrap_or(lines.len())
}

/// A delimiter or rule under which only a footer stood goes with it.
fn drop_empty_delimiters(lines: &[Line], zones: &mut [Zone]) {
    let mut footer_below = false;
    for (line, zone) in lines.iter().zip(zones.iter_mut()).rev() {
        match zone {
            _ if is_blank(line) => {}
            Zone::Footer => footer_below = true,
            Zone::Own if footer_below && is_delimiter(&line.text) => *zone = Zone::Footer,
            _ => footer_below = false,
        }
    }
}

fn is_delimiter(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && text.chars().all(|letter| matches!(letter, '-' | '_' | '*' | '=' | '─' | '—' | '–'))
}

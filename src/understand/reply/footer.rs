//! What devices, mail programs, virus scanners and firms add under a text: "Sent from my phone", disclaimers.

use super::super::message::Line;
use super::words::Words;
use super::zone::{Zone, is_blank};

/// A line that a device adds is short.
const DEVICE_LINE: usize = 90;

/// Marks the sender's lines that he did not type.
pub(super) fn mark(lines: &[Line], zones: &mut [Zone]) {
    let words = Words::built_in();
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

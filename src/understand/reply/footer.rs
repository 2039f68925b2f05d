//! What devices, mail programs, virus scanners and firms add under a text: "Sent from my phone", disclaimers.

use super::super::message::Line;
use super::words::Words;
use super::zone::{Zone, is_blank};

/// A line that a device adds is short.
const DEVICE_LINE: usize = 90;

/// Marks the sender's lines that he did not type.
pub(super) fn mark(lines: &[Line], zones: &mut [Zone]) {
    let words = Words::built_in();
    // Boilerplate ends with its paragraph, because what stands below may be typed; between rules, with the next rule.
    let mut boilerplate = false;
    let mut fenced = false;
    let mut below_rule = false;
    for (line, zone) in lines.iter().zip(zones.iter_mut()) {
        let text = line.text.trim();
        if *zone != Zone::Own {
            (boilerplate, fenced, below_rule) = (false, false, false);
            continue;
        }
        if is_blank(line) {
            boilerplate = false;
            continue;
        }
        let rule = is_delimiter(text);
        if words.boilerplate.is_match(text) {
            boilerplate = true;
            fenced |= below_rule;
        }
        let device = text.chars().count() <= DEVICE_LINE && words.device.is_match(text);
        if boilerplate || device || fenced {
            *zone = Zone::Footer;
        }
        fenced &= !rule;
        below_rule = rule;
    }
    drop_empty_delimiters(lines, zones);
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

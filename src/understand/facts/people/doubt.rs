//! Whether a fact that no reader found is really missing. What stands beside the writer's name or speaks of work
//! and was not understood may hold it; then the mail is for a human, not for a question back.

use super::mail::Mail;
use super::phrase::{self, Kind};
use super::pieces::{self, Piece};
use super::{block, labels, prose, unspaced};
use crate::understand::script::count_words;

/// Why the absence of the writer's organization or position cannot be trusted.
pub(super) fn about_absence(mail: &Mail<'_>) -> Option<&'static str> {
    if mail.lexicon.find_first(|w| &w.about_work, mail.text).is_some() {
        return Some("the mail speaks of work in words that were not understood");
    }
    let triggers =
        pieces::sentences(mail.text, mail.lexicon).into_iter().filter(|sentence| !prose::is_greeting(mail, *sentence));
    let mut sentences = triggers.peekable();
    if sentences.any(|sentence| introduces(mail, sentence)) {
        return Some("the writer says who he is in words that were not understood");
    }
    let lines: Vec<Piece<'_>> = pieces::lines(mail.text).filter(|line| !line.text.is_empty()).collect();
    if lines.iter().any(|line| leaves_over(mail, *line))
        || block::lines(mail).iter().any(|line| is_left_over(mail, *line))
    {
        return Some("words beside the name were not understood");
    }
    None
}

fn introduces(mail: &Mail<'_>, sentence: Piece<'_>) -> bool {
    let follows =
        |end: usize| sentence.text.get(end..).is_some_and(|rest| rest.chars().next().is_some_and(char::is_alphabetic));
    mail.lexicon.find(|w| &w.organization_follows, sentence.text).iter().any(|(_, end)| follows(*end))
}

/// A line with the writer's name in it, and something else that is short and was not understood.
fn leaves_over(mail: &Mail<'_>, line: Piece<'_>) -> bool {
    if unspaced::is_spoken(line.text, mail.lexicon) {
        return false;
    }
    let pieces = pieces::split(line);
    let named = pieces.iter().any(|piece| mail.read(*piece).iter().any(|part| part.kind == Kind::Name));
    named && pieces.iter().any(|piece| is_left_over(mail, *piece))
}

/// Whether a piece is short, no contact, not the event's, and says nothing known.
fn is_left_over(mail: &Mail<'_>, piece: Piece<'_>) -> bool {
    let words = count_words(piece.text);
    let letters = piece.text.chars().filter(|c| c.is_alphabetic()).count();
    let known = |text: &str| {
        mail.is_of_event(text)
            || mail.lexicon.find_first(|w| &w.closings, text).is_some()
            || mail.lexicon.find_first(|w| &w.greetings, text).is_some()
            || phrase::is_contact(text, mail.lexicon)
            || labels::label(text, mail.lexicon).is_some()
    };
    (1..=8).contains(&words)
        && letters >= 3
        && !known(piece.text)
        && mail.read(piece).iter().any(|part| matches!(part.kind, Kind::Other | Kind::Proper | Kind::Unit))
}

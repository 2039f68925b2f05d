//! Answers typed between quoted lines, each with the lines that it answers.

use super::super::message::Line;
use super::zone::{Zone, is_blank};
use super::{InlineAnswer, OwnLine, Span};

/// A quotation cut down to so few lines was cut down to what is answered.
const TRIMMED: usize = 4;

/// The answers among the sender's lines. Text above the first quoted line answers none; neither does text below the
/// whole of a long quotation.
pub(super) fn answers(lines: &[Line], zones: &[Zone], own: &[OwnLine<'_>]) -> Vec<InlineAnswer> {
    let mut answers: Vec<InlineAnswer> = Vec::new();
    let mut question: Vec<&str> = Vec::new();
    let mut answer: Option<Span> = None;
    let mut asked = Vec::new();
    let mut own = own.iter();
    for (line, zone) in lines.iter().zip(zones) {
        if is_blank(line) {
            continue;
        }
        match zone {
            Zone::Quoted => {
                if let Some(span) = answer.take() {
                    answers.push(InlineAnswer { question: asked.join("\n"), span });
                }
                question.push(line.text.trim());
            }
            Zone::Own => {
                let Some(own) = own.next() else { break };
                let end = own.start + own.text.len();
                match &mut answer {
                    Some(span) => span.end = end,
                    None if question.is_empty() => {}
                    None => {
                        answer = Some(Span { start: own.start, end });
                        asked = std::mem::take(&mut question);
                    }
                }
            }
            Zone::Frame | Zone::Footer => {}
        }
    }
    if let Some(span) = answer
        && (!answers.is_empty() || asked.len() <= TRIMMED)
    {
        answers.push(InlineAnswer { question: asked.join("\n"), span });
    }
    answers
}

//! An answer to our question: we asked for the position, and "Referentin." comes back.

use super::evidence::{Evidence, Fact, Source};
use super::people::Person;
use crate::event::Field;
use crate::understand::reply::{ReplyText, Span};

/// A bare answer is a phrase, not prose: more words than this are left to the other readers.
const MAX_WORDS: usize = 8;

/// Surer than prose, because we asked; less sure than a label, because nobody wrote what it is.
const CONFIDENCE: f32 = 0.88;

/// A phrase that no reader knows and that is not written as a title may be a sentence in a foreign language.
const DOUBTFUL: f32 = 0.6;

/// What we asked for is likelier to be there than in any other mail: a reader's doubt about it is halved. And if the
/// mail is nothing but a short phrase, that is the one text that was asked for, and nothing else.
pub fn complete(person: &mut Person, reply: &ReplyText, asked: &[Field]) {
    if let ([asked], Some(bare)) = (asked, bare_phrase(reply)) {
        let others = [(Field::Organization, &mut person.organization), (Field::Position, &mut person.position)];
        for (_, slot) in others.into_iter().filter(|(field, _)| field != asked) {
            slot.take_if(|fact| {
                fact.evidence.span.is_some_and(|span| bare.evidence.span.is_some_and(|all| all.contains(&span)))
            });
        }
    }
    let texts = [(Field::Organization, &mut person.organization), (Field::Position, &mut person.position)];
    for (_, slot) in texts.into_iter().filter(|(field, _)| asked.contains(field)) {
        let bare = bare_phrase(reply).filter(|_| asked.len() == 1);
        match (slot.as_mut().filter(|fact| fact.is_typed()), bare) {
            (Some(read), Some(bare)) if bare.value.contains(&read.value) => *slot = Some(bare.believed(CONFIDENCE)),
            (Some(read), _) => read.evidence.confidence = f32::midpoint(read.evidence.confidence, 1.0),
            (None, Some(bare)) => {
                let confidence = if is_title(&bare.value) { CONFIDENCE } else { DOUBTFUL };
                *slot = Some(bare.believed(confidence));
            }
            (None, None) => {}
        }
    }
}

/// Whether it is one word, or its longer words are capitalized (or of a script without capitals).
fn is_title(phrase: &str) -> bool {
    let mut words = phrase.split_whitespace().filter(|word| word.chars().count() > 3);
    phrase.split_whitespace().count() == 1 || words.all(|word| !word.starts_with(char::is_lowercase))
}

fn bare_phrase(reply: &ReplyText) -> Option<Fact<String>> {
    let mut lines = reply.body().lines().filter(|line| !line.trim().is_empty());
    let line = lines.next()?;
    if lines.next().is_some() || line.split_whitespace().count() > MAX_WORDS {
        return None;
    }
    let edge = |c: char| c.is_whitespace() || matches!(c, '.' | ',' | ';' | '!' | '。' | '"');
    let value = line.trim_matches(edge);
    if value.is_empty() || value.contains(['?', '@', '？']) {
        return None;
    }
    let start = reply.text.find(value)?;
    let span = Span { start, end: start.checked_add(value.len())? };
    let evidence = Evidence {
        source: Source::Prose,
        text: value.to_owned(),
        span: Some(span),
        confidence: DOUBTFUL,
        rule: "answer_to_our_question",
    };
    Some(Fact { value: value.to_owned(), evidence })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(text: &str, asked: &[Field]) -> Option<String> {
        let mut person = Person::default();
        complete(&mut person, &ReplyText::typed(text), asked);
        person.position.map(|fact| fact.value)
    }

    #[test]
    fn a_bare_phrase_answers_the_one_question() {
        assert_eq!(position("Referentin.", &[Field::Position]).as_deref(), Some("Referentin"));
        assert_eq!(position("Head of Programmes\n\n", &[Field::Position]).as_deref(), Some("Head of Programmes"));
    }

    #[test]
    fn a_bare_answer_is_nothing_but_the_answer() {
        let mut person = Person { organization: bare_phrase(&ReplyText::typed("Head Pilot")), ..Person::default() };
        complete(&mut person, &ReplyText::typed("Head Pilot"), &[Field::Position]);
        assert_eq!(person.organization, None);
        assert_eq!(person.position.map(|fact| fact.value).as_deref(), Some("Head Pilot"));
    }

    #[test]
    fn a_phrase_that_may_be_a_sentence_is_doubted() {
        let confidence = |text| {
            let mut person = Person::default();
            complete(&mut person, &ReplyText::typed(text), &[Field::Position]);
            person.position.unwrap().evidence.confidence
        };
        assert!(confidence("Head of Programmes") > 0.8);
        assert!(confidence("Bedaueren, komme niet") < 0.7);
    }

    #[test]
    fn a_reading_of_what_was_asked_for_is_believed_more() {
        let evidence = bare_phrase(&ReplyText::typed("cook")).unwrap().evidence;
        let fact = Fact { value: "cook".to_owned(), evidence: Evidence { confidence: 0.6, ..evidence } };
        let mut person = Person { position: Some(fact), ..Person::default() };
        complete(&mut person, &ReplyText::typed("cook"), &[Field::Position, Field::Sessions]);
        assert!((person.position.unwrap().evidence.confidence - 0.8).abs() < 0.001);
    }

    #[test]
    fn prose_questions_and_unasked_fields_are_left_alone() {
        assert_eq!(
            position("I am not sure what you mean by position, could you explain it to me", &[Field::Position]),
            None
        );
        assert_eq!(position("Why do you ask?", &[Field::Position]), None);
        assert_eq!(position("Referentin", &[]), None);
        assert_eq!(position("Referentin", &[Field::Organization, Field::Position]), None);
        assert_eq!(position("Referentin\nStiftung", &[Field::Position]), None);
    }
}

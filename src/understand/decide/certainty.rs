//! How likely everything that was read of a mail is right together. One fact that is nearly sure proves little where
//! six are needed, so their confidences are multiplied, and what speaks against the whole lowers them further:
//!
//! | what | why |
//! | --- | --- |
//! | every word that no reader explained | it may say something else |
//! | "not", "only" in no evidence, though nobody refuses anything | a refusal may have been missed |
//! | a reason to stay away, likewise | the same, less often |
//! | something is missing | that it was not found is no proof that it is not there |
//!
//! The factors were fitted to the training corpora: among messages otherwise alike, so many more were wrong.

use super::{Attendee, Reason};
use crate::event::Field;
use crate::understand::facts::Facts;
use crate::understand::facts::evidence::ReasonCode;
use crate::understand::facts::sessions::Answer;

/// What is less sure than this is not acted on without a person. Chosen on authors that no reader was tuned on:
/// `tests/corpus.rs` prints the figures.
const ENOUGH: f32 = 0.55;

const PER_UNEXPLAINED_WORD: f32 = 0.98;
const UNHEEDED_REFUSAL: f32 = 0.5;
const UNHEEDED_REASON: f32 = 0.8;
const TEXT_MISSING: f32 = 0.8;
const SESSIONS_MISSING: f32 = 0.7;

/// Why a careful assistant would not rely on what was read; `None` if he would.
pub fn doubt(attendees: &[Attendee], facts: &Facts) -> Option<Reason> {
    let certainty = of(attendees, facts);
    (certainty < ENOUGH).then(|| {
        let mut weakest = attendees.iter().flat_map(Attendee::confidences).collect::<Vec<_>>();
        weakest.sort_by(|one, other| one.1.total_cmp(&other.1));
        let weakest: Vec<String> =
            weakest.iter().take(3).map(|(what, confidence)| format!("{what} {confidence:.2}")).collect();
        let words = facts.unexplained;
        let detail = format!(
            "all of it together is right with a likelihood of {certainty:.2} only; weakest: {}; {words} words were not \
             understood",
            weakest.join(", ")
        );
        Reason::new(ReasonCode::LowConfidence, detail)
    })
}

/// The likelihood that every fact is right, 0 to 1.
fn of(attendees: &[Attendee], facts: &Facts) -> f32 {
    let together: f32 = attendees.iter().flat_map(Attendee::confidences).map(|(_, confidence)| confidence).product();
    let words = i32::try_from(facts.unexplained).unwrap_or(i32::MAX);
    let refuses = attendees.iter().flat_map(|attendee| attendee.sessions.iter().flatten());
    let refuses = refuses.into_iter().any(|(_, fact)| fact.value == Answer::No);
    let comes = attendees.iter().any(Attendee::comes);
    let missing = |field: Field| attendees.iter().any(|attendee| attendee.missing.contains(&field));
    let factors = [
        (comes && !refuses && facts.unheeded_refusal, UNHEEDED_REFUSAL),
        (comes && !refuses && facts.unheeded_reason, UNHEEDED_REASON),
        (missing(Field::Organization) || missing(Field::Position), TEXT_MISSING),
        (missing(Field::Sessions), SESSIONS_MISSING),
    ];
    let factors = factors.into_iter().filter(|(holds, _)| *holds).map(|(_, factor)| factor);
    together * PER_UNEXPLAINED_WORD.powi(words) * factors.product::<f32>()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::understand::facts::evidence::{Evidence, Fact, Source};

    fn fact<T>(value: T, confidence: f32) -> Fact<T> {
        let evidence = Evidence { source: Source::Prose, text: String::new(), span: None, confidence, rule: "test" };
        Fact { value, evidence }
    }

    fn attendee(name: f32, answer: Answer) -> Attendee {
        Attendee {
            name: Some(fact("Anna".to_owned(), name)),
            sessions: Some(BTreeMap::from([("tea".to_owned(), fact(answer, 0.9))])),
            ..Attendee::default()
        }
    }

    #[test]
    fn each_weakness_lowers_the_certainty() {
        let clear = Facts::default();
        let sure = of(&[attendee(0.9, Answer::Yes)], &clear);
        assert!((sure - 0.81).abs() < 0.001);
        let missing = Attendee { missing: vec![Field::Position], ..attendee(0.9, Answer::Yes) };
        for (what, attendees, facts) in [
            ("a weak name", vec![attendee(0.5, Answer::Yes)], clear.clone()),
            ("two people", vec![attendee(0.9, Answer::Yes), attendee(0.9, Answer::Yes)], clear.clone()),
            ("words left", vec![attendee(0.9, Answer::Yes)], Facts { unexplained: 9, ..clear.clone() }),
            ("a not", vec![attendee(0.9, Answer::Yes)], Facts { unheeded_refusal: true, ..clear.clone() }),
            ("a reason", vec![attendee(0.9, Answer::Yes)], Facts { unheeded_reason: true, ..clear.clone() }),
            ("a gap", vec![missing], clear.clone()),
        ] {
            assert!(of(&attendees, &facts) < sure, "{what}");
        }
    }

    #[test]
    fn a_not_is_heeded_where_somebody_refuses() {
        let facts = Facts { unheeded_refusal: true, ..Facts::default() };
        assert!((of(&[attendee(0.9, Answer::No)], &facts) - 0.81).abs() < 0.001);
    }
}

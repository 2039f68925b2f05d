//! The learned tagger as a second witness of the writer's name, organization and position: what both say is surer,
//! what they say differently is less sure, and what only one of them says is believed as far as he was right on
//! authors that neither had seen.

use super::mail::Mail;
use super::name;
use crate::event::Field;
use crate::understand::facts::evidence::{Evidence, Fact, Source};
use crate::understand::tagger::{self, Tagged, Tags};

/// What the tagger found in a mail.
#[derive(Debug, Clone, Default)]
pub(super) struct Tagging {
    tags: Tags,
}

/// How the tagger's word stands to that of the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    /// The same value.
    Same,
    /// One is a part of the other: the boundary is in doubt.
    Part,
    /// Something else.
    Other,
    /// The tagger found nothing.
    Silent,
}

impl Tagging {
    /// Tags the text of a mail.
    pub(super) fn of(mail: &Mail<'_>) -> Self {
        Self { tags: tagger::tag(mail.text, mail.message.from.as_ref()) }
    }

    /// The fact of the rules, weighed with what the tagger says; the tagger's own where the rules found none.
    pub(super) fn weigh(&self, mail: &Mail<'_>, field: Field, fact: Option<Fact<String>>) -> Option<Fact<String>> {
        let best = self.best(field);
        let Some(mut fact) = fact else { return best.and_then(|best| alone(mail, field, best)) };
        let (relation, probability) = self.relation(mail, field, &fact.value);
        fact.evidence.confidence = trust(fact.evidence.confidence, relation, probability);
        Some(fact)
    }

    fn best(&self, field: Field) -> Option<&Tagged> {
        let of_field = self.tags.spans.iter().filter(|tagged| tagged.field == field);
        of_field.max_by(|one, other| one.probability.total_cmp(&other.probability))
    }

    /// The closest that the tagger has to a value, and how sure it is of that.
    fn relation(&self, mail: &Mail<'_>, field: Field, value: &str) -> (Relation, f32) {
        let wanted = name::folded(value);
        let mut closest = (Relation::Silent, 1.0);
        for tagged in self.tags.spans.iter().filter(|tagged| tagged.field == field) {
            let found = name::folded(tagged.span.of(mail.text));
            let relation = if found.concat() == wanted.concat() {
                Relation::Same
            } else if found.iter().all(|word| wanted.contains(word)) || wanted.iter().all(|word| found.contains(word)) {
                Relation::Part
            } else {
                Relation::Other
            };
            let closer = (relation as u8) < (closest.0 as u8);
            if closer || (relation == closest.0 && tagged.probability > closest.1) {
                closest = (relation, tagged.probability);
            }
        }
        closest
    }
}

/// How far a fact is believed once the tagger has spoken too.
fn trust(confidence: f32, relation: Relation, probability: f32) -> f32 {
    match relation {
        Relation::Same => 1.0 - (1.0 - confidence) * (1.0 - 0.85 * probability),
        Relation::Part => confidence * (1.0 - 0.35 * probability),
        Relation::Other => confidence * (1.0 - 0.5 * probability),
        Relation::Silent => confidence * 0.8,
    }
}

/// What only the tagger found.
fn alone(mail: &Mail<'_>, field: Field, best: &Tagged) -> Option<Fact<String>> {
    let text = best.span.of(mail.text);
    let value =
        text.trim_matches(|letter: char| !letter.is_alphanumeric() && !matches!(letter, ')' | '.' | '"')).trim();
    let is_name = field != Field::Name || name::is_person(value, mail.lexicon);
    let evidence = Evidence {
        source: Source::Prose,
        text: text.to_owned(),
        span: Some(best.span),
        confidence: best.probability * 0.8,
        rule: "tagger",
    };
    (!value.is_empty() && is_name).then(|| Fact { value: value.to_owned(), evidence })
}

//! The learned tagger as a second witness of the writer's name, organization and position. How far the two are believed
//! together is for [`trust`](crate::understand::facts::trust) to say.

use super::mail::Mail;
use super::name;
use crate::event::Field;
use crate::understand::facts::evidence::{Evidence, Fact, Source};
use crate::understand::facts::trust::{Heard, Relation};
use crate::understand::tagger::{self, FIELDS, Tagged, Tags};

/// What the tagger found in a mail.
#[derive(Debug, Clone, Default)]
pub(super) struct Tagging {
    tags: Tags,
}

impl Tagging {
    /// Tags the text of a mail.
    pub(super) fn of(mail: &Mail<'_>) -> Self {
        Self { tags: tagger::tag(mail.text, mail.message.from.as_ref()) }
    }

    /// The fact of the rules, else the tagger's own, and what the two said of it.
    pub(super) fn hear(
        &self,
        mail: &Mail<'_>,
        field: Field,
        fact: Option<Fact<String>>,
    ) -> (Option<Fact<String>>, Heard) {
        let presence = FIELDS.iter().position(|one| *one == field).and_then(|at| self.tags.presence.get(at));
        let heard =
            |relation, rules, tagger| Heard { relation, rules, tagger, presence: presence.copied().unwrap_or(1.0) };
        let own = self.best(field).and_then(|best| alone(mail, field, best));
        match (fact, own) {
            (Some(fact), _) => {
                let (relation, probability) = self.relation(mail, field, &fact.value);
                let rules = fact.evidence.confidence;
                (Some(fact), heard(relation, rules, probability))
            }
            (None, Some(own)) => {
                let tagger = own.evidence.confidence;
                (Some(own), heard(Relation::TaggerOnly, 0.0, tagger))
            }
            (None, None) => (None, heard(Relation::Nothing, 0.0, 0.0)),
        }
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
            let closer = relation < closest.0;
            if closer || (relation == closest.0 && tagged.probability > closest.1) {
                closest = (relation, tagged.probability);
            }
        }
        closest
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
        confidence: best.probability,
        rule: "tagger",
    };
    (!value.is_empty() && is_name).then(|| Fact { value: value.to_owned(), evidence })
}

//! Weighs what the readers say: agreement raises confidence, conflict lowers it.

use super::candidate::Candidate;
use super::mail::Mail;
use super::name;
use super::pieces::is_native;
use crate::event::Field;
use crate::understand::facts::evidence::Fact;

/// Nothing is surer than this.
const CERTAIN: f32 = 0.99;

/// The best value of a field, with an honest confidence.
pub(super) fn best(mail: &Mail<'_>, field: Field, candidates: &[Candidate]) -> Option<Fact<String>> {
    let mut fact = strongest(mail, field, candidates)?;
    let confidence = fact.evidence.confidence;
    fact.evidence.confidence = match field {
        Field::Organization => honest_organization(mail, &fact),
        Field::Position => confidence * honest_position(mail, &fact.value),
        Field::Name if is_family_alone(mail, &fact.value) => confidence * 0.5,
        _ => confidence,
    };
    Some(fact)
}

/// An organization that the sender's domain knows too is nearly always right; without that, a rule is believed as far
/// as it was right in the training corpora.
fn honest_organization(mail: &Mail<'_>, fact: &Fact<String>) -> f32 {
    let confidence = fact.evidence.confidence;
    if mail.domain_supports(&fact.value) && fact.evidence.rule != "unaffiliated" {
        let known = if confidence >= 0.3 { 0.7 + 0.27 * confidence } else { confidence };
        return if fact.value.split_whitespace().count() > 3 { known * 0.9 } else { known };
    }
    let believed = match fact.evidence.rule {
        "label" => 0.94,
        "inline answer" => 0.85,
        "signature" | "card part" => 0.76,
        "introduction" => 0.72,
        "unaffiliated" => 0.66,
        _ => 0.62,
    };
    confidence.min(believed)
}

/// The more words, the likelier a wrong boundary; words of the organization do not belong here.
fn honest_position(mail: &Mail<'_>, value: &str) -> f32 {
    let length = match value.split_whitespace().count() {
        1 => 1.0,
        2 => 0.94,
        3 => 0.85,
        4 => 0.8,
        _ => 0.6,
    };
    if mail.domain_supports(value) { length * 0.6 } else { length }
}

/// A family name in Chinese characters, alone: the rest is to be asked for.
fn is_family_alone(mail: &Mail<'_>, name: &str) -> bool {
    name.chars().all(is_native) && !name::is_person(name, mail.lexicon) && mail.lexicon.is(|w| &w.surnames, name)
}

/// The value that most speaks for.
fn strongest(mail: &Mail<'_>, field: Field, candidates: &[Candidate]) -> Option<Fact<String>> {
    let all: Vec<&Candidate> = candidates.iter().filter(|candidate| candidate.field == field).collect();
    let support = |candidate: &Candidate| {
        let known = field == Field::Organization && mail.domain_supports(&candidate.value);
        let candidate = &Candidate {
            confidence: if known { candidate.confidence.mul_add(0.7, 0.3) } else { candidate.confidence },
            ..candidate.clone()
        };
        let doubt = distinct_witnesses(&all, candidate, field)
            .iter()
            .fold(1.0 - candidate.confidence, |doubt, other| doubt * (1.0 - 0.6 * other));
        1.0 - doubt
    };
    let strongest = all.iter().map(|candidate| (support(candidate), *candidate)).max_by(|a, b| {
        a.0.total_cmp(&b.0).then(a.1.confidence.total_cmp(&b.1.confidence)).then(a.1.value.len().cmp(&b.1.value.len()))
    })?;
    let conflict =
        all.iter().filter(|other| !compatible(field, &other.value, &strongest.1.value)).map(|other| support(other));
    let against = conflict.fold(0.0_f32, f32::max);
    let confidence = (strongest.0 * (1.0 - 0.5 * against)).min(CERTAIN);
    Some(strongest.1.clone().into_fact(confidence))
}

/// The confidences of those who agree, one for each rule.
fn distinct_witnesses(all: &[&Candidate], with: &Candidate, field: Field) -> Vec<f32> {
    let mut rules: Vec<(&str, f32)> = Vec::new();
    for other in all.iter().filter(|other| other.rule != with.rule && compatible(field, &other.value, &with.value)) {
        match rules.iter_mut().find(|(rule, _)| *rule == other.rule) {
            Some((_, confidence)) => *confidence = confidence.max(other.confidence),
            None => rules.push((other.rule, other.confidence)),
        }
    }
    rules.into_iter().map(|(_, confidence)| confidence).collect()
}

/// Whether two values say the same, or one a part of the other.
fn compatible(field: Field, a: &str, b: &str) -> bool {
    match field {
        Field::Email => a == b,
        Field::Name => name::agree(a, b) || a.chars().any(is_native) != b.chars().any(is_native),
        _ => {
            let (a, b) = (name::folded(a), name::folded(b));
            let (short, long) = if a.len() <= b.len() { (&a, &b) } else { (&b, &a) };
            !short.is_empty() && short.iter().all(|word| long.contains(word))
        }
    }
}

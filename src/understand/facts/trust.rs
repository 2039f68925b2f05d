//! How likely what was read is right: logistic models over what speaks for a reading and against it.
//!
//! Their weights (`config/trust.toml`) are fitted by `cargo run --release --example calibrate` on replies of authors that
//! neither rules nor net were made from, so that a probability of 0.9 means nine of ten. An absence is a reading
//! like any other: that a fact is not there is right or wrong too.

use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

use super::evidence::Fact;
use crate::event::Field;

/// What a probability is computed from: named quantities.
pub type Grounds = Vec<(&'static str, f32)>;

/// One possible value of a field, weighed. No fact: that the mail does not tell it.
#[derive(Debug, Clone, PartialEq)]
pub struct Weighed {
    /// The value.
    pub fact: Option<Fact<String>>,
    /// What speaks for it and against it.
    pub grounds: Grounds,
    /// How likely it is right.
    pub probability: f32,
}

/// Weights of every model, by its name and its grounds'.
type Weights = BTreeMap<String, BTreeMap<String, f32>>;

/// Weights that take the place of those in the binary, see [`judge_by`].
static JUDGED: OnceLock<String> = OnceLock::new();

/// Judges by these weights from now on, as they stand in `config/trust.toml`. Only before the first mail is read;
/// `false` if it is too late.
pub fn judge_by(weights: String) -> bool {
    JUDGED.set(weights).is_ok()
}

/// The probability that what was read of a field is right.
#[must_use]
pub fn probability(field: Field, grounds: &Grounds) -> f32 {
    judged(key(field), grounds)
}

/// The probability that a reading as a whole is right, and nothing in the mail needs a human.
#[must_use]
pub fn of_whole(grounds: &Grounds) -> f32 {
    judged("whole", grounds)
}

/// The probability that a mail asks for something that a person must see to.
#[must_use]
pub fn of_request(grounds: &Grounds) -> f32 {
    judged("request", grounds)
}

/// The name of a field's model.
#[must_use]
pub fn key(field: Field) -> &'static str {
    match field {
        Field::Name => "name",
        Field::Organization => "organization",
        Field::Position => "position",
        Field::Email => "email",
        Field::Sessions => "sessions",
    }
}

/// Grounds of a text that only rules read, of one of several people; `net` is how likely the net would tag it.
#[must_use]
pub fn listed(fact: Option<&Fact<String>>, net: f32) -> Grounds {
    match fact {
        Some(fact) => {
            vec![("listed", 1.0), ("listed_rules", logit(fact.evidence.confidence)), ("listed_net", logit(net))]
        }
        None => vec![("listed_nothing", 1.0), ("listed_nothing_presence", logit(net))],
    }
}

fn judged(model: &str, grounds: &Grounds) -> f32 {
    static WEIGHTS: LazyLock<Weights> = LazyLock::new(|| {
        let built_in = include_str!("../../../config/trust.toml");
        toml::from_str(JUDGED.get().map_or(built_in, String::as_str)).unwrap_or_default()
    });
    let Some(weights) = WEIGHTS.get(model) else { return 0.0 };
    let sum: f32 = grounds.iter().map(|(name, value)| weights.get(*name).copied().unwrap_or_default() * value).sum();
    1.0 / (1.0 + (-sum).exp())
}

/// One for what is so, else nothing.
#[must_use]
pub fn flag(set: bool) -> f32 {
    if set { 1.0 } else { 0.0 }
}

/// Log-odds, bounded: nobody is that sure.
#[must_use]
pub fn logit(probability: f32) -> f32 {
    let bounded = probability.clamp(1e-6, 1.0 - 1e-6);
    (bounded / (1.0 - bounded)).ln().clamp(-6.0, 6.0)
}

/// The logarithm of a count of words.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "a count of words")]
pub fn words(count: usize) -> f32 {
    (count as f32).ln_1p()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_net_is_surer_of_is_likelier() {
        let value = |net: f32| {
            let net = logit(net);
            probability(
                Field::Organization,
                &vec![("value", 1.0), ("net", net), ("net_alone", net), ("net_first", 1.0)],
            )
        };
        assert!(value(0.95) > value(0.6) && value(0.6) > value(0.2));
    }

    #[test]
    fn an_absence_is_less_sure_where_the_net_smells_something() {
        let nothing = |presence: f32| {
            let presence = logit(presence);
            probability(
                Field::Organization,
                &vec![("nothing", 1.0), ("nothing_presence", presence), ("nothing_net", presence)],
            )
        };
        assert!(nothing(0.01) > nothing(0.6));
    }
}

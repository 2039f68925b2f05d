//! How likely what was read is right: a logistic model over what the witnesses say, per field.
//!
//! Its weights (`config/trust.toml`) are fitted by `cargo run --release --example calibrate` on replies of authors that
//! neither rules nor tagger were made from, so that a probability of 0.9 means nine of ten. An absence is a reading
//! like any other: that a fact is not there is right or wrong too.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::Subject;
use super::evidence::Fact;
use super::intent::{Intent, Kind};
use super::sessions::Answer;
use super::unexplained::Unexplained;
use crate::event::{Event, Field};

/// How two witnesses of a text stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    /// The tagger reads the same value.
    Same,
    /// The tagger's value is a part of it, or it of the tagger's: the boundary is in doubt.
    Part,
    /// The tagger reads something else.
    Other,
    /// The tagger reads nothing.
    Silent,
    /// Only the tagger reads something.
    TaggerOnly,
    /// Nobody reads anything.
    Nothing,
}

/// What the witnesses of one field say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Heard {
    /// How they stand to each other.
    pub relation: Relation,
    /// Confidence of the rules.
    pub rules: f32,
    /// Probability of the tagger's span.
    pub tagger: f32,
    /// How likely some token of the text belongs to this field at all, for the tagger.
    pub presence: f32,
}

/// What a probability is computed from: named quantities.
pub type Grounds = Vec<(&'static str, f32)>;

/// The grounds for each field of a subject. `agreement` is the second opinion on its sessions.
#[must_use]
pub fn grounds(
    subject: &Subject,
    agreement: f32,
    intent: &Intent,
    event: &Event,
    left: &Unexplained,
    language: &str,
) -> BTreeMap<Field, Grounds> {
    let person = &subject.person;
    let texts =
        [(Field::Name, &person.name), (Field::Organization, &person.organization), (Field::Position, &person.position)];
    let words = words(left.words);
    let mut all: BTreeMap<Field, Grounds> = texts
        .into_iter()
        .map(|(field, fact)| {
            let grounds = match person.heard.get(&field) {
                Some(heard) => heard.grounds(words),
                None => match fact {
                    Some(fact) => vec![("listed", 1.0), ("listed_rules", logit(fact.evidence.confidence))],
                    None => vec![("listed_nothing", 1.0), ("listed_nothing_unexplained", words)],
                },
            };
            let doubled = fact.as_ref().is_some_and(|fact| names_session(fact, subject));
            (field, grounds.into_iter().chain(doubled.then_some(("names_session", 1.0))).collect())
        })
        .collect();
    let mut sessions = session_grounds(subject, intent, event, left);
    sessions.extend([
        ("opinion", logit(agreement)),
        ("opinion_against", flag(agreement < 0.4)),
        ("opinion_fair", flag(agreement >= 0.8)),
        ("opinion_sure", flag(agreement >= 0.95)),
    ]);
    all.insert(Field::Sessions, sessions);
    // What is known of a language differs; one that nobody calibrated on is believed like the worst.
    let spoken = match language {
        "en" => "in_en",
        "de" => "in_de",
        "ko" => "in_ko",
        _ => "in_another",
    };
    for grounds in all.values_mut() {
        grounds.push((spoken, 1.0));
    }
    all
}

fn flag(set: bool) -> f32 {
    if set { 1.0 } else { 0.0 }
}

/// Whether the words of a text are read as the name of a session too: one of the two is wrong.
fn names_session(fact: &Fact<String>, subject: &Subject) -> bool {
    let sessions = subject.sessions.iter().flat_map(BTreeMap::values).filter_map(|answer| answer.evidence.span);
    fact.evidence.span.is_some_and(|span| sessions.into_iter().any(|session| session.overlaps(&span)))
}

impl Heard {
    fn grounds(&self, left: f32) -> Grounds {
        let (rules, tagger, presence) = (logit(self.rules), logit(self.tagger), logit(self.presence));
        match self.relation {
            Relation::Same => vec![
                ("same", 1.0),
                ("same_rules", rules),
                ("same_tagger", tagger),
                ("same_rules_sure", flag(self.rules >= 0.9)),
                ("same_tagger_sure", flag(self.tagger >= 0.85)),
            ],
            Relation::Part => vec![("part", 1.0), ("part_rules", rules), ("part_tagger", tagger)],
            Relation::Other => vec![("other", 1.0), ("other_rules", rules), ("other_tagger", tagger)],
            Relation::Silent => vec![
                ("silent", 1.0),
                ("silent_rules", rules),
                ("silent_rules_sure", flag(self.rules >= 0.9)),
                ("silent_presence", presence),
            ],
            Relation::TaggerOnly => vec![("alone", 1.0), ("alone_tagger", tagger)],
            Relation::Nothing => vec![("nothing", 1.0), ("nothing_presence", presence), ("nothing_unexplained", left)],
        }
    }
}

fn session_grounds(subject: &Subject, intent: &Intent, event: &Event, left: &Unexplained) -> Grounds {
    let kind = intent.kind.as_ref().map(|(kind, evidence)| (*kind, evidence.confidence));
    let answers: Vec<_> = subject.sessions.iter().flat_map(BTreeMap::values).collect();
    if answers.is_empty() {
        let unsaid = match kind {
            Some((Kind::Attend, _)) => "unsaid_attend",
            Some((Kind::Decline | Kind::Cancel, _)) => "unsaid_withdraw",
            _ => "unsaid",
        };
        return vec![(unsaid, 1.0), ("unsaid_kind", logit(kind.map_or(0.0, |(_, confidence)| confidence)))];
    }
    let weakest = answers.iter().map(|fact| fact.evidence.confidence).fold(1.0, f32::min);
    let all = answers.len() >= event.sessions.len();
    let names = if all {
        ["complete", "complete_rules", "complete_fair", "complete_sure"]
    } else {
        ["partial", "partial_rules", "partial_fair", "partial_sure"]
    };
    let [complete, confidence, fair, sure] = names;
    let accepts_all = answers.iter().all(|fact| fact.value == Answer::Yes);
    vec![
        (complete, 1.0),
        (confidence, logit(weakest)),
        (fair, flag(weakest >= 0.85)),
        (sure, flag(weakest >= 0.95)),
        ("many", flag(event.sessions.len() > 2)),
        ("no_yes", flag(answers.iter().all(|fact| fact.value != Answer::Yes))),
        ("maybe", flag(answers.iter().any(|fact| fact.value == Answer::Maybe))),
        ("listed", flag(!subject.person.scope.is_empty())),
        ("unexplained", words(left.words)),
        ("accepts_all", flag(accepts_all)),
        ("unheeded_refusal", flag(accepts_all && left.refuses)),
    ]
}

/// The probability that what was read of a field is right.
#[must_use]
pub fn probability(field: Field, grounds: &Grounds) -> f32 {
    static WEIGHTS: LazyLock<BTreeMap<Field, BTreeMap<String, f32>>> =
        LazyLock::new(|| toml::from_str(include_str!("../../../config/trust.toml")).unwrap_or_default());
    let Some(weights) = WEIGHTS.get(&field) else { return 0.0 };
    let sum: f32 = grounds.iter().map(|(name, value)| weights.get(*name).copied().unwrap_or_default() * value).sum();
    1.0 / (1.0 + (-sum).exp())
}

/// Log-odds, bounded: nobody is that sure.
fn logit(probability: f32) -> f32 {
    let bounded = probability.clamp(1e-6, 1.0 - 1e-6);
    (bounded / (1.0 - bounded)).ln().clamp(-4.0, 5.0)
}

#[expect(clippy::cast_precision_loss, reason = "a count of words")]
fn words(count: usize) -> f32 {
    (count as f32).ln_1p()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(relation: Relation, rules: f32, tagger: f32, presence: f32) -> f32 {
        probability(Field::Organization, &Heard { relation, rules, tagger, presence }.grounds(words(3)))
    }

    #[test]
    fn agreement_is_surer_than_one_witness_and_conflict_less_sure() {
        let (same, silent) = (heard(Relation::Same, 0.8, 0.9, 0.9), heard(Relation::Silent, 0.8, 0.0, 0.1));
        assert!(same > silent && silent > heard(Relation::Other, 0.8, 0.9, 0.9));
    }

    #[test]
    fn an_absence_is_less_sure_where_the_tagger_smells_something() {
        assert!(heard(Relation::Nothing, 0.0, 0.0, 0.01) > heard(Relation::Nothing, 0.0, 0.0, 0.45));
    }
}

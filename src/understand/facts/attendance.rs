//! Who comes to what: the answers that the rules read and those that the net reads, weighed against each other.

use std::collections::BTreeMap;

use super::evidence::{Evidence, Fact, Source};
use super::sessions::Answer;
use super::trust::{self, Grounds, flag, logit};
use crate::event::{Event, Field};
use crate::understand::net::witness::Witness;
use crate::understand::reply::ReplyText;

/// Answers by session.
pub type Answers = BTreeMap<String, Fact<Answer>>;

/// Rules that read an answer beside its label.
const LABELLED: [&str; 3] = ["label before", "answer behind", "inline answer"];

/// One possible set of answers, weighed. No answers: that the mail says nothing of sessions.
#[derive(Debug, Clone, PartialEq)]
pub struct WeighedAnswers {
    /// The answers.
    pub answers: Option<Answers>,
    /// What speaks for them and against them.
    pub grounds: Grounds,
    /// How likely they are right.
    pub probability: f32,
}

/// Which sessions somebody comes to, in the event's order; nothing where none is said.
type Plan = Option<Vec<bool>>;

/// The answers of the rules and of the net, the likelier first. `is_listed`: the answers are of one of several
/// people. `may_answer`: the net may read answers where the rules read none.
#[must_use]
pub fn weigh(
    rules: Option<Answers>,
    witness: &Witness,
    event: &Event,
    reply: &ReplyText,
    is_listed: bool,
    may_answer: bool,
) -> Vec<WeighedAnswers> {
    let chances = witness.sessions();
    let by_rules = plan(rules.as_ref(), event);
    let by_net = planned(chances);
    let undecided = rules.iter().flatten().any(|(_, fact)| fact.value == Answer::Maybe);
    let agree = by_rules == by_net && !undecided;
    let mut plans = vec![by_rules.clone()];
    // Whom of several a word concerns, the net does not tell.
    if !agree && !is_listed && may_answer && !chances.is_empty() {
        plans.push(by_net);
    }
    let weighed = plans.into_iter().enumerate().map(|(number, plan)| {
        let of_rules = number == 0;
        let net = chance(chances, &plan);
        let all = plan.as_ref().is_some_and(|plan| plan.iter().all(|comes| *comes));
        let weakest = rules.as_ref().and_then(weakest);
        let sure = weakest.map_or(0.0, |fact| fact.evidence.confidence);
        let labelled = weakest.is_some_and(|fact| LABELLED.contains(&fact.evidence.rule));
        let complete = rules.as_ref().is_some_and(|rules| rules.len() == event.sessions.len());
        let mut grounds: Grounds = vec![
            ("answers", 1.0),
            ("net", logit(net)),
            ("net_sure", flag(net > 0.97)),
            ("rules", flag(of_rules)),
            ("rules_net", if of_rules { logit(net) } else { 0.0 }),
            ("undecided", flag(undecided)),
            ("undecided_overruled", flag(undecided && !of_rules)),
            ("unsaid", flag(plan.is_none())),
            ("comes_to_none", flag(plan.as_ref().is_some_and(|plan| !plan.contains(&true)))),
            ("comes_to_all", flag(all)),
            ("many", flag(event.sessions.len() > 2)),
            ("all_of_many", flag(all && event.sessions.len() > 2)),
            ("rules_read_nothing", flag(by_rules.is_none())),
            ("agree", flag(agree)),
            ("listed", flag(is_listed)),
            ("about_one", flag(witness.is_about_one())),
            ("about_one_net", if witness.is_about_one() { logit(net) } else { 0.0 }),
        ];
        match weakest {
            Some(fact) if of_rules => grounds.extend([
                ("rules_sure", logit(sure)),
                ("rules_fair", flag(sure >= 0.85)),
                ("rules_very_sure", flag(sure >= 0.95)),
                ("rules_complete", flag(complete)),
                (fact.evidence.rule, 1.0),
            ]),
            Some(_) => grounds.extend([
                ("against", 1.0),
                ("against_sure", logit(sure)),
                ("against_complete", flag(complete)),
                ("against_label", flag(labelled)),
            ]),
            None => {}
        }
        let probability = trust::probability(Field::Sessions, &grounds);
        let answers =
            if of_rules { rules.clone() } else { answered(plan.as_deref(), rules.as_ref(), witness, event, reply) };
        let answers = answers.map(|answers| believed(answers, probability));
        WeighedAnswers { answers, grounds, probability }
    });
    let mut weighed: Vec<WeighedAnswers> = weighed.collect();
    weighed.sort_by(|one, other| other.probability.total_cmp(&one.probability));
    weighed
}

/// The answers are right together or not at all.
fn believed(mut answers: Answers, probability: f32) -> Answers {
    for fact in answers.values_mut() {
        fact.evidence.confidence = probability;
    }
    answers
}

fn weakest(answers: &Answers) -> Option<&Fact<Answer>> {
    answers.values().min_by(|one, other| one.evidence.confidence.total_cmp(&other.evidence.confidence))
}

fn plan(answers: Option<&Answers>, event: &Event) -> Plan {
    let answers = answers.filter(|answers| !answers.is_empty())?;
    let comes = |id: &String| answers.get(id).is_some_and(|fact| fact.value == Answer::Yes);
    Some(event.sessions.iter().map(|session| comes(&session.id)).collect())
}

/// What the net finds likeliest.
fn planned(chances: &[[f32; 3]]) -> Plan {
    let unsaid = |[yes, no, unsaid]: &[f32; 3]| unsaid > yes && unsaid > no;
    let comes = |[yes, no, unsaid]: &[f32; 3]| yes > no && yes > unsaid;
    (!chances.iter().all(unsaid)).then(|| chances.iter().map(comes).collect())
}

/// How likely the net finds a plan: as its least likely session.
fn chance(chances: &[[f32; 3]], plan: &Plan) -> f32 {
    let Some(plan) = plan else {
        let count = f32::from(u16::try_from(chances.len().max(1)).unwrap_or(u16::MAX));
        return (chances.iter().map(|[_, _, unsaid]| (unsaid + 1e-6).ln()).sum::<f32>() / count).exp();
    };
    let any = plan.contains(&true);
    let of = |([yes, no, unsaid], comes): (&[f32; 3], &bool)| match comes {
        true => *yes,
        // Not to come and not to say so are the same, once he comes to something else.
        false => no + if any { *unsaid } else { 0.0 },
    };
    chances.iter().zip(plan).map(of).fold(1.0, f32::min)
}

/// A plan of the net as answers. What the rules say of a session stays their evidence where they agree, and a session
/// that nobody refuses stays open beside one that is accepted.
fn answered(
    plan: Option<&[bool]>,
    rules: Option<&Answers>,
    witness: &Witness,
    event: &Event,
    reply: &ReplyText,
) -> Option<Answers> {
    let plan = plan?;
    let any = plan.contains(&true);
    let mut answers = Answers::new();
    for (number, (session, comes)) in event.sessions.iter().zip(plan).enumerate() {
        let value = if *comes { Answer::Yes } else { Answer::No };
        let read = rules.and_then(|rules| rules.get(&session.id)).filter(|fact| fact.value == value);
        let span = witness.reference(number);
        if read.is_none() && !*comes && any && span.is_none() {
            continue;
        }
        let fact = read.cloned().unwrap_or_else(|| {
            let text = span.map(|span| span.of(&reply.text).to_owned()).unwrap_or_default();
            Fact { value, evidence: Evidence { source: Source::Prose, text, span, confidence: 0.0, rule: "net" } }
        });
        answers.insert(session.id.clone(), fact);
    }
    Some(answers)
}

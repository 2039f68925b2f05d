//! Which of several values of a field is right: what the rules read, what the net tags, or that there is none. Each is
//! weighed by what speaks for it and against it; how much that is worth is for [`trust`] to say.

use super::mail::Mail;
use super::pieces::is_native;
use super::{Person, name};
use crate::event::Field;
use crate::understand::facts::evidence::{Evidence, Fact, Source};
use crate::understand::facts::trust::{self, Grounds, Weighed, flag, logit};
use crate::understand::net::witness::Tagged;
use crate::understand::reply::Span;

/// Spans of the net that are weighed, the likeliest first.
const SPANS: usize = 3;

/// One value, and who says so.
struct Value {
    fact: Fact<String>,
    /// How likely the net would tag it.
    net: f32,
    /// Its place among the net's spans.
    rank: Option<usize>,
    by_rules: bool,
    refers: bool,
}

/// The values of a field, the likeliest first; one of them is "none".
pub(super) fn weigh(mail: &Mail<'_>, field: Field, rules: Option<Fact<String>>) -> Vec<Weighed> {
    if let Some(fact) = rules.as_ref().filter(|fact| fact.evidence.source == Source::Card).cloned() {
        // The net does not see cards, and nobody types one by mistake.
        let probability = fact.evidence.confidence;
        return vec![Weighed { fact: Some(fact), grounds: Grounds::new(), probability }];
    }
    let mut spans: Vec<&Tagged> = mail.witness.tagged(field).filter(|tagged| stands(mail, tagged)).collect();
    spans.sort_by(|one, other| other.probability.total_cmp(&one.probability));
    let mut values: Vec<Value> = Vec::new();
    for (rank, tagged) in spans.into_iter().take(SPANS).enumerate() {
        let Some(fact) = fact(mail, field, tagged) else { continue };
        if !values.iter().any(|other| is_same(&other.fact.value, &fact.value)) {
            let refers = tagged.refers;
            values.push(Value { fact, net: tagged.probability, rank: Some(rank), by_rules: false, refers });
        }
    }
    if let Some(fact) = rules {
        match values.iter_mut().find(|value| is_same(&value.fact.value, &fact.value)) {
            Some(value) => (value.fact, value.by_rules) = (fact, true),
            None => {
                let net = mail.witness.score(field, &fact.value);
                values.push(Value { fact, net, rank: None, by_rules: true, refers: false });
            }
        }
    }
    let mut weighed: Vec<Weighed> = values.iter().map(|value| of_value(mail, field, value, &values)).collect();
    weighed.push(of_nothing(mail, field, &values));
    weighed.sort_by(|one, other| other.probability.total_cmp(&one.probability));
    if field == Field::Name {
        typed_first(&mut weighed);
    }
    weighed
}

/// A name as its bearer types it goes before one that his program sends, where both are about as likely.
fn typed_first(weighed: &mut [Weighed]) {
    let is_typed = |value: &Weighed| value.fact.as_ref().is_some_and(Fact::is_typed);
    let Some(best) = weighed.first().filter(|best| best.fact.is_some() && !is_typed(best)) else { return };
    let native = |value: &Weighed| value.fact.as_ref().is_some_and(|fact| fact.value.chars().any(is_native));
    // A name that is typed in a script of its own is hardly anybody else's.
    let is_close = |value: &Weighed| {
        let (about, least) = if native(value) && !native(best) { (0.7, 0.25) } else { (0.4, 0.5) };
        value.probability >= (best.probability - about).max(least)
    };
    if let Some(typed) = weighed.iter().position(|value| is_typed(value) && is_close(value)) {
        weighed.get_mut(..=typed).unwrap_or_default().rotate_right(1);
    }
}

/// Weighs what the rules read of the only person of a mail against what the net tags.
pub(super) fn again(mail: &Mail<'_>, person: &mut Person) {
    // Who comes, where another writes for him, is for the rules to say.
    let texts = [(Field::Organization, &mut person.organization), (Field::Position, &mut person.position)];
    for (field, fact) in texts {
        let values = weigh(mail, field, fact.take());
        *fact = values.first().and_then(|likeliest| likeliest.fact.clone());
        person.weighed.insert(field, values);
    }
}

/// Whether a span still stands in the text: what concerns others may be blanked.
fn stands(mail: &Mail<'_>, tagged: &Tagged) -> bool {
    tagged.span.is_none_or(|span| span.of(mail.text) == tagged.text)
}

fn fact(mail: &Mail<'_>, field: Field, tagged: &Tagged) -> Option<Fact<String>> {
    let edge = |letter: char| !letter.is_alphanumeric() && !matches!(letter, '(' | ')' | '.' | '"');
    let mut value = tagged.text.trim_matches(edge).trim_start_matches([')', '.']).trim();
    if field == Field::Name {
        value = value.trim_matches(|letter: char| !letter.is_alphabetic());
    } else {
        value = balanced(value);
    }
    let joined = value.split_whitespace().collect::<Vec<_>>().join(" ");
    let evidence = Evidence {
        source: source(mail, tagged.span),
        text: tagged.text.clone(),
        span: tagged.span,
        confidence: tagged.probability,
        rule: "net",
    };
    let value = match field {
        Field::Name => name::clean(&joined, mail.lexicon).unwrap_or(joined),
        _ => joined,
    };
    let whole = field != Field::Name || name::is_person(&value, mail.lexicon);
    (!value.is_empty() && whole).then_some(Fact { value, evidence })
}

/// Without a bracket or quotation mark that has no partner.
fn balanced(value: &str) -> &str {
    let count = |letter: char| value.matches(letter).count();
    let mut value = value;
    if count('"') % 2 == 1 {
        value = value.trim_matches('"');
    }
    match count('(').cmp(&count(')')) {
        std::cmp::Ordering::Greater => value.trim_start_matches('(').trim_end_matches('('),
        std::cmp::Ordering::Less => value.trim_end_matches(')'),
        std::cmp::Ordering::Equal => value,
    }
    .trim()
}

fn source(mail: &Mail<'_>, span: Option<Span>) -> Source {
    match span {
        None => Source::From,
        Some(span) if mail.inline.iter().any(|inline| inline.span.contains(&span)) => Source::InlineAnswer,
        Some(span) if mail.signature.is_some_and(|signature| span.start >= signature) => Source::Signature,
        Some(_) => Source::Prose,
    }
}

fn is_same(one: &str, other: &str) -> bool {
    name::folded(one).concat() == name::folded(other).concat()
}

fn is_part(one: &str, other: &str) -> bool {
    let (one, other) = (name::folded(one).concat(), name::folded(other).concat());
    one.contains(&other) || other.contains(&one)
}

fn of_value(mail: &Mail<'_>, field: Field, value: &Value, all: &[Value]) -> Weighed {
    let others: Vec<&Value> = all.iter().filter(|other| !std::ptr::eq(*other, value)).collect();
    let near = |other: &&&Value| is_part(&other.fact.value, &value.fact.value);
    let conflicts = others.iter().filter(|other| !near(other)).count();
    let best = others.iter().map(|other| logit(other.net)).fold(logit(0.0), f32::max);
    let net = logit(value.net);
    let mut grounds: Grounds = vec![
        ("value", 1.0),
        ("net", net),
        ("net_sure", flag(value.net > 0.9)),
        ("net_first", flag(value.rank == Some(0))),
        ("net_untagged", flag(value.rank.is_none())),
        ("conflicts", f32::from(u8::try_from(conflicts).unwrap_or(u8::MAX))),
        ("boundary", flag(others.iter().any(|other| near(&other)))),
        ("net_of_another", best),
        ("rules_read_another", flag(others.iter().any(|other| other.by_rules))),
        ("refers", flag(value.refers)),
        ("about_one", flag(mail.witness.is_about_one())),
        ("about_one_net", if mail.witness.is_about_one() { net } else { 0.0 }),
    ];
    if value.by_rules {
        let confidence = logit(value.fact.evidence.confidence);
        grounds.extend([
            ("rules", 1.0),
            ("rules_sure", confidence),
            ("rules_net", net),
            (value.fact.evidence.rule, 1.0),
        ]);
    } else {
        let words = u8::try_from(value.fact.value.split_whitespace().count()).unwrap_or(u8::MAX);
        grounds.extend([("net_alone", net), ("net_alone_words", f32::from(words) / 5.0)]);
    }
    let probability = trust::probability(field, &grounds);
    let mut fact = value.fact.clone();
    fact.evidence.confidence = probability;
    Weighed { fact: Some(fact), grounds, probability }
}

fn of_nothing(mail: &Mail<'_>, field: Field, all: &[Value]) -> Weighed {
    let best = all.iter().map(|value| logit(value.net)).fold(logit(0.0), f32::max);
    let rules = all.iter().find(|value| value.by_rules);
    let mut grounds: Grounds = vec![
        ("nothing", 1.0),
        ("nothing_presence", logit(mail.witness.presence(field))),
        ("nothing_net", best),
        ("nothing_about_one", flag(mail.witness.is_about_one())),
    ];
    if let Some(rules) = rules {
        grounds.extend([("nothing_rules", 1.0), ("nothing_rules_sure", logit(rules.fact.evidence.confidence))]);
    }
    let probability = trust::probability(field, &grounds);
    Weighed { fact: None, grounds, probability }
}

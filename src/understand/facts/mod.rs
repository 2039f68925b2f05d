//! Facts read from the reply: people, sessions, intent, each with its evidence and how sure the reader is.
//!
//! Readers are witnesses: none is the sole authority. Agreement raises confidence, conflict lowers it; the decision
//! weighs them.

mod answer;
pub mod attendance;
mod calendar;
pub mod evidence;
pub mod intent;
pub mod people;
pub mod sessions;
pub mod trust;
pub mod unexplained;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::DateTime;
use jiff::tz::Offset;

use self::attendance::{Answers, WeighedAnswers};
use self::evidence::{Fact, ReasonCode, Signal};
use self::intent::{Intent, Kind};
use self::people::{Hints, Person};
use self::sessions::{Answer, SessionReading};
use self::trust::{Grounds, Weighed};
use self::unexplained::Unexplained;
use super::language::Languages;
use super::message::Message;
use super::net::witness::Witness;
use super::reply::{ReplyText, Span};
use crate::event::{Event, Field};

/// All that was read of a mail.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Who the mail is about, each with the session answers that are his.
    pub subjects: Vec<Subject>,
    /// What it wants.
    pub intent: Intent,
    /// What any reader noticed.
    pub signals: Vec<Signal>,
    /// What of the text no reader has explained.
    pub unexplained: Unexplained,
    /// What else tells how likely the reading is right as a whole.
    pub grounds: Grounds,
    /// How likely the net finds each kind that a person's mail may be of.
    pub kinds: Vec<(Kind, f32)>,
    /// How likely the net finds it that staff must see the mail, whatever is done with it.
    pub human: f32,
    /// Written in a language that the rules do not know: only the net reads it, and whatever rules found in it may be
    /// chance.
    pub is_foreign: bool,
}

/// A person that the mail is about.
#[derive(Debug, Clone, Default)]
pub struct Subject {
    /// Who.
    pub person: Person,
    /// Answers by session; `None` where nothing is said.
    pub sessions: Option<Answers>,
    /// How likely what was read of each field is right, or how likely a field that was not read is not there.
    pub trust: BTreeMap<Field, f32>,
    /// The answers that were weighed, the likeliest first.
    pub weighed: Vec<WeighedAnswers>,
}

impl Facts {
    /// Reads the facts. `asked` is what our question, which this mail answers, was about: a bare "Referentin."
    /// answers it. Empty if the mail answers no question.
    #[must_use]
    pub fn read(reply: &ReplyText, message: &Message, event: &Event, asked: &[Field], languages: &Languages) -> Self {
        let languages = &languages.of_mail(&reply.text, &event.languages);
        let mut reading = sessions::read(reply, message, event, sent(message), languages);
        let witness = Witness::of(reply, message, event, &reading, languages);
        let people = people::read(reply, message, event, &witness, languages);
        let intent = intent::read(reply, &reading, event, languages);
        let mut signals = people.signals;
        signals.append(&mut reading.signals);
        signals.extend(intent.signals.iter().cloned());
        signals.extend(calendar::read(message, event, &mut reading));
        signals.retain(|signal| !are_named(signal, &people.people, reply, languages));
        let scopes: Vec<Vec<Span>> = people.people.iter().map(|person| person.scope.clone()).collect();
        let mut contradictions = BTreeSet::new();
        let mut subjects = Vec::new();
        for (number, person) in people.people.into_iter().enumerate() {
            let others = scopes.iter().enumerate().filter(|(other, _)| *other != number);
            let others: Vec<Span> = others.flat_map(|(_, spans)| spans.iter().copied()).collect();
            contradictions.extend(reading.contradictions(event, &person.scope, &others));
            let rules = reading.answers(event, &person.scope, &others);
            let is_listed = scopes.len() > 1;
            signals.extend(undecided(rules.as_ref()));
            // Who gives only what he was asked for says nothing of sessions.
            let only_completes = !asked.is_empty() && rules.is_none();
            let own = person.about.as_ref();
            let (own, is_listed) = (own.unwrap_or(&witness), is_listed && own.is_none());
            let weighed = attendance::weigh(rules, own, event, reply, is_listed, !only_completes);
            subjects.push(Subject::of(person, weighed, &witness));
        }
        signals.extend(contradictions.into_iter().map(|session| Signal {
            code: ReasonCode::Contradiction,
            detail: format!("says both yes and no about {session}"),
            span: None,
        }));
        let explained = explained(&subjects, &reading, &intent);
        let unexplained = Unexplained::of(reply, &explained, languages);
        let mut grounds = grounds(&subjects, &people.hints, &witness, unexplained);
        let is_foreign = !languages.understand(reply.body());
        grounds.push(("many_sessions", trust::flag(event.sessions.len() > 2)));
        grounds.push(("foreign", trust::flag(is_foreign)));
        if let [subject] = subjects.as_mut_slice() {
            answer::complete(&mut subject.person, reply, asked);
        }
        Self {
            subjects,
            intent,
            signals,
            unexplained,
            grounds,
            kinds: witness.kinds().to_vec(),
            human: witness.human(),
            is_foreign,
        }
    }
}

impl Subject {
    fn of(mut person: Person, weighed: Vec<WeighedAnswers>, witness: &Witness) -> Self {
        let mut trust = BTreeMap::new();
        let texts = [
            (Field::Name, &mut person.name),
            (Field::Organization, &mut person.organization),
            (Field::Position, &mut person.position),
        ];
        for (field, fact) in texts {
            let values = person.weighed.entry(field).or_insert_with(|| vec![listed(field, fact.as_ref(), witness)]);
            let probability = values.first().map_or(0.0, |likeliest| likeliest.probability);
            if let Some(fact) = fact {
                fact.evidence.confidence = probability;
            }
            trust.insert(field, probability);
        }
        let likeliest = weighed.first();
        trust.insert(Field::Sessions, likeliest.map_or(0.0, |likeliest| likeliest.probability));
        Self { sessions: likeliest.and_then(|likeliest| likeliest.answers.clone()), person, trust, weighed }
    }
}

/// A text that only rules read, of one of several people.
fn listed(field: Field, fact: Option<&Fact<String>>, witness: &Witness) -> Weighed {
    let net = match fact {
        Some(fact) => witness.score(field, &fact.value),
        None => witness.presence(field),
    };
    let grounds = trust::listed(fact, net);
    let probability = trust::probability(field, &grounds);
    Weighed { fact: fact.cloned(), grounds, probability }
}

/// What tells how likely a reading is right as a whole, beside its parts.
fn grounds(subjects: &[Subject], hints: &Hints, witness: &Witness, unexplained: Unexplained) -> Grounds {
    let [nobody, one, several] = witness.people();
    let counted = match subjects.len() {
        0 => nobody,
        1 => one,
        _ => several,
    };
    let absent = |field: &Field| {
        subjects.iter().any(|subject| match field {
            Field::Organization => subject.person.organization.is_none(),
            _ => subject.person.position.is_none(),
        })
    };
    // Where it was asked about each by himself, it knows better.
    let is_named = hints.least_answering.is_some() || hints.most_of_others.is_some();
    let left = trust::words(unexplained.words);
    let accepts_all = subjects.iter().flat_map(|subject| subject.sessions.iter().flatten());
    let accepts_all =
        accepts_all.clone().next().is_some() && accepts_all.clone().all(|(_, fact)| fact.value == Answer::Yes);
    vec![
        ("whole", 1.0),
        ("review", trust::logit(witness.review())),
        ("counted", if is_named { 0.0 } else { trust::logit(counted) }),
        ("counted_named", if is_named && !hints.agreed { trust::logit(counted).max(-2.0) } else { 0.0 }),
        ("several", trust::flag(subjects.len() > 1)),
        ("hint_deputy", trust::flag(hints.deputy)),
        ("hint_several", trust::flag(hints.several)),
        ("hint_several_names", trust::flag(hints.several_names)),
        ("named", trust::flag(is_named)),
        ("people_agreed", trust::flag(is_named && hints.agreed)),
        ("least_answering", hints.least_answering.map_or(0.0, trust::logit)),
        ("most_of_others", hints.most_of_others.map_or(0.0, trust::logit)),
        ("unexplained", left),
        ("unexplained_absence", if [Field::Organization, Field::Position].iter().any(absent) { left } else { 0.0 }),
        ("corrects", trust::flag(unexplained.corrects)),
        ("unheeded_refusal", trust::flag(accepts_all && unexplained.refuses)),
    ]
}

/// A session that somebody leaves open, as far as the rules can tell.
fn undecided(answers: Option<&Answers>) -> Option<Signal> {
    let (session, fact) = answers?.iter().find(|(_, fact)| fact.value == Answer::Maybe)?;
    let detail = format!("undecided about {session}");
    Some(Signal { code: ReasonCode::UncertainAttendance, detail, span: fact.evidence.span })
}

/// Where the readers found something.
fn explained(subjects: &[Subject], sessions: &SessionReading, intent: &Intent) -> Vec<Span> {
    let texts = subjects.iter().flat_map(|subject| {
        let person = &subject.person;
        [&person.name, &person.organization, &person.position, &person.email]
    });
    let texts = texts.flatten().filter_map(|fact| fact.evidence.span);
    let sessions = sessions.mentions.iter().filter_map(|mention| mention.evidence.span);
    let intent = intent.kind.iter().filter_map(|(_, evidence)| evidence.span);
    texts.chain(sessions).chain(intent).collect()
}

/// "Two of us": no companion lacks a name where as many people were found.
fn are_named(signal: &Signal, people: &[Person], reply: &ReplyText, languages: &Languages) -> bool {
    let said = signal.span.map(|span| span.of(&reply.text)).unwrap_or_default();
    signal.code == ReasonCode::UnnamedCompanions
        && people.iter().all(|person| person.name.is_some())
        && sessions::counts(said, people.len(), languages)
}

/// The sender's local time of writing, as his Date header tells it.
#[must_use]
pub fn sent(message: &Message) -> Option<DateTime> {
    let offset = Offset::from_seconds(message.utc_offset_minutes.checked_mul(60)?).ok()?;
    Some(offset.to_datetime(message.date?))
}

//! What follows from the mentions for one person.

use std::collections::BTreeMap;

use super::{Answer, Mention, SessionReading};
use crate::event::{Event, Session};
use crate::understand::facts::evidence::{Evidence, Fact};
use crate::understand::reply::Span;

impl SessionReading {
    /// What follows for one person: of the mentions inside `scope` if there are any, else of those outside every
    /// one of `others` (the scopes of other people). `None`: nothing is said. Sessions not answered are absent;
    /// so are those of [`contradictions`](Self::contradictions).
    #[must_use]
    pub fn answers(&self, event: &Event, scope: &[Span], others: &[Span]) -> Option<BTreeMap<String, Fact<Answer>>> {
        let weighed = self.weighed(event, scope, others);
        let answers: BTreeMap<_, _> = weighed.into_iter().filter_map(|(id, fact)| Some((id, fact?))).collect();
        (!answers.is_empty()).then_some(answers)
    }

    /// The sessions that the same mentions answer with both yes and no, none of them correcting the other.
    #[must_use]
    pub fn contradictions(&self, event: &Event, scope: &[Span], others: &[Span]) -> Vec<String> {
        let weighed = self.weighed(event, scope, others);
        weighed.into_iter().filter_map(|(id, fact)| fact.is_none().then_some(id)).collect()
    }

    /// The answer for each session named; `None` for a contradiction.
    fn weighed(&self, event: &Event, scope: &[Span], others: &[Span]) -> BTreeMap<String, Option<Fact<Answer>>> {
        let mentions = self.concerning(scope, others);
        let mut weighed = BTreeMap::new();
        for session in &event.sessions {
            let about: Vec<&Mention> =
                mentions.iter().filter(|mention| mention.sessions.contains(&session.id)).copied().collect();
            let after_correction = about.iter().rposition(|mention| mention.corrects).map(|_| {
                let first = about.iter().position(|mention| mention.corrects).unwrap_or(0);
                about.get(first..).unwrap_or_default().to_vec()
            });
            let about = after_correction.unwrap_or(about);
            let about = narrowest(&about);
            if let Some(fact) = agreed(&about) {
                weighed.insert(session.id.clone(), fact);
            }
        }
        leave_out_parallels(event, &mentions, &mut weighed);
        let exclusive = mentions.iter().find(|mention| mention.exclusive && mention.answer == Answer::Yes);
        if let Some(only) = exclusive {
            for session in &event.sessions {
                let evidence = only.evidence.clone();
                weighed.entry(session.id.clone()).or_insert_with(|| Some(Fact { value: Answer::No, evidence }));
            }
        }
        let limit = limit(event, &mentions, &weighed);
        for fact in weighed.values_mut().flatten() {
            fact.evidence.confidence = fact.evidence.confidence.min(limit);
        }
        weighed
    }

    fn concerning(&self, scope: &[Span], others: &[Span]) -> Vec<&Mention> {
        let inside = |mention: &&Mention, spans: &[Span]| {
            mention.evidence.span.is_some_and(|span| spans.iter().any(|scope| scope.contains(&span)))
        };
        let own: Vec<&Mention> = self.mentions.iter().filter(|mention| inside(mention, scope)).collect();
        match own.is_empty() {
            false => own,
            true => self.mentions.iter().filter(|mention| !inside(mention, others)).collect(),
        }
    }
}

/// What is said of one session outweighs what is said of its whole day, and that outweighs "everything".
fn narrowest<'a>(about: &[&'a Mention]) -> Vec<&'a Mention> {
    let narrower = |one: &Mention, other: &Mention| {
        one.sessions.len() < other.sessions.len() && one.sessions.iter().all(|session| other.sessions.contains(session))
    };
    let outweighed = |mention: &Mention| about.iter().any(|other| narrower(other, mention));
    about.iter().filter(|mention| !outweighed(mention)).copied().collect()
}

/// "The whole programme, and of the three groups the second": of sessions at the same time, the one that is chosen
/// by itself takes the place of those that only "everything" includes.
fn leave_out_parallels(event: &Event, mentions: &[&Mention], weighed: &mut BTreeMap<String, Option<Fact<Answer>>>) {
    let comes = |id: &str, others: &str| {
        let chosen = |mention: &&&Mention| {
            let has = |id| mention.sessions.iter().any(|session| session == id);
            mention.answer == Answer::Yes && has(id) && !has(others)
        };
        mentions.iter().find(chosen).map(|mention| mention.evidence.clone())
    };
    for session in &event.sessions {
        let parallel =
            |other: &&Session| other.id != session.id && other.starts == session.starts && other.ends == session.ends;
        let chosen = event.sessions.iter().filter(parallel).find_map(|other| comes(&other.id, &session.id));
        if let Some(evidence) = chosen
            && weighed.contains_key(&session.id)
            && event.sessions.iter().filter(parallel).all(|other| comes(&session.id, &other.id).is_none())
        {
            weighed.insert(session.id.clone(), Some(Fact { value: Answer::No, evidence }));
        }
    }
}

/// How sure the answers can be at most, as a whole: shares of right answers among mails of many authors.
fn limit(event: &Event, mentions: &[&Mention], weighed: &BTreeMap<String, Option<Fact<Answer>>>) -> f32 {
    let comes = weighed.values().flatten().any(|fact| fact.value != Answer::No);
    let complete = weighed.len() == event.sessions.len();
    let special = mentions.iter().filter(|mention| mention.sessions.len() < event.sessions.len()).count();
    let accepted = |session: &String| {
        weighed.get(session).is_some_and(|fact| fact.as_ref().is_some_and(|fact| fact.value == Answer::Yes))
    };
    let only = mentions.iter().find(|mention| mention.exclusive && mention.answer == Answer::Yes);
    let others = |only: &Mention| {
        event.sessions.iter().any(|session| accepted(&session.id) && !only.sessions.contains(&session.id))
    };
    match (comes, complete) {
        // "Only" this, and others all the same.
        _ if only.is_some_and(|only| others(only)) => 0.8,
        (true, true) => 1.0,
        // What is said of the others may have been missed.
        (true, false) => 0.86,
        // Only a refusal of a part: what of the rest was not understood.
        (false, false) => 0.6,
        // Who stays away altogether seldom lists it: one of the refusals may be misread.
        (false, true) => {
            if special > 1 {
                0.85
            } else {
                1.0
            }
        }
    }
}

/// What mentions of one session say together: `None` where there is none, `Some(None)` where they contradict.
fn agreed(mentions: &[&Mention]) -> Option<Option<Fact<Answer>>> {
    let surest =
        mentions.iter().max_by(|left, right| left.evidence.confidence.total_cmp(&right.evidence.confidence))?;
    let against = mentions.iter().filter(|mention| mention.answer != surest.answer);
    let strongest = against.map(|mention| mention.evidence.confidence).fold(0.0, f32::max);
    if strongest >= 0.8 && surest.evidence.confidence - strongest < 0.12 {
        return Some(None);
    }
    let agreeing = mentions.iter().filter(|mention| mention.answer == surest.answer).count();
    let mut confidence = surest.evidence.confidence;
    if strongest > 0.0 {
        confidence -= 0.15;
    } else if agreeing > 1 {
        confidence = (confidence + 0.02).min(0.98);
    }
    Some(Some(Fact { value: surest.answer, evidence: Evidence { confidence, ..surest.evidence.clone() } }))
}

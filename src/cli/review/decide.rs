//! Carrying out what staff decide: the registry's changes and the answer, by the same rules as for a clear mail.

use std::collections::BTreeMap;

use anyhow::{Context, bail};

use super::Decision as Said;
use super::corrections::{Corrections, proposal};
use crate::acknowledge::{self, Answered, Answering, Templates};
use crate::cli::terminal::Out;
use crate::cli::{Usage, now, with_store};
use crate::config::{Config, Mailbox};
use crate::event::{Event, folder};
use crate::registry::reconcile::{Standing, standings};
use crate::registry::{Acknowledgement, AcknowledgementKind, Facts, Known, KnownQuery, Record};
use crate::store::{Committed, ReviewItem, ReviewState, Store, Verdict};
use crate::understand::decide::{Action, Attendee, Decision};
use crate::understand::facts::evidence::{Evidence, Fact, Source};
use crate::understand::facts::intent::Kind;
use crate::understand::message::Message;

/// Closes an item: nothing changes, nothing is sent.
pub(super) fn dismiss(config: &Config, id: i64, note: Option<String>) -> anyhow::Result<()> {
    let verdict = Verdict {
        state: ReviewState::Dismissed,
        note,
        event: None,
        contact: None,
        changes: Vec::new(),
        acknowledgement: None,
    };
    with_store(config, async |store| Ok(store.review_decide(id, &verdict, &staff(), now()).await?))?;
    Ok(())
}

/// Takes the proposal, corrected where staff say so.
pub(super) fn decide(
    config: &Config,
    id: i64,
    state: ReviewState,
    corrections: &Corrections,
    said: Said,
) -> anyhow::Result<()> {
    let committed = with_store(config, async |store| {
        let item = store.review_show(id).await?;
        let verdict = verdict(config, store, &item, state, corrections, said).await?;
        Ok(store.review_decide(id, &verdict, &staff(), now()).await?)
    })?;
    tell(&committed)
}

async fn verdict(
    config: &Config,
    store: &Store,
    item: &ReviewItem,
    state: ReviewState,
    corrections: &Corrections,
    said: Said,
) -> anyhow::Result<Verdict> {
    let seen = Verdict {
        state,
        note: said.note,
        event: said.event.clone(),
        contact: said.contact.clone(),
        changes: Vec::new(),
        acknowledgement: None,
    };
    if !item.entry.blocking && state == ReviewState::Accepted {
        // it was recorded and answered when it came
        return Ok(seen);
    }
    let id = said.event.as_ref().or(item.entry.event.as_ref());
    let id = id.ok_or_else(|| Usage("the message leaves the event open; name it with --event".to_owned()))?;
    let events = folder::load(std::slice::from_ref(&config.events_dir))?;
    let event =
        events.iter().find(|event| event.id == *id).ok_or_else(|| Usage(format!("there is no event {id:?}")))?;
    let mailbox = config.mailboxes.iter().find(|mailbox| mailbox.name == item.mailbox);
    let mailbox = mailbox.with_context(|| format!("could not decide: mailbox {:?} is not configured", item.mailbox))?;

    let mut facts = proposal(&item.attendees);
    corrections.apply(&mut facts, event)?;
    if facts.is_empty() {
        bail!("could not decide: the proposal names nobody; use `correct` with --name and the rest, or `dismiss`");
    }
    let message = store.message(item.message).await?;
    let message = Message::parse(&message.raw, &mailbox.trusted_authserv_id).ok();
    let contact = said.contact.map(|contact| contact.to_lowercase()).or_else(|| item.contact.clone());
    let known = known(store, message.as_ref(), contact.as_deref(), event, &facts).await?;
    let kind = corrections.kind(item.entry.kind);
    let attendees = facts.iter().map(|facts| attendee(facts, kind, contact.as_deref(), event, &known)).collect();
    let decision = Decision {
        kind,
        action: Action::Record,
        human: false,
        attendees,
        contact,
        reasons: Vec::new(),
        grounds: Vec::new(),
    };
    let missing = decision.missing();
    match state {
        ReviewState::Asked if missing.is_empty() => bail!("could not ask: nothing is missing; use `accept`"),
        ReviewState::Asked => {}
        _ if missing.is_empty() => {}
        _ => {
            let missing = missing.iter().map(crate::cli::word).collect::<Vec<_>>().join(", ");
            bail!("could not record it: {missing} is missing; give it with `correct`, or `ask` the sender");
        }
    }
    let settled = standings(&decision, event, &known);
    let acknowledgement = match (&decision.contact, &message) {
        (Some(to), Some(message)) if !said.silent => {
            Some(answer(config, mailbox, event, item, message, &decision, &settled, to)?)
        }
        _ => None,
    };
    let changes = settled.into_iter().filter_map(|standing| standing.change).collect();
    Ok(Verdict { changes, acknowledgement, ..seen })
}

/// What the registry knows of sender and thread, and of everybody of these names.
async fn known(
    store: &Store,
    message: Option<&Message>,
    contact: Option<&str>,
    event: &Event,
    facts: &[Facts],
) -> anyhow::Result<Known> {
    let query = KnownQuery {
        senders: contact.map(str::to_owned).into_iter().collect(),
        thread: message.map(|message| message.thread.clone()).unwrap_or_default(),
    };
    let mut known = store.known(&query).await?;
    known.records.retain(|record| record.event == event.id);
    for name in facts.iter().filter_map(|facts| facts.name.as_deref()) {
        for record in store.records_named(&event.id, name).await? {
            if !known.records.iter().any(|other| other.id == record.id) {
                known.records.push(record);
            }
        }
    }
    Ok(known)
}

fn attendee(facts: &Facts, kind: Kind, contact: Option<&str>, event: &Event, known: &Known) -> Attendee {
    let mut attendee = Attendee {
        trust: BTreeMap::new(),
        name: facts.name.clone().map(told),
        organization: facts.organization.clone().map(told),
        position: facts.position.clone().map(told),
        email: facts.email.clone().map(told),
        sessions: facts
            .sessions
            .as_ref()
            .map(|answers| answers.iter().map(|(session, answer)| (session.clone(), told(*answer))).collect()),
        is_independent: false,
        missing: Vec::new(),
        record: record_of(facts, contact, &known.records).map(|record| record.id),
    };
    attendee.missing = attendee.lacks(kind, event, Some(known));
    attendee
}

/// The record that an attendee has already: of the same name, and of the same address if several have that name; where
/// the mail names nobody, the only one of this contact.
pub(super) fn record_of<'a>(facts: &Facts, contact: Option<&str>, records: &'a [Record]) -> Option<&'a Record> {
    let theirs = |record: &&Record| {
        facts.email.is_some() && record.facts.email == facts.email || Some(record.contact.as_str()) == contact
    };
    let Some(name) = &facts.name else {
        let mut own = records.iter().filter(theirs);
        return own.next().filter(|_| own.next().is_none());
    };
    let key = words(name);
    let mut named = records.iter().filter(|record| record.facts.name.as_ref().is_some_and(|other| words(other) == key));
    let own = named.clone().find(theirs);
    own.or_else(|| named.next().filter(|_| named.next().is_none()))
}

fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> =
        name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    words.sort_unstable();
    words
}

/// A fact that staff vouch for.
fn told<T>(value: T) -> Fact<T> {
    let evidence = Evidence { source: Source::Label, text: String::new(), span: None, confidence: 1.0, rule: "staff" };
    Fact { value, evidence }
}

#[expect(clippy::too_many_arguments, reason = "an answer says all of this")]
fn answer(
    config: &Config,
    mailbox: &Mailbox,
    event: &Event,
    item: &ReviewItem,
    message: &Message,
    decision: &Decision,
    settled: &[Standing],
    to: &str,
) -> anyhow::Result<Acknowledgement> {
    let kind = match decision.missing().is_empty() {
        true => AcknowledgementKind::Confirm,
        false => AcknowledgementKind::Ask,
    };
    let attendees: Vec<acknowledge::Standing> = settled
        .iter()
        .map(|standing| acknowledge::Standing {
            facts: standing.facts.clone(),
            status: standing.status,
            missing: standing.missing.clone(),
        })
        .collect();
    let templates = Templates::load(config.templates_dir.as_deref())?;
    let answering = Answering {
        event,
        kind,
        message: decision.kind,
        human: false,
        language: &item.language,
        attendees: &attendees,
        answered: Answered {
            message_id: message.message_id.as_deref(),
            subject: &message.subject,
            references: &message.thread,
        },
        to,
        recipient: message.from.as_ref().filter(|from| from.address == to).and_then(|from| from.name.as_deref()),
        from: &mailbox.smtp.from,
        message_id: &acknowledge::message_id(fastrand::u128(..), &mailbox.address),
        date: now(),
    };
    Ok(acknowledge::compose(&templates, &answering)?)
}

/// Who decides, for the record's history.
fn staff() -> String {
    ["SUDO_USER", "USER", "LOGNAME"]
        .iter()
        .find_map(|name| std::env::var(name).ok())
        .unwrap_or_else(|| "staff".to_owned())
}

fn tell(committed: &Committed) -> anyhow::Result<()> {
    let mut out = Out::new();
    for record in &committed.records {
        out.line(&format!("record\t{record}"))?;
    }
    match committed.outbox {
        Some(id) => out.line(&format!("answer\t{id}"))?,
        None => out.line("answer\tnone")?,
    }
    Ok(out.flush()?)
}

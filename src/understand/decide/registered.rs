//! What of a mail's facts is left to the record that the mail is about. The registry is a witness too: what it holds
//! was read from this sender before, or entered by staff.

use super::Attendee;
use crate::event::Field;
use crate::registry::Record;
use crate::understand::facts::evidence::Fact;

/// A reading less likely right than this is no news against what the record says.
const WEAK: f32 = 0.8;

/// What the mail is for, as far as that tells which of its facts matter.
pub struct Purpose<'a> {
    /// It says that he does not come.
    pub withdraws: bool,
    /// It says so in words of its own, not by refusing each session.
    pub takes_back: bool,
    /// What it was asked for.
    pub asked: &'a [Field],
}

/// Drops the facts that the record knows better: what only a header says (an assistant's address is not the
/// attendee's), what was read weakly but says the same, and what was read weakly beside a clear purpose: a mail that
/// withdraws, speaks of sessions or gives what it was asked for seldom changes anything else too.
pub fn leave_to_record(attendee: &mut Attendee, purpose: &Purpose<'_>, record: &Record) {
    let known = &record.facts;
    let is_clear = purpose.withdraws || attendee.sessions.is_some() || !purpose.asked.is_empty();
    let better = |fact: &Fact<String>, known: &Option<String>, field: Field| {
        let weak = fact.evidence.confidence < WEAK;
        let aside =
            is_clear && matches!(field, Field::Organization | Field::Position) && !purpose.asked.contains(&field);
        known.as_ref().is_some_and(|known| !fact.is_typed() || weak && (aside || says_the_same(known, &fact.value)))
    };
    attendee.name.take_if(|fact| better(fact, &known.name, Field::Name));
    attendee.email.take_if(|fact| better(fact, &known.email, Field::Email));
    attendee.organization.take_if(|fact| better(fact, &known.organization, Field::Organization));
    attendee.position.take_if(|fact| better(fact, &known.position, Field::Position));
    if purpose.takes_back {
        attendee.sessions = None; // all of them are off, whichever were read
    }
}

/// Whether the words of one stand among those of the other, in whatever case.
fn says_the_same(known: &str, read: &str) -> bool {
    let (known, read) = (known.to_lowercase(), read.to_lowercase());
    known.contains(&read) || read.contains(&known)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::registry::{Facts, Status};
    use crate::understand::facts::evidence::{Evidence, Source};
    use crate::understand::reply::Span;

    fn fact(value: &str, confidence: f32, typed: bool) -> Option<Fact<String>> {
        let span = typed.then_some(Span { start: 0, end: 1 });
        let evidence = Evidence { source: Source::Prose, text: value.into(), span, confidence, rule: "test" };
        Some(Fact { value: value.into(), evidence })
    }

    fn left_of(attendee: Attendee, withdraws: bool) -> [Option<String>; 3] {
        let facts = Facts {
            name: Some("Anna Weber".into()),
            organization: Some("Harbour Office".into()),
            email: Some("anna@harbour.example".into()),
            ..Facts::default()
        };
        let record = Record {
            id: 1,
            event: "tea".into(),
            facts,
            contact: "office@harbour.example".into(),
            status: Status::Attending,
            language: "en".into(),
            revision: 1,
            undeliverable: false,
            received_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
            source_message_id: None,
        };
        let mut attendee = attendee;
        leave_to_record(&mut attendee, &Purpose { withdraws, takes_back: false, asked: &[] }, &record);
        [attendee.organization, attendee.position, attendee.email].map(|fact| fact.map(|fact| fact.value))
    }

    #[test]
    fn a_header_changes_no_address_and_a_typed_one_does() {
        let writes = |typed| {
            left_of(Attendee { email: fact("new@harbour.example", 0.9, typed), ..Attendee::default() }, false)[2]
                .clone()
        };
        assert_eq!(writes(false), None);
        assert_eq!(writes(true).as_deref(), Some("new@harbour.example"));
    }

    #[test]
    fn a_weak_reading_counts_only_where_it_says_something_new() {
        let organization = |value, confidence, withdraws| {
            let attendee = Attendee { organization: fact(value, confidence, true), ..Attendee::default() };
            left_of(attendee, withdraws)[0].clone()
        };
        assert_eq!(organization("harbour office", 0.4, false), None);
        assert_eq!(organization("Fish Market", 0.4, false).as_deref(), Some("Fish Market"));
        assert_eq!(organization("Fish Market", 0.4, true), None);
        assert_eq!(organization("Fish Market", 0.9, true).as_deref(), Some("Fish Market"));
    }

    #[test]
    fn what_the_record_lacks_is_kept() {
        let attendee = Attendee { position: fact("clerk", 0.4, false), ..Attendee::default() };
        assert_eq!(left_of(attendee, true)[1].as_deref(), Some("clerk"));
    }
}

//! Who or what a mail comes from: a machine is never answered, a forger changes nothing.

use super::{Action, Decision, Reason};
use crate::event::Event;
use crate::understand::facts::evidence::ReasonCode;
use crate::understand::facts::intent::Kind;
use crate::understand::message::{MachineMark, Message, Verdict};

/// The decision for mail that no person wrote, or that we wrote ourselves; `None` for everybody else.
#[must_use]
pub fn machine(message: &Message, events: &[&Event]) -> Option<Decision> {
    let from = message.from.as_ref().map(|from| from.address.as_str());
    // From our own address, but not from our own server: somebody poses as us, and staff must see it.
    let ours = events.iter().any(|event| Some(event.mailbox.as_str()) == from);
    if ours && forged(message).is_none() {
        return Some(ignored(Kind::Automatic, Reason::new(ReasonCode::AutomaticReply, "our own mail came back")));
    }
    let has = |mark: &MachineMark| message.machine_marks.contains(mark);
    let bulk = |mark: &MachineMark| matches!(mark, MachineMark::MailingList | MachineMark::BulkPrecedence);
    message.machine_marks.first()?;
    if message.machine_marks.iter().all(bulk) && is_answer(message) {
        // People write through lists too (49 of 52 of their mails in the wild corpus carry these very marks).
        return None;
    }
    let (kind, reason) = if message.delivery_report.is_some() || has(&MachineMark::DeliveryReport) {
        (Kind::Bounce, Reason::new(ReasonCode::DeliveryReport, "a mail system reports on a delivery"))
    } else if message.machine_marks.iter().any(bulk) || has(&MachineMark::NewsletterText) {
        (Kind::Unrelated, Reason::new(ReasonCode::BulkMail, "bulk mail: a list or a newsletter"))
    } else {
        (Kind::Automatic, Reason::new(ReasonCode::AutomaticReply, "written by a machine: an automatic reply"))
    };
    Some(ignored(kind, reason))
}

/// Why a person's mail is not acted on alone although nothing in it is hostile: it came through a list.
#[must_use]
pub fn through_a_list(message: &Message) -> Option<Reason> {
    let detail = "came through a mailing list; who wrote it to whom is for a person to see";
    (!message.machine_marks.is_empty()).then(|| Reason::new(ReasonCode::BulkMail, detail))
}

/// Whether the mail answers another one: machines that send in bulk do not.
fn is_answer(message: &Message) -> bool {
    !message.thread.is_empty() || message.subject.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("re:"))
}

fn ignored(kind: Kind, reason: Reason) -> Decision {
    Decision {
        kind,
        action: Action::Ignore,
        human: false,
        attendees: Vec::new(),
        contact: None,
        reasons: vec![reason],
        grounds: Vec::new(),
    }
}

/// Why the sender is not believed to be who he says.
///
/// RFC 7489: DMARC failed at the server that we trust. SPF alone proves nothing against a sender, because forwarding
/// breaks it; where there is no DMARC result, SPF and DKIM must both speak against him.
#[must_use]
pub fn forged(message: &Message) -> Option<Reason> {
    let results = message.authentication;
    let fails = match results.dmarc {
        Verdict::Fail => true,
        Verdict::Pass => false,
        Verdict::Absent | Verdict::Neutral => results.spf == Verdict::Fail && results.dkim == Verdict::Fail,
    };
    let detail = "the sender's own domain says that this mail is not from there (DMARC)";
    fails.then(|| Reason::new(ReasonCode::AuthenticationFailed, detail))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::understand::message::Authentication;

    fn marked(mark: MachineMark) -> Message {
        Message { machine_marks: vec![mark], ..Message::default() }
    }

    #[test]
    fn machines_are_ignored_by_what_they_are() {
        for (mark, kind) in [
            (MachineMark::AutoSubmitted, Kind::Automatic),
            (MachineMark::DeliveryReport, Kind::Bounce),
            (MachineMark::MailingList, Kind::Unrelated),
            (MachineMark::AutomaticText, Kind::Automatic),
        ] {
            let decision = machine(&marked(mark), &[]).unwrap();
            assert_eq!((decision.kind, decision.action, decision.human), (kind, Action::Ignore, false));
        }
        assert_eq!(machine(&Message::default(), &[]), None);
    }

    #[test]
    fn a_person_who_answers_through_a_list_is_seen_by_staff() {
        let answer = Message { thread: vec!["invitation@example.org".into()], ..marked(MachineMark::MailingList) };
        assert_eq!(machine(&answer, &[]), None);
        assert!(through_a_list(&answer).is_some());
        let vacation = Message { thread: answer.thread, ..marked(MachineMark::AutoReplyHeader) };
        assert!(machine(&vacation, &[]).is_some());
    }

    #[test]
    fn a_failed_dmarc_goes_to_staff_and_a_forwarded_mail_does_not() {
        let with = |dmarc, spf, dkim| {
            forged(&Message { authentication: Authentication { dmarc, spf, dkim }, ..Message::default() })
                .map(|reason| reason.code)
        };
        assert_eq!(with(Verdict::Fail, Verdict::Pass, Verdict::Pass), Some(ReasonCode::AuthenticationFailed));
        assert_eq!(with(Verdict::Absent, Verdict::Fail, Verdict::Fail), Some(ReasonCode::AuthenticationFailed));
        assert_eq!(with(Verdict::Absent, Verdict::Fail, Verdict::Absent), None);
        assert_eq!(with(Verdict::Pass, Verdict::Fail, Verdict::Absent), None);
    }
}

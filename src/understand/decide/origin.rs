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
    if events.iter().any(|event| Some(event.mailbox.as_str()) == from) {
        return Some(ignored(Kind::Automatic, Reason::new(ReasonCode::AutomaticReply, "our own mail came back")));
    }
    let has = |mark: &MachineMark| message.machine_marks.contains(mark);
    message.machine_marks.first()?;
    let (kind, reason) = if message.delivery_report.is_some() || has(&MachineMark::DeliveryReport) {
        (Kind::Bounce, Reason::new(ReasonCode::DeliveryReport, "a mail system reports on a delivery"))
    } else if has(&MachineMark::MailingList) || has(&MachineMark::NewsletterText) || has(&MachineMark::BulkPrecedence) {
        (Kind::Unrelated, Reason::new(ReasonCode::BulkMail, "bulk mail: a list or a newsletter"))
    } else {
        (Kind::Automatic, Reason::new(ReasonCode::AutomaticReply, "written by a machine: an automatic reply"))
    };
    Some(ignored(kind, reason))
}

fn ignored(kind: Kind, reason: Reason) -> Decision {
    Decision { kind, action: Action::Ignore, human: false, attendees: Vec::new(), contact: None, reasons: vec![reason] }
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

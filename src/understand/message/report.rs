//! Delivery reports: those of RFC 3464, and what can be told of the others.

use super::header::{Headers, message_ids};
use super::structure::Structure;
use super::{DeliveryReport, Line};

/// Longest status or returned header that is read.
const LONGEST: usize = 64 * 1024;

/// The report inside, if the mail brings one as parts.
pub(super) fn read(structure: &Structure<'_>) -> Option<DeliveryReport> {
    let mut report = None;
    let mut returned_message_id = None;
    for part in structure.leaves() {
        match part.media_type().as_str() {
            "message/delivery-status" | "message/global-delivery-status" if report.is_none() => {
                report = Some(status(&part.bytes()));
            }
            "message/rfc822" | "text/rfc822-headers" | "message/global" | "message/global-headers" => {
                let bytes = part.bytes();
                let headers = Headers::read(bytes.get(..LONGEST).unwrap_or(&bytes));
                returned_message_id = returned_message_id.or_else(|| first_id(&headers));
            }
            _ => {}
        }
    }
    report.map(|report| DeliveryReport { returned_message_id, ..report })
}

/// What a report in plain words says, of a mail that other marks show to be one: Exim's header names the recipient, and
/// most reports copy the head of the mail that comes back.
pub(super) fn in_words(headers: &Headers, body: &[Line]) -> DeliveryReport {
    let copied = |name: &str| {
        let line = body
            .iter()
            .find(|line| line.text.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)))?;
        line.text.get(name.len()..)
    };
    let code = body
        .iter()
        .flat_map(|line| line.text.split([' ', '(', ')', '[', ']', '#', ',', ';', '-']))
        .find(|word| is_status(word));
    DeliveryReport {
        recipient: headers.get("x-failed-recipients").and_then(|value| value.split(',').next()).map(address),
        action: None,
        status: code.map(|code| code.trim_end_matches('.').to_string()),
        returned_message_id: copied("message-id:").and_then(|value| message_ids(value).into_iter().next()),
    }
}

/// `class.subject.detail` of RFC 3463, of a failure or a delay.
fn is_status(word: &str) -> bool {
    let mut numbers = word.trim_end_matches('.').split('.');
    let small = |text: &str| (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    matches!(numbers.next(), Some("4" | "5"))
        && numbers.next().is_some_and(small)
        && numbers.next().is_some_and(small)
        && numbers.next().is_none()
}

fn status(bytes: &[u8]) -> DeliveryReport {
    let text = String::from_utf8_lossy(bytes.get(..LONGEST).unwrap_or(bytes)).replace('\r', "");
    let mut report = DeliveryReport::default();
    for group in text.split("\n\n") {
        let fields = Headers::read(group.as_bytes());
        let recipient = fields.get("final-recipient").or_else(|| fields.get("original-recipient")).map(address);
        report.recipient = report.recipient.or(recipient);
        report.action = report.action.or_else(|| fields.get("action").map(|action| first_word(action).to_lowercase()));
        report.status = report.status.or_else(|| fields.get("status").map(|status| first_word(status).to_string()));
    }
    report
}

/// `rfc822; Anna@x.example` (RFC 3464 §2.3.2).
fn address(value: &str) -> String {
    let address = value.rsplit_once(';').map_or(value, |(_, address)| address);
    address.trim().trim_matches(['<', '>']).to_lowercase()
}

fn first_word(value: &str) -> &str {
    value.split([' ', '(', '\t']).next().unwrap_or_default()
}

fn first_id(headers: &Headers) -> Option<String> {
    headers.get("message-id").and_then(|value| message_ids(value).into_iter().next())
}

#[cfg(test)]
mod tests {
    use crate::understand::message::{DeliveryReport, Message};

    #[test]
    fn a_report_in_parts_tells_who_what_and_which_mail() {
        let mail = "From: MAILER-DAEMON@x.example\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n\
                    --b\n\nSorry.\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x.example\n\n\
                    Final-Recipient: rfc822; <Anna@X.example>\nAction: Failed (no user)\nStatus: 5.1.1 (bad)\n\n\
                    --b\nContent-Type: message/rfc822\n\nSubject: Tea\nMessage-ID:\n <tea.1@example.org>\n\nCome!\n--b--\n";
        let message = Message::parse(mail.as_bytes(), "").unwrap();
        let expected = DeliveryReport {
            recipient: Some("anna@x.example".into()),
            action: Some("failed".into()),
            status: Some("5.1.1".into()),
            returned_message_id: Some("tea.1@example.org".into()),
        };
        assert_eq!(message.delivery_report, Some(expected));
        assert_eq!(message.body.len(), 1, "the mail that comes back is no text of the report");
    }

    #[test]
    fn a_report_in_words_tells_what_it_can() {
        let mail = "From: Mailer <mailer-daemon@x.example>\nX-Failed-Recipients: Anna@x.example\nSubject: Mail delivery failed\n\n\
                    Could not deliver: 550-5.1.1 no such user.\n\nMessage-Id: <tea.1@example.org>\nSubject: Tea\n";
        let report = Message::parse(mail.as_bytes(), "").unwrap().delivery_report.unwrap();
        assert_eq!(report.recipient.as_deref(), Some("anna@x.example"));
        assert_eq!(report.status.as_deref(), Some("5.1.1"));
        assert_eq!(report.returned_message_id.as_deref(), Some("tea.1@example.org"));
    }
}

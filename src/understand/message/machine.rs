//! Marks by which a machine gives itself away: headers first, then the whole of a text that only machines write.
//!
//! A mark that is missed costs a question too many, one too many loses a person's answer. So a word never suffices:
//! a subject must begin with an automatic reply's phrase (a person answering one begins with "Re:"), a text must say
//! of itself that it is automatic, or tell an absence together with two things that stand beside it in such replies.
//! The phrases are data, `config/machine.toml`.

use std::sync::LazyLock;

use regex::{RegexSet, RegexSetBuilder};
use serde::Deserialize;

use super::header::{Headers, parameter};
use super::{Line, LineRole, MachineMark, Message};

static TABLES: LazyLock<Tables> =
    LazyLock::new(|| toml::from_str(include_str!("../../../config/machine.toml")).unwrap_or_default());

/// How much of a text is looked at, and what counts as its start.
const LONGEST_TEXT: usize = 20_000;
const START: usize = 400;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tables {
    auto_reply_headers: Vec<String>,
    robots: Patterns,
    subject: SubjectTables,
    text: TextTables,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct SubjectTables {
    automatic: Patterns,
    delivery: Patterns,
    receipt: Patterns,
    advertising: Patterns,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct TextTables {
    automatic: Patterns,
    absence: Patterns,
    beside_absence: Patterns,
    delivery: Patterns,
    receipt: Patterns,
    newsletter: Patterns,
}

/// Regular expressions, case ignored.
#[derive(Debug, Default, Deserialize)]
#[serde(try_from = "Vec<String>")]
struct Patterns(RegexSet);

impl TryFrom<Vec<String>> for Patterns {
    type Error = regex::Error;

    fn try_from(patterns: Vec<String>) -> Result<Self, Self::Error> {
        RegexSetBuilder::new(patterns).case_insensitive(true).size_limit(64 << 20).build().map(Self)
    }
}

impl Patterns {
    fn match_in(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

/// The marks of a mail whose other fields are filled in.
pub(super) fn marks(headers: &Headers, message: &Message) -> Vec<MachineMark> {
    let mut marks = header_marks(headers, message);
    let is_human_by_header = headers.get("auto-submitted").is_some_and(|value| first_word(value) == "no");
    if !is_human_by_header {
        marks.extend(text_marks(headers, message));
    }
    let mut once = Vec::with_capacity(marks.len());
    for mark in marks {
        if !once.contains(&mark) {
            once.push(mark);
        }
    }
    once
}

fn header_marks(headers: &Headers, message: &Message) -> Vec<MachineMark> {
    let mut marks = Vec::new();
    let mut mark = |holds: bool, mark: MachineMark| {
        if holds {
            marks.push(mark);
        }
    };
    let first_word_of = |name: &str| headers.get(name).map(first_word).unwrap_or_default();
    let auto_submitted = first_word_of("auto-submitted");
    mark(!auto_submitted.is_empty() && auto_submitted != "no", MachineMark::AutoSubmitted);
    let precedence = first_word_of("precedence");
    let says_yes = |name: &String| {
        headers.get(name).is_some_and(|value| !matches!(first_word(value).as_str(), "no" | "false" | "0"))
    };
    let auto_reply = TABLES.auto_reply_headers.iter().any(says_yes) || precedence.starts_with("auto");
    mark(auto_reply, MachineMark::AutoReplyHeader);
    mark(matches!(precedence.as_str(), "bulk" | "junk" | "list"), MachineMark::BulkPrecedence);
    let empty = |value: &str| value.replace(char::is_whitespace, "") == "<>";
    mark(headers.get("return-path").is_some_and(empty), MachineMark::NullReturnPath);
    mark(is_robot(message), MachineMark::RobotSender);
    let content_type = headers.get("content-type").unwrap_or_default();
    let is_report = content_type.get(..16).is_some_and(|start| start.eq_ignore_ascii_case("multipart/report"));
    let kind = parameter(content_type, "report-type").unwrap_or_default().to_ascii_lowercase();
    let is_receipt = is_report && kind.contains("disposition");
    mark(is_receipt, MachineMark::ReadReceipt);
    mark(is_report && !is_receipt || headers.has("x-failed-recipients"), MachineMark::DeliveryReport);
    let list =
        ["list-id", "list-post", "list-unsubscribe", "list-help", "list-subscribe", "list-owner", "list-archive"];
    mark(list.iter().any(|name| headers.has(name)), MachineMark::MailingList);
    marks
}

/// A robot that names a person to answer to passes on what he typed into a form.
fn is_robot(message: &Message) -> bool {
    let robot = |address: &str| address.rsplit_once('@').is_some_and(|(local, _)| TABLES.robots.match_in(local));
    let from = message.from.as_ref().is_some_and(|from| robot(&from.address));
    from && message.reply_to.iter().all(|reply_to| robot(&reply_to.address))
}

fn text_marks(headers: &Headers, message: &Message) -> Vec<MachineMark> {
    let subject = plain(&message.subject);
    let text = typed(&message.body);
    let start = text.get(..text.floor_char_boundary(START)).unwrap_or(&text);
    let tables = (&TABLES.subject, &TABLES.text);
    let mut marks = Vec::new();
    if tables.0.automatic.match_in(&subject) {
        marks.push(MachineMark::AutomaticSubject);
    }
    let beside = || tables.1.beside_absence.0.matches(&text).iter().count();
    let is_short = text.len() < 3000;
    let absent = is_short && tables.1.absence.match_in(start) && beside() >= 2 && !is_answer(message);
    if is_short && tables.1.automatic.match_in(&text) || absent {
        marks.push(MachineMark::AutomaticText);
    }
    if tables.0.delivery.match_in(&subject) || tables.1.delivery.match_in(start) && !is_answer(message) {
        marks.push(MachineMark::DeliveryReport);
    }
    let silent = text.chars().filter(|c| c.is_alphanumeric()).count() < 20;
    if tables.0.receipt.match_in(&subject) && (silent || tables.1.receipt.match_in(&text)) {
        marks.push(MachineMark::ReadReceipt);
    }
    // A list that one may write to (RFC 2369 §3.4) puts such a foot under what people write.
    let is_bulk = tables.1.newsletter.match_in(&text) && !is_answer(message) && !headers.has("list-post");
    if tables.0.advertising.match_in(&subject) || is_bulk {
        marks.push(MachineMark::NewsletterText);
    }
    marks
}

/// Whether a person's client answers another mail: it names that in the header, or says `Re:` in some language.
fn is_answer(message: &Message) -> bool {
    let says_re = |(label, _): (&str, &str)| label.chars().count() <= 5 && label.chars().all(char::is_alphabetic);
    !message.thread.is_empty() || message.subject.split_once(':').is_some_and(says_re)
}

/// The text that is not quoted, on one line, up to the copied header of another mail.
fn typed(body: &[Line]) -> String {
    let own: Vec<_> = body.iter().filter(|line| line.quote_depth == 0 && line.role != LineRole::Quotation).collect();
    let mut text = String::new();
    for (number, line) in own.iter().enumerate() {
        let header = is_labelled(&line.text) && own.get(number + 1).is_some_and(|next| is_labelled(&next.text));
        if text.len() > LONGEST_TEXT || header && line.text.contains('@') {
            break;
        }
        text.push_str(&line.text);
        text.push(' ');
    }
    plain(&text)
}

/// `From: Anna`, in any language.
fn is_labelled(line: &str) -> bool {
    line.split_once(':')
        .is_some_and(|(label, value)| (1..=20).contains(&label.chars().count()) && !value.trim().is_empty())
}

fn plain(text: &str) -> String {
    text.replace(['’', '‘', '´', '`'], "'").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The value without parameters and comments, in lower case.
fn first_word(value: &str) -> String {
    value
        .split([';', '(', ' ', ','])
        .find(|word| !word.is_empty())
        .unwrap_or_default()
        .trim_matches('"')
        .to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use MachineMark::*;

    fn marks_of(mail: &str) -> Vec<MachineMark> {
        Message::parse(mail.as_bytes(), "mx.example.org").unwrap().machine_marks
    }

    #[test]
    fn the_tables_are_readable() {
        let tables: Tables = toml::from_str(include_str!("../../../config/machine.toml")).unwrap();
        assert!(tables.subject.automatic.0.len() > 50);
    }

    #[test]
    fn a_header_gives_the_machine_away() {
        for (header, mark) in [
            ("Auto-Submitted: auto-replied (vacation)", AutoSubmitted),
            ("Auto-submitted: auto-generated; owner-email=x", AutoSubmitted),
            ("X-Autoreply: yes", AutoReplyHeader),
            ("Precedence: auto_reply", AutoReplyHeader),
            ("Return-Path: <>", NullReturnPath),
            ("Return-Path: < >", NullReturnPath),
            ("Precedence: Bulk", BulkPrecedence),
            ("List-Unsubscribe: <mailto:x@y.example>", MailingList),
            ("List-Id: Tea <tea.example>", MailingList),
            ("X-Failed-Recipients: a@x.example", DeliveryReport),
            ("Content-Type: multipart/report; report-type=delivery-status; boundary=b", DeliveryReport),
            ("Content-Type: Multipart/Report; boundary=b;\n report-type=\"disposition-notification\"", ReadReceipt),
        ] {
            assert_eq!(marks_of(&format!("From: a@x.example\nSubject: Hi\n{header}\n\nHello")), [mark], "{header}");
        }
    }

    #[test]
    fn a_robots_address_is_known_unless_it_passes_on_a_form() {
        for (local, robot) in [
            ("MAILER-DAEMON", true),
            ("postmaster", true),
            ("no-reply", true),
            ("noreply+12", true),
            ("DoNotReply", true),
            ("owner-tea", true),
            ("tea-bounces", true),
            ("tea-request", true),
            ("notifications", true),
            ("norman", false),
            ("info", false),
            ("support", false),
            ("daemonika", false),
            ("anna.bounce-weber", false),
        ] {
            let marks = marks_of(&format!("From: {local}@x.example\n\nHello"));
            assert_eq!(marks.contains(&RobotSender), robot, "{local}");
        }
        assert_eq!(marks_of("From: noreply@forms.example\nReply-To: anna@x.example\n\nName: Anna"), []);
    }

    #[test]
    fn an_automatic_reply_without_headers_is_known_by_its_whole() {
        for (subject, text, mark) in [
            ("Automatic reply: Tea", "", AutomaticSubject),
            ("Out of Office: Tea", "", AutomaticSubject),
            ("Réponse automatique : thé", "", AutomaticSubject),
            ("Abwesenheitsnotiz", "", AutomaticSubject),
            ("[부재중] 초대", "", AutomaticSubject),
            ("자동 회신: 초대", "", AutomaticSubject),
            ("自動返信: ご案内", "", AutomaticSubject),
            ("Автоматический ответ: чай", "", AutomaticSubject),
            ("[Ticket #12345] Tea", "", AutomaticSubject),
            ("Tea", "This is an automated\nresponse. We will read it.", AutomaticText),
            (
                "Tea",
                "I am out of the office until 3 May with limited access to e-mail. For urgent matters please call Bob.",
                AutomaticText,
            ),
            (
                "Tee",
                "Ich bin bis 3. Mai nicht im Büro. In dringenden Fällen wenden Sie sich an Frau Roth.",
                AutomaticText,
            ),
            ("차", "5월 3일까지 출장 중입니다. 급한 용무는 김 대리에게 연락 주시기 바랍니다.", AutomaticText),
            ("Tea", "본 메일은 자동으로 발송되었습니다.", AutomaticText),
            ("[광고] 차 특가", "", NewsletterText),
            (
                "Tea news",
                "Much tea!\n\nYou are receiving this mail because you drink tea.\nUnsubscribe here",
                NewsletterText,
            ),
            ("Read: Tea", "", ReadReceipt),
            ("Undelivered Mail Returned to Sender", "", DeliveryReport),
            ("failure notice", "Hi. This is the qmail-send program at x.example.", DeliveryReport),
        ] {
            assert_eq!(
                marks_of(&format!("From: a@x.example\nSubject: {subject}\n\n{text}")),
                [mark],
                "{subject}: {text}"
            );
        }
    }

    #[test]
    fn a_person_is_no_machine() {
        for (head, text) in [
            ("Subject: Re: Tea", "Sorry for the late reply, I was out of the office. Yes, I will come."),
            (
                "Subject: Re: Tea\nIn-Reply-To: <a@x>",
                "I am on leave until Friday, please call me if it is urgent. I will come on the 3rd.",
            ),
            ("Subject: Re: Automatic reply: Tea", "I know, but will you come?"),
            ("Subject: Tea\nAuto-Submitted: no", "This is an automatic reply, said my colleague. I shall come."),
            ("Subject: Tea\nX-Auto-Response-Suppress: All", "I will come."),
            ("Subject: Tea", "Please unsubscribe me, I do not drink tea."),
            ("Subject: WG: Tee", "Ich komme.\n\nVon: News <news@x.example>\nBetreff: Tee\n\nNewsletter abbestellen"),
            ("Subject: Re: Tea\nIn-Reply-To: <a@x>", "Gerne.\n> This is an automatic reply"),
            (
                "Subject: Accepted: Tea\nContent-Type: text/calendar; method=REPLY",
                "BEGIN:VCALENDAR\nMETHOD:REPLY\nEND:VCALENDAR",
            ),
            ("Subject: Abwesenheit am 3. Mai", "Leider bin ich am 3. Mai verreist und kann nicht kommen."),
            ("Subject: Ticket", "Do I need a ticket?"),
        ] {
            assert_eq!(marks_of(&format!("From: anna@x.example\n{head}\n\n{text}")), [], "{head}");
        }
    }
}

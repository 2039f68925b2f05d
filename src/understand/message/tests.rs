//! Whole mails, sound and damaged.

use super::*;

fn parse(mail: &str) -> Message {
    Message::parse(mail.as_bytes(), "mx.example.org").unwrap()
}

fn text(message: &Message) -> Vec<&str> {
    message.body.iter().map(|line| line.text.as_str()).collect()
}

#[test]
fn the_header_is_read_first() {
    let message = parse(
        "Received: from a by mx.example.org\nAuthentication-Results: mx.example.org; dmarc=pass\nMessage-ID: <1@x.example>\n\
         In-Reply-To: <3@y.example>\nReferences: <2@y.example>\n <3@y.example>\nFrom: \"Weber, Anna\" <Anna@X.example>, <b@x.example>\n\
         Reply-To: Anna <home@x.example>\nTo: tea@example.org\nCc: Bob <bob@x.example>\n\
         Subject: Re: =?utf-8?Q?Gr=C3=BCner?=\n =?utf-8?Q?_Tee?=\nDate: Mon, 5 Feb 2024 10:00:00 -0330\n\nYes\n",
    );
    assert_eq!(message.message_id.as_deref(), Some("1@x.example"));
    assert_eq!(message.thread, ["3@y.example", "2@y.example"]);
    assert_eq!(message.from, Some(Mailbox { name: Some("Weber, Anna".into()), address: "anna@x.example".into() }));
    assert_eq!(message.answer_address(), Some("home@x.example"));
    assert_eq!(
        message.recipients.iter().map(|to| to.address.as_str()).collect::<Vec<_>>(),
        ["tea@example.org", "bob@x.example"]
    );
    assert_eq!(message.subject, "Re: Grüner Tee");
    assert_eq!(message.date.map(|date| date.to_string()).as_deref(), Some("2024-02-05T13:30:00Z"));
    assert_eq!(message.utc_offset_minutes, -210);
    assert_eq!(message.authentication.dmarc, Verdict::Pass);
    assert_eq!(text(&message), ["Yes"]);
    assert_eq!(message.machine_marks, []);
}

#[test]
fn eight_bit_headers_without_a_label_are_read() {
    for encoding in [encoding_rs::EUC_KR, encoding_rs::UTF_8] {
        let mail = "From: 김민지 <minji@x.example>\nSubject: 네, 참석합니다\n\n감사합니다\n";
        let message = Message::parse(&encoding.encode(mail).0, "").unwrap();
        assert_eq!(message.from.unwrap().name.as_deref(), Some("김민지"), "{}", encoding.name());
        assert_eq!(message.subject, "네, 참석합니다");
        assert_eq!(message.body[0].text, "감사합니다");
    }
    let mail = "From: 岡本 <o@x.example>\nContent-Type: text/plain; charset=Shift_JIS\n\n参加します\n";
    let message = Message::parse(&encoding_rs::SHIFT_JIS.encode(mail).0, "").unwrap();
    assert_eq!(message.from.unwrap().name.as_deref(), Some("岡本"), "the label of the text tells that of the header");
}

#[test]
fn the_body_is_what_the_sender_wrote() {
    let html = |plain: &str, html: &str| {
        let part = |kind: &str, text: &str| format!("--b\nContent-Type: text/{kind}; charset=utf-8\n\n{text}\n");
        let parts = part("plain", plain) + &part("html", html);
        parse(&format!("From: a@x.example\nContent-Type: multipart/alternative; boundary=b\n\n{parts}--b--\n"))
    };
    assert_eq!(text(&html("Yes", "<p>Yes</p>")), ["Yes"]);
    assert_eq!(text(&html(" ", "<p>Yes</p>")), ["Yes"]);
    let long = "I will come. ".repeat(40);
    assert_eq!(text(&html("Get a better mail program!", &format!("<p>{long}</p>"))), [long.trim()]);
    assert_eq!(html("Yes", "<p>Yes<span style='display:none'>no</span></p>").hidden_text, ["no"]);
}

#[test]
fn several_text_parts_are_one_body_and_files_are_not() {
    let message = parse(
        "From: a@x.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nFirst\n--b\nContent-Type: text/plain\n\nSecond\n\
         --b\nContent-Type: text/plain; name=\"list.txt\"\nContent-Disposition: attachment; filename=list.txt\n\nnot typed\n\
         --b\nContent-Type: message/rfc822\n\nSubject: inner\n\nnot typed\n\
         --b\nContent-Type: text/x-vcard; charset=utf-8\n\nBEGIN:VCARD\nFN:Anna\nEND:VCARD\n\
         --b\nContent-Type: application/octet-stream; name=\"=?utf-8?Q?r=C3=A9ponse.ICS?=\"\nContent-Transfer-Encoding: base64\n\n\
         QkVHSU46VkNBTEVOREFSCk1FVEhPRDpSRVBMWQpCRUdJTjpWRVZFTlQKRU5EOlZFVkVOVApFTkQ6VkNBTEVOREFSCg==\n--b--\n",
    );
    assert_eq!(text(&message), ["First", "Second"]);
    assert_eq!(
        message.attachments.iter().map(|a| a.media_type.as_str()).collect::<Vec<_>>(),
        ["text/plain", "message/rfc822"]
    );
    assert_eq!(message.attachments[0].name.as_deref(), Some("list.txt"));
    assert_eq!(message.cards[0].name.as_deref(), Some("Anna"));
    assert_eq!(message.calendars[0].method, "REPLY");
}

#[test]
fn a_text_that_is_called_an_attachment_is_read_where_there_is_no_other() {
    let message = parse("From: a@x.example\nContent-Disposition: attachment\nContent-Type: text/plain\n\nYes\n");
    assert_eq!(text(&message), ["Yes"]);
}

#[test]
fn what_is_no_mail_is_said_to_be_none() {
    for bytes in [&b""[..], b"\n", b"\0\0\0", b"I will come.\nAnna\n", b"\xff\xfe\xfd\xfc"] {
        assert_eq!(Message::parse(bytes, "").unwrap_err(), Unreadable::NotMail);
    }
    assert_eq!(text(&parse("\r\n  \r\nFrom: a@x.example\r\n\r\nYes")), ["Yes"], "blank lines before the header");
    assert_eq!(text(&parse("From: a@x.example\r\rYes\rAnna\r")), ["Yes", "Anna"], "carriage returns alone");
}

#[test]
fn a_text_that_is_too_long_is_cut_not_dropped() {
    let message = parse(&format!("From: a@x.example\n\n{}\nend\n", "참석".repeat(200_000)));
    assert_eq!(message.body.len(), 1);
    assert_eq!(message.body[0].text.len(), 1024 * 1024 / 3 * 3);
}

#[test]
fn a_huge_or_endlessly_nested_mail_is_read_within_bounds() {
    let n = 100_000;
    let head = "From: a@x.example\nSubject: x\n";
    for mail in [
        format!("{head}\n{}", "yes yes yes\n".repeat(n * 2)),
        format!("{head}\n{}", "참석".repeat(n * 4)),
        format!("{head}{}", "Content-Type: message/rfc822\n\n".repeat(n)),
        format!("{head}{}", "Content-Type: multipart/mixed; boundary=b\n\n--b\n".repeat(n / 10)),
        (0..n / 10).fold(head.to_string(), |mail, k| {
            mail + &format!("Content-Type: multipart/mixed; boundary=b{k}\n\n--b{k}\n")
        }),
        format!(
            "{head}Content-Type: multipart/mixed; boundary=b\n\n{}",
            "--b\nContent-Type: multipart/x; boundary=none\n\nx\n".repeat(n)
        ),
        format!("{head}Content-Type: multipart/mixed; boundary=b\n\n{}", "--b\n\nx\n".repeat(n)),
        format!("{head}{}\n\nx", "X: y\n".repeat(n)),
        format!(
            "From: {}\nTo: {}\nReferences: {}\n\nx",
            "(".repeat(n),
            "\"a\" <a@x.example>,".repeat(n),
            "<a@x> ".repeat(n)
        ),
        format!("{head}Content-Type: text/plain;{}\n\nx", " a*1=b;".repeat(n / 10)),
    ] {
        let message = parse(&mail);
        assert!(message.body.iter().map(|line| line.text.len() + 1).sum::<usize>() <= 1024 * 1024 + 1);
        assert!(message.attachments.len() <= 100 && message.recipients.len() <= 500 && message.thread.len() <= 200);
    }
}

/// Bytes changed, doubled, cut and swapped by a fixed sequence: nothing panics (the barrier would say so).
#[test]
fn damaged_mail_never_breaks_the_parser() {
    let multipart = "From: =?euc-kr?B?seg=?= <a@x.example>\nSubject: =?utf-8?Q?=ED=95?= x\nDate: Mon, 5 Feb 2024 10:00:00 +0900\n\
                     Content-Type: multipart/mixed; boundary=\"b\"\n\n--b\nContent-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n\
                     <table><tr><td style=3D\"color:#fff\">a</td></tr></table><blockquote type=3Dcite>b</blockquote>\n\
                     --b\nContent-Type: text/calendar; method=REPLY\n\nBEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20240201T180000Z\n\
                     ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@x.example\nEND:VEVENT\nEND:VCALENDAR\n\
                     --b\nContent-Type: text/x-vcard\n\nBEGIN:VCARD\nVERSION:2.1\nFN;ENCODING=QUOTED-PRINTABLE:J=C3=B6rg\nORG:a;b\nEND:VCARD\n--b--\n";
    let samples = [
        multipart,
        "From: a@x.example\nContent-Type: text/plain; format=flowed; delsp=yes\n\n> a \n> b\n>> c\n-- \nAnna\n",
        "From: a@x.example\nContent-Type: text/plain; charset=iso-2022-kr\n\n\x1b$)C\x0e1h\x0f\n",
        "From: a@x.example\nContent-Type: text/plain; charset=utf-7\nContent-Transfer-Encoding: base64\n\nR3IrQVB3LW4=\n",
        "From: \"A (b) <c\" <a@x.example>, d: e@f.example;\nTo: (((\nReferences: <a <b>\n\n<div id=divRplyFwdMsg>\n",
        "Authentication-Results: mx.example.org (x; (y)); dmarc=pass; spf=\"a\nReceived: by mx.example.org\nFrom: a@x.example\n\nx",
        "From: MAILER-DAEMON@x.example\nContent-Type: multipart/report; boundary=b\n\n--b\n\nx\n--b\nContent-Type: message/delivery-status\n\n\
         Final-Recipient: rfc822;a@x.example\nStatus: 5.1.1\n\n--b\nContent-Type: message/rfc822\n\nMessage-ID: <1@x>\n\n--b--",
        "From: a@x.example\nContent-Type: text/html; charset=ks_c_5601-1987\n\n<ol><li>one<pre>\n> two</pre></ol><p hidden>&nbsp;&#0;",
    ];
    let mut random = fastrand::Rng::with_seed(7);
    for round in 0..4000 {
        let mut bytes = samples[round % samples.len()].as_bytes().to_vec();
        for _ in 0..random.usize(1..6) {
            let at = random.usize(0..bytes.len());
            match random.u8(0..5) {
                0 => bytes[at] = random.u8(..),
                1 => bytes.truncate(at.max(1)),
                2 => bytes.insert(at, *random.choice(b"<>\"=?;:\n\r \x1b\0\xff()&@-").unwrap()),
                3 => drop(bytes.remove(at)),
                _ => bytes.extend_from_within(at..(at + 40).min(bytes.len())),
            }
            if bytes.is_empty() {
                bytes.push(b'x');
            }
        }
        assert_ne!(
            Message::parse(&bytes, "mx.example.org").err(),
            Some(Unreadable::Structure),
            "{:?}",
            String::from_utf8_lossy(&bytes)
        );
    }
}

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use mail_parser::MessageParser;

use super::*;
use crate::understand::facts::sessions::Answer;

const EVENT: &str = r#"
    id = "tea"
    title = "Tea & Talk"
    host = "The Tea Society"
    timezone = "Europe/Berlin"
    languages = ["en", "de", "ko"]
    mailbox = "tea@society.example"
    invited = 2013-05-01
    [[session]]
    id = "tasting"
    starts = 2013-06-17T19:00:00
    ends = 2013-06-17T21:00:00
    venue = "Teehaus, Lindenweg 1, Berlin"
    title = { en = "Tea tasting", de = "Teeprobe", ko = "다과회" }
    [[session]]
    id = "talk"
    starts = 2013-06-18T09:30:00
    ends = 2013-06-18T11:00:00
    venue = "Aula"
    title = { en = "Talk", de = "Vortrag" }
"#;

fn event() -> Event {
    Event::from_toml(EVENT).unwrap()
}

fn anna() -> Standing {
    Standing {
        facts: Facts {
            name: Some("Anna Lindner".into()),
            organization: Some("Teebund".into()),
            position: Some("Vorsitzende".into()),
            sessions: Some(BTreeMap::from([("tasting".into(), Answer::Yes), ("talk".into(), Answer::No)])),
            email: Some("anna@teebund.example".into()),
        },
        status: Status::Attending,
        missing: Vec::new(),
    }
}

/// Somebody of whom only a name, or nothing at all, is known.
fn only(name: Option<&str>, status: Status, missing: &[Field]) -> Standing {
    Standing { facts: Facts { name: name.map(str::to_owned), ..Facts::default() }, status, missing: missing.to_vec() }
}

fn answering<'a>(event: &'a Event, kind: AcknowledgementKind, attendees: &'a [Standing]) -> Answering<'a> {
    Answering {
        event,
        kind,
        message: Kind::Attend,
        human: false,
        language: "en",
        attendees,
        answered: Answered { message_id: Some("1@teebund.example"), subject: "AW: Einladung", references: &[] },
        to: "Anna@Teebund.example",
        recipient: Some("Anna Lindner"),
        from: "The Tea Society <tea@society.example>",
        message_id: "ack1@society.example",
        date: "2013-05-02T10:00:00Z".parse().unwrap(),
    }
}

fn text(templates: &Templates, answering: &Answering<'_>) -> String {
    let raw = compose(templates, answering).unwrap().raw;
    let message = MessageParser::default().parse(&raw).unwrap();
    message.body_text(0).unwrap().replace("\r\n", "\n")
}

/// The texts as people get them, one file a language. After a wanted change: `RSVPD_WRITE_SNAPSHOTS=1 cargo test`.
#[test]
fn every_answer_reads_as_it_should_in_every_language() {
    use AcknowledgementKind::{Ask, Confirm, Received};
    let templates = Templates::load(None).unwrap();
    let event = event();
    let (anna, boris) = (anna(), only(Some("Boris Frank"), Status::Declined, &[]));
    let cancelled = Standing { status: Status::Cancelled, ..anna.clone() };
    let mut incomplete =
        Standing { status: Status::Incomplete, missing: vec![Field::Position, Field::Sessions], ..anna.clone() };
    (incomplete.facts.position, incomplete.facts.sessions) = (None, None);
    let unknown = only(None, Status::Incomplete, &[Field::Name, Field::Organization, Field::Email]);
    for language in ["en", "de", "ko"] {
        let mut written = String::new();
        for (case, kind, message, human, attendees) in [
            ("attend, with a further wish", Confirm, Kind::Attend, true, vec![anna.clone()]),
            ("one comes, one does not", Confirm, Kind::Attend, false, vec![anna.clone(), boris.clone()]),
            ("change", Confirm, Kind::Change, false, vec![anna.clone()]),
            ("decline", Confirm, Kind::Decline, false, vec![boris.clone()]),
            ("cancel", Confirm, Kind::Cancel, false, vec![cancelled.clone()]),
            ("ask about one", Ask, Kind::Attend, false, vec![incomplete.clone()]),
            ("ask about two", Ask, Kind::Attend, false, vec![incomplete.clone(), unknown.clone()]),
            ("received", Received, Kind::Question, true, vec![]),
        ] {
            let answering = Answering { message, human, language, ..answering(&event, kind, &attendees) };
            writeln!(written, "======== {case}\n{}", text(&templates, &answering)).unwrap();
        }
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/acknowledge/snapshots/{language}.txt"));
        if std::env::var_os("RSVPD_WRITE_SNAPSHOTS").is_some() {
            fs::write(&path, &written).unwrap();
        }
        assert_eq!(written, fs::read_to_string(&path).unwrap_or_default(), "{}", path.display());
    }
}

#[test]
fn the_mail_is_threaded_marked_as_automatic_and_text_comes_first() {
    let event = event();
    let attendees = [anna()];
    let references: Vec<String> = (0..40).map(|n| format!("{n}@teebund.example")).collect();
    let mut answering = answering(&event, AcknowledgementKind::Confirm, &attendees);
    answering.answered.references = &references;
    let acknowledgement = compose(&Templates::load(None).unwrap(), &answering).unwrap();
    assert_eq!(acknowledgement.to, "anna@teebund.example");
    assert_eq!(acknowledgement.subject, "Re: Einladung");
    assert_eq!(acknowledgement.in_reply_to.as_deref(), Some("1@teebund.example"));
    let raw = String::from_utf8(acknowledgement.raw).unwrap();
    let (header, body) = raw.split_once("\r\n\r\n").unwrap();
    let unfolded = header.replace("\r\n ", " ");
    for line in [
        "From: \"The Tea Society\" <tea@society.example>",
        "To: \"Anna Lindner\" <anna@teebund.example>",
        "Subject: Re: Einladung",
        "Date: Thu, 02 May 2013 10:00:00 +0000",
        "Message-ID: <ack1@society.example>",
        "In-Reply-To: <1@teebund.example>",
        "Auto-Submitted: auto-replied",
        "X-Auto-Response-Suppress: All",
    ] {
        assert!(unfolded.lines().any(|l| l == line), "{line} is not in\n{unfolded}");
    }
    let references = unfolded.lines().find(|line| line.starts_with("References:")).unwrap();
    assert!(references.starts_with("References: <0@teebund.example> <21@teebund.example>"), "{references}");
    assert!(references.ends_with("<39@teebund.example> <1@teebund.example>"), "{references}");
    assert!(body.find("text/plain").unwrap() < body.find("text/html").unwrap());
    assert_eq!(body.matches("quoted-printable").count(), 2);
}

#[test]
fn markup_in_a_fact_stays_text() {
    let event = event();
    let mut attendees = [anna()];
    attendees[0].facts.name = Some("<b>Anna</b> {{ event.title }}".into());
    let answering = answering(&event, AcknowledgementKind::Confirm, &attendees);
    let (text, html) = Templates::load(None).unwrap().render(&answering).unwrap();
    assert!(text.contains("<b>Anna</b> {{ event.title }}: attending"), "{text}");
    assert!(html.contains("&lt;b&gt;Anna&lt;&#x2f;b&gt; {{ event.title }}"), "{html}");
    assert!(html.contains("Tea &amp; Talk"), "{html}");
}

#[test]
fn a_sender_without_templates_for_his_language_gets_english() {
    let (event, attendees, templates) = (event(), [anna()], Templates::load(None).unwrap());
    for (language, greeting) in [("fr", "Hello"), ("", "Hello"), ("de-AT", "Guten Tag"), ("DE", "Guten Tag")] {
        let answering = Answering { language, ..answering(&event, AcknowledgementKind::Confirm, &attendees) };
        assert!(text(&templates, &answering).starts_with(greeting), "{language}");
    }
}

#[test]
fn nothing_is_asked_where_nothing_is_missing_and_no_mail_goes_to_what_is_no_address() {
    let (event, attendees, templates) = (event(), [anna()], Templates::load(None).unwrap());
    let error = |answering: Answering<'_>| compose(&templates, &answering).unwrap_err().to_string();
    let confirm = answering(&event, AcknowledgementKind::Confirm, &attendees);
    let ask = Answering { kind: AcknowledgementKind::Ask, ..confirm.clone() };
    assert_eq!(error(ask), "could not ask the sender: nothing is missing");
    let nobody = error(Answering { to: "nobody", ..confirm.clone() });
    assert!(nobody.starts_with("could not address the answer: "), "{nobody}");
    let from = error(Answering { from: "Tea <tea>", ..confirm });
    assert!(from.starts_with("could not use \"Tea <tea>\" as the sender of answers: "), "{from}");
}

#[test]
fn staff_override_a_template_and_add_a_language_and_are_told_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let load = || Templates::load(Some(folder.path()));
    let (event, attendees) = (event(), [anna()]);
    let confirm = answering(&event, AcknowledgementKind::Confirm, &attendees);

    write("en/confirm.txt.j2", "Hi {{ recipient or \"there\" }}!\n");
    write("en/confirm.txt.j2~", "what an editor left");
    assert_eq!(text(&load().unwrap(), &confirm), "Hi Anna Lindner!");

    let sentence = || load().unwrap_err().to_string();
    write("fr/words.toml", include_str!("../../config/templates/en/words.toml"));
    assert_eq!(
        sentence(),
        "could not render the template fr/confirm.txt.j2: template not found: template \"fr/confirm.txt.j2\" does not exist"
    );
    for name in
        ["confirm.txt.j2", "confirm.html.j2", "ask.txt.j2", "ask.html.j2", "received.txt.j2", "received.html.j2"]
    {
        write(&format!("fr/{name}"), "Bonjour");
    }
    let french = Answering { language: "fr", ..confirm };
    assert_eq!(text(&load().unwrap(), &french), "Bonjour");

    write("de/received.txt.j2", "Guten Tag\n{{ recipent }}");
    assert_eq!(
        sentence(),
        "could not render the template de/received.txt.j2: undefined value (in de/received.txt.j2:2)"
    );
    write("de/received.txt.j2", "{% if %}");
    assert!(sentence().starts_with("could not render the template de/received.txt.j2: syntax error"), "{}", sentence());
    write("de/received.txt.j2", "Guten Tag");
    write("attendees.txt.j2", "{{ attendee.name }}");
    assert!(sentence().ends_with("undefined value (in attendees.txt.j2:1)"), "{}", sentence());
    write("attendees.txt.j2", "");
    write("de/words.toml", "weekdays = []");
    assert!(sentence().starts_with("could not read the words in de/words.toml: "), "{}", sentence());
    write("de/words.toml", include_str!("../../config/templates/de/words.toml"));
    load().unwrap();
    write("de/confirn.txt.j2", "");
    assert_eq!(
        sentence(),
        "could not use the template de/confirn.txt.j2: no answer is made of it; the names are those in config/templates/en"
    );
    let nowhere = Templates::load(Some(&folder.path().join("nowhere"))).unwrap_err().to_string();
    assert!(nowhere.contains("nowhere: No such file"), "{nowhere}");
}

/// What people, clients and attackers put into names, subjects and Message-IDs.
const NASTY: &[&str] = &[
    "\r\n",
    "\n",
    "\r",
    "\0",
    "\t",
    " ",
    "\u{85}",
    "\u{2028}",
    "\u{202e}",
    "\u{feff}",
    "Bcc: x@evil.example",
    "\r\nBcc: x@evil.example\r\n\r\n",
    "=?utf-8?b?DQpCY2M6IHg=?=",
    "=?utf-8?q?=0D=0A?=",
    "?=",
    "<",
    ">",
    "\"",
    "\\",
    "'",
    ",",
    ";",
    ":",
    "@",
    "(",
    ")",
    "[",
    "]",
    ".",
    "..",
    "\r\n.\r\n",
    "<script>",
    "&amp;",
    "{{ event }}",
    "{% include 'x' %}",
    "--=_",
    "=_",
    "=",
    "=0D",
    "-- ",
    "Anna",
    "Müller",
    "김민수",
    "名前",
    "🫖",
    "e\u{301}",
    "\u{fffd}",
    "Re: ",
    "답장: ",
    "a@b.example",
    "x.example",
    "long word ",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
];

fn nasty(chance: &mut fastrand::Rng) -> String {
    let pieces = if chance.u8(..20) == 0 { 400 } else { chance.usize(0..12) };
    (0..pieces).filter_map(|_| chance.choice(NASTY)).copied().collect()
}

#[test]
fn nothing_that_a_stranger_writes_escapes_from_its_place() {
    let (templates, event) = (Templates::load(None).unwrap(), event());
    let chance = &mut fastrand::Rng::with_seed(7);
    let mut refused = 0;
    for round in 0..12_000 {
        let mut attendees = [anna(), only(None, Status::Incomplete, &[Field::Name])];
        let facts = &mut attendees[0].facts;
        (facts.name, facts.organization, facts.position) =
            (Some(nasty(chance)), Some(nasty(chance)), Some(nasty(chance)));
        facts.email = Some(nasty(chance));
        let (subject, id, recipient) = (nasty(chance), nasty(chance), nasty(chance));
        let references: Vec<String> = (0..chance.usize(0..40)).map(|_| nasty(chance)).collect();
        let to = if round % 2 == 0 {
            "guest@teebund.example".to_owned()
        } else {
            format!("{}@{}", nasty(chance), nasty(chance))
        };
        let kind = [AcknowledgementKind::Confirm, AcknowledgementKind::Ask, AcknowledgementKind::Received][round % 3];
        let answering = Answering {
            language: ["en", "de", "ko"][round / 3 % 3],
            answered: Answered { message_id: Some(&id), subject: &subject, references: &references },
            recipient: Some(&recipient),
            to: &to,
            ..answering(&event, kind, &attendees)
        };
        match compose(&templates, &answering) {
            Ok(acknowledgement) => assert_whole(&acknowledgement, &attendees[0]),
            Err(ComposeError::To(_)) if round % 2 == 1 => refused += 1,
            Err(error) => panic!("{error}: {answering:?}"),
        }
    }
    assert!((2_000..6_000).contains(&refused), "{refused} addresses refused: the test has lost its point");
}

/// Exactly our headers and parts, in lines that SMTP takes, and what was put in comes out again.
fn assert_whole(acknowledgement: &Acknowledgement, first: &Standing) {
    let raw = std::str::from_utf8(&acknowledgement.raw).unwrap();
    assert!(raw.split("\r\n").all(|line| line.len() <= 998 && !line.contains(['\r', '\n', '\0'])), "{raw}");
    let (header, _) = raw.split_once("\r\n\r\n").unwrap();
    let names = header.split("\r\n").filter(|line| !line.starts_with(' ')).map(|line| line.split(':').next().unwrap());
    let optional = |name: &&str| !matches!(*name, "In-Reply-To" | "References");
    assert_eq!(
        names.filter(optional).collect::<Vec<_>>(),
        [
            "From",
            "To",
            "Subject",
            "Date",
            "Message-ID",
            "Auto-Submitted",
            "X-Auto-Response-Suppress",
            "MIME-Version",
            "Content-Type"
        ],
        "{raw}"
    );
    let message = MessageParser::default().parse(raw).unwrap();
    assert_eq!(message.parts.len(), 3, "{raw}");
    assert_eq!(message.subject().unwrap_or_default(), acknowledgement.subject, "{raw}");
    let address = |list: Option<&mail_parser::Address<'_>>| {
        let all: Vec<String> = list.unwrap().iter().filter_map(|one| one.address()).map(str::to_owned).collect();
        all.join(" ")
    };
    assert_eq!(address(message.from()), "tea@society.example", "{raw}");
    assert_eq!(address(message.to()), acknowledgement.to, "{raw}");
    assert_eq!(message.message_id(), Some("ack1@society.example"));
    let (text, html) = (message.body_text(0).unwrap(), message.body_html(0).unwrap());
    if acknowledgement.kind != AcknowledgementKind::Received {
        let name = text::line(first.facts.name.as_deref().unwrap(), 200);
        assert!(text.contains(&name), "{name:?} is not in {text:?}");
    }
    assert!(!html.contains("<script>"), "{html}");
}

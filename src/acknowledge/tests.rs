use std::collections::BTreeMap;

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
    id = "tea"
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
            sessions: Some(BTreeMap::from([("tea".into(), Answer::Yes), ("talk".into(), Answer::No)])),
            email: Some("anna@teebund.example".into()),
        },
        status: Status::Attending,
        missing: Vec::new(),
    }
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

fn text(answering: &Answering<'_>) -> String {
    let raw = compose(&Templates::load(None).unwrap(), answering).unwrap().raw;
    let message = MessageParser::default().parse(&raw).unwrap();
    message.body_text(0).unwrap().replace("\r\n", "\n")
}

#[test]
fn show() {
    let event = event();
    let mut incomplete = anna();
    incomplete.missing = vec![Field::Position, Field::Sessions];
    incomplete.facts.position = None;
    incomplete.facts.sessions = None;
    incomplete.status = Status::Incomplete;
    for language in ["en", "de", "ko"] {
        let standings = [anna(), incomplete.clone()];
        for kind in [AcknowledgementKind::Confirm, AcknowledgementKind::Ask, AcknowledgementKind::Received] {
            let a = Answering { language, ..answering(&event, kind, &standings) };
            println!("{}\n=======", text(&a));
        }
    }
    let standings = [anna()];
    let raw = compose(&Templates::load(None).unwrap(), &answering(&event, AcknowledgementKind::Confirm, &standings))
        .unwrap()
        .raw;
    println!("{}", String::from_utf8(raw).unwrap());
}

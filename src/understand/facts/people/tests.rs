//! Whole mails, invented, with what is to be read of them.

use super::{People, Person, read};
use crate::event::Event;
use crate::understand::facts::evidence::{Fact, ReasonCode};
use crate::understand::facts::sessions;
use crate::understand::language::Languages;
use crate::understand::message::{Card, Mailbox, Message};
use crate::understand::net::witness::Witness;
use crate::understand::reply::{InlineAnswer, ReplyText, Span};

const EVENT: &str = r#"
    id = "tea"
    title = "Symposium on Tea"
    host = "Tea Circle"
    timezone = "Europe/Berlin"
    languages = ["en"]
    mailbox = "tea@example.org"
    invited = 2024-01-01
    [[session]]
    id = "talks"
    starts = 2024-02-01T10:00:00
    ends = 2024-02-01T11:00:00
    venue = "Hall"
    title = { en = "Talks" }
"#;

fn people_of(from: (&str, &str), reply: &ReplyText) -> People {
    let name = (!from.0.is_empty()).then(|| from.0.to_string());
    let from = Some(Mailbox { name, address: from.1.to_string() });
    let message = Message { from, ..Message::default() };
    let event = Event::from_toml(EVENT).unwrap();
    people_in(reply, &message, &event)
}

fn people_in(reply: &ReplyText, message: &Message, event: &Event) -> People {
    let languages = Languages::built_in().of_mail(&reply.text, &event.languages);
    let sessions = sessions::read(reply, message, event, None, &languages);
    let witness = Witness::of(reply, message, event, &sessions, &languages);
    read(reply, message, event, &witness, &languages)
}

fn only(from: (&str, &str), text: &str) -> Person {
    let mut people = people_of(from, &ReplyText::typed(text)).people;
    assert_eq!(people.len(), 1, "{text}");
    people.remove(0)
}

fn value(fact: Option<&Fact<String>>) -> &str {
    fact.map_or("–", |fact| fact.value.as_str())
}

fn told(person: &Person) -> [&str; 3] {
    [value(person.name.as_ref()), value(person.organization.as_ref()), value(person.position.as_ref())]
}

#[test]
fn the_writer_is_read_from_signatures_forms_and_sentences() {
    for (from, text, wanted) in [
        (
            ("Ada Birch", "ada.birch@elm.example"),
            "Both days, please.\n\nBest regards,\nAda Birch\nSenior Lecturer, Elm University\nTel. 555 0100",
            ["Ada Birch", "Elm University", "Senior Lecturer"],
        ),
        (
            ("Hasel, Bruno", "b.hasel@linde.example"),
            "Ich komme.\n\nMit freundlichen Grüßen\nDr. Bruno Hasel\nReferent für Tee\nLindenstiftung e.V.\nHauptstr. 1, 12345 Berlin",
            ["Bruno Hasel", "Lindenstiftung e.V.", "Referent für Tee"],
        ),
        (
            ("", "office@elm.example"),
            "Name: Carla Fir\nOrganisation: Elm Trust\nPosition: treasurer\nTalks: yes",
            ["Carla Fir", "Elm Trust", "treasurer"],
        ),
        (
            ("D. Oak", "d.oak@mail.example"),
            "Name\nOrganization\nPosition\nDora Oak\nElm Museum\ncurator",
            ["Dora Oak", "Elm Museum", "curator"],
        ),
        (
            ("Eva Yew", "eva.yew@mail.example"),
            "I am a translator at the Elm Institute and would love to come.\nEva",
            ["Eva Yew", "Elm Institute", "translator"],
        ),
        (
            ("Finn Esche", "finn.esche@mail.example"),
            "gern! Ich arbeite als Bibliothekar bei der Lindenakademie.\nFinn",
            ["Finn Esche", "Lindenakademie", "Bibliothekar"],
        ),
        (
            ("한가람", "garam@mail.example"),
            "느티재단 연구위원 한가람입니다. 참석하겠습니다.",
            ["한가람", "느티재단", "연구위원"],
        ),
        (
            ("Garam Han", "garam@mail.example"),
            "느티재단에서 간사로 일하는 한가람입니다. 참석하겠습니다.",
            ["한가람", "느티재단", "간사"],
        ),
        (("Gus Holly", "gus@mail.example"), "I'm in!\nGus Holly (clerk, Elm Bank)", ["Gus Holly", "Elm Bank", "clerk"]),
    ] {
        assert_eq!(told(&only(from, text)), wanted, "{text}");
    }
}

#[test]
fn the_writer_is_read_where_no_spaces_part_words() {
    for (from, text, wanted) in [
        (
            ("Taro Yamada", "taro@minato.example"),
            "港湾新聞社会部記者の山田太郎と申します。両日とも参加いたします。",
            ["山田太郎", "港湾新聞", "記者"],
        ),
        (
            ("山田 太郎", "yamada@minato.example"),
            "出席いたします。\n\n北都大学 文学部\n准教授　山田　太郎（やまだ　たろう）\nyamada@minato.example",
            ["山田 太郎", "北都大学 文学部", "准教授"],
        ),
        (
            ("", "minato@mail.example"),
            "氏　名：山田太郎\n所　属：みなと書房\n役　職：編集長\n参　加：全日程",
            ["山田太郎", "みなと書房", "編集長"],
        ),
        (
            ("山田太郎", "yamada@minato.example"),
            "山田太郎です。港湾法律事務所で弁護士をしております。参加します。",
            ["山田太郎", "港湾法律事務所", "弁護士"],
        ),
        (
            ("", "minato@mail.example"),
            "港湾新聞の鴎ヶ浜汀（かもめがはま みぎわ）、編集長です。参加します。",
            ["鴎ヶ浜汀", "港湾新聞", "編集長"],
        ),
        (
            ("Li Jianguo", "li@donghai.example"),
            "您好！我是东海大学副教授李建国，两天都会参加。",
            ["李建国", "东海大学", "副教授"],
        ),
        (
            ("李建國", "li@donghai.example"),
            "謝謝邀請，我會出席。\n\n東海基金會　秘書長\n李建國",
            ["李建國", "東海基金會", "秘書長"],
        ),
        (("", "li@donghai.example"), "姓名：李建国\n单位：东海报社\n职务：记者", ["李建国", "东海报社", "记者"]),
    ] {
        assert_eq!(told(&only(from, text)), wanted, "{text}");
    }
}

#[test]
fn an_explicit_none_is_an_answer_and_a_gap_is_none() {
    let retired = only(("Ida Rowan", "ida.rowan@mail.example"), "I will come. No affiliation.\nIda Rowan");
    assert!(retired.is_independent || value(retired.organization.as_ref()) == "No affiliation");
    let gap = only(("Ida Rowan", "ida.rowan@rowan.example"), "I will come.\nIda Rowan");
    assert_eq!(told(&gap), ["Ida Rowan", "–", "–"]);
}

#[test]
fn answers_under_the_invitations_lines_fill_the_fields_that_these_name() {
    let text = "Jo Alder\nElm Choir, singer\n";
    let inline_answers = vec![
        InlineAnswer { question: "your full name,".into(), span: Span { start: 0, end: 8 } },
        InlineAnswer { question: "organization, position,".into(), span: Span { start: 9, end: 26 } },
    ];
    let reply = ReplyText { text: text.into(), inline_answers, ..ReplyText::default() };
    let people = people_of(("Jo", "jo@mail.example"), &reply).people;
    assert_eq!(told(people.first().unwrap()), ["Jo Alder", "Elm Choir", "singer"]);
}

#[test]
fn somebody_else_writes_and_the_principal_attends() {
    for (from, text, wanted) in [
        (
            ("Office of the Rector", "rector@elm.example"),
            "On behalf of Dr. Kim Maple, Rector of Elm College, I confirm attendance.\nLea Pine\nSecretary",
            "Kim Maple",
        ),
        (
            ("Vorzimmer", "vorzimmer@linde.example"),
            "Frau Dr. Mia Ulme nimmt an der Tagung teil.\nIm Auftrag\nNora Kiefer",
            "Mia Ulme",
        ),
    ] {
        let person = only(from, text);
        assert_eq!(value(person.name.as_ref()), wanted, "{text}");
        assert!(!person.is_writer, "{text}");
    }
}

#[test]
fn each_line_of_a_list_is_a_person_with_a_scope() {
    let text = "From the Elm Trust:\n1. Otto Aspen, director: both days\n2. Pia Cedar, intern: Monday only\n\nPia";
    let people = people_of(("Pia Cedar", "pia.cedar@elm.example"), &ReplyText::typed(text)).people;
    let names: Vec<&str> = people.iter().map(|person| value(person.name.as_ref())).collect();
    assert_eq!(names, ["Otto Aspen", "Pia Cedar"]);
    for person in &people {
        assert!(person.scope.iter().all(|span| span.of(text).contains(value(person.name.as_ref()))));
    }
    assert_eq!(people.iter().map(|person| value(person.position.as_ref())).collect::<Vec<_>>(), ["director", "intern"]);
}

#[test]
fn more_people_than_one_can_check_are_left_to_staff() {
    let first = ["Al", "Bo", "Cy", "Di", "Ed", "Flo", "Guy", "Hal", "Ike", "Jim", "Kay"];
    let text: String = first.iter().map(|name| format!("- {name} Thorn, clerk\n")).collect();
    let people = people_of(("Kay Thorn", "kay@mail.example"), &ReplyText::typed(&text));
    let names: Vec<&str> = people.people.iter().map(|person| value(person.name.as_ref())).collect();
    assert_eq!(names.len(), first.len(), "{names:?}");
    assert_eq!(people.signals.first().map(|signal| signal.code), Some(ReasonCode::TooManyPeople));
}

#[test]
fn an_address_in_the_text_is_the_attendees_only_where_it_is_said_to_be_his() {
    for (text, wanted) in [
        ("Please write to q.sorrel (at) elm dot example.\nQuin Sorrel", "q.sorrel@elm.example"),
        ("My colleague is at tess@elm.example.\nQuin Sorrel", "quin@mail.example"),
        ("See you there.\nQuin Sorrel", "quin@mail.example"),
    ] {
        assert_eq!(value(only(("Quin Sorrel", "quin@mail.example"), text).email.as_ref()), wanted, "{text}");
    }
}

#[test]
fn a_card_part_is_a_witness() {
    let card = Card { organization: Some("Elm Press".into()), position: Some("editor".into()), ..Card::default() };
    let from = Some(Mailbox { name: Some("Ray Sloe".into()), address: "ray.sloe@mail.example".into() });
    let message = Message { from, cards: vec![card], ..Message::default() };
    let event = Event::from_toml(EVENT).unwrap();
    let people = people_in(&ReplyText::typed("Yes.\nRay Sloe"), &message, &event).people;
    assert_eq!(told(people.first().unwrap()), ["Ray Sloe", "Elm Press", "editor"]);
}

#[test]
fn any_text_is_read_without_panic() {
    for text in [
        "",
        "\n\n",
        "（）",
        "、、、",
        "Ⅷ…",
        "@",
        "a\u{0301}\u{0301}",
        "はい、参加します。\n山田",
        "1. \n2. \n3. ",
        ":::\t|||",
    ] {
        for name in ["", "山田", "\"", "A"] {
            let _ = people_of((name, "x@y.example"), &ReplyText::typed(text));
        }
    }
}

#[test]
fn several_people_named_in_a_sentence_are_read_each_with_what_stands_beside_him() {
    for (text, wanted) in [
        (
            "We are two: Ms Cora Ash (librarian, Oak Library) and I will come to the talks.\n\nBest regards,\nAda Birch\nLecturer\nElm University",
            vec![["Cora Ash", "Oak Library", "librarian"], ["Ada Birch", "Elm University", "Lecturer"]],
        ),
        (
            "Wir kommen zu zweit: Frau Cora Esche, Archivarin, und ich.\n\nViele Grüße\nAda Birch\nDozentin\nUlmenstiftung",
            vec![["Cora Esche", "Ulmenstiftung", "Archivarin"], ["Ada Birch", "Ulmenstiftung", "Dozentin"]],
        ),
        (
            "My wife Cora Birch (nurse) and I would both like to come.\n\nAda Birch\nLecturer, Elm University",
            vec![["Cora Birch", "–", "nurse"], ["Ada Birch", "Elm University", "Lecturer"]],
        ),
    ] {
        let found = people_of(("Ada Birch", "ada.birch@elm.example"), &ReplyText::typed(text)).people;
        assert_eq!(found.iter().map(told).collect::<Vec<_>>(), wanted, "{text}");
        assert!(found.iter().all(|person| person.about.is_some() || !person.scope.is_empty()), "{text}");
    }
}

#[test]
fn somebody_who_is_only_spoken_of_does_not_come() {
    let text = "My colleague Cora Ash has told me of your talks but cannot come; I will be there.\n\nAda Birch\nLecturer, Elm University";
    assert_eq!(told(&only(("Ada Birch", "ada.birch@elm.example"), text)), ["Ada Birch", "Elm University", "Lecturer"]);
}

#[test]
fn an_address_belongs_to_whom_it_names() {
    let text =
        "Both of us will come:\n- Ada Birch, lecturer\n- Cora Ash, librarian\nCora's address is cora.ash@oak.example.";
    let found = people_of(("Ada Birch", "ada.birch@elm.example"), &ReplyText::typed(text)).people;
    let addresses: Vec<&str> = found.iter().map(|person| value(person.email.as_ref())).collect();
    assert_eq!(addresses, ["ada.birch@elm.example", "cora.ash@oak.example"]);
}

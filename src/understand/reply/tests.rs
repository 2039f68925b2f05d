//! Whole mails, of clients and languages: what was typed and what was not.

use super::*;

const INVITATION: &str = "Dear colleagues,

The Harbour Museum invites you to the Lighthouse Days, which will be held in Kiel on May 4th and 5th, 2021.

OPENING LECTURE
Tuesday, May 4th, 2021, 18:00
Harbour Museum, Quay 3

BOAT TOUR
Wednesday, May 5th, 2021, 10:00 - 16:00 (boarding from 09:30)
Pier 7

Please reply with your full name, organization, position, whether you will join the lecture on the 4th, the tour on the 5th, or both, and your email address.

There is no fee. Places on the boat are limited, so we ask for your answer by April 20th.

Yours sincerely,
Hanna Lorenz
Director, Harbour Museum";

fn invitation() -> Invitation {
    Invitation { subject: "Invitation: Lighthouse Days, Kiel, 4-5 May 2021".into(), text: INVITATION.into() }
}

fn message(body: &str) -> Message {
    let head = "From: Jane Doe <jane@doe.example>\nSubject: Re: x\nContent-Type: text/plain; charset=utf-8\n\n";
    Message::parse(format!("{head}{body}").as_bytes(), "mx.example.org").unwrap()
}

fn reply(body: &str) -> ReplyText {
    ReplyText::of(&message(body), &[&invitation()])
}

fn quoted(text: &str) -> String {
    text.lines().map(|line| format!("> {line}\n")).collect()
}

/// Broken at blanks so that no line is longer than `width`.
fn wrapped(text: &str, width: usize) -> String {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split(' ') {
            if !line.is_empty() && line.len() + 1 + word.len() > width {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines.join("\n")
}

const TYPED: &str = "Happy to come, both days.\n\nJane Doe, harbour pilot";

#[test]
fn frames_of_all_clients_are_cut() {
    let marked = [
        "On Mon, Mar 1, 2021 at 5:12 PM Harbour Museum <days@museum.example> wrote:",
        "On Mon, Mar 1, 2021 at 5:12 PM The Harbour Museum and its Circle of Friends\n<days@museum.example> wrote:",
        "On 01/03/2021 17:12, Harbour Museum wrote:",
        "Am 01.03.2021 um 17:12 schrieb Harbour Museum:",
        "Am 1. März 2021 17:12 schrieb The Harbour Museum and its Circle of\nFriends <days@museum.example>:",
        "Le lun. 1 mars 2021 à 17:12, Harbour Museum <days@museum.example> a écrit :",
        "El lun, 1 mar 2021 a las 17:12, Harbour Museum\n(<days@museum.example>) escribió:",
        "Il giorno lun 1 mar 2021 alle ore 17:12 Harbour Museum <days@museum.example> ha\nscritto:",
        "Op ma 1 mrt. 2021 om 17:12 schreef Harbour Museum <days@museum.example>:",
        "Den mån 1 mars 2021 kl 17:12 skrev Harbour Museum <days@museum.example>:",
        "W dniu 01.03.2021 o 17:12, Harbour Museum pisze:",
        "Wiadomość napisana przez The Harbour Museum and its Circle of Friends\n<days@museum.example> w dniu 1 mar 2021, o godz. 17:12:",
        "Dne 1.3.2021 17:12, Harbour Museum napsal(a):",
        "1. 3. 2021 v 17:12, Harbour Museum <days@museum.example>:",
        "2021년 3월 1일 (월) 오후 5:12, Harbour Museum <days@museum.example>님이 작성:",
        "2021-03-01 오후 5:12에 Harbour Museum 이(가) 쓴 글:",
        "2021年3月1日(月) 17:12 Harbour Museum <days@museum.example>:",
        "(2021/03/01 17:12), Harbour Museum wrote:",
        "2021/03/01 17:12、Harbour Museum <days@museum.example>のメール：",
        "The Harbour Museum and its Circle of Friends\n<days@museum.example> 于2021年3月1日周一 17:12写道：",
        "01.03.2021 17:12, Harbour Museum пишет:",
        "* Harbour Museum <days@museum.example> [2021-03-01 17:12]:",
    ];
    let blocks = [
        "-----Original Message-----\nFrom: Harbour Museum [mailto:days@museum.example]\nSent: Monday, March 1, 2021 5:12 PM\nTo: Jane Doe\nSubject: Invitation: Lighthouse Days",
        "________________________________\nVon: Harbour Museum <days@museum.example>\nGesendet: Montag, 1. März 2021 17:12\nAn: Jane Doe\nBetreff: Invitation: Lighthouse Days",
        "Gesendet: Montag, 1. März 2021 um 17:12 Uhr\nVon: \"Harbour Museum\" <days@museum.example>\nAn: jane@doe.example\nBetreff: Invitation",
        "De : Harbour Museum <days@museum.example>\nEnvoyé : lundi 1 mars 2021 17:12\nÀ : Jane Doe\nObjet : Invitation",
        "보낸 사람: Harbour Museum <days@museum.example>\n보낸 날짜: 2021년 3월 1일 월요일 오후 5:12\n받는 사람: Jane Doe\n제목: Invitation",
        "--------- 원본 메일 ---------\n보낸사람: \"Harbour Museum\" <days@museum.example>\n받는사람: <jane@doe.example>\n날짜: 2021년 3월 1일",
        "差出人: Harbour Museum <days@museum.example>\n送信日時: 2021年3月1日月曜日 17:12\n宛先: Jane Doe\n件名: Invitation",
        "From:\tHarbour Museum <days@museum.example>\nTo:\tjane@doe.example,\nDate:\t03/01/2021 05:12 PM\nSubject:\tInvitation",
        "---------- Forwarded message ----------\nFrom: Harbour Museum <days@museum.example>\nDate: Mon, Mar 1, 2021\nSubject: Invitation: Lighthouse Days, which are held in the\nharbour\nTo: jane@doe.example",
    ];
    for frame in marked.iter().chain(&blocks) {
        let quotation = quoted(INVITATION);
        assert_eq!(reply(&format!("{TYPED}\n\n{frame}\n{quotation}")).text, TYPED, "above a marked quotation: {frame}");
        assert_eq!(
            reply(&format!("{frame}\n\n{quotation}\n{TYPED}\n")).text,
            TYPED,
            "below a marked quotation: {frame}"
        );
        assert_eq!(reply(&format!("{TYPED}\n{frame}\n\n{quotation}")).text, TYPED, "no blank line above: {frame}");
    }
    for frame in blocks {
        assert_eq!(reply(&format!("{TYPED}\n\n{frame}\n\n{INVITATION}")).text, TYPED, "unmarked: {frame}");
        assert_eq!(reply(&format!("{frame}\n\n{INVITATION}\n\n{TYPED}")).text, TYPED, "below unmarked: {frame}");
        let in_its_words = "I will join\nthe lecture on the 4th";
        assert_eq!(reply(&format!("{frame}\n\n{INVITATION}\n\n{in_its_words}")).text, in_its_words, "{frame}");
        let unknown = "Dear all,\nsomething else: both days, please.";
        assert_eq!(reply(&format!("{TYPED}\n\n{frame}\n\n{unknown}")).text, TYPED, "unmarked and unknown: {frame}");
    }
}

#[test]
fn the_invitation_is_found_without_any_frame() {
    for width in [20, 40, 72, 200] {
        let text = format!("{TYPED}\n\n{}", wrapped(INVITATION, width));
        assert_eq!(reply(&text).text, TYPED, "wrapped at {width}");
    }
    let damaged =
        "The Harbour Mus?um invites you to the Lighthouse Days, which w?ll be held in K?el on May 4th and 5th, 2021.";
    assert_eq!(reply(&format!("{TYPED}\n\n{damaged}")).text, TYPED);
}

#[test]
fn what_a_sender_types_in_the_manner_of_a_frame_stays() {
    for typed in [
        "From the museum's mail of 1 March 2021 I learn that you write:\nboth days are open. I come.",
        "MEMO\nTo: Harbour Museum\nFrom: City of Kiel\nSubject: Participation\n\nThe mayor will attend.",
        "Full name: Jane Doe\nOrganization: Pilots' Guild\nPosition: pilot\nLecture on the 4th: no\nTour on the 5th: yes",
        "Tuesday, May 4th, 2021, 18:00: yes\nWednesday: no",
        "Sent by my assistant Tom Roe",
        "Gesendet von Sekretariat Roe",
        "Sent from my office in Kiel, so in short: yes to both.",
        "As I wrote on 03.05.2021:\nName: Jane Doe\nboth days",
        "I come on 04.05.2021. What I wonder about:\n\n17:30 works. On the 5th I wrote: no. Now: yes.",
    ] {
        assert_eq!(reply(typed).text, typed);
    }
}

#[test]
fn answers_between_quoted_lines_keep_their_questions() {
    let reply = reply(
        "On 01/03/2021 17:12, Harbour Museum wrote:\n> Please reply with your full name,\n\nJane Doe\n\n> organization,\n> position,\n\nPilots' Guild, pilot\n\n> the lecture on the 4th,\nno\n",
    );
    let pairs: Vec<_> = reply.inline_answers.iter().map(|a| (a.question.as_str(), a.span.of(&reply.text))).collect();
    assert_eq!(
        pairs,
        [
            ("Please reply with your full name,", "Jane Doe"),
            ("organization,\nposition,", "Pilots' Guild, pilot"),
            ("the lecture on the 4th,", "no")
        ]
    );
    assert_eq!(reply.text, "Jane Doe\n\nPilots' Guild, pilot\n\nno");
}

#[test]
fn answers_between_unmarked_lines_of_the_invitation_are_found() {
    let answered =
        INVITATION.replace("18:00\n", "18:00\nnot me\n").replace("Pier 7", "Pier 7\nGladly!\nOrganization: UN");
    let text = format!(
        "-----Original Message-----\nFrom: Harbour Museum\nSent: Monday\nTo: Jane\nSubject: Invitation\n\n{answered}"
    );
    let reply = reply(&text);
    assert_eq!(reply.text, "not me\n\nGladly!\nOrganization: UN");
    let last = reply.inline_answers.last().unwrap();
    assert!(last.question.contains("BOAT TOUR"), "{last:?}");
}

#[test]
fn in_a_container_that_html_marks_only_what_stands_between_quoted_lines_was_typed() {
    let line = |text: &str, quote_depth: u8, role: LineRole| Line { text: text.into(), quote_depth, role };
    let (own, container) = (LineRole::Unmarked, LineRole::Quotation);
    let attribution = line("On 01/03/2021 17:12, Harbour Museum wrote:", 0, container);
    let typed = |body: Vec<Line>| ReplyText::of(&Message { body, ..Message::default() }, &[]).text;
    let answered = vec![
        line("See below.", 0, own),
        attribution.clone(),
        line("organization,", 1, own),
        line("Guild", 0, container),
        line("position,", 1, container),
        line("pilot", 0, container),
    ];
    assert_eq!(typed(answered), "See below.\n\nGuild\n\npilot");
    let passed_on = vec![
        line("See below.", 0, own),
        attribution,
        line("Please go there, both days.", 0, container),
        line("The invitation", 1, container),
        line("Your boss", 0, container),
    ];
    assert_eq!(typed(passed_on), "See below.");
}

#[test]
fn an_answer_typed_behind_a_quoted_item_is_found_but_not_in_an_acknowledgement() {
    let form =
        Invitation { text: format!("{INVITATION}\n\nFull name:\nOrganization: ______\nBoat:\nPier 7"), ..invitation() };
    let read = |body: &str| ReplyText::of(&message(body), &[&form]).text;
    let attribution = "On 01/03/2021 17:12, Harbour Museum wrote:";
    let filled = form.text.replace("name:", "name: Jane Doe").replace("______", "UN").replace("Boat:\n", "Boat: ");
    assert_eq!(read(&format!("{attribution}\n{}", quoted(&filled))), "Full name: Jane Doe\nOrganization: UN");
    let acknowledgement = "Thank you. We noted:\nOPENING LECTURE\nTuesday, May 4th, 2021, 18:00\nHarbour Museum, Quay 3\nFull name: Jane Doe\nOrganization: UN";
    assert_eq!(read(&format!("Please cancel.\n\n{attribution}\n{}", quoted(acknowledgement))), "Please cancel.");
}

#[test]
fn footers_of_devices_and_firms_are_dropped_and_what_stands_below_them_is_not() {
    for footer in [
        "Sent from my iPhone",
        "Von meinem iPad gesendet",
        "-- \nEnvoyé de mon iPhone",
        "나의 Galaxy에서 보냄",
        "iPhoneから送信",
        "Get Outlook for iOS",
        "______________\nPilots mailing list\nhttps://lists.example",
        "This e-mail is confidential. If it is not for you,\nplease delete it.",
        "Diese E-Mail kann vertrauliche Informationen enthalten.",
        "****\nThis message is intended only for its recipient.\n\nIt was scanned.\n****",
    ] {
        assert_eq!(reply(&format!("{TYPED}\n\n{footer}\n")).text, TYPED, "{footer}");
        let more = format!("{TYPED}\n\n{footer}\n\nP.S. I bring a friend.");
        assert_eq!(reply(&more).text, format!("{TYPED}\n\nP.S. I bring a friend."), "{footer}");
    }
}

#[test]
fn the_signature_begins_with_its_closing_formula_or_with_the_name() {
    for (body, signature) in [
        ("I will come.", "Best regards,\nJane Doe\nPilots' Guild"),
        ("Ich komme.", "Mit freundlichen Grüßen\nJane Doe"),
        ("참석합니다.", "홍길동 드림"),
        ("出席いたします。", "よろしくお願いいたします。"),
        ("I will come.", "Jane Doe\nPilots' Guild e.V.\nTel. 0431 5550"),
        ("Thanks for the kind invitation, we will come to everything you offer.", "Doe"),
        ("I will come.\n--", "Jane Doe, Kiel"),
        ("I come. Thanks for asking.", ""),
        ("Hello,\nthanks, I will come", ""),
        ("Guten Tag,\nDanke, ich komme zum Vortrag", "Doe"),
        ("Guten Tag,\nich komme.", "Viele Grüße aus Kiel, Jane Doe"),
        ("Full name: Jane Doe\nOrganization: Pilots' Guild\nLecture: no", ""),
        ("Hello,\nJane Doe\nonly the tour", ""),
        ("Registration\n\n1) Jane Doe\n2) Guild", ""),
    ] {
        let text = format!("{body}\n{signature}");
        let reply = reply(&text);
        assert_eq!(reply.signature_text(), signature, "{text:?}");
        assert_eq!(reply.body().trim_end(), body, "{text:?}");
    }
}

#[test]
fn a_mail_passed_on_without_a_word_is_forwarded() {
    let block = "---------- Forwarded message ----------\nFrom: Harbour Museum <days@museum.example>\nDate: 1 March\nSubject: x";
    for (typed, forwarded) in [
        ("", true),
        ("FYI", true),
        ("Zur Info.", true),
        ("FYI\n\nBest regards\nJane Doe", true),
        ("Grüße\nJane", true),
        ("I come.", false),
    ] {
        assert_eq!(reply(&format!("{typed}\n\n{block}\n\n{INVITATION}")).forwarded, forwarded, "{typed}");
    }
    assert!(reply("").forwarded);
    assert!(reply(&format!("{block}\n\n{INVITATION}")).quotation.contains("Lighthouse Days"));
}

/// A few invented lines in a random order.
fn some_text(random: &mut fastrand::Rng) -> String {
    let lines = [
        "I will come to the tour.",
        "On Tuesday I cannot.",
        "",
        "Name: Jane Doe",
        "-----",
        "both",
        "From: Kiel",
        "To: you",
        "jane@doe.example:",
        "2021-05-04 18:00",
        "Re: 17:30",
        "Regards,",
        "안녕하세요",
        "会议：是",
    ];
    let number = random.usize(0..8);
    (0..number).map(|_| lines[random.usize(0..lines.len())]).collect::<Vec<_>>().join("\n")
}

#[test]
fn nothing_is_kept_that_was_not_shown() {
    let mut random = fastrand::Rng::with_seed(1);
    for _ in 0..500 {
        let body = format!("{}\n{}{}", some_text(&mut random), quoted(&some_text(&mut random)), some_text(&mut random));
        let mut rest = body.as_str();
        for line in reply(&body).text.lines().filter(|line| !line.is_empty()) {
            let at = rest.find(line).unwrap_or_else(|| panic!("{line:?} is not in order in {body:?}"));
            rest = rest.get(at + line.len()..).unwrap();
        }
    }
}

#[test]
fn a_quotation_below_never_adds_text() {
    let mut random = fastrand::Rng::with_seed(2);
    for _ in 0..500 {
        let typed = some_text(&mut random);
        let alone = reply(&typed).text;
        let attribution = "On 01/03/2021 17:12, Harbour Museum <days@museum.example> wrote:";
        let answered = reply(&format!("{typed}\n\n{attribution}\n{}", quoted(INVITATION))).text;
        assert!(alone.starts_with(&answered), "{alone:?}, with a quotation {answered:?}");
    }
}

#[test]
fn wrapping_a_quotation_anew_changes_nothing() {
    let mut random = fastrand::Rng::with_seed(3);
    for _ in 0..100 {
        let width = random.usize(12..120);
        let attribution = "On 01/03/2021 17:12, Harbour Museum <days@museum.example> wrote:";
        for quotation in [wrapped(INVITATION, width), quoted(&wrapped(INVITATION, width))] {
            assert_eq!(reply(&format!("{TYPED}\n\n{attribution}\n\n{quotation}")).text, TYPED, "width {width}");
        }
    }
}

#[test]
fn frames_that_programs_set_in_rarer_ways_are_cut() {
    let cases = [
        "Yes.\n\nOn Nov 26, 2019 you wrote:\n\nSomething else.",
        "Yes.\n\nDate: Wed, 14 Apr 2021 00:15:02 -0600\nTo: jane@doe.example",
        "Yes.\n\nDa: Museo\nRisposta: Jane / Doe\nData: giovedì 8 aprile 2021 15:26\nA: Jane Doe\nOggetto: Invito\n\nTesto",
        "Yes. On Wed, 14 Apr 2021 at 15:59, bob@sea.example wrote:\n> Hi",
        "Yes.\n\n\nHarbour Museum <museum@sea.example>\nSent by: Bob <bob@sea.example>\n14/04/21 10:00\nPlease respond to\nBob \
         <bob@sea.example>\n\nTo\nJane <jane@doe.example>\ncc\n\nSubject\nInvitation\n\n   Text of the invitation",
        "Yes.\n\n<<0001_LETTER.TIF>>\n\n**********\n\nInternet mail is not safe.\n\nThis communication is intended for the addressee \
         only.\n\nThank you.\n\n**********",
    ];
    for case in cases {
        assert_eq!(reply(case).text, "Yes.", "of {case:?}");
    }
}

#[test]
fn what_only_looks_like_such_a_frame_stays() {
    let cases = [
        "Date: 4 May\nTo: the lecture",
        "On 3 May 2021 I will come, as you wrote:\nboth",
        "******\nI come to both.\n\nJane\n******",
        "Jane Doe <jane@doe.example>\nSubject\nhistory of lighthouses",
    ];
    for case in cases {
        assert_eq!(reply(case).text, case);
    }
}

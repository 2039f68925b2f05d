use super::*;
use crate::understand::facts::sessions::Answer::{Maybe, No, Yes};
use crate::understand::reply::InlineAnswer;

mod several;

/// Two sessions on two days, as most events have them.
const PAIR: &str = r#"
    id = "pair"
    title = "The Harbour Days"
    host = "Us"
    timezone = "Europe/Berlin"
    languages = ["en", "de", "ko"]
    mailbox = "rsvp@example.org"
    invited = 2024-05-01
    [[session]]
    id = "concert"
    starts = 2024-06-13T19:00:00
    ends = 2024-06-13T21:00:00
    venue = "Lighthouse Hall, Quay 3"
    title = { en = "Opening concert", de = "Eröffnungskonzert", ko = "음악회" }
    aliases = { en = ["concert", "music"], de = ["Konzert"], ko = ["음악회", "연주회"] }
    [[session]]
    id = "seminar"
    starts = 2024-06-14T09:00:00
    ends = 2024-06-14T17:00:00
    venue = "Old Customs House"
    title = { en = "Seminar", de = "Seminar", ko = "세미나" }
    aliases = { en = ["seminar"], de = ["Seminar", "Tagung"], ko = ["세미나"] }
"#;

fn event() -> Event {
    Event::from_toml(PAIR).unwrap()
}

fn reading(text: &str) -> SessionReading {
    read(&ReplyText::typed(text), &Message::default(), &event(), None, Languages::built_in())
}

/// The answers for concert and seminar.
fn answers(text: &str) -> [Option<Answer>; 2] {
    let answers = reading(text).answers(&event(), &[], &[]).unwrap_or_default();
    ["concert", "seminar"].map(|id| answers.get(id).map(|fact| fact.value))
}

fn check(cases: &[(&str, [Option<Answer>; 2])]) {
    for (text, wanted) in cases {
        assert_eq!(answers(text), *wanted, "{text:?}");
    }
}

const BOTH: [Option<Answer>; 2] = [Some(Yes), Some(Yes)];
const FIRST: [Option<Answer>; 2] = [Some(Yes), Some(No)];
const SECOND: [Option<Answer>; 2] = [Some(No), Some(Yes)];

#[test]
fn a_day_is_read_in_any_notation() {
    for day in ["June 14", "14 June", "the 14th", "14 June 2024", "2024-06-14", "6/14", "14.6.", "Friday", "day two"] {
        assert_eq!(answers(&format!("I will attend on {day}.")), [None, Some(Yes)], "{day:?}");
    }
    for day in ["am 14. Juni", "am 14.", "am Freitag, den 14.06.2024,", "am vierzehnten Juni", "am zweiten Tag"] {
        assert_eq!(answers(&format!("Ich nehme gerne {day} teil.")), [None, Some(Yes)], "{day:?}");
    }
    for day in ["6월 14일", "14일(금)", "금요일", "둘째 날", "십사일"] {
        assert_eq!(answers(&format!("저는 {day}에 참석하겠습니다.")), [None, Some(Yes)], "{day:?}");
    }
}

#[test]
fn both_is_everything_and_only_is_nothing_else() {
    check(&[
        ("Both for me, please.", BOTH),
        ("I will be there on the 13th and 14th.", BOTH),
        ("I will come to the whole thing.", BOTH),
        ("An beiden Tagen bin ich gerne dabei.", BOTH),
        ("이틀 모두 참석하겠습니다.", BOTH),
        ("13일, 14일 양일 참석합니다.", BOTH),
        ("I can only come to the seminar.", SECOND),
        ("Ich komme nur zum Konzert.", FIRST),
        ("음악회만 참석하겠습니다.", FIRST),
    ]);
}

#[test]
fn each_session_has_the_polarity_of_its_clause() {
    check(&[
        ("I will attend the concert but cannot make the seminar.", FIRST),
        ("Yes to the seminar, no to the concert.", SECOND),
        ("Konzert ja, Seminar leider nicht.", FIRST),
        ("Am Donnerstag kann ich leider nicht, am Freitag komme ich gern.", SECOND),
        ("Nicht zum Konzert, sondern zum Seminar melde ich mich an.", SECOND),
        ("Nicht nur zum Konzert, sondern auch zum Seminar komme ich.", BOTH),
        ("13일은 어렵고 14일에 참석하겠습니다.", SECOND),
        ("음악회는 못 가지만 세미나는 참석하겠습니다.", SECOND),
        ("I would not miss the concert.", [Some(Yes), None]),
    ]);
}

#[test]
fn a_form_is_read_by_its_labels() {
    check(&[
        ("Concert on the 13th: no\nSeminar on the 14th: yes", SECOND),
        ("[x] concert\n[ ] seminar", FIRST),
        ("Konzert ☒ / Seminar ☐", FIRST),
        ("13일: 참석\n14일: 불참", FIRST),
        ("음악회 O, 세미나 X", FIRST),
        ("음악회  □참석  ■불참\n세미나  ■참석  □불참", SECOND),
        ("Concert? Yes. Seminar? No.", FIRST),
    ]);
}

#[test]
fn days_that_are_not_about_sessions_are_no_answers() {
    for text in [
        "Thank you for your letter of June 13.",
        "We met in Oslo on 13 March.",
        "My number is 0171 1314 130.",
        "I will be there.",
        "Ich nehme gerne teil.",
        "참석하겠습니다.",
    ] {
        assert_eq!(answers(text), [None, None], "{text:?}");
    }
}

#[test]
fn a_hedge_is_no_acceptance() {
    check(&[
        ("I will probably come to the concert.", [Some(Maybe), None]),
        ("Zum Konzert komme ich vielleicht.", [Some(Maybe), None]),
    ]);
}

#[test]
fn a_correction_replaces_what_was_said() {
    check(&[("I will come to the concert. Actually, make that neither.", [Some(No), Some(No)])]);
}

#[test]
fn opposite_answers_without_a_correction_are_left_out_and_told() {
    let reading = reading("I will attend the seminar. I cannot attend the seminar.");
    assert_eq!(reading.contradictions(&event(), &[], &[]), ["seminar"]);
    assert!(reading.answers(&event(), &[], &[]).is_none());
}

#[test]
fn a_day_the_event_does_not_have_is_told() {
    let signals = reading("I would like to attend on the 15th of June.").signals;
    assert_eq!(signals.iter().map(|signal| signal.code).collect::<Vec<_>>(), [ReasonCode::UnknownSession]);
    let signals = reading("Ich komme am Donnerstag, den 14. Juni.").signals;
    assert_eq!(signals.iter().map(|signal| signal.code).collect::<Vec<_>>(), [ReasonCode::Contradiction]);
}

#[test]
fn an_answer_belongs_to_the_person_whose_line_it_is() {
    let text = "Ann Lee: concert, please\nBo Ray: seminar, please";
    let line = text.find('\n').unwrap();
    let (first, second) = (Span { start: 0, end: line }, Span { start: line, end: text.len() });
    let reading = reading(text);
    let answers = reading.answers(&event(), &[first], &[second]).unwrap();
    assert_eq!(answers.keys().collect::<Vec<_>>(), ["concert"]);
    let answers = reading.answers(&event(), &[second], &[first]).unwrap();
    assert_eq!(answers.keys().collect::<Vec<_>>(), ["seminar"]);
}

#[test]
fn an_answer_under_a_quoted_line_answers_that_line() {
    let mut reply = ReplyText::typed("sadly not\nyes, gladly\n");
    reply.inline_answers = vec![
        InlineAnswer {
            question: "whether you will attend the concert on the 13th,".into(),
            span: Span { start: 0, end: 9 },
        },
        InlineAnswer { question: "the seminar on the 14th, or both,".into(), span: Span { start: 10, end: 21 } },
    ];
    let reading = read(&reply, &Message::default(), &event(), None, Languages::built_in());
    let answers = reading.answers(&event(), &[], &[]).unwrap();
    assert_eq!([answers["concert"].value, answers["seminar"].value], [No, Yes]);
}

#[test]
fn where_there_is_one_session_coming_answers_it() {
    let one = PAIR.split("[[session]]").take(2).collect::<Vec<_>>().join("[[session]]");
    let one = Event::from_toml(&one).unwrap();
    for (text, wanted) in [("I will be there.", Yes), ("Leider nicht.", No), ("참석하겠습니다.", Yes)] {
        let reading = read(&ReplyText::typed(text), &Message::default(), &one, None, Languages::built_in());
        assert_eq!(reading.answers(&one, &[], &[]).unwrap()["concert"].value, wanted, "{text:?}");
    }
}

#[test]
fn the_subject_answers_where_the_body_does_not() {
    let message = Message { subject: "RSVP: seminar only".into(), ..Message::default() };
    let reading = read(&ReplyText::typed("See above."), &message, &event(), None, Languages::built_in());
    assert_eq!(reading.mentions[0].evidence.source, Source::Subject);
    let message = Message { subject: "Re: The Harbour Days, 13-14 June".into(), ..Message::default() };
    assert!(read(&ReplyText::typed("Hello."), &message, &event(), None, Languages::built_in()).mentions.is_empty());
}

#[test]
fn every_evidence_span_covers_its_words() {
    let text = "Ich komme am 13. zum Konzert – und „Seminar“: ja, 14일도 참석합니다.";
    for mention in reading(text).mentions {
        assert_eq!(mention.evidence.span.unwrap().of(text), mention.evidence.text);
    }
}

#[test]
fn a_text_of_any_length_is_read_in_bounded_time_and_said_to_be_cut() {
    let reading = reading(&"Konzert am 13. Juni ja, seminar no, 음악회 참석 und ".repeat(20_000));
    assert!(reading.signals.iter().any(|signal| signal.code == ReasonCode::LowConfidence));
}

#[test]
fn odd_texts_are_read_without_harm() {
    for text in [
        "",
        "\u{0}",
        "🎬🎤",
        "....",
        "17",
        "①②③",
        "\u{200b}\n\r\n",
        "İıŞß ﬁlm",
        "6월",
        "only",
        "not but",
        ": : :",
        "((((",
        "1.1.1.1",
    ] {
        let _ = reading(text);
    }
}

#[test]
fn what_is_said_of_one_of_a_list_is_said_of_all() {
    check(&[
        ("I mean to sit with you on the 13th and 14th of this month.", BOTH),
        ("Ich werde sowohl dem Konzert als auch dem Seminar beiwohnen.", BOTH),
        ("I will attend: the concert; the seminar.", BOTH),
        ("Not attending: the concert\nAttending: the seminar", SECOND),
        ("Angemeldet: Seminar | nicht angemeldet: Konzert", SECOND),
    ]);
}

#[test]
fn a_day_in_figures_ends_no_sentence() {
    check(&[
        ("14.6. sehr gern\n13.6. leider verhindert", SECOND),
        ("Teilnahme: Fr, 14.6. (Do, 13.6. leider verhindert)", SECOND),
    ]);
}

#[test]
fn who_accepts_and_refuses_a_part_comes_to_the_rest() {
    check(&[
        ("I gladly accept your invitation. The concert will have to go on without me.", SECOND),
        ("The concert will have to go on without me.", [Some(No), None]),
    ]);
}

#[test]
fn what_is_added_leaves_what_was_said_before() {
    check(&[
        ("I wrote to you that I will come to the concert. I will also come to the seminar.", BOTH),
        ("I wrote to you that I will come to the concert. I will come to the seminar.", SECOND),
        ("지난번에 음악회에 참석하겠다고 하였으나, 세미나도 추가로 참석하고자 합니다.", BOTH),
    ]);
}

#[test]
fn a_korean_verb_answers_what_stands_before_it() {
    check(&[
        ("음악회만 가능합니다, 14일에는 강의가 있습니다.", FIRST),
        ("13일 저녁엔 약속이 있어서 음악회는 못 가고요. 14일 세미나는 갈 수 있어요.", SECOND),
    ]);
}

#[test]
fn a_session_on_a_day_the_event_has_not_is_told_but_not_the_number_of_an_edition() {
    let codes = |text: &str| reading(text).signals.iter().map(|signal| signal.code).collect::<Vec<_>>();
    assert_eq!(codes("Am 19. Juni bin ich im Seminar."), [ReasonCode::UnknownSession]);
    assert_eq!(codes("Re: 12. Seminar"), []);
}

#[test]
fn japanese_answers_are_read_without_spaces() {
    for day in [
        "6月14日",
        "６月１４日",
        "14日",
        "１４日(金)",
        "十四日",
        "金曜日",
        "二日目",
        "6/14",
        "翌14日",
        "6月14日のセミナー",
    ] {
        assert_eq!(answers(&format!("私は{day}に参加いたします。")), [None, Some(Yes)], "{day:?}");
    }
    check(&[
        ("両日とも出席いたします。", BOTH),
        ("コンサートとセミナー、どちらも伺います。", BOTH),
        ("13日と14日に参加させていただきます。", BOTH),
        ("13日のコンサートのみ参加します。", FIRST),
        ("セミナーだけ出席します。", SECOND),
        ("コンサート以外すべて参加します。", SECOND),
        ("コンサートには都合がつかず伺えませんが、セミナーには出席いたします。", SECOND),
        ("13日は参加できません。14日は参加します。", SECOND),
        ("コンサート：欠席\nセミナー：出席", SECOND),
        ("コンサート　○\nセミナー　×", FIRST),
        ("セミナーに参加させていただくことができません。", [None, Some(No)]),
        ("コンサートに参加したい気持ちは山々ですが、14日だけ伺います。", SECOND),
        ("セミナーは未定です。", [None, Some(Maybe)]),
    ]);
}

#[test]
fn chinese_answers_are_read_in_both_scripts() {
    for day in ["6月14日", "14号", "14號", "十四日", "周五", "星期五", "第二天", "6月14日的研讨会", "14日的研討會"]
    {
        assert_eq!(answers(&format!("我会参加{day}。")), [None, Some(Yes)], "{day:?}");
    }
    check(&[
        ("两天都参加。", BOTH),
        ("音樂會和研討會我都會參加。", BOTH),
        ("我只参加音乐会。", FIRST),
        ("音乐会我去不了，研讨会一定到。", SECOND),
        ("13号不能来，14号参加。", SECOND),
        ("我無法出席13日的音樂會，14日的研討會會準時參加。", SECOND),
        ("音乐会：否\n研讨会：是", SECOND),
    ]);
}

#[test]
fn a_session_inside_a_longer_word_is_none() {
    assert_eq!(answers("県議会議員の山田です。"), [None, None]);
}

#[test]
fn a_text_counts_in_words_and_digits() {
    let languages = Languages::built_in();
    for (text, number, counted) in
        [("Two of us", 2, true), ("wir sind zu zweit, 2 Personen", 2, true), ("three", 2, false), ("one", 1, false)]
    {
        assert_eq!(super::counts(text, number, languages), counted, "{text}");
    }
}

#[test]
fn a_table_is_read_by_its_columns() {
    check(&[
        ("이름 | 소속 | 13일 | 14일\n김하늘 | 등대회 | X | O", SECOND),
        ("Name\tOrganisation\tKonzert 13.6.\tSeminar 14.6.\nAnna Weber\tHafenamt\tnein\tja", SECOND),
        ("| Name | Concert | Seminar |\n|---|---|---|\n| Jane Doe | yes | no |", FIRST),
        ("| Name | Concert | Seminar |\n| Jane Doe | x |  |", FIRST),
        ("Name | concert | seminar\nJane Doe | ✓ | ✓", BOTH),
    ]);
}

#[test]
fn in_a_table_each_row_answers_for_its_own() {
    let text = "이름 | 직책 | 음악회 | 세미나\n김하늘 | 국장 | O | X\n박바다 | 과장 | X | O";
    let row = |name: &str| {
        let start = text.find(name).unwrap();
        Span { start, end: text.get(start..).unwrap().find('\n').map_or(text.len(), |end| start + end) }
    };
    let read = reading(text);
    let of = |own: &str, other: &str| {
        let answers = read.answers(&event(), &[row(own)], &[row(other)]).unwrap();
        ["concert", "seminar"].map(|id| answers.get(id).map(|fact| fact.value))
    };
    assert_eq!(of("김하늘", "박바다"), FIRST);
    assert_eq!(of("박바다", "김하늘"), SECOND);
}

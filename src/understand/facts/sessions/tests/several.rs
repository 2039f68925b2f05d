//! An event of several days, with sessions on one day and at one time.

use super::*;

const REGATTA: &str = r#"
    id = "regatta"
    title = "The Lake Meeting"
    host = "Us"
    timezone = "Europe/Zurich"
    languages = ["en", "de", "ko"]
    mailbox = "rsvp@example.org"
    invited = 2025-07-01
    [[session]]
    id = "supper"
    starts = 2025-08-22T19:00:00
    ends = 2025-08-22T22:00:00
    venue = "Boathouse"
    title = { en = "Supper", de = "Nachtmahl", ko = "만찬" }
    [[session]]
    id = "race"
    starts = 2025-08-23T10:00:00
    ends = 2025-08-23T13:00:00
    venue = "Pier"
    title = { en = "Race", de = "Wettfahrt", ko = "경주" }
    [[session]]
    id = "ball"
    starts = 2025-08-23T20:00:00
    ends = 2025-08-23T23:00:00
    venue = "Casino"
    title = { en = "Dance", de = "Tanz", ko = "무도회" }
    [[session]]
    id = "knots"
    starts = 2025-08-24T10:00:00
    ends = 2025-08-24T12:00:00
    venue = "Boathouse"
    title = { en = "Class on knots", de = "Knotenkurs", ko = "매듭 교실" }
    aliases = { en = ["knots"] }
    [[session]]
    id = "sails"
    starts = 2025-08-24T10:00:00
    ends = 2025-08-24T12:00:00
    venue = "Loft"
    title = { en = "Class on sails", de = "Segelkurs", ko = "돛 교실" }
    aliases = { en = ["sails"] }
"#;

/// The sessions that somebody comes to.
fn attended(text: &str) -> Vec<String> {
    let event = Event::from_toml(REGATTA).unwrap();
    let reading = read(&ReplyText::typed(text), &Message::default(), &event, None, Languages::built_in());
    let answers = reading.answers(&event, &[], &[]).unwrap_or_default();
    let order = event.sessions.iter().map(|session| session.id.clone());
    order.filter(|id| answers.get(id).is_some_and(|fact| fact.value == Yes)).collect()
}

fn check(cases: &[(&str, &[&str])]) {
    for (text, wanted) in cases {
        assert_eq!(attended(text), *wanted, "{text:?}");
    }
}

#[test]
fn so_many_from_either_end_and_the_rest_are_counted() {
    check(&[
        ("I will come to the first two days.", &["supper", "race", "ball"]),
        ("Put me down for the last two days.", &["race", "ball", "knots", "sails"]),
        ("Zu den ersten drei komme ich gern.", &["supper", "race", "ball"]),
        ("I cannot make the supper and the sails. I will attend the others.", &["race", "ball", "knots"]),
        ("처음 이틀 일정에 참석하겠습니다.", &["supper", "race", "ball"]),
    ]);
}

#[test]
fn a_session_by_name_is_what_its_day_means() {
    check(&[
        ("I come on Saturday, but only for the race.", &["race"]),
        ("On Saturday I will attend the race and the dance.", &["race", "ball"]),
        ("On Saturday I will come. I cannot make the dance.", &["race"]),
    ]);
}

#[test]
fn of_sessions_at_one_time_the_one_that_is_named_is_meant() {
    check(&[
        ("I will attend everything. Of the two classes, knots.", &["supper", "race", "ball", "knots"]),
        ("I will attend on Sunday, for the sails.", &["sails"]),
    ]);
}

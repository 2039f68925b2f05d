//! Mail that is broken, too large, or comes again; and machines that answer everything.

use crate::mail::{Mail, names, parsed};
use crate::site::{Options, Site, USER, until};

#[test]
fn broken_and_oversize_mail_goes_to_staff_and_the_queue_behind_it_goes_on() {
    let mut site = Site::new(&Options { intake: "max_message_bytes = 20000", ..Options::default() });
    let noise: Vec<u8> = std::iter::repeat_with({
        let mut chance = fastrand::Rng::with_seed(4711);
        move || chance.u8(..)
    })
    .take(6000)
    .collect();
    site.dovecot.append(USER, "INBOX", &noise);
    let large = Mail::complete("large", "Thea Obermann");
    let large =
        Mail { text: format!("{}\n{}", large.text, "attached to this mail is everything\n".repeat(2000)), ..large };
    site.deliver(&large);
    let after = Mail::complete("after", "Ottilie Brandauer");
    site.deliver(&after);
    site.start();
    site.answer(&after.name, 1);
    site.settled(3);
    assert_eq!(site.folder("RSVP/Review").len(), 2);
    let review = site.list(&["review", "list"]);
    let codes: Vec<_> = review.iter().map(|item| item["reasons"][0]["code"].clone()).collect();
    assert_eq!(codes, ["unreadable", "too_large"]);
    assert_eq!(review[1]["message_id"], large.id);
    assert_eq!(site.records().len(), 1);
    assert!(site.answers(&large.name).is_empty());
    site.check();
}

#[test]
fn mail_that_comes_again_is_filed_again_and_not_answered_again() {
    let mut site = Site::running(&Options::default());
    let mail = Mail::complete("twice", "Ottilie Brandauer");
    site.deliver(&mail);
    site.answer(&mail.name, 1);
    site.settled(1);
    site.dovecot.append(USER, "INBOX", &mail.raw_by("relay.example"));
    until("the redelivered copy is filed", || site.folder("RSVP/Recorded").len() == 2);
    site.dovecot.doveadm(&["copy", "-u", USER, "INBOX", "mailbox", "RSVP/Recorded", "1"]);
    until("the copy of a colleague is filed", || site.folder("RSVP/Recorded").len() == 3);
    // whoever is answered after them shows that their turn is over
    let after = Mail::complete("after", "Thea Obermann");
    site.deliver(&after);
    site.answer(&after.name, 1);
    site.settled(2);
    assert!(site.folder("INBOX").is_empty());
    assert_eq!(site.records().len(), 2);
    assert_eq!(site.answers(&mail.name).len(), 1);
    assert_eq!(site.list(&["outbox", "list"]).len(), 2);
    site.check();
}

#[test]
fn robots_that_answer_every_answer_are_stopped_by_the_daily_number() {
    const A_DAY: usize = 3;
    let texts: [fn(&str) -> String; 3] = [
        |name| Mail::complete("", name).text,
        |name| Mail::incomplete("", name).text,
        |name| format!("Dear Sir or Madam,\n\nthank you for your message, which we will answer soon.\n\n{name}\n"),
    ];
    let mut site = Site::running(&Options { mailbox: "answers_per_day = 3", ..Options::default() });
    let robots = names(texts.len());
    let mut written = 0;
    for (robot, text) in robots.iter().zip(texts) {
        site.deliver(&Mail::of(&format!("robot{written}"), robot, &text(robot)));
        written += 1;
        for answered in 0..A_DAY {
            let raw = site.answer(robot, answered + 1);
            site.deliver(&Mail::answering(&format!("robot{written}"), robot, &parsed(&raw), &text(robot)));
            written += 1;
        }
    }
    site.settled(written);
    for robot in &robots {
        assert_eq!(site.answers(robot).len(), A_DAY);
    }
    let capped = |item: &&serde_json::Value| {
        item["reasons"].as_array().unwrap().iter().any(|reason| reason["code"] == "automatic_reply")
    };
    assert_eq!(site.list(&["review", "list"]).iter().filter(capped).count(), robots.len(), "staff are told of each");
    site.check();
}

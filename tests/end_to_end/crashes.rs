//! kill -9, at the worst moments and at any other.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::mail::{Mail, copies, names};
use crate::servers::proxy::Proxy;
use crate::site::{Options, Site, USER, until};

/// The daemon behind a proxy, with the outcome of one mail stored and answered, but the mail not filed.
fn killed_before_filing(mail: &Mail) -> (Site, Proxy) {
    let mut site = Site::new(&Options::default());
    let proxy = site.proxy(site.dovecot.port);
    site.configure(&Options { imap: proxy.port, ..Options::default() });
    proxy.swallow("UID MOVE");
    site.start();
    site.deliver(mail);
    site.answer(&mail.name, 1);
    until("the mail is about to be filed", || proxy.lines().iter().any(|line| line.contains("UID MOVE")));
    until("the answer is noted as sent", || site.status()["outbox"]["sent"] == 1);
    site.kill();
    assert_eq!(site.folder("INBOX"), [mail.raw()]);
    proxy.speak();
    (site, proxy)
}

#[test]
fn killed_between_commit_and_filing_it_files_after_the_restart() {
    let mail = Mail::complete("filed", "Ottilie Brandauer");
    let (mut site, _proxy) = killed_before_filing(&mail);
    let begun = Instant::now();
    site.start();
    until("it is filed", || site.folder("INBOX").is_empty());
    println!("from start to filed: {:?}", begun.elapsed());
    site.settled(1);
    assert_eq!(site.folder("RSVP/Recorded"), [mail.raw()]);
    assert_eq!(site.records().len(), 1);
    assert_eq!(site.answers(&mail.name).len(), 1);
    site.check();
}

#[test]
fn under_a_new_uidvalidity_it_is_still_filed_and_nothing_is_done_twice() {
    let mail = Mail::complete("numbered", "Ottilie Brandauer");
    let (mut site, _proxy) = killed_before_filing(&mail);
    site.dovecot.renumber(USER, "INBOX", 4711);
    let later = Mail::complete("later", "Thea Obermann");
    site.deliver(&later);
    site.start();
    site.settled(2);
    assert!(site.folder("INBOX").is_empty());
    assert_eq!(site.folder("RSVP/Recorded").len(), 2);
    assert_eq!(site.records().len(), 2);
    assert_eq!((site.answers(&mail.name).len(), site.answers(&later.name).len()), (1, 1));
    site.check();
}

#[test]
fn killed_again_and_again_it_loses_nothing_and_doubles_nothing() {
    const ROUNDS: usize = 20;
    const PER_ROUND: usize = 3;
    // about how often it speaks on both wires in a round: the kill falls somewhere within
    const SPOKEN: usize = 34;
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut chance = fastrand::Rng::with_seed(seed);
    let mails = sixty();
    assert_eq!(mails.len(), ROUNDS * PER_ROUND);

    let mut site = Site::new(&Options::default());
    let (imap, smtp) = (site.proxy(site.dovecot.port), site.proxy(site.smtp_port()));
    site.configure(&Options { imap: imap.port, smtp: smtp.port, ..Options::default() });
    for delivered in mails.chunks(PER_ROUND) {
        for mail in delivered {
            site.deliver(mail);
        }
        site.start();
        // once so much was said, or so much time has passed
        let said = || imap.heard_count() + smtp.heard_count();
        let (moment, last) = match chance.bool() {
            true => (chance.u64(0..2500), usize::MAX),
            false => (3000, said() + chance.usize(1..SPOKEN)),
        };
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_millis(moment) && said() < last {
            std::thread::sleep(Duration::from_micros(50));
        }
        std::thread::sleep(Duration::from_micros(chance.u64(0..5000)));
        site.kill();
        site.check();
    }

    let runs = site.log().matches("is running").count();
    site.start();
    until("it runs", || site.log().matches("is running").count() > runs);
    until("all is decided and filed", || {
        let status = site.status();
        status["messages"]["decided"] == mails.len() && status["filings_due"] == 0 && at_rest(&status["outbox"])
    });
    assert!(site.stop().success());
    let uncertain: Vec<_> = site.list(&["outbox", "list"]);
    let uncertain: Vec<_> = uncertain.into_iter().filter(|row| row["state"] == "uncertain").collect();
    for row in &uncertain {
        // as staff would, and as rsvpd does by itself after half an hour
        site.ok(&["outbox", "retry", &row["id"].to_string()]);
    }
    site.ok(&["outbox", "send"]);
    site.settled(mails.len() as u64);
    site.check();

    assert!(site.folder("INBOX").is_empty());
    // a message in whose reading rsvpd was killed three times is put aside for staff, and rightly so
    let review = site.list(&["review", "list"]);
    let aside: Vec<_> = review.iter().filter(|item| item["reasons"][0]["code"] == "unreadable").collect();
    assert!(aside.len() <= 2, "{aside:?}");
    let mut doubled = 0;
    let mut expected = BTreeMap::from([("RSVP/Recorded", 0), ("RSVP/Review", 0), ("RSVP/Ignored", 0)]);
    for mail in &mails {
        let aside = aside.iter().any(|item| item["message_id"] == mail.id);
        let (folder, answers) = match mail.id.as_bytes() {
            _ if aside => ("RSVP/Review", 0),
            [b'c', ..] => ("RSVP/Review", 1),
            [b'o', ..] => ("RSVP/Ignored", 0),
            _ => ("RSVP/Recorded", 1),
        };
        *expected.get_mut(folder).unwrap() += 1;
        let filed = site.folder(folder).into_iter().filter(|raw| *raw == mail.raw()).count();
        assert_eq!(filed, 1, "{} is in {folder}", mail.id);
        let answered = copies(&site.answers(&mail.name));
        assert_eq!(answered.len(), answers, "one answer, under one Message-ID, to whoever is answered");
        for copies in answered.into_values() {
            assert!(copies <= 2, "at most one further copy");
            let doubtful = uncertain.iter().any(|row| row["to"] == mail.address);
            assert!(copies == 1 || doubtful, "only what was uncertain may be doubled");
            doubled += copies - 1;
        }
    }
    for (folder, count) in &expected {
        assert_eq!(site.folder(folder).len(), *count, "{folder}");
    }
    assert_eq!(site.records().len(), expected["RSVP/Recorded"]);
    assert_eq!(review.len(), expected["RSVP/Review"]);
    println!("{ROUNDS} kills: {} answers uncertain, {doubled} of them doubled", uncertain.len());
}

fn at_rest(outbox: &serde_json::Value) -> bool {
    outbox.as_object().is_some_and(|outbox| outbox.keys().all(|state| state == "sent" || state == "uncertain"))
}

/// Of all kinds; the Message-ID tells which.
fn sixty() -> Vec<Mail> {
    let of = |(number, name): (usize, &String)| match number % 10 {
        0 => Mail::conditional(&format!("conditional{number}"), name),
        1 => Mail::out_of_office(&format!("office{number}"), name),
        2 => Mail::incomplete(&format!("incomplete{number}"), name),
        _ => Mail::complete(&format!("attends{number}"), name),
    };
    names(60).iter().enumerate().map(of).collect()
}

#[test]
fn asked_to_stop_it_ends_in_good_order_while_mail_keeps_coming() {
    let mut mails =
        names(200).into_iter().enumerate().map(|(number, name)| Mail::complete(&format!("stop{number}"), &name));
    let mut site = Site::running(&Options::default());
    let mut delivered: Vec<Mail> = mails.by_ref().take(12).collect();
    for mail in &delivered {
        site.deliver(mail);
    }
    site.answer(&delivered[0].name, 1);
    let begun = Instant::now();
    site.ask_to_stop();
    while !site.has_ended() {
        assert!(begun.elapsed() < Duration::from_secs(10), "it ends soon");
        if let Some(mail) = mails.next() {
            site.deliver(&mail);
            delivered.push(mail);
        }
    }
    println!("from SIGTERM to the end: {:?}; {} mails came meanwhile", begun.elapsed(), delivered.len() - 12);
    assert_eq!(site.stopped().code(), Some(0));
    site.check();

    site.start();
    site.settled(delivered.len() as u64);
    assert_eq!(site.folder("RSVP/Recorded").len(), delivered.len());
    assert_eq!(site.records().len(), delivered.len());
    for mail in &delivered {
        assert_eq!(site.answers(&mail.name).len(), 1);
    }
    site.check();
}

//! What the daemon is for.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::mail::{Mail, address, parsed};
use crate::site::{Options, Site, until};

#[test]
fn a_reply_is_recorded_filed_and_confirmed_in_its_thread() {
    let begun = Instant::now();
    let mut site = Site::new(&Options::default());
    let servers = begun.elapsed();
    site.start();
    let mail = Mail::complete("first", "Ottilie Brandauer");
    until("the mailbox is watched", || site.log().contains("connected"));
    println!("from start to ready: {:?}", begun.elapsed().saturating_sub(servers));
    let begun = Instant::now();
    site.deliver(&mail);
    let raw = site.answer(&mail.name, 1);
    println!("from delivery to the attendee's maildir: {:?}; {}", begun.elapsed(), site.memory());

    let answer = parsed(&raw);
    assert_eq!(answer.in_reply_to().as_text(), Some(mail.id.as_str()));
    assert_eq!(answer.references().as_text(), Some(mail.id.as_str()));
    assert_eq!(answer.subject(), Some(mail.subject.as_str()));
    assert_eq!(answer.header_raw("Auto-Submitted").map(str::trim), Some("auto-replied"));
    assert_eq!(answer.to().and_then(|to| to.first()).and_then(|to| to.address()), Some(mail.address.as_str()));
    let text = answer.body_text(0).unwrap();
    assert!(text.contains("Furnace workshop") && text.contains("City Hall"), "{text}");

    site.settled(1);
    assert_eq!(site.folder("RSVP/Recorded"), [mail.raw()]);
    assert!(site.folder("INBOX").is_empty());
    let records = site.records();
    assert_eq!(records.len(), 1);
    for (key, value) in [
        ("name", json!("Ottilie Brandauer")),
        ("organization", json!("Annealing Institute")),
        ("position", json!("Head of Research")),
        ("sessions", json!({"banquet": "yes", "workshop": "yes"})),
        ("email", json!(mail.address)),
        ("status", json!("attending")),
        ("source_message_id", json!(mail.id)),
    ] {
        assert_eq!(records[0][key], value, "{key}");
    }
    site.check();
}

#[test]
fn what_is_missing_is_asked_for_and_the_answer_completes_the_record() {
    let mut site = Site::running(&Options::default());
    let mail = Mail::incomplete("second", "Casimir Dross");
    site.deliver(&mail);
    let raw = site.answer(&mail.name, 1);
    let asked = &site.list(&["outbox", "list"])[0];
    assert_eq!((asked["kind"].as_str(), asked["to"].as_str()), (Some("ask"), Some(mail.address.as_str())));
    assert_eq!(asked["missing"], json!(["organization", "position"]));
    assert_eq!(site.records()[0]["status"], "incomplete");

    let text = "Organization: Annealing Institute\nPosition: Head of Research\n";
    site.deliver(&Mail::answering("third", &mail.name, &parsed(&raw), text));
    site.answer(&mail.name, 2);
    site.settled(2);
    let records = site.records();
    assert_eq!(records.len(), 1);
    assert_eq!(records[0]["status"], "attending");
    assert_eq!(records[0]["organization"], "Annealing Institute");
    assert_eq!(records[0]["position"], "Head of Research");
    assert_eq!(records[0]["sessions"], json!({"banquet": "no", "workshop": "yes"}));
    assert_eq!(site.list(&["outbox", "list"])[1]["kind"], "confirm");
    assert_eq!(site.folder("RSVP/Recorded").len(), 2);
    site.check();
}

#[test]
fn staff_decide_what_is_ambiguous() {
    let mut site = Site::running(&Options::default());
    let mail = Mail::conditional("fourth", "Philippa Lehr");
    site.deliver(&mail);
    site.answer(&mail.name, 1);
    site.settled(1);
    assert_eq!(site.folder("RSVP/Review"), [mail.raw()]);
    assert!(site.records().is_empty(), "nothing is recorded before staff decide");
    let open = site.list(&["review", "list"]);
    assert_eq!(open.len(), 1);
    assert_eq!(open[0]["message_id"], mail.id);
    assert_eq!(open[0]["reasons"][0]["code"], "conditional");

    let begun = Instant::now();
    site.ok(&["review", "accept", &open[0]["id"].to_string()]);
    site.answer(&mail.name, 2);
    println!("from staff's decision to the attendee's maildir: {:?}", begun.elapsed());
    assert!(begun.elapsed() < Duration::from_secs(30), "the daemon notices what other processes decide");
    site.settled(1);
    assert_eq!(site.records()[0]["status"], "attending");
    assert!(site.list(&["review", "list"]).is_empty());
    let kinds: Vec<_> = site.list(&["outbox", "list"]).iter().map(|row| row["kind"].clone()).collect();
    assert_eq!(kinds, ["received", "confirm"]);
    site.check();
}

#[test]
fn machines_are_never_answered() {
    let mut site = Site::running(&Options::default());
    site.deliver(&Mail::out_of_office("fifth", "Leopold Punty"));
    site.deliver(&Mail::bounce("sixth"));
    site.settled(2);
    assert_eq!(site.folder("RSVP/Ignored").len(), 2);
    assert!(site.list(&["outbox", "list"]).is_empty());
    assert!(site.list(&["review", "list"]).is_empty());
    assert!(!site.path("attendees").join(address("Leopold Punty")).exists());
    site.check();
}

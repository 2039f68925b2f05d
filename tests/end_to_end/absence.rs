//! Servers that are down or refuse.

use crate::mail::Mail;
use crate::servers::dovecot::PASSWORD;
use crate::servers::free_port;
use crate::site::{Options, Site, until};

#[test]
fn when_servers_come_back_everything_arrives_in_the_end() {
    let mut site = Site::running(&Options::default());
    let [first, second, third] = ["Ottilie Brandauer", "Thea Obermann", "Bruno Saale"];
    site.smtp = None;
    site.deliver(&Mail::complete("without-smtp", first));
    until("the answer waits", || site.status()["outbox"]["waiting"] == 1);
    let row = &site.list(&["outbox", "list"])[0];
    assert!(row["last_reply"].as_str().unwrap().starts_with("could not connect to 127.0.0.1:"), "{row}");
    assert!(told(&site, "smtp glass").starts_with("could not connect to 127.0.0.1:"), "{}", site.ok(&["status"]));

    site.dovecot.stop();
    until("the loss is noticed", || told(&site, "imap glass").starts_with("could not"));
    site.deliver(&Mail::complete("without-imap", second));
    site.dovecot.run();
    site.start_smtp();
    until("reading goes on", || site.status()["messages"]["decided"] == 2);
    site.deliver(&Mail::incomplete("with-both", third));
    for name in [first, second, third] {
        site.answer(name, 1);
    }
    site.settled(3);
    assert_eq!(told(&site, "smtp glass"), "well");
    assert_eq!(told(&site, "imap glass"), "well");
    assert_eq!(site.folder("RSVP/Recorded").len(), 3);
    for name in [first, second, third] {
        assert_eq!(site.answers(name).len(), 1);
    }
    site.check();
}

/// How the last contact with a server went, by `rsvpd status`.
fn told(site: &Site, server: &str) -> String {
    let status = site.status();
    let contact = status["contacts"].as_array().unwrap().iter().find(|contact| contact["what"] == server);
    contact.map_or(String::new(), |contact| contact["text"].as_str().unwrap().to_owned())
}

/// What `rsvpd check` finds wrong with a server.
fn problem(site: &Site, server: &str) -> String {
    let output = site.run(&["check"]);
    assert_eq!(output.status.code(), Some(1));
    let found = String::from_utf8(output.stdout).unwrap();
    let line = found.lines().find(|line| line.starts_with(&format!("problem\t{server}\t")));
    line.unwrap_or_else(|| panic!("{found}")).to_owned()
}

#[test]
fn a_wrong_password_is_told_by_check_and_by_status() {
    let mut site = Site::new(&Options::default());
    site.ok(&["check"]);
    site.set_password("wrong");
    assert!(problem(&site, "imap glass").contains("refused the user name or password"));
    site.start();
    until("it is told", || told(&site, "imap glass").contains("refused the user name or password"));
    assert!(site.ok(&["status"]).starts_with("daemon\trunning\n"));
    assert!(site.stop().success());
    site.set_password(PASSWORD);
    site.start();
    until("all is well", || told(&site, "imap glass") == "well");
    assert!(!site.log().contains(PASSWORD));
}

#[test]
fn an_unreachable_server_is_told_and_tried_again_until_it_is_there() {
    let mut site = Site::new(&Options::default());
    let mail = Mail::complete("patient", "Ottilie Brandauer");
    site.deliver(&mail);
    site.dovecot.stop();
    let smtp = free_port();
    site.configure(&Options { smtp, ..Options::default() });
    let sentence = format!("could not connect to 127.0.0.1:{}: ", site.dovecot.port);
    assert!(problem(&site, "imap glass").contains(&sentence), "{}", problem(&site, "imap glass"));
    assert!(problem(&site, "smtp glass").contains(&format!("could not connect to 127.0.0.1:{smtp}: ")));
    site.configure(&Options::default());
    site.start();
    until("it is told", || told(&site, "imap glass").starts_with(&sentence));
    site.dovecot.run();
    site.answer(&mail.name, 1);
    site.settled(1);
}

//! The mails of these tests, written by people who do not exist.

use std::collections::BTreeMap;

use mail_parser::{Message, MessageParser};

/// Where everybody replies to.
pub const MAILBOX: &str = "rsvp@kiln.example";

/// A mail to the mailbox, as its own mail server would hand it over.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Message-ID, without angle brackets.
    pub id: String,
    pub name: String,
    pub address: String,
    pub subject: String,
    pub text: String,
    /// Further header lines, each with its line end.
    pub header: String,
}

impl Mail {
    /// A mail by somebody whose name tells his address.
    pub fn of(id: &str, name: &str, text: &str) -> Self {
        Self {
            id: format!("{id}@mail.example"),
            name: name.to_owned(),
            address: address(name),
            subject: "Re: An invitation for autumn".to_owned(),
            text: text.to_owned(),
            header: String::new(),
        }
    }

    /// Clear and complete, as plainly as can be said: recorded and confirmed.
    pub fn complete(id: &str, name: &str) -> Self {
        let address = address(name);
        let text = format!(
            "Dear team,\n\nI will attend both the workshop and the banquet.\n\nName: {name}\n\
             Organization: Annealing Institute\nPosition: Head of Research\nEmail: {address}\n"
        );
        Self::of(id, name, &text)
    }

    /// Organization and position are missing: asked for.
    pub fn incomplete(id: &str, name: &str) -> Self {
        Self::of(id, name, &format!("Hello,\n\nI am happy to attend the workshop, but not the banquet.\n\n{name}\n"))
    }

    /// On a condition: for a human.
    pub fn conditional(id: &str, name: &str) -> Self {
        let text = format!(
            "Dear team,\n\nI would attend both days, provided that my budget is granted in time.\n\nName: {name}\n\
             Organization: Annealing Institute\nPosition: Head of Research\n"
        );
        Self::of(id, name, &text)
    }

    /// Of a machine that says so.
    pub fn out_of_office(id: &str, name: &str) -> Self {
        let mail = Self::of(id, name, "I am out of the office until Monday and will answer then.\n");
        Self { header: "Auto-Submitted: auto-replied\r\n".to_owned(), ..mail }
    }

    /// A bounce, of a mail that was not ours.
    pub fn bounce(id: &str) -> Self {
        let text = "The mail could not be delivered.\n\n<somebody@punty.example>: user unknown\n";
        let mail = Self::of(id, "Mail Delivery System", text);
        Self { header: "Return-Path: <>\r\nAuto-Submitted: auto-replied\r\n".to_owned(), ..mail }
    }

    /// This text in answer to a mail.
    pub fn answering(id: &str, name: &str, answered: &Message<'_>, text: &str) -> Self {
        let answered = answered.message_id().expect("answers have a Message-ID");
        let header = format!("In-Reply-To: <{answered}>\r\nReferences: <{answered}>\r\n");
        Self { header, ..Self::of(id, name, text) }
    }

    /// On its way from a server of this name.
    pub fn raw_by(&self, server: &str) -> Vec<u8> {
        let Self { id, name, address, subject, text, header } = self;
        let domain = address.split_once('@').expect("an address").1;
        let text = text.replace('\n', "\r\n");
        format!(
            "Received: from {server} by mx.kiln.example; Fri, 27 Nov 2026 10:00:00 +0100\r\n\
             Authentication-Results: mx.kiln.example; dmarc=pass header.from={domain}\r\n\
             From: {name} <{address}>\r\nTo: {MAILBOX}\r\nSubject: {subject}\r\nMessage-ID: <{id}>\r\n\
             Date: Fri, 27 Nov 2026 10:00:00 +0100\r\n{header}MIME-Version: 1.0\r\n\
             Content-Type: text/plain; charset=utf-8\r\n\r\n{text}"
        )
        .into_bytes()
    }

    /// As delivered.
    pub fn raw(&self) -> Vec<u8> {
        self.raw_by("mail.example")
    }

    /// What no log may show.
    pub fn personal(&self) -> Vec<String> {
        let lines = self.text.lines().map(str::trim).filter(|line| line.len() > 8).map(str::to_owned);
        [&self.name, &self.address, &self.subject].into_iter().cloned().chain(lines).collect()
    }
}

/// Everybody is of one house.
pub fn address(name: &str) -> String {
    format!("{}@annealing-institute.example", name.to_lowercase().replace(' ', "."))
}

/// Names for many people, all of letters.
pub fn names(count: usize) -> Vec<String> {
    const FIRST: [&str; 8] = ["Ottilie", "Casimir", "Philippa", "Ferdinand", "Rosamund", "Leopold", "Thea", "Bruno"];
    const HEAD: [&str; 8] = ["Brand", "Glas", "Ofen", "Sand", "Quarz", "Linsen", "Prismen", "Kristall"];
    const TAIL: [&str; 8] = ["auer", "huber", "maier", "mann", "berger", "hofer", "lechner", "moser"];
    let name = |n: usize| format!("{} {}{}", FIRST[n % 8], HEAD[n / 8 % 8], TAIL[n / 64 % 8]);
    assert!(count <= 512, "no more names");
    (0..count).map(name).collect()
}

/// A mail that came back, to look into.
pub fn parsed(raw: &[u8]) -> Message<'_> {
    MessageParser::default().parse(raw).expect("an answer is a mail")
}

/// How many copies there are of each Message-ID.
pub fn copies(mails: &[Vec<u8>]) -> BTreeMap<String, usize> {
    let mut copies = BTreeMap::new();
    for raw in mails {
        *copies.entry(parsed(raw).message_id().expect("a Message-ID").to_owned()).or_default() += 1;
    }
    copies
}

//! What all readers look at: the text, the headers, the words, and who seems to have written.

use std::collections::HashSet;

use super::name;
use super::phrase::{self, Kind, Part};
use super::pieces::{Piece, is_capitalized};
use super::romanize;
use super::sender::Sender;
use super::words::Lexicon;
use crate::event::Event;
use crate::understand::language::Languages;
use crate::understand::message::Message;
use crate::understand::net::witness::Witness;
use crate::understand::reply::{InlineAnswer, ReplyText, Span};

/// What all readers look at.
pub(super) struct Mail<'a> {
    pub(super) text: &'a str,
    pub(super) signature: Option<usize>,
    pub(super) inline: &'a [InlineAnswer],
    /// What the net says of the whole mail.
    pub(super) witness: &'a Witness,
    pub(super) message: &'a Message,
    pub(super) lexicon: Lexicon<'a>,
    pub(super) sender: Sender,
    /// The name of the one who wrote, as far as known before the text is read closely.
    pub(super) writer: Option<String>,
    /// Whether lines are numbered.
    pub(super) is_numbered: bool,
    /// Words of the event's own titles and places.
    event_words: HashSet<String>,
}

impl<'a> Mail<'a> {
    pub(super) fn new(
        reply: &'a ReplyText,
        message: &'a Message,
        event: &Event,
        witness: &'a Witness,
        languages: &'a Languages,
    ) -> Self {
        let lexicon = Lexicon(languages);
        let sender = Sender::of(message, lexicon);
        Self {
            text: &reply.text,
            signature: reply.signature,
            inline: &reply.inline_answers,
            witness,
            message,
            lexicon,
            writer: sender.name.clone(),
            sender,
            is_numbered: numbered_lines(&reply.text) > 2,
            event_words: event_words(event),
        }
    }

    /// The text with some spans blanked, and a bar in place of each; offsets stay as they are.
    pub(super) fn text_without(&self, spans: impl Iterator<Item = Span>) -> String {
        let spans: Vec<Span> = spans.collect();
        let blank = |at: usize, c: char| {
            if c == '\n' || !spans.iter().any(|span| (span.start..span.end).contains(&at)) {
                return c.to_string();
            }
            let bar = if spans.iter().any(|span| span.start == at) { "|" } else { " " };
            format!("{bar}{}", " ".repeat(c.len_utf8().saturating_sub(1)))
        };
        self.text.char_indices().map(|(at, c)| blank(at, c)).collect()
    }

    /// The same mail with another text.
    pub(super) fn with_text<'b>(&self, text: &'b str) -> Mail<'b>
    where
        'a: 'b,
    {
        let (sender, writer, event_words) = (self.sender.clone(), self.writer.clone(), self.event_words.clone());
        Mail { text, sender, writer, event_words, ..*self }
    }

    /// The same mail, as the net sees it for one person.
    pub(super) fn with_witness<'b>(&self, witness: &'b Witness) -> Mail<'b>
    where
        'a: 'b,
    {
        let (sender, writer, event_words) = (self.sender.clone(), self.writer.clone(), self.event_words.clone());
        Mail { witness, sender, writer, event_words, ..*self }
    }

    /// The meaning of a piece. Capitalized words that the sender's domain knows too are an organization.
    pub(super) fn read<'b>(&self, piece: Piece<'b>) -> Vec<Part<'b>> {
        let mut parts = phrase::read(piece, self.writer.as_deref(), self.lexicon);
        for part in &mut parts {
            if part.kind == Kind::Proper && part.piece.words().iter().any(|word| self.domain_knows(word.text)) {
                part.kind = Kind::Institution;
            }
        }
        parts
    }

    /// Whether a capitalized word stands in the sender's domain, and is not his name.
    pub(super) fn domain_knows(&self, word: &str) -> bool {
        let folded = name::folded(word).concat();
        let is_name = self.writer.as_deref().is_some_and(|writer| name::folded(writer).contains(&folded));
        folded.len() >= 4 && is_capitalized(word) && !is_name && self.sender.domain().contains(folded.as_str())
    }

    /// Whether the sender's domain carries the words, their sound or their initials.
    pub(super) fn domain_supports(&self, organization: &str) -> bool {
        let domain = self.sender.domain();
        let labels: Vec<&str> = domain.split(|c: char| !c.is_alphanumeric()).collect();
        let words: Vec<String> = name::folded(organization);
        let own = self.writer.as_deref().map(name::folded).unwrap_or_default();
        let carries = |word: &String| {
            let long = word.chars().count() >= 4 && domain.contains(word.as_str()) && !own.contains(word);
            long || labels.contains(&word.as_str()) && word.chars().count() >= 2
        };
        let initials: String = words.iter().filter_map(|word| word.chars().next()).collect();
        words.iter().any(carries)
            || initials.len() >= 3 && labels.contains(&initials.as_str())
            || romanize::stands_in(organization, domain)
    }

    /// Whether words are the event's own: its titles, its places, its host.
    pub(super) fn is_of_event(&self, text: &str) -> bool {
        let words = name::folded(text);
        let mut telling = words.iter().filter(|word| word.chars().count() > 2).peekable();
        let known = |word: &String| self.event_words.contains(word);
        if telling.peek().is_some() { telling.all(known) } else { words.iter().all(known) }
    }

    /// Whether the writer's name is known in full.
    pub(super) fn knows_writer(&self) -> bool {
        self.writer.as_deref().is_some_and(|name| name::is_person(name, self.lexicon))
    }
}

fn numbered_lines(text: &str) -> usize {
    let digits = |line: &&str| {
        let rest = line.trim_start().trim_start_matches(|c: char| c.is_ascii_digit());
        rest.len() < line.trim_start().len() && rest.starts_with(['.', ')'])
    };
    text.lines().filter(digits).count()
}

fn event_words(event: &Event) -> HashSet<String> {
    let sessions = event.sessions.iter().flat_map(|session| {
        let titles = session.title.values().chain(session.aliases.values().flatten());
        titles.chain([&session.venue]).collect::<Vec<_>>()
    });
    sessions.chain([&event.title, &event.host]).flat_map(|text| name::folded(text)).collect()
}

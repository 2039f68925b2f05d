//! HTML to lines, by structure: one pass of html5ever's tokenizer over a stack of open elements, no tree, no
//! recursion, so that depth costs nothing.

mod client;
mod element;
mod style;
mod writer;
mod zone;

use std::cell::RefCell;

use html5ever::TokenizerResult;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::{Rawtext, Rcdata};
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

use super::text::unquote;
use super::{Line, LineRole};
use client::Mark;
use element::{Element, Stack, State, has_margin, is_block, is_cell, is_dropped, is_list, is_table, is_void};
use style::{Style, is_vivid};
use writer::{Gap, Ink, Writer};
use zone::Zone;

/// Most HTML that is read, pictures inside it already left out.
const LONGEST: usize = 4 * 1024 * 1024;
/// Longest tag that is read with its attributes: html5ever compares each attribute with all others.
const LONGEST_TAG: usize = 4096;
/// Most zones that are opened, most hidden texts and longest one kept.
const MOST_ZONES: usize = 100;
const MOST_HIDDEN: usize = 100;
const LONGEST_HIDDEN: usize = 2000;

/// What a document shows and what it hides.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// The text that a reader sees.
    pub(super) lines: Vec<Line>,
    /// The text that he does not.
    pub(super) hidden: Vec<String>,
}

/// Reads a document.
pub(super) fn read(html: &str) -> Page {
    let html = shorten(html);
    let root = State { preformatted: !has_line_tags(&html), ..State::default() };
    let reader = Reader {
        stack: Stack::new(root),
        writer: Writer::default(),
        zones: Vec::new(),
        hidden: Vec::new(),
        hiding: false,
    };
    let sink = Sink(RefCell::new(reader));
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(&html));
    while !matches!(tokenizer.feed(&input), TokenizerResult::Done) {}
    tokenizer.end();
    let Reader { writer, hidden, .. } = tokenizer.sink.0.into_inner();
    let mut lines = writer.finish();
    for line in &mut lines {
        // Gateways and phones put plain quotation marks into HTML.
        let (marks, text) = unquote(&line.text);
        if marks > 0 {
            line.quote_depth = line.quote_depth.saturating_add(marks);
            line.text = text.to_string();
        }
    }
    Page { lines, hidden: hidden.into_iter().filter(|text| !text.trim().is_empty()).collect() }
}

/// Empties overlong tags (a picture as `data:` makes one of a megabyte) and cuts the end of an overlong document.
fn shorten(html: &str) -> String {
    let mut short = String::with_capacity(html.len().min(LONGEST));
    let mut rest = html;
    while let Some((before, from)) = rest.find('<').and_then(|start| rest.split_at_checked(start)) {
        if short.len() > LONGEST {
            return short;
        }
        short.push_str(before);
        let inside = from.strip_prefix('<').unwrap_or(from);
        if !inside.starts_with(|c: char| c.is_ascii_alphabetic()) {
            short.push('<');
            rest = inside;
            continue;
        }
        let end = from.find('>').map_or(from.len(), |end| end + 1);
        let (tag, after) = from.split_at_checked(end).unwrap_or((from, ""));
        if tag.len() <= LONGEST_TAG {
            short.push_str(tag);
        } else {
            let name = tag.split(|c: char| c.is_ascii_whitespace() || c == '/').next().unwrap_or_default();
            short.push_str(name.get(..20).unwrap_or(name));
            // the end of a comment that began before this tag must not be lost
            short.push_str(if tag.ends_with("-->") { " -->" } else { ">" });
        }
        rest = after;
    }
    short.push_str(rest.get(..LONGEST).unwrap_or(rest));
    short
}

/// Text that was only called HTML has no tag that breaks a line; then its own line breaks count.
fn has_line_tags(html: &str) -> bool {
    let tags = ["<br", "<p", "<div", "<td", "<li", "<tr", "<h1", "<blockquote"];
    let lower = html.to_ascii_lowercase();
    tags.iter().any(|tag| lower.contains(tag))
}

struct Sink(RefCell<Reader>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut reader = self.0.borrow_mut();
        match token {
            Token::CharacterTokens(text) => reader.text(&text),
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => {
                reader.start(&tag);
                return match &*tag.name {
                    "script" | "style" | "iframe" | "noembed" | "noframes" => TokenSinkResult::RawData(Rawtext),
                    "title" | "textarea" => TokenSinkResult::RawData(Rcdata),
                    _ => TokenSinkResult::Continue,
                };
            }
            Token::TagToken(tag) => reader.end(&tag.name),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

struct Reader {
    stack: Stack,
    writer: Writer,
    zones: Vec<Zone>,
    hidden: Vec<String>,
    /// The text before was hidden too.
    hiding: bool,
}

impl Reader {
    fn text(&mut self, text: &str) {
        let state = self.stack.state();
        if state.dropped {
            return;
        }
        let blank = text.chars().all(char::is_whitespace);
        if state.is_hidden() {
            return self.hide(text, blank);
        }
        if !blank {
            self.hiding = false;
            if !state.quoted
                && let Some(zone) = self.zone(&state)
            {
                zone.text_stands();
            }
        }
        let ink = self.ink(&state);
        self.writer.text(text, ink);
    }

    fn hide(&mut self, text: &str, blank: bool) {
        if blank && !self.hiding {
            return;
        }
        if !self.hiding && self.hidden.len() < MOST_HIDDEN {
            self.hidden.push(String::new());
        }
        self.hiding = true;
        if let Some(run) = self.hidden.last_mut().filter(|run| run.len() < LONGEST_HIDDEN) {
            run.extend(text.chars().filter(|c| !c.is_control()).take(LONGEST_HIDDEN));
        }
    }

    fn ink(&self, state: &State) -> Ink {
        let in_zone = state.zone.and_then(|zone| self.zones.get(zone));
        let role = if state.quoted || in_zone.is_some_and(|zone| zone.is_quotation()) {
            LineRole::Quotation
        } else if state.signature {
            LineRole::Signature
        } else {
            LineRole::Unmarked
        };
        Ink {
            quote_depth: state.quote_depth.saturating_add(u8::from(state.bare_list)),
            role,
            tinted: state.tinted && !state.link,
            preformatted: state.preformatted,
        }
    }

    fn zone(&mut self, state: &State) -> Option<&mut Zone> {
        self.zones.get_mut(state.zone?)
    }

    fn start(&mut self, tag: &Tag) {
        let name = &*tag.name;
        match name {
            "li" | "tr" | "option" => self.close(name),
            "td" | "th" => ["td", "th"].into_iter().for_each(|cell| self.close(cell)),
            "dt" | "dd" => ["dt", "dd"].into_iter().for_each(|item| self.close(item)),
            _ if self.stack.state().paragraph && is_block(name) && !is_table(name) => self.close("p"),
            _ => {}
        }
        self.hiding &= !is_block(name);
        let outer = self.stack.state();
        let ink = self.ink(&outer);
        if !outer.is_hidden() && !outer.dropped {
            match name {
                "br" => self.writer.line_break(ink),
                "hr" => self.writer.rule(ink),
                "td" | "th" => self.writer.next_cell(outer.row_start.unwrap_or(usize::MAX)),
                _ if is_block(name) => self.writer.gap(if self.margin(tag) { Gap::Blank } else { Gap::Line }),
                _ => {}
            }
        }
        let mut element =
            Element { name: name.to_string(), state: outer, heads: None, items: None, margin: self.margin(tag) };
        self.style(tag, &mut element.state);
        self.mark(tag, &mut element);
        let state = &mut element.state;
        match name {
            "tr" => state.row_start = Some(self.writer.end_row()),
            "table" => state.bare_list = false,
            "ol" => (element.items, state.bare_list) = (Some(0), true),
            "pre" | "listing" | "plaintext" => state.preformatted = true,
            "a" => state.link = true,
            "p" => state.paragraph = true,
            "td" | "th" => state.paragraph = false,
            _ if is_list(name) => state.bare_list = true,
            _ => {}
        }
        if name == "li" {
            state.bare_list = false;
            if let Some(number) = self.stack.top().and_then(|list| list.items.as_mut()) {
                *number = number.saturating_add(1);
                let number = format!("{number}. ");
                let ink = self.ink(&element.state);
                if !element.state.is_hidden() {
                    self.writer.text(&number, ink);
                }
            }
        }
        if !is_void(name) {
            self.stack.push(element);
        }
    }

    fn end(&mut self, name: &str) {
        let ink = self.ink(&self.stack.state());
        match name {
            "br" => self.writer.line_break(ink), // browsers read </br> as <br>
            "body" | "html" => {}                // more may follow, and a quoted mail may bring its own
            "tr" | "table" => {
                self.close(name);
                if !self.stack.state().is_hidden() {
                    self.writer.end_row();
                }
            }
            _ => {
                if is_block(name) && !is_cell(name) && !self.stack.state().is_hidden() {
                    self.writer.gap(Gap::Line);
                }
                self.close(name);
            }
        }
    }

    fn close(&mut self, name: &str) {
        for closed in self.stack.close(name) {
            if closed.margin && !closed.state.is_hidden() {
                self.writer.gap(Gap::Blank);
            }
            if let Some(zone) = closed.heads.and_then(|zone| self.zones.get_mut(zone)) {
                zone.head_ends();
            }
        }
    }

    /// Whether a block element keeps a blank line around it.
    fn margin(&self, tag: &Tag) -> bool {
        let tight = attribute(tag, "class").is_some_and(|class| class.starts_with("Mso"))
            || attribute(tag, "style").is_some_and(|style| has_no_margin(&Style::parse(style)));
        has_margin(&tag.name) && !tight
    }

    /// What style and presentational attributes change.
    fn style(&self, tag: &Tag, state: &mut State) {
        state.dropped |= is_dropped(&tag.name);
        state.gone |= attribute(tag, "hidden").is_some();
        if let Some(background) = attribute(tag, "bgcolor").and_then(style::colour) {
            state.background = Some(background);
        }
        if attribute(tag, "background").is_some() {
            state.background = None;
        }
        let mut text_colour =
            attribute(tag, if &*tag.name == "body" { "text" } else { "color" }).and_then(style::colour);
        if let Some(style) = attribute(tag, "style").map(Style::parse) {
            state.gone |= style.is_gone();
            state.invisible = style.is_invisible().unwrap_or(state.invisible);
            state.sizeless = style.is_sizeless().unwrap_or(state.sizeless);
            state.background = style.background().unwrap_or(state.background);
            state.preformatted = style.get("white-space").map_or(state.preformatted, |value| value.starts_with("pre"));
            text_colour = style.colour().or(text_colour);
        }
        if let Some(colour) = text_colour {
            state.colour = colour;
            state.tinted = is_vivid(colour);
        }
    }

    /// What the names and the frame of an element say of quotation and signature.
    fn mark(&mut self, tag: &Tag, element: &mut Element) {
        let state = &mut element.state;
        let style = attribute(tag, "style").map(Style::parse);
        let border = |side: &str| style.as_ref().and_then(|style| style.border(side));
        let names = ["class", "id", "name"].into_iter().filter_map(|name| attribute(tag, name));
        let mark = client::mark(names);
        let quotes = match &*tag.name {
            "blockquote" => {
                let cited = attribute(tag, "type").is_some_and(|kind| kind.eq_ignore_ascii_case("cite"))
                    || attribute(tag, "cite").is_some();
                let marked = cited || mark == Some(Mark::Quoting) || border("border-left").is_some();
                let indents = mark == Some(Mark::Indenting)
                    || style.as_ref().is_some_and(|style| {
                        !marked && style.get("margin").or_else(|| style.get("margin-left")).is_some()
                    });
                (!indents).then_some(marked)
            }
            "div" | "section" => border("border-left").is_some_and(client::is_quote_border).then_some(true),
            _ => None,
        };
        if let Some(marked) = quotes {
            state.quote_depth = state.quote_depth.saturating_add(1);
            state.tinted = false;
            if let Some(zone) = state.zone.and_then(|zone| self.zones.get_mut(zone)) {
                zone.block_begins();
                state.quoted = true;
            }
            state.quoted |= marked;
            state.zone = None;
        }
        let is_rule = border("border-top").is_some_and(client::is_separator_border) && &*tag.name == "div";
        match mark {
            Some(Mark::Signature) => state.signature = true,
            Some(Mark::Attribution) => {
                element.heads = state.zone;
                state.quoted = true;
            }
            Some(Mark::Quoting) if quotes.is_none() => self.open_zone(element, Zone::Head),
            Some(Mark::Whole) if is_block(&tag.name) && &*tag.name != "blockquote" => {
                self.open_zone(element, Zone::Whole);
            }
            // the name of the sender in a forwarded mail's header
            Some(Mark::Whole) => {
                if let Some(zone) = state.zone.and_then(|zone| self.zones.get_mut(zone)) {
                    *zone = Zone::Whole;
                }
            }
            Some(Mark::Separator) => self.separate(element),
            None if is_rule => self.separate(element),
            _ => {}
        }
    }

    fn open_zone(&mut self, element: &mut Element, zone: Zone) {
        if self.zones.len() < MOST_ZONES {
            element.state.zone = Some(self.zones.len());
            element.state.tinted = false;
            self.zones.push(zone);
        }
    }

    /// From here on stands a quoted mail: this element holds its header.
    fn separate(&mut self, element: &mut Element) {
        let is_quotation = element.state.quoted || self.zone(&element.state).is_some_and(|zone| *zone == Zone::Whole);
        if is_quotation || self.zones.len() >= MOST_ZONES {
            return;
        }
        self.open_zone(element, if is_void(&element.name) { Zone::Open } else { Zone::Head });
        if let Some(zone) = element.state.zone {
            self.stack.begin_zone(zone);
            element.heads = Some(zone);
        }
    }
}

fn attribute<'a>(tag: &'a Tag, name: &str) -> Option<&'a str> {
    tag.attrs.iter().find(|attribute| &*attribute.name.local == name).map(|attribute| &*attribute.value)
}

fn has_no_margin(style: &Style) -> bool {
    let zero = |value: &str| value.starts_with('0');
    style.get("margin").is_some_and(zero)
        || style.get("margin-top").is_some_and(zero) && style.get("margin-bottom").is_some_and(zero)
}

#[cfg(test)]
mod tests;

//! The open elements of a document and what each makes of the text inside it.

use super::style::{BLACK, Colour, WHITE};

/// Most open elements that an end tag looks through; one further away is taken as lost.
const REACH: usize = 100;

/// How text inside an element stands. Inherited from the element around it, then changed.
#[derive(Debug, Clone, Copy)]
pub(super) struct State {
    /// Levels of quotation.
    pub(super) quote_depth: u8,
    /// In a client's quotation.
    pub(super) quoted: bool,
    /// In a client's signature.
    pub(super) signature: bool,
    /// The zone (attribution and quotation together) it stands in.
    pub(super) zone: Option<usize>,
    /// Cannot be seen, whatever comes inside.
    pub(super) gone: bool,
    /// Cannot be seen unless something inside says otherwise.
    pub(super) invisible: bool,
    /// Letters without size.
    pub(super) sizeless: bool,
    /// Never text: script, style, title.
    pub(super) dropped: bool,
    /// White space counts.
    pub(super) preformatted: bool,
    /// In a colour of its own amid a quotation.
    pub(super) tinted: bool,
    /// In a link, which is coloured by habit.
    pub(super) link: bool,
    /// Directly in a list, in no item of it: Notes indents quotations so.
    pub(super) bare_list: bool,
    /// In a paragraph, which any block ends.
    pub(super) paragraph: bool,
    /// Number of lines when the table row began.
    pub(super) row_start: Option<usize>,
    /// Colour of text.
    pub(super) colour: Colour,
    /// Background, `None` if it is a picture.
    pub(super) background: Option<Colour>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            quote_depth: 0,
            quoted: false,
            signature: false,
            zone: None,
            gone: false,
            invisible: false,
            sizeless: false,
            dropped: false,
            preformatted: false,
            tinted: false,
            link: false,
            bare_list: false,
            paragraph: false,
            row_start: None,
            colour: BLACK,
            background: Some(WHITE),
        }
    }
}

impl State {
    /// Whether a reader cannot see the text.
    pub(super) fn is_hidden(&self) -> bool {
        self.gone || self.invisible || self.sizeless || self.background == Some(self.colour)
    }
}

/// An open element.
#[derive(Debug)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) state: State,
    /// The zone whose header ends with this element.
    pub(super) heads: Option<usize>,
    /// A blank line stands around it.
    pub(super) margin: bool,
    /// Number of the last item, in an ordered list.
    pub(super) items: Option<u32>,
}

/// The open elements, outermost first.
#[derive(Debug, Default)]
pub(super) struct Stack {
    elements: Vec<Element>,
    root: State,
}

impl Stack {
    /// No element open.
    pub(super) fn new(root: State) -> Self {
        Self { elements: Vec::new(), root }
    }

    /// How text stands now.
    pub(super) fn state(&self) -> State {
        self.elements.last().map_or(self.root, |element| element.state)
    }

    /// Opens an element.
    pub(super) fn push(&mut self, element: Element) {
        self.elements.push(element);
    }

    /// The innermost open element.
    pub(super) fn top(&mut self) -> Option<&mut Element> {
        self.elements.last_mut()
    }

    /// Closes the innermost element of this name with all that is open inside it. An inline element does not reach out
    /// of its block, nothing but a part of a table out of its cell: otherwise a stray `</b>` would end a quotation.
    pub(super) fn close(&mut self, name: &str) -> Vec<Element> {
        let barrier =
            |open: &Element| is_cell(&open.name) && !is_table(name) || is_block(&open.name) && !is_block(name);
        for (distance, open) in self.elements.iter().rev().take(REACH).enumerate() {
            if open.name == name {
                return self.elements.split_off(self.elements.len() - 1 - distance);
            }
            if barrier(open) || name == "li" && is_list(&open.name) || is_row_part(name) && open.name == "table" {
                break;
            }
        }
        Vec::new()
    }

    /// Lets `zone` begin for all that follows within the innermost quotation.
    pub(super) fn begin_zone(&mut self, zone: usize) {
        let depth = self.state().quote_depth;
        let open = self.elements.iter_mut().rev().take_while(|open| open.state.quote_depth == depth);
        let states = open.map(|open| &mut open.state);
        for state in states.chain((self.root.quote_depth == depth).then_some(&mut self.root)) {
            state.zone = Some(zone);
            state.tinted = false;
        }
    }
}

/// Whether an element stands on lines of its own.
pub(super) fn is_block(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "body"
            | "center"
            | "dd"
            | "details"
            | "dir"
            | "div"
            | "dl"
            | "dt"
            | "fieldset"
            | "figure"
            | "figcaption"
            | "footer"
            | "form"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "html"
            | "li"
            | "main"
            | "menu"
            | "nav"
            | "ol"
            | "p"
            | "pre"
            | "section"
            | "summary"
            | "ul"
    ) || is_table(name)
}

pub(super) fn is_table(name: &str) -> bool {
    is_row_part(name) || matches!(name, "table" | "caption")
}

fn is_row_part(name: &str) -> bool {
    is_cell(name) || matches!(name, "tr" | "tbody" | "thead" | "tfoot")
}

pub(super) fn is_cell(name: &str) -> bool {
    matches!(name, "td" | "th")
}

pub(super) fn is_list(name: &str) -> bool {
    matches!(name, "ul" | "ol" | "menu" | "dir")
}

/// Whether an element has no content and no end tag.
pub(super) fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "basefont"
            | "bgsound"
            | "br"
            | "col"
            | "embed"
            | "frame"
            | "hr"
            | "img"
            | "input"
            | "keygen"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
    )
}

/// Whether a margin stands around it.
pub(super) fn has_margin(name: &str) -> bool {
    matches!(name, "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "dl" | "pre")
}

/// Whether what is inside is never text for a reader.
pub(super) fn is_dropped(name: &str) -> bool {
    matches!(
        name,
        "script"
            | "style"
            | "title"
            | "xml"
            | "template"
            | "object"
            | "svg"
            | "iframe"
            | "noembed"
            | "noframes"
            | "textarea"
            | "select"
    )
}

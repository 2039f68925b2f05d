//! A zone of quotation: its header or attribution, then the quoted mail, perhaps with answers between its blocks.
//!
//! Only what the structure proves is called a quotation. Text between two quoted blocks was typed by the sender.

/// How far a zone has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Zone {
    /// Inside its header or before it: attribution.
    Head,
    /// Behind the header, nothing yet.
    Open,
    /// The quoted mail stands here as it is.
    Whole,
    /// The quoted mail stands in blocks of its own; what is not in one was typed.
    Blocks,
}

impl Zone {
    /// Whether text here that is in no quoted block belongs to the quotation.
    pub(super) fn is_quotation(self) -> bool {
        self != Self::Blocks
    }

    /// The header ends.
    pub(super) fn head_ends(&mut self) {
        if *self == Self::Head {
            *self = Self::Open;
        }
    }

    /// A quoted block begins.
    pub(super) fn block_begins(&mut self) {
        if matches!(self, Self::Head | Self::Open) {
            *self = Self::Blocks;
        }
    }

    /// Text stands in no quoted block.
    pub(super) fn text_stands(&mut self) {
        if *self == Self::Open {
            *self = Self::Whole;
        }
    }
}

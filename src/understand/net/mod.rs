//! The net: a learned reader over multilingual word vectors, one witness beside the rules.
//!
//! | step | file |
//! | --- | --- |
//! | words into pieces that have vectors | [`vocabulary`], [`vectors`] |
//! | a mail as numbers | [`sight`], `cutting`, `lettering`, [`flags`] |
//! | what its sentences mean | [`encoder`] |
//! | numbers into probabilities | [`model`](mod@model), `layers`, [`field`] |
//! | how weights are stored | [`weights`] |
//! | probabilities as spans and answers | [`witness`] |
//!
//! Its weights are data, `config/net.bin`, made by `training/train.py` from the corpora; where they come from and how
//! right they are on authors that they have not seen, `training/README.md` says.

mod cutting;
pub mod encoder;
pub mod field;
pub mod flags;
mod layers;
mod lettering;
pub mod model;
pub mod sight;
pub mod vectors;
pub mod vocabulary;
pub mod weights;
pub mod witness;

use std::sync::{LazyLock, OnceLock};

use model::Model;

/// Weights that take the place of those in the binary, see [`judge_by`].
static JUDGED: OnceLock<Vec<u8>> = OnceLock::new();

/// Reads with these nets from now on, over the same word vectors: nets that have not seen some authors, to be judged
/// on them. Only before the first mail is read; `false` if it is too late.
pub fn judge_by(nets: Vec<u8>) -> bool {
    JUDGED.set(nets).is_ok()
}

/// The model that comes with the binary, or its vectors with the nets to be judged.
#[must_use]
pub fn model() -> Option<&'static Model<'static>> {
    static MODEL: LazyLock<Option<Model<'static>>> =
        LazyLock::new(|| Model::from_bytes(include_bytes!("../../../config/net.bin"), JUDGED.get().map(Vec::as_slice)));
    MODEL.as_ref()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_weights_that_come_with_the_binary_can_be_read() {
        assert!(super::model().is_some());
    }
}

//! Authors of `../shared/corpus/train` that no reader was made from, scored: floors that only ever rise.
//!
//! The net that comes with the binary has learned from all authors; these are read with nets that have not seen them.
//! Where `../shared` is not beside the project, the test says so and passes. `RSVPD_SHARED` names another place.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test may fail loudly, and prints its figures"
)]

mod scoring;

use std::path::{Path, PathBuf};

use rsvpd::understand::net;
use scoring::{score, shared, show};

/// Authors that no reader was developed on; what holds for them is what counts.
const UNSEEN: [&str; 9] = ["TI", "TO", "TP", "TQ", "TR", "TT", "TU", "TV", "TX"];

#[test]
fn authors_that_nothing_was_tuned_on_are_read_at_least_as_well_as_before() {
    let Some(shared) = shared() else { return };
    let nets = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("training/judged.bin")).unwrap();
    assert!(net::judge_by(nets));
    let folders: Vec<PathBuf> = UNSEEN.iter().map(|author| shared.join("corpus/train").join(author)).collect();
    let scored = score(&shared, &folders);
    let figures = show("unseen", &scored["overall"]);
    for language in ["en", "de", "ko"] {
        show(language, &scored["by"]["lang"][language]);
    }
    assert_eq!(figures["ignore_safety"], 1.0);
    assert!(figures["review_recall"] >= 0.96, "review_recall fell to {}", figures["review_recall"]);
    assert!(figures["right_alone"] >= 0.32, "right_alone fell to {}", figures["right_alone"]);
    assert!(figures["silent_error"] <= 0.13, "silent_error rose to {}", figures["silent_error"]);
}

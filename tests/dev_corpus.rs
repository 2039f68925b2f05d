//! The author `dev` of `../shared/corpus`, scored: floors that only ever rise.
//!
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

use scoring::{score, shared, show};

#[test]
fn the_dev_corpus_is_read_at_least_as_well_as_before() {
    let Some(shared) = shared() else { return };
    let scored = score(&shared, &[shared.join("corpus/dev")]);
    let figures = show("dev", &scored["overall"]);
    for language in ["en", "de", "ko"] {
        show(language, &scored["by"]["lang"][language]);
    }
    assert_eq!(figures["ignore_safety"], 1.0);
    assert!(figures["review_recall"] >= 0.95, "review_recall fell to {}", figures["review_recall"]);
    assert!(figures["human_recall"] >= 0.97, "human_recall fell to {}", figures["human_recall"]);
    // What is reached; what is wanted is 0.50 and 0.05, then 0.80 and 0.015.
    assert!(figures["right_alone"] >= 0.50, "right_alone fell to {}", figures["right_alone"]);
    assert!(figures["silent_error"] <= 0.05, "silent_error rose to {}", figures["silent_error"]);
}

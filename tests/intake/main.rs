//! Intake against a real Dovecot: what arrives is stored once, filed where it belongs, and survives every mishap.
#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod access;
mod arrival;
mod filing;
mod memory;
mod mishap;
#[path = "../servers/mod.rs"]
mod servers;

use rsvpd::config::After;

const USER: &str = "rsvp";

fn into_folders() -> After {
    After::File {
        recorded: "RSVP/Recorded".to_owned(),
        review: "RSVP/Review".to_owned(),
        ignored: "RSVP/Ignored".to_owned(),
    }
}

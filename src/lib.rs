//! rsvpd reads an RSVP mailbox, understands each free-text reply, keeps a structured record, answers the sender with
//! what it understood, and hands every ambiguous reply to a human.
//!
//! A message flows one way through typed stages:
//!
//! ```text
//! received → parsed → reply text → facts with evidence → decision with reasons → record, filing, acknowledgement
//! ```
//!
//! [`understand`] holds the pure part: no clock, no database, no network. `ARCHITECTURE.md` is the map.

pub mod acknowledge;
pub mod cli;
pub mod config;
pub mod event;
pub mod mailbox;
pub mod outbox;
pub mod process;
pub mod registry;
pub mod run;
pub mod store;
pub mod tls;
pub mod understand;

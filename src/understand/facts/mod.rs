//! Facts read from the reply: people, sessions, intent, each with its evidence and how sure the reader is.
//!
//! Readers are witnesses: none is the sole authority. Agreement raises confidence, conflict lowers it; the decision
//! weighs them.

pub mod evidence;
pub mod intent;
pub mod people;
pub mod sessions;

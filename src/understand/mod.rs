//! The pure core: message → reply text → facts with evidence → decision with reasons.
//!
//! Every stage is a function of its arguments: no clock, no network, no database, no async. A stage takes the type
//! of the one before it, so none can be skipped.
//!
//! | stage | in | out |
//! | --- | --- | --- |
//! | [`message`] | raw bytes | [`Message`](message::Message): headers, body lines, calendar and card parts, marks of a machine |
//! | [`reply`] | message, invitations | [`ReplyText`](reply::ReplyText): what this person typed, signature set apart |
//! | [`facts`] | reply text, message, event | [`Facts`](facts::Facts): who, where, what, which sessions, each with evidence |
//! | [`decide`] | facts, event, what the registry knows | [`Decision`](decide::Decision): record, ask, review or ignore, with reasons |

pub mod decide;
pub mod facts;
pub mod language;
pub mod message;
pub mod phrases;
pub mod reply;

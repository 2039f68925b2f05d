//! How an attempt failed, and what follows for the row: wait, give up, or ask staff because it may have arrived.

use std::fmt;
use std::time::Duration;

/// Where in the conversation (RFC 5321 §3.3) an attempt was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// TCP, and TLS where it comes first.
    Connect,
    /// The server's greeting and EHLO.
    Greet,
    /// STARTTLS and the second EHLO.
    StartTls,
    /// AUTH.
    LogIn,
    /// RSET between two messages.
    Reset,
    /// MAIL FROM.
    Sender,
    /// RCPT TO.
    Recipient,
    /// DATA, up to the invitation to send.
    Data,
    /// The message itself, before its final dot.
    Message,
    /// The final dot and the answer to it.
    FinalDot,
}

/// Why a step failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// The server said so.
    Reply {
        /// The reply code.
        code: u16,
        /// The text after it, enhanced status code included.
        text: String,
    },
    /// Nothing came in time.
    Silent(Duration),
    /// The connection broke, or what came is not SMTP.
    Broken(String),
    /// This side would not go on.
    Refused(&'static str),
}

/// A failed attempt.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("could not {step} {server}: {cause}")]
pub struct Failure {
    /// Where.
    pub step: Step,
    /// Host and port.
    pub server: String,
    /// Why.
    pub cause: Cause,
}

/// What follows from a failure for the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Tried again later.
    Temporary,
    /// The server will never take it.
    Permanent,
    /// The final dot went out and no answer came back: it may have arrived (RFC 1047).
    Uncertain,
}

impl Failure {
    /// What follows for the row.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match &self.cause {
            Cause::Reply { code, text } if self.concerns_the_message() => verdict_of_reply(*code, text),
            Cause::Refused(_) if self.concerns_the_message() => Verdict::Permanent,
            Cause::Silent(_) | Cause::Broken(_) if self.step == Step::FinalDot => Verdict::Uncertain,
            _ => Verdict::Temporary,
        }
    }

    /// Whether the server still listens: it answered, and did not say that it is closing (421).
    #[must_use]
    pub fn leaves_the_connection_usable(&self) -> bool {
        match self.cause {
            Cause::Reply { code, .. } => code != 421,
            Cause::Refused(_) => true,
            Cause::Silent(_) | Cause::Broken(_) => false,
        }
    }

    /// A refused sender is a wrong configuration: it is the same for every row, so the rows wait until it is mended.
    fn concerns_the_message(&self) -> bool {
        self.step >= Step::Recipient
    }
}

/// Every 5yz is final, except those by which a server tells of itself or of the way it was spoken to, not of this
/// message: syntax and sequence (500, 502, 503, 504, X.5.Z, a milter's favourite), its own configuration (X.3.5) and a
/// login that it wants (530, 534, 535, 538). Anything else (4yz, or a reply that does not belong here) is not final.
fn verdict_of_reply(code: u16, text: &str) -> Verdict {
    let about_the_server = matches!(code, 500 | 502 | 503 | 504 | 530 | 534 | 535 | 538)
        || enhanced_status(text).is_some_and(|(subject, detail)| subject == 5 || (subject, detail) == (3, 5));
    if (500..600).contains(&code) && !about_the_server { Verdict::Permanent } else { Verdict::Temporary }
}

/// Subject and detail of an enhanced status code (RFC 3463) at the beginning of a reply's text.
fn enhanced_status(text: &str) -> Option<(u16, u16)> {
    let mut numbers = text.split_whitespace().next()?.split('.');
    numbers.next().filter(|class| matches!(*class, "2" | "4" | "5"))?;
    let status = (numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?);
    numbers.next().is_none().then_some(status)
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "connect to",
            Self::Greet => "begin a conversation with",
            Self::StartTls => "protect the connection (STARTTLS) to",
            Self::LogIn => "log in at",
            Self::Reset => "begin another message at",
            Self::Sender => "use this sender at",
            Self::Recipient => "name the recipient to",
            Self::Data => "begin the message at",
            Self::Message => "pass the message to",
            Self::FinalDot => "learn whether the message was taken by",
        })
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reply { code, text } => write!(f, "it said {code} {text}"),
            Self::Silent(limit) => write!(f, "no answer within {limit:?}"),
            Self::Broken(error) => f.write_str(error),
            Self::Refused(reason) => f.write_str(reason),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Verdict::{Permanent, Temporary, Uncertain};

    fn failure(step: Step, cause: Cause) -> Failure {
        Failure { step, server: "mx.example:25".into(), cause }
    }

    #[test]
    fn replies_of_real_servers_are_told_apart() {
        for (step, code, text, verdict) in [
            (Step::Recipient, 550, "5.1.1 <x@y.example>: Recipient address rejected: User unknown", Permanent),
            (Step::Recipient, 550, "No such user here", Permanent),
            (Step::Recipient, 550, "5.4.1 Recipient address rejected: Access denied", Permanent),
            (Step::Recipient, 501, "5.1.3 Bad recipient address syntax", Permanent),
            (Step::Recipient, 552, "5.2.2 Mailbox full", Permanent),
            (Step::Recipient, 554, "5.7.1 <x@y.example>: Relay access denied", Permanent),
            (Step::Recipient, 450, "4.2.0 Greylisted, see you in five minutes", Temporary),
            (Step::Recipient, 450, "4.1.2 Recipient address rejected: Domain not found", Temporary),
            (Step::Recipient, 451, "4.7.1 Please try again later", Temporary),
            (Step::Recipient, 452, "4.2.2 Over quota", Temporary),
            (Step::Recipient, 421, "4.7.0 Too many errors", Temporary),
            (Step::Recipient, 530, "5.7.0 Authentication required", Temporary),
            (Step::Recipient, 503, "5.5.1 Bad sequence of commands", Temporary),
            (Step::Recipient, 550, "5.5.0 Service unavailable, milter unreachable", Temporary),
            (Step::Recipient, 554, "5.3.5 System incorrectly configured", Temporary),
            (Step::Data, 554, "5.5.1 No valid recipients", Temporary),
            (Step::Data, 451, "4.3.0 Temporary failure", Temporary),
            (Step::FinalDot, 554, "5.7.1 Message rejected as spam", Permanent),
            (Step::FinalDot, 552, "5.3.4 Message too big", Permanent),
            (Step::FinalDot, 451, "4.3.2 Queue is full", Temporary),
            (Step::Sender, 553, "5.7.1 Sender address rejected: not owned by user", Temporary),
            (Step::Sender, 451, "4.1.8 Sender domain not found", Temporary),
            (Step::LogIn, 535, "5.7.8 Authentication credentials invalid", Temporary),
            (Step::Greet, 554, "No SMTP service here", Temporary),
            (Step::Greet, 421, "Too many connections", Temporary),
        ] {
            let failure = failure(step, Cause::Reply { code, text: text.into() });
            assert_eq!(failure.verdict(), verdict, "{failure}");
        }
    }

    #[test]
    fn only_a_missing_answer_to_the_final_dot_is_uncertain() {
        for step in [
            Step::Connect,
            Step::Greet,
            Step::StartTls,
            Step::LogIn,
            Step::Reset,
            Step::Sender,
            Step::Recipient,
            Step::Data,
            Step::Message,
        ] {
            assert_eq!(failure(step, Cause::Broken("reset".into())).verdict(), Temporary, "{step:?}");
            assert_eq!(failure(step, Cause::Silent(Duration::from_secs(1))).verdict(), Temporary, "{step:?}");
        }
        assert_eq!(failure(Step::FinalDot, Cause::Broken("reset".into())).verdict(), Uncertain);
        assert_eq!(failure(Step::FinalDot, Cause::Silent(Duration::from_secs(1))).verdict(), Uncertain);
    }

    #[test]
    fn a_failure_says_what_was_done_where_and_why() {
        let failure = failure(Step::LogIn, Cause::Reply { code: 535, text: "5.7.8 no".into() });
        assert_eq!(failure.to_string(), "could not log in at mx.example:25: it said 535 5.7.8 no");
    }
}

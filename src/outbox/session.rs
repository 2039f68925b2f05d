//! One conversation with the SMTP server, step by step, each under its own limit.
//!
//! lettre's async transport has no limit after connecting and does not say how far a failed send got, which is what
//! decides between "try again" and "perhaps delivered"; so its parts are driven from here.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Quit, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::{Response, Severity};
use tokio::net::TcpStream;

use super::careful::ByteByByte;
use super::failure::{Cause, Failure, Step};
use super::{Row, Settings};
use crate::config::{Server, Tls};

/// How long each step may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Connecting, and TLS where it comes first.
    pub connect: Duration,
    /// Each command and its answer.
    pub command: Duration,
    /// From the first byte of the message to the answer to its final dot.
    pub message: Duration,
}

impl Default for Limits {
    /// RFC 5321 §4.5.3.2. The last is the longest, because a server that is given up on there has mostly taken the
    /// message, and the sender would get it twice.
    fn default() -> Self {
        let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
        Self { connect: minutes(5), command: minutes(5), message: minutes(10) }
    }
}

/// Courtesy at the end: nothing depends on the answer to QUIT.
const GOODBYE: Duration = Duration::from_secs(5);
/// How much of a server's words is kept.
const LONGEST_REPLY: usize = 500;
/// The message goes out in pieces of this many bytes.
const PIECE: usize = 16 * 1024;

/// An open conversation, logged in.
pub struct Session<'a> {
    settings: &'a Settings,
    connection: AsyncSmtpConnection,
}

impl<'a> Session<'a> {
    /// Connects, protects the connection and logs in.
    pub async fn open(settings: &'a Settings) -> Result<Self, Failure> {
        let server = &settings.smtp.server;
        let failed = |step, cause| Failure { step, server: address(server), cause };
        let hello = ClientId::default();
        let at = (server.host.as_str(), server.port);
        let connection = match server.tls {
            Tls::Implicit => {
                let tls = tls_parameters(server).map_err(|cause| failed(Step::Connect, cause))?;
                let connecting = AsyncSmtpConnection::connect_tokio1(at, None, &hello, Some(tls), None);
                within(settings.limits.connect, connecting).await.map_err(|cause| failed(Step::Connect, cause))?
            }
            Tls::Starttls | Tls::None => {
                let stream =
                    connect(at, settings.limits.connect).await.map_err(|cause| failed(Step::Connect, cause))?;
                let stream: Box<dyn AsyncTokioStream> = if server.tls == Tls::None {
                    if !stream.peer_addr().is_ok_and(|peer| peer.ip().is_loopback()) {
                        return Err(failed(Step::Connect, Cause::Refused("plain text is allowed on loopback only")));
                    }
                    Box::new(stream)
                } else {
                    Box::new(ByteByByte(stream))
                };
                let greeting = AsyncSmtpConnection::connect_with_transport(stream, &hello);
                within(settings.limits.command, greeting).await.map_err(|cause| failed(Step::Greet, cause))?
            }
        };
        let mut session = Self { settings, connection };
        if server.tls == Tls::Starttls {
            session.start_tls(&hello).await?;
        }
        session.log_in().await?;
        Ok(session)
    }

    async fn start_tls(&mut self, hello: &ClientId) -> Result<(), Failure> {
        if !self.connection.can_starttls() {
            let cause = Cause::Refused("the server does not offer it, or somebody on the way removed the offer");
            return Err(self.failure(Step::StartTls, cause));
        }
        let tls = tls_parameters(&self.settings.smtp.server).map_err(|cause| self.failure(Step::StartTls, cause))?;
        let upgrade = self.connection.starttls(tls, hello);
        let upgraded = within(self.settings.limits.command, upgrade).await;
        upgraded.map_err(|cause| self.failure(Step::StartTls, cause))
    }

    async fn log_in(&mut self) -> Result<(), Failure> {
        let Some(login) = &self.settings.smtp.server.login else { return Ok(()) };
        let mechanisms = [Mechanism::Plain, Mechanism::Login];
        if self.connection.server_info().get_auth_mechanism(&mechanisms).is_none() {
            return Err(self.failure(Step::LogIn, Cause::Refused("it offers neither AUTH PLAIN nor AUTH LOGIN")));
        }
        let credentials = Credentials::new(login.user.clone(), login.password.reveal().to_owned());
        let answer = within(self.settings.limits.command, self.connection.auth(&mechanisms, &credentials)).await;
        answer.map(|_| ()).map_err(|cause| self.failure(Step::LogIn, cause))
    }

    /// Clears what an earlier message left behind; an error means that the connection is of no further use.
    pub async fn reset(&mut self) -> Result<(), Failure> {
        self.command(Step::Reset, Rset, Severity::PositiveCompletion).await
    }

    /// Names sender and recipient, up to the server's invitation to send the message.
    pub async fn announce(&mut self, row: &Row) -> Result<(), Failure> {
        let sender: Address = self.parse(Step::Sender, &self.settings.sender, "the sender is not an address")?;
        let recipient: Address = self.parse(Step::Recipient, &row.to, "the recipient is not an address")?;
        let server = self.connection.server_info();
        let mut parameters = Vec::new();
        if !row.to.is_ascii() {
            if !server.supports_feature(Extension::SmtpUtfEight) {
                let cause = Cause::Refused("it takes no address beyond ASCII (SMTPUTF8)");
                return Err(self.failure(Step::Recipient, cause));
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        if !row.raw.is_ascii() && server.supports_feature(Extension::EightBitMime) {
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        let mail = Mail::new(Some(sender), parameters);
        self.command(Step::Sender, mail, Severity::PositiveCompletion).await?;
        self.command(Step::Recipient, Rcpt::new(recipient, Vec::new()), Severity::PositiveCompletion).await?;
        self.command(Step::Data, Data, Severity::PositiveIntermediate).await?;
        Ok(())
    }

    /// Passes the message and hears the server's word on it.
    pub async fn hand_over(&mut self, raw: &[u8]) -> Result<String, Failure> {
        // lettre asks for the next piece when the one before has left, and sends the dot when there is none
        let at_final_dot = AtomicBool::new(false);
        // it also ends the last line itself
        let mut pieces = raw.strip_suffix(b"\r\n").unwrap_or(raw).chunks(PIECE);
        let pieces = std::iter::from_fn(|| {
            let piece = pieces.next();
            at_final_dot.store(piece.is_none(), Ordering::Relaxed);
            piece
        });
        let answer = within(self.settings.limits.message, self.connection.message_iter(pieces)).await;
        let step = if at_final_dot.load(Ordering::Relaxed) { Step::FinalDot } else { Step::Message };
        match answer {
            Ok(response) if response.code().severity == Severity::PositiveCompletion => Ok(told(&response)),
            Ok(response) => Err(self.failure(step, Cause::Broken(format!("it said {}", told(&response))))),
            Err(cause) => Err(self.failure(step, cause)),
        }
    }

    /// Takes leave.
    pub async fn quit(mut self) {
        drop(within(GOODBYE, self.connection.command(Quit)).await);
    }

    async fn command(
        &mut self,
        step: Step,
        command: impl std::fmt::Display,
        expected: Severity,
    ) -> Result<(), Failure> {
        match within(self.settings.limits.command, self.connection.command(command)).await {
            Ok(response) if response.code().severity == expected => Ok(()),
            Ok(response) => Err(self.failure(step, Cause::Broken(format!("it said {}", told(&response))))),
            Err(cause) => Err(self.failure(step, cause)),
        }
    }

    fn parse(&self, step: Step, address: &str, refusal: &'static str) -> Result<Address, Failure> {
        address.parse().map_err(|_| self.failure(step, Cause::Refused(refusal)))
    }

    fn failure(&self, step: Step, cause: Cause) -> Failure {
        Failure { step, server: address(&self.settings.smtp.server), cause }
    }
}

/// `host:port`.
fn address(server: &Server) -> String {
    format!("{}:{}", server.host, server.port)
}

async fn connect(at: (&str, u16), limit: Duration) -> Result<TcpStream, Cause> {
    match tokio::time::timeout(limit, TcpStream::connect(at)).await {
        // the message and its final dot are two writes: waiting to join them costs 40 ms a message
        Ok(connected) => connected
            .and_then(|stream| stream.set_nodelay(true).map(|()| stream))
            .map_err(|error| Cause::Broken(error.to_string())),
        Err(_) => Err(Cause::Silent(limit)),
    }
}

/// The system's certificates, and those of the configured file.
fn tls_parameters(server: &Server) -> Result<TlsParameters, Cause> {
    let mut parameters = TlsParameters::builder(server.host.clone());
    if let Some(path) = &server.ca_file {
        let unusable = |error: &dyn std::fmt::Display| Cause::Broken(format!("{}: {error}", path.display()));
        let pem = std::fs::read(path).map_err(|error| unusable(&error))?;
        parameters = parameters.add_root_certificate(Certificate::from_pem(&pem).map_err(|error| unusable(&error))?);
    }
    parameters.build_rustls().map_err(cause)
}

async fn within<T>(
    limit: Duration,
    step: impl Future<Output = Result<T, lettre::transport::smtp::Error>>,
) -> Result<T, Cause> {
    match tokio::time::timeout(limit, step).await {
        Ok(outcome) => outcome.map_err(cause),
        Err(_) => Err(Cause::Silent(limit)),
    }
}

/// lettre's error as a cause: a reply where the server gave one.
fn cause(error: lettre::transport::smtp::Error) -> Cause {
    let detail = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
    match error.status() {
        Some(code) => Cause::Reply { code: code.into(), text: one_line(&detail) },
        // lettre's word for an answer that ends before it is complete
        None if detail == "incomplete response" => Cause::Broken("it closed the connection".into()),
        None => Cause::Broken(one_line(&error.to_string())),
    }
}

/// A reply in one line.
fn told(response: &Response) -> String {
    one_line(&format!("{} {}", response.code(), response.message().collect::<Vec<_>>().join(" ")))
}

/// A server's words are kept and shown to staff: in one line, without terminal codes, and not a whole page of them.
fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_control() || c == ' ').filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ").chars().take(LONGEST_REPLY).collect()
}

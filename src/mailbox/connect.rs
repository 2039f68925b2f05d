//! From nothing to a session that is logged in.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_imap::{Authenticator, Client, Session};
use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpStream, lookup_host};
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::{TlsConnector, rustls};

use super::error::{Cause, Error, spoken};
use super::limits::{Limits, Stop};
use super::wire::{Answer, Wire};
use crate::config::{Login, Server, Tls};

const CONNECT: &str = "connect to the mail server";
const PROTECT: &str = "protect the connection";
const LOG_IN: &str = "log in";

/// What the server can do, in its own words, upper case.
#[derive(Debug, Clone, Default)]
pub(super) struct Capabilities(Vec<String>);

impl Capabilities {
    pub(super) fn has(&self, word: &str) -> bool {
        self.0.iter().any(|known| known == word)
    }

    fn read(answer: &Answer) -> Self {
        let lists = answer.untagged.iter().filter_map(|line| line.strip_prefix("CAPABILITY "));
        Self(lists.flat_map(str::split_whitespace).map(str::to_ascii_uppercase).collect())
    }
}

/// Connects and logs in.
pub(super) async fn connect(
    server: &Server,
    limits: &Limits,
    stop: &mut Stop,
) -> Result<(Session<Wire>, Capabilities), Error> {
    let tcp = reach(server, limits, stop).await?;
    let mut wire = match server.tls {
        Tls::Implicit => protect(tcp, server, limits, stop).await?,
        Tls::Starttls | Tls::None => Wire::plain(tcp, limits.silence),
    };
    let greeting = stop.or(limits.connect, CONNECT, wire.greeting()).await?;
    if !greeting.is_ok() {
        // BYE; or PREAUTH, under which anybody who reaches the port would be somebody
        return Err(Error::Refused { what: CONNECT, text: spoken(&greeting.status) });
    }
    if server.tls == Tls::Starttls {
        if greeting.more {
            return Err(Error::Injected);
        }
        wire = upgrade(wire, server, limits, stop).await?;
    }
    log_in(wire, server, limits, stop).await
}

async fn reach(server: &Server, limits: &Limits, stop: &mut Stop) -> Result<TcpStream, Error> {
    let resolved = stop.or(limits.connect, CONNECT, async {
        // the error of a name that does not exist is kept for its sentence
        Ok::<_, Cause>(lookup_host((server.host.as_str(), server.port)).await.map(Vec::from_iter))
    });
    let addresses = resolved.await?.map_err(|error| Error::unreachable(server, error))?;
    if server.tls == Tls::None && !addresses.iter().all(|address| address.ip().is_loopback()) {
        return Err(Error::PlainText { host: server.host.clone() });
    }
    let mut last = Error::unreachable(server, std::io::ErrorKind::AddrNotAvailable.into());
    for address in addresses {
        match stop.or(limits.connect, CONNECT, async { Ok::<_, Cause>(open(address).await) }).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => last = Error::unreachable(server, error),
            Err(Error::Stopped) => return Err(Error::Stopped),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// The kernel's own probes notice a dead peer too, also while nothing is to be read.
async fn open(address: SocketAddr) -> std::io::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    let probes =
        TcpKeepalive::new().with_time(Duration::from_secs(20)).with_interval(Duration::from_secs(10)).with_retries(3);
    SockRef::from(&stream).set_tcp_keepalive(&probes)?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

async fn protect(tcp: TcpStream, server: &Server, limits: &Limits, stop: &mut Stop) -> Result<Wire, Error> {
    let config = crate::tls::client_config(server.ca_file.as_deref())?;
    let name = ServerName::try_from(server.host.clone())
        .map_err(|_| Error::unreachable(server, std::io::ErrorKind::InvalidInput.into()))?;
    let handshake = async {
        // a certificate that does not hold must be told from a broken line
        Ok::<_, Cause>(TlsConnector::from(Arc::clone(&config)).connect(name, tcp).await)
    };
    let stream = stop.or(limits.connect, PROTECT, handshake).await?;
    let stream = stream.map_err(|error| match error.get_ref().and_then(|cause| cause.downcast_ref()) {
        Some(rustls::Error::InvalidCertificate(reason)) => {
            Error::Certificate { host: server.host.clone(), reason: format!("{reason:?}") }
        }
        _ => Error::unreachable(server, error),
    })?;
    Ok(Wire::tls(stream, limits.silence))
}

async fn upgrade(mut wire: Wire, server: &Server, limits: &Limits, stop: &mut Stop) -> Result<Wire, Error> {
    let capabilities = capabilities(&mut wire, limits, stop).await?;
    if !capabilities.has("STARTTLS") {
        return Err(Error::NoStarttls);
    }
    let answer = stop.or(limits.connect, PROTECT, wire.ask("r2", "STARTTLS")).await?;
    if !answer.is_ok() {
        return Err(Error::Refused { what: PROTECT, text: spoken(&answer.status) });
    }
    if answer.more {
        return Err(Error::Injected);
    }
    let tcp = wire.into_plain().ok_or(Error::NoStarttls)?;
    protect(tcp, server, limits, stop).await
}

/// Asks what the server can do; to be asked anew after TLS and after login (RFC 3501 §6.2.1).
pub(super) async fn capabilities(wire: &mut Wire, limits: &Limits, stop: &mut Stop) -> Result<Capabilities, Error> {
    let what = "ask what the server can do";
    Ok(Capabilities::read(&stop.or(limits.silence, what, wire.ask("r1", "CAPABILITY")).await?))
}

async fn log_in(
    mut wire: Wire,
    server: &Server,
    limits: &Limits,
    stop: &mut Stop,
) -> Result<(Session<Wire>, Capabilities), Error> {
    let login = server.login.as_ref().ok_or(Error::NoLogin("mailbox.imap.user and its password are missing"))?;
    let before = capabilities(&mut wire, limits, stop).await?;
    let client = Client::new(wire);
    let plain = before.has("AUTH=PLAIN") && (before.has("LOGINDISABLED") || !is_quotable(login));
    if before.has("LOGINDISABLED") && !plain {
        return Err(Error::NoLogin("the server takes neither LOGIN nor AUTHENTICATE PLAIN on this connection"));
    }
    let work = async {
        Ok::<_, Cause>(if plain {
            client.authenticate("PLAIN", Plain(login)).await
        } else {
            client.login(&login.user, login.password.reveal()).await
        })
    };
    let mut session = match stop.or(limits.silence, LOG_IN, work).await? {
        Ok(session) => session,
        Err((error, _)) => return Err(refusal(error.into())),
    };
    let after = capabilities(session.as_mut(), limits, stop).await?;
    Ok((session, after))
}

/// Whether LOGIN can carry it: its strings are ASCII (RFC 3501 §9).
fn is_quotable(login: &Login) -> bool {
    login.user.is_ascii() && login.password.reveal().is_ascii()
}

/// NO is a refused login, unless the server says that it is its own trouble (RFC 5530).
fn refusal(cause: Cause) -> Error {
    match cause {
        Cause::Refused(text) if !["UNAVAILABLE", "INUSE", "LIMIT"].iter().any(|code| text.contains(code)) => {
            Error::LoginRefused(text)
        }
        cause => Error::at(LOG_IN, cause),
    }
}

/// SASL PLAIN (RFC 4616).
struct Plain<'a>(&'a Login);

impl Authenticator for Plain<'_> {
    type Response = String;

    fn process(&mut self, _challenge: &[u8]) -> String {
        format!("\0{}\0{}", self.0.user, self.0.password.reveal())
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
    use tokio::net::TcpListener;
    use tokio::sync::watch;

    use super::*;
    use crate::config::Secret;

    /// A server that speaks from a script: after the greeting, an answer to each line that has the words.
    async fn scripted(greeting: &'static str, script: &'static [(&str, &str)]) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("bound").port();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a client");
            stream.write_all(greeting.as_bytes()).await.expect("sent");
            let (reader, mut writer) = stream.split();
            let mut lines = BufReader::new(reader).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                let answer = script.iter().find(|(words, _)| line.contains(words)).map(|(_, answer)| *answer);
                let tag = line.split(' ').next().expect("a tag");
                let answer = answer.unwrap_or("TAG BAD what?\r\n").replace("TAG", tag);
                writer.write_all(answer.as_bytes()).await.expect("sent");
            }
        });
        port
    }

    async fn outcome(host: &str, port: u16, tls: Tls, password: &str) -> Result<(), Error> {
        let login = Some(Login { user: "rsvp".to_owned(), password: Secret::new(password.to_owned()) });
        let server = Server { host: host.to_owned(), port, tls, ca_file: None, login };
        let (_keep, receiver) = watch::channel(false);
        connect(&server, &Limits::default(), &mut Stop::new(receiver)).await.map(drop)
    }

    #[tokio::test]
    async fn plain_text_never_leaves_this_machine() {
        let error = outcome("192.0.2.1", 143, Tls::None, "secret").await.expect_err("not loopback");
        assert!(matches!(error, Error::PlainText { .. }), "{error}");
    }

    #[tokio::test]
    async fn what_was_injected_before_tls_is_refused() {
        let greeted = scripted("* OK hello\r\n* OK and more\r\n", &[]).await;
        static INJECTED: &[(&str, &str)] = &[
            ("CAPABILITY", "* CAPABILITY IMAP4rev1 STARTTLS\r\nTAG OK\r\n"),
            ("STARTTLS", "TAG OK begin\r\nr1 OK [CAPABILITY IMAP4rev1] injected\r\n"),
        ];
        let upgraded = scripted("* OK hello\r\n", INJECTED).await;
        for port in [greeted, upgraded] {
            let error = outcome("localhost", port, Tls::Starttls, "secret").await.expect_err("injected");
            assert!(matches!(error, Error::Injected), "{error}");
        }
    }

    #[tokio::test]
    async fn a_server_that_greets_with_anything_but_ok_is_left() {
        for greeting in ["* PREAUTH welcome\r\n", "* BYE too many connections\r\n"] {
            let port = scripted(greeting, &[]).await;
            let error = outcome("localhost", port, Tls::None, "secret").await.expect_err("no OK");
            assert!(matches!(error, Error::Refused { .. }), "{error}");
        }
    }

    #[tokio::test]
    async fn a_refused_password_is_told_from_a_server_in_trouble() {
        let refused = scripted("* OK\r\n", &[("CAPABILITY", "TAG OK\r\n"), ("LOGIN", "TAG NO wrong\r\n")]).await;
        let error = outcome("localhost", refused, Tls::None, "secret").await.expect_err("refused");
        assert!(matches!(error, Error::LoginRefused(ref words) if words == "wrong"), "{error}");
        let trouble: &[_] = &[("CAPABILITY", "TAG OK\r\n"), ("LOGIN", "TAG NO [UNAVAILABLE] later\r\n")];
        let error = outcome("localhost", scripted("* OK\r\n", trouble).await, Tls::None, "secret").await;
        assert!(matches!(error, Err(Error::Refused { .. })), "{error:?}");
    }

    #[tokio::test]
    async fn where_login_cannot_carry_the_password_authenticate_plain_does() {
        // "\0rsvp\0geheim" and "\0rsvp\0größer"
        static DISABLED: &[(&str, &str)] = &[
            ("CAPABILITY", "* CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=PLAIN\r\nTAG OK\r\n"),
            ("AUTHENTICATE PLAIN", "+ \r\n"),
            ("AHJzdnAAZ2VoZWlt", "A0001 OK in\r\n"),
        ];
        static FOREIGN: &[(&str, &str)] = &[
            ("CAPABILITY", "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nTAG OK\r\n"),
            ("AUTHENTICATE PLAIN", "+ \r\n"),
            ("AHJzdnAAZ3LDtsOfZXI=", "A0001 OK in\r\n"),
        ];
        for (script, password) in [(DISABLED, "geheim"), (FOREIGN, "größer")] {
            outcome("localhost", scripted("* OK\r\n", script).await, Tls::None, password).await.expect("logged in");
        }
        let neither: &[_] = &[("CAPABILITY", "* CAPABILITY IMAP4rev1 LOGINDISABLED\r\nTAG OK\r\n")];
        let error = outcome("localhost", scripted("* OK\r\n", neither).await, Tls::None, "secret").await;
        assert!(matches!(error, Err(Error::NoLogin(_))), "{error:?}");
    }
}

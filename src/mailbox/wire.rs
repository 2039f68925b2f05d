//! The byte stream to the server, which notices silence, and the few lines spoken on it that async-imap cannot speak:
//! greeting, capabilities, STARTTLS and NAMESPACE.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};
use tokio_rustls::client::TlsStream;

/// Longest answer to one of the few lines.
const MAX_ANSWER: usize = 64 * 1024;

/// A connection that fails with `TimedOut` when it has to wait too long for a single byte.
///
/// Limits on whole commands cannot do that: a batch of mail over a slow line rightly takes minutes.
#[derive(Debug)]
pub(super) struct Wire {
    stream: Stream,
    silence: Duration,
    alarm: Pin<Box<Sleep>>,
    waiting: bool,
}

#[derive(Debug)]
enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// What the server said to one line of ours.
#[derive(Debug, Default)]
pub(super) struct Answer {
    /// Lines before the last, without `* `.
    pub(super) untagged: Vec<String>,
    /// The last line, without its tag: `OK …`, `NO …`.
    pub(super) status: String,
    /// Whether more followed in the same breath.
    pub(super) more: bool,
}

impl Answer {
    pub(super) fn is_ok(&self) -> bool {
        self.status.to_ascii_uppercase().starts_with("OK")
    }
}

impl Wire {
    pub(super) fn plain(stream: TcpStream, silence: Duration) -> Self {
        Self::new(Stream::Plain(stream), silence)
    }

    pub(super) fn tls(stream: TlsStream<TcpStream>, silence: Duration) -> Self {
        Self::new(Stream::Tls(Box::new(stream)), silence)
    }

    fn new(stream: Stream, silence: Duration) -> Self {
        Self { stream, silence, alarm: Box::pin(sleep(silence)), waiting: false }
    }

    /// The TCP stream, for the upgrade to TLS; `None` if it is upgraded already.
    pub(super) fn into_plain(self) -> Option<TcpStream> {
        match self.stream {
            Stream::Plain(stream) => Some(stream),
            Stream::Tls(_) => None,
        }
    }

    /// Reads the greeting.
    pub(super) async fn greeting(&mut self) -> io::Result<Answer> {
        self.answer("*").await
    }

    /// Sends one line under a tag of its own and reads the whole answer.
    pub(super) async fn ask(&mut self, tag: &str, line: &str) -> io::Result<Answer> {
        self.write_all(format!("{tag} {line}\r\n").as_bytes()).await?;
        self.flush().await?;
        self.answer(tag).await
    }

    async fn answer(&mut self, tag: &str) -> io::Result<Answer> {
        let mut heard = Vec::new();
        loop {
            if self.read_buf(&mut heard).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if let Some(answer) = parse_answer(&heard, tag) {
                return Ok(answer);
            }
            if heard.len() > MAX_ANSWER {
                return Err(io::Error::other("endless answer"));
            }
        }
    }

    /// Turns waiting into an error once it has lasted too long.
    fn patiently<T>(&mut self, cx: &mut Context<'_>, poll: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if poll.is_ready() {
            self.waiting = false;
            return poll;
        }
        if !self.waiting {
            self.waiting = true;
            self.alarm.as_mut().reset(Instant::now() + self.silence);
        }
        ready!(self.alarm.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

/// `None` while the tagged line is not complete.
fn parse_answer(heard: &[u8], tag: &str) -> Option<Answer> {
    let heard = String::from_utf8_lossy(heard);
    let mut answer = Answer::default();
    let mut lines = heard.split_inclusive('\n');
    for line in lines.by_ref() {
        let line = line.strip_suffix('\n')?.trim_end_matches('\r');
        match line.split_once(' ') {
            Some((first, rest)) if first == tag => {
                answer.status = rest.to_owned();
                answer.more = lines.next().is_some();
                return Some(answer);
            }
            Some(("*", rest)) => answer.untagged.push(rest.to_owned()),
            _ => answer.untagged.push(line.to_owned()),
        }
    }
    None
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let poll = match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_read(cx, buf),
            Stream::Tls(stream) => Pin::new(stream).poll_read(cx, buf),
        };
        self.patiently(cx, poll)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let poll = match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_write(cx, buf),
            Stream::Tls(stream) => Pin::new(stream).poll_write(cx, buf),
        };
        self.patiently(cx, poll)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_flush(cx),
        };
        self.patiently(cx, poll)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_complete_with_its_tagged_line() {
        assert!(parse_answer(b"* CAPABILITY IMAP4rev1\r\nr1 OK", "r1").is_none());
        let answer = parse_answer(b"* CAPABILITY IMAP4rev1\r\nr1 OK done\r\n", "r1").expect("complete");
        assert!(answer.is_ok() && !answer.more);
        assert_eq!(answer.untagged, ["CAPABILITY IMAP4rev1"]);
    }

    #[test]
    fn what_follows_the_tagged_line_in_the_same_breath_is_noticed() {
        let injected = b"r2 OK begin TLS\r\n* PREAUTH welcome\r\n";
        assert!(parse_answer(injected, "r2").expect("complete").more);
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_falls_silent_is_noticed() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let stream = TcpStream::connect(listener.local_addr().expect("bound")).await.expect("a connection");
        let mut wire = Wire::plain(stream, Duration::from_secs(60));
        let begun = Instant::now();
        let error = wire.greeting().await.expect_err("nobody speaks");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(begun.elapsed() < Duration::from_secs(61));
    }
}

//! An SMTP server that says what a test wants, or nothing, or hangs up, at any step.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What the server does at a step.
pub enum Reaction {
    /// Answers; lines are ended for it.
    Say(&'static str),
    /// Keeps the connection open and does nothing more.
    FallSilent,
    /// Closes the connection.
    HangUp,
}

/// What happened, in order: `CONNECT`, each command line, `TEXT` at each line of a message, `DOT` at its end.
pub type Log = Arc<Mutex<Vec<String>>>;

/// A scripted server, ending with the test's runtime.
pub struct ScriptedSmtp {
    /// Where it listens, on loopback.
    pub port: u16,
    /// What happened.
    pub log: Log,
}

impl ScriptedSmtp {
    /// Starts it. The script is asked at each step, with the number of the connection (from 1) and the event as it
    /// stands in the log; where it has no opinion the server behaves.
    pub async fn start(script: impl Fn(usize, &str) -> Option<Reaction> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let log = Log::default();
        let (script, shared) = (Arc::new(script), log.clone());
        tokio::spawn(async move {
            for number in 1.. {
                let (stream, _) = listener.accept().await.unwrap();
                let (script, log) = (script.clone(), shared.clone());
                tokio::spawn(async move {
                    // a client that goes away is part of many tests
                    serve(stream, |event| script(number, event), &log).await.ok();
                });
            }
        });
        Self { port, log }
    }

    /// How often this event, or a command that begins so, happened.
    pub fn count(&self, event: &str) -> usize {
        self.log.lock().unwrap().iter().filter(|logged| logged.starts_with(event)).count()
    }
}

async fn serve(stream: TcpStream, script: impl Fn(&str) -> Option<Reaction>, log: &Log) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut event = "CONNECT".to_owned();
    let mut in_text = false;
    loop {
        log.lock().unwrap().push(event.clone());
        match script(&event).unwrap_or_else(|| behave(&event)) {
            Reaction::Say("") => {}
            Reaction::Say(answer) => {
                in_text = in_text || answer.starts_with("354");
                stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
            }
            Reaction::FallSilent => std::future::pending().await,
            Reaction::HangUp => return Ok(()),
        }
        event = next_event(&mut stream, &mut in_text).await?;
    }
}

/// The next thing that a script may react to.
async fn next_event(stream: &mut BufReader<TcpStream>, in_text: &mut bool) -> std::io::Result<String> {
    let mut line = Vec::new();
    if stream.read_until(b'\n', &mut line).await? == 0 {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    let line = String::from_utf8_lossy(&line);
    match (*in_text, line.trim_end()) {
        (true, ".") => {
            *in_text = false;
            Ok("DOT".into())
        }
        (true, _) => Ok("TEXT".into()),
        (false, command) => Ok(command.to_owned()),
    }
}

fn behave(event: &str) -> Reaction {
    Reaction::Say(match event.split(' ').next().unwrap() {
        "CONNECT" => "220 scripted ESMTP",
        "EHLO" => "250-scripted\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN",
        "AUTH" => "235 2.7.0 welcome",
        "DATA" => "354 go on",
        "TEXT" => "",
        "DOT" => "250 2.0.0 queued as 1",
        "QUIT" => "221 bye",
        _ => "250 2.1.0 ok",
    })
}

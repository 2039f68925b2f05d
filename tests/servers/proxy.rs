//! A proxy in front of a server: it counts what the client says, and can go silent as a dead line does.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// A proxy on a port of its own.
#[derive(Debug)]
pub struct Proxy {
    /// Its port.
    pub port: u16,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    next_breaks_after: watch::Sender<Option<usize>>,
    broken_at: watch::Sender<Option<&'static str>>,
    swallowed: watch::Sender<Option<&'static str>>,
    silent: watch::Sender<bool>,
    lines: watch::Sender<Vec<String>>,
    spoken: watch::Sender<usize>,
    connections: watch::Sender<usize>,
}

impl Proxy {
    /// Starts one in front of a port of loopback.
    pub async fn to(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("bound").port();
        let shared = Arc::new(Shared {
            next_breaks_after: watch::Sender::new(None),
            broken_at: watch::Sender::new(None),
            swallowed: watch::Sender::new(None),
            silent: watch::Sender::new(false),
            lines: watch::Sender::new(Vec::new()),
            spoken: watch::Sender::new(0),
            connections: watch::Sender::new(0),
        });
        let accepting = Arc::clone(&shared);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                accepting.connections.send_modify(|count| *count += 1);
                tokio::spawn(pass(client, server, Arc::clone(&accepting)));
            }
        });
        Self { port, shared }
    }

    /// From now on swallows everything, in both directions, and keeps the connections open.
    pub fn fall_silent(&self) {
        self.shared.silent.send_replace(true);
    }

    /// Falls silent on a connection where the client says this word, which the server does not get to hear.
    pub fn swallow(&self, word: &'static str) {
        self.shared.swallowed.send_replace(Some(word));
    }

    /// Lets new connections through again.
    pub fn speak(&self) {
        self.shared.swallowed.send_replace(None);
        self.shared.silent.send_replace(false);
    }

    /// Breaks every connection at the moment when the server says this word.
    pub fn break_at(&self, word: &'static str) {
        self.shared.broken_at.send_replace(Some(word));
    }

    /// Breaks the next connection after the server has said so many bytes on it; later ones hold.
    pub fn break_next_after(&self, bytes: usize) {
        self.shared.next_breaks_after.send_replace(Some(bytes));
    }

    /// What clients said so far, line by line.
    pub fn lines(&self) -> Vec<String> {
        self.shared.lines.borrow().clone()
    }

    /// How often clients spoke so far: a command, or a piece of a mail.
    pub fn heard_count(&self) -> usize {
        *self.shared.spoken.borrow()
    }

    /// Waits until a client has said this often enough.
    pub async fn heard(&self, word: &str, times: usize) {
        let mut lines = self.shared.lines.subscribe();
        let heard = lines.wait_for(|lines| lines.iter().filter(|line| line.contains(word)).count() >= times);
        in_time(heard).await.unwrap_or_else(|| panic!("waited in vain for {word}: {:?}", self.lines()));
    }

    /// Waits until so many connections have come.
    pub async fn connected(&self, times: usize) {
        let mut connections = self.shared.connections.subscribe();
        assert!(in_time(connections.wait_for(|count| *count >= times)).await.is_some(), "waited in vain for a client");
    }
}

async fn in_time<T, E>(condition: impl Future<Output = Result<T, E>>) -> Option<T> {
    tokio::time::timeout(Duration::from_secs(10), condition).await.ok()?.ok()
}

async fn pass(client: TcpStream, server: u16, shared: Arc<Shared>) {
    let Ok(server) = TcpStream::connect(("127.0.0.1", server)).await else { return };
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let last = shared.next_breaks_after.send_replace(None).map_or(u64::MAX, |bytes| bytes as u64);
    let up = shovel(from_client, to_server, &shared, true);
    let down = shovel(from_server.take(last), to_client, &shared, false);
    tokio::select! {
        () = up => {}
        () = down => {}
    }
}

async fn shovel(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, shared: &Shared, client: bool) {
    let mut bytes = vec![0; 64 * 1024];
    let mut line = Vec::new();
    let (mut silenced, mut swallowing) = (false, false);
    while let Ok(read @ 1..) = from.read(&mut bytes).await {
        // a line that has died stays dead
        silenced |= *shared.silent.borrow();
        if silenced {
            continue;
        }
        let broken_at = *shared.broken_at.borrow();
        if !client && broken_at.is_some_and(|word| String::from_utf8_lossy(&bytes[..read]).contains(word)) {
            return;
        }
        if client {
            shared.spoken.send_modify(|spoken| *spoken += 1);
            line.extend_from_slice(&bytes[..read]);
            let swallowed = *shared.swallowed.borrow();
            swallowing |= swallowed.is_some_and(|word| String::from_utf8_lossy(&line).contains(word));
            while let Some(end) = line.iter().position(|byte| *byte == b'\n') {
                let said: Vec<u8> = line.drain(..=end).collect();
                let said = String::from_utf8_lossy(&said).trim_end().to_owned();
                shared.lines.send_modify(|lines| lines.push(said));
            }
        }
        if !swallowing && to.write_all(&bytes[..read]).await.is_err() {
            return;
        }
    }
}

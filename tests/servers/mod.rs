//! Real servers for tests, each on free ports of loopback and in a scratch folder that is kept if the test fails.
#![allow(dead_code, reason = "no test uses everything here")]

pub mod dovecot;
pub mod proxy;

use std::net::TcpListener;
use std::time::{Duration, Instant};

/// A port that nobody uses now.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("bound").port()
}

/// Blocks until a condition holds, at most ten seconds.
pub fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(10), "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

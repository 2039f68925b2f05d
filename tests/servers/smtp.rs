//! A real SMTP server for tests: Debian's python3-aiosmtpd, on a free port, with a maildir for each recipient.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The script beside this file; the demo starts it too.
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/servers/smtp.py");

/// A running server; it ends when this is dropped.
pub struct SmtpServer {
    process: Child,
    maildirs: PathBuf,
    /// Where it listens, on loopback.
    pub port: u16,
}

impl SmtpServer {
    /// Starts it with further arguments of the script; returns when it listens.
    pub fn start(maildirs: &Path, arguments: &[&str]) -> Self {
        // Debian's own interpreter: another one on the path does not see Debian's aiosmtpd
        let mut process = Command::new("/usr/bin/python3")
            .arg(SCRIPT)
            .arg("--while-stdin")
            .arg("--maildirs")
            .arg(maildirs)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("could not start /usr/bin/python3");
        let mut port = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut port).unwrap();
        let port = port.trim().parse().expect("the SMTP server did not start: is python3-aiosmtpd installed?");
        Self { process, maildirs: maildirs.to_owned(), port }
    }

    /// The mails that were delivered to an address, as stored, in order of arrival.
    pub fn mails_of(&self, address: &str) -> Vec<Vec<u8>> {
        let Ok(entries) = fs::read_dir(self.maildirs.join(address).join("new")) else { return Vec::new() };
        let mut files: Vec<_> = entries
            .map(|entry| entry.unwrap())
            .map(|entry| (entry.metadata().unwrap().modified().unwrap(), entry.path()))
            .collect();
        files.sort();
        files.iter().map(|(_, file)| fs::read(file).unwrap()).collect()
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        // the script ends with its standard input, which wait() closes
        self.process.wait().ok();
    }
}

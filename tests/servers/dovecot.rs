//! A Dovecot of one's own (Debian's 2.3). Every user exists, and has the password [`PASSWORD`].

use std::fs;
use std::io::Read as _;
use std::net::TcpStream;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rsvpd::config::{After, Imap, Login, Secret, Server, Tls};
use tempfile::TempDir;

use super::{free_port, wait_until};

/// Everybody's password.
pub const PASSWORD: &str = "correct-horse";

/// How it differs from a plain Dovecot.
#[derive(Debug, Clone)]
pub struct Options {
    /// Offers STARTTLS and the implicit port.
    pub tls: bool,
    /// What it claims to be able to do after login, instead of everything.
    pub capabilities: Option<&'static str>,
    /// Between levels of folders.
    pub separator: char,
    /// Before every folder but INBOX.
    pub prefix: &'static str,
}

impl Default for Options {
    fn default() -> Self {
        Self { tls: false, capabilities: None, separator: '/', prefix: "" }
    }
}

/// A running Dovecot; stopped when dropped.
#[derive(Debug)]
pub struct Dovecot {
    /// Port for plain text and STARTTLS.
    pub port: u16,
    /// Port for implicit TLS.
    pub tls_port: u16,
    dir: Option<TempDir>,
    child: Option<Child>,
    /// Whose the mail is: Dovecot refuses to serve root's.
    owner: Option<(u32, u32)>,
}

impl Dovecot {
    /// Starts a plain one.
    pub fn start() -> Self {
        Self::with(&Options::default())
    }

    /// Starts one with options.
    pub fn with(options: &Options) -> Self {
        let dir = tempfile::Builder::new().prefix("rsvpd-dovecot-").tempdir().expect("a scratch folder");
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).expect("permissions");
        let owner = (id("-u") == 0).then(|| (nobody("-u"), nobody("-g")));
        let mut dovecot = Self { port: free_port(), tls_port: free_port(), dir: Some(dir), child: None, owner };
        for folder in ["run", "mail"] {
            fs::create_dir(dovecot.path(folder)).expect("a folder");
        }
        dovecot.give(&dovecot.path("mail"));
        if options.tls {
            certificates(dovecot.dir());
        }
        fs::write(dovecot.path("dovecot.conf"), dovecot.settings(options)).expect("settings");
        dovecot.run();
        dovecot
    }

    /// Starts it again, on the same ports and the same mail.
    pub fn restart(&mut self) {
        self.stop();
        self.run();
    }

    /// Stops it, its connections included.
    pub fn stop(&mut self) {
        // in good order, which takes a second: a Maildir keeps the lock of a killed server for two minutes
        self.signal("-TERM", "");
    }

    /// Sends a signal to our own server, or to the group of its processes, and waits for its end.
    fn signal(&mut self, signal: &str, group: &str) {
        let Some(mut child) = self.child.take() else { return };
        let killed = Command::new("kill").args([signal, "--", &format!("{group}{}", child.id())]).status();
        assert!(killed.is_ok_and(|status| status.success()), "our own children");
        child.wait().expect("our own child");
    }

    /// Starts it after [`stop`](Self::stop).
    pub fn run(&mut self) {
        let mut command = self.command("dovecot");
        self.child =
            Some(command.arg("-F").process_group(0).stderr(Stdio::null()).spawn().expect("dovecot is installed"));
        let port = self.port;
        wait_until("dovecot greets", || greets(port));
    }

    /// The certificate of its own authority.
    pub fn ca_file(&self) -> PathBuf {
        self.path("ca.pem")
    }

    /// Settings of a client that reads this user's INBOX in plain text and leaves the mail where it is.
    pub fn imap(&self, user: &str) -> Imap {
        Imap {
            server: Server {
                host: "localhost".to_owned(),
                port: self.port,
                tls: Tls::None,
                ca_file: None,
                login: Some(Login { user: user.to_owned(), password: Secret::new(PASSWORD.to_owned()) }),
            },
            folder: "INBOX".to_owned(),
            after: After::Leave,
            poll: Duration::from_secs(60),
            max_message_bytes: 1024 * 1024,
        }
    }

    /// Delivers a mail as a mail server would: a file moved into the Maildir.
    pub fn append(&self, user: &str, folder: &str, raw: &[u8]) {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let maildir = self.maildir(user, folder);
        if !maildir.join("new").exists() {
            self.doveadm(&["mailbox", "status", "-u", user, "messages", folder]);
        }
        let name = format!("{:010}.{}.test", COUNT.fetch_add(1, Ordering::Relaxed), std::process::id());
        let written = maildir.join("tmp").join(&name);
        fs::write(&written, raw).expect("a mail file");
        self.give(&written);
        fs::rename(&written, maildir.join("new").join(&name)).expect("delivery");
    }

    /// The mail of a folder, byte for byte, in order of delivery; none if there is no such folder.
    pub fn list(&self, user: &str, folder: &str) -> Vec<Vec<u8>> {
        let maildir = self.maildir(user, folder);
        let mut files: Vec<PathBuf> = ["cur", "new"]
            .iter()
            .filter_map(|part| fs::read_dir(maildir.join(part)).ok())
            .flat_map(|entries| entries.map(|entry| entry.expect("an entry").path()))
            .collect();
        files.sort_by_key(|path| path.file_name().map(ToOwned::to_owned));
        // a file may be renamed by the server between listing and reading: then its folder is read again
        match files.iter().map(fs::read).collect::<Result<Vec<_>, _>>() {
            Ok(mails) => mails,
            Err(_) => self.list(user, folder),
        }
    }

    /// Flags and keywords of each message of a folder, in order of UIDs.
    pub fn flags(&self, user: &str, folder: &str) -> Vec<String> {
        let shown = self.doveadm(&["-f", "tab", "fetch", "-u", user, "flags", "mailbox", folder]);
        shown.lines().skip(1).map(str::to_owned).collect()
    }

    /// Gives a folder this UIDVALIDITY and numbers its messages from 1, as after a restored backup.
    pub fn renumber(&mut self, user: &str, folder: &str, uid_validity: u32) {
        self.stop();
        let maildir = self.maildir(user, folder);
        for entry in fs::read_dir(&maildir).expect("a maildir") {
            let path = entry.expect("an entry").path();
            if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("dovecot.index")) {
                fs::remove_file(path).expect("an index file");
            }
        }
        // the header of an empty list of UIDs, version 3
        fs::write(maildir.join("dovecot-uidlist"), format!("3 V{uid_validity} N1\n")).expect("a list of UIDs");
        self.run();
    }

    /// Runs doveadm and gives what it prints.
    pub fn doveadm(&self, arguments: &[&str]) -> String {
        let output = self.command("doveadm").args(arguments).output().expect("doveadm is installed");
        assert!(output.status.success(), "doveadm {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.arg("-c").arg(self.path("dovecot.conf"));
        command
    }

    fn dir(&self) -> &Path {
        self.dir.as_ref().expect("taken only when dropped").path()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir().join(name)
    }

    /// Maildir++ keeps all folders side by side, whatever separator clients see.
    fn maildir(&self, user: &str, folder: &str) -> PathBuf {
        let root = self.path("mail").join(user);
        if folder == "INBOX" { root } else { root.join(format!(".{}", folder.replace('/', "."))) }
    }

    fn give(&self, path: &Path) {
        if let Some((uid, gid)) = self.owner {
            chown(path, Some(uid), Some(gid)).expect("root may do that");
        }
    }

    fn settings(&self, options: &Options) -> String {
        let dir = self.dir().display();
        let (uid, gid) = self.owner.unwrap_or_else(|| (id("-u"), id("-g")));
        let users = match self.owner {
            Some(_) => String::new(),
            None => {
                let user = name("-un");
                let group = name("-gn");
                format!(
                    "default_login_user = {user}\ndefault_internal_user = {user}\ndefault_internal_group = {group}\n\
                     service anvil {{\n  chroot =\n}}\nservice imap-login {{\n  chroot =\n}}\n"
                )
            }
        };
        let tls = if options.tls {
            format!("ssl = yes\nssl_cert = <{dir}/server.pem\nssl_key = <{dir}/server.key\n")
        } else {
            "ssl = no\n".to_owned()
        };
        let capabilities = options.capabilities.map_or(String::new(), |words| format!("imap_capability = {words}\n"));
        let Options { separator, prefix, .. } = options;
        let Self { port, tls_port, .. } = self;
        format!(
            "base_dir = {dir}/run\nstate_dir = {dir}/run\nlog_path = {dir}/log\ninstance_name = rsvpd-{port}\n\
             protocols = imap\nlisten = 127.0.0.1, ::1\ndisable_plaintext_auth = no\nauth_failure_delay = 0\n\
             mail_location = maildir:{dir}/mail/%u\nfirst_valid_uid = 1\n{users}{tls}{capabilities}\
             namespace inbox {{\n  inbox = yes\n  prefix = {prefix}\n  separator = {separator}\n}}\n\
             passdb {{\n  driver = static\n  args = password={PASSWORD}\n}}\n\
             userdb {{\n  driver = static\n  args = uid={uid} gid={gid} home={dir}/mail/%u\n}}\n\
             service anvil {{\n  unix_listener anvil-auth-penalty {{\n    mode = 0\n  }}\n}}\n\
             service imap-login {{\n  inet_listener imap {{\n    port = {port}\n  }}\n  \
             inet_listener imaps {{\n    port = {tls_port}\n    ssl = yes\n  }}\n}}\n",
        )
    }
}

impl Drop for Dovecot {
    #[expect(clippy::print_stderr, reason = "whoever reads the failed test needs the folder")]
    fn drop(&mut self) {
        self.signal("-KILL", "-");
        if std::thread::panicking()
            && let Some(dir) = self.dir.take()
        {
            eprintln!("kept for inspection: {}", dir.keep().display());
        }
    }
}

fn greets(port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return false };
    let mut greeting = [0; 4];
    stream.read_exact(&mut greeting).is_ok() && &greeting == b"* OK"
}

/// An authority, and a certificate by it for localhost.
fn certificates(dir: &Path) {
    let make = |arguments: &str| {
        let mut openssl = Command::new("openssl");
        let made = openssl.args(arguments.split(' ')).current_dir(dir).output().expect("openssl is installed");
        assert!(made.status.success(), "openssl {arguments}: {}", String::from_utf8_lossy(&made.stderr));
    };
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    make(&format!("req -x509 {key} -keyout ca.key -out ca.pem -days 2 -subj /CN=rsvpd-test-authority"));
    make(&format!("req {key} -keyout server.key -out server.csr -subj /CN=localhost"));
    fs::write(dir.join("san.txt"), "subjectAltName=DNS:localhost,IP:127.0.0.1\n").expect("a file");
    make("x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out server.pem -days 2 -extfile san.txt");
}

fn name(flag: &str) -> String {
    let output = Command::new("id").arg(flag).output().expect("id");
    String::from_utf8(output.stdout).expect("text").trim().to_owned()
}

fn id(flag: &str) -> u32 {
    name(flag).parse().expect("a number")
}

fn nobody(flag: &str) -> u32 {
    let output = Command::new("id").args([flag, "nobody"]).output().expect("id");
    String::from_utf8(output.stdout).expect("text").trim().parse().expect("a number")
}

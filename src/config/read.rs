//! From the file's text to a [`Config`]: defaults, and everything that can be wrong without asking a server.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::secret::{self, Secrets};
use super::section::{ConfigError, Section, Source};
use super::{After, Config, Imap, LogFormat, Login, Mailbox, Server, Smtp, Tls, Web};

const ROOT: [&str; 6] = ["database", "events", "templates", "mailbox", "web", "log"];
const MAILBOX: [&str; 7] = ["name", "address", "events", "imap", "smtp", "answers_per_day", "trusted_authserv_id"];
const IMAP: [&str; 14] = [
    "host",
    "port",
    "tls",
    "tls_ca_file",
    "user",
    "password_file",
    "password_env",
    "credential",
    "oauth2",
    "folder",
    "file_into",
    "after",
    "poll_seconds",
    "max_message_bytes",
];
const SMTP: [&str; 11] = [
    "host",
    "port",
    "tls",
    "tls_ca_file",
    "user",
    "password_file",
    "password_env",
    "credential",
    "oauth2",
    "from",
    "trusted_authserv_id",
];

/// Reads the whole configuration. `folder` is where its relative paths start.
pub(super) fn config(source: Source<'_>, folder: &Path, secrets: Secrets) -> Result<Config, ConfigError> {
    let document = toml::de::DeTable::parse(source.text).map_err(|error| {
        let offset = error.span().map(|span| span.start);
        source.error(offset, format!("this is not TOML: {}", error.message().replace('\n', ", ")))
    })?;
    let root = Section::root(source, document.get_ref(), &ROOT)?;
    let mut reader = Reader { folder, secrets, warnings: Vec::new() };

    let database = root.section("database", &["url"])?;
    let events = root.section("events", &["dir"])?;
    let templates = root.section("templates", &["dir"])?;
    let log = root.section("log", &["format"])?;
    let config = Config {
        database_url: database_url(&database, folder)?,
        events_dir: folder.join(events.text("dir", "name the folder of your event files, e.g. \"events\"")?),
        templates_dir: templates.optional_text("dir")?.map(|dir| folder.join(dir)),
        mailboxes: reader.mailboxes(&root)?,
        web: root.optional_section("web", &["listen", "public_url"])?.map(|section| web(&section)).transpose()?,
        log: log.word(
            "format",
            LogFormat::Auto,
            &[
                ("auto", LogFormat::Auto),
                ("text", LogFormat::Text),
                ("json", LogFormat::Json),
                ("journald", LogFormat::Journald),
            ],
        )?,
        warnings: Vec::new(),
    };
    Ok(Config { warnings: reader.warnings, ..config })
}

struct Reader<'a> {
    folder: &'a Path,
    secrets: Secrets,
    warnings: Vec<String>,
}

impl Reader<'_> {
    fn mailboxes(&mut self, root: &Section<'_>) -> Result<Vec<Mailbox>, ConfigError> {
        let mut mailboxes: Vec<Mailbox> = Vec::new();
        for section in root.sections("mailbox", &MAILBOX)? {
            let mailbox = self.mailbox(&section)?;
            if mailboxes.iter().any(|other| other.name == mailbox.name) {
                return Err(section.wrong("name", "is used twice; every mailbox needs a name of its own"));
            }
            if mailboxes.iter().any(|other| other.address == mailbox.address) {
                return Err(section.wrong("address", "is used twice; one mailbox answers for an address"));
            }
            mailboxes.push(mailbox);
        }
        if mailboxes.is_empty() {
            return Err(root.missing("mailbox", "add a [[mailbox]] section, see config/rsvpd.toml"));
        }
        Ok(mailboxes)
    }

    fn mailbox(&mut self, section: &Section<'_>) -> Result<Mailbox, ConfigError> {
        let address = section.text("address", "give the address that people reply to, e.g. \"rsvp@example.org\"")?;
        let domain = match address.parse::<lettre::Address>() {
            Ok(parsed) => parsed.domain().to_lowercase(),
            Err(_) => return Err(section.wrong("address", &format!("is {address:?}, which is not a mail address"))),
        };
        let imap = self.imap(&section.section("imap", &IMAP)?)?;
        let smtp_section = section.section("smtp", &SMTP)?;
        let smtp = self.smtp(&smtp_section, &address)?;
        let authserv = "trusted_authserv_id";
        if section.has(authserv) && smtp_section.has(authserv) {
            return Err(smtp_section.wrong(authserv, "is given twice; keep one"));
        }
        let trusted = smtp_section.optional_text(authserv)?.or(section.optional_text(authserv)?);
        Ok(Mailbox {
            name: section.text("name", "give the mailbox a short name for lists and logs, e.g. \"rsvp\"")?,
            address: address.to_lowercase(),
            events: section.texts("events")?,
            imap,
            smtp,
            trusted_authserv_id: trusted.unwrap_or_else(|| format!("mx.{domain}")),
            answers_per_day: section.number("answers_per_day", 6, 1..=1000)?,
        })
    }

    fn imap(&mut self, section: &Section<'_>) -> Result<Imap, ConfigError> {
        let server = self.server(section, "imap", Tls::Implicit, [993, 143, 143])?;
        if server.login.is_none() {
            return Err(section.missing("user", "give the name to log in with, and password_file"));
        }
        Ok(Imap {
            server,
            folder: section.optional_text("folder")?.unwrap_or_else(|| "INBOX".to_string()),
            after: after(section)?,
            poll: Duration::from_secs(section.number("poll_seconds", 60, 1..=86_400)?.into()),
            max_message_bytes: section.number("max_message_bytes", 25_000_000, 10_000..=1_000_000_000)?,
        })
    }

    fn smtp(&mut self, section: &Section<'_>, address: &str) -> Result<Smtp, ConfigError> {
        let server = self.server(section, "smtp", Tls::Starttls, [465, 587, 25])?;
        let from = section.optional_text("from")?.unwrap_or_else(|| address.to_string());
        if from.parse::<lettre::message::Mailbox>().is_err() {
            let complaint = format!("is {from:?}; it must be an address or \"Name <address>\"");
            return Err(section.wrong("from", &complaint));
        }
        Ok(Smtp { server, from })
    }

    /// `ports` are those of implicit TLS, STARTTLS and plain text.
    fn server(
        &mut self,
        section: &Section<'_>,
        protocol: &str,
        default: Tls,
        ports: [u16; 3],
    ) -> Result<Server, ConfigError> {
        if section.has("oauth2") {
            return Err(section.wrong("oauth2", "comes with a later version; use an app password in password_file"));
        }
        let advice = format!("give the name of your mail server, e.g. \"{protocol}.example.org\"");
        let host = section.text("host", &advice)?;
        let words = [("implicit", Tls::Implicit), ("starttls", Tls::Starttls), ("none", Tls::None)];
        let tls = section.word("tls", default, &words)?;
        if tls == Tls::None && !is_loopback(&host) {
            let complaint = format!(
                "is \"none\", but {host} is not this machine: the password would cross the network in the open; \
                 use \"implicit\" or \"starttls\""
            );
            return Err(section.wrong("tls", &complaint));
        }
        let [implicit, starttls, plain] = ports;
        let usual = match tls {
            Tls::Implicit => implicit,
            Tls::Starttls => starttls,
            Tls::None => plain,
        };
        let port = section.number("port", usual.into(), 1..=65_535)?;
        Ok(Server {
            host,
            port: u16::try_from(port).unwrap_or(usual),
            tls,
            ca_file: self.ca_file(section)?,
            login: self.login(section)?,
        })
    }

    fn ca_file(&self, section: &Section<'_>) -> Result<Option<PathBuf>, ConfigError> {
        let key = "tls_ca_file";
        let Some(path) = section.optional_text(key)?.map(|path| self.folder.join(path)) else { return Ok(None) };
        if path.is_file() {
            return Ok(Some(path));
        }
        Err(section.wrong(key, &format!("names {}, which is not a file", path.display())))
    }

    fn login(&mut self, section: &Section<'_>) -> Result<Option<Login>, ConfigError> {
        let user = section.optional_text("user")?;
        let password = secret::password(section, self.folder, self.secrets, &mut self.warnings)?;
        match (user, password) {
            (Some(user), Some(password)) => Ok(Some(Login { user, password })),
            (None, None) => Ok(None),
            (Some(_), None) => Err(section
                .missing("password_file", "name the file that holds the password (or use password_env or credential)")),
            (None, Some(_)) => Err(section.missing("user", "give the name that the password belongs to")),
        }
    }
}

fn database_url(section: &Section<'_>, folder: &Path) -> Result<String, ConfigError> {
    let url =
        section.text("url", "say where records are kept, e.g. [database] url = \"sqlite:/var/lib/rsvpd/rsvpd.db\"")?;
    if url.starts_with("postgres:") || url.starts_with("postgresql:") {
        return Err(section.wrong("url", "names PostgreSQL, which comes with a later version; use sqlite:PATH"));
    }
    match url.strip_prefix("sqlite:").map(|path| path.strip_prefix("//").unwrap_or(path)) {
        Some(path) if !path.is_empty() => Ok(format!("sqlite:{}", folder.join(path).display())),
        _ => Err(section.wrong("url", "must be of the form \"sqlite:/path/to/rsvpd.db\"")),
    }
}

fn after(section: &Section<'_>) -> Result<After, ConfigError> {
    if section.has("after") {
        if section.has("file_into") {
            return Err(section.wrong("after", "and file_into exclude each other; keep one"));
        }
        let words = [("keyword", true), ("leave", false)];
        return Ok(if section.word("after", true, &words)? { After::Keyword } else { After::Leave });
    }
    let folders = section.section("file_into", &["recorded", "review", "ignored"])?;
    let folder = |key: &str, default: &str| Ok(folders.optional_text(key)?.unwrap_or_else(|| default.to_string()));
    Ok(After::File {
        recorded: folder("recorded", "RSVP/Recorded")?,
        review: folder("review", "RSVP/Review")?,
        ignored: folder("ignored", "RSVP/Ignored")?,
    })
}

fn web(section: &Section<'_>) -> Result<Web, ConfigError> {
    let listen = section.optional_text("listen")?.unwrap_or_else(|| "127.0.0.1:8080".to_string());
    if listen.parse::<std::net::SocketAddr>().is_err() {
        let complaint = format!("is {listen:?}; it must be an IP address and a port, e.g. \"127.0.0.1:8080\"");
        return Err(section.wrong("listen", &complaint));
    }
    let public_url = section.optional_text("public_url")?;
    if public_url.as_ref().is_some_and(|url| !url.starts_with("https://") && !url.starts_with("http://")) {
        return Err(section.wrong("public_url", "must begin with https:// or http://"));
    }
    Ok(Web { listen, public_url })
}

/// RFC 6761 §6.3: `localhost` is this machine.
fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

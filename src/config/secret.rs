//! Passwords: where they are kept, and reading them there.

use std::fmt;
use std::path::Path;

use super::section::{ConfigError, Section};

/// A secret that no log and no error shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret.
    #[must_use]
    pub fn new(secret: String) -> Self {
        Self(secret)
    }

    /// The secret itself, for the one call that needs it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// Whether passwords are read, or only their place is checked for being named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Secrets {
    /// Read: the servers will be spoken to.
    Needed,
    /// Left empty: this command speaks to no server.
    Unneeded,
}

/// The three keys that say where a password is kept.
pub(super) const KEYS: [&str; 3] = ["password_file", "password_env", "credential"];

/// Reads the password of a server section; `None` where none is named.
pub(super) fn password(
    section: &Section<'_>,
    folder: &Path,
    secrets: Secrets,
    warnings: &mut Vec<String>,
) -> Result<Option<Secret>, ConfigError> {
    let mut named = KEYS.into_iter().filter(|key| section.has(key));
    let Some(key) = named.next() else { return Ok(None) };
    if let Some(second) = named.next() {
        return Err(section.wrong(second, &format!("and {key} both name the password; keep one of them")));
    }
    let Some(place) = section.optional_text(key)? else { return Ok(None) };
    if secrets == Secrets::Unneeded {
        return Ok(Some(Secret::new(String::new())));
    }
    let text = match key {
        "password_file" => read(section, key, &folder.join(place), warnings)?,
        "password_env" => std::env::var(&place)
            .map_err(|_| section.wrong(key, &format!("names the environment variable {place}, which is not set")))?,
        _ => read_credential(section, key, &place, warnings)?,
    };
    match text.trim_end_matches(['\r', '\n']) {
        "" => Err(section.wrong(key, "leads to an empty password")),
        secret => Ok(Some(Secret::new(secret.to_string()))),
    }
}

/// A systemd credential (`LoadCredential=`), systemd.exec(5).
fn read_credential(
    section: &Section<'_>,
    key: &str,
    name: &str,
    warnings: &mut Vec<String>,
) -> Result<String, ConfigError> {
    if name.contains('/') {
        return Err(section.wrong(key, "is the name of a credential, not a path; use password_file for a path"));
    }
    match std::env::var_os("CREDENTIALS_DIRECTORY") {
        Some(folder) => read(section, key, &Path::new(&folder).join(name), warnings),
        None => Err(section.wrong(key, "needs systemd; start rsvpd by its unit, or use password_file")),
    }
}

fn read(section: &Section<'_>, key: &str, path: &Path, warnings: &mut Vec<String>) -> Result<String, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        let complaint = format!("could not be read from {}: {error}; put the password there, alone", path.display());
        section.wrong(key, &complaint)
    })?;
    if readable_by_everybody(path) {
        warnings.push(format!("everybody on this machine can read {0}; run: chmod 600 {0}", path.display()));
    }
    Ok(text)
}

#[cfg(unix)]
fn readable_by_everybody(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o004 != 0)
}

#[cfg(not(unix))]
fn readable_by_everybody(_: &Path) -> bool {
    false
}

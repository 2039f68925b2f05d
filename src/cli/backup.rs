//! `rsvpd backup`, `restore` and `purge`.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;

use super::terminal::{self, Out};
use super::{ConfigFile, now, with_store};
use crate::config::Config;
use crate::store::{DaemonLock, Store};

#[derive(Debug, Args)]
pub(super) struct Backup {
    #[command(flatten)]
    config: ConfigFile,
    /// Where to; must not be there yet
    file: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct Restore {
    #[command(flatten)]
    config: ConfigFile,
    /// The backup
    file: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct Purge {
    #[command(flatten)]
    config: ConfigFile,
}

impl Backup {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        let config = self.config.load_offline()?;
        with_store(&config, async |store| Ok(store.backup(&self.file).await?))
    }
}

impl Purge {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        self.config.load_offline()?;
        bail!(
            "could not purge: retention times come with a later version; `rsvpd attendees erase ADDRESS` erases a person"
        )
    }
}

impl Restore {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        let config = self.config.load_offline()?;
        let database = PathBuf::from(config.database_url.trim_start_matches("sqlite:"));
        let fresh = beside(&database, "restoring");
        let result = restore(&config, &self.file, &database, &fresh);
        if result.is_err() {
            // the error that counts is the first one
            drop(std::fs::remove_file(&fresh));
        }
        let mut out = Out::new();
        if let Some(kept) = result? {
            out.line(&format!("the former database is kept as\t{}", kept.display()))?;
        }
        Ok(out.flush()?)
    }
}

/// Puts a backup in the place of the database, which is kept under another name. The backup itself is not touched: a
/// copy is opened, brought up to date and examined first.
fn restore(config: &Config, backup: &Path, database: &Path, fresh: &Path) -> anyhow::Result<Option<PathBuf>> {
    let lock = if database.exists() { lock(config)? } else { None };
    private_copy(backup, fresh).with_context(|| format!("could not read the backup {}", backup.display()))?;
    let copy = Config { database_url: format!("sqlite:{}", fresh.display()), ..config.clone() };
    let problems = with_store(&copy, async |store| Ok(store.check_invariants().await?))?;
    if let Some(problem) = problems.first() {
        bail!("could not restore {}: {problem}", backup.display());
    }
    let kept = if database.exists() {
        let kept = beside(database, &format!("before-{}", now().as_second()));
        for suffix in ["", "-wal", "-shm"] {
            let (from, to) = (with_suffix(database, suffix), with_suffix(&kept, suffix));
            if from.exists() {
                std::fs::rename(&from, &to).with_context(|| format!("could not set {} aside", from.display()))?;
            }
        }
        Some(kept)
    } else {
        None
    };
    std::fs::rename(fresh, database).with_context(|| format!("could not put {} in place", database.display()))?;
    drop(lock);
    Ok(kept)
}

/// Keeps a daemon from working on the database meanwhile. A database that cannot even be opened has none.
fn lock(config: &Config) -> anyhow::Result<Option<DaemonLock>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        match Store::open(&config.database_url).await {
            Ok(store) => {
                let lock = store.lock_for_daemon();
                store.close().await;
                Ok(Some(lock?))
            }
            Err(error) => {
                terminal::note(&format!("{error}; it is set aside"));
                Ok(None)
            }
        }
    })
}

fn private_copy(from: &Path, to: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut source = std::fs::File::open(from)?;
    if let Some(folder) = to.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut target = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(to)?;
    std::io::copy(&mut source, &mut target)?;
    target.sync_all()
}

fn beside(database: &Path, what: &str) -> PathBuf {
    with_suffix(database, &format!(".{what}"))
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

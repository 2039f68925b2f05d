//! `rsvpd backup`, `restore` and `purge`.

use clap::Args;

#[derive(Debug, Args)]
pub(super) struct Backup {
    #[command(flatten)]
    config: super::ConfigFile,
}
#[derive(Debug, Args)]
pub(super) struct Restore {
    #[command(flatten)]
    config: super::ConfigFile,
}
#[derive(Debug, Args)]
pub(super) struct Purge {
    #[command(flatten)]
    config: super::ConfigFile,
}

impl Backup {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        self.config.load_offline()?;
        anyhow::bail!("not wired yet")
    }
}
impl Restore {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        self.config.load_offline()?;
        anyhow::bail!("not wired yet")
    }
}
impl Purge {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        self.config.load_offline()?;
        anyhow::bail!("not wired yet")
    }
}

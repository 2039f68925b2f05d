//! `rsvpd review`.

use clap::Args;

#[derive(Debug, Args)]
pub(super) struct Review {
    #[command(flatten)]
    config: super::ConfigFile,
}

impl Review {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        self.config.load()?;
        anyhow::bail!("not wired yet")
    }
}

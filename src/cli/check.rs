//! `rsvpd check`.

use clap::Args;

#[derive(Debug, Args)]
pub(super) struct Check {
    #[command(flatten)]
    config: super::ConfigFile,
}

impl Check {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        self.config.load()?;
        anyhow::bail!("not wired yet")
    }
}

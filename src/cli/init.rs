//! `rsvpd init`.

use clap::Args;

#[derive(Debug, Args)]
pub(super) struct Init {
    #[command(flatten)]
    config: super::ConfigFile,
}

impl Init {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        self.config.load()?;
        anyhow::bail!("not wired yet")
    }
}

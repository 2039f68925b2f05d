//! `rsvpd export`.

use clap::Args;

#[derive(Debug, Args)]
pub(super) struct Export {
    #[command(flatten)]
    config: super::ConfigFile,
}

impl Export {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        self.config.load()?;
        anyhow::bail!("not wired yet")
    }
}

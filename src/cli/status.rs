//! `rsvpd status`.

use clap::Args;

#[derive(Debug, Args)]
pub(super) struct Status {
    #[command(flatten)]
    config: super::ConfigFile,
}

impl Status {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        self.config.load()?;
        anyhow::bail!("not wired yet")
    }
}

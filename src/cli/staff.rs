//! `rsvpd staff`.

use clap::Args;

#[derive(Debug, Args)]
pub(super) struct Staff {
    #[command(flatten)]
    config: super::ConfigFile,
}

impl Staff {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        self.config.load()?;
        anyhow::bail!("not wired yet")
    }
}

//! `rsvpd ingest`.

use clap::Args;

#[derive(Debug, Args)]
pub(super) struct Ingest {
    #[command(flatten)]
    config: super::ConfigFile,
}

impl Ingest {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        self.config.load()?;
        anyhow::bail!("not wired yet")
    }
}

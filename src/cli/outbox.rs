//! `rsvpd outbox`.

use clap::Args;

#[derive(Debug, Args)]
pub(super) struct Outbox {
    #[command(flatten)]
    config: super::ConfigFile,
}

impl Outbox {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        self.config.load()?;
        anyhow::bail!("not wired yet")
    }
}

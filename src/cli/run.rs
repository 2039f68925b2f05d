//! `rsvpd run`.

use clap::Args;

#[derive(Debug, Args)]
pub(super) struct Run {
    #[command(flatten)]
    config: super::ConfigFile,
}

impl Run {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        self.config.load()?;
        anyhow::bail!("not wired yet")
    }
}

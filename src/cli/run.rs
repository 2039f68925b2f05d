//! `rsvpd run`: the daemon.

use clap::Args;

use super::ConfigFile;

#[derive(Debug, Args)]
pub(super) struct Run {
    #[command(flatten)]
    config: ConfigFile,
}

impl Run {
    // SEAM (lead): wiring, signals, the loops
    pub(super) fn execute(self) -> anyhow::Result<()> {
        self.config.load()?;
        anyhow::bail!("could not run: not wired yet")
    }
}

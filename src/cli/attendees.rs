//! `rsvpd attendees`.

use clap::Args;

#[derive(Debug, Args)]
pub(super) struct Attendees {
    #[command(flatten)]
    config: super::ConfigFile,
}

impl Attendees {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        self.config.load()?;
        anyhow::bail!("not wired yet")
    }
}

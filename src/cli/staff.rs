//! `rsvpd staff`: accounts for the staff page, which is not there yet.

use clap::{Args, Subcommand};

use super::ConfigFile;

#[derive(Debug, Args)]
pub(super) struct Staff {
    #[command(flatten)]
    config: ConfigFile,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Adds an account
    Add { name: String },
    /// Sets a new password
    Password { name: String },
    /// Disables an account
    Disable { name: String },
    /// Shows all accounts
    List,
}

impl Staff {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        self.config.load_offline()?;
        let wanted = match self.action {
            Action::Add { name } => format!("add {name}"),
            Action::Password { name } => format!("set a password for {name}"),
            Action::Disable { name } => format!("disable {name}"),
            Action::List => "list accounts".to_owned(),
        };
        anyhow::bail!("could not {wanted}: staff accounts come with the staff page; until then use `rsvpd review`")
    }
}

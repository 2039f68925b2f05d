//! `rsvpd run`.

use clap::Args;

use crate::run;

#[derive(Debug, Args)]
pub(super) struct Run {
    #[command(flatten)]
    config: super::ConfigFile,
}

impl Run {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        let config = self.config.load()?;
        run::log::begin(config.log)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(async {
            let (store, processor) = run::open(&config).await?;
            run::run(config, store, processor).await
        })
    }
}

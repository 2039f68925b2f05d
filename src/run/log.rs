//! Where log lines go, and how they look. They never carry names, addresses or text of mail: nobody may learn from a
//! log who comes.

use std::io::IsTerminal as _;

use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _, fmt};

use crate::config::LogFormat;

/// Begins logging. `RUST_LOG` widens or narrows what is logged; by default everything from `info` up.
///
/// # Errors
/// When the journal was asked for and is not there, or logging had begun already.
pub fn begin(format: LogFormat) -> anyhow::Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    let layer = match settled(format) {
        LogFormat::Journald => tracing_journald::layer()?.boxed(),
        LogFormat::Json => fmt::layer().json().with_writer(std::io::stderr).boxed(),
        LogFormat::Auto | LogFormat::Text => fmt::layer()
            .with_writer(std::io::stderr)
            .with_ansi(std::io::stderr().is_terminal())
            .with_target(false)
            .boxed(),
    };
    tracing_subscriber::registry().with(layer.with_filter(filter)).try_init()?;
    std::panic::set_hook(Box::new(|panic| {
        // not its message: that of a text cut in the wrong place shows the text
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a part of rsvpd panicked at {place}; this is a defect");
    }));
    Ok(())
}

fn settled(format: LogFormat) -> LogFormat {
    match format {
        LogFormat::Auto if std::env::var_os("JOURNAL_STREAM").is_some() => LogFormat::Journald,
        LogFormat::Auto if std::io::stderr().is_terminal() => LogFormat::Text,
        LogFormat::Auto => LogFormat::Json,
        chosen => chosen,
    }
}

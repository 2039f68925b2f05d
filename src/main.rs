//! The command line of rsvpd: arguments in, one call, an exit code out.

use std::process::ExitCode;

use clap::Parser;
use rsvpd::cli::{self, Cli};

fn main() -> ExitCode {
    match Cli::parse().execute() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => cli::report(&error),
    }
}

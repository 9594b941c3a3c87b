//! `postrider`: no subcommand opens the TUI, anything else is the command line.

use std::process::ExitCode;

use postrider::cli::{self, Launch};
use postrider::tui::{self, TuiOptions};

fn main() -> ExitCode {
    cli::report_crashes();
    match cli::start(tui::problems) {
        Launch::Exit(code) => code,
        Launch::Tui {
            root,
            foreign,
            beside,
            into,
            paths,
            demo,
            passphrase,
        } => match tui::run(&TuiOptions {
            root,
            foreign,
            beside,
            into,
            paths,
            demo,
            passphrase,
        }) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => cli::report(&error),
        },
    }
}

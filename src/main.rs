//! `postrider`: no subcommand opens the TUI, anything else is the command line.

use std::process::ExitCode;

use postrider::cli::{self, Launch};

fn main() -> ExitCode {
    match cli::start() {
        Launch::Exit(code) => code,
        // The seam: `tui::run` takes over here.
        Launch::Tui { workspace: _, demo: _ } => ExitCode::FAILURE,
    }
}

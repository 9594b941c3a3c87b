//! `postrider`: no subcommand opens the TUI, anything else is the command line.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use postrider::cli::{self, DemoArgs, Launch};
use postrider::demo;
use postrider::store::locate::samples;
use postrider::store::{Paths, locate};
use postrider::tui::{self, TuiOptions};

fn main() -> ExitCode {
    match cli::start() {
        Launch::Exit(code) => code,
        Launch::Tui { workspace, demo } => match open(workspace.as_deref(), demo) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => cli::report(&error),
        },
    }
}

/// Opens the TUI on the workspace named, found or made, and stays until the user leaves.
fn open(workspace: Option<&Path>, demo: Option<DemoArgs>) -> anyhow::Result<()> {
    let paths = Paths::from_env().context("there is no home folder: set `HOME`")?;
    let start = std::env::current_dir().context("the current folder cannot be read")?;
    let root = match (workspace, &demo) {
        (None, Some(_)) => samples(&start, &paths)?,
        _ => locate(&start, workspace, &paths)?.root,
    };
    let demo = demo.map(|demo| demo::Config {
        port: demo.port,
        token_ttl: demo.token_ttl,
        key_file: Some(paths.demo_key()),
    });
    tui::run(&TuiOptions { root, paths, demo })
}

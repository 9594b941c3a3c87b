//! `postrider`: no subcommand opens the TUI, anything else is the command line.

use postrider::demo;
use postrider::store::{Paths, locate};
use postrider::tui::{TuiOptions, run};

fn main() -> anyhow::Result<()> {
    let paths = Paths::from_env().ok_or_else(|| anyhow::anyhow!("no home folder"))?;
    let root = locate(&std::env::current_dir()?, None, &paths)?.root;
    let demo = std::env::args().any(|arg| arg == "demo").then(|| demo::Config {
        key_file: Some(paths.state.join("demo-key.der")),
        ..demo::Config::default()
    });
    run(&TuiOptions { root, paths, demo })
}

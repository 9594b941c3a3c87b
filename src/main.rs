//! `postrider`: no subcommand opens the TUI, anything else is the command line.

fn main() {}

//! Popups as a user meets them: keys in, screens, commands and effects out.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use crate::tui::command::Command;
use crate::tui::effect::{Effect, FileJob};
use crate::tui::event::Event;
use crate::tui::harness::Harness;

use super::*;

fn show(harness: &mut Harness, modal: impl Into<Modal>) {
    let mut effects = Vec::new();
    let command = Command::Show(Box::new(modal.into()));
    harness.state.run(vec![command], &mut effects);
    harness.state.sync(&mut effects);
}

fn line<'a>(screen: &'a str, part: &str) -> &'a str {
    screen
        .lines()
        .find(|line| line.contains(part))
        .unwrap_or_else(|| panic!("no `{part}` in\n{screen}"))
}

mod lists;
mod questions;
mod reading;
mod saving;
mod signing_in;

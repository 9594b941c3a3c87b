//! The terminal interface.
//!
//! ```text
//! key → Event → keymap → Action → pane update → Command → shared state → Vec<Effect>
//!     → the runtime does them → Event back on the one queue → … → draw(&State)
//! ```
//!
//! Everything between the queue and the screen is pure: [`state::State::handle`] takes an event and returns effects as
//! data, [`draw::draw`] changes nothing. So a test presses keys, looks at a buffer and compares values.

pub mod action;
pub mod command;
mod commands;
pub mod comparing;
pub mod consents;
pub mod drafts;
pub mod draw;
pub mod effect;
pub mod event;
pub mod filtering;
mod footer;
pub mod giving;
#[cfg(test)]
mod harness;
pub mod importing;
mod keymap;
pub mod layout;
mod loading;
pub mod looking;
pub mod modals;
pub mod outcomes;
mod outside;
pub mod panes;
pub mod picturing;
mod results;
pub mod runner;
mod runtime;
pub mod saves;
mod secrets;
pub mod shared;
mod shipped;
pub mod sign_ins;
pub mod state;
mod terminal;
pub mod theme;
mod unlocking;
mod variables;
pub mod widgets;

// Widgets know no model, and this is no more than how JSON and texts are spelled.
use crate::model::{charset, unescape};

pub use runtime::{App, Flow, Host, TuiOptions, problems, run};

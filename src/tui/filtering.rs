//! Filtering a response's body: what the pane asks for, and what comes back.
//!
//! ```text
//! typed ─▶ Effect::Filter(name) ─▶ a thread that keeps the parsed body ─▶ Event::Filtered(name, News) ─▶ a body to show
//! ```

use crate::filter::{Completion, FilterError, Filtered};
use crate::model::{Redactor, Secret};
use crate::tui::widgets::body::Source;

/// A text to filter a body by.
#[derive(Clone, Debug)]
pub struct Job {
    /// The text of the body, as it is shown; it may still be arriving, and is filtered value by value.
    pub body: Source,
    /// The media type of what it is shown as.
    pub media_type: String,
    /// The filter; empty only asks for keys.
    pub text: String,
    /// Whether somebody is typing at the end of it: the keys that could stand there are told, too.
    pub completes: bool,
    /// What is secret in the body: a filter may cut pieces out of it.
    pub redactor: Redactor,
}

/// News of it.
#[derive(Debug)]
pub enum News {
    /// So much of the body is read, in per cent.
    Read(u8),
    /// The pieces of secrets that stand in the next output, which nobody takes for one.
    Pieces(Vec<Secret>),
    /// What the filter made of the values that are whole so far; the body still arrives.
    SoFar(Filtered),
    /// What the filter made of the body, or why it made nothing.
    Output(Result<Filtered, FilterError>),
    /// The keys that could stand at the end of the text.
    Keys(Completion),
}

//! How the lines of a body are found and coloured.

use crate::tui::widgets::highlight;

/// How a body is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// JSON: pretty lines, colours, faults marked.
    Json,
    /// JSON values one behind the other, a line each as a rule (JSON Lines, NDJSON).
    JsonLines,
    /// Any text: lines as they are.
    Text,
    /// The same in the colours of a language.
    Code(highlight::Syntax),
    /// The same with marks beside it that say what is what.
    Marked,
    /// XML laid out, or HTML: lines that lie in each other.
    Markup {
        /// Whether it is HTML, where names have no case.
        html: bool,
    },
    /// Anything else: sixteen bytes a row.
    Hex,
}

//! A text editor as a widget: what is typed, selected, undone and drawn, and nothing of the program around it.
//!
//! Updates and drawing are apart. Keys, pastes, clicks and sizes go through `&mut self` methods, which also keep the
//! caret in sight; [`Editor::draw`] takes `&self` and only reads.
//!
//! ```text
//! key → handle_key → Document (rope + history) → Handled      the caller saves, completes, copies
//! size → resize → scroll offsets, line states                 then draw(&self) touches visible lines only
//! ```
//!
//! Keys that belong to the program (Ctrl+J, Ctrl+S, Esc …) are [`Handled::Ignored`], so the caller can ask the editor
//! first. The text is kept byte for byte, including CR LF; only what is pasted is normalised to the text's own breaks.

mod document;
mod draw;
mod edit;
mod keys;
mod motion;
mod search;
mod state;
mod variables;
mod view;

use std::fmt;

pub use draw::EditorStyles;
pub use keys::Handled;

use self::{
    document::{Document, Selection},
    state::LineStates,
    view::View,
};
use super::highlight::Syntax;

/// How many lines there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// One line: breaks become spaces, Enter and Tab belong to the caller.
    SingleLine,
    /// Any number of lines, with line numbers.
    MultiLine,
}

/// A place in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TextPosition {
    /// Line, from 0.
    pub line: usize,
    /// Characters before it on its line.
    pub column: usize,
    /// Characters before it in the text.
    pub offset: usize,
}

/// A text being edited.
#[derive(Clone)]
pub struct Editor {
    document: Document,
    selection: Selection,
    /// The screen column that moving up and down tries to keep.
    goal: Option<usize>,
    mode: Mode,
    syntax: Syntax,
    view: View,
    states: LineStates,
    clipboard: String,
    placeholder: String,
    masked: bool,
}

impl Editor {
    /// Starts with a text, the caret at its end on a single line and at its start otherwise, and nothing to undo.
    pub fn new(text: &str, mode: Mode, syntax: Syntax) -> Self {
        let text = match mode {
            Mode::SingleLine => edit::one_line(text),
            Mode::MultiLine => std::borrow::Cow::Borrowed(text),
        };
        let document = Document::new(&text);
        let caret = if mode == Mode::SingleLine { document.len() } else { 0 };
        Self {
            document,
            selection: Selection::at(caret),
            goal: None,
            mode,
            syntax,
            view: View::default(),
            states: LineStates::default(),
            clipboard: String::new(),
            placeholder: String::new(),
            masked: false,
        }
    }

    /// Starts a single line without colours, as forms and tables need it.
    pub fn single_line(text: &str) -> Self {
        Self::new(text, Mode::SingleLine, Syntax::Plain)
    }

    /// Sets what is shown while the text is empty.
    #[must_use]
    pub fn with_placeholder(mut self, placeholder: &str) -> Self {
        placeholder.clone_into(&mut self.placeholder);
        self
    }

    /// Shows `•` for each grapheme, as for a secret.
    #[must_use]
    pub fn with_mask(mut self, masked: bool) -> Self {
        self.masked = masked;
        self
    }

    /// Masks or reveals the text.
    pub fn set_masked(&mut self, masked: bool) {
        self.masked = masked;
        self.reveal_caret();
    }

    /// Says whether the text is masked.
    pub fn is_masked(&self) -> bool {
        self.masked
    }

    /// Changes the language; the text stays.
    pub fn set_syntax(&mut self, syntax: Syntax) {
        self.syntax = syntax;
        self.states = LineStates::default();
        self.reveal_caret();
    }

    /// Returns the language.
    pub fn syntax(&self) -> Syntax {
        self.syntax
    }

    /// Returns the mode.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Returns the whole text; this copies it, so ask when something changed, not when drawing.
    pub fn text(&self) -> String {
        self.document.rope().to_string()
    }

    /// Says whether this is the whole text; nothing is copied.
    pub fn holds(&self, text: &str) -> bool {
        *self.document.rope() == *text
    }

    /// Says whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.document.len() == 0
    }

    /// Returns the number of lines, at least 1.
    pub fn line_count(&self) -> usize {
        self.document.rope().len_lines()
    }

    /// Returns where the caret is.
    pub fn cursor(&self) -> TextPosition {
        self.position(self.selection.caret)
    }

    /// Says whether the caret is behind the last character of its line, with nothing selected.
    pub fn is_at_line_end(&self) -> bool {
        let caret = self.selection.caret;
        self.selection.is_empty() && caret == self.document.line_end(self.document.line_of(caret))
    }

    /// Returns the selected text, if any; of what is masked nothing is given away.
    pub fn selected(&self) -> Option<String> {
        let range = self.selection.range();
        (!range.is_empty() && !self.masked).then(|| self.document.rope().slice(range).to_string())
    }

    /// Gives Ctrl+V something to paste, so that editors can share one clipboard.
    pub fn set_clipboard(&mut self, text: &str) {
        text.clone_into(&mut self.clipboard);
    }

    fn position(&self, offset: usize) -> TextPosition {
        let line = self.document.line_of(offset);
        TextPosition {
            line,
            column: offset - self.document.line_start(line),
            offset,
        }
    }
}

impl fmt::Debug for Editor {
    /// Says nothing of the text: it may be a secret.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Editor")
            .field("mode", &self.mode)
            .field("syntax", &self.syntax)
            .field("lines", &self.line_count())
            .field("cursor", &self.cursor())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;

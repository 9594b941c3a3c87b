//! What the lexer left behind at each line, as far as anybody has looked.
//!
//! Colours of the first visible line depend on everything above it. States are remembered from the top of the text
//! down; an edit forgets those behind it. A jump far down does not wait for all the lines between: it lexes a bounded
//! number of them, guesses from a little above the view, and catches up with the next updates.

use std::borrow::Cow;

use super::document::Document;
use crate::tui::widgets::highlight::{self, LineState, Syntax};

/// Lines lexed at most to catch up, in one update.
const CATCH_UP: usize = 2_000;
/// Lines above the view that a guess starts from.
const LOOK_BACK: usize = 200;

/// The states at the starts of lines.
#[derive(Debug, Clone, Default)]
pub(super) struct LineStates {
    known: Vec<LineState>,
    top: LineState,
}

impl LineStates {
    /// Forgets what depends on this line.
    pub fn changed(&mut self, line: usize) {
        self.known.truncate(line + 1);
    }

    /// Returns the state at the line given to the last [`LineStates::look_at`].
    pub fn at_top(&self) -> LineState {
        self.top
    }

    /// Finds the state at the first visible line.
    pub fn look_at(&mut self, top: usize, document: &Document, syntax: Syntax) {
        if syntax == Syntax::Plain {
            return;
        }
        let mut tokens = Vec::new();
        let mut step = |line: usize, state: LineState| {
            let text: Cow<'_, str> = document.line(line).into();
            highlight::lex(syntax, &text, state, &mut tokens)
        };
        if self.known.is_empty() {
            self.known.push(LineState::Normal);
        }
        for _ in 0..CATCH_UP {
            let Some(&state) = self.known.last().filter(|_| self.known.len() <= top) else {
                break;
            };
            let next = step(self.known.len() - 1, state);
            self.known.push(next);
        }
        self.top = self.known.get(top).copied().unwrap_or_else(|| {
            (top.saturating_sub(LOOK_BACK)..top).fold(LineState::Normal, |state, line| step(line, state))
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remembers_forgets_and_catches_up() {
        let text = format!("/*\n{}*/\n1\n", "x\n".repeat(3_000));
        let document = Document::new(&text);
        let mut states = LineStates::default();
        states.look_at(10, &document, Syntax::Json);
        assert_eq!(states.at_top(), LineState::Comment);
        states.look_at(3_000, &document, Syntax::Json);
        assert_eq!(states.at_top(), LineState::Normal, "a guess at first");
        states.look_at(3_000, &document, Syntax::Json);
        assert_eq!(states.at_top(), LineState::Comment);
        states.look_at(3_002, &document, Syntax::Json);
        assert_eq!(states.at_top(), LineState::Normal);

        states.changed(0);
        let document = Document::new("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n");
        states.look_at(10, &document, Syntax::Json);
        assert_eq!(states.at_top(), LineState::Normal);
    }
}

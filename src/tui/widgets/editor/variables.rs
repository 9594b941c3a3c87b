//! `{{variables}}` in the editor: the one under the caret, and completing one that is being typed.

use super::{Editor, document::Change};
use crate::tui::widgets::highlight::variables;

impl Editor {
    /// Returns the name of the variable around a position, counted in characters of the text.
    pub fn variable_at(&self, offset: usize) -> Option<String> {
        let offset = offset.min(self.document.len());
        let (_, text, byte) = self.in_line(offset);
        let span = variables::at(&text, byte)?;
        Some(variables::name(&text, &span).to_owned())
    }

    /// Returns the name of the variable the caret is in or just behind.
    pub fn variable_at_cursor(&self) -> Option<String> {
        self.variable_at(self.selection.caret)
    }

    /// Returns the name of the variable under a cell of the editor's area.
    pub fn variable_under(&self, x: u16, y: u16) -> Option<String> {
        let place = self.position_at(x, y)?;
        self.variable_at(place)
    }

    /// Returns what was typed of a name behind an unclosed `{{`, possibly nothing yet.
    pub fn completion_prefix(&self) -> Option<String> {
        if !self.selection.is_empty() {
            return None;
        }
        let (_, text, byte) = self.in_line(self.selection.caret);
        let start = variables::open_before(&text, byte)?;
        Some(text[start..byte].to_owned())
    }

    /// Replaces the name being typed and closes its braces; says whether there was one.
    ///
    /// Within a closed variable the rest of the old name goes too.
    pub fn complete(&mut self, name: &str) -> bool {
        let (line_start, text, byte) = self.in_line(self.selection.caret);
        let Some(start) = variables::open_before(&text, byte) else {
            return false;
        };
        let end = variables::close_after(&text, byte).map_or(byte, |(_, end)| end);
        let chars = |byte: usize| line_start + text[..byte].chars().count();
        let range = chars(start)..chars(end);
        self.document.seal();
        self.replace(range, &format!("{name}}}}}"), Change::Other);
        true
    }

    /// Returns the start of the line of a position, the line, and the byte of the position in it.
    fn in_line(&self, offset: usize) -> (usize, String, usize) {
        let place = self.position(offset);
        let text = self.document.line(place.line).to_string();
        let byte = text
            .char_indices()
            .nth(place.column)
            .map_or(text.len(), |(byte, _)| byte);
        (offset - place.column, text, byte)
    }
}

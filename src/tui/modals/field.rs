//! The text field of popups: one line to type, on its own ground.

use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::tui::command::Command;
use crate::tui::panes::{Cx, View};
use crate::tui::widgets::editor::{Editor, EditorStyles, Handled};
use crate::tui::widgets::glyphs;

/// The mark before the text, so that a field is seen without colours.
const MARK: &str = "›";

/// A text field and its place.
#[derive(Debug)]
pub struct Field {
    editor: Editor,
    area: Rect,
}

impl Field {
    /// Starts with a text, the caret behind it; the placeholder shows while there is none.
    pub fn new(text: &str, placeholder: &str) -> Self {
        Self {
            editor: Editor::single_line(text).with_placeholder(placeholder),
            area: Rect::default(),
        }
    }

    /// Selects the text, so that typing replaces it.
    #[must_use]
    pub fn selected(mut self) -> Self {
        self.editor.select_all();
        self
    }

    /// Lets go of a text that is selected as a whole, the caret behind it; `false` where none is.
    pub fn deselect(&mut self) -> bool {
        let text = self.text();
        let is_selected = self.editor.selected().is_some_and(|selected| selected == text);
        if is_selected {
            self.set(&text);
        }
        is_selected
    }

    /// The text as typed.
    pub fn text(&self) -> String {
        self.editor.text()
    }

    /// Whether there is text behind the caret.
    pub fn goes_on(&self) -> bool {
        !self.editor.is_at_line_end()
    }

    /// Puts another text there, the caret behind it.
    pub fn set(&mut self, text: &str) {
        self.editor.set_text(text);
        self.editor.go_to_end();
    }

    /// Takes a key; returns whether the text changed.
    pub fn key(&mut self, key: KeyEvent, cx: &mut Cx<'_>) -> bool {
        match self.editor.handle_key(key) {
            Handled::Copied(text) => {
                cx.commands.push(Command::Copy(text, "text".to_owned()));
                false
            }
            Handled::Cut(text) => {
                cx.commands.push(Command::Copy(text, "text".to_owned()));
                true
            }
            handled => handled.changed(),
        }
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str) {
        self.editor.paste(text);
    }

    /// Tells where it will be drawn: one row.
    pub fn place(&mut self, area: Rect) {
        self.area = area;
        self.editor.resize(self.inner().width, 1);
    }

    /// Puts the caret where the mouse is; returns whether that is in here.
    pub fn click(&mut self, at: Position) -> bool {
        if self.area.contains(at) {
            self.editor.click(at.x.saturating_sub(self.inner().x), 0);
            return true;
        }
        false
    }

    fn inner(&self) -> Rect {
        Rect {
            x: self.area.x + 2.min(self.area.width),
            width: self.area.width.saturating_sub(3),
            height: self.area.height.min(1),
            ..self.area
        }
    }

    /// Draws it; returns where the terminal's cursor belongs when it has the focus.
    pub fn draw(&self, view: View<'_>, focused: bool, buf: &mut Buffer) -> Option<Position> {
        let theme = view.theme;
        let area = self.area.intersection(buf.area);
        if area.is_empty() {
            return None;
        }
        buf.set_style(area, theme.field);
        let mark = if focused { theme.accent } else { theme.dim };
        glyphs::put_text(buf, area.as_position(), MARK, 1, theme.field.patch(mark));
        let styles = EditorStyles {
            text: theme.field,
            placeholder: theme.dim,
            ..theme.editor()
        };
        self.editor.draw(&styles, None, self.inner(), buf, focused)
    }
}

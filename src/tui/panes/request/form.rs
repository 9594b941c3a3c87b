//! A form: labels, one value each, and a word of help for the one the cursor is on.
//!
//! The values belong to the item; the form keeps copies to draw, and an editor for the one being typed. It knows no auth
//! types and no settings: `fields` fills it and takes what was typed.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::tui::theme::Theme;
use crate::tui::widgets::editor::{Editor, Handled};
use crate::tui::widgets::highlight::VariableLookup;
use crate::tui::widgets::{glyphs, scroll};

/// Columns between labels and values.
const GAP: u16 = 2;

/// What may be entered into a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    Text,
    /// A text shown as dots, unless it is nothing but a reference to a variable.
    Secret,
    /// One of these words; the empty one means the fallback.
    Choice(Vec<&'static str>),
}

/// A field.
#[derive(Clone)]
pub struct Field {
    /// Its key, given back with what was typed.
    pub name: String,
    /// What a person reads.
    pub label: String,
    /// One sentence.
    pub help: String,
    /// What may be entered.
    pub kind: Kind,
    /// What is written.
    pub value: String,
    /// What counts while nothing is written, shown dimmed.
    pub fallback: String,
}

impl std::fmt::Debug for Field {
    /// Says nothing of the value: it may be a secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Field")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// What came of a key.
#[derive(Debug, PartialEq, Eq)]
pub enum Typed {
    /// This text is in the field now.
    Changed(String),
    /// For the clipboard; the text may have changed too.
    Copied(String, Option<String>),
    /// Only the cursor.
    Moved,
    /// Not for the form.
    Ignored,
}

/// A form.
#[derive(Debug, Default)]
pub struct Form {
    /// Its fields.
    pub fields: Vec<Field>,
    /// Whether it can only be looked at.
    pub locked: bool,
    /// Whether secrets are shown.
    pub revealed: bool,
    /// What is wrong with what is being typed.
    pub error: Option<String>,
    at: usize,
    editing: Option<Editor>,
    top: usize,
    size: (u16, u16),
}

impl Form {
    /// Takes the fields as they stand now.
    pub fn set_fields(&mut self, fields: Vec<Field>) {
        let same =
            fields.len() == self.fields.len() && fields.iter().zip(&self.fields).all(|(new, old)| new.name == old.name);
        if !same {
            self.editing = None;
        }
        self.fields = fields;
        self.go_to(self.at);
    }

    /// The field of the cursor.
    pub fn at(&self) -> usize {
        self.at
    }

    /// The field of the cursor.
    pub fn field(&self) -> Option<&Field> {
        self.fields.get(self.at)
    }

    /// Moves the cursor to a field, or the nearest there is.
    pub fn go_to(&mut self, at: usize) {
        self.at = at.min(self.fields.len().saturating_sub(1));
        self.reveal();
    }

    /// Moves the cursor; says whether it could.
    pub fn step(&mut self, down: bool) -> bool {
        let next = if down { self.at + 1 } else { self.at.wrapping_sub(1) };
        let can = next < self.fields.len();
        if can {
            self.go_to(next);
        }
        can
    }

    /// Starts to edit the field of the cursor; a choice gives its next word instead.
    pub fn edit(&mut self) -> Typed {
        if self.locked {
            return Typed::Moved;
        }
        let Some(field) = self.fields.get(self.at) else {
            return Typed::Moved;
        };
        if matches!(field.kind, Kind::Choice(_)) {
            return self.cycle();
        }
        let mut editor = Editor::single_line(&field.value).with_placeholder(&field.fallback);
        editor.set_masked(self.is_masked(field, &field.value));
        self.editing = Some(editor);
        self.reveal();
        Typed::Moved
    }

    /// The next word of a choice.
    pub fn cycle(&mut self) -> Typed {
        let Some(Field {
            kind: Kind::Choice(words),
            value,
            ..
        }) = self.fields.get(self.at).filter(|_| !self.locked)
        else {
            return Typed::Moved;
        };
        let next = words.iter().position(|word| word == value).map_or(0, |at| at + 1);
        Typed::Changed(
            words
                .get(next % words.len().max(1))
                .copied()
                .unwrap_or_default()
                .to_owned(),
        )
    }

    /// Ends editing.
    pub fn leave(&mut self) {
        self.editing = None;
        self.error = None;
    }

    /// Whether a field is being typed into.
    pub fn is_editing(&self) -> bool {
        self.editing.is_some()
    }

    /// The editor of the field being typed into.
    pub fn editor(&self) -> Option<&Editor> {
        self.editing.as_ref()
    }

    /// The same, to complete in it.
    pub fn editor_mut(&mut self) -> Option<&mut Editor> {
        self.editing.as_mut()
    }

    /// Takes a key while a field is edited.
    pub fn key(&mut self, key: KeyEvent) -> Typed {
        let plain = !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        let step = match key.code {
            KeyCode::Enter if plain => {
                self.leave();
                return Typed::Moved;
            }
            KeyCode::BackTab => Some(false),
            KeyCode::Tab if plain => Some(!key.modifiers.contains(KeyModifiers::SHIFT)),
            KeyCode::Up if plain => Some(false),
            KeyCode::Down if plain => Some(true),
            _ => None,
        };
        if let Some(down) = step {
            self.leave();
            let on = matches!(key.code, KeyCode::Tab | KeyCode::BackTab);
            if self.step(down) && on && self.field().is_some_and(|field| !matches!(field.kind, Kind::Choice(_))) {
                return self.edit();
            }
            return Typed::Moved;
        }
        let Some(editor) = &mut self.editing else {
            return Typed::Ignored;
        };
        let handled = editor.handle_key(key);
        let text = handled.changed().then(|| editor.text());
        self.remask();
        match handled {
            Handled::Changed => text.map_or(Typed::Moved, Typed::Changed),
            Handled::Copied(copied) | Handled::Cut(copied) => Typed::Copied(copied, text),
            Handled::Moved => Typed::Moved,
            Handled::Ignored => Typed::Ignored,
        }
    }

    /// Pastes into the field being edited.
    pub fn paste(&mut self, text: &str) -> Typed {
        let Some(editor) = &mut self.editing else {
            return Typed::Ignored;
        };
        editor.paste(text);
        let text = editor.text();
        self.remask();
        Typed::Changed(text)
    }

    fn remask(&mut self) {
        let Some(text) = self.editing.as_ref().map(Editor::text) else {
            return;
        };
        let masked = self.field().is_some_and(|field| self.is_masked(field, &text));
        if let Some(editor) = self.editing.as_mut().filter(|editor| editor.is_masked() != masked) {
            editor.set_masked(masked);
        }
    }

    fn is_masked(&self, field: &Field, text: &str) -> bool {
        field.kind == Kind::Secret && !self.revealed && !super::fields::is_reference(text)
    }

    /// Tells the size it will be drawn at.
    pub fn resize(&mut self, width: u16, height: u16) {
        self.size = (width, height);
        self.reveal();
    }

    /// Scrolls without moving the cursor.
    pub fn scroll(&mut self, rows: isize) {
        self.top = scroll::shift(self.top, rows, self.fields.len(), usize::from(self.rows_height()));
    }

    /// The field at a line of its area.
    pub fn hit(&self, y: u16) -> Option<usize> {
        let at = self.top + usize::from(y);
        (y < self.rows_height() && at < self.fields.len()).then_some(at)
    }

    /// Where values begin, from the left edge.
    pub fn value_column(&self, width: u16) -> u16 {
        let label = self.fields.iter().map(|field| glyphs::width(&field.label)).max();
        u16::try_from(label.unwrap_or(0)).unwrap_or(width).min(width / 2) + GAP
    }

    /// Lines for fields; the last ones may be for help.
    fn rows_height(&self) -> u16 {
        let fields = u16::try_from(self.fields.len()).unwrap_or(u16::MAX);
        if self.size.1 >= fields.saturating_add(2) || self.error.is_some() {
            self.size.1.saturating_sub(if self.size.1 > 2 { 2 } else { 1 }).max(1)
        } else {
            self.size.1
        }
    }

    fn reveal(&mut self) {
        let height = usize::from(self.rows_height());
        self.top = scroll::follow(self.top, self.at, self.fields.len(), height, 1);
        let width = self.size.0.saturating_sub(self.value_column(self.size.0));
        if let Some(editor) = &mut self.editing {
            editor.resize(width, 1);
        }
    }

    /// Draws it; returns where the terminal's cursor goes while a field is edited.
    pub fn draw(
        &self,
        theme: &Theme,
        lookup: &dyn VariableLookup,
        area: Rect,
        buf: &mut Buffer,
        focused: bool,
    ) -> Option<Position> {
        let column = self.value_column(area.width);
        let mut caret = None;
        let last = (area.y + self.rows_height()).min(area.bottom());
        for ((index, field), y) in self.fields.iter().enumerate().skip(self.top).zip(area.y..last) {
            let current = focused && index == self.at;
            let line = Rect::new(area.x, y, area.width, 1);
            if current {
                buf.set_style(line, theme.selected_unfocused);
            }
            let base = if current {
                theme.base.patch(theme.selected_unfocused)
            } else {
                theme.base
            };
            let label = if self.locked {
                base.patch(theme.dim)
            } else {
                base.patch(theme.syntax_key)
            };
            glyphs::put_text(buf, line.as_position(), &field.label, usize::from(column - GAP), label);
            let room = Rect::new(area.x + column, y, area.width.saturating_sub(column), 1);
            if let Some(editor) = self.editing.as_ref().filter(|_| index == self.at) {
                let mut styles = theme.editor();
                styles.text = theme.base.patch(theme.field);
                caret = editor.draw(&styles, Some(lookup), room, buf, focused);
                continue;
            }
            let mut styles = theme.editor();
            styles.text = if current { base.patch(theme.selected) } else { base };
            let shown = if field.value.is_empty() {
                &field.fallback
            } else {
                &field.value
            };
            if field.value.is_empty() {
                buf.set_style(room, styles.text);
                glyphs::put_text(
                    buf,
                    room.as_position(),
                    shown,
                    usize::from(room.width),
                    styles.text.patch(theme.dim),
                );
            } else if self.is_masked(field, &field.value) {
                buf.set_style(room, styles.text);
                glyphs::put_text(
                    buf,
                    room.as_position(),
                    "••••••••",
                    usize::from(room.width),
                    styles.text,
                );
            } else {
                draw_text(shown, &styles, lookup, room, buf);
            }
        }
        let help = match &self.error {
            Some(error) => Some((error.as_str(), theme.error)),
            None => self
                .field()
                .filter(|_| focused)
                .map(|field| (field.help.as_str(), theme.dim)),
        };
        if let Some((help, style)) = help.filter(|_| last < area.bottom()) {
            let at = Position::new(area.x, area.bottom() - 1);
            glyphs::put_text(buf, at, help, usize::from(area.width), style);
        }
        caret
    }
}

/// Draws one line with its variables coloured.
pub fn draw_text(
    text: &str,
    styles: &crate::tui::widgets::editor::EditorStyles,
    lookup: &dyn VariableLookup,
    room: Rect,
    buf: &mut Buffer,
) {
    let mut editor = Editor::single_line(text);
    editor.resize(room.width, room.height);
    // A line that is not being typed into shows its start.
    editor.blur();
    editor.draw(styles, Some(lookup), room, buf, false);
}

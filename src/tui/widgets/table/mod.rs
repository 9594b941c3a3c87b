//! A table of cells to edit: parameters, headers, form fields, variables.
//!
//! The state is here, moved by [`TableAction`]s (which keys mean which is the keymap's business) and, while a cell is
//! edited, by keys that go to an [`Editor`] within the cell. Every method says what changed, as data, and the caller
//! writes that into its model; the table keeps its own copy of the texts only to draw them.
//!
//! ```text
//! apply(Edit) → editing ── keys → Editor ── Enter, Tab, Up, Down → CellCommitted or RowAdded
//!                                        └─ Esc → the old text stays
//! ```
//!
//! Below the rows is a ghost line; editing it adds a row. A key that the table ignores while editing (Ctrl+J, Ctrl+S)
//! is the program's: call [`Table::commit`] first, so that what was typed counts.

mod draw;
mod layout;

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

pub use draw::TableStyles;

use super::{
    editor::{Editor, Handled},
    scroll,
};

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// What stands above it, and in an empty cell while it is edited.
    pub name: String,
    /// Its share of the width, relative to the other columns.
    pub weight: u16,
}

impl Column {
    /// Makes a column of a name and a share of the width.
    pub fn new(name: &str, weight: u16) -> Self {
        Self {
            name: name.to_owned(),
            weight,
        }
    }
}

/// A cell.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Cell {
    /// The text.
    pub text: String,
    /// Whether it is a secret, shown as dots until revealed.
    pub masked: bool,
}

impl Cell {
    /// Makes a cell that may be seen.
    pub fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            masked: false,
        }
    }

    /// Makes a cell that is shown as dots.
    pub fn secret(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            masked: true,
        }
    }
}

impl fmt::Debug for Cell {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.masked {
            formatter.write_str("Cell(••••)")
        } else {
            write!(formatter, "Cell({:?})", self.text)
        }
    }
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Whether it takes part; one that does not is dimmed.
    pub enabled: bool,
    /// Whether it cannot be changed, as a generated header.
    pub locked: bool,
    /// The cells; missing ones are empty.
    pub cells: Vec<Cell>,
}

impl Row {
    /// Makes an enabled row.
    pub fn new(cells: impl IntoIterator<Item = Cell>) -> Self {
        Self {
            enabled: true,
            locked: false,
            cells: cells.into_iter().collect(),
        }
    }

    /// Enables or disables the row.
    #[must_use]
    pub fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = enabled;
        self
    }

    /// Locks or unlocks the row.
    #[must_use]
    pub fn locked(mut self, locked: bool) -> Self {
        self.locked = locked;
        self
    }

    /// Returns the text of a cell.
    pub fn text(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", |cell| &cell.text)
    }
}

/// What a table can be told to do; not while a cell is edited, except for moving and committing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each does what it says")]
pub enum TableAction {
    Up,
    Down,
    Left,
    Right,
    First,
    Last,
    PageUp,
    PageDown,
    /// Edits the cell at the cursor; on the ghost line, starts a new row.
    Edit,
    /// Starts a new row.
    Add,
    /// Removes the row at the cursor.
    Remove,
    /// Enables or disables the row at the cursor.
    Toggle,
}

/// What came of it; rows and columns count from 0.
#[derive(Clone, PartialEq, Eq)]
pub enum TableChange {
    /// Nothing, and the key or click was not for the table.
    Ignored,
    /// Only the cursor or the text being typed.
    Moved,
    /// A cell has a new text.
    CellCommitted {
        /// The row.
        row: usize,
        /// The column.
        column: usize,
        /// The new text.
        text: String,
    },
    /// This row is new; its texts are in [`Table::rows`].
    RowAdded(usize),
    /// This row is gone.
    RowRemoved(usize),
    /// This row was enabled or disabled.
    Toggled(usize),
    /// This is for the clipboard.
    Copied(String),
}

impl fmt::Debug for TableChange {
    /// Says nothing of texts: they may be secrets.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ignored => formatter.write_str("Ignored"),
            Self::Moved => formatter.write_str("Moved"),
            Self::CellCommitted { row, column, .. } => write!(formatter, "CellCommitted({row}, {column}, …)"),
            Self::RowAdded(row) => write!(formatter, "RowAdded({row})"),
            Self::RowRemoved(row) => write!(formatter, "RowRemoved({row})"),
            Self::Toggled(row) => write!(formatter, "Toggled({row})"),
            Self::Copied(_) => formatter.write_str("Copied(…)"),
        }
    }
}

/// A cell being edited.
#[derive(Clone)]
struct Editing {
    editor: Editor,
    /// What the editor started with, to know whether anything changed.
    initial: String,
    /// Whether the row was added in this go: then Enter leads from its first cell to its second.
    fresh: bool,
}

/// A table of cells to edit.
#[derive(Clone)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Row>,
    row: usize,
    column: usize,
    editing: Option<Editing>,
    ghost: Option<String>,
    checks: bool,
    revealed: bool,
    top: usize,
    width: u16,
    height: u16,
    clipboard: String,
}

impl Table {
    /// Starts with columns and rows, check marks before them, and no way to add rows.
    pub fn new(columns: Vec<Column>, rows: Vec<Row>) -> Self {
        Self {
            columns,
            rows,
            row: 0,
            column: 0,
            editing: None,
            ghost: None,
            checks: true,
            revealed: false,
            top: 0,
            width: 0,
            height: 0,
            clipboard: String::new(),
        }
    }

    /// Lets rows be added and removed; `label` stands on the ghost line, as "add a header".
    #[must_use]
    pub fn with_ghost(mut self, label: &str) -> Self {
        self.ghost = Some(label.to_owned());
        self
    }

    /// Takes no rows any more: what it shows is only looked at.
    pub fn take_no_rows(&mut self) {
        self.ghost = None;
    }

    /// Leaves out the check marks, where rows cannot be disabled.
    #[must_use]
    pub fn without_checks(mut self) -> Self {
        self.checks = false;
        self
    }

    /// Says whether rows can be added and removed.
    pub fn takes_rows(&self) -> bool {
        self.ghost.is_some()
    }

    /// Returns the rows.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Takes over rows from the model, after undo for example; the cursor stays where it can.
    pub fn set_rows(&mut self, rows: Vec<Row>) {
        self.rows = rows;
        if self.row > self.last_row() {
            self.editing = None;
        }
        self.reveal();
    }

    /// Returns the cursor: row and column; the row may be the ghost line, one past the last.
    pub fn cursor(&self) -> (usize, usize) {
        (self.row, self.column)
    }

    /// Moves the cursor, as far as there are cells; commits what is being edited.
    pub fn go_to(&mut self, row: usize, column: usize) -> TableChange {
        let change = self.commit();
        self.row = row;
        self.column = column;
        self.reveal();
        change
    }

    /// Returns the editor of the cell being edited, as for completion.
    pub fn editor(&self) -> Option<&Editor> {
        self.editing.as_ref().map(|editing| &editing.editor)
    }

    /// Returns the editor of the cell being edited, to complete a variable in it.
    pub fn editor_mut(&mut self) -> Option<&mut Editor> {
        self.editing.as_mut().map(|editing| &mut editing.editor)
    }

    /// Says whether a cell is being edited: then keys are text.
    pub fn is_editing(&self) -> bool {
        self.editing.is_some()
    }

    /// Shows or hides secrets.
    pub fn set_revealed(&mut self, revealed: bool) {
        self.revealed = revealed;
        let masked = self
            .rows
            .get(self.row)
            .and_then(|row| row.cells.get(self.column))
            .is_some_and(|cell| cell.masked);
        if let Some(editing) = &mut self.editing {
            editing.editor.set_masked(masked && !revealed);
        }
    }

    /// Says whether secrets are shown.
    pub fn is_revealed(&self) -> bool {
        self.revealed
    }

    /// Tells the size that [`Table::draw`] will get.
    pub fn resize(&mut self, width: u16, height: u16) {
        if (self.width, self.height) != (width, height) {
            (self.width, self.height) = (width, height);
            self.reveal();
        }
    }

    /// Scrolls by rows without moving the cursor; negative is up.
    pub fn scroll(&mut self, rows: isize) {
        self.top = scroll::shift(self.top, rows, self.last_row() + 1, self.body_height());
    }

    /// Does what an action says.
    pub fn apply(&mut self, action: TableAction) -> TableChange {
        let page = self.body_height().max(2) - 1;
        let row = match action {
            TableAction::Up => self.row.saturating_sub(1),
            TableAction::Down => self.row + 1,
            TableAction::PageUp => self.row.saturating_sub(page),
            TableAction::PageDown => self.row + page,
            TableAction::First => 0,
            TableAction::Last => self.last_row(),
            TableAction::Left | TableAction::Right => self.row,
            TableAction::Edit => return self.edit(false),
            TableAction::Add => return self.add(),
            TableAction::Remove => return self.remove(),
            TableAction::Toggle => return self.toggle(self.row),
        };
        let change = self.commit();
        self.row = row;
        self.column = match action {
            TableAction::Left => self.column.saturating_sub(1),
            TableAction::Right => self.column + 1,
            _ => self.column,
        };
        self.reveal();
        change
    }

    /// Handles a key while a cell is edited; otherwise all keys are ignored, the keymap turns them into actions.
    pub fn handle_key(&mut self, key: KeyEvent) -> TableChange {
        let Some(editing) = &mut self.editing else {
            return TableChange::Ignored;
        };
        if key.kind == KeyEventKind::Release {
            return TableChange::Ignored;
        }
        let plain = !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        let shift = key.modifiers.contains(KeyModifiers::SHIFT);
        match key.code {
            KeyCode::Enter if plain => {
                let on = editing.fresh && self.column == 0 && self.columns.len() > 1 && !editing.editor.is_empty();
                let change = self.commit();
                if on {
                    self.column = 1;
                    self.edit(true);
                }
                return change;
            }
            KeyCode::Tab if plain && !shift => return self.step(true),
            KeyCode::BackTab | KeyCode::Tab if plain => return self.step(false),
            KeyCode::Up if plain => return self.apply(TableAction::Up),
            KeyCode::Down if plain => return self.apply(TableAction::Down),
            KeyCode::Esc => {
                self.editing = None;
                return TableChange::Moved;
            }
            _ => {}
        }
        editing.editor.set_clipboard(&self.clipboard);
        match editing.editor.handle_key(key) {
            Handled::Changed | Handled::Moved => TableChange::Moved,
            Handled::Copied(text) | Handled::Cut(text) => {
                self.clipboard.clone_from(&text);
                TableChange::Copied(text)
            }
            Handled::Ignored => TableChange::Ignored,
        }
    }

    /// Pastes into the cell being edited; otherwise the paste is ignored.
    pub fn paste(&mut self, text: &str) -> TableChange {
        let Some(editing) = &mut self.editing else {
            return TableChange::Ignored;
        };
        editing.editor.paste(text);
        TableChange::Moved
    }

    /// Ends editing and keeps what was typed; says what changed by it.
    ///
    /// A cell with line breaks loses them only when it was really edited.
    pub fn commit(&mut self) -> TableChange {
        let Some(editing) = self.editing.take() else {
            return TableChange::Moved;
        };
        let text = editing.editor.text();
        if text == editing.initial {
            return TableChange::Moved;
        }
        let (row, column) = (self.row, self.column);
        if row == self.rows.len() {
            let mut cells = vec![Cell::default(); self.columns.len()];
            if let Some(cell) = cells.get_mut(column) {
                cell.text = text;
            }
            self.rows.push(Row::new(cells));
            self.reveal();
            return TableChange::RowAdded(row);
        }
        let Some(found) = self.rows.get_mut(row) else {
            return TableChange::Moved;
        };
        if found.cells.len() <= column {
            found.cells.resize(column + 1, Cell::default());
        }
        found.cells[column].text.clone_from(&text);
        TableChange::CellCommitted { row, column, text }
    }

    /// Ends editing and forgets what was typed.
    pub fn cancel(&mut self) {
        self.editing = None;
    }

    fn edit(&mut self, fresh: bool) -> TableChange {
        let row = self.rows.get(self.row);
        if row.is_some_and(|row| row.locked) || (row.is_none() && self.ghost.is_none()) || self.editing.is_some() {
            return TableChange::Moved;
        }
        let Some(column) = self.columns.get(self.column) else {
            return TableChange::Moved;
        };
        let cell = row
            .and_then(|row| row.cells.get(self.column))
            .cloned()
            .unwrap_or_default();
        let editor = Editor::single_line(&cell.text)
            .with_placeholder(&column.name)
            .with_mask(cell.masked && !self.revealed);
        let initial = editor.text();
        self.editing = Some(Editing {
            editor,
            initial,
            fresh: fresh || row.is_none(),
        });
        self.reveal();
        TableChange::Moved
    }

    fn add(&mut self) -> TableChange {
        if self.ghost.is_none() {
            return TableChange::Moved;
        }
        let change = self.commit();
        (self.row, self.column) = (self.rows.len(), 0);
        self.edit(true);
        change
    }

    fn remove(&mut self) -> TableChange {
        let removable = self.ghost.is_some() && self.rows.get(self.row).is_some_and(|row| !row.locked);
        if !removable || self.editing.is_some() {
            return TableChange::Moved;
        }
        let row = self.row;
        self.rows.remove(row);
        self.reveal();
        TableChange::RowRemoved(row)
    }

    fn toggle(&mut self, row: usize) -> TableChange {
        match self.rows.get_mut(row) {
            Some(found) if self.checks && !found.locked => {
                found.enabled = !found.enabled;
                TableChange::Toggled(row)
            }
            _ => TableChange::Moved,
        }
    }

    /// Commits, goes to the next or previous cell over the ends of rows, and edits it.
    fn step(&mut self, forward: bool) -> TableChange {
        let fresh = self.editing.as_ref().is_some_and(|editing| editing.fresh);
        let (row, column) = (self.row, self.column);
        let change = self.commit();
        let next = match (forward, column) {
            (true, column) if column + 1 < self.columns.len() => (row, column + 1),
            (true, _) => (row + 1, 0),
            (false, 0) if row == 0 => (row, column),
            (false, 0) => (row - 1, self.columns.len().saturating_sub(1)),
            (false, column) => (row, column - 1),
        };
        if next.0 <= self.last_row() {
            self.go_to(next.0, next.1);
            self.edit(fresh && next.0 == row);
        }
        change
    }

    /// Returns the last row the cursor can be on.
    fn last_row(&self) -> usize {
        if self.ghost.is_some() {
            self.rows.len()
        } else {
            self.rows.len().saturating_sub(1)
        }
    }

    /// Clamps the cursor and brings it into sight.
    fn reveal(&mut self) {
        self.row = self.row.min(self.last_row());
        self.column = self.column.min(self.columns.len().saturating_sub(1));
        self.top = scroll::follow(self.top, self.row, self.last_row() + 1, self.body_height(), 1);
        let width = self
            .places(self.width)
            .into_iter()
            .find(|place| place.column == self.column)
            .map_or(0, |place| place.width);
        if let Some(editing) = &mut self.editing {
            editing.editor.resize(width, 1);
        }
    }
}

impl fmt::Debug for Table {
    /// Says nothing of what is being typed: it may be a secret.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Table")
            .field("rows", &self.rows)
            .field("cursor", &self.cursor())
            .field("editing", &self.is_editing())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;

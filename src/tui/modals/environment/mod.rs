//! The environment editor: a table of variables with their initial and current values.
//!
//! ```text
//! key → Table → TableChange → edits: SaveEnvironment (initial values, names: the file) ─┐
//!                                    SetCurrent (current values: this machine only)      ├▶ sync: rows as they are now
//! ```
//!
//! There is no save button to forget: a change counts as soon as its cell is left, and undo takes it back. Should a save
//! fail, a draft is kept and Ctrl+S tries again. Initial values are in the file and shared; current ones are local and hide
//! them. A secret has no initial value to edit, because it would be written into the file. A JWT under the cursor is shown
//! decoded below the table.

mod details;
mod draw;
mod edits;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::Flow;
use crate::exec::secret_names;
use crate::model::edit::Edit;
use crate::model::history::Step;
use crate::model::variable::Owner;
use crate::model::{Environment, EnvironmentId, Filed};
use crate::tui::action::{Action, App};
use crate::tui::command::Command;
use crate::tui::panes::{Cx, View};
use crate::tui::shared::{Level, Shared};
use crate::tui::variables::{self, CURRENT, KEY, Line, SECRET};
use crate::tui::widgets::editor::Editor;
use crate::tui::widgets::table::{Column, Row, Table, TableAction, TableChange};

/// From this width on there is a column that says which variables are secrets; a narrow terminal of 80 has it.
const WIDE: u16 = 60;
/// Why a cell is not typed into where Postman's file is only looked at.
const LOOKED_AT: &str =
    "Postman's own file is only read here, and only current values can be set: I imports it, then it is yours to edit";
/// Rows a turn of the mouse wheel goes.
const WHEEL: isize = 3;

/// The editor.
pub struct EnvironmentEditor {
    id: Option<EnvironmentId>,
    table: Table,
    lines: Vec<Line>,
    wide: bool,
    /// What the cursor shall be on when its line is somewhere else after a change: the name, and whether of several the
    /// last one in the file is meant.
    follow: Option<(String, bool)>,
    /// Whether the environment was deleted meanwhile.
    gone: bool,
    screen: Rect,
}

impl std::fmt::Debug for EnvironmentEditor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Its cells may hold tokens.
        f.debug_struct("EnvironmentEditor")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl EnvironmentEditor {
    /// Edits an environment, or with `None` the globals.
    pub fn new(id: Option<EnvironmentId>) -> Self {
        Self {
            id,
            table: table(false, Vec::new()),
            lines: Vec::new(),
            wide: false,
            follow: None,
            gone: false,
            screen: Rect::default(),
        }
    }

    /// Takes a key.
    pub fn key(&mut self, key: KeyEvent, cx: &mut Cx<'_>) -> Flow {
        if self.gone {
            return Flow::Close;
        }
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        if ctrl && key.code == KeyCode::Char('s') {
            let change = self.table.commit();
            self.took(change, cx);
            let what = self.id.map_or(Filed::Globals, Filed::Environment);
            cx.commands.push(if cx.shared.workspace.is_unsaved(what) {
                // An earlier save did not succeed.
                let overwrite = false;
                Command::Save { what, overwrite }
            } else {
                let text = "every change is saved as it is made";
                Command::Notify(Level::Done, text.into())
            });
            return Flow::Stay;
        }
        match key.code {
            KeyCode::Char('v') if key.modifiers == KeyModifiers::ALT => {
                cx.commands.push(Command::Act(Action::App(App::Reveal)));
                return Flow::Stay;
            }
            KeyCode::Char('s') if key.modifiers == KeyModifiers::ALT && self.table.is_editing() => {
                self.hide_typed(cx);
                return Flow::Stay;
            }
            _ => {}
        }
        if self.table.is_editing() {
            // As in the tables of a request, what was typed stays; undo takes it back.
            let change = if key.code == KeyCode::Esc {
                self.table.commit()
            } else {
                self.table.handle_key(key)
            };
            self.took(change, cx);
            if key.code == KeyCode::Esc {
                // Whoever gives up a name that another variable has keeps what was there.
                self.table.cancel();
            }
            // Tab leads past the cells that are not typed into.
            for _ in 0..3 {
                // But for the one that says whether it is a secret.
                if key.code == KeyCode::Tab && self.table.cursor().1 == SECRET && self.line().is_some() {
                    break;
                }
                if self.table.is_editing() && self.refusal(cx.shared).is_some() {
                    self.table.handle_key(key);
                }
            }
            if self.refusal(cx.shared).is_some() {
                self.table.cancel();
            }
            return Flow::Stay;
        }
        self.command(key, ctrl, cx)
    }

    /// Whether a cell is typed into.
    pub fn is_typing(&self) -> bool {
        self.table.is_editing()
    }

    /// A key while nothing is typed.
    fn command(&mut self, key: KeyEvent, ctrl: bool, cx: &mut Cx<'_>) -> Flow {
        let action = match key.code {
            KeyCode::Esc => return Flow::Close,
            KeyCode::Char('z') if ctrl => return self.undo(false, cx),
            KeyCode::Char('y') if ctrl => return self.undo(true, cx),
            KeyCode::Char('u') if ctrl => TableAction::PageUp,
            KeyCode::Char('d') if ctrl => TableAction::PageDown,
            _ if ctrl => return Flow::Stay,
            KeyCode::Char('q') => return Flow::Close,
            KeyCode::Char('I') if cx.shared.read_only.is_some() => {
                cx.commands.push(Command::Act(Action::App(App::Import)));
                return Flow::Close;
            }
            KeyCode::Char('u') => return self.undo(false, cx),
            KeyCode::Char('v') => {
                cx.commands.push(Command::Act(Action::App(App::Reveal)));
                return Flow::Stay;
            }
            KeyCode::Char('s') => {
                edits::toggle_secret(self, cx);
                return Flow::Stay;
            }
            KeyCode::Char('p') => {
                edits::promote(self, cx);
                return Flow::Stay;
            }
            KeyCode::Char('r') => {
                edits::reset(self, cx);
                return Flow::Stay;
            }
            KeyCode::Char('y') => {
                edits::copy(self, cx);
                return Flow::Stay;
            }
            KeyCode::Tab if self.table.cursor().1 == SECRET && self.line().is_some() => {
                let next = self.table.cursor().0 + 1;
                self.table.go_to(next, KEY);
                if next >= self.lines.len() {
                    self.edit(cx);
                }
                return Flow::Stay;
            }
            KeyCode::Enter | KeyCode::Char('i') => {
                self.edit(cx);
                return Flow::Stay;
            }
            KeyCode::Up | KeyCode::Char('k') => TableAction::Up,
            KeyCode::Down | KeyCode::Char('j') => TableAction::Down,
            KeyCode::Left | KeyCode::Char('h') | KeyCode::BackTab => TableAction::Left,
            KeyCode::Right | KeyCode::Char('l') | KeyCode::Tab => TableAction::Right,
            KeyCode::Home | KeyCode::Char('g') => TableAction::First,
            KeyCode::End | KeyCode::Char('G') => TableAction::Last,
            KeyCode::PageUp => TableAction::PageUp,
            KeyCode::PageDown => TableAction::PageDown,
            KeyCode::Char('a') => TableAction::Add,
            KeyCode::Char('d' | 'D') | KeyCode::Delete => TableAction::Remove,
            KeyCode::Char(' ') => TableAction::Toggle,
            _ => return Flow::Stay,
        };
        let change = self.table.apply(action);
        self.took(change, cx);
        Flow::Stay
    }

    /// Edits the cell under the cursor, or says why not.
    fn edit(&mut self, cx: &mut Cx<'_>) {
        let (row, column) = self.table.cursor();
        if row < self.lines.len() && column == SECRET && cx.shared.read_only.is_none() {
            edits::toggle_secret(self, cx);
            return;
        }
        if let Some(why) = self.refusal(cx.shared) {
            cx.commands.push(Command::Notify(Level::Info, why.to_owned()));
            return;
        }
        if row >= self.lines.len() {
            // A new variable begins with its name.
            self.table.go_to(row, KEY);
        }
        self.table.apply(TableAction::Edit);
    }

    /// Makes the variable that is being typed a secret, and lets the typing go on in the cell of its current value, where
    /// nobody sees it: the initial one would be in the file.
    fn hide_typed(&mut self, cx: &mut Cx<'_>) {
        let (row, column) = self.table.cursor();
        let typed = self.table.editor().map(Editor::text).unwrap_or_default();
        let told = match self.line() {
            _ if cx.shared.read_only.is_some() => Some(LOOKED_AT),
            None if typed.trim().is_empty() => Some(variables::UNNAMED),
            None => {
                let key = typed.trim().to_owned();
                self.table.commit();
                if !edits::add_secret(self, &key, cx) {
                    self.retype(row);
                    return;
                }
                self.follow = Some((key, true));
                None
            }
            Some(line) if line.secret() => Some(variables::HIDDEN),
            // Another name takes its current value along first.
            Some(line) if column == KEY && typed != line.key => {
                let change = self.table.commit();
                if !self.took(change, cx) {
                    return;
                }
                Some(variables::RENAMED)
            }
            Some(_) => {
                self.table.cancel();
                edits::toggle_secret(self, cx);
                None
            }
        };
        if let Some(told) = told {
            cx.commands.push(Command::Notify(Level::Info, told.to_owned()));
            return;
        }
        self.table.go_to(row, CURRENT);
        self.table.apply(TableAction::Edit);
        if let Some(editor) = self.table.editor_mut() {
            if column != KEY {
                editor.set_text("");
                editor.paste(&typed);
            }
            editor.set_masked(!cx.shared.revealed);
        }
    }

    /// Why the cell under the cursor is not typed into.
    fn refusal(&self, shared: &Shared) -> Option<&'static str> {
        let (row, column) = self.table.cursor();
        let line = self.lines.get(row)?;
        if shared.read_only.is_some() && column != CURRENT {
            return Some(LOOKED_AT);
        }
        line.refusal(column)
    }

    /// Takes over what was changed; says whether it may be so.
    fn took(&mut self, change: TableChange, cx: &mut Cx<'_>) -> bool {
        let named = match &change {
            TableChange::RowAdded(row) => Some((*row, true)),
            TableChange::CellCommitted { row, column: KEY, .. } => Some((*row, false)),
            _ => None,
        };
        if let Some((row, last)) = named.filter(|(row, _)| *row == self.table.cursor().0) {
            let key = self.table.rows().get(row).map_or("", |row| row.text(KEY)).trim();
            self.follow = Some((key.to_owned(), last));
        }
        let row = match change {
            TableChange::RowAdded(row) | TableChange::CellCommitted { row, .. } => row,
            _ => self.table.cursor().0,
        };
        let may = edits::took(self, change, cx);
        if !may {
            self.retype(row);
        }
        may
    }

    /// Goes on with a name that another variable has: what is typed next is no command, and not for that one.
    fn retype(&mut self, row: usize) {
        self.follow = None;
        let typed = self.table.rows().get(row).map(|row| row.text(KEY).to_owned());
        self.table.cancel();
        self.table.set_rows(self.lines.iter().map(Line::row).collect());
        if row < self.lines.len() {
            self.table.go_to(row, KEY);
            self.table.apply(TableAction::Edit);
        } else {
            // As it began: behind its name comes its value.
            self.table.apply(TableAction::Add);
        }
        if let (Some(editor), Some(typed)) = (self.table.editor_mut(), typed) {
            editor.paste(&typed);
        }
    }

    /// Takes over what is typed into a cell, which otherwise counts when the cell is left; returns whether there was any.
    pub fn settle(&mut self, cx: &mut Cx<'_>) -> bool {
        let typing = self.table.is_editing();
        if typing {
            let change = self.table.commit();
            self.took(change, cx);
            // Nobody goes on with a name that another variable has.
            self.table.cancel();
        }
        typing
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str, _cx: &mut Cx<'_>) {
        self.table.paste(text);
    }

    /// Takes a mouse event: a click beside the window closes it.
    pub fn mouse(&mut self, event: MouseEvent, cx: &mut Cx<'_>) -> Flow {
        let places = draw::places(self.screen);
        let at = Position::new(event.column, event.row);
        match event.kind {
            MouseEventKind::ScrollUp => self.table.scroll(-WHEEL),
            MouseEventKind::ScrollDown => self.table.scroll(WHEEL),
            MouseEventKind::Down(MouseButton::Left) if self.gone || !places.window.contains(at) => {
                let change = self.table.commit();
                self.took(change, cx);
                return Flow::Close;
            }
            MouseEventKind::Down(MouseButton::Left) if places.table.contains(at) => {
                let change = self.table.click(at.x - places.table.x, at.y - places.table.y);
                self.took(change, cx);
                if let Some(why) = self.refusal(cx.shared).filter(|_| self.table.is_editing()) {
                    self.table.cancel();
                    if self.table.cursor().1 == SECRET && cx.shared.read_only.is_none() {
                        edits::toggle_secret(self, cx);
                    } else {
                        cx.commands.push(Command::Notify(Level::Info, why.to_owned()));
                    }
                }
            }
            _ => {}
        }
        Flow::Stay
    }

    /// Follows the shared state and the screen.
    pub fn sync(&mut self, screen: Rect, cx: &mut Cx<'_>) {
        self.screen = screen;
        let Some((environment, owner)) = self.content(cx.shared) else {
            self.gone = true;
            return;
        };
        self.gone = false;
        let before = self.line().map(|line| (line.key.clone(), false));
        let follow = self.follow.take().or(before);
        let active = self.id.or(cx.shared.active_environment);
        let hidden = secret_names(&cx.shared.workspace, None, active, &cx.shared.current);
        self.lines = variables::lines(&environment.variables, &cx.shared.current, &owner, |key| {
            hidden.contains(key)
        });
        let rows: Vec<Row> = self.lines.iter().map(Line::row).collect();
        let places = draw::places(screen);
        let wide = places.table.width >= WIDE;
        if wide != self.wide && !self.table.is_editing() {
            self.wide = wide;
            let (row, column) = self.table.cursor();
            self.table = table(wide, rows);
            self.table.go_to(row, column);
        } else {
            self.table.set_rows(rows);
        }
        if let Some((key, last)) = follow {
            self.follow(&key, last);
        }
        self.table.set_revealed(cx.shared.revealed);
        if cx.shared.read_only.is_some() {
            self.table.take_no_rows();
        }
        self.table.resize(places.table.width, places.table.height);
    }

    /// Draws it.
    pub fn draw(&self, view: View<'_>, screen: Rect, buf: &mut Buffer) -> Option<Position> {
        draw::draw(self, view, screen, buf)
    }

    /// Puts the cursor on the line of a name, if it is on another; a cell that is edited there stays so.
    fn follow(&mut self, key: &str, last: bool) {
        let (row, column) = self.table.cursor();
        if !last && self.lines.get(row).is_some_and(|line| line.key == key) {
            return;
        }
        let found = if last {
            let own = |line: &Line| line.key == key && line.variable.is_some();
            self.lines.iter().rposition(own)
        } else {
            self.lines.iter().position(|line| line.key == key)
        };
        let Some(found) = found.filter(|found| *found != row) else {
            return;
        };
        let typed = self.table.editor().map(Editor::text);
        self.table.cancel();
        self.table.go_to(found, column);
        if let Some(typed) = typed {
            self.table.apply(TableAction::Edit);
            if let Some(editor) = self.table.editor_mut().filter(|editor| editor.text() != typed) {
                editor.set_text(&typed);
            }
        }
    }

    /// What is edited, and whose its current values are.
    fn content<'a>(&self, shared: &'a Shared) -> Option<(&'a Environment, Owner)> {
        match self.id {
            None => Some((shared.workspace.globals(), Owner::Globals)),
            Some(id) => {
                let node = shared.workspace.environment(id)?;
                Some((&node.environment, Owner::Environment(node.slug.clone())))
            }
        }
    }

    /// Undoes or redoes what was done to this environment, and nothing that cannot be seen from here.
    fn undo(&self, redo: bool, cx: &mut Cx<'_>) -> Flow {
        let next = cx.shared.history.next(redo);
        let action = if redo { App::Redo } else { App::Undo };
        cx.commands.push(match next {
            Some(step) if !self.is_of(step, cx.shared) => {
                let word = if redo { "redo" } else { "undo" };
                let text = format!("nothing more to {word} here; next, outside this window: {}", step.label);
                Command::Notify(Level::Info, text)
            }
            _ => Command::Act(Action::App(action)),
        });
        Flow::Stay
    }

    fn is_of(&self, step: &Step, shared: &Shared) -> bool {
        let own = |edit: &Edit| match edit {
            Edit::ReplaceEnvironment { id, .. } | Edit::ReslugEnvironment { id, .. } => Some(*id) == self.id,
            Edit::ReplaceGlobals { .. } => self.id.is_none(),
            _ => false,
        };
        let owner = self.content(shared).map(|(_, owner)| owner);
        let mut values = step.values.iter();
        step.edits.iter().all(own)
            && (!step.edits.is_empty() || values.all(|value| Some(&value.owner) == owner.as_ref()))
    }

    /// The line under the cursor.
    fn line(&self) -> Option<&Line> {
        self.lines.get(self.table.cursor().0)
    }
}

fn table(wide: bool, rows: Vec<Row>) -> Table {
    let mut columns = vec![
        Column::new("Variable", 12),
        Column::new("Initial value", 16),
        Column::new("Current value", 16),
    ];
    if wide {
        columns.push(Column::new("Secret", 5));
    }
    Table::new(columns, rows).with_ghost("add a variable")
}

#[cfg(test)]
mod tests;

//! Collections as a tree.
//!
//! ```text
//! workspace + unfolded groups ─rows::flatten (sync)─▶ rows ─cursor, top─▶ draw: only the lines in sight
//! ```
//!
//! The cursor is not what is open: moving about changes nothing else. Enter opens what the cursor is on in the request
//! pane and stays here, so that one can go on browsing; Enter on what is open already goes over to it. A group unfolds on
//! the way. Nothing here ever sends: a `DELETE` must not go out by browsing.

mod draw;
mod edits;
mod rows;

use std::collections::{BTreeSet, HashSet};
use std::path::PathBuf;

use crossterm::event::{KeyEvent, MouseButton, MouseEvent, MouseEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use serde_json::{Value, json};

use super::{Cx, Pane, View};
use crate::model::{NodeId, Workspace};
use crate::tui::action::{Action as Any, App, Nav, Spec, specs};
use crate::tui::command::Command;
use crate::tui::drafts;
use crate::tui::effect::Effect;
use crate::tui::keymap::Context;
use crate::tui::shared::{Level, Shared};
use crate::tui::widgets::{frame, scroll};

use rows::{Row, Shows};

/// Rows kept in sight above and below the cursor.
const MARGIN: usize = 2;
/// Rows a turn of the mouse wheel goes.
const WHEEL: isize = 3;

/// What the pane remembers.
#[derive(Debug, Default)]
pub struct State {
    rows: Vec<Row>,
    /// Requests whose files cannot be read any more: what they show is what was in there before.
    torn: HashSet<NodeId>,
    /// The deepest of the rows.
    deepest: u16,
    unfolded: BTreeSet<NodeId>,
    /// The row of the cursor.
    cursor: usize,
    /// What the cursor is on: it stays there when rows come and go above it.
    on: Option<NodeId>,
    /// The file that cannot be read, if it is on one.
    on_broken: Option<PathBuf>,
    /// The first row in sight.
    top: usize,
    /// Rows in sight.
    height: usize,
    /// What to go to as soon as the workspace is at hand.
    reveal: Option<NodeId>,
    /// What was open last, to follow when something else opens another.
    open: Option<NodeId>,
    /// Whether it was decided what is unfolded at the start.
    settled: bool,
}

/// What can be done here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Makes a request in the group of the cursor.
    NewRequest,
    /// Makes a folder in the group of the cursor.
    NewFolder,
    /// Makes a collection.
    NewCollection,
    /// Renames what the cursor is on.
    Rename,
    /// Deletes what the cursor is on, after asking.
    Delete,
    /// Copies what the cursor is on beside itself.
    Duplicate,
    /// Marks what the cursor is on for moving.
    Cut,
    /// Moves what was cut to the cursor.
    Paste,
    /// Moves what the cursor is on one up.
    MoveUp,
    /// Moves what the cursor is on one down.
    MoveDown,
}

/// The words for the actions.
pub const ACTIONS: &[Spec] = specs! { Any::Tree:
    "tree.new-request" "new request" "Start a new request in the collection or folder under the cursor" Action::NewRequest,
    "tree.new-folder" "new folder" "Make a folder in the collection or folder under the cursor" Action::NewFolder,
    "tree.new-collection" "new collection" "Make a collection" Action::NewCollection,
    "tree.rename" "rename" "Rename what the cursor is on in the collections" Action::Rename,
    "tree.delete" "delete" "Delete what the cursor is on in the collections; asks first" Action::Delete,
    "tree.duplicate" "duplicate" "Copy what the cursor is on in the collections, beside itself" Action::Duplicate,
    "tree.cut" "cut" "Cut what the cursor is on in the collections, to paste it elsewhere" Action::Cut,
    "tree.paste" "paste here" "Move what was cut to the cursor in the collections" Action::Paste,
    "tree.move-up" "move up" "Move what the cursor is on in the collections one up" Action::MoveUp,
    "tree.move-down" "move down" "Move what the cursor is on in the collections one down" Action::MoveDown,
};

/// Does an action.
pub fn update(state: &mut State, action: Action, cx: &mut Cx<'_>) {
    let makes = matches!(action, Action::NewRequest | Action::NewFolder | Action::NewCollection);
    if state.on_broken.is_some() && !makes {
        let text = "its file cannot be read: Enter says why, and opens it in your editor";
        return cx.shared.notify(Level::Info, text);
    }
    edits::update(state.on, action, cx, &state.unfolded);
}

/// Moves about.
pub fn nav(state: &mut State, nav: Nav, cx: &mut Cx<'_>) {
    let page = state.height.saturating_sub(1).max(1).cast_signed();
    let half = (state.height / 2).max(1).cast_signed();
    let workspace = &cx.shared.workspace;
    match nav {
        Nav::Up => state.step(-1, workspace),
        Nav::Down => state.step(1, workspace),
        Nav::PageUp => state.step(-page, workspace),
        Nav::PageDown => state.step(page, workspace),
        Nav::HalfUp => state.step(-half, workspace),
        Nav::HalfDown => state.step(half, workspace),
        Nav::Top => state.go(0, workspace),
        Nav::Bottom => state.go(usize::MAX, workspace),
        Nav::Left => state.out(workspace),
        Nav::Right => state.enter(workspace),
        Nav::Toggle => state.toggle(workspace),
        Nav::Open => open(state, cx),
        Nav::Search => cx.commands.push(Command::Act(Any::App(App::Find))),
        Nav::NextTab | Nav::PreviousTab | Nav::NextMatch | Nav::PreviousMatch => {}
    }
}

/// Opens what the cursor is on; what is open already gets the focus.
fn open(state: &mut State, cx: &mut Cx<'_>) {
    let Some(id) = state.on else {
        return repair(state, cx);
    };
    if cx.shared.open == Some(id) {
        cx.commands.push(Command::Focus(Pane::Request));
        return;
    }
    if cx.shared.workspace.group(id).is_some() {
        state.unfolded.insert(id);
    }
    state.open = Some(id);
    cx.commands.push(Command::Open(id));
}

/// Says what is wrong with the file under the cursor, and opens it in the user's editor.
fn repair(state: &State, cx: &mut Cx<'_>) {
    let Some(Shows::Broken(at)) = state.rows.get(state.cursor).map(|row| row.shows) else {
        return;
    };
    let Some(problem) = cx.shared.workspace.problems.get(at) else {
        return;
    };
    let path = problem.file.clone();
    let line = problem.at.map_or(1, |(line, _)| line);
    let text = problem.below(&cx.shared.workspace.root).to_string();
    cx.shared.notify(Level::Error, text);
    cx.effects.push(Effect::EditFile { path, line });
}

/// Whether a text field has the focus: never, names are typed into a prompt.
pub fn typing(_state: &State) -> bool {
    false
}

/// Takes a key while typing; there is no text field here.
pub fn key(_state: &mut State, _key: KeyEvent, _cx: &mut Cx<'_>) {}

/// Takes pasted text while typing; there is no text field here.
pub fn paste(_state: &mut State, _text: &str, _cx: &mut Cx<'_>) {}

/// Leaves what can be left: a cut is called off.
pub fn back(_state: &mut State, cx: &mut Cx<'_>) -> bool {
    cx.shared.cut.take().is_some()
}

/// Takes a mouse event inside the area: a click selects, another one opens; one on the arrow folds.
pub fn mouse(state: &mut State, event: MouseEvent, area: Rect, cx: &mut Cx<'_>) {
    match event.kind {
        MouseEventKind::ScrollUp => state.top = scroll::shift(state.top, -WHEEL, state.rows.len(), state.height),
        MouseEventKind::ScrollDown => state.top = scroll::shift(state.top, WHEEL, state.rows.len(), state.height),
        MouseEventKind::Down(MouseButton::Left) => {
            let list = list_area(area, &cx.shared.workspace);
            if event.row < list.y || event.row >= frame::inner(area).bottom() {
                return;
            }
            if event.row >= list.bottom() {
                cx.commands.push(Command::Act(Any::App(App::Problems)));
                return;
            }
            let at = state.top + usize::from(event.row - list.y);
            let Some(Row { shows, depth }) = state.rows.get(at).copied() else {
                return;
            };
            let again = state.cursor == at;
            let id = match shows {
                Shows::Drafts => return,
                Shows::Node(id) => id,
                Shows::Broken(_) => {
                    state.go(at, &cx.shared.workspace);
                    if again {
                        repair(state, cx);
                    }
                    return;
                }
            };
            state.go(at, &cx.shared.workspace);
            let is_group = cx.shared.workspace.group(id).is_some();
            let on_arrow = event.column < list.x + rows::indent(depth, state.deepest, list.width) + 2;
            if is_group && (on_arrow || again) {
                state.toggle(&cx.shared.workspace);
            }
            if again && !on_arrow && cx.shared.open != Some(id) {
                state.open = Some(id);
                cx.commands.push(Command::Open(id));
            }
        }
        _ => {}
    }
}

/// The contexts keys are looked up in.
pub fn contexts(_state: &State) -> &'static [Context] {
    &[Context::Collections]
}

/// The actions worth a hint.
pub fn hints(state: &State, shared: &Shared) -> Vec<Any> {
    if shared.cut.is_some() {
        return vec![Any::Tree(Action::Paste), Any::App(App::Back)];
    }
    if state.rows.is_empty() {
        return vec![Any::Tree(Action::NewCollection), Any::Tree(Action::NewRequest)];
    }
    let on_group = state.on.is_some_and(|id| shared.workspace.group(id).is_some());
    let mut hints = vec![Any::Nav(Nav::Open)];
    hints.extend(on_group.then_some(Any::App(App::Run)));
    hints.extend([Any::Tree(Action::NewRequest), Any::App(App::Find)]);
    hints
}

/// Follows the shared state and the area.
pub fn sync(state: &mut State, area: Rect, cx: &mut Cx<'_>) {
    let workspace = &cx.shared.workspace;
    if !state.settled && !workspace.collections().is_empty() {
        state.settled = true;
        state.unfolded.extend(workspace.collections());
        state.reveal = state.reveal.or(cx.shared.open);
    }
    if cx.shared.open != state.open {
        state.open = cx.shared.open;
        state.reveal = state.reveal.or(state.open);
    }
    if let Some(id) = state.reveal.take().filter(|id| workspace.node(*id).is_some()) {
        let above = workspace.ancestors(id).into_iter().map(|node| node.id);
        state.unfolded.extend(above);
        state.on = Some(id);
        state.on_broken = None;
    }
    state.torn = rows::flatten(workspace, &state.unfolded, &mut state.rows);
    state.deepest = state.rows.iter().map(|row| row.depth).max().unwrap_or(0);
    let height = usize::from(list_area(area, workspace).height);
    let resized = std::mem::replace(&mut state.height, height) != height;
    let on = state.on;
    let place = |rows: &[Row], id| rows.iter().position(|row| row.node() == Some(id));
    let file = state.on_broken.as_ref();
    let broken = file.and_then(|file| state.rows.iter().position(|row| file_of(row, workspace) == Some(file)));
    let moved = if let Some(at) = on.and_then(|id| place(&state.rows, id)).or(broken) {
        std::mem::replace(&mut state.cursor, at) != at
    } else {
        // It is gone or folded away: what took its place, or what it is folded into.
        let hidden_by = on.and_then(|id| {
            let mut above = workspace.lineage(id).skip(1);
            above.find_map(|node| place(&state.rows, node.id))
        });
        state.go(hidden_by.unwrap_or(state.cursor), workspace);
        true
    };
    // Otherwise the wheel may have left the cursor out of sight, on purpose.
    if moved || resized || state.top > scroll::max_offset(state.rows.len(), state.height) {
        state.follow();
    }
    if cx.shared.cut.is_some_and(|cut| workspace.node(cut).is_none()) {
        cx.shared.cut = None;
    }
}

/// Draws the pane.
pub fn draw(state: &State, view: View<'_>, area: Rect, buf: &mut Buffer) -> Option<Position> {
    draw::draw(state, view, area, buf);
    None
}

/// Where the rows are: inside the frame, without the line that tells of problems.
fn list_area(area: Rect, workspace: &Workspace) -> Rect {
    let mut inner = frame::inner(area);
    if !workspace.problems.is_empty() && inner.height > 1 {
        inner.height -= 1;
    }
    inner
}

impl State {
    /// What the cursor is on.
    pub fn on(&self) -> Option<NodeId> {
        self.on
    }

    /// Whether the cursor is on a file that cannot be read.
    pub fn is_on_broken(&self) -> bool {
        self.on_broken.is_some()
    }

    /// Unfolds what hides a node and puts the cursor on it.
    pub fn reveal(&mut self, id: NodeId) {
        self.reveal = Some(id);
    }

    /// Unfolds a collection or folder.
    pub fn unfold(&mut self, id: NodeId) {
        self.unfolded.insert(id);
    }

    /// Puts the cursor on a row, or on the nearest that can have it.
    fn go(&mut self, at: usize, workspace: &Workspace) {
        let last = self.rows.len().saturating_sub(1);
        let at = at.min(last);
        let at = if self.rows.get(at).is_some_and(|row| row.shows == Shows::Drafts) {
            (at + 1).min(last)
        } else {
            at
        };
        self.cursor = at;
        let row = self.rows.get(at);
        self.on = row.and_then(Row::node);
        self.on_broken = row.and_then(|row| file_of(row, workspace)).cloned();
        self.follow();
    }

    fn step(&mut self, rows: isize, workspace: &Workspace) {
        self.go(self.cursor.saturating_add_signed(rows), workspace);
    }

    fn follow(&mut self) {
        self.top = scroll::follow(self.top, self.cursor, self.rows.len(), self.height, MARGIN);
        // The heading over the drafts has no cursor of its own.
        if self.cursor == 1 && self.rows.first().is_some_and(|row| row.shows == Shows::Drafts) {
            self.top = 0;
        }
    }

    fn toggle(&mut self, workspace: &Workspace) {
        let group = self.on.filter(|id| workspace.group(*id).is_some());
        if let Some(id) = group.filter(|id| !self.unfolded.remove(id)) {
            self.unfolded.insert(id);
        }
    }

    /// Unfolds a group, or goes to its first child.
    fn enter(&mut self, workspace: &Workspace) {
        let Some(node) = self.on.and_then(|id| workspace.node(id)) else {
            return;
        };
        if node.entity.is_group() && !self.unfolded.insert(node.id) && !node.children.is_empty() {
            self.step(1, workspace);
        }
    }

    /// Folds a group, or goes to the one this is in.
    fn out(&mut self, workspace: &Workspace) {
        let Some(node) = self.on.and_then(|id| workspace.node(id)) else {
            let before = self.rows.iter().take(self.cursor);
            let depth = self.rows.get(self.cursor).map_or(0, |row| row.depth);
            let above = before.rev().position(|row| row.depth < depth);
            if let Some(above) = above.filter(|_| self.on_broken.is_some()) {
                self.go(self.cursor - 1 - above, workspace);
            }
            return;
        };
        if self.unfolded.remove(&node.id) {
            return;
        }
        if let Some(at) = node
            .parent
            .and_then(|parent| self.rows.iter().position(|row| row.node() == Some(parent)))
        {
            self.go(at, workspace);
        }
    }
}

/// The file that cannot be read that a row shows.
fn file_of<'w>(row: &Row, workspace: &'w Workspace) -> Option<&'w PathBuf> {
    match row.shows {
        Shows::Broken(at) => workspace.problems.get(at).map(|problem| &problem.file),
        Shows::Drafts | Shows::Node(_) => None,
    }
}

/// What to remember across restarts: the unfolded groups and the cursor, as drafts name them.
pub fn remember(state: &State, shared: &Shared) -> Value {
    let key = |id: &NodeId| drafts::node_key(&shared.workspace, *id);
    let unfolded: Vec<String> = state.unfolded.iter().filter_map(key).collect();
    let cursor = state.on.as_ref().and_then(key);
    json!({ "unfolded": unfolded, "cursor": cursor })
}

/// Takes up what was remembered.
pub fn restore(state: &mut State, value: &Value, shared: &Shared) {
    let Some(unfolded) = value.get("unfolded").and_then(Value::as_array) else {
        return;
    };
    let node = |key: &str| drafts::node_of(&shared.workspace, key);
    state.settled = true;
    state.unfolded = unfolded.iter().filter_map(Value::as_str).filter_map(node).collect();
    state.open = shared.open;
    state.on = value.get("cursor").and_then(Value::as_str).and_then(node);
}

/// Places worth a jump letter: the rows in sight, as far as the letters should go.
pub fn jumps(state: &State, shared: &Shared, area: Rect) -> Vec<(Position, Vec<Command>)> {
    /// More letters than this on one pane are noise.
    const MOST: usize = 12;
    let list = list_area(area, &shared.workspace);
    let rows = state.rows.iter().skip(state.top);
    rows.zip(list.y..list.bottom())
        .filter_map(|(row, y)| row.node().map(|id| (row, y, id)))
        .filter(|(.., id)| shared.workspace.request(*id).is_some())
        .take(MOST)
        .map(|(row, y, id)| {
            let at = Position::new(list.x + rows::indent(row.depth, state.deepest, list.width), y);
            (at, vec![Command::Open(id), Command::Reveal(id)])
        })
        .collect()
}

#[cfg(test)]
mod tests;

//! Drawing the tree: only the rows in sight are looked at.
//!
//! ```text
//! ▾ Pydio Cells
//! ▎ POST Get token  200 ● what is open, its last status, and that it has unsaved changes
//!   ▸ Users
//! ```

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};

use super::rows::{self, Shows, indent};
use super::{State, list_area};
use crate::model::problem::Problem;
use crate::model::{Entity, Node, NodeId, Outcome};
use crate::tui::action::{Action as Any, App};
use crate::tui::keymap::Context;
use crate::tui::panes::{View, environments};
use crate::tui::theme::Theme;
use crate::tui::widgets::{frame, glyphs, hatch, scroll};

/// Columns of a method.
const METHOD: u16 = 4;
/// Columns of the mark of what is unsaved or running, and the one before it.
const UNSAVED: u16 = 2;
/// Columns of a status, and the one before it.
const STATUS: u16 = 4;
/// Columns of a name that are worth more than a status.
const NAME: usize = 4;

/// Columns of a pane whose border has room for its title and that it is read only.
const BOTH: u16 = 30;

/// Draws the pane.
pub fn draw(state: &State, view: View<'_>, area: Rect, buf: &mut Buffer) {
    let theme = view.theme;
    // That nothing can be changed is worth more than what the pane is.
    let (title, read_only) = match view.shared.read_only {
        None => ("2 Collections", ""),
        Some(_) if area.width < BOTH => ("2 Read only", ""),
        Some(_) => ("2 Collections", "read only"),
    };
    let reading = match view.shared.unread {
        0 => String::new(),
        left => format!("reading {left} more"),
    };
    let inner = frame::Frame::new(title)
        .right(read_only)
        .bottom(reading)
        .focused(view.focused)
        .draw(&theme.frame(), area, buf);
    if inner.is_empty() {
        return;
    }
    let list = list_area(area, &view.shared.workspace);
    if state.rows.is_empty() {
        hatch::draw(&teach(view), &theme.hatching(), list, buf);
    }
    for (at, y) in (state.top..state.rows.len()).zip(list.y..list.bottom()) {
        let line = Rect::new(list.x, y, list.width, 1);
        draw_row(state, at, view, line, buf);
    }
    let bar = Rect {
        width: list.width + 1,
        ..list
    };
    scroll::draw_bar(state.top, state.rows.len(), theme.hatch, theme.scroll, bar, buf);
    if list.height < inner.height {
        let text = problems(view, usize::from(inner.width));
        let at = Position::new(inner.x, inner.bottom() - 1);
        glyphs::put_text(buf, at, &text, usize::from(inner.width), theme.warn);
    }
}

/// What an empty tree says.
fn teach(view: View<'_>) -> String {
    let chord = |action| {
        view.keymap
            .chord_for(action, &[Context::Collections, Context::Normal, Context::Anywhere])
    };
    let keys: &[(Any, &str)] = if view.shared.read_only.is_some() {
        &[(Any::App(App::Import), "imports it")]
    } else {
        &[
            (Any::Tree(super::Action::NewCollection), "makes a collection"),
            (Any::App(App::Import), "imports Postman's"),
            (Any::App(App::NewRequest), "starts a request"),
        ]
    };
    let first = if view.shared.read_only.is_some() {
        "No collection in it"
    } else {
        "No collections yet"
    };
    let taught = keys
        .iter()
        .filter_map(|(action, does)| Some(format!("`{}` {does}", chord(*action)?)));
    let lines: Vec<String> = std::iter::once(first.to_owned()).chain(taught).collect();
    lines.join("\n")
}

/// The line about what is wrong with files, as long as there is room for.
fn problems(view: View<'_>, room: usize) -> String {
    let problems = &view.shared.workspace.problems;
    let said = format!("! {}", Problem::count(problems).unwrap_or_default());
    let key = view.keymap.chord_for(Any::App(App::Palette), &[Context::Anywhere]);
    let longest = key.map(|key| format!("{said} · {key} problems"));
    let fits = |text: &String| glyphs::width(text) <= room;
    longest
        .filter(fits)
        .or_else(|| Some(said).filter(fits))
        .unwrap_or_else(|| match problems.len() {
            1 => "! 1 problem".to_owned(),
            count => format!("! {count} problems"),
        })
}

fn draw_row(state: &State, at: usize, view: View<'_>, line: Rect, buf: &mut Buffer) {
    let (theme, shared) = (view.theme, view.shared);
    let Some(row) = state.rows.get(at) else { return };
    if row.shows == Shows::Drafts {
        glyphs::put_text(buf, line.as_position(), "Drafts", usize::from(line.width), theme.dim);
        return;
    }
    let mut base = theme.base;
    if at == state.cursor {
        base = base.patch(if view.focused {
            theme.selected
        } else {
            theme.selected_unfocused
        });
        let air = Rect::new(line.x.saturating_sub(1), line.y, line.width + 2, 1);
        buf.set_style(air.intersection(buf.area), base);
    }
    if let Shows::Broken(problem) = row.shows {
        let problem = shared.workspace.problems.get(problem);
        let name = problem.map(|problem| rows::name(&shared.workspace, problem));
        let text = format!("✗ {}", name.unwrap_or_default());
        let indent = indent(row.depth, state.deepest, line.width);
        let room = usize::from(line.width.saturating_sub(indent));
        let at = Position::new(line.x + indent, line.y);
        glyphs::put_text(buf, at, &text, room, base.patch(theme.error));
        return;
    }
    let Some(node) = row.node().and_then(|id| shared.workspace.node(id)) else {
        return;
    };
    if shared.cut == Some(node.id) {
        base = base.patch(theme.dim).add_modifier(Modifier::ITALIC);
    }
    let marks = marks(state, view, node);
    let indent = indent(row.depth, state.deepest, line.width);
    let mut x = line.x + indent;
    let mut right = line.right().saturating_sub(marks.width());
    if shared.open == Some(node.id) {
        // Before the method, or in the column of air before a collection.
        let before = if indent >= 2 { x - 2 } else { line.x.saturating_sub(1) };
        glyphs::put(buf, Position::new(before, line.y), "▎", 1, base.patch(theme.accent));
    }
    match &node.entity {
        Entity::Request(request) => {
            let method = request.method.to_string();
            let style = if shared.cut == Some(node.id) {
                base
            } else {
                base.patch(theme.method(&method))
            };
            let room = usize::from(METHOD.min(right.saturating_sub(x)));
            glyphs::put_text(buf, Position::new(x, line.y), short(&method), room, style);
            x += METHOD + 1;
        }
        Entity::Collection(_) | Entity::Folder(_) => {
            let arrow = if state.unfolded.contains(&node.id) {
                "▾"
            } else {
                "▸"
            };
            glyphs::put(buf, Position::new(x, line.y), arrow, 1, base.patch(theme.dim));
            x += 2;
            if matches!(node.entity, Entity::Collection(_)) && at != state.cursor && shared.cut != Some(node.id) {
                base = base.patch(theme.strong);
            }
        }
    }
    let mut name = Cow::Borrowed(node.entity.name());
    if state.torn.contains(&node.id) {
        name = format!("✗ {name}").into();
    }
    if shared.open == Some(node.id) && at != state.cursor && shared.cut != Some(node.id) {
        base = base.patch(theme.accent);
    }
    // A name that is too long gives way to the status, as far as something of it is left.
    let free = usize::from(line.right().saturating_sub(x + UNSAVED + STATUS));
    let shows = marks.status.is_some() && free >= NAME.min(glyphs::width(&name));
    if shows {
        right = line.right().saturating_sub(UNSAVED + STATUS);
    }
    let room = usize::from(right.saturating_sub(x));
    if state.torn.contains(&node.id) {
        base = base.patch(theme.error);
    }
    glyphs::put_text(buf, Position::new(x, line.y), &name, room, base);
    marks.draw(shows, base, line, buf);
}

/// A method in four columns.
fn short(method: &str) -> &str {
    match method {
        "DELETE" => "DEL",
        "PATCH" => "PTCH",
        "OPTIONS" => "OPT",
        other => other,
    }
}

/// What stands at the right end of a row.
#[derive(Default)]
struct Marks {
    /// Unsaved or running: always shown.
    mark: Option<(&'static str, Style)>,
    /// The last status: shown where something of the name is left beside it.
    status: Option<(String, Style)>,
}

impl Marks {
    /// The columns that are never the name's.
    fn width(&self) -> u16 {
        if self.mark.is_some() { UNSAVED } else { 0 }
    }

    fn draw(&self, with_status: bool, base: Style, line: Rect, buf: &mut Buffer) {
        let last = line.right().saturating_sub(1);
        if let Some((mark, style)) = self.mark {
            glyphs::put(buf, Position::new(last, line.y), mark, 1, base.patch(style));
        }
        // The column of the mark stays free, so that the numbers stand below each other.
        let Some((status, style)) = self.status.as_ref().filter(|_| with_status) else {
            return;
        };
        let at = Position::new(last.saturating_sub(STATUS), line.y);
        glyphs::put_text(buf, at, status, 3, base.patch(*style));
    }
}

fn marks(state: &State, view: View<'_>, node: &Node) -> Marks {
    let (shared, theme) = (view.shared, view.theme);
    let folded = node.entity.is_group() && !state.unfolded.contains(&node.id);
    let runs = |id: NodeId| shared.running.contains_key(&id);
    let runs_inside = || {
        let mut running = shared.running.keys();
        running.any(|id| shared.workspace.lineage(*id).any(|above| above.id == node.id))
    };
    let mark = if runs(node.id) || (folded && runs_inside()) {
        Some((environments::spinner(shared.now), theme.accent))
    } else if is_unsaved(node) || (folded && unsaved_inside(view, node)) {
        Some(("●", theme.unsaved))
    } else {
        None
    };
    Marks {
        mark,
        status: match shared.outcomes.of_run(&node.id) {
            Some((Some(code), failed)) => Some((code.to_string(), coloured(code, failed, theme))),
            Some((None, _)) => Some(("err".to_owned(), theme.error)),
            None => shared.outcomes.get(&node.id).and_then(|outcome| status(outcome, theme)),
        },
    }
}

/// Whether a node has unsaved changes; content that is shared with the saved one is not compared.
fn is_unsaved(node: &Node) -> bool {
    match (&node.entity, &node.saved) {
        (Entity::Request(now), Some(Entity::Request(saved))) => !std::sync::Arc::ptr_eq(now, saved) && now != saved,
        (Entity::Collection(now), Some(Entity::Collection(saved)))
        | (Entity::Folder(now), Some(Entity::Folder(saved))) => !std::sync::Arc::ptr_eq(now, saved) && now != saved,
        _ => true,
    }
}

fn unsaved_inside(view: View<'_>, node: &Node) -> bool {
    let inside = |id: &NodeId| {
        let node = view.shared.workspace.node(*id);
        node.is_some_and(|node| is_unsaved(node) || unsaved_inside(view, node))
    };
    node.children.iter().any(inside)
}

/// The colour of a status.
fn coloured(status: u16, failed: bool, theme: &Theme) -> Style {
    match status {
        _ if failed => theme.error,
        200..300 => theme.ok,
        100..200 | 300..400 => theme.warn,
        _ => theme.error,
    }
}

/// The last status in a word of three columns.
fn status(outcome: &Outcome, theme: &Theme) -> Option<(String, Style)> {
    use crate::model::exchange::SendErrorKind;
    let exchange = outcome.exchange.as_ref().filter(|_| !outcome.is_of_its_token())?;
    match &exchange.result {
        Ok(response) => {
            let style = coloured(response.status, outcome.failed(), theme);
            Some((format!("{:03}", response.status), style))
        }
        Err(error) if error.kind == SendErrorKind::Cancelled => None,
        Err(_) => Some(("err".to_owned(), theme.error)),
    }
}

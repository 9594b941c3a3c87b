//! Where to save a request, and under which name.
//!
//! ```text
//! name field ─┐
//!             ├─▶ Command::SaveAs { id, parent, name }      the path it will get shows while choosing
//! place tree ─┘   `a`, `C` → inline name → Command::NewGroup → sync puts the cursor on the new group
//! ```

mod draw;
mod places;

use crossterm::event::{KeyCode, KeyEvent, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use super::Flow;
use super::field::Field;
use super::sheet::Sheet;
use crate::model::NodeId;
use crate::model::id::slug;
use crate::tui::command::Command;
use crate::tui::panes::Cx;
use crate::tui::shared::Shared;
use crate::tui::widgets::scroll;

use places::Places;

/// The words before the name field.
const LABEL: &str = "Name";

/// What has the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Focus {
    Name,
    Tree,
}

/// A new group while it gets its name.
#[derive(Debug)]
struct Naming {
    parent: Option<NodeId>,
    field: Field,
}

/// The chooser.
#[derive(Debug)]
pub struct SaveAs {
    id: NodeId,
    name: Field,
    focus: Focus,
    places: Places,
    naming: Option<Naming>,
    /// A group was asked for: its parent, and the children that were there before.
    awaiting: Option<(Option<NodeId>, Vec<NodeId>)>,
    offset: usize,
    sheet: Sheet,
    /// Where the request will be filed.
    path: String,
    /// A word about that.
    note: String,
    /// Enter was pressed without a name.
    nameless: bool,
}

impl SaveAs {
    /// Starts with the request’s own name and the place the user was last in.
    pub fn new(shared: &Shared, id: NodeId) -> Self {
        let workspace = &shared.workspace;
        let node = workspace.node(id);
        let own = node.and_then(|node| node.parent);
        let last = shared.last_group.filter(|id| workspace.group(*id).is_some());
        let place = own.or(last).or_else(|| workspace.collections().first().copied());
        let name = node.map_or("", |node| node.entity.name());
        Self {
            id,
            name: Field::new(name, "a name").selected(),
            focus: Focus::Name,
            places: Places::new(workspace, place),
            naming: None,
            awaiting: None,
            offset: 0,
            sheet: Sheet::default(),
            path: String::new(),
            note: String::new(),
            nameless: false,
        }
    }

    /// Takes a key.
    pub fn key(&mut self, key: KeyEvent, cx: &mut Cx<'_>) -> Flow {
        if self.naming.is_some() {
            self.name_group(key, cx);
            return Flow::Stay;
        }
        let page = usize::from(self.list().height.max(1)).cast_signed();
        match key.code {
            KeyCode::Esc => return Flow::Close,
            KeyCode::Enter => return self.save(cx),
            KeyCode::Tab | KeyCode::BackTab => {
                self.focus = match self.focus {
                    Focus::Name => Focus::Tree,
                    Focus::Tree => Focus::Name,
                };
            }
            KeyCode::Up => self.places.step(-1),
            KeyCode::Down => self.places.step(1),
            KeyCode::PageUp => self.places.step(-page),
            KeyCode::PageDown => self.places.step(page),
            _ if self.focus == Focus::Name => {
                if self.name.key(key, cx) {
                    self.nameless = false;
                }
            }
            code => self.tree_key(code, cx),
        }
        Flow::Stay
    }

    fn tree_key(&mut self, code: KeyCode, cx: &mut Cx<'_>) {
        match code {
            KeyCode::Char('k') => self.places.step(-1),
            KeyCode::Char('j') => self.places.step(1),
            KeyCode::Home | KeyCode::Char('g') => self.places.step(isize::MIN),
            KeyCode::End | KeyCode::Char('G') => self.places.step(isize::MAX),
            KeyCode::Left | KeyCode::Char('h') => self.places.fold(&cx.shared.workspace),
            KeyCode::Right | KeyCode::Char('l') => self.places.unfold(),
            KeyCode::Char(' ') => self.places.toggle(),
            KeyCode::Char('a' | 'A') => self.start_naming(self.places.cursor()),
            KeyCode::Char('C') => self.start_naming(None),
            _ => {}
        }
    }

    fn start_naming(&mut self, parent: Option<NodeId>) {
        let placeholder = if parent.is_some() {
            "name of the folder"
        } else {
            "name of the collection"
        };
        self.places.unfold();
        self.naming = Some(Naming {
            parent,
            field: Field::new("", placeholder),
        });
    }

    fn name_group(&mut self, key: KeyEvent, cx: &mut Cx<'_>) {
        let Some(naming) = &mut self.naming else { return };
        match key.code {
            KeyCode::Esc => self.naming = None,
            KeyCode::Enter => {
                let name = naming.field.text().trim().to_owned();
                let parent = naming.parent;
                self.naming = None;
                if !name.is_empty() {
                    let known = places::groups_in(&cx.shared.workspace, parent);
                    self.awaiting = Some((parent, known));
                    cx.commands.push(Command::NewGroup { parent, name });
                }
            }
            _ => {
                naming.field.key(key, cx);
            }
        }
    }

    fn save(&mut self, cx: &mut Cx<'_>) -> Flow {
        let name = self.name.text().trim().to_owned();
        if name.is_empty() {
            self.nameless = true;
            self.focus = Focus::Name;
            return Flow::Stay;
        }
        let Some(parent) = self.places.cursor() else {
            self.start_naming(None);
            return Flow::Stay;
        };
        cx.commands.push(Command::SaveAs {
            id: self.id,
            parent,
            name,
        });
        Flow::Close
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str, _cx: &mut Cx<'_>) {
        match &mut self.naming {
            Some(naming) => naming.field.paste(text),
            None if self.focus == Focus::Name => self.name.paste(text),
            None => {}
        }
    }

    /// Takes a mouse event.
    pub fn mouse(&mut self, event: MouseEvent, _cx: &mut Cx<'_>) -> Flow {
        let at = Position::new(event.column, event.row);
        match event.kind {
            MouseEventKind::ScrollUp => self.places.step(-1),
            MouseEventKind::ScrollDown => self.places.step(1),
            MouseEventKind::Down(MouseButton::Left) => {
                if !self.sheet.contains(at) {
                    return Flow::Close;
                }
                let list = self.list();
                if list.contains(at) && self.naming.is_none() {
                    self.focus = Focus::Tree;
                    self.places.click(self.offset + usize::from(at.y - list.y));
                } else if self.name.click(at) {
                    self.focus = Focus::Name;
                }
            }
            _ => {}
        }
        Flow::Stay
    }

    /// Where the tree goes: between the name and the path.
    fn list(&self) -> Rect {
        let body = self.sheet.body;
        let (above, below) = if body.height >= 9 { (2, 3) } else { (1, 2) };
        Rect {
            y: body.y + above.min(body.height),
            height: body.height.saturating_sub(above + below),
            ..body
        }
    }

    /// The line of the tree on which a new group gets its name: below its parent, or last.
    fn naming_line(&self) -> Option<usize> {
        let naming = self.naming.as_ref()?;
        let rows = self.places.rows();
        Some(match naming.parent {
            Some(parent) => rows
                .iter()
                .position(|row| row.id == parent)
                .map_or(rows.len(), |at| at + 1),
            None => rows.len(),
        })
    }

    /// Follows the shared state and the screen.
    pub fn sync(&mut self, screen: Rect, cx: &mut Cx<'_>) {
        let workspace = &cx.shared.workspace;
        if let Some((parent, known)) = self.awaiting.take() {
            let fresh = places::groups_in(workspace, parent);
            // Where it is not there, making it failed, and the status line says why.
            if let Some(new) = fresh.into_iter().find(|id| !known.contains(id)) {
                self.places.go_to(workspace, new);
            }
        }
        self.places.follow(workspace);

        self.sheet = Sheet::centred(
            screen,
            72,
            u16::try_from(places::count(workspace) + 2).unwrap_or(19).clamp(6, 19) + 5,
        );
        let body = self.sheet.body;
        let label = 7.min(body.width);
        self.name.place(Rect {
            x: body.x + label,
            width: body.width - label,
            height: body.height.min(1),
            ..body
        });
        let list = self.list();
        let height = usize::from(list.height);
        let naming = self.naming_line();
        let line = naming.unwrap_or_else(|| self.places.at());
        let lines = self.places.rows().len() + usize::from(naming.is_some());
        self.offset = scroll::follow(self.offset, line, lines, height, 1);
        if let Some(naming) = &mut self.naming {
            let depth = places::depth(workspace, naming.parent);
            let indent = u16::try_from(2 * depth + 2).unwrap_or(list.width).min(list.width / 2);
            naming.field.place(Rect {
                x: list.x + indent,
                y: list.y + u16::try_from(line.saturating_sub(self.offset)).unwrap_or(0),
                width: list.width - indent,
                height: list.height.min(1),
            });
        }

        let name = self.name.text();
        let name = name.trim();
        self.note.clear();
        self.path.clear();
        if let (Some(parent), false) = (self.places.cursor(), name.is_empty()) {
            let file = workspace.free_slug(Some(parent), name);
            let above = workspace.path(parent).unwrap_or_default();
            self.path = format!("collections/{}.toml", above.join(&file));
            if file != slug(name) {
                self.note = format!("`{}.toml` is taken there", slug(name));
            } else if workspace.path(self.id).is_some() {
                "a copy: the request stays where it is, too".clone_into(&mut self.note);
            }
        } else if name.is_empty() {
            "type a name for it".clone_into(&mut self.note);
        }
    }
}

//! One line to type: a name or a file, with what becomes of it shown while typing.

use std::mem;
use std::path::PathBuf;

use crossterm::event::{KeyCode, KeyEvent, MouseButton, MouseEvent, MouseEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::Flow;
use super::field::Field;
use super::path::path_of;
use super::sheet::Sheet;
use super::wrap::wrap;
use crate::model::id::slug;
use crate::model::{Environment, EnvironmentId, ItemPath, NodeId, Payload};
use crate::tui::command::{Command, SecretDraft};
use crate::tui::effect::Effect;
use crate::tui::looking::{Answer, Question, Target};
use crate::tui::panes::request::sought;
use crate::tui::panes::response::{Extract, scopes, words};
use crate::tui::panes::{Cx, View};
use crate::tui::runner::Format;
use crate::tui::shared::{Level, RunId, Saving, Shared};
use crate::tui::widgets::glyphs;

/// What the typed line is for.
#[derive(Debug)]
pub enum Purpose {
    /// The name of a new folder, or with no parent a new collection.
    NewGroup(Option<NodeId>),
    /// A new name.
    Rename(NodeId),
    /// The name of a new environment with this content.
    NewEnvironment(Environment),
    /// A new name.
    RenameEnvironment(EnvironmentId),
    /// The file to save a body to, below this folder.
    SaveBody(PathBuf, Payload),
    /// The file to save a report of a run to, below this folder.
    Report(PathBuf, RunId, Format),
    /// What to find in a text of the open request, folder or collection.
    Find,
    /// The variable that a script sets from a value of a response.
    Variable(Box<Extract>),
    /// The variable that takes a secret of an auth.
    Secret(SecretDraft),
}

/// The line below the field.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Remark {
    /// What becomes of the text.
    Fine(String),
    /// What to know before Enter is pressed again.
    Warning(String),
    /// Why Enter did nothing.
    Wrong(String),
}

impl Default for Remark {
    fn default() -> Self {
        Self::Fine(String::new())
    }
}

/// The prompt.
#[derive(Debug)]
pub struct Prompt {
    title: String,
    field: Field,
    purpose: Purpose,
    remark: Remark,
    /// Enter was pressed on this text and something was to be said first.
    said: Option<String>,
    /// What the file that is to be written is looked at for.
    looking: Option<PathBuf>,
    /// What was there.
    found: Option<Target>,
    sheet: Sheet,
}

impl Prompt {
    /// Asks for a line, with a text to start from.
    pub fn new(title: impl Into<String>, initial: impl Into<String>, purpose: Purpose) -> Self {
        let placeholder = match purpose {
            Purpose::SaveBody(..) | Purpose::Report(..) => "a file name or a path",
            Purpose::Find => "text, or :300 for line 300; capitals count if there are any",
            _ => "a name",
        };
        Self {
            title: title.into(),
            field: Field::new(&initial.into(), placeholder).selected(),
            purpose,
            remark: Remark::default(),
            said: None,
            looking: None,
            found: None,
            sheet: Sheet::default(),
        }
    }

    /// Takes a key.
    pub fn key(&mut self, key: KeyEvent, cx: &mut Cx<'_>) -> Flow {
        match key.code {
            KeyCode::Esc => return Flow::Close,
            KeyCode::Enter => return self.take(cx),
            _ => {
                if self.field.key(key, cx) {
                    self.said = None;
                }
            }
        }
        Flow::Stay
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str, _cx: &mut Cx<'_>) {
        self.field.paste(text);
        self.said = None;
    }

    /// Takes a mouse event.
    pub fn mouse(&mut self, event: MouseEvent, _cx: &mut Cx<'_>) -> Flow {
        if event.kind == MouseEventKind::Down(MouseButton::Left) {
            let at = Position::new(event.column, event.row);
            if !self.sheet.contains(at) {
                return Flow::Close;
            }
            self.field.click(at);
        }
        Flow::Stay
    }

    /// Enter: does what the line is for, or says why not.
    fn take(&mut self, cx: &mut Cx<'_>) -> Flow {
        let text = self.field.text();
        let name = text.trim().to_owned();
        if name.is_empty() {
            self.said = Some(text);
            return Flow::Stay;
        }
        let command = match &mut self.purpose {
            Purpose::NewGroup(parent) => Command::NewGroup { parent: *parent, name },
            Purpose::Rename(id) => Command::Rename { id: *id, name },
            Purpose::Find => sought(&text),
            Purpose::Variable(_) | Purpose::Secret(_) if name.contains(['{', '}']) => {
                self.said = Some(text);
                return Flow::Stay;
            }
            Purpose::Secret(draft) if draft.is_taken(cx.shared, &name) => {
                self.said = Some(text);
                return Flow::Stay;
            }
            Purpose::Secret(draft) => Command::MakeSecret(draft.clone(), name),
            Purpose::Variable(extract) => Command::Show(Box::new(scopes(extract, &name, cx.shared).into())),
            Purpose::RenameEnvironment(id) => Command::RenameEnvironment { id: *id, name },
            Purpose::NewEnvironment(environment) => {
                let environment = Environment {
                    name,
                    ..mem::take(environment)
                };
                Command::NewEnvironment { environment }
            }
            Purpose::SaveBody(base, _) | Purpose::Report(base, ..) => {
                let path = base.join(path_of(&name));
                if self.looking.as_ref() != Some(&path) {
                    self.looking = Some(path.clone());
                    cx.effects.push(Effect::Look(Question::Target(path)));
                }
                return Flow::Stay;
            }
        };
        cx.commands.push(command);
        Flow::Close
    }

    /// Takes what is at the place of the file to be written, and writes it unless that is to be told first.
    pub fn looked(&mut self, answer: &Answer, cx: &mut Cx<'_>) -> Flow {
        let Answer::Target(path, found) = answer else {
            return Flow::Stay;
        };
        let text = self.field.text();
        let (Purpose::SaveBody(base, _) | Purpose::Report(base, ..)) = &self.purpose else {
            return Flow::Stay;
        };
        let is_asked = self.looking.take_if(|own| own == path).is_some();
        if !is_asked || base.join(path_of(text.trim())) != *path {
            return Flow::Stay;
        }
        let told = self.said.as_ref() == Some(&text) && self.found == Some(Target::File);
        if *found != Target::Free && !(told && *found == Target::File) {
            (self.said, self.found) = (Some(text), Some(found.clone()));
            return Flow::Stay;
        }
        let path = path.clone();
        match &self.purpose {
            Purpose::Report(_, run, format) => cx.effects.push(Effect::SaveReport {
                run: *run,
                format: *format,
                path,
            }),
            Purpose::SaveBody(_, body) => {
                if !body.is_whole() {
                    let path = path.display();
                    let text = format!("saving to `{path}`: it is there once all has come; Esc calls it off");
                    cx.shared.notify(Level::Info, text);
                }
                cx.shared.saving.push(Saving {
                    path: path.clone(),
                    body: body.clone(),
                    of: cx.shared.open,
                });
                cx.effects.push(Effect::SaveBody {
                    path,
                    body: body.clone(),
                });
            }
            _ => {}
        }
        Flow::Close
    }

    /// Says what becomes of the text, or what is wrong with it once Enter was pressed.
    fn judge(&self, shared: &Shared) -> Remark {
        let text = self.field.text();
        let name = text.trim();
        let pressed = self.said.as_ref() == Some(&text);
        if name.is_empty() {
            let words = match self.purpose {
                Purpose::SaveBody(..) | Purpose::Report(..) => "type a file name",
                Purpose::Find => "type what to find",
                _ => "type a name",
            };
            return if pressed {
                Remark::Wrong(format!("{words} first"))
            } else {
                Remark::Fine(words.to_owned())
            };
        }
        let workspace = &shared.workspace;
        match &self.purpose {
            Purpose::NewGroup(parent) => {
                let above = parent.and_then(|id| workspace.path(id)).unwrap_or_default();
                let file = workspace.free_slug(*parent, name);
                filed(&above, name, &file, "/")
            }
            Purpose::Rename(id) => {
                let (Some(path), Some(node)) = (workspace.path(*id), workspace.node(*id)) else {
                    return Remark::Fine("saved nowhere yet: only its name changes".to_owned());
                };
                let ending = if node.entity.is_group() { "/" } else { ".toml" };
                let above = path.parent().unwrap_or_default();
                if slug(name) == node.slug {
                    return Remark::Fine(format!("collections/{path}{ending}"));
                }
                filed(&above, name, &workspace.free_slug(node.parent, name), ending)
            }
            Purpose::Find => Remark::Fine(":300 goes to line 300".to_owned()),
            Purpose::Variable(_) | Purpose::Secret(_) if name.contains(['{', '}']) => {
                Remark::Wrong("a variable's name has no braces".to_owned())
            }
            Purpose::Variable(extract) => Remark::Fine(extract.line("…", name)),
            Purpose::Secret(draft) if draft.is_taken(shared, name) => Remark::Wrong(format!(
                "there is a variable `{name}` already, here, in an environment or among the globals: choose another name"
            )),
            Purpose::Secret(draft) => match workspace.collection_of(draft.node) {
                Some(collection) => Remark::Fine(format!(
                    "a secret variable of `{}`: its value stays on this machine, sealed, and {{{{{name}}}}} takes its place",
                    collection.entity.name()
                )),
                None => Remark::Warning("save the request into a collection first".to_owned()),
            },
            Purpose::NewEnvironment(_) => environment(name, &workspace.free_environment_slug(name)),
            Purpose::RenameEnvironment(id) => {
                let own = workspace.environment(*id).map(|node| node.slug.as_str());
                if own == Some(slug(name).as_str()) {
                    return Remark::Fine(format!("environments/{}.toml", slug(name)));
                }
                environment(name, &workspace.free_environment_slug(name))
            }
            Purpose::SaveBody(base, _) | Purpose::Report(base, ..) => {
                let path = base.join(path_of(name));
                let size = match &self.purpose {
                    Purpose::SaveBody(_, body) => {
                        let (len, whole) = body.known();
                        let len = words::size(len as u64);
                        if whole {
                            format!("{len} → ")
                        } else {
                            format!("all of it, as it comes, {len} so far → ")
                        }
                    }
                    _ => String::new(),
                };
                let shown = path.display().to_string();
                match self.found.as_ref().filter(|_| pressed) {
                    _ if self.looking.as_ref() == Some(&path) => Remark::Fine(format!("looking at `{shown}` …")),
                    Some(Target::Hindered(why)) => Remark::Wrong(format!("not saved: {why}")),
                    Some(Target::Folder) => Remark::Wrong(format!("`{shown}` is a folder: add a file name")),
                    Some(Target::File) => Remark::Warning(format!("`{shown}` is there already: Enter writes over it")),
                    Some(Target::Free) | None => Remark::Fine(format!("{size}{shown}")),
                }
            }
        }
    }

    /// Follows the shared state and the screen.
    pub fn sync(&mut self, screen: Rect, cx: &mut Cx<'_>) {
        self.remark = self.judge(cx.shared);
        let lines = match self.purpose {
            Purpose::Secret(_) => 5,
            _ => 4,
        };
        self.sheet = Sheet::high(screen, 64, lines);
        let body = self.sheet.body;
        self.field.place(Rect {
            height: body.height.min(1),
            ..body
        });
    }

    /// Draws it.
    pub fn draw(&self, view: View<'_>, _screen: Rect, buf: &mut Buffer) -> Option<Position> {
        let theme = view.theme;
        let keys = [("↵", "ok"), ("Esc", "cancel")];
        self.sheet.draw(&self.title, "", &keys, view, buf);
        let body = self.sheet.body;
        let (mark, text, style) = match &self.remark {
            Remark::Fine(text) => ("  ", text, theme.dim),
            Remark::Warning(text) => ("! ", text, theme.warn),
            Remark::Wrong(text) => ("✗ ", text, theme.error),
        };
        let style = theme.popup.patch(style);
        let rows = usize::from(body.height.saturating_sub(2));
        let room = usize::from(body.width).saturating_sub(2);
        let lines = wrap(text, room);
        // A long path loses its middle, not its end.
        let lines = if lines.len() > rows {
            vec![shorten(text, room)]
        } else {
            lines
        };
        for (n, (line, y)) in lines.iter().zip(body.y.saturating_add(2)..body.bottom()).enumerate() {
            let line = format!("{}{line}", if n == 0 { mark } else { "  " });
            glyphs::put_text(buf, Position::new(body.x, y), &line, usize::from(body.width), style);
        }
        self.field.draw(view, view.focused, buf)
    }
}

/// Where a node of this name will be filed, and a word when its name is taken.
fn filed(above: &ItemPath, name: &str, file: &str, ending: &str) -> Remark {
    let path = format!("collections/{}{ending}", above.join(file));
    if file == slug(name) {
        Remark::Fine(path)
    } else {
        Remark::Fine(format!("{path} (`{}` is taken)", slug(name)))
    }
}

fn environment(name: &str, file: &str) -> Remark {
    if file == slug(name) {
        Remark::Fine(format!("environments/{file}.toml"))
    } else {
        Remark::Fine(format!("environments/{file}.toml (`{}` is taken)", slug(name)))
    }
}

/// Cuts out the middle of a path so that it fits.
pub(super) fn shorten(path: &str, columns: usize) -> String {
    if glyphs::width(path) <= columns {
        return path.to_owned();
    }
    let head = path.find('/').map_or("", |at| &path[..=at]);
    let head = if glyphs::width(head) + 8 < columns { head } else { "" };
    let room = columns.saturating_sub(glyphs::width(head) + 1);
    let whole = glyphs::width(path);
    let from = glyphs::glyphs(path).find(|glyph| whole - glyph.column <= room);
    let tail = from.map_or("", |glyph| &path[glyph.byte..]);
    // Whole names where there is more than the last one.
    let tail = tail.find('/').map_or(tail, |at| &tail[at..]);
    format!("{head}…{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_paths_lose_their_middle() {
        assert_eq!(shorten("collections/a/b.toml", 40), "collections/a/b.toml");
        assert_eq!(
            shorten("collections/pydio-cells/users/x.toml", 26),
            "collections/…/users/x.toml"
        );
        for columns in 0..40 {
            assert!(glyphs::width(&shorten("collections/日本語/長い名前/users.toml", columns)) <= columns.max(1));
        }
    }
}

//! Importing Postman's files: type or drop one, look at what it holds and what is lost of it, then take it over.

mod found;

use std::path::Path;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::Flow;
use super::field::Field;
use super::prompt::shorten;
use super::sheet::{Sheet, column_at};
use crate::foreign::{Planned, is_url};
use crate::formats::reimport::Action;
use crate::tui::command::Command;
use crate::tui::effect::Effect;
use crate::tui::importing::{Ask, ImportId};
use crate::tui::looking::{Answer, Question};
use crate::tui::panes::environments::spinner;
use crate::tui::panes::{Cx, View};
use crate::tui::widgets::{glyphs, scroll};
use found::{Line, Look, count, elsewhere, found};

/// What can be typed.
const WHAT: &str = "A file, a folder or a URL: collections (v1, v2.0, v2.1, the folder of v3), environments, globals, data \
                    dumps. A file can be dropped here.";
/// Columns of the screen at most.
const WIDTH: u16 = 100;

/// The screen.
#[derive(Debug)]
pub struct Import {
    field: Field,
    phase: Phase,
    lines: Vec<Line>,
    /// The width that the lines of what was found are broken at; they may be many.
    laid: Option<u16>,
    offset: usize,
    sheet: Sheet,
    /// The path that is being completed.
    completing: Option<String>,
    /// The names that the path may go on with.
    names: Vec<String>,
    /// Postman's own file is open: what it was imported into is another place, to go to.
    elsewhere: bool,
    /// It goes into the user's own workspace, as there is none nearer.
    own: bool,
    /// What Enter does with what was found.
    enter: String,
}

#[derive(Debug)]
enum Phase {
    /// The user types.
    Typing,
    /// That cannot be used: why, and what to do.
    Failed(String, Option<String>),
    /// It is read.
    Reading(ImportId, String),
    /// It was found; not there any more once it is being written.
    Found(Box<Planned>),
    /// It is written.
    Writing(ImportId),
}

impl Default for Import {
    fn default() -> Self {
        Self::new("")
    }
}

impl Import {
    /// Starts with something typed.
    pub fn new(typed: &str) -> Self {
        Self {
            field: Field::new(typed, "my.postman_collection.json"),
            phase: Phase::Typing,
            lines: Vec::new(),
            laid: None,
            offset: 0,
            sheet: Sheet::default(),
            completing: None,
            names: Vec::new(),
            elsewhere: false,
            own: false,
            enter: String::new(),
        }
    }

    /// Waits for what is being read.
    pub fn read(&mut self, id: ImportId, typed: &str) {
        self.phase = Phase::Reading(id, typed.to_owned());
    }

    /// Waits for what is being written.
    pub fn write(&mut self, id: ImportId) {
        self.phase = Phase::Writing(id);
    }

    /// Whether it waits for something, and for what.
    pub fn waits_for(&self) -> Option<ImportId> {
        match &self.phase {
            Phase::Reading(id, _) | Phase::Writing(id) => Some(*id),
            _ => None,
        }
    }

    /// Shows what was found, and whether it goes into the user's own workspace for want of a nearer one.
    pub fn found(&mut self, planned: Box<Planned>, own: bool) {
        let changed = [Action::Change, Action::Move, Action::Remove].map(|action| planned.todo.count(action));
        self.enter = match changed.iter().sum() {
            0 => "import".to_owned(),
            changed => format!("import, overwrite {}", count(changed, "item")),
        };
        self.phase = Phase::Found(planned);
        self.own = own;
        self.laid = None;
        self.offset = 0;
    }

    /// Shows why it is of no use.
    pub fn failed(&mut self, why: String, hint: Option<String>) {
        self.phase = Phase::Failed(why, hint);
    }

    /// Takes a key.
    pub fn key(&mut self, key: KeyEvent, cx: &mut Cx<'_>) -> Flow {
        let page = isize::try_from(self.rows().height.max(1)).unwrap_or(1);
        match (&self.phase, key.code) {
            (Phase::Reading(..), KeyCode::Esc) => {
                cx.commands.push(Command::Import(Ask::Stop));
                self.phase = Phase::Typing;
            }
            (Phase::Reading(..), KeyCode::Char('c')) if key.modifiers.contains(KeyModifiers::CONTROL) => {
                cx.commands.push(Command::Import(Ask::Stop));
                self.phase = Phase::Typing;
            }
            (Phase::Reading(..) | Phase::Writing(_), _) => {}
            (_, KeyCode::Esc) => return Flow::Close,
            (Phase::Found(_), code) => match code {
                KeyCode::Enter => return self.take(cx),
                KeyCode::Backspace | KeyCode::Left => self.phase = Phase::Typing,
                KeyCode::Char('q') => return Flow::Close,
                KeyCode::Up | KeyCode::Char('k') => self.scroll(-1),
                KeyCode::Down | KeyCode::Char('j') => self.scroll(1),
                KeyCode::PageUp => self.scroll(-page),
                KeyCode::PageDown | KeyCode::Char(' ') => self.scroll(page),
                KeyCode::Home | KeyCode::Char('g') => self.offset = 0,
                KeyCode::End | KeyCode::Char('G') => self.scroll(isize::MAX),
                _ => {}
            },
            (_, KeyCode::Enter) => {
                let text = self.field.text();
                if text.trim().is_empty() {
                    self.failed("type or drop a file first".to_owned(), None);
                } else {
                    cx.commands.push(Command::Import(Ask::Read(text.trim().to_owned())));
                }
            }
            (_, KeyCode::Tab) => self.complete(cx),
            _ => {
                if self.field.key(key, cx) {
                    self.typed();
                }
            }
        }
        Flow::Stay
    }

    /// Goes on with another text in the field.
    fn typed(&mut self) {
        self.phase = Phase::Typing;
        self.names.clear();
    }

    /// Tab: has the path completed.
    fn complete(&mut self, cx: &mut Cx<'_>) {
        let typed = self.field.text();
        if !typed.trim().is_empty() && !is_url(&typed) {
            self.completing = Some(typed.clone());
            cx.effects.push(Effect::Look(Question::Complete(typed)));
        }
    }

    /// Takes what was seen of the file system, if it is of what is typed.
    pub fn looked(&mut self, answer: &Answer) {
        let Answer::Completed {
            typed,
            text,
            names,
            more,
        } = answer
        else {
            return;
        };
        let asked = self.completing.take_if(|own| own == typed).is_some();
        if !asked || !matches!(self.phase, Phase::Typing | Phase::Failed(..)) || self.field.text() != *typed {
            return;
        }
        self.typed();
        if text != typed {
            self.field.set(text);
        } else if names.len() > 1 {
            self.names = names.iter().chain(more).cloned().collect();
        }
    }

    /// Enter on what was found.
    fn take(&mut self, cx: &mut Cx<'_>) -> Flow {
        match std::mem::replace(&mut self.phase, Phase::Typing) {
            Phase::Found(planned) if planned.todo.does_something() => {
                cx.commands.push(Command::Import(Ask::Import(planned)));
                Flow::Stay
            }
            Phase::Found(planned) if self.elsewhere => {
                cx.commands.push(Command::Import(Ask::Enter(planned)));
                Flow::Close
            }
            _ => Flow::Close,
        }
    }

    /// Takes pasted text: a dropped file arrives so.
    pub fn paste(&mut self, text: &str, _cx: &mut Cx<'_>) {
        if matches!(self.phase, Phase::Found(_)) {
            self.field = Field::new("", "");
            self.phase = Phase::Typing;
        }
        if matches!(self.phase, Phase::Typing | Phase::Failed(..)) {
            self.field.paste(text);
            self.typed();
        }
    }

    /// Takes a mouse event.
    pub fn mouse(&mut self, event: MouseEvent, _cx: &mut Cx<'_>) -> Flow {
        let at = Position::new(event.column, event.row);
        match event.kind {
            MouseEventKind::ScrollUp => self.scroll(-3),
            MouseEventKind::ScrollDown => self.scroll(3),
            MouseEventKind::Down(MouseButton::Left) if self.waits_for().is_none() => {
                if !self.sheet.contains(at) {
                    return Flow::Close;
                }
                self.field.click(at);
            }
            _ => {}
        }
        Flow::Stay
    }

    fn scroll(&mut self, rows: isize) {
        let height = usize::from(self.rows().height);
        self.offset = scroll::shift(self.offset, rows, self.lines.len(), height);
    }

    /// Where the lines are: below the field and a line of air.
    fn rows(&self) -> Rect {
        let body = self.sheet.body;
        let above = 2.min(body.height);
        Rect {
            y: body.y + above,
            height: body.height - above,
            ..body
        }
    }

    /// Follows the screen.
    pub fn sync(&mut self, screen: Rect, cx: &mut Cx<'_>) {
        self.elsewhere = cx.shared.read_only.is_some();
        let width = screen.width.saturating_sub(8).clamp(1, WIDTH);
        let laid = matches!(self.phase, Phase::Found(_)).then_some(width);
        if laid.is_none() || laid != self.laid {
            self.lines = self.laid_out(cx.shared.read_only.as_deref(), width);
            self.laid = laid;
        }
        let height = u16::try_from(self.lines.len() + 2).unwrap_or(u16::MAX);
        self.sheet = Sheet::high(screen, width, height.max(6));
        let body = self.sheet.body;
        self.field.place(Rect {
            height: body.height.min(1),
            ..body
        });
        let height = usize::from(self.rows().height);
        self.offset = self.offset.min(scroll::max_offset(self.lines.len(), height));
    }

    /// What is told, broken into lines; `opened` is Postman's file that is only looked at.
    fn laid_out(&self, opened: Option<&str>, width: u16) -> Vec<Line> {
        let lines = match &self.phase {
            Phase::Typing if self.names.is_empty() => vec![Line::new(Look::Dim, "", WHAT)],
            Phase::Typing => vec![Line::new(Look::Dim, "", self.names.join("  "))],
            Phase::Failed(why, hint) => {
                let hint = hint.iter().map(|hint| Line::new(Look::Plain, "  ", hint.as_str()));
                std::iter::once(Line::new(Look::Lost, "✗ ", why.as_str()))
                    .chain(hint)
                    .collect()
            }
            // Drawn with the spinner.
            Phase::Reading(..) | Phase::Writing(_) => vec![Line::new(Look::Plain, "", "")],
            Phase::Found(planned) => {
                let elsewhere = opened.and_then(|opened| elsewhere(planned, Path::new(opened), self.own));
                elsewhere.into_iter().chain(found(planned, self.elsewhere)).collect()
            }
        };
        lines.iter().flat_map(|line| line.wrapped(usize::from(width))).collect()
    }

    fn keys(&self) -> Vec<(&'static str, &str)> {
        let keys: &[_] = match &self.phase {
            Phase::Typing | Phase::Failed(..) => &[("↵", "read it"), ("Tab", "complete"), ("Esc", "cancel")],
            Phase::Reading(..) => &[("Esc", "stop")],
            Phase::Writing(_) => &[],
            Phase::Found(planned) if planned.todo.does_something() => &[
                ("↵", self.enter.as_str()),
                ("Esc", "cancel"),
                ("⌫", "another"),
                ("↑↓", "scroll"),
            ],
            Phase::Found(_) if self.elsewhere => {
                &[("↵", "open it"), ("Esc", "cancel"), ("⌫", "another"), ("↑↓", "scroll")]
            }
            Phase::Found(_) => &[("↵", "close"), ("⌫", "another"), ("↑↓", "scroll")],
        };
        keys.to_vec()
    }

    /// Draws it.
    pub fn draw(&self, view: View<'_>, _screen: Rect, buf: &mut Buffer) -> Option<Position> {
        let theme = view.theme;
        let right = match &self.phase {
            Phase::Found(planned) => {
                let room = usize::from(self.sheet.body.width).saturating_sub(24);
                format!("into {}", shorten(&planned.root().display().to_string(), room))
            }
            _ => String::new(),
        };
        self.sheet.draw("Import from Postman", &right, &self.keys(), view, buf);
        let rows = self.rows();
        for (line, y) in self.lines.iter().skip(self.offset).zip(rows.top()..rows.bottom()) {
            let at = Position::new(rows.x, y);
            let room = usize::from(rows.width);
            let style = line.look.style(theme);
            let used = glyphs::put_text(buf, at, line.mark, room, style);
            let at = Position::new(column_at(rows.x, used), y);
            glyphs::put_text(buf, at, &line.text, room - used, style);
        }
        if !rows.is_empty() && self.waits_for().is_some() {
            let text = match &self.phase {
                Phase::Reading(_, what) => {
                    format!(
                        "reading `{}` …",
                        shorten(what, usize::from(rows.width).saturating_sub(16))
                    )
                }
                _ => "writing …".to_owned(),
            };
            let text = format!("{} {text}", spinner(view.shared.now));
            let style = theme.popup.patch(theme.accent);
            glyphs::put_text(buf, rows.as_position(), &text, usize::from(rows.width), style);
        }
        let bar = Rect {
            width: rows.width.saturating_add(2),
            ..rows
        };
        let bar = bar.intersection(self.sheet.area);
        scroll::draw_bar(
            self.offset,
            self.lines.len(),
            theme.popup_border,
            theme.accent,
            bar,
            buf,
        );
        let typing = matches!(self.phase, Phase::Typing | Phase::Failed(..));
        self.field.draw(view, view.focused && typing, buf).filter(|_| typing)
    }
}

//! The form before a run: what, how often, with which data.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::model::NodeId;
use crate::tui::command::Command;
use crate::tui::commands::groups;
use crate::tui::effect::Effect;
use crate::tui::looking::{Answer, Question};
use crate::tui::modals::Flow;
use crate::tui::modals::field::Field;
use crate::tui::modals::sheet::{Sheet, column_at};
use crate::tui::modals::wrap::wrap;
use crate::tui::panes::{Cx, View};
use crate::tui::runner::{Ask, Settings};
use crate::tui::widgets::glyphs;

/// Columns of the labels.
const LABELS: u16 = 14;
/// The lines in order.
const LINES: [Line; 6] = [
    Line::Group,
    Line::Iterations,
    Line::Data,
    Line::Delay,
    Line::Bail,
    Line::Keep,
];

/// A line of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    Group,
    Iterations,
    Data,
    Delay,
    Bail,
    Keep,
}

impl Line {
    fn label(self) -> &'static str {
        match self {
            Self::Group => "Run",
            Self::Iterations => "Iterations",
            Self::Data => "Data file",
            Self::Delay => "Delay",
            Self::Bail => "On a failure",
            Self::Keep => "Afterwards",
        }
    }
}

/// What is said below a line.
#[derive(Debug)]
struct Said {
    line: usize,
    wrong: bool,
    text: String,
    /// The same, as it is shown.
    lines: Vec<String>,
}

/// Lines that may be said.
const MOST_SAID: usize = 5;
/// The place of the data file among the lines.
const DATA: usize = 2;

/// The form.
#[derive(Debug)]
pub struct RunForm {
    settings: Settings,
    line: usize,
    iterations: Field,
    data: Field,
    delay: Field,
    /// What is to be said below a line: of what was typed, or of how it may go on.
    said: Option<Said>,
    /// The path that is being completed.
    completing: Option<String>,
    sheet: Sheet,
}

impl RunForm {
    /// Starts with these settings.
    pub fn new(settings: Settings) -> Self {
        let number = |number: Option<u128>| number.map_or_else(String::new, |number| number.to_string());
        let delay = Some(settings.delay.as_millis()).filter(|millis| *millis > 0);
        Self {
            iterations: Field::new(
                &number(settings.iterations.map(|count| count as u128)),
                "1, or one for every row of data",
            ),
            data: Field::new(&settings.data, "CSV or JSON: type or drop a path, or leave it empty"),
            delay: Field::new(&number(delay), "0 ms between requests"),
            settings,
            line: 0,
            said: None,
            completing: None,
            sheet: Sheet::default(),
        }
    }

    /// Says what is wrong with the data file, which the run could not use.
    pub fn refuse_data(&mut self, why: &str) {
        // Which one is in the line above.
        let named = why
            .strip_prefix("cannot use the data file `")
            .and_then(|rest| rest.split_once("`: "));
        self.line = DATA;
        self.say(DATA, true, named.map_or(why, |(_, why)| why));
    }

    /// Whether there is text behind the caret in the field that is typed into.
    pub fn goes_on(&self) -> bool {
        match self.on() {
            Line::Iterations => self.iterations.goes_on(),
            Line::Data => self.data.goes_on(),
            Line::Delay => self.delay.goes_on(),
            Line::Group | Line::Bail | Line::Keep => false,
        }
    }

    fn say(&mut self, line: usize, wrong: bool, text: impl Into<String>) {
        let text = text.into();
        self.said = Some(Said {
            line,
            wrong,
            text,
            lines: Vec::new(),
        });
    }

    /// Goes to another line; the path that is left there is looked at.
    fn go(&mut self, line: usize, cx: &mut Cx<'_>) {
        if self.line == DATA && line != DATA {
            self.said = None;
            let typed = self.data.text();
            if !typed.trim().is_empty() {
                cx.effects.push(Effect::Look(Question::Data(typed)));
            }
        }
        self.line = line;
    }

    /// Tab on the path: has it completed; says whether there is anything to complete. Pressed again before there is an
    /// answer it goes on.
    fn complete(&mut self, cx: &mut Cx<'_>) -> bool {
        let typed = self.data.text();
        if typed.trim().is_empty() || self.completing.as_ref() == Some(&typed) {
            self.completing = None;
            return false;
        }
        self.completing = Some(typed.clone());
        cx.effects.push(Effect::Look(Question::Complete(typed)));
        true
    }

    /// Takes what was seen of the file system, if it is of what is typed.
    pub fn looked(&mut self, answer: &Answer, cx: &mut Cx<'_>) {
        match answer {
            Answer::Completed {
                typed,
                text,
                names,
                more,
            } if self.completing.take_if(|own| own == typed).is_some() => {
                if self.line != DATA || self.data.text() != *typed {
                    return;
                }
                self.said = None;
                if text != typed {
                    self.data.set(text);
                } else if names.len() > 1 {
                    let names: Vec<&str> = names.iter().chain(more).map(String::as_str).collect();
                    self.say(DATA, false, names.join("  "));
                } else {
                    self.go(DATA + 1, cx);
                }
            }
            Answer::Data {
                typed,
                wrong: Some(why),
            } if self.data.text() == *typed => self.say(DATA, true, why.as_str()),
            _ => {}
        }
    }

    /// Runs this collection or folder.
    pub fn choose(&mut self, group: NodeId) {
        self.settings.group = group;
    }

    fn field(&mut self, line: Line) -> Option<&mut Field> {
        match line {
            Line::Iterations => Some(&mut self.iterations),
            Line::Data => Some(&mut self.data),
            Line::Delay => Some(&mut self.delay),
            Line::Group | Line::Bail | Line::Keep => None,
        }
    }

    fn on(&self) -> Line {
        LINES[self.line.min(LINES.len() - 1)]
    }

    /// Takes a key.
    pub fn key(&mut self, key: KeyEvent, cx: &mut Cx<'_>) -> Flow {
        let count = LINES.len();
        let on = self.on();
        match key.code {
            KeyCode::Esc => return Self::leave(cx),
            KeyCode::Enter => self.start(cx),
            KeyCode::Char('j') if key.modifiers.contains(KeyModifiers::CONTROL) => self.start(cx),
            KeyCode::Tab if on == Line::Data && self.complete(cx) => {}
            KeyCode::Down | KeyCode::Tab => self.go((self.line + 1) % count, cx),
            KeyCode::Up | KeyCode::BackTab => self.go((self.line + count - 1) % count, cx),
            _ if self.field(on).is_some() => {
                let changed = self.field(on).is_some_and(|field| field.key(key, cx));
                if changed && self.said.as_ref().is_some_and(|said| said.line == self.line) {
                    self.said = None;
                }
            }
            KeyCode::Char(' ') => self.toggle(on, cx),
            KeyCode::Char('j') => self.go((self.line + 1) % count, cx),
            KeyCode::Char('k') => self.go((self.line + count - 1) % count, cx),
            _ => {}
        }
        Flow::Stay
    }

    /// Closes the form; a run that still reads its data file is called off.
    fn leave(cx: &mut Cx<'_>) -> Flow {
        if cx.shared.log.as_ref().is_some_and(|log| log.reads) {
            cx.commands.push(Command::Run(Ask::Cancel));
        }
        Flow::Close
    }

    fn toggle(&mut self, line: Line, cx: &mut Cx<'_>) {
        match line {
            Line::Group => {
                let picker = groups(cx.shared, self.settings.group);
                cx.commands.push(Command::Show(Box::new(picker.into())));
            }
            Line::Bail => self.settings.bail = !self.settings.bail,
            Line::Keep => self.settings.keep = !self.settings.keep,
            Line::Iterations | Line::Data | Line::Delay => {}
        }
    }

    /// Begins the run, or goes to what is wrong.
    fn start(&mut self, cx: &mut Cx<'_>) {
        let number = |field: &Field| {
            let text = field.text();
            let text = text.trim();
            (!text.is_empty()).then(|| text.parse::<u32>().ok())
        };
        let wrong = match (number(&self.iterations), number(&self.delay)) {
            (Some(None | Some(0)), _) => Some((1, "how often: a number from 1 on, or nothing")),
            (_, Some(None)) => Some((3, "the pause in milliseconds: a number, or nothing")),
            _ if cx.shared.workspace.requests_below(self.settings.group).is_empty() => {
                Some((0, "there are no requests in it"))
            }
            _ => None,
        };
        if let Some((line, words)) = wrong {
            self.line = line;
            return self.say(line, true, words);
        }
        // What is wrong with the data file turns up when the run reads it, which the form waits for.
        self.said = None;
        self.settings.iterations = number(&self.iterations).flatten().map(|count| count as usize);
        let delay = number(&self.delay).flatten().unwrap_or(0);
        self.settings.delay = Duration::from_millis(u64::from(delay));
        self.settings.data = self.data.text();
        cx.commands.push(Command::Run(Ask::Start(self.settings.clone())));
    }

    /// Takes pasted text; a dropped file is one, and goes where files go.
    pub fn paste(&mut self, text: &str, _cx: &mut Cx<'_>) {
        self.said = None;
        let on = self.on();
        let is_number = text.trim().chars().all(|c| c.is_ascii_digit());
        if self.field(on).is_none() || (on != Line::Data && !is_number) {
            self.line = DATA;
        }
        if let Some(field) = self.field(self.on()) {
            field.paste(text);
        }
    }

    /// Takes a mouse event.
    pub fn mouse(&mut self, event: MouseEvent, cx: &mut Cx<'_>) -> Flow {
        if event.kind != MouseEventKind::Down(MouseButton::Left) {
            return Flow::Stay;
        }
        let at = Position::new(event.column, event.row);
        if !self.sheet.contains(at) {
            return Self::leave(cx);
        }
        for (n, line) in LINES.into_iter().enumerate() {
            if self.row(n).contains(at) {
                self.go(n, cx);
                match self.field(line) {
                    Some(field) => drop(field.click(at)),
                    None => self.toggle(line, cx),
                }
            }
        }
        Flow::Stay
    }

    /// How many lines are said above a line.
    fn said_lines(&self, n: usize) -> u16 {
        let above = self.said.as_ref().filter(|said| said.line < n);
        above.map_or(0, |said| u16::try_from(said.lines.len()).unwrap_or(0))
    }

    /// Where a line is.
    fn row(&self, n: usize) -> Rect {
        let body = self.sheet.body;
        // A line of air after what is run, and before the switches, where there is room.
        let said = self.said_lines(n);
        let air = if body.height >= 8 + self.said_lines(usize::MAX) {
            u16::from(n > 0) + u16::from(n > 3)
        } else {
            0
        };
        let y = body.y.saturating_add(u16::try_from(n).unwrap_or(u16::MAX) + air + said);
        Rect::new(body.x, y, body.width, 1).intersection(body)
    }

    /// Follows the shared state and the screen.
    pub fn sync(&mut self, screen: Rect, cx: &mut Cx<'_>) {
        let workspace = &cx.shared.workspace;
        if workspace.node(self.settings.group).is_none()
            && let Some(first) = workspace.collections().first()
        {
            self.settings.group = *first;
        }
        let room = usize::from(Sheet::high(screen, 72, 8).body.width.saturating_sub(LABELS));
        if let Some(said) = &mut self.said {
            let mark = if said.wrong { "✗ " } else { "" };
            said.lines = wrap(&format!("{mark}{}", said.text), room.max(1));
            if said.lines.len() > MOST_SAID {
                said.lines.truncate(MOST_SAID - 1);
                said.lines.push("…".to_owned());
            }
        }
        self.sheet = Sheet::high(screen, 72, 8 + self.said_lines(usize::MAX));
        for (n, line) in LINES.into_iter().enumerate() {
            let row = self.row(n);
            let label = LABELS.min(row.width);
            if let Some(field) = self.field(line) {
                field.place(Rect {
                    x: row.x + label,
                    width: row.width - label,
                    ..row
                });
            }
        }
    }

    /// Draws it.
    pub fn draw(&self, view: View<'_>, _screen: Rect, buf: &mut Buffer) -> Option<Position> {
        let theme = view.theme;
        let space = match self.on() {
            Line::Group => "choose",
            _ => "change",
        };
        let keys = [("↵", "run"), ("↑↓", "line"), ("Space", space), ("Esc", "cancel")];
        let typing = matches!(self.on(), Line::Iterations | Line::Data | Line::Delay);
        let completes = self.on() == Line::Data && !self.data.text().is_empty();
        let tab = completes.then_some(("Tab", "complete"));
        let keys = keys
            .into_iter()
            .filter(|(key, _)| !typing || *key != "Space")
            .chain(tab);
        let environment = view.shared.environment_name().unwrap_or("no environment");
        let keys: Vec<_> = keys.collect();
        self.sheet.draw("Run", environment, &keys, view, buf);
        let mut caret = None;
        for (n, line) in LINES.into_iter().enumerate() {
            let row = self.row(n);
            if row.is_empty() {
                continue;
            }
            let here = n == self.line;
            let label = if here { theme.accent } else { theme.dim };
            let room = usize::from(LABELS).saturating_sub(1);
            glyphs::put_text(buf, row.as_position(), line.label(), room, theme.popup.patch(label));
            let field = match line {
                Line::Iterations => &self.iterations,
                Line::Data => &self.data,
                Line::Delay => &self.delay,
                Line::Group | Line::Bail | Line::Keep => {
                    self.draw_choice(line, here, row, view, buf);
                    continue;
                }
            };
            let drawn = field.draw(view, view.focused && here, buf);
            caret = if here { drawn } else { caret };
        }
        if let Some(said) = &self.said {
            let row = self.row(said.line);
            let style = theme.popup.patch(if said.wrong { theme.error } else { theme.dim });
            let room = usize::from(row.width.saturating_sub(LABELS));
            for (line, y) in said.lines.iter().zip(row.y + 1..self.sheet.body.bottom()) {
                let at = Position::new(column_at(row.x, usize::from(LABELS)), y);
                glyphs::put_text(buf, at, line, room, style);
            }
        }
        caret
    }

    /// A line that is chosen and not typed.
    fn draw_choice(&self, line: Line, here: bool, row: Rect, view: View<'_>, buf: &mut Buffer) {
        let theme = view.theme;
        let ground = if here {
            theme.popup.patch(theme.selected)
        } else {
            theme.popup
        };
        let at = |column: u16| Position::new(row.x.saturating_add(LABELS + column), row.y);
        let width = row.width.saturating_sub(LABELS);
        buf.set_style(Rect::new(row.x + LABELS, row.y, width, 1).intersection(row), ground);
        let room = usize::from(width);
        let (on, words) = match line {
            Line::Bail => (self.settings.bail, "stop at the first one"),
            Line::Keep => (self.settings.keep, "keep the values that scripts have set"),
            _ => {
                let workspace = &view.shared.workspace;
                let group = self.settings.group;
                let name = workspace.node(group).map_or("", |node| node.entity.name());
                let used = glyphs::put_text(buf, at(0), name, room, ground.patch(theme.strong));
                let above = view.shared.breadcrumbs(group);
                let count = match workspace.requests_below(group).len() {
                    1 => "1 request".to_owned(),
                    n => format!("{n} requests"),
                };
                let rest = if above.is_empty() {
                    count
                } else {
                    format!("{above} · {count}")
                };
                let column = u16::try_from(used + 2).unwrap_or(width).min(width);
                let room = usize::from(width - column);
                glyphs::put_text(buf, at(column), &rest, room, ground.patch(theme.dim));
                return;
            }
        };
        let (mark, style) = if on { ("✓", theme.ok) } else { ("·", theme.dim) };
        glyphs::put_text(buf, at(0), mark, room, ground.patch(style));
        let style = if on { ground } else { ground.patch(theme.dim) };
        glyphs::put_text(buf, at(2), words, room.saturating_sub(2), style);
    }
}

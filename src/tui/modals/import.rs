//! Importing Postman's files: type or drop one, look at what it holds and what is lost of it, then take it over.

use std::path::Path;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::Flow;
use super::field::Field;
use super::prompt::shorten;
use super::sheet::{Sheet, column_at};
use super::wrap::wrap;
use crate::foreign::{Planned, is_url};
use crate::formats::reimport::Action;
use crate::formats::{Fate, Report};
use crate::model::Entity;
use crate::store::locate::plain;
use crate::tui::command::Command;
use crate::tui::effect::Effect;
use crate::tui::importing::{Ask, ImportId};
use crate::tui::looking::{Answer, Question};
use crate::tui::panes::environments::spinner;
use crate::tui::panes::{Cx, View};
use crate::tui::theme::Theme;
use crate::tui::widgets::{glyphs, scroll};

/// What can be typed.
const WHAT: &str = "A file, a folder or a URL: collections (v1, v2.0, v2.1, the folder of v3), environments, globals, data \
                    dumps. A file can be dropped here.";
/// Columns of the screen at most.
const WIDTH: u16 = 100;
/// Differences that stand above what is lost.
const MOST_DIFFERENCES: usize = 8;

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

/// How a line is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    Plain,
    Strong,
    Dim,
    Done,
    Warning,
    Lost,
}

impl Look {
    fn style(self, theme: &Theme) -> Style {
        let style = match self {
            Self::Plain => Style::default(),
            Self::Strong => theme.strong,
            Self::Dim => theme.dim,
            Self::Done => theme.ok,
            Self::Warning => theme.warn,
            Self::Lost => theme.error,
        };
        theme.popup.patch(style)
    }
}

/// A line with a mark before it.
#[derive(Clone, Debug)]
struct Line {
    look: Look,
    mark: &'static str,
    text: String,
}

impl Line {
    fn new(look: Look, mark: &'static str, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { look, mark, text }
    }

    /// Breaks it into lines; the mark stands before the first.
    fn wrapped(&self, width: usize) -> Vec<Self> {
        let room = width.saturating_sub(glyphs::width(self.mark));
        let lines = wrap(&self.text, room).into_iter().enumerate();
        let blank = if self.mark.is_empty() { "" } else { "  " };
        lines
            .map(|(n, text)| Self::new(self.look, if n == 0 { self.mark } else { blank }, text))
            .collect()
    }
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
        let Answer::Completed { typed, text, names } = answer else {
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
            self.names.clone_from(names);
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
                elsewhere.into_iter().chain(found(planned)).collect()
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

/// Where it goes, if that is not where the file is.
fn elsewhere(planned: &Planned, opened: &Path, own: bool) -> Option<Line> {
    let root = planned.root();
    if plain(opened).starts_with(root) {
        return None;
    }
    let root = root.display();
    let text = if own {
        format!(
            "It goes into your own workspace, `{root}`: there is none in the current folder, the file's or above them."
        )
    } else {
        format!("It goes into the workspace `{root}`.")
    };
    Some(Line::new(Look::Warning, "→ ", text))
}

/// What was found, what importing it does, and what of it cannot be carried over.
fn found(planned: &Planned) -> Vec<Line> {
    let mut out = Vec::new();
    let (found, todo) = (&planned.found, &planned.todo);
    for (collection, path) in found.collections.iter().zip(todo.collections()) {
        let folders = collection.items.iter();
        let folders = folders.filter(|item| matches!(item.entity, Entity::Folder(_))).count();
        let mut holds = count(collection.requests(), "request");
        if folders > 0 {
            holds = format!("{holds} in {}", count(folders, "folder"));
        }
        let text = format!("{}: {holds} → collections/{path}", collection.name());
        out.push(Line::new(Look::Strong, "✓ ", text));
    }
    for step in &todo.environments {
        let (name, variables) = (&step.environment.name, step.environment.variables.len());
        let variables = count(variables, "variable");
        let text = format!("{name}: {variables} → environments/{}.toml", step.slug);
        out.push(Line::new(Look::Strong, "✓ ", text));
    }
    if let Some(globals) = &found.globals {
        let variables = count(globals.variables.len(), "variable");
        out.push(Line::new(
            Look::Strong,
            "✓ ",
            format!("globals: {variables} → globals.toml"),
        ));
    }
    out.push(Line::new(Look::Plain, "", ""));
    if todo.does_something() {
        out.push(Line::new(Look::Plain, "  ", format!("Importing it: {}.", todo.words())));
    } else {
        out.push(Line::new(
            Look::Done,
            "✓ ",
            format!("there already, and nothing is different: {}", todo.words()),
        ));
    }
    if todo.changes() {
        let text =
            "It was imported before. What differs here becomes what the file says; what was unsaved is asked about.";
        out.push(Line::new(Look::Warning, "! ", text));
        if todo.count(Action::Remove) > 0 {
            let text = "What came from a file and is no longer in this one is removed.";
            out.push(Line::new(Look::Warning, "! ", text));
        }
    }
    // What becomes different comes first, as it may be one's own; what is lost is not to be looked for below a long list.
    let mut differences = todo.differences();
    let rest = differences.split_off(differences.len().min(MOST_DIFFERENCES));
    if !differences.is_empty() {
        out.push(Line::new(Look::Plain, "", ""));
        out.push(Line::new(Look::Plain, "  ", "What differs:"));
        out.extend(differences.into_iter().map(|line| Line::new(Look::Plain, "  ", line)));
    }
    if !rest.is_empty() {
        let text = format!("… and {} more, at the end", rest.len());
        out.push(Line::new(Look::Dim, "  ", text));
    }
    out.extend(report(&found.report));
    if !rest.is_empty() {
        out.push(Line::new(Look::Plain, "", ""));
        out.push(Line::new(Look::Plain, "  ", "What else differs:"));
        out.extend(rest.into_iter().map(|line| Line::new(Look::Plain, "  ", line)));
    }
    out
}

/// The report: what is lost, what else does not come as it is, then the secrets in clear.
fn report(report: &Report) -> Vec<Line> {
    let mut out = Vec::new();
    if report.is_clean() {
        out.push(Line::new(Look::Done, "✓ ", "All of it can be carried over as it is."));
    }
    let fates = [
        (Fate::Lost, "lost"),
        (Fate::Guessed, "guessed"),
        (Fate::Kept, "kept without effect"),
    ];
    let counts = fates.map(|(fate, words)| (report.count(fate), words));
    let counts = counts.iter().filter(|(count, _)| *count > 0);
    let counts: Vec<String> = counts.map(|(count, words)| format!("{count} {words}")).collect();
    if !counts.is_empty() {
        out.push(Line::new(Look::Plain, "", ""));
        let text = format!("Not carried over as it is: {}", counts.join(", "));
        out.push(Line::new(Look::Warning, "! ", text));
    }
    for (fate, _) in fates {
        out.extend(notes(report, fate));
    }
    let mut why: Option<&str> = None;
    for note in report.notes.iter().filter(|note| note.fate == Fate::Open) {
        if why != Some(&note.why) {
            why = Some(&note.why);
            let open = report.notes.iter();
            let open = open.filter(|other| other.fate == Fate::Open && other.why == note.why);
            let text = format!("Secrets in clear: {}: {}", open.count(), note.why);
            out.push(Line::new(Look::Plain, "", ""));
            out.push(Line::new(Look::Warning, "! ", text));
        }
        let text = format!("{}: {}", place(&note.path), note.what);
        out.push(Line::new(Look::Dim, "  ", text));
    }
    out
}

/// What had this fate, item by item.
fn notes(report: &Report, fate: Fate) -> Vec<Line> {
    let look = if fate == Fate::Lost { Look::Lost } else { Look::Dim };
    let mut out = Vec::new();
    let mut path: Option<&str> = None;
    for note in report.notes.iter().filter(|note| note.fate == fate) {
        if path != Some(&note.path) {
            path = Some(&note.path);
            out.push(Line::new(Look::Plain, "  ", place(&note.path)));
        }
        let text = format!("  {}: {}: {}", fate.word(), note.what, note.why);
        out.push(Line::new(look, "  ", text));
    }
    out
}

fn place(path: &str) -> &str {
    if path.is_empty() { "the file" } else { path }
}

fn count(number: usize, word: &str) -> String {
    match number {
        1 => format!("1 {word}"),
        n => format!("{n} {word}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::Note;

    #[test]
    fn what_is_lost_comes_first_and_all_secrets_are_told_of_in_one_sentence() {
        let note = |path: &str, fate: Fate, why: &str| Note {
            path: path.to_owned(),
            field: String::new(),
            fate,
            what: format!("what {path} holds"),
            why: why.to_owned(),
        };
        let report = Report {
            notes: vec![
                note("a", Fate::Open, "others can read it"),
                note("b", Fate::Guessed, "unclear"),
                note("c", Fate::Open, "others can read it"),
                note("d", Fate::Lost, "unknown"),
            ],
        };
        let told: Vec<String> = super::report(&report)
            .iter()
            .map(|line| line.text.trim().to_owned())
            .filter(|line| !line.is_empty())
            .collect();
        let expected = [
            "Not carried over as it is: 1 lost, 1 guessed",
            "d",
            "lost: what d holds: unknown",
            "b",
            "guessed: what b holds: unclear",
            "Secrets in clear: 2: others can read it",
            "a: what a holds",
            "c: what c holds",
        ];
        assert_eq!(told, expected);
    }
}

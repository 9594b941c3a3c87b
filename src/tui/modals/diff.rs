//! Two responses beside each other, or one above the other where there is no room: what is equal is folded away.

use std::ops::Range;
use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, MouseButton, MouseEvent, MouseEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};

use super::Flow;
use super::sheet::Sheet;
use crate::filter::Stop;
use crate::tui::command::Command;
use crate::tui::comparing::rows::AROUND;
use crate::tui::comparing::{Compared, Form, Job, Lines};
use crate::tui::effect::Effect;
use crate::tui::panes::{Cx, View};
use crate::tui::shared::Level;
use crate::tui::widgets::{glyphs, scroll};

/// From this width of the body on both are side by side.
const WIDE: u16 = 100;
/// Bytes of a line that are shown.
const SHOWN: usize = 4096;
/// What is said of keys that do nothing here.
const NEITHER: &str =
    "nothing is searched or copied here: `n` and `N` go through the changes; the response has both keys";
/// Rows a turn of the wheel scrolls.
const WHEEL: isize = 3;

/// The comparison.
#[derive(Debug)]
pub struct Diff {
    /// The name of the work: news of others are not for this one.
    pub name: u64,
    title: String,
    /// As long as this is here the comparison is wanted.
    _wanted: Arc<()>,
    /// Until it is handed over.
    job: Option<Box<Job>>,
    compared: Option<Result<Compared, String>>,
    wide: bool,
    cursor: usize,
    offset: usize,
    sheet: Sheet,
}

/// A row on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Row {
    Same(usize, usize),
    /// Beside each other, or one alone.
    Changed(Option<usize>, Option<usize>),
    /// So many equal lines of a part.
    Fold(usize, usize),
}

/// Which part a change is.
fn change(compared: &Compared, n: usize) -> usize {
    usize::from(compared.parts.first().is_some_and(|part| part.same)) + 2 * n
}

impl Diff {
    /// Compares when it is shown.
    pub fn new(name: u64, title: String, mut job: Job) -> Self {
        let wanted = Arc::new(());
        let watched = Arc::downgrade(&wanted);
        job.stop = Stop::when(move || watched.strong_count() == 0);
        Self {
            name,
            title,
            _wanted: wanted,
            job: Some(Box::new(job)),
            compared: None,
            wide: false,
            cursor: 0,
            offset: 0,
            sheet: Sheet::default(),
        }
    }

    /// Takes what was found.
    pub fn take(&mut self, compared: Result<Compared, String>) {
        self.compared = Some(compared);
        self.cursor = 0;
        if self
            .found()
            .is_some_and(|compared| compared.parts.first().is_some_and(|part| part.same))
        {
            self.step_change(true);
        }
    }

    fn found(&self) -> Option<&Compared> {
        self.compared.as_ref()?.as_ref().ok()
    }

    /// How many rows there are.
    fn len(&self) -> usize {
        self.found().map_or(0, |compared| compared.rows.len(self.wide))
    }

    /// How many changes there are: what is equal and what is not take turns.
    fn changes(&self) -> usize {
        self.found().map_or(0, |compared| {
            let first = change(compared, 0);
            compared.parts.len().saturating_sub(first).div_ceil(2)
        })
    }

    /// How many changes begin at a row or before it.
    fn changes_up_to(&self, row: usize) -> usize {
        self.found().map_or(0, |compared| {
            let nth = |at| change(compared, at);
            compared.rows.behind(row, self.wide, self.changes(), nth)
        })
    }

    /// A row.
    fn row_at(&self, row: usize) -> Option<Row> {
        let compared = self.found()?;
        let (n, at) = compared.rows.at(row, self.wide)?;
        let part = compared.parts.get(n)?;
        let (left, right) = (&part.left, &part.right);
        if let Some((before, after)) = compared.rows.folded(n, part) {
            let hidden = left.len() - before - after;
            return Some(match at {
                at if at < before => Row::Same(left.start + at, right.start + at),
                at if at == before => Row::Fold(n, hidden),
                at => Row::Same(left.start + at + hidden - 1, right.start + at + hidden - 1),
            });
        }
        let nth = |range: &Range<usize>, at: usize| Some(range.start + at).filter(|line| *line < range.end);
        Some(match (part.same, self.wide) {
            (true, _) => Row::Same(left.start + at, right.start + at),
            (false, true) => Row::Changed(nth(left, at), nth(right, at)),
            (false, false) if at < left.len() => Row::Changed(nth(left, at), None),
            (false, false) => Row::Changed(None, nth(right, at - left.len())),
        })
    }

    /// Takes a key.
    pub fn key(&mut self, key: KeyEvent, cx: &mut Cx<'_>) -> Flow {
        let page = isize::try_from(self.sheet.body.height.saturating_sub(1).max(1)).unwrap_or(1);
        match key.code {
            KeyCode::Esc | KeyCode::Char('q') => return Flow::Close,
            KeyCode::Up | KeyCode::Char('k') => self.step(-1),
            KeyCode::Down | KeyCode::Char('j') => self.step(1),
            KeyCode::PageUp => self.step(-page),
            KeyCode::PageDown | KeyCode::Char(' ') => self.step(page),
            KeyCode::Home | KeyCode::Char('g') => self.cursor = 0,
            KeyCode::End | KeyCode::Char('G') => self.cursor = self.len().saturating_sub(1),
            KeyCode::Char('n') => self.step_change(true),
            KeyCode::Char('N') => self.step_change(false),
            KeyCode::Enter | KeyCode::Char('o') => self.unfold(),
            KeyCode::Char('/' | 'y') => cx.commands.push(Command::Notify(Level::Info, NEITHER.to_owned())),
            _ => {}
        }
        Flow::Stay
    }

    /// Takes pasted text: there is nowhere to put it.
    pub fn paste(&mut self, _text: &str, _cx: &mut Cx<'_>) {}

    /// Takes a mouse event.
    pub fn mouse(&mut self, event: MouseEvent, _cx: &mut Cx<'_>) -> Flow {
        let at = Position::new(event.column, event.row);
        match event.kind {
            MouseEventKind::ScrollUp => self.step(-WHEEL),
            MouseEventKind::ScrollDown => self.step(WHEEL),
            MouseEventKind::Down(MouseButton::Left) if !self.sheet.contains(at) => return Flow::Close,
            MouseEventKind::Down(MouseButton::Left) if self.sheet.body.contains(at) => {
                let row = self.offset + usize::from(at.y - self.sheet.body.y);
                if row < self.len() {
                    self.cursor = row;
                    self.unfold();
                }
            }
            _ => {}
        }
        Flow::Stay
    }

    fn step(&mut self, rows: isize) {
        self.cursor = self
            .cursor
            .saturating_add_signed(rows)
            .min(self.len().saturating_sub(1));
    }

    fn unfold(&mut self) {
        if let Some(Row::Fold(n, _)) = self.row_at(self.cursor)
            && let Some(Ok(compared)) = &mut self.compared
            && let Some(part) = compared.parts.get(n)
        {
            compared.rows.unfold(n, part);
        }
    }

    fn step_change(&mut self, forward: bool) {
        let all = self.changes();
        let Some(last) = all.checked_sub(1) else { return };
        let next = if forward {
            self.changes_up_to(self.cursor) % all
        } else {
            let before = self.cursor.checked_sub(1).map_or(0, |row| self.changes_up_to(row));
            before.checked_sub(1).unwrap_or(last)
        };
        if let Some(compared) = self.found() {
            self.cursor = compared.rows.begin(change(compared, next), self.wide);
        }
    }

    /// Follows the screen, and hands the work over.
    pub fn sync(&mut self, screen: Rect, cx: &mut Cx<'_>) {
        if let Some(job) = self.job.take() {
            cx.effects.push(Effect::Compare(self.name, job));
        }
        self.sheet = Sheet::tall(screen, screen.width, screen.height);
        let wide = self.sheet.body.width >= WIDE;
        if wide != self.wide {
            self.wide = wide;
            self.cursor = self.cursor.min(self.len().saturating_sub(1));
        }
        let height = usize::from(self.sheet.body.height);
        self.offset = scroll::follow(self.offset, self.cursor, self.len(), height, AROUND);
    }

    /// How many changes there are, and at which one the cursor is.
    fn count(&self) -> String {
        let all = self.changes();
        let at = self.changes_up_to(self.cursor);
        let how = match &self.compared {
            Some(Ok(compared)) => match compared.form {
                Form::Values => "as JSON · ",
                Form::LaidOut => "as laid out · ",
                Form::Plain => "",
            },
            _ => "",
        };
        match all {
            0 => String::new(),
            1 => format!("{how}1 change"),
            _ => format!("{how}change {at} of {all}"),
        }
    }

    /// Draws it.
    pub fn draw(&self, view: View<'_>, _screen: Rect, buf: &mut Buffer) -> Option<Position> {
        let theme = view.theme;
        let keys = [
            ("n N", "next, previous change"),
            ("o", "unfold"),
            ("↑↓", "move"),
            ("Esc", "close"),
        ];
        self.sheet.draw(&self.title, &self.count(), &keys, view, buf);
        let body = self.sheet.body;
        let say = |text: &str, style: Style, buf: &mut Buffer| {
            let style = theme.popup.patch(style);
            glyphs::put_text(buf, body.as_position(), text, usize::from(body.width), style);
        };
        let compared = match &self.compared {
            None => {
                say("comparing …", theme.dim, buf);
                return None;
            }
            Some(Err(error)) => {
                say(&format!("✗ {error}"), theme.error, buf);
                return None;
            }
            Some(Ok(compared)) => compared,
        };
        if let Some(verdict) = &compared.bytes {
            let style = if verdict.same { theme.ok } else { theme.warn };
            say(&verdict.words[0], style, buf);
            let below = Position::new(body.x, body.y + 1);
            let style = theme.popup.patch(theme.dim);
            glyphs::put_text(buf, below, &verdict.words[1], usize::from(body.width), style);
            return None;
        }
        if self.changes() == 0 {
            let text = match compared.form {
                Form::Values => "the same: no value differs",
                Form::LaidOut if !compared.identical => "the same as laid out: only white space differs",
                _ => "the same: no line differs",
            };
            say(text, theme.ok, buf);
            return None;
        }
        let digits = compared.left.len().max(compared.right.len()).to_string().len();
        for (n, y) in (self.offset..self.len()).zip(body.top()..body.bottom()) {
            let line = Rect {
                y,
                height: 1,
                width: body.width.saturating_sub(1),
                ..body
            };
            let mut ground = theme.popup;
            if n == self.cursor {
                ground = ground.patch(theme.selected);
            }
            buf.set_style(line, ground);
            if let Some(row) = self.row_at(n) {
                self.row(row, compared, digits, ground, view, line, buf);
            }
        }
        let bar = Rect {
            width: body.width.saturating_add(2),
            ..body
        };
        let bar = bar.intersection(self.sheet.area);
        scroll::draw_bar(self.offset, self.len(), theme.popup_border, theme.accent, bar, buf);
        None
    }

    #[expect(clippy::too_many_arguments, reason = "what a row is drawn from")]
    fn row(
        &self,
        row: Row,
        compared: &Compared,
        digits: usize,
        ground: Style,
        view: View<'_>,
        area: Rect,
        buf: &mut Buffer,
    ) {
        let theme = view.theme;
        let half = area.width / 2;
        let left = Rect {
            width: if self.wide { half.saturating_sub(1) } else { area.width },
            ..area
        };
        let right = if self.wide {
            Rect {
                x: area.x + half + 1,
                width: area.width - half - 1,
                ..area
            }
        } else {
            area
        };
        let side = |lines: &Lines, line: usize, mark: &str, style: Style, area: Rect, buf: &mut Buffer| {
            let number = format!("{:>digits$} {mark} ", line + 1);
            let dim = ground.patch(theme.dim);
            let used = glyphs::put_text(buf, area.as_position(), &number, usize::from(area.width), dim);
            let mut at = Position::new(area.x + u16::try_from(used).unwrap_or(0), area.y);
            let mut room = usize::from(area.width).saturating_sub(used);
            // A line may be a whole body.
            let mut pieces = lines.pieces(line, SHOWN, !view.shared.revealed).into_iter().peekable();
            let style = ground.patch(style);
            while let Some((mut text, differs)) = pieces.next().filter(|_| room > 0) {
                if pieces.peek().is_some() && glyphs::width(&text) == room {
                    // What follows has no room: that must be seen.
                    text.push(' ');
                }
                // What differs within the line is seen without colours, too: also where the row is turned around as a whole.
                let style = match differs {
                    false => style,
                    true if style.add_modifier.contains(Modifier::REVERSED) => {
                        style.add_modifier(Modifier::BOLD | Modifier::UNDERLINED)
                    }
                    true => style.add_modifier(Modifier::REVERSED),
                };
                let used = glyphs::put_text(buf, at, &text, room, style);
                at.x += u16::try_from(used).unwrap_or(0);
                room -= used.min(room);
            }
        };
        let plain = Style::default();
        match row {
            Row::Fold(_, count) => {
                let text = format!("{:>digits$} ⋯ {count} equal lines", "");
                let style = ground.patch(theme.dim).add_modifier(Modifier::ITALIC);
                glyphs::put_text(buf, area.as_position(), &text, usize::from(area.width), style);
            }
            Row::Same(from, to) => {
                if self.wide {
                    side(&compared.left, from, " ", plain, left, buf);
                }
                side(&compared.right, to, " ", plain, right, buf);
            }
            Row::Changed(from, to) => {
                if let Some(line) = from {
                    side(&compared.left, line, "-", theme.error, left, buf);
                }
                if let Some(line) = to {
                    side(&compared.right, line, "+", theme.ok, right, buf);
                }
            }
        }
        if self.wide && !matches!(row, Row::Fold(..)) {
            glyphs::put(
                buf,
                Position::new(area.x + half, area.y),
                "│",
                1,
                ground.patch(theme.border),
            );
        }
    }
}

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
use crate::tui::comparing::{Compared, Job, Lines, Part};
use crate::tui::effect::Effect;
use crate::tui::panes::{Cx, View};
use crate::tui::widgets::{glyphs, scroll};

/// Lines that stay in sight before and behind a change.
const AROUND: usize = 3;
/// From this width of the body on both are side by side.
const WIDE: u16 = 100;
/// Bytes of a line that are shown.
const SHOWN: usize = 4096;
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
    /// Which equal parts are unfolded.
    open: Vec<usize>,
    /// The row at which each part begins, and the one behind the last: the rows themselves are only made as they are drawn.
    begins: Vec<usize>,
    /// The rows at which changes begin.
    changes: Vec<usize>,
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
            open: Vec::new(),
            begins: Vec::new(),
            changes: Vec::new(),
            wide: false,
            cursor: 0,
            offset: 0,
            sheet: Sheet::default(),
        }
    }

    /// Takes what was found.
    pub fn take(&mut self, compared: Result<Compared, String>) {
        self.compared = Some(compared);
        self.build();
        self.cursor = 0;
        if self.changes.first() != Some(&0) {
            self.step_change(true);
        }
    }

    /// How many rows there are.
    fn len(&self) -> usize {
        self.begins.last().copied().unwrap_or(0)
    }

    fn build(&mut self) {
        self.begins.clear();
        self.changes.clear();
        let Some(Ok(compared)) = &self.compared else { return };
        let mut row = 0;
        for (n, part) in compared.parts.iter().enumerate() {
            self.begins.push(row);
            if !part.same {
                self.changes.push(row);
            }
            row += match self.folded(n, part, compared.parts.len()) {
                Some((before, after)) => before + 1 + after,
                None if part.same || self.wide => part.left.len().max(part.right.len()),
                None => part.left.len() + part.right.len(),
            };
        }
        self.begins.push(row);
        self.cursor = self.cursor.min(self.len().saturating_sub(1));
    }

    /// How many lines of an equal part stay in sight before and behind its fold; `None` if it has none.
    fn folded(&self, n: usize, part: &Part, parts: usize) -> Option<(usize, usize)> {
        let before = if n == 0 { 0 } else { AROUND };
        let after = if n + 1 == parts { 0 } else { AROUND };
        let folds = part.same && part.left.len() > before + after + 1 && !self.open.contains(&n);
        folds.then_some((before, after))
    }

    /// A row.
    fn row_at(&self, row: usize) -> Option<Row> {
        let Some(Ok(compared)) = &self.compared else {
            return None;
        };
        let n = self.begins.partition_point(|begin| *begin <= row).checked_sub(1)?;
        let (part, at) = (compared.parts.get(n)?, row - self.begins[n]);
        let (left, right) = (&part.left, &part.right);
        if let Some((before, after)) = self.folded(n, part, compared.parts.len()) {
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
    pub fn key(&mut self, key: KeyEvent, _cx: &mut Cx<'_>) -> Flow {
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
        if let Some(Row::Fold(part, _)) = self.row_at(self.cursor) {
            self.open.push(part);
            self.build();
        }
    }

    fn step_change(&mut self, forward: bool) {
        let changes = &self.changes;
        let next = if forward {
            let next = changes.partition_point(|row| *row <= self.cursor);
            changes.get(next).or(changes.first())
        } else {
            let before = changes.partition_point(|row| *row < self.cursor);
            before.checked_sub(1).and_then(|at| changes.get(at)).or(changes.last())
        };
        self.cursor = next.copied().unwrap_or(self.cursor);
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
            self.build();
        }
        let height = usize::from(self.sheet.body.height);
        self.offset = scroll::follow(self.offset, self.cursor, self.len(), height, AROUND);
    }

    /// How many changes there are, and at which one the cursor is.
    fn count(&self) -> String {
        let all = self.changes.len();
        let at = self.changes.partition_point(|row| *row <= self.cursor);
        let how = match &self.compared {
            Some(Ok(compared)) if compared.structural => "as JSON · ",
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
        if self.changes.is_empty() {
            let text = if compared.structural {
                "the same: no value differs"
            } else {
                "the same: no line differs"
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
            let text = lines.get(line);
            // A line may be a whole body.
            let text = if view.shared.revealed {
                text.get(..text.floor_char_boundary(SHOWN))
                    .unwrap_or_default()
                    .to_owned()
            } else {
                lines.masked(line, SHOWN)
            };
            let at = Position::new(area.x + u16::try_from(used).unwrap_or(0), area.y);
            let room = usize::from(area.width).saturating_sub(used);
            glyphs::put_text(buf, at, &glyphs::elide(&text, room), room, ground.patch(style));
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

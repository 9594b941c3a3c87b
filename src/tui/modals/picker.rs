//! A list to filter and choose from: palette, environments, themes, methods, finding.
//!
//! ```text
//! typed text → Ranking (many items a slice a time) → cursor → sync: window and hits of visible rows → draw
//! ```

mod draw;
mod rank;

use std::mem;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use super::Flow;
use super::field::Field;
use super::sheet::Sheet;
use crate::tui::command::Command;
use crate::tui::panes::Cx;
use crate::tui::widgets::{glyphs, scroll};

use rank::{Hits, Ranking};

/// Most rows shown at once.
const ROWS: usize = 18;

/// One row.
#[derive(Debug, Default)]
pub struct Item {
    /// What it is called; filtered by this and the detail.
    pub label: String,
    /// A dimmed word behind it: where it lives, what it does.
    pub detail: String,
    /// A key or a mark at the right.
    pub right: String,
    /// Marked as the one in use.
    pub current: bool,
    /// What choosing it does.
    pub commands: Vec<Command>,
    /// A theme to try on while the cursor is here.
    pub preview_theme: Option<String>,
    /// An HTTP method shown as a coloured badge before the label.
    pub method: Option<String>,
}

/// What the typed text itself stands for.
#[derive(Clone, Copy, Debug)]
struct FreeText {
    make: fn(String) -> Vec<Command>,
    /// Whether it stands for anything.
    takes: fn(&str) -> bool,
    /// What its row says.
    label: fn(&str) -> String,
    /// Whether its row is the first: what it stands for is surely meant.
    first: bool,
}

/// The list.
#[derive(Debug)]
pub struct Picker {
    title: String,
    items: Vec<Item>,
    on_cancel: Vec<Command>,
    free_text: Option<FreeText>,
    filter: Field,
    ranking: Ranking,
    /// Which row of the filtered list, that of the free text being the last or the first.
    cursor: usize,
    offset: usize,
    sheet: Sheet,
    columns: Columns,
    /// What to accent in the visible rows.
    hits: Vec<Hits>,
    /// The key that chooses and was pressed while it still searched: it counts among what is found.
    pressed: Option<KeyEvent>,
}

/// The widest of each column among all rows, in screen columns.
#[derive(Clone, Copy, Debug, Default)]
struct Columns {
    label: usize,
    detail: usize,
    right: usize,
    method: usize,
}

impl Picker {
    /// Offers these, the current one under the cursor.
    pub fn new(title: impl Into<String>, items: Vec<Item>) -> Self {
        let mut columns = Columns::default();
        for item in &items {
            let method = item.method.as_deref().map_or(0, glyphs::width).min(7);
            columns.label = columns.label.max(glyphs::width(&item.label));
            columns.detail = columns.detail.max(glyphs::width(&item.detail));
            columns.right = columns.right.max(glyphs::width(&item.right));
            columns.method = columns.method.max(method);
        }
        let ranking = Ranking::new(items.len());
        let cursor = items.iter().position(|item| item.current).unwrap_or(0);
        Self {
            title: title.into(),
            items,
            on_cancel: Vec::new(),
            free_text: None,
            filter: Field::new("", "type to filter"),
            ranking,
            cursor,
            offset: 0,
            sheet: Sheet::default(),
            columns,
            hits: Vec::new(),
            pressed: None,
        }
    }

    /// Whether its rows show on the screen behind it what choosing them does.
    pub fn previews(&self) -> bool {
        self.items.iter().any(|item| item.preview_theme.is_some())
    }

    /// What Esc does besides closing.
    #[must_use]
    pub fn on_cancel(mut self, commands: Vec<Command>) -> Self {
        self.on_cancel = commands;
        self
    }

    /// Offers the typed text itself as the last row, unless an item is called exactly that.
    #[must_use]
    pub fn free_text(mut self, make: fn(String) -> Vec<Command>) -> Self {
        self.free_text = Some(FreeText {
            make,
            takes: |_| true,
            label: |text| format!("use \"{text}\""),
            first: false,
        });
        self
    }

    /// Offers the typed text as the first row where it stands for something, with what that is.
    #[must_use]
    pub fn free_text_where(
        mut self,
        takes: fn(&str) -> bool,
        label: fn(&str) -> String,
        make: fn(String) -> Vec<Command>,
    ) -> Self {
        self.free_text = Some(FreeText {
            make,
            takes,
            label,
            first: true,
        });
        self
    }

    /// What the row of the typed text says.
    fn own_label(&self) -> Option<String> {
        Some((self.free_text?.label)(self.own_text()?))
    }

    /// The typed text where it is a choice of its own: none of the items is called exactly that.
    fn own_text(&self) -> Option<&str> {
        let text = self.ranking.text().trim();
        self.free_text
            .filter(|free| !text.is_empty() && (free.takes)(text) && self.items.iter().all(|item| item.label != text))
            .map(|_| text)
    }

    fn rows(&self) -> usize {
        self.ranking.order().len() + usize::from(self.own_text().is_some())
    }

    /// How many rows stand before those of the items.
    fn before(&self) -> usize {
        usize::from(self.free_text.is_some_and(|free| free.first) && self.own_text().is_some())
    }

    /// The number of a row's item; `None` for the free text's.
    fn index(&self, row: usize) -> Option<usize> {
        self.ranking.order().get(row.checked_sub(self.before())?).copied()
    }

    /// The item of a row; `None` for the free text's.
    fn item(&self, row: usize) -> Option<&Item> {
        self.items.get(self.index(row)?)
    }

    /// Whether it is still searching for what was typed.
    pub fn is_searching(&self) -> bool {
        self.ranking.is_searching()
    }

    /// Searches on for what was typed, a moment's work; returns whether it has found it.
    pub fn search_on(&mut self) -> bool {
        self.ranking.go_on(&self.items);
        !self.is_searching()
    }

    /// Takes a key.
    pub fn key(&mut self, key: KeyEvent, cx: &mut Cx<'_>) -> Flow {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        let page = isize::try_from(self.list().height.max(1)).unwrap_or(1);
        // Whoever chooses chooses among what was typed for.
        if self.is_searching() && chooses(key) {
            self.pressed = Some(key);
            return Flow::Stay;
        }
        match key.code {
            KeyCode::Esc => return self.cancel(cx),
            KeyCode::Enter => return self.choose(self.cursor, cx),
            KeyCode::Up | KeyCode::BackTab => self.step(-1, cx),
            KeyCode::Down | KeyCode::Tab => self.step(1, cx),
            KeyCode::Char('p') if control => self.step(-1, cx),
            KeyCode::Char('n') if control => self.step(1, cx),
            KeyCode::PageUp => self.step(-page, cx),
            KeyCode::PageDown => self.step(page, cx),
            _ => {
                if self.filter.key(key, cx) {
                    self.refilter(cx);
                }
            }
        }
        Flow::Stay
    }

    /// Does what was pressed while it searched, on all that there is to find; `None` where nothing was.
    pub fn catch_up(&mut self, cx: &mut Cx<'_>) -> Option<Flow> {
        let key = self.pressed.take()?;
        self.ranking.finish(&self.items);
        Some(self.key(key, cx))
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str, cx: &mut Cx<'_>) {
        self.filter.paste(text);
        self.refilter(cx);
    }

    /// Takes a mouse event.
    pub fn mouse(&mut self, event: MouseEvent, cx: &mut Cx<'_>) -> Flow {
        let at = Position::new(event.column, event.row);
        if matches!(
            event.kind,
            MouseEventKind::ScrollUp | MouseEventKind::ScrollDown | MouseEventKind::Down(MouseButton::Left)
        ) {
            self.ranking.finish(&self.items);
        }
        match event.kind {
            MouseEventKind::ScrollUp => self.step(-1, cx),
            MouseEventKind::ScrollDown => self.step(1, cx),
            MouseEventKind::Down(MouseButton::Left) => {
                if !self.sheet.contains(at) {
                    return self.cancel(cx);
                }
                let list = self.list();
                if list.contains(at) {
                    return self.choose(self.offset + usize::from(at.y - list.y), cx);
                }
                self.filter.click(at);
            }
            _ => {}
        }
        Flow::Stay
    }

    fn cancel(&mut self, cx: &mut Cx<'_>) -> Flow {
        cx.commands.append(&mut self.on_cancel);
        Flow::Close
    }

    fn choose(&mut self, row: usize, cx: &mut Cx<'_>) -> Flow {
        let chosen = self.index(row);
        if let Some(item) = chosen.and_then(|index| self.items.get_mut(index)) {
            cx.commands.extend(mem::take(&mut item.commands));
            return Flow::Close;
        }
        match (self.free_text, self.own_text()) {
            (Some(FreeText { make, .. }), Some(text)) if row < self.rows() => {
                cx.commands.extend(make(text.to_owned()));
                Flow::Close
            }
            _ => Flow::Stay,
        }
    }

    fn step(&mut self, rows: isize, cx: &mut Cx<'_>) {
        let before = self.cursor;
        let last = self.rows().saturating_sub(1);
        self.cursor = match (before, rows) {
            // One step goes around the ends, a page stops there.
            (0, -1) => last,
            (at, 1) if at >= last => 0,
            _ => before.saturating_add_signed(rows).min(last),
        };
        if self.cursor != before {
            self.preview(cx);
        }
    }

    fn refilter(&mut self, cx: &mut Cx<'_>) {
        self.ranking.rank(&self.filter.text(), &self.items);
        self.offset = 0;
        self.cursor = if self.filter.text().is_empty() {
            self.items.iter().position(|item| item.current).unwrap_or(0)
        } else {
            0
        };
        self.preview(cx);
    }

    fn preview(&self, cx: &mut Cx<'_>) {
        if let Some(name) = self.item(self.cursor).and_then(|item| item.preview_theme.clone()) {
            cx.commands.push(Command::Theme { name, keep: false });
        }
    }

    /// Where the rows go: below the field, with a line of air where there is room.
    fn list(&self) -> Rect {
        let body = self.sheet.body;
        let above = if body.height >= 6 { 2 } else { 1 }.min(body.height);
        Rect {
            y: body.y + above,
            height: body.height - above,
            ..body
        }
    }

    /// Follows the shared state and the screen.
    pub fn sync(&mut self, screen: Rect, _cx: &mut Cx<'_>) {
        let columns = self.columns;
        let natural = 2 + columns.method + columns.label + columns.detail + columns.right + 6;
        let width = u16::try_from(natural.clamp(44, 100)).unwrap_or(100);
        let rows = (self.items.len() + usize::from(self.free_text.is_some())).clamp(3, ROWS);
        self.sheet = Sheet::high(screen, width, u16::try_from(rows).unwrap_or(3) + 2);
        let body = self.sheet.body;
        self.filter.place(Rect {
            height: body.height.min(1),
            ..body
        });
        let height = usize::from(self.list().height);
        let rows = self.rows();
        self.cursor = self.cursor.min(rows.saturating_sub(1));
        self.offset = scroll::follow(self.offset, self.cursor, rows, height, 1);
        let from = self.offset.saturating_sub(self.before());
        self.hits = self.ranking.hits(&self.items, from..from + height);
    }
}

/// Whether a key chooses a row, or goes to another one.
fn chooses(key: KeyEvent) -> bool {
    match key.code {
        KeyCode::Enter
        | KeyCode::Up
        | KeyCode::Down
        | KeyCode::Tab
        | KeyCode::BackTab
        | KeyCode::PageUp
        | KeyCode::PageDown => true,
        KeyCode::Char('p' | 'n') => key.modifiers.contains(KeyModifiers::CONTROL),
        _ => false,
    }
}

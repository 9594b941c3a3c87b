//! The keys, by context, built from the actions and the keymap, so that it is never out of date.

use crossterm::event::{KeyCode, KeyEvent, MouseButton, MouseEvent, MouseEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::Flow;
use super::field::Field;
use super::keys::Keys;
use super::sheet::{Sheet, column_at, put_lines};
use super::wrap::wrap;
use crate::tui::action::{self, Spec};
use crate::tui::keymap::{Context, Keymap};
use crate::tui::panes::{Cx, View};
use crate::tui::widgets::{glyphs, scroll};

/// How to move, before any list of keys.
const PRIMER: [&str; 3] = [
    "1 2 3 4 or Tab go from pane to pane, arrows or h j k l move within one.",
    "Enter opens or edits what the cursor is on, Esc goes back one step.",
    "Ctrl+J sends, Ctrl+P finds every command by its name.",
];

/// From this width on there are two columns.
const WIDE: u16 = 96;

/// One line of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Row {
    /// The name of a context.
    Heading(&'static str),
    /// An action's keys and what it does, or the rest of that.
    Key(String, String),
    /// A sentence.
    Text(String),
    /// Air.
    Blank,
}

/// The help screen.
#[derive(Debug)]
pub struct Help {
    sections: Vec<(Context, Vec<(String, &'static Spec)>)>,
    /// The keys of the screen it lies over, instead.
    own: Option<Keys>,
    filter: Field,
    /// The columns, side by side.
    columns: Vec<Vec<Row>>,
    /// How wide each of them is, and the keys in it.
    widths: (usize, usize),
    offset: usize,
    sheet: Sheet,
}

impl Help {
    /// Shows the keys of these contexts first, then all others.
    pub fn new(keymap: &Keymap, contexts: &[Context]) -> Self {
        let rest = Context::ALL.into_iter().filter(|context| !contexts.contains(context));
        let order: Vec<Context> = contexts.iter().copied().chain(rest).collect();
        let sections = order
            .into_iter()
            .map(|context| (context, keys(keymap, context)))
            .collect();
        Self {
            sections,
            own: None,
            filter: Field::new("", "type to filter"),
            columns: Vec::new(),
            widths: (0, 0),
            offset: 0,
            sheet: Sheet::default(),
        }
    }

    /// Shows the keys of a screen over the panes, whose own keys do nothing there.
    pub fn of(keys: Keys) -> Self {
        Self {
            own: Some(keys),
            ..Self::new(&Keymap::default(), &[])
        }
    }

    /// Takes a key.
    pub fn key(&mut self, key: KeyEvent, cx: &mut Cx<'_>) -> Flow {
        let page = isize::try_from(self.list().height.max(1)).unwrap_or(1);
        match key.code {
            KeyCode::Esc | KeyCode::F(1) => return Flow::Close,
            KeyCode::Up => self.scroll(-1),
            KeyCode::Down | KeyCode::Enter => self.scroll(1),
            KeyCode::PageUp => self.scroll(-page),
            KeyCode::PageDown => self.scroll(page),
            // Whoever presses `/` to filter is filtering already.
            KeyCode::Char('/') if self.filter.text().is_empty() => {}
            _ => {
                if self.filter.key(key, cx) {
                    self.offset = 0;
                }
            }
        }
        Flow::Stay
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str, _cx: &mut Cx<'_>) {
        self.filter.paste(text);
        self.offset = 0;
    }

    /// Takes a mouse event.
    pub fn mouse(&mut self, event: MouseEvent, _cx: &mut Cx<'_>) -> Flow {
        let at = Position::new(event.column, event.row);
        match event.kind {
            MouseEventKind::ScrollUp => self.scroll(-3),
            MouseEventKind::ScrollDown => self.scroll(3),
            MouseEventKind::Down(MouseButton::Left) if !self.sheet.contains(at) => return Flow::Close,
            MouseEventKind::Down(MouseButton::Left) => {
                self.filter.click(at);
            }
            _ => {}
        }
        Flow::Stay
    }

    fn rows(&self) -> usize {
        self.columns.iter().map(Vec::len).max().unwrap_or(0)
    }

    fn scroll(&mut self, rows: isize) {
        self.offset = scroll::shift(self.offset, rows, self.rows(), usize::from(self.list().height));
    }

    /// Whether there is room for two columns; the primer then stands over them, else it scrolls along.
    fn two(&self) -> bool {
        self.sheet.body.width >= WIDE
    }

    /// The rows of the primer over the columns.
    fn primer(&self) -> u16 {
        if self.two() && self.own.is_none() && self.filter.text().is_empty() {
            4
        } else {
            0
        }
    }

    fn list(&self) -> Rect {
        let body = self.sheet.body;
        let above = (2 + self.primer()).min(body.height);
        Rect {
            y: body.y + above,
            height: body.height - above,
            ..body
        }
    }

    /// The sections that match the filter, as rows.
    fn matching(&self, room: usize) -> Vec<Vec<Row>> {
        let text = self.filter.text().trim().to_lowercase();
        let mut out = Vec::new();
        if let Some((name, keys)) = &self.own {
            let fits = |words: &str| words.to_lowercase().contains(&text);
            let found = keys.iter().filter(|(keys, does)| fits(keys) || fits(does));
            let found = found.flat_map(|(keys, does)| lines(keys, does, room));
            let mut rows: Vec<Row> = found.collect();
            if !rows.is_empty() {
                rows.insert(0, Row::Heading(name));
                out.push(rows);
            }
        }
        for (context, keys) in &self.sections {
            let named = context.label().to_lowercase().contains(&text);
            let found: Vec<Row> = keys
                .iter()
                .filter(|(chords, spec)| {
                    let words = [chords, spec.help, spec.label, spec.id];
                    named || words.iter().any(|words| words.to_lowercase().contains(&text))
                })
                .flat_map(|(chords, spec)| lines(chords, spec.help, room))
                .collect();
            if !found.is_empty() {
                let mut rows = vec![Row::Heading(context.label())];
                rows.extend(found);
                rows.push(Row::Blank);
                out.push(rows);
            }
        }
        out
    }

    /// Follows the screen.
    pub fn sync(&mut self, screen: Rect, _cx: &mut Cx<'_>) {
        let width = screen.width.saturating_sub(8).min(120);
        let (width, height) = match &self.own {
            // One column, as long as it is.
            Some((_, keys)) => (width.min(WIDE - 1), u16::try_from(keys.len() + 4).unwrap_or(u16::MAX)),
            None => (width, 60),
        };
        self.sheet = Sheet::centred(screen, width, screen.height.saturating_sub(6).min(height));
        let body = self.sheet.body;
        self.filter.place(Rect {
            height: body.height.min(1),
            ..body
        });
        let count = if self.two() { 2 } else { 1 };
        let width = usize::from(body.width).saturating_sub((count - 1) * 3) / count;
        let chords = self.sections.iter().flat_map(|(_, keys)| keys);
        let own = self.own.iter().flat_map(|(_, keys)| keys);
        let keys = chords
            .map(|(chords, _)| chords.as_str())
            .chain(own.map(|(keys, _)| keys.as_str()))
            .map(glyphs::width)
            .max()
            .unwrap_or(0)
            .min(width / 3);
        self.widths = (width, keys);
        let sections = self.matching(width.saturating_sub(keys + 2));
        let all: usize = sections.iter().map(Vec::len).sum();
        let mut columns = vec![Vec::new(); count];
        if count == 1 && self.own.is_none() && self.filter.text().is_empty() {
            columns[0].extend(PRIMER.iter().flat_map(|line| wrap(line, width)).map(Row::Text));
            columns[0].push(Row::Blank);
        }
        for rows in sections {
            // The left column takes sections as long as it is not past its half.
            let full = columns[0].len() + rows.len() / 2 > all / 2;
            let right = count > 1 && !columns[0].is_empty() && (full || !columns[1].is_empty());
            columns[usize::from(right)].extend(rows);
        }
        self.columns = columns;
        let height = usize::from(self.list().height);
        self.offset = self.offset.min(scroll::max_offset(self.rows(), height));
    }

    /// Draws it.
    pub fn draw(&self, view: View<'_>, _screen: Rect, buf: &mut Buffer) -> Option<Position> {
        let theme = view.theme;
        let keys = [("Esc", "close"), ("↑↓", "scroll"), ("type", "to filter")];
        self.sheet.draw("Keys", "", &keys, view, buf);
        let cursor = self.filter.draw(view, view.focused, buf);
        let (body, list) = (self.sheet.body, self.list());
        if self.primer() > 0 {
            let y = body.y.saturating_add(2);
            let room = Rect {
                y,
                height: list.y.saturating_sub(y),
                ..body
            };
            put_lines(PRIMER.into_iter(), room, theme.popup, buf);
        }
        let (room, key_width) = self.widths;
        for (n, column) in self.columns.iter().enumerate() {
            let x = column_at(list.x, n * (room + 3));
            for (row, y) in column.iter().skip(self.offset).zip(list.top()..list.bottom()) {
                match row {
                    Row::Heading(text) => {
                        let style = theme.popup.patch(theme.title_focused);
                        glyphs::put_text(buf, Position::new(x, y), text, room, style);
                    }
                    Row::Key(chords, help) => {
                        let style = theme.popup.patch(theme.key_hint);
                        let indent = key_width - glyphs::width(chords).min(key_width);
                        let at = Position::new(column_at(x, indent), y);
                        glyphs::put_text(buf, at, chords, key_width, style);
                        let at = Position::new(column_at(x, key_width + 2), y);
                        glyphs::put_text(buf, at, help, room.saturating_sub(key_width + 2), theme.popup);
                    }
                    Row::Text(text) => {
                        glyphs::put_text(buf, Position::new(x, y), text, room, theme.popup);
                    }
                    Row::Blank => {}
                }
            }
        }
        if self.rows() == 0 {
            let text = format!("no key for `{}`", self.filter.text().trim());
            let style = theme.popup.patch(theme.dim);
            glyphs::put_text(buf, list.as_position(), &text, usize::from(list.width), style);
        }
        let bar = Rect {
            width: list.width.saturating_add(2),
            ..list
        };
        let bar = bar.intersection(self.sheet.area);
        scroll::draw_bar(self.offset, self.rows(), theme.popup_border, theme.accent, bar, buf);
        cursor
    }
}

/// The rows of keys and of what they do.
fn lines(keys: &str, does: &str, room: usize) -> impl Iterator<Item = Row> {
    let mut keys = keys.to_owned();
    wrap(does, room)
        .into_iter()
        .map(move |line| Row::Key(std::mem::take(&mut keys), line))
}

/// The actions bound in a context, each once with all its chords, in the order of the keymap.
fn keys(keymap: &Keymap, context: Context) -> Vec<(String, &'static Spec)> {
    let mut actions = Vec::new();
    let mut out: Vec<(String, &'static Spec)> = Vec::new();
    for binding in keymap.bindings().iter().filter(|binding| binding.context == context) {
        let chord = binding.chord.to_string();
        if let Some(at) = actions.iter().position(|action| *action == binding.action) {
            let (chords, _) = &mut out[at];
            chords.push(' ');
            chords.push_str(&chord);
        } else if let Some(spec) = action::spec(binding.action) {
            actions.push(binding.action);
            out.push((chord, spec));
        }
    }
    out
}

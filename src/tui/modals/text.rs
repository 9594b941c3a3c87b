//! Text to read: problems, details.

use crossterm::event::{KeyCode, KeyEvent, MouseButton, MouseEvent, MouseEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::Flow;
use super::sheet::{Sheet, put_lines};
use super::wrap::wrap;
use crate::tui::command::Command;
use crate::tui::panes::{Cx, View};
use crate::tui::widgets::{glyphs, scroll};

/// The text.
#[derive(Debug)]
pub struct Text {
    title: String,
    lines: Vec<String>,
    shown: Vec<String>,
    /// The screen they were broken into lines for.
    laid: Rect,
    offset: usize,
    sheet: Sheet,
}

impl Text {
    /// Shows lines; they may hold text from outside, so drawing escapes them.
    pub fn new(title: impl Into<String>, lines: Vec<String>) -> Self {
        Self {
            title: title.into(),
            lines,
            shown: Vec::new(),
            laid: Rect::default(),
            offset: 0,
            sheet: Sheet::default(),
        }
    }

    /// Takes a key.
    pub fn key(&mut self, key: KeyEvent, cx: &mut Cx<'_>) -> Flow {
        let page = isize::try_from(self.sheet.body.height.max(1)).unwrap_or(1);
        match key.code {
            KeyCode::Esc | KeyCode::Enter | KeyCode::Char('q') => return Flow::Close,
            KeyCode::Char('y') => {
                let what = self.title.to_lowercase();
                cx.commands.push(Command::Copy(self.lines.join("\n"), what));
            }
            KeyCode::Up | KeyCode::Char('k') => self.scroll(-1),
            KeyCode::Down | KeyCode::Char('j') => self.scroll(1),
            KeyCode::PageUp => self.scroll(-page),
            KeyCode::PageDown | KeyCode::Char(' ') => self.scroll(page),
            KeyCode::Home | KeyCode::Char('g') => self.offset = 0,
            KeyCode::End | KeyCode::Char('G') => self.offset = usize::MAX,
            _ => {}
        }
        Flow::Stay
    }

    /// Takes pasted text: there is nowhere to put it.
    pub fn paste(&mut self, _text: &str, _cx: &mut Cx<'_>) {}

    /// Takes a mouse event.
    pub fn mouse(&mut self, event: MouseEvent, _cx: &mut Cx<'_>) -> Flow {
        match event.kind {
            MouseEventKind::ScrollUp => self.scroll(-3),
            MouseEventKind::ScrollDown => self.scroll(3),
            MouseEventKind::Down(MouseButton::Left) if !self.sheet.contains(Position::new(event.column, event.row)) => {
                return Flow::Close;
            }
            _ => {}
        }
        Flow::Stay
    }

    fn scroll(&mut self, rows: isize) {
        self.offset = scroll::shift(self.offset, rows, self.shown.len(), usize::from(self.sheet.body.height));
    }

    /// Follows the screen.
    pub fn sync(&mut self, screen: Rect, _cx: &mut Cx<'_>) {
        if std::mem::replace(&mut self.laid, screen) != screen {
            self.lay(screen);
        }
        let height = usize::from(self.sheet.body.height);
        self.offset = self.offset.min(scroll::max_offset(self.shown.len(), height));
    }

    /// Breaks the lines for a screen; they may be many.
    fn lay(&mut self, screen: Rect) {
        let most = usize::from(screen.width).saturating_sub(8).clamp(1, 96);
        let lines = || {
            self.lines
                .iter()
                .flat_map(|line| line.lines().chain(line.is_empty().then_some("")))
        };
        let widest = lines().map(glyphs::width).max().unwrap_or(0);
        let width = widest.clamp(40.min(most), most);
        self.shown = lines().flat_map(|line| wrap(line, width)).collect();
        let size = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
        self.sheet = Sheet::centred(screen, size(width), size(self.shown.len()));
    }

    /// Draws it.
    pub fn draw(&self, view: View<'_>, _screen: Rect, buf: &mut Buffer) -> Option<Position> {
        let theme = view.theme;
        let keys = [("Esc", "close"), ("y", "copy all"), ("↑↓", "scroll")];
        self.sheet.draw(&self.title, "", &keys, view, buf);
        let body = self.sheet.body;
        let lines = self.shown.iter().skip(self.offset).map(String::as_str);
        put_lines(lines, body, theme.popup, buf);
        let bar = Rect {
            width: body.width.saturating_add(2),
            ..body
        };
        let bar = bar.intersection(self.sheet.area);
        scroll::draw_bar(
            self.offset,
            self.shown.len(),
            theme.popup_border,
            theme.accent,
            bar,
            buf,
        );
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::shared::Shared;

    #[test]
    fn lines_are_broken_once_for_a_screen() {
        let mut shared = Shared::default();
        let mut text = Text::new(
            "Report",
            vec!["one two three four five six seven eight nine ten".repeat(3)],
        );
        let (mut commands, mut effects) = (Vec::new(), Vec::new());
        let mut sync = |text: &mut Text, width| {
            let mut cx = Cx {
                shared: &mut shared,
                commands: &mut commands,
                effects: &mut effects,
            };
            text.sync(Rect::new(0, 0, width, 40), &mut cx);
            (text.shown.as_ptr(), text.shown.len())
        };
        let first = sync(&mut text, 120);
        assert_eq!(sync(&mut text, 120), first);
        assert!(sync(&mut text, 60).1 > first.1);
    }
}

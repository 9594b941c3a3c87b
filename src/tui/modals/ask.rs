//! A secret to type: nothing of it is shown, nothing of it can be copied.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::Flow;
use super::sheet::Sheet;
use super::wrap::wrap;
use crate::model::Secret;
use crate::tui::command::Command;
use crate::tui::consents::QuestionId;
use crate::tui::panes::{Cx, View};
use crate::tui::widgets::escape;
use crate::tui::widgets::glyphs;

/// What it is for.
#[derive(Debug)]
enum About {
    /// A send that waits, of this collection.
    Send(QuestionId, String),
    /// What is kept on this machine.
    Kept,
}

/// The question.
pub struct Ask {
    about: About,
    words: String,
    typed: String,
    sheet: Sheet,
}

impl std::fmt::Debug for Ask {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ask")
            .field("about", &self.about)
            .finish_non_exhaustive()
    }
}

impl Ask {
    /// Asks with these words, for a collection.
    pub fn new(id: QuestionId, words: &str, collection: &str) -> Self {
        Self::about(About::Send(id, collection.to_owned()), words)
    }

    /// Asks for the passphrase of what is kept.
    pub fn passphrase(words: &str) -> Self {
        Self::about(About::Kept, words)
    }

    fn about(about: About, words: &str) -> Self {
        Self {
            about,
            words: words.to_owned(),
            typed: String::new(),
            sheet: Sheet::default(),
        }
    }

    fn answer(&mut self, cx: &mut Cx<'_>, given: bool) -> Flow {
        let typed = std::mem::take(&mut self.typed);
        let secret = (given && !typed.is_empty()).then(|| Secret::new(typed));
        match self.about {
            About::Send(id, _) => cx.commands.push(Command::Typed(id, secret)),
            About::Kept => cx.commands.extend(secret.map(Command::Unlock)),
        }
        Flow::Close
    }

    /// Takes a key.
    pub fn key(&mut self, key: KeyEvent, cx: &mut Cx<'_>) -> Flow {
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Esc => return self.answer(cx, false),
            KeyCode::Enter => return self.answer(cx, true),
            KeyCode::Char('u') if ctrl => self.typed.clear(),
            KeyCode::Backspace => drop(self.typed.pop()),
            KeyCode::Char(c) if !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) => {
                self.typed.push(c);
            }
            _ => {}
        }
        Flow::Stay
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str, _cx: &mut Cx<'_>) {
        self.typed.push_str(text.trim_end_matches(['\r', '\n']));
    }

    /// Takes a mouse event.
    pub fn mouse(&mut self, event: MouseEvent, cx: &mut Cx<'_>) -> Flow {
        let outside = !self.sheet.contains(Position::new(event.column, event.row));
        if event.kind == MouseEventKind::Down(MouseButton::Left) && outside {
            return self.answer(cx, false);
        }
        Flow::Stay
    }

    /// Follows the screen.
    pub fn sync(&mut self, screen: Rect, _cx: &mut Cx<'_>) {
        self.sheet = Sheet::high(screen, 64, 5);
    }

    /// Draws it.
    pub fn draw(&self, view: View<'_>, _screen: Rect, buf: &mut Buffer) -> Option<Position> {
        let theme = view.theme;
        let (title, end, words) = match &self.about {
            About::Send(_, collection) => {
                let words = format!("{} (for `{collection}`)", self.words);
                ("A value is asked for", "none", words)
            }
            About::Kept => ("Passphrase", "stay locked", self.words.clone()),
        };
        self.sheet.draw(title, "", &[("↵", "ok"), ("Esc", end)], view, buf);
        let body = self.sheet.body;
        let room = usize::from(body.width);
        for (line, y) in wrap(&words, room).iter().zip(body.y..body.bottom().saturating_sub(2)) {
            let at = Position::new(body.x, y);
            glyphs::put_text(buf, at, &escape::printable(line), room, theme.popup);
        }
        let field = Rect {
            y: body.bottom().saturating_sub(1),
            height: body.height.min(1),
            ..body
        };
        buf.set_style(field.intersection(buf.area), theme.field);
        // How much was typed is seen, as one wants to know whether a key counted; not more than fits.
        let dots = "•".repeat(self.typed.chars().count().min(room.saturating_sub(4)));
        let used = glyphs::put_text(buf, field.as_position(), &format!("› {dots}"), room, theme.field);
        let x = field.x.saturating_add(u16::try_from(used).unwrap_or(u16::MAX));
        Some(Position::new(x.min(field.right().saturating_sub(1)), field.y))
    }
}

//! A secret to type: nothing of it is shown unless one asks for it here, nothing of it can be copied.
//!
//! The question of a send opens by itself, perhaps while somebody types: no key is taken for the secret until Tab or a
//! click has given its field the focus.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::Flow;
use super::sheet::{Sheet, put_lines};
use super::wrap::wrap;
use crate::model::Secret;
use crate::tui::command::Command;
use crate::tui::consents::QuestionId;
use crate::tui::panes::{Cx, View};
use crate::tui::shared::Level;
use crate::tui::widgets::glyphs;

/// What it is for.
#[derive(Debug)]
enum About {
    /// What sends or runs wait for, and whom it is typed for.
    Send(QuestionId, String),
    /// What is kept on this machine.
    Kept,
}

/// The question.
pub struct Ask {
    about: About,
    words: String,
    typed: String,
    /// Whether what is typed is meant for it.
    focused: bool,
    /// Whether what is typed is shown: asked for here, and gone with the question.
    shown: bool,
    sheet: Sheet,
    lines: Vec<String>,
}

/// Columns of the text.
const WIDTH: u16 = 64;
/// Rows below it: one of air, the field.
const BELOW: usize = 2;

impl std::fmt::Debug for Ask {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ask")
            .field("about", &self.about)
            .finish_non_exhaustive()
    }
}

impl Ask {
    /// Asks with these words, for a request or a certificate.
    pub fn new(id: QuestionId, words: &str, whom: &str) -> Self {
        Self::about(About::Send(id, whom.to_owned()), words)
    }

    /// Asks for the passphrase of what is kept.
    pub fn passphrase(words: &str) -> Self {
        Self::about(About::Kept, words)
    }

    fn about(about: About, words: &str) -> Self {
        Self {
            focused: matches!(about, About::Kept),
            about,
            words: words.to_owned(),
            typed: String::new(),
            shown: false,
            sheet: Sheet::default(),
            lines: Vec::new(),
        }
    }

    /// Whether it asks for the passphrase of what is kept.
    pub fn is_of_passphrase(&self) -> bool {
        matches!(self.about, About::Kept)
    }

    /// Whether what is typed is shown, until nobody is looking any more.
    pub fn is_shown(&self) -> bool {
        self.shown
    }

    /// Whether nothing is typed yet.
    pub fn is_blank(&self) -> bool {
        self.typed.is_empty()
    }

    fn answer(&mut self, cx: &mut Cx<'_>, given: bool) -> Flow {
        let typed = std::mem::take(&mut self.typed);
        let secret = (given && !typed.is_empty()).then(|| Secret::new(typed));
        match self.about {
            About::Send(id, ..) => cx.commands.push(Command::Typed(id, secret)),
            About::Kept => cx.commands.extend(secret.map(Command::Unlock)),
        }
        Flow::Close
    }

    /// Takes a key.
    pub fn key(&mut self, key: KeyEvent, cx: &mut Cx<'_>) -> Flow {
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        // Elsewhere it cancels what runs; here, what waits.
        if let (KeyCode::Char('c'), true, About::Send(id, _)) = (key.code, ctrl, &self.about) {
            cx.commands.push(Command::GiveUp(*id));
            return Flow::Close;
        }
        match key.code {
            KeyCode::Esc => return self.answer(cx, false),
            KeyCode::Tab => self.focused = true,
            _ if !self.focused => {}
            // It cannot be empty: somebody has slipped.
            KeyCode::Enter if self.typed.is_empty() && self.is_of_passphrase() => {
                let text = "nothing is typed; Esc stays locked";
                cx.commands.push(Command::Notify(Level::Info, text.to_owned()));
            }
            KeyCode::Enter => return self.answer(cx, true),
            KeyCode::Char('u') if ctrl => self.typed.clear(),
            KeyCode::Char('v') if key.modifiers == KeyModifiers::ALT => self.shown = !self.shown,
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
        if self.focused {
            self.typed.push_str(text.trim_end_matches(['\r', '\n']));
        }
    }

    /// Takes a mouse event.
    pub fn mouse(&mut self, event: MouseEvent, cx: &mut Cx<'_>) -> Flow {
        if event.kind == MouseEventKind::Down(MouseButton::Left) {
            if !self.sheet.contains(Position::new(event.column, event.row)) {
                return self.answer(cx, false);
            }
            self.focused = true;
        }
        Flow::Stay
    }

    /// Follows the screen.
    pub fn sync(&mut self, screen: Rect, cx: &mut Cx<'_>) {
        // Whoever goes away has seen enough.
        self.shown &= cx.shared.awake;
        // For whom it is comes first: a question may be as long as a stranger likes.
        let whom = match &self.about {
            About::Send(_, whom) => Some(format!("For {whom}:")),
            About::Kept => None,
        };
        let text = |width: u16| -> Vec<String> {
            let parts = whom.iter().chain([&self.words]);
            parts.flat_map(|part| wrap(part, usize::from(width))).collect()
        };
        let height = |lines: usize| u16::try_from(lines + BELOW).unwrap_or(u16::MAX);
        self.sheet = Sheet::high(screen, WIDTH, height(text(WIDTH).len()).max(5));
        self.lines = text(self.sheet.body.width);
        let room = usize::from(self.sheet.body.height).saturating_sub(BELOW);
        if self.lines.len() > room {
            self.lines.truncate(room);
            if let Some(last) = self.lines.last_mut() {
                *last = glyphs::elide(&format!("{last}…"), usize::from(self.sheet.body.width));
            }
        }
    }

    /// Draws it.
    pub fn draw(&self, view: View<'_>, _screen: Rect, buf: &mut Buffer) -> Option<Position> {
        let theme = view.theme;
        let (title, end) = match &self.about {
            About::Send(..) => ("A value is asked for", "none"),
            About::Kept => ("Passphrase", "stay locked"),
        };
        let (key, word) = if self.focused {
            ("↵", "ok")
        } else {
            ("Tab", "type it")
        };
        let reveals = if self.shown { "hide" } else { "reveal" };
        let hints = [(key, word), ("Alt+V", reveals), ("Esc", end)];
        let hints = if self.focused {
            &hints[..]
        } else {
            &[hints[0], hints[2]]
        };
        self.sheet.draw(title, "", hints, view, buf);
        let body = self.sheet.body;
        let room = usize::from(body.width);
        put_lines(self.lines.iter().map(String::as_str), body, theme.popup, buf);
        let field = Rect {
            y: body.bottom().saturating_sub(1),
            height: body.height.min(1),
            ..body
        };
        buf.set_style(field.intersection(buf.area), theme.field);
        if !self.focused {
            let hint = "press Tab, then type it";
            glyphs::put_text(buf, field.as_position(), hint, room, theme.field.patch(theme.dim));
            return None;
        }
        // How much was typed is seen, as one wants to know whether a key counted; not more than fits.
        let most = room.saturating_sub(4);
        let shown = if self.shown {
            // Where it goes on being typed.
            let left = glyphs::width(&self.typed).saturating_sub(most);
            self.typed[glyphs::glyphs(&self.typed).skip_to(left).byte()..].to_owned()
        } else {
            "•".repeat(self.typed.chars().count().min(most))
        };
        let used = glyphs::put_text(buf, field.as_position(), &format!("› {shown}"), room, theme.field);
        let x = field.x.saturating_add(u16::try_from(used).unwrap_or(u16::MAX));
        Some(Position::new(x.min(field.right().saturating_sub(1)), field.y))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::effect::Effect;
    use crate::tui::event::Event;
    use crate::tui::harness::Harness;

    fn asked() -> Harness {
        let mut harness = Harness::new(80, 24);
        let ask = Ask::new(QuestionId(7), "One-time code", "`List` of `API`");
        harness
            .state
            .run(vec![Command::Show(Box::new(ask.into()))], &mut harness.effects);
        harness.event(Event::Resize(80, 24));
        harness
    }

    fn typed(harness: &Harness) -> Vec<Option<&str>> {
        let typed = harness.effects.iter().filter_map(|effect| match effect {
            Effect::Typed(QuestionId(7), secret) => Some(secret.as_ref().map(Secret::reveal)),
            _ => None,
        });
        typed.collect()
    }

    #[test]
    fn to_give_up_the_question_is_no_answer_and_no_wish_to_leave() {
        for keys in ["<ctrl-c>", "<tab>12<ctrl-c>"] {
            let mut harness = asked();
            harness.press(keys);
            let count =
                |wanted: &dyn Fn(&Effect) -> bool| harness.effects.iter().filter(|effect| wanted(effect)).count();
            assert_eq!(
                count(&|effect| matches!(effect, Effect::GiveUp(QuestionId(7)))),
                1,
                "{keys}"
            );
            assert_eq!(count(&|effect| matches!(effect, Effect::Quit)), 0, "{keys}");
            assert!(typed(&harness).is_empty() && harness.state.modals.is_empty(), "{keys}");
        }
    }

    #[test]
    fn what_was_typed_for_something_else_is_no_secret() {
        let mut harness = asked();
        harness.press("a sentence<enter>");
        harness.event(Event::Paste("and more".to_owned()));
        harness.press("<enter>");
        assert_eq!(harness.state.modals.len(), 1, "it waits for a deliberate answer");
        assert!(
            harness.screen().contains("press Tab, then type it"),
            "{}",
            harness.screen()
        );
        harness.press("<tab>123<enter>");
        assert_eq!(typed(&harness), [Some("123")]);
        assert!(harness.state.modals.is_empty());
    }

    #[test]
    fn what_is_typed_is_shown_on_request_and_until_it_is_given() {
        let mut harness = asked();
        harness.press("<alt-v><tab>heron-4711");
        assert!(!harness.screen().contains("heron"), "{}", harness.screen());
        assert!(harness.screen().contains("Alt+V reveal"), "{}", harness.screen());
        harness.press("<alt-v>");
        assert!(harness.screen().contains("› heron-4711 "), "{}", harness.screen());
        harness.press(&"x".repeat(200)).press("-end");
        assert!(harness.screen().contains("xxx-end "), "{}", harness.screen());
        harness.press("<alt-v>");
        assert!(!harness.screen().contains("-end"), "{}", harness.screen());
        for end in ["<enter>", "<esc>", "<ctrl-c>"] {
            let mut harness = asked();
            harness.press("<tab>12<alt-v>");
            assert!(harness.screen().contains("› 12 "), "{}", harness.screen());
            assert!(!harness.state.shared.revealed, "what lies behind it stays hidden");
            harness.press(end);
            assert!(!harness.state.shared.revealed, "{end}");
        }
        let mut harness = Harness::new(80, 24);
        let ask = Ask::passphrase("It is locked.");
        harness
            .state
            .run(vec![Command::Show(Box::new(ask.into()))], &mut harness.effects);
        harness.press("p\u{e4}ss<alt-v>");
        assert!(harness.screen().contains("› p\u{e4}ss "), "{}", harness.screen());
    }

    #[test]
    fn an_empty_passphrase_is_asked_for_again() {
        let mut harness = Harness::new(80, 24);
        let ask = Ask::passphrase("It is locked.");
        harness
            .state
            .run(vec![Command::Show(Box::new(ask.into()))], &mut harness.effects);
        harness.press("<enter>");
        assert_eq!(harness.state.modals.len(), 1, "{}", harness.screen());
        assert!(harness.screen().contains("nothing is typed"), "{}", harness.screen());
        harness.press("<esc>");
        assert!(harness.state.modals.is_empty());
    }

    #[test]
    fn what_is_shown_elsewhere_shows_nothing_that_is_typed_here() {
        for ask in [
            Ask::new(QuestionId(7), "One-time code", "`List` of `API`"),
            Ask::passphrase("It is locked."),
        ] {
            let mut harness = Harness::new(80, 24);
            harness.press("<alt-v>");
            assert!(harness.state.shared.revealed);
            harness
                .state
                .run(vec![Command::Show(Box::new(ask.into()))], &mut harness.effects);
            harness.press("<tab>heron-4711");
            assert!(harness.screen().contains("› •••••"), "{}", harness.screen());
            assert!(!harness.screen().contains("heron"), "{}", harness.screen());
            harness.press("<enter>");
            assert!(
                harness.state.shared.revealed,
                "what was shown before is no matter of this one"
            );
        }
    }

    #[test]
    fn what_is_typed_is_hidden_once_nobody_is_looking() {
        let mut harness = asked();
        harness.press("<tab>heron-4711<alt-v>");
        assert!(harness.screen().contains("heron-4711"), "{}", harness.screen());
        harness.now = harness.now.checked_add(crate::tui::state::ASLEEP).unwrap_or_default();
        harness.event(Event::Tick);
        assert!(!harness.screen().contains("heron"), "{}", harness.screen());
    }

    #[test]
    fn for_whom_it_is_stays_in_sight_however_long_the_question_is() {
        for size in [(120, 40), (80, 24), (60, 16)] {
            let mut harness = Harness::new(size.0, size.1);
            let asking = crate::exec::Asking {
                request: "r".repeat(500),
                collection: "c".repeat(500),
                host: "evil.test".to_owned(),
                ..crate::exec::Asking::default()
            };
            let ask = Ask::new(QuestionId(7), &"Harmless words. ".repeat(500), &asking.whom());
            harness
                .state
                .run(vec![Command::Show(Box::new(ask.into()))], &mut harness.effects);
            harness.event(Event::Resize(size.0, size.1));
            let screen = harness.screen();
            for text in ["`evil.test`", "Harmless words.", "words.…", "press Tab, then type it"] {
                assert!(screen.contains(text), "{text} {screen}");
            }
        }
    }

    #[test]
    fn escape_gives_none_and_an_empty_answer_is_none() {
        for keys in ["x<esc>", "<tab>x<esc>", "<tab><enter>"] {
            let mut harness = asked();
            harness.press(keys);
            assert_eq!(typed(&harness), [None], "{keys}");
        }
    }
}

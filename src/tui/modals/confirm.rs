//! A question with a few answers, each a key.
//!
//! Enter gives the answer in focus, and that is never one that destroys: then the focus starts on cancelling.

use std::mem;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use jiff::{SignedDuration, Timestamp};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::Flow;
use super::sheet::{Sheet, column_at, put_lines};
use super::wrap::wrap;
use crate::tui::command::Command;
use crate::tui::consents::QuestionId;
use crate::tui::panes::{Cx, View};
use crate::tui::runner::Ask;
use crate::tui::widgets::glyphs;

/// One answer.
#[derive(Debug)]
pub struct Choice {
    /// The key that gives it.
    pub key: char,
    /// Its words.
    pub label: String,
    /// What follows from it.
    pub commands: Vec<Command>,
}

impl Choice {
    /// Whether it takes something away that is not asked about again.
    fn destroys(&self) -> bool {
        self.commands.iter().any(|command| {
            matches!(
                command,
                Command::Delete(_)
                    | Command::DeleteEnvironment(_)
                    | Command::ClearCookies(_)
                    | Command::Save { overwrite: true, .. }
            )
        })
    }
}

/// Since when nothing was typed; at first it has not been seen yet.
type Quiet = Option<Timestamp>;

/// So long nothing is typed before Enter is meant for a question that opens by itself.
const MOMENT: SignedDuration = SignedDuration::from_millis(600);

/// A question.
#[derive(Debug)]
pub struct Confirm {
    title: String,
    text: Vec<String>,
    choices: Vec<Choice>,
    /// Whether letters are no answers.
    deliberate: bool,
    /// For an answer of Enter that counts only when nothing has been typed for a moment: since when nothing has.
    quiet: Option<Quiet>,
    /// What follows from no answer.
    otherwise: Vec<Command>,
    /// What sends and runs wait for.
    of: Option<QuestionId>,
    /// What no answer is called.
    esc: &'static str,
    /// Which answer Enter gives; one past the last is cancelling.
    cursor: usize,
    sheet: Sheet,
    lines: Vec<String>,
    /// The first line in sight, and how many there is room for.
    top: usize,
    room: usize,
    /// Whether the last line was in sight.
    read: bool,
    /// Where each answer stands, cancelling last.
    buttons: Vec<Rect>,
}

impl Confirm {
    /// Asks; Esc answers nothing. The first choice is the one Enter gives, unless it is the only one or destroys.
    pub fn new(title: impl Into<String>, text: Vec<String>, choices: Vec<Choice>) -> Self {
        let cursor = match choices.as_slice() {
            [first, _, ..] if !first.destroys() => 0,
            choices => choices.len(),
        };
        Self {
            title: title.into(),
            text,
            choices,
            deliberate: false,
            quiet: None,
            otherwise: Vec::new(),
            of: None,
            esc: "cancel",
            cursor,
            sheet: Sheet::default(),
            lines: Vec::new(),
            top: 0,
            room: 0,
            read: false,
            buttons: Vec::new(),
        }
    }

    /// For a question that opens by itself, perhaps while somebody types: no letter is an answer, and Enter cancels until
    /// the cursor was moved. Where there is more of it than fits, it is allowed only once all of it was in sight.
    #[must_use]
    pub fn deliberate(mut self) -> Self {
        self.deliberate = true;
        self.cursor = self.choices.len();
        self
    }

    /// For one that opens by itself where the first answer is what somebody waits for, and takes nothing away: Enter gives it,
    /// once the question has stood a moment in which nothing was typed, or the cursor was moved.
    #[must_use]
    pub fn expected(mut self) -> Self {
        self.deliberate = true;
        self.cursor = 0;
        self.quiet = Some(None);
        self
    }

    /// Whether Enter may be meant for something else that is typed just now.
    fn is_typed_past(&self, now: Timestamp) -> bool {
        let is_soon = |since: Quiet| since.is_none_or(|since| now.duration_since(since) < MOMENT);
        self.quiet.is_some_and(is_soon)
    }

    /// Notes that something is typed that is no answer.
    fn typed(&mut self, now: Timestamp) {
        if let Some(quiet) = &mut self.quiet {
            *quiet = Some(now);
        }
    }

    /// Does this when it is closed without an answer.
    #[must_use]
    pub fn otherwise(mut self, commands: Vec<Command>) -> Self {
        self.otherwise = commands;
        self
    }

    /// For a question that sends or runs wait for: Ctrl+C gives it up, which cancels these.
    #[must_use]
    pub fn of(mut self, id: QuestionId) -> Self {
        self.of = Some(id);
        self
    }

    /// Calls no answer this, where an answer cancels something itself.
    #[must_use]
    pub fn calling_esc(mut self, word: &'static str) -> Self {
        self.esc = word;
        self
    }

    /// Whether it is the question before a run is left alone.
    pub fn asks_to_leave_a_run(&self) -> bool {
        self.choice(|command| matches!(command, Command::CloseRunner)).is_some()
    }

    /// The answer from which something follows.
    fn choice(&self, follows: impl Fn(&Command) -> bool) -> Option<usize> {
        self.choices
            .iter()
            .position(|choice| choice.commands.iter().any(&follows))
    }

    /// Whether it is the question before quitting.
    pub fn asks_to_quit(&self) -> bool {
        self.choice(|command| matches!(command, Command::Quit)).is_some()
    }

    /// Brings other lines in sight.
    fn scroll(&mut self, down: bool, by: usize) {
        let most = self.lines.len().saturating_sub(self.room);
        self.top = if down {
            self.top + by
        } else {
            self.top.saturating_sub(by)
        }
        .min(most);
        self.read |= self.top == most;
    }

    /// Whether there is more of it than fits.
    fn is_long(&self) -> bool {
        self.lines.len() > self.room
    }

    /// Takes a key.
    pub fn key(&mut self, key: KeyEvent, cx: &mut Cx<'_>) -> Flow {
        let answers = self.choices.len() + 1;
        let page = self.room.saturating_sub(1).max(1);
        match key.code {
            KeyCode::PageDown => self.scroll(true, page),
            KeyCode::PageUp => self.scroll(false, page),
            KeyCode::Down if self.is_long() => self.scroll(true, 1),
            KeyCode::Up if self.is_long() => self.scroll(false, 1),
            KeyCode::Esc => return self.answer(self.choices.len(), cx),
            KeyCode::Enter if self.is_typed_past(cx.shared.now) => {}
            KeyCode::Enter => return self.answer(self.cursor, cx),
            // As everywhere: it cancels what runs.
            KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => {
                if let Some(id) = self.of {
                    cx.commands.push(Command::GiveUp(id));
                    return Flow::Close;
                }
                if let Some(cancels) = self.choice(|command| matches!(command, Command::Run(Ask::Cancel))) {
                    return self.answer(cancels, cx);
                }
            }
            KeyCode::Tab | KeyCode::Right | KeyCode::Down => {
                self.quiet = None;
                self.cursor = (self.cursor + 1) % answers;
            }
            KeyCode::BackTab | KeyCode::Left | KeyCode::Up => {
                self.quiet = None;
                self.cursor = (self.cursor + answers - 1) % answers;
            }
            KeyCode::Char(c)
                if !self.deliberate && !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) =>
            {
                let exact = self.choices.iter().position(|choice| choice.key == c);
                let same = |choice: &Choice| choice.key.eq_ignore_ascii_case(&c);
                match exact.or_else(|| self.choices.iter().position(same)) {
                    Some(chosen) => return self.answer(chosen, cx),
                    None if matches!(c, 'y' | 'Y') && self.choices.len() == 1 => return self.answer(0, cx),
                    None if matches!(c, 'n' | 'N') => return self.answer(self.choices.len(), cx),
                    None => {}
                }
            }
            _ => self.typed(cx.shared.now),
        }
        Flow::Stay
    }

    /// Takes pasted text: none of it is an answer.
    pub fn paste(&mut self, _text: &str, cx: &mut Cx<'_>) {
        self.typed(cx.shared.now);
    }

    /// Takes a mouse event.
    pub fn mouse(&mut self, event: MouseEvent, cx: &mut Cx<'_>) -> Flow {
        let at = Position::new(event.column, event.row);
        match event.kind {
            MouseEventKind::ScrollDown => self.scroll(true, 3),
            MouseEventKind::ScrollUp => self.scroll(false, 3),
            _ => {}
        }
        if event.kind != MouseEventKind::Down(MouseButton::Left) {
            return Flow::Stay;
        }
        match self.buttons.iter().position(|button| button.contains(at)) {
            Some(chosen) => self.answer(chosen, cx),
            None if self.sheet.contains(at) => Flow::Stay,
            None => self.answer(self.choices.len(), cx),
        }
    }

    fn answer(&mut self, chosen: usize, cx: &mut Cx<'_>) -> Flow {
        if self.deliberate && !self.read && chosen < self.choices.len() {
            // Nobody allows what was not in sight.
            self.scroll(true, self.room.max(1));
            return Flow::Stay;
        }
        let commands = match self.choices.get_mut(chosen) {
            Some(choice) => &mut choice.commands,
            None => &mut self.otherwise,
        };
        cx.commands.extend(mem::take(commands));
        Flow::Close
    }

    /// The key and the words of an answer.
    fn words(&self, answer: usize) -> (String, &str) {
        match self.choices.get(answer) {
            // No letter, but what leads to it from where the cursor is.
            Some(choice) if self.deliberate && self.cursor == answer => ("↵".to_owned(), &choice.label),
            Some(choice) if self.deliberate && self.choices.len() == 1 => ("Tab ↵".to_owned(), &choice.label),
            Some(choice) if self.deliberate => (String::new(), &choice.label),
            Some(choice) => (choice.key.to_string(), &choice.label),
            None if self.choices.is_empty() => ("Esc".to_owned(), "close"),
            None => ("Esc".to_owned(), self.esc),
        }
    }

    fn button_width(&self, answer: usize) -> usize {
        let (key, label) = self.words(answer);
        // ` [key] label `
        let brackets = if key.is_empty() { 2 } else { 5 };
        glyphs::width(&key) + glyphs::width(label) + brackets
    }

    /// Something else is in front of it: nobody sees it, so the moment before Enter counts begins anew.
    pub fn covered(&mut self) {
        if let Some(quiet) = &mut self.quiet {
            *quiet = None;
        }
    }

    /// Follows the screen.
    pub fn sync(&mut self, screen: Rect, cx: &mut Cx<'_>) {
        if let Some(quiet) = &mut self.quiet {
            quiet.get_or_insert(cx.shared.now);
        }
        let answers = self.choices.len() + 1;
        let widths: Vec<usize> = (0..answers).map(|answer| self.button_width(answer)).collect();
        let row = widths.iter().sum::<usize>() + answers - 1;
        let text = self.text.iter().map(|line| glyphs::width(line)).max().unwrap_or(0);
        let most = usize::from(screen.width).saturating_sub(8).clamp(1, 72);
        let width = row
            .max(text)
            .max(glyphs::width(&self.title) + 4)
            .clamp(30.min(most), most);
        self.lines = self.text.iter().flat_map(|line| wrap(line, width)).collect();
        let stacked = row > width;
        let buttons = if stacked { answers } else { 1 };
        let height = self.lines.len() + 1 + buttons;
        let size = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
        self.sheet = Sheet::centred(screen, size(width), size(height));
        let body = self.sheet.body;
        let top = body.bottom().saturating_sub(size(buttons)).max(body.y);
        self.room = usize::from(top - body.y);
        if self.lines.len() > self.room && self.room > 1 {
            // The line of air before the answers.
            self.room -= 1;
        }
        self.scroll(true, 0);
        self.buttons.clear();
        let mut x = 0;
        for (n, width) in widths.into_iter().enumerate() {
            let (column, y) = if stacked {
                (0, top.saturating_add(size(n)))
            } else {
                (x, top)
            };
            let place = Rect::new(column_at(body.x, column), y, size(width), 1);
            self.buttons.push(place.intersection(body));
            x += width + 1;
        }
    }

    /// Draws it.
    pub fn draw(&self, view: View<'_>, _screen: Rect, buf: &mut Buffer) -> Option<Position> {
        let theme = view.theme;
        let mut keys = vec![("↵", "choose"), ("Tab", "next"), ("Esc", self.esc)];
        let mut at = String::new();
        if self.is_long() {
            keys.insert(0, ("PgDn", "more"));
            at = format!("{}/{}", (self.top + self.room).min(self.lines.len()), self.lines.len());
        }
        self.sheet.draw(&self.title, &at, &keys, view, buf);
        let body = self.sheet.body;
        let top = self.buttons.first().map_or(body.bottom(), |button| button.y);
        let above = Rect {
            height: top.saturating_sub(body.y).min(column_at(0, self.room)),
            ..body
        };
        put_lines(
            self.lines.iter().skip(self.top).map(String::as_str),
            above,
            theme.popup,
            buf,
        );
        for (n, place) in self.buttons.iter().enumerate() {
            let here = n == self.cursor;
            let ground = if here {
                theme.popup.patch(theme.selected)
            } else {
                theme.popup
            };
            buf.set_style(place.intersection(buf.area), ground);
            let (key, label) = self.words(n);
            let mut x = 1;
            let destroys = self.choices.get(n).is_some_and(Choice::destroys);
            let word = if destroys { ground.patch(theme.error) } else { ground };
            let parts = [
                ("[", ground.patch(theme.dim)),
                (key.as_str(), ground.patch(theme.key_hint)),
                ("] ", ground.patch(theme.dim)),
                (label, word),
            ];
            for (text, style) in parts.into_iter().skip(if key.is_empty() { 3 } else { 0 }) {
                let room = usize::from(place.width).saturating_sub(x);
                x += glyphs::put_text(buf, Position::new(column_at(place.x, x), place.y), text, room, style);
            }
        }
        None
    }
}

//! The runner's screens: the form, and the table of the run as it goes.
//!
//! The table looks at the log of the run in the shared state and owns no more than where the user is in it. Its lines are
//! those in sight: however long a run is, a frame costs the same.

mod details;
mod draw;
mod find;
mod form;

use std::collections::BTreeSet;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use super::sheet::Sheet;
use super::{Choice, Confirm, Flow, Item, Picker};
use crate::tui::command::Command;
use crate::tui::panes::Cx;
use crate::tui::runner::{Ask, Format, Log, Phase, Seen};
use crate::tui::shared::{Level, RunId};

use details::Details;
use find::Find;
pub use form::RunForm;

/// Lines of what failed that are shown below one row.
const MOST_DETAILS: usize = 12;

/// The table.
#[derive(Debug, Default)]
pub struct Runner {
    /// Which run it shows, to begin anew with another.
    run: Option<RunId>,
    /// The cursor, as a place among the rows in sight.
    cursor: usize,
    /// The first place in sight.
    top: usize,
    /// Whether the user has not moved the cursor: then it stays on the latest row.
    follows: bool,
    /// Only the rows in which something failed.
    only_failed: bool,
    /// The rows whose failures and warnings are listed below them.
    unfolded: BTreeSet<usize>,
    details: Details,
    /// What is looked for.
    find: Option<Find>,
    sheet: Sheet,
}

impl Runner {
    /// How many rows there are to go through.
    fn len(&self, log: &Log) -> usize {
        if self.only_failed {
            log.failed.len()
        } else {
            log.rows.len()
        }
    }

    /// The number of the row at a place.
    fn row(&self, log: &Log, place: usize) -> Option<usize> {
        if self.only_failed {
            log.failed.get(place).copied()
        } else {
            (place < log.rows.len()).then_some(place)
        }
    }

    /// Lines a place takes.
    fn lines(&mut self, log: &Log, place: usize) -> usize {
        let row = self.row(log, place).filter(|row| self.unfolded.contains(row));
        let width = usize::from(self.sheet.body.width);
        let room = width.saturating_sub(draw::iteration(log) + 2).max(1);
        1 + row.map_or(0, |row| self.details.count(row, log, room))
    }

    /// Takes a key.
    pub fn key(&mut self, key: KeyEvent, cx: &mut Cx<'_>) -> Flow {
        if self.find.is_some() {
            self.find_key(key, cx);
            return Flow::Stay;
        }
        let Some(log) = &cx.shared.log else { return Flow::Close };
        let running = log.is_running();
        let ask = |ask: Ask| Command::Run(ask);
        if key.modifiers.contains(KeyModifiers::CONTROL) {
            match key.code {
                KeyCode::Char('c') if running => cx.commands.push(ask(Ask::Cancel)),
                KeyCode::Char('c' | 'r') => return Flow::Close,
                KeyCode::Char('d') => self.step(log, self.page() / 2),
                KeyCode::Char('u') => self.step(log, -(self.page() / 2)),
                _ => {}
            }
            return Flow::Stay;
        }
        let row = self.row(log, self.cursor);
        match key.code {
            KeyCode::Esc if !running && log.full.is_some() => cx.commands.push(ask(Ask::Back)),
            KeyCode::Esc | KeyCode::Char('q') if !running => return Flow::Close,
            KeyCode::Esc | KeyCode::Char('q') => {
                cx.commands.push(Command::Show(Box::new(leaving().into())));
            }
            KeyCode::Up | KeyCode::Char('k') => self.step(log, -1),
            KeyCode::Down | KeyCode::Char('j') => self.step(log, 1),
            KeyCode::PageUp => self.step(log, -self.page()),
            KeyCode::PageDown => self.step(log, self.page()),
            KeyCode::Home | KeyCode::Char('g') => self.step(log, isize::MIN),
            KeyCode::End | KeyCode::Char('G') => self.step(log, isize::MAX),
            KeyCode::Char('n' | 'N' | 'f') if log.failed.is_empty() && !self.only_failed => {
                cx.shared.notify(Level::Info, "nothing failed");
            }
            KeyCode::Char(c @ ('n' | 'N')) => {
                let around = self.next_failed(log, c == 'n');
                if around {
                    let end = if c == 'n' {
                        "the first failure again"
                    } else {
                        "the last failure again"
                    };
                    cx.shared.notify(Level::Info, end);
                }
            }
            KeyCode::Char('f') => self.filter(log),
            KeyCode::Char('/') => self.find = Some(Find::new()),
            KeyCode::Char(' ') => {
                if let Some(row) = row.filter(|row| !self.unfolded.remove(row)) {
                    self.unfolded.insert(row);
                }
            }
            KeyCode::Char('o') => self.unfolded.extend(&log.failed),
            KeyCode::Char('O') => self.unfolded.clear(),
            KeyCode::Enter => cx.commands.extend(row.map(|row| ask(Ask::Show(row)))),
            KeyCode::Char('r') => cx.commands.push(ask(Ask::Again)),
            KeyCode::Char('R') => cx.commands.push(ask(Ask::Failed)),
            KeyCode::Char('e') if !running => cx.commands.push(ask(Ask::Form)),
            KeyCode::Char('s') if matches!(log.phase, Phase::Ended(_)) => {
                cx.commands.push(Command::Show(Box::new(formats().into())));
            }
            _ => {}
        }
        Flow::Stay
    }

    /// Whether something is typed that is looked for.
    pub fn is_typing(&self) -> bool {
        self.find.is_some()
    }

    /// Where the user is in it, to be there again.
    pub fn seen(&self) -> Seen {
        Seen {
            cursor: Some(self.cursor),
            only_failed: self.only_failed,
            unfolded: self.unfolded.clone(),
        }
    }

    fn page(&self) -> isize {
        isize::try_from(draw::rows(self.sheet.body).height.saturating_sub(1).max(1)).unwrap_or(1)
    }

    fn step(&mut self, log: &Log, rows: isize) {
        let last = self.len(log).saturating_sub(1);
        self.cursor = self.cursor.saturating_add_signed(rows).min(last);
        self.follows = self.cursor == last && log.is_running();
    }

    /// Shows all rows, or only those in which something failed; the cursor stays with its row as far as it can.
    fn filter(&mut self, log: &Log) {
        let row = self.row(log, self.cursor).unwrap_or(0);
        self.only_failed = !self.only_failed;
        self.cursor = if self.only_failed {
            log.failed.partition_point(|failed| *failed < row)
        } else {
            row
        };
    }

    /// Goes to the next failure, after the last to the first; says whether it went around.
    fn next_failed(&mut self, log: &Log, forward: bool) -> bool {
        let at = self.row(log, self.cursor).unwrap_or(0);
        let next = if forward {
            log.failed.get(log.failed.partition_point(|failed| *failed <= at))
        } else {
            let before = log.failed.partition_point(|failed| *failed < at);
            before.checked_sub(1).and_then(|before| log.failed.get(before))
        };
        let end = if forward { log.failed.first() } else { log.failed.last() };
        if let Some(row) = next.or(end) {
            self.follows = false;
            self.cursor = if self.only_failed {
                log.failed.partition_point(|failed| failed < row)
            } else {
                *row
            };
        }
        next.is_none()
    }

    /// Takes pasted text: only what is looked for is typed here.
    pub fn paste(&mut self, text: &str, cx: &mut Cx<'_>) {
        if let Some(find) = &mut self.find {
            find.field.paste(text);
            self.look(true, true, cx);
        }
    }

    /// Takes a mouse event: a click selects a row, another one shows its response.
    pub fn mouse(&mut self, event: MouseEvent, cx: &mut Cx<'_>) -> Flow {
        let Some(log) = &cx.shared.log else { return Flow::Close };
        let at = Position::new(event.column, event.row);
        match event.kind {
            MouseEventKind::ScrollUp => self.step(log, -3),
            MouseEventKind::ScrollDown => self.step(log, 3),
            MouseEventKind::Down(MouseButton::Left) if !self.sheet.contains(at) => return Flow::Close,
            MouseEventKind::Down(MouseButton::Left) => {
                let rows = draw::rows(self.sheet.body);
                if !rows.contains(at) {
                    return Flow::Stay;
                }
                let mut line = usize::from(at.y - rows.y);
                let mut place = self.top;
                while place < self.len(log) && line >= self.lines(log, place) {
                    line -= self.lines(log, place);
                    place += 1;
                }
                let Some(row) = self.row(log, place) else {
                    return Flow::Stay;
                };
                if place == self.cursor {
                    cx.commands.push(Command::Run(Ask::Show(row)));
                }
                self.cursor = place;
                self.follows = false;
            }
            _ => {}
        }
        Flow::Stay
    }

    /// Follows the run and the screen.
    pub fn sync(&mut self, screen: Rect, cx: &mut Cx<'_>) {
        self.sheet = Sheet::centred(screen, screen.width, screen.height);
        if let Some(find) = &mut self.find {
            find.place(draw::second_line(self.sheet.body));
        }
        let Some(log) = &mut cx.shared.log else { return };
        if self.run != Some(log.run) {
            *self = Self {
                run: Some(log.run),
                follows: log.is_running() && log.seen.cursor.is_none(),
                only_failed: log.seen.only_failed,
                unfolded: std::mem::take(&mut log.seen.unfolded),
                // Whoever comes back to a run is where he was; the first time he looks for what failed.
                cursor: match log.seen.cursor {
                    Some(cursor) => cursor,
                    None if log.is_running() => 0,
                    None => log.failed.first().copied().unwrap_or(0),
                },
                sheet: self.sheet,
                ..Self::default()
            };
        }
        let last = self.len(log).saturating_sub(1);
        if self.follows {
            self.follows = log.is_running();
            // Once it is over one looks for what failed.
            self.cursor = match log.failed.first() {
                Some(failed) if !self.follows => {
                    if self.only_failed {
                        0
                    } else {
                        *failed
                    }
                }
                _ => last,
            };
        }
        self.cursor = self.cursor.min(last);
        log.seen = Seen {
            cursor: (!log.is_running()).then_some(self.cursor),
            only_failed: self.only_failed,
            unfolded: BTreeSet::new(),
        };
        let log = &*log;
        self.top = self.top.min(self.cursor);
        // Upwards from the cursor, as many rows as fit above it.
        let height = usize::from(draw::rows(self.sheet.body).height).max(1);
        let mut first = self.cursor;
        let mut taken = self.lines(log, first);
        while first > 0 && taken + self.lines(log, first - 1) <= height {
            first -= 1;
            taken += self.lines(log, first);
        }
        self.top = self.top.max(first);
        // No empty lines at the end while there are rows above to fill them.
        let left: usize = (self.top..self.len(log))
            .take(height)
            .map(|place| self.lines(log, place))
            .sum();
        if left < height {
            let mut room = height - left;
            while self.top > 0 && self.lines(log, self.top - 1) <= room {
                self.top -= 1;
                room -= self.lines(log, self.top);
            }
        }
        // As many above may be measured at every event, too.
        let row = |place: usize| self.row(log, place).unwrap_or(usize::MAX);
        let (from, to) = (row(self.top.saturating_sub(height + 1)), row(self.top + height));
        self.details.keep(from, to);
    }
}

/// Asked before a run is left alone.
fn leaving() -> Confirm {
    let choice = |key, label: &str, commands| Choice {
        key,
        label: label.to_owned(),
        commands,
    };
    let choices = vec![
        choice('b', "leave it running", vec![Command::CloseRunner]),
        choice('c', "cancel the run", vec![Command::Run(Ask::Cancel)]),
    ];
    let text = vec!["It can go on while you work; Ctrl+R comes back to it.".to_owned()];
    Confirm::new("The run is not over", text, choices).calling_esc("stay")
}

/// The forms a report can have.
fn formats() -> Picker {
    let items = Format::ALL.map(|format| Item {
        label: format.label().to_owned(),
        right: format!(".{}", format.ending()),
        commands: vec![Command::Run(Ask::Export(format))],
        ..Item::default()
    });
    Picker::new("Save a report", items.into())
}

#[cfg(test)]
mod tests;

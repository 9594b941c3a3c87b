//! Finding a row by what is typed: in the request's name, its folder, its method, its status, and in what failed.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;

use super::Runner;
use crate::tui::command::Command;
use crate::tui::modals::field::Field;
use crate::tui::panes::Cx;
use crate::tui::runner::{Answer, Ask, Log, Row};

/// Columns for how many rows it is in.
pub const COUNT: u16 = 12;

/// What is looked for.
#[derive(Debug)]
pub struct Find {
    /// Where it is typed.
    pub field: Field,
    /// How many rows have it, as of the last key.
    pub hits: usize,
}

impl Find {
    /// Begins with nothing typed.
    pub fn new() -> Self {
        Self {
            field: Field::new("", "a request, a folder, a status, what failed"),
            hits: 0,
        }
    }

    /// Tells where it stands.
    pub fn place(&mut self, line: Rect) {
        let width = line.width.saturating_sub(COUNT);
        self.field.place(Rect { width, ..line });
    }

    /// How many rows have it, in words.
    pub fn words(&self) -> String {
        match self.hits {
            _ if self.field.text().is_empty() => String::new(),
            0 => "not found".to_owned(),
            1 => "1 row".to_owned(),
            hits => format!("{hits} rows"),
        }
    }
}

impl Runner {
    /// Takes a key while something is looked for: the cursor goes where it is found.
    pub(super) fn find_key(&mut self, key: KeyEvent, cx: &mut Cx<'_>) {
        let Some(find) = &mut self.find else { return };
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        let running = cx.shared.log.as_ref().is_some_and(Log::is_running);
        let (forward, typed) = match key.code {
            KeyCode::Char('c') if ctrl && running => return cx.commands.push(Command::Run(Ask::Cancel)),
            KeyCode::Esc => return self.find = None,
            KeyCode::Char('c') if ctrl => return self.find = None,
            KeyCode::Enter | KeyCode::Down => (true, false),
            KeyCode::Up => (false, false),
            _ if find.field.key(key, cx) => (true, true),
            _ => return,
        };
        self.look(forward, typed, cx);
    }

    /// Goes to the next row that has what is typed, after the last to the first; from where the cursor is when it was just
    /// typed.
    pub(super) fn look(&mut self, forward: bool, typed: bool, cx: &Cx<'_>) {
        let (Some(log), Some(text)) = (&cx.shared.log, self.find.as_ref().map(|find| find.field.text())) else {
            return;
        };
        let wanted = text.to_lowercase();
        let all = self.len(log);
        let has = |place: &usize| {
            let row = self.row(log, *place).and_then(|row| log.rows.get(row));
            !wanted.is_empty() && row.is_some_and(|row| holds(log, row, &wanted))
        };
        let hits: Vec<usize> = (0..all).filter(has).collect();
        let next = if forward {
            let from = self.cursor + usize::from(!typed);
            hits.iter().find(|place| **place >= from).or(hits.first())
        } else {
            hits.iter().rfind(|place| **place < self.cursor).or(hits.last())
        };
        if let Some(next) = next {
            self.cursor = *next;
            self.follows = false;
        }
        if let Some(find) = &mut self.find {
            find.hits = hits.len();
        }
    }
}

/// Whether a row has a text in lower case in what is shown of it.
fn holds(log: &Log, row: &Row, wanted: &str) -> bool {
    let has = |text: &str| text.to_lowercase().contains(wanted);
    let named = log.named(row.node);
    named.is_some_and(|named| has(&named.name) || has(&named.folder) || has(&named.method))
        || matches!(row.answer, Answer::Status(status) if status.to_string() == wanted)
        || row
            .failures
            .iter()
            .any(|failure| has(&failure.what) || has(&failure.message))
        || row.warnings.iter().any(|warning| has(warning))
}

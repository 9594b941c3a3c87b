//! The tabs Tests and Console: what the scripts found and what they wrote.

use std::sync::Arc;

use crate::model::Outcome;
use crate::model::outcome::{ConsoleLevel, ScriptError, TestResult};

use super::page::{Ink, Page, Row};
use super::show::Show;

/// The most lines of texts on one page.
const MOST_LINES: usize = 5000;
/// The most of them in bytes: more could not be broken into rows while somebody waits for a key.
const MOST_BYTES: usize = 512 * 1024;

/// How much of what scripts wrote a page still takes. What does not fit is counted; copying gives all of it.
struct Room {
    lines: usize,
    bytes: usize,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            lines: MOST_LINES,
            bytes: MOST_BYTES,
        }
    }
}

impl Room {
    fn is_used_up(&self) -> bool {
        self.lines == 0 || self.bytes == 0
    }

    /// The lines of a text as rows, as far as there is room.
    fn rows(&mut self, ink: Ink, text: &Arc<str>, lead: &str, what: &str) -> Vec<Row> {
        let row = |line: &str| Row::new(ink, line).lead(ink, lead).copied(what, text.clone());
        let mut rows = Vec::new();
        let mut lines = text.lines();
        while !self.is_used_up() {
            let Some(line) = lines.next() else { break };
            let shown = &line[..line.floor_char_boundary(self.bytes.min(line.len()))];
            self.lines -= 1;
            self.bytes -= shown.len();
            rows.push(row(shown));
            if shown.len() < line.len() {
                self.bytes = 0;
                rows.push(row("… the rest of this line is not shown; copying gives it"));
            }
        }
        let left = lines.count();
        if left > 0 {
            rows.push(row(&format!("… {left} more lines; copying gives them all")));
        }
        if rows.is_empty() {
            rows.push(row(""));
        }
        rows
    }
}

pub(super) fn tests(outcome: &Outcome, show: &Show<'_>) -> Page {
    let mut rows = Vec::new();
    let mut room = Room::default();
    for error in &outcome.script_errors {
        script_error(error, show, &mut room, &mut rows);
        rows.push(Row::default());
    }
    for test in &outcome.tests {
        test_rows(test, show, &mut room, &mut rows);
    }
    Page::new(rows)
}

/// ` at line 3`, where the line is known.
pub fn at_line(error: &ScriptError) -> String {
    error.at.map(|(line, _)| format!(" at line {line}")).unwrap_or_default()
}

fn script_error(error: &ScriptError, show: &Show<'_>, room: &mut Room, rows: &mut Vec<Row>) {
    let at = error
        .at
        .map(|(line, column)| format!(":{line}:{column}"))
        .unwrap_or_default();
    let message: Arc<str> = show.text(&format!("{}: {}", error.name, error.message)).into();
    let (mark, ink, how) = if error.is_cancelled() {
        ("– ", Ink::Strong, "  script cancelled")
    } else {
        ("✗ ", Ink::Error, "  script failed")
    };
    rows.push(
        Row::new(ink, format!("{}{at}", error.script))
            .then(Ink::Dim, how)
            .lead(ink, mark)
            .copied("the error", format!("{}{at}: {message}", error.script)),
    );
    rows.extend(room.rows(Ink::Text, &message, "    ", "the error"));
    rows.extend(next_step(error.hint.as_ref(), show));
}

fn next_step(hint: Option<&String>, show: &Show<'_>) -> Option<Row> {
    hint.map(|hint| Row::new(Ink::Info, show.text(hint)).lead(Ink::Info, "    → "))
}

fn test_rows(test: &TestResult, show: &Show<'_>, room: &mut Room, rows: &mut Vec<Row>) {
    let (mark, ink, name) = match (test.skipped, &test.error) {
        (true, _) => ("– ", Ink::Dim, Ink::Dim),
        (false, None) => ("✓ ", Ink::Ok, Ink::Text),
        (false, Some(_)) => ("✗ ", Ink::Error, Ink::Strong),
    };
    let title = show.name(&test.name);
    rows.push(
        Row::new(name, title.clone())
            .then(Ink::Dim, format!("  {}", test.script))
            .lead(ink, mark)
            .copied("the test's name", title),
    );
    let Some(error) = &test.error else { return };
    let message: Arc<str> = show.text(&format!("{}: {}", error.name, error.message)).into();
    rows.extend(room.rows(Ink::Error, &message, "    ", "the error"));
    rows.extend(next_step(error.hint.as_ref(), show));
}

/// What a script drew, line by line.
pub(super) fn visual(outcome: &Outcome, show: &Show<'_>) -> Page {
    let Some(text) = &outcome.visual else {
        return Page::default();
    };
    let text: Arc<str> = show.text(text).into();
    Page::new(Room::default().rows(Ink::Text, &text, "", "the visualization"))
}

/// The console: a mark for the level, the script's name where it changes, the text line by line.
pub(super) fn console(outcome: &Outcome, show: &Show<'_>) -> Page {
    let mut rows = Vec::new();
    let mut room = Room::default();
    let mut script = "";
    for (at, line) in outcome.console.iter().enumerate() {
        if room.is_used_up() {
            let left = outcome.console.len() - at;
            let text = format!("… and {left} more");
            rows.push(Row::new(Ink::Dim, text));
            break;
        }
        if line.script != script {
            if !rows.is_empty() {
                rows.push(Row::default());
            }
            rows.push(Row::new(Ink::Dim, line.script.clone()));
            script = &line.script;
        }
        let (mark, ink) = match line.level {
            ConsoleLevel::Debug => ("· ", Ink::Dim),
            ConsoleLevel::Log => ("› ", Ink::Text),
            ConsoleLevel::Info => ("i ", Ink::Info),
            ConsoleLevel::Warn => ("! ", Ink::Warn),
            ConsoleLevel::Error => ("✗ ", Ink::Error),
        };
        let text: Arc<str> = show.text(&line.text).into();
        let first = rows.len();
        rows.extend(room.rows(ink, &text, "  ", "the console line"));
        if let Some(lead) = rows.get_mut(first).and_then(|row| row.lead.first_mut()) {
            mark.clone_into(&mut lead.text);
        }
    }
    Page::new(rows)
}

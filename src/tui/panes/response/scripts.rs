//! The tabs Tests and Console: what the scripts found and what they wrote.

use crate::model::Outcome;
use crate::model::outcome::{ConsoleLevel, ScriptError, TestResult};

use super::page::{Ink, Page, Row};
use super::show::Show;

pub(super) fn tests(outcome: &Outcome, show: &Show<'_>) -> Page {
    let mut rows = Vec::new();
    for error in &outcome.script_errors {
        script_error(error, show, &mut rows);
        rows.push(Row::default());
    }
    for test in &outcome.tests {
        test_rows(test, show, &mut rows);
    }
    Page::new(rows)
}

/// ` at line 3`, where the line is known.
pub fn at_line(error: &ScriptError) -> String {
    error.at.map(|(line, _)| format!(" at line {line}")).unwrap_or_default()
}

fn script_error(error: &ScriptError, show: &Show<'_>, rows: &mut Vec<Row>) {
    let at = error
        .at
        .map(|(line, column)| format!(":{line}:{column}"))
        .unwrap_or_default();
    let message = show.text(&format!("{}: {}", error.name, error.message));
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
    for line in message.lines() {
        rows.push(
            Row::new(Ink::Text, line)
                .lead(Ink::Text, "    ")
                .copied("the error", message.clone()),
        );
    }
    if let Some(hint) = &error.hint {
        rows.push(Row::new(Ink::Info, show.text(hint)).lead(Ink::Info, "    → "));
    }
}

fn test_rows(test: &TestResult, show: &Show<'_>, rows: &mut Vec<Row>) {
    let (mark, ink, name) = match (test.skipped, &test.error) {
        (true, _) => ("– ", Ink::Dim, Ink::Dim),
        (false, None) => ("✓ ", Ink::Ok, Ink::Text),
        (false, Some(_)) => ("✗ ", Ink::Error, Ink::Strong),
    };
    let title = show.text(&test.name);
    rows.push(
        Row::new(name, title.clone())
            .then(Ink::Dim, format!("  {}", test.script))
            .lead(ink, mark)
            .copied("the test's name", title),
    );
    let Some(error) = &test.error else { return };
    let message = show.text(&format!("{}: {}", error.name, error.message));
    for line in message.lines() {
        rows.push(
            Row::new(Ink::Error, line)
                .lead(Ink::Text, "    ")
                .copied("the error", message.clone()),
        );
    }
}

/// The console: a mark for the level, the script's name where it changes, the text line by line.
pub(super) fn console(outcome: &Outcome, show: &Show<'_>) -> Page {
    let mut rows = Vec::new();
    let mut script = "";
    for line in &outcome.console {
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
        let text = show.text(&line.text);
        let mut lines = text.lines();
        let first = lines.next().unwrap_or_default();
        rows.push(
            Row::new(ink, first)
                .lead(ink, mark)
                .copied("the console line", text.clone()),
        );
        for more in lines {
            rows.push(
                Row::new(ink, more)
                    .lead(ink, "  ")
                    .copied("the console line", text.clone()),
            );
        }
    }
    Page::new(rows)
}

//! The console's lines, and the budget that keeps a script from filling the program's memory with them.

use jiff::Timestamp;

use crate::model::outcome::{ConsoleLevel, ConsoleLine};

/// How many lines one script may write.
const MAX_LINES: usize = 10_000;

/// The level of a `console` method; an unknown one is `log`.
pub fn level(method: &str) -> ConsoleLevel {
    match method {
        "debug" => ConsoleLevel::Debug,
        "info" => ConsoleLevel::Info,
        "warn" => ConsoleLevel::Warn,
        "error" => ConsoleLevel::Error,
        _ => ConsoleLevel::Log,
    }
}

/// Adds a line, or says once that no more are kept.
pub fn push(lines: &mut Vec<ConsoleLine>, level: ConsoleLevel, text: String, script: &str) {
    let (level, text) = match lines.len() {
        n if n < MAX_LINES => (level, text),
        MAX_LINES => (
            ConsoleLevel::Warn,
            format!("more than {MAX_LINES} lines; the rest is not kept"),
        ),
        _ => return,
    };
    lines.push(ConsoleLine {
        level,
        text,
        at: Timestamp::now(),
        script: script.to_owned(),
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_ends_in_one_word_about_it() {
        let mut lines = Vec::new();
        for n in 0..MAX_LINES + 5 {
            push(&mut lines, ConsoleLevel::Log, n.to_string(), "s");
        }
        assert_eq!(lines.len(), MAX_LINES + 1);
        assert!(lines[MAX_LINES].text.starts_with("more than"));
    }
}

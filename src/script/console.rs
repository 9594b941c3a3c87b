//! The console's lines, and the budget that keeps a script from filling the program's memory with them.

use jiff::Timestamp;

use crate::model::outcome::{ConsoleLevel, ConsoleLine};

/// How many lines one script may write.
const MAX_LINES: usize = 10_000;

/// How long one of its lines may be, in bytes: a response written out whole is seen better in its own pane.
const MAX_LINE: usize = 1024 * 1024;

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
pub fn push(lines: &mut Vec<ConsoleLine>, level: ConsoleLevel, text: String, listed: Option<String>, script: &str) {
    let (level, text, listed) = match lines.len() {
        n if n < MAX_LINES => (level, shortened(text), listed.map(shortened)),
        MAX_LINES => {
            let text = format!("more than {MAX_LINES} lines; the rest is not kept");
            (ConsoleLevel::Warn, text, None)
        }
        _ => return,
    };
    lines.push(ConsoleLine {
        level,
        text,
        listed,
        at: Timestamp::now(),
        script: script.to_owned(),
    });
}

/// The text, or as much of it as is kept and a word about the rest.
fn shortened(mut text: String) -> String {
    if text.len() > MAX_LINE {
        let left = text.floor_char_boundary(MAX_LINE);
        let cut = text.len() - left;
        text.truncate(left);
        text = format!("{text}… ({cut} bytes more)");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_ends_in_one_word_about_it() {
        let mut lines = Vec::new();
        for n in 0..MAX_LINES + 5 {
            push(&mut lines, ConsoleLevel::Log, n.to_string(), None, "s");
        }
        assert_eq!(lines.len(), MAX_LINES + 1);
        assert!(lines[MAX_LINES].text.starts_with("more than"));
    }

    #[test]
    fn a_line_without_end_is_cut_between_characters() {
        let mut lines = Vec::new();
        push(&mut lines, ConsoleLevel::Log, "ä".repeat(MAX_LINE), None, "s");
        assert!(lines[0].text.len() < MAX_LINE + 64);
        assert!(lines[0].text.ends_with("bytes more)"));
    }
}

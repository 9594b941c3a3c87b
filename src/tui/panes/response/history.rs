//! What was typed into a line before, and going through it with ↑ and ↓.

use serde_json::Value;

/// Texts remembered.
const MOST: usize = 50;

/// Earlier texts of one line, the latest last.
#[derive(Debug, Default)]
pub(super) struct History {
    texts: Vec<String>,
    /// Which of them is in the line.
    at: Option<usize>,
}

impl History {
    /// What is remembered for the next time.
    pub(super) fn remember(&self) -> &[String] {
        &self.texts
    }

    /// Takes up what was remembered.
    pub(super) fn restore(&mut self, value: &Value) {
        let texts = value.as_array().into_iter().flatten().filter_map(Value::as_str);
        self.texts = texts.map(str::to_owned).collect();
    }

    /// Adds a text as the latest one.
    pub(super) fn note(&mut self, text: String) {
        self.at = None;
        if text.trim().is_empty() {
            return;
        }
        self.texts.retain(|known| *known != text);
        self.texts.push(text);
        let more = self.texts.len().saturating_sub(MOST);
        self.texts.drain(..more);
    }

    /// What is in the line now is none of them.
    pub(super) fn leave(&mut self) {
        self.at = None;
    }

    /// The text before the one in the line, or behind it: nothing behind the latest. `None` where there is no other.
    pub(super) fn step(&mut self, back: bool) -> Option<String> {
        let at = match (self.at, back) {
            (None, true) => Some(self.texts.len().checked_sub(1)?),
            (None, false) => return None,
            (Some(at), true) => Some(at.saturating_sub(1)),
            (Some(at), false) => Some(at + 1).filter(|at| *at < self.texts.len()),
        };
        self.at = at;
        Some(at.and_then(|at| self.texts.get(at).cloned()).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_comes_first_and_each_is_there_once() {
        let mut history = History::default();
        assert_eq!(history.step(true), None);
        for text in ["a", "b", " ", "a"] {
            history.note(text.to_owned());
        }
        let steps = [true, true, true, false, false, false].map(|back| history.step(back));
        let texts = [Some("a"), Some("b"), Some("b"), Some("a"), Some(""), None];
        assert_eq!(steps, texts.map(|text| text.map(str::to_owned)));
        for number in 0..60 {
            history.note(number.to_string());
        }
        assert_eq!(history.remember().len(), MOST);
    }
}

//! Finding text within the editor.

use super::{Editor, document::Selection};

impl Editor {
    /// Goes to a line, counted from 1; to the last one if there are not so many.
    pub fn go_to_line(&mut self, line: usize) {
        let line = line.clamp(1, self.line_count()) - 1;
        self.go(self.document.line_start(line), false);
    }

    /// Selects the next (or previous) occurrence of a text, going around at the end; says whether there is one.
    ///
    /// Upper and lower case differ only when the pattern has upper case letters. Searching again from the selected
    /// occurrence finds the one after it.
    pub fn find(&mut self, pattern: &str, forward: bool) -> bool {
        if pattern.is_empty() {
            return false;
        }
        let Ok(regex) = regex::RegexBuilder::new(&regex::escape(pattern))
            .case_insensitive(!pattern.contains(char::is_uppercase))
            .build()
        else {
            return false;
        };
        let rope = self.document.rope();
        let text = rope.to_string();
        let selected = self.selection.range();
        let found = if forward {
            let from = rope.char_to_byte(selected.end);
            regex.find_at(&text, from).or_else(|| regex.find(&text))
        } else {
            let to = rope.char_to_byte(selected.start);
            regex
                .find_iter(&text)
                .take_while(|found| found.end() <= to)
                .last()
                .or_else(|| regex.find_iter(&text).last())
        };
        let Some(found) = found else { return false };
        let (anchor, caret) = (rope.byte_to_char(found.start()), rope.byte_to_char(found.end()));
        self.document.seal();
        self.selection = Selection { anchor, caret };
        self.goal = None;
        self.reveal_caret();
        true
    }
}

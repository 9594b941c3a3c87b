//! The changes an editor makes to its text, and the motions of its caret.

use std::borrow::Cow;

use super::{
    Editor, Mode,
    document::{Change, Selection},
    motion,
};
use crate::tui::widgets::highlight::Syntax;

/// What one level of indentation is.
const INDENT: &str = "  ";

/// Turns line breaks into single spaces.
pub(super) fn one_line(text: &str) -> Cow<'_, str> {
    if text.contains(is_break) {
        Cow::Owned(text.replace("\r\n", " ").replace(is_break, " "))
    } else {
        Cow::Borrowed(text)
    }
}

/// Says whether the rope counts this as the end of a line.
pub(super) fn is_break(next: char) -> bool {
    matches!(
        next,
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

impl Editor {
    /// Inserts text as if pasted: in one undo step, line breaks normalised, nothing taken for a key.
    pub fn paste(&mut self, text: &str) {
        let text = match self.mode {
            Mode::SingleLine => one_line(text.trim_end_matches(['\r', '\n'])).into_owned(),
            Mode::MultiLine => {
                let text = text.replace("\r\n", "\n").replace('\r', "\n");
                if self.document.is_crlf() {
                    text.replace('\n', "\r\n")
                } else {
                    text
                }
            }
        };
        if !text.is_empty() {
            self.document.seal();
            self.replace_selection(&text, Change::Other);
        }
    }

    /// Replaces the whole text in one undo step; only what differs is touched, so the caret stays where it was.
    pub fn set_text(&mut self, text: &str) {
        let text = if self.mode == Mode::SingleLine {
            one_line(text)
        } else {
            Cow::Borrowed(text)
        };
        let rope = self.document.rope();
        let (old, new) = (rope.len_chars(), text.chars().count());
        let most = old.min(new);
        let prefix = rope.chars().zip(text.chars()).take_while(|(a, b)| a == b).count();
        let suffix = rope
            .chars_at(old)
            .reversed()
            .zip(text.chars().rev())
            .take_while(|(a, b)| a == b)
            .count()
            .min(most - prefix);
        if prefix == old && prefix == new {
            return;
        }
        let inserted: String = text.chars().skip(prefix).take(new - prefix - suffix).collect();
        let moved = |at: usize| match at {
            _ if at <= prefix => at,
            _ if at >= old - suffix => at + new - old,
            _ => at.min(new - suffix),
        };
        let caret = moved(self.selection.caret);
        self.document.seal();
        self.replace(prefix..old - suffix, &inserted, Change::Other);
        self.selection = Selection::at(caret);
        self.reveal_caret();
    }

    /// Replaces a range and puts the caret behind it.
    pub(super) fn replace(&mut self, range: std::ops::Range<usize>, text: &str, kind: Change) {
        self.states.changed(self.document.line_of(range.start));
        let end = self.document.replace(range, text, kind, self.selection);
        self.selection = Selection::at(end);
        self.goal = None;
        self.reveal_caret();
    }

    pub(super) fn replace_selection(&mut self, text: &str, kind: Change) {
        let range = self.selection.range();
        let kind = if range.is_empty() { kind } else { Change::Other };
        self.replace(range, text, kind);
    }

    /// Types one character; a closing bracket at the start of a line moves out one level.
    pub(super) fn type_char(&mut self, next: char) {
        let caret = self.selection.caret;
        if self.mode == Mode::MultiLine
            && self.has_brackets()
            && matches!(next, '}' | ']' | ')')
            && self.selection.is_empty()
        {
            let start = self.document.line_start(self.document.line_of(caret));
            let before = self.document.rope().slice(start..caret);
            if caret - start >= INDENT.len() && before.chars().all(|found| found == ' ') {
                self.replace(
                    caret - INDENT.len()..caret,
                    next.encode_utf8(&mut [0; 4]),
                    Change::Other,
                );
                return;
            }
        }
        self.replace_selection(next.encode_utf8(&mut [0; 4]), Change::Type);
    }

    fn has_brackets(&self) -> bool {
        matches!(self.syntax, Syntax::Json | Syntax::JavaScript | Syntax::GraphQl)
    }

    /// Breaks the line: the new one is indented as the old one, and deeper behind an opening bracket.
    pub(super) fn break_line(&mut self) {
        let range = self.selection.range();
        let rope = self.document.rope();
        let start = self.document.line_start(self.document.line_of(range.start));
        let indent: String = rope
            .slice(start..range.start)
            .chars()
            .take_while(|found| matches!(found, ' ' | '\t'))
            .collect();
        let before = rope
            .chars_at(range.start)
            .reversed()
            .take(range.start - start)
            .find(|found| !found.is_whitespace());
        let after = rope.chars_at(range.end).find(|found| !matches!(found, ' ' | '\t'));
        let close = match before {
            Some('{') => Some('}'),
            Some('[') => Some(']'),
            Some('(') => Some(')'),
            _ => None,
        }
        .filter(|_| self.has_brackets());
        let eol = if self.document.is_crlf() { "\r\n" } else { "\n" };
        let mut text = format!("{eol}{indent}");
        if close.is_some() {
            text.push_str(INDENT);
        }
        let caret = range.start + text.chars().count();
        if close.is_some() && after == close {
            text.push_str(eol);
            text.push_str(&indent);
        }
        self.replace_selection(&text, Change::Other);
        self.selection = Selection::at(caret);
        self.reveal_caret();
    }

    /// Indents the selected lines, or inserts spaces when the selection is within one line.
    pub(super) fn indent(&mut self) {
        let (first, last) = self.selected_lines();
        if first == last {
            self.replace_selection(INDENT, Change::Other);
            return;
        }
        self.each_line(first, last, |editor, line| {
            let at = editor.document.line_start(line);
            let empty = editor.document.line(line).len_chars() == 0;
            (!empty).then_some((at..at, INDENT))
        });
    }

    /// Takes one level of indentation from the selected lines; says whether there was any.
    pub(super) fn outdent(&mut self) -> bool {
        let (first, last) = self.selected_lines();
        self.each_line(first, last, |editor, line| {
            let at = editor.document.line_start(line);
            let text = editor.document.line(line);
            let len = match text.get_char(0) {
                Some('\t') => 1,
                _ => text
                    .chars()
                    .take(INDENT.len())
                    .take_while(|&found| found == ' ')
                    .count(),
            };
            (len > 0).then_some((at..at + len, ""))
        })
    }

    fn selected_lines(&self) -> (usize, usize) {
        let range = self.selection.range();
        let (first, last) = (self.document.line_of(range.start), self.document.line_of(range.end));
        // A selection that ends at the start of a line does not mean that line.
        let ends_before = last > first && self.document.line_start(last) == range.end;
        (first, if ends_before { last - 1 } else { last })
    }

    /// Applies one change to each line as one undo step, keeping the selection on the same text.
    fn each_line(
        &mut self,
        first: usize,
        last: usize,
        change: impl Fn(&Self, usize) -> Option<(std::ops::Range<usize>, &'static str)>,
    ) -> bool {
        let changes: Vec<_> = (first..=last).filter_map(|line| change(self, line)).collect();
        if changes.is_empty() {
            return false;
        }
        let shifted = |at: usize| {
            changes.iter().rev().fold(at, |at, (range, text)| {
                if at >= range.end {
                    at + text.len() - range.len()
                } else {
                    at.min(range.start)
                }
            })
        };
        let after = Selection {
            anchor: shifted(self.selection.anchor),
            caret: shifted(self.selection.caret),
        };
        let changes = changes
            .into_iter()
            .map(|(range, text)| (range, text.to_owned()))
            .collect();
        self.states.changed(first);
        self.document.replace_all(changes, self.selection, after);
        self.selection = after;
        self.reveal_caret();
        true
    }

    /// Deletes the selection, else from the caret to `to`; says whether anything went.
    pub(super) fn delete_to(&mut self, to: usize, kind: Change) -> bool {
        let range = if self.selection.is_empty() {
            Selection {
                anchor: to,
                caret: self.selection.caret,
            }
            .range()
        } else {
            self.selection.range()
        };
        if range.is_empty() {
            return false;
        }
        let kind = if self.selection.is_empty() { kind } else { Change::Other };
        self.replace(range, "", kind);
        true
    }

    /// Deletes to the end of the line, or the line break when there already; on one line, the selection.
    /// The text can be pasted again.
    pub(super) fn kill(&mut self) -> bool {
        if self.mode == Mode::SingleLine && !self.selection.is_empty() {
            return self.kill_back();
        }
        let caret = self.selection.caret;
        let end = self.document.line_end(self.document.line_of(caret));
        // An edit may have left the caret within a CR LF, behind the end of its line.
        let to = if end <= caret {
            motion::next(self.document.rope(), caret)
        } else {
            end
        };
        if to == caret {
            return false;
        }
        self.clipboard = self.document.rope().slice(caret..to).to_string();
        self.replace(caret..to, "", Change::Other);
        true
    }

    /// Deletes back to the start of the line, or the selection; the text can be pasted again.
    pub(super) fn kill_back(&mut self) -> bool {
        let caret = self.selection.caret;
        let start = self.document.line_start(self.document.line_of(caret));
        let killed = match self.selection.range() {
            none if none.is_empty() => start..caret,
            selected => selected,
        };
        if killed.is_empty() {
            return false;
        }
        self.clipboard = self.document.rope().slice(killed.clone()).to_string();
        self.replace(killed, "", Change::Other);
        true
    }

    /// Takes back the last step; says whether there was one.
    pub fn undo(&mut self) -> bool {
        let step = self.document.undo();
        self.restore(step)
    }

    /// Does the last undone step again; says whether there was one.
    pub fn redo(&mut self) -> bool {
        let step = self.document.redo();
        self.restore(step)
    }

    fn restore(&mut self, step: Option<(Selection, usize)>) -> bool {
        let Some((selection, changed)) = step else { return false };
        self.states.changed(self.document.line_of(changed));
        self.selection = selection;
        self.goal = None;
        self.reveal_caret();
        true
    }

    /// Puts the caret behind the last character.
    pub fn go_to_end(&mut self) {
        self.go(self.document.len(), false);
    }

    /// Selects everything.
    pub fn select_all(&mut self) {
        self.document.seal();
        self.selection = Selection {
            anchor: 0,
            caret: self.document.len(),
        };
        self.goal = None;
        self.reveal_caret();
    }

    /// Moves the caret, dragging the selection along when `select` is set.
    pub(super) fn go(&mut self, to: usize, select: bool) {
        self.document.seal();
        self.selection = if select {
            Selection {
                caret: to,
                ..self.selection
            }
        } else {
            Selection::at(to)
        };
        self.goal = None;
        self.reveal_caret();
    }

    /// Moves up or down by lines, keeping the screen column; past the ends it goes to the very start or end.
    pub(super) fn go_lines(&mut self, lines: isize, select: bool) {
        let caret = self.selection.caret;
        let line = self.document.line_of(caret);
        let goal = self.goal.unwrap_or_else(|| self.column_of(caret));
        let target = line.saturating_add_signed(lines);
        let last = self.line_count() - 1;
        let to = match () {
            () if lines < 0 && line == 0 => 0,
            () if lines > 0 && line == last => self.document.len(),
            () => self.at_column(target.min(last), goal),
        };
        self.go(to, select);
        self.goal = Some(goal);
    }

    /// Moves to the first character of the line that is no space, or to the very start when there already.
    pub(super) fn go_home(&mut self, select: bool) {
        let caret = self.selection.caret;
        let line = self.document.line_of(caret);
        let start = self.document.line_start(line);
        let indent = self
            .document
            .line(line)
            .chars()
            .take_while(|found| matches!(found, ' ' | '\t'))
            .count();
        let to_indent = self.mode == Mode::MultiLine && caret != start + indent;
        self.go(if to_indent { start + indent } else { start }, select);
    }
}

//! The text of an editor and its history.
//!
//! A rope, so that a key press costs the logarithm of the text, and a list of changes rather than of snapshots. All
//! positions are character indices. Changes that belong together for a person (a typed word, a held Backspace) share
//! one undo step; [`Document::seal`] ends the step, as any cursor motion does.
//!
//! ```text
//! replace(range, text) → Edit { at, removed, inserted } → rope, undo stack
//! undo: take the last step, apply its edits backwards, push it on the redo stack
//! ```

use std::ops::Range;

use ropey::{Rope, RopeSlice};

/// Undo steps kept; older ones are forgotten.
const LONGEST_HISTORY: usize = 10_000;

/// What kind of change it is, which decides what it is grouped with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// A typed character.
    Type,
    /// Deletion backwards by one.
    Backspace,
    /// Deletion forwards by one.
    Delete,
    /// Anything else: a step of its own.
    Other,
}

/// Where the caret and the other end of the selection are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Selection {
    /// The fixed end; equal to the caret when nothing is selected.
    pub anchor: usize,
    /// The end that moves.
    pub caret: usize,
}

impl Selection {
    /// Nothing selected, the caret here.
    pub fn at(caret: usize) -> Self {
        Self { anchor: caret, caret }
    }

    /// Returns what is selected, possibly nothing.
    pub fn range(self) -> Range<usize> {
        self.anchor.min(self.caret)..self.anchor.max(self.caret)
    }

    /// Says whether nothing is selected.
    pub fn is_empty(self) -> bool {
        self.anchor == self.caret
    }
}

#[derive(Clone)]
struct Edit {
    at: usize,
    removed: String,
    inserted: String,
}

#[derive(Clone)]
struct Step {
    kind: Change,
    edits: Vec<Edit>,
    before: Selection,
    after: Selection,
}

/// A text with its history; it has no `Debug` because it may hold a secret.
#[derive(Clone)]
pub(super) struct Document {
    rope: Rope,
    undo: std::collections::VecDeque<Step>,
    redo: Vec<Step>,
    /// Whether the next change may join the last step.
    open: bool,
}

impl Document {
    /// Starts with a text and no history.
    pub fn new(text: &str) -> Self {
        Self {
            rope: Rope::from_str(text),
            undo: std::collections::VecDeque::new(),
            redo: Vec::new(),
            open: false,
        }
    }

    /// Returns the text.
    pub fn rope(&self) -> &Rope {
        &self.rope
    }

    /// Returns the number of characters.
    pub fn len(&self) -> usize {
        self.rope.len_chars()
    }

    /// Returns the line a position is in.
    pub fn line_of(&self, at: usize) -> usize {
        self.rope.char_to_line(at.min(self.len()))
    }

    /// Returns where a line starts; past the last line, the end of the text.
    pub fn line_start(&self, line: usize) -> usize {
        self.rope.line_to_char(line.min(self.rope.len_lines()))
    }

    /// Returns where a line ends, before its line break.
    pub fn line_end(&self, line: usize) -> usize {
        self.line_start(line) + self.line(line).len_chars()
    }

    /// Returns a line without its line break; past the last line, nothing.
    pub fn line(&self, line: usize) -> RopeSlice<'_> {
        let Some(slice) = self.rope.get_line(line) else {
            return self.rope.slice(..0);
        };
        let mut len = slice.len_chars();
        if line + 1 < self.rope.len_lines() {
            // All but the last line end in exactly one break, of which only CR LF has two characters.
            len -= 1;
            if len > 0 && slice.char(len) == '\n' && slice.char(len - 1) == '\r' {
                len -= 1;
            }
        }
        slice.slice(..len)
    }

    /// Says whether the text writes its line breaks as CR LF, going by the first one.
    pub fn is_crlf(&self) -> bool {
        let end = self.line_end(0);
        self.rope.get_char(end) == Some('\r') && self.rope.get_char(end + 1) == Some('\n')
    }

    /// Replaces a range of characters and notes it as `kind`; returns the position behind the inserted text.
    ///
    /// `selection` is what undo restores.
    pub fn replace(&mut self, range: Range<usize>, text: &str, kind: Change, selection: Selection) -> usize {
        let range = range.start.min(self.len())..range.end.min(self.len());
        let edit = Edit {
            at: range.start,
            removed: self.rope.slice(range.clone()).to_string(),
            inserted: text.to_owned(),
        };
        let end = range.start + text.chars().count();
        self.apply(&edit, false);
        let after = Selection::at(end);
        let last = self.undo.back_mut().filter(|last| self.open && last.kind == kind);
        let joined = last.is_some_and(|last| {
            let joined = join(last, &edit);
            if joined {
                last.after = after;
            }
            joined
        });
        if joined {
            self.redo.clear();
        } else {
            self.push(Step {
                kind,
                edits: vec![edit],
                before: selection,
                after,
            });
        }
        self.open = kind != Change::Other;
        end
    }

    /// Makes several changes one step; the ranges are those of the text as it is, in order and apart from each other.
    ///
    /// `before` is what undo selects, `after` what redo selects.
    pub fn replace_all(&mut self, changes: Vec<(Range<usize>, String)>, before: Selection, after: Selection) {
        let mut edits = Vec::with_capacity(changes.len());
        // From the last to the first, so that no change moves another.
        for (range, inserted) in changes.into_iter().rev() {
            let edit = Edit {
                at: range.start,
                removed: self.rope.slice(range).to_string(),
                inserted,
            };
            self.apply(&edit, false);
            edits.push(edit);
        }
        self.push(Step {
            kind: Change::Other,
            edits,
            before,
            after,
        });
        self.open = false;
    }

    fn push(&mut self, step: Step) {
        self.redo.clear();
        self.undo.push_back(step);
        if self.undo.len() > LONGEST_HISTORY {
            self.undo.pop_front();
        }
    }

    /// Ends the current step: what follows is undone separately.
    pub fn seal(&mut self) {
        self.open = false;
    }

    /// Takes the last step back; returns what was selected before it and the first position that changed.
    pub fn undo(&mut self) -> Option<(Selection, usize)> {
        let step = self.undo.pop_back()?;
        for edit in step.edits.iter().rev() {
            self.apply(edit, true);
        }
        self.open = false;
        let changed = (step.before, first(&step));
        self.redo.push(step);
        Some(changed)
    }

    /// Does the last undone step again; returns the selection after it and the first position that changed.
    pub fn redo(&mut self) -> Option<(Selection, usize)> {
        let step = self.redo.pop()?;
        for edit in &step.edits {
            self.apply(edit, false);
        }
        self.open = false;
        let changed = (step.after, first(&step));
        self.undo.push_back(step);
        Some(changed)
    }

    fn apply(&mut self, edit: &Edit, backwards: bool) {
        let (out, back) = if backwards {
            (&edit.inserted, &edit.removed)
        } else {
            (&edit.removed, &edit.inserted)
        };
        if !out.is_empty() {
            self.rope.remove(edit.at..edit.at + out.chars().count());
        }
        if !back.is_empty() {
            self.rope.insert(edit.at, back);
        }
    }
}

/// Returns the first position a step touched.
fn first(step: &Step) -> usize {
    step.edits.iter().map(|edit| edit.at).min().unwrap_or(0)
}

/// Adds an edit to the step before it, if a person would take both for one.
fn join(step: &mut Step, edit: &Edit) -> bool {
    let Some(last) = step.edits.last_mut() else {
        return false;
    };
    match step.kind {
        Change::Type => {
            // A step is a word with the space behind it.
            let starts_word =
                last.inserted.ends_with(char::is_whitespace) && !edit.inserted.starts_with(char::is_whitespace);
            let follows = edit.removed.is_empty() && edit.at == last.at + last.inserted.chars().count();
            if !follows || starts_word || edit.inserted.contains('\n') {
                return false;
            }
            last.inserted.push_str(&edit.inserted);
        }
        Change::Backspace => {
            let follows = edit.at + edit.removed.chars().count() == last.at;
            if !follows || last.removed.starts_with(['\n', '\r']) != edit.removed.starts_with(['\n', '\r']) {
                return false;
            }
            last.removed.insert_str(0, &edit.removed);
            last.at = edit.at;
        }
        Change::Delete => {
            if edit.at != last.at {
                return false;
            }
            last.removed.push_str(&edit.removed);
        }
        Change::Other => return false,
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn type_text(document: &mut Document, mut at: usize, text: &str) {
        for next in text.chars() {
            at = document.replace(at..at, &next.to_string(), Change::Type, Selection::at(at));
        }
    }

    #[test]
    fn typed_words_are_steps() {
        let mut document = Document::new("");
        type_text(&mut document, 0, "one two");
        document.undo();
        assert_eq!(document.rope().to_string(), "one ");
        document.undo();
        assert_eq!(document.rope().to_string(), "");
        assert_eq!(document.undo(), None);
        document.redo();
        document.redo();
        assert_eq!(document.rope().to_string(), "one two");
        assert_eq!(document.redo(), None);
    }

    #[test]
    fn sealing_splits_a_run() {
        let mut document = Document::new("");
        type_text(&mut document, 0, "ab");
        document.seal();
        type_text(&mut document, 2, "cd");
        assert_eq!(document.undo(), Some((Selection::at(2), 2)));
        assert_eq!(document.rope().to_string(), "ab");
    }

    #[test]
    fn runs_of_deletions_are_steps() {
        let mut document = Document::new("abcdef");
        for at in [5, 4, 3] {
            document.replace(at..at + 1, "", Change::Backspace, Selection::at(at + 1));
        }
        document.replace(0..1, "", Change::Delete, Selection::at(0));
        document.replace(0..1, "", Change::Delete, Selection::at(0));
        assert_eq!(document.rope().to_string(), "c");
        assert_eq!(document.undo(), Some((Selection::at(0), 0)));
        assert_eq!(document.rope().to_string(), "abc");
        assert_eq!(document.undo(), Some((Selection::at(6), 3)));
        assert_eq!(document.rope().to_string(), "abcdef");
    }

    #[test]
    fn lines_know_their_breaks() {
        let document = Document::new("ab\r\ncd\n\nlast");
        assert_eq!(document.line(0).to_string(), "ab");
        assert_eq!(document.line(1).to_string(), "cd");
        assert_eq!(document.line(2).to_string(), "");
        assert_eq!(document.line(3).to_string(), "last");
        assert_eq!(document.line(9).to_string(), "");
        assert_eq!(document.line_end(0), 2);
        assert_eq!(document.line_end(1), 6);
        assert!(document.is_crlf());
        assert!(!Document::new("a\nb\r\n").is_crlf());
    }
}

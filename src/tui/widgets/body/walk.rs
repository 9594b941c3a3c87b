//! Moving by what a body is made of: out to the parent, on to the sibling, to the other bracket, to a line's end.

use super::document::{Document, Form};
use super::glyphs;
use super::view::View;

impl View {
    /// Goes to the line that opens what the cursor's line lies in. Returns whether it lies in anything.
    pub fn to_parent(&mut self, doc: &Document) -> bool {
        self.walk(doc, |view| {
            let mut nest = doc.nest(Form::Pretty)?;
            let line = view.cursor_line(doc);
            let depth = nest.line(line)?.depth();
            nest.parent(line, depth)
        })
    }

    /// Goes to the next or the previous member of what the cursor's line lies in. Returns whether there is one.
    pub fn to_sibling(&mut self, doc: &Document, forward: bool) -> bool {
        self.walk(doc, |view| {
            let mut nest = doc.nest(Form::Pretty)?;
            let mut line = view.cursor_line(doc);
            let own = nest.line(line)?;
            if own.closes() {
                line = nest.container(line)?.start;
            }
            // What is seen at the level of the line: its siblings, and what they lie in.
            let here = nest.rank(own.depth(), line);
            let to = if forward { here + 1 } else { here.checked_sub(1)? };
            let line = nest.select(own.depth(), to)?;
            let other = nest.line(line)?;
            (other.depth() == own.depth() && !other.closes()).then_some(line)
        })
    }

    /// Goes from the line that opens something to the one that closes it, or back. Returns whether it does either.
    pub fn to_pair(&mut self, doc: &Document) -> bool {
        let line = self.cursor_line(doc);
        let folded = doc.nest(self.form()).and_then(|mut nest| nest.container(line));
        if let Some(container) = folded
            && self.folds.is_folded(container.start, container.depth)
        {
            // Both are on this line.
            return true;
        }
        self.walk(doc, |_| {
            let container = doc.nest(Form::Pretty)?.container(line)?;
            Some(if line == container.start {
                container.end
            } else {
                container.start
            })
        })
    }

    /// Unfolds what the cursor's line opens, if it is folded. Returns whether it was.
    pub fn unfold_here(&mut self, doc: &Document) -> bool {
        self.is_folded_here(doc) == Some(true) && self.toggle_fold(doc)
    }

    /// Folds what the cursor's line opens, if it is not folded. Returns whether it did.
    pub fn fold_here(&mut self, doc: &Document) -> bool {
        self.is_folded_here(doc) == Some(false) && self.toggle_fold(doc)
    }

    /// Whether what the cursor's line opens is folded; `None` if it opens nothing.
    fn is_folded_here(&self, doc: &Document) -> Option<bool> {
        let line = self.cursor_line(doc);
        let container = doc.nest(self.form())?.container(line)?;
        (container.start == line).then(|| self.folds.is_folded(container.start, container.depth))
    }

    /// Scrolls sideways to the end of the cursor's line.
    pub fn to_line_end(&mut self, doc: &Document) {
        let line = self.sight(doc).get(self.cursor);
        let columns = line.map_or(0, |line| glyphs::columns(&line));
        let text = self.text_width(doc);
        self.left = if self.wrap { 0 } else { columns.saturating_sub(text) };
    }

    /// Goes to the line that was found, in the laid out form only.
    fn walk(&mut self, doc: &Document, find: impl FnOnce(&Self) -> Option<usize>) -> bool {
        let found = if self.form() == Form::Pretty { find(self) } else { None };
        if let Some(line) = found {
            self.keep_at(doc, line);
        }
        found.is_some()
    }
}

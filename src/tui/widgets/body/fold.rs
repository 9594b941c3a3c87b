//! Folding, as the user does it: at the cursor, to a level, and open again where something is to be shown.

use super::document::{Document, Form};
use super::folds::Folds;
use super::nest::{Container, Nest};
use super::outline::LEVELS;
use super::view::View;

impl View {
    /// Shows more of a long string on the cursor's line; where there is none, folds or unfolds. Returns whether there was
    /// something to do.
    pub fn open(&mut self, doc: &Document) -> bool {
        self.show_more(doc) || self.toggle_fold(doc)
    }

    /// Folds or unfolds what the cursor's line opens or closes; on another line, folds what it lies in.
    ///
    /// Returns whether there was something to do.
    pub fn toggle_fold(&mut self, doc: &Document) -> bool {
        self.change_fold(doc, |folds, container, folded, nest| {
            if folded {
                folds.unfold(container, nest);
            } else {
                folds.fold(container, nest);
            }
        })
    }

    /// The same for all that is inside: unfolds a folded container down to its leaves, or folds what lies in an open one.
    pub fn toggle_fold_inside(&mut self, doc: &Document) -> bool {
        self.change_fold(doc, |folds, container, folded, nest| {
            if folded {
                folds.unfold_all(container, nest);
            } else {
                folds.fold_inside(container, nest);
            }
        })
    }

    /// Folds all containers of a level and deeper (0 is the outermost), or unfolds all.
    pub fn fold_to_level(&mut self, doc: &Document, level: Option<u32>) {
        let Some(mut nest) = doc.nest(self.form()) else { return };
        let line = self.cursor_line(doc);
        self.folds.set_level(level, &mut nest);
        self.keep_at(doc, line);
    }

    /// Folds all containers but those that the cursor's line lies in. Returns whether there was something to fold.
    pub fn fold_around(&mut self, doc: &Document) -> bool {
        let Some(mut nest) = doc.nest(self.form()) else {
            return false;
        };
        let line = self.cursor_line(doc);
        // What is on the line itself stays open, too.
        let inside = nest.container(line).filter(|own| own.end > line).map(|_| line + 1);
        self.folds.set_level(Some(0), &mut nest);
        self.unfold_line(doc, inside.unwrap_or(line));
        self.keep_at(doc, line);
        true
    }

    /// The level that all is folded to, if it is.
    pub fn fold_level(&self) -> Option<u32> {
        self.folds.level()
    }

    /// Whether anything is folded.
    pub fn has_folds(&self) -> bool {
        self.form() == Form::Pretty && !self.folds.is_empty()
    }

    fn change_fold(&mut self, doc: &Document, change: impl FnOnce(&mut Folds, Container, bool, &mut Nest<'_>)) -> bool {
        let Some(mut nest) = doc.nest(self.form()) else {
            return false;
        };
        let mut line = self.cursor_line(doc);
        if nest.container(line).is_none() {
            let depth = nest.line(line).map_or(0, |line| line.depth());
            let Some(parent) = nest.parent(line, depth) else {
                return false;
            };
            line = parent;
        }
        let Some(container) = nest.container(line) else {
            return false;
        };
        let folded = self.folds.is_folded(container.start, container.depth);
        change(&mut self.folds, container, folded, &mut nest);
        self.keep_at(doc, container.start);
        true
    }

    /// Unfolds what keeps a byte of the body from being seen.
    pub(super) fn unfold_to(&mut self, doc: &Document, offset: usize) {
        if let Some(line) = doc.line_at(self.form(), offset) {
            self.unfold_line(doc, line);
        }
    }

    /// Unfolds what keeps a line from being seen, from the outside in.
    pub(super) fn unfold_line(&mut self, doc: &Document, line: usize) {
        let nest = doc.nest(self.form()).filter(|_| !self.folds.is_empty());
        let Some(mut nest) = nest.filter(|nest| line < nest.lines()) else {
            return;
        };
        // One container a level can be in the way.
        for _ in 0..=LEVELS {
            let rows = self.sight(doc);
            let shown = rows.line_of(rows.row_of(line));
            let folded = shown < line || nest.line(line).is_some_and(|line| line.closes());
            let Some(container) = nest.container(shown).filter(|_| folded) else {
                return;
            };
            if !self.folds.is_folded(container.start, container.depth) {
                return;
            }
            self.folds.unfold(container, &mut nest);
        }
    }
}

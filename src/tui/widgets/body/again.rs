//! Where one is in a body, told so that the same place is found in another one: who sends a request again to watch one field
//! finds it where it was, and folded what was folded.
//!
//! ```text
//! View::told ─▶ Told { way to the cursor's line, ways to what is folded } ─▶ View::find_again, in the other body
//! ```
//!
//! As it came a body has no ways: there the number of the line counts.
//!
//! A way goes by names and numbers: of the members of an object the one of the same number is looked at first, then those
//! beside it. So only what is folded and what is on the way is read, and no more than some hundred lines for each step,
//! however large both bodies are.

use std::collections::HashMap;

use super::document::{Document, Form};
use super::folds::{Fold, Folds, Rule};
use super::nest::{Container, Nest, NestLine, counted};
use super::view::View;

/// Containers whose folds are told, those nearest to the cursor.
const MOST_FOLDS: usize = 12;
/// Members that are looked at in all, beside those that stand where they stood.
const MOST_TRIES: usize = 60;
/// Longer names are not compared, in bytes.
const MOST_NAME: usize = 4096;

/// One step of a way: to the member of a number, which in an object has a name, as it is written.
#[derive(Clone, Debug)]
struct Hop {
    name: Option<Vec<u8>>,
    number: usize,
}

/// Where one is in a body.
#[derive(Clone, Debug)]
pub struct Told {
    form: Form,
    rule: Rule,
    folds: Vec<(Vec<Hop>, Fold)>,
    /// The way to the cursor's line, and whether it closes what stands there; without one, the line's number counts.
    way: Option<(Vec<Hop>, bool)>,
    line: usize,
    /// Rows of the screen above the cursor, and rows of the line above the screen.
    above: usize,
    top_row: usize,
    left: usize,
}

impl Told {
    /// Whether it is told of that form of a body.
    pub fn is_of(&self, form: Form) -> bool {
        self.form == form
    }
}

impl View {
    /// Tells where one is; `None` at the start of a body with nothing unusual folded.
    pub fn told(&self, doc: &Document, usual: &Self) -> Option<Told> {
        let form = self.form();
        let unfolded = form == Form::Raw || self.folds.is_like(&usual.folds);
        if unfolded && (self.cursor, self.top_row, self.left) == (0, 0, 0) {
            return None;
        }
        let line = self.cursor_line(doc);
        let mut told = Told {
            form,
            rule: self.folds.rule(),
            folds: Vec::new(),
            way: None,
            line,
            above: self.cursor.saturating_sub(self.top),
            top_row: self.top_row,
            left: self.left,
        };
        if let Some(mut nest) = doc.nest(form).filter(|nest| line < nest.lines()) {
            let closes = nest.line(line).is_some_and(|line| line.closes());
            told.way = way(&mut nest, line).map(|way| (way, closes));
            let mut folds: Vec<(Container, Fold)> = self.folds.exceptions().collect();
            folds.sort_by_key(|(container, _)| container.start.abs_diff(line));
            let folds = folds.into_iter().take(MOST_FOLDS);
            told.folds = folds
                .filter_map(|(container, fold)| Some((way(&mut nest, container.start)?, fold)))
                .collect();
        }
        Some(told)
    }

    /// Goes to the place that was told of the same form of another body, or as near to it as there is something of it here.
    pub fn find_again(&mut self, doc: &Document, told: &Told) {
        let mut line = told.line.min(doc.lines(told.form).saturating_sub(1));
        if let Some(mut nest) = doc.nest(told.form) {
            let mut finder = Finder {
                nest: &mut nest,
                tries: MOST_TRIES,
                known: HashMap::new(),
            };
            if let Some((way, closes)) = &told.way {
                let (found, all) = finder.find(way);
                line = found;
                if *closes && all {
                    let container = finder.nest.container(found);
                    line = container.map_or(found, |container| container.end);
                }
            }
            let folds = told.folds.iter().filter_map(|(way, fold)| {
                let (line, all) = finder.find(way);
                let container = finder.nest.container(line).filter(|own| all && own.start == line)?;
                Some((container, *fold))
            });
            let folds: Vec<(Container, Fold)> = folds.collect();
            self.folds = Folds::of(told.rule, folds, &mut nest);
        }
        self.put_at(doc, line, told.above);
        if self.wraps() {
            self.top_row = told.top_row;
            self.clamp(doc);
            self.reveal_cursor(doc);
        } else {
            self.left = told.left;
        }
    }
}

/// The way to what stands on a line, from the outside in; `None` where that is nested too deep.
fn way(nest: &mut Nest<'_>, line: usize) -> Option<Vec<Hop>> {
    let mut at = nest.opener(line)?;
    let mut way = Vec::new();
    loop {
        let own = nest.line(at)?;
        let depth = own.depth();
        if depth == 0 {
            way.push(Hop {
                name: None,
                number: nest.rank(0, at),
            });
            break;
        }
        if !counted(depth) {
            return None;
        }
        let parent = nest.parent(at, depth)?;
        way.push(Hop {
            name: name(nest, &own),
            number: nest.rank(depth, at) - nest.rank(depth, parent + 1),
        });
        at = parent;
    }
    way.reverse();
    Some(way)
}

/// The name of a member, as it is written.
fn name(nest: &mut Nest<'_>, line: &NestLine) -> Option<Vec<u8>> {
    let NestLine::Json(line) = line else { return None };
    let (key, _) = line.key.clone()?;
    (key.len() <= MOST_NAME).then(|| nest.window.slice(&key).to_vec())
}

/// Finds ways in a body; ways begin alike, so what was looked up of a container is kept.
struct Finder<'n, 'd> {
    nest: &'n mut Nest<'d>,
    tries: usize,
    /// By the line that opens a container the one that ends it, and how many lines of its members' depth come before them.
    known: HashMap<usize, (usize, usize)>,
}

impl Finder<'_, '_> {
    /// The line that a way leads to, or the last one on it that is here, and whether it leads to its end.
    fn find(&mut self, way: &[Hop]) -> (usize, bool) {
        let mut at = 0;
        for (depth, hop) in (0..).zip(way) {
            let found = match depth {
                0 => self.nest.select(0, hop.number),
                _ => self.member(at, depth, hop),
            };
            match found {
                Some(line) => at = line,
                None => return (at, false),
            }
        }
        (at, true)
    }

    /// The container that a line opens: where it ends, and how many lines of its members' depth come before them.
    fn inside(&mut self, line: usize, depth: u32) -> Option<(usize, usize)> {
        if let Some(known) = self.known.get(&line) {
            return Some(*known);
        }
        let container = self.nest.container(line).filter(|own| own.start == line)?;
        let inside = (container.end, self.nest.rank(depth, line + 1));
        self.known.insert(line, inside);
        Some(inside)
    }

    /// The member of what a line opens.
    fn member(&mut self, line: usize, depth: u32, hop: &Hop) -> Option<usize> {
        let (end, first) = self.inside(line, depth)?;
        let nest = &mut *self.nest;
        let mut at = |number: usize| {
            let line = nest.select(depth, first + number).filter(|line| *line <= end)?;
            let own = nest.line(line).filter(|own| own.depth() == depth && !own.closes())?;
            (name(nest, &own) == hop.name).then_some(line)
        };
        if let Some(found) = at(hop.number) {
            return Some(found);
        }
        hop.name.as_ref()?;
        // Other members may have come or gone.
        for step in 1.. {
            let below = hop.number.checked_sub(step);
            for number in below.into_iter().chain([hop.number + step]) {
                self.tries = self.tries.checked_sub(1)?;
                if let Some(found) = at(number) {
                    return Some(found);
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::syntax::Syntax;
    use super::*;

    /// The view of a body that is folded and looked at, and what it shows: a `+` before what is folded.
    fn shown(view: &View, doc: &Document) -> String {
        let rows = (0..view.sight(doc).count()).map(|row| {
            let line = view.sight(doc).line_of(row);
            let text = doc.line_text(Form::Pretty, line).ok().flatten().unwrap_or_default();
            let folded = doc.nest(Form::Pretty).and_then(|mut nest| nest.container(line));
            let folded = folded.is_some_and(|own| own.start == line && view.folds.is_folded(line, own.depth));
            let here = if row == view.cursor { ">" } else { "" };
            format!("{here}{}{}", text.trim(), if folded { "+" } else { "" })
        });
        rows.collect::<Vec<_>>().join(" ")
    }

    fn again(before: &str, syntax: Syntax, change: impl FnOnce(&mut View, &Document), after: &str) -> String {
        let doc = Document::new(before.to_owned(), syntax);
        let mut view = View::new();
        view.set_size(&doc, 80, 20);
        change(&mut view, &doc);
        let Some(told) = view.told(&doc, &View::new()) else {
            return "nothing told".to_owned();
        };
        let doc = Document::new(after.to_owned(), syntax);
        let mut view = View::new();
        view.find_again(&doc, &told);
        shown(&view, &doc)
    }

    #[test]
    fn the_place_and_what_is_folded_is_found_by_its_way() {
        let before = r#"{"a":{"x":1,"y":[1,2]},"b":[{"n":1},{"n":2}],"c":3}"#;
        // The cursor is on `$.b[1].n`, `$.a` is folded.
        let change = |view: &mut View, doc: &Document| {
            view.move_cursor(doc, 1);
            view.toggle_fold(doc);
            view.move_cursor(doc, 6);
        };
        let same = again(before, Syntax::Json, change, before);
        assert_eq!(same, r#"{ "a": {+ "b": [ { "n": 1 }, { >"n": 2 } ], "c": 3 }"#);
        // Members came and went, others are longer.
        let moved = r#"{"new":0,"b":[{"m":[],"l":0,"n":1},{"n":22}],"d":[1],"a":{"x":1}}"#;
        let moved = again(before, Syntax::Json, change, moved);
        assert_eq!(
            moved,
            r#"{ "new": 0, "b": [ { "m": [], "l": 0, "n": 1 }, { >"n": 22 } ], "d": [ 1 ], "a": {+ }"#
        );
        // What is not there is looked for as far as there is something of it.
        assert_eq!(
            again(before, Syntax::Json, change, r#"{"b":[7]}"#),
            r#"{ >"b": [ 7 ] }"#
        );
        assert_eq!(again(before, Syntax::Json, change, "[]"), ">[]");
        let nothing = again(before, Syntax::Json, |_, _| {}, before);
        assert_eq!(nothing, "nothing told");
    }

    #[test]
    fn levels_records_and_lines_are_found_as_well() {
        let around = |view: &mut View, doc: &Document| {
            view.move_cursor(doc, 5);
            view.fold_around(doc);
        };
        let list = r"[[1,[2]],[3,[4]]]";
        assert_eq!(
            again(list, Syntax::Json, around, r"[[1,[2]],[3,[4]],[5]]"),
            "[ [ 1, [ 2 >] ], [+ [+ ]"
        );
        let second = |view: &mut View, doc: &Document| {
            view.fold_to_level(doc, Some(0));
            view.move_cursor(doc, 1);
        };
        let lines = "{\"n\":1}\n{\"n\":2}\n";
        assert_eq!(again(lines, Syntax::JsonLines, second, lines), "{+ >{+");
        let text = |view: &mut View, doc: &Document| view.move_cursor(doc, 2);
        assert_eq!(again("a\nb\nc\nd", Syntax::Text, text, "A\nB\nC\nD"), "A B >C D");
        assert_eq!(again("a\nb\nc\nd", Syntax::Text, text, "A\nB"), "A >B");
    }
}

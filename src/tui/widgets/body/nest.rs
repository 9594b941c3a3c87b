//! How the lines of a body lie in each other: what holds a line, where a container ends, the path to a line.
//!
//! Answered from the [outline](super::outline) and short walks through the body: no answer takes more than some hundred
//! lines of reading, wherever the line is and however large what it lies in.

use super::lexer::{JsonCursor, JsonLine, Value};
use super::nested::{self, MarkupLine, Nested};
use super::outline::{LEVELS, Outline, ROW};
use super::path::{Path, Step};
use super::plain::{Lines, PlainCursor};
use super::scan::JsonIndex;
use super::source::Source;
use super::window::Window;

/// A container with something in it, by its lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Container {
    /// The line that opens it.
    pub start: usize,
    /// The line that closes it; the last known one as long as it is open.
    pub end: usize,
    /// Whether it is open still: its end has not come yet, or never will.
    pub open: bool,
    pub depth: u32,
}

/// The lines of a body, as they lie in each other.
#[derive(Debug)]
pub(super) struct Nest<'a> {
    index: Nesting<'a>,
    pub window: Window,
}

/// An element of markup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Element {
    /// The line it begins on.
    pub line: usize,
    /// The way to it, from the outermost one.
    pub steps: Vec<(String, u32)>,
}

/// Who says how they lie.
#[derive(Clone, Debug)]
enum Nesting<'a> {
    /// The text itself; whether it may be many values, one behind the other.
    Json(&'a JsonIndex, bool),
    /// Whoever laid it out; whether it is HTML.
    Markup {
        nested: &'a Nested,
        lines: &'a Lines,
        source: &'a Source,
        html: bool,
    },
}

/// A line, as it lies among the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NestLine {
    Json(JsonLine),
    Markup(MarkupLine),
}

/// A walk through the lines, forwards.
#[derive(Clone, Debug)]
pub(super) enum NestCursor {
    Json(JsonCursor),
    Markup(PlainCursor),
}

impl NestLine {
    pub fn depth(&self) -> u32 {
        match self {
            Self::Json(line) => line.depth,
            Self::Markup(line) => line.depth,
        }
    }

    /// Whether it closes a container.
    pub fn closes(&self) -> bool {
        match self {
            Self::Json(line) => line.closes(),
            Self::Markup(line) => line.closes,
        }
    }

    /// Whether it opens a container that has something in it.
    pub fn opens(&self) -> bool {
        match self {
            Self::Json(line) => line.opens(),
            Self::Markup(line) => line.opens,
        }
    }
}

impl NestCursor {
    /// The line about to be read.
    pub fn line(&self) -> usize {
        match self {
            Self::Json(cursor) => cursor.line,
            Self::Markup(cursor) => cursor.line,
        }
    }
}

/// Whether a line is seen when all below a level is folded.
fn seen(level: u32, line: &NestLine) -> bool {
    line.depth() < level || line.depth() == level && !line.closes()
}

/// Whether the lines of that depth are counted.
pub(super) fn counted(depth: u32) -> bool {
    (depth as usize) < LEVELS
}

impl<'a> Nest<'a> {
    /// The lines of JSON.
    pub fn json(index: &'a JsonIndex, source: &Source, len: usize, many: bool) -> Self {
        let window = index.window(source, len);
        let index = Nesting::Json(index, many);
        Self { index, window }
    }

    /// The lines of markup that is laid out.
    pub fn markup(nested: &'a Nested, lines: &'a Lines, source: &'a Source, len: usize, html: bool) -> Self {
        let index = Nesting::Markup {
            nested,
            lines,
            source,
            html,
        };
        let window = Window::new(source, len);
        Self { index, window }
    }

    /// Counts the lines there are.
    pub fn lines(&self) -> usize {
        match &self.index {
            Nesting::Json(index, _) => index.lines,
            Nesting::Markup { nested, .. } => nested.lines,
        }
    }

    fn outline(&self) -> &'a Outline {
        match &self.index {
            Nesting::Json(index, _) => &index.outline,
            Nesting::Markup { nested, .. } => &nested.outline,
        }
    }

    /// Goes to a known line.
    pub fn seek(&mut self, line: usize) -> Option<NestCursor> {
        match &self.index {
            Nesting::Json(index, _) => index.seek(&mut self.window, line).map(NestCursor::Json),
            Nesting::Markup { nested, lines, .. } => {
                nested::seek(nested, lines, &mut self.window, line).map(NestCursor::Markup)
            }
        }
    }

    /// Reads the line at a cursor of this body and moves behind it; `None` behind the last one.
    pub fn step(&mut self, cursor: &mut NestCursor) -> Option<NestLine> {
        match (cursor, &self.index) {
            (NestCursor::Json(cursor), Nesting::Json(index, _)) => {
                let within = cursor.line < index.lines;
                within.then(|| NestLine::Json(cursor.step(&mut self.window, index)))
            }
            (NestCursor::Markup(cursor), Nesting::Markup { nested, source, .. }) => {
                nested::step(cursor, nested, source, &mut self.window).map(NestLine::Markup)
            }
            _ => None,
        }
    }

    /// Reads a known line.
    pub fn line(&mut self, line: usize) -> Option<NestLine> {
        let mut cursor = self.seek(line)?;
        self.step(&mut cursor)
    }

    /// Counts the lines before a known one that are seen at a level.
    pub fn rank(&mut self, level: u32, line: usize) -> usize {
        let row = self.outline().row_before(line);
        let mut count = self.outline().seen_before(level, row);
        let Some(mut cursor) = self.seek(row * ROW) else {
            return count;
        };
        while cursor.line() < line.min(self.lines())
            && let Some(line) = self.step(&mut cursor)
        {
            count += usize::from(seen(level, &line));
        }
        count
    }

    /// Whether what begins at this depth is one of many values, each of which stands for itself.
    pub fn is_record(&self, depth: u32) -> bool {
        depth == 0 && matches!(self.index, Nesting::Json(_, true))
    }

    /// Finds the known line with so many seen before it that is seen itself.
    pub fn select(&mut self, level: u32, count: usize) -> Option<usize> {
        let row = self.outline().row_of(level, count);
        let mut before = self.outline().seen_before(level, row);
        let mut cursor = self.seek(row * ROW)?;
        loop {
            let at = cursor.line();
            if seen(level, &self.step(&mut cursor)?) {
                if before == count {
                    return Some(at);
                }
                before += 1;
            }
        }
    }

    /// Finds the line that opens what a line of this depth lies in; `None` for the outermost value.
    pub fn parent(&mut self, line: usize, depth: u32) -> Option<usize> {
        let level = depth.checked_sub(1).filter(|level| counted(*level))?;
        let before = self.rank(level, line).checked_sub(1)?;
        self.select(level, before)
    }

    /// Finds the container that a line opens or closes.
    pub fn container(&mut self, line: usize) -> Option<Container> {
        let own = self.line(line)?;
        if !counted(own.depth()) {
            return None;
        }
        let start = if own.closes() {
            let before = self.rank(own.depth(), line).checked_sub(1)?;
            self.select(own.depth(), before)?
        } else {
            line
        };
        if !own.closes() && !own.opens() {
            return None;
        }
        let mut cursor = self.seek(start)?;
        self.step(&mut cursor);
        Some(self.pass(&mut cursor, own.depth()).0)
    }

    /// Finds the container that the line before the cursor opens, its members, and the line behind it.
    ///
    /// A small one is walked through, a large one looked up.
    pub fn pass(&mut self, cursor: &mut NestCursor, depth: u32) -> (Container, usize) {
        let start = cursor.line() - 1;
        let mut container = Container {
            start,
            end: start,
            open: false,
            depth,
        };
        let mut members = 0;
        while cursor.line() <= start + ROW {
            let behind = cursor.clone();
            let Some(line) = self.step(cursor) else { break };
            if line.depth() <= depth {
                // What markup leaves open ends before the next line.
                if !(line.closes() && line.depth() == depth) {
                    *cursor = behind;
                }
                container.end = cursor.line() - 1;
                return (container, members);
            }
            members += usize::from(line.depth() == depth + 1 && !line.closes());
        }
        let before = self.rank(depth, start);
        let last = self.lines().saturating_sub(1);
        // Nothing comes behind the outermost value. Otherwise the end is still to come, or was lost to a fault.
        (container.end, container.open) = if let Some(next) = self.select(depth, before + 1) {
            (next - 1, false)
        } else {
            let closed = self
                .line(last)
                .is_some_and(|line| line.closes() && line.depth() == depth);
            (last, !closed)
        };
        let members = self.members(&container);
        if let Some(behind) = self.seek(container.end) {
            *cursor = behind;
            self.step(cursor);
        }
        (container, members)
    }

    /// Counts the members of a container.
    pub fn members(&mut self, container: &Container) -> usize {
        let level = container.depth + 1;
        if !counted(level) {
            return 0;
        }
        let end = container.end + usize::from(container.open);
        self.rank(level, end)
            .saturating_sub(self.rank(level, container.start + 1))
    }

    /// Finds the path to what stands on a line of JSON; `None` where that is nested too deep.
    pub fn path(&mut self, line: usize) -> Option<Path> {
        let Nesting::Json(index, many) = self.index else {
            return None;
        };
        let mut at = self.opener(line)?;
        let mut steps = Vec::new();
        loop {
            let Some(NestLine::Json(own)) = self.line(at) else {
                return None;
            };
            if own.depth == 0 {
                if matches!(own.value, Value::Bad(_)) {
                    return None;
                }
                if many {
                    // Lines that are none do not count, here as in filters.
                    steps.push(Step::Index(self.rank(0, at) - index.bad.before(at)));
                }
                break;
            }
            let parent = self.parent(at, own.depth)?;
            steps.push(match own.key {
                Some((key, _)) => Step::key(&self.window.slice(&key)),
                None if counted(own.depth) => Step::Index(self.rank(own.depth, at) - self.rank(own.depth, parent + 1)),
                None => return None,
            });
            at = parent;
        }
        steps.reverse();
        Some(Path(steps))
    }

    /// Finds the way to the element that stands on a line of markup, or that the line lies in: names, and the how-manieth of
    /// its name each is. `None` outside of all elements, and where one of them is not known.
    pub fn element(&mut self, line: usize) -> Option<Element> {
        let mut at = self.opener(line)?;
        let mut steps = Vec::new();
        let mut first = None;
        loop {
            let Some(NestLine::Markup(own)) = self.line(at) else {
                return None;
            };
            let Nesting::Markup { html, .. } = self.index else {
                return None;
            };
            let text = self.window.slice(&own.text.text);
            // What is none, text or a comment, is passed over.
            if let Some(name) = nested::name(&text, html) {
                // What HTML has in the flow of its text is passed over with that.
                let flows = html && steps.is_empty() && at == line && !own.opens;
                match own.nth {
                    0 if flows => {}
                    0 => return None,
                    nth => {
                        steps.push((name, nth));
                        first.get_or_insert(at);
                    }
                }
            }
            if own.depth == 0 {
                break;
            }
            at = self.parent(at, own.depth)?;
        }
        steps.reverse();
        Some(Element { line: first?, steps })
    }

    /// The line that opens what a line closes; else the line itself.
    pub fn opener(&mut self, line: usize) -> Option<usize> {
        if self.line(line)?.closes() {
            return Some(self.container(line)?.start);
        }
        Some(line)
    }
}

//! The index of lines that somebody else says the nesting of: markup, laid out.
//!
//! A long line is read in pieces: those lie in the line they continue.

use super::outline::Outline;
use super::plain::{Lines, PlainCursor, PlainLine};
use super::shape::Shape;
use super::source::Source;
use super::window::Window;

/// What is known of how the lines lie in each other.
#[derive(Clone, Debug, Default)]
pub(super) struct Nested {
    pub outline: Outline,
    /// Lines known, pieces counted.
    pub lines: usize,
    /// Whether nothing is told of the lines behind them.
    ended: bool,
}

impl Nested {
    /// Takes note of the next line; `number` is what it counts without pieces, and `rest` whether it is one.
    pub fn add(&mut self, source: &Source, number: usize, rest: bool) {
        if self.ended {
            return;
        }
        let Some(shape) = source.shape(number) else {
            self.ended = true;
            return;
        };
        let (depth, closes) = placed(shape, rest);
        self.outline.add(self.lines, depth, closes);
        self.lines += 1;
    }
}

/// How deep a line lies, and whether it closes something.
fn placed(shape: Shape, rest: bool) -> (u32, bool) {
    let depth = u32::from(shape.depth);
    match (rest, shape.closes) {
        (false, closes) => (depth, closes),
        // What continues an end is not within what ended.
        (true, true) => (depth, false),
        (true, false) => (depth + 1, false),
    }
}

/// One line of markup, as places in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MarkupLine {
    /// Its number in the gutter; `None` for a piece.
    pub number: Option<usize>,
    pub text: PlainLine,
    pub depth: u32,
    pub closes: bool,
    /// Whether anything lies in it.
    pub opens: bool,
    /// The how-manieth of its name its element is; 0 where there is none, or that is not known.
    pub nth: u32,
}

/// Goes to a known line.
pub(super) fn seek(nested: &Nested, lines: &Lines, window: &mut Window, line: usize) -> Option<PlainCursor> {
    (line < nested.lines).then(|| lines.seek(window, line)).flatten()
}

/// Reads the line at the cursor, one of the known ones, and moves behind it.
pub(super) fn step(
    cursor: &mut PlainCursor,
    nested: &Nested,
    source: &Source,
    window: &mut Window,
) -> Option<MarkupLine> {
    if cursor.line >= nested.lines {
        return None;
    }
    let (number, rest) = (cursor.line - cursor.continued, cursor.is_rest);
    let text = cursor.step(window)?;
    let shapes = source.shapes(&(number..number + 2));
    let shape = shapes.first().copied()?;
    let (depth, closes) = placed(shape, rest);
    // The next line is a piece of this one, or one of its own.
    let next = if text.goes_on {
        Some(placed(shape, true))
    } else {
        shapes.get(1).map(|next| placed(*next, false))
    };
    let next = next.filter(|_| cursor.line < nested.lines);
    Some(MarkupLine {
        number: (!rest).then_some(number + 1),
        opens: !closes && next.is_some_and(|(below, _)| below > depth),
        text,
        depth,
        closes,
        nth: if rest { 0 } else { shape.nth },
    })
}

/// The name of the element that a line of markup begins with the tag of; of HTML in lower case.
pub(super) fn name(line: &[u8], html: bool) -> Option<String> {
    let tag = line.trim_ascii_start().strip_prefix(b"<")?;
    let end = tag
        .iter()
        .position(|byte| byte.is_ascii_whitespace() || b"/>".contains(byte))?;
    let name = std::str::from_utf8(&tag[..end]).ok()?;
    let first = name.chars().next()?;
    let is_name = first.is_alphabetic() || "_:".contains(first);
    is_name.then(|| {
        if html {
            name.to_ascii_lowercase()
        } else {
            name.to_owned()
        }
    })
}

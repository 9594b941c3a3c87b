//! XML and HTML with an element a line, indented, where white space has no meaning.
//!
//! In XML that is where there is nothing but white space between two tags, and not within text: an element that begins
//! with text is shown as it came, with all that is in it, and so is one with `xml:space="preserve"`. In HTML it is around
//! the elements that make blocks; `a`, `b`, `span` and the like stay in their text, `pre`, `script` and the like as they
//! are. Elements that HTML lets end by themselves do.

mod element;
mod piece;

use super::super::shape::Shape;
use super::Lay;
use element::{Element, INLINE, Inside, NAME, Name, RAW, VOID};
use piece::{Piece, piece};

/// Levels that are indented.
const LEVELS: usize = 32;
/// Nested elements remembered; what lies in them is shown as it came. Nobody nests so deep, and a body that does must not
/// grow.
const DEEPEST: usize = 1000;
/// How it is said that there is a fault.
const NOT_WELL: &str = "not well-formed XML in line";

/// A text on its way.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own about what was written last"
)]
pub(super) struct Markup {
    html: bool,
    open: Vec<Element>,
    /// Elements beyond [`DEEPEST`].
    deeper: usize,
    /// White space that is not decided about yet.
    space: Vec<u8>,
    /// What ends what is not markup, while in it.
    raw: Option<Name>,
    /// Whether anything was written.
    begun: bool,
    /// Whether that was a tag of its own rather than text.
    after_tag: bool,
    /// Whether something outside of all elements stands on a line of its own.
    root_broken: bool,
    root: Inside,
    /// How the lines lie in each other that were begun since they were last asked for.
    shapes: Vec<Shape>,
    /// Whether there were any, and how deep those lie that only go on with the last one.
    lined: bool,
    below: u16,
    /// Line ends that were taken, until there is something to be said of a line.
    lines: usize,
    flaw: Option<String>,
}

impl Markup {
    pub fn new(html: bool) -> Self {
        Self {
            html,
            open: Vec::new(),
            deeper: 0,
            space: Vec::new(),
            raw: None,
            begun: false,
            after_tag: false,
            root_broken: false,
            root: Inside::default(),
            shapes: Vec::new(),
            lined: false,
            below: 0,
            lines: 0,
            flaw: None,
        }
    }

    fn verbatim(&self) -> bool {
        self.deeper > 0 || self.open.last().is_some_and(|element| element.verbatim)
    }

    /// Begins a line at the current depth, with text or a comment.
    fn line(&mut self, out: &mut Vec<u8>) {
        self.begin(false, 0, out);
    }

    /// Begins one with the end of an element, or with an element that is the `nth` of its name.
    fn begin(&mut self, closes: bool, nth: u32, out: &mut Vec<u8>) {
        self.space.clear();
        let depth = u16::try_from(self.open.len()).unwrap_or(u16::MAX);
        self.shapes.push(Shape {
            depth,
            closes,
            nth,
            came: false,
        });
        // Behind an end one is in what it lies in.
        (self.lined, self.below) = (true, depth + u16::from(!closes));
        if self.begun {
            out.push(b'\n');
        }
        out.extend(std::iter::repeat_n(b' ', 2 * self.open.len().min(LEVELS)));
        match self.open.last_mut() {
            Some(element) => element.broken = true,
            None => self.root_broken = true,
        }
    }

    /// Takes note of the lines that begin within something that is written as it came.
    fn note(&mut self, bytes: &[u8]) {
        if !std::mem::replace(&mut self.lined, true) {
            self.shapes.push(Shape {
                came: true,
                ..Shape::default()
            });
            self.below = 1;
        }
        let shape = Shape {
            depth: self.below,
            came: true,
            ..Shape::default()
        };
        let lines = memchr::memchr_iter(b'\n', bytes).count();
        self.shapes.extend(std::iter::repeat_n(shape, lines));
    }

    /// Writes the white space that was held back, as it came.
    fn keep_space(&mut self, out: &mut Vec<u8>) {
        let space = std::mem::take(&mut self.space);
        if !space.is_empty() {
            self.note(&space);
        }
        out.extend_from_slice(&space);
        // Its room is used again.
        self.space = space;
        self.space.clear();
    }

    /// Writes the white space before text or what stands in it: as it came, but indented where it ended a line of HTML.
    fn flow_space(&mut self, out: &mut Vec<u8>) {
        if self.html && !self.verbatim() && self.space.contains(&b'\n') {
            self.line(out);
        } else {
            self.keep_space(out);
        }
    }

    fn put(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        self.note(bytes);
        out.extend_from_slice(bytes);
        self.begun = true;
    }

    fn is_inline(&self, name: Name) -> bool {
        self.html && name.is_one_of(&INLINE)
    }

    fn text(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let start = bytes.len() - bytes.trim_ascii_start().len();
        self.space.extend_from_slice(&bytes[..start]);
        let rest = &bytes[start..];
        if rest.is_empty() {
            return;
        }
        let broken = self.open.last().map_or(self.root_broken, |element| element.broken);
        if self.html && !self.verbatim() {
            // Behind a block the text begins a line of its own.
            if self.after_tag && broken {
                self.line(out);
            } else {
                self.flow_space(out);
            }
            let end = rest.trim_ascii_end().len();
            self.put_flowing(&rest[..end], out);
            self.space.extend_from_slice(&rest[end..]);
        } else {
            self.keep_space(out);
            self.put(rest, out);
            if let Some(element) = self.open.last_mut() {
                element.verbatim = true;
            }
        }
        self.after_tag = false;
    }

    /// Writes text of HTML: its lines stay lines, indented as the text around them.
    fn put_flowing(&mut self, text: &[u8], out: &mut Vec<u8>) {
        for (at, line) in text.split(|byte| *byte == b'\n').enumerate() {
            let line = if at > 0 { line.trim_ascii_start() } else { line };
            if at > 0 && !line.is_empty() {
                self.line(out);
            }
            self.put(line.strip_suffix(b"\r").unwrap_or(line), out);
        }
    }

    fn opened(&mut self, tag: &[u8], out: &mut Vec<u8>) {
        let name = Name::read(&tag[1..], self.html);
        if self.html && !self.verbatim() {
            self.end_before(name);
        }
        if self.verbatim() {
            self.keep_space(out);
        } else if self.is_inline(name) {
            let broken = self.open.last().map_or(self.root_broken, |element| element.broken);
            if self.after_tag && broken {
                self.line(out);
            } else {
                self.flow_space(out);
            }
        } else {
            let html = self.html;
            let nth = self.inside().count(tag, html);
            self.begin(false, nth, out);
        }
        self.put(tag, out);
        self.after_tag = !self.is_inline(name);
        if tag.ends_with(b"/>") || self.html && name.is_one_of(&VOID) {
            return;
        }
        let kept = memchr::memmem::find(tag, b"xml:space")
            .is_some_and(|at| memchr::memmem::find(&tag[at..], b"preserve").is_some());
        let raw = self.html && name.is_one_of(&RAW);
        if raw {
            self.raw = Some(name);
        }
        if self.html && self.is_inline(name) && !raw {
            // Part of the text it stands in.
            self.inside().flowing += 1;
            return;
        }
        if self.open.len() >= DEEPEST {
            self.deeper += 1;
            self.flaw.get_or_insert_with(|| {
                let (line, most) = (self.lines + 1, DEEPEST);
                format!("elements deeper than {most} in each other stand as they came, from line {line} on")
            });
            return;
        }
        let verbatim = self.verbatim() || kept || raw;
        self.open.push(Element {
            name,
            inside: Inside::default(),
            broken: false,
            verbatim,
        });
    }

    /// What was met where the text stands.
    fn inside(&mut self) -> &mut Inside {
        match self.open.last_mut() {
            Some(element) => &mut element.inside,
            None => &mut self.root,
        }
    }

    /// Ends the elements that HTML ends before this one begins.
    fn end_before(&mut self, name: Name) {
        let ended: &[&[u8]] = match &name.bytes[..usize::from(name.len)] {
            b"li" => &[b"li", b"p"],
            b"dt" | b"dd" => &[b"dt", b"dd", b"p"],
            b"option" => &[b"option"],
            b"td" | b"th" => &[b"td", b"th", b"p"],
            b"tr" => &[b"td", b"th", b"tr", b"p"],
            b"tbody" | b"tfoot" => &[b"td", b"th", b"tr", b"tbody", b"thead", b"p"],
            b"body" => &[b"head"],
            _ if self.is_inline(name) => &[],
            _ => &[b"p"],
        };
        while self.open.last().is_some_and(|element| element.name.is_one_of(ended)) {
            self.open.pop();
        }
    }

    fn closed(&mut self, tag: &[u8], out: &mut Vec<u8>) {
        let name = Name::read(&tag[2..], self.html);
        if self.is_inline(name) && !self.verbatim() || self.html && name.is_one_of(&VOID) {
            if !name.is_one_of(&VOID) {
                let inside = self.inside();
                inside.flowing = inside.flowing.saturating_sub(1);
            }
            self.keep_space(out);
            self.put(tag, out);
            return;
        }
        if self.deeper > 0 {
            self.deeper -= 1;
            self.keep_space(out);
            return self.put(tag, out);
        }
        if !self.html && self.flaw.is_none() {
            let line = self.lines + 1;
            let what = match self.open.last() {
                None => Some(format!("`</{name}>` closes nothing")),
                Some(own) if own.name != name => Some(format!("`</{name}>` stands where `</{}>` should", own.name)),
                Some(_) => None,
            };
            self.flaw = what.map(|what| format!("{NOT_WELL} {line}: {what}"));
        }
        // What HTML leaves open ends with what it lies in; in XML a wrong end is shown where it stands.
        let own = if self.html {
            self.open.iter().rposition(|element| element.name == name)
        } else {
            self.open.len().checked_sub(1)
        };
        let Some(own) = own else {
            if self.verbatim() {
                self.keep_space(out);
            } else {
                self.line(out);
            }
            return self.put(tag, out);
        };
        let element = &self.open[own];
        let (verbatim, broken) = (element.verbatim, element.broken || self.open.len() > own + 1);
        self.open.truncate(own);
        if verbatim || !broken {
            self.keep_space(out);
        } else {
            self.begin(true, 0, out);
        }
        self.put(tag, out);
        self.after_tag = true;
    }

    fn other(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        if self.verbatim() || self.html && !self.after_tag && self.begun && !self.space.contains(&b'\n') {
            self.keep_space(out);
        } else {
            self.line(out);
        }
        self.put(bytes, out);
    }

    /// Takes what is not markup, up to its end tag; returns its length.
    fn raw(&mut self, name: Name, bytes: &[u8], last: bool, out: &mut Vec<u8>) -> usize {
        let mut end = 0;
        loop {
            let Some(found) = memchr::memmem::find(&bytes[end..], b"</") else {
                // The start of the end tag may be what the block ends with.
                let safe = if last {
                    bytes.len()
                } else {
                    bytes.len().saturating_sub(1)
                };
                self.put(&bytes[..safe], out);
                return safe;
            };
            end += found;
            if bytes.len() < end + 2 + NAME + 1 && !last {
                self.put(&bytes[..end], out);
                return end;
            }
            if Name::read(&bytes[end + 2..], true) == name {
                self.raw = None;
                self.put(&bytes[..end], out);
                return end;
            }
            end += 2;
        }
    }
}

impl Lay for Markup {
    fn lay(&mut self, bytes: &[u8], last: bool, out: &mut Vec<u8>) -> usize {
        let mut pos = 0;
        if !self.begun && bytes.starts_with(b"\xef\xbb\xbf") {
            pos = 3;
        }
        while pos < bytes.len() {
            let rest = &bytes[pos..];
            if let Some(name) = self.raw {
                let took = self.raw(name, rest, last, out);
                pos += took;
                if self.raw.is_some() && !(last && pos < bytes.len()) {
                    break;
                }
                continue;
            }
            let (piece, len) = piece(rest);
            let Some(len) = len.or(last.then_some(rest.len())) else {
                break;
            };
            let taken = &rest[..len];
            pos += len;
            match piece {
                Piece::Text => self.text(taken, out),
                Piece::Open => self.opened(taken, out),
                Piece::Close => self.closed(taken, out),
                Piece::Other => self.other(taken, out),
                // Between elements it has a line of its own, as they do.
                Piece::Cdata if !self.html && !self.verbatim() && self.open.last().is_some_and(|own| own.broken) => {
                    self.line(out);
                    self.put(taken, out);
                }
                Piece::Cdata => {
                    self.keep_space(out);
                    self.put(taken, out);
                    if let Some(element) = self.open.last_mut() {
                        element.verbatim = true;
                    }
                }
            }
            if self.flaw.is_none() {
                self.lines += memchr::memchr_iter(b'\n', taken).count();
            }
        }
        if last { bytes.len() } else { pos }
    }

    fn flaw(&self, ended: bool) -> Option<String> {
        let open = self.open.last().filter(|_| ended && !self.html);
        let open = open.map(|own| {
            let line = self.lines + 1;
            format!("{NOT_WELL} {line}: the end of `<{}>` is missing", own.name)
        });
        self.flaw.clone().or(open)
    }

    fn take_shapes(&mut self) -> Vec<Shape> {
        std::mem::take(&mut self.shapes)
    }
}

#[cfg(test)]
mod tests;

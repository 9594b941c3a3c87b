//! XML and HTML with an element a line, indented, where white space has no meaning.
//!
//! In XML that is where there is nothing but white space between two tags, and not within text: an element that begins
//! with text is shown as it came, with all that is in it, and so is one with `xml:space="preserve"`. In HTML it is around
//! the elements that make blocks; `a`, `b`, `span` and the like stay in their text, `pre`, `script` and the like as they
//! are. Elements that HTML lets end by themselves do.

use super::Lay;

/// Levels that are indented.
const LEVELS: usize = 32;
/// Nested elements remembered; what lies in them is shown as it came. Nobody nests so deep, and a body that does must not
/// grow.
const DEEPEST: usize = 1000;
/// Letters of a name that are compared.
const NAME: usize = 16;

const INLINE: [&[u8]; 37] = [
    b"a",
    b"abbr",
    b"b",
    b"bdi",
    b"bdo",
    b"br",
    b"button",
    b"cite",
    b"code",
    b"data",
    b"del",
    b"dfn",
    b"em",
    b"font",
    b"i",
    b"img",
    b"input",
    b"ins",
    b"kbd",
    b"label",
    b"mark",
    b"q",
    b"s",
    b"samp",
    b"select",
    b"small",
    b"span",
    b"strike",
    b"strong",
    b"sub",
    b"sup",
    b"textarea",
    b"time",
    b"tt",
    b"u",
    b"var",
    b"wbr",
];
const VOID: [&[u8]; 14] = [
    b"area", b"base", b"br", b"col", b"embed", b"frame", b"hr", b"img", b"input", b"link", b"meta", b"param",
    b"source", b"wbr",
];
/// What is in them is no markup, or white space matters.
const RAW: [&[u8]; 5] = [b"script", b"style", b"textarea", b"pre", b"title"];

/// A tag's name in lower case, cut off where it is longer than any that matters.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Name {
    bytes: [u8; NAME],
    len: u8,
}

impl Name {
    /// Reads the name these bytes begin with.
    fn read(bytes: &[u8], html: bool) -> Self {
        let mut name = Self::default();
        let end = |byte: &u8| byte.is_ascii_whitespace() || b"/>".contains(byte);
        for byte in bytes.iter().take_while(|byte| !end(byte)).take(NAME) {
            name.bytes[usize::from(name.len)] = if html { byte.to_ascii_lowercase() } else { *byte };
            name.len += 1;
        }
        name
    }

    fn is_one_of(&self, names: &[&[u8]]) -> bool {
        names.contains(&&self.bytes[..usize::from(self.len)])
    }
}

/// An element that is open.
#[derive(Clone, Copy, Default)]
struct Element {
    name: Name,
    /// Whether something in it stands on a line of its own.
    broken: bool,
    /// Whether all in it is shown as it came.
    verbatim: bool,
}

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
}

/// What the bytes begin with.
enum Piece {
    Text,
    Open,
    Close,
    /// Comments, declarations, instructions, CDATA; the latter is text.
    Other,
    Cdata,
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
        }
    }

    fn verbatim(&self) -> bool {
        self.deeper > 0 || self.open.last().is_some_and(|element| element.verbatim)
    }

    /// Begins a line at the current depth.
    fn line(&mut self, out: &mut Vec<u8>) {
        self.space.clear();
        if self.begun {
            out.push(b'\n');
        }
        out.extend(std::iter::repeat_n(b' ', 2 * self.open.len().min(LEVELS)));
        match self.open.last_mut() {
            Some(element) => element.broken = true,
            None => self.root_broken = true,
        }
    }

    /// Writes the white space that was held back, as it came.
    fn keep_space(&mut self, out: &mut Vec<u8>) {
        out.append(&mut self.space);
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
            self.line(out);
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
            return;
        }
        if self.open.len() >= DEEPEST {
            self.deeper += 1;
            return;
        }
        self.open.push(Element {
            name,
            broken: false,
            verbatim: self.verbatim() || kept || raw,
        });
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
            self.keep_space(out);
            self.put(tag, out);
            return;
        }
        if self.deeper > 0 {
            self.deeper -= 1;
            self.keep_space(out);
            return self.put(tag, out);
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
        let element = self.open[own];
        let inner_broken = self.open.len() > own + 1;
        self.open.truncate(own);
        if element.verbatim || !(element.broken || inner_broken) {
            self.keep_space(out);
        } else {
            self.line(out);
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

/// Finds the piece that bytes begin with: its length, `None` if its end is not there.
fn piece(bytes: &[u8]) -> (Piece, Option<usize>) {
    let through = |end: &[u8]| memchr::memmem::find(bytes, end).map(|at| at + end.len());
    if bytes[0] != b'<' {
        return (Piece::Text, memchr::memchr(b'<', bytes));
    }
    match bytes.get(1) {
        // Too short to tell one from the other.
        Some(b'!') if bytes.len() < 9 && memchr::memchr(b'>', bytes).is_none() => (Piece::Other, None),
        Some(b'!') if bytes.starts_with(b"<!--") => (Piece::Other, through(b"-->")),
        Some(b'!') if bytes.starts_with(b"<![CDATA[") => (Piece::Cdata, through(b"]]>")),
        Some(b'!') => (Piece::Other, doctype(bytes)),
        Some(b'?') => (Piece::Other, through(b">")),
        Some(b'/') => (Piece::Close, through(b">")),
        Some(next) if next.is_ascii_alphabetic() || b"_:".contains(next) || !next.is_ascii() => {
            (Piece::Open, tag(bytes))
        }
        None => (Piece::Text, None),
        // A lone `<` is text.
        Some(_) => (Piece::Text, memchr::memchr(b'<', &bytes[1..]).map(|at| at + 1)),
    }
}

/// The length of a tag: a `>` within quotes does not end it.
fn tag(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += bytes[at..].iter().position(|byte| b">\"'".contains(byte))?;
        if bytes[at] == b'>' {
            return Some(at + 1);
        }
        // A quote that stands for itself, as in bad HTML, must not swallow the rest of the body.
        let value = bytes[..at].trim_ascii_end().last() == Some(&b'=');
        at += if value {
            memchr::memchr(bytes[at], &bytes[at + 1..])? + 2
        } else {
            1
        };
    }
}

/// The length of a declaration, with what is within its brackets.
fn doctype(bytes: &[u8]) -> Option<usize> {
    let first = bytes.iter().position(|byte| b">[".contains(byte))?;
    if bytes[first] == b'>' {
        return Some(first + 1);
    }
    let close = first + memchr::memchr(b']', &bytes[first..])?;
    Some(close + memchr::memchr(b'>', &bytes[close..])? + 1)
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
                Piece::Cdata => {
                    self.keep_space(out);
                    self.put(taken, out);
                    if let Some(element) = self.open.last_mut() {
                        element.verbatim = true;
                    }
                }
            }
        }
        if last { bytes.len() } else { pos }
    }
}

#[cfg(test)]
mod tests {
    use super::super::all;
    use super::*;

    fn xml(text: &str) -> String {
        all(&mut Markup::new(false), text.as_bytes(), text.len().max(1))
    }

    fn html(text: &str) -> String {
        all(&mut Markup::new(true), text.as_bytes(), text.len().max(1))
    }

    #[test]
    fn xml_gets_an_element_a_line() {
        assert_eq!(
            xml("<?xml version=\"1.0\"?><a x='1>2'><b>text</b><c/><d><!-- no --><e> </e></d></a>"),
            "<?xml version=\"1.0\"?>\n<a x='1>2'>\n  <b>text</b>\n  <c/>\n  <d>\n    <!-- no -->\n    <e> </e>\n  </d>\n</a>"
        );
    }

    #[test]
    fn text_with_elements_in_it_stays_as_it_came() {
        let text = "<p>Hello <b> big</b>  <i>world</i>\n</p>";
        assert_eq!(xml(text), text);
        assert_eq!(
            xml("<a><p xml:space=\"preserve\"> <b/> </p><q><![CDATA[<x>]]></q></a>"),
            "<a>\n  <p xml:space=\"preserve\"> <b/> </p>\n  <q><![CDATA[<x>]]></q>\n</a>"
        );
    }

    #[test]
    fn html_is_broken_at_blocks() {
        assert_eq!(
            html(
                "<!DOCTYPE html><html><head><meta charset=utf-8><title>A  b</title></head><body><p>One <b>two</b> three<p>Four<ul><li>a<li>b</ul><pre> x\n  <i>y</i></pre></body></html>"
            ),
            "<!DOCTYPE html>\n<html>\n  <head>\n    <meta charset=utf-8>\n    <title>A  b</title>\n  </head>\n  <body>\n    <p>One <b>two</b> three\n    <p>Four\n    <ul>\n      <li>a\n      <li>b\n    </ul>\n    <pre> x\n  <i>y</i></pre>\n  </body>\n</html>"
        );
        assert_eq!(
            html("<div><script>if (a < b) { '<p>' }</script></div>"),
            "<div>\n  <script>if (a < b) { '<p>' }</script>\n</div>"
        );
    }

    #[test]
    fn broken_markup_is_shown_all_the_same() {
        let bare = |text: &str| text.split_ascii_whitespace().collect::<String>();
        for text in [
            "<",
            "<a",
            "<a b='",
            "</a></b>",
            "a < b > c",
            "<!--",
            "<![CDATA[x",
            "<!DOCTYPE a [",
            "<a><b></a></b></c>",
            "<script>",
            "<p \"x>y",
            "&&<>",
        ] {
            assert_eq!(bare(&xml(text)), bare(text), "XML {text}");
            assert_eq!(bare(&html(text)), bare(text), "HTML {text}");
        }
    }

    #[test]
    fn it_may_be_cut_anywhere() {
        let text = "<a><b c=\"d>e\">text &amp; more</b><!-- x --><p>One <i>two</i><script>1</script2></script> y</p><![CDATA[ z ]]></a>".repeat(30);
        for html in [false, true] {
            let whole = all(&mut Markup::new(html), text.as_bytes(), text.len());
            for block in [40, 99, 1000] {
                assert_eq!(
                    all(&mut Markup::new(html), text.as_bytes(), block),
                    whole,
                    "HTML {html}, {block}"
                );
            }
        }
    }

    #[test]
    fn nesting_without_end_is_survived() {
        let body = "<a>".repeat(300_000);
        for html in [false, true] {
            let laid = all(&mut Markup::new(html), body.as_bytes(), 512 * 1024);
            assert!(laid.len() < 2 * body.len());
            assert_eq!(laid.matches("<a>").count(), 300_000);
        }
        let deep = "<div>".repeat(100_000) + &"</div>".repeat(100_000);
        assert!(all(&mut Markup::new(true), deep.as_bytes(), 512 * 1024).ends_with("</div>"));
    }
}

//! Minified style sheets and scripts with their lines broken: after `{`, `;` and around `}`, indented by braces.
//!
//! Only white space is added, and only where neither language gives it a meaning: never within a string, a template, a
//! comment, a regular expression, or the parentheses of a `for`. A text that has lines already keeps them.

use super::Lay;

/// A text with lines longer than this on the average was not written by hand.
const DENSE: usize = 160;
/// Levels that are indented.
const LEVELS: usize = 32;
/// Nested brackets remembered; beyond them nothing is broken. Nobody nests so deep, and a body that does must not grow.
const DEEPEST: usize = 1000;
/// How far the end of a regular expression is looked for, in bytes.
const REGEX: usize = 1024;

/// A single line up to so long is read as it is, in bytes.
const SHORT: usize = 40;

/// Whether a text has next to no lines: a short one only where all of it is one line with blocks in it.
pub(super) fn is_dense(head: &[u8]) -> bool {
    let head = head.trim_ascii_end();
    let lines = memchr::memchr_iter(b'\n', head).count() + 1;
    let short = lines == 1 && head.len() > SHORT && memchr::memchr(b'{', head).is_some();
    short || head.len() > 2 * DENSE && head.len() / lines > DENSE
}

/// A text on its way.
pub(super) struct Braces {
    script: bool,
    /// What is open: `{`, `(`, `[`.
    open: Vec<u8>,
    /// Brackets beyond [`DEEPEST`].
    deeper: usize,
    /// Braces among those that are open.
    levels: usize,
    /// Whether the next thing starts a line.
    fresh: bool,
    /// The last byte that was no white space, and the word it ends.
    before: u8,
    word: Vec<u8>,
}

impl Braces {
    pub fn new(script: bool) -> Self {
        Self {
            script,
            open: Vec::new(),
            deeper: 0,
            levels: 0,
            fresh: true,
            before: 0,
            word: Vec::new(),
        }
    }

    fn indent(&mut self, out: &mut Vec<u8>) {
        if std::mem::take(&mut self.fresh) {
            out.extend(std::iter::repeat_n(b' ', 2 * self.levels.min(LEVELS)));
        }
    }

    fn line(&mut self, out: &mut Vec<u8>) {
        if !self.fresh {
            out.push(b'\n');
            self.fresh = true;
        }
    }

    fn put(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        self.indent(out);
        out.extend_from_slice(bytes);
        for byte in bytes {
            if !byte.is_ascii_alphanumeric() {
                self.word.clear();
            } else if self.word.len() < 16 {
                self.word.push(*byte);
            }
        }
        self.before = bytes.last().copied().unwrap_or(self.before);
    }

    /// Whether a slash here starts a regular expression.
    fn regex_may_start(&self) -> bool {
        let operand = self.before.is_ascii_alphanumeric() || b"_$)]}\"'`".contains(&self.before);
        let words: [&[u8]; 6] = [b"return", b"typeof", b"case", b"in", b"of", b"void"];
        !operand || words.contains(&&self.word[..])
    }

    /// Takes the piece these bytes start with; returns its length, 0 if its end is not there.
    fn piece(&mut self, bytes: &[u8], last: bool, out: &mut Vec<u8>) -> usize {
        let first = bytes[0];
        let second = bytes.get(1).copied();
        match first {
            b'"' | b'\'' => {
                let Some(len) = string(bytes, first, last) else {
                    return 0;
                };
                self.put(&bytes[..len], out);
                len
            }
            b'`' if self.script => {
                let Some(len) = template(bytes, last) else { return 0 };
                self.put(&bytes[..len], out);
                len
            }
            b'/' if second.is_none() && !last => 0,
            b'/' if second == Some(b'*') || self.script && second == Some(b'/') => {
                let end: &[u8] = if second == Some(b'*') { b"*/" } else { b"\n" };
                let found = memchr::memmem::find(&bytes[2..], end).map(|at| at + 2 + end.len());
                let Some(len) = found.or(last.then_some(bytes.len())) else {
                    return 0;
                };
                let (before, word) = (self.before, std::mem::take(&mut self.word));
                self.put(bytes[..len].trim_ascii_end(), out);
                (self.before, self.word) = (before, word);
                if second == Some(b'/') {
                    self.line(out);
                }
                len
            }
            b'/' if self.script && self.regex_may_start() => {
                let window = &bytes[..bytes.len().min(REGEX)];
                match regex(window) {
                    Some(len) => {
                        self.put(&bytes[..len], out);
                        len
                    }
                    None if window.len() < REGEX && !last => 0,
                    None => {
                        self.put(b"/", out);
                        1
                    }
                }
            }
            b'{' | b'(' | b'[' => self.opens(bytes, last, out),
            b'}' | b')' | b']' => self.closes(bytes, last, out),
            b';' => {
                self.put(b";", out);
                if self.open.last().is_none_or(|open| *open == b'{') && self.deeper == 0 {
                    self.line(out);
                }
                1
            }
            _ if first.is_ascii_whitespace() => {
                let len = bytes.iter().position(|byte| !byte.is_ascii_whitespace());
                let Some(len) = len.or(last.then_some(bytes.len())) else {
                    return 0;
                };
                // A line end may end a statement: it stays one.
                if bytes[..len].contains(&b'\n') && self.script {
                    self.line(out);
                } else if !self.fresh {
                    out.push(b' ');
                }
                len
            }
            _ => {
                let plain = |byte: &u8| !(byte.is_ascii_whitespace() || b"\"'`/{}()[];".contains(byte));
                let len = bytes.iter().position(|byte| !plain(byte)).unwrap_or(bytes.len()).max(1);
                self.put(&bytes[..len], out);
                len
            }
        }
    }

    fn opens(&mut self, bytes: &[u8], last: bool, out: &mut Vec<u8>) -> usize {
        let first = bytes[0];
        if first == b'{' {
            match bytes.get(1) {
                None if !last => return 0,
                // Nothing in it.
                Some(b'}') => {
                    self.put(b"{}", out);
                    if !self.script {
                        self.line(out);
                    }
                    return 2;
                }
                _ => {}
            }
            let space = !self.fresh && out.last().is_some_and(|byte| !b" ([{!".contains(byte));
            if space && (!self.script || b")=>".contains(&self.before) || self.before.is_ascii_alphanumeric()) {
                out.push(b' ');
            }
        }
        self.put(&bytes[..1], out);
        if self.open.len() < DEEPEST {
            self.open.push(first);
            self.levels += usize::from(first == b'{');
        } else {
            self.deeper += 1;
        }
        if first == b'{' && self.deeper == 0 {
            self.line(out);
        }
        1
    }

    fn closes(&mut self, bytes: &[u8], last: bool, out: &mut Vec<u8>) -> usize {
        let brace = bytes[0] == b'}';
        // What follows decides about the line end: enough of it to tell `else` from `elsewhere`.
        let rest = bytes[1..].trim_ascii_start();
        if brace && self.script && rest.len() < 12 && !last {
            return 0;
        }
        if self.deeper > 0 {
            self.deeper -= 1;
        } else {
            if brace {
                self.line(out);
            }
            self.levels -= usize::from(self.open.pop() == Some(b'{'));
        }
        self.put(&bytes[..1], out);
        if brace && self.deeper == 0 && (!self.script || breaks_after(rest)) {
            self.line(out);
        }
        1
    }
}

/// Whether a line may end between a closing brace and this.
fn breaks_after(rest: &[u8]) -> bool {
    let word = rest
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
        .count();
    let goes_on: [&[u8]; 8] = [
        b"else",
        b"catch",
        b"finally",
        b"while",
        b"from",
        b"of",
        b"in",
        b"instanceof",
    ];
    if word > 0 {
        return !goes_on.contains(&&rest[..word]);
    }
    rest.first().is_none_or(|next| b"{}\"'#@".contains(next))
}

/// The length of a string; it ends with its line at the latest.
fn string(bytes: &[u8], quote: u8, last: bool) -> Option<usize> {
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 1,
            b'\n' => return Some(at),
            byte if *byte == quote => return Some(at + 1),
            _ => {}
        }
        at += 1;
    }
    last.then_some(bytes.len())
}

/// The length of a template, with all that is written in it.
fn template(bytes: &[u8], last: bool) -> Option<usize> {
    // For each `${` the braces open in it; between them is text.
    let (mut at, mut open, mut text) = (1, Vec::<usize>::new(), true);
    while let Some(byte) = bytes.get(at) {
        match (byte, text) {
            (b'\\', _) => at += 1,
            (b'`', true) if open.is_empty() => return Some(at + 1),
            (b'`', _) => text = !text,
            (b'$', true) if bytes.get(at + 1) == Some(&b'{') && open.len() < 64 => {
                open.push(0);
                text = false;
                at += 1;
            }
            (b'{', false) => *open.last_mut()? += 1,
            (b'}', false) => match open.last_mut() {
                Some(0) => {
                    open.pop();
                    text = true;
                }
                Some(braces) => *braces -= 1,
                None => {}
            },
            _ => {}
        }
        at += 1;
    }
    last.then_some(bytes.len())
}

/// The length of a regular expression, if its end is there.
fn regex(bytes: &[u8]) -> Option<usize> {
    let (mut at, mut class) = (1, false);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 1,
            b'\n' => return None,
            b'[' => class = true,
            b']' => class = false,
            b'/' if !class => return Some(at + 1),
            _ => {}
        }
        at += 1;
    }
    None
}

impl Lay for Braces {
    fn lay(&mut self, bytes: &[u8], last: bool, out: &mut Vec<u8>) -> usize {
        let mut pos = 0;
        while pos < bytes.len() {
            match self.piece(&bytes[pos..], last, out) {
                0 => break,
                len => pos += len,
            }
        }
        if last { bytes.len() } else { pos }
    }
}

#[cfg(test)]
mod tests {
    use super::super::all;
    use super::*;

    #[test]
    fn style_sheets_are_broken_into_rules() {
        let css = "@media print{a>b{color:red;background:url(\"a;b{c\")}}/*!x;y*/p{}h1{margin:0 1px}";
        let laid = all(&mut Braces::new(false), css.as_bytes(), 1000);
        assert_eq!(
            laid,
            "@media print {\n  a>b {\n    color:red;\n    background:url(\"a;b{c\")\n  }\n}\n/*!x;y*/p{}\nh1 {\n  margin:0 1px\n}\n"
        );
    }

    #[test]
    fn scripts_are_broken_where_it_means_nothing() {
        let script = "function f(a){for(var i=0;i<3;i++){if(a)return/;}/.test(`x;${{b:1}}{`)}else{g()}}var o={};f(\"a;b\",function(){x()});";
        let laid = all(&mut Braces::new(true), script.as_bytes(), 1000);
        let lines: Vec<_> = laid.lines().collect();
        assert_eq!(lines[0], "function f(a) {");
        assert_eq!(lines[1], "  for(var i=0;i<3;i++) {");
        assert_eq!(lines[2], "    if(a)return/;}/.test(`x;${{b:1}}{`)");
        assert!(
            laid.contains("\nvar o={};\nf(\"a;b\",function() {\n  x()\n});\n"),
            "{laid}"
        );
    }

    #[test]
    fn only_white_space_is_added_wherever_it_is_cut() {
        let script =
            "a=1;b={c:[1,2,{d:/[/]}/g}],e:`${`${1}`}}`};if(x){y}else{z}// end\nvoid 0;/* {;} */x=a/b/c;'\\'};'"
                .repeat(20);
        let bare = |text: &str| text.split_ascii_whitespace().collect::<String>();
        let whole = all(&mut Braces::new(true), script.as_bytes(), script.len());
        assert_eq!(bare(&whole), bare(&script));
        for block in [16, 61, 700] {
            assert_eq!(all(&mut Braces::new(true), script.as_bytes(), block), whole);
        }
    }

    #[test]
    fn nesting_without_end_is_survived() {
        for open in ["{", "(", "[", "`${"] {
            let body = open.repeat(200_000);
            let laid = all(&mut Braces::new(true), body.as_bytes(), 64 * 1024);
            assert!(laid.len() < 200 * body.len());
        }
    }

    #[test]
    fn dense_is_what_has_no_lines() {
        assert!(is_dense("a{b:c}".repeat(100).as_bytes()));
        assert!(!is_dense("a {\n  b: c\n}\n".repeat(100).as_bytes()));
        assert!(!is_dense(b"a{b:c}"));
        assert!(is_dense(
            b"body{margin:0;color:red}a:hover{text-decoration:none;color:#fff}\n"
        ));
        assert!(!is_dense(b"let a = 1; let b = 2; let c = 3; console.log(a, b, c);"));
    }
}

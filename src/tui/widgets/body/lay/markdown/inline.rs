//! What stands in a line of Markdown: emphasis, code, links. Their signs go, what they said is marked.
//!
//! As `CommonMark` has it, with less care: runs of stars that no two readers agree on stay as they are.

use super::super::super::line::Kind;
use super::super::super::marks::Mark;

/// Openers that are looked back for; what is hostile enough to have more of them is not emphasised.
const BACK: usize = 64;
/// The longest search for the end of code or a link, in bytes.
const AHEAD: usize = 4096;
/// All such searches in a stretch of text may look at so many times its bytes; then the rest of it is text.
const MOST_TIMES: usize = 64;

/// What is made of a stretch of text.
#[derive(Default)]
pub(super) struct Inline {
    /// The text without the signs.
    pub text: String,
    /// What of it is what, in order.
    pub marks: Vec<Mark>,
}

/// A run of `*`, `_` or `~` that may open or close something.
struct Run {
    at: usize,
    sign: u8,
    left: usize,
    opens: bool,
}

/// Signs that go: where, how many, and what begins or ends there.
#[derive(Clone, Copy)]
struct Sign {
    at: usize,
    len: usize,
    style: Style,
    begins: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Emphasis,
    Strong,
    Struck,
}

/// Reads a stretch of text, `plain` for what nothing is said of.
pub(super) fn inline(source: &str, plain: Kind) -> Inline {
    let out = written(source, plain);
    Inline {
        text: out.text,
        marks: out.marks,
    }
}

fn written(source: &str, plain: Kind) -> Writer {
    let mut out = Writer {
        plain,
        ahead: Ahead {
            looked: 0,
            most: MOST_TIMES * source.len(),
        },
        ..Writer::default()
    };
    out.write(source);
    out
}

/// How many bytes were looked at to find ends, and how many may be: what opens everything and ends nothing is hostile.
#[derive(Default)]
struct Ahead {
    looked: usize,
    most: usize,
}

/// An atom: something that no emphasis begins or ends in.
enum Atom<'a> {
    Escaped(&'a str),
    Code(&'a str),
    Link { text: &'a str, to: &'a str, image: bool },
    Reference { text: &'a str, to: &'a str },
    Address(&'a str),
    Entity(char),
}

/// The atom a text begins with, and its length.
fn atom<'a>(rest: &'a str, ahead: &mut Ahead) -> Option<(Atom<'a>, usize)> {
    let bytes = rest.as_bytes();
    match bytes.first()? {
        b'`' | b'!' | b'[' | b'<' if ahead.looked > ahead.most => None,
        b'\\' => {
            bytes.get(1).filter(|next| next.is_ascii_punctuation())?;
            Some((Atom::Escaped(&rest[1..2]), 2))
        }
        b'`' => {
            let ticks = bytes.iter().take_while(|byte| **byte == b'`').count();
            let mut at = ticks;
            let end = near(bytes);
            while at < end {
                let found = memchr::memchr(b'`', &bytes[at..end]).map(|found| at + found);
                ahead.looked += found.unwrap_or(end) - at;
                let found = found?;
                let run = bytes[found..].iter().take_while(|byte| **byte == b'`').count();
                ahead.looked += run;
                if run == ticks {
                    let code = &rest[ticks..found];
                    let inner = code.strip_prefix(' ').and_then(|code| code.strip_suffix(' '));
                    let code = inner.filter(|inner| !inner.trim().is_empty()).unwrap_or(code);
                    return Some((Atom::Code(code), found + run));
                }
                at = found + run;
            }
            None
        }
        b'!' if bytes.get(1) == Some(&b'[') => {
            let (text, to, len) = link(&rest[1..], ahead)?;
            Some((Atom::Link { text, to, image: true }, len + 1))
        }
        b'[' => {
            if let Some((text, to, len)) = link(rest, ahead) {
                return Some((Atom::Link { text, to, image: false }, len));
            }
            let (text, behind) = bracketed(rest, ahead)?;
            let (to, len) = bracketed(&rest[behind..], ahead)?;
            (!text.is_empty()).then_some((Atom::Reference { text, to }, behind + len))
        }
        b'<' => {
            let near = near(bytes);
            let end = memchr::memchr(b'>', &bytes[..near]);
            ahead.looked += end.unwrap_or(near);
            let end = end?;
            let inner = &rest[1..end];
            let address = inner.contains("://") || inner.starts_with("mailto:") || inner.contains('@');
            let address = address && !inner.contains(char::is_whitespace) && !inner.contains('<');
            address.then_some((Atom::Address(inner), end + 1))
        }
        b'&' => {
            let end = memchr::memchr(b';', &bytes[..bytes.len().min(10)])?;
            let c = match &rest[1..end] {
                "amp" => '&',
                "lt" => '<',
                "gt" => '>',
                "quot" => '"',
                "apos" => '\'',
                "nbsp" => '\u{a0}',
                "copy" => '©',
                "mdash" => '—',
                "ndash" => '–',
                "hellip" => '…',
                number => {
                    let number = number.strip_prefix('#')?;
                    let hex = number.strip_prefix(['x', 'X']);
                    let code = hex.map_or_else(|| number.parse().ok(), |hex| u32::from_str_radix(hex, 16).ok())?;
                    char::from_u32(code).filter(|c| *c != '\0')?
                }
            };
            Some((Atom::Entity(c), end + 1))
        }
        _ => None,
    }
}

/// How far is looked for an end.
fn near(bytes: &[u8]) -> usize {
    bytes.len().min(AHEAD)
}

/// What is in the brackets a text begins with, and the length with them.
fn bracketed<'a>(rest: &'a str, ahead: &mut Ahead) -> Option<(&'a str, usize)> {
    let bytes = rest.as_bytes();
    if bytes.first() != Some(&b'[') {
        return None;
    }
    let (mut depth, mut at) = (0_usize, 0);
    while at < near(bytes) {
        match bytes[at] {
            b'\\' => at += 1,
            b'[' => depth += 1,
            b']' => {
                depth -= 1;
                if depth == 0 {
                    ahead.looked += at;
                    return Some((&rest[1..at], at + 1));
                }
            }
            _ => {}
        }
        at += 1;
    }
    ahead.looked += at;
    None
}

/// `[text](to "title")`: the text, where to, the length.
fn link<'a>(rest: &'a str, ahead: &mut Ahead) -> Option<(&'a str, &'a str, usize)> {
    let (text, behind) = bracketed(rest, ahead)?;
    let bytes = rest.as_bytes();
    if bytes.get(behind) != Some(&b'(') {
        return None;
    }
    let (mut depth, mut at) = (0_usize, behind);
    while at < bytes.len().min(behind + AHEAD) {
        match bytes[at] {
            b'\\' => at += 1,
            b'(' => depth += 1,
            b')' => {
                depth -= 1;
                if depth == 0 {
                    ahead.looked += at - behind;
                    let inner = rest[behind + 1..at].trim();
                    let to = inner.split_whitespace().next().unwrap_or_default();
                    return Some((text, to.trim_start_matches('<').trim_end_matches('>'), at + 1));
                }
            }
            _ => {}
        }
        at += 1;
    }
    ahead.looked += at - behind;
    None
}

/// Finds the signs of emphasis that belong together, and the atoms between them, each with its place and length.
fn parts<'a>(source: &'a str, ahead: &mut Ahead) -> (Vec<Sign>, Vec<(usize, Atom<'a>, usize)>) {
    let bytes = source.as_bytes();
    let mut atoms = Vec::new();
    let mut runs: Vec<Run> = Vec::new();
    let mut signs = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let sign = bytes[at];
        if !matches!(sign, b'*' | b'_' | b'~') {
            at += match atom(&source[at..], ahead) {
                Some((atom, len)) => {
                    atoms.push((at, atom, len));
                    len
                }
                None => source[at..].chars().next().map_or(1, char::len_utf8),
            };
            continue;
        }
        let len = bytes[at..].iter().take_while(|byte| **byte == sign).count();
        let before = source[..at].chars().next_back().unwrap_or(' ');
        let after = source[at + len..].chars().next().unwrap_or(' ');
        let (mut opens, mut closes) = (!after.is_whitespace(), !before.is_whitespace());
        if opens && closes {
            // Punctuation leans to the side it stands on; within a word only stars mean anything.
            let word = |c: char| c.is_alphanumeric();
            if sign == b'_' {
                (opens, closes) = (!word(before), !word(after));
            } else {
                (opens, closes) = (word(after) || !word(before), word(before) || !word(after));
            }
        }
        let mut run = Run {
            at,
            sign,
            left: len,
            opens,
        };
        let usable = sign != b'~' || len == 2;
        if closes && usable {
            let mut from = 0;
            while run.left > 0 {
                let near = runs.len().saturating_sub(BACK);
                let found = runs[near..]
                    .iter()
                    .rposition(|own| own.sign == sign && own.opens && own.left > 0);
                let Some(found) = found.map(|found| found + near) else {
                    break;
                };
                runs.truncate(found + 1);
                let Some(opener) = runs.last_mut() else { break };
                let (taken, style) = match (sign, opener.left >= 2 && run.left >= 2) {
                    (b'~', true) => (2, Style::Struck),
                    (b'~', false) => break,
                    (_, true) => (2, Style::Strong),
                    (_, false) => (1, Style::Emphasis),
                };
                opener.left -= taken;
                let begin = opener.at + opener.left;
                signs.push(Sign {
                    at: begin,
                    len: taken,
                    style,
                    begins: true,
                });
                signs.push(Sign {
                    at: at + from,
                    len: taken,
                    style,
                    begins: false,
                });
                from += taken;
                run.left -= taken;
                if opener.left == 0 {
                    runs.pop();
                }
            }
            run.at = at + from;
        }
        if run.opens && usable && run.left > 0 {
            runs.push(run);
        }
        at += len;
    }
    signs.sort_by_key(|sign| sign.at);
    (signs, atoms)
}

#[derive(Default)]
struct Writer {
    text: String,
    marks: Vec<Mark>,
    plain: Kind,
    strong: usize,
    emphasis: usize,
    struck: usize,
    /// Links are not looked for in the text of links.
    in_link: bool,
    ahead: Ahead,
}

impl Writer {
    fn write(&mut self, source: &str) {
        let (signs, atoms) = parts(source, &mut self.ahead);
        let mut signs = signs.iter().peekable();
        let mut atoms = atoms.iter().peekable();
        let mut at = 0;
        while at < source.len() {
            if let Some(sign) = signs.next_if(|sign| sign.at == at) {
                let count = match sign.style {
                    Style::Strong => &mut self.strong,
                    Style::Emphasis => &mut self.emphasis,
                    Style::Struck => &mut self.struck,
                };
                *count = if sign.begins {
                    *count + 1
                } else {
                    count.saturating_sub(1)
                };
                at += sign.len;
                continue;
            }
            if let Some((_, atom, len)) = atoms.next_if(|(from, ..)| *from == at) {
                self.atom(atom);
                at += len;
                continue;
            }
            let next = [signs.peek().map(|sign| sign.at), atoms.peek().map(|atom| atom.0)];
            let end = next.into_iter().flatten().min().unwrap_or(source.len());
            self.push(&source[at..end], None);
            at = end;
        }
    }

    fn atom(&mut self, atom: &Atom<'_>) {
        match *atom {
            Atom::Escaped(text) => self.push(text, None),
            Atom::Entity(c) => self.push(c.encode_utf8(&mut [0; 4]), None),
            Atom::Code(code) => self.push(&code.replace('\n', " "), Some(Kind::String)),
            Atom::Address(to) => self.push(to, Some(Kind::Key)),
            Atom::Link { text, to, image } => {
                if image {
                    self.push("▣ ", Some(Kind::Comment));
                }
                self.link(text);
                if !to.is_empty() && to != text {
                    self.push(&format!(" ‹{to}›"), Some(Kind::Comment));
                }
            }
            Atom::Reference { text, to } => {
                self.link(text);
                if !to.is_empty() {
                    self.push(&format!(" ‹{to}›"), Some(Kind::Comment));
                }
            }
        }
    }

    /// Writes the text of a link; one in another is as it stands.
    fn link(&mut self, text: &str) {
        if self.in_link {
            return self.push(text, Some(Kind::Key));
        }
        let plain = std::mem::replace(&mut self.plain, Kind::Key);
        self.in_link = true;
        self.write(text);
        self.in_link = false;
        self.plain = plain;
    }

    fn push(&mut self, text: &str, kind: Option<Kind>) {
        let kind = kind.unwrap_or(match self.plain {
            Kind::Text if self.struck > 0 => Kind::Comment,
            Kind::Text | Kind::Emphasis if self.strong > 0 => Kind::Strong,
            Kind::Text if self.emphasis > 0 => Kind::Emphasis,
            plain => plain,
        });
        let start = self.text.len();
        self.text.push_str(text);
        let end = self.text.len();
        if kind == Kind::Text || start == end {
            return;
        }
        match self.marks.last_mut() {
            Some(last) if last.range.end == start && last.kind == kind => last.range.end = end,
            _ => self.marks.push(Mark {
                range: start..end,
                kind,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text with each mark in brackets behind its kind's first letter.
    fn shown(source: &str) -> String {
        let Inline { text, marks } = inline(source, Kind::Text);
        let (mut out, mut at) = (String::new(), 0);
        for mark in marks {
            out.push_str(&text[at..mark.range.start]);
            let letter = format!("{:?}", mark.kind).to_lowercase();
            out.push_str(&format_args!("{}({})", &letter[..2], &text[mark.range.clone()]).to_string());
            at = mark.range.end;
        }
        out + &text[at..]
    }

    #[test]
    fn what_is_emphasised_loses_its_signs() {
        for (source, text) in [
            ("a **b** *c* _d_ __e__ f", "a st(b) em(c) em(d) st(e) f"),
            ("***both***", "st(both)"),
            ("**a *b* c**", "st(a b c)"),
            ("*a **b** c*", "em(a )st(b)em( c)"),
            ("snake_case_word 2*3*4", "snake_case_word 2em(3)4"),
            ("a * b * c", "a * b * c"),
            ("**open", "**open"),
            ("*a** b", "em(a)* b"),
            ("~~gone~~ ~home", "co(gone) ~home"),
            ("`*code*` ``a`b``", "st(*code*) st(a`b)"),
            (r"\*no\* \\", r"*no* \"),
            ("&lt;&amp;&#x41; &nope;", "<&A &nope;"),
            ("**`a`** b", "st(a) b"),
        ] {
            assert_eq!(shown(source), text, "{source}");
        }
    }

    #[test]
    fn what_is_loud_is_so_in_a_quote_too() {
        let marks = inline("**a** b", Kind::Emphasis).marks;
        let kinds: Vec<Kind> = marks.into_iter().map(|mark| mark.kind).collect();
        assert_eq!(kinds, [Kind::Strong, Kind::Emphasis]);
    }

    #[test]
    fn links_keep_where_they_lead() {
        for (source, text) in [
            ("[a *b*](http://x/y \"title\") c", "ke(a b)co( ‹http://x/y›) c"),
            ("![logo](a.png)", "co(▣ )ke(logo)co( ‹a.png›)"),
            ("[![b](c)](d)", "co(▣ )ke(b)co( ‹c› ‹d›)"),
            ("<http://x> <b>", "ke(http://x) <b>"),
            ("[a][ref] [b][]", "ke(a)co( ‹ref›) ke(b)"),
            ("[a] (b) [c](d", "[a] (b) [c](d"),
            ("[x](a(b)c)", "ke(x)co( ‹a(b)c›)"),
        ] {
            assert_eq!(shown(source), text, "{source}");
        }
    }

    #[test]
    fn hostile_runs_are_looked_at_a_few_times_and_lose_nothing() {
        for piece in [
            "*a ", "**", "[", "`", "![", "<", "&", "_a*b~~", "\\", "[a](", "é*", "` `` ", "[][",
        ] {
            let source = piece.repeat(20_000);
            let out = written(&source, Kind::Text);
            assert!(out.text.len() <= source.len() + 16);
            assert!(
                out.marks
                    .windows(2)
                    .all(|pair| pair[0].range.end <= pair[1].range.start)
            );
            // The last search may go over by what three of them look at.
            let most = MOST_TIMES * source.len() + 3 * AHEAD;
            assert!(out.ahead.looked <= most, "{piece}: {} bytes", out.ahead.looked);
        }
    }
}

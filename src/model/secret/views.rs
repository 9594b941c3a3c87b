//! A text as others may have spelled it: with percent signs, backslashes or entities taken back, and its lines joined.
//!
//! ```text
//! text ── Spelling ──▶ View { bytes, steps } ── search ──▶ range ── source() ──▶ range of the text
//! ```
//!
//! Looking for a secret in each view finds it however its characters were escaped, mixed and in part too, which a list of
//! spellings of the secret would not. Line ends are left out with the indentation behind them, so that a secret is found
//! that was wrapped, or that has several lines itself.

use std::borrow::Cow;
use std::ops::Range;

/// A way of escaping characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spelling {
    /// None: only lines are joined.
    Plain,
    /// `%2F`.
    Percent,
    /// `%2F`, and `+` for a space.
    Form,
    /// `\n`, `\"`, `\u00e9`, `\xe9`.
    Backslash,
    /// `&amp;`, `&#39;`, `&#x27;`.
    Entity,
}

/// A spelling that is taken back, and those that may lie within it.
pub(super) struct Layer(pub Spelling, pub &'static [Layer]);

/// HTML within JSON, which may itself stand in JSON: the console writes what it shows as JavaScript does.
const ESCAPED_ENTITY: Layer = Layer(Spelling::Entity, &[]);

/// What is tried: JSON within JSON, within a form or within an attribute of HTML is common.
pub(super) const LAYERS: &[Layer] = &[
    Layer(Spelling::Plain, &[]),
    Layer(
        Spelling::Percent,
        &[Layer(Spelling::Backslash, &[]), Layer(Spelling::Percent, &[])],
    ),
    Layer(Spelling::Form, &[]),
    Layer(
        Spelling::Backslash,
        &[
            ESCAPED_ENTITY,
            Layer(
                Spelling::Backslash,
                &[
                    ESCAPED_ENTITY,
                    Layer(Spelling::Backslash, &[ESCAPED_ENTITY, Layer(Spelling::Backslash, &[])]),
                ],
            ),
        ],
    ),
    Layer(Spelling::Entity, &[Layer(Spelling::Backslash, &[])]),
];

impl Spelling {
    /// Whether a text may hold something that is spelled so.
    fn occurs(self, text: &[u8]) -> bool {
        let mark = match self {
            Self::Plain => return true,
            Self::Percent => b'%',
            Self::Form => b'+',
            Self::Backslash => b'\\',
            Self::Entity => b'&',
        };
        memchr::memchr(mark, text).is_some()
    }

    /// What stands at the beginning of a text if it is escaped: the bytes it is of, the character or byte it means.
    fn escape(self, text: &[u8]) -> Option<(usize, Meaning)> {
        let byte = |digits: &[u8]| u8::try_from(number(digits, 16)?).ok();
        match (self, *text.first()?) {
            (Self::Percent | Self::Form, b'%') => Some((3, Meaning::Byte(byte(text.get(1..3)?)?))),
            (Self::Form, b'+') => Some((1, Meaning::Byte(b' '))),
            (Self::Backslash, b'\\') => match *text.get(1)? {
                b'u' => unicode(text),
                b'x' => Some((4, Meaning::Char(char::from(byte(text.get(2..4)?)?)))),
                b'n' | b'r' => Some((2, Meaning::Byte(b'\n'))),
                b't' => Some((2, Meaning::Byte(b'\t'))),
                b'b' => Some((2, Meaning::Byte(8))),
                b'f' => Some((2, Meaning::Byte(12))),
                other if other.is_ascii_punctuation() => Some((2, Meaning::Byte(other))),
                _ => None,
            },
            (Self::Entity, b'&') => entity(text),
            _ => None,
        }
    }
}

/// What an escape means.
enum Meaning {
    Byte(u8),
    Char(char),
}

/// `\u00e9`, or two of them for a character beyond the basic plane.
fn unicode(text: &[u8]) -> Option<(usize, Meaning)> {
    let unit = |at: usize| number(text.get(at..at + 4)?, 16);
    let first = unit(2)?;
    if let Some(c) = char::from_u32(first) {
        return Some((6, Meaning::Char(c)));
    }
    let second = (text.get(6..8)? == b"\\u").then(|| unit(8)).flatten()?;
    let mut decoded = char::decode_utf16([u16::try_from(first).ok()?, u16::try_from(second).ok()?]);
    Some((12, Meaning::Char(decoded.next()?.ok()?)))
}

fn entity(text: &[u8]) -> Option<(usize, Meaning)> {
    // The longest that is known is `&#1114111;`.
    let end = memchr::memchr(b';', &text[..text.len().min(12)])?;
    let c = match &text[1..end] {
        b"amp" => '&',
        b"lt" => '<',
        b"gt" => '>',
        b"quot" => '"',
        b"apos" => '\'',
        [b'#', b'x' | b'X', digits @ ..] => char::from_u32(number(digits, 16)?)?,
        [b'#', digits @ ..] => char::from_u32(number(digits, 10)?)?,
        _ => return None,
    };
    Some((end + 1, Meaning::Char(c)))
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    let digits = std::str::from_utf8(digits).ok()?;
    // `from_str_radix` takes a sign.
    let all = digits.chars().all(|c| c.is_digit(radix));
    all.then(|| u32::from_str_radix(digits, radix).ok()).flatten()
}

/// A text with its escapes taken back.
pub(super) struct View<'a> {
    pub bytes: Cow<'a, [u8]>,
    /// From which place of the view on the text goes on at which place, in order.
    steps: Vec<(usize, usize)>,
    /// The places of the view where a line of the text began.
    joints: Vec<usize>,
}

impl<'a> View<'a> {
    /// The view; `None` when it would be the text itself, unless that is what is asked for.
    pub fn new(text: &'a [u8], spelling: Spelling) -> Option<Self> {
        if !spelling.occurs(text) {
            return None;
        }
        if spelling == Spelling::Plain && memchr::memchr2(b'\n', b'\r', text).is_none() {
            return Some(Self {
                bytes: Cow::Borrowed(text),
                steps: vec![(0, 0)],
                joints: Vec::new(),
            });
        }
        let mut bytes = Vec::with_capacity(text.len());
        let mut steps = vec![(0, 0)];
        let mut joints = Vec::new();
        let mut at = 0;
        let mut utf8 = [0; 4];
        while at < text.len() {
            let escaped = spelling.escape(&text[at..]);
            let (length, meaning) = escaped.unwrap_or((1, Meaning::Byte(text[at])));
            if length != 1 {
                steps.push((bytes.len(), at));
            }
            match meaning {
                Meaning::Byte(b'\n' | b'\r') => {
                    steps.push((bytes.len(), at));
                    at += length;
                    at += text[at..].iter().take_while(|byte| b" \t".contains(byte)).count();
                    steps.push((bytes.len(), at));
                    joints.push(bytes.len());
                    continue;
                }
                Meaning::Byte(byte) => bytes.push(byte),
                Meaning::Char(c) => bytes.extend_from_slice(c.encode_utf8(&mut utf8).as_bytes()),
            }
            at += length;
            if length != 1 {
                steps.push((bytes.len(), at));
            }
        }
        Some(Self {
            bytes: Cow::Owned(bytes),
            steps,
            joints,
        })
    }

    /// Where in the text a range of the view is; no range is empty.
    pub fn source(&self, range: &Range<usize>) -> Range<usize> {
        let last = |at: usize| self.steps[self.steps.partition_point(|(view, _)| *view <= at) - 1];
        let (view, text) = last(range.start);
        let start = text + range.start - view;
        let next = self.steps.partition_point(|(view, _)| *view < range.end);
        let end = match self.steps.get(next) {
            Some((view, text)) if *view == range.end => *text,
            _ => {
                let (view, text) = last(range.end - 1);
                text + range.end - view
            }
        };
        start..end
    }

    /// Where the lines of the text begin, but for the first.
    pub fn line_starts(&self) -> &[usize] {
        &self.joints
    }

    /// Whether a line of the text begins there.
    pub fn begins_line(&self, at: usize) -> bool {
        self.joints.binary_search(&at).is_ok()
    }

    /// Whether the text is in several lines there.
    pub fn is_joined(&self, range: &Range<usize>) -> bool {
        let next = self.joints.partition_point(|at| *at <= range.start);
        self.joints.get(next).is_some_and(|at| *at < range.end)
    }
}

/// A text without its line ends, as views have it.
pub(super) fn joined(text: &str) -> Vec<u8> {
    View::new(text.as_bytes(), Spelling::Plain).map_or_else(Vec::new, |view| view.bytes.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(text: &str, spelling: Spelling) -> (String, Vec<Range<usize>>) {
        let view = View::new(text.as_bytes(), spelling).expect("it is spelled so");
        let each = (0..view.bytes.len()).map(|at| view.source(&(at..at + 1))).collect();
        (String::from_utf8_lossy(&view.bytes).into_owned(), each)
    }

    #[test]
    fn escapes_are_taken_back_and_found_again() {
        let (shown, each) = view("a%2Fb%zz%", Spelling::Percent);
        assert_eq!(
            (shown.as_str(), each[1].clone(), each[2].clone()),
            ("a/b%zz%", 1..4, 4..5)
        );
        assert_eq!(view("a+b%2B", Spelling::Form).0, "a b+");
        assert_eq!(
            view(r#"\"\\\/\u00e9\ud83d\ude00\x41\q\"#, Spelling::Backslash).0,
            "\"\\/é😀A\\q\\"
        );
        assert_eq!(view("&amp;&lt;&#39;&#x2F;&nbsp;&", Spelling::Entity).0, "&<'/&nbsp;&");
    }

    #[test]
    fn lines_are_joined() {
        let (shown, each) = view("ab\r\n  cd", Spelling::Plain);
        assert_eq!((shown.as_str(), each[1].clone(), each[2].clone()), ("abcd", 1..2, 6..7));
        let view = View::new(b"ab\ncd", Spelling::Plain).expect("plain");
        assert_eq!(view.source(&(1..3)), 1..4);
        assert!(view.is_joined(&(1..3)) && !view.is_joined(&(0..2)));
    }
}

//! JSON as it is written by the decoders of other formats, and laid out where it stands in a text.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::IgnoredAny;

/// What a container is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Array,
    /// An object, and whether its next value is a name.
    Object(bool),
}

/// A container that is open.
#[derive(Clone, Copy, Debug)]
struct Open {
    shape: Shape,
    /// Values still to come, names included; `None` where a mark ends it.
    left: Option<u64>,
    first: bool,
}

/// Writes values one after the other; the containers they lie in end by themselves when they are full.
#[derive(Debug, Default)]
pub(super) struct Tree {
    open: Vec<Open>,
    /// Whole values written.
    pub values: u64,
}

impl Tree {
    /// Whether the next value is the name of a member.
    pub fn wants_name(&self) -> bool {
        self.open.last().is_some_and(|open| open.shape == Shape::Object(true))
    }

    /// Whether what is open ends with a mark, and may end here.
    pub fn ends_by_mark(&self) -> bool {
        self.open
            .last()
            .is_some_and(|open| open.left.is_none() && open.shape != Shape::Object(false))
    }

    /// How many containers are open.
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    fn before(&mut self, out: &mut Vec<u8>) {
        let comma = match self.open.last_mut() {
            None => {
                if self.values > 0 {
                    out.push(b'\n');
                }
                false
            }
            Some(open) => open.shape != Shape::Object(false) && !std::mem::take(&mut open.first),
        };
        if comma {
            out.push(b',');
        }
    }

    fn after(&mut self, out: &mut Vec<u8>) {
        loop {
            let Some(open) = self.open.last_mut() else {
                self.values += 1;
                return;
            };
            if let Shape::Object(name) = &mut open.shape {
                if *name {
                    out.push(b':');
                }
                *name = !*name;
            }
            let Some(left) = &mut open.left else { return };
            *left = left.saturating_sub(1);
            if *left > 0 {
                return;
            }
            self.close(out);
        }
    }

    /// Takes away what is innermost and writes its end.
    fn close(&mut self, out: &mut Vec<u8>) {
        if let Some(open) = self.open.pop() {
            out.push(if open.shape == Shape::Array { b']' } else { b'}' });
        }
    }

    /// Ends what a mark ends.
    pub fn end(&mut self, out: &mut Vec<u8>) {
        self.close(out);
        self.after(out);
    }

    /// Writes a value that is JSON already; as a name it is put into quotes.
    pub fn value(&mut self, json: &str, out: &mut Vec<u8>) {
        if self.wants_name() {
            return self.string(json, out);
        }
        self.before(out);
        out.extend_from_slice(json.as_bytes());
        self.after(out);
    }

    /// Writes a text.
    pub fn string(&mut self, text: &str, out: &mut Vec<u8>) {
        self.before(out);
        quoted(text, out);
        self.after(out);
    }

    /// Writes bytes as base64 (RFC 4648).
    pub fn bytes(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        self.string(&STANDARD.encode(bytes), out);
    }

    /// Writes a number with a point; what JSON has no number for as a text.
    pub fn float(&mut self, number: f64, out: &mut Vec<u8>) {
        match serde_json::Number::from_f64(number) {
            Some(number) => self.value(&number.to_string(), out),
            None => self.string(&number.to_string(), out),
        }
    }

    /// Opens an array of so many values; never where a name is wanted.
    pub fn array(&mut self, len: Option<u64>, out: &mut Vec<u8>) {
        self.container(Shape::Array, len, out);
    }

    /// Opens an object of so many members; never where a name is wanted.
    pub fn object(&mut self, len: Option<u64>, out: &mut Vec<u8>) {
        self.container(Shape::Object(true), len.map(|len| len.saturating_mul(2)), out);
    }

    fn container(&mut self, shape: Shape, left: Option<u64>, out: &mut Vec<u8>) {
        self.before(out);
        out.push(if shape == Shape::Array { b'[' } else { b'{' });
        self.open.push(Open {
            shape,
            left,
            first: true,
        });
        if left == Some(0) {
            self.close(out);
            self.after(out);
        }
    }
}

/// Writes a text as JSON does.
pub(super) fn quoted(text: &str, out: &mut Vec<u8>) {
    // Writing into memory cannot fail, and a text can always be written.
    let _infallible = serde_json::to_writer(&mut *out, text);
}

/// Says in the place of a value what is wrong; the viewer marks the place where the JSON ends.
pub(super) fn fault(what: &str, at: u64, out: &mut Vec<u8>) {
    let _infallible = write!(out, "\n✗ {what} at byte {at}");
}

/// Lays out JSON; `None` if it is none.
pub(super) fn indented(json: &[u8]) -> Option<Vec<u8>> {
    serde_json::from_slice::<IgnoredAny>(json).ok()?;
    let mut out = Vec::with_capacity(json.len() * 2);
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    let line = |out: &mut Vec<u8>, depth: usize| {
        out.push(b'\n');
        out.extend(std::iter::repeat_n(b' ', 2 * depth.min(32)));
    };
    let mut bytes = json.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        if quoted {
            quoted = escaped || byte != b'"';
            escaped = byte == b'\\' && !escaped;
            out.push(byte);
            continue;
        }
        match byte {
            byte if byte.is_ascii_whitespace() => {}
            b'{' | b'[' => {
                out.push(byte);
                while bytes.next_if(u8::is_ascii_whitespace).is_some() {}
                if let Some(end) = bytes.next_if(|next| matches!(next, b'}' | b']')) {
                    out.push(end);
                } else {
                    depth += 1;
                    line(&mut out, depth);
                }
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(byte);
            }
            b',' => {
                out.push(byte);
                line(&mut out, depth);
            }
            b':' => out.extend_from_slice(b": "),
            _ => {
                quoted = byte == b'"';
                out.push(byte);
            }
        }
    }
    Some(out)
}

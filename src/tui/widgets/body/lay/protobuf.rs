//! Protocol Buffers without a schema: fields by their numbers (<https://protobuf.dev/programming-guides/encoding/>).
//!
//! The wire says how long a field is and little of what it means. What has a length is shown as a message if all of it
//! reads as one, else as text if it is some, else as base64; a repeated field stands there as often as it came. Numbers
//! are shown unsigned: whether they are zigzag, only the schema knows.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Lay;
use super::tree::{fault, quoted};
use super::values::{Stop, take};

/// Messages in each other that are looked into; what lies deeper is bytes.
const DEEPEST: usize = 24;

/// A message on its way.
#[derive(Default)]
pub(super) struct Protobuf {
    at: u64,
    fields: u64,
    begun: bool,
    broken: bool,
}

/// What a field holds.
enum Field<'a> {
    Number(u64),
    Eight(u64),
    Four(u32),
    Bytes(&'a [u8]),
}

/// Reads a number of seven bits a byte.
fn varint(rest: &mut &[u8]) -> Result<u64, Stop> {
    let mut number = 0_u64;
    for at in 0..10 {
        let byte = *take(rest, 1)?.first().ok_or(Stop::Short)?;
        number |= u64::from(byte & 0x7f) << (7 * at);
        if byte < 0x80 {
            return Ok(number);
        }
    }
    Err(Stop::Wrong("a number of more than ten bytes"))
}

/// Reads a field and its number.
fn field<'a>(rest: &mut &'a [u8]) -> Result<(u64, Field<'a>), Stop> {
    let tag = varint(rest)?;
    let number = tag >> 3;
    if number == 0 || number > 0x1fff_ffff {
        return Err(Stop::Wrong("a field number that there is not"));
    }
    let fixed = |bytes: &[u8]| {
        bytes
            .iter()
            .rev()
            .fold(0_u64, |number, byte| number << 8 | u64::from(*byte))
    };
    let value = match tag & 7 {
        0 => Field::Number(varint(rest)?),
        1 => Field::Eight(fixed(take(rest, 8)?)),
        2 => {
            let len = varint(rest)?;
            Field::Bytes(take(rest, len)?)
        }
        5 => Field::Four(u32::try_from(fixed(take(rest, 4)?)).unwrap_or_default()),
        3 | 4 => return Err(Stop::Wrong("a group, which nobody writes any more,")),
        _ => return Err(Stop::Wrong("a field of no known type")),
    };
    Ok((number, value))
}

/// Whether bytes read as a message to their end.
fn is_message(bytes: &[u8]) -> bool {
    !bytes.is_empty() && fits(bytes) == Some(true)
}

/// Whether bytes are a message; `None` where its end is not there.
pub(super) fn fits(bytes: &[u8]) -> Option<bool> {
    let mut rest = bytes;
    while !rest.is_empty() {
        match field(&mut rest) {
            Ok(_) => {}
            Err(Stop::Short) => return None,
            Err(Stop::Wrong(_)) => return Some(false),
        }
    }
    Some(true)
}

/// Whether bytes are meant to be read.
fn as_text(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    let control = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    (!text.chars().any(control)).then_some(text)
}

fn write(value: &Field<'_>, depth: usize, out: &mut Vec<u8>) {
    match value {
        Field::Number(number) => out.extend_from_slice(number.to_string().as_bytes()),
        // A fraction far more often than not, unless it is one nobody would write.
        Field::Eight(bits) => float(f64::from_bits(*bits), *bits, out),
        Field::Four(bits) => {
            let float = f32::from_bits(*bits);
            self::float(
                float.to_string().parse().unwrap_or(f64::from(float)),
                u64::from(*bits),
                out,
            );
        }
        Field::Bytes(bytes) => {
            // A short word can be read as a message by chance: text goes first, as long as it has no odd characters.
            let text = as_text(bytes);
            if text.is_none() && depth < DEEPEST && is_message(bytes) {
                let mut rest = *bytes;
                out.push(b'{');
                let mut first = true;
                while let Ok((number, value)) = field(&mut rest) {
                    if !std::mem::take(&mut first) {
                        out.push(b',');
                    }
                    quoted(&number.to_string(), out);
                    out.push(b':');
                    write(&value, depth + 1, out);
                }
                out.push(b'}');
            } else {
                match text {
                    Some(text) => quoted(text, out),
                    None => quoted(&STANDARD.encode(bytes), out),
                }
            }
        }
    }
}

/// Writes a fraction, or the bits as a whole number where they make no likely one.
fn float(number: f64, bits: u64, out: &mut Vec<u8>) {
    let size = number.abs();
    let likely = size == 0.0 || (1e-9..1e18).contains(&size);
    match serde_json::Number::from_f64(number).filter(|_| likely) {
        Some(number) => out.extend_from_slice(number.to_string().as_bytes()),
        None => out.extend_from_slice(bits.to_string().as_bytes()),
    }
}

impl Lay for Protobuf {
    fn lay(&mut self, bytes: &[u8], last: bool, out: &mut Vec<u8>) -> usize {
        if !std::mem::replace(&mut self.begun, true) {
            out.push(b'{');
        }
        let mut rest = bytes;
        while !rest.is_empty() && !self.broken {
            let before = rest;
            let pos = (bytes.len() - rest.len()) as u64;
            match field(&mut rest) {
                Ok((number, value)) => {
                    if self.fields > 0 {
                        out.push(b',');
                    }
                    self.fields += 1;
                    quoted(&number.to_string(), out);
                    out.push(b':');
                    write(&value, 0, out);
                    continue;
                }
                Err(Stop::Short) if !last => {
                    rest = before;
                    break;
                }
                Err(Stop::Short) => fault("a field goes on behind the end: it begins", self.at + pos, out),
                Err(Stop::Wrong(what)) => fault(what, self.at + pos, out),
            }
            self.broken = true;
        }
        if last && !self.broken {
            out.push(b'}');
        }
        let took = if last || self.broken {
            bytes.len()
        } else {
            bytes.len() - rest.len()
        };
        self.at += took as u64;
        took
    }
}

#[cfg(test)]
mod tests {
    use super::super::all;
    use super::*;

    fn json(bytes: &[u8]) -> String {
        let whole = all(&mut Protobuf::default(), bytes, bytes.len().max(1));
        assert_eq!(all(&mut Protobuf::default(), bytes, 1), whole, "byte by byte");
        whole
    }

    #[test]
    fn fields_are_shown_by_number() {
        assert_eq!(json(b"\x08\x96\x01"), r#"{"1":150}"#);
        assert_eq!(json(b"\x12\x07testing\x12\x01x"), r#"{"2":"testing","2":"x"}"#);
        assert_eq!(json(b"\x1a\x03\x08\x96\x01"), r#"{"3":{"1":150}}"#);
        assert_eq!(
            json(b"\x0d\0\0\xc0\x3f\x11\0\0\0\0\0\0\xf8\x3f"),
            r#"{"1":1.5,"2":1.5}"#
        );
        assert_eq!(json(b"\x0a\x02\xff\xfe"), r#"{"1":"//4="}"#);
        assert_eq!(json(b"\x0a\x00"), r#"{"1":""}"#);
        assert_eq!(json(b""), "{}");
    }

    #[test]
    fn what_is_wrong_is_said_where_it_is() {
        assert!(json(b"\x08\x01\x0b").contains("a group, which nobody writes any more, at byte 2"));
        assert!(json(b"\x0a\x7f").contains("behind the end"));
        assert!(json(b"\x00").contains("a field number that there is not at byte 0"));
        assert!(json(&[0xff; 20]).contains("more than ten bytes"));
    }

    #[test]
    fn messages_in_messages_are_not_looked_into_for_ever() {
        let mut message = vec![8, 1];
        for _ in 0..200 {
            let mut outer = vec![0x0a];
            let mut len = message.len();
            while len >= 0x80 {
                outer.push(u8::try_from(len & 0x7f).unwrap_or_default() | 0x80);
                len >>= 7;
            }
            outer.push(u8::try_from(len).unwrap_or_default());
            outer.append(&mut message);
            message = outer;
        }
        let text = json(&message);
        assert!(text.matches('{').count() <= DEEPEST + 1, "{text}");
    }
}

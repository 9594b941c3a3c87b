//! `MessagePack` as JSON (<https://github.com/msgpack/msgpack/blob/master/spec.md>).
//!
//! Bytes become base64, timestamps (extension -1) become RFC 3339, other extensions an object with their type and bytes.
//! Several values follow each other on lines.

use jiff::Timestamp;

use super::tree::{Tree, quoted};
use super::values::{Format, Stop, number, take};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Values on their way.
#[derive(Default)]
pub(super) struct MessagePack {
    tree: Tree,
}

/// Reads numbers of a size as signed.
fn signed(number: u64, len: usize) -> i64 {
    let shift = 64 - 8 * u32::try_from(len.min(8)).unwrap_or(8);
    number.wrapping_shl(shift).cast_signed() >> shift
}

impl Format for MessagePack {
    fn depth(&self) -> usize {
        self.tree.depth()
    }

    fn value(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<usize, Stop> {
        let mut rest = bytes;
        let tag = *take(&mut rest, 1)?.first().ok_or(Stop::Short)?;
        let tree = &mut self.tree;
        match tag {
            0..=0x7f => tree.value(&tag.to_string(), out),
            0xe0.. => tree.value(&tag.cast_signed().to_string(), out),
            0x80..=0x8f => Self::object(tree, u64::from(tag & 15), out)?,
            0x90..=0x9f => Self::array(tree, u64::from(tag & 15), out)?,
            0xa0..=0xbf => tree.string(&String::from_utf8_lossy(take(&mut rest, u64::from(tag & 31))?), out),
            0xc0 => tree.value("null", out),
            0xc1 => return Err(Stop::Wrong("the byte 0xc1 is no MessagePack")),
            0xc2 => tree.value("false", out),
            0xc3 => tree.value("true", out),
            0xc4..=0xc6 => {
                let len = number(&mut rest, 1 << (tag - 0xc4))?;
                tree.bytes(take(&mut rest, len)?, out);
            }
            0xc7..=0xc9 => {
                let len = number(&mut rest, 1 << (tag - 0xc7))?;
                Self::extension(tree, &mut rest, len, out)?;
            }
            0xca => {
                let bits = u32::try_from(number(&mut rest, 4)?).unwrap_or_default();
                // As it was written: not with the digits that come of widening it.
                let float = f32::from_bits(bits);
                tree.float(float.to_string().parse().unwrap_or(f64::from(float)), out);
            }
            0xcb => tree.float(f64::from_bits(number(&mut rest, 8)?), out),
            0xcc..=0xcf => tree.value(&number(&mut rest, 1 << (tag - 0xcc))?.to_string(), out),
            0xd0..=0xd3 => {
                let len = 1 << (tag - 0xd0);
                tree.value(&signed(number(&mut rest, len)?, len).to_string(), out);
            }
            0xd4..=0xd8 => Self::extension(tree, &mut rest, 1 << (tag - 0xd4), out)?,
            0xd9..=0xdb => {
                let len = number(&mut rest, 1 << (tag - 0xd9))?;
                tree.string(&String::from_utf8_lossy(take(&mut rest, len)?), out);
            }
            0xdc | 0xdd => {
                let len = number(&mut rest, 2 << (tag - 0xdc))?;
                Self::array(tree, len, out)?;
            }
            0xde | 0xdf => {
                let len = number(&mut rest, 2 << (tag - 0xde))?;
                Self::object(tree, len, out)?;
            }
        }
        Ok(bytes.len() - rest.len())
    }
}

/// Whether bytes are one map or list, the first key of a map a name, and nothing behind it; `None` where its end is not there.
/// Values are only counted: there may be as many in each other as there are bytes.
pub(super) fn is_packed(bytes: &[u8]) -> Option<bool> {
    let behind = match bytes.first() {
        Some(0x81..=0x8f) => Some(1),
        Some(0xde) => Some(3),
        Some(0xdf) => Some(5),
        Some(0x91..=0x9f | 0xdc | 0xdd) => None,
        _ => return Some(false),
    };
    let is_name = |tag: &u8| matches!(tag, 0xa1..=0xbf | 0xd9..=0xdb);
    if behind.is_some_and(|behind| !bytes.get(behind).is_some_and(is_name)) {
        return Some(false);
    }
    let (mut rest, mut left) = (bytes, 1_u64);
    while left > 0 {
        let tag = *take(&mut rest, 1).ok()?.first()?;
        let mut size = |len: u32| number(&mut rest, 1 << len).ok();
        // Bytes to pass over, and values that follow.
        let (bytes, values) = match tag {
            0..=0x7f | 0xc0 | 0xc2 | 0xc3 | 0xe0.. => (0, 0),
            0x80..=0x8f => (0, 2 * u64::from(tag & 15)),
            0x90..=0x9f => (0, u64::from(tag & 15)),
            0xa0..=0xbf => (u64::from(tag & 31), 0),
            0xc1 => return Some(false),
            0xc4..=0xc6 => (size(u32::from(tag - 0xc4))?, 0),
            0xc7..=0xc9 => (size(u32::from(tag - 0xc7))?.saturating_add(1), 0),
            0xca | 0xcb => (4 << (tag - 0xca), 0),
            0xcc..=0xcf => (1 << (tag - 0xcc), 0),
            0xd0..=0xd3 => (1 << (tag - 0xd0), 0),
            0xd4..=0xd8 => (1 + (1 << (tag - 0xd4)), 0),
            0xd9..=0xdb => (size(u32::from(tag - 0xd9))?, 0),
            0xdc | 0xdd => (0, size(u32::from(tag - 0xdc) + 1)?),
            0xde | 0xdf => (0, 2 * size(u32::from(tag - 0xde) + 1)?),
        };
        take(&mut rest, bytes).ok()?;
        left = left - 1 + values;
    }
    Some(rest.is_empty())
}

impl MessagePack {
    fn array(tree: &mut Tree, len: u64, out: &mut Vec<u8>) -> Result<(), Stop> {
        if tree.wants_name() {
            return Err(Stop::Wrong("an array for a name, which JSON has not,"));
        }
        tree.array(Some(len), out);
        Ok(())
    }

    fn object(tree: &mut Tree, len: u64, out: &mut Vec<u8>) -> Result<(), Stop> {
        if tree.wants_name() {
            return Err(Stop::Wrong("a map for a name, which JSON has not,"));
        }
        tree.object(Some(len), out);
        Ok(())
    }

    fn extension(tree: &mut Tree, rest: &mut &[u8], len: u64, out: &mut Vec<u8>) -> Result<(), Stop> {
        let kind = signed(number(rest, 1)?, 1);
        let data = take(rest, len)?;
        let time = match (kind, data.len()) {
            (-1, 4 | 8 | 12) => time(data),
            _ => None,
        };
        if let Some(time) = time {
            tree.string(&time.to_string(), out);
            return Ok(());
        }
        let mut json = format!("{{\"extension\":{kind},\"data\":").into_bytes();
        quoted(&STANDARD.encode(data), &mut json);
        json.push(b'}');
        tree.value(&String::from_utf8_lossy(&json), out);
        Ok(())
    }
}

/// A timestamp in one of its three sizes.
fn time(data: &[u8]) -> Option<Timestamp> {
    let mut rest = data;
    let mut next = |len| number(&mut rest, len).ok();
    let (seconds, nanoseconds) = match data.len() {
        4 => (next(4)?.cast_signed(), 0),
        8 => {
            let both = next(8)?;
            ((both & 0x3_ffff_ffff).cast_signed(), both >> 34)
        }
        _ => {
            let nanoseconds = next(4)?;
            (next(8)?.cast_signed(), nanoseconds)
        }
    };
    Timestamp::new(seconds, i32::try_from(nanoseconds).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::super::{all, values::Values};
    use super::*;

    fn json(bytes: &[u8]) -> String {
        let whole = all(&mut Values::<MessagePack>::default(), bytes, bytes.len().max(1));
        assert_eq!(
            all(&mut Values::<MessagePack>::default(), bytes, 1),
            whole,
            "byte by byte"
        );
        whole
    }

    #[test]
    fn every_type_has_its_json() {
        assert_eq!(
            json(b"\x82\xa7compact\xc3\xa6schema\x00"),
            r#"{"compact":true,"schema":0}"#
        );
        assert_eq!(
            json(
                b"\x95\xff\xd0\x80\xcd\x01\x00\xd3\xff\xff\xff\xff\xff\xff\xff\xfe\xcf\xff\xff\xff\xff\xff\xff\xff\xff"
            ),
            "[-1,-128,256,-2,18446744073709551615]"
        );
        assert_eq!(
            json(b"\x93\xca\x3d\xcc\xcc\xcd\xcb\x40\x09\x21\xfb\x54\x44\x2d\x18\xcb\x7f\xf8\0\0\0\0\0\0"),
            r#"[0.1,3.141592653589793,"NaN"]"#
        );
        assert_eq!(json(b"\xd9\x04a\"\n\xff"), "\"a\\\"\\n\u{fffd}\"");
        assert_eq!(json(b"\xc4\x03\0\x01\x02"), "\"AAEC\"");
        assert_eq!(json(b"\xd6\xff\x5a\x4f\x3d\x00"), "\"2018-01-05T08:53:20Z\"");
        assert_eq!(json(b"\xd4\x05\x2a"), r#"{"extension":5,"data":"Kg=="}"#);
        assert_eq!(json(b"\x81\x01\xc0"), r#"{"1":null}"#);
        assert_eq!(json(b"\x90\x80\x91\x90"), "[]\n{}\n[[]]");
    }

    #[test]
    fn what_is_wrong_is_said_where_it_is() {
        assert_eq!(json(b"\x92\x01\xc1"), "[1\n✗ the byte 0xc1 is no MessagePack at byte 2");
        assert_eq!(json(b"\x92\x01"), "[1");
        assert!(json(b"\xa5ab").contains("goes on behind the end: it begins at byte 0"));
        assert!(json(b"\x81\x90\x01").contains("an array for a name"));
        assert!(json(b"\xdf\xff\xff\xff\xff\xc6\xff\xff\xff\xff").contains("behind the end"));
    }

    #[test]
    fn nesting_without_end_is_survived() {
        let deep = vec![0x91; 1_000_000];
        assert_eq!(
            all(&mut Values::<MessagePack>::default(), &deep, 64 * 1024).len(),
            1_000_000
        );
    }
}

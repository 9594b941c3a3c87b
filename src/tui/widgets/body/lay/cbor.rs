//! CBOR as JSON (RFC 8949, section 6.1, with base64 as everywhere in the viewer).
//!
//! Tags for times and big numbers are read as what they mean; of others the value is shown, as the standard has it. Several values follow each other on lines (RFC 8742).

use jiff::{SignedDuration, Timestamp};

use super::tree::Tree;
use super::values::{Format, Stop, number, take};

/// Values on their way.
#[derive(Default)]
pub(super) struct Cbor {
    tree: Tree,
    /// Tags read whose value is still to come.
    tags: Vec<u64>,
}

/// Tags in a row that are kept; nobody needs more.
const TAGS: usize = 8;

impl Format for Cbor {
    fn depth(&self) -> usize {
        self.tree.depth()
    }

    fn value(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<usize, Stop> {
        let mut rest = bytes;
        let first = number(&mut rest, 1)?;
        let (major, info) = (first >> 5, first & 31);
        let argument = match info {
            0..=23 => Some(info),
            24..=27 => Some(number(&mut rest, 1 << (info - 24))?),
            31 => None,
            _ => return Err(Stop::Wrong("a length that CBOR has not")),
        };
        let tree = &mut self.tree;
        match (major, argument) {
            (7, None) => {
                if !tree.ends_by_mark() {
                    return Err(Stop::Wrong("an end of nothing"));
                }
                tree.end(out);
            }
            (0 | 1 | 7, Some(argument)) if self.tags.last() == Some(&1) && time(major, info, argument).is_some() => {
                let shown = time(major, info, argument).unwrap_or_default();
                tree.string(&shown, out);
            }
            (7, Some(argument)) => simple(tree, info, argument, out),
            (0, Some(whole)) => tree.value(&whole.to_string(), out),
            (1, Some(whole)) => tree.value(&(-1 - i128::from(whole)).to_string(), out),
            (2 | 3, length) => {
                let text = string(&mut rest, major, length)?;
                match (major, self.tags.last()) {
                    (3, _) => tree.string(&String::from_utf8_lossy(&text), out),
                    (_, Some(tag @ (2 | 3))) if text.len() <= 16 => {
                        let big = text.iter().fold(0_u128, |big, byte| big << 8 | u128::from(*byte));
                        let shown = if *tag == 2 {
                            big.to_string()
                        } else {
                            // -1 - n, where n may be the largest there is.
                            big.checked_add(1)
                                .map_or_else(|| format!("-{big} - 1"), |big| format!("-{big}"))
                        };
                        if shown.contains(' ') {
                            tree.string(&shown, out);
                        } else {
                            tree.value(&shown, out);
                        }
                    }
                    _ => tree.bytes(&text, out),
                }
            }
            (4 | 5, _) if tree.wants_name() => return Err(Stop::Wrong("a container for a name, which JSON has not,")),
            (4, length) => tree.array(length, out),
            (5, length) => tree.object(length, out),
            (6, Some(tag)) => {
                if self.tags.len() < TAGS {
                    self.tags.push(tag);
                }
                return Ok(bytes.len() - rest.len());
            }
            _ => return Err(Stop::Wrong("a value without a length")),
        }
        self.tags.clear();
        Ok(bytes.len() - rest.len())
    }
}

/// A time in seconds since 1970, whole or not, before or after (RFC 8949, section 3.4.2).
fn time(major: u64, info: u64, argument: u64) -> Option<String> {
    let seconds = match (major, info) {
        (0, _) => return Some(Timestamp::from_second(i64::try_from(argument).ok()?).ok()?.to_string()),
        (1, _) => {
            let before = -1 - i64::try_from(argument).ok()?;
            return Some(Timestamp::from_second(before).ok()?.to_string());
        }
        (_, 25) => half(argument),
        (_, 26) => f64::from(f32::from_bits(u32::try_from(argument).ok()?)),
        (_, 27) => f64::from_bits(argument),
        _ => return None,
    };
    let since = SignedDuration::try_from_secs_f64(seconds).ok()?;
    Some(Timestamp::from_duration(since).ok()?.to_string())
}

/// Takes a text or bytes, in pieces if they come so.
fn string(rest: &mut &[u8], major: u64, length: Option<u64>) -> Result<Vec<u8>, Stop> {
    let Some(length) = length else {
        let mut whole = Vec::new();
        loop {
            let first = number(rest, 1)?;
            if first == 0xff {
                return Ok(whole);
            }
            let length = match first & 31 {
                info @ 0..=23 if first >> 5 == major => info,
                info @ 24..=27 if first >> 5 == major => number(rest, 1 << (info - 24))?,
                _ => return Err(Stop::Wrong("a text in pieces with something else in it")),
            };
            whole.extend_from_slice(take(rest, length)?);
        }
    };
    Ok(take(rest, length)?.to_vec())
}

fn simple(tree: &mut Tree, info: u64, argument: u64, out: &mut Vec<u8>) {
    match (info, argument) {
        (20, _) => tree.value("false", out),
        (21, _) => tree.value("true", out),
        (22 | 23, _) => tree.value("null", out),
        (25, bits) => tree.float(half(bits), out),
        (26, bits) => {
            let float = f32::from_bits(u32::try_from(bits).unwrap_or_default());
            tree.float(float.to_string().parse().unwrap_or(f64::from(float)), out);
        }
        (27, bits) => tree.float(f64::from_bits(bits), out),
        (_, number) => tree.string(&format!("simple({number})"), out),
    }
}

/// A number of half precision (RFC 8949, appendix D).
fn half(bits: u64) -> f64 {
    let (exponent, fraction) = (bits >> 10 & 31, bits & 1023);
    let fraction = f64::from(u16::try_from(fraction).unwrap_or_default());
    let size = match exponent {
        0 => fraction * 2_f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1024.0 + fraction) * 2_f64.powi(i32::try_from(exponent).unwrap_or_default() - 25),
    };
    if bits >> 15 & 1 == 1 { -size } else { size }
}

#[cfg(test)]
mod tests {
    use super::super::{all, values::Values};
    use super::*;

    fn json(bytes: &[u8]) -> String {
        let whole = all(&mut Values::<Cbor>::default(), bytes, bytes.len().max(1));
        assert_eq!(all(&mut Values::<Cbor>::default(), bytes, 1), whole, "byte by byte");
        whole
    }

    /// From RFC 8949, appendix A.
    #[test]
    fn the_examples_of_the_standard() {
        for (bytes, text) in [
            (&b"\x18\x64"[..], "100"),
            (b"\x1b\xff\xff\xff\xff\xff\xff\xff\xff", "18446744073709551615"),
            (b"\x3b\xff\xff\xff\xff\xff\xff\xff\xff", "-18446744073709551616"),
            (b"\xc2\x49\x01\0\0\0\0\0\0\0\0", "18446744073709551616"),
            (b"\xc3\x49\x01\0\0\0\0\0\0\0\0", "-18446744073709551617"),
            (b"\xf9\x3e\x00", "1.5"),
            (b"\xf9\x00\x01", "5.960464477539063e-8"),
            (b"\xfa\x47\xc3\x50\x00", "100000.0"),
            (b"\xf9\x7c\x00", "\"inf\""),
            (b"\xf7", "null"),
            (b"\xf8\xff", "\"simple(255)\""),
            (b"\xc0\x742013-03-21T20:04:00Z", "\"2013-03-21T20:04:00Z\""),
            (b"\xc1\x1a\x51\x4b\x67\xb0", "\"2013-03-21T20:04:00Z\""),
            (b"\xc1\xfb\x41\xd4\x52\xd9\xec\x20\0\0", "\"2013-03-21T20:04:00.5Z\""),
            (b"\xc1\x20", "\"1969-12-31T23:59:59Z\""),
            (b"\xc1\xf9\x7c\x00", "\"inf\""),
            (b"\xa2\x61a\x01\x61b\x82\x02\x03", r#"{"a":1,"b":[2,3]}"#),
            (b"\x9f\x01\x82\x02\x03\x9f\x04\x05\xff\xff", "[1,[2,3],[4,5]]"),
            (b"\xbf\x63Fun\xf5\x63Amt\x21\xff", r#"{"Fun":true,"Amt":-2}"#),
            (b"\x7f\x65strea\x64ming\xff", "\"streaming\""),
            (b"\x5f\x42\x01\x02\x43\x03\x04\x05\xff", "\"AQIDBAU=\""),
            (b"\xd9\xd9\xf7\x80", "[]"),
            (b"\xa1\x01\x02", r#"{"1":2}"#),
        ] {
            assert_eq!(json(bytes), text);
        }
    }

    #[test]
    fn what_is_wrong_is_said_where_it_is() {
        assert!(json(b"\xff").contains("an end of nothing at byte 0"));
        assert!(json(b"\x82\x01\x1c").contains("a length that CBOR has not at byte 2"));
        assert!(json(b"\xbf\x61a\xff").contains("an end of nothing"));
        assert!(json(b"\x5b\xff\xff\xff\xff\xff\xff\xff\xff\0").contains("behind the end"));
        assert!(json(b"\xa1\x80\x01").contains("a container for a name"));
        assert!(json(b"\x7f\x41a\xff").contains("something else in it"));
    }

    #[test]
    fn nesting_without_end_is_survived() {
        assert_eq!(
            all(&mut Values::<Cbor>::default(), &vec![0x9f; 1_000_000], 64 * 1024).len(),
            1_000_000
        );
        assert_eq!(
            all(&mut Values::<Cbor>::default(), &vec![0xc6; 1_000_000], 64 * 1024),
            ""
        );
    }
}

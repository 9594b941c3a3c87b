//! Pictures: what their first bytes say of them, which is told above what they look like ([`picture`](crate::tui::widgets::picture)).

use std::fmt::Write as _;

use super::Lay;

/// How much of a picture is looked through for its size: JPEG puts a preview before it.
const HEAD: usize = 256 * 1024;

/// Whether bytes begin as a picture does.
pub(in crate::tui::widgets::body) fn is_one(bytes: &[u8]) -> bool {
    format(bytes).is_some()
}

/// The ending of a picture's file, by its signature: what it is opened as must not be the server's to say.
pub(in crate::tui::widgets::body) fn ending(bytes: &[u8]) -> Option<&'static str> {
    Some(match format(bytes)? {
        "PNG" => "png",
        "JPEG" => "jpg",
        "GIF" => "gif",
        "WebP" => "webp",
        "AVIF" => "avif",
        "HEIF" => "heic",
        "BMP" => "bmp",
        "TIFF" => "tiff",
        _ => "ico",
    })
}

/// The format of a picture, by its signature.
fn format(bytes: &[u8]) -> Option<&'static str> {
    let at = |offset: usize, signature: &[u8]| bytes.get(offset..).is_some_and(|rest| rest.starts_with(signature));
    Some(match bytes {
        _ if at(0, b"\x89PNG\r\n\x1a\n") => "PNG",
        _ if at(0, b"\xff\xd8\xff") => "JPEG",
        _ if at(0, b"GIF87a") || at(0, b"GIF89a") => "GIF",
        _ if at(0, b"RIFF") && at(8, b"WEBP") => "WebP",
        _ if at(4, b"ftypavif") || at(4, b"ftypavis") => "AVIF",
        _ if at(4, b"ftypheic") || at(4, b"ftypmif1") => "HEIF",
        _ if at(0, b"BM") && at(14, b"\x28\0\0\0") => "BMP",
        _ if at(0, b"II*\0") || at(0, b"MM\0*") => "TIFF",
        _ if at(0, b"\0\0\x01\0") && bytes.get(4).is_some_and(|count| (1..=64).contains(count)) && at(5, b"\0") => {
            "ICO"
        }
        _ => return None,
    })
}

/// Reads so many bytes as a number, the first one the highest.
fn big(bytes: &[u8], at: usize, len: usize) -> Option<u32> {
    let bytes = bytes.get(at..at + len)?;
    Some(bytes.iter().fold(0, |number, byte| number << 8 | u32::from(*byte)))
}

/// The same, the last one the highest.
fn little(bytes: &[u8], at: usize, len: usize) -> Option<u32> {
    let bytes = bytes.get(at..at + len)?;
    Some(
        bytes
            .iter()
            .rev()
            .fold(0, |number, byte| number << 8 | u32::from(*byte)),
    )
}

/// Width and height in pixels, and what else there is to say.
fn measures(format: &str, bytes: &[u8]) -> Option<(u32, u32, String)> {
    let none = String::new();
    Some(match format {
        "PNG" => {
            let colours = match bytes.get(25)? {
                0 => "grey",
                2 => "RGB",
                3 => "palette",
                4 => "grey with transparency",
                6 => "RGB with transparency",
                _ => "unknown colours",
            };
            let moves = memchr::memmem::find(bytes, b"acTL").map_or("", |_| ", animated");
            (
                big(bytes, 16, 4)?,
                big(bytes, 20, 4)?,
                format!("{colours}, {} bits{moves}", bytes.get(24)?),
            )
        }
        "GIF" => {
            let moves = memchr::memmem::find(bytes, b"NETSCAPE2.0").map_or("palette", |_| "palette, animated");
            (little(bytes, 6, 2)?, little(bytes, 8, 2)?, moves.to_owned())
        }
        "BMP" => (
            little(bytes, 18, 4)?,
            little(bytes, 22, 4)?.cast_signed().unsigned_abs(),
            format!("{} bits", little(bytes, 28, 2)?),
        ),
        "ICO" => {
            let of = |at: usize| {
                bytes
                    .get(at)
                    .map(|size| if *size == 0 { 256 } else { u32::from(*size) })
            };
            (of(6)?, of(7)?, format!("{} in all", little(bytes, 4, 2)?))
        }
        "JPEG" => jpeg(bytes)?,
        "WebP" => match bytes.get(12..16)? {
            b"VP8X" => (little(bytes, 24, 3)? + 1, little(bytes, 27, 3)? + 1, none),
            b"VP8L" => {
                let bits = little(bytes, 21, 4)?;
                ((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1, "lossless".to_owned())
            }
            _ => (little(bytes, 26, 2)? & 0x3fff, little(bytes, 28, 2)? & 0x3fff, none),
        },
        "AVIF" | "HEIF" => {
            let at = memchr::memmem::find(bytes, b"ispe")? + 8;
            (big(bytes, at, 4)?, big(bytes, at + 4, 4)?, none)
        }
        _ => return None,
    })
}

/// Walks through the segments of a JPEG to the one that begins the picture.
fn jpeg(bytes: &[u8]) -> Option<(u32, u32, String)> {
    let mut at = 2;
    loop {
        while bytes.get(at)? != &0xff || bytes.get(at + 1)? == &0xff {
            at += 1;
        }
        let marker = *bytes.get(at + 1)?;
        if matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc) {
            let colours = match bytes.get(at + 9)? {
                1 => "grey",
                4 => "CMYK",
                _ => "colour",
            };
            let kind = if marker == 0xc2 { ", progressive" } else { "" };
            return Some((
                big(bytes, at + 7, 2)?,
                big(bytes, at + 5, 2)?,
                format!("{colours}{kind}"),
            ));
        }
        at += match marker {
            0x01 | 0xd0..=0xd9 => 2,
            _ => 2 + big(bytes, at + 2, 2)?.max(2) as usize,
        };
    }
}

/// The facts of a picture, as text.
#[derive(Default)]
pub(super) struct Facts {
    told: bool,
}

impl Lay for Facts {
    fn lay(&mut self, bytes: &[u8], last: bool, out: &mut Vec<u8>) -> usize {
        if self.told {
            return bytes.len();
        }
        let format = format(bytes);
        let measures = format.and_then(|format| measures(format, bytes));
        if measures.is_none() && !last && bytes.len() < HEAD {
            return 0;
        }
        self.told = true;
        let mut text = String::new();
        match format {
            Some(format) => {
                let _infallible = writeln!(text, "{format} picture");
            }
            None => text.push_str("no picture that is known here\n"),
        }
        match measures {
            Some((width, height, more)) => {
                let _infallible = writeln!(text, "{width} × {height} pixels");
                if !more.is_empty() {
                    let _infallible = writeln!(text, "{more}");
                }
            }
            None if format.is_some() => text.push_str("its size is not where it should be\n"),
            None => {}
        }
        out.extend_from_slice(text.as_bytes());
        bytes.len()
    }
}

#[cfg(test)]
mod tests {
    use super::super::all;
    use super::*;

    fn facts(bytes: &[u8]) -> String {
        all(&mut Facts::default(), bytes, 64 * 1024)
    }

    #[test]
    fn a_picture_says_what_it_is() {
        assert_eq!(
            facts(b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x04\xb0\0\0\x03\x20\x08\x06\0\0\0"),
            "PNG picture\n1200 × 800 pixels\nRGB with transparency, 8 bits\n"
        );
        assert_eq!(
            facts(b"GIF89a\x0a\0\x14\0\0\0\0"),
            "GIF picture\n10 × 20 pixels\npalette\n"
        );
        assert_eq!(
            facts(b"\xff\xd8\xff\xe0\0\x04ab\xff\xff\xc2\0\x11\x08\0\x20\0\x40\x03"),
            "JPEG picture\n64 × 32 pixels\ncolour, progressive\n"
        );
        assert_eq!(
            facts(b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\xff\0\0\x7f\0\0"),
            "WebP picture\n256 × 128 pixels\n"
        );
        assert_eq!(
            facts(b"\0\0\x01\0\x02\0\0\x10"),
            "ICO picture\n256 × 16 pixels\n2 in all\n"
        );
    }

    #[test]
    fn a_broken_picture_is_no_trap() {
        for whole in [
            &b"\x89PNG\r\n\x1a\n\0\0"[..],
            b"\xff\xd8\xff",
            b"\xff\xd8\xff\xe0\0\0\0\0",
            b"GIF89a",
            b"RIFF\0\0\0\0WEBP",
        ] {
            assert!(facts(whole).ends_with("its size is not where it should be\n"));
        }
        assert_eq!(facts(b"nothing"), "no picture that is known here\n");
        let noise = [b"\xff\xd8\xff".to_vec(), vec![0xff; 1_000_000]].concat();
        assert!(facts(&noise).starts_with("JPEG"));
    }
}

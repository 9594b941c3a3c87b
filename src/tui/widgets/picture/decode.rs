//! Pictures out of bytes that a server sent: PNG, JPEG, GIF and, in builds with `webp`, WebP; each bounded before it is
//! decoded.
//!
//! A few bytes may say that they are a picture of ten thousand million pixels. So the size that a picture says it has is
//! looked at first, and decoders are told how much they may take.

use std::io::Cursor;

use png::{InterlaceInfo, Transformations};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::Picture;
use super::shrink::Shrink;
use crate::tui::widgets::body::Kind;

/// Pixels of a picture that is decoded; while it is, each takes four bytes, in a JPEG nine.
const MOST_PIXELS: usize = 32_000_000;
/// Why there is none of a picture that nobody looks at any more.
const UNWANTED: &str = "not wanted any more";
/// What a decoder may take besides, in bytes.
const MOST_TAKEN: usize = 64 << 20;

/// Decodes a picture, the first one where it moves, and keeps at most so many pixels of a side. Blocks; asks `stop` where
/// it can.
///
/// # Errors
///
/// In words: what is broken, too large, not known here, or not wanted any more.
pub fn decode(bytes: &[u8], most: usize, stop: &dyn Fn() -> bool) -> Result<Picture, String> {
    match Kind::picture(bytes) {
        Some("png") => png(bytes, most, stop),
        Some("jpg") => jpeg(bytes, most),
        Some("gif") => gif(bytes, most),
        #[cfg(feature = "webp")]
        Some("webp") => webp(bytes, most),
        #[cfg(not(feature = "webp"))]
        Some("webp") => Err("WebP is drawn in builds with the feature `webp`".to_owned()),
        Some(other) => Err(format!("pictures of the kind `{other}` are not drawn here")),
        None => Err("it is no picture that is known here".to_owned()),
    }
}

/// Looks at the size that a picture says it has.
fn bounded(width: usize, height: usize) -> Result<(usize, usize), String> {
    match width.checked_mul(height) {
        Some(0) => Err(format!("a picture of {width} × {height} pixels shows nothing")),
        Some(pixels) if pixels <= MOST_PIXELS => Ok((width, height)),
        _ => Err(format!(
            "{width} × {height} pixels are too many to draw: {} million is the most",
            MOST_PIXELS / 1_000_000
        )),
    }
}

fn broken(error: impl std::fmt::Display) -> String {
    // A decoder may tell of bytes of the body.
    let words = error.to_string();
    let words: String = words.lines().next().unwrap_or_default().chars().take(60).collect();
    format!("the picture is broken: {}", words.trim())
}

/// A pixel out of one to four parts.
fn pixel(parts: &[u8]) -> [u8; 4] {
    match *parts {
        [grey] => [grey, grey, grey, 255],
        [grey, cover] => [grey, grey, grey, cover],
        [red, green, blue] => [red, green, blue, 255],
        [red, green, blue, cover] => [red, green, blue, cover],
        _ => [0; 4],
    }
}

/// A picture whose rows lie one behind the other.
fn shrunk(pixels: &[u8], (width, height): (usize, usize), most: usize) -> Picture {
    let mut shrink = Shrink::new((width, height), most);
    let parts = (pixels.len() / (width * height)).clamp(1, 4);
    for row in pixels.chunks(width * parts) {
        shrink.row(row.chunks(parts).map(pixel));
    }
    shrink.done()
}

fn png(bytes: &[u8], most: usize, stop: &dyn Fn() -> bool) -> Result<Picture, String> {
    let limits = png::Limits { bytes: MOST_TAKEN };
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(bytes), limits);
    decoder.set_transformations(Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(broken)?;
    let info = reader.info();
    let interlaced = info.interlaced;
    let size = bounded(info.width as usize, info.height as usize)?;
    let parts = reader.output_color_type().0.samples();
    let mut shrink = Shrink::new(size, most);
    let mut rows = 0;
    if interlaced {
        // Its rows come in seven turns, the first of them an eighth of all; each pixel fills the place of those to come.
        let line = size.0 * parts;
        let bits = u8::try_from(parts * 8).unwrap_or(u8::MAX);
        let mut pixels = vec![0; line * size.1];
        let is_cut = loop {
            if stop() {
                return Err(UNWANTED.to_owned());
            }
            match reader.next_interlaced_row() {
                Ok(Some(row)) => {
                    if let InterlaceInfo::Adam7(place) = row.interlace() {
                        png::splat_interlaced_row(&mut pixels, line, row.data(), place, bits);
                    }
                }
                Ok(None) => break false,
                Err(_) if rows > 0 => break true,
                Err(error) => return Err(broken(error)),
            }
            rows += 1;
        };
        for row in pixels.chunks(line).take(rows * 8) {
            shrink.row(row.chunks(parts).map(pixel));
        }
        let mut picture = shrink.done();
        picture.cut |= is_cut;
        return Ok(picture);
    }
    loop {
        if stop() {
            return Err(UNWANTED.to_owned());
        }
        match reader.next_row() {
            Ok(Some(row)) => shrink.row(row.data().chunks(parts).map(pixel)),
            Ok(None) => break,
            // What came before it ends is worth a look.
            Err(_) if rows > 0 => break,
            Err(error) => return Err(broken(error)),
        }
        rows += 1;
    }
    Ok(shrink.done())
}

fn jpeg(bytes: &[u8], most: usize) -> Result<Picture, String> {
    let options = DecoderOptions::default()
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX))
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(broken)?;
    let (width, height) = decoder.dimensions().ok_or("the picture is broken: it has no size")?;
    let size = bounded(width, height)?;
    let pixels = decoder.decode().map_err(broken)?;
    let mut picture = shrunk(&pixels, size, most);
    // The decoder paints over what is missing.
    picture.cut |= !ends(bytes);
    Ok(picture)
}

/// Whether a JPEG has its end. Previews that lie in it, and what may lie behind it, have ends of their own.
fn ends(bytes: &[u8]) -> bool {
    // Behind the marker with which it starts.
    let mut rest = bytes.get(2..).unwrap_or_default();
    // Between markers lie the pixels, in which none of those that end them is.
    while let Some(at) = memchr::memchr(0xff, rest) {
        let Some(marker) = rest.get(at + 1) else { return false };
        let len = match marker {
            0xd9 => return true,
            // One that fills up: the next one may be the marker.
            0xff => 1,
            // A byte of the pixels; markers that stand alone.
            0x00 | 0x01 | 0xd0..=0xd8 => 2,
            _ => match rest.get(at + 2..at + 4) {
                Some(&[high, low]) => 2 + usize::from(u16::from_be_bytes([high, low])),
                _ => return false,
            },
        };
        rest = rest.get(at + len..).unwrap_or_default();
    }
    false
}

fn gif(bytes: &[u8], most: usize) -> Result<Picture, String> {
    let mut options = gif::DecodeOptions::new();
    options.set_color_output(gif::ColorOutput::RGBA);
    let mut decoder = options.read_info(Cursor::new(bytes)).map_err(broken)?;
    let (width, height) = bounded(usize::from(decoder.width()), usize::from(decoder.height()))?;
    let frame = decoder.next_frame_info().map_err(broken)?;
    let frame = frame.ok_or("the picture is broken: there is nothing in it")?;
    // A picture may fill only a part of its ground.
    let (left, top) = (usize::from(frame.left), usize::from(frame.top));
    let line = 4 * bounded(usize::from(frame.width), usize::from(frame.height))?.0;
    let mut pixels = vec![0; decoder.buffer_size()];
    let came = decoder.read_into_buffer(&mut pixels);
    // What came before it ends is worth a look.
    let is_cut = match came {
        Ok(()) => false,
        Err(_) if pixels.iter().any(|part| *part != 0) => true,
        Err(error) => return Err(broken(error)),
    };
    let mut rows = pixels.chunks(line);
    let mut shrink = Shrink::new((width, height), most);
    for y in 0..height {
        let row = if y < top { None } else { rows.next() };
        let pixels = row.unwrap_or_default().chunks(4).map(pixel);
        let before = if row.is_some() { left } else { width };
        let ground = std::iter::repeat([0; 4]);
        shrink.row(ground.clone().take(before).chain(pixels).chain(ground).take(width));
    }
    let mut picture = shrink.done();
    picture.cut |= is_cut;
    Ok(picture)
}

#[cfg(feature = "webp")]
fn webp(bytes: &[u8], most: usize) -> Result<Picture, String> {
    let mut decoder = image_webp::WebPDecoder::new(Cursor::new(bytes)).map_err(broken)?;
    decoder.set_memory_limit(MOST_TAKEN);
    let (width, height) = decoder.dimensions();
    let size = bounded(width as usize, height as usize)?;
    let len = decoder
        .output_buffer_size()
        .ok_or("the picture is broken: it has no size")?;
    let mut pixels = vec![0; len];
    decoder.read_image(&mut pixels).map_err(broken)?;
    Ok(shrunk(&pixels, size, most))
}

//! The formats, the shape, hostile bytes.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod pixels;

use std::borrow::Cow;

use super::*;

/// The upper half red, the lower one blue, 16 pixels to a side.
const JPEG: &[u8] = include_bytes!("half.jpg");

fn never() -> bool {
    false
}

fn seen(bytes: &[u8]) -> Result<Picture, String> {
    decode(bytes, FOR_BLOCKS, &never)
}

/// Red above, blue below.
fn halves(width: u32, height: u32) -> Vec<u8> {
    let above = (width * (height / 2)) as usize;
    let all = (width * height) as usize;
    let pixels = (0..all).map(|at| if at < above { [220, 20, 20] } else { [20, 20, 220] });
    pixels.flatten().collect()
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, width, height);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&halves(width, height)).unwrap();
    writer.finish().unwrap();
    out
}

/// Two pictures of 4 by 4 pixels in one of 8 by 8, the first of them red, the second one white.
fn gif() -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = gif::Encoder::new(&mut out, 8, 8, &[220, 20, 20, 255, 255, 255]).unwrap();
    for colour in [0_u8, 1] {
        let frame = gif::Frame {
            left: 2,
            top: 2,
            width: 4,
            height: 4,
            buffer: Cow::Owned(vec![colour; 16]),
            ..gif::Frame::default()
        };
        encoder.write_frame(&frame).unwrap();
    }
    drop(encoder);
    out
}

#[cfg(feature = "webp")]
fn webp() -> Vec<u8> {
    let mut out = Vec::new();
    let encoder = image_webp::WebPEncoder::new(&mut out);
    let colour = image_webp::ColorType::Rgb8;
    encoder.encode(&halves(16, 16), 16, 16, colour).unwrap();
    out
}

#[expect(clippy::unnecessary_wraps, reason = "that is the form of a paint")]
fn rgb([red, green, blue]: [u8; 3]) -> Option<Color> {
    Some(Color::Rgb(red, green, blue))
}

fn drawn(picture: &Picture, paint: &Paint, width: u16, height: u16) -> Buffer {
    let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
    picture.draw(paint, buf.area, &mut buf);
    buf
}

#[test]
fn all_formats_are_seen() {
    for (name, bytes) in [
        ("png", png(16, 16)),
        ("jpg", JPEG.to_vec()),
        #[cfg(feature = "webp")]
        ("webp", webp()),
    ] {
        let picture = seen(&bytes).unwrap();
        let buf = drawn(&picture, &rgb, 40, 20);
        let colour = |y: u16| match buf[(8, y)].fg {
            Color::Rgb(red, _, blue) if red > 180 && blue < 60 => "red",
            Color::Rgb(red, _, blue) if blue > 180 && red < 60 => "blue",
            _ => "neither",
        };
        assert_eq!((picture.width, colour(1), colour(6)), (16, "red", "blue"), "{name}");
        assert_eq!(buf[(16, 0)].symbol(), " ", "{name}: it is no larger than it is");
        assert_eq!(buf[(0, 8)].symbol(), " ", "{name}");
    }
    let buf = drawn(&seen(&gif()).unwrap(), &rgb, 8, 4);
    assert_eq!(buf[(0, 0)].symbol(), " ", "there is nothing around it");
    assert_eq!(
        buf[(3, 1)].fg,
        Color::Rgb(220, 20, 20),
        "the first of those that follow each other"
    );
}

#[test]
fn it_keeps_its_shape_and_is_as_large_as_there_is_room() {
    let size = |width, height, columns, rows| {
        let picture = seen(&png(width, height)).unwrap();
        let buf = drawn(&picture, &rgb, columns, rows);
        let last =
            |at: &dyn Fn(u16) -> (u16, u16), most: u16| (0..most).take_while(|n| buf[at(*n)].symbol() == "▀").count();
        (last(&|x| (x, 0), columns), last(&|y| (0, y), rows))
    };
    assert_eq!(size(100, 100, 40, 40), (40, 20));
    assert_eq!(size(100, 100, 40, 10), (20, 10));
    assert_eq!(size(1000, 10, 50, 10), (50, 1));
    assert_eq!(size(10, 1000, 50, 10), (1, 10));
    assert_eq!(size(2000, 1000, 100, 100), (100, 25));
    assert_eq!(size(3, 4, 1, 1), (1, 1));
    for (columns, rows) in [(0, 0), (0, 5), (5, 0)] {
        drawn(&seen(&png(4, 4)).unwrap(), &rgb, columns, rows);
    }
    let large = seen(&png(2000, 1000)).unwrap();
    assert_eq!((large.width, large.height, large.pixels.len()), (512, 256, 512 * 256));
}

#[test]
fn colours_are_the_terminals_and_without_them_brightness_is_left() {
    let picture = seen(&png(8, 8)).unwrap();
    let cells = |paint: &Paint| {
        let buf = drawn(&picture, paint, 8, 4);
        (buf[(0, 0)].symbol().to_owned(), buf[(0, 0)].fg, buf[(0, 3)].bg)
    };
    let red_or_blue = |[red, _, blue]: [u8; 3]| Some(if red > blue { Color::Red } else { Color::Blue });
    assert_eq!(cells(&red_or_blue), ("▀".to_owned(), Color::Red, Color::Blue));
    assert_eq!(cells(&|_| None), ("░".to_owned(), Color::Reset, Color::Reset));
}

/// A PNG that says it has so many pixels, and has none.
fn claims(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = png(1, 1);
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    // The checksum of its head, bit by bit.
    let mut sum = u32::MAX;
    for byte in &bytes[12..29] {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 };
        }
    }
    bytes[29..33].copy_from_slice(&(!sum).to_be_bytes());
    bytes
}

#[test]
fn hostile_pictures_are_refused_in_words() {
    let error = |bytes: &[u8]| seen(bytes).unwrap_err();
    assert_eq!(
        error(&claims(100_000, 100_000)),
        "100000 × 100000 pixels are too many to draw: 32 million is the most"
    );
    for bytes in [claims(0, 0), claims(0, 5)] {
        let error = error(&bytes);
        assert!(error.contains("broken") || error.contains("shows nothing"), "{error}");
    }
    let mut large = JPEG.to_vec();
    let head = large.windows(2).position(|two| two == [0xff, 0xc0]).unwrap();
    large[head + 5..head + 9].copy_from_slice(&[0xff; 4]);
    assert!(error(&large).contains("too many to draw"), "{}", error(&large));
    assert_eq!(
        error(b"\0\0\x01\0\x01\0\x10\x10"),
        "pictures of the kind `ico` are not drawn here"
    );
    assert_eq!(error(b"nothing"), "it is no picture that is known here");
    assert_eq!(
        decode(&png(16, 16), FOR_BLOCKS, &|| true).unwrap_err(),
        "not wanted any more",
        "whoever looks away is obeyed"
    );
}

#[test]
fn a_picture_that_ends_early_or_is_noise_breaks_nothing() {
    let whole = [
        png(64, 64),
        JPEG.to_vec(),
        gif(),
        #[cfg(feature = "webp")]
        webp(),
    ];
    let mut some = 0;
    for bytes in &whole {
        for end in 0..bytes.len() {
            let Ok(picture) = seen(&bytes[..end]) else { continue };
            some += usize::from(picture.is_cut());
        }
        assert!(!seen(bytes).unwrap().is_cut());
        for at in 0..bytes.len() {
            for flip in [0x01, 0x80, 0xff] {
                let mut bent = bytes.clone();
                bent[at] ^= flip;
                if let Ok(picture) = seen(&bent) {
                    drawn(&picture, &rgb, 20, 10);
                }
            }
        }
    }
    assert!(
        some > 0,
        "what came before the end is shown, and said to be no more than that"
    );
    let half = |bytes: &[u8]| seen(&bytes[..bytes.len() - 3]).unwrap().is_cut();
    assert!(half(JPEG));
}

/// A PNG whose rows come in seven turns, not compressed.
fn interlaced(side: usize) -> Vec<u8> {
    let mut rows = Vec::new();
    for (x, y, right, down) in [
        (0, 0, 8, 8),
        (4, 0, 8, 8),
        (0, 4, 4, 8),
        (2, 0, 4, 4),
        (0, 2, 2, 4),
        (1, 0, 2, 2),
        (0, 1, 1, 2),
    ] {
        for y in (y..side).step_by(down) {
            let colour = if y < side / 2 { [220, 20, 20] } else { [20, 20, 220] };
            rows.push(0);
            rows.extend(colour.repeat((x..side).step_by(right).count()));
        }
    }
    let len = u16::try_from(rows.len()).unwrap();
    let mut data = vec![0x78, 0x01, 0x01];
    data.extend(len.to_le_bytes());
    data.extend((!len).to_le_bytes());
    data.extend(rows);
    // Nobody looks at the sum.
    data.extend([0; 4]);
    let mut out = Vec::new();
    let side = u32::try_from(side).unwrap();
    let mut info = png::Info::with_size(side, side);
    (info.color_type, info.interlaced) = (png::ColorType::Rgb, true);
    let mut writer = png::Encoder::with_info(&mut out, info).unwrap().write_header().unwrap();
    writer.write_chunk(png::chunk::IDAT, &data).unwrap();
    writer.write_chunk(png::chunk::IEND, &[]).unwrap();
    drop(writer);
    out
}

#[test]
fn what_there_is_of_a_picture_that_is_cut_is_seen() {
    let whole = interlaced(64);
    let picture = seen(&whole).unwrap();
    let same = seen(&png(64, 64)).unwrap();
    assert_eq!((picture.is_cut(), &picture.pixels), (false, &same.pixels));
    let cut = seen(&whole[..whole.len() / 2]).unwrap();
    assert!(cut.is_cut());
    assert_eq!(cut.pixels, same.pixels, "each pixel fills the place of those to come");
    // Of the first turn, of eight rows of eight pixels, the first half: the upper half of the picture.
    let start = whole.windows(4).position(|four| four == b"IDAT").unwrap() + 4 + 7;
    let cut = seen(&whole[..start + 4 * 25]).unwrap();
    assert!(cut.is_cut());
    assert_eq!(cut.pixels[..64], same.pixels[..64]);
    assert_eq!(cut.pixels[63 * 64], [0; 4], "nothing is told of what never came");

    let mut noise = 1_u32;
    let noise = std::iter::repeat_with(|| {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        u8::from(noise >> 31 == 1)
    });
    let mut bytes = Vec::new();
    let mut encoder = gif::Encoder::new(&mut bytes, 64, 64, &[220, 20, 20, 255, 255, 255]).unwrap();
    let frame = gif::Frame {
        width: 64,
        height: 64,
        buffer: Cow::Owned(noise.take(64 * 64).collect()),
        ..gif::Frame::default()
    };
    encoder.write_frame(&frame).unwrap();
    drop(encoder);
    let whole = seen(&bytes).unwrap();
    let cut = seen(&bytes[..bytes.len() / 2]).unwrap();
    assert!(cut.is_cut() && !whole.is_cut());
    assert_eq!(cut.pixels[..64 * 8], whole.pixels[..64 * 8]);
    assert_eq!(cut.pixels[63 * 64], [0; 4]);
}

#[test]
fn what_lies_behind_a_picture_is_none_of_it() {
    for tail in [
        &b"\xff\xda"[..],
        b"....ftypmp42\xff\xda..\xff",
        JPEG,
        &JPEG[..JPEG.len() - 2],
    ] {
        let all = [JPEG, tail].concat();
        assert!(!seen(&all).unwrap().is_cut(), "{tail:?}");
        let cut = &JPEG[..JPEG.len() - 2];
        // A preview in it that has its end is not the end of it.
        let inside = u16::try_from(JPEG.len() + 2).unwrap().to_be_bytes();
        let preview = [&JPEG[..2], b"\xff\xe1", &inside, JPEG, &cut[2..]].concat();
        assert!(seen(&preview).unwrap().is_cut());
    }
}

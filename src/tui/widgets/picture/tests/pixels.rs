//! What a terminal gets of a picture: its bytes, and that they are the picture.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::*;

/// Two pixels red, one blue and one through which the ground is seen.
fn small() -> Picture {
    Picture {
        width: 2,
        height: 2,
        pixels: vec![[255, 0, 0, 255], [255, 0, 0, 255], [0, 0, 255, 255], [9, 9, 9, 0]],
        small: None,
        cut: false,
    }
}

/// All colours run into each other.
fn large() -> Picture {
    let part = |n: usize| u8::try_from(n).unwrap_or(u8::MAX);
    let pixels = (0..240).flat_map(|y| (0..320).map(move |x| [part(x * 255 / 319), part(y), part((x + y) / 3), 255]));
    Picture {
        width: 320,
        height: 240,
        pixels: pixels.collect(),
        small: None,
        cut: false,
    }
}

fn sharp(picture: &Picture, way: Way, cell: (u16, u16), room: (u16, u16)) -> Sharp {
    let sight = Sight {
        way: Some(way),
        cell: Some(cell),
        ..Sight::default()
    };
    Sharp::new(picture, &sight, room, &never).unwrap()
}

/// The pixels of a PNG, and how many are in a row.
fn read_png(bytes: &[u8]) -> (usize, Vec<[u8; 4]>) {
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    let parts = info.color_type.samples();
    let pixel = |parts: &[u8]| {
        let mut pixel = [255; 4];
        pixel[..parts.len()].copy_from_slice(parts);
        pixel
    };
    (info.width as usize, pixels.chunks(parts).map(pixel).collect())
}

/// What a terminal would make of kitty's graphics: what it is told, and the pixels.
fn read_kitty(bytes: &[u8]) -> (String, usize, Vec<[u8; 4]>) {
    let text = std::str::from_utf8(bytes).unwrap();
    let (mut told, mut data) = (String::new(), String::new());
    let pieces: Vec<&str> = text.split_terminator("\x1b\\").collect();
    for (n, piece) in pieces.iter().enumerate() {
        let (keys, piece) = piece.strip_prefix("\x1b_G").unwrap().split_once(';').unwrap();
        let keys = keys.strip_suffix(if n + 1 == pieces.len() { "m=0" } else { "m=1" });
        told.push_str(keys.unwrap());
        assert!(piece.len() <= 4096 && (piece.len().is_multiple_of(4)));
        data.push_str(piece);
    }
    let (width, pixels) = read_png(&STANDARD.decode(data).unwrap());
    (told, width, pixels)
}

/// What a terminal would make of sixels: the pixels, and how many are in a row.
fn read_sixel(bytes: &[u8]) -> (usize, Vec<[u8; 4]>) {
    let text = std::str::from_utf8(bytes).unwrap();
    let body = text
        .strip_prefix("\x1bP0;1;0q\"1;1;")
        .unwrap()
        .strip_suffix("\x1b\\")
        .unwrap();
    let at = body.find('#').unwrap();
    let (width, height) = body[..at].split_once(';').unwrap();
    let (width, height): (usize, usize) = (width.parse().unwrap(), height.parse().unwrap());
    let mut pixels = vec![[0; 4]; width * height];
    let mut palette = vec![[0; 4]; 256];
    let (mut colour, mut x, mut y, mut rest) = (0, 0, 0, &body[at..]);
    let number = |rest: &mut &str| {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (digits, after) = rest.split_at(end);
        *rest = after;
        digits.parse::<usize>().unwrap()
    };
    while let Some(c) = rest.chars().next() {
        rest = &rest[1..];
        let mut count = 1;
        let sign = match c {
            '#' => {
                colour = number(&mut rest);
                let mut parts = [0; 4];
                for part in &mut parts {
                    let Some(after) = rest.strip_prefix(';') else { break };
                    rest = after;
                    *part = number(&mut rest);
                }
                if let [2, red, green, blue] = parts {
                    let full = |part: usize| u8::try_from((part * 255 + 50) / 100).unwrap();
                    palette[colour] = [full(red), full(green), full(blue), 255];
                }
                continue;
            }
            '$' => {
                x = 0;
                continue;
            }
            '-' => {
                (x, y) = (0, y + 6);
                continue;
            }
            '!' => {
                count = number(&mut rest);
                let sign = rest.as_bytes()[0];
                rest = &rest[1..];
                sign
            }
            c => u8::try_from(c).unwrap(),
        };
        for _ in 0..count {
            for bit in (0..6).filter(|bit| (sign - b'?') >> bit & 1 == 1) {
                pixels[(y + bit) * width + x] = palette[colour];
            }
            x += 1;
        }
    }
    (width, pixels)
}

#[test]
fn the_bytes_of_each_way_are_these() {
    // Four times as large as it is, in two cells beside each other.
    let cell = (4, 8);
    let kitty = sharp(&small(), Way::Kitty, cell, (10, 10));
    let text = String::from_utf8(kitty.keep).unwrap();
    assert!(
        text.starts_with("\x1b_Ga=t,f=100,t=d,i=1886547827,q=2,m=0;iVBORw0KGgo") && text.ends_with("\x1b\\"),
        "{text:?}"
    );
    assert_eq!(
        std::str::from_utf8(&kitty.show).unwrap(),
        "\x1b_Ga=p,i=1886547827,p=1,q=2,C=1,c=2,r=1\x1b\\"
    );
    assert_eq!(
        (kitty.cells, kitty.hide),
        ((2, 1), "\x1b_Ga=d,d=i,i=1886547827,q=2\x1b\\")
    );
    let iterm = sharp(&small(), Way::Iterm, cell, (10, 10));
    let text = String::from_utf8(iterm.show).unwrap();
    let start = "\x1b]1337;File=inline=1;size=";
    let rest = ";width=2;height=1;preserveAspectRatio=0;doNotMoveCursor=1:iVBORw0KGgo";
    assert!(
        text.starts_with(start) && text.contains(rest) && text.ends_with('\x07'),
        "{text:?}"
    );
    let sixel = sharp(&small(), Way::Sixel, cell, (10, 10));
    assert_eq!(
        std::str::from_utf8(&sixel.show).unwrap(),
        "\x1bP0;1;0q\"1;1;8;8#0;2;100;0;0#1;2;0;0;100#0!8N$#1!4o-#1!4B-\x1b\\"
    );
    let blocks = Sight::default();
    assert_eq!(Sharp::new(&small(), &blocks, (10, 10), &never), None);
}

#[test]
fn the_bytes_are_the_picture() {
    let near = |one: &[u8; 4], other: &[u8; 4], most: u8| {
        one[3] == other[3] && (one[3] == 0 || one.iter().zip(other).all(|(one, other)| one.abs_diff(*other) <= most))
    };
    // No cell of its height is filled: the rest is ground.
    let (large, cell) = (large(), (10, 22));
    let kitty = sharp(&large, Way::Kitty, cell, (60, 40));
    let (told, width, pixels) = read_kitty(&kitty.keep);
    assert!(told.ends_with(",q=2,"), "{told}");
    assert_eq!(kitty.cells, (32, 11));
    assert_eq!((width, pixels.len()), (320, 320 * 11 * 22));
    assert_eq!(pixels[..large.pixels.len()], large.pixels[..]);
    assert!(pixels[large.pixels.len()..].iter().all(|pixel| *pixel == [0; 4]));

    let iterm = sharp(&large, Way::Iterm, cell, (60, 40));
    let text = String::from_utf8(iterm.show).unwrap();
    let (told, data) = text.split_once(':').unwrap();
    let png = STANDARD.decode(data.strip_suffix('\x07').unwrap()).unwrap();
    assert!(told.contains(&format!("size={};", png.len())), "{told}");
    assert_eq!(read_png(&png), (width, pixels));

    let (width, pixels) = read_sixel(&sharp(&large, Way::Sixel, cell, (60, 40)).show);
    assert_eq!((width, pixels.len()), (320, 320 * 240));
    let off = pixels
        .iter()
        .zip(&large.pixels)
        .filter(|(one, other)| !near(one, other, 40))
        .count();
    assert!(
        off < pixels.len() / 100,
        "{off} of {} pixels have another colour",
        pixels.len()
    );
    // What lets its ground be seen stays so.
    let (_, pixels) = read_sixel(&sharp(&small(), Way::Sixel, cell, (60, 40)).show);
    assert_eq!(
        (pixels[0], pixels[8 * 7], pixels[63]),
        ([255, 0, 0, 255], [0, 0, 255, 255], [0; 4])
    );
}

#[test]
fn it_fits_the_room_and_bounds_what_goes_over_the_line() {
    let large = large();
    for (room, cells) in [
        ((16, 40), (16, 6)),
        ((60, 4), (11, 4)),
        ((1, 1), (1, 1)),
        ((0, 9), (0, 0)),
    ] {
        for way in [Way::Kitty, Way::Sixel] {
            let sight = Sight {
                way: Some(way),
                cell: None,
                ..Sight::default()
            };
            let found = Sharp::new(&large, &sight, room, &never).map_or((0, 0), |sharp| sharp.cells);
            assert_eq!(found, cells, "{way:?} {room:?}");
        }
    }
    let wide = Picture {
        width: 2000,
        height: 2000,
        pixels: vec![[1, 2, 3, 255]; 4_000_000],
        small: None,
        cut: false,
    };
    let kitty = sharp(&wide, Way::Kitty, (20, 40), (100, 50));
    let (_, width, pixels) = read_kitty(&kitty.keep);
    assert_eq!((kitty.cells, width), ((100, 50), 1224));
    assert!(pixels.len() <= 1_500_000 && pixels.iter().all(|pixel| *pixel == [1, 2, 3, 255]));
    let sixel = sharp(&wide, Way::Sixel, (20, 40), (100, 50));
    assert_eq!((sixel.cells, read_sixel(&sixel.show).0), ((50, 25), 1000));
    assert_eq!(
        Sharp::new(
            &wide,
            &Sight {
                way: Some(Way::Kitty),
                ..Sight::default()
            },
            (9, 9),
            &|| true
        ),
        None
    );
    // Noise, which nothing makes smaller.
    let mut state = 1_u32;
    let noise = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [_, red, green, blue] = state.to_be_bytes();
        [red, green, blue, 255]
    });
    let noise = Picture {
        pixels: noise.take(1_000_000).collect(),
        width: 1000,
        height: 1000,
        small: None,
        cut: false,
    };
    for (way, cells) in [(Way::Iterm, 100), (Way::Sixel, 20)] {
        let sharp = sharp(&noise, way, (10, 20), (100, 50));
        let bytes = sharp.show.len();
        assert!((400_000..=1 << 20).contains(&bytes), "{way:?}: {bytes}");
        assert!(sharp.cells.0 >= cells, "{way:?}: {:?}", sharp.cells);
    }
}

#[test]
fn of_few_colours_the_nearest_are_taken() {
    let sight = Sight {
        way: Some(Way::Sixel),
        cell: Some((10, 20)),
        colours: 16,
        ..Sight::default()
    };
    let large = large();
    let text = Sharp::new(&large, &sight, (60, 40), &never).unwrap().show;
    let (_, pixels) = read_sixel(&text);
    let mut colours = pixels.clone();
    colours.sort_unstable();
    colours.dedup();
    assert_eq!(colours.len(), 16);
    let off: u64 = pixels
        .iter()
        .zip(&large.pixels)
        .map(|(one, other)| u64::from(one[0].abs_diff(other[0])))
        .sum();
    assert!(off / (pixels.len() as u64) < 32, "{off}");
}

#[test]
fn half_blocks_are_drawn_from_a_small_copy() {
    let bytes = png(2000, 1000);
    let picture = decode(&bytes, FOR_PIXELS, &never).unwrap();
    assert_eq!((picture.width, picture.height), (2000, 1000));
    let alone = seen(&bytes).unwrap();
    assert_eq!(picture.small.as_deref(), Some(&alone));
    assert_eq!(drawn(&picture, &rgb, 40, 20), drawn(&alone, &rgb, 40, 20));
}

//! Pictures in pixels: as the graphics of kitty, the inline images of iTerm2, or sixels.
//!
//! Nothing that a server sent is in what the terminal gets: it is made anew out of pixels that were decoded here. Its size
//! is that of the room, as the terminal has more pixels than it shows, and the connection to it may be a slow one.
//!
//! Sources: <https://sw.kovidgoyal.net/kitty/graphics-protocol/>, <https://iterm2.com/documentation-images.html>.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::ZlibEncoder;
use flate2::{Compression, Crc};

use super::Picture;
use super::sixel::sixel;

/// What kitty knows the picture as; there is one at a time.
const ID: &str = "i=1886547827";
/// Takes what is shown of it away, and not what is kept.
const HIDE: &str = "\x1b_Ga=d,d=i,i=1886547827,q=2\x1b\\";
/// So many characters are the most that kitty takes in a piece.
const PIECE: usize = 4096;
/// The most pixels that go to a terminal which makes them larger itself.
const MOST_PIXELS: u64 = 1_500_000;
/// The most bytes that are sent each time it is seen again, as when what lay over it is gone.
const MOST_BYTES: usize = 1 << 20;
/// The most sixels of a side: xterm shows nothing of larger ones.
const MOST_SIXELS: usize = 1000;
/// What is magnified for having fewer pixels than this to a side, and how many times at most.
const TINY: (usize, usize) = (128, 4);
/// The pixels of a cell where the terminal does not tell: those of a VT340, after which the others are made.
const USUAL_CELL: (u16, u16) = (10, 20);

/// How a terminal shows pictures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Way {
    /// As text.
    #[default]
    Blocks,
    /// As graphics of kitty.
    Kitty,
    /// As inline images of iTerm2.
    Iterm,
    /// As sixels.
    Sixel,
}

/// What is known of a terminal's pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sight {
    /// How it shows them; `None` before it was asked.
    pub way: Option<Way>,
    /// Whether it is worth asking; it is asked once.
    pub ask: bool,
    /// The pixels of a cell, across and down, if it tells.
    pub cell: Option<(u16, u16)>,
    /// The colours of a picture in sixels.
    pub colours: usize,
}

impl Default for Sight {
    fn default() -> Self {
        Self {
            way: Some(Way::Blocks),
            ask: false,
            cell: None,
            colours: 256,
        }
    }
}

/// A picture as the terminal gets it.
#[derive(Debug, PartialEq, Eq)]
pub struct Sharp {
    /// The columns and rows that it takes.
    pub cells: (u16, u16),
    /// Has the terminal keep it, where it does: sent once.
    pub keep: Vec<u8>,
    /// Shows it where the cursor is.
    pub show: Vec<u8>,
    /// Takes it away, unless text that is written over it does; what is kept stays.
    pub hide: &'static str,
}

/// Has the terminal forget what it keeps.
pub const FORGET: &str = "\x1b_Ga=d,d=I,i=1886547827,q=2\x1b\\";

impl Sharp {
    /// Makes it, as large as it fits into so many columns and rows; `None` where pictures are half blocks, or nobody wants
    /// it any more.
    pub fn new(picture: &Picture, sight: &Sight, room: (u16, u16), stop: &dyn Fn() -> bool) -> Option<Self> {
        let way = sight.way.filter(|way| *way != Way::Blocks)?;
        let (wide, high) = sight.cell.unwrap_or(USUAL_CELL);
        let cell = (usize::from(wide.max(1)), usize::from(high.max(1)));
        let most = if way == Way::Sixel { MOST_SIXELS } else { usize::MAX };
        let pixels = |cells: u16, cell: usize| (usize::from(cells) * cell).min(most);
        let size = fit(picture, (pixels(room.0, cell.0), pixels(room.1, cell.1)))?;
        let mut less = 1000;
        loop {
            let (made, bytes) = Self::with(picture, sight, way, (room, cell), (size, less), stop)?;
            if bytes <= MOST_BYTES || less == 1 {
                return Some(made);
            }
            // Half as many pixels take somewhat more than half the bytes.
            let share = (MOST_BYTES * 900 / bytes).clamp(1, 900);
            less = (less * (share * 1000).isqrt() / 1000).max(1);
        }
    }

    /// Makes it with so many thousandths of the pixels of a side; and how many bytes go out each time.
    fn with(
        picture: &Picture,
        sight: &Sight,
        way: Way,
        (room, cell): ((u16, u16), (usize, usize)),
        (full, less): ((usize, usize), usize),
        stop: &dyn Fn() -> bool,
    ) -> Option<(Self, usize)> {
        let scale = |(across, down): (usize, usize), less: usize| {
            let of = |side: usize| (side * less / 1000).max(1);
            (of(across), of(down))
        };
        let cells_of = |size: (usize, usize)| {
            let count =
                |pixels: usize, cell: usize, most: u16| u16::try_from(pixels.div_ceil(cell)).unwrap_or(most).min(most);
            (count(size.0, cell.0, room.0), count(size.1, cell.1, room.1))
        };
        if way == Way::Sixel {
            // The terminal shows each as one of its own: with less of them it is smaller.
            let size = scale(full, less);
            let show = sixel(&scaled(picture, size, size, stop)?, size.0, sight.colours);
            let bytes = show.len();
            let made = Self {
                cells: cells_of(size),
                keep: Vec::new(),
                show,
                hide: "",
            };
            return Some((made, bytes));
        }
        let cells = cells_of(full);
        // The terminal gives it whole cells, so it has whole cells: else it would be stretched.
        let ground = (usize::from(cells.0) * cell.0, usize::from(cells.1) * cell.1);
        let all = (ground.0 as u64 * ground.1 as u64).max(1);
        let fits = (MOST_PIXELS * 1_000_000 / all).isqrt().min(1000);
        let less = usize::try_from(fits).unwrap_or(1000) * less / 1000;
        let [size, ground] = [full, ground].map(|size| scale(size, less));
        let png = png(&scaled(picture, size, ground, stop)?, ground.0);
        Some(if way == Way::Kitty {
            let made = Self {
                cells,
                keep: kept(&png),
                show: placed(cells).into_bytes(),
                hide: HIDE,
            };
            (made, 0)
        } else {
            let show = iterm(&png, cells);
            let bytes = show.len();
            let made = Self {
                cells,
                keep: Vec::new(),
                show,
                hide: "",
            };
            (made, bytes)
        })
    }
}

/// The pixels that a picture takes where there is room for so many; `None` if there is none.
fn fit(picture: &Picture, (across, down): (usize, usize)) -> Option<(usize, usize)> {
    let longest = picture.width.max(picture.height);
    if longest == 0 || across == 0 || down == 0 {
        return None;
    }
    let times = (TINY.0 / longest).clamp(1, TINY.1);
    let (width, height) = (picture.width * times, picture.height * times);
    Some(if width <= across && height <= down {
        (width, height)
    } else if across * height <= down * width {
        (across, (height * across / width).max(1))
    } else {
        ((width * down / height).max(1), down)
    })
}

/// The pixels of a picture in another size, in the upper left of a ground that is not seen; `None` if nobody wants them
/// any more.
fn scaled(
    picture: &Picture,
    size: (usize, usize),
    ground: (usize, usize),
    stop: &dyn Fn() -> bool,
) -> Option<Vec<[u8; 4]>> {
    let mut pixels = Vec::with_capacity(ground.0 * ground.1);
    for y in 0..ground.1 {
        if stop() {
            return None;
        }
        pixels.extend((0..ground.0).map(|x| {
            if x < size.0 && y < size.1 {
                picture.pixel((x, y), size)
            } else {
                [0; 4]
            }
        }));
    }
    Some(pixels)
}

/// A PNG file of some pixels (ISO/IEC 15948).
fn png(pixels: &[[u8; 4]], width: usize) -> Vec<u8> {
    let covers = pixels.iter().all(|[.., cover]| *cover == 255);
    let (parts, kind) = if covers { (3, 2) } else { (4, 6) };
    let mut rows = Vec::with_capacity(pixels.len() * parts + pixels.len() / width);
    for row in pixels.chunks(width) {
        // Each part as what it is more than the one to its left, which a photograph is a third smaller by.
        rows.push(1);
        let mut before = [0; 4];
        for pixel in row {
            let more = pixel.iter().zip(before).map(|(own, before)| own.wrapping_sub(before));
            rows.extend(more.take(parts));
            before = *pixel;
        }
    }
    let side = |side: usize| u32::try_from(side).unwrap_or(0).to_be_bytes();
    let head = [&side(width)[..], &side(pixels.len() / width), &[8, kind, 0, 0, 0]].concat();
    let mut packed = Vec::new();
    // What reads from memory into memory cannot fail.
    let _infallible = ZlibEncoder::new(&rows[..], Compression::fast()).read_to_end(&mut packed);
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    for (name, data) in [(b"IHDR", head), (b"IDAT", packed), (b"IEND", Vec::new())] {
        let mut sum = Crc::new();
        sum.update(name);
        sum.update(&data);
        out.extend(side(data.len()));
        out.extend(name);
        out.extend(data);
        out.extend(sum.sum().to_be_bytes());
    }
    out
}

/// Has it kept, and tells nothing back.
fn kept(png: &[u8]) -> Vec<u8> {
    let text = STANDARD.encode(png);
    let last = text.len().saturating_sub(1) / PIECE;
    let mut out = Vec::with_capacity(text.len() + 64 + 16 * last);
    for (n, piece) in text.as_bytes().chunks(PIECE).enumerate() {
        out.extend(b"\x1b_G");
        if n == 0 {
            out.extend(format!("a=t,f=100,t=d,{ID},q=2,").into_bytes());
        }
        out.extend(if n == last { b"m=0;" } else { b"m=1;" });
        out.extend(piece);
        out.extend(b"\x1b\\");
    }
    out
}

/// Shows what is kept, tells nothing back, and leaves the cursor where it was.
fn placed((columns, rows): (u16, u16)) -> String {
    format!("\x1b_Ga=p,{ID},p=1,q=2,C=1,c={columns},r={rows}\x1b\\")
}

/// Shows it; where it is known that the cursor may stay, it does.
fn iterm(png: &[u8], (columns, rows): (u16, u16)) -> Vec<u8> {
    let size = png.len();
    let mut out = format!(
        "\x1b]1337;File=inline=1;size={size};width={columns};height={rows};preserveAspectRatio=0;doNotMoveCursor=1:"
    );
    STANDARD.encode_string(png, &mut out);
    out.push('\x07');
    out.into_bytes()
}

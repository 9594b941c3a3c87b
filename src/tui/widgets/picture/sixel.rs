//! Sixels: six rows of pixels at a time, each colour by itself (DEC STD 070; VT330/VT340 Programmer Reference Manual).

use std::io::Write;
use std::ops::Range;

/// Bits of a part of a colour that tell colours apart.
const BITS: u32 = 5;
/// From this much of 255 on a pixel covers what is behind it.
const COVERS: u8 = 128;

/// Colours that are nearly the same: what of the picture has them.
#[derive(Clone, Copy)]
struct Shade {
    key: usize,
    count: u64,
    sums: [u64; 3],
}

impl Shade {
    fn mean(&self) -> [u64; 3] {
        self.sums.map(|sum| sum / self.count.max(1))
    }
}

/// The sequence that shows some pixels in at most so many colours.
pub(super) fn sixel(pixels: &[[u8; 4]], width: usize, colours: usize) -> Vec<u8> {
    let (palette, index) = palette(pixels, colours.clamp(2, 256));
    let mut out = Vec::with_capacity(pixels.len());
    // Vectors take all that is written. Pixels are square, and those without a colour stay as they are.
    let _infallible = write!(out, "\x1bP0;1;0q\"1;1;{width};{}", pixels.len() / width);
    for (n, colour) in palette.iter().enumerate() {
        let [red, green, blue] = colour.map(|part| (part * 100 + 127) / 255);
        let _infallible = write!(out, "#{n};2;{red};{green};{blue}");
    }
    let mut bits: Vec<Vec<u8>> = vec![Vec::new(); palette.len()];
    for band in pixels.chunks(6 * width) {
        for (row, bit) in band.chunks(width).zip(0_u8..) {
            for (x, pixel) in row.iter().enumerate().filter(|(_, pixel)| pixel[3] >= COVERS) {
                let bits = &mut bits[index[key(*pixel)]];
                // Up to the last one that has the colour.
                if bits.len() <= x {
                    bits.resize(x + 1, 0);
                }
                bits[x] |= 1 << bit;
            }
        }
        let mut first = true;
        for (n, bits) in bits.iter_mut().enumerate().filter(|(_, bits)| !bits.is_empty()) {
            if !first {
                out.push(b'$');
            }
            first = false;
            let _infallible = write!(out, "#{n}");
            for run in bits.chunk_by(|one, next| one == next) {
                let sign = b'?' + run[0];
                if run.len() > 3 {
                    let _infallible = write!(out, "!{}", run.len());
                    out.push(sign);
                } else {
                    out.extend(std::iter::repeat_n(sign, run.len()));
                }
            }
            bits.clear();
        }
        out.push(b'-');
    }
    out.extend(b"\x1b\\");
    out
}

fn key(pixel: [u8; 4]) -> usize {
    let part = |n: usize| usize::from(pixel[n] >> (8 - BITS));
    part(0) << (2 * BITS) | part(1) << BITS | part(2)
}

/// The colours that stand for those of the picture, and which one for each key: boxes of shades are halved by how many
/// pixels have them, the fullest and widest first (median cut).
fn palette(pixels: &[[u8; 4]], most: usize) -> (Vec<[u64; 3]>, Vec<usize>) {
    let mut shades: Vec<Shade> = (0..1 << (3 * BITS))
        .map(|key| Shade {
            key,
            count: 0,
            sums: [0; 3],
        })
        .collect();
    for pixel in pixels.iter().filter(|pixel| pixel[3] >= COVERS) {
        let shade = &mut shades[key(*pixel)];
        shade.count += 1;
        for (sum, part) in shade.sums.iter_mut().zip(pixel) {
            *sum += u64::from(*part);
        }
    }
    let mut index = vec![0; shades.len()];
    shades.retain(|shade| shade.count > 0);
    // Each with its widest part of a colour, and how much there is to gain from halving it.
    let weighed = |shades: &[Shade], range: Range<usize>| {
        let all = &shades[range.clone()];
        let spread = |part: usize| {
            let parts = || all.iter().map(|shade| shade.mean()[part]);
            parts().max().unwrap_or(0) - parts().min().unwrap_or(0)
        };
        let part = (0..3).max_by_key(|part| spread(*part)).unwrap_or(0);
        let count: u64 = all.iter().map(|shade| shade.count).sum();
        (spread(part) * count, part, range)
    };
    let mut boxes = vec![weighed(&shades, 0..shades.len())];
    while boxes.len() < most {
        let widest = (0..boxes.len()).max_by_key(|at| boxes[*at].0);
        let Some(at) = widest.filter(|at| boxes[*at].0 > 0) else {
            break;
        };
        let (_, part, range) = boxes.swap_remove(at);
        let all = &mut shades[range.clone()];
        all.sort_unstable_by_key(|shade| shade.mean()[part]);
        let count: u64 = all.iter().map(|shade| shade.count).sum();
        let mut below = 0;
        let half = all.iter().position(|shade| {
            below += shade.count;
            2 * below >= count
        });
        let cut = range.start + (half.unwrap_or(0) + 1).min(all.len() - 1);
        boxes.push(weighed(&shades, range.start..cut));
        boxes.push(weighed(&shades, cut..range.end));
    }
    let mut colours = Vec::with_capacity(boxes.len());
    for (_, _, range) in boxes {
        let mut all = Shade {
            key: 0,
            count: 0,
            sums: [0; 3],
        };
        for shade in &shades[range] {
            index[shade.key] = colours.len();
            all.count += shade.count;
            for (sum, part) in all.sums.iter_mut().zip(shade.sums) {
                *sum += part;
            }
        }
        colours.push(all.mean());
    }
    (colours, index)
}

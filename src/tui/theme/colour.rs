//! Colours: reading them, and bringing them down to what a terminal shows.

use std::collections::BTreeMap;
use std::str::FromStr;

use ratatui::style::Color;

/// How many colours the terminal shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Depth {
    /// 24 bits.
    #[default]
    True,
    /// The 256 of xterm.
    Indexed,
    /// The 16 ANSI colours of the user's own palette.
    Ansi,
    /// None: `NO_COLOR` is set, or the terminal is dumb.
    None,
}

impl Depth {
    /// Reads the usual environment variables: `NO_COLOR` (no-color.org), `COLORTERM`, `TERM`.
    pub fn detect(get: impl Fn(&str) -> Option<String>) -> Self {
        if get("NO_COLOR").is_some_and(|value| !value.is_empty()) {
            return Self::None;
        }
        let colorterm = get("COLORTERM").unwrap_or_default().to_lowercase();
        if colorterm.contains("truecolor") || colorterm.contains("24bit") {
            return Self::True;
        }
        let term = get("TERM").unwrap_or_default().to_lowercase();
        match term.as_str() {
            "dumb" => Self::None,
            t if t.contains("direct") || t.contains("kitty") || t.contains("ghostty") || t.contains("alacritty") => {
                Self::True
            }
            t if t.contains("256") => Self::Indexed,
            _ if get("WT_SESSION").is_some() => Self::True,
            _ => Self::Ansi,
        }
    }

    /// What comes closest to a colour of a picture, which is to look like what it shows; `None` for no colour at all.
    pub fn paint(self, red: u8, green: u8, blue: u8) -> Option<Color> {
        let own = (red, green, blue);
        Some(match self {
            Self::None => return None,
            Self::True => Color::Rgb(red, green, blue),
            Self::Indexed => Color::Indexed(nearest_indexed(red, green, blue)),
            Self::Ansi => {
                let near = SIXTEEN.into_iter().min_by_key(|(_, other)| distance(*other, own));
                near.map_or(Color::Gray, |(colour, _)| colour)
            }
        })
    }

    /// The nearest colour this depth has for text on the user's ground; `None` for no colour at all.
    pub fn fit(self, colour: Color) -> Option<Color> {
        match (self, colour) {
            (Self::None, _) => None,
            (Self::Indexed, Color::Rgb(r, g, b)) => Some(Color::Indexed(nearest_indexed(r, g, b))),
            (Self::Ansi, Color::Rgb(r, g, b)) => nearest_ansi(r, g, b),
            (Self::Ansi, Color::Indexed(n)) if n > 15 => {
                let (r, g, b) = indexed_rgb(n);
                nearest_ansi(r, g, b)
            }
            (_, colour) => Some(colour),
        }
    }
}

/// The sixteen as xterm shows them: a user's own palette is known to nobody else.
const SIXTEEN: [(Color, (u8, u8, u8)); 16] = [
    (Color::Black, (0, 0, 0)),
    (Color::Red, (205, 0, 0)),
    (Color::Green, (0, 205, 0)),
    (Color::Yellow, (205, 205, 0)),
    (Color::Blue, (0, 0, 238)),
    (Color::Magenta, (205, 0, 205)),
    (Color::Cyan, (0, 205, 205)),
    (Color::Gray, (229, 229, 229)),
    (Color::DarkGray, (127, 127, 127)),
    (Color::LightRed, (255, 0, 0)),
    (Color::LightGreen, (0, 255, 0)),
    (Color::LightYellow, (255, 255, 0)),
    (Color::LightBlue, (92, 92, 255)),
    (Color::LightMagenta, (255, 0, 255)),
    (Color::LightCyan, (0, 255, 255)),
    (Color::White, (255, 255, 255)),
];

/// Reads `#rrggbb`, a palette name, an ANSI name or number, or `default`.
pub fn parse(text: &str, palette: &BTreeMap<String, String>) -> Option<Color> {
    read(palette.get(text).map_or(text, String::as_str))
}

/// Reads what is no name of a palette.
pub fn read(text: &str) -> Option<Color> {
    // What nearly all of them are, which ratatui takes ten times as long to find out.
    let hex = text.strip_prefix('#').filter(|hex| hex.len() == 6);
    if let Some(rgb) = hex.and_then(|hex| u32::from_str_radix(hex, 16).ok()) {
        return Some(Color::from_u32(rgb));
    }
    match text {
        "default" => Some(Color::Reset),
        _ => Color::from_str(text).ok(),
    }
}

fn distance(a: (u8, u8, u8), b: (u8, u8, u8)) -> u32 {
    let square = |x: u8, y: u8| u32::from(x.abs_diff(y)).pow(2);
    2 * square(a.0, b.0) + 4 * square(a.1, b.1) + 3 * square(a.2, b.2)
}

const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// The colour of xterm's cube (16 to 231) or grey ramp (232 to 255).
fn indexed_rgb(n: u8) -> (u8, u8, u8) {
    if n >= 232 {
        let grey = 8 + 10 * (n - 232);
        (grey, grey, grey)
    } else {
        let n = n.saturating_sub(16);
        (
            STEPS[usize::from(n / 36)],
            STEPS[usize::from(n / 6 % 6)],
            STEPS[usize::from(n % 6)],
        )
    }
}

fn nearest_indexed(r: u8, g: u8, b: u8) -> u8 {
    // In the cube each part is nearest by itself.
    let step = |part: u8| {
        (0..6_u8)
            .min_by_key(|n| STEPS[usize::from(*n)].abs_diff(part))
            .unwrap_or(0)
    };
    let cube = 16 + 36 * step(r) + 6 * step(g) + step(b);
    (232..=255)
        .fold((cube, distance(indexed_rgb(cube), (r, g, b))), |best, n| {
            let away = distance(indexed_rgb(n), (r, g, b));
            if away < best.1 { (n, away) } else { best }
        })
        .0
}

/// The ANSI colour of the nearest hue; near-black and near-white grounds become the terminal's own ground.
fn nearest_ansi(r: u8, g: u8, b: u8) -> Option<Color> {
    let (low, high) = (r.min(g).min(b), r.max(g).max(b));
    if high - low < 40 {
        return match high {
            71..=150 => Some(Color::DarkGray),
            151..=215 => Some(Color::Gray),
            _ => None,
        };
    }
    let middle = low + (high - low) / 2;
    Some(match (r > middle, g > middle, b > middle) {
        (true, false, false) => Color::Red,
        (false, true, false) => Color::Green,
        // On black, plain blue can hardly be read: it is for colours that are dark themselves.
        (false, false, true) if g >= 100 => Color::LightBlue,
        (false, false, true) => Color::Blue,
        (true, true, false) => Color::Yellow,
        (true, false, true) => Color::Magenta,
        (false, true, true) => Color::Cyan,
        _ => Color::Gray,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_the_colours_that_come_closest() {
        assert_eq!(Depth::True.paint(1, 2, 3), Some(Color::Rgb(1, 2, 3)));
        assert_eq!(Depth::Indexed.paint(255, 0, 0), Some(Color::Indexed(196)));
        for (red, green, blue, near) in [
            (0, 0, 0, Color::Black),
            (255, 255, 255, Color::White),
            (130, 130, 120, Color::DarkGray),
            (190, 10, 10, Color::Red),
            (250, 250, 60, Color::LightYellow),
        ] {
            assert_eq!(Depth::Ansi.paint(red, green, blue), Some(near));
        }
        assert_eq!(Depth::None.paint(255, 0, 0), None);
    }

    #[test]
    fn no_other_indexed_colour_is_nearer() {
        for n in 0..=2_000_u32 {
            let [r, g, b, _] = n.wrapping_mul(0x9e37_79b9).to_le_bytes();
            let chosen = distance(indexed_rgb(nearest_indexed(r, g, b)), (r, g, b));
            let nearest = (16..=255).map(|n| distance(indexed_rgb(n), (r, g, b))).min();
            assert_eq!(Some(chosen), nearest, "{r} {g} {b}");
        }
    }

    fn detect(vars: &[(&str, &str)]) -> Depth {
        Depth::detect(|name| {
            vars.iter()
                .find(|(own, _)| *own == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_environment_decides_the_depth() {
        assert_eq!(
            detect(&[("COLORTERM", "truecolor"), ("TERM", "xterm-256color")]),
            Depth::True
        );
        assert_eq!(detect(&[("TERM", "tmux-256color")]), Depth::Indexed);
        assert_eq!(detect(&[("TERM", "linux")]), Depth::Ansi);
        assert_eq!(detect(&[("TERM", "dumb")]), Depth::None);
        assert_eq!(detect(&[("NO_COLOR", "1"), ("COLORTERM", "truecolor")]), Depth::None);
        assert_eq!(detect(&[("NO_COLOR", ""), ("COLORTERM", "truecolor")]), Depth::True);
    }

    #[test]
    fn colours_come_down_to_their_nearest() {
        assert_eq!(Depth::Indexed.fit(Color::Rgb(255, 0, 0)), Some(Color::Indexed(196)));
        assert_eq!(Depth::Ansi.fit(Color::Rgb(230, 60, 60)), Some(Color::Red));
        assert_eq!(Depth::Ansi.fit(Color::Rgb(138, 173, 244)), Some(Color::LightBlue));
        assert_eq!(Depth::Ansi.fit(Color::Rgb(31, 86, 181)), Some(Color::Blue));
        assert_eq!(Depth::Ansi.fit(Color::Rgb(20, 20, 28)), None);
        assert_eq!(Depth::None.fit(Color::Red), None);
        assert_eq!(Depth::True.fit(Color::Rgb(1, 2, 3)), Some(Color::Rgb(1, 2, 3)));
    }
}

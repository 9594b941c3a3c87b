//! What an empty pane shows: a faint hatch and, in the middle, what to do about it.
//!
//! Keys within a message are written between backticks and drawn in the accent: "No headers. `a` adds one."

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::{Color, Modifier, Style},
};

use super::glyphs;

/// Areas smaller than this show the message alone.
const SMALLEST: (u16, u16) = (12, 3);

/// The styles of an empty pane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HatchStyles {
    /// The hatch; should be barely visible.
    pub hatch: Style,
    /// The message.
    pub text: Style,
    /// Keys within the message.
    pub key: Style,
}

impl Default for HatchStyles {
    /// A hatch barely there; a theme replaces it.
    fn default() -> Self {
        Self {
            hatch: Style::new().fg(Color::DarkGray).add_modifier(Modifier::DIM),
            text: Style::new(),
            key: Style::new().fg(Color::Magenta).add_modifier(Modifier::BOLD),
        }
    }
}

/// Fills `area` with the hatch and centres the lines of a message in it; with too little room, less of both.
pub fn draw(message: &str, styles: &HatchStyles, area: Rect, buf: &mut Buffer) {
    let area = area.intersection(buf.area);
    if area.is_empty() {
        return;
    }
    let hatched = area.width >= SMALLEST.0 && area.height >= SMALLEST.1;
    if hatched {
        for row in area.rows() {
            let start = buf.index_of(row.x, row.y);
            for cell in &mut buf.content[start..start + usize::from(row.width)] {
                cell.set_symbol("╱").set_style(styles.hatch);
            }
        }
    }
    // Air around the message where it meets the hatch.
    let air = if hatched { 2 } else { 0 };
    let room = usize::from(area.width).saturating_sub(2 * air);
    let lines = wrap(message, room);
    let shown = lines.len().min(usize::from(area.height));
    let top = area.y + (area.height - u16::try_from(shown).unwrap_or(area.height)) / 2;
    for (line, y) in lines.iter().zip(top..area.bottom()) {
        let width = glyphs::width(&line.replace('`', ""));
        let left = (usize::from(area.width) - width.min(usize::from(area.width))) / 2;
        let x = |column: usize| area.x.saturating_add(u16::try_from(column).unwrap_or(u16::MAX));
        if width > 0 {
            let start = left - air.min(left);
            // A long word takes the air, and nothing of what is beside the area.
            let cleared = (width + 2 * air).min(usize::from(area.width) - start);
            let at = Position::new(x(start), y);
            glyphs::put_text(buf, at, &" ".repeat(cleared), cleared, styles.text);
        }
        let mut column = left;
        for (index, part) in line.split('`').enumerate() {
            let style = if index % 2 == 1 {
                styles.text.patch(styles.key)
            } else {
                styles.text
            };
            let rest = usize::from(area.width) - column.min(usize::from(area.width));
            column += glyphs::put_text(buf, Position::new(x(column), y), part, rest, style);
        }
    }
}

/// Breaks a message at spaces; a key's backticks are never split and count for nothing.
fn wrap(message: &str, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in message.lines() {
        let mut line = String::new();
        let mut width = 0;
        for word in paragraph.split(' ') {
            let word_width = glyphs::width(&word.replace('`', ""));
            if width > 0 && width + 1 + word_width > room {
                lines.push(std::mem::take(&mut line));
                width = 0;
            }
            if width > 0 {
                line.push(' ');
                width += 1;
            }
            line.push_str(word);
            width += word_width;
        }
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(message: &str, width: u16, height: u16) -> Vec<String> {
        let area = Rect::new(0, 0, width, height);
        let mut buf = Buffer::empty(area);
        draw(message, &HatchStyles::default(), area, &mut buf);
        (0..height)
            .map(|y| (0..width).map(|x| buf[(x, y)].symbol()).collect())
            .collect()
    }

    #[test]
    fn centres_the_message_in_the_hatch() {
        assert_eq!(
            rows("No headers\n`a` adds one", 20, 4),
            [
                "╱╱╱╱╱╱╱╱╱╱╱╱╱╱╱╱╱╱╱╱",
                "╱╱╱  No headers  ╱╱╱",
                "╱╱╱  a adds one  ╱╱╱",
                "╱╱╱╱╱╱╱╱╱╱╱╱╱╱╱╱╱╱╱╱"
            ]
        );
    }

    #[test]
    fn a_long_word_stays_in_the_area() {
        let mut buf = Buffer::with_lines(["│            │"; 4]);
        draw(
            "a an environment",
            &HatchStyles::default(),
            Rect::new(1, 0, 12, 4),
            &mut buf,
        );
        for y in 0..4 {
            assert_eq!((buf[(0, y)].symbol(), buf[(13, y)].symbol()), ("│", "│"));
        }
    }

    #[test]
    fn keys_are_accented() {
        let area = Rect::new(0, 0, 20, 3);
        let mut buf = Buffer::empty(area);
        let styles = HatchStyles::default();
        draw("x `a` y", &styles, area, &mut buf);
        let key = area
            .positions()
            .find(|&at| buf[at].symbol() == "a")
            .map(|at| buf[at].style().fg);
        assert_eq!(key, Some(styles.key.fg));
    }

    #[test]
    fn tiny_areas_show_words_alone() {
        assert_eq!(rows("No headers", 10, 1), ["No headers"]);
        assert_eq!(rows("No headers", 6, 2), ["  No  ", "heade…"]);
        for width in 0..16 {
            for height in 0..5 {
                rows("日本語 `Ctrl+J` sends\n\nx", width, height);
            }
        }
    }
}

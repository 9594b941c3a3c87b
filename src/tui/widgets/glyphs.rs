//! Text to screen cells: what each grapheme looks like and how wide it is.
//!
//! Every widget that shows text it did not write itself goes through here, for two reasons: columns only line up when
//! all agree on widths (wide characters, tabs, combining marks), and a control character from a file or a server must
//! never reach the terminal as itself. What is drawn as it is, and what is not, [`escape`] says; here controls become their
//! visible pictures (`␛`, `␀`), and the rest becomes `�`, which takes one column.
//!
//! A walk over printable ASCII costs about as much as reading it, so a long line needs no index.

use std::borrow::Cow;

use super::escape;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

/// Columns between two tab stops.
pub const TAB_STOP: usize = 4;
/// The mark that stands for text left out.
pub const ELLIPSIS: &str = "…";
/// What a masked grapheme looks like.
pub const MASK: &str = "•";

/// One grapheme of a line and its place on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Glyph<'a> {
    /// The text of the grapheme, unescaped.
    pub text: &'a str,
    /// Byte offset in the line.
    pub byte: usize,
    /// Screen column counted from the start of the line.
    pub column: usize,
    /// Width in screen columns, at least 1.
    pub width: usize,
}

impl<'a> Glyph<'a> {
    /// Says whether the picture differs from the text, as for a control character.
    pub fn is_escaped(&self) -> bool {
        self.text != "\t" && cell(self.text).is_some_and(|cell| cell.escaped)
    }

    /// Returns what is safe to put into a cell; a tab is returned as a single space.
    pub fn symbol(&self) -> Cow<'a, str> {
        match cell(self.text) {
            _ if self.text == "\t" => Cow::Borrowed(" "),
            Some(cell) if cell.escaped => picture(cell.symbol),
            Some(cell) => cell.symbol,
            None => Cow::Borrowed(""),
        }
    }
}

/// The first cell of a text.
fn cell(text: &str) -> Option<escape::Cell<'_>> {
    escape::cells(text).next()
}

/// Returns the stand-in of one column for an escape.
fn picture(escape: Cow<'_, str>) -> Cow<'_, str> {
    if escape.chars().count() == 1 {
        escape
    } else {
        Cow::Borrowed("\u{fffd}")
    }
}

/// Walks over the graphemes of one line; see [`glyphs`].
#[derive(Debug, Clone)]
pub struct Glyphs<'a> {
    line: &'a str,
    byte: usize,
    column: usize,
    masked: bool,
}

/// Iterates over a line (without its line break) as the screen shows it.
pub fn glyphs(line: &str) -> Glyphs<'_> {
    Glyphs {
        line,
        byte: 0,
        column: 0,
        masked: false,
    }
}

/// Iterates over a line of which each grapheme is shown as one [`MASK`].
pub fn masked_glyphs(line: &str) -> Glyphs<'_> {
    Glyphs {
        masked: true,
        ..glyphs(line)
    }
}

impl Glyphs<'_> {
    /// Skips the graphemes that end at or before a column; runs of printable ASCII are skipped at once.
    #[must_use]
    pub fn skip_to(mut self, column: usize) -> Self {
        loop {
            let room = column.saturating_sub(self.column);
            let left = &self.line.as_bytes()[self.byte..];
            if room == 0 || left.is_empty() {
                return self;
            }
            let window = &left[..left.len().min(room.saturating_add(1))];
            let run = window
                .iter()
                .position(|byte| !(0x20..0x7f).contains(byte))
                .unwrap_or(window.len());
            // A combining mark may follow the last of them, which is then looked at as a grapheme.
            let plain = if run == left.len() { run } else { run.saturating_sub(1) }.min(room);
            self.byte += plain;
            self.column += plain;
            if plain == 0 {
                let mut ahead = self.clone();
                if ahead.next().is_none() || ahead.column > column {
                    return self;
                }
                self = ahead;
            }
        }
    }

    /// Returns the screen column of the next grapheme, or the width of the line at its end.
    pub fn column(&self) -> usize {
        self.column
    }

    /// Returns the byte offset of the next grapheme.
    pub fn byte(&self) -> usize {
        self.byte
    }
}

impl<'a> Iterator for Glyphs<'a> {
    type Item = Glyph<'a>;

    fn next(&mut self) -> Option<Glyph<'a>> {
        let bytes = self.line.as_bytes();
        let first = *bytes.get(self.byte)?;
        let plain = (0x20..0x7f).contains(&first) && bytes.get(self.byte + 1).is_none_or(u8::is_ascii);
        let (len, width) = if plain {
            (1, 1)
        } else {
            let cell = cell(&self.line[self.byte..])?;
            let width = match first {
                _ if self.masked => 1,
                b'\t' => TAB_STOP - self.column % TAB_STOP,
                _ if cell.escaped => 1,
                _ => cell.width,
            };
            (cell.len, width)
        };
        let text = &self.line[self.byte..self.byte + len];
        let glyph = Glyph {
            text,
            byte: self.byte,
            column: self.column,
            width,
        };
        self.byte += len;
        self.column += width;
        Some(glyph)
    }
}

/// Measures a line in screen columns.
pub fn width(line: &str) -> usize {
    glyphs(line).skip_to(usize::MAX).column()
}

/// Makes a line safe to show and at most `columns` wide, with `…` where something was cut off at the end.
pub fn elide(line: &str, columns: usize) -> String {
    let mut shown = String::new();
    let mut room = 0;
    for glyph in glyphs(line) {
        let end = glyph.column + glyph.width;
        if end > columns {
            shown.truncate(room);
            if columns > 0 {
                shown.push_str(ELLIPSIS);
            }
            return shown;
        }
        if glyph.text == "\t" {
            shown.extend(std::iter::repeat_n(' ', glyph.width));
        } else {
            shown.push_str(&glyph.symbol());
        }
        if end < columns {
            room = shown.len();
        }
    }
    shown
}

/// Writes one symbol into the buffer, clearing the cells a wide one covers; outside the buffer it does nothing.
pub fn put(buf: &mut Buffer, at: Position, symbol: &str, width: usize, style: Style) {
    for offset in 0..u16::try_from(width).unwrap_or(u16::MAX) {
        let Some(cell) =
            at.x.checked_add(offset)
                .and_then(|x| buf.cell_mut(Position::new(x, at.y)))
        else {
            return;
        };
        cell.set_symbol(if offset == 0 { symbol } else { " " });
        cell.set_style(style);
    }
}

/// The cells of a row from a place on; none outside the buffer.
fn row(buf: &mut Buffer, at: Position) -> &mut [Cell] {
    let area = buf.area;
    if !area.contains(at) {
        return &mut [];
    }
    let start = usize::from(at.y - area.y) * usize::from(area.width) + usize::from(at.x - area.x);
    let row = buf.content.get_mut(start..).unwrap_or_default();
    let left = usize::from(area.right() - at.x).min(row.len());
    &mut row[..left]
}

/// Styles all cells of an area, as [`Buffer::set_style`] does, without finding each by its place.
pub fn paint(buf: &mut Buffer, area: Rect, style: Style) {
    let area = area.intersection(buf.area);
    for y in area.top()..area.bottom() {
        let cells = row(buf, Position::new(area.x, y)).iter_mut();
        for cell in cells.take(area.width.into()) {
            cell.set_style(style);
        }
    }
}

/// Writes text, made safe and elided to `columns`, and returns the columns it took.
pub fn put_text(buf: &mut Buffer, at: Position, text: &str, columns: usize, style: Style) -> usize {
    // Most of what a frame writes needs no closer look.
    if text.len() <= columns && text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        for (cell, n) in row(buf, at).iter_mut().zip(0..text.len()) {
            cell.set_symbol(&text[n..=n]).set_style(style);
        }
        return text.len();
    }
    let shown = elide(text, columns);
    let mut used = 0;
    for glyph in glyphs(&shown) {
        let Some(x) = u16::try_from(glyph.column)
            .ok()
            .and_then(|column| at.x.checked_add(column))
        else {
            break;
        };
        put(buf, Position::new(x, at.y), &glyph.symbol(), glyph.width, style);
        used = glyph.column + glyph.width;
    }
    used
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;

    use super::*;

    #[test]
    fn measures_wide_combining_and_tab() {
        assert_eq!(width("abc"), 3);
        assert_eq!(width("日本"), 4);
        assert_eq!(width("e\u{301}x"), 2);
        assert_eq!(width("a\tb"), 5);
        assert_eq!(width("\u{1b}[0m"), 4);
        assert_eq!(width(""), 0);
    }

    #[test]
    fn skipping_is_walking() {
        let line = "ab日e\u{301}cd\tx\u{1b}é  日";
        for masked in [false, true] {
            let all = || if masked { masked_glyphs(line) } else { glyphs(line) };
            for column in 0..30 {
                let walked: Vec<_> = all().skip_while(|glyph| glyph.column + glyph.width <= column).collect();
                assert_eq!(all().skip_to(column).collect::<Vec<_>>(), walked, "{column}");
            }
        }
    }

    #[test]
    fn controls_are_drawn_as_pictures() {
        let shown: String = glyphs("\u{1b}\u{0}\u{7f}\u{9b}\u{202e}\u{200b}")
            .map(|glyph| glyph.symbol().into_owned())
            .collect();
        assert_eq!(shown, "␛␀␡���");
    }

    #[test]
    fn elides_on_whole_characters() {
        assert_eq!(elide("abcdef", 6), "abcdef");
        assert_eq!(elide("abcdef", 4), "abc…");
        assert_eq!(elide("日本語", 6), "日本語");
        assert_eq!(elide("日本語", 5), "日本…");
        assert_eq!(elide("日本語", 4), "日…");
        assert_eq!(elide("abc", 1), "…");
        assert_eq!(elide("abc", 0), "");
        assert_eq!(elide("", 0), "");
    }

    #[test]
    fn a_stack_of_combining_marks_is_cut() {
        let stack = format!("a{}", "\u{301}".repeat(500));
        assert!(glyphs(&stack).all(|glyph| glyph.symbol().chars().count() < 10));
    }

    #[test]
    fn nothing_hidden_rides_on_a_letter() {
        for hidden in ["\u{200d}", "\u{200c}", "\u{34f}", "\u{e0041}", "\u{202e}"] {
            let shown: String = glyphs(&format!("a{hidden}b"))
                .map(|glyph| glyph.symbol().into_owned())
                .collect();
            assert_eq!(shown, "a\u{fffd}b", "{hidden:?}");
            assert_eq!(width(&format!("日{hidden}")), 3);
        }
    }

    #[test]
    fn putting_outside_the_buffer_is_harmless() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 3, 1));
        put_text(&mut buf, Position::new(2, 0), "日本", 10, Style::new());
        put_text(&mut buf, Position::new(u16::MAX, 9), "xyz", 10, Style::new());
        put_text(&mut buf, Position::new(2, 0), "xyz", 10, Style::new());
        put_text(&mut buf, Position::new(3, 0), "xyz", 10, Style::new());
        put_text(&mut buf, Position::new(0, 1), "xyz", 10, Style::new());
        assert_eq!(buf, Buffer::with_lines(["  x"]));
    }

    #[test]
    fn plain_text_and_whole_areas_are_drawn_as_ratatui_does() {
        let style = Style::new().bold();
        let (mut ours, mut theirs) = (
            Buffer::empty(Rect::new(4, 2, 9, 3)),
            Buffer::empty(Rect::new(4, 2, 9, 3)),
        );
        for (x, text) in [(4, "plain"), (10, "to the edge"), (5, "")] {
            assert_eq!(put_text(&mut ours, Position::new(x, 3), text, 20, style), text.len());
            theirs.set_string(x, 3, text, style);
        }
        for area in [Rect::new(6, 3, 4, 9), Rect::new(4, 4, 9, 1), Rect::new(8, 2, 0, 1)] {
            paint(&mut ours, area, Style::new().italic());
            theirs.set_style(area, Style::new().italic());
        }
        assert_eq!(ours, theirs);
    }
}

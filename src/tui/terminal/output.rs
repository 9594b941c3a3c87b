//! What ratatui draws to: cells as the bytes a terminal reads, collected and written at once.
//!
//! ratatui's own backend says the same in more words: a third of what a first frame took was spent there. So the colours
//! and looks of a cell are one sequence here, and what is asked of a terminal beside cells is crossterm's.

use std::io::{self, Write};

use crossterm::cursor::{self, Hide, MoveTo, RestorePosition, SavePosition, Show};
use crossterm::terminal::{self, Clear};
use crossterm::{execute, queue};
use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::{Buffer, Cell, CellDiffOption, CellWidth};
use ratatui::layout::{Position, Rect, Size};
use ratatui::style::{Color, Modifier};

/// Room for the bytes of a whole frame on a usual screen.
const ROOM: usize = 32 * 1024;

/// Collects what is written until it is flushed, and while it is held beyond that: ratatui flushes several times in the
/// middle of a frame, and each would be a write of its own that the terminal wakes up for.
pub struct Output<W> {
    to: W,
    bytes: Vec<u8>,
    held: bool,
}

impl<W: Write> Output<W> {
    /// Writes to this.
    pub fn new(to: W) -> Self {
        Self {
            to,
            bytes: Vec::with_capacity(ROOM),
            held: false,
        }
    }

    /// Keeps what is written from now on.
    pub fn hold(&mut self) {
        self.held = true;
    }

    /// Writes what was kept.
    pub fn let_go(&mut self) -> io::Result<()> {
        self.held = false;
        Write::flush(self)
    }

    /// Shows a picture at a place, and leaves the cursor where it is.
    pub fn cover(&mut self, at: Position, picture: &[u8]) {
        // Vectors take all that is written.
        let _ = queue!(self.bytes, SavePosition, MoveTo(at.x, at.y));
        self.bytes.extend_from_slice(picture);
        let _ = queue!(self.bytes, RestorePosition);
    }

    /// Takes a picture away, and draws what is below it.
    pub fn uncover(&mut self, hide: &str, below: &Buffer) {
        let _ = queue!(self.bytes, SavePosition);
        self.bytes.extend_from_slice(hide.as_bytes());
        self.draw_all(below);
        let _ = queue!(self.bytes, RestorePosition);
    }

    /// Draws what is another on a screen that shows `before`.
    ///
    /// Most rows stay, which comparing their cells tells; ratatui, which measures the text of each cell, looks at the others.
    pub fn draw_changed(&mut self, before: &Buffer, now: &Buffer) {
        let mut brush = Brush::new(&mut self.bytes);
        let area = now.area;
        let width = usize::from(area.width).max(1);
        let rows = before.content.chunks(width).zip(now.content.chunks(width));
        for ((before, now), y) in rows.zip(area.y..) {
            if is_same(before, now) {
                continue;
            }
            let row = |cells: &[Cell]| Buffer {
                area: Rect { y, height: 1, ..area },
                content: cells.to_vec(),
            };
            for (x, y, cell) in row(before).diff_iter(&row(now)) {
                brush.draw(x, y, cell);
            }
        }
        brush.end();
    }

    /// Draws every cell on a screen that shows nothing yet.
    pub fn draw_all(&mut self, buffer: &Buffer) {
        let mut brush = Brush::new(&mut self.bytes);
        // Finding out how wide a text is costs as much as drawing it, and what stands beside it is mostly the same.
        let (mut known, mut wide) = ("", 1);
        for (row, y) in buffer.content.chunks(usize::from(buffer.area.width).max(1)).zip(0..) {
            let mut next = 0;
            for (cell, x) in row
                .iter()
                .zip(0_u16..)
                .filter(|(cell, _)| cell.diff_option != CellDiffOption::Skip)
            {
                // Behind a wide one.
                if x < next {
                    continue;
                }
                let width = match cell.diff_option {
                    CellDiffOption::ForcedWidth(width) => width.get(),
                    _ if cell.symbol().len() == 1 => 1,
                    _ => {
                        if cell.symbol() != known {
                            (known, wide) = (cell.symbol(), cell.cell_width().max(1));
                        }
                        wide
                    }
                };
                next = x.saturating_add(width);
                brush.draw(buffer.area.x + x, buffer.area.y + y, cell);
            }
        }
        brush.end();
    }
}

#[cfg(test)]
impl Output<Vec<u8>> {
    /// What was written.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.to)
    }
}

impl<W: Write> Write for Output<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.held {
            return Ok(());
        }
        let written = self.to.write_all(&self.bytes);
        self.bytes.clear();
        written.and_then(|()| self.to.flush())
    }
}

impl<W: Write> Backend for Output<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut brush = Brush::new(&mut self.bytes);
        for (x, y, cell) in content {
            brush.draw(x, y, cell);
        }
        brush.end();
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        execute!(self, Hide)
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        execute!(self, Show)
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        cursor::position().map(Position::from)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let Position { x, y } = position.into();
        execute!(self, MoveTo(x, y))
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        execute!(
            self,
            Clear(match region {
                ClearType::All => terminal::ClearType::All,
                ClearType::AfterCursor => terminal::ClearType::FromCursorDown,
                ClearType::BeforeCursor => terminal::ClearType::FromCursorUp,
                ClearType::CurrentLine => terminal::ClearType::CurrentLine,
                ClearType::UntilNewLine => terminal::ClearType::UntilNewLine,
            })
        )
    }

    fn size(&self) -> io::Result<Size> {
        // crossterm's `size` starts `tput`, whatever the `PATH` says that is, where the system does not know.
        #[cfg(unix)]
        let size = terminal::window_size().map_or((0, 0), |size| (size.columns, size.rows));
        #[cfg(not(unix))]
        let size = terminal::size()?;
        Ok(Size::from(known_size(size.0, size.1)))
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        let size = terminal::window_size()?;
        Ok(WindowSize {
            columns_rows: Size::new(size.columns, size.rows),
            pixels: Size::new(size.width, size.height),
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Write::flush(self)
    }
}

/// A size as the system tells it: a terminal that does not know its own says that it has no columns and no rows, and counts as
/// one of 80 by 24, as `tput` would say.
pub fn known_size(columns: u16, rows: u16) -> (u16, u16) {
    if columns > 0 && rows > 0 {
        (columns, rows)
    } else {
        (80, 24)
    }
}

/// Whether two rows look the same.
fn is_same(before: &[Cell], now: &[Cell]) -> bool {
    before.iter().zip(now).all(|(before, now)| {
        // In the order of what is most often another.
        before.fg == now.fg
            && before.bg == now.bg
            && before.modifier == now.modifier
            && before.underline_color == now.underline_color
            && before.diff_option == now.diff_option
            && before.symbol() == now.symbol()
    })
}

/// How a cell looks but for its text.
#[derive(Clone, Copy, Default, PartialEq)]
struct Look {
    fg: Color,
    bg: Color,
    underline: Color,
    modifier: Modifier,
}

/// What switches each of them on; no terminal takes back single ones as all the others do (ECMA-48, SGR).
const MODIFIERS: [(Modifier, u8); 9] = [
    (Modifier::BOLD, 1),
    (Modifier::DIM, 2),
    (Modifier::ITALIC, 3),
    (Modifier::UNDERLINED, 4),
    (Modifier::SLOW_BLINK, 5),
    (Modifier::RAPID_BLINK, 6),
    (Modifier::REVERSED, 7),
    (Modifier::HIDDEN, 8),
    (Modifier::CROSSED_OUT, 9),
];

/// Draws cells one after the other, and says only what differs from the one before.
struct Brush<'a> {
    out: &'a mut Vec<u8>,
    look: Look,
    /// Where the cursor is, if a terminal of any opinion on widths is sure to have it there.
    at: Option<(u16, u16)>,
}

impl<'a> Brush<'a> {
    fn new(out: &'a mut Vec<u8>) -> Self {
        Self {
            out,
            look: Look::default(),
            at: None,
        }
    }

    fn draw(&mut self, x: u16, y: u16, cell: &Cell) {
        if self.at != Some((x, y)) {
            // Vectors take all that is written.
            let _ = queue!(self.out, MoveTo(x, y));
        }
        self.at = x.checked_add(1).map(|x| (x, y));
        let look = Look {
            fg: cell.fg,
            bg: cell.bg,
            underline: cell.underline_color,
            modifier: cell.modifier,
        };
        if look != self.look {
            self.change(look);
        }
        match cell.symbol().as_bytes() {
            [byte] => self.out.push(*byte),
            bytes => self.out.extend_from_slice(bytes),
        }
    }

    fn change(&mut self, to: Look) {
        self.out.extend_from_slice(b"\x1b[");
        if !to.modifier.contains(self.look.modifier) {
            self.out.extend_from_slice(b"0;");
            self.look = Look::default();
        }
        let added = to.modifier - self.look.modifier;
        for (_, code) in MODIFIERS.iter().filter(|(modifier, _)| added.contains(*modifier)) {
            self.number(*code);
        }
        for (from, to, kind) in [
            (self.look.fg, to.fg, 30),
            (self.look.bg, to.bg, 40),
            (self.look.underline, to.underline, 50),
        ] {
            if from != to {
                self.colour(kind, to);
            }
        }
        self.look = to;
        // In place of the last `;`.
        self.out.pop();
        self.out.push(b'm');
    }

    /// `kind` is 30 for text, 40 for its ground, 50 for the line under it.
    fn colour(&mut self, kind: u8, colour: Color) {
        let index = match colour {
            Color::Reset => return self.number(kind + 9),
            Color::Rgb(red, green, blue) => {
                for n in [kind + 8, 2, red, green, blue] {
                    self.number(n);
                }
                return;
            }
            Color::Indexed(index) => index,
            Color::Black => 0,
            Color::Red => 1,
            Color::Green => 2,
            Color::Yellow => 3,
            Color::Blue => 4,
            Color::Magenta => 5,
            Color::Cyan => 6,
            Color::Gray => 7,
            Color::DarkGray => 8,
            Color::LightRed => 9,
            Color::LightGreen => 10,
            Color::LightYellow => 11,
            Color::LightBlue => 12,
            Color::LightMagenta => 13,
            Color::LightCyan => 14,
            Color::White => 15,
        };
        for n in [kind + 8, 5, index] {
            self.number(n);
        }
    }

    /// A number and the `;` behind it.
    fn number(&mut self, n: u8) {
        if n >= 100 {
            self.out.push(b'0' + n / 100);
        }
        if n >= 10 {
            self.out.push(b'0' + n / 10 % 10);
        }
        self.out.extend_from_slice(&[b'0' + n % 10, b';']);
    }

    /// Leaves the terminal as it was.
    fn end(self) {
        self.out.extend_from_slice(b"\x1b[0m");
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use proptest::prelude::*;
    use ratatui::backend::CrosstermBackend;
    use ratatui::style::Style;

    use super::*;

    #[test]
    fn what_is_held_goes_out_in_one_piece() {
        /// Keeps every write by itself.
        #[derive(Default)]
        struct Writes(Vec<Vec<u8>>);
        impl Write for Writes {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.0.push(bytes.to_vec());
                Ok(bytes.len())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut output = Output::new(Writes::default());
        output.hold();
        output.write_all(b"begin ").unwrap();
        Write::flush(&mut output).unwrap();
        output.write_all(b"end").unwrap();
        output.let_go().unwrap();
        Write::flush(&mut output).unwrap();
        assert_eq!(output.to.0, [b"begin end".to_vec()]);
    }

    const COLOURS: [Color; 8] = [
        Color::Reset,
        Color::Black,
        Color::LightCyan,
        Color::White,
        Color::Indexed(9),
        Color::Indexed(104),
        Color::Rgb(0, 99, 255),
        Color::Rgb(100, 10, 9),
    ];

    fn buffers() -> impl Strategy<Value = Vec<Buffer>> {
        let symbol = prop_oneof![
            Just("a"),
            Just(" "),
            Just("─"),
            Just("日"),
            Just("e\u{301}"),
            Just("👍")
        ];
        let look = (0..COLOURS.len(), 0..COLOURS.len(), 0_u16..512);
        let cells = proptest::collection::vec((symbol, look), 12 * 3);
        let buffer = cells.prop_map(|cells| {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 3));
            for (n, (symbol, (fg, bg, modifier))) in cells.into_iter().enumerate() {
                let style = Style::new().fg(COLOURS[fg]).bg(COLOURS[bg]);
                // Who reads it below knows either one or the other.
                let mut modifier = Modifier::from_bits_truncate(modifier);
                if modifier.contains(Modifier::BOLD) {
                    modifier -= Modifier::DIM;
                }
                let style = style.add_modifier(modifier);
                let (x, y) = (n % 12, n / 12);
                // A wide one has room for itself.
                let symbol = if x == 11 { "x" } else { symbol };
                buffer.content[y * 12 + x].set_symbol(symbol).set_style(style);
            }
            buffer
        });
        proptest::collection::vec(buffer, 1..5)
    }

    proptest! {
        #[test]
        fn a_screen_looks_as_if_ratatui_had_written_it(buffers in buffers()) {
            let mut output = Output::new(Vec::new());
            let (mut ours, mut usual) = (vt100::Parser::new(3, 12, 0), vt100::Parser::new(3, 12, 0));
            let mut before = Buffer::empty(buffers[0].area);
            for (n, buffer) in buffers.into_iter().enumerate() {
                let changed = before.diff(&buffer);
                let mut bytes = Vec::new();
                CrosstermBackend::new(&mut bytes).draw(changed.clone().into_iter()).unwrap();
                usual.process(&bytes);
                match n {
                    0 => output.draw_all(&buffer),
                    1 => output.draw(changed.into_iter()).unwrap(),
                    _ => output.draw_changed(&before, &buffer),
                }
                Write::flush(&mut output).unwrap();
                ours.process(&std::mem::take(&mut output.to));
                before = buffer;
            }
            prop_assert_eq!(ours.screen().contents_formatted(), usual.screen().contents_formatted());
        }
    }
}

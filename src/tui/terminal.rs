//! The terminal: taking it over, giving it back whatever happens, and writing frames to it.
//!
//! ratatui draws into a buffer and its backend writes the difference. Around that: one write per frame between the marks
//! of a synchronized update, so no frame is ever seen half drawn, and a restore that runs on drop and on panic.
//!
//! A picture in pixels lies on cells that the frame keeps blank. It is written behind these when it is new or something
//! else was in its place, and when it goes its rows are written once more, whatever was on them before.

mod output;

use std::io::{self, Stdout, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};

use crossterm::cursor::{Hide, Show};
use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
    KeyboardEnhancementFlags, PopKeyboardEnhancementFlags, PushKeyboardEnhancementFlags,
};
use crossterm::style::Print;
use crossterm::terminal::{
    self, BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    SetTitle,
};
use crossterm::{execute, queue};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Rect};
use ratatui::{Frame, Terminal};

use super::runtime::Host;
use super::widgets::picture::{FORGET, Sharp};
use output::Output;
pub use output::known_size;

/// Whether the terminal is ours now; the panic hook must know without asking anyone.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// The terminal while it is ours.
pub struct Screen<W: Write = Stdout> {
    terminal: Terminal<Output<W>>,
    mouse: bool,
    /// Whether nothing was drawn yet.
    blank: bool,
    /// The picture that is seen in pixels.
    picture: Option<Seen>,
    /// The picture that the terminal keeps, and the screen it was sent to: cleared, that may forget it.
    kept: Option<(Weak<Sharp>, Rect)>,
    /// The frame it shows, if ratatui did not draw it.
    shown: Option<Buffer>,
}

/// A picture on the screen.
struct Seen {
    sharp: Arc<Sharp>,
    area: Rect,
    /// The screen it is on, and what the cells below it look like: others took it away when they were written.
    screen: Rect,
    ground: Cell,
}

impl Seen {
    fn is_same(&self, other: &Self) -> bool {
        let own = (self.area, self.screen, &self.ground);
        Arc::ptr_eq(&self.sharp, &other.sharp) && own == (other.area, other.screen, &other.ground)
    }
}

/// What a frame says of itself: where the cursor is, and where the picture.
type Drawn = (Option<Position>, Option<(Rect, Arc<Sharp>)>);

impl Screen {
    /// Takes the terminal over: raw mode, alternate screen, paste, the kitty keys where they are offered, and the mouse
    /// unless the user wants it for the terminal itself.
    ///
    /// A panic of this thread gives the terminal back before it is told; one of another thread must not write over the
    /// screen, so its message goes to `background`.
    pub fn take(mouse: bool, background: impl Fn(String) + Send + Sync + 'static) -> io::Result<Self> {
        install_panic_hook(background);
        let mut terminal = Terminal::new(Output::new(io::stdout()))?;
        enter(terminal.backend_mut(), mouse)?;
        Ok(Self {
            terminal,
            mouse,
            blank: true,
            picture: None,
            kept: None,
            shown: None,
        })
    }
}

impl<W: Write> Screen<W> {
    /// The size: columns, rows.
    pub fn size(&self) -> io::Result<(u16, u16)> {
        let size = self.terminal.size()?;
        Ok((size.width, size.height))
    }

    /// Draws a frame; only what changed is written, at once.
    pub fn draw(&mut self, render: impl FnOnce(&mut Frame<'_>) -> Drawn) -> io::Result<()> {
        self.terminal.backend_mut().hold();
        let drawn = self.draw_held(render);
        // Also after an error: what was begun must be ended.
        drawn.and(self.terminal.backend_mut().let_go())
    }

    fn draw_held(&mut self, render: impl FnOnce(&mut Frame<'_>) -> Drawn) -> io::Result<()> {
        queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        if std::mem::take(&mut self.blank) {
            // No picture is made before something was seen.
            draw_all(&mut self.terminal, |frame| render(frame).0)?;
        } else {
            let (before, mut after, mut below) = (self.picture.take(), None, None);
            let size = |shown: &Option<Buffer>| shown.as_ref().map(|shown| shown.area);
            let drawn = size(&self.shown);
            redraw(&mut self.terminal, &mut self.shown, |frame| {
                let (cursor, picture) = render(frame);
                let (screen, buffer) = (frame.area(), frame.buffer_mut());
                after = picture.map(|(area, sharp)| Seen {
                    ground: buffer[area.as_position()].clone(),
                    sharp,
                    area,
                    screen,
                });
                let gone = before
                    .as_ref()
                    .filter(|before| !after.as_ref().is_some_and(|after| before.is_same(after)));
                below = gone.map(|gone| rows(buffer, gone.area));
                cursor
            })?;
            if drawn.is_some() && drawn != size(&self.shown) {
                // Clearing the screen, as for another size, also frees what nothing showed of what the terminal kept.
                self.kept = None;
            }
            let output = self.terminal.backend_mut();
            if let (Some(before), Some(below)) = (&before, &below) {
                output.uncover(before.sharp.hide, below);
            }
            if let Some(after) = &after
                && (before.is_none() || below.is_some())
            {
                let sharp = &after.sharp;
                let knows = |(kept, screen): &(Weak<Sharp>, Rect)| {
                    kept.as_ptr() == Arc::as_ptr(sharp) && *screen == after.screen
                };
                if !sharp.keep.is_empty() && !self.kept.as_ref().is_some_and(knows) {
                    output.write_all(&sharp.keep)?;
                    self.kept = Some((Arc::downgrade(sharp), after.screen));
                }
                output.cover(after.area.as_position(), &sharp.show);
            }
            self.picture = after;
        }
        queue!(self.terminal.backend_mut(), EndSynchronizedUpdate)
    }

    /// Takes the picture away, and what the terminal keeps of it; the next frame shows it again.
    fn take_picture(&mut self) -> io::Result<()> {
        let (picture, kept) = (self.picture.take(), self.kept.take());
        let hide = picture.map_or("", |picture| picture.sharp.hide);
        let forget = kept.map_or("", |_| FORGET);
        if hide.is_empty() && forget.is_empty() {
            return Ok(());
        }
        execute!(self.terminal.backend_mut(), Print(hide), Print(forget))
    }

    /// Sets the window's title.
    pub fn title(&mut self, title: &str) -> io::Result<()> {
        execute!(self.terminal.backend_mut(), SetTitle(title))
    }
}

impl<W: Write> Host for Screen<W> {
    fn ask(&mut self, question: &str) -> io::Result<()> {
        execute!(self.terminal.backend_mut(), Print(question))
    }

    /// Puts a text on the clipboard through the terminal (OSC 52), which also works over SSH.
    fn copy(&mut self, text: &str) -> io::Result<()> {
        execute!(
            self.terminal.backend_mut(),
            crossterm::clipboard::CopyToClipboard::to_clipboard_from(text)
        )
    }

    /// Takes the mouse, or leaves it to the terminal.
    fn mouse(&mut self, on: bool) -> io::Result<()> {
        if on != self.mouse {
            self.mouse = on;
            let out = self.terminal.backend_mut();
            if on {
                execute!(out, EnableMouseCapture)?;
            } else {
                execute!(out, DisableMouseCapture)?;
            }
        }
        Ok(())
    }

    /// Gives the terminal back while `during` runs, for an outside editor.
    fn suspended<T>(&mut self, during: impl FnOnce() -> T) -> io::Result<T> {
        self.take_picture()?;
        restore();
        let result = during();
        enter(self.terminal.backend_mut(), self.mouse)?;
        // Not `clear`: it asks the terminal where the cursor is, and waits for an answer that may not come.
        let size = self.terminal.size()?;
        self.terminal.resize(Rect::from((Position::ORIGIN, size)))?;
        self.shown = None;
        Ok(result)
    }
}

impl<W: Write> Drop for Screen<W> {
    fn drop(&mut self) {
        // There is nobody left to tell when the terminal itself is gone.
        let _ = self.take_picture();
        restore();
    }
}

/// The rows of an area, from edge to edge: a wide character may stand on its side.
fn rows(buffer: &Buffer, area: Rect) -> Buffer {
    let area = Rect {
        x: buffer.area.x,
        width: buffer.area.width,
        ..area
    };
    let area = area.intersection(buffer.area);
    let content = area.positions().map(|at| buffer[at].clone()).collect();
    Buffer { area, content }
}

/// What [`Terminal::draw`] does, but for looking where it differs from an empty screen: everywhere.
fn draw_all<W: Write>(
    terminal: &mut Terminal<Output<W>>,
    render: impl FnOnce(&mut Frame<'_>) -> Option<Position>,
) -> io::Result<()> {
    terminal.autoresize()?;
    let cursor = render(&mut terminal.get_frame());
    let buffer = std::mem::take(terminal.current_buffer_mut());
    terminal.backend_mut().draw_all(&buffer);
    *terminal.current_buffer_mut() = buffer;
    put_cursor(terminal, cursor)?;
    terminal.swap_buffers();
    Ok(())
}

/// What [`Terminal::draw`] does, too, but for looking at each cell of rows that stayed: what a frame differed in took it a
/// third of the time of a frame. The first time, and after the screen was cleared, ratatui does it.
fn redraw<W: Write>(
    terminal: &mut Terminal<Output<W>>,
    shown: &mut Option<Buffer>,
    render: impl FnOnce(&mut Frame<'_>) -> Option<Position>,
) -> io::Result<()> {
    terminal.autoresize()?;
    let area = terminal.current_buffer_mut().area;
    let Some(mut before) = shown.take().filter(|shown| shown.area == area) else {
        let drawn = terminal.draw(|frame| {
            if let Some(at) = render(frame) {
                frame.set_cursor_position(at);
            }
        })?;
        *shown = Some(drawn.buffer.clone());
        return Ok(());
    };
    let cursor = render(&mut terminal.get_frame());
    let now = std::mem::take(terminal.current_buffer_mut());
    terminal.backend_mut().draw_changed(&before, &now);
    before.reset();
    *terminal.current_buffer_mut() = before;
    *shown = Some(now);
    put_cursor(terminal, cursor)
}

fn put_cursor<W: Write>(terminal: &mut Terminal<Output<W>>, cursor: Option<Position>) -> io::Result<()> {
    match cursor {
        None => terminal.hide_cursor(),
        Some(at) => {
            terminal.show_cursor()?;
            terminal.set_cursor_position(at)
        }
    }
}

/// Takes the terminal; what it is told goes out with the first frame, as one write less is one wait less.
fn enter(out: &mut impl Write, mouse: bool) -> io::Result<()> {
    terminal::enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    ask_for_room(out, mouse)
}

/// Says what is wanted of the terminal.
fn ask_for_room(out: &mut impl Write, mouse: bool) -> io::Result<()> {
    // A console that has no other screen still has on it what was there, as the question for a passphrase.
    queue!(
        out,
        EnterAlternateScreen,
        Clear(ClearType::All),
        EnableBracketedPaste,
        Hide
    )?;
    if mouse {
        queue!(out, EnableMouseCapture)?;
    }
    // Terminals that do not know the sequence ignore it; asking first would cost a round trip before the first frame.
    queue!(
        out,
        PushKeyboardEnhancementFlags(KeyboardEnhancementFlags::DISAMBIGUATE_ESCAPE_CODES)
    )
}

/// Gives the terminal back; harmless when it is not ours.
fn restore() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        let mut out = io::stdout();
        // There is nobody left to tell when the terminal itself is gone.
        let _ = execute!(
            out,
            EndSynchronizedUpdate,
            PopKeyboardEnhancementFlags,
            DisableFocusChange,
            DisableBracketedPaste,
            DisableMouseCapture,
            LeaveAlternateScreen,
            Show
        );
        let _ = terminal::disable_raw_mode();
    }
}

fn install_panic_hook(background: impl Fn(String) + Send + Sync + 'static) {
    let usual = std::panic::take_hook();
    let ours = std::thread::current().id();
    std::panic::set_hook(Box::new(move |info| {
        if std::thread::current().id() == ours || !TAKEN.load(Ordering::SeqCst) {
            restore();
            usual(info);
        } else if !crate::filter::runs() {
            let place = info
                .location()
                .map(|place| format!(" at {}:{}", place.file(), place.line()));
            background(format!(
                "a defect in postrider{}; please report it",
                place.unwrap_or_default()
            ));
        }
    }));
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use std::cell::RefCell;
    use std::rc::Rc;

    use ratatui::style::Color;
    use ratatui::{TerminalOptions, Viewport};

    use super::*;

    /// What was written.
    #[derive(Clone, Default)]
    struct Written(Rc<RefCell<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_picture_is_written_when_its_place_changes_and_leaves_nothing_behind() {
        let written = Written::default();
        let viewport = Viewport::Fixed(Rect::new(0, 0, 12, 4));
        let terminal = Terminal::with_options(Output::new(written.clone()), TerminalOptions { viewport }).unwrap();
        let mut screen = Screen {
            terminal,
            mouse: false,
            blank: true,
            picture: None,
            kept: None,
            shown: None,
        };
        let picture = || {
            Arc::new(Sharp {
                cells: (4, 2),
                keep: b"<keep>".to_vec(),
                show: b"<show>".to_vec(),
                hide: "<hide>",
            })
        };
        let (one, other) = (picture(), picture());
        // What stands beside it, its ground, and where it is.
        let mut frame = |text: &str, ground: Color, sharp: Option<(u16, &Arc<Sharp>)>| {
            screen
                .draw(|frame| {
                    let buffer = frame.buffer_mut();
                    let area = buffer.area;
                    buffer.set_style(area, ratatui::style::Style::new().bg(ground));
                    buffer.set_string(0, 1, text, ratatui::style::Style::new());
                    let at = |x| Rect::new(x, 1, 4, 2);
                    (None, sharp.map(|(x, sharp)| (at(x), Arc::clone(sharp))))
                })
                .unwrap();
            String::from_utf8(std::mem::take(&mut *written.0.borrow_mut())).unwrap()
        };
        let counts = |text: &str| ["<hide>", "<show>"].map(|part| text.matches(part).count());
        frame("a", Color::Black, None);
        let first = frame("b", Color::Black, Some((3, &one)));
        assert!(first.contains("<keep>\x1b7\x1b[2;4H<show>\x1b8"), "{first:?}");
        assert_eq!(counts(&first), [0, 1]);
        assert_eq!(
            counts(&frame("c", Color::Black, Some((3, &one)))),
            [0, 0],
            "it is there"
        );
        for (again, sent) in [
            (frame("c", Color::Blue, Some((3, &one))), false),
            (frame("c", Color::Blue, Some((4, &one))), false),
            (frame("c", Color::Blue, Some((4, &other))), true),
        ] {
            assert_eq!((counts(&again), again.contains("<keep>")), ([1, 1], sent));
        }
        // Its cells did not change, and are written all the same.
        let gone = frame("c", Color::Blue, None);
        let after = gone.split("<hide>").nth(1).unwrap();
        assert_eq!(after.matches(' ').count(), 2 * 12 - 1, "{gone:?}");
        assert!(after.contains('c') && !gone.contains("<show>"), "{gone:?}");
        assert_eq!(counts(&frame("d", Color::Blue, None)), [0, 0]);
        let back = frame("d", Color::Blue, Some((4, &other)));
        assert!(
            back.contains("<show>") && !back.contains("<keep>"),
            "it is kept: {back:?}"
        );
        assert!(frame("d", Color::Blue, Some((4, &one))).contains("<keep>"));
        drop(screen);
        let end = format!("<hide>{FORGET}");
        assert!(
            written.0.borrow().starts_with(end.as_bytes()),
            "nor when the program ends"
        );
    }

    #[test]
    fn a_console_without_another_screen_is_cleared() {
        let mut out = Vec::new();
        ask_for_room(&mut out, false).unwrap();
        assert!(out.starts_with(b"\x1b[?1049h\x1b[2J"), "{out:?}");
    }

    #[test]
    fn every_frame_is_on_the_screen_also_after_it_was_cleared() {
        let viewport = Viewport::Fixed(Rect::new(0, 0, 8, 2));
        let mut terminal = Terminal::with_options(Output::new(Vec::new()), TerminalOptions { viewport }).unwrap();
        let mut screen = vt100::Parser::new(2, 8, 0);
        let mut shown = None;
        let frames = ["one", "two", "two", "日本", "three", "four"];
        for (n, text) in frames.into_iter().enumerate() {
            if n == 4 {
                // As when another program had it meanwhile.
                terminal.resize(Rect::new(0, 0, 8, 2)).unwrap();
                screen.process(b"another's\x1b[2J");
                shown = None;
            }
            let cursor = (n % 2 == 0).then_some(Position::new(3, 1));
            redraw(&mut terminal, &mut shown, |frame| {
                frame.buffer_mut().set_string(1, 1, text, ratatui::style::Style::new());
                cursor
            })
            .unwrap();
            screen.process(&terminal.backend_mut().take());
            let lines: Vec<String> = screen
                .screen()
                .rows(0, 8)
                .map(|row| row.trim_end().to_owned())
                .collect();
            assert_eq!(lines, [String::new(), format!(" {text}")], "{n}");
            assert_eq!(screen.screen().hide_cursor(), cursor.is_none(), "{n}");
            if cursor.is_some() {
                assert_eq!(screen.screen().cursor_position(), (1, 3), "{n}");
            }
        }
    }
}

//! The terminal: taking it over, giving it back whatever happens, and writing frames to it.
//!
//! ratatui draws into a buffer and its backend writes the difference. Around that: one write per frame between the marks
//! of a synchronized update, so no frame is ever seen half drawn, and a restore that runs on drop and on panic.

use std::cell::Cell;
use std::io::{self, Stdout, Write};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};

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
use ratatui::backend::CrosstermBackend;
use ratatui::layout::{Position, Rect};
use ratatui::{Frame, Terminal};

use super::runtime::Host;

/// Whether the terminal is ours now; the panic hook must know without asking anyone.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// The terminal while it is ours.
pub struct Screen {
    terminal: Terminal<CrosstermBackend<Output<Stdout>>>,
    held: Rc<Cell<bool>>,
    mouse: bool,
}

/// Collects what is written until it is flushed, and while it is held beyond that: ratatui flushes several times in the
/// middle of a frame, and each would be a write of its own that the terminal wakes up for.
struct Output<W> {
    to: W,
    bytes: Vec<u8>,
    held: Rc<Cell<bool>>,
}

impl<W: Write> Write for Output<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.held.get() {
            return Ok(());
        }
        let written = self.to.write_all(&self.bytes);
        self.bytes.clear();
        written.and_then(|()| self.to.flush())
    }
}

impl Screen {
    /// Takes the terminal over: raw mode, alternate screen, paste, the kitty keys where they are offered, and the mouse
    /// unless the user wants it for the terminal itself.
    ///
    /// A panic of this thread gives the terminal back before it is told; one of another thread must not write over the
    /// screen, so its message goes to `background`.
    pub fn take(mouse: bool, background: impl Fn(String) + Send + Sync + 'static) -> io::Result<Self> {
        install_panic_hook(background);
        let held = Rc::<Cell<bool>>::default();
        let backend = CrosstermBackend::new(Output {
            to: io::stdout(),
            bytes: Vec::with_capacity(32 * 1024),
            held: held.clone(),
        });
        let mut terminal = Terminal::new(backend)?;
        enter(terminal.backend_mut(), mouse)?;
        Ok(Self { terminal, held, mouse })
    }

    /// The size: columns, rows.
    pub fn size(&self) -> io::Result<(u16, u16)> {
        let size = self.terminal.size()?;
        Ok((size.width, size.height))
    }

    /// Draws a frame; only what changed is written, at once.
    pub fn draw(&mut self, render: impl FnOnce(&mut Frame<'_>) -> Option<Position>) -> io::Result<()> {
        self.held.set(true);
        let drawn = self.draw_held(render);
        self.held.set(false);
        // Also after an error: what was begun must be ended.
        drawn.and(Write::flush(self.terminal.backend_mut()))
    }

    fn draw_held(&mut self, render: impl FnOnce(&mut Frame<'_>) -> Option<Position>) -> io::Result<()> {
        queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        self.terminal.draw(|frame| {
            if let Some(at) = render(frame) {
                frame.set_cursor_position(at);
            }
        })?;
        queue!(self.terminal.backend_mut(), EndSynchronizedUpdate)
    }

    /// Asks the terminal something; the answer comes among the keys.
    pub fn ask(&mut self, question: &str) -> io::Result<()> {
        execute!(self.terminal.backend_mut(), Print(question))
    }

    /// Sets the window's title.
    pub fn title(&mut self, title: &str) -> io::Result<()> {
        execute!(self.terminal.backend_mut(), SetTitle(title))
    }
}

impl Host for Screen {
    /// Puts a text on the clipboard through the terminal (OSC 52), which also works over SSH.
    fn copy(&mut self, text: &str) -> io::Result<()> {
        execute!(
            self.terminal.backend_mut(),
            crossterm::clipboard::CopyToClipboard::to_clipboard_from(text)
        )
    }

    /// Gives the terminal back while `during` runs, for an outside editor.
    fn suspended<T>(&mut self, during: impl FnOnce() -> T) -> io::Result<T> {
        restore();
        let result = during();
        enter(self.terminal.backend_mut(), self.mouse)?;
        // Not `clear`: it asks the terminal where the cursor is, and waits for an answer that may not come.
        let size = self.terminal.size()?;
        self.terminal.resize(Rect::from((Position::ORIGIN, size)))?;
        Ok(result)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
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
        } else {
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

    use super::*;

    #[test]
    fn a_console_without_another_screen_is_cleared() {
        let mut out = Vec::new();
        ask_for_room(&mut out, false).unwrap();
        assert!(out.starts_with(b"\x1b[?1049h\x1b[2J"), "{out:?}");
    }

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
        let held = Rc::new(Cell::new(true));
        let mut output = Output {
            to: Writes::default(),
            bytes: Vec::new(),
            held: held.clone(),
        };
        output.write_all(b"begin ").unwrap();
        output.flush().unwrap();
        output.write_all(b"end").unwrap();
        held.set(false);
        output.flush().unwrap();
        output.flush().unwrap();
        assert_eq!(output.to.0, [b"begin end".to_vec()]);
    }
}

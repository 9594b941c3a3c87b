//! The terminal: taking it over, giving it back whatever happens, and writing frames to it.
//!
//! ratatui draws into a buffer and its backend writes the difference. Around that: one write per frame between the marks
//! of a synchronized update, so no frame is ever seen half drawn, and a restore that runs on drop and on panic.

mod output;

use std::io::{self, Stdout, Write};
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
use ratatui::layout::{Position, Rect};
use ratatui::{Frame, Terminal};

use super::runtime::Host;
use output::Output;

/// Whether the terminal is ours now; the panic hook must know without asking anyone.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// The terminal while it is ours.
pub struct Screen {
    terminal: Terminal<Output<Stdout>>,
    mouse: bool,
    /// Whether nothing was drawn yet.
    blank: bool,
}

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
        })
    }

    /// The size: columns, rows.
    pub fn size(&self) -> io::Result<(u16, u16)> {
        let size = self.terminal.size()?;
        Ok((size.width, size.height))
    }

    /// Draws a frame; only what changed is written, at once.
    pub fn draw(&mut self, render: impl FnOnce(&mut Frame<'_>) -> Option<Position>) -> io::Result<()> {
        self.terminal.backend_mut().hold();
        let drawn = self.draw_held(render);
        // Also after an error: what was begun must be ended.
        drawn.and(self.terminal.backend_mut().let_go())
    }

    fn draw_held(&mut self, render: impl FnOnce(&mut Frame<'_>) -> Option<Position>) -> io::Result<()> {
        queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        if std::mem::take(&mut self.blank) {
            draw_all(&mut self.terminal, render)?;
        } else {
            self.terminal.draw(|frame| {
                if let Some(at) = render(frame) {
                    frame.set_cursor_position(at);
                }
            })?;
        }
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
    match cursor {
        None => terminal.hide_cursor()?,
        Some(at) => {
            terminal.show_cursor()?;
            terminal.set_cursor_position(at)?;
        }
    }
    terminal.swap_buffers();
    Ok(())
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
}

//! Raw mode of the terminal that ends with the value, however that comes about.

use std::io;

use crossterm::terminal;

/// While it lives the terminal gives every key and shows none.
pub struct Raw;

impl Raw {
    /// Begins.
    pub fn enable() -> io::Result<Self> {
        terminal::enable_raw_mode()?;
        Ok(Self)
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        // Nothing can be done about a terminal that refuses.
        let _ = terminal::disable_raw_mode();
    }
}

/// The columns and rows of the terminal that a stream leads to, as the system knows them. crossterm would look for another way
/// where it does not: it starts `tput`, whatever the `PATH` says that is.
#[cfg(unix)]
pub fn size(stream: impl std::os::fd::AsFd) -> Option<(u16, u16)> {
    let size = rustix::termios::tcgetwinsize(stream).ok()?;
    // One that says 0 does not know.
    (size.ws_col > 0).then_some((size.ws_col, size.ws_row))
}

/// The columns and rows of the terminal that a stream leads to.
#[cfg(not(unix))]
pub fn size(stream: impl io::IsTerminal) -> Option<(u16, u16)> {
    stream.is_terminal().then(|| terminal::size().ok()).flatten()
}

/// While it lives the terminal shows nothing of what is typed, and keeps it for who reads next: between two questions for
/// secrets, the answer to the second of which may be typed ahead. What is written there looks as ever.
#[cfg(unix)]
pub struct Quiet(Option<(std::fs::File, rustix::termios::Termios)>);

#[cfg(unix)]
impl Quiet {
    /// Begins, where there is a terminal.
    pub fn begin() -> Self {
        use rustix::termios::{InputModes, LocalModes, OptionalActions, tcgetattr, tcsetattr};
        let quieten = || {
            let terminal = std::fs::File::open("/dev/tty").ok()?;
            let before = tcgetattr(&terminal).ok()?;
            let mut quiet = before.clone();
            // Nothing waits for the end of a line, and Ctrl+C is a key: it is read with the next question.
            quiet.local_modes -= LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ICANON | LocalModes::ISIG;
            quiet.input_modes -= InputModes::ICRNL;
            tcsetattr(&terminal, OptionalActions::Now, &quiet).ok()?;
            Some((terminal, before))
        };
        Self(quieten())
    }
}

#[cfg(unix)]
impl Drop for Quiet {
    fn drop(&mut self) {
        if let Some((terminal, before)) = &self.0 {
            let now = rustix::termios::OptionalActions::Now;
            // Nothing can be done about a terminal that refuses.
            let _ = rustix::termios::tcsetattr(terminal, now, before);
        }
    }
}

/// While it lives a terminal should show nothing; others than Unix's are raw while they ask, and no longer.
#[cfg(not(unix))]
pub struct Quiet;

#[cfg(not(unix))]
impl Quiet {
    /// Begins.
    pub fn begin() -> Self {
        Self
    }
}

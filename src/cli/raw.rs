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

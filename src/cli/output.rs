//! The one door to stdout and stderr: colour only where it is wanted, and nothing of a server's unescaped.

use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::args::ColorWhen;
use super::raw;
pub use crate::reports::words::{duration, escape, escape_lines, moment, size};

/// Where a command writes.
pub struct Output {
    out: Out,
    err: Box<dyn Write + Send>,
    /// Colours for stdout.
    pub paint: Paint,
    /// Colours for stderr.
    pub err_paint: Paint,
    /// Whether a person sees stdout.
    pub is_terminal: bool,
    /// Whether a person sees stderr.
    err_is_terminal: bool,
    /// A line stands on stderr that the next one takes the place of.
    live: bool,
}

impl Output {
    /// The process's own streams.
    pub fn standard(color: ColorWhen) -> Self {
        Self {
            is_terminal: io::stdout().is_terminal(),
            err_is_terminal: io::stderr().is_terminal(),
            live: false,
            paint: Paint::wanted(color, io::stdout().is_terminal()),
            err_paint: Paint::wanted(color, io::stderr().is_terminal()),
            out: Out::new(io::BufWriter::new(io::stdout())),
            err: Box::new(io::stderr()),
        }
    }

    /// Streams of one's own, without colour, for tests.
    #[cfg(test)]
    pub fn to(out: impl Write + Send + 'static, err: impl Write + Send + 'static) -> Self {
        Self {
            out: Out::new(out),
            err: Box::new(err),
            paint: Paint::new(false),
            err_paint: Paint::new(false),
            is_terminal: false,
            err_is_terminal: false,
            live: false,
        }
    }

    /// How wide the terminal is on which a person sees stdout.
    pub fn columns(&self) -> Option<usize> {
        let size = self.is_terminal.then(|| raw::size(io::stdout())).flatten();
        size.map(|(columns, _)| usize::from(columns))
    }

    /// Writes a line to stdout.
    pub fn line(&mut self, text: &str) -> io::Result<()> {
        self.settle();
        let mut out = self.out.lock();
        writeln!(out, "{text}")?;
        out.flush()
    }

    /// Writes bytes to stdout as they are.
    pub fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.bytes(bytes)
    }

    /// Stdout for a thread that writes while others wait.
    pub fn out(&self) -> Out {
        self.out.clone()
    }

    /// Shows a line on stderr until the next one comes, for a person only.
    pub fn live(&mut self, text: &str) {
        if self.err_is_terminal {
            self.live = true;
            // Wrapping is off meanwhile, or a long line could not be taken back.
            let _ = write!(self.err, "\r\x1b[?7l\x1b[K{text}\x1b[?7h");
            let _ = self.err.flush();
        }
    }

    /// Takes the line that is shown for now away.
    pub fn settle(&mut self) {
        if std::mem::take(&mut self.live) {
            let _ = write!(self.err, "\r\x1b[K");
            let _ = self.err.flush();
        }
    }

    /// Writes a line to stderr. One that cannot be written has nobody to read it.
    pub fn note(&mut self, text: &str) {
        self.settle();
        let _ = writeln!(self.err, "{text}");
    }
}

/// Stdout. Clones share it.
#[derive(Clone)]
pub struct Out(Arc<Mutex<Box<dyn Write + Send>>>);

impl Out {
    fn new(out: impl Write + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(Box::new(out))))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Box<dyn Write + Send>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes bytes as they are, at once.
    pub fn bytes(&self, bytes: &[u8]) -> io::Result<()> {
        let mut out = self.lock();
        out.write_all(bytes)?;
        out.flush()
    }
}

/// Whether another program reads stdout, which may write to the terminal itself: it is a pipe or a socket.
pub fn is_piped() -> bool {
    #[cfg(unix)]
    {
        use std::os::fd::AsFd;
        use std::os::unix::fs::FileTypeExt;
        let own = io::stdout().as_fd().try_clone_to_owned();
        let known = own.and_then(|fd| std::fs::File::from(fd).metadata());
        known.is_ok_and(|known| known.file_type().is_fifo() || known.file_type().is_socket())
    }
    #[cfg(not(unix))]
    {
        !io::stdout().is_terminal()
    }
}

/// What a command wrote, for tests; clones share it.
#[cfg(test)]
#[derive(Clone, Default)]
pub struct Written(Arc<Mutex<Vec<u8>>>);

#[cfg(test)]
impl Written {
    /// All of it so far.
    pub fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

#[cfg(test)]
impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Puts colours (of the 16 that every terminal has) around texts, or leaves them alone; draws our signs, or letters of ASCII
/// in their place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paint {
    colors: bool,
    letters: bool,
}

impl Paint {
    /// With colours or without; our signs are drawn.
    pub const fn new(colors: bool) -> Self {
        Self { colors, letters: false }
    }

    /// The same with letters in the place of our signs, if that is so.
    #[must_use]
    pub const fn in_letters(self, letters: bool) -> Self {
        Self { letters, ..self }
    }

    /// What we draw ourselves: signs, lines and units. What is the user's or a server's is written as it is.
    pub fn sign(self, own: &str) -> String {
        if !self.letters {
            return own.to_owned();
        }
        let mut out = String::with_capacity(own.len());
        for c in own.chars() {
            out.push_str(match c {
                '│' => "|",
                '┼' => "+",
                '─' | '┌' | '┐' | '└' | '┘' | '├' | '┤' | '┬' | '┴' => "-",
                '•' | '★' => "*",
                // As newman has it.
                '→' => "Root",
                '↳' => "Sub-folder",
                '❏' => "Folder",
                '✓' => "Pass",
                '✗' => "Fail",
                '↑' => "^",
                '↓' => "v",
                'µ' => "u",
                '…' => "...",
                c => {
                    out.push(c);
                    continue;
                }
            });
        }
        out
    }

    /// What we say, with what is somebody else's in it: an ellipsis where we cut that, and the arrows between names.
    pub fn words(self, ours: &str) -> String {
        if !self.letters {
            return ours.to_owned();
        }
        ours.replace("` → `", "` - `").replace('…', &self.sign("…"))
    }

    /// What stands between what leads and where.
    pub const fn arrow(self) -> &'static str {
        if self.letters { "-" } else { "→" }
    }

    /// How long something took.
    pub fn took(self, took: Duration) -> String {
        self.sign(&duration(took))
    }

    fn wanted(color: ColorWhen, terminal: bool) -> Self {
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        Self::new(match color {
            ColorWhen::Always | ColorWhen::On => true,
            ColorWhen::Never | ColorWhen::Off => false,
            ColorWhen::Auto if set("NO_COLOR") => false,
            ColorWhen::Auto if set("CLICOLOR_FORCE") => true,
            ColorWhen::Auto => terminal && std::env::var_os("TERM").is_none_or(|term| term != "dumb"),
        })
    }

    fn wrap(self, code: &str, text: &str) -> String {
        if self.colors && !text.is_empty() {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }

    /// What matters.
    pub fn bold(self, text: &str) -> String {
        self.wrap("1", text)
    }

    /// What is there for those who look.
    pub fn dim(self, text: &str) -> String {
        self.wrap("2", text)
    }

    /// What went well.
    pub fn green(self, text: &str) -> String {
        self.wrap("32", text)
    }

    /// What went wrong.
    pub fn red(self, text: &str) -> String {
        self.wrap("31", text)
    }

    /// What to look at.
    pub fn yellow(self, text: &str) -> String {
        self.wrap("33", text)
    }

    /// Names and methods.
    pub fn cyan(self, text: &str) -> String {
        self.wrap("36", text)
    }

    /// A picture that must be dark on light, as a code for cameras; without colour it is for a dark terminal.
    pub fn dark_on_light(self, line: &str) -> String {
        if self.colors {
            return self.wrap("30;47", line);
        }
        let other = |dot: char| match dot {
            ' ' => '█',
            '█' => ' ',
            '▀' => '▄',
            '▄' => '▀',
            other => other,
        };
        line.chars().map(other).collect()
    }

    /// A status code: green, cyan, yellow or red by its class.
    pub fn status(self, code: u16, text: &str) -> String {
        match code {
            200..=299 => self.green(text),
            300..=399 => self.cyan(text),
            400..=499 => self.yellow(text),
            _ => self.red(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_letters_our_own_signs_are_ascii_and_the_text_between_stays() {
        let letters = Paint::new(false).in_letters(true);
        let ours = "these need each other: `a → b` → `u`; it said (Unknown cl…)";
        assert_eq!(
            letters.words(ours),
            "these need each other: `a → b` - `u`; it said (Unknown cl...)"
        );
        assert_eq!(Paint::new(false).words(ours), ours);
    }

    #[test]
    fn without_colour_texts_stay_as_they_are() {
        assert_eq!(Paint::new(false).red("x"), "x");
        assert_eq!(Paint::new(true).red("x"), "\x1b[31mx\x1b[0m");
        assert_eq!(Paint::new(true).red(""), "");
        assert_eq!(Paint::wanted(ColorWhen::Never, true), Paint::new(false));
    }
}

//! A program in a pseudo-terminal, and a clock: when its frames come out.
//!
//! A frame ends with the end of a synchronized update, which both postrider and the minimal app write, so what is timed
//! is a whole frame on its way to the terminal and not its first byte.

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// What ends a frame.
const END: &[u8] = b"\x1b[?2026l";
/// Longer than this nothing takes; the bench ends rather than hangs.
const PATIENCE: Duration = Duration::from_secs(30);

/// Ctrl+Q, which ends postrider and the minimal app.
const QUIT: &[u8] = b"\x11";

/// A program that runs on a terminal of 120 columns and 40 rows.
pub struct Session {
    /// The process.
    pub child: Box<dyn Child + Send + Sync>,
    input: Box<dyn Write + Send>,
    output: Receiver<(Instant, Vec<u8>)>,
    screen: vt100::Parser,
    /// What the screen has not taken in yet.
    unseen: Vec<u8>,
    /// When it was started, or keys were pressed last.
    pub since: Instant,
    _master: Box<dyn MasterPty + Send>,
}

impl Session {
    /// Starts a program with its own files below `home`.
    pub fn start(program: impl AsRef<OsStr>, arguments: &[&str], folder: &Path, home: &Path) -> Self {
        let size = PtySize {
            rows: 40,
            cols: 120,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.cwd(folder);
        for name in ["STATE", "DATA", "CONFIG", "CACHE"] {
            command.env(format!("XDG_{name}_HOME"), home.join(name.to_lowercase()));
        }
        command.env("TERM", "xterm-256color");
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut buffer = vec![0; 64 * 1024];
            while let Ok(n @ 1..) = reader.read(&mut buffer) {
                if sender.send((Instant::now(), buffer[..n].to_vec())).is_err() {
                    return;
                }
            }
        });
        let input = pair.master.take_writer().unwrap();
        let since = Instant::now();
        let child = pair.slave.spawn_command(command).unwrap();
        Self {
            child,
            input,
            output,
            screen: vt100::Parser::new(40, 120, 0),
            unseen: Vec::new(),
            since,
            _master: pair.master,
        }
    }

    /// Waits for the end of a frame; gives how long after the start or the last keys it was there.
    pub fn frame(&mut self) -> Duration {
        loop {
            match self.output.recv_timeout(PATIENCE) {
                Ok((at, bytes)) => {
                    if self.take(&bytes) {
                        return at.duration_since(self.since);
                    }
                }
                Err(error) => panic!("no frame came: {error}\n{}", self.text()),
            }
        }
    }

    /// Presses keys; what they do comes as frames.
    pub fn press(&mut self, keys: &[u8]) {
        self.since = Instant::now();
        self.input.write_all(keys).unwrap();
    }

    /// Waits until the screen shows a text.
    pub fn sees(&mut self, text: &str) {
        while !self.text().contains(text) {
            self.frame();
        }
    }

    /// Takes in what comes for so long; gives the number of bytes.
    pub fn rest(&mut self, time: Duration) -> usize {
        let (until, mut count) = (Instant::now() + time, 0);
        loop {
            match self
                .output
                .recv_timeout(until.saturating_duration_since(Instant::now()))
            {
                Ok((_, bytes)) => {
                    count += bytes.len();
                    self.take(&bytes);
                }
                Err(RecvTimeoutError::Timeout) => return count,
                Err(RecvTimeoutError::Disconnected) => panic!("the program ended:\n{}", self.text()),
            }
        }
    }

    /// What is on the screen.
    pub fn text(&mut self) -> String {
        self.screen.process(&std::mem::take(&mut self.unseen));
        self.screen.screen().contents()
    }

    /// Ends the program as a user does.
    pub fn quit(mut self) {
        self.press(QUIT);
        self.child.wait().unwrap();
    }

    /// Takes output in; whether it ended a frame. Looking at it waits until the clock stands still.
    fn take(&mut self, bytes: &[u8]) -> bool {
        let from = self.unseen.len().saturating_sub(END.len() - 1);
        self.unseen.extend_from_slice(bytes);
        self.unseen[from..].windows(END.len()).any(|window| window == END)
    }
}

/// The median, and the value that 99 of 100 stay below.
pub fn median_and_p99(times: &mut [Duration]) -> (Duration, Duration) {
    times.sort_unstable();
    (times[times.len() / 2], times[(times.len() * 99).div_ceil(100) - 1])
}

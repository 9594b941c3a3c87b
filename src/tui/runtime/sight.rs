//! How the terminal shows pictures: what its environment says of it, else what it answers when the first one is looked at.
//!
//! ```text
//! TERM, TERM_PROGRAM … ─▶ the way         a picture ─▶ QUESTION ─▶ terminal ─▶ answers ─▶ Event::Sees
//! ```
//!
//! The last question is one that every terminal answers, so who says nothing to the others does not know them. Who reads
//! keys passes the answers on to nobody; so nobody else reads from the terminal for that moment, and what was typed in it
//! is made out here.

#[cfg(unix)]
use std::fs::File;
#[cfg(unix)]
use std::io::Read;
use std::sync::mpsc::Sender;
use std::time::Duration;

use crossterm::event::Event as Terminal;
use tokio_util::sync::CancellationToken;

#[cfg(unix)]
use rustix::fs::{Mode, OFlags, open};
#[cfg(unix)]
use tokio::io::Interest;
#[cfg(unix)]
use tokio::io::unix::AsyncFd;

use super::sends::pass;
use super::typed::{self, PASTE, Piece};
use crate::store::Pictures;
use crate::tui::event::Event;
use crate::tui::widgets::picture::{Sight, Way};

/// Whether it knows kitty's graphics; with it may be asked what else there is to know.
const KITTY: &str = "\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\";
/// How many pixels a cell has, for 256 colours of sixels, and what it is.
const REST: &str = "\x1b[16t\x1b[?1;3;256S\x1b[c";
/// So long a picture waits for the last answer: then it is shown as it can be everywhere.
const PATIENCE: Duration = Duration::from_secs(2);
/// So long the last answer is waited for at all: lines are slow, and those who read keys would take it for such.
const LONG_PATIENCE: Duration = Duration::from_secs(5);
/// So long what is a key, or the beginning of something, waits for what follows it.
const ESCAPE: Duration = Duration::from_millis(50);

/// Hears the answers.
pub struct Ear {
    sight: Sight,
    #[cfg(unix)]
    tty: AsyncFd<File>,
}

impl Ear {
    /// Listens to the terminal; `None` where that cannot be done.
    #[cfg(unix)]
    pub fn new(sight: Sight) -> Option<Self> {
        Self::on(sight, terminal()?)
    }

    #[cfg(unix)]
    #[expect(
        deprecated,
        reason = "what takes its place is unsafe, for handles that may go away: a file's does not"
    )]
    fn on(sight: Sight, tty: File) -> Option<Self> {
        let tty = AsyncFd::with_interest(tty, Interest::READABLE).ok()?;
        Some(Self { sight, tty })
    }

    /// Nobody does that here.
    #[cfg(not(unix))]
    pub fn new(_: Sight) -> Option<Self> {
        None
    }

    /// Passes on what was learned, and what is typed meanwhile as it comes; whoever is stopped before the last answer asks
    /// again.
    pub async fn hear(self, queue: &Sender<Event>, stop: &CancellationToken) {
        let mut heard = Heard::default();
        #[cfg(unix)]
        let _gone = self.answers(&mut heard, queue, stop).await;
        let is_early = stop.is_cancelled() && heard.answers.sixel.is_none();
        let sight = if is_early {
            Sight {
                ask: true,
                ..self.sight
            }
        } else {
            heard.answers.sight(&self.sight)
        };
        // Nobody listens when the program is ending.
        let _ = queue.send(Event::Sees(sight));
        for event in heard.end() {
            pass(queue, event);
        }
    }

    /// Reads until the last one is there, or the terminal gone; what is being pasted is not cut.
    #[cfg(unix)]
    async fn answers(&self, heard: &mut Heard, queue: &Sender<Event>, stop: &CancellationToken) -> std::io::Result<()> {
        let mut block = [0; 1024];
        let mut slow = std::pin::pin!(tokio::time::sleep(PATIENCE));
        let mut late = std::pin::pin!(tokio::time::sleep(LONG_PATIENCE));
        let mut is_slow = false;
        while heard.answers.sixel.is_none() || !heard.bytes.is_empty() {
            let mut ready = tokio::select! {
                () = stop.cancelled() => break,
                () = &mut late, if heard.pasted().is_none() => break,
                () = &mut slow, if !is_slow => {
                    is_slow = true;
                    let sight = heard.answers.sight(&self.sight);
                    // Nobody listens when the program is ending.
                    let _ = queue.send(Event::Sees(sight));
                    continue;
                }
                () = tokio::time::sleep(ESCAPE), if may_begin(&heard.bytes) => {
                    for event in heard.end() {
                        pass(queue, event);
                    }
                    continue;
                }
                ready = self.tty.readable() => ready?,
            };
            match ready.try_io(|tty| tty.get_ref().read(&mut block)) {
                Ok(Ok(0)) => break,
                Ok(count) => {
                    for event in heard.take(&block[..count?]) {
                        pass(queue, event);
                    }
                }
                // Somebody else was faster.
                Err(_) => {}
            }
        }
        Ok(())
    }
}

/// The terminal by a handle of our own, so that reading from it waits for nobody, and others' reading waits as it did.
#[cfg(unix)]
fn terminal() -> Option<File> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    // By its name first: not all systems can wait for `/dev/tty`.
    let by_name = rustix::termios::ttyname(std::io::stdin(), Vec::new())
        .ok()
        .and_then(|name| open(name, flags, Mode::empty()).ok());
    let tty = by_name.or_else(|| open("/dev/tty", flags, Mode::empty()).ok())?;
    Some(tty.into())
}

/// A variable of the environment.
type Var<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Whether something stands between us and the terminal that draws its screen itself.
fn is_between(var: Var) -> bool {
    let term = var("TERM").unwrap_or_default();
    var("TMUX").or_else(|| var("STY")).is_some() || ["tmux", "screen"].iter().any(|name| term.starts_with(name))
}

/// What is known without asking; `coloured` is whether colours are shown at all.
pub fn told(wanted: Pictures, coloured: bool, var: Var) -> Sight {
    let way = match wanted {
        _ if !coloured => Some(Way::Blocks),
        Pictures::Blocks => Some(Way::Blocks),
        Pictures::Kitty => Some(Way::Kitty),
        Pictures::Iterm => Some(Way::Iterm),
        Pictures::Sixel => Some(Way::Sixel),
        Pictures::Auto => of_environment(var),
    };
    Sight {
        ask: matches!(way, None | Some(Way::Sixel)),
        way,
        ..Sight::default()
    }
}

fn of_environment(var: Var) -> Option<Way> {
    let term = var("TERM").unwrap_or_default();
    let program = var("TERM_PROGRAM").unwrap_or_default();
    if matches!(term.as_str(), "" | "dumb" | "linux") || program == "Apple_Terminal" || cfg!(not(unix)) {
        return Some(Way::Blocks);
    }
    if is_between(var) {
        return None;
    }
    let is_set = |name: &str| var(name).is_some();
    match program.as_str() {
        "WezTerm" | "iTerm.app" | "mintty" => return Some(Way::Iterm),
        "ghostty" => return Some(Way::Kitty),
        _ => {}
    }
    if term.contains("kitty") || term.contains("ghostty") || is_set("KITTY_WINDOW_ID") || is_set("KONSOLE_VERSION") {
        return Some(Way::Kitty);
    }
    // This one comes along over SSH.
    (var("LC_TERMINAL").as_deref() == Some("iTerm2")).then_some(Way::Iterm)
}

/// What the terminal is to be asked. Between us and it kitty's question would pass for a title.
pub fn question(var: Var) -> String {
    let kitty = if is_between(var) { "" } else { KITTY };
    format!("{kitty}{REST}")
}

/// The pixels of a cell, across and down, as far as the system knows.
pub fn cell() -> Option<(u16, u16)> {
    let size = crossterm::terminal::window_size().ok()?;
    let cell = (
        size.width.checked_div(size.columns)?,
        size.height.checked_div(size.rows)?,
    );
    (cell.0 > 0 && cell.1 > 0).then_some(cell)
}

/// Whether that is a key, or the beginning of something.
fn may_begin(bytes: &[u8]) -> bool {
    matches!(bytes, b"\x1b" | b"\x1bO" | b"\x1b_" | b"\x1b]")
}

/// What the terminal sends while it is asked.
#[derive(Debug, Default)]
struct Heard {
    answers: Answers,
    /// The last of it, as long as it is not whole.
    bytes: Vec<u8>,
}

impl Heard {
    /// Takes what came at once; gives what was typed. An escape character that came by itself before was the key, unless this
    /// goes on as the terminal would.
    fn take(&mut self, block: &[u8]) -> Vec<Terminal> {
        let goes_on = matches!(block.first(), Some(b'[' | b'O' | b'_' | b']'));
        let is_key = self.bytes == b"\x1b" && !goes_on;
        let mut typed = if is_key { self.end() } else { Vec::new() };
        self.bytes.extend(block);
        // A character may be cut where the block ends.
        let whole = match std::str::from_utf8(&self.bytes) {
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            _ => self.bytes.len(),
        };
        let mut rest = self.bytes.split_off(whole);
        std::mem::swap(&mut rest, &mut self.bytes);
        let text = String::from_utf8_lossy(&rest);
        let mut text = &*text;
        while !may_begin(text.as_bytes())
            && let Some((piece, after)) = typed::split(text)
        {
            match piece {
                Piece::Typed(event) => typed.push(event),
                Piece::Said(said) => self.answers.take(said),
            }
            text = after;
        }
        self.bytes.splice(0..0, text.bytes());
        typed
    }

    /// What has come of text that is being pasted.
    fn pasted(&self) -> Option<String> {
        let text = self.bytes.strip_prefix(PASTE.0.as_bytes())?;
        Some(String::from_utf8_lossy(text).into_owned())
    }

    /// Nothing more is to come: the last of it as far as it was typed. What may be an answer that was cut is not.
    fn end(&mut self) -> Vec<Terminal> {
        let pasted = self.pasted().map(Terminal::Paste);
        let bytes = std::mem::take(&mut self.bytes);
        let key = typed::split(std::str::from_utf8(&bytes).unwrap_or_default());
        let key = key.and_then(|(piece, _)| match piece {
            Piece::Typed(event) => Some(event),
            Piece::Said(_) => None,
        });
        pasted.or(key).into_iter().collect()
    }
}

/// What has come of the answers.
#[derive(Debug, Default, PartialEq)]
struct Answers {
    kitty: bool,
    /// Whether it shows sixels, once the last answer has come.
    sixel: Option<bool>,
    cell: Option<(u16, u16)>,
    colours: Option<usize>,
}

impl Answers {
    /// What is known with them.
    fn sight(&self, before: &Sight) -> Sight {
        let found = match self.sixel {
            _ if self.kitty => Way::Kitty,
            Some(true) => Way::Sixel,
            _ => Way::Blocks,
        };
        Sight {
            way: before.way.or(Some(found)),
            ask: false,
            cell: self.cell.or(before.cell),
            colours: self.colours.unwrap_or(before.colours),
        }
    }

    /// Takes something that the terminal says.
    fn take(&mut self, said: &str) {
        if said.starts_with("\x1b_G") {
            self.kitty |= said.trim_end_matches(['\x1b', '\\', '\x07']).ends_with(";OK");
            return;
        }
        let Some(parts) = said.strip_prefix("\x1b[") else {
            return;
        };
        let last = parts.chars().next_back();
        let parts = parts.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let (own, parts) = parts.strip_prefix('?').map_or((false, parts), |parts| (true, parts));
        let numbers: Vec<u16> = parts.split(';').filter_map(|part| part.parse().ok()).collect();
        match (own, last, &numbers[..]) {
            (true, Some('c'), attributes) => self.sixel = Some(attributes.contains(&4)),
            (true, Some('S'), [1, 0, colours]) => self.colours = Some(usize::from(*colours)),
            (false, Some('t'), [6, down, across]) if *down > 0 && *across > 0 => self.cell = Some((*across, *down)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

    use super::*;

    fn sight(wanted: Pictures, set: &[(&str, &str)]) -> Sight {
        told(wanted, true, &|name| {
            let found = set.iter().find(|(own, _)| *own == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_environment_may_know() {
        let auto = |set: &[(&str, &str)]| sight(Pictures::Auto, set).way;
        let xterm = ("TERM", "xterm-256color");
        for (set, way) in [
            (&[][..], Some(Way::Blocks)),
            (&[("TERM", "linux")], Some(Way::Blocks)),
            (&[xterm], None),
            (&[("TERM", "xterm-kitty")], Some(Way::Kitty)),
            (&[xterm, ("KITTY_WINDOW_ID", "1")], Some(Way::Kitty)),
            (&[xterm, ("KONSOLE_VERSION", "240800")], Some(Way::Kitty)),
            (&[xterm, ("TERM_PROGRAM", "ghostty")], Some(Way::Kitty)),
            (&[xterm, ("TERM_PROGRAM", "iTerm.app")], Some(Way::Iterm)),
            (&[xterm, ("TERM_PROGRAM", "WezTerm")], Some(Way::Iterm)),
            (&[xterm, ("LC_TERMINAL", "iTerm2")], Some(Way::Iterm)),
            (&[xterm, ("TERM_PROGRAM", "Apple_Terminal")], Some(Way::Blocks)),
            // What it is of the terminal that tmux was started in says nothing of the one that it is seen in.
            (&[("TERM", "tmux-256color"), ("KITTY_WINDOW_ID", "1")], None),
            (&[xterm, ("TMUX", "/tmp/x"), ("TERM_PROGRAM", "iTerm.app")], None),
        ] {
            assert_eq!(auto(set), way, "{set:?}");
        }
        let wanted = sight(Pictures::Sixel, &[("TMUX", "/tmp/x")]);
        assert_eq!((wanted.way, wanted.ask), (Some(Way::Sixel), true));
        assert_eq!(
            sight(Pictures::Blocks, &[("TERM", "xterm-kitty")]).way,
            Some(Way::Blocks)
        );
        assert_eq!(
            told(Pictures::Kitty, false, &|_| None).way,
            Some(Way::Blocks),
            "no colours"
        );
        assert!(question(&|_| None).starts_with(KITTY));
        assert!(!question(&|name| (name == "TMUX").then(String::new)).contains("\x1b_"));
    }

    fn heard(blocks: &[&str]) -> (Heard, Vec<Terminal>) {
        let mut heard = Heard::default();
        let typed = blocks.iter().flat_map(|block| heard.take(block.as_bytes())).collect();
        (heard, typed)
    }

    #[test]
    fn an_answer_says_the_way_and_what_was_typed_is_passed_on() {
        let unknown = sight(Pictures::Auto, &[("TERM", "xterm")]);
        let way = |answer: &str| {
            let (heard, typed) = heard(&[answer]);
            assert!(heard.answers.sixel.is_some() && heard.bytes.is_empty());
            (heard.answers.sight(&unknown), typed)
        };
        let kitty = way("\x1b_Gi=31;OK\x1b\\\x1b[6;18;9t\x1b[?62;c");
        assert_eq!((kitty.0.way, kitty.0.cell), (Some(Way::Kitty), Some((9, 18))));
        let sixel = way("j\x1b[?1;0;16S\x1b[Bé\x1b[?62;4;22c\r");
        assert_eq!(
            (sixel.0.way, sixel.0.colours, sixel.0.ask),
            (Some(Way::Sixel), 16, false)
        );
        let typed = [KeyCode::Char('j'), KeyCode::Down, KeyCode::Char('é'), KeyCode::Enter];
        assert_eq!(sixel.1, typed.map(|code| Terminal::Key(code.into())));
        // One that knows kitty's question and says no; the digit 4 is no attribute.
        assert_eq!(
            way("\x1b_Gi=31;ENOTSUPPORTED\x1b\\\x1b[?64;14;40c").0.way,
            Some(Way::Blocks)
        );
        let after_all = "\x1b[?62;4c\x1b[200~q";
        for cut in ["", "\x1b[?62;", "\x1b_Gi=31;OK", "\x1b[6;18;9t", after_all] {
            let (heard, typed) = heard(&[cut]);
            assert!(heard.answers.sixel.is_none() || !heard.bytes.is_empty(), "{cut:?}");
            assert_eq!(typed, [], "{cut:?}");
        }
        // Silence: half blocks, and what is typed meanwhile are keys at once.
        let (silent, keys) = heard(&["q\x03"]);
        let stop = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
        assert_eq!(silent.answers.sight(&unknown).way, Some(Way::Blocks));
        assert_eq!(keys, [KeyEvent::from(KeyCode::Char('q')), stop].map(Terminal::Key));
        let wanted = sight(Pictures::Sixel, &[]);
        assert_eq!(Answers::default().sight(&wanted).way, Some(Way::Sixel));
    }

    #[test]
    fn an_escape_character_is_the_key_where_nothing_of_the_terminals_follows() {
        let typed = |blocks: &[&str]| heard(blocks).1;
        let [esc, j] = [KeyCode::Esc, KeyCode::Char('j')].map(KeyEvent::from);
        let alt = |c| Terminal::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::ALT));
        assert_eq!(typed(&["\x1b", "j"]), [esc, j].map(Terminal::Key));
        assert_eq!(typed(&["\x1bj"]), [alt('j')]);
        assert_eq!(typed(&["\x1b", "[B"]), [Terminal::Key(KeyCode::Down.into())]);
        let (mut alone, none) = heard(&["\x1b"]);
        assert_eq!((none, alone.end()), (Vec::new(), vec![Terminal::Key(esc)]));
        assert_eq!(typed(&["\x1b["]), []);
        let (answered, key) = heard(&["\x1b[", "\x1b[?62;4c"]);
        assert_eq!((key, answered.answers.sixel), (vec![alt('[')], Some(true)));
    }

    #[test]
    fn what_comes_in_pieces_is_read_as_if_it_came_at_once() {
        let text = "é\x1b[200~x\x1b[27uü\x1b[201~\x1b_Gi=31;OK\x1b\\日\x1b[?62;4c";
        let (whole, events) = heard(&[text]);
        for at in 0..=text.len() {
            let mut heard = Heard::default();
            let (first, second) = text.as_bytes().split_at(at);
            let mut typed = heard.take(first);
            typed.extend(heard.take(second));
            let answers = (&heard.answers, typed);
            // Behind the terminal's own escape character stands what it may go on with.
            assert_eq!(answers, (&whole.answers, events.clone()), "{at}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn whoever_is_stopped_loses_nothing_and_asks_again() {
        use std::io::Write;

        let unknown = sight(Pictures::Auto, &[("TERM", "xterm")]);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let told = |text: &str, stops: bool| {
            let (tty, mut terminal) = std::io::pipe().unwrap();
            let tty = std::os::fd::OwnedFd::from(tty);
            rustix::fs::fcntl_setfl(&tty, OFlags::NONBLOCK).unwrap();
            terminal.write_all(text.as_bytes()).unwrap();
            let (queue, events) = std::sync::mpsc::channel();
            let stop = CancellationToken::new();
            runtime.block_on(async {
                let ear = Ear::on(unknown, tty.into()).unwrap();
                let stopping = async {
                    // Not before it has read that.
                    for _ in 0..100 {
                        tokio::task::yield_now().await;
                    }
                    if stops {
                        stop.cancel();
                    }
                };
                tokio::join!(ear.hear(&queue, &stop), stopping);
            });
            drop(queue);
            events.iter().collect::<Vec<_>>()
        };
        let early = told("j\x1b[200~q", true);
        let [Event::Key(key), Event::Sees(sight), Event::Paste(text)] = &early[..] else {
            panic!("{early:?}")
        };
        assert_eq!((sight.way, sight.ask), (None, true));
        assert_eq!((key.code, &**text), (KeyCode::Char('j'), "q"));
        let whole = told("\x1b[?62;4c\x1b[106;5u", false);
        let [Event::Key(key), Event::Sees(sight)] = &whole[..] else {
            panic!("{whole:?}")
        };
        assert_eq!((sight.way, sight.ask), (Some(Way::Sixel), false));
        assert_eq!(key.modifiers, KeyModifiers::CONTROL);
    }
}

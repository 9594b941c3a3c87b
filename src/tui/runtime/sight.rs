//! How the terminal shows pictures: what its environment says of it, else what it answers when the first one is looked at.
//!
//! ```text
//! TERM, TERM_PROGRAM … ─▶ the way         a picture ─▶ QUESTION ─▶ terminal ─▶ answers ─▶ Event::Sees
//! ```
//!
//! The last question is one that every terminal answers, so who says nothing to the others does not know them. Who reads
//! keys passes the answers on to nobody; so nobody else reads from the terminal for that moment, and what was typed in it
//! is made keys of here.

#[cfg(unix)]
use std::fs::File;
#[cfg(unix)]
use std::io::{IsTerminal, Read};
#[cfg(unix)]
use std::os::fd::AsFd;
use std::sync::mpsc::Sender;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

#[cfg(unix)]
use tokio::io::Interest;
#[cfg(unix)]
use tokio::io::unix::AsyncFd;

use crate::store::Pictures;
use crate::tui::event::Event;
use crate::tui::widgets::picture::{Sight, Way};

/// Whether it knows kitty's graphics; with it may be asked what else there is to know.
const KITTY: &str = "\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\";
/// How many pixels a cell has, for 256 colours of sixels, and what it is.
const REST: &str = "\x1b[16t\x1b[?1;3;256S\x1b[c";
/// So long the last answer is waited for: lines are slow.
const PATIENCE: Duration = Duration::from_secs(2);

/// Hears the answers.
pub struct Ear {
    sight: Sight,
    #[cfg(unix)]
    tty: AsyncFd<File>,
}

impl Ear {
    /// Listens to the terminal; `None` where that cannot be done.
    #[cfg(unix)]
    #[expect(
        deprecated,
        reason = "what takes its place is unsafe, for handles that may go away: a file's does not"
    )]
    pub fn new(sight: Sight) -> Option<Self> {
        let stdin = std::io::stdin();
        let tty = if stdin.is_terminal() {
            stdin.as_fd().try_clone_to_owned().ok()?.into()
        } else {
            File::open("/dev/tty").ok()?
        };
        let tty = AsyncFd::with_interest(tty, Interest::READABLE).ok()?;
        Some(Self { sight, tty })
    }

    /// Nobody does that here.
    #[cfg(not(unix))]
    pub fn new(_: Sight) -> Option<Self> {
        None
    }

    /// Passes on what was learned, and what was typed meanwhile.
    pub async fn hear(self, queue: &Sender<Event>) {
        let mut bytes = Vec::new();
        #[cfg(unix)]
        let _late = tokio::time::timeout(PATIENCE, self.answers(&mut bytes)).await;
        if let Some((sight, keys)) = learned(&self.sight, &bytes, true) {
            let keys = keys.into_iter().map(Event::Key);
            for event in std::iter::once(Event::Sees(sight)).chain(keys) {
                // Nobody listens when the program is ending.
                let _ = queue.send(event);
            }
        }
    }

    /// Reads until the last one is there, or the terminal gone.
    #[cfg(unix)]
    async fn answers(&self, bytes: &mut Vec<u8>) -> std::io::Result<()> {
        let mut block = [0; 1024];
        while learned(&self.sight, bytes, false).is_none() {
            let mut ready = self.tty.readable().await?;
            match self.tty.get_ref().read(&mut block)? {
                0 => break,
                count => bytes.extend_from_slice(&block[..count]),
            }
            ready.clear_ready();
        }
        Ok(())
    }
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

/// What has come of the answers.
#[derive(Debug, Default, PartialEq)]
struct Answers {
    kitty: bool,
    /// Whether it shows sixels, once the last answer has come.
    sixel: Option<bool>,
    cell: Option<(u16, u16)>,
    colours: Option<usize>,
    keys: Vec<KeyEvent>,
}

/// What was learned from the bytes that came, and what was typed among them; `None` as long as more is to come.
fn learned(sight: &Sight, bytes: &[u8], end: bool) -> Option<(Sight, Vec<KeyEvent>)> {
    let answers = read(bytes);
    if answers.sixel.is_none() && !end {
        return None;
    }
    let found = match answers.sixel {
        _ if answers.kitty => Way::Kitty,
        Some(true) => Way::Sixel,
        _ => Way::Blocks,
    };
    let sight = Sight {
        way: sight.way.or(Some(found)),
        ask: false,
        cell: answers.cell.or(sight.cell),
        colours: answers.colours.unwrap_or(sight.colours),
    };
    Some((sight, answers.keys))
}

fn read(bytes: &[u8]) -> Answers {
    let text = String::from_utf8_lossy(bytes);
    let (mut answers, mut rest) = (Answers::default(), &*text);
    while let Some(c) = rest.chars().next() {
        let long = ["\x1b_", "\x1bP", "\x1b]"]
            .iter()
            .find_map(|start| rest.strip_prefix(start));
        if let Some(body) = long {
            let end = body.find(['\x07', '\x1b']).unwrap_or(body.len());
            answers.kitty |= rest.starts_with("\x1b_G") && body[..end].ends_with(";OK");
            rest = body[end..].trim_start_matches(['\x07']);
            rest = rest.strip_prefix("\x1b\\").unwrap_or(rest);
        } else if let Some(body) = rest.strip_prefix("\x1b[") {
            let Some(end) = body.find(|c: char| ('@'..='~').contains(&c)) else {
                break;
            };
            let (parts, after) = body.split_at(end);
            answers.take(parts, after.as_bytes()[0]);
            rest = &after[1..];
        } else {
            answers.keys.extend(key(c));
            rest = &rest[c.len_utf8()..];
        }
    }
    answers
}

impl Answers {
    /// Takes a sequence by what it ends with.
    fn take(&mut self, parts: &str, last: u8) {
        let (own, parts) = parts.strip_prefix('?').map_or((false, parts), |parts| (true, parts));
        let numbers: Vec<u16> = parts.split(';').filter_map(|part| part.parse().ok()).collect();
        let key = |code| Some(KeyEvent::new(code, KeyModifiers::NONE));
        let typed = match (own, last, &numbers[..]) {
            (true, b'c', attributes) => {
                self.sixel = Some(attributes.contains(&4));
                None
            }
            (true, b'S', [1, 0, colours]) => {
                self.colours = Some(usize::from(*colours));
                None
            }
            (false, b't', [6, down, across]) if *down > 0 && *across > 0 => {
                self.cell = Some((*across, *down));
                None
            }
            (false, b'A', []) => key(KeyCode::Up),
            (false, b'B', []) => key(KeyCode::Down),
            (false, b'C', []) => key(KeyCode::Right),
            (false, b'D', []) => key(KeyCode::Left),
            (false, b'u', [27, ..]) => key(KeyCode::Esc),
            _ => None,
        };
        self.keys.extend(typed);
    }
}

/// The key that types a character.
fn key(c: char) -> Option<KeyEvent> {
    let code = match c {
        '\x1b' => KeyCode::Esc,
        '\r' => KeyCode::Enter,
        '\t' => KeyCode::Tab,
        '\x7f' => KeyCode::Backspace,
        '\x01'..='\x1a' => {
            let letter = char::from(b'a' - 1 + u8::try_from(c).ok()?);
            return Some(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL));
        }
        c if c.is_control() => return None,
        c => KeyCode::Char(c),
    };
    Some(KeyEvent::new(code, KeyModifiers::NONE))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
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

    #[test]
    fn an_answer_says_the_way_and_what_was_typed_is_kept() {
        let unknown = sight(Pictures::Auto, &[("TERM", "xterm")]);
        let way = |answer: &str| learned(&unknown, answer.as_bytes(), false).unwrap();
        let kitty = way("\x1b_Gi=31;OK\x1b\\\x1b[6;18;9t\x1b[?62;c");
        assert_eq!((kitty.0.way, kitty.0.cell), (Some(Way::Kitty), Some((9, 18))));
        let sixel = way("j\x1b[?1;0;16S\x1b[Bé\x1b[?62;4;22c\r");
        assert_eq!(
            (sixel.0.way, sixel.0.colours, sixel.0.ask),
            (Some(Way::Sixel), 16, false)
        );
        let typed = [KeyCode::Char('j'), KeyCode::Down, KeyCode::Char('é'), KeyCode::Enter];
        assert_eq!(sixel.1.iter().map(|key| key.code).collect::<Vec<_>>(), typed);
        // One that knows kitty's question and says no; the digit 4 is no attribute.
        assert_eq!(
            way("\x1b_Gi=31;ENOTSUPPORTED\x1b\\\x1b[?64;14;40c").0.way,
            Some(Way::Blocks)
        );
        for cut in ["", "\x1b[?62;", "\x1b_Gi=31;OK", "\x1b[6;18;9t"] {
            assert_eq!(learned(&unknown, cut.as_bytes(), false), None, "{cut:?}");
        }
        // Silence: half blocks, and what was typed meanwhile are keys.
        let (silent, keys) = learned(&unknown, b"q\x03", true).unwrap();
        assert_eq!((silent.way, keys.len()), (Some(Way::Blocks), 2));
        assert_eq!(keys[1], KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL));
        let wanted = sight(Pictures::Sixel, &[]);
        assert_eq!(learned(&wanted, b"", true).unwrap().0.way, Some(Way::Sixel));
    }
}

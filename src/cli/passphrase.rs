//! Asking for what nobody may read on the screen.

use std::io::{self, IsTerminal, Write};

use crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::CliError;
use super::raw::Raw;
use crate::model::Secret;
use crate::store::seal::{Safe, SealError};

/// Where the passphrase is taken from before anybody is asked.
pub const VARIABLE: &str = "POSTRIDER_PASSPHRASE";

/// The passphrase that the process's environment gives; an empty one is none.
pub fn given() -> Option<Secret> {
    let text = std::env::var(VARIABLE).ok().filter(|text| !text.is_empty());
    text.map(Secret::new)
}

/// Whether somebody can be asked.
pub fn can_ask() -> bool {
    io::stderr().is_terminal() && (io::stdin().is_terminal() || (cfg!(unix) && std::fs::File::open("/dev/tty").is_ok()))
}

/// Asks on the terminal, showing nothing of what is typed; `None` when nothing was.
///
/// # Errors
///
/// When there is no terminal, or the user gave up with Ctrl+C or Esc.
pub fn ask(question: &str) -> Result<Option<Secret>, CliError> {
    if !can_ask() {
        return Err(CliError::failed("there is no terminal to ask on"));
    }
    let failed = |error: io::Error| CliError::failed("cannot ask on the terminal").because(error);
    let mut err = io::stderr();
    write!(err, "{question}: ").and_then(|()| err.flush()).map_err(failed)?;
    let typed = Raw::enable().and_then(|_raw| typed());
    writeln!(err).map_err(failed)?;
    match typed.map_err(failed)? {
        Some(text) if text.is_empty() => Ok(None),
        Some(text) => Ok(Some(Secret::new(text))),
        None => Err(CliError::failed("given up")),
    }
}

/// Asks for the passphrase of what is kept until it is right; `None` when the user goes on without.
pub fn until_right(safe: &Safe) -> Result<Option<Secret>, CliError> {
    let mut question = "Passphrase for the values kept on this machine";
    while let Some(typed) = ask(question)? {
        match safe.unlock(&typed) {
            Ok(()) => return Ok(Some(typed)),
            Err(SealError::WrongPassphrase) => question = "That is not it. Passphrase",
            Err(error) => return Err(super::secrets::told(&error)),
        }
    }
    Ok(None)
}

/// A line, without showing it; `None` when the user gave up.
fn typed() -> io::Result<Option<String>> {
    let mut text = String::new();
    loop {
        let key = match event::read()? {
            Event::Key(key) => key,
            Event::Paste(pasted) => {
                text.push_str(pasted.trim_end_matches(['\r', '\n']));
                continue;
            }
            _ => continue,
        };
        match taken(key, &mut text) {
            Taken::More => {}
            Taken::Done => return Ok(Some(text)),
            Taken::GivenUp => return Ok(None),
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Taken {
    More,
    Done,
    GivenUp,
}

fn taken(key: KeyEvent, text: &mut String) -> Taken {
    if key.kind == KeyEventKind::Release {
        return Taken::More;
    }
    let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        KeyCode::Enter => return Taken::Done,
        KeyCode::Char('j' | 'm') if ctrl => return Taken::Done,
        KeyCode::Esc => return Taken::GivenUp,
        KeyCode::Char('c' | 'd') if ctrl => return Taken::GivenUp,
        KeyCode::Char('u') if ctrl => text.clear(),
        KeyCode::Backspace => drop(text.pop()),
        KeyCode::Char(c) if !ctrl => text.push(c),
        _ => {}
    }
    Taken::More
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_typed_and_corrected() {
        let mut text = String::new();
        let mut press = |code, modifiers| taken(KeyEvent::new(code, modifiers), &mut text);
        for c in "xyß".chars() {
            assert_eq!(press(KeyCode::Char(c), KeyModifiers::NONE), Taken::More);
        }
        press(KeyCode::Backspace, KeyModifiers::NONE);
        press(KeyCode::Char('Z'), KeyModifiers::SHIFT);
        assert_eq!(press(KeyCode::Enter, KeyModifiers::NONE), Taken::Done);
        assert_eq!(press(KeyCode::Char('c'), KeyModifiers::CONTROL), Taken::GivenUp);
        assert_eq!(text, "xyZ");
    }
}

//! Asking on the terminal: for what nobody may read on the screen, and for a yes.

use std::borrow::Cow;
use std::io::{self, BufRead as _, IsTerminal, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use tokio_util::sync::CancellationToken;
use unicode_width::UnicodeWidthChar;

use super::CliError;
use super::output::{Output, escape};
use super::raw::{self, Quiet, Raw};
use crate::exec::Typed;
use crate::model::Secret;
use crate::store::keyring::{Keyring, KeyringError, patiently};
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

/// What is said of an answer that is neither yes nor no.
pub const NEITHER: &str = "Neither y nor n";

/// Whether an answer is a yes; nothing is a no, `None` what is neither.
pub fn yes_or_no(answer: &str) -> Option<bool> {
    match answer.trim().to_lowercase().as_str() {
        "y" | "yes" => Some(true),
        "" | "n" | "no" => Some(false),
        _ => None,
    }
}

/// Asks a question of yes and no on the terminal that input comes from, until the answer is one of them.
pub fn agrees(question: &str, output: &mut Output) -> bool {
    loop {
        output.note(question);
        let mut answer = String::new();
        // The end of the input is no yes.
        if io::stdin().lock().read_line(&mut answer).is_err() {
            return false;
        }
        if let Some(agreed) = yes_or_no(&answer) {
            return agreed;
        }
        output.note(&format!("{NEITHER}."));
    }
}

/// Asks on the terminal, showing nothing of what is typed; `None` when nothing was.
///
/// # Errors
///
/// When there is no terminal, or the user gave up with Ctrl+C or Esc.
pub fn ask(question: &str) -> Result<Option<Secret>, CliError> {
    match put(question, Taken::GivenUp, false)? {
        Typed::Text(text) => Ok(Some(text)),
        Typed::Nothing => Ok(None),
        Typed::GivenUp => Err(CliError::failed("given up")),
        Typed::Failed(why) => Err(CliError::failed(why)),
    }
}

/// The same; with Esc nothing is typed, and only Ctrl+C gives up, which is no error.
fn ask_or_nothing(question: &str) -> Typed {
    put(question, Taken::Nothing, false).unwrap_or_else(|error| Typed::Failed(error.sentence()))
}

/// The same, and what is typed is shown: a yes is no secret.
fn ask_openly(question: &str) -> Typed {
    put(question, Taken::Nothing, true).unwrap_or_else(|error| Typed::Failed(error.sentence()))
}

/// Where all are asked that a command's sends and runs ask, one after the other. Clones ask at the same place.
#[derive(Clone)]
pub struct Desk {
    /// Cancelled by whoever gives up, as by Ctrl+C that meets no question: then nothing more is asked.
    pub cancel: CancellationToken,
    /// Held while somebody is asked: keys meant for one question would answer another, and whoever ends first has what is
    /// typed shown.
    alone: Arc<Mutex<()>>,
    ask: fn(&str) -> Typed,
    ask_openly: fn(&str) -> Typed,
}

impl Default for Desk {
    fn default() -> Self {
        Self {
            ask_openly,
            ..Self::with(ask_or_nothing)
        }
    }
}

impl Desk {
    /// One that asks like this.
    pub fn with(ask: fn(&str) -> Typed) -> Self {
        Self {
            cancel: CancellationToken::new(),
            alone: Arc::default(),
            ask,
            ask_openly: ask,
        }
    }

    /// Asks a question of yes and no until the answer is one of them: a text is a yes, nothing is a no. No other question comes
    /// between.
    pub fn agrees(&self, question: &str) -> Typed {
        let alone = self.alone();
        let mut words = Cow::Borrowed(question);
        loop {
            let typed = self.put(&alone, self.ask_openly, &words);
            let Typed::Text(answer) = &typed else { return typed };
            match yes_or_no(answer.reveal()) {
                Some(true) => return typed,
                Some(false) => return Typed::Nothing,
                None => words = format!("{NEITHER}. {question}").into(),
            }
        }
    }

    /// Asks on the terminal. Who gives up has done so for all that wait for their turn.
    pub fn ask(&self, question: &str) -> Typed {
        self.put(&self.alone(), self.ask, question)
    }

    fn alone(&self) -> MutexGuard<'_, ()> {
        self.alone.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, _: &MutexGuard<'_, ()>, ask: fn(&str) -> Typed, question: &str) -> Typed {
        if self.cancel.is_cancelled() {
            return Typed::GivenUp;
        }
        let typed = ask(question);
        if matches!(typed, Typed::GivenUp) {
            self.cancel.cancel();
        }
        typed
    }
}

fn put(question: &str, escape: Taken, shows: bool) -> Result<Typed, CliError> {
    let (taken, text) = line(question, escape, shows)?;
    Ok(match taken {
        Taken::GivenUp => Typed::GivenUp,
        Taken::Done if !text.is_empty() => Typed::Text(Secret::new(text)),
        _ => Typed::Nothing,
    })
}

/// A line, and how it ended.
fn line(question: &str, escape: Taken, shows: bool) -> Result<(Taken, String), CliError> {
    if !can_ask() {
        return Err(CliError::failed("there is no terminal to ask on"));
    }
    let failed = |error: io::Error| CliError::failed("cannot ask on the terminal").because(error);
    let mut err = io::stderr();
    // A run may have a line of progress there.
    let mark = if question.ends_with(']') { "" } else { ":" };
    let prompt = format!("{question}{mark} ");
    write!(err, "\r\x1b[K{prompt}")
        .and_then(|()| err.flush())
        .map_err(failed)?;
    let typed = Raw::enable().and_then(|_raw| typed(escape, shows.then_some(prompt.as_str())));
    writeln!(err).map_err(failed)?;
    typed.map_err(failed)
}

/// What unlocks a safe, as far as it is known without asking anybody.
#[derive(Debug, PartialEq, Eq)]
pub enum Known {
    /// This does, and has.
    Is(Secret),
    /// Somebody has to be asked; what is to be said of the keyring before.
    Not(Option<String>),
}

/// Unlocks a safe with the passphrase that was [`given`], else with the one in the keyring.
///
/// # Errors
///
/// When the given one is wrong: whoever gives it wants to be told.
pub fn known(given: Option<Secret>, safe: &Safe, keyring: &dyn Keyring) -> Result<Known, CliError> {
    if let Some(given) = given {
        safe.unlock(&given).map_err(|error| super::secrets::told(&error))?;
        return Ok(Known::Is(given));
    }
    match looked_up(keyring) {
        Ok(None) | Err(KeyringError::NotBuilt | KeyringError::NoService(_)) => Ok(Known::Not(None)),
        Err(error) => Ok(Known::Not(Some(error.to_string()))),
        Ok(Some(kept)) => match safe.unlock(&kept) {
            Ok(()) => Ok(Known::Is(kept)),
            Err(SealError::WrongPassphrase) => Ok(Known::Not(Some("the one in the keyring is wrong".to_owned()))),
            Err(error) => Err(super::secrets::told(&error)),
        },
    }
}

/// What a keyring holds. It may wait for its own passphrase, in a window that is not ours: then that is said.
pub fn looked_up(keyring: &dyn Keyring) -> Result<Option<Secret>, KeyringError> {
    patiently(|| keyring.get(), waits)
}

/// Says what is waited for.
pub fn waits() {
    let text = "waiting for the system's keyring: it asks for its own passphrase in a window; Ctrl+C gives up";
    // Where nobody can be told there is nobody to answer it either.
    let _told = writeln!(io::stderr(), "{text}");
}

/// That what is kept is locked, where nobody can be asked; with what is to be said of the keyring.
pub fn locked(why: Option<&str>) -> CliError {
    let said = why
        .map(|why| format!(" ({})", super::output::escape(why)))
        .unwrap_or_default();
    let keyring = if why.is_some() { ", see to the keyring" } else { "" };
    CliError::failed(format!(
        "the values kept on this machine are locked with a passphrase{said}"
    ))
    .hint(format!(
        "set `{VARIABLE}`{keyring}, or run it in a terminal, where you are asked"
    ))
}

/// Unlocks a safe: by what is known, else by asking until it is right; `None` when the user goes on without.
///
/// With `or_without`, for a screen that opens with them locked too, Esc goes on without, and the question says so.
pub fn obtain(safe: &Safe, keyring: &dyn Keyring, or_without: bool) -> Result<Option<Secret>, CliError> {
    let why = match known(given(), safe, keyring)? {
        Known::Is(passphrase) => return Ok(Some(passphrase)),
        Known::Not(why) => why,
    };
    if !can_ask() {
        return Err(locked(why.as_deref()));
    }
    let _quiet = Quiet::begin();
    let why = why.map(|why| format!(" ({why})")).unwrap_or_default();
    let (without, escape) = if or_without {
        (", Esc opens without them", Taken::Nothing)
    } else {
        ("", Taken::GivenUp)
    };
    let mut question = format!(
        "Passphrase for the values kept on this machine{}{without}",
        super::output::escape(&why)
    );
    loop {
        let typed = match line(&question, escape, false)? {
            (Taken::GivenUp, _) => return Err(CliError::failed("given up")),
            (Taken::Done, text) => Secret::new(text),
            _ => return Ok(None),
        };
        // Nobody's is empty.
        if typed.reveal().is_empty() {
            question = format!("Nothing was typed. Passphrase{without}");
            continue;
        }
        match safe.unlock(&typed) {
            Ok(()) => return Ok(Some(typed)),
            Err(SealError::WrongPassphrase) => question = format!("That is not it. Passphrase{without}"),
            Err(error) => return Err(super::secrets::told(&error)),
        }
    }
}

/// A line, shown behind a prompt or not at all, and how it ended.
fn typed(escape: Taken, prompt: Option<&str>) -> io::Result<(Taken, String)> {
    let mut text = String::new();
    loop {
        // What is not shown is not held twice.
        let before = prompt.map(|_| text.clone()).unwrap_or_default();
        let taken = match event::read()? {
            Event::Key(key) => taken(key, escape, &mut text),
            Event::Paste(pasted) => {
                text.push_str(pasted.trim_end_matches(['\r', '\n']));
                Taken::More
            }
            _ => continue,
        };
        if let Some(prompt) = prompt {
            let mut err = io::stderr();
            let columns = raw::size(&err).map_or(usize::MAX, |(columns, _)| columns.into());
            write!(err, "{}", echo(prompt, &before, &text, columns))?;
            err.flush()?;
        }
        match taken {
            Taken::More => {}
            ended => return Ok((ended, text)),
        }
    }
}

/// What makes one line of what is typed into the next on a terminal.
fn echo(prompt: &str, before: &str, text: &str, columns: usize) -> String {
    if let Some(more) = text.strip_prefix(before) {
        return escape(more);
    }
    // A letter may be two columns wide, and no terminal goes back into the line above by itself.
    let up = match line_breaks(&format!("{prompt}{}", escape(before)), columns) {
        0 => String::new(),
        up => format!("\u{1b}[{up}A"),
    };
    format!("{up}\r\u{1b}[J{prompt}{}", escape(text))
}

/// How often a terminal of so many columns breaks a line.
fn line_breaks(line: &str, columns: usize) -> usize {
    let mut breaks = 0;
    let mut at = 0;
    for width in line.chars().filter_map(UnicodeWidthChar::width) {
        if at + width > columns {
            breaks += 1;
            at = 0;
        }
        at += width;
    }
    breaks
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Taken {
    More,
    Done,
    Nothing,
    GivenUp,
}

fn taken(key: KeyEvent, escape: Taken, text: &mut String) -> Taken {
    if key.kind == KeyEventKind::Release {
        return Taken::More;
    }
    let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        KeyCode::Enter => return Taken::Done,
        KeyCode::Char('j' | 'm') if ctrl => return Taken::Done,
        KeyCode::Esc => return escape,
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
    fn what_is_typed_is_shown_as_it_is_typed_and_taken_back() {
        let echo = |before, text| super::echo("really? ", before, text, 12);
        assert_eq!(echo("", "m"), "m");
        assert_eq!(echo("m", "maybe"), "aybe");
        assert_eq!(echo("ma", "m"), "\r\u{1b}[Jreally? m");
        assert_eq!(echo("日本", "日"), "\r\u{1b}[Jreally? 日");
        assert!(!echo("", "\u{1b}[2J").contains('\u{1b}'));
        // Into the next line it goes with the first letter that does not fit, whole.
        assert_eq!(echo("maybe", ""), "\u{1b}[1A\r\u{1b}[Jreally? ");
        assert_eq!(echo("a日本", "a日"), "\u{1b}[1A\r\u{1b}[Jreally? a日");
        assert_eq!(super::line_breaks("日日日日", 3), 3);
    }

    /// A keyring that holds this, or does not answer.
    struct Mock(Result<Option<&'static str>, ()>);

    impl Keyring for Mock {
        fn get(&self) -> Result<Option<Secret>, KeyringError> {
            match self.0 {
                Ok(kept) => Ok(kept.map(Secret::new)),
                Err(()) => Err(KeyringError::Refused("it is locked".into())),
            }
        }

        fn put(&self, _: &Secret) -> Result<(), KeyringError> {
            Err(KeyringError::NotBuilt)
        }

        fn remove(&self) -> Result<(), KeyringError> {
            Err(KeyringError::NotBuilt)
        }
    }

    #[test]
    fn the_keyring_unlocks_before_anybody_is_asked() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secrets.key");
        let ours = Safe::new(&path);
        let keys = ours.keys().expect("a key");
        ours.put(&keys, Some(&Secret::new("open sesame")))
            .expect("it is locked");
        let locked = || Safe::new(&path);
        let safe = locked();
        let found = known(None, &safe, &Mock(Ok(Some("open sesame")))).expect("no error");
        assert_eq!(found, Known::Is(Secret::new("open sesame")));
        assert!(!safe.is_locked());
        for (kept, said) in [(Ok(Some("hunter2")), "is wrong"), (Err(()), "it is locked")] {
            let safe = locked();
            let found = known(None, &safe, &Mock(kept)).expect("no error");
            assert!(
                matches!(&found, Known::Not(Some(why)) if why.contains(said)),
                "{found:?}"
            );
            assert!(safe.is_locked());
        }
        assert_eq!(
            known(None, &locked(), &Mock(Ok(None))).expect("no error"),
            Known::Not(None)
        );
    }

    #[test]
    fn who_gives_up_one_question_is_not_asked_the_next_that_waits() {
        let desk = Desk::with(|_| Typed::Text(Secret::new("y")));
        assert!(matches!(desk.ask("first"), Typed::Text(_)));
        let alone = desk.alone.lock().unwrap_or_else(PoisonError::into_inner);
        let other = desk.clone();
        let next = std::thread::spawn(move || other.ask("next"));
        // It waits by then, or it has not come yet; neither may ask.
        std::thread::sleep(std::time::Duration::from_millis(50));
        desk.cancel.cancel();
        drop(alone);
        assert!(matches!(next.join(), Ok(Typed::GivenUp)));
        let desk = Desk::with(|_| Typed::GivenUp);
        assert!(matches!(desk.ask("first"), Typed::GivenUp) && desk.cancel.is_cancelled());
    }

    #[test]
    fn a_line_is_typed_and_corrected() {
        let mut text = String::new();
        let mut press = |code, modifiers| taken(KeyEvent::new(code, modifiers), Taken::Nothing, &mut text);
        for c in "xyß".chars() {
            assert_eq!(press(KeyCode::Char(c), KeyModifiers::NONE), Taken::More);
        }
        press(KeyCode::Backspace, KeyModifiers::NONE);
        press(KeyCode::Char('Z'), KeyModifiers::SHIFT);
        assert_eq!(press(KeyCode::Enter, KeyModifiers::NONE), Taken::Done);
        assert_eq!(press(KeyCode::Char('c'), KeyModifiers::CONTROL), Taken::GivenUp);
        assert_eq!(press(KeyCode::Esc, KeyModifiers::NONE), Taken::Nothing);
        assert_eq!(text, "xyZ");
    }
}

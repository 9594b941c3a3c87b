//! Somebody at the keyboard: the whole program but the terminal, with its real threads, files and demo server.

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use postrider::demo;
use postrider::foreign::Beside;
use postrider::store::{Paths, State};
use postrider::tui::event::Event;
use postrider::tui::importing::Landing;
use postrider::tui::{App, Flow, Host, TuiOptions, draw};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

/// A terminal that only notes what it was asked for.
#[derive(Default)]
pub struct Desk {
    pub clipboard: Vec<String>,
}

impl Host for Desk {
    fn copy(&mut self, text: &str) -> io::Result<()> {
        self.clipboard.push(text.to_owned());
        Ok(())
    }

    fn ask(&mut self, _: &str) -> io::Result<()> {
        Ok(())
    }

    fn suspended<T>(&mut self, during: impl FnOnce() -> T) -> io::Result<T> {
        Ok(during())
    }
}

/// A home of its own, with a copy of the repository's samples in it.
pub struct Home {
    folder: tempfile::TempDir,
}

impl Home {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for part in ["collections", "environments"] {
            copy(&root.join(part), &folder.path().join("work").join(part));
        }
        Self { folder }
    }

    /// The workspace.
    pub fn root(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    pub fn options(&self, token_ttl: Duration) -> TuiOptions {
        let paths = Paths::below(self.folder.path().join("home"));
        // One key for all tests: making one takes a while.
        let key = Path::new(env!("CARGO_TARGET_TMPDIR")).join("demo-key.pem");
        let demo = demo::Config {
            token_ttl,
            key_file: Some(key),
            ..demo::Config::default()
        };
        TuiOptions {
            root: self.root(),
            foreign: false,
            beside: Beside::default(),
            into: None,
            paths,
            demo: Some(demo),
            passphrase: None,
        }
    }

    /// A file beside the workspace.
    pub fn beside(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// The text of a file of the workspace.
    pub fn read(&self, file: &str) -> String {
        fs::read_to_string(self.root().join(file)).unwrap()
    }

    /// Whether any file of the workspace holds a text.
    pub fn any_file_holds(&self, text: &str) -> bool {
        holds(self.root(), text)
    }

    /// Whether any draft in the local state holds a text; they are sealed.
    pub fn draft_holds(&self, text: &str) -> bool {
        let paths = Paths::below(self.folder.path().join("home"));
        let drafts = State::open(&paths, &self.root()).and_then(|(state, _)| state.drafts());
        drafts.is_ok_and(|drafts| drafts.iter().any(|draft| draft.text.contains(text)))
    }

    /// Whether any file of the local state holds a text.
    pub fn state_holds(&self, text: &str) -> bool {
        holds(self.folder.path().join("home"), text)
    }
}

/// Whether any file below a folder holds a text.
fn holds(folder: PathBuf, text: &str) -> bool {
    {
        let mut todo = vec![folder];
        while let Some(folder) = todo.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    todo.push(path);
                } else if fs::read(&path)
                    .unwrap()
                    .windows(text.len())
                    .any(|window| window == text.as_bytes())
                {
                    return true;
                }
            }
        }
        false
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// How long somebody waits for the screen, in seconds: long enough for any machine, so that a failed test ends.
const PATIENCE: u64 = 60;

/// Somebody at the keyboard.
pub struct User {
    pub app: App,
    pub desk: Desk,
    terminal: Terminal<TestBackend>,
    pub left: bool,
    /// The workspace the program went on to.
    pub next: Option<Box<Landing>>,
}

impl User {
    /// Starts the program on a screen of this size, with demo tokens that live so long.
    pub fn start(home: &Home, size: (u16, u16), token_ttl: Duration) -> Self {
        let mut user = Self::open(&home.options(token_ttl), size);
        user.until("the demo server to listen", |user| {
            !user.app.state.shared.overrides.is_empty()
        });
        user
    }

    /// Starts the program with these options.
    pub fn open(options: &TuiOptions, size: (u16, u16)) -> Self {
        Self::open_after(options, None, size)
    }

    /// The same in a workspace to which the program went on.
    pub fn open_after(options: &TuiOptions, landing: Option<&Landing>, size: (u16, u16)) -> Self {
        let mut app = App::load_after(options, landing).unwrap();
        let mut desk = Desk::default();
        app.take(Event::Resize(size.0, size.1), &mut desk).unwrap();
        app.start(options, false).unwrap();
        Self::of(app, size)
    }

    /// Sits down at a program that was started.
    pub fn of(app: App, size: (u16, u16)) -> Self {
        let terminal = Terminal::new(TestBackend::new(size.0, size.1)).unwrap();
        Self {
            app,
            desk: Desk::default(),
            terminal,
            left: false,
            next: None,
        }
    }

    /// A user at 120 x 40 with tokens of ten minutes.
    pub fn at_home(home: &Home) -> Self {
        Self::start(home, (120, 40), Duration::from_mins(10))
    }

    /// Presses keys: characters type themselves, `<ctrl-j>`, `<enter>`, `<esc>` are keys.
    pub fn press(&mut self, keys: &str) -> &mut Self {
        let mut rest = keys;
        while let Some(c) = rest.chars().next() {
            let close = rest.find('>').filter(|_| c == '<' && rest.len() > 1);
            let key = if let Some(close) = close {
                let name = &rest[1..close];
                rest = &rest[close + 1..];
                named(name)
            } else {
                rest = &rest[c.len_utf8()..];
                KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)
            };
            let flow = self.app.take(Event::Key(key), &mut self.desk).unwrap();
            self.went(flow);
        }
        self
    }

    fn went(&mut self, flow: Flow) {
        match flow {
            Flow::Go => {}
            Flow::Reopen(landing) => self.next = Some(landing),
            Flow::Quit => self.left = true,
        }
    }

    /// Lets the program work until a condition holds.
    ///
    /// # Panics
    ///
    /// After a minute, so that a failed test ends; no healthy machine needs them.
    pub fn until(&mut self, what: &str, mut holds: impl FnMut(&Self) -> bool) -> &mut Self {
        let began = std::time::Instant::now();
        while !holds(self) {
            assert!(
                began.elapsed().as_secs() < PATIENCE,
                "waited for {what} in vain:\n{}",
                self.screen()
            );
            let flow = self.app.turn(Some(Duration::from_millis(20)), &mut self.desk).unwrap();
            self.went(flow);
        }
        self
    }

    /// Lets the program work until the screen shows a text.
    pub fn sees(&mut self, text: &str) -> &mut Self {
        self.until(text, |user| user.screen().contains(text))
    }

    /// Lets the program work until the screen does not show a text any more.
    pub fn sees_no(&mut self, text: &str) -> &mut Self {
        self.until(text, |user| !user.screen().contains(text))
    }

    /// The screen as text.
    pub fn screen(&self) -> String {
        let mut terminal = self.terminal.clone();
        terminal
            .draw(|frame| {
                let area = frame.area();
                draw::draw(&self.app.state, area, frame.buffer_mut());
            })
            .unwrap();
        let buffer = terminal.backend().buffer();
        let mut out = String::new();
        for y in 0..buffer.area.height {
            let line: String = (0..buffer.area.width).map(|x| buffer[(x, y)].symbol()).collect();
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out
    }

    /// The current value of a variable of an environment.
    pub fn value(&self, environment: &str, key: &str) -> Option<String> {
        let owner = postrider::model::variable::Owner::Environment(environment.to_owned());
        let current = self.app.state.shared.current.get(&owner, key)?;
        current.value.as_ref().map(postrider::model::variable::display_value)
    }

    /// Leaves as Ctrl+Q does and waits until all is on the disk.
    pub fn quit(mut self) {
        self.press("<ctrl-q>");
        self.until("the end", |user| user.left);
        self.app.finish();
    }

    /// Is killed once the disk has a draft with a text in it: nothing is asked, nothing is finished.
    pub fn killed(mut self, home: &Home, kept: &str) {
        self.until("the draft to be on the disk", |_| home.draft_holds(kept));
        // Not even its destructors run; threads of this process go on, but they are asked for nothing any more.
        std::mem::forget(self.app);
    }
}

fn named(name: &str) -> KeyEvent {
    let mut modifiers = KeyModifiers::NONE;
    let mut rest = name;
    while let Some((word, after)) = rest.split_once('-') {
        modifiers |= match word {
            "ctrl" => KeyModifiers::CONTROL,
            "alt" => KeyModifiers::ALT,
            "shift" => KeyModifiers::SHIFT,
            _ => break,
        };
        rest = after;
    }
    let code = match rest {
        "enter" => KeyCode::Enter,
        "esc" => KeyCode::Esc,
        "tab" => KeyCode::Tab,
        "backspace" => KeyCode::Backspace,
        "home" => KeyCode::Home,
        "end" => KeyCode::End,
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        "left" => KeyCode::Left,
        "right" => KeyCode::Right,
        "space" => KeyCode::Char(' '),
        "f1" => KeyCode::F(1),
        other => {
            assert_eq!(other.chars().count(), 1, "no key is called {other}");
            KeyCode::Char(other.chars().next().unwrap())
        }
    };
    KeyEvent::new(code, modifiers)
}

//! Runs the TUI: one queue, one thread that changes the state and draws, helpers that do the effects.
//!
//! ```text
//! terminal ─┐                                      ┌─▶ sends (tokio): pipeline, demo server, searches, indexes
//! sends ────┼─▶ queue ─▶ State::handle ─▶ effects ─┼─▶ files (a thread): saving, local state, outside changes
//! files ────┘                │                     └─▶ here: clipboard, outside editor, quitting
//!                            └─▶ draw, once the queue is empty, and only when something changed
//! ```
//!
//! The first frame is on the screen before any of the helpers starts. While nothing happens the thread sleeps: it wakes
//! for an event, or when a time on the screen changes its text.

mod external;
mod files;
mod sends;
mod startup;

use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use jiff::Timestamp;

use crate::demo;
use crate::store::Paths;

use super::draw;
use super::effect::Effect;
use super::event::Event;
use super::panes::environments;
use super::shared::Level;
use super::state::State;
use super::terminal::Screen;

use files::FileWorker;
use sends::Sends;

/// What the TUI is started with.
#[derive(Debug)]
pub struct TuiOptions {
    /// The workspace's folder.
    pub root: PathBuf,
    /// Where the user's settings, state and data are.
    pub paths: Paths,
    /// Start the demo server and make its environment active.
    pub demo: Option<demo::Config>,
}

/// Opens the TUI and stays until the user leaves.
///
/// # Errors
///
/// When the terminal cannot be taken over or written to, or the workspace's folder is no folder.
pub fn run(options: TuiOptions) -> anyhow::Result<()> {
    let (queue, events) = channel();
    let mut start = startup::load(&options)?;
    let background = queue.clone();
    let mut screen = Screen::take(move |message| {
        // Without a listener the program is ending anyway.
        let _ = background.send(Event::Notice(Level::Error, message));
    })?;
    let state = &mut start.state;
    state.size = screen.size()?;
    let effects = state.handle(Event::Resize(state.size.0, state.size.1), Timestamp::now());
    paint(&mut screen, state)?;

    let mut helpers = Helpers {
        sends: Sends::start(&options, start.cookies, &start.config, queue.clone())?,
        files: FileWorker::start(start.files, start.database, queue.clone()),
        editor: start.config.editor.clone(),
        config_file: options.paths.config_file(),
        queue,
    };
    screen.title(&format!("postrider: {}", title(&options)))?;
    helpers.carry_out(effects, &mut screen)?;
    let result = main_loop(&mut screen, state, &events, &mut helpers);
    helpers.files.finish();
    result
}

fn title(options: &TuiOptions) -> String {
    let name = options.root.file_name().unwrap_or_default().to_string_lossy();
    name.chars().filter(|c| !c.is_control()).collect()
}

fn main_loop(
    screen: &mut Screen,
    state: &mut State,
    events: &Receiver<Event>,
    helpers: &mut Helpers,
) -> anyhow::Result<()> {
    loop {
        let first = match wake(state) {
            None => events.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(after) => events.recv_timeout(after),
        };
        let mut next = match first {
            Ok(event) => Some(event),
            Err(RecvTimeoutError::Timeout) => Some(Event::Tick),
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        };
        // Everything that has arrived is taken before one frame is drawn.
        while let Some(event) = next {
            let effects = state.handle(event, Timestamp::now());
            if helpers.carry_out(effects, screen)? == Flow::Quit {
                return Ok(());
            }
            next = events.try_recv().ok();
        }
        if state.stale {
            paint(screen, state)?;
        }
    }
}

fn paint(screen: &mut Screen, state: &mut State) -> io::Result<()> {
    state.stale = false;
    screen.draw(|frame| {
        let area = frame.area();
        draw::draw(state, area, frame.buffer_mut())
    })
}

/// How long until something on the screen changes by itself; `None` while nothing does.
fn wake(state: &State) -> Option<Duration> {
    if !state.shared.running.is_empty() {
        return Some(Duration::from_millis(100));
    }
    let token = environments::next_change(&state.shared).map(|time| time.unsigned_abs());
    // Times stop ticking by the second a while after the last key.
    let sleep = (state.shared.awake && token.is_some()).then_some(Duration::from_secs(30));
    [token, sleep]
        .into_iter()
        .flatten()
        .min()
        .map(|time| time.max(Duration::from_millis(20)))
}

#[derive(PartialEq, Eq)]
enum Flow {
    Go,
    Quit,
}

/// Those who do the effects.
struct Helpers {
    sends: Sends,
    files: FileWorker,
    editor: Option<String>,
    config_file: PathBuf,
    queue: Sender<Event>,
}

impl Helpers {
    fn carry_out(&mut self, effects: Vec<Effect>, screen: &mut Screen) -> io::Result<Flow> {
        for effect in effects {
            match effect {
                Effect::Send {
                    run, environment, plan, ..
                } => self.sends.send(run, environment, *plan),
                Effect::Cancel(run) => self.sends.cancel(run),
                Effect::Index(document, job) => self.sends.index(document, job),
                Effect::Search(document, job) => self.sends.search(document, job),
                Effect::ClearCookies(domain) => self.sends.clear_cookies(domain.as_deref()),
                Effect::Files(jobs) => self.files.change(jobs),
                Effect::Local(job) => self.files.keep(job),
                Effect::SaveBody { path, bytes } => self.files.save_body(path, bytes),
                Effect::KeepTheme(name) => self.files.keep_theme(self.config_file.clone(), name),
                Effect::Copy(text) => screen.copy(&text)?,
                Effect::External(external) => {
                    self.sends.pause_input();
                    let key = external.key.clone();
                    let text = screen.suspended(|| external::edit(&external, self.editor.as_deref()))?;
                    self.sends.listen();
                    if !external.read_only || text.is_err() {
                        // The queue lives as long as this program.
                        let _ = self.queue.send(Event::Edited { key, text });
                    }
                }
                Effect::Quit => return Ok(Flow::Quit),
            }
        }
        Ok(Flow::Go)
    }
}

//! Runs the TUI: one queue, one thread that changes the state and draws, helpers that do the effects.
//!
//! ```text
//! terminal ─┐                                      ┌─▶ sends (tokio): pipeline, demo server, searches, indexes
//! sends ────┼─▶ queue ─▶ State::handle ─▶ effects ─┼─▶ files (a thread): saving, local state, outside changes
//! files ────┘                │                     └─▶ here: clipboard, outside editor, quitting
//!                            └─▶ draw, once the queue is empty, and only when something changed
//! ```
//!
//! The first frame is on the screen before any of the helpers starts, and most requests come after it. While nothing happens the thread sleeps: it wakes
//! for an event, or when a time on the screen changes its text.

mod ahead;
mod bin;
mod consent;
mod cookies;
mod direct;
mod door;
mod effects;
mod external;
mod files;
mod filters;
mod ground;
mod imports;
mod looks;
mod pictures;
pub(super) mod restore;
mod runs;
mod saves;
mod sends;
pub(super) mod settings;
mod sight;
mod startup;
mod typed;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::demo;
use crate::exec::TokenStore;
use crate::exec::oauth2::open_file;
use crate::foreign::Beside;
use crate::model::Secret;
use crate::store::Paths;
use crate::store::state::{KeptTokens, tokens_among};

use super::drafts;
use super::draw;
use super::effect::Effect;
use super::event::Event;
use super::importing::Landing;
use super::modals::Modal;
use super::panes::environments;
use super::runner::Log;
use super::shared::Level;
use super::state::{ASLEEP, State};
use super::terminal::Screen;
use super::theme::Depth;

use consent::Asker;
use effects::Helpers;
use files::FileWorker;
use filters::Filters;
pub use looks::problems;
use pictures::Pictures;
use saves::Saves;
use sends::Sends;

/// So many requests are read before the first key is taken: a moment's work, and keys that were typed ahead find them.
const BEFORE_KEYS: usize = 200;

/// So long a frame waits for the answer of a request that has just been sent: a server nearby answers sooner than a frame
/// is drawn, and nobody sees what was on the screen for less.
const MOMENT: Duration = Duration::from_millis(2);

/// What the TUI is started with.
#[derive(Clone, Debug)]
pub struct TuiOptions {
    /// The workspace's folder; or Postman's file or folder, to be looked at and run.
    pub root: PathBuf,
    /// Whether it is Postman's.
    pub foreign: bool,
    /// What is opened beside it.
    pub beside: Beside,
    /// The workspace that Postman's own is imported into; without, the nearest to it, else the user's own.
    pub into: Option<PathBuf>,
    /// Where the user's settings, state and data are.
    pub paths: Paths,
    /// Start the demo server and make its environment active.
    pub demo: Option<demo::Config>,
    /// What unlocks the values that are kept, if they are locked and the user has given it.
    pub passphrase: Option<Secret>,
}

impl TuiOptions {
    /// The options of the workspace one goes on to.
    #[must_use]
    pub fn on_to(&self, landing: &Landing) -> Self {
        Self {
            root: landing.root.clone(),
            foreign: false,
            beside: Beside::default(),
            into: None,
            ..self.clone()
        }
    }

    /// Where paths in requests start.
    fn folder(&self) -> &Path {
        match self.root.parent() {
            Some(folder) if self.root.is_file() => folder,
            _ => &self.root,
        }
    }
}

/// The world an [`App`] cannot reach by itself: the terminal it is shown on.
pub trait Host {
    /// Puts a text on the clipboard.
    fn copy(&mut self, text: &str) -> io::Result<()>;
    /// Asks the terminal something; the answer comes among the keys.
    fn ask(&mut self, question: &str) -> io::Result<()>;
    /// Takes the mouse, or leaves it to the terminal.
    fn mouse(&mut self, _on: bool) -> io::Result<()> {
        Ok(())
    }
    /// Runs something that needs the terminal for itself.
    fn suspended<T>(&mut self, during: impl FnOnce() -> T) -> io::Result<T>;
}

/// Whether the program goes on.
#[derive(Debug)]
pub enum Flow {
    /// It does.
    Go,
    /// It does, on the workspace of another folder.
    Reopen(Box<Landing>),
    /// The user left.
    Quit,
}

/// The program without a terminal: the state, the queue, and those who do the effects. Tests run it as it is.
pub struct App {
    /// The state.
    pub state: State,
    queue: Sender<Event>,
    events: Receiver<Event>,
    start: Option<startup::Start>,
    helpers: Option<Helpers>,
    waiting: Vec<Effect>,
}

impl App {
    /// Reads everything the first frame needs; nothing runs yet.
    ///
    /// # Errors
    ///
    /// When the workspace's folder is no folder.
    pub fn load(options: &TuiOptions) -> anyhow::Result<Self> {
        Self::load_after(options, None)
    }

    /// The same in a workspace to which one went on from Postman's file: everything stands as it did there.
    ///
    /// # Errors
    ///
    /// When the workspace's folder is no folder.
    pub fn load_after(options: &TuiOptions, landing: Option<&Landing>) -> anyhow::Result<Self> {
        let (queue, events) = channel();
        let (state, mut start) = startup::load(options, landing)?;
        let waiting = std::mem::take(&mut start.effects);
        Ok(Self {
            state,
            queue,
            events,
            start: Some(start),
            helpers: None,
            waiting,
        })
    }

    /// Starts those who do the effects; with `listen`, also listening to the terminal.
    ///
    /// # Errors
    ///
    /// When the system gives no threads.
    pub fn start(&mut self, options: &TuiOptions, listen: bool) -> io::Result<()> {
        let Some(mut start) = self.start.take() else {
            return Ok(());
        };
        if let Some(mut loading) = start.loading.take_if(|loading| loading.left() <= BEFORE_KEYS) {
            while let Some(part) = loading.next_part() {
                let event = Event::Loaded(part, loading.left());
                let effects = self.state.handle(event, Timestamp::now());
                self.waiting.extend(effects);
            }
        }
        // What collections may that are gone ends a moment later: nobody waits for another's write before the first key.
        let allowed = start.database.as_ref().map(|database| database.allowed.clone());
        let asker = Asker::new(self.queue.clone(), allowed.unwrap_or_default());
        let keeper = start
            .database
            .as_ref()
            .and_then(|database| KeptTokens::beside(&database.state));
        let keeper = keeper.map(|keeper| Arc::new(keeper) as _);
        let tokens = TokenStore::kept(keeper, tokens_among(&self.state.shared.current));
        self.state.shared.tokens = tokens.clone();
        let mut sends = Sends::start(options, start.cookies, tokens, &start.config, asker, self.queue.clone())?;
        if listen {
            if self.asks_ground() {
                sends.expect_ground();
            }
            sends.listen();
            #[cfg(unix)]
            sends.heed_signals()?;
        }
        let files = FileWorker::start(
            start.files,
            start.loading,
            start.database,
            !options.foreign,
            self.queue.clone(),
        )?;
        sends.cookies.kept_by(files.cookie_keeper());
        self.helpers = Some(Helpers {
            sends,
            files,
            bodies: Saves::new(self.queue.clone()),
            filters: Filters::new(self.queue.clone()),
            pictures: Pictures::new(self.queue.clone(), open_file),
            editor: start.config.editor.clone(),
            _settings: settings::watch(
                &options.paths,
                self.state.depth.unwrap_or(Depth::True),
                self.queue.clone(),
            ),
            config_file: options.paths.config_file(),
            queue: self.queue.clone(),
            has_sent: false,
        });
        Ok(())
    }

    /// Whether the colour of the terminal's ground is of use, and the terminal may know it.
    fn asks_ground(&self) -> bool {
        self.state.auto_theme && ground::may_be_asked(std::env::var("TERM").ok().as_deref())
    }

    /// The queue's entrance.
    pub fn queue(&self) -> Sender<Event> {
        self.queue.clone()
    }

    /// Handles one event at once.
    ///
    /// # Errors
    ///
    /// When the host's terminal cannot be written to.
    pub fn take(&mut self, event: Event, host: &mut impl Host) -> io::Result<Flow> {
        let now = Timestamp::now();
        let effects = self.state.handle(event, now);
        self.waiting.extend(effects);
        self.keep(now);
        self.carry_out(host)
    }

    /// Keeps drafts and the layout when that is due.
    fn keep(&mut self, now: Timestamp) {
        if drafts::due(&self.state, now) == Some(SignedDuration::ZERO) {
            self.waiting.extend(self.state.keep(now));
        }
    }

    fn carry_out(&mut self, host: &mut impl Host) -> io::Result<Flow> {
        match &mut self.helpers {
            Some(helpers) => helpers.carry_out(std::mem::take(&mut self.waiting), host),
            // Before the first frame nobody does effects: they wait.
            None => Ok(Flow::Go),
        }
    }

    /// Waits for something to happen, at most so long, and handles all that has; `None` waits as long as it takes.
    ///
    /// # Errors
    ///
    /// When the host's terminal cannot be written to.
    pub fn turn(&mut self, most: Option<Duration>, host: &mut impl Host) -> io::Result<Flow> {
        let due = wake(&self.state, Timestamp::now());
        let keep = drafts::due(&self.state, Timestamp::now()).map(SignedDuration::unsigned_abs);
        let wait = [due, most, keep].into_iter().flatten().min();
        let first = match wait {
            None => self.events.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(after) => self.events.recv_timeout(after),
        };
        let mut next = match first {
            Ok(event) => Some(event),
            // Only what changes by itself makes a new frame, not the caller's impatience.
            Err(RecvTimeoutError::Timeout) => {
                let now = Timestamp::now();
                self.keep(now);
                let ticks = due.is_some() && due == wait;
                ticks.then_some(Event::Tick)
            }
            Err(RecvTimeoutError::Disconnected) => return Ok(Flow::Quit),
        };
        // Everything that has arrived is taken before one frame is drawn.
        while let Some(event) = next {
            match self.take(event, host)? {
                Flow::Go => {}
                end => return Ok(end),
            }
            next = self.events.try_recv().ok();
        }
        // Also where events come faster than ticks, as keys do, or the lines of a body that is on its way.
        if let Some(helpers) = self.helpers.as_ref().filter(|_| self.state.stale) {
            let now = Timestamp::now();
            for (run, phase) in helpers.sends.progress() {
                self.waiting.extend(self.state.handle(Event::Progress(run, phase), now));
            }
        }
        self.carry_out(host)
    }

    /// Whether a request was sent since this was last asked.
    fn has_sent(&mut self) -> bool {
        let helpers = self.helpers.as_mut();
        helpers.is_some_and(|helpers| std::mem::take(&mut helpers.has_sent))
    }

    /// Takes what has arrived, keeps what is unsaved and waits until all of it is on the disk.
    pub fn finish(&mut self) {
        let now = Timestamp::now();
        while let Ok(event) = self.events.try_recv() {
            self.waiting.extend(self.state.handle(event, now));
        }
        self.state.keeper.doubt();
        self.waiting.extend(self.state.keep(now));
        if let Some(helpers) = &mut self.helpers {
            for effect in std::mem::take(&mut self.waiting) {
                // The rest is for a terminal or a server, and nobody looks any more.
                let _ = helpers.keep(effect);
            }
            helpers.bodies.finish();
            helpers.files.finish();
        }
    }
}

/// Opens the TUI and stays until the user leaves.
///
/// # Errors
///
/// When the terminal cannot be taken over or written to, or the workspace's folder is no folder.
pub fn run(options: &TuiOptions) -> anyhow::Result<()> {
    let mut options = options.clone();
    let mut landing = None;
    loop {
        match open(&options, landing.as_deref())? {
            Flow::Reopen(next) => {
                options = options.on_to(&next);
                landing = Some(next);
            }
            Flow::Go | Flow::Quit => return Ok(()),
        }
    }
}

/// Opens one workspace and stays until the user leaves it.
fn open(options: &TuiOptions, landing: Option<&Landing>) -> anyhow::Result<Flow> {
    let mut app = App::load_after(options, landing)?;
    let background = app.queue();
    let mouse = app.start.as_ref().and_then(|start| start.config.mouse).unwrap_or(true);
    let mut screen = Screen::take(mouse, move |message| {
        // Without a listener the program is ending anyway.
        let _ = background.send(Event::Notice(Level::Error, message));
    })?;
    let stayed = stay(&mut app, options, &mut screen);
    if stayed.is_err() {
        // The terminal is gone in the middle of something: what was typed is taken as it stands.
        app.queue().send(Event::Hangup)?;
    }
    app.finish();
    let flow = stayed?;
    if let Some(defect) = app.state.defect {
        // The terminal is given back first.
        drop(screen);
        anyhow::bail!(defect);
    }
    Ok(flow)
}

fn stay(app: &mut App, options: &TuiOptions, screen: &mut Screen) -> io::Result<Flow> {
    let (columns, rows) = screen.size()?;
    app.take(Event::Resize(columns, rows), screen)?;
    paint(screen, &mut app.state)?;
    app.start(options, true)?;
    if app.state.stale {
        paint(screen, &mut app.state)?;
    }
    screen.title(&format!("postrider: {}", title(options)))?;
    if app.asks_ground() {
        screen.ask(ground::QUESTION)?;
    }
    app.state.shared.sight.cell = sight::cell();
    loop {
        let mut flow = app.turn(None, screen)?;
        if matches!(flow, Flow::Go) && app.has_sent() {
            flow = app.turn(Some(MOMENT), screen)?;
        }
        match flow {
            Flow::Go if app.state.stale => paint(screen, &mut app.state)?,
            Flow::Go => {}
            end => return Ok(end),
        }
    }
}

fn title(options: &TuiOptions) -> String {
    let name = options.root.file_name().unwrap_or_default().to_string_lossy();
    name.chars().filter(|c| !c.is_control()).collect()
}

fn paint(screen: &mut Screen, state: &mut State) -> io::Result<()> {
    state.stale = false;
    screen.draw(|frame| {
        let area = frame.area();
        let cursor = draw::frame(state, area, frame.buffer_mut());
        (cursor, draw::picture(state, frame.buffer_mut()))
    })
}

/// How long from `now` until something on the screen changes by itself; `None` while nothing does.
fn wake(state: &State, now: Timestamp) -> Option<Duration> {
    // A list that searches goes on as soon as what it shows so far is drawn, and no key waits.
    if matches!(state.modals.last(), Some(Modal::Picker(picker)) if picker.is_searching()) {
        return Some(Duration::ZERO);
    }
    // The state's times count from the event it handled last.
    let since = now.duration_since(state.shared.now).max(SignedDuration::ZERO);
    let importing = |modal: &Modal| matches!(modal, Modal::Import(import) if import.waits_for().is_some());
    let running = !state.shared.running.is_empty()
        || state.shared.log.as_ref().is_some_and(Log::is_running)
        || state.modals.iter().any(importing);
    let sending = running.then_some(Duration::from_millis(100));
    let signing_in = state.modals.iter().any(|modal| matches!(modal, Modal::SignIn(_)));
    let signing_in = signing_in.then_some(Duration::from_secs(1));
    let token = environments::next_change(&state.panes.environments, &state.shared).map(SignedDuration::unsigned_abs);
    // Times stop ticking by the second a while after the last key.
    let shown = |modal: &Modal| matches!(modal, Modal::Ask(ask) if ask.is_shown());
    let lasts = token.is_some() || state.shared.revealed || state.modals.iter().any(shown);
    let sleep = (state.shared.awake && lasts).then_some(ASLEEP.unsigned_abs());
    [sending, signing_in, token, sleep]
        .into_iter()
        .flatten()
        .min()
        .map(|time| time.saturating_sub(since.unsigned_abs()).max(Duration::from_millis(20)))
}

#[cfg(test)]
mod tests;

//! The whole state of the TUI, and the way an event takes through it.
//!
//! ```text
//! Event → handle ─ key: modal | text field | keymap → Action ┐
//!                └ result of an effect ──────────────────────┴→ pane update → Command → commands/ → Effect
//! ```
//!
//! [`State::handle`] is all there is between the queue and the screen: no I/O, no clocks, so tests press keys and look.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use jiff::{SignedDuration, Timestamp};
use ratatui::layout::{Position, Rect};

use crate::store::Config;

use super::action::{self, Action, App, Nav};
use super::command::Command;
use super::drafts::{self, Keeper};
use super::effect::Effect;
use super::event::Event;
use super::importing::{Done, Rewrites};
use super::keymap::{Chord, Context, Keymap};
use super::layout::{self, Layout};
use super::loading::{self, Input, Waiting};
use super::modals::{Flow, Modal};
use super::panes::{Cx, Pane, Panes, request};
use super::saves::Saves;
use super::shared::{Level, Shared};
use super::theme::{Depth, Theme};
use super::{commands, outside, results};
use crate::model::{ItemPath, NodeId, Outcome};

/// So long after the last key nobody is looking: times tick slowly, and secrets hide again.
pub const ASLEEP: SignedDuration = SignedDuration::from_secs(30);
/// Of so many that went while they were open it is known that they are opened again when they come back.
const MOST_CLOSED: usize = 100;

/// Everything the TUI knows.
#[derive(Debug, Default)]
pub struct State {
    /// What all panes look at.
    pub shared: Shared,
    /// The panes.
    pub panes: Panes,
    /// The pane with the focus.
    pub focus: Pane,
    /// Whether the focused pane has the whole screen.
    pub zoom: bool,
    /// What is open over the panes, topmost last.
    pub modals: Vec<Modal>,
    /// The colours, fitted to the terminal.
    pub theme: Theme,
    /// The theme's file name.
    pub theme_name: String,
    /// Whether the terminal's ground says which theme it is, as the user has said nothing.
    pub auto_theme: bool,
    /// Whether that ground is light, once the terminal has said so.
    pub light: Option<bool>,
    /// Which text the file of the settings had when it was last read.
    pub settings_text: Option<u64>,
    /// All themes to choose from: file name and text.
    pub themes: Vec<(String, String)>,
    /// How many colours the terminal shows.
    pub depth: Option<Depth>,
    /// The keys.
    pub keymap: Keymap,
    /// The user's settings.
    pub config: Config,
    /// The screen: columns, rows.
    pub size: (u16, u16),
    /// Where the user dragged the dividers.
    pub dividers: layout::Dividers,
    /// Which divider is being dragged.
    pub dragging: Option<layout::Grip>,
    /// Whether something changed since the last drawing.
    pub stale: bool,
    /// The defect of our own that ends the program, in words.
    pub defect: Option<String>,
    /// How many keys, clicks and pastes there have been.
    pub inputs: u64,
    /// Which of these was the last key that goes to the end of what is typed.
    pub to_the_end: Option<u64>,
    /// Which of them was the last that undid, or was about to undo, a change of an item that is not open, and which item.
    pub undone_elsewhere: Option<(NodeId, u64)>,
    /// What was open when it went, by deleting, undoing or redoing: when it comes back it is opened again.
    pub closed: Vec<NodeId>,
    /// When the user last did something.
    pub last_input: Timestamp,
    /// The name of the next send.
    pub next_run: u64,
    /// What has ended last by itself, and when: a key that was to cancel it is no wish to leave.
    pub ended: Option<(Timestamp, String)>,
    /// When it was last said that the key to cancel leaves, the next time.
    pub leaving: Option<Timestamp>,
    /// Sends that wait for the demo server's address; `None` when it is known or nobody will tell it.
    pub held: Option<Vec<commands::Held>>,
    /// The cookies of the workspace, as last told.
    pub cookies: Vec<crate::model::exchange::Cookie>,
    /// The cookies as last kept.
    pub cookies_kept: String,
    /// What is being imported and may not be in the tree yet; with what came of it, once it is written.
    pub import: Option<Option<Done>>,
    /// What imports wrote.
    pub rewrites: Rewrites,
    /// What waits until all of the workspace is read.
    pub waiting: Waiting,
    /// Responses that came along from Postman's file, for requests that are still to be read.
    pub landed: Vec<(ItemPath, Arc<Outcome>)>,
    /// What is on its way to the disk.
    pub saves: Saves,
    /// What is kept for the next start: drafts, the layout.
    pub keeper: Keeper,
}

impl State {
    /// Handles one event at a time; returns the work it makes.
    pub fn handle(&mut self, event: Event, now: Timestamp) -> Vec<Effect> {
        self.shared.now = now;
        let mut effects = Vec::new();
        let mut queue = Vec::new();
        let mut event = event;
        if matches!(event, Event::Key(_) | Event::Mouse(_) | Event::Paste(_)) {
            match loading::meet(self, event) {
                Input::Now(input) => event = input,
                Input::Taken => {
                    self.stale = true;
                    return effects;
                }
            }
            // What is typed behind an answer that ends the program is meant for nothing in it.
            if self.saves.quit {
                return effects;
            }
            let is_release = matches!(&event, Event::Key(key) if key.kind == KeyEventKind::Release);
            let is_motion = matches!(&event, Event::Mouse(mouse) if mouse.kind == MouseEventKind::Moved);
            if !is_release && !is_motion {
                self.inputs += 1;
                self.catch_up(&mut effects);
            }
            self.last_input = now;
            self.shared.awake = true;
        }
        // Told after every send, and mostly what is known: no reason for another frame.
        if let Event::Cookies(cookies, json, before) = &event
            && (json, json, cookies) == (before, &self.cookies_kept, &self.cookies)
            && !json.is_empty()
        {
            return effects;
        }
        // What cannot be seen cannot be done: on a screen that is too small only leaving it counts.
        let blind = self.layout().too_small;
        let idle = matches!(
            event,
            Event::Tick | Event::Progress(..) | Event::Notice(..) | Event::SavingBody(..)
        );
        self.keeper.pending |= !idle;
        match event {
            Event::Key(key) if key.kind == KeyEventKind::Release => return effects,
            Event::Key(key) if blind => {
                if self.keymap.find(&[Context::Anywhere], Chord::from(key)) == Some(Action::App(App::Quit)) {
                    self.settle(&mut queue, &mut effects);
                    queue.push(Command::Quit);
                }
            }
            Event::Mouse(_) | Event::Paste(_) if blind => return effects,
            Event::Key(key) => self.key(key, &mut queue, &mut effects),
            Event::Mouse(mouse) => {
                if !self.mouse(mouse, &mut queue, &mut effects) {
                    return effects;
                }
            }
            Event::Paste(text) => self.paste(&text, &mut queue, &mut effects),
            Event::Resize(columns, rows) => self.size = (columns, rows),
            Event::Tick => {
                // Until all that was typed for is found there is nothing new to draw.
                if let Some(Modal::Picker(picker)) = self.modals.last_mut()
                    && picker.is_searching()
                {
                    if !picker.search_on() {
                        return effects;
                    }
                    self.catch_up(&mut effects);
                }
                self.shared.awake = now.duration_since(self.last_input) < ASLEEP;
                // Whoever goes away has seen enough.
                if !self.shared.awake {
                    self.shared.hide_again();
                }
            }
            other => results::take(self, other, &mut queue, &mut effects),
        }
        self.stale = true;
        self.run(queue, &mut effects);
        let mut queue = Vec::new();
        commands::refuse_typing(self, &mut queue, &mut effects);
        self.run(queue, &mut effects);
        outside::let_go(self);
        self.sync(&mut effects);
        if let Some((commands, inputs)) = loading::release(self) {
            self.run(commands, &mut effects);
            self.sync(&mut effects);
            for input in inputs {
                effects.extend(self.handle(input, now));
            }
        }
        effects
    }

    /// Notes that what is open went, by deleting, undoing or redoing.
    pub(super) fn close(&mut self) {
        self.closed.extend(self.shared.open.take());
        let over = self.closed.len().saturating_sub(MOST_CLOSED);
        self.closed.drain(..over);
    }

    /// Asks for drafts and the layout to be kept, if anything happened since they last were. The runtime calls it when
    /// that is due.
    pub fn keep(&mut self, now: Timestamp) -> Vec<Effect> {
        let mut effects = Vec::new();
        drafts::keep(self, now, &mut effects);
        effects
    }

    /// Takes over what is being typed and counts only once it is left: a cell of an environment, a current value of a
    /// collection's. Returns whether there was any; everything else counts with every key.
    pub(super) fn settle(&mut self, queue: &mut Vec<Command>, effects: &mut Vec<Effect>) -> bool {
        let mut cx = Cx {
            shared: &mut self.shared,
            commands: queue,
            effects,
        };
        let mut settled = request::settle(&mut self.panes.request, &mut cx);
        for modal in &mut self.modals {
            if let Modal::Environment(editor) = modal {
                settled |= editor.settle(&mut cx);
            }
        }
        settled
    }

    /// Carries out commands, and those they lead to.
    pub fn run(&mut self, mut queue: Vec<Command>, effects: &mut Vec<Effect>) {
        // A command may ask for others; an endless ping-pong would be a defect, so it ends.
        for _ in 0..100 {
            if queue.is_empty() {
                return;
            }
            let mut waits = false;
            for command in std::mem::take(&mut queue) {
                // What follows one that waits belongs to it.
                waits |= loading::must_wait(self, &command);
                if waits {
                    loading::hold(self, command);
                } else {
                    commands::run(self, command, &mut queue, effects);
                }
            }
        }
    }

    /// The places of everything on the screen.
    pub fn layout(&self) -> Layout {
        let zoomed = self.zoom.then_some(self.focus);
        layout::compute(
            self.size,
            zoomed,
            self.focus,
            &self.dividers,
            self.shared.workspace.environments().len(),
        )
    }

    /// Lets the panes follow what changed.
    pub fn sync(&mut self, effects: &mut Vec<Effect>) {
        let layout = self.layout();
        let mut queue = Vec::new();
        for pane in Pane::ALL {
            let mut cx = Cx {
                shared: &mut self.shared,
                commands: &mut queue,
                effects,
            };
            let area = layout.area(pane).unwrap_or_default();
            self.panes.sync(pane, area, &self.keymap, &mut cx);
        }
        let screen = Rect::new(0, 0, self.size.0, self.size.1);
        let last = self.modals.len().saturating_sub(1);
        for (n, modal) in self.modals.iter_mut().enumerate() {
            let mut cx = Cx {
                shared: &mut self.shared,
                commands: &mut queue,
                effects,
            };
            modal.sync(screen, &mut cx);
            if let Modal::Confirm(confirm) = modal
                && n < last
            {
                confirm.covered();
            }
        }
        self.run(queue, effects);
    }

    fn key(&mut self, key: KeyEvent, queue: &mut Vec<Command>, effects: &mut Vec<Effect>) {
        self.shared.notice = None;
        // Whatever else it leads out of.
        let is_esc = key.code == KeyCode::Esc;
        if is_esc && !self.modals.is_empty() {
            self.shared.hide_again();
        }
        let chord = Chord::from(key);
        if let Some(modal) = self.modals.last_mut() {
            let quit = self.keymap.find(&[Context::Anywhere], chord) == Some(Action::App(App::Quit));
            if quit {
                if self.modals.iter().any(Modal::asks_to_quit) {
                    return;
                }
                queue.push(Command::Act(Action::App(App::Quit)));
                return;
            }
            let help = Some(Action::App(App::Help));
            // A letter that asks for help in the panes may mean something here.
            let is_mark = modal.takes_letters() && key.code == KeyCode::Char('?');
            let asks = self.keymap.find(&[Context::Anywhere], chord) == help && !chord.types_text()
                || is_mark && self.keymap.find(&[Context::Normal], chord) == help;
            if asks && modal.has_help() {
                queue.push(Command::Act(Action::App(App::Help)));
                return;
            }
            let switch = Action::App(App::SwitchEnvironment);
            if modal.switches_environment() && self.keymap.find(&[Context::Anywhere], chord) == Some(switch) {
                queue.push(Command::Act(switch));
                return;
            }
            let mut cx = Cx {
                shared: &mut self.shared,
                commands: queue,
                effects,
            };
            if modal.key(key, &mut cx) == Flow::Close {
                self.modals.pop();
            }
            return;
        }
        let typing = self.panes.typing(self.focus);
        // As in a shell it goes to the end of the line; what it does else it does when it is pressed there once more.
        let to_the_end = typing && key.code == KeyCode::Char('e') && key.modifiers == KeyModifiers::CONTROL;
        let goes_on = self.panes.goes_on(self.focus);
        let again = self.to_the_end.is_some_and(|last| last + 1 == self.inputs);
        if to_the_end {
            self.to_the_end = Some(self.inputs);
        }
        let action = if to_the_end && (goes_on || !again) {
            let bound = self.keymap.find(&[Context::Anywhere], chord);
            if let (false, Some(spec)) = (goes_on, bound.and_then(action::spec)) {
                let text = format!("here the line ends; {chord} again: {}", spec.label);
                self.shared.notify(Level::Info, text);
            }
            None
        } else if typing {
            let own = || self.keymap.find(self.panes.contexts(self.focus), chord);
            self.keymap
                .find(&[Context::Anywhere], chord)
                .filter(|_| !chord.types_text())
                .or_else(|| own().filter(|_| chord.is_command()))
        } else {
            self.keymap
                .find(self.panes.contexts(self.focus), chord)
                .or_else(|| self.keymap.find(&[Context::Normal, Context::Anywhere], chord))
        };
        // What goes back still has to see whether secrets were shown, so it hides them itself.
        if is_esc && action != Some(Action::App(App::Back)) {
            self.shared.hide_again();
        }
        match action {
            Some(action) => queue.push(Command::Act(action)),
            None if typing => {
                let mut cx = Cx {
                    shared: &mut self.shared,
                    commands: queue,
                    effects,
                };
                self.panes.key(self.focus, key, &mut cx);
            }
            None => {}
        }
    }

    /// Does what was pressed in a list that still searched: before anything that comes after it.
    fn catch_up(&mut self, effects: &mut Vec<Effect>) {
        let Some(Modal::Picker(picker)) = self.modals.last_mut() else {
            return;
        };
        let mut queue = Vec::new();
        let mut cx = Cx {
            shared: &mut self.shared,
            commands: &mut queue,
            effects,
        };
        let Some(flow) = picker.catch_up(&mut cx) else { return };
        if flow == Flow::Close {
            self.modals.pop();
        }
        self.run(queue, effects);
        self.sync(effects);
    }

    fn paste(&mut self, text: &str, queue: &mut Vec<Command>, effects: &mut Vec<Effect>) {
        let mut cx = Cx {
            shared: &mut self.shared,
            commands: queue,
            effects,
        };
        match self.modals.last_mut() {
            Some(modal) => modal.paste(text, &mut cx),
            None if self.panes.typing(self.focus) => self.panes.paste(self.focus, text, &mut cx),
            None => {}
        }
    }

    /// Handles the mouse; returns whether it was of any interest.
    fn mouse(&mut self, event: MouseEvent, queue: &mut Vec<Command>, effects: &mut Vec<Effect>) -> bool {
        if event.kind == MouseEventKind::Moved {
            return false;
        }
        let layout = self.layout();
        let at = Position::new(event.column, event.row);
        if let Some(modal) = self.modals.last_mut() {
            let mut cx = Cx {
                shared: &mut self.shared,
                commands: queue,
                effects,
            };
            if modal.mouse(event, &mut cx) == Flow::Close {
                self.modals.pop();
            }
            return true;
        }
        match event.kind {
            MouseEventKind::Down(MouseButton::Left) => {
                self.dragging = layout.divider_at(at);
                if let Some(grip) = self.dragging {
                    // By its title a pane is chosen, too.
                    if let Some(pane) = layout.pane_at(at).filter(|_| grip.behind) {
                        self.focus = pane;
                    }
                    return true;
                }
                if layout.footer.contains(at) {
                    let area = layout.footer;
                    if let Some(action) = super::footer::hit(self, area, event.column) {
                        queue.push(Command::Act(action));
                    }
                    return true;
                }
            }
            MouseEventKind::Drag(MouseButton::Left) => {
                if let Some(grip) = self.dragging {
                    self.dividers.drag(grip, at, self.size);
                    return true;
                }
            }
            MouseEventKind::Up(_) => self.dragging = None,
            _ => {}
        }
        let Some(pane) = layout.pane_at(at) else { return true };
        if matches!(event.kind, MouseEventKind::Down(_)) {
            self.focus = pane;
        }
        let mut cx = Cx {
            shared: &mut self.shared,
            commands: queue,
            effects,
        };
        self.panes
            .mouse(pane, event, layout.area(pane).unwrap_or_default(), &mut cx);
        true
    }

    /// Does an action that moves or belongs to the focused pane.
    pub(super) fn act_in_pane(&mut self, action: Action, queue: &mut Vec<Command>, effects: &mut Vec<Effect>) {
        let pane = match action {
            Action::Environments(_) => Pane::Environments,
            Action::Tree(_) => Pane::Collections,
            Action::Request(_) => Pane::Request,
            Action::Response(_) => Pane::Response,
            Action::App(_) | Action::Nav(_) => self.focus,
        };
        let mut cx = Cx {
            shared: &mut self.shared,
            commands: queue,
            effects,
        };
        self.panes.act(pane, action, &mut cx);
    }

    /// Presses an arrow key, for code that has a direction and no key.
    pub fn nav(nav: Nav) -> Command {
        Command::Act(Action::Nav(nav))
    }
}

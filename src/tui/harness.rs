//! For tests: presses keys on a state, looks at the screen it draws. No runtime, so effects are only collected, but for
//! looks at the file system.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::model::request::{Entry, Method};
use crate::model::token::{Renew, TokenSource};
use crate::model::{Auth, Body, Entity, Environment, Group, Request, Variable, Workspace};

use super::draw;
use super::effect::Effect;
use super::event::Event;
use super::keymap::Keymap;
use super::state::State;
use super::theme::{DEFAULT, EMBEDDED, Theme};

/// A state with a keyboard and a screen.
pub struct Harness {
    /// The state.
    pub state: State,
    /// All effects so far.
    pub effects: Vec<Effect>,
    /// The time told to the state; tests move it themselves.
    pub now: Timestamp,
    /// Whether the file system answers at once; else not at all.
    pub answers: bool,
}

impl Harness {
    /// The small workspace of [`workspace`] on a screen of this size.
    pub fn new(columns: u16, rows: u16) -> Self {
        Self::with(workspace(), columns, rows)
    }

    /// Any workspace.
    pub fn with(workspace: Workspace, columns: u16, rows: u16) -> Self {
        let mut state = State {
            theme: Theme::embedded(DEFAULT),
            theme_name: DEFAULT.to_owned(),
            themes: EMBEDDED
                .iter()
                .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
                .collect(),
            keymap: Keymap::shipped(),
            size: (columns, rows),
            ..State::default()
        };
        state.shared.active_environment = workspace.environment_named("demo").map(|node| node.id);
        state.shared.workspace = workspace;
        let now: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
        let mut harness = Self {
            state,
            effects: Vec::new(),
            now,
            answers: true,
        };
        harness.event(Event::Resize(columns, rows));
        harness
    }

    /// Handles an event.
    pub fn event(&mut self, event: Event) {
        let effects = self.state.handle(event, self.now);
        let kept = self.state.keep(self.now);
        for effect in effects.into_iter().chain(kept) {
            match effect {
                Effect::Look(question) if self.answers => self.event(Event::Looked(question.answer())),
                other => self.effects.push(other),
            }
        }
    }

    /// Presses keys: characters type themselves, `<ctrl-j>`, `<enter>`, `<esc>`, `<lt>` are keys.
    pub fn press(&mut self, keys: &str) -> &mut Self {
        let mut rest = keys;
        while let Some(c) = rest.chars().next() {
            let close = rest.find('>').filter(|_| c == '<' && rest.len() > 1);
            let key = if let Some(close) = close {
                let name = &rest[1..close];
                rest = &rest[close + 1..];
                key_named(name)
            } else {
                rest = &rest[c.len_utf8()..];
                KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)
            };
            self.event(Event::Key(key));
        }
        self
    }

    /// The screen as text, a line each, without trailing blanks.
    pub fn screen(&self) -> String {
        let buf = self.buffer();
        let mut out = String::new();
        for y in 0..buf.area.height {
            let mut line = String::new();
            let mut skip = 0;
            for x in 0..buf.area.width {
                let symbol = buf[(x, y)].symbol();
                if skip > 0 {
                    skip -= 1;
                    continue;
                }
                skip = unicode_width::UnicodeWidthStr::width(symbol).saturating_sub(1);
                line.push_str(symbol);
            }
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out
    }

    /// The screen with its styles.
    pub fn buffer(&self) -> Buffer {
        let mut buf = Buffer::empty(Rect::new(0, 0, self.state.size.0, self.state.size.1));
        draw::draw(&self.state, buf.area, &mut buf);
        buf
    }
}

fn key_named(name: &str) -> KeyEvent {
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
        "delete" => KeyCode::Delete,
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        "left" => KeyCode::Left,
        "right" => KeyCode::Right,
        "home" => KeyCode::Home,
        "end" => KeyCode::End,
        "pgup" => KeyCode::PageUp,
        "pgdn" => KeyCode::PageDown,
        "space" => KeyCode::Char(' '),
        "lt" => KeyCode::Char('<'),
        "f1" => KeyCode::F(1),
        other => KeyCode::Char(other.chars().next().unwrap()),
    };
    KeyEvent::new(code, modifiers)
}

/// A collection as the story has it: a token request, a folder with two requests, two environments.
pub fn workspace() -> Workspace {
    let mut workspace = Workspace::new("/nowhere");
    let collection = Group {
        name: "Pydio Cells".into(),
        auth: Auth::new("bearer").with("token", "{{dex_token}}"),
        tokens: vec![TokenSource {
            renew: Renew::Ask,
            ..TokenSource::new("dex_token", "get-token")
        }],
        ..Group::default()
    };
    let collection = workspace.load_node(None, "pydio-cells", Entity::Collection(Arc::new(collection)));
    let mut token = Request {
        name: "Get token".into(),
        method: crate::model::request::Method::new("POST"),
        auth: Auth::new("basic")
            .with("username", "{{client_id}}")
            .with("password", "{{client_secret}}"),
        headers: vec![Entry::new("Cache-Control", "no-cache")],
        body: Body::Form(vec![
            Entry::new("grant_type", "password"),
            Entry::new("username", "{{username}}"),
            Entry::new("password", "{{password}}"),
        ]),
        order: Some(10),
        ..Request::default()
    };
    token.scripts.post_response = "pm.environment.set(\"dex_token\", pm.response.json().id_token);".into();
    token.set_full_url("{{base_url}}/auth/dex/token");
    workspace.load_node(Some(collection), "get-token", Entity::Request(Arc::new(token)));
    let folder = Group {
        order: Some(20),
        ..Group::named("Configuration")
    };
    let folder = workspace.load_node(Some(collection), "configuration", Entity::Folder(Arc::new(folder)));
    for (n, (slug, name, url)) in [
        ("list-services", "List services", "{{base_url}}/a/config/ctl"),
        ("datasources", "Data sources", "{{base_url}}/a/config/datasource"),
    ]
    .into_iter()
    .enumerate()
    {
        let request = Request {
            name: name.into(),
            order: i64::try_from(n).ok().map(|n| 10 * (n + 1)),
            ..Request::to(Method::default(), url)
        };
        workspace.load_node(Some(folder), slug, Entity::Request(Arc::new(request)));
    }
    let variable = |key: &str, value: &str| Variable::new(key, value);
    let secret = |key: &str| Variable {
        secret: true,
        ..Variable::new(key, "")
    };
    workspace.load_environment(
        "demo",
        Environment {
            name: "demo".into(),
            variables: vec![
                variable("base_url", "http://127.0.0.1:8765"),
                variable("client_id", "cells-front"),
                variable("client_secret", "cells-front"),
                variable("username", "admin"),
                variable("password", "admin"),
                secret("dex_token"),
            ],
            ..Environment::default()
        },
    );
    workspace.load_environment(
        "cells",
        Environment {
            name: "cells".into(),
            variables: vec![variable("base_url", "https://your-cells.example")],
            ..Environment::default()
        },
    );
    workspace
}

//! The cookies of the workspace: what the servers set, and throwing it away.

use crossterm::event::{KeyCode, KeyEvent, MouseButton, MouseEvent, MouseEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::sheet::{Sheet, column_at};
use super::{Choice, Confirm, Flow};
use crate::exec;
use crate::model::InOrder;
use crate::model::Redactor;
use crate::model::exchange::Cookie;
use crate::model::literal::is_session;
use crate::tui::action::{Action, App};
use crate::tui::command::Command;
use crate::tui::effect::CookiesOf;
use crate::tui::panes::{Cx, View};
use crate::tui::shared::{Level, Shared};
use crate::tui::widgets::escape::printable;
use crate::tui::widgets::{glyphs, hatch, scroll};

/// The headings of the columns.
const HEADINGS: [&str; 6] = ["Domain", "Path", "Name", "Value", "Expires", ""];
/// What a hidden value looks like; its length says nothing.
const HIDDEN: &str = "••••";

/// The list.
#[derive(Debug)]
pub struct Cookies {
    list: Vec<Cookie>,
    /// Of each the path without secrets: that of a URL is one's own.
    paths: Vec<String>,
    cursor: usize,
    offset: usize,
    sheet: Sheet,
    widths: [usize; 6],
}

impl Cookies {
    /// Lists these.
    pub fn new(cookies: Vec<Cookie>, shared: &Shared) -> Self {
        let mut list = Self {
            list: Vec::new(),
            paths: Vec::new(),
            cursor: 0,
            offset: 0,
            sheet: Sheet::default(),
            widths: [0; 6],
        };
        list.replace(cookies, shared);
        list
    }

    /// Shows these instead: they changed while the list was open.
    pub fn replace(&mut self, mut cookies: Vec<Cookie>, shared: &Shared) {
        cookies.order_by(|a, b| (&a.domain, &a.path, &a.name).cmp(&(&b.domain, &b.path, &b.name)));
        let paths = cookies.iter().map(|cookie| cookie.path.as_str());
        let mut secrets = Redactor::default();
        if paths.clone().any(|path| path != "/") {
            secrets = exec::every_secret(&shared.workspace, &shared.current);
            secrets = secrets.with(secrets.pieces(paths.clone()));
        }
        self.paths = paths.map(|path| secrets.redact(path)).collect();
        self.list = cookies;
    }

    /// Takes a key.
    pub fn key(&mut self, key: KeyEvent, cx: &mut Cx<'_>) -> Flow {
        let last = self.list.len().saturating_sub(1);
        let page = usize::from(self.rows().height.max(1));
        match key.code {
            KeyCode::Esc | KeyCode::Char('q') => return Flow::Close,
            KeyCode::Up | KeyCode::Char('k') => self.cursor = self.cursor.saturating_sub(1),
            KeyCode::Down | KeyCode::Char('j') => self.cursor = (self.cursor + 1).min(last),
            KeyCode::PageUp => self.cursor = self.cursor.saturating_sub(page),
            KeyCode::PageDown => self.cursor = (self.cursor + page).min(last),
            KeyCode::Home | KeyCode::Char('g') => self.cursor = 0,
            KeyCode::End | KeyCode::Char('G') => self.cursor = last,
            KeyCode::Char('v') => cx.commands.push(Command::Act(Action::App(App::Reveal))),
            KeyCode::Char('y') => {
                if let Some(cookie) = self.list.get(self.cursor) {
                    if !cx.shared.revealed && is_session(&cookie.value) {
                        let text = "its value is hidden: `v` shows it first".to_owned();
                        cx.commands.push(Command::Notify(Level::Info, text));
                        return Flow::Stay;
                    }
                    cx.commands.push(Command::Copy(cookie.pair(), "the cookie".to_owned()));
                }
            }
            KeyCode::Char('d') => {
                if let Some((cookie, shown)) = self
                    .list
                    .get(self.cursor)
                    .zip(self.path(self.cursor, cx.shared.revealed))
                {
                    let Cookie { domain, path, name, .. } = cookie.clone();
                    let named = match printable(&name) {
                        name if name.is_empty() => "What has no name".to_owned(),
                        name => format!("`{name}`"),
                    };
                    let text = format!("{named} of {domain}{shown} will be removed.");
                    let of = CookiesOf::One { domain, path, name };
                    ask("Remove a cookie", text, vec![choice('d', "remove it", of)], cx);
                }
            }
            KeyCode::Char('D') => {
                if let Some(cookie) = self.list.get(self.cursor) {
                    let domain = &cookie.domain;
                    let own = self.list.iter().filter(|other| other.domain == *domain).count();
                    let text = format!("Cookies of `{domain}`: {own}, of all domains: {}.", self.list.len());
                    let choices = vec![
                        choice('d', &format!("clear {domain}"), CookiesOf::Domain(domain.clone())),
                        choice('a', "clear all", CookiesOf::All),
                    ];
                    ask("Clear cookies", text, choices, cx);
                }
            }
            _ => {}
        }
        Flow::Stay
    }

    /// Takes pasted text: there is nowhere to put it.
    pub fn paste(&mut self, _text: &str, _cx: &mut Cx<'_>) {}

    /// Takes a mouse event.
    pub fn mouse(&mut self, event: MouseEvent, _cx: &mut Cx<'_>) -> Flow {
        let at = Position::new(event.column, event.row);
        match event.kind {
            MouseEventKind::ScrollUp => self.cursor = self.cursor.saturating_sub(1),
            MouseEventKind::ScrollDown => self.cursor += 1,
            MouseEventKind::Down(MouseButton::Left) if !self.sheet.contains(at) => return Flow::Close,
            MouseEventKind::Down(MouseButton::Left) => {
                let rows = self.rows();
                if rows.contains(at) {
                    self.cursor = self.offset + usize::from(at.y - rows.y);
                }
            }
            _ => {}
        }
        Flow::Stay
    }

    /// The path of one of them, as it is shown.
    fn path(&self, at: usize, revealed: bool) -> Option<&str> {
        let hidden = self.paths.get(at).map(String::as_str);
        self.list
            .get(at)
            .map(|cookie| &*cookie.path)
            .filter(|_| revealed)
            .or(hidden)
    }

    fn rows(&self) -> Rect {
        let body = self.sheet.body;
        Rect {
            y: body.y + body.height.min(1),
            height: body.height.saturating_sub(1),
            ..body
        }
    }

    /// Follows the screen: columns as wide as their content, the widest giving way.
    pub fn sync(&mut self, screen: Rect, cx: &mut Cx<'_>) {
        let width = screen.width.saturating_sub(8).min(120);
        let height = u16::try_from(self.list.len() + 1).unwrap_or(u16::MAX);
        self.sheet = Sheet::centred(screen, width, height.clamp(6, 40));
        self.cursor = self.cursor.min(self.list.len().saturating_sub(1));
        let height = usize::from(self.rows().height);
        self.offset = scroll::follow(self.offset, self.cursor, self.list.len(), height, 1);
        let mut widths = HEADINGS.map(glyphs::width);
        for (n, cookie) in self.list.iter().enumerate() {
            let path = self.path(n, cx.shared.revealed).unwrap_or_default();
            for (width, text) in widths.iter_mut().zip(cells(cookie, path, cx.shared.revealed)) {
                *width = (*width).max(glyphs::width(&text));
            }
        }
        let room = usize::from(self.sheet.body.width).saturating_sub(2 * (widths.len() - 1));
        while widths.iter().sum::<usize>() > room {
            match widths.iter_mut().max() {
                Some(widest) if *widest > 0 => *widest -= 1,
                _ => break,
            }
        }
        self.widths = widths;
    }

    /// Draws it.
    pub fn draw(&self, view: View<'_>, _screen: Rect, buf: &mut Buffer) -> Option<Position> {
        let theme = view.theme;
        let secrets = if view.shared.revealed { "hide" } else { "reveal" };
        let keys = [
            ("Esc", "close"),
            ("d", "remove"),
            ("D", "clear the domain, or all"),
            ("v", secrets),
            ("y", "copy"),
        ];
        let count = self.list.len().to_string();
        let empty = self.list.is_empty();
        let shown = if empty { &keys[..1] } else { &keys[..] };
        self.sheet
            .draw("Cookies", if empty { "" } else { &count }, shown, view, buf);
        let body = self.sheet.body;
        if empty {
            let message = "No cookies yet\n\nWhat a server sets with Set-Cookie is kept here and sent back to it.";
            let mut styles = theme.hatching();
            styles.text = theme.popup.patch(styles.text);
            hatch::draw(message, &styles, body, buf);
            return None;
        }
        let dim = theme.popup.patch(theme.dim);
        let head = Rect {
            height: body.height.min(1),
            ..body
        };
        self.draw_row(&HEADINGS.map(String::from), [dim; 6], head, buf);
        let rows = self.rows();
        let visible = self.list.iter().enumerate().skip(self.offset);
        for ((n, cookie), y) in visible.zip(rows.top()..rows.bottom()) {
            let ground = if n == self.cursor {
                theme.popup.patch(theme.selected)
            } else {
                theme.popup
            };
            let place = Rect::new(rows.x, y, rows.width, 1);
            let wide = Rect::new(rows.x.saturating_sub(1), y, rows.width.saturating_add(2), 1);
            buf.set_style(wide.intersection(self.sheet.area), ground);
            let name = ground.patch(theme.syntax_key);
            let dim = ground.patch(theme.dim);
            let styles = [ground, dim, name, ground, dim, dim];
            let path = self.path(n, view.shared.revealed).unwrap_or_default();
            self.draw_row(&cells(cookie, path, view.shared.revealed), styles, place, buf);
        }
        let bar = Rect {
            width: rows.width.saturating_add(2),
            ..rows
        };
        let bar = bar.intersection(self.sheet.area);
        scroll::draw_bar(self.offset, self.list.len(), theme.popup_border, theme.accent, bar, buf);
        None
    }

    fn draw_row(&self, cells: &[String; 6], styles: [Style; 6], place: Rect, buf: &mut Buffer) {
        if place.is_empty() {
            return;
        }
        let mut x = 0;
        for ((text, style), width) in cells.iter().zip(styles).zip(self.widths) {
            let at = Position::new(column_at(place.x, x), place.y);
            glyphs::put_text(buf, at, text, width, style);
            x += width + 2;
        }
    }
}

fn choice(key: char, label: &str, of: CookiesOf) -> Choice {
    Choice {
        key,
        label: label.to_owned(),
        commands: vec![Command::ClearCookies(of)],
    }
}

fn ask(title: &str, text: String, choices: Vec<Choice>, cx: &mut Cx<'_>) {
    let ask = Confirm::new(title, vec![text], choices);
    cx.commands.push(Command::Show(Box::new(ask.into())));
}

/// What a cookie shows in each column.
fn cells(cookie: &Cookie, path: &str, revealed: bool) -> [String; 6] {
    let value = if revealed || !is_session(&cookie.value) {
        cookie.value.clone()
    } else {
        HIDDEN.to_owned()
    };
    let expires = match cookie.expires {
        Some(at) => at.strftime("%Y-%m-%d %H:%M").to_string(),
        None => "session".to_owned(),
    };
    let flags = [(cookie.secure, "secure"), (cookie.http_only, "http-only")];
    let flags: Vec<&str> = flags.iter().filter(|(set, _)| *set).map(|(_, word)| *word).collect();
    [
        cookie.domain.clone(),
        path.to_owned(),
        cookie.name.clone(),
        value,
        expires,
        flags.join(" "),
    ]
}

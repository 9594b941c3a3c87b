//! Signing in for a token: the browser is waited for, or a code is typed on another device.
//!
//! It opens by itself while a request waits for its token, and closes by itself when that is there.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use jiff::SignedDuration;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::widgets::{Clear, Widget};

use super::Flow;
use super::field::Field;
use super::sheet::{Sheet, column_at};
use super::wrap::wrap;
use crate::exec::oauth2::{Prompt, Reply, Todo, qr_code};
use crate::tui::command::Command;
use crate::tui::effect::Effect;
use crate::tui::panes::environments::life_text;
use crate::tui::panes::{Cx, View};
use crate::tui::sign_ins::{Opened, SignInId};
use crate::tui::widgets::glyphs;

/// How wide the text is.
const WIDTH: u16 = 72;
/// How many rows the page's address takes at most, and on a screen of so many lines.
const ADDRESS_ROWS: usize = 4;
const MOST_ROWS: usize = 8;
const TALL: u16 = 24;
/// The most columns of why no browser opens: it may be a program's own words.
const WHY: usize = 160;
/// The room between the code and the words beside it.
const GAP: u16 = 3;

/// The popup.
#[derive(Debug)]
pub struct SignIn {
    id: SignInId,
    prompt: Prompt,
    opened: Opened,
    /// The field for the address, while one is pasted.
    field: Option<Field>,
    qr: Option<Vec<String>>,
    left: SignedDuration,
    sheet: Sheet,
    lines: Vec<(String, Kind)>,
    /// The screen: an address has whole rows of it, with no frame beside it, so that the mouse selects nothing else.
    screen: Rect,
    has_room_for_qr: bool,
}

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Plain,
    Dim,
    Address,
    /// An address that has whole rows of the screen.
    Page,
    /// The line at which the frame ends above such rows.
    Above,
    /// The line at which it goes on below them.
    Below,
    Code,
    Wrong,
    Field,
}

impl SignIn {
    /// Asks somebody to sign in; `opened` says what became of the browser.
    pub fn new(id: SignInId, prompt: Prompt, opened: Opened) -> Self {
        let wrong = matches!(&prompt.what, Todo::Browser { wrong: Some(_), .. });
        let qr = match &prompt.what {
            Todo::Device { .. } => qr_code(prompt.page()),
            Todo::Browser { .. } => None,
        };
        let mut out = Self {
            id,
            prompt,
            opened,
            field: None,
            qr,
            left: SignedDuration::ZERO,
            sheet: Sheet::default(),
            lines: Vec::new(),
            screen: Rect::default(),
            has_room_for_qr: false,
        };
        // Where nobody hears the browser come back, there is nothing else to do; nor after a wrong address.
        if wrong || matches!(&out.prompt.what, Todo::Browser { listens: false, .. }) {
            out.begin();
        }
        out
    }

    /// Which sign-in it is for.
    pub fn id(&self) -> SignInId {
        self.id
    }

    fn begin(&mut self) {
        self.field = Some(Field::new("", "the address the browser has ended at"));
    }

    /// Takes a key.
    pub fn key(&mut self, key: KeyEvent, cx: &mut Cx<'_>) -> Flow {
        // It is what cancels a send, whatever is open before it.
        if key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL) {
            return self.answer(Reply::Cancelled, cx);
        }
        if let Some(field) = &mut self.field {
            match key.code {
                KeyCode::Esc => self.field = None,
                KeyCode::Enter if !field.text().trim().is_empty() => {
                    let text = field.text();
                    return self.answer(Reply::Pasted(text), cx);
                }
                _ => drop(field.key(key, cx)),
            }
            return Flow::Stay;
        }
        if key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) {
            return Flow::Stay;
        }
        match (key.code, &self.prompt.what) {
            (KeyCode::Esc, _) => return self.answer(Reply::Cancelled, cx),
            (KeyCode::Char('c'), Todo::Device { code, .. }) => {
                cx.commands.push(Command::Copy(code.clone(), "the code".to_owned()));
            }
            (KeyCode::Char('c' | 'y'), Todo::Browser { .. }) | (KeyCode::Char('y'), _) => {
                let page = self.prompt.page().to_owned();
                cx.commands.push(Command::Copy(page, "the address".to_owned()));
            }
            (KeyCode::Char('o'), _) => {
                let page = self.prompt.page().to_owned();
                cx.effects.push(Effect::OpenPage(self.id, page));
            }
            (KeyCode::Char('p'), Todo::Browser { .. }) => self.begin(),
            _ => {}
        }
        Flow::Stay
    }

    fn answer(&self, reply: Reply, cx: &mut Cx<'_>) -> Flow {
        cx.effects.push(Effect::SignIn(self.id, reply));
        Flow::Close
    }

    /// Notes what became of opening the page.
    pub fn opened(&mut self, opened: Opened) {
        self.opened = opened;
    }

    /// Takes pasted text: an address, most likely.
    pub fn paste(&mut self, text: &str, _cx: &mut Cx<'_>) {
        if matches!(self.prompt.what, Todo::Browser { .. }) {
            if self.field.is_none() {
                self.begin();
            }
            if let Some(field) = &mut self.field {
                field.paste(text.trim());
            }
        }
    }

    /// Takes a mouse event: a click beside it does not give the sign-in up.
    pub fn mouse(&mut self, event: MouseEvent, _cx: &mut Cx<'_>) -> Flow {
        if event.kind == MouseEventKind::Down(MouseButton::Left)
            && let Some(field) = &mut self.field
        {
            field.click(Position::new(event.column, event.row));
        }
        Flow::Stay
    }

    /// Follows the clock and the screen.
    pub fn sync(&mut self, screen: Rect, cx: &mut Cx<'_>) {
        self.left = self
            .prompt
            .until
            .duration_since(cx.shared.now)
            .max(SignedDuration::ZERO);
        let size = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
        let full = Sheet::tall(screen, WIDTH, u16::MAX).body;
        self.screen = screen;
        let qr = self.qr.as_ref().map(|lines| {
            let width = lines.first().map_or(0, |line| line.chars().count());
            (size(width), size(lines.len()))
        });
        let fits = |(width, height): &(u16, u16)| *height <= full.height && width + GAP + 24 <= full.width;
        let qr = qr.filter(fits);
        self.has_room_for_qr = qr.is_some();
        let text_width = full.width - qr.map_or(0, |(width, _)| width + GAP);
        self.lines = self.words_within(usize::from(text_width), usize::from(full.height));
        let height = size(self.lines.len()).max(qr.map_or(0, |(_, height)| height));
        self.sheet = Sheet::tall(screen, WIDTH, height);
        let text = self.text_area();
        let row = self.lines.iter().position(|(_, kind)| *kind == Kind::Field).map(size);
        if let (Some(row), Some(field)) = (row, &mut self.field) {
            let place = Rect {
                y: text.y.saturating_add(row),
                height: 1,
                ..text
            };
            field.place(place.intersection(text));
        }
    }

    /// Where the words stand: beside the code, if that is shown.
    fn text_area(&self) -> Rect {
        let body = self.sheet.body;
        let qr = self.qr.as_ref().filter(|_| self.has_room_for_qr);
        let left = qr
            .and_then(|lines| lines.first())
            .map_or(0, |line| line.chars().count());
        let left = u16::try_from(left).unwrap_or(0);
        let left = if left == 0 { 0 } else { left + GAP };
        Rect {
            x: body.x + left.min(body.width),
            width: body.width.saturating_sub(left),
            ..body
        }
    }

    /// The words in so much room: of an address that leaves none for what is below it less is shown, as it can be copied, and
    /// then nothing but the field.
    fn words_within(&self, width: usize, height: usize) -> Vec<(String, Kind)> {
        let most = if self.screen.height >= TALL {
            MOST_ROWS
        } else {
            ADDRESS_ROWS
        };
        let mut lines = (1..=most)
            .rev()
            .map(|most| self.words(width, most))
            .find(|lines| lines.len() <= height)
            .unwrap_or_else(|| self.words(width, 1));
        if lines.len() > height && self.field.is_some() {
            lines
                .retain(|(_, kind)| matches!(kind, Kind::Field | Kind::Wrong | Kind::Page | Kind::Above | Kind::Below));
        }
        lines
    }

    fn words(&self, width: usize, most: usize) -> Vec<(String, Kind)> {
        let mut out = Vec::new();
        let mut say = |text: &str, kind: Kind| out.extend(wrap(text, width).into_iter().map(|line| (line, kind)));
        match &self.prompt.what {
            Todo::Browser {
                url,
                back,
                listens,
                wrong,
            } => {
                let opened = match &self.opened {
                    Opened::Not(why) => Opened::Not(glyphs::elide(why, WHY)),
                    opened => opened.clone(),
                };
                say(&opened.words(), Kind::Plain);
                let whole = usize::from(self.screen.width).max(1);
                let mut address = wrap(url, whole);
                if address.len() > most {
                    address.truncate(most);
                    if let Some(last) = address.last_mut() {
                        *last = glyphs::elide(&format!("{last}…"), whole);
                    }
                }
                if glyphs::width(url) <= width {
                    out.extend([("", Kind::Plain), (url, Kind::Address), ("", Kind::Plain)].map(owned));
                } else {
                    out.push(owned(("", Kind::Above)));
                    out.extend(address.into_iter().map(|line| (line, Kind::Page)));
                    out.push(owned(("", Kind::Below)));
                }
                let mut say =
                    |text: &str, kind: Kind| out.extend(wrap(text, width).into_iter().map(|line| (line, kind)));
                if *listens {
                    let host = back.split('/').nth(2).unwrap_or(back);
                    say(&format!("Waiting for the browser to come back to {host}."), Kind::Plain);
                    say(
                        "Is the browser on another machine? Its last page will not load: press p and paste that page's address.",
                        Kind::Dim,
                    );
                } else {
                    say(
                        "When you have signed in, paste here the address the browser has ended at:",
                        Kind::Plain,
                    );
                }
                if self.field.is_some() {
                    say("", Kind::Plain);
                    say("", Kind::Field);
                }
                if let Some(wrong) = wrong {
                    say(&format!("✗ {wrong}"), Kind::Wrong);
                }
            }
            Todo::Device { code, url, .. } => {
                if self.has_room_for_qr {
                    // As far down as the picture begins behind its margin.
                    say("", Kind::Plain);
                    say("", Kind::Plain);
                }
                say("On any device, open", Kind::Plain);
                say(url, Kind::Address);
                say("", Kind::Plain);
                say("and type the code", Kind::Plain);
                say("", Kind::Plain);
                say(&format!("  {code}"), Kind::Code);
                say("", Kind::Plain);
                if self.has_room_for_qr {
                    say("or scan the picture.", Kind::Plain);
                    say("", Kind::Plain);
                }
                say("Waiting for your sign-in there.", Kind::Dim);
                say("Code sent to your clipboard.", Kind::Dim);
                if self.qr.is_some() && !self.has_room_for_qr {
                    say("There is a picture to scan, in a larger window.", Kind::Dim);
                }
            }
        }
        out
    }

    /// Draws it.
    pub fn draw(&self, view: View<'_>, _screen: Rect, buf: &mut Buffer) -> Option<Position> {
        let theme = view.theme;
        let title = format!("Sign in ─ {}", self.prompt.token);
        let left = life_text(self.left, true);
        let keys: &[(&str, &str)] = match (&self.prompt.what, &self.field) {
            (_, Some(_)) => &[("↵", "use it"), ("Esc", "back, to copy (c) or open (o) the address")],
            (Todo::Browser { .. }, None) => &[
                ("c", "copy address"),
                ("p", "paste what it ended at"),
                ("o", "open again"),
                ("Esc", "cancel"),
            ],
            (Todo::Device { .. }, None) => &[
                ("c", "copy code"),
                ("y", "copy address"),
                ("o", "open it here"),
                ("Esc", "cancel"),
            ],
        };
        self.sheet.draw(&title, &left, keys, view, buf);
        if let Some(lines) = self.qr.as_ref().filter(|_| self.has_room_for_qr) {
            draw_qr(lines, self.sheet.body, theme.accent.fg.is_some(), buf);
        }
        let text = self.text_area();
        for ((line, kind), y) in self.lines.iter().zip(text.y..text.bottom()) {
            let row = Rect {
                y,
                height: 1,
                ..self.screen
            }
            .intersection(buf.area);
            if matches!(kind, Kind::Above | Kind::Below) {
                rule(*kind == Kind::Above, self.sheet.area, row, view, buf);
                continue;
            }
            if *kind == Kind::Page {
                Clear.render(row, buf);
                buf.set_style(row, theme.base);
                glyphs::put_text(
                    buf,
                    row.as_position(),
                    line,
                    usize::from(row.width),
                    theme.base.patch(theme.accent),
                );
                continue;
            }
            let style = match kind {
                Kind::Plain | Kind::Field => theme.popup,
                Kind::Dim => theme.popup.patch(theme.dim),
                Kind::Address | Kind::Page | Kind::Above | Kind::Below => theme.popup.patch(theme.accent),
                Kind::Code => theme.popup.patch(theme.strong).add_modifier(Modifier::BOLD),
                Kind::Wrong => theme.popup.patch(theme.error),
            };
            glyphs::put_text(buf, Position::new(text.x, y), line, usize::from(text.width), style);
        }
        self.field
            .as_ref()
            .and_then(|field| field.draw(view, view.focused, buf))
    }
}

/// The line from side to side of the screen at which the frame ends, or goes on.
fn rule(above: bool, frame: Rect, row: Rect, view: View<'_>, buf: &mut Buffer) {
    let theme = view.theme;
    Clear.render(row, buf);
    buf.set_style(row, theme.base);
    let sides = [frame.x, frame.right().saturating_sub(1)];
    for x in row.x..row.right() {
        let line = match (sides.contains(&x), above) {
            (false, _) => "━",
            (true, true) => "┻",
            (true, false) => "┳",
        };
        let style = theme.base.patch(theme.popup_border);
        glyphs::put_text(buf, Position::new(x, row.y), line, 1, style);
    }
}

fn owned((text, kind): (&str, Kind)) -> (String, Kind) {
    (text.to_owned(), kind)
}

/// Draws a code dark on light, whatever the theme: that is what cameras look for.
fn draw_qr(lines: &[String], area: Rect, coloured: bool, buf: &mut Buffer) {
    let style = if coloured {
        Style::new().fg(Color::Black).bg(Color::White)
    } else {
        // On the usual dark terminal the same.
        Style::new().add_modifier(Modifier::REVERSED)
    };
    for (line, y) in lines.iter().zip(area.y..area.bottom()) {
        for (n, dot) in line.chars().enumerate() {
            let at = Position::new(column_at(area.x, n), y);
            if let Some(cell) = buf.cell_mut(at).filter(|_| area.contains(at)) {
                cell.reset();
                cell.set_char(dot).set_style(style);
            }
        }
    }
}

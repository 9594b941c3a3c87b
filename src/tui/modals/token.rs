//! The form of a token: which variable, which request fills it, where in the reply it stands and how long it lives. From a
//! value of a response, and for what a collection or folder declares already.
//!
//! ```text
//! t on a response → a value → this form → Command::BindToken    the table is written and the value taken
//! Enter on the tab Tokens   → this form → Command::Edit         a change of the collection as any other
//! ```

mod words;

use std::sync::{Arc, Weak};

use crossterm::event::{KeyCode, KeyEvent, MouseButton, MouseEvent, MouseEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::Flow;
use super::field::Field;
use super::sheet::{Sheet, column_at, put_lines};
use super::wrap::wrap;
use crate::exec::renewal::{no_end_at, picked};
use crate::exec::tokens::LARGEST_REPLY;
use crate::model::edit::Edit;
use crate::model::exchange::Response;
use crate::model::token::{Life, Pick, Renew, TokenSource};
use crate::model::{Entity, Filed, Group, ItemPath, NodeId, Outcome, Workspace};
use crate::tui::command::{Command, TokenDraft};
use crate::tui::panes::request::{format_duration, parse_duration};
use crate::tui::panes::{Cx, View};
use crate::tui::shared::Shared;
use crate::tui::widgets::glyphs;

pub use words::life_text;
use words::{life_of, no_time, pick_of, pick_text};

/// Columns of the labels.
const LABELS: u16 = 12;
/// Lines below the form for what is to be said.
const SAID: u16 = 3;

/// A line of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    Variable,
    Request,
    Pick,
    Life,
    Renew,
    Before,
    Auth,
}

impl Line {
    /// For a value of a response.
    const REPLY: [Self; 3] = [Self::Variable, Self::Life, Self::Auth];
    /// For what is declared.
    const DECLARED: [Self; 6] = [
        Self::Variable,
        Self::Request,
        Self::Pick,
        Self::Life,
        Self::Renew,
        Self::Before,
    ];

    fn label(self) -> &'static str {
        match self {
            Self::Variable => "Variable",
            Self::Request => "Filled by",
            Self::Pick => "Value",
            Self::Life => "Lives",
            Self::Renew => "Renewed",
            Self::Before => "Before",
            Self::Auth => "Its request",
        }
    }

    /// What an empty field says.
    fn placeholder(self) -> &'static str {
        match self {
            Self::Variable => "a name",
            Self::Request => "a path below the collection: auth/login",
            Self::Pick => "by its script; else $.path, body, header/cookie NAME",
            Self::Life => "as it says itself; else 10m, or $.path of its end",
            Self::Before => "30s",
            Self::Renew | Self::Auth => "",
        }
    }

    /// What it is for.
    fn help(self) -> &'static str {
        match self {
            Self::Variable => "requests use it as {{name}}",
            Self::Request => "the request that is sent to get a new one",
            Self::Pick => {
                "where in the reply the token stands, unless the request's script sets the variable: $.path, body (all of a reply \
                 that is text), header NAME or cookie NAME"
            }
            Self::Life => {
                "empty: a JWT says it itself, others by `expires_in` of the reply, else it lives until it is refused; a time \
                 as 10m; or where in the reply its end stands, in seconds or as a date: $.expires_at"
            }
            Self::Renew => "Space: by itself, after asking, or never",
            Self::Before => "so long before its end it counts as expired",
            Self::Auth => "Space: what it inherits may be meant for requests that have the token already",
        }
    }
}

/// What is declared already of a variable in the file that a value of this request's response would be declared in.
fn declared<'a>(workspace: &'a Workspace, node: NodeId, variable: &str) -> Option<&'a TokenSource> {
    let group = workspace.group(workspace.collection_of(node)?.id)?;
    group.tokens.iter().find(|token| token.variable == variable)
}

/// Whose token it is.
#[derive(Debug)]
enum About {
    /// A value of a response.
    Reply(Box<TokenDraft>),
    /// What a collection or folder declares for this variable, as it is called so far; `None` is a new one. Its place may
    /// change while the form is open, when the file does.
    Declared(NodeId, Option<String>),
}

/// The form.
#[derive(Debug)]
pub struct TokenForm {
    about: About,
    title: String,
    /// What is declared already, of which the form shows a part.
    source: TokenSource,
    fields: Vec<(Line, Field)>,
    lines: Vec<Line>,
    at: usize,
    /// What Enter found wrong, and the same or the help as it is shown.
    wrong: Option<String>,
    said: Vec<String>,
    /// Whether what is shown is a warning.
    warns: bool,
    /// What the reply lacks, as it was found out last.
    missed: Option<Missed>,
    sheet: Sheet,
}

/// What a reply lacks in the place that a line names. To find that out, the reply is parsed: once for each text.
#[derive(Debug)]
struct Missed {
    line: Line,
    text: String,
    of: Weak<Outcome>,
    what: Option<String>,
}

impl TokenForm {
    /// For a value of a response.
    pub fn of_reply(title: String, variable: &str, draft: TokenDraft, workspace: &Workspace) -> Self {
        let mut source = TokenSource::new(variable, "");
        // What is declared of its life holds, unless this reply says something else.
        let known = declared(workspace, draft.node, variable).filter(|_| draft.life == Life::Told);
        source.life = known.map_or_else(|| draft.life.clone(), |known| known.life.clone());
        Self::new(About::Reply(Box::new(draft)), title, source, &Line::REPLY)
    }

    /// For the token of that number of a collection or folder, beyond the last one for a new one; `None` when the group is
    /// gone.
    pub fn of_group(shared: &Shared, node: NodeId, at: usize) -> Option<Self> {
        let known = shared.workspace.group(node)?.tokens.get(at);
        let was = known.map(|known| known.variable.clone());
        let source = known.cloned().unwrap_or_else(|| TokenSource::new("", ""));
        let title = format!("Token of {}", shared.workspace.name_of(Filed::Node(node)));
        Some(Self::new(About::Declared(node, was), title, source, &Line::DECLARED))
    }

    fn new(about: About, title: String, source: TokenSource, lines: &[Line]) -> Self {
        let field = |line: &Line| {
            let text = match line {
                Line::Variable => source.variable.clone(),
                Line::Request => source.request.clone(),
                Line::Pick => pick_text(&source.pick),
                Line::Life => life_text(&source.life),
                Line::Before => format_duration(source.renew_before),
                Line::Renew | Line::Auth => return None,
            };
            let field = Field::new(&text, line.placeholder());
            // The name of a new one is a suggestion.
            let field = if *line == Line::Variable && matches!(about, About::Reply(_)) {
                field.selected()
            } else {
                field
            };
            Some((*line, field))
        };
        Self {
            fields: lines.iter().filter_map(field).collect(),
            about,
            title,
            source,
            lines: lines.to_vec(),
            at: 0,
            wrong: None,
            said: Vec::new(),
            warns: false,
            missed: None,
            sheet: Sheet::default(),
        }
    }

    fn on(&self) -> Line {
        self.lines.get(self.at).copied().unwrap_or(Line::Variable)
    }

    fn field(&mut self, line: Line) -> Option<&mut Field> {
        let mut fields = self.fields.iter_mut();
        fields.find(|(own, _)| *own == line).map(|(_, field)| field)
    }

    fn text(&self, line: Line) -> String {
        let found = self.fields.iter().find(|(own, _)| *own == line);
        found.map_or_else(String::new, |(_, field)| field.text().trim().to_owned())
    }

    /// Takes a key.
    pub fn key(&mut self, key: KeyEvent, cx: &mut Cx<'_>) -> Flow {
        let count = self.lines.len().max(1);
        let on = self.on();
        match key.code {
            KeyCode::Esc => return Flow::Close,
            KeyCode::Enter => return self.take(cx),
            KeyCode::Down | KeyCode::Tab => self.at = (self.at + 1) % count,
            KeyCode::Up | KeyCode::BackTab => self.at = (self.at + count - 1) % count,
            KeyCode::Char(' ') | KeyCode::Left | KeyCode::Right if self.field(on).is_none() => self.change(on, cx),
            // Space changes other lines, and shall not run over a name.
            KeyCode::Char(' ') if self.field(on).is_some_and(Field::deselect) => {}
            _ => {
                if self.field(on).is_some_and(|field| field.key(key, cx)) {
                    self.wrong = None;
                }
            }
        }
        Flow::Stay
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str, _cx: &mut Cx<'_>) {
        if let Some(field) = self.field(self.on()) {
            field.paste(text);
            self.wrong = None;
        }
    }

    /// Takes a mouse event.
    pub fn mouse(&mut self, event: MouseEvent, cx: &mut Cx<'_>) -> Flow {
        if event.kind != MouseEventKind::Down(MouseButton::Left) {
            return Flow::Stay;
        }
        let at = Position::new(event.column, event.row);
        if !self.sheet.contains(at) {
            return Flow::Close;
        }
        if let Some(n) = (0..self.lines.len()).find(|n| self.row(*n).contains(at)) {
            self.at = n;
            let line = self.on();
            match self.field(line) {
                Some(field) => drop(field.click(at)),
                None => self.change(line, cx),
            }
        }
        Flow::Stay
    }

    /// The next of the choices of a line.
    fn change(&mut self, line: Line, cx: &Cx<'_>) {
        match (line, &mut self.about) {
            (Line::Renew, _) => {
                self.source.renew = match self.source.renew {
                    Renew::Auto => Renew::Ask,
                    Renew::Ask => Renew::Never,
                    Renew::Never => Renew::Auto,
                };
            }
            (Line::Auth, About::Reply(draft)) => {
                let variable = self.fields.first().map(|(_, field)| field.text()).unwrap_or_default();
                let now = draft.goes_bare(&cx.shared.workspace, variable.trim());
                draft.no_auth = now.map(|now| !now);
            }
            _ => {}
        }
    }

    /// Enter: does what the form is for, or goes to what is wrong.
    fn take(&mut self, cx: &mut Cx<'_>) -> Flow {
        match self.judged(cx.shared) {
            Ok(source) => {
                match &self.about {
                    About::Reply(draft) => {
                        let draft = TokenDraft {
                            life: source.life,
                            ..(**draft).clone()
                        };
                        cx.commands.push(Command::BindToken(Box::new(draft), source.variable));
                    }
                    About::Declared(node, was) => {
                        cx.commands.extend(declare(cx.shared, *node, was.as_deref(), source));
                    }
                }
                Flow::Close
            }
            Err((line, why)) => {
                self.at = self.lines.iter().position(|own| *own == line).unwrap_or(self.at);
                self.wrong = Some(why);
                Flow::Stay
            }
        }
    }

    /// What the form says, or what is wrong with which line.
    fn judged(&self, shared: &Shared) -> Result<TokenSource, (Line, String)> {
        let mut source = self.source.clone();
        source.variable = self.text(Line::Variable);
        if source.variable.is_empty() {
            return Err((Line::Variable, "type a name first".to_owned()));
        }
        if source.variable.contains(['{', '}']) {
            return Err((Line::Variable, "a variable's name has no braces".to_owned()));
        }
        source.life = life_of(&self.text(Line::Life)).map_err(|why| (Line::Life, why))?;
        let About::Declared(node, was) = &self.about else {
            return Ok(source);
        };
        let workspace = &shared.workspace;
        let tokens = workspace.group(*node).map_or(&[][..], |group| &group.tokens);
        let has = |variable: &str| tokens.iter().any(|token| token.variable == variable);
        if let Some(was) = was.as_deref().filter(|was| !has(was)) {
            let why = format!("the token `{was}` was removed or renamed outside meanwhile: Esc leaves it so");
            return Err((self.on(), why));
        }
        if was.as_ref() != Some(&source.variable) && has(&source.variable) {
            let why = format!("`{}` is declared here already: choose another name", source.variable);
            return Err((Line::Variable, why));
        }
        source.request = self.text(Line::Request);
        let collection = workspace.collection_of(*node);
        let slug = collection.map_or("", |node| node.slug.as_str());
        let path = ItemPath::new(format!("{slug}/{}", source.request));
        let found = workspace.find(&path).filter(|id| workspace.request(*id).is_some());
        if source.request.is_empty() || found.is_none() {
            let why = format!(
                "there is no request at collections/{slug}/{}: it is the path of its file there, without the ending",
                source.request
            );
            return Err((Line::Request, why));
        }
        source.pick = pick_of(&self.text(Line::Pick)).map_err(|why| (Line::Pick, why))?;
        let before = self.text(Line::Before);
        source.renew_before = match before.as_str() {
            "" => TokenSource::new("", "").renew_before,
            text => parse_duration(text).ok_or_else(|| (Line::Before, no_time(text)))?,
        };
        Ok(source)
    }

    /// Where a line is.
    fn row(&self, n: usize) -> Rect {
        let body = self.sheet.body;
        let y = column_at(body.y, n);
        Rect::new(body.x, y, body.width, 1).intersection(body)
    }

    /// Follows the shared state and the screen.
    pub fn sync(&mut self, screen: Rect, cx: &mut Cx<'_>) {
        if let About::Reply(draft) = &self.about {
            let asks = draft
                .goes_bare(&cx.shared.workspace, &self.text(Line::Variable))
                .is_some();
            self.lines = Line::REPLY
                .into_iter()
                .filter(|line| asks || *line != Line::Auth)
                .collect();
        }
        self.at = self.at.min(self.lines.len().saturating_sub(1));
        let count = u16::try_from(self.lines.len()).unwrap_or(u16::MAX);
        self.sheet = Sheet::high(screen, 72, count.saturating_add(1 + SAID));
        let missed = self.missed(cx.shared);
        self.warns = missed.is_some();
        let text = match (&self.wrong, missed) {
            (Some(why), _) => format!("✗ {why}"),
            (None, Some(missed)) => missed,
            (None, None) => self.told(cx.shared),
        };
        self.said = wrap(&text, usize::from(self.sheet.body.width).max(1));
        for n in 0..self.lines.len() {
            let row = self.row(n);
            let label = LABELS.min(row.width);
            let place = Rect {
                x: row.x + label,
                width: row.width - label,
                ..row
            };
            if let Some(field) = self.field(self.lines[n]) {
                field.place(place);
            }
        }
    }

    /// What the reply that is there lacks in the place that the line of the cursor names: Enter takes it all the same, as
    /// another reply may have it.
    fn missed(&mut self, shared: &Shared) -> Option<String> {
        let (line, text) = (self.on(), self.text(self.on()));
        if self.wrong.is_some() || !matches!(line, Line::Life | Line::Pick) {
            return None;
        }
        let outcome = self.replied(shared)?;
        let of = Arc::downgrade(outcome);
        let holds = |known: &&Missed| known.line == line && known.text == text && known.of.ptr_eq(&of);
        if let Some(known) = self.missed.as_ref().filter(holds) {
            return known.what.clone();
        }
        let response = outcome.exchange.as_ref().and_then(|exchange| exchange.response());
        let what = response.and_then(|response| lacks(line, &text, response));
        let known = Missed { line, text, of, what };
        self.missed.insert(known).what.clone()
    }

    /// The last outcome of the request that brings the token.
    fn replied<'a>(&self, shared: &'a Shared) -> Option<&'a Arc<Outcome>> {
        let workspace = &shared.workspace;
        let node = match &self.about {
            About::Reply(draft) => draft.node,
            About::Declared(node, _) => {
                let slug = &workspace.collection_of(*node)?.slug;
                workspace.find(&ItemPath::new(format!("{slug}/{}", self.text(Line::Request))))?
            }
        };
        shared.outcomes.get(&node)
    }

    /// What the line of the cursor is for.
    fn told(&self, shared: &Shared) -> String {
        let workspace = &shared.workspace;
        match (self.on(), &self.about) {
            (Line::Variable, About::Reply(draft)) => match workspace.collection_of(draft.node) {
                Some(node) => {
                    let variable = self.text(Line::Variable);
                    let file = format!("[tokens.{variable}] in collections/{}/collection.toml", node.slug);
                    match declared(workspace, draft.node, &variable) {
                        None => file,
                        Some(known) => format!("{file}: replaces {}", words::what(known)),
                    }
                }
                None => "save the request into a collection first".to_owned(),
            },
            (Line::Variable, _) if !self.text(Line::Variable).trim().is_empty() => {
                format!("requests use it as {{{{{}}}}}", self.text(Line::Variable).trim())
            }
            (line, _) => line.help().to_owned(),
        }
    }

    /// Draws it.
    pub fn draw(&self, view: View<'_>, _screen: Rect, buf: &mut Buffer) -> Option<Position> {
        let theme = view.theme;
        let space = matches!(self.on(), Line::Renew | Line::Auth).then_some(("Space", "change"));
        let keys = [("↵", "ok"), ("↑↓", "line")];
        let keys: Vec<_> = keys.into_iter().chain(space).chain([("Esc", "cancel")]).collect();
        self.sheet.draw(&self.title, "", &keys, view, buf);
        let mut caret = None;
        for (n, line) in self.lines.iter().enumerate() {
            let row = self.row(n);
            if row.is_empty() {
                continue;
            }
            let here = n == self.at;
            let label = theme.popup.patch(if here { theme.accent } else { theme.dim });
            glyphs::put_text(buf, row.as_position(), line.label(), usize::from(LABELS - 1), label);
            if let Some((_, field)) = self.fields.iter().find(|(own, _)| own == line) {
                let drawn = field.draw(view, view.focused && here, buf);
                caret = if here { drawn } else { caret };
                continue;
            }
            let room = Rect {
                x: row.x + LABELS.min(row.width),
                width: row.width.saturating_sub(LABELS),
                ..row
            };
            let ground = if here {
                theme.popup.patch(theme.selected)
            } else {
                theme.popup
            };
            buf.set_style(room.intersection(buf.area), ground);
            let text = self.choice(*line, view.shared);
            glyphs::put_text(buf, room.as_position(), &text, usize::from(room.width), ground);
        }
        let style = theme.popup.patch(match (&self.wrong, self.warns) {
            (Some(_), _) => theme.error,
            (None, true) => theme.warn,
            (None, false) => theme.dim,
        });
        let body = self.sheet.body;
        let y = column_at(body.y, self.lines.len() + 1).min(body.bottom());
        let below = Rect {
            y,
            height: body.bottom() - y,
            ..body
        };
        put_lines(self.said.iter().map(String::as_str), below, style, buf);
        caret
    }

    /// What a line says that is chosen and not typed.
    fn choice(&self, line: Line, shared: &Shared) -> String {
        match (line, &self.about) {
            (Line::Auth, About::Reply(draft)) => {
                let bare = draft.goes_bare(&shared.workspace, &self.text(Line::Variable));
                let words = if bare == Some(true) {
                    "gets no auth"
                } else {
                    "keeps the auth it inherits"
                };
                words.to_owned()
            }
            _ => match self.source.renew {
                Renew::Auto => "by itself".to_owned(),
                Renew::Ask => "after asking".to_owned(),
                Renew::Never => "never".to_owned(),
            },
        }
    }
}

/// What a reply lacks in the place that the text of a line names.
fn lacks(line: Line, text: &str, response: &Response) -> Option<String> {
    // A larger one is looked at only once it is used.
    if response.status >= 400 || response.body.len() > LARGEST_REPLY {
        return None;
    }
    if line == Line::Life {
        let Life::Reply(path) = life_of(text).ok()? else {
            return None;
        };
        let what = no_end_at(&path, response)?;
        return Some(format!(
            "the last reply has {what} (`{path}`): of one like it, only a refusal tells when the token has ended"
        ));
    }
    let pick = pick_of(text).ok().filter(|pick| *pick != Pick::Script)?;
    let failure = picked(&pick, response).err()?;
    Some(format!("the last reply is one {}", failure.message))
}

/// The change that declares a token.
fn declare(shared: &Shared, id: NodeId, was: Option<&str>, source: TokenSource) -> Option<Command> {
    let node = shared.workspace.node(id)?;
    let label = format!("token {} of {}", source.variable, node.entity.name());
    let put = |group: &Arc<Group>| {
        let mut group = Group::clone(group);
        let mut tokens = group.tokens.iter_mut();
        match tokens.find(|token| Some(token.variable.as_str()) == was) {
            Some(own) => *own = source,
            None => group.tokens.push(source),
        }
        Arc::new(group)
    };
    let entity = match &node.entity {
        Entity::Collection(group) => Entity::Collection(put(group)),
        Entity::Folder(group) => Entity::Folder(put(group)),
        Entity::Request(_) => return None,
    };
    Some(Command::Edit {
        label,
        merge: None,
        edits: vec![Edit::Replace { id, entity }],
    })
}

#[cfg(test)]
mod tests;

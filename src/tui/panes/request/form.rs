//! A form: labels, values, and a word of help for the field the cursor is on.
//!
//! ```text
//! Algorithm     RS256
//! Private key   ••••••••  28 lines          a text of many lines has more than one while it is edited
//! Payload       { "iss": "me" }
//! ▸ 2 more      JWT header, …               few people need them: behind a fold, while nothing is in them
//!
//! In PEM (PKCS #1, #8 or SEC 1) or as a JSON Web Key.
//! ```
//!
//! The values belong to the item; the form keeps copies to draw, and an editor for the one being typed. It knows no auth
//! types and no settings: `fields` fills it and takes what was typed.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::tui::widgets::editor::{Editor, Handled, Mode};
use crate::tui::widgets::highlight::Syntax;
use crate::tui::widgets::{glyphs, scroll};

mod draw;

pub use draw::draw_text;

/// Columns between labels and values.
const GAP: u16 = 2;
/// Lines of a text that is not being edited, and the most and the least of one that is.
const LINES_SHOWN: usize = 3;
const LINES_EDITED: std::ops::RangeInclusive<usize> = 3..=8;
/// The most lines that help has where there is room.
const HELP_LINES: usize = 3;
/// The name of the field that is the fold.
const FOLD: &str = "";

/// What may be entered into a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    Text,
    /// A text shown as dots, unless it is nothing but a reference to a variable.
    Secret,
    /// One of these words; the empty one means the fallback.
    Choice(Vec<&'static str>),
    /// `true` or `false`.
    Switch,
    /// A text of many lines, in these colours.
    Lines(Syntax),
    /// The same, shown as dots.
    SecretLines,
    /// Shows and hides the fields that few people need.
    Fold,
}

impl Kind {
    /// Whether it is shown as dots.
    pub fn is_secret(&self) -> bool {
        matches!(self, Self::Secret | Self::SecretLines)
    }

    /// Whether it has many lines.
    pub fn has_lines(&self) -> bool {
        matches!(self, Self::Lines(_) | Self::SecretLines)
    }

    /// What Enter does with it, in a word.
    pub fn open_word(&self) -> &'static str {
        match self {
            Self::Choice(words) if words.len() > 4 => "choose",
            Self::Choice(_) | Self::Switch => "switch",
            Self::Fold => "fold",
            _ => "edit",
        }
    }

    /// Whether it is chosen rather than typed.
    fn is_chosen(&self) -> bool {
        matches!(self, Self::Choice(_) | Self::Switch | Self::Fold)
    }
}

/// A field.
#[derive(Clone)]
pub struct Field {
    /// Its key, given back with what was typed.
    pub name: String,
    /// What a person reads.
    pub label: String,
    /// One sentence.
    pub help: String,
    /// What may be entered.
    pub kind: Kind,
    /// What is written.
    pub value: String,
    /// What counts while nothing is written, shown dimmed.
    pub fallback: String,
    /// Behind the fold while nothing is written, or only what is usual.
    pub advanced: bool,
    /// What is usually written.
    pub usual: String,
}

impl std::fmt::Debug for Field {
    /// Says nothing of the value: it may be a secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Field")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Field {
    /// Whether a text is written in it, and not only the name of a variable.
    fn is_literal(&self) -> bool {
        let typed = matches!(self.kind, Kind::Text | Kind::Secret | Kind::SecretLines);
        typed && !super::fields::is_reference(&self.value)
    }

    /// Whether what is written in it is nothing, or what is always written.
    fn says_nothing(&self) -> bool {
        self.value.is_empty() || self.value == self.usual
    }
}

/// The row that shows and hides others.
fn fold_row(label: String, fallback: String) -> Field {
    Field {
        name: FOLD.to_owned(),
        label,
        help: "Shows and hides what few people need.".to_owned(),
        kind: Kind::Fold,
        value: String::new(),
        fallback,
        advanced: false,
        usual: String::new(),
    }
}

/// What came of a key.
#[derive(Debug, PartialEq, Eq)]
pub enum Typed {
    /// This text is in the field now.
    Changed(String),
    /// For the clipboard; the text may have changed too.
    Copied(String, Option<String>),
    /// One of these words is to be chosen in a list.
    Choose(Vec<&'static str>),
    /// Only the cursor.
    Moved,
    /// Not for the form.
    Ignored,
}

/// A form.
#[derive(Debug, Default)]
pub struct Form {
    /// The fields in sight, the fold among them.
    pub fields: Vec<Field>,
    /// Whether it can only be looked at.
    pub locked: bool,
    /// What is wrong with what is being typed.
    pub error: Option<String>,
    all: Vec<Field>,
    unfolded: bool,
    at: usize,
    editing: Option<Editor>,
    revealed: bool,
    top: usize,
    size: (u16, u16),
}

impl Form {
    /// Takes the fields as they stand now.
    pub fn set_fields(&mut self, fields: Vec<Field>) {
        self.all = fields;
        self.fold();
    }

    /// Finds the fields in sight; the cursor stays on its own.
    fn fold(&mut self) {
        let own = self.field().map(|field| field.name.clone());
        let (few, most): (Vec<Field>, Vec<Field>) = self.all.iter().cloned().partition(|field| field.advanced);
        let mut seen = most;
        if self.unfolded && !few.is_empty() {
            seen.push(fold_row("▾ less".to_owned(), String::new()));
            seen.extend(few);
        } else {
            let (hidden, said): (Vec<Field>, Vec<Field>) = few.into_iter().partition(Field::says_nothing);
            seen.extend(said);
            if !hidden.is_empty() {
                let labels: Vec<&str> = hidden.iter().map(|field| field.label.as_str()).collect();
                seen.push(fold_row(format!("▸ {} more", hidden.len()), labels.join(" · ")));
            }
        }
        self.fields = seen;
        match own.and_then(|own| self.fields.iter().position(|field| field.name == own)) {
            Some(at) => self.at = at,
            None => self.editing = None,
        }
        self.go_to(self.at);
    }

    /// The field of the cursor.
    pub fn at(&self) -> usize {
        self.at
    }

    /// The field of the cursor.
    pub fn field(&self) -> Option<&Field> {
        self.fields.get(self.at)
    }

    /// The field of the cursor, if something is written in it that could be a variable's.
    pub fn literal(&self) -> Option<&Field> {
        self.field().filter(|field| !self.locked && field.is_literal())
    }

    /// The first field in which a secret is written that could be a variable's.
    pub fn literal_secret(&self) -> Option<&Field> {
        let mut fields = self.fields.iter().filter(|_| !self.locked);
        fields.find(|field| field.kind.is_secret() && field.is_literal())
    }

    /// Moves the cursor to a field, or the nearest there is.
    pub fn go_to(&mut self, at: usize) {
        self.at = at.min(self.fields.len().saturating_sub(1));
        self.reveal();
    }

    /// Moves the cursor; says whether it could.
    pub fn step(&mut self, down: bool) -> bool {
        let next = if down { self.at + 1 } else { self.at.wrapping_sub(1) };
        let can = next < self.fields.len();
        if can {
            self.go_to(next);
        }
        can
    }

    /// Starts to edit the field of the cursor; a choice of a few words gives its next one instead, one of many a list.
    pub fn edit(&mut self) -> Typed {
        let Some(field) = self.fields.get(self.at) else {
            return Typed::Moved;
        };
        match &field.kind {
            Kind::Fold => return self.cycle(),
            _ if self.locked => return Typed::Moved,
            Kind::Choice(words) if words.len() > 4 => return Typed::Choose(words.clone()),
            Kind::Choice(_) | Kind::Switch => return self.cycle(),
            _ => {}
        }
        let mut editor = match &field.kind {
            Kind::Lines(syntax) => Editor::new(&field.value, Mode::MultiLine, *syntax),
            Kind::SecretLines => Editor::new(&field.value, Mode::MultiLine, Syntax::Plain),
            _ => Editor::single_line(&field.value),
        }
        .with_placeholder(&field.fallback);
        editor.set_masked(self.is_masked(field, &field.value));
        self.editing = Some(editor);
        self.reveal();
        Typed::Moved
    }

    /// The next word of a choice.
    pub fn cycle(&mut self) -> Typed {
        let Some(field) = self.fields.get(self.at) else {
            return Typed::Moved;
        };
        let counts = if field.value.is_empty() {
            &field.fallback
        } else {
            &field.value
        };
        match &field.kind {
            Kind::Fold => {
                self.unfolded = !self.unfolded;
                self.fold();
                Typed::Moved
            }
            _ if self.locked => Typed::Moved,
            Kind::Switch => Typed::Changed((counts != "true").to_string()),
            Kind::Choice(words) => {
                let place = |word: &str| words.iter().position(|own| *own == word);
                let at = place(&field.value).or_else(|| place(counts));
                let next = at.map_or(0, |at| at + 1) % words.len().max(1);
                Typed::Changed(words.get(next).copied().unwrap_or_default().to_owned())
            }
            _ => Typed::Moved,
        }
    }

    /// Ends editing.
    pub fn leave(&mut self) {
        self.editing = None;
        self.error = None;
        self.reveal();
    }

    /// Whether a field is being typed into.
    pub fn is_editing(&self) -> bool {
        self.editing.is_some()
    }

    /// The editor of the field being typed into.
    pub fn editor(&self) -> Option<&Editor> {
        self.editing.as_ref()
    }

    /// The same, to complete in it.
    pub fn editor_mut(&mut self) -> Option<&mut Editor> {
        self.editing.as_mut()
    }

    /// Takes a key while a field is edited. In a text of many lines only Tab leads out of it.
    pub fn key(&mut self, key: KeyEvent) -> Typed {
        let plain = !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        let one = !self.field().is_some_and(|field| field.kind.has_lines());
        let step = match key.code {
            KeyCode::Enter if plain && one => {
                self.leave();
                return Typed::Moved;
            }
            KeyCode::BackTab => Some(false),
            KeyCode::Tab if plain => Some(!key.modifiers.contains(KeyModifiers::SHIFT)),
            KeyCode::Up if plain && one => Some(false),
            KeyCode::Down if plain && one => Some(true),
            _ => None,
        };
        if let Some(down) = step {
            self.leave();
            let on = matches!(key.code, KeyCode::Tab | KeyCode::BackTab);
            if self.step(down) && on && self.field().is_some_and(|field| !field.kind.is_chosen()) {
                return self.edit();
            }
            return Typed::Moved;
        }
        let Some(editor) = &mut self.editing else {
            return Typed::Ignored;
        };
        let handled = editor.handle_key(key);
        let text = handled.changed().then(|| editor.text());
        self.remask();
        match handled {
            Handled::Changed => text.map_or(Typed::Moved, Typed::Changed),
            Handled::Copied(copied) | Handled::Cut(copied) => Typed::Copied(copied, text),
            Handled::Moved => Typed::Moved,
            Handled::Ignored => Typed::Ignored,
        }
    }

    /// Pastes into the field being edited.
    pub fn paste(&mut self, text: &str) -> Typed {
        let Some(editor) = &mut self.editing else {
            return Typed::Ignored;
        };
        editor.paste(text);
        let text = editor.text();
        self.remask();
        Typed::Changed(text)
    }

    /// Shows secrets, or hides them, also the one being typed.
    pub fn set_revealed(&mut self, revealed: bool) {
        if self.revealed != revealed {
            self.revealed = revealed;
            self.remask();
        }
    }

    fn remask(&mut self) {
        let Some(text) = self.editing.as_ref().map(Editor::text) else {
            return;
        };
        let masked = self.field().is_some_and(|field| self.is_masked(field, &text));
        if let Some(editor) = self.editing.as_mut().filter(|editor| editor.is_masked() != masked) {
            editor.set_masked(masked);
        }
        // It may have more lines now.
        self.reveal();
    }

    fn is_masked(&self, field: &Field, text: &str) -> bool {
        field.kind.is_secret() && !self.revealed && !super::fields::is_reference(text)
    }

    /// Tells the size it will be drawn at.
    pub fn resize(&mut self, width: u16, height: u16) {
        self.size = (width, height);
        self.reveal();
    }

    /// Scrolls without moving the cursor.
    pub fn scroll(&mut self, rows: isize) {
        self.top = scroll::shift(self.top, rows, self.lines(), usize::from(self.rows_height()));
    }

    /// Clicks into it at a column and a line of its area: what came of that.
    pub fn click(&mut self, x: u16, y: u16) -> Typed {
        let Some((at, line)) = self.hit(y) else {
            return Typed::Ignored;
        };
        if at != self.at {
            self.leave();
            self.go_to(at);
            return Typed::Moved;
        }
        let column = self.value_column(self.size.0);
        match &mut self.editing {
            Some(editor) => {
                editor.click(x.saturating_sub(column), line);
                Typed::Moved
            }
            None => self.edit(),
        }
    }

    /// The field at a line of its area, and which of the field's lines that is.
    fn hit(&self, y: u16) -> Option<(usize, u16)> {
        let wanted = self.top + usize::from(y);
        let mut line = 0;
        let found = (0..self.fields.len()).find(|at| {
            line += self.height(*at);
            line > wanted
        })?;
        let within = wanted - (line - self.height(found));
        (y < self.rows_height()).then_some((found, u16::try_from(within).unwrap_or(0)))
    }

    /// Where values begin, from the left edge.
    pub fn value_column(&self, width: u16) -> u16 {
        let label = self.fields.iter().map(|field| glyphs::width(&field.label)).max();
        u16::try_from(label.unwrap_or(0)).unwrap_or(width).min(width / 2) + GAP
    }

    /// How many lines a field has.
    fn height(&self, at: usize) -> usize {
        let Some(field) = self.fields.get(at).filter(|field| field.kind.has_lines()) else {
            return 1;
        };
        if let Some(editor) = self.editing.as_ref().filter(|_| at == self.at) {
            let most = usize::from(self.rows_height()).clamp(1, *LINES_EDITED.end());
            return editor
                .line_count()
                .clamp(*LINES_EDITED.start(), *LINES_EDITED.end())
                .min(most);
        }
        if self.is_masked(field, &field.value) {
            return 1;
        }
        field.value.lines().count().clamp(1, LINES_SHOWN)
    }

    /// How many lines all fields have.
    pub fn lines(&self) -> usize {
        (0..self.fields.len()).map(|at| self.height(at)).sum()
    }

    /// Whether some of the fields are out of sight.
    pub fn overflows(&self) -> bool {
        self.lines() > usize::from(self.rows_height())
    }

    /// Lines of help: as many as the longest needs, so that nothing jumps.
    pub fn help_lines(&self) -> usize {
        let longest = self.fields.iter().map(|field| self.lines_of(&field.help)).max();
        longest.unwrap_or(1).clamp(1, HELP_LINES)
    }

    /// Lines that a text of help has at this width.
    fn lines_of(&self, help: &str) -> usize {
        draw::wrapped(help, usize::from(self.size.0).max(1)).len()
    }

    /// What is said below the fields: what is wrong with the one being typed, else what the cursor's is for.
    fn told(&self) -> &str {
        let help = || self.field().map_or("", |field| field.help.as_str());
        self.error.as_deref().unwrap_or_else(help)
    }

    /// Lines for fields; the last ones may be for help. Where there are few, the help takes what that of this one field
    /// needs: a sentence that is cut says less than a field more.
    fn rows_height(&self) -> u16 {
        let count = |lines: usize| u16::try_from(lines).unwrap_or(u16::MAX);
        let help = count(self.help_lines());
        let height = self.size.1;
        if height > help + 3 || height >= count(self.fields.len()).saturating_add(help + 1) {
            height - help - 1
        } else if height > 2 || self.error.is_some() {
            height.saturating_sub(count(self.lines_of(self.told()))).max(1)
        } else {
            height
        }
    }

    fn reveal(&mut self) {
        let room = usize::from(self.rows_height());
        let first: usize = (0..self.at).map(|at| self.height(at)).sum();
        let last = first + self.height(self.at).saturating_sub(1);
        let all = self.lines();
        self.top = scroll::follow(self.top, last, all, room, 1);
        if first < self.top {
            self.top = scroll::follow(self.top, first, all, room, 1);
        }
        let width = self.size.0.saturating_sub(self.value_column(self.size.0));
        let height = u16::try_from(self.height(self.at)).unwrap_or(1);
        if let Some(editor) = &mut self.editing {
            editor.resize(width, height);
        }
    }
}

#[cfg(test)]
mod tests;

//! Sections: what a tab is made of. Each shows one part of the item in the widget that fits it.

use crate::model::{Body, Entity};
use crate::tui::widgets::editor::{Editor, Mode};
use crate::tui::widgets::table::{Row, Table};

use super::facts::Facts;
use super::form::Form;
use super::part::{self, Part};
use super::{fields, rows};

/// The widget of a section.
#[derive(Debug)]
pub enum Widget {
    /// Rows of cells.
    Table(Box<Table>),
    /// Labels and values.
    Form(Box<Form>),
    /// A text area.
    Area {
        /// Its text.
        editor: Box<Editor>,
        /// Whether keys go into it.
        writing: bool,
    },
    /// One line that says which type; another is chosen in a list.
    Choice(String),
}

/// A part of the open item, on the screen.
#[derive(Debug)]
pub struct Section {
    /// Which part.
    pub part: Part,
    /// How it is shown.
    pub widget: Widget,
}

impl Section {
    /// An empty section for a part.
    pub fn new(part: Part, entity: &Entity) -> Self {
        let widget = match part {
            Part::Params
            | Part::PathVariables
            | Part::Headers
            | Part::AddedHeaders
            | Part::Tokens
            | Part::Form
            | Part::Multipart
            | Part::Variables
            | Part::Unfiled => Widget::Table(Box::new(rows::table(part))),
            Part::AuthFields | Part::Settings | Part::File | Part::Operation => Widget::Form(Box::default()),
            Part::AuthType | Part::BodyKind | Part::Url => Widget::Choice(String::new()),
            Part::Raw | Part::Query | Part::QueryVariables | Part::PreRequest | Part::PostResponse | Part::Docs => {
                let editor = Editor::new(part.text(entity), Mode::MultiLine, part.syntax(entity))
                    .with_placeholder(part.placeholder());
                Widget::Area {
                    editor: Box::new(editor),
                    writing: false,
                }
            }
        };
        Self { part, widget }
    }

    /// Takes over what the item says now, unless that is what is being typed.
    pub fn load(&mut self, entity: &Entity, facts: &Facts) {
        match &mut self.widget {
            Widget::Table(table) => {
                let wanted = rows::rows(self.part, entity, facts);
                if shown(table, &wanted) != wanted {
                    table.set_rows(wanted);
                }
            }
            Widget::Form(form) => {
                form.locked = self.part == Part::AuthFields && part::auth(entity).is_inherited();
                form.set_fields(fields::fields(self.part, entity, facts));
            }
            Widget::Area { editor, .. } => {
                let syntax = self.part.syntax(entity);
                if editor.syntax() != syntax {
                    editor.set_syntax(syntax);
                }
                let wanted = self.part.text(entity);
                if !editor.holds(wanted) {
                    editor.set_text(wanted);
                }
            }
            Widget::Choice(text) => *text = choice(self.part, entity, facts),
        }
    }

    /// Shows or hides secrets.
    pub fn reveal(&mut self, revealed: bool) {
        match &mut self.widget {
            Widget::Table(table) if table.is_revealed() != revealed => table.set_revealed(revealed),
            Widget::Form(form) => form.set_revealed(revealed),
            _ => {}
        }
    }

    /// Offers no new rows: it is only looked at.
    pub fn take_no_rows(&mut self) {
        if let Widget::Table(table) = &mut self.widget {
            table.take_no_rows();
        }
    }

    /// Tells the size it will be drawn at.
    pub fn resize(&mut self, width: u16, height: u16) {
        match &mut self.widget {
            Widget::Table(table) => table.resize(width, height),
            Widget::Form(form) => form.resize(width, height),
            Widget::Area { editor, .. } => editor.resize(width, height),
            Widget::Choice(_) => {}
        }
    }

    /// The editor that is being typed into.
    pub fn editor(&self) -> Option<&Editor> {
        match &self.widget {
            Widget::Table(table) => table.editor(),
            Widget::Form(form) => form.editor(),
            Widget::Area { editor, writing: true } => Some(editor),
            Widget::Area { .. } | Widget::Choice(_) => None,
        }
    }

    /// The same, to complete in it.
    pub fn editor_mut(&mut self) -> Option<&mut Editor> {
        match &mut self.widget {
            Widget::Table(table) => table.editor_mut(),
            Widget::Form(form) => form.editor_mut(),
            Widget::Area { editor, writing: true } => Some(editor),
            Widget::Area { .. } | Widget::Choice(_) => None,
        }
    }

    /// Lines it would like to have, and lines it needs at least; the heading not counted.
    pub fn wants(&self) -> (u16, u16) {
        let lines = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
        match &self.widget {
            Widget::Choice(_) => (1, 1),
            // The names of the columns, and the line that adds a row. Rows of the user's own stay in sight beside others.
            Widget::Table(table) if self.part == Part::Unfiled && table.rows().is_empty() => (0, 0),
            Widget::Table(table) => {
                let least = if table.takes_rows() && !table.rows().is_empty() {
                    2
                } else {
                    1
                };
                (lines(table.rows().len()).saturating_add(2).max(3), least)
            }
            // A blank line, and help.
            Widget::Form(form) if form.fields.is_empty() => (0, 0),
            Widget::Form(form) => (lines(form.lines() + form.help_lines() + 1), 1),
            Widget::Area { editor, .. } => (lines(editor.line_count()).max(2), 1),
        }
    }

    /// Which row of how many the cursor is on, when they do not all fit into this many lines.
    pub fn position(&self, height: u16) -> Option<(usize, usize)> {
        let (at, count) = match &self.widget {
            Widget::Table(table) => (table.cursor().0, table.rows().len()),
            Widget::Form(form) => return form.overflows().then_some((form.at() + 1, form.fields.len())),
            Widget::Area { .. } | Widget::Choice(_) => return None,
        };
        (count > usize::from(height) && at < count).then_some((at + 1, count))
    }

    /// The text of the cell or field the cursor is on, to show what its variables mean.
    pub fn selected_text(&self) -> Option<&str> {
        match &self.widget {
            Widget::Table(table) => {
                let (row, column) = table.cursor();
                let cell = table.rows().get(row)?.cells.get(column)?;
                (!cell.masked).then_some(cell.text.as_str())
            }
            Widget::Form(form) => form.field().map(|field| field.value.as_str()),
            Widget::Choice(text) => Some(text),
            Widget::Area { .. } => None,
        }
    }
}

/// The rows of a table with what is being typed in them, as the item holds them.
fn shown(table: &Table, wanted: &[Row]) -> Vec<Row> {
    let mut rows = table.rows().to_vec();
    if let Some(editor) = table.editor() {
        let (row, column) = table.cursor();
        let text = editor.text();
        if row == rows.len() && !text.is_empty() {
            let columns = wanted.last().map_or(column + 1, |row| row.cells.len());
            rows.push(Row::new(vec![crate::tui::widgets::table::Cell::default(); columns]));
        }
        if let Some(cell) = rows.get_mut(row).and_then(|row| row.cells.get_mut(column)) {
            cell.text = text;
        }
    }
    rows
}

/// The line that says which auth or body.
fn choice(part: Part, entity: &Entity, facts: &Facts) -> String {
    if part == Part::BodyKind {
        let Entity::Request(request) = entity else {
            return String::new();
        };
        let what = match &request.body {
            Body::None => "nothing is sent behind the headers",
            Body::Form(_) => "application/x-www-form-urlencoded",
            Body::Multipart(_) => "form-data; `@path` is a file",
            Body::Raw { language, .. } => language.content_type(),
            Body::File { .. } => "the bytes of a file",
            Body::GraphQl { .. } => "a GraphQL operation, sent as JSON",
            Body::Unknown { .. } => "kept in the file; not known here",
        };
        let sends =
            request.method.has_body() || request.settings.or(&facts.parent_settings).always_send_body == Some(true);
        let kind = request.body.kind();
        return if sends || request.body == Body::None {
            format!("{kind} · {what}")
        } else {
            // Its setting is called so whatever the method is.
            format!(
                "{kind} · {} does not send it; `Body with GET` in Settings does",
                request.method
            )
        };
    }
    let own = part::auth(entity);
    if own.is_inherited() {
        return match &facts.inherited_from {
            Some(from) => format!("inherited from {from} ({})", fields::summary(&facts.inherited)),
            None if entity.is_group() => "none of its own".to_owned(),
            None => "inherited, but nothing above has any: none is sent".to_owned(),
        };
    }
    match crate::auth::find(&own.kind) {
        Some(kind) => format!("{} · {}", own.kind, kind.help().trim_end_matches('.')),
        None => format!("{} · kept in the file; not known here", own.kind),
    }
}

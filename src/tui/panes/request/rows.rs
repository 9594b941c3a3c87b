//! Tables of the pane: an item's rows as cells, and what an edit of a cell does to the item.

use crate::model::body::{Part as BodyPart, PartContent};
use crate::model::request::Entry;
use crate::model::secret::is_credential_header;
use crate::model::{Body, Entity, Template, Variable};
use crate::tui::variables::{self, Line};
use crate::tui::widgets::table::{Cell, Column, Row, Table};

use super::facts::Facts;
use super::part::{self, Part};

/// A change of a table.
#[derive(Clone, PartialEq, Eq)]
pub enum Op {
    /// A cell has this text now; one row beyond the last makes a new one.
    Set {
        /// The row.
        row: usize,
        /// The column.
        column: usize,
        /// The text.
        text: String,
    },
    /// The row goes.
    Remove(usize),
    /// The row is enabled or disabled.
    Toggle(usize),
    /// Two rows change places.
    Swap(usize, usize),
}

/// An empty table for a part.
pub fn table(part: Part) -> Table {
    let columns = |names: &[(&str, u16)]| names.iter().map(|(name, weight)| Column::new(name, *weight)).collect();
    let entries = || columns(&[("Name", 3), ("Value", 5), ("Description", 3)]);
    match part {
        Part::Params => Table::new(entries(), Vec::new()).with_ghost("add a parameter"),
        Part::PathVariables => Table::new(entries(), Vec::new()).without_checks(),
        Part::Headers => Table::new(entries(), Vec::new()).with_ghost("add a header"),
        Part::Form => Table::new(entries(), Vec::new()).with_ghost("add a field"),
        Part::Multipart => {
            let names = [
                ("Name", 3),
                ("Value or @file", 5),
                ("Content-Type", 3),
                ("Description", 3),
            ];
            Table::new(columns(&names), Vec::new()).with_ghost("add a part")
        }
        Part::Variables | Part::Unfiled => {
            let names = [
                ("Variable", 4),
                ("Initial value", 5),
                ("Current value", 5),
                ("Secret", 3),
                ("Description", 3),
            ];
            let table = Table::new(columns(&names), Vec::new());
            match part {
                Part::Variables => table.with_ghost("add a variable"),
                _ => table,
            }
        }
        Part::Tokens => {
            let names = [
                ("Variable", 4),
                ("Filled by", 4),
                ("Lives", 3),
                ("Renew", 2),
                ("State", 4),
            ];
            let table = Table::new(columns(&names), Vec::new()).without_checks();
            table.with_ghost("add a token: the request that fills it, and how long it lives")
        }
        _ => Table::new(columns(&[("Name", 3), ("Value", 5)]), Vec::new()).without_checks(),
    }
}

/// The rows of a part as it stands.
pub fn rows(part: Part, entity: &Entity, facts: &Facts) -> Vec<Row> {
    match (part, entity) {
        (Part::Params, Entity::Request(request)) => request.params.iter().map(entry).collect(),
        (Part::PathVariables, Entity::Request(request)) => request.path_variables.iter().map(entry).collect(),
        (Part::Headers, Entity::Request(request)) => request.headers.iter().map(header).collect(),
        (Part::Form, Entity::Request(request)) => match &request.body {
            Body::Form(rows) => rows.iter().map(entry).collect(),
            _ => Vec::new(),
        },
        (Part::Multipart, Entity::Request(request)) => match &request.body {
            Body::Multipart(parts) => parts.iter().map(multipart).collect(),
            _ => Vec::new(),
        },
        (Part::Variables | Part::Unfiled, Entity::Collection(_)) => {
            facts.variables.of_part(part).iter().map(variable).collect()
        }
        (Part::Tokens, _) => super::tokens::rows(entity, facts),
        (Part::AddedHeaders, _) => facts
            .added_headers
            .iter()
            .map(|(name, value)| Row::new([Cell::new(name), Cell::new(value)]).locked(true))
            .collect(),
        _ => Vec::new(),
    }
}

fn entry(entry: &Entry) -> Row {
    let texts = [entry.name.as_str(), entry.value_str(), &entry.description];
    Row::new(texts.map(Cell::new)).enabled(entry.enabled)
}

/// A header; one that carries credentials in clear is masked.
fn header(row: &Entry) -> Row {
    let mut out = entry(row);
    let is_secret = is_credential_header(row.name.as_str());
    if let Some(cell) = out.cells.get_mut(1).filter(|_| is_secret) {
        let text = cell.text.as_str();
        // A scheme in front of a variable gives nothing away.
        let bare = text.split_once(' ').map_or(text, |(_, rest)| rest);
        cell.masked = !super::fields::is_reference(bare);
    }
    out
}

fn multipart(part: &BodyPart) -> Row {
    let content = match &part.content {
        PartContent::Text(text) if text.as_str().starts_with(['@', '\\']) => format!("\\{text}"),
        PartContent::Text(text) => text.to_string(),
        PartContent::Files(paths) => {
            let paths: Vec<&str> = paths.iter().map(Template::as_str).collect();
            format!("@{}", paths.join(", @"))
        }
    };
    let texts = [part.name.as_str(), &content, &part.content_type, &part.description];
    Row::new(texts.map(Cell::new)).enabled(part.enabled)
}

fn variable(line: &Line) -> Row {
    let mut row = line.row();
    let description = line.variable.as_ref().map_or("", |variable| &variable.description);
    row.cells.push(Cell::new(description));
    row
}

/// Does to an item what was done to a table of it.
pub fn apply(part: Part, entity: &mut Entity, op: &Op) {
    if part == Part::Variables {
        if let Some(group) = part::group(entity) {
            change(
                &mut group.variables,
                op,
                || Variable::new("", ""),
                set_variable,
                |row| {
                    row.enabled = !row.enabled;
                },
            );
        }
        return;
    }
    let Some(request) = part::request(entity) else { return };
    match (part, &mut request.body) {
        (Part::Multipart, Body::Multipart(parts)) => {
            change(parts, op, empty_part, set_part, |row| row.enabled = !row.enabled);
        }
        (Part::Form, Body::Form(rows)) => change_entries(rows, op, false),
        (Part::Params, _) => change_entries(&mut request.params, op, true),
        (Part::Headers, _) => change_entries(&mut request.headers, op, false),
        (Part::PathVariables, _) => {
            // Their names are the URL's.
            if matches!(op, Op::Set { row, column, .. } if *column > 0 && *row < request.path_variables.len()) {
                change_entries(&mut request.path_variables, op, false);
            }
        }
        _ => {}
    }
}

fn change<T>(
    rows: &mut Vec<T>,
    op: &Op,
    empty: impl Fn() -> T,
    set: impl Fn(&mut T, usize, &str),
    toggle: impl Fn(&mut T),
) {
    match op {
        Op::Set { row, column, text } => {
            if *row == rows.len() {
                if text.is_empty() {
                    return;
                }
                rows.push(empty());
            }
            if let Some(found) = rows.get_mut(*row) {
                set(found, *column, text);
            }
        }
        Op::Remove(row) if *row < rows.len() => {
            rows.remove(*row);
        }
        Op::Toggle(row) => {
            if let Some(found) = rows.get_mut(*row) {
                toggle(found);
            }
        }
        Op::Swap(a, b) if *a < rows.len() && *b < rows.len() => rows.swap(*a, *b),
        Op::Remove(_) | Op::Swap(..) => {}
    }
}

/// `named` rows are a name alone until they get a value.
fn change_entries(rows: &mut Vec<Entry>, op: &Op, named: bool) {
    let empty = || Entry {
        value: (!named).then(Template::default),
        ..Entry::new("", "")
    };
    change(rows, op, empty, set_entry, |row| row.enabled = !row.enabled);
}

fn set_entry(row: &mut Entry, column: usize, text: &str) {
    match column {
        0 => row.name = Template::new(text),
        // `?flag` stays without its `=` until it gets a value.
        1 if text == row.value_str() => {}
        1 => row.value = Some(Template::new(text)),
        _ => text.clone_into(&mut row.description),
    }
}

fn empty_part() -> BodyPart {
    BodyPart {
        name: Template::default(),
        content: PartContent::Text(Template::default()),
        content_type: String::new(),
        file_name: String::new(),
        enabled: true,
        description: String::new(),
    }
}

fn set_part(row: &mut BodyPart, column: usize, text: &str) {
    match column {
        0 => row.name = Template::new(text),
        1 => {
            row.content = match (text.strip_prefix('@'), text.strip_prefix('\\')) {
                (Some(paths), _) => PartContent::Files(paths.split(", @").map(Template::new).collect()),
                (_, Some(rest)) if rest.starts_with(['@', '\\']) => PartContent::Text(Template::new(rest)),
                _ => PartContent::Text(Template::new(text)),
            };
        }
        2 => text.clone_into(&mut row.content_type),
        _ => text.clone_into(&mut row.description),
    }
}

fn set_variable(row: &mut Variable, column: usize, text: &str) {
    match column {
        variables::KEY => text.clone_into(&mut row.key),
        // What is no value of the file's is not written into it.
        variables::INITIAL if row.secret || row.source.is_some() => {}
        variables::CURRENT | variables::SECRET => {}
        variables::INITIAL => row.value = variables::typed(text, Some(&row.value)),
        _ => text.clone_into(&mut row.description),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Request;
    use std::sync::Arc;

    fn set(row: usize, column: usize, text: &str) -> Op {
        Op::Set {
            row,
            column,
            text: text.to_owned(),
        }
    }

    #[test]
    fn a_parameter_without_value_stays_without_equals_sign() {
        let mut entity = Entity::Request(Arc::new(Request::default()));
        apply(Part::Params, &mut entity, &set(0, 0, "flag"));
        let url = |entity: &Entity| match entity {
            Entity::Request(request) => request.full_url(),
            _ => String::new(),
        };
        assert_eq!(url(&entity), "?flag");
        apply(Part::Params, &mut entity, &set(0, 1, "1"));
        assert_eq!(url(&entity), "?flag=1");
        apply(Part::Params, &mut entity, &Op::Toggle(0));
        assert_eq!(url(&entity), "");
        apply(Part::Params, &mut entity, &Op::Remove(0));
        apply(Part::Params, &mut entity, &Op::Remove(0));
        assert!(rows(Part::Params, &entity, &Facts::default()).is_empty());
    }

    #[test]
    fn multipart_cells_say_text_or_files_and_come_back_as_they_were() {
        for text in ["plain", "@a.png", "@a.png, @b {{n}}.png", "\\@handle", "\\\\server", ""] {
            let mut part = empty_part();
            set_part(&mut part, 1, text);
            assert_eq!(multipart(&part).text(1), text);
        }
        let mut part = empty_part();
        set_part(&mut part, 1, "\\@handle");
        assert_eq!(part.content, PartContent::Text("@handle".into()));
    }

    #[test]
    fn where_no_text_was_json_stays_json() {
        let mut row = Variable::new("n", 7);
        set_variable(&mut row, 1, "false");
        assert_eq!(row.value, false);
        set_variable(&mut row, 1, "eight");
        assert_eq!(row.value, "eight");
        set_variable(&mut row, 1, "9");
        assert_eq!(row.value, "9");
    }
}

//! How a new key or row is laid out in a file that is there; what is there already keeps its own layout.

use toml_edit::{Array, ArrayOfTables, InlineTable, Item, Table, Value};

use super::tree::{Map, Tree};

/// A key of the file or of one of its tables, in block form.
pub fn item(key: &str, tree: &Tree) -> Item {
    match tree {
        Tree::Table(map) if key == "tokens" => {
            let mut table = Table::new();
            table.set_implicit(true);
            for (key, tree) in map {
                table.insert(key, block(tree));
            }
            Item::Table(table)
        }
        Tree::Table(_) => block(tree),
        Tree::Rows(rows) if is_block_of_rows(key) => {
            let mut tables = ArrayOfTables::new();
            for row in rows {
                tables.push(table(row));
            }
            Item::ArrayOfTables(tables)
        }
        Tree::Rows(rows) => {
            let mut array: Array = rows.iter().map(|row| Value::InlineTable(inline(row))).collect();
            arrange(&mut array);
            Item::Value(Value::Array(array))
        }
        other => Item::Value(value(other)),
    }
}

/// Whether each of the rows has a header of its own.
pub fn is_block_of_rows(key: &str) -> bool {
    matches!(key, "variables" | "examples")
}

/// A table with a header of its own.
pub fn block(tree: &Tree) -> Item {
    match tree {
        Tree::Table(map) => Item::Table(table(map)),
        other => Item::Value(value(other)),
    }
}

/// A table with a header of its own; tables in it are inline.
pub fn table(map: &Map) -> Table {
    let mut table = Table::new();
    for (key, tree) in map {
        let item = match tree {
            Tree::Rows(_) => item(key, tree),
            other => Item::Value(value(other)),
        };
        table.insert(key, item);
    }
    table
}

/// A table within one line.
pub fn inline(map: &Map) -> InlineTable {
    map.iter()
        .map(|(key, tree)| (toml_edit::Key::new(&**key), value(tree)))
        .collect()
}

/// A value within one line, long texts aside.
pub fn value(tree: &Tree) -> Value {
    match tree {
        Tree::Text(text) => string(text),
        Tree::Int(number) => (*number).into(),
        Tree::Float(number) => (*number).into(),
        Tree::Bool(on) => (*on).into(),
        Tree::List(items) => Value::Array(items.iter().map(value).collect()),
        Tree::Table(map) => Value::InlineTable(inline(map)),
        Tree::Rows(rows) => Value::Array(rows.iter().map(|row| Value::InlineTable(inline(row))).collect()),
    }
}

fn string(text: &str) -> Value {
    if is_literal(text)
        && let Ok(value) = format!("'''\n{text}'''").parse::<Value>()
    {
        return value;
    }
    text.into()
}

/// Whether a text stands between `'''` exactly as it is: it has several lines, and TOML can say it so.
pub fn is_literal(text: &str) -> bool {
    text.contains('\n')
        && !text.contains("'''")
        && !text.ends_with('\'')
        && text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\t'))
}

/// Lays an array of rows out: one line for one row, else a line each.
pub fn arrange(array: &mut Array) {
    let one_line = array.len() <= 1;
    for row in array.iter_mut() {
        let decor = row.decor_mut();
        decor.set_prefix(if one_line { " " } else { "\n  " });
        decor.set_suffix("");
    }
    array.set_trailing_comma(!one_line);
    array.set_trailing(match (array.is_empty(), one_line) {
        (true, _) => "",
        (false, true) => " ",
        (false, false) => "\n",
    });
}

//! Changing a file's text only where its meaning is to change.
//!
//! `old` is what the text says now, `new` what it shall say. Keys that are in neither (a later version's, the user's own)
//! and keys that say the same in both are not touched; a changed value keeps the comment behind it.

use toml_edit::{DocumentMut, InlineTable, Item, Table, TableLike, Value};

use super::layout;
use super::rows;
use super::tree::{Map, Tree};

/// The text with the differences between `old` and `new` carried out.
pub fn merge(text: &str, old: &Map, new: &Map) -> Result<String, toml_edit::TomlError> {
    if old == new {
        return Ok(text.to_owned());
    }
    let mut document: DocumentMut = text.parse()?;
    merge_level(document.as_table_mut(), Level::File, old, new);
    Ok(document.to_string())
}

/// Changes a table with a header of its own.
pub fn merge_table(table: &mut Table, old: &Map, new: &Map) {
    merge_level(table, Level::Block, old, new);
}

/// How deep in the file a table is, which decides the form of tables that are new in it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    /// The file as a whole: they are blocks.
    File,
    /// `[tokens]`: they are blocks too.
    Tokens,
    /// Any other block: they are inline.
    Block,
}

impl Level {
    fn below(self, key: &str) -> Self {
        match (self, key) {
            (Self::File, "tokens") => Self::Tokens,
            _ => Self::Block,
        }
    }
}

fn merge_level(table: &mut Table, level: Level, old: &Map, new: &Map) {
    remove_gone(table, old, new);
    for (key, tree) in new {
        if old.get(key) == Some(tree) {
            continue;
        }
        let changed = table
            .get_mut(key)
            .is_some_and(|item| change(item, level.below(key), old.get(key), tree));
        if !changed {
            // A new key, or a value that becomes a table or the other way round.
            table.remove(key);
            insert(table, level, key, tree, new);
        }
    }
}

/// Changes a table within one line.
pub fn merge_inline(table: &mut InlineTable, old: &Map, new: &Map) {
    let end = closing_space(table);
    remove_gone(table, old, new);
    for (key, tree) in new {
        if old.get(key) == Some(tree) {
            continue;
        }
        match table.get_mut(key) {
            Some(value) => {
                let mut item = Item::Value(std::mem::replace(value, Value::from(0)));
                if !change(&mut item, Level::Block, old.get(key), tree) {
                    item = Item::Value(layout::value(tree));
                }
                if let Item::Value(changed) = item {
                    *value = changed;
                }
            }
            None => {
                table.insert(&**key, layout::value(tree));
            }
        }
    }
    if let Some(end) = end {
        set_closing_space(table, &end);
    }
}

fn remove_gone(table: &mut dyn TableLike, old: &Map, new: &Map) {
    for key in old.keys().filter(|key| !new.contains_key(*key)) {
        table.remove(key);
    }
}

/// Changes an item in place; `false` when its kind does not fit.
fn change(item: &mut Item, level: Level, old: Option<&Tree>, new: &Tree) -> bool {
    let nothing = Map::new();
    match (item, old, new) {
        (Item::Table(table), _, Tree::Table(new)) => {
            merge_level(table, level, table_of(old).unwrap_or(&nothing), new);
            true
        }
        (Item::Value(Value::InlineTable(table)), _, Tree::Table(new)) => {
            merge_inline(table, table_of(old).unwrap_or(&nothing), new);
            true
        }
        (Item::Value(Value::Array(array)), Some(Tree::Rows(old)), Tree::Rows(new)) if array.len() == old.len() => {
            rows::merge_array(array, old, new);
            true
        }
        (Item::ArrayOfTables(tables), Some(Tree::Rows(old)), Tree::Rows(new)) if tables.len() == old.len() => {
            rows::merge_tables(tables, old, new);
            true
        }
        (Item::Value(_), _, Tree::Rows(_) | Tree::Table(_)) => false,
        (Item::Value(value), _, new) => {
            let decor = value.decor().clone();
            *value = layout::value(new);
            *value.decor_mut() = decor;
            true
        }
        _ => false,
    }
}

fn table_of(tree: Option<&Tree>) -> Option<&Map> {
    match tree {
        Some(Tree::Table(map)) => Some(map),
        _ => None,
    }
}

/// Adds a key behind the one it follows in the canonical order.
fn insert(table: &mut Table, level: Level, key: &str, tree: &Tree, order: &Map) {
    let mut keys: Vec<String> = table.iter().map(|(key, _)| key.to_owned()).collect();
    let before: Vec<&str> = order.keys().map(|own| &**own).take_while(|have| *have != key).collect();
    let place = before
        .iter()
        .rev()
        .find_map(|have| keys.iter().position(|key| key == have))
        .map_or(usize::from(is_headed(table)), |at| at + 1);
    keys.insert(place, key.to_owned());

    let mut item = match (level, tree) {
        (Level::Tokens, _) => layout::block(tree),
        (Level::Block, Tree::Table(_)) => Item::Value(layout::value(tree)),
        _ => layout::item(key, tree),
    };
    let position = position_behind(table, &before);
    match &mut item {
        Item::Table(new) => new.set_position(position),
        Item::ArrayOfTables(new) => new.iter_mut().for_each(|new| new.set_position(position)),
        _ => {}
    }
    if table.is_dotted() {
        item = Item::Value(layout::value(tree));
    }
    table.insert(key, item);
    let rank = |key: &toml_edit::Key| keys.iter().position(|have| have == key.get());
    table.sort_values_by(|a, _, b, _| rank(a).cmp(&rank(b)));
}

/// Whether a comment hangs on the first key: it may head the whole file, so nothing goes between the two.
fn is_headed(table: &Table) -> bool {
    let key = table.iter().next().and_then(|(key, _)| table.key(key));
    let prefix = key.and_then(|key| key.leaf_decor().prefix()?.as_str());
    prefix.is_some_and(|prefix| prefix.contains('#'))
}

/// Where in the file a new block goes: behind the last block of the keys before it, else before all blocks.
fn position_behind(table: &Table, before: &[&str]) -> Option<isize> {
    let behind = before
        .iter()
        .rev()
        .filter_map(|key| table.get(key))
        .find_map(|item| positions(item).into_iter().max());
    behind.or_else(|| {
        let first = table.iter().flat_map(|(_, item)| positions(item)).min();
        first.map(|first| first - 1).or(table.position())
    })
}

fn positions(item: &Item) -> Vec<isize> {
    let tables: Vec<&Table> = match item {
        Item::Table(table) => vec![table],
        Item::ArrayOfTables(tables) => tables.iter().collect(),
        _ => return Vec::new(),
    };
    let mut out = Vec::new();
    for table in tables {
        out.extend(table.position());
        out.extend(table.iter().flat_map(|(_, item)| positions(item)));
    }
    out
}

/// The blank before the closing brace, which hangs on the last value.
fn closing_space(table: &mut InlineTable) -> Option<String> {
    let (_, value) = table.iter_mut().last()?;
    let suffix = value.decor().suffix()?.as_str()?.to_owned();
    if !suffix.trim().is_empty() {
        return None;
    }
    value.decor_mut().set_suffix("");
    Some(suffix)
}

fn set_closing_space(table: &mut InlineTable, space: &str) {
    if let Some((_, value)) = table.iter_mut().last() {
        value.decor_mut().set_suffix(space);
    }
}

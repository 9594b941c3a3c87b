//! Postman's files: collections v1, v2.0, v2.1 and v3, environments, globals, data dumps.
//!
//! ```text
//! bytes ─sniff─▶ text ─json─▶ value ─(v1)─▶ v2 ─tidy─▶ one form ─item─▶ our model + what it does not hold (rest)
//! folder ─(v3)──────────────────────────────┘
//! our model ─item─▶ tidy form ─rest─▶ with what was kept ─dress─▶ v2.1, or ─(v3)─▶ a folder
//! ```
//!
//! What the fields mean is in Postman's schemas (`schema.postman.com`); what it makes of them was measured with newman 6.2.

mod auth;
mod body;
mod collection;
mod dress;
mod item;
mod json;
mod notes;
mod ours;
mod rest;
mod rows;
mod script;
mod settings;
mod sniff;
mod tidy;
mod v1;
pub mod v3;
pub mod write;

use serde_json::Value;

use self::sniff::Kind;
use self::tidy::Object;
use super::{FormatError, Found};
use crate::model::Environment;

pub use self::json::parse;
pub use self::ours::{left_behind, left_of};
pub use self::v3::{KEPT as ONLY_V3, read_file, read_folder};
pub use self::write::Secrets;

/// Reads a file of Postman's, whatever it is.
pub fn read(bytes: &[u8]) -> Result<Found, FormatError> {
    let text = sniff::text(bytes)?;
    let mut found = Found::default();
    read_value(
        json::parse(&text).map_err(|error| sniff::other(&text, error))?,
        &mut found,
    )?;
    Ok(found)
}

/// The one form that all ways of writing a collection have in common: two collections mean the same when it is equal.
///
/// For tests and comparisons: items stay nested, everything else is as [`tidy`](self) describes it.
pub fn meaning(bytes: &[u8]) -> Result<Value, FormatError> {
    let found = read(bytes)?;
    let collections = found.collections.iter().map(|collection| {
        let items = collection.items.iter().map(|item| {
            let tidy = Value::Object(write::tidy(&item.entity, &Secrets::All));
            serde_json::json!({ "parent": item.parent, "folder": item.entity.is_group(), "item": tidy })
        });
        Value::Array(items.collect())
    });
    let environments = found
        .environments
        .iter()
        .map(|one| write::environment(one, &Secrets::All));
    Ok(serde_json::json!({
        "collections": collections.collect::<Vec<_>>(),
        "environments": environments.collect::<Vec<_>>(),
        "globals": found.globals.as_ref().map(|globals| write::globals(globals, &Secrets::All)),
    }))
}

fn read_value(value: Value, found: &mut Found) -> Result<(), FormatError> {
    let value = sniff::unwrap(value);
    let kind = sniff::kind(&value)?;
    match (kind, value) {
        (Kind::V1, Value::Object(map)) => {
            let map = v1::collection(map, &mut found.report);
            read_collection(map, found);
        }
        (Kind::V2, Value::Object(map)) => read_collection(map, found),
        (Kind::Environment, Value::Object(map)) => {
            let environment = read_environment(map, "Untitled environment", found);
            found.environments.push(environment);
        }
        (Kind::Globals, Value::Object(map)) => {
            let globals = read_environment(map, "Globals", found);
            add_globals(found, globals);
        }
        (Kind::Variables, values) => {
            let mut map = Object::new();
            map.insert("values".into(), values);
            let globals = read_environment(map, "Globals", found);
            add_globals(found, globals);
        }
        (Kind::Dump, Value::Object(map)) => {
            for (key, value) in map {
                read_dumped(&key, value, found);
            }
        }
        (Kind::List, Value::Array(items)) => {
            for item in items {
                read_value(item, found)?;
            }
        }
        _ => {}
    }
    Ok(())
}

fn read_collection(map: Object, found: &mut Found) {
    let collection = collection::read(map, &mut found.report);
    found.collections.push(collection);
}

/// One list of a data dump; what does not fit is reported, the rest is read.
fn read_dumped(key: &str, value: Value, found: &mut Found) {
    if key == "globals" {
        let mut map = match value {
            Value::Object(map) => map,
            values => {
                let mut map = Object::new();
                map.insert("values".into(), values);
                map
            }
        };
        map.entry("values").or_insert_with(|| Value::Array(Vec::new()));
        let globals = read_environment(map, "Globals", found);
        if !globals.variables.is_empty() {
            add_globals(found, globals);
        }
        return;
    }
    let Value::Array(items) = value else { return };
    if !matches!(key, "collections" | "environments") {
        if !items.is_empty() {
            found.report.add(
                "",
                key,
                super::Fate::Lost,
                format!("`{key}` of the data dump ({})", items.len()),
                "there is no such thing here",
            );
        }
        return;
    }
    for (n, item) in items.into_iter().enumerate() {
        if let Err(error) = read_value(item, found) {
            let what = format!("entry {} of `{key}`", n + 1);
            found.report.add("", key, super::Fate::Lost, what, error.to_string());
        }
    }
}

fn read_environment(map: Object, name: &str, found: &mut Found) -> Environment {
    let mut tidied = tidy::environment(map);
    if tidied.get("name").is_none_or(tidy::is_nothing) {
        tidied.insert("name".into(), name.into());
        if name != "Globals" {
            notes::guessed_name(&mut found.report, &notes::Path::default(), name);
        }
    }
    let environment = item::read_environment(&tidied);
    notes::environment(&mut found.report, &environment.name, &environment.origin.rest);
    environment
}

fn add_globals(found: &mut Found, globals: Environment) {
    found.extend(Found {
        globals: Some(globals),
        ..Found::default()
    });
}

//! Rows and variables, in tidy form and in our model.

use serde_json::Value;

use super::Secrets;
use super::tidy::{Fields, Object, is_nothing};
use crate::model::request::Entry;
use crate::model::variable::display_value;
use crate::model::{Template, Variable};

/// Text at a key; empty when there is none.
pub fn text(map: &Object, key: &str) -> String {
    map.field(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// The objects in a list at a key.
pub fn objects<'a>(map: &'a Object, key: &str) -> impl Iterator<Item = &'a Object> {
    map.field(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
}

/// Whether a row counts.
pub fn enabled(row: &Object) -> bool {
    !row.has_field("disabled")
}

/// Reads rows; `bare` says that a `null` value is a name alone.
pub fn read(map: &Object, key: &str, bare: bool) -> Vec<Entry> {
    objects(map, key)
        .map(|row| Entry {
            name: Template::new(text(row, "key")),
            value: match row.field("value") {
                Some(Value::Null) if bare => None,
                // So a header of nothing is sent; nothing else that is read here may be null.
                Some(Value::Null) => Some(Template::new("null")),
                _ => Some(Template::new(text(row, "value"))),
            },
            enabled: enabled(row),
            description: text(row, "description"),
        })
        .collect()
}

/// Writes rows.
pub fn write(rows: &[Entry]) -> Value {
    let rows = rows.iter().map(|row| {
        let mut map = Object::new();
        map.insert("key".into(), row.name.as_str().into());
        let value = row.value.as_ref().map_or(Value::Null, |value| value.as_str().into());
        map.insert("value".into(), value);
        put_rest(&mut map, row.enabled, &row.description);
        Value::Object(map)
    });
    Value::Array(rows.collect())
}

/// Adds what every row may have.
pub fn put_rest(map: &mut Object, enabled: bool, description: &str) {
    if !enabled {
        map.insert("disabled".into(), true.into());
    }
    put_text(map, "description", description);
}

/// Adds a text unless it is empty.
pub fn put_text(map: &mut Object, key: &str, text: &str) {
    if !text.is_empty() {
        map.insert(key.into(), text.into());
    }
}

/// Adds a value unless it says nothing.
pub fn put(map: &mut Object, key: &str, value: Value) {
    if !is_nothing(&value) {
        map.insert(key.into(), value);
    }
}

/// Reads variables.
pub fn read_variables(map: &Object, key: &str) -> Vec<Variable> {
    objects(map, key)
        .map(|row| {
            let secret = row.field("type").is_some_and(|kind| kind == "secret");
            let value = row.field("value").cloned().unwrap_or_default();
            Variable {
                key: text(row, "key"),
                // A secret is text: it is typed in, masked and kept outside of the files.
                value: match value {
                    Value::Null if secret => "".into(),
                    value if secret => display_value(&value).into(),
                    value => value,
                },
                enabled: enabled(row),
                secret,
                description: text(row, "description"),
                source: None,
            }
        })
        .collect()
}

/// Writes variables; the values of secrets only where they are asked for.
pub fn write_variables(variables: &[Variable], secrets: &Secrets) -> Value {
    let rows = variables.iter().map(|variable| {
        let mut map = Object::new();
        map.insert("key".into(), variable.key.as_str().into());
        // What comes from elsewhere is never written down: there it is to be filled in.
        let secret = variable.secret || variable.source.is_some();
        let hidden = variable.source.is_some() || (secret && !secrets.include(&variable.key));
        let value = if hidden { "".into() } else { variable.value.clone() };
        map.insert("value".into(), value);
        if secret {
            map.insert("type".into(), "secret".into());
        }
        put_rest(&mut map, variable.enabled, &variable.description);
        Value::Object(map)
    });
    Value::Array(rows.collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::variable::ValueSource;

    #[test]
    fn what_comes_from_elsewhere_is_a_secret_to_fill_in_for_others() {
        let variable = Variable {
            source: Some(ValueSource::Env("PLACE".into())),
            ..Variable::new("a", "fetched-4711")
        };
        let written = write_variables(&[variable], &Secrets::All);
        assert_eq!(written, json!([{ "key": "a", "value": "", "type": "secret" }]));
    }

    #[test]
    fn a_secret_without_a_value_has_none() {
        let Value::Object(found) = json!({"values": [
            {"key": "a", "value": null, "type": "secret"}, {"key": "b", "value": 1, "type": "secret"}, {"key": "c", "value": null},
        ]}) else {
            return;
        };
        let values = read_variables(&found, "values").into_iter().map(|own| own.value);
        assert!(values.eq([json!(""), json!("1"), json!(null)]));
    }
}

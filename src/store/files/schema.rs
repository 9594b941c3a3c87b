//! JSON Schemas of all files, so that editors complete and check them.

use schemars::{JsonSchema, schema_for};
use serde_json::Value;

use super::group::{EnvironmentDto, GroupDto};
use super::request::RequestDto;
use crate::store::config::ConfigDto;

/// The schemas by name: `collection`, `folder`, `request`, `environment`, `globals`, `config`.
pub fn all() -> Vec<(&'static str, Value)> {
    vec![
        ("collection", schema::<GroupDto>()),
        ("folder", schema::<GroupDto>()),
        ("request", schema::<RequestDto>()),
        ("environment", schema::<EnvironmentDto>()),
        ("globals", schema::<EnvironmentDto>()),
        ("config", schema::<ConfigDto>()),
    ]
}

fn schema<T: JsonSchema>() -> Value {
    schema_for!(T).to_value()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_file_has_a_schema_with_its_keys() {
        let all = all();
        assert_eq!(all.len(), 6);
        for (name, schema) in all {
            let properties = schema.get("properties").and_then(Value::as_object);
            assert!(properties.is_some_and(|keys| keys.len() >= 4), "{name}");
        }
    }
}

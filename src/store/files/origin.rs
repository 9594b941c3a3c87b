//! `[postman]`: where an item was imported from, and what of it has no place in our model.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::group::JsonText;
use super::tree::{Map, Tree, put_rows, put_text};
use super::value;
use crate::model::{Origin, Rest};

/// Where it was imported from; kept for exporting it again and for importing it once more.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub struct OriginDto {
    /// Its identity in Postman.
    #[serde(default)]
    pub id: String,
    /// What of it has no place in this file otherwise.
    #[serde(default)]
    pub rest: Vec<RestDto>,
}

/// A value that only Postman understands.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct RestDto {
    /// Where it stands in the exported item, as a JSON pointer.
    pub at: String,
    /// The rows on the way there, by name.
    #[serde(default)]
    pub of: Vec<String>,
    /// A check sum of what it takes the place of.
    pub instead_of: Option<String>,
    /// The value.
    #[serde(default)]
    pub value: Option<Value>,
    /// The value as JSON text, where TOML cannot say it well.
    pub json: Option<JsonText>,
}

impl From<OriginDto> for Origin {
    fn from(dto: OriginDto) -> Self {
        let rest = |dto: RestDto| Rest {
            at: dto.at,
            of: dto.of,
            instead_of: dto.instead_of,
            value: dto
                .json
                .map(JsonText::into_value)
                .or(dto.value.map(value::from_toml))
                .unwrap_or_default(),
        };
        Self {
            id: dto.id,
            rest: dto.rest.into_iter().map(rest).collect(),
        }
    }
}

/// Adds an origin unless there is none.
pub fn put_origin(map: &mut Map, origin: &Origin) {
    if origin.is_empty() {
        return;
    }
    let mut table = Map::new();
    put_text(&mut table, "id", &origin.id);
    put_rows(
        &mut table,
        "rest",
        Tree::Rows(origin.rest.iter().map(rest_map).collect()),
    );
    map.insert("postman".into(), Tree::Table(table));
}

fn rest_map(rest: &Rest) -> Map {
    let mut map = Map::new();
    map.insert("at".into(), rest.at.as_str().into());
    if !rest.of.is_empty() {
        let names = rest.of.iter().map(|name| name.as_str().into());
        map.insert("of".into(), Tree::List(names.collect()));
    }
    if let Some(sum) = &rest.instead_of {
        map.insert("instead_of".into(), sum.as_str().into());
    }
    // Objects and lists are better read as the JSON they were.
    if matches!(rest.value, Value::Array(_) | Value::Object(_)) || !value::fits_toml(&rest.value) {
        map.insert("json".into(), Tree::Text(rest.value.to_string()));
    } else {
        map.insert("value".into(), value::tree(&rest.value));
    }
    map
}

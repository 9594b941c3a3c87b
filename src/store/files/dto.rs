//! The pieces that several kinds of files share, as serde reads them: rows, auth, scripts, lenient text.
//!
//! These types also make the JSON Schemas, so their doc comments are what an editor shows.

use std::borrow::Cow;
use std::fmt;

use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de};
use serde_json::Value;

use super::tree::{Map, Tree, put_text};
use super::value;
use crate::model::request::Entry;
use crate::model::script::{Blank, Scripts};
use crate::model::{Auth, Origin, Template};

/// Text; a number or boolean written without quotes counts as its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text(pub String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl de::Visitor<'_> for TextVisitor {
    type Value = Text;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("text")
    }

    fn visit_str<E>(self, text: &str) -> Result<Text, E> {
        Ok(Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Text, E> {
        Ok(Text(text))
    }

    fn visit_bool<E>(self, on: bool) -> Result<Text, E> {
        Ok(Text(on.to_string()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Text, E> {
        Ok(Text(number.to_string()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Text, E> {
        Ok(Text(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Text, E> {
        Ok(Text(number.to_string()))
    }
}

impl JsonSchema for Text {
    fn schema_name() -> Cow<'static, str> {
        "Text".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "number", "boolean"] })
    }
}

/// A row of a table: parameter, path variable, header or form field.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct RowDto {
    /// The name; may hold {{variables}}.
    pub name: Text,
    /// The value; may hold {{variables}}. A query parameter without one is a name alone.
    pub value: Option<Text>,
    /// A disabled row is kept but not sent.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Free text.
    #[serde(default)]
    pub description: String,
}

/// The default of `enabled`.
pub fn yes() -> bool {
    true
}

impl RowDto {
    /// The row; `bare` says whether a missing value is a name alone (else it is empty text).
    pub fn entry(self, bare: bool) -> Entry {
        let value = match self.value {
            None if bare => None,
            value => Some(Template::new(value.unwrap_or_default().0)),
        };
        Entry {
            name: Template::new(self.name.0),
            value,
            enabled: self.enabled,
            description: self.description,
        }
    }
}

/// Reads rows.
pub fn entries(rows: Vec<RowDto>, bare: bool) -> Vec<Entry> {
    rows.into_iter().map(|row| row.entry(bare)).collect()
}

/// Writes rows.
pub fn entry_tree(rows: &[Entry]) -> Tree {
    Tree::Rows(rows.iter().map(entry_map).collect())
}

fn entry_map(row: &Entry) -> Map {
    let mut map = Map::new();
    map.insert("name".into(), row.name.as_str().into());
    if let Some(value) = &row.value {
        map.insert("value".into(), value.as_str().into());
    }
    put_rest(&mut map, row.enabled, &row.description);
    map
}

/// Adds what every row may have: `enabled = false` and a description.
pub fn put_rest(map: &mut Map, enabled: bool, description: &str) {
    if !enabled {
        map.insert("enabled".into(), Tree::Bool(false));
    }
    put_text(map, "description", description);
}

/// How requests prove who they are; absent inherits.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct AuthDto {
    /// `inherit`, `none`, `basic`, `bearer`, `apikey` …
    #[serde(rename = "type")]
    pub kind: String,
    /// The parameters of the type, such as `username`, `password`, `token`.
    #[serde(flatten)]
    pub params: IndexMap<String, Value>,
}

/// Reads auth.
pub fn auth(dto: Option<AuthDto>) -> Auth {
    dto.map_or_else(Auth::default, |dto| Auth {
        kind: dto.kind,
        params: dto
            .params
            .into_iter()
            .map(|(name, param)| (name, value::from_toml(param)))
            .collect(),
    })
}

/// Adds auth unless it is plain inheritance. A null parameter is left out: TOML has no null.
pub fn put_auth(map: &mut Map, auth: &Auth) {
    if *auth == Auth::default() {
        return;
    }
    let mut table = Map::new();
    table.insert("type".into(), auth.kind.as_str().into());
    for (name, param) in &auth.params {
        if name != "type" && !param.is_null() {
            table.insert(name.clone().into(), value::tree(param));
        }
    }
    map.insert("auth".into(), Tree::Table(table));
}

/// Scripts in JavaScript with Postman's `pm` object. A line `//--- next script ---` divides a text into scripts that run one after
/// the other.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub struct ScriptsDto {
    /// Runs before the request is sent.
    #[serde(default, rename = "pre-request")]
    pub pre_request: String,
    /// Runs on the response and holds the tests.
    #[serde(default, rename = "post-response")]
    pub post_response: String,
}

impl ScriptsDto {
    /// The scripts of an item, with the blank ones that are kept of where it comes from.
    pub fn scripts(self, origin: &Origin) -> Scripts {
        Scripts {
            pre_request: self.pre_request,
            post_response: self.post_response,
            blank: Blank::kept(&origin.rest),
        }
    }
}

/// Adds scripts unless there are none.
pub fn put_scripts(map: &mut Map, scripts: &Scripts) {
    let mut table = Map::new();
    put_text(&mut table, "pre-request", &scripts.pre_request);
    put_text(&mut table, "post-response", &scripts.post_response);
    if !table.is_empty() {
        map.insert("scripts".into(), Tree::Table(table));
    }
}

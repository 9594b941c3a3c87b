//! The files of collections, folders, environments and globals: all of them carry variables.

use std::borrow::Cow;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de};
use serde_json::Value;

use super::dto::{AuthDto, ScriptsDto, Text, auth, put_auth, put_rest, put_scripts, yes};
use super::origin::{OriginDto, put_origin};
use super::settings::{SettingsDto, put_settings};
use super::tokens::{TokenDto, put_tokens, sources};
use super::tree::{Map, Tree, put_order, put_rows, put_text};
use super::value;
use crate::model::variable::ValueSource;
use crate::model::{Environment, Group, Variable};

/// A collection or folder: what it hands down to the requests in it.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(title = "postrider collection or folder")]
pub struct GroupDto {
    /// Its name in the tree; absent, the name of its folder.
    pub name: Option<String>,
    /// Markdown.
    #[serde(default)]
    pub description: String,
    /// Its place among its siblings: lower comes first.
    pub order: Option<i64>,
    /// The auth that requests below inherit.
    pub auth: Option<AuthDto>,
    /// Variables with the values everyone starts with.
    #[serde(default)]
    pub variables: Vec<VariableDto>,
    /// How requests below are sent.
    #[serde(default)]
    pub settings: SettingsDto,
    /// Scripts that run around every request below.
    #[serde(default)]
    pub scripts: ScriptsDto,
    /// Where token variables come from, by variable.
    #[serde(default)]
    pub tokens: IndexMap<String, TokenDto>,
    /// Where it was imported from.
    #[serde(default)]
    pub postman: OriginDto,
}

/// An environment, or the globals.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(title = "postrider environment")]
pub struct EnvironmentDto {
    /// Its name; absent, the name of the file.
    pub name: Option<String>,
    /// Markdown.
    #[serde(default)]
    pub description: String,
    /// Its place among the environments.
    pub order: Option<i64>,
    /// Its variables with the values everyone starts with.
    #[serde(default)]
    pub variables: Vec<VariableDto>,
    /// Where token variables come from, by variable, whatever the collection.
    #[serde(default)]
    pub tokens: IndexMap<String, TokenDto>,
    /// Where it was imported from.
    #[serde(default)]
    pub postman: OriginDto,
}

/// A variable.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct VariableDto {
    /// Its name, as it stands between the braces.
    pub key: Text,
    /// The value everyone starts with; of any type. A secret has none in a file.
    #[serde(default)]
    pub value: Option<Value>,
    /// The value as JSON text, where TOML cannot say it (null, very large numbers).
    pub json: Option<JsonText>,
    /// A disabled variable is invisible.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// A secret's value stays on the user's machine, out of this file.
    #[serde(default)]
    pub secret: bool,
    /// Free text.
    #[serde(default)]
    pub description: String,
    /// Where the value comes from when a request needs it, once you have agreed; it is then a secret.
    pub source: Option<SourceDto>,
}

/// Where a value comes from that is in no file: `{ env = "NAME" }`, `{ command = ["op", "read", "…"] }` or
/// `{ prompt = "One-time code" }`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SourceDto {
    /// A variable of the process's environment.
    Env(String),
    /// What a program prints: its name and its arguments, no shell; run once a session.
    Command(Vec<String>),
    /// What you type when asked so, once a session.
    Prompt(String),
}

impl From<SourceDto> for ValueSource {
    fn from(dto: SourceDto) -> Self {
        match dto {
            SourceDto::Env(name) => Self::Env(name),
            SourceDto::Command(argv) => Self::Command(argv),
            SourceDto::Prompt(question) => Self::Prompt(question),
        }
    }
}

/// A value as JSON text.
#[derive(Debug, JsonSchema)]
#[schemars(transparent)]
pub struct JsonText(#[schemars(with = "String")] Value);

impl JsonText {
    /// The value.
    pub fn into_value(self) -> Value {
        self.0
    }
}

impl<'de> Deserialize<'de> for JsonText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        serde_json::from_str(&text)
            .map(Self)
            .map_err(|error| de::Error::custom(format!("`json` is no JSON: {error}")))
    }
}

impl From<VariableDto> for Variable {
    fn from(dto: VariableDto) -> Self {
        let value = dto.json.map(|json| json.0).or(dto.value.map(value::from_toml));
        Self {
            key: dto.key.0,
            value: value.unwrap_or_else(|| Value::String(String::new())),
            enabled: dto.enabled,
            secret: dto.secret,
            description: dto.description,
            source: dto.source.map(ValueSource::from),
        }
    }
}

impl GroupDto {
    /// The collection or folder; without a name it has that of its folder.
    pub fn group(self, slug: &str) -> Group {
        let origin = self.postman.into();
        Group {
            name: self.name.unwrap_or_else(|| slug.to_owned()),
            description: self.description,
            auth: auth(self.auth),
            variables: self.variables.into_iter().map(Variable::from).collect(),
            scripts: self.scripts.scripts(&origin),
            settings: self.settings.into(),
            tokens: sources(self.tokens),
            order: self.order,
            origin,
        }
    }
}

impl EnvironmentDto {
    /// The environment; without a name it has that of its file.
    pub fn environment(self, slug: &str) -> Environment {
        Environment {
            name: self.name.unwrap_or_else(|| slug.to_owned()),
            description: self.description,
            variables: self.variables.into_iter().map(Variable::from).collect(),
            tokens: sources(self.tokens),
            order: self.order,
            origin: self.postman.into(),
        }
    }
}

/// What the file of a collection or folder says.
pub fn tree(group: &Group) -> Map {
    let mut map = Map::new();
    map.insert("name".into(), group.name.as_str().into());
    put_text(&mut map, "description", &group.description);
    put_order(&mut map, group.order);
    put_auth(&mut map, &group.auth);
    put_rows(&mut map, "variables", variables_tree(&group.variables));
    put_settings(&mut map, &group.settings);
    put_scripts(&mut map, &group.scripts);
    put_tokens(&mut map, &group.tokens);
    put_origin(&mut map, &group.origin);
    map
}

/// What the file of an environment says.
pub fn environment_tree(environment: &Environment) -> Map {
    let mut map = Map::new();
    map.insert("name".into(), environment.name.as_str().into());
    put_text(&mut map, "description", &environment.description);
    put_order(&mut map, environment.order);
    put_rows(&mut map, "variables", variables_tree(&environment.variables));
    put_tokens(&mut map, &environment.tokens);
    put_origin(&mut map, &environment.origin);
    map
}

fn variables_tree(variables: &[Variable]) -> Tree {
    Tree::Rows(variables.iter().map(variable_map).collect())
}

/// The value of a secret never gets here: it lives in the local state only.
fn variable_map(variable: &Variable) -> Map {
    let mut map = Map::new();
    map.insert("key".into(), variable.key.as_str().into());
    if variable.secret {
        map.insert("secret".into(), Tree::Bool(true));
    } else if variable.source.is_some() {
        // It has no value here.
    } else if value::fits_toml(&variable.value) {
        map.insert("value".into(), value::tree(&variable.value));
    } else {
        map.insert("json".into(), Tree::Text(variable.value.to_string()));
    }
    if let Some(source) = &variable.source {
        map.insert("source".into(), source_tree(source));
    }
    put_rest(&mut map, variable.enabled, &variable.description);
    map
}

fn source_tree(source: &ValueSource) -> Tree {
    let (key, tree) = match source {
        ValueSource::Env(name) => ("env", name.as_str().into()),
        ValueSource::Command(argv) => (
            "command",
            Tree::List(argv.iter().map(|word| word.as_str().into()).collect()),
        ),
        ValueSource::Prompt(question) => ("prompt", question.as_str().into()),
    };
    Tree::Table(Map::from_iter([(key.into(), tree)]))
}

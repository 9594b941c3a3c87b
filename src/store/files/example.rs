//! `[[examples]]`: responses saved with a request.

use schemars::JsonSchema;
use serde::Deserialize;

use super::dto::{RowDto, entries, entry_tree};
use super::request::{self, RequestDto};
use super::tree::{Map, Tree, put_rows, put_text};
use crate::model::Example;

/// A saved response.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ExampleDto {
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// The status code.
    pub code: Option<u16>,
    /// The reason phrase.
    #[serde(default)]
    pub status: String,
    /// Response headers.
    #[serde(default)]
    pub headers: Vec<RowDto>,
    /// The language to show the body in.
    #[serde(default)]
    pub language: String,
    /// The body as text.
    #[serde(default)]
    pub body: String,
    /// The request it answered.
    pub request: Option<Box<RequestDto>>,
}

impl From<ExampleDto> for Example {
    fn from(dto: ExampleDto) -> Self {
        Self {
            name: dto.name,
            code: dto.code,
            status: dto.status,
            headers: entries(dto.headers, false),
            language: dto.language,
            body: dto.body,
            request: dto.request.map(|request| Box::new(request.request(""))),
        }
    }
}

/// What a request's file says of an example.
pub fn example_map(example: &Example) -> Map {
    let mut map = Map::new();
    map.insert("name".into(), example.name.as_str().into());
    if let Some(code) = example.code {
        map.insert("code".into(), Tree::Int(code.into()));
    }
    put_text(&mut map, "status", &example.status);
    put_rows(&mut map, "headers", entry_tree(&example.headers));
    put_text(&mut map, "language", &example.language);
    put_text(&mut map, "body", &example.body);
    if let Some(request) = &example.request {
        let mut request = request::tree(request);
        if request.get("name") == Some(&Tree::Text(String::new())) {
            request.shift_remove("name");
        }
        map.insert("request".into(), Tree::Table(request));
    }
    map
}

//! `[body]`: what is sent behind the headers.

use schemars::JsonSchema;
use serde::Deserialize;

use super::dto::{RowDto, Text, entries, entry_tree, put_rest, yes};
use super::tree::{Map, Tree, put_text};
use crate::model::body::{Language, Part, PartContent};
use crate::model::{Body, Template};

/// The body of a request.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct BodyDto {
    /// `none`, `form`, `multipart`, `json`, `xml`, `text`, `html`, `javascript`, `file` or `graphql`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The rows of a `form` or the parts of a `multipart` body.
    #[serde(default)]
    pub fields: Vec<FieldDto>,
    /// The text of a `json`, `xml`, `text`, `html` or `javascript` body.
    #[serde(default)]
    pub text: String,
    /// The file of a `file` body, relative to the workspace.
    #[serde(default)]
    pub path: String,
    /// The document of a `graphql` body.
    #[serde(default)]
    pub query: String,
    /// The variables of a `graphql` body, as JSON text.
    #[serde(default)]
    pub variables: String,
    /// Which operation of the `graphql` document to run.
    pub operation_name: Option<String>,
}

/// A form field, or a part of a multipart body.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct FieldDto {
    /// The field's name.
    pub name: Text,
    /// Its text.
    pub value: Option<Text>,
    /// A file to send as this part (multipart only).
    pub file: Option<String>,
    /// Several files to send, a part each (multipart only).
    pub files: Option<Vec<String>>,
    /// The part's own Content-Type (multipart only).
    #[serde(default)]
    pub content_type: String,
    /// The file name told to the server (multipart only).
    #[serde(default)]
    pub file_name: String,
    /// A disabled field is kept but not sent.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Free text.
    #[serde(default)]
    pub description: String,
}

impl FieldDto {
    fn row(self) -> RowDto {
        RowDto {
            name: self.name,
            value: self.value,
            enabled: self.enabled,
            description: self.description,
        }
    }

    fn part(self) -> Part {
        let content = match (self.files, self.file) {
            (Some(files), _) => PartContent::Files(files.into_iter().map(Template::new).collect()),
            (None, Some(file)) => PartContent::Files(vec![Template::new(file)]),
            (None, None) => PartContent::Text(Template::new(self.value.unwrap_or_default().0)),
        };
        Part {
            name: Template::new(self.name.0),
            content,
            content_type: self.content_type,
            file_name: self.file_name,
            enabled: self.enabled,
            description: self.description,
        }
    }
}

impl From<BodyDto> for Body {
    fn from(dto: BodyDto) -> Self {
        match dto.kind.as_str() {
            "none" => Self::None,
            "form" => Self::Form(entries(dto.fields.into_iter().map(FieldDto::row).collect(), false)),
            "multipart" => Self::Multipart(dto.fields.into_iter().map(FieldDto::part).collect()),
            "file" => Self::File {
                path: Template::new(dto.path),
            },
            "graphql" => Self::GraphQl {
                query: Template::new(dto.query),
                variables: Template::new(dto.variables),
                operation_name: dto.operation_name,
            },
            other => match Language::from_word(other) {
                Some(language) => Self::Raw {
                    language,
                    text: Template::new(dto.text),
                },
                None => Self::Unknown { kind: dto.kind },
            },
        }
    }
}

/// Adds a body unless there is none.
pub fn put_body(map: &mut Map, body: &Body) {
    let mut table = Map::new();
    table.insert("type".into(), body.kind().into());
    match body {
        Body::None => return,
        Body::Form(rows) => {
            table.insert("fields".into(), entry_tree(rows));
        }
        Body::Multipart(parts) => {
            table.insert("fields".into(), Tree::Rows(parts.iter().map(part_map).collect()));
        }
        Body::Raw { text, .. } => {
            table.insert("text".into(), text.as_str().into());
        }
        Body::File { path } => {
            table.insert("path".into(), path.as_str().into());
        }
        Body::GraphQl {
            query,
            variables,
            operation_name,
        } => {
            table.insert("query".into(), query.as_str().into());
            put_text(&mut table, "variables", variables.as_str());
            if let Some(name) = operation_name {
                table.insert("operation_name".into(), name.as_str().into());
            }
        }
        Body::Unknown { .. } => {}
    }
    map.insert("body".into(), Tree::Table(table));
}

fn part_map(part: &Part) -> Map {
    let mut map = Map::new();
    map.insert("name".into(), part.name.as_str().into());
    match &part.content {
        PartContent::Text(text) => map.insert("value".into(), text.as_str().into()),
        PartContent::Files(files) => match files.as_slice() {
            [file] => map.insert("file".into(), file.as_str().into()),
            files => {
                let files = files.iter().map(|file| file.as_str().into()).collect();
                map.insert("files".into(), Tree::List(files))
            }
        },
    };
    put_text(&mut map, "content_type", &part.content_type);
    put_text(&mut map, "file_name", &part.file_name);
    put_rest(&mut map, part.enabled, &part.description);
    map
}

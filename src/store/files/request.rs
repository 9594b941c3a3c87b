//! A request's file.

use schemars::JsonSchema;
use serde::Deserialize;

use super::body::{BodyDto, put_body};
use super::dto::{AuthDto, RowDto, ScriptsDto, auth, entries, entry_tree, put_auth, put_scripts};
use super::example::{ExampleDto, example_map};
use super::origin::{OriginDto, put_origin};
use super::settings::{SettingsDto, put_settings};
use super::tree::{Map, Tree, put_order, put_rows, put_text};
use crate::model::request::Method;
use crate::model::{Body, Example, Request, Template};

/// A request.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(title = "postrider request")]
pub struct RequestDto {
    /// Its name in the tree; absent, the name of the file.
    pub name: Option<String>,
    /// Markdown.
    #[serde(default)]
    pub description: String,
    /// The HTTP method; absent, GET.
    pub method: Option<String>,
    /// The URL; may hold {{variables}} and `:name` path segments.
    #[serde(default)]
    pub url: String,
    /// Its place among its siblings: lower comes first.
    pub order: Option<i64>,
    /// Query parameters.
    #[serde(default)]
    pub params: Vec<RowDto>,
    /// Values for the `:name` segments of the URL.
    #[serde(default)]
    pub path_variables: Vec<RowDto>,
    /// Headers.
    #[serde(default)]
    pub headers: Vec<RowDto>,
    /// How it proves who asks; absent, as its folder or collection says.
    pub auth: Option<AuthDto>,
    /// What is sent behind the headers.
    pub body: Option<BodyDto>,
    /// How it is sent.
    #[serde(default)]
    pub settings: SettingsDto,
    /// Scripts before and after.
    #[serde(default)]
    pub scripts: ScriptsDto,
    /// What the response's body is filtered by when it is shown: jq, JSONPath (from `$` on) or, for markup, XPath.
    #[serde(default)]
    pub filter: String,
    /// Responses saved with it.
    #[serde(default)]
    pub examples: Vec<ExampleDto>,
    /// Where it was imported from.
    #[serde(default)]
    pub postman: OriginDto,
}

impl RequestDto {
    /// The request; without a name it has that of its file.
    ///
    /// A query written by hand into the URL comes before `params`, and every `:name` segment gets a row.
    pub fn request(self, slug: &str) -> Request {
        let origin = self.postman.into();
        let mut request = Request {
            name: self.name.unwrap_or_else(|| slug.to_owned()),
            description: self.description,
            method: self.method.as_deref().map_or_else(Method::default, Method::new),
            url: Template::new(self.url),
            params: Vec::new(),
            path_variables: entries(self.path_variables, false),
            headers: entries(self.headers, false),
            auth: auth(self.auth),
            body: self.body.map_or(Body::None, Body::from),
            scripts: self.scripts.scripts(&origin),
            settings: self.settings.into(),
            order: self.order,
            examples: self.examples.into_iter().map(Example::from).collect(),
            filter: self.filter,
            origin,
        };
        if request.url.as_str().contains('?') {
            let mut typed = Request::default();
            typed.set_full_url(request.url.as_str());
            request.url = typed.url;
            request.params = typed.params;
        }
        request.params.extend(entries(self.params, true));
        request.add_path_variables();
        request
    }
}

/// What the file of a request says.
pub fn tree(request: &Request) -> Map {
    let mut map = Map::new();
    map.insert("name".into(), request.name.as_str().into());
    put_text(&mut map, "description", &request.description);
    map.insert("method".into(), request.method.as_str().into());
    map.insert("url".into(), request.url.as_str().into());
    put_order(&mut map, request.order);
    put_rows(&mut map, "params", entry_tree(&request.params));
    put_rows(&mut map, "path_variables", entry_tree(&request.path_variables));
    put_rows(&mut map, "headers", entry_tree(&request.headers));
    put_auth(&mut map, &request.auth);
    put_body(&mut map, &request.body);
    put_settings(&mut map, &request.settings);
    put_scripts(&mut map, &request.scripts);
    put_text(&mut map, "filter", &request.filter);
    put_rows(
        &mut map,
        "examples",
        Tree::Rows(request.examples.iter().map(example_map).collect()),
    );
    put_origin(&mut map, &request.origin);
    map
}

//! From a request as written to a request with every variable resolved.
//!
//! ```text
//! url ── join params ── replace ── take apart ── path variables ── encode
//! headers, body, auth ── replace ── drop what is disabled or must not be sent
//! secrets of the scopes and of the auth ── Redactor
//! ```

use bytes::Bytes;
use indexmap::IndexSet;
use serde_json::Value;

use crate::model::body::{self, Language, Part, PartContent};
use crate::model::literal::{is_secret_param, of_header};
use crate::model::request::Entry;
use crate::model::wire::{ResolvedBody, ResolvedContent, ResolvedPart};
use crate::model::{Auth, Body, Redactor, Request, ResolvedRequest, Scope, Secret, Settings, Template};

use super::replace::replace_with;
use super::{Dynamic, Scopes, json, url};

/// Resolves every variable of a request; `auth` and `settings` are the effective ones.
///
/// Nothing fails here: what no scope defines stays in the text and is listed in `unresolved`.
pub fn resolve(
    request: &Request,
    auth: &Auth,
    settings: &Settings,
    scopes: &Scopes,
    dynamic: &Dynamic,
) -> ResolvedRequest {
    run(request, auth, settings, scopes, Some(dynamic))
}

/// The same for showing it: `{{$guid}}` and its like stay, as they are new at every send.
pub fn resolve_shown(request: &Request, auth: &Auth, settings: &Settings, scopes: &Scopes) -> ResolvedRequest {
    run(request, auth, settings, scopes, None)
}

/// The same without replacing anything: every `{{token}}` is sent as it stands, as `pm.sendRequest` does.
pub fn resolve_literal(request: &Request, auth: &Auth, settings: &Settings) -> ResolvedRequest {
    let mut out = run(request, auth, settings, &Scopes::default(), None);
    out.unresolved.clear();
    out
}

/// The URL alone, as it is shown.
pub fn resolve_url(request: &Request, settings: &Settings, scopes: &Scopes) -> String {
    Work::new(scopes, None).url(request, settings.encode_url.unwrap_or(true))
}

fn run(
    request: &Request,
    auth: &Auth,
    settings: &Settings,
    scopes: &Scopes,
    dynamic: Option<&Dynamic>,
) -> ResolvedRequest {
    let mut work = Work::new(scopes, dynamic);
    let url = work.url(request, settings.encode_url.unwrap_or(true));
    let headers = work.headers(&request.headers);
    let pruned = !request.method.has_body() && settings.always_send_body != Some(true);
    let body = if pruned {
        ResolvedBody::None
    } else {
        work.body(&request.body, &headers)
    };
    let auth = if auth.is_inherited() {
        Auth::new(Auth::NONE)
    } else {
        work.auth(auth)
    };
    ResolvedRequest {
        method: request.method.clone(),
        redactor: Redactor::new(secrets(scopes, &auth, &headers, &url)),
        url,
        headers,
        body,
        auth,
        settings: settings.clone(),
        unresolved: work.unresolved.into_iter().collect(),
        used: work.used.into_iter().collect(),
    }
}

/// What is in hand while one request is resolved.
struct Work<'a> {
    scopes: &'a Scopes,
    dynamic: Option<&'a Dynamic>,
    unresolved: IndexSet<String>,
    used: IndexSet<(String, Scope)>,
}

impl<'a> Work<'a> {
    fn new(scopes: &'a Scopes, dynamic: Option<&'a Dynamic>) -> Self {
        Self {
            scopes,
            dynamic,
            unresolved: IndexSet::new(),
            used: IndexSet::new(),
        }
    }

    fn text(&mut self, text: &str) -> String {
        let done = replace_with(text, self.scopes, self.dynamic);
        self.unresolved.extend(done.unresolved);
        self.used.extend(done.used);
        done.text
    }

    fn template(&mut self, template: &Template) -> String {
        self.text(template.as_str())
    }

    fn url(&mut self, request: &Request, encode: bool) -> String {
        let text = self.text(&url::template(request));
        let variables: Vec<(String, String)> = request
            .path_variables
            .iter()
            .map(|row| (row.name.as_str().to_owned(), self.text(row.value_str())))
            .collect();
        let value = |name: &str| {
            let row = variables.iter().rev().find(|(key, _)| key == name);
            row.map(|(_, value)| value.clone())
        };
        url::build(&text, value, encode)
    }

    /// The enabled headers with a name. Not all of one name may be sent, but scripts see all.
    fn headers(&mut self, rows: &[Entry]) -> Vec<(String, String)> {
        let mut out: Vec<(String, String)> = Vec::with_capacity(rows.len());
        for row in rows.iter().filter(|row| row.enabled) {
            let name = self.template(&row.name).trim().to_owned();
            if name.is_empty() {
                continue;
            }
            let value = self.text(row.value_str());
            out.push((name, value));
        }
        out
    }

    fn body(&mut self, body: &Body, headers: &[(String, String)]) -> ResolvedBody {
        match body {
            Body::None | Body::Unknown { .. } => ResolvedBody::None,
            Body::Form(rows) => self.form(rows),
            Body::Multipart(parts) => self.multipart(parts),
            Body::Raw { language, text } => {
                let text = self.template(text);
                if text.is_empty() {
                    return ResolvedBody::None;
                }
                let bytes = if *language == Language::Json || says_json(headers) {
                    Bytes::from(json::strip_comments(&text).into_owned())
                } else {
                    Bytes::from(text)
                };
                ResolvedBody::Bytes {
                    content_type: language.content_type(),
                    bytes,
                    typed: *language == Language::Json,
                }
            }
            Body::File { path } => match self.template(path) {
                path if path.is_empty() => ResolvedBody::None,
                path => {
                    let bytes = body::inline(&path).map(body::inline_bytes);
                    ResolvedBody::File { path, bytes }
                }
            },
            Body::GraphQl {
                query,
                variables,
                operation_name,
            } => {
                let (query, variables) = (self.template(query), self.template(variables));
                let operation_name = operation_name.as_ref().map(|name| self.text(name));
                ResolvedBody::Bytes {
                    content_type: "application/json",
                    bytes: Bytes::from(json::graphql(&query, operation_name.as_deref(), &variables)),
                    typed: false,
                }
            }
        }
    }

    /// The enabled fields; those of one name stand together at the place of the first.
    fn form(&mut self, rows: &[Entry]) -> ResolvedBody {
        let mut out: Vec<(String, String)> = Vec::with_capacity(rows.len());
        for row in rows.iter().filter(|row| row.enabled) {
            if row.name.is_empty() && row.value_str().is_empty() {
                continue;
            }
            let (name, value) = (self.template(&row.name), self.text(row.value_str()));
            let place = out.iter().rposition(|(other, _)| *other == name);
            out.insert(place.map_or(out.len(), |place| place + 1), (name, value));
        }
        if out.is_empty() {
            ResolvedBody::None
        } else {
            ResolvedBody::Form(out)
        }
    }

    fn multipart(&mut self, parts: &[Part]) -> ResolvedBody {
        let mut out = Vec::with_capacity(parts.len());
        for part in parts.iter().filter(|part| part.enabled) {
            let name = self.template(&part.name);
            let contents = match &part.content {
                PartContent::Text(text) => vec![ResolvedContent::Text(self.template(text))],
                // What browsers and Postman send of a field whose file is not chosen yet.
                PartContent::Files(paths) if paths.is_empty() => vec![ResolvedContent::File(String::new())],
                PartContent::Files(paths) => paths
                    .iter()
                    .map(|path| ResolvedContent::File(self.template(path)))
                    .collect(),
            };
            let (content_type, file_name) = (self.text(&part.content_type), self.text(&part.file_name));
            let written = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            for content in contents {
                out.push(ResolvedPart {
                    name: name.clone(),
                    content,
                    content_type: written(&content_type),
                    file_name: written(&file_name),
                });
            }
        }
        if out.is_empty() {
            ResolvedBody::None
        } else {
            ResolvedBody::Multipart(out)
        }
    }

    fn auth(&mut self, auth: &Auth) -> Auth {
        let mut out = auth.clone();
        for value in out.params.values_mut() {
            self.value(value);
        }
        out
    }

    fn value(&mut self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.text(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(item)),
            Value::Object(map) => map.values_mut().for_each(|item| self.value(item)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

fn says_json(headers: &[(String, String)]) -> bool {
    headers
        .iter()
        .any(|(name, value)| name.eq_ignore_ascii_case("content-type") && value.to_ascii_lowercase().contains("json"))
}

/// All that must be hidden of this request.
fn secrets(scopes: &Scopes, auth: &Auth, headers: &[(String, String)], url: &str) -> Vec<Secret> {
    let mut out: Vec<String> = scopes
        .secrets()
        .map(|value| super::replace(&value, scopes).text)
        .collect();
    for (name, value) in &auth.params {
        if is_secret_param(name)
            && let Value::String(text) = value
        {
            out.push(text.clone());
        }
    }
    for (name, value) in headers {
        out.extend(of_header(name, value).into_iter().map(|(_, secret)| secret.to_owned()));
    }
    // The name of a host is sent, and told, in small letters.
    let host = authority(url).to_lowercase();
    let in_small = out.iter().map(|value| value.to_lowercase());
    let in_small: Vec<String> = in_small.filter(|value| host.contains(value.as_str())).collect();
    out.extend(in_small);
    // A token that nothing defines is no secret; masking it would hide what is wrong.
    out.retain(|value| !value.contains("{{"));
    out.into_iter().map(Secret::new).collect()
}

/// The part of a URL that names the host.
fn authority(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests;

//! The request as the post-response scripts and the reports see it: with its variables resolved and the headers that went
//! out.

use serde_json::Value;

use super::pipeline::Prepared;
use crate::model::body::{Language, Part, PartContent};
use crate::model::exchange::SentRequest;
use crate::model::outcome::{Asked, Unset};
use crate::model::request::Entry;
use crate::model::variable::display_value;
use crate::model::wire::{ResolvedBody, ResolvedContent, ResolvedPart, one_line, sent_lines};
use crate::model::{Auth, Body, Request, ResolvedRequest, Scope};
use crate::vars::{Dynamic, resolve};

/// The body of a request; one that its method does not let out is filled in for this alone.
pub(super) fn asked(prepared: &Prepared, resolved: &ResolvedRequest, dynamic: &Dynamic) -> Asked {
    let Prepared {
        plan, request, scopes, ..
    } = prepared;
    let mut filled = resolved.body.clone();
    if !resolved.sends_body() && request.body != Body::None {
        let mut settings = plan.settings.clone();
        settings.always_send_body = Some(true);
        filled = resolve(request, &Auth::new(Auth::NONE), &settings, scopes, dynamic).body;
    }
    Asked {
        written: request.body.clone(),
        filled,
    }
}

/// The written request, with what was made of it in its place; its body as it was filled in, whether the method let it out or
/// not, as in newman.
pub(super) fn as_sent(
    written: &Request,
    resolved: &ResolvedRequest,
    sent: &SentRequest,
    filled: &ResolvedBody,
) -> Request {
    // Where nobody says a word of auth, scripts see none: not even that there is none.
    let is_unsaid = written.auth.is_inherited() && resolved.auth.kind == Auth::NONE;
    let auth = if is_unsaid { &written.auth } else { &resolved.auth };
    let mut out = Request {
        method: resolved.method.clone(),
        headers: with_disabled(headers(resolved, &sent.headers), &written.headers),
        auth: auth.clone(),
        body: body(&written.body, filled),
        params: Vec::new(),
        path_variables: Vec::new(),
        ..written.clone()
    };
    out.set_full_url(&resolved.url);
    out
}

/// The names of the headers that the sender has added to the user's.
pub(super) fn added(resolved: &ResolvedRequest, sent: &SentRequest) -> Vec<String> {
    let is_users = |name: &str| resolved.headers.iter().any(|(own, _)| own.eq_ignore_ascii_case(name));
    let names = sent.headers.iter().map(|(name, _)| name);
    names.filter(|name| !is_users(name)).cloned().collect()
}

/// What is said of a body that should be a file and names none, and of one that stays behind, as it does in Postman.
pub(super) fn without_body(written: &Request, resolved: &ResolvedRequest) -> Option<String> {
    if resolved.sends_body() {
        let is_without = matches!((&written.body, &resolved.body), (Body::File { .. }, ResolvedBody::None));
        return is_without.then(|| "the body is to be a file and names none: sent without a body".to_owned());
    }
    let method = &resolved.method;
    (!written.body.is_empty()).then(|| {
        format!(
            "the body was not sent: {method} has none, unless the setting `Body with GET` (`always_send_body`) is on"
        )
    })
}

/// The secrets that a request is made of and that nobody has given a value yet, as in each fresh clone. One that was set to
/// nothing is meant so, and a token has its own way to come.
pub(super) fn unset(prepared: &Prepared, resolved: &ResolvedRequest) -> Vec<Unset> {
    let Prepared { plan, scopes, .. } = prepared;
    let collection = plan.path.as_ref().and_then(|path| path.as_str().split('/').next());
    let is_token = |name: &str| plan.tokens.seen().any(|(_, bound)| bound.source.variable == name);
    let found = |(name, _): &(String, Scope)| {
        let (scope, binding) = scopes.get(name).filter(|_| !is_token(name))?;
        let is_given = !binding.set_by.is_empty() || !display_value(&binding.value).is_empty();
        if !binding.secret || is_given || binding.undefined || binding.locked || binding.source.is_some() {
            return None;
        }
        let option = match (scope, collection) {
            (Scope::Environment, _) => format!("-e {}", plan.environment),
            (Scope::Collection, Some(collection)) => format!("--collection {collection}"),
            _ => String::new(),
        };
        let how = format!("`postrider env set {option} {name} -` asks for it");
        Some(Unset {
            name: name.clone(),
            how: if option.is_empty() { String::new() } else { how },
        })
    };
    resolved.used.iter().filter_map(found).collect()
}

/// The user's headers as they wrote them, also those that one of another spelling took the place of, with the values that
/// went out; then ours. Cookies went out in one line, and of several hosts the last. What kind of form a body is, nobody but
/// the user says there, as in newman.
fn headers(resolved: &ResolvedRequest, sent: &[(String, String)]) -> Vec<Entry> {
    let written = &resolved.headers;
    let is_form = matches!(resolved.body, ResolvedBody::Form(_) | ResolvedBody::Multipart(_));
    let is_kind = |name: &str| is_form && name.eq_ignore_ascii_case("content-type");
    if sent.is_empty() {
        return written
            .iter()
            .map(|(name, value)| Entry::new(&**name, &**value))
            .collect();
    }
    let is = |name: &str| {
        let name = name.to_owned();
        move |row: &&(String, String)| row.0.eq_ignore_ascii_case(&name)
    };
    let lines: Vec<_> = sent_lines(written).collect();
    let own = written.iter().filter_map(|row| {
        let (name, value) = row;
        sent.iter().find(is(name))?;
        let behind = lines.iter().copied().rev().filter(is(name));
        let behind = behind.into_iter().position(|line| std::ptr::eq(line, row));
        if behind != Some(0) && one_line(name, &[""]).is_some() {
            return None;
        }
        let now = behind.and_then(|behind| sent.iter().rev().filter(is(name)).nth(behind));
        let now = now.filter(|_| !is_kind(name)).map_or(value, |(_, now)| now);
        Some(Entry::new(&**name, &**now))
    });
    let ours = sent
        .iter()
        .filter(|(name, _)| !written.iter().any(|row| is(name)(&row)) && !is_kind(name));
    own.chain(ours.map(|(name, value)| Entry::new(&**name, &**value)))
        .collect()
}

/// The rows that were sent, and between them the disabled ones, which scripts see too.
fn with_disabled<T: Row + Clone>(mut sent: Vec<T>, written: &[T]) -> Vec<T> {
    for (at, row) in written.iter().enumerate().filter(|(_, row)| !row.enabled()) {
        sent.insert(at.min(sent.len()), row.clone());
    }
    sent
}

/// A row of a table that can be disabled.
trait Row {
    fn enabled(&self) -> bool;
}

impl Row for Entry {
    fn enabled(&self) -> bool {
        self.enabled
    }
}

impl Row for Part {
    fn enabled(&self) -> bool {
        self.enabled
    }
}

fn body(written: &Body, resolved: &ResolvedBody) -> Body {
    match resolved {
        ResolvedBody::None => Body::None,
        ResolvedBody::Form(fields) => {
            let fields = fields.iter().map(|(name, value)| Entry::new(&**name, &**value));
            let rows = match written {
                Body::Form(rows) => rows.as_slice(),
                _ => &[],
            };
            Body::Form(with_disabled(fields.collect(), rows))
        }
        ResolvedBody::Multipart(parts) => {
            let rows = match written {
                Body::Multipart(rows) => rows.as_slice(),
                _ => &[],
            };
            Body::Multipart(with_disabled(parts.iter().map(part).collect(), rows))
        }
        ResolvedBody::Bytes { bytes, .. } if matches!(written, Body::GraphQl { .. }) => graphql(written, bytes),
        ResolvedBody::Bytes {
            content_type, bytes, ..
        } => Body::Raw {
            language: match written {
                Body::Raw { language, .. } => *language,
                _ => Language::ALL
                    .into_iter()
                    .find(|language| language.content_type() == *content_type)
                    .unwrap_or_default(),
            },
            text: String::from_utf8_lossy(bytes).into_owned().into(),
        },
        ResolvedBody::File { path, .. } => Body::File {
            path: path.as_str().into(),
        },
    }
}

/// A GraphQL body with what went out: its variables are text to scripts, as they were typed where nothing was filled in.
fn graphql(written: &Body, bytes: &[u8]) -> Body {
    let Body::GraphQl { variables: typed, .. } = written else {
        return written.clone();
    };
    let sent: Value = serde_json::from_slice(bytes).unwrap_or_default();
    let text = |name: &str| sent[name].as_str().unwrap_or_default();
    let variables = match &sent["variables"] {
        Value::Null => typed.clone(),
        _ if !typed.as_str().contains("{{") => typed.clone(),
        filled => filled.to_string().into(),
    };
    Body::GraphQl {
        query: text("query").into(),
        variables,
        operation_name: sent["operationName"].as_str().map(str::to_owned),
    }
}

fn part(part: &ResolvedPart) -> Part {
    Part {
        name: part.name.as_str().into(),
        content: match &part.content {
            ResolvedContent::Text(text) => PartContent::Text(text.as_str().into()),
            ResolvedContent::File(path) => PartContent::Files(vec![path.as_str().into()]),
        },
        content_type: part.content_type.clone().unwrap_or_default(),
        file_name: part.file_name.clone().unwrap_or_default(),
        enabled: true,
        description: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Auth, Settings};
    use crate::vars::{Dynamic, Scopes};

    #[test]
    fn no_header_is_told_that_did_not_go_out() {
        let rows = |rows: &[(&str, &str)]| -> Vec<(String, String)> {
            rows.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
        };
        let mut resolved = crate::vars::resolve(
            &Request::default(),
            &Auth::new(Auth::NONE),
            &Settings::default(),
            &Scopes::default(),
            &Dynamic::new(),
        );
        let written = [("Host", "one"), ("Host", "two"), ("Cookie", "a=1"), ("Cookie", "b=2")];
        resolved.headers = rows(&written);
        let sent = rows(&[("Host", "two"), ("Cookie", "a=1; b=2")]);
        let told = headers(&resolved, &sent);
        let told: Vec<_> = told.iter().map(|row| (row.name.as_str(), row.value_str())).collect();
        assert_eq!(told, [("Host", "two"), ("Cookie", "a=1; b=2")]);
    }
}

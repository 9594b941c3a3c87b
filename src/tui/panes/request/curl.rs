//! The open request as a `curl` command for a POSIX shell.

use super::facts::is_secret_param;
use super::fields::is_reference;
use crate::model::body::PartContent;
use crate::model::secret::is_credential_header;
use crate::model::{Auth, Body, Request};
use crate::vars::{self, Scopes};

/// Writes the command; what `scopes` does not hold stays a `{{token}}`, and so does a secret unless `revealed`.
pub fn command(request: &Request, auth: &Auth, scopes: &Scopes, revealed: bool) -> String {
    let text = |text: &str| vars::replace(text, scopes).text;
    let param = |name: &str| {
        let value = auth.text(name);
        if revealed || is_reference(&value) || !is_secret_param(&auth.kind, name) {
            text(&value)
        } else {
            format!("{{{{{name}}}}}")
        }
    };
    let mut url = request.full_url();
    for row in &request.path_variables {
        let (name, value) = (format!("/:{}", row.name), row.value_str());
        if !value.is_empty() {
            url = replace_segment(&url, &name, value);
        }
    }
    let mut url = text(&url);
    let mut lines = Vec::new();
    let mut option = |flag: &str, value: &str| lines.push(format!("{flag} {}", quote(value)));
    if request.method.as_str() != "GET" {
        option("-X", request.method.as_str());
    }
    match auth.kind.as_str() {
        "basic" => option("-u", &format!("{}:{}", param("username"), param("password"))),
        "bearer" if !auth.text("token").is_empty() => {
            option("-H", &format!("Authorization: Bearer {}", param("token")));
        }
        "apikey" if auth.text("in") == "query" => {
            let sign = if url.contains('?') { '&' } else { '?' };
            url = format!("{url}{sign}{}={}", param("key"), param("value"));
        }
        "apikey" => option("-H", &format!("{}: {}", param("key"), param("value"))),
        _ => {}
    }
    for row in request.headers.iter().filter(|row| row.enabled && !row.name.is_empty()) {
        let name = text(row.name.as_str());
        let hidden = !revealed && is_credential_header(&name) && !row.value_str().contains("{{");
        let value = if hidden {
            format!("{{{{{name}}}}}")
        } else {
            text(row.value_str())
        };
        option("-H", &format!("{name}: {value}"));
    }
    body(request, &text, &mut option);
    let mut out = format!("curl {}", quote(&url));
    for line in lines {
        out.push_str(" \\\n  ");
        out.push_str(&line);
    }
    out
}

/// The options that make the body.
fn body(request: &Request, text: &dyn Fn(&str) -> String, option: &mut dyn FnMut(&str, &str)) {
    let typed = request
        .headers
        .iter()
        .any(|row| row.enabled && row.name.as_str().eq_ignore_ascii_case("content-type"));
    match &request.body {
        Body::None | Body::Unknown { .. } => {}
        Body::Form(rows) => {
            for row in rows.iter().filter(|row| row.enabled) {
                let pair = format!("{}={}", text(row.name.as_str()), text(row.value_str()));
                option("--data-urlencode", &pair);
            }
        }
        Body::Multipart(parts) => {
            for part in parts.iter().filter(|part| part.enabled) {
                let name = text(part.name.as_str());
                match &part.content {
                    PartContent::Text(value) => option("--form-string", &format!("{name}={}", text(value.as_str()))),
                    PartContent::Files(paths) => {
                        for path in paths {
                            option("-F", &format!("{name}=@{}", text(path.as_str())));
                        }
                    }
                }
            }
        }
        Body::Raw { language, text: body } => {
            if !typed {
                option("-H", &format!("Content-Type: {}", language.content_type()));
            }
            option("--data-raw", &text(body.as_str()));
        }
        Body::File { path } => option("--data-binary", &format!("@{}", text(path.as_str()))),
        Body::GraphQl {
            query,
            variables,
            operation_name,
        } => {
            if !typed {
                option("-H", "Content-Type: application/json");
            }
            let (query, variables) = (text(query.as_str()), text(variables.as_str()));
            let variables = serde_json::from_str(&variables).unwrap_or(serde_json::Value::Null);
            let mut body = serde_json::json!({ "query": query, "variables": variables });
            if !operation_name.is_empty() {
                body["operationName"] = operation_name.as_str().into();
            }
            option("--data-raw", &body.to_string());
        }
    }
}

/// Replaces a whole `/:name` segment.
fn replace_segment(url: &str, segment: &str, value: &str) -> String {
    let mut out = String::new();
    let mut rest = url;
    while let Some(at) = rest.find(segment) {
        let end = at + segment.len();
        out.push_str(&rest[..at]);
        if rest[end..].is_empty() || rest[end..].starts_with(['/', '?', '#']) {
            out.push('/');
            out.push_str(value);
        } else {
            out.push_str(segment);
        }
        rest = &rest[end..];
    }
    out + rest
}

/// Single quotes, the one form in which a shell takes everything as it stands.
fn quote(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@,+%".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::request::{Entry, Method};

    #[test]
    fn quotes_what_a_shell_would_take_apart() {
        assert_eq!(quote("a=b"), "a=b");
        assert_eq!(quote(""), "''");
        assert_eq!(quote("it's $HOME"), r"'it'\''s $HOME'");
    }

    #[test]
    fn a_key_in_a_header_stays_home_too() {
        let mut request = Request {
            headers: vec![Entry::new("X-Api-Key", "hunter2"), Entry::new("Accept", "*/*")],
            ..Request::default()
        };
        request.set_full_url("http://h/");
        let auth = Auth::new(Auth::NONE);
        let hidden = command(&request, &auth, &Scopes::default(), false);
        assert!(
            !hidden.contains("hunter2") && hidden.contains("{{X-Api-Key}}"),
            "{hidden}"
        );
        assert!(command(&request, &auth, &Scopes::default(), true).contains("hunter2"));
    }

    #[test]
    fn a_typed_secret_stays_home_unless_shown() {
        let mut request = Request {
            method: Method::new("POST"),
            body: Body::Form(vec![Entry::new("a", "1 2")]),
            ..Request::default()
        };
        request.set_full_url("http://h/users/:id/x?q=1");
        request.path_variables[0].value = Some("7".into());
        let auth = Auth::new("basic").with("username", "u").with("password", "hunter2");
        let hidden = command(&request, &auth, &Scopes::default(), false);
        assert_eq!(
            hidden,
            "curl 'http://h/users/7/x?q=1' \\\n  -X POST \\\n  -u 'u:{{password}}' \\\n  --data-urlencode 'a=1 2'"
        );
        assert!(command(&request, &auth, &Scopes::default(), true).contains("u:hunter2"));
    }
}

//! Secrets in what is kept of a foreign file ([`Rest`]): JSON of any shape, in which names alone tell what is one.

use serde_json::{Map, Value};

use super::{Literal, is_secret_param, is_session, is_written, of_header, password};
use crate::model::Rest;
use crate::model::secret::is_credential_header;

/// Tables whose `value` is secret whatever the `key` beside it is: those of an API key.
const OF_A_KEY: [&str; 2] = ["apikey", "credentials"];

/// Those of one kept value.
pub(super) fn of_rest(rest: &Rest) -> Vec<Literal> {
    // The places of rows are no names.
    let is_place = |part: &&str| *part == "-" || part.bytes().all(|byte| byte.is_ascii_digit());
    let name = rest.at.split('/').rfind(|part| !is_place(part)).unwrap_or_default();
    let mut found = Vec::new();
    walk(name, &rest.value, rest.at.ends_with("/-"), &mut found);
    let place = format!("kept `{}`", rest.at.trim_start_matches('/'));
    let written = found.into_iter().filter(|text| is_written(text));
    written.map(|text| Literal::new(place.clone(), text)).collect()
}

fn walk<'a>(name: &str, value: &'a Value, is_row: bool, out: &mut Vec<&'a str>) {
    match value {
        Value::String(text) if is_secret_name(name) => out.push(text),
        Value::String(text) if text.contains("://") => out.extend(password(text)),
        Value::Array(items) => items.iter().for_each(|item| walk(name, item, true, out)),
        Value::Object(map) => object(name, map, is_row, out),
        _ => {}
    }
}

fn object<'a>(name: &str, map: &'a Map<String, Value>, is_row: bool, out: &mut Vec<&'a str>) {
    let is_cookie = name == "cookie";
    let is_secret = !is_cookie && !is_row && OF_A_KEY.contains(&name);
    let of_row = ["key", "name"].iter().find_map(|word| map.get(*word)?.as_str());
    for (key, value) in map {
        match (key.as_str(), value, of_row) {
            ("value", Value::String(text), _) if is_secret || (is_cookie && is_session(text)) => out.push(text),
            ("value", Value::String(text), Some(row)) if is_secret_param(row) => out.push(text),
            ("value", Value::String(text), Some(row)) if is_credential_header(row) => {
                out.extend(of_header(row, text).into_iter().map(|(_, text)| text));
            }
            _ => walk(key, value, false, out),
        }
    }
}

/// A `value` is one of anything.
fn is_secret_name(name: &str) -> bool {
    name != "value" && is_secret_param(name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(at: &str, value: Value) -> Vec<String> {
        let rest = Rest {
            at: at.to_owned(),
            of: Vec::new(),
            instead_of: None,
            value,
        };
        let found = of_rest(&rest).into_iter();
        found.map(|literal| literal.value.reveal().to_owned()).collect()
    }

    #[test]
    fn names_tell_what_is_secret_in_what_is_kept() {
        let auth = json!([
            { "type": "apikey", "credentials": { "key": "k", "value": "of-a-key", "in": "header" } },
            { "type": "apikey", "apikey": [{ "key": "value", "value": "of-a-row" }, { "key": "key", "value": "k" }] },
        ]);
        assert_eq!(found("/_v3", json!({ "auth": auth })), ["of-a-key", "of-a-row"]);
        let header = json!({ "key": "Authorization", "value": "Bearer of-a-header", "x": 1 });
        assert_eq!(found("/request/header/-", header), ["of-a-header"]);
        let cookies = json!([{ "name": "sid", "value": "of-a-long-cookie" }, { "name": "theme", "value": "dark" }]);
        assert_eq!(found("/response/0/cookie", cookies), ["of-a-long-cookie"]);
        assert_eq!(
            found("/request/certificate/passphrase", json!("of-a-file")),
            ["of-a-file"]
        );
        let proxy = json!({ "host": "http://u:of-a-url@h", "value": "open", "token": "{{tok}}" });
        assert_eq!(found("/request/proxy", proxy), ["of-a-url"]);
        let open = json!([{ "key": "page", "value": "one" }, { "name": "a", "value": "two" }]);
        assert!(found("/request/url/query", open).is_empty());
    }
}

//! More parameters for the requests: what this or that server wants beside the standard.
//!
//! Postman keeps them as lists of `{key, value, enabled, send_as}`; by hand they are typed as `a=1&b=2`.

use serde_json::Value;

use super::config::defined;
use super::error::OAuthError;
use crate::model::Auth;
use crate::model::variable::display_value;

/// Where a parameter is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the body.
    Body,
    /// In the URL.
    Url,
    /// As a header.
    Header,
}

/// One more parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtraParam {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Where it is sent.
    pub place: Place,
}

/// The parameters for each of the requests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extra {
    /// For signing in, always in the URL.
    pub auth: Vec<ExtraParam>,
    /// For a token.
    pub token: Vec<ExtraParam>,
    /// For renewing one.
    pub refresh: Vec<ExtraParam>,
}

/// Reads them all.
pub(super) fn extras(auth: &Auth) -> Result<Extra, OAuthError> {
    Ok(Extra {
        auth: list(auth, "authRequestParams", Place::Url)?,
        token: list(auth, "tokenRequestParams", Place::Body)?,
        refresh: list(auth, "refreshRequestParams", Place::Body)?,
    })
}

fn list(auth: &Auth, name: &str, usual: Place) -> Result<Vec<ExtraParam>, OAuthError> {
    let parsed;
    let rows = match auth.params.get(name) {
        Some(Value::Array(rows)) => rows,
        Some(Value::String(text)) => {
            // A form shows a list of Postman's as JSON, and what was changed there comes back as such.
            match serde_json::from_str(text) {
                Ok(Value::Array(rows)) => {
                    parsed = rows;
                    &parsed
                }
                _ => return typed(name, text, usual),
            }
        }
        _ => return Ok(Vec::new()),
    };
    let on = |row: &&Value| row["enabled"] != false && row["disabled"] != true;
    let read = |row: &Value| {
        let text = |key: &str| display_value(&row[key]);
        let (key, value) = (text("key"), row.get("value").map(display_value).unwrap_or_default());
        defined(name, &key)?;
        defined(name, &value)?;
        let place = match row["send_as"].as_str() {
            Some("request_body") => Place::Body,
            Some("request_url") => Place::Url,
            Some("request_header") => Place::Header,
            _ => usual,
        };
        Ok(ExtraParam {
            name: key,
            value,
            place,
        })
    };
    let named = rows
        .iter()
        .filter(on)
        .filter(|row| row["key"].as_str().is_some_and(|key| !key.is_empty()));
    named.map(read).collect()
}

/// Reads `a=1&b=2`, or a line for each.
fn typed(name: &str, text: &str, place: Place) -> Result<Vec<ExtraParam>, OAuthError> {
    defined(name, text)?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    Ok(lines
        .flat_map(|line| url::form_urlencoded::parse(line.as_bytes()))
        .map(|(name, value)| ExtraParam {
            name: name.into_owned(),
            value: value.into_owned(),
            place,
        })
        .collect())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;
    use serde_json::json;

    fn shown(value: impl Into<Value>) -> Vec<(String, String, Place)> {
        let auth = Auth::new("oauth2").with("tokenRequestParams", value);
        let extras = extras(&auth).unwrap().token;
        extras
            .into_iter()
            .map(|extra| (extra.name, extra.value, extra.place))
            .collect()
    }

    #[test]
    fn lists_of_postman_and_typed_ones_are_read() {
        let list = json!([
            {"key": "a", "value": "1", "enabled": true, "send_as": "request_body"},
            {"key": "b", "value": "2", "send_as": "request_url"},
            {"key": "c", "value": 3, "send_as": "request_header"},
            {"key": "off", "value": "4", "enabled": false},
            {"value": "nameless"},
        ]);
        let expected = [
            ("a", "1", Place::Body),
            ("b", "2", Place::Url),
            ("c", "3", Place::Header),
        ]
        .map(|(name, value, place)| (name.to_owned(), value.to_owned(), place));
        assert_eq!(shown(list.clone()), expected);
        assert_eq!(shown(list.to_string()), expected);
        let typed = [("a", "1 2", Place::Body), ("b", "=&", Place::Body)]
            .map(|(name, value, place)| (name.to_owned(), value.to_owned(), place));
        assert_eq!(shown("a=1+2&b=%3D%26"), typed);
        assert_eq!(shown("a=1 2\n\n b=%3D%26"), typed);
    }

    #[test]
    fn a_variable_that_nothing_defines_is_told() {
        let auth = Auth::new("oauth2").with("authRequestParams", json!([{"key": "a", "value": "{{x}}"}]));
        assert!(
            extras(&auth)
                .unwrap_err()
                .to_string()
                .contains("`x` in `authRequestParams`")
        );
    }
}

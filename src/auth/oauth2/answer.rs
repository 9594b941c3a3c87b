//! What the endpoints answer (RFC 6749, sections 5.1 and 5.2; RFC 8628, section 3.2), also where they do not keep to it.

use std::time::Duration;

use serde_json::{Map, Value};

use super::error::{OAuthError, TOKEN};
use crate::model::exchange::Response;
use crate::model::variable::display_value;
use crate::model::{Redactor, Secret};

/// No code that is typed by hand is longer (RFC 8628, section 6.1, wants eight letters or so).
const LONGEST_CODE: usize = 32;

/// What a token endpoint, or a browser, has brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tokens {
    /// The access token.
    pub access: Secret,
    /// The id token, with `OpenID`.
    pub id: Option<Secret>,
    /// What gets the next ones.
    pub refresh: Option<Secret>,
    /// `Bearer`, most often.
    pub kind: String,
    /// How long the access token lives, if the server says.
    pub lasts: Option<Duration>,
    /// What it is good for, if that is not what was asked.
    pub scope: String,
}

impl Tokens {
    /// All that is secret in it.
    pub fn secrets(&self) -> impl Iterator<Item = Secret> {
        [Some(self.access.clone()), self.id.clone(), self.refresh.clone()]
            .into_iter()
            .flatten()
    }

    /// Takes the tokens out of the fields of an answer; `None` without any.
    pub(super) fn of(fields: &Map<String, Value>) -> Option<Self> {
        let secret = |name: &str| {
            Some(text(fields, name))
                .filter(|text| !text.is_empty())
                .map(Secret::new)
        };
        let seconds = match fields.get("expires_in") {
            Some(Value::Number(number)) => number.as_f64(),
            // Some servers send it as text.
            Some(Value::String(text)) => text.trim().parse().ok(),
            _ => None,
        };
        let (access, id) = (secret("access_token"), secret("id_token"));
        Some(Self {
            // With the scope `openid` alone there may be nothing else.
            access: access.or_else(|| id.clone())?,
            id,
            refresh: secret("refresh_token"),
            kind: text(fields, "token_type"),
            lasts: seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds.max(0.0)).ok()),
            scope: text(fields, "scope"),
        })
    }
}

/// What a device is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceCode {
    /// What the token endpoint is asked with.
    pub device: Secret,
    /// What the user types.
    pub user: String,
    /// Where the user types it.
    pub url: String,
    /// The same with the code in it, if the server has such a place.
    pub complete: Option<String>,
    /// How long it is good.
    pub lasts: Duration,
    /// How long to wait between two questions.
    pub interval: Duration,
}

/// How long a device code is good where a server does not say, which it must.
const DEVICE_LASTS: Duration = Duration::from_mins(10);
/// How long to wait between two questions where a server does not say (RFC 8628, section 3.2).
const INTERVAL: Duration = Duration::from_secs(5);

/// The tokens of an answer.
///
/// # Errors
///
/// The server's refusal, also where it comes with status 200 as from GitHub or Slack, or what the answer is instead.
pub fn tokens(response: &Response, hide: &Redactor) -> Result<Tokens, OAuthError> {
    let fields = fields(TOKEN, response, hide)?;
    // Slack nests what it gives a user.
    let inner = fields.get("authed_user").and_then(Value::as_object);
    let strange = |what: &str| OAuthError::Strange {
        endpoint: TOKEN,
        what: what.to_owned(),
    };
    let tokens = Tokens::of(&fields).or_else(|| Tokens::of(inner?));
    let tokens = tokens.ok_or_else(|| strange("neither a token nor an error"))?;
    // What stands in the place of bytes that are no UTF-8 would be sent instead of them.
    let is_marred = |token: Secret| token.reveal().contains(char::REPLACEMENT_CHARACTER);
    if tokens.secrets().any(is_marred) && !response.body.is_utf8() {
        return Err(strange("a token that is no UTF-8"));
    }
    Ok(tokens)
}

/// The device code of an answer.
///
/// # Errors
///
/// As for [`tokens`].
pub fn device(response: &Response, hide: &Redactor) -> Result<DeviceCode, OAuthError> {
    let endpoint = super::error::DEVICE;
    let fields = fields(endpoint, response, hide)?;
    let seconds = |name: &str| match fields.get(name) {
        Some(Value::Number(number)) => number.as_f64(),
        Some(Value::String(text)) => text.parse().ok(),
        _ => None,
    };
    let time = |name: &str| seconds(name).and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let (device, user) = (text(&fields, "device_code"), text(&fields, "user_code"));
    // Google called it so before there was a standard.
    let urls = [text(&fields, "verification_uri"), text(&fields, "verification_url")];
    let url = urls.into_iter().find(|url| !url.is_empty()).unwrap_or_default();
    if device.is_empty() || user.is_empty() || url.is_empty() {
        return Err(OAuthError::Strange {
            endpoint,
            what: "no code, or no place to type it".to_owned(),
        });
    }
    // It is typed, and lies on the clipboard before anybody has read it.
    let is_typed = |c: char| c.is_ascii_alphanumeric() || "-_. ".contains(c);
    if user.len() > LONGEST_CODE || !user.chars().all(is_typed) {
        return Err(OAuthError::Strange {
            endpoint,
            what: "a code that nobody can type".to_owned(),
        });
    }
    let complete = text(&fields, "verification_uri_complete");
    let is_page = |url: &str| url.starts_with("https://") || url.starts_with("http://");
    if !is_page(&url) || !(complete.is_empty() || is_page(&complete)) {
        return Err(OAuthError::Strange {
            endpoint,
            what: format!("`{}`, which is no page to open", shown(&url)),
        });
    }
    Ok(DeviceCode {
        device: Secret::new(device),
        user,
        url,
        complete: Some(complete).filter(|url| !url.is_empty()),
        lasts: time("expires_in").unwrap_or(DEVICE_LASTS),
        interval: time("interval").unwrap_or(INTERVAL),
    })
}

/// The fields of an answer that is none of the errors.
pub(super) fn fields(
    endpoint: &'static str,
    response: &Response,
    hide: &Redactor,
) -> Result<Map<String, Value>, OAuthError> {
    if let 300..=399 = response.status
        && let Some(to) = response.header("location")
    {
        return Err(OAuthError::Redirects {
            endpoint,
            to: hide.redact_pieces(&shown(&without_query(&to))),
        });
    }
    let fields = read(response);
    if let Some(refused) = fields
        .as_ref()
        .and_then(|fields| refusal(fields, endpoint, response.status, hide))
    {
        return Err(refused);
    }
    match fields {
        Some(fields) if response.is_success() => Ok(fields),
        _ => Err(OAuthError::Strange {
            endpoint,
            what: what(response),
        }),
    }
}

/// The error in some fields, wherever this or that server puts it.
pub(super) fn refusal(
    fields: &Map<String, Value>,
    endpoint: &'static str,
    status: u16,
    hide: &Redactor,
) -> Option<OAuthError> {
    let said = |name: &str| hide.redact_pieces(&shown(&text(fields, name)));
    let (code, description) = match fields.get("error")? {
        Value::Null | Value::Bool(false) => return None,
        // Some gateways answer `{"error": {"code": 401, "message": "…"}}`.
        Value::Object(error) => {
            let code = text(error, "code");
            (
                if code.is_empty() { text(error, "status") } else { code },
                hide.redact_pieces(&shown(&text(error, "message"))),
            )
        }
        value => (display_value(value), said("error_description")),
    };
    let known = |description: String, name: &str| {
        if description.is_empty() {
            said(name)
        } else {
            description
        }
    };
    Some(OAuthError::Refused {
        endpoint,
        code: hide.redact_pieces(&shown(&code)),
        description: known(known(description, "message"), "error_uri"),
        status,
    })
}

/// The fields of a JSON object, or of a form as GitHub sends it; whatever the content type says.
fn read(response: &Response) -> Option<Map<String, Value>> {
    if let Ok(Value::Object(map)) = response.body.json() {
        return Some(map);
    }
    let bytes = response.body.whole().ok()?;
    let body = std::str::from_utf8(&bytes).ok()?.trim();
    let is_form = response.media_type() == "application/x-www-form-urlencoded"
        || body.starts_with("access_token=")
        || body.starts_with("error=");
    let pairs = url::form_urlencoded::parse(body.as_bytes()).into_owned();
    is_form.then(|| pairs.map(|(name, value)| (name, value.into())).collect())
}

/// What an answer is that says nothing we understand.
fn what(response: &Response) -> String {
    let kind = match response.media_type().as_str() {
        _ if response.body.is_empty() => "nothing".to_owned(),
        "" => "something that is no JSON".to_owned(),
        "text/html" => "a web page".to_owned(),
        "application/json" if response.body.json::<Value>().is_err() => "what is called JSON and is none".to_owned(),
        "application/json" => "JSON that does not say".to_owned(),
        other => format!("`{}`", shown(other)),
    };
    format!("{kind} (status {})", response.status)
}

fn text(fields: &Map<String, Value>, name: &str) -> String {
    match fields.get(name) {
        Some(value @ (Value::String(_) | Value::Number(_))) => display_value(value),
        _ => String::new(),
    }
}

/// A text of somebody else's as it may be shown: in one line, and not too long.
pub(super) fn shown(text: &str) -> String {
    const LONGEST: usize = 300;
    let line: String = text
        .trim()
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

fn without_query(url: &str) -> String {
    url.split(['?', '#']).next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;
    use bytes::Bytes;

    fn response(status: u16, kind: &str, body: &str) -> Response {
        Response {
            status,
            reason: String::new(),
            version: String::new(),
            headers: vec![("Content-Type".into(), Bytes::from(kind.to_owned()))],
            body: body.to_owned().into(),
            encoded_len: 0,
            cookies: Vec::new(),
            truncated: None,
        }
    }

    fn of(status: u16, kind: &str, body: &str) -> Result<Tokens, OAuthError> {
        tokens(&response(status, kind, body), &Redactor::new([Secret::new("s3cret")]))
    }

    #[test]
    fn a_token_that_is_no_utf8_is_none() {
        let read = |body: &'static [u8]| {
            let body = body.into();
            tokens(
                &Response {
                    body,
                    ..response(200, "application/json", "")
                },
                &Redactor::default(),
            )
        };
        let error = read(b"{\"access_token\": \"a\xfc\"}").unwrap_err().to_string();
        assert!(error.contains("a token that is no UTF-8"), "{error}");
        // Beside it such bytes do no harm.
        let found = read(b"{\"access_token\": \"a\", \"name\": \"M\xfcller\"}").unwrap();
        assert_eq!(found.access, Secret::new("a"));
    }

    #[test]
    fn tokens_come_as_json_or_as_a_form_whatever_the_type_says() {
        let full = of(
            200,
            "application/json",
            r#"{"access_token":"at","token_type":"Bearer","expires_in":"3600","refresh_token":"rt","id_token":"it","scope":"a b"}"#,
        )
        .unwrap();
        assert_eq!(
            (full.access.reveal(), full.kind.as_str(), full.scope.as_str()),
            ("at", "Bearer", "a b")
        );
        assert_eq!(full.lasts, Some(Duration::from_hours(1)));
        assert_eq!(
            (full.refresh.unwrap().reveal(), full.id.unwrap().reveal()),
            ("rt", "it")
        );
        for kind in ["application/x-www-form-urlencoded", "text/plain"] {
            let form = of(200, kind, "access_token=gho_16&scope=repo%2Cgist&token_type=bearer").unwrap();
            assert_eq!(
                (form.access.reveal(), form.scope.as_str(), form.lasts),
                ("gho_16", "repo,gist", None)
            );
        }
        assert_eq!(
            of(200, "text/html", r#"{"id_token":"it"}"#).unwrap().access.reveal(),
            "it"
        );
    }

    #[test]
    fn refusals_are_found_wherever_they_are_and_hold_no_secret() {
        for (status, kind, body, words) in [
            (
                400,
                "application/json",
                r#"{"error":"invalid_grant","error_description":"bad s3cret"}"#,
                "`invalid_grant`: bad ••••••••",
            ),
            (
                200,
                "application/json",
                r#"{"ok":false,"error":"bad_code"}"#,
                "`bad_code`, though with status 200",
            ),
            (
                200,
                "application/x-www-form-urlencoded",
                "error=bad_verification_code",
                "`bad_verification_code`",
            ),
            (
                401,
                "application/json",
                r#"{"error":{"code":401,"message":"no"}}"#,
                "`401`: no",
            ),
            (302, "text/html", "", "with nothing (status 302)"),
            (200, "text/html", "<html>", "a web page (status 200)"),
            (404, "application/json", "{}", "JSON that does not say (status 404)"),
            (200, "application/json", "[]", "JSON that does not say"),
            (
                200,
                "application/json",
                "<html>",
                "what is called JSON and is none (status 200)",
            ),
            (200, "application/json", "{}", "neither a token nor an error"),
            (500, "", "\u{1b}[31m", "something that is no JSON (status 500)"),
        ] {
            let error = of(status, kind, body).unwrap_err().to_string();
            assert!(error.contains(words), "{body}: {error}");
        }
    }

    #[test]
    fn what_a_server_says_cannot_move_the_cursor_or_go_on_for_ever() {
        let body = serde_json::json!({"error": "\u{1b}[2J", "error_description": "x".repeat(5000)}).to_string();
        let error = of(400, "application/json", &body).unwrap_err().to_string();
        assert!(!error.contains('\u{1b}') && error.len() < 500, "{error}");
    }

    #[test]
    fn a_redirect_is_an_error_that_tells_where_to() {
        let mut moved = response(307, "text/html", "");
        moved
            .headers
            .push(("Location".into(), "https://evil.example/token?x=s3cret".into()));
        let error = tokens(&moved, &Redactor::default()).unwrap_err();
        assert!(
            error.to_string().contains("redirects to `https://evil.example/token`"),
            "{error}"
        );
    }

    #[test]
    fn device_codes_are_read_with_the_standards_defaults() {
        let of = |body: &str| device(&response(200, "application/json", body), &Redactor::default());
        let code = of(r#"{"device_code":"dc","user_code":"WD-JB","verification_url":"https://a/device"}"#).unwrap();
        assert_eq!((code.user.as_str(), code.url.as_str()), ("WD-JB", "https://a/device"));
        assert_eq!(
            (code.interval, code.lasts),
            (Duration::from_secs(5), Duration::from_mins(10))
        );
        for wrong in [
            "{}",
            r#"{"device_code":"dc","user_code":"u","verification_uri":"javascript:alert(1)"}"#,
            r#"{"error":"unauthorized_client"}"#,
            r#"{"device_code":"dc","user_code":"a\nb","verification_uri":"https://a/device"}"#,
            r#"{"device_code":"dc","user_code":"a;b","verification_uri":"https://a/device"}"#,
            r#"{"device_code":"dc","user_code":"0123456789012345678901234567890123456789","verification_uri":"https://a"}"#,
        ] {
            assert!(of(wrong).is_err(), "{wrong}");
        }
    }
}

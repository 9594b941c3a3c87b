//! Failed sends as Node describes them: what a script written for Postman looks at, and newman's report lists.
//!
//! ```js
//! { errno: -111, code: 'ECONNREFUSED', syscall: 'connect', address: '127.0.0.1', port: 8080 }
//! ```

use serde_json::{Map, Value};
use url::{Host, Url};

use crate::model::exchange::{SendError, SendErrorKind};

/// What Node says of a failure besides its message; empty where it says nothing. The numbers are those of Linux.
pub fn described(error: &SendError, url: &str) -> Map<String, Value> {
    let mut out = Map::new();
    let code = code(error);
    let (errno, syscall) = match code {
        "ENOTFOUND" => (Some(-3008), "getaddrinfo"),
        "ECONNREFUSED" => (Some(-111), "connect"),
        "EHOSTUNREACH" => (Some(-113), "connect"),
        "ENETUNREACH" => (Some(-101), "connect"),
        "ETIMEDOUT" => (Some(-110), "connect"),
        "EPROTO" => (Some(-71), "write"),
        // Whether the other side reset the connection or closed it is not told apart: Node's words for the latter.
        _ => (None, ""),
    };
    if let Some(errno) = errno {
        out.insert("errno".to_owned(), errno.into());
    }
    if !code.is_empty() {
        out.insert("code".to_owned(), code.into());
    }
    if !syscall.is_empty() {
        out.insert("syscall".to_owned(), syscall.into());
    }
    let url = Url::parse(url).ok();
    let host = url.as_ref().and_then(Url::host);
    match (syscall, host) {
        ("connect", Some(host)) => {
            let address = match host {
                Host::Ipv4(address) => Some(address.to_string()),
                Host::Ipv6(address) => Some(address.to_string()),
                Host::Domain("localhost") => Some("127.0.0.1".to_owned()),
                // Which of its addresses it was is not known any more.
                Host::Domain(_) => None,
            };
            if let Some(address) = address {
                out.insert("address".to_owned(), address.into());
            }
            let port = url.as_ref().and_then(Url::port_or_known_default);
            out.extend(port.map(|port| ("port".to_owned(), port.into())));
        }
        ("getaddrinfo", Some(host)) => {
            out.insert("hostname".to_owned(), host.to_string().into());
        }
        _ => {}
    }
    if code == "ESOCKETTIMEDOUT" {
        out.insert("connect".to_owned(), false.into());
    }
    out
}

/// Node's words for a failure that was `described`, by which logs are searched; ours where it has none that are known.
pub fn message(error: &SendError, described: &Map<String, Value>) -> String {
    let text = |key: &str| described.get(key).and_then(Value::as_str);
    match (text("syscall"), text("code")) {
        (Some("connect"), Some(code)) => match (text("address"), described.get("port")) {
            (Some(address), Some(port)) => format!("connect {code} {address}:{port}"),
            _ => format!("connect {code}"),
        },
        (Some("getaddrinfo"), Some(code)) => {
            format!("getaddrinfo {code} {}", text("hostname").unwrap_or_default())
        }
        (None, Some(code @ "ESOCKETTIMEDOUT")) => code.to_owned(),
        (None, Some(SendError::BAD_HEADER)) => {
            let name = error.message.split('`').nth(1).unwrap_or_default();
            format!("Invalid character in header content [\"{name}\"]")
        }
        _ => error.message.clone(),
    }
}

/// What class of error Node makes of a failure.
pub fn class(error: &SendError) -> &'static str {
    if error.code == SendError::BAD_HEADER {
        "TypeError"
    } else {
        "Error"
    }
}

/// What Node calls a failure; empty where it has no name for it.
fn code(error: &SendError) -> &'static str {
    match (error.code, error.kind) {
        ("", SendErrorKind::Dns) => "ENOTFOUND",
        ("", SendErrorKind::Connect) => "ECONNREFUSED",
        ("", SendErrorKind::Timeout) => "ESOCKETTIMEDOUT",
        ("", SendErrorKind::Protocol) => "ECONNRESET",
        // It has words alone for these.
        (_, SendErrorKind::Redirect) => "",
        (code, _) => code,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn failures_have_nodes_words() {
        let message = |kind, code, url: &str| {
            let error = SendError::new(kind, "it failed").code(code);
            message(&error, &described(&error, url))
        };
        for (kind, code, url, words) in [
            (
                SendErrorKind::Connect,
                "",
                "http://127.0.0.1:1/x",
                "connect ECONNREFUSED 127.0.0.1:1",
            ),
            (
                SendErrorKind::Connect,
                "ETIMEDOUT",
                "http://[::1]/",
                "connect ETIMEDOUT ::1:80",
            ),
            (SendErrorKind::Connect, "", "http://a.test/", "connect ECONNREFUSED"),
            (SendErrorKind::Dns, "", "http://a.test/", "getaddrinfo ENOTFOUND a.test"),
            (SendErrorKind::Timeout, "", "http://a.test/", "ESOCKETTIMEDOUT"),
            (
                SendErrorKind::Redirect,
                SendError::TOO_FAR,
                "http://a.test/",
                "it failed",
            ),
        ] {
            assert_eq!(message(kind, code, url), words);
        }
        let error =
            SendError::new(SendErrorKind::Request, "the header `X-T` holds a line break").code("ERR_INVALID_CHAR");
        assert_eq!(
            super::message(&error, &super::described(&error, "http://a.test/")),
            "Invalid character in header content [\"X-T\"]"
        );
        assert_eq!(class(&error), "TypeError");
    }

    #[test]
    fn failures_carry_what_node_says_of_them() {
        let described = |kind, code, url: &str| {
            let error = SendError::new(kind, "it failed").code(code);
            Value::Object(described(&error, url))
        };
        assert_eq!(
            described(SendErrorKind::Connect, "", "http://127.0.0.1:81/x").to_string(),
            r#"{"errno":-111,"code":"ECONNREFUSED","syscall":"connect","address":"127.0.0.1","port":81}"#
        );
        assert_eq!(
            described(SendErrorKind::Connect, "EHOSTUNREACH", "https://a.test/"),
            json!({ "errno": -113, "code": "EHOSTUNREACH", "syscall": "connect", "port": 443 })
        );
        assert_eq!(
            described(SendErrorKind::Dns, "", "http://a.test"),
            json!({ "errno": -3008, "code": "ENOTFOUND", "syscall": "getaddrinfo", "hostname": "a.test" })
        );
        assert_eq!(
            described(SendErrorKind::Timeout, "", "http://a.test"),
            json!({ "code": "ESOCKETTIMEDOUT", "connect": false })
        );
        assert_eq!(
            described(SendErrorKind::Tls, "CERT_HAS_EXPIRED", "https://a.test"),
            json!({ "code": "CERT_HAS_EXPIRED" })
        );
        for code in ["", SendError::TOO_FAR] {
            assert_eq!(described(SendErrorKind::Redirect, code, "http://a.test"), json!({}));
        }
    }
}

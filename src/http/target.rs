//! The URL a request goes to: checked before anything is opened, so that the message names the real reason.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use url::Url;

use crate::model::Secret;
use crate::model::address::{authority, path_and_query, resource};
use crate::model::exchange::{SendError, SendErrorKind};
use crate::model::template::tokens;

/// Where a request goes.
#[derive(Clone, Debug)]
pub(super) struct Target {
    /// The URL without user info, as browsers have it.
    pub url: Url,
    /// Path and query as they are written, which is how they are sent.
    pub written: String,
    /// `user:password@` of the URL in Base64, which becomes a Basic header.
    pub user_info: Option<Secret>,
    /// What is secret in the URL.
    pub secrets: Vec<Secret>,
}

impl Target {
    /// Reads a URL; one without a scheme is `http`, as in Postman.
    pub(super) fn new(text: &str) -> Result<Self, SendError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(error("the request has no URL").hint("type one, such as `https://example.com/path`"));
        }
        let full = if text.contains("://") {
            text.to_owned()
        } else {
            format!("http://{text}")
        };
        check_variables(&full)?;
        if is_command(&full) {
            return Err(error("this is a curl command, and not a URL").hint(
                "curl commands are not read: copy its URL here, and what follows `-H` and `-d` to the headers and the body",
            ));
        }
        let (scheme, rest) = full.split_once("://").unwrap_or(("", &full));
        if !["http", "https"].contains(&scheme.to_ascii_lowercase().as_str()) {
            return Err(
                error(format!("`{}` URLs cannot be sent to", plain(scheme))).hint("use `http://` or `https://`")
            );
        }
        // The parser skips slashes and would take the path for the host.
        if authority(rest).is_empty() {
            return Err(error("the URL has no host").hint("write it as `https://host/path`; is a variable empty?"));
        }
        let mut url = Url::parse(&full).map_err(|why| {
            error(format!("the URL is not valid: {}", why.to_string().to_lowercase()))
                .hint("check the host and the port of the URL")
        })?;
        let (user_info, secrets) = take_user_info(&mut url);
        Ok(Self {
            written: resource(&full, &url),
            url,
            user_info,
            secrets,
        })
    }

    /// The `Host` header: without the port where it is the scheme's own.
    pub(super) fn host(url: &Url) -> String {
        let host = url.host_str().unwrap_or_default();
        url.port()
            .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// The URL as it is sent.
    pub(super) fn sent(url: &Url, written: &str) -> String {
        if path_and_query(url) == written {
            return url.to_string();
        }
        let fragment = url.fragment().map(|fragment| format!("#{fragment}"));
        let fragment = fragment.unwrap_or_default();
        format!("{}://{}{written}{fragment}", url.scheme(), Self::host(url))
    }

    /// The error of a URL that the HTTP library does not take.
    pub(super) fn impossible(url: &Url) -> SendError {
        error(format!("`{}` cannot be sent to", Self::address(url))).hint("check the host and the length of the URL")
    }

    /// Host and port, for messages.
    pub(super) fn address(url: &Url) -> String {
        let port = url.port_or_known_default().unwrap_or_default();
        format!("{}:{port}", url.host_str().unwrap_or_default())
    }
}

/// The host that a request for this URL is sent to, with its port where that is not the scheme's own; `None` where nothing
/// could be sent.
pub fn host_of(url: &str) -> Option<String> {
    Target::new(url).ok().map(|target| Target::host(&target.url))
}

fn error(message: impl Into<String>) -> SendError {
    SendError::new(SendErrorKind::Url, message)
}

/// Whether a command was pasted where the URL belongs; whoever resolves it has taken what it begins with for scheme or host.
fn is_command(full: &str) -> bool {
    let text = full.strip_prefix("http://").unwrap_or(full);
    let start = text.get(..7).unwrap_or(text).to_ascii_lowercase();
    start.starts_with("curl ") || start.starts_with("curl%20")
}

fn plain(text: &str) -> String {
    text.escape_debug().to_string()
}

/// A variable left in scheme, host or port: nothing could be sent to it.
fn check_variables(full: &str) -> Result<(), SendError> {
    // A scheme from a variable, as in `{{base_url}}/path`, has no `://` of its own.
    let end = full.find("://").map_or(0, |at| at + 3);
    let head = &full[..end + authority(&full[end..]).len()];
    let decoded = percent_decode_str(head).decode_utf8_lossy();
    let names: Vec<String> = tokens(&decoded)
        .map(|token| format!("`{}`", plain(token.name)))
        .collect();
    if names.is_empty() {
        return Ok(());
    }
    let (noun, verb) = if names.len() == 1 {
        ("variable", "is")
    } else {
        ("variables", "are")
    };
    Err(error(format!(
        "the {noun} {} in the host {verb} not defined",
        names.join(" and ")
    ))
    .hint("choose an environment that defines it, or add it to this one"))
}

/// Moves `user:password@` out of the URL, so that neither shows.
fn take_user_info(url: &mut Url) -> (Option<Secret>, Vec<Secret>) {
    if url.username().is_empty() && url.password().is_none() {
        return (None, Vec::new());
    }
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let password = decode(url.password().unwrap_or_default());
    let encoded = STANDARD.encode(format!("{}:{password}", decode(url.username())));
    let mut secrets = vec![Secret::new(password), Secret::new(encoded.clone())];
    secrets.extend(url.password().map(Secret::new));
    // Both fail only for URLs without a host, which have none.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    (Some(Secret::new(encoded)), secrets)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    fn message(text: &str) -> (String, String) {
        let error = Target::new(text).unwrap_err();
        assert_eq!(error.kind, SendErrorKind::Url);
        (error.message, error.hint.unwrap())
    }

    #[test]
    fn a_variable_in_the_host_is_named_and_the_hint_is_an_environment() {
        for url in [
            "{{base_url}}/a",
            "http://{{base_url}}/a",
            "http://%7B%7Bbase_url%7D%7D/a",
            "{{base_url}}://x/",
        ] {
            let (message, hint) = message(url);
            assert_eq!(message, "the variable `base_url` in the host is not defined", "{url}");
            assert!(hint.contains("environment"), "{hint}");
        }
        assert!(Target::new("http://h/{{path}}?q={{q}}").is_ok());
    }

    #[test]
    fn what_is_no_url_says_why() {
        assert!(message("").0.contains("no URL"));
        assert!(message("http:///path").0.contains("no host"));
        assert!(message("http://?q").0.contains("no host"));
        assert!(message("ftp://host/").0.contains("`ftp`"));
        assert!(message("http://host:99999/").0.contains("port"));
    }

    #[test]
    fn a_command_that_was_pasted_is_called_one() {
        for text in [
            "curl -X POST 'https://h/x' -H 'A: b'",
            "curl -x post 'https://h/x'",
            "curl 'http://h/'",
            "curl h",
            "http://curl%20-v h/",
        ] {
            let (message, hint) = message(text);
            assert!(
                message.contains("curl command") && hint.contains("URL"),
                "{text}: {message}"
            );
        }
        assert!(Target::new("curl.example/x").is_ok());
        assert!(Target::new("http://curl/x").is_ok());
    }

    #[test]
    fn without_a_scheme_it_is_http() {
        assert_eq!(
            Target::new("localhost:8080/x").unwrap().url.as_str(),
            "http://localhost:8080/x"
        );
    }

    #[test]
    fn user_info_leaves_the_url() {
        let target = Target::new("http://us%40er:pa%3Ass@h/").unwrap();
        assert_eq!(target.url.as_str(), "http://h/");
        assert_eq!(target.user_info.unwrap().reveal(), STANDARD.encode("us@er:pa:ss"));
        assert_eq!(target.secrets.len(), 3);
    }

    #[test]
    fn the_host_header_has_a_port_only_where_needed() {
        let host = |url: &str| Target::host(&Target::new(url).unwrap().url);
        assert_eq!(host("https://h:443/"), "h");
        assert_eq!(host("https://h:80/"), "h:80");
        assert_eq!(host("http://[::1]:8080/"), "[::1]:8080");
    }
}

//! What a redirect makes of a request in Postman, measured with newman 6.2.

use url::Url;

use super::body::Outgoing;
use super::head::quoted;
use super::target::Target;
use crate::auth::SignedRequest;
use crate::model::Secret;
use crate::model::exchange::{SendError, SendErrorKind};
use crate::model::request::Method;

/// How many redirects are followed when no setting says otherwise.
pub(super) const MAX_REDIRECTS: u32 = 10;

/// The request of one hop.
#[derive(Clone)]
pub(super) struct HopRequest {
    pub method: Method,
    pub url: Url,
    /// The URL's path and query as they are sent.
    pub written: String,
    pub headers: Vec<(String, String)>,
    pub body: Outgoing,
    /// Base64 of the URL's user info.
    pub basic: Option<Secret>,
    /// What is secret in a redirect's URL.
    pub secrets: Vec<Secret>,
    /// Where a redirect came from.
    pub referer: Option<String>,
}

/// Where a response redirects to; `None` for one that does not.
pub(super) fn location(status: u16, header: Option<&[u8]>) -> Option<String> {
    let redirects = [301, 302, 303, 307, 308].contains(&status);
    let header = header.filter(|_| redirects)?;
    Some(String::from_utf8_lossy(header).trim().to_owned())
}

/// Where a location leads to from a URL.
///
/// # Errors
///
/// A location that cannot be gone to.
pub(super) fn join(from: &Url, location: &str) -> Result<Target, SendError> {
    let nowhere = |why: String| {
        SendError::new(
            SendErrorKind::Redirect,
            format!("the redirect to `{}` leads nowhere: {why}", quoted(location.as_bytes())),
        )
        .hint("the server sent a wrong `Location`; turn off following redirects to see its answer")
    };
    let joined = from
        .join(location)
        .map_err(|error| nowhere(error.to_string().to_lowercase()))?;
    let scheme = joined.scheme();
    if !["http", "https"].contains(&scheme) {
        return Err(nowhere(format!(
            "its scheme is `{scheme}`: only `http` and `https` are followed"
        )));
    }
    Target::new(joined.as_str()).map_err(|error| nowhere(error.message))
}

/// The next hop's request.
///
/// # Errors
///
/// A location that cannot be gone to.
pub(super) fn next(
    from: &HopRequest,
    status: u16,
    location: &str,
    signed: &SignedRequest,
) -> Result<HopRequest, SendError> {
    let settings = signed.settings();
    let target = join(&from.url, location)?;
    let names_user = target.user_info.is_some();
    let mut hop = HopRequest {
        referer: referer(&from.url, &target.url).filter(|_| !settings.remove_referer.unwrap_or(false)),
        url: target.url,
        written: target.written,
        secrets: target.secrets,
        basic: target.user_info.or_else(|| from.basic.clone()),
        ..from.clone()
    };
    let keeps_method = settings.keep_method.unwrap_or(false) || [307, 308].contains(&status);
    if !keeps_method && hop.method.as_str() != "HEAD" {
        hop.method = Method::new("GET");
        hop.body = Outgoing::default();
        hop.headers.retain(|(name, _)| {
            !["content-type", "content-length", "transfer-encoding"].contains(&name.to_ascii_lowercase().as_str())
        });
    }
    hop.headers.retain(|(name, _)| !signed.is_bound(name));
    // The user's own Referer would contradict ours.
    if hop.referer.is_some() {
        hop.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("referer"));
    }
    // A Host of the user's own is for the server it was written for.
    let host = hop.url.host_str().unwrap_or_default().to_owned();
    let elsewhere = |own: &str| own.rsplit_once(':').map_or(own, |(name, _)| name) != host;
    let moved = address(&from.url) != address(&hop.url);
    hop.headers
        .retain(|(name, value)| !name.eq_ignore_ascii_case("host") || !(moved || elsewhere(value.trim())));
    if !is_same_server(&from.url, &hop.url) && !settings.keep_authorization.unwrap_or(false) {
        // Whatever the header is called: the value of a secret variable or of a token is for the first server alone.
        // An ordinary word may be somebody's secret by chance: its header goes along.
        let is_secret = |value: &str| signed.redactor().redact_name(value) != value;
        hop.headers
            .retain(|(name, value)| !signed.is_credential(name) && !is_secret(value));
        if !names_user {
            hop.basic = None;
        }
    }
    Ok(hop)
}

/// What a request does without that the one before had, in words.
pub(super) fn dropped(from: &HopRequest, next: &HopRequest) -> Vec<String> {
    let kept = |name: &str| next.headers.iter().any(|(own, _)| own.eq_ignore_ascii_case(name));
    let headers = from.headers.iter().map(|(name, _)| name);
    let mut out: Vec<String> = headers.filter(|name| !kept(name)).cloned().collect();
    out.dedup();
    if from.basic.is_some() && next.basic.is_none() {
        out.push("the URL's password".to_owned());
    }
    if !from.body.is_empty() && next.body.is_empty() {
        out.push("the body".to_owned());
    }
    out
}

fn address(url: &Url) -> (Option<&str>, Option<u16>) {
    (url.host_str(), url.port_or_known_default())
}

/// Whether credentials for one URL may be sent to the other: the same host and port, or its step up to TLS.
///
/// Postman looks at the host alone; but another port is often another program, and its operator another person.
pub(super) fn is_same_server(from: &Url, to: &Url) -> bool {
    let exposed = from.scheme() == "https" && to.scheme() == "http";
    let upgraded = (from.scheme(), to.scheme()) == ("http", "https")
        && from.host_str() == to.host_str()
        && from.port().is_none()
        && to.port().is_none();
    upgraded || (address(from) == address(to) && !exposed)
}

/// The URL a redirect came from, as far as the next may know it (RFC 9110, section 10.1.3): another server learns only
/// its origin, as the path and query may hold a key.
fn referer(from: &Url, to: &Url) -> Option<String> {
    if from.scheme() == "https" && to.scheme() == "http" {
        return None;
    }
    let mut from = from.clone();
    from.set_fragment(None);
    if !is_same_server(&from, to) {
        from.set_path("/");
        from.set_query(None);
    }
    Some(from.into())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;
    use crate::auth::fixtures::request;
    use crate::auth::sign;
    use crate::model::{Auth, Redactor, Settings};

    fn follow(auth: Auth, settings: Settings, status: u16, from: &str, to: &str) -> HopRequest {
        let mut resolved = request(auth);
        resolved.settings = settings;
        resolved.headers = [("Host", "a"), ("Cookie", "c=1"), ("Content-Type", "a/b"), ("X", "y")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec();
        let signed = sign(resolved).request;
        let hop = HopRequest {
            method: Method::new("POST"),
            written: "/".into(),
            url: from.parse().unwrap(),
            headers: signed.headers().to_vec(),
            body: Outgoing::default(),
            basic: None,
            secrets: Vec::new(),
            referer: None,
        };
        next(&hop, status, to, &signed).unwrap()
    }

    #[test]
    fn what_the_next_request_goes_without_is_told() {
        let first = |to: &str| {
            let mut hop = follow(bearer(), Settings::default(), 307, "http://a/x", "/x");
            hop.basic = Some(Secret::new("dTpw"));
            let signed = sign(request(bearer())).request;
            dropped(&hop, &next(&hop, 302, to, &signed).unwrap())
        };
        assert_eq!(first("/y"), ["Content-Type"]);
        let elsewhere = first("http://b/y");
        assert!(elsewhere.contains(&"the URL's password".to_owned()), "{elsewhere:?}");
        assert!(elsewhere.contains(&"Authorization".to_owned()), "{elsewhere:?}");
    }

    fn names(hop: &HopRequest) -> Vec<&str> {
        hop.headers.iter().map(|(name, _)| name.as_str()).collect()
    }

    fn bearer() -> Auth {
        Auth::new("bearer").with("token", "tok")
    }

    #[test]
    fn three_statuses_turn_into_get_and_two_keep_all() {
        for status in [301, 302, 303] {
            let hop = follow(bearer(), Settings::default(), status, "http://a/x", "/y");
            assert_eq!((hop.method.as_str(), hop.url.as_str()), ("GET", "http://a/y"));
            assert_eq!(names(&hop), ["Host", "Cookie", "X", "Authorization"]);
        }
        for status in [307, 308] {
            let hop = follow(bearer(), Settings::default(), status, "http://a/x", "y?z");
            assert_eq!((hop.method.as_str(), hop.url.as_str()), ("POST", "http://a/y?z"));
            assert!(names(&hop).contains(&"Content-Type"));
        }
    }

    #[test]
    fn a_host_header_for_another_server_is_not_sent_on() {
        let hop = follow(bearer(), Settings::default(), 302, "http://b/x", "/y");
        assert_eq!(names(&hop), ["Cookie", "X", "Authorization"]);
    }

    #[test]
    fn credentials_of_every_kind_stay_behind_on_another_host() {
        let hop = follow(bearer(), Settings::default(), 307, "http://a/", "http://b/");
        assert_eq!(names(&hop), ["Content-Type", "X"]);
        let key = Auth::new("apikey").with("key", "X-Key").with("value", "v");
        let hop = follow(key, Settings::default(), 307, "http://a/", "http://b/");
        assert_eq!(names(&hop), ["Content-Type", "X"]);
        let hop = follow(bearer(), Settings::default(), 307, "https://a/", "http://a/");
        assert!(!names(&hop).contains(&"Authorization"));
        assert_eq!(hop.referer, None);
    }

    #[test]
    fn settings_keep_method_credentials_and_silence() {
        let settings = Settings {
            keep_method: Some(true),
            keep_authorization: Some(true),
            remove_referer: Some(true),
            ..Settings::default()
        };
        let hop = follow(bearer(), settings, 302, "http://a/", "http://b/");
        assert_eq!(hop.method.as_str(), "POST");
        assert!(names(&hop).contains(&"Authorization"));
        assert_eq!(hop.referer, None);
        let hop = follow(bearer(), Settings::default(), 302, "http://a/x#f", "/");
        assert_eq!(hop.referer.as_deref(), Some("http://a/x"));
    }

    #[test]
    fn another_server_learns_only_where_it_was_come_from() {
        let referer = |from: &str, to: &str| follow(bearer(), Settings::default(), 302, from, to).referer;
        let from = "http://a/p?key=s3cret#f";
        assert_eq!(referer(from, "http://b/").as_deref(), Some("http://a/"));
        assert_eq!(referer(from, "http://a:81/").as_deref(), Some("http://a/"));
        assert_eq!(referer(from, "/q").as_deref(), Some("http://a/p?key=s3cret"));
    }

    #[test]
    fn another_port_is_another_server_but_tls_on_the_usual_one_is_not() {
        let keeps = |from: &str, to: &str| {
            let hop = follow(bearer(), Settings::default(), 307, from, to);
            names(&hop).contains(&"Authorization")
        };
        assert!(!keeps("http://a:80/", "http://a:8080/"));
        assert!(!keeps("http://a:8080/", "https://a/"));
        assert!(keeps("http://a/", "https://a/"));
        assert!(keeps("http://a:80/", "http://a/"));
    }

    #[test]
    fn a_header_with_a_secret_in_it_stays_behind_whatever_its_name() {
        let secret = || Redactor::new([Secret::new("geheim4711")]);
        let mut resolved = request(Auth::new(Auth::NONE));
        resolved.redactor = secret();
        resolved.headers = [("X-Tok", "a geheim4711"), ("X-Half", "Z2VoZWltNDcxMQ=="), ("X", "y")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec();
        for (settings, to, kept, gone) in [
            (Settings::default(), "http://b/y", ["X"].as_slice(), 2),
            (Settings::default(), "/y", &["X-Tok", "X-Half", "X"], 0),
            (
                Settings {
                    keep_authorization: Some(true),
                    ..Settings::default()
                },
                "http://b/y",
                &["X-Tok", "X-Half", "X"],
                0,
            ),
        ] {
            let mut resolved = resolved.clone();
            resolved.settings = settings;
            let signed = sign(resolved).request;
            let from = HopRequest {
                headers: signed.headers().to_vec(),
                ..follow(Auth::new(Auth::NONE), Settings::default(), 302, "http://a/x", "/x")
            };
            let hop = next(&from, 302, to, &signed).unwrap();
            assert_eq!(names(&hop), kept);
            assert_eq!(dropped(&from, &hop).len(), gone);
        }
    }

    #[test]
    fn a_key_the_user_wrote_into_a_header_stays_behind_too() {
        let mut resolved = request(Auth::new(Auth::NONE));
        resolved.headers = vec![("X-Api-Key".to_owned(), "k".to_owned())];
        assert!(sign(resolved).request.is_credential("x-api-key"));
    }
}

//! Which proxy a request takes: the request's setting, else the program's, else the environment's.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderValue, Uri};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};

use crate::model::Secret;
use crate::model::exchange::{SendError, SendErrorKind};
use crate::model::secret::without_credentials;

/// The word for no proxy at all.
const DIRECT: &str = "direct";

/// Where proxies come from when no setting names one.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum ProxySource {
    /// `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`, in either case, and the desktop's settings where there
    /// are any.
    #[default]
    System,
    /// These, as the variables of the same names would say; empty for none.
    Fixed {
        /// For `http` URLs.
        http: String,
        /// For `https` URLs.
        https: String,
        /// Hosts that need none: `localhost,127.0.0.1,.example.com`.
        no_proxy: String,
    },
}

impl fmt::Debug for ProxySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The URLs may hold passwords.
        f.write_str(match self {
            Self::System => "System",
            Self::Fixed { .. } => "Fixed",
        })
    }
}

/// The proxy of one request.
#[derive(Clone)]
pub(super) struct Proxy {
    intercept: Intercept,
}

impl Proxy {
    /// Its URL, without credentials.
    pub(super) fn url(&self) -> String {
        let uri = self.intercept.uri();
        let authority = uri.authority().map_or("", |authority| authority.as_str());
        format!("{}://{authority}", uri.scheme_str().unwrap_or("http"))
    }

    /// What tells one proxy from another, credentials included: never shown.
    pub(super) fn key(&self) -> String {
        let auth = self
            .intercept
            .basic_auth()
            .map(HeaderValue::as_bytes)
            .unwrap_or_default();
        let raw = self.intercept.raw_auth().unwrap_or_default();
        format!(
            "{}\n{}\n{}\n{}",
            self.url(),
            String::from_utf8_lossy(auth),
            raw.0,
            raw.1
        )
    }

    /// The `Proxy-Authorization` that goes with a plain request; one through a tunnel has it on the CONNECT.
    pub(super) fn authorization(&self, target: &url::Url) -> Option<HeaderValue> {
        if target.scheme() == "http" {
            self.intercept.basic_auth().cloned()
        } else {
            None
        }
    }

    /// What must not be shown of it: the password, and what was made of it.
    pub(super) fn secrets(&self) -> Vec<Secret> {
        let basic = self.intercept.basic_auth().and_then(|value| value.to_str().ok());
        let encoded = basic.and_then(|value| value.strip_prefix("Basic ")).unwrap_or_default();
        let decoded = STANDARD.decode(encoded).unwrap_or_default();
        let decoded = String::from_utf8_lossy(&decoded);
        let password = decoded.split_once(':').map_or("", |(_, password)| password);
        let raw = self.intercept.raw_auth().map_or("", |(_, password)| password);
        [encoded, password, raw].map(Secret::new).to_vec()
    }

    /// The same for reqwest.
    pub(super) fn build(&self) -> Result<reqwest::Proxy, SendError> {
        let proxy = reqwest::Proxy::all(self.url()).map_err(|_| unusable(&self.url()))?;
        Ok(match (self.basic(), self.user()) {
            (Some(auth), _) => proxy.custom_http_auth(auth.clone()),
            (None, Some((user, password))) => proxy.basic_auth(user, password),
            (None, None) => proxy,
        })
    }

    /// Where it is.
    pub(super) fn uri(&self) -> &Uri {
        self.intercept.uri()
    }

    /// Whether it speaks HTTP, and so takes plain requests with their whole URL.
    pub(super) fn is_http(&self) -> bool {
        self.socks().is_none()
    }

    /// Whether it is spoken to over TLS.
    pub(super) fn is_https(&self) -> bool {
        self.uri().scheme_str() == Some("https")
    }

    /// For a SOCKS proxy, whether it looks names up itself.
    pub(super) fn socks(&self) -> Option<bool> {
        match self.intercept.uri().scheme_str() {
            Some("socks4" | "socks5") => Some(false),
            Some("socks4a" | "socks5h") => Some(true),
            _ => None,
        }
    }

    /// The user and the password of a SOCKS proxy.
    pub(super) fn user(&self) -> Option<(&str, &str)> {
        self.intercept.raw_auth()
    }

    /// What a CONNECT is authorised with.
    pub(super) fn basic(&self) -> Option<&HeaderValue> {
        self.intercept.basic_auth()
    }
}

/// Chooses proxies.
#[derive(Debug)]
pub(super) struct Proxies {
    environment: Matcher,
    no_proxy: String,
    /// What is named for `http` alone is taken for `https` too, as newman does; not the desktop's, which names each.
    http_for_https: bool,
}

impl Proxies {
    /// Reads the environment, once.
    pub(super) fn new(source: &ProxySource) -> Self {
        match source {
            ProxySource::System => Self {
                environment: Matcher::from_system(),
                no_proxy: ["NO_PROXY", "no_proxy"]
                    .iter()
                    .find_map(|name| std::env::var(name).ok())
                    .unwrap_or_default(),
                http_for_https: ["HTTP_PROXY", "http_proxy"]
                    .iter()
                    .any(|name| std::env::var_os(name).is_some_and(|url| !url.is_empty())),
            },
            ProxySource::Fixed { http, https, no_proxy } => Self {
                environment: Matcher::builder()
                    .http(http.clone())
                    .https(https.clone())
                    .no(no_proxy.clone())
                    .build(),
                no_proxy: no_proxy.clone(),
                http_for_https: true,
            },
        }
    }

    /// The proxy for a URL; `setting` is a proxy's URL, `direct`, or absent for the environment's. `NO_PROXY` holds for
    /// a proxy from the settings too, as with curl.
    pub(super) fn choose(&self, setting: Option<&str>, target: &url::Url) -> Result<Option<Proxy>, SendError> {
        let Ok(uri) = target.as_str().parse::<Uri>() else {
            return Ok(None);
        };
        let intercept = match setting.map(str::trim) {
            None | Some("") => self.environment.intercept(&uri).or_else(|| self.of_http(&uri)),
            Some(DIRECT) => None,
            Some(url) => {
                let all = Matcher::builder().all(url.to_owned());
                // Without the exceptions first: a URL that is none matches nothing, and must not mean `direct`.
                if all.build().intercept(&uri).is_none() {
                    return Err(unusable(&without_credentials(url)));
                }
                let all = Matcher::builder().all(url.to_owned());
                all.no(self.no_proxy.clone()).build().intercept(&uri)
            }
        };
        Ok(intercept.map(|intercept| Proxy { intercept }))
    }

    /// The environment's proxy for `http`, for a URL of another scheme that has none of its own.
    fn of_http(&self, uri: &Uri) -> Option<Intercept> {
        let host = uri.host().filter(|_| self.http_for_https)?;
        self.environment.intercept(&format!("http://{host}/").parse().ok()?)
    }
}

/// The host of a proxy as a setting names it; `None` where it is none.
pub fn proxy_host(setting: &str) -> Option<String> {
    let url = setting.trim();
    if url.is_empty() || url == DIRECT {
        return None;
    }
    let anywhere = Uri::from_static("http://anywhere.invalid/");
    let intercept = Matcher::builder().all(url.to_owned()).build().intercept(&anywhere)?;
    let host = intercept.uri().host()?;
    let port = intercept.uri().port().map(|port| format!(":{port}"));
    Some(format!("{host}{}", port.unwrap_or_default()))
}

fn unusable(url: &str) -> SendError {
    SendError::new(SendErrorKind::Proxy, format!("the proxy `{url}` cannot be used"))
        .hint("write it as `http://host:port` or `socks5://host:port`, or `direct` for none")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    fn chosen(setting: Option<&str>, target: &str) -> Option<String> {
        let proxies = Proxies::new(&ProxySource::Fixed {
            http: "http://u:p%40ss@env:1".into(),
            https: "env:2".into(),
            no_proxy: "localhost,.inside".into(),
        });
        let proxy = proxies.choose(setting, &target.parse().unwrap()).unwrap();
        proxy.map(|proxy| proxy.url())
    }

    #[test]
    fn the_environment_decides_by_scheme_and_knows_exceptions() {
        assert_eq!(chosen(None, "http://a/").as_deref(), Some("http://env:1"));
        assert_eq!(chosen(None, "https://a/").as_deref(), Some("http://env:2"));
        assert_eq!(chosen(None, "https://localhost/"), None);
        assert_eq!(chosen(None, "https://x.inside/"), None);
    }

    #[test]
    fn a_proxy_for_http_alone_is_that_of_https_too() {
        let proxies = Proxies::new(&ProxySource::Fixed {
            http: "http://env:1".into(),
            https: String::new(),
            no_proxy: "localhost".into(),
        });
        for (target, proxy) in [
            ("https://a:8443/x?y", Some("http://env:1")),
            ("https://[::1]/", Some("http://env:1")),
            ("https://localhost/", None),
        ] {
            let chosen = proxies.choose(None, &target.parse().unwrap()).unwrap();
            assert_eq!(chosen.map(|chosen| chosen.url()).as_deref(), proxy, "{target}");
        }
    }

    #[test]
    fn the_host_of_a_setting_is_told_without_what_signs_in() {
        for (setting, host) in [
            ("http://evil.test:3128", Some("evil.test:3128")),
            ("evil.test:3128", Some("evil.test:3128")),
            (" socks5h://me:hunter2@evil.test:1080/ ", Some("evil.test:1080")),
            ("direct", None),
            ("", None),
        ] {
            assert_eq!(proxy_host(setting).as_deref(), host, "{setting}");
        }
    }

    #[test]
    fn a_setting_wins_but_exceptions_hold() {
        assert_eq!(chosen(Some("direct"), "http://a/"), None);
        assert_eq!(
            chosen(Some("socks5://own:3"), "http://a/").as_deref(),
            Some("socks5://own:3")
        );
        assert_eq!(chosen(Some("http://own:3"), "http://localhost/"), None);
    }

    #[test]
    fn a_proxy_that_is_no_url_is_an_error_and_its_password_is_not_told() {
        let proxies = Proxies::new(&ProxySource::default());
        let target = "http://a/".parse().unwrap();
        for setting in ["ftp://u:hunter2@p:1", "ht tp://u:hunter2@p"] {
            let Err(error) = proxies.choose(Some(setting), &target) else {
                panic!("{setting} was taken")
            };
            assert_eq!(error.kind, SendErrorKind::Proxy);
            assert!(!error.message.contains("hunter2"), "{}", error.message);
        }
    }

    #[test]
    fn credentials_go_with_plain_requests_only() {
        let proxies = Proxies::new(&ProxySource::default());
        let choose = |target: &str| {
            let target: url::Url = target.parse().unwrap();
            let proxy = proxies.choose(Some("http://u:p@x:1"), &target).unwrap().unwrap();
            proxy.authorization(&target)
        };
        assert_eq!(choose("http://a/").unwrap(), "Basic dTpw");
        assert_eq!(choose("https://a/"), None);
    }
}

//! Settings of a request: how it is sent. Postman calls them `protocolProfileBehavior`.

use std::collections::BTreeSet;
use std::time::Duration;

use super::offer::TlsVersion;

/// Which HTTP version to speak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum HttpVersion {
    /// What TLS negotiates (ALPN); HTTP/1.1 without TLS.
    #[default]
    Auto,
    /// HTTP/1.1 only.
    Http1,
    /// HTTP/2 only, with prior knowledge where there is no TLS.
    Http2,
}

impl HttpVersion {
    /// The word in files: `auto`, `http1`, `http2`, as Postman writes `protocolVersion`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Http1 => "http1",
            Self::Http2 => "http2",
        }
    }

    /// The version of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Auto, Self::Http1, Self::Http2]
            .into_iter()
            .find(|version| version.word() == word)
    }
}

/// How a request is sent; `None` asks the folder, then the collection, then the program's settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Check the server's certificate (`strictSSL`).
    pub verify_tls: Option<bool>,
    /// Follow redirects.
    pub follow_redirects: Option<bool>,
    /// At most so many redirects.
    pub max_redirects: Option<u32>,
    /// Keep method and body on 301, 302 and 303 (`followOriginalHttpMethod`).
    pub keep_method: Option<bool>,
    /// Keep `Authorization` when a redirect leaves the host (`followAuthorizationHeader`).
    pub keep_authorization: Option<bool>,
    /// Send no `Referer` on redirects (`removeRefererHeaderOnRedirect`).
    pub remove_referer: Option<bool>,
    /// Percent-encode the URL where needed (not `disableUrlEncoding`).
    pub encode_url: Option<bool>,
    /// Send a body even with GET, HEAD, COPY, PURGE and UNLOCK (`disableBodyPruning`).
    pub always_send_body: Option<bool>,
    /// Use the cookie jar (not `disableCookies`).
    pub cookies: Option<bool>,
    /// The HTTP version (`protocolVersion`).
    pub http_version: Option<HttpVersion>,
    /// Versions of TLS that are not spoken (`tlsDisabledProtocols`).
    pub disabled_tls: Option<Vec<TlsVersion>>,
    /// The only cipher suites to offer, the best first, by OpenSSL's names or IANA's (`tlsCipherSelection`); none is all.
    pub cipher_suites: Option<Vec<String>>,
    /// Give up after so long, from the first byte sent to the last received; zero is never.
    pub timeout: Option<Duration>,
    /// A proxy URL, `direct` for none; absent takes the environment's.
    pub proxy: Option<String>,
    /// Headers postrider adds by itself and must not here, in lower case (`disabledSystemHeaders`).
    pub disabled_headers: BTreeSet<String>,
}

impl Settings {
    /// These settings, with the gaps filled from `parent`.
    #[must_use]
    pub fn or(&self, parent: &Self) -> Self {
        Self {
            verify_tls: self.verify_tls.or(parent.verify_tls),
            follow_redirects: self.follow_redirects.or(parent.follow_redirects),
            max_redirects: self.max_redirects.or(parent.max_redirects),
            keep_method: self.keep_method.or(parent.keep_method),
            keep_authorization: self.keep_authorization.or(parent.keep_authorization),
            remove_referer: self.remove_referer.or(parent.remove_referer),
            encode_url: self.encode_url.or(parent.encode_url),
            always_send_body: self.always_send_body.or(parent.always_send_body),
            cookies: self.cookies.or(parent.cookies),
            http_version: self.http_version.or(parent.http_version),
            disabled_tls: self.disabled_tls.clone().or_else(|| parent.disabled_tls.clone()),
            cipher_suites: self.cipher_suites.clone().or_else(|| parent.cipher_suites.clone()),
            timeout: self.timeout.or(parent.timeout),
            proxy: self.proxy.clone().or_else(|| parent.proxy.clone()),
            disabled_headers: self.disabled_headers.union(&parent.disabled_headers).cloned().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_setting_wins_and_gaps_are_inherited() {
        let parent = Settings {
            verify_tls: Some(true),
            max_redirects: Some(3),
            ..Settings::default()
        };
        let own = Settings {
            verify_tls: Some(false),
            ..Settings::default()
        };
        let merged = own.or(&parent);
        assert_eq!((merged.verify_tls, merged.max_redirects), (Some(false), Some(3)));
    }
}

//! `[settings]`: how a request is sent.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Deserialize;

use super::duration::{self, DurationText};
use super::tree::{Map, Tree};
use crate::model::Settings;
use crate::model::offer::TlsVersion;
use crate::model::settings::HttpVersion;

/// How requests are sent; what is absent is inherited.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub struct SettingsDto {
    /// Check the server's certificate.
    pub verify_tls: Option<bool>,
    /// Follow redirects.
    pub follow_redirects: Option<bool>,
    /// At most so many redirects.
    pub max_redirects: Option<u32>,
    /// Keep method and body on 301, 302 and 303.
    pub keep_method: Option<bool>,
    /// Keep the Authorization header when a redirect leaves the host.
    pub keep_authorization: Option<bool>,
    /// Send no Referer on redirects.
    pub remove_referer: Option<bool>,
    /// Percent-encode the URL where needed.
    pub encode_url: Option<bool>,
    /// Send a body even with GET and HEAD.
    pub always_send_body: Option<bool>,
    /// Use the cookie jar.
    pub cookies: Option<bool>,
    /// The HTTP version.
    pub http_version: Option<HttpVersionDto>,
    /// Versions of TLS that are not spoken.
    pub disabled_tls: Option<Vec<TlsVersionDto>>,
    /// The only cipher suites to offer, the best first, by OpenSSL's names or IANA's.
    pub cipher_suites: Option<Vec<String>>,
    /// Give up after so long.
    pub timeout: Option<DurationText>,
    /// A proxy URL, or `direct` for none; absent takes the environment's.
    pub proxy: Option<String>,
    /// Headers postrider would add by itself and must not.
    #[serde(default)]
    pub disabled_headers: Vec<String>,
}

/// Which HTTP version to speak.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum HttpVersionDto {
    /// What the server offers.
    Auto,
    /// HTTP/1.1.
    Http1,
    /// HTTP/2.
    Http2,
}

/// A version of TLS; those before 1.2 are never spoken.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
pub enum TlsVersionDto {
    /// SSL 2.0.
    #[serde(rename = "SSLv2")]
    Ssl2,
    /// SSL 3.0.
    #[serde(rename = "SSLv3")]
    Ssl3,
    /// TLS 1.0.
    #[serde(rename = "TLSv1")]
    Tls10,
    /// TLS 1.1.
    #[serde(rename = "TLSv1_1")]
    Tls11,
    /// TLS 1.2.
    #[serde(rename = "TLSv1_2")]
    Tls12,
    /// TLS 1.3.
    #[serde(rename = "TLSv1_3")]
    Tls13,
}

impl From<TlsVersionDto> for TlsVersion {
    fn from(dto: TlsVersionDto) -> Self {
        match dto {
            TlsVersionDto::Ssl2 => Self::Ssl2,
            TlsVersionDto::Ssl3 => Self::Ssl3,
            TlsVersionDto::Tls10 => Self::Tls10,
            TlsVersionDto::Tls11 => Self::Tls11,
            TlsVersionDto::Tls12 => Self::Tls12,
            TlsVersionDto::Tls13 => Self::Tls13,
        }
    }
}

impl From<SettingsDto> for Settings {
    fn from(dto: SettingsDto) -> Self {
        Self {
            verify_tls: dto.verify_tls,
            follow_redirects: dto.follow_redirects,
            max_redirects: dto.max_redirects,
            keep_method: dto.keep_method,
            keep_authorization: dto.keep_authorization,
            remove_referer: dto.remove_referer,
            encode_url: dto.encode_url,
            always_send_body: dto.always_send_body,
            cookies: dto.cookies,
            http_version: dto.http_version.map(|version| match version {
                HttpVersionDto::Auto => HttpVersion::Auto,
                HttpVersionDto::Http1 => HttpVersion::Http1,
                HttpVersionDto::Http2 => HttpVersion::Http2,
            }),
            disabled_tls: dto.disabled_tls.map(|all| all.into_iter().map(Into::into).collect()),
            cipher_suites: dto.cipher_suites,
            timeout: dto.timeout.map(|timeout| timeout.0),
            proxy: dto.proxy,
            disabled_headers: dto
                .disabled_headers
                .iter()
                .map(|name| name.to_lowercase())
                .collect::<BTreeSet<_>>(),
        }
    }
}

/// Adds settings unless all is inherited.
pub fn put_settings(map: &mut Map, settings: &Settings) {
    let mut table = Map::new();
    for (key, on) in [
        ("verify_tls", settings.verify_tls),
        ("follow_redirects", settings.follow_redirects),
        ("keep_method", settings.keep_method),
        ("keep_authorization", settings.keep_authorization),
        ("remove_referer", settings.remove_referer),
        ("encode_url", settings.encode_url),
        ("always_send_body", settings.always_send_body),
        ("cookies", settings.cookies),
    ] {
        if let Some(on) = on {
            table.insert(key.into(), Tree::Bool(on));
        }
    }
    if let Some(count) = settings.max_redirects {
        table.insert("max_redirects".into(), Tree::Int(count.into()));
    }
    if let Some(version) = settings.http_version {
        table.insert("http_version".into(), version.word().into());
    }
    let list = |words: Vec<&str>| Tree::List(words.into_iter().map(Into::into).collect());
    if let Some(versions) = &settings.disabled_tls {
        let words = versions.iter().map(|version| version.word());
        table.insert("disabled_tls".into(), list(words.collect()));
    }
    if let Some(names) = &settings.cipher_suites {
        table.insert("cipher_suites".into(), list(names.iter().map(String::as_str).collect()));
    }
    if let Some(timeout) = settings.timeout {
        table.insert("timeout".into(), duration::format(timeout).as_str().into());
    }
    if let Some(proxy) = &settings.proxy {
        table.insert("proxy".into(), proxy.as_str().into());
    }
    if !settings.disabled_headers.is_empty() {
        let names = settings.disabled_headers.iter().map(String::as_str);
        table.insert("disabled_headers".into(), list(names.collect()));
    }
    if !table.is_empty() {
        map.insert("settings".into(), Tree::Table(table));
    }
}

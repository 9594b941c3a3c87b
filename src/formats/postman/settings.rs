//! `protocolProfileBehavior`, in tidy form and in our model.

use serde_json::Value;

use super::rows::put;
use super::tidy::{Fields, Object};
use crate::model::Settings;
use crate::model::offer::TlsVersion;
use crate::model::settings::HttpVersion;

const KEY: &str = "protocolProfileBehavior";

/// Reads settings; what is not of the right type stays out.
pub fn read(map: &Object) -> Settings {
    let Some(Value::Object(found)) = map.field(KEY) else {
        return Settings::default();
    };
    let switch = |key: &str| found.field(key).and_then(Value::as_bool);
    Settings {
        verify_tls: switch("strictSSL"),
        follow_redirects: switch("followRedirects"),
        max_redirects: found
            .get("maxRedirects")
            .and_then(Value::as_u64)
            .and_then(|count| u32::try_from(count).ok()),
        keep_method: switch("followOriginalHttpMethod"),
        keep_authorization: switch("followAuthorizationHeader"),
        remove_referer: switch("removeRefererHeaderOnRedirect"),
        encode_url: switch("disableUrlEncoding").map(|off| !off),
        always_send_body: switch("disableBodyPruning"),
        cookies: switch("disableCookies").map(|off| !off),
        http_version: found
            .get("protocolVersion")
            .and_then(Value::as_str)
            .and_then(HttpVersion::from_word),
        disabled_tls: words(found, "tlsDisabledProtocols")
            .map(|words| words.into_iter().filter_map(TlsVersion::from_word).collect()),
        cipher_suites: words(found, "tlsCipherSelection").map(|names| names.into_iter().map(str::to_owned).collect()),
        disabled_headers: found
            .get("disabledSystemHeaders")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .filter(|(_, off)| off.as_bool() == Some(true))
            .map(|(name, _)| name.to_lowercase())
            .collect(),
        ..Settings::default()
    }
}

/// The words of a list.
fn words<'a>(found: &'a Object, key: &str) -> Option<Vec<&'a str>> {
    Some(found.field(key)?.as_array()?.iter().filter_map(Value::as_str).collect())
}

/// Writes settings unless all is inherited. A timeout and a proxy of its own have no place in Postman's files.
pub fn write(map: &mut Object, settings: &Settings) {
    let mut out = Object::new();
    for (key, on) in [
        ("strictSSL", settings.verify_tls),
        ("followRedirects", settings.follow_redirects),
        ("followOriginalHttpMethod", settings.keep_method),
        ("followAuthorizationHeader", settings.keep_authorization),
        ("removeRefererHeaderOnRedirect", settings.remove_referer),
        ("disableUrlEncoding", settings.encode_url.map(|on| !on)),
        ("disableBodyPruning", settings.always_send_body),
        ("disableCookies", settings.cookies.map(|on| !on)),
    ] {
        if let Some(on) = on {
            out.insert(key.into(), on.into());
        }
    }
    if let Some(count) = settings.max_redirects {
        out.insert("maxRedirects".into(), count.into());
    }
    if let Some(version) = settings.http_version {
        out.insert("protocolVersion".into(), version.word().into());
    }
    if let Some(versions) = &settings.disabled_tls {
        let words: Vec<&str> = versions.iter().map(|version| version.word()).collect();
        out.insert("tlsDisabledProtocols".into(), words.into());
    }
    if let Some(names) = &settings.cipher_suites {
        out.insert("tlsCipherSelection".into(), names.clone().into());
    }
    let names = settings.disabled_headers.iter().map(|name| (name.clone(), true.into()));
    put(&mut out, "disabledSystemHeaders", Value::Object(names.collect()));
    put(map, KEY, Value::Object(out));
}

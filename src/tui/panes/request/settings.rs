//! The settings form: one field a setting, each showing what counts while it says nothing itself.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::model::Settings;
use crate::model::offer::{self, SUITES, TlsVersion};
use crate::model::settings::HttpVersion;

use super::form::{Field, Kind};

/// A switch: key, label, help, whether it is on when nobody says anything.
type Switch = (&'static str, &'static str, &'static str, bool);

const SWITCHES: [Switch; 8] = [
    (
        "verify_tls",
        "Check certificates",
        "Refuse servers whose TLS certificate cannot be trusted.",
        true,
    ),
    (
        "follow_redirects",
        "Follow redirects",
        "Go where a 3xx answer points to.",
        true,
    ),
    (
        "keep_method",
        "Keep the method",
        "Redirects keep method and body, instead of turning into a GET.",
        false,
    ),
    (
        "keep_authorization",
        "Keep Authorization",
        "Redirects to another host keep the Authorization header.",
        false,
    ),
    (
        "remove_referer",
        "No Referer",
        "Redirects send no Referer header.",
        false,
    ),
    (
        "encode_url",
        "Encode the URL",
        "Percent-encode what a URL may not hold.",
        true,
    ),
    (
        "always_send_body",
        "Body with GET",
        "Send a body even with GET, HEAD, COPY, PURGE and UNLOCK.",
        false,
    ),
    (
        "cookies",
        "Cookie jar",
        "Send the cookies of the workspace and keep new ones.",
        true,
    ),
];

/// What each setting is called, and the words by which people look for it: name, label, words. None has a number in it: that
/// is a line to go to.
pub const SOUGHT: [(&str, &str, &str); 15] = [
    ("verify_tls", "Check certificates", "verify TLS SSL, insecure"),
    ("follow_redirects", "Follow redirects", "redirect, location"),
    ("keep_method", "Keep the method", "redirect, POST"),
    ("keep_authorization", "Keep Authorization", "redirect, auth"),
    ("remove_referer", "No Referer", "redirect, referrer"),
    ("encode_url", "Encode the URL", "percent, escape"),
    ("always_send_body", "Body with GET", "protocol, prune"),
    ("cookies", "Cookie jar", "cookie"),
    ("max_redirects", "Most redirects", "redirect, limit"),
    ("http_version", "HTTP version", "protocol"),
    ("disabled_tls", "TLS not spoken", "SSL version"),
    ("cipher_suites", "Cipher suites", "TLS SSL ciphers"),
    ("timeout", "Time limit", "timeout, wait"),
    ("proxy", "Proxy", "proxy, tunnel"),
    ("disabled_headers", "Headers not added", "user-agent, accept-encoding"),
];

/// The headers that are added by themselves and can be turned off.
const ADDED: [&str; 8] = [
    "accept",
    "accept-encoding",
    "cache-control",
    "connection",
    "content-type",
    "host",
    "postman-token",
    "user-agent",
];

fn slot<'a>(settings: &'a mut Settings, name: &str) -> Option<&'a mut Option<bool>> {
    Some(match name {
        "verify_tls" => &mut settings.verify_tls,
        "follow_redirects" => &mut settings.follow_redirects,
        "keep_method" => &mut settings.keep_method,
        "keep_authorization" => &mut settings.keep_authorization,
        "remove_referer" => &mut settings.remove_referer,
        "encode_url" => &mut settings.encode_url,
        "always_send_body" => &mut settings.always_send_body,
        "cookies" => &mut settings.cookies,
        _ => return None,
    })
}

fn word(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

fn field(name: &str, label: &str, help: &str, kind: Kind, value: String, fallback: String) -> Field {
    Field {
        name: name.to_owned(),
        label: label.to_owned(),
        help: help.to_owned(),
        kind,
        value,
        fallback,
        advanced: false,
        usual: String::new(),
    }
}

fn fallback(inherited: Option<String>, default: &str) -> String {
    match inherited {
        Some(value) => format!("{value}, inherited"),
        None => format!("{default}, by default"),
    }
}

/// What is offered in a TLS handshake.
fn of_tls(own: &Settings, parent: &Settings) -> [Field; 2] {
    let words = |words: Vec<String>| Some(words.join(", ")).filter(|words| !words.is_empty());
    let disabled = |settings: &Settings| {
        let versions = settings.disabled_tls.iter().flatten();
        words(versions.map(|version| version.word().to_owned()).collect())
    };
    let suites = |settings: &Settings| words(settings.cipher_suites.clone().unwrap_or_default());
    [
        field(
            "disabled_tls",
            "TLS not spoken",
            "Versions that are not offered: `TLSv1_2` or `TLSv1_3`; older ones never are.",
            Kind::Text,
            disabled(own).unwrap_or_default(),
            fallback(disabled(parent), "TLS 1.2 and 1.3 are offered"),
        ),
        field(
            "cipher_suites",
            "Cipher suites",
            "The only ones to offer, the best first, with commas between them; OpenSSL's names or IANA's.",
            Kind::Text,
            suites(own).unwrap_or_default(),
            fallback(suites(parent), "all that are safe"),
        ),
    ]
}

/// The fields, with what the parents say behind what the item says.
pub fn fields(own: &Settings, parent: &Settings) -> Vec<Field> {
    let (mut own_copy, mut parent_copy) = (own.clone(), parent.clone());
    let mut out: Vec<Field> = SWITCHES
        .iter()
        .map(|(name, label, help, default)| {
            let value = slot(&mut own_copy, name).and_then(|slot| *slot);
            let inherited = slot(&mut parent_copy, name).and_then(|slot| *slot);
            // The first press says what is not so already.
            let first = !inherited.unwrap_or(*default);
            field(
                name,
                label,
                help,
                Kind::Choice(vec!["", word(first), word(!first)]),
                value.map(word).unwrap_or_default().to_owned(),
                fallback(inherited.map(|on| word(on).to_owned()), word(*default)),
            )
        })
        .collect();
    let number = |number: Option<u32>| number.map(|number| number.to_string());
    let version = |version: Option<HttpVersion>| version.map(|version| version.word().to_owned());
    let duration = |duration: Option<Duration>| duration.map(format_duration);
    out.push(field(
        "max_redirects",
        "Most redirects",
        "Give up after so many redirects.",
        Kind::Text,
        number(own.max_redirects).unwrap_or_default(),
        fallback(number(parent.max_redirects), "10"),
    ));
    out.push(field(
        "http_version",
        "HTTP version",
        "What to speak; `auto` takes what the server offers.",
        Kind::Choice(vec!["", "auto", "http1", "http2"]),
        version(own.http_version).unwrap_or_default(),
        fallback(version(parent.http_version), "auto"),
    ));
    out.extend(of_tls(own, parent));
    out.push(field(
        "timeout",
        "Time limit",
        "Give up after so long: `500ms`, `30s`, `2m`; `0` waits for ever.",
        Kind::Text,
        duration(own.timeout).unwrap_or_default(),
        fallback(duration(parent.timeout), "none"),
    ));
    out.push(field(
        "proxy",
        "Proxy",
        "A proxy's URL, or `direct` for none.",
        Kind::Text,
        own.proxy.clone().unwrap_or_default(),
        fallback(parent.proxy.clone(), "as the environment says"),
    ));
    let list = |settings: &Settings| {
        let names: Vec<&str> = settings.disabled_headers.iter().map(String::as_str).collect();
        names.join(", ")
    };
    out.push(field(
        "disabled_headers",
        "Headers not added",
        "Headers that must not be added by themselves, with commas between them.",
        Kind::Text,
        list(own),
        match list(parent) {
            names if names.is_empty() => "all are added".to_owned(),
            names => format!("{names}, inherited"),
        },
    ));
    out
}

/// Takes what was typed; an error says what is wrong with it.
pub fn set(settings: &mut Settings, name: &str, text: &str) -> Result<(), String> {
    let text = text.trim();
    let filled = (!text.is_empty()).then_some(text);
    if let Some(slot) = slot(settings, name) {
        *slot = filled.map(|text| text == "on");
        return Ok(());
    }
    match name {
        "max_redirects" => {
            settings.max_redirects = filled
                .map(|text| text.parse().map_err(|_| format!("`{text}` is not a number")))
                .transpose()?;
        }
        "http_version" => settings.http_version = filled.and_then(HttpVersion::from_word),
        "timeout" => {
            settings.timeout = filled
                .map(|text| {
                    parse_duration(text).ok_or_else(|| format!("`{text}` is not a time: write `500ms`, `30s` or `2m`"))
                })
                .transpose()?;
        }
        "disabled_tls" => {
            let version = |word: &str| {
                let known = TlsVersion::ALL.map(TlsVersion::word);
                TlsVersion::from_word(word)
                    .ok_or_else(|| format!("`{word}` is no version of TLS; there are {}", known.join(", ")))
            };
            let versions = filled.map(|text| list(text).map(version).collect());
            settings.disabled_tls = versions.transpose()?;
        }
        "cipher_suites" => {
            let names: Option<Vec<String>> = filled.map(|text| list(text).map(str::to_owned).collect());
            // A file may hold others; what it holds may stay.
            let old = settings.cipher_suites.as_deref().unwrap_or_default();
            let new: Vec<String> = names
                .iter()
                .flatten()
                .filter(|name| !old.contains(name))
                .cloned()
                .collect();
            if let [name, ..] = offer::unknown(&new)[..] {
                let all = SUITES.map(|suite| suite.openssl).join(", ");
                return Err(format!("`{name}` is none of the cipher suites: {all}"));
            }
            settings.cipher_suites = names;
        }
        "proxy" => settings.proxy = filled.map(str::to_owned),
        "disabled_headers" => {
            let names = text.split(',').map(|name| name.trim().to_ascii_lowercase());
            let names: BTreeSet<String> = names.filter(|name| !name.is_empty()).collect();
            // A file may hold others; what it holds may stay.
            let known = |name: &String| ADDED.contains(&name.as_str()) || settings.disabled_headers.contains(name);
            if let Some(name) = names.iter().find(|name| !known(name)) {
                return Err(format!(
                    "`{name}` is none of those that are added: {}",
                    ADDED.join(", ")
                ));
            }
            settings.disabled_headers = names;
        }
        _ => {}
    }
    Ok(())
}

/// The words of a list with commas.
fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|word| !word.is_empty())
}

/// Writes a duration in the largest unit that loses nothing: `30s`.
pub fn format_duration(duration: Duration) -> String {
    let millis = duration.as_millis();
    match millis {
        0 => "0".to_owned(),
        _ if millis.is_multiple_of(60_000) => format!("{}m", millis / 60_000),
        _ if millis.is_multiple_of(1000) => format!("{}s", millis / 1000),
        _ => format!("{millis}ms"),
    }
}

/// Reads `500ms`, `30s`, `1.5s`, `2m`, `1h`; a number alone is seconds.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let digits = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: f64 = number.parse().ok()?;
    let seconds = match unit.trim() {
        "ms" => number / 1000.0,
        "" | "s" => number,
        "m" | "min" => number * 60.0,
        "h" => number * 3600.0,
        _ => return None,
    };
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn every_field_takes_its_own_value_back() {
        let mut settings = Settings::default();
        for (name, text) in [
            ("verify_tls", "off"),
            ("max_redirects", "3"),
            ("http_version", "http2"),
            ("disabled_tls", "TLSv1_3, SSLv3"),
            ("cipher_suites", "ECDHE-RSA-AES128-GCM-SHA256, TLS_AES_128_GCM_SHA256"),
            ("timeout", "1500ms"),
            ("proxy", "direct"),
            ("disabled_headers", "accept, user-agent"),
        ] {
            set(&mut settings, name, text).unwrap();
            let shown = fields(&settings, &Settings::default());
            let field = shown.iter().find(|field| field.name == name).unwrap();
            assert_eq!(field.value, text);
        }
        for field in fields(&settings, &Settings::default()) {
            set(&mut settings, &field.name, "").unwrap();
        }
        assert_eq!(settings, Settings::default());
    }

    #[test]
    fn every_setting_can_be_looked_for() {
        let fields = fields(&Settings::default(), &Settings::default());
        assert_eq!(fields.len(), SOUGHT.len());
        for field in fields {
            let sought = SOUGHT.iter().find(|(name, ..)| *name == field.name).unwrap();
            assert_eq!(sought.1, field.label);
        }
    }

    #[test]
    fn nonsense_is_refused_with_a_word_about_it() {
        let mut settings = Settings::default();
        assert!(
            set(&mut settings, "max_redirects", "many")
                .unwrap_err()
                .contains("`many`")
        );
        assert!(set(&mut settings, "timeout", "soon").unwrap_err().contains("30s"));
        let error = set(&mut settings, "disabled_headers", "accept, abc").unwrap_err();
        assert!(error.contains("`abc`") && error.contains("user-agent"), "{error}");
        let error = set(&mut settings, "disabled_tls", "TLSv1_3, TLSv2").unwrap_err();
        assert!(error.contains("`TLSv2`") && error.contains("TLSv1_2"), "{error}");
        let error = set(&mut settings, "cipher_suites", "AES128-SHA").unwrap_err();
        assert!(error.contains("`AES128-SHA`") && error.contains("ECDHE-RSA"), "{error}");
        assert_eq!(settings, Settings::default());
    }

    #[test]
    fn what_the_parents_say_stands_behind() {
        let parent = Settings {
            verify_tls: Some(false),
            ..Settings::default()
        };
        let shown = fields(&Settings::default(), &parent);
        assert_eq!(shown[0].fallback, "off, inherited");
        assert_eq!(shown[1].fallback, "on, by default");
    }
}

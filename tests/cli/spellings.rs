//! How a secret may have slipped out, for the tests that look for leaks.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// A secret as it may have slipped out: plain, in a URL or a form, in JSON, in HTML, and in Base64 wherever it begins.
pub fn spellings(secret: &str) -> Vec<String> {
    let percent = |keep: &str| -> String {
        let one = |byte: u8| {
            if byte.is_ascii_alphanumeric() || keep.as_bytes().contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        };
        secret.bytes().map(one).collect()
    };
    let json = serde_json::to_string(secret).unwrap();
    let html = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let mut out = vec![
        secret.to_owned(),
        percent("-._~"),
        percent("-._~").replace("%20", "+"),
        percent("-._~/+=?&'()!*,:;@$"),
        json.trim_matches('"').to_owned(),
        html.replace('"', "&quot;"),
        html.replace('"', "&#34;").replace('\'', "&#39;"),
    ];
    for before in ["", "a", "ab"] {
        let text = format!("{before}{secret}");
        for encoded in [STANDARD_NO_PAD.encode(&text), URL_SAFE_NO_PAD.encode(&text)] {
            // Without the letters that hold bits of what is beside it.
            out.push(encoded[(before.len() * 8).div_ceil(6)..text.len() * 8 / 6].to_owned());
        }
    }
    out.sort_unstable();
    out.dedup();
    out
}

//! How a secret may have slipped out, for the tests that look for leaks.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// A secret as it may have slipped out: plain, in a URL or a form, in JSON, in HTML, in CSV, in Base64 wherever it begins;
/// decoded, read in another charset, its lines in one.
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
    let within = [ascii_json(secret), ascii_json(&ascii_json(secret)), ascii_json(&out[5])];
    out.extend(within.iter().map(|json| json.trim_matches(['\\', '"']).to_owned()));
    out.extend([decoded(secret), decoded(&secret.replace('+', " "))]);
    out.push(secret.replace('"', "\"\""));
    let lines: Vec<&str> = secret.lines().collect();
    out.extend([" ", "", "\r\n"].map(|between| lines.join(between)));
    let mut read = vec![secret.as_bytes().to_vec()];
    if !secret.is_ascii() {
        out.push(secret.bytes().map(char::from).collect());
        let latin = secret.chars().map(|c| u8::try_from(u32::from(c)).ok());
        if let Some(latin) = latin.collect::<Option<Vec<u8>>>() {
            out.push(String::from_utf8_lossy(&latin).into_owned());
            read.push(latin);
        }
    }
    for (before, bytes) in [0, 1, 2]
        .into_iter()
        .flat_map(|before| read.iter().map(move |bytes| (before, bytes)))
    {
        let text = [&b"ab"[..before], bytes].concat();
        for encoded in [STANDARD_NO_PAD.encode(&text), URL_SAFE_NO_PAD.encode(&text)] {
            // Without the letters that hold bits of what is beside it.
            out.push(encoded[(before * 8).div_ceil(6)..text.len() * 8 / 6].to_owned());
        }
    }
    out.sort_unstable();
    out.dedup();
    out
}

/// JSON as many servers write it: in ASCII alone.
fn ascii_json(text: &str) -> String {
    let json = serde_json::to_string(text).unwrap();
    let ascii = |c: char| {
        if c.is_ascii() {
            c.to_string()
        } else {
            format!("\\u{:04x}", u32::from(c))
        }
    };
    json.chars().map(ascii).collect()
}

/// Without its percent signs.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((byte, behind)) = rest.split_first() {
        let digits = behind.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let escaped = digits.and_then(|two| u8::from_str_radix(two, 16).ok());
        let escaped = escaped.filter(|_| *byte == b'%');
        bytes.push(escaped.unwrap_or(*byte));
        rest = if escaped.is_some() { &behind[2..] } else { behind };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

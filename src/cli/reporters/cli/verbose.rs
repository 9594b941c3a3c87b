//! `--verbose`: what went out and came back, as far as a person reads it, and how long each part took.

use crate::cli::output::{Paint, duration, escape, escape_lines, size};
use crate::model::{Exchange, Redactor};

/// How much of a body is shown, in bytes, as newman does.
const CLIP: usize = 2048;

/// The lines under a request's own.
pub fn lines(exchange: &Exchange, redactor: &Redactor, paint: Paint) -> Vec<String> {
    let request = &exchange.request;
    let mut out = Vec::new();
    let shown = |text: &str| escape(&redactor.redact(text));
    for hop in &exchange.hops {
        let url = shown(&hop.url);
        out.push(paint.dim(&format!("{} {url} [{} {}]", hop.method, hop.status, shown(&hop.led()))));
    }
    for (name, value) in &request.headers {
        out.push(paint.dim(&format!("> {}: {}", shown(name), shown(value))));
    }
    out.extend(body("↑", &request.body, request.body_len, redactor, paint));
    if let Some(response) = exchange.response() {
        for (name, value) in &response.headers {
            let value = String::from_utf8_lossy(value);
            out.push(paint.dim(&format!("< {}: {}", shown(name), shown(&value))));
        }
        let len = response.body.len() as u64;
        match response.body.read(0, (8 * CLIP).saturating_add(redactor.reach())) {
            Ok(bytes) => out.extend(body("↓", &bytes, len, redactor, paint)),
            Err(error) => out.push(format!("{} the body cannot be read: {error}", paint.red("!"))),
        }
    }
    let timings = &exchange.timings;
    let parts = [
        ("dns", timings.dns),
        ("connect", timings.connect),
        ("tls", timings.tls),
        ("first byte", timings.first_byte),
        ("download", timings.download),
        ("total", Some(timings.total)),
    ];
    let parts = parts
        .iter()
        .filter_map(|(name, took)| took.map(|took| format!("{name} {}", duration(took))));
    out.push(paint.dim(&parts.collect::<Vec<_>>().join(", ")));
    out
}

fn body(arrow: &str, bytes: &[u8], len: u64, redactor: &Redactor, paint: Paint) -> Vec<String> {
    if bytes.is_empty() {
        return Vec::new();
    }
    // Redacted before it is cut, or the beginning of a secret would stay.
    let window = bytes.len().min((8 * CLIP).saturating_add(redactor.reach()));
    let text = String::from_utf8_lossy(&bytes[..window]);
    let text = redactor.redact_start(&text, 8 * CLIP, (window as u64) < len);
    let cut = text.floor_char_boundary(CLIP);
    let mut out = vec![format!("{} {arrow} {}", paint.dim("┌"), size(len))];
    for line in escape_lines(&text[..cut]).lines() {
        out.push(format!("{} {}", paint.dim("│"), paint.dim(line)));
    }
    if cut < text.len() || (window as u64) < len {
        let rest = format!("(the first {} of {})", size(cut as u64), size(len));
        out.push(format!("{} {rest}", paint.dim("│")));
    }
    out.push(paint.dim("└"));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Secret;

    #[test]
    fn no_half_of_a_secret_stands_where_a_body_is_cut() {
        let secret = "s3cret-".repeat(8);
        let redactor = Redactor::new([Secret::new(secret.as_str())]);
        let paint = Paint(false);
        for before in ["", "x"] {
            let body = format!("{before}{}", secret.repeat(1000));
            let body = &body.as_bytes()[..40_000];
            let lines = super::body("↓", body, body.len() as u64 + 9, &redactor, paint).join("\n");
            assert!(!lines.contains("s3c") && lines.contains("(the first "), "{lines}");
        }
    }
}

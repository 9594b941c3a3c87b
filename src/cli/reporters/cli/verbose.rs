//! `--verbose`: what went out and came back, as far as a person reads it, and how long each part took.

use jiff::Timestamp;

use crate::cli::output::{Paint, escape_lines, size};
use crate::cli::wire;
use crate::model::{Exchange, Redactor};

/// How much of a body is shown, in bytes, as newman does.
const CLIP: usize = 2048;

/// The lines under a request's own.
pub fn lines(exchange: &Exchange, redactor: &Redactor, paint: Paint) -> Vec<String> {
    let request = &exchange.request;
    let mut out = Vec::new();
    // What was sent again for its auth has a line of its own already.
    let way = exchange.hops.iter().filter(|hop| hop.again.is_none());
    out.extend(wire::way(way, redactor, paint));
    out.extend(wire::connection(exchange, Timestamp::now(), paint));
    out.extend(wire::request_headers(exchange, redactor, paint));
    out.extend(body("↑", &request.body, request.body_len, redactor, paint));
    out.extend(wire::response_headers(exchange, redactor, paint));
    if let Some(response) = exchange.response() {
        let len = response.body.len() as u64;
        match response.body.read(0, (8 * CLIP).saturating_add(redactor.reach())) {
            Ok(bytes) => out.extend(body("↓", &bytes, len, redactor, paint)),
            Err(error) => out.push(format!("{} the body cannot be read: {error}", paint.red("!"))),
        }
    }
    out.extend(wire::decoded(exchange, paint));
    out.push(wire::phases(exchange, paint));
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
    let mut out = vec![format!(
        "{} {} {}",
        paint.dim(&paint.sign("┌")),
        paint.sign(arrow),
        size(len)
    )];
    for line in escape_lines(&text[..cut]).lines() {
        out.push(format!("{} {}", paint.dim(&paint.sign("│")), paint.dim(line)));
    }
    if cut < text.len() || (window as u64) < len {
        let rest = format!("(the first {} of {})", size(cut as u64), size(len));
        out.push(format!("{} {rest}", paint.dim(&paint.sign("│"))));
    }
    out.push(paint.dim(&paint.sign("└")));
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
        let paint = Paint::new(false);
        for before in ["", "x"] {
            let body = format!("{before}{}", secret.repeat(1000));
            let body = &body.as_bytes()[..40_000];
            let lines = super::body("↓", body, body.len() as u64 + 9, &redactor, paint).join("\n");
            assert!(!lines.contains("s3c") && lines.contains("(the first "), "{lines}");
        }
    }
}

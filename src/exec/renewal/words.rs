//! Spans of time and servers' reasons, in the words of one line.

use jiff::SignedDuration;
use serde_json::Value;

use crate::model::exchange::Response;

/// The most characters of a server's own words.
const MOST: usize = 200;

/// A larger body is no error's.
const LARGEST: usize = 64 * 1024;

/// How long that is: `0.4 s`, `12 s`, `9 min`, `2 h 5 min`, `3 d`.
pub fn span(time: SignedDuration) -> String {
    let seconds = time.abs().as_secs_f64();
    let whole = time.abs().as_secs();
    match whole {
        0 if seconds == 0.0 => "0 s".to_owned(),
        0..10 => format!("{} s", (seconds * 10.0).round() / 10.0),
        10..120 => format!("{whole} s"),
        // The nearest one: who has just got a token for ten minutes does not read that it is good for nine.
        120..7_200 => format!("{} min", (whole + 30) / 60),
        7_200..172_800 => format!("{} h {} min", whole / 3_600, whole / 60 % 60),
        _ => format!("{} d", whole / 86_400),
    }
}

/// What a reply says is wrong, by `error` and `error_description` (RFC 6749, section 5.2) or what others call them.
pub fn complaint(response: &Response) -> Option<String> {
    if response.body.len() > LARGEST {
        return None;
    }
    let body: Value = response.body.json().ok()?;
    let text = |value: &Value, key: &str| {
        let text = value.get(key)?.as_str()?.trim();
        (!text.is_empty()).then(|| text.to_owned())
    };
    let error = body.get("error").filter(|error| error.is_object()).unwrap_or(&body);
    let code = text(error, "error").or_else(|| text(error, "code"));
    let names = ["error_description", "message", "detail", "Detail", "title", "Title"];
    let more = names.iter().find_map(|name| text(error, name));
    let said = match (code, more) {
        (Some(code), Some(more)) => format!("{code}: {more}"),
        (code, more) => code.or(more)?,
    };
    let mut said: String = said.chars().filter(|c| !c.is_control()).collect();
    if said.ends_with('.') {
        said.pop();
    }
    Some(cut(&said, MOST))
}

/// So many characters of a text. The ellipsis also tells the redactor that the last of them may begin a secret.
pub fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Redactor, Secret};

    #[test]
    fn a_secret_that_is_cut_is_masked_as_one_that_is_not() {
        let redactor = Redactor::new([Secret::new("heron-4711-secret")]);
        let said = format!("{} heron-4711-secret", "x".repeat(MOST - 8));
        let shown = redactor.redact(&cut(&said, MOST));
        assert!(!shown.contains("heron") && shown.ends_with('…'), "{shown}");
        assert_eq!(cut("äö", 2), "äö");
        assert_eq!(cut("äöü", 2), "äö…");
    }

    #[test]
    fn spans_read_as_people_say_them() {
        for (millis, words) in [
            (0, "0 s"),
            (440, "0.4 s"),
            (9_990, "10 s"),
            (12_400, "12 s"),
            (599_000, "10 min"),
            (569_000, "9 min"),
            (-7_500_000, "2 h 5 min"),
            (273_600_000, "3 d"),
        ] {
            assert_eq!(span(SignedDuration::from_millis(millis)), words);
        }
    }
}

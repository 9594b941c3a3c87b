//! JSON bodies: comments out before sending, and GraphQL's envelope, as Postman does it.

use std::borrow::Cow;

/// The text without `//` and `/* */` comments; strings keep theirs, line breaks stay so that error positions hold.
pub(super) fn strip_comments(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let mut out: Option<String> = None;
    let (mut at, mut copied) = (0, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'"' => at = string_end(bytes, at),
            b'/' if matches!(bytes.get(at + 1), Some(b'/' | b'*')) => {
                let end = comment_end(bytes, at);
                let out = out.get_or_insert_with(|| String::with_capacity(text.len()));
                out.push_str(&text[copied..at]);
                out.extend(text[at..end].chars().filter(|c| *c == '\n'));
                at = end;
                copied = end;
            }
            _ => at += 1,
        }
    }
    match out {
        None => Cow::Borrowed(text),
        Some(mut out) => {
            out.push_str(&text[copied..]);
            Cow::Owned(out)
        }
    }
}

/// Behind the closing quote of the string that starts at `at`; an unclosed one ends with the text.
fn string_end(bytes: &[u8], at: usize) -> usize {
    let mut next = at + 1;
    while next < bytes.len() {
        match bytes[next] {
            b'\\' => next += 2,
            b'"' => return next + 1,
            _ => next += 1,
        }
    }
    bytes.len()
}

/// Behind the comment that starts at `at`.
fn comment_end(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at + 2..];
    let found = if bytes[at + 1] == b'/' {
        rest.iter().position(|b| *b == b'\n')
    } else {
        rest.windows(2).position(|pair| pair == b"*/").map(|n| n + 2)
    };
    found.map_or(bytes.len(), |n| at + 2 + n)
}

/// The JSON that a GraphQL operation is sent as; the variables' text goes in as it stands, also one of blanks alone, as in
/// Postman.
pub(super) fn graphql(query: &str, operation_name: Option<&str>, variables: &str) -> String {
    let quote = |text: &str| serde_json::Value::from(text).to_string();
    let mut out = format!("{{\"query\":{}", quote(query));
    if let Some(name) = operation_name {
        out.push_str(",\"operationName\":");
        out.push_str(&quote(name));
    }
    if !variables.is_empty() {
        out.push_str(",\"variables\":");
        out.push_str(variables);
    }
    out.push('}');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_go_and_strings_stay() {
        let text = "{ // one\n \"a\": \"http://x/*no*/\", /* two\n lines */ \"b\\\"//\": 1 }";
        assert_eq!(
            strip_comments(text),
            "{ \n \"a\": \"http://x/*no*/\", \n \"b\\\"//\": 1 }"
        );
        assert!(matches!(strip_comments("{\"a\": 1/2}"), Cow::Borrowed(_)));
        assert_eq!(strip_comments("1 /* open"), "1 ");
        assert_eq!(strip_comments("\"open // "), "\"open // ");
        assert_eq!(strip_comments("ü//ü\nü"), "ü\nü");
    }

    #[test]
    fn graphql_is_an_envelope_with_the_variables_verbatim() {
        assert_eq!(graphql("{ a }", None, ""), r#"{"query":"{ a }"}"#);
        assert_eq!(
            graphql("{ a }", Some(""), " "),
            r#"{"query":"{ a }","operationName":"","variables": }"#
        );
        assert_eq!(
            graphql("q \"x\"", Some("Op"), r#"{ "n": 1 }"#),
            r#"{"query":"q \"x\"","operationName":"Op","variables":{ "n": 1 }}"#
        );
    }
}

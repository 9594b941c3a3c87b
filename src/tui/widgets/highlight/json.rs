//! JSON, plus the comments Postman strips from bodies, plus bare `{{variables}}` as values.

use super::{LineState, Token, TokenKind, scan::Scan, variables};

/// Lexes one line of JSON.
pub(super) fn lex(line: &str, state: LineState, tokens: &mut Vec<Token>) -> LineState {
    let mut scan = Scan::new(line, tokens);
    if state == LineState::Comment && !scan.comment(0, "*/") {
        return LineState::Comment;
    }
    while let Some(next) = scan.peek() {
        let start = scan.at;
        match next {
            '"' => {
                let kind = if is_key(line, start) {
                    TokenKind::Key
                } else {
                    TokenKind::String
                };
                scan.bump();
                scan.string(start, '"', kind);
            }
            '-' | '0'..='9' => scan.number(),
            '/' if scan.starts_with("//") => scan.all(TokenKind::Comment),
            '/' if scan.starts_with("/*") => {
                scan.at += 2;
                if !scan.comment(start, "*/") {
                    return LineState::Comment;
                }
            }
            '{' if scan.starts_with("{{") && !scan.starts_with("{{{") => {
                match variables::close_after(line, start + 2) {
                    Some((_, end)) => scan.at = end,
                    None => scan.punctuation(),
                }
            }
            '{' | '}' | '[' | ']' | ',' | ':' => scan.punctuation(),
            _ if next.is_alphabetic() => {
                let word = scan.take_while(char::is_alphanumeric);
                let known = matches!(word, "true" | "false" | "null");
                scan.push(start, if known { TokenKind::Constant } else { TokenKind::Invalid });
            }
            _ => {
                scan.bump();
            }
        }
    }
    LineState::Normal
}

/// Says whether the string that starts here is followed by a colon.
fn is_key(line: &str, start: usize) -> bool {
    let bytes = line.as_bytes();
    let mut at = start + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => {
                return line
                    .get(at + 1..)
                    .is_some_and(|rest| rest.trim_start().starts_with(':'));
            }
            _ => at += 1,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::super::{Syntax, tests::show};

    #[test]
    fn keys_values_and_escapes() {
        assert_eq!(
            show(Syntax::Json, r#"{"a\n" : -1.5e+3, "b": "x\u00e9y", "c": [true, nil]}"#),
            [
                "Punctuation:{",
                "Key:\"a",
                "Escape:\\n",
                "Key:\"",
                "Punctuation::",
                "Number:-1.5e+3",
                "Punctuation:,",
                "Key:\"b\"",
                "Punctuation::",
                "String:\"x",
                "Escape:\\u00e9",
                "String:y\"",
                "Punctuation:,",
                "Key:\"c\"",
                "Punctuation::",
                "Punctuation:[",
                "Constant:true",
                "Punctuation:,",
                "Invalid:nil",
                "Punctuation:]",
                "Punctuation:}",
            ]
        );
    }

    #[test]
    fn comments_and_variables() {
        assert_eq!(
            show(Syntax::Json, "/* a\nb */ 1 // c\n{{id}} {{"),
            [
                "Comment:/* a",
                "Comment:b */",
                "Number:1",
                "Comment:// c",
                "Punctuation:{",
                "Punctuation:{"
            ]
        );
    }

    #[test]
    fn an_open_string_ends_with_its_line() {
        assert_eq!(show(Syntax::Json, "\"a\n1"), ["String:\"a", "Number:1"]);
    }
}

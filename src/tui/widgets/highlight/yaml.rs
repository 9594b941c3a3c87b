//! YAML, as far as one line tells: keys, strings, numbers, comments, anchors and tags.

use super::{LineState, Token, TokenKind, scan::Scan};

/// Lexes one line of YAML.
pub(super) fn lex(line: &str, _state: LineState, tokens: &mut Vec<Token>) -> LineState {
    let mut scan = Scan::new(line, tokens);
    if line.starts_with("---") || line.starts_with("...") || line.starts_with('%') {
        scan.all(TokenKind::Keyword);
        return LineState::Normal;
    }
    // Whether something that ends a plain word stands before.
    let mut fresh = true;
    while let Some(next) = scan.peek() {
        let start = scan.at;
        match next {
            ' ' | '\t' => {
                scan.bump();
                fresh = true;
                continue;
            }
            '#' if fresh => scan.all(TokenKind::Comment),
            '"' | '\'' if fresh => {
                scan.bump();
                let kind = TokenKind::String;
                if next == '"' {
                    scan.string(start, next, kind);
                } else {
                    scan.take_through("'");
                    scan.push(start, kind);
                }
            }
            '&' | '*' | '!' if fresh => {
                scan.take_while(|next| !next.is_whitespace() && next != ',');
                let kind = if next == '!' {
                    TokenKind::Type
                } else {
                    TokenKind::Variable
                };
                scan.push(start, kind);
            }
            '-' | '?' | ':' | '|' | '>' | '{' | '}' | '[' | ']' | ','
                if fresh && ends(scan.rest()) || "{}[],".contains(next) =>
            {
                scan.punctuation();
                fresh = true;
                continue;
            }
            _ => word(&mut scan),
        }
        fresh = false;
    }
    LineState::Normal
}

/// Whether a mark stands alone.
fn ends(rest: &str) -> bool {
    rest.chars()
        .nth(1)
        .is_none_or(|next| next.is_whitespace() || matches!(next, '-' | '+' | '0'..='9'))
}

/// Takes a plain word or sentence: a key if a colon follows it.
fn word(scan: &mut Scan<'_>) {
    let start = scan.at;
    let rest = scan.rest();
    // What ends it comes first: a line may be one list of thousands of words.
    let flow = rest.find([',', ']', '}']).unwrap_or(rest.len());
    let own = &rest[..flow];
    let comment = own.find(" #").unwrap_or(flow);
    let last = own.strip_suffix(':').filter(|_| flow == rest.len()).map(str::len);
    let colon = own.find(": ").or(last);
    if let Some(colon) = colon.filter(|colon| *colon < comment) {
        scan.at += colon;
        scan.push(start, TokenKind::Key);
        scan.punctuation();
        return;
    }
    let end = comment.max(rest.chars().next().map_or(0, char::len_utf8));
    scan.at += end;
    let text = rest[..end].trim_end();
    let kind = match text {
        "true" | "false" | "null" | "~" | "yes" | "no" => Some(TokenKind::Constant),
        _ if text.starts_with(|first: char| first.is_ascii_digit() || first == '-') && text.parse::<f64>().is_ok() => {
            Some(TokenKind::Number)
        }
        _ => Some(TokenKind::String),
    };
    if let Some(kind) = kind {
        scan.push(start, kind);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Syntax, tests::show};

    #[test]
    fn keys_and_values_are_told_apart() {
        assert_eq!(
            show(
                Syntax::Yaml,
                "---\na b: text # c\n- x: [1, true]\n  'q': &id \"s\"\n  u: http://h:1/#x"
            ),
            [
                "Keyword:---",
                "Key:a b",
                "Punctuation::",
                "String:text",
                "Comment:# c",
                "Punctuation:-",
                "Key:x",
                "Punctuation::",
                "Punctuation:[",
                "Number:1",
                "Punctuation:,",
                "Constant:true",
                "Punctuation:]",
                "String:'q'",
                "Punctuation::",
                "Variable:&id",
                "String:\"s\"",
                "Key:u",
                "Punctuation::",
                "String:http://h:1/#x"
            ]
        );
    }
}

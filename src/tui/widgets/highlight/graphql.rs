//! GraphQL queries and schemas: block strings go over lines, everything else ends with its line.

use super::{
    LineState, Token, TokenKind,
    scan::{Scan, in_name, starts_name},
};

const KEYWORDS: &[&str] = &[
    "query",
    "mutation",
    "subscription",
    "fragment",
    "on",
    "schema",
    "scalar",
    "type",
    "interface",
    "union",
    "enum",
    "input",
    "directive",
    "extend",
    "implements",
    "repeatable",
];

/// Lexes one line of GraphQL.
pub(super) fn lex(line: &str, state: LineState, tokens: &mut Vec<Token>) -> LineState {
    let mut scan = Scan::new(line, tokens);
    if state == LineState::BlockString && !block(&mut scan, 0) {
        return LineState::BlockString;
    }
    while let Some(next) = scan.peek() {
        let start = scan.at;
        match next {
            '#' => scan.all(TokenKind::Comment),
            '"' if scan.starts_with("\"\"\"") => {
                scan.at += 3;
                if !block(&mut scan, start) {
                    return LineState::BlockString;
                }
            }
            '"' => {
                scan.bump();
                scan.string(start, '"', TokenKind::String);
            }
            '-' | '0'..='9' => scan.number(),
            '$' | '@' => {
                scan.bump();
                scan.take_while(in_name);
                scan.push(
                    start,
                    if next == '$' {
                        TokenKind::Variable
                    } else {
                        TokenKind::Function
                    },
                );
            }
            _ if starts_name(next) => word(&mut scan),
            _ if next.is_ascii_punctuation() => scan.punctuation(),
            _ => {
                scan.bump();
            }
        }
    }
    LineState::Normal
}

/// Takes a block string up to its closing quotes and says whether they were found.
fn block(scan: &mut Scan<'_>, start: usize) -> bool {
    let ended = scan.take_through("\"\"\"");
    scan.push(start, TokenKind::String);
    ended
}

/// Takes a name; only arguments, types and words of the language are coloured, fields stay plain.
fn word(scan: &mut Scan<'_>) {
    let start = scan.at;
    let word = scan.take_while(in_name);
    let kind = match word {
        "true" | "false" | "null" => TokenKind::Constant,
        _ if scan.rest().trim_start().starts_with(':') => TokenKind::Key,
        _ if KEYWORDS.contains(&word) => TokenKind::Keyword,
        _ if word.starts_with(char::is_uppercase) => TokenKind::Type,
        _ => return,
    };
    scan.push(start, kind);
}

#[cfg(test)]
mod tests {
    use super::super::{Syntax, tests::show};

    #[test]
    fn a_query() {
        let tokens = show(
            Syntax::GraphQl,
            "query Q($id: ID!) { user(id: $id) @skip { name } } # x",
        );
        let shown: Vec<_> = tokens
            .iter()
            .filter(|token| !token.starts_with("Punct"))
            .map(String::as_str)
            .collect();
        assert_eq!(
            shown,
            [
                "Keyword:query",
                "Type:Q",
                "Variable:$id",
                "Type:ID",
                "Key:id",
                "Variable:$id",
                "Function:@skip",
                "Comment:# x",
            ]
        );
    }

    #[test]
    fn block_strings_go_over_lines() {
        assert_eq!(
            show(Syntax::GraphQl, "\"\"\"a\n\"b\"\nc\"\"\" 1"),
            ["String:\"\"\"a", "String:\"b\"", "String:c\"\"\"", "Number:1"]
        );
    }
}

//! CSS: selectors, properties and values told apart by where they stand.

use super::{LineState, Token, TokenKind, scan::Scan};

/// Lexes one line of CSS.
pub(super) fn lex(line: &str, state: LineState, tokens: &mut Vec<Token>) -> LineState {
    let mut scan = Scan::new(line, tokens);
    if state == LineState::Comment && !scan.comment(0, "*/") {
        return LineState::Comment;
    }
    // Behind a colon that belongs to a property.
    let mut value = false;
    while let Some(next) = scan.peek() {
        let start = scan.at;
        match next {
            '/' if scan.starts_with("/*") => {
                scan.at += 2;
                if !scan.comment(start, "*/") {
                    return LineState::Comment;
                }
            }
            '"' | '\'' => {
                scan.bump();
                scan.string(start, next, TokenKind::String);
            }
            '@' => {
                scan.bump();
                scan.take_while(in_word);
                scan.push(start, TokenKind::Keyword);
            }
            '#' if value => {
                scan.bump();
                scan.take_while(|next| next.is_ascii_hexdigit());
                scan.push(start, TokenKind::Number);
            }
            '0'..='9' if value => {
                scan.take_while(|next| next.is_ascii_alphanumeric() || matches!(next, '.' | '%'));
                scan.push(start, TokenKind::Number);
            }
            '{' | '}' | ';' | '(' | ')' | ',' | '>' => {
                value &= !matches!(next, '{' | '}' | ';');
                scan.punctuation();
            }
            ':' => {
                value = true;
                scan.punctuation();
            }
            '!' if value => {
                scan.bump();
                scan.take_while(in_word);
                scan.push(start, TokenKind::Keyword);
            }
            _ if in_word(next) || matches!(next, '.' | '#') => {
                scan.bump();
                scan.take_while(in_word);
                let rest = scan.rest().trim_start();
                // `a:hover {` is a selector, `a:hover;` is not: a brace on the line tells.
                let property = rest.starts_with(':') && !rest.contains('{');
                let kind = match () {
                    () if value && rest.starts_with('(') => Some(TokenKind::Function),
                    () if value => None,
                    () if property => Some(TokenKind::Key),
                    () => Some(TokenKind::Type),
                };
                if let Some(kind) = kind {
                    scan.push(start, kind);
                }
            }
            _ => {
                scan.bump();
            }
        }
    }
    LineState::Normal
}

fn in_word(next: char) -> bool {
    next.is_alphanumeric() || matches!(next, '-' | '_')
}

#[cfg(test)]
mod tests {
    use super::super::{Syntax, tests::show};

    #[test]
    fn selectors_properties_and_values() {
        assert_eq!(
            show(
                Syntax::Css,
                "@media print {\n.a {\n  color: #fff; /* x\ny */ width: calc(1px)\n"
            ),
            [
                "Keyword:@media",
                "Type:print",
                "Punctuation:{",
                "Type:.a",
                "Punctuation:{",
                "Key:color",
                "Punctuation::",
                "Number:#fff",
                "Punctuation:;",
                "Comment:/* x",
                "Comment:y */",
                "Key:width",
                "Punctuation::",
                "Function:calc",
                "Punctuation:(",
                "Number:1px",
                "Punctuation:)"
            ]
        );
    }
}

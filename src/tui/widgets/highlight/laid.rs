//! What the viewer of bodies lays out itself: rows of tables, and events of a stream.

use super::{LineState, Token, TokenKind, json, scan::Scan};

/// What stands between two cells of a row.
pub const CELL: &str = " │ ";
/// What an event begins with.
pub const EVENT: &str = "● ";

/// Lexes a row of a table.
pub(super) fn table(line: &str, tokens: &mut Vec<Token>) -> LineState {
    let mut scan = Scan::new(line, tokens);
    let mut column = 0;
    while scan.peek().is_some() {
        let start = scan.at;
        let end = scan.rest().find(CELL).unwrap_or(scan.rest().len());
        let cell = &scan.rest()[..end];
        scan.at += end;
        let number = cell.trim().bytes().all(|byte| b"0123456789.,-+eE%".contains(&byte));
        match () {
            () if number => scan.push(start, TokenKind::Number),
            () if column == 0 => scan.push(start, TokenKind::Key),
            () => {}
        }
        let bar = scan.at;
        if !scan.rest().is_empty() {
            scan.at += CELL.len();
            scan.push(bar, TokenKind::Comment);
        }
        column += 1;
    }
    LineState::Normal
}

/// Lexes a line of an event.
pub(super) fn events(line: &str, tokens: &mut Vec<Token>) -> LineState {
    if let Some(data) = line.strip_prefix("  ") {
        return match data.trim_start().bytes().next() {
            Some(b'{' | b'[' | b'}' | b']' | b'"' | b'0'..=b'9' | b'-') => json::lex(line, LineState::Normal, tokens),
            _ => LineState::Normal,
        };
    }
    let mut scan = Scan::new(line, tokens);
    if !scan.starts_with(EVENT) {
        scan.all(TokenKind::Comment);
        return LineState::Normal;
    }
    scan.at = EVENT.len();
    scan.push(0, TokenKind::Constant);
    let start = scan.at;
    let time = scan.take_while(|next| next.is_ascii_digit() || matches!(next, ':' | '.'));
    if time.len() == "12:00:00.000".len() {
        scan.push(start, TokenKind::Comment);
    } else {
        scan.at = start;
    }
    let start = scan.at;
    let end = scan.rest().rfind("  ").filter(|end| *end > 0);
    scan.at += end.unwrap_or(scan.rest().len());
    scan.push(start, TokenKind::Key);
    scan.all(TokenKind::Comment);
    LineState::Normal
}

#[cfg(test)]
mod tests {
    use super::super::{Syntax, tests::show};

    #[test]
    fn rows_and_events_have_their_parts() {
        assert_eq!(
            show(Syntax::Table, "ab │   1 │ x"),
            ["Key:ab", "Comment: │ ", "Number:  1", "Comment: │ "]
        );
        assert_eq!(
            show(Syntax::Events, "● 12:00:01.250  tick  #7\n  {\"a\":1}\n: hello"),
            [
                "Constant:● ",
                "Comment:12:00:01.250",
                "Key:  tick",
                "Comment:  #7",
                "Punctuation:{",
                "Key:\"a\"",
                "Punctuation::",
                "Number:1",
                "Punctuation:}",
                "Comment:: hello"
            ]
        );
    }
}

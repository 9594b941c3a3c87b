//! XML and HTML: tags, attributes, entities, comments and CDATA, all of which may go over lines.

use super::{LineState, Token, TokenKind, scan::Scan};

/// Lexes one line of XML or HTML.
pub(super) fn lex(line: &str, state: LineState, tokens: &mut Vec<Token>) -> LineState {
    let mut scan = Scan::new(line, tokens);
    let mut state = state;
    while scan.peek().is_some() {
        state = match state {
            LineState::Comment => {
                let start = scan.at;
                if scan.comment(start, "-->") {
                    LineState::Normal
                } else {
                    LineState::Comment
                }
            }
            LineState::Cdata => {
                let start = scan.at;
                let ended = scan.take_through("]]>");
                scan.push(start, TokenKind::String);
                if ended { LineState::Normal } else { LineState::Cdata }
            }
            LineState::TagString(quote) => {
                let start = scan.at;
                let ended = scan.take_through(quote.encode_utf8(&mut [0; 4]));
                scan.push(start, TokenKind::String);
                if ended { LineState::Tag } else { state }
            }
            LineState::Tag => tag(&mut scan),
            _ => text(&mut scan),
        };
    }
    state
}

/// Takes one piece of text, or the start of whatever follows it.
fn text(scan: &mut Scan<'_>) -> LineState {
    scan.take_while(|next| !matches!(next, '<' | '&'));
    let start = scan.at;
    if scan.starts_with("<!--") {
        scan.at += 4;
        return if scan.comment(start, "-->") {
            LineState::Normal
        } else {
            LineState::Comment
        };
    }
    if scan.starts_with("<![CDATA[") {
        scan.at += 9;
        scan.push(start, TokenKind::Punctuation);
        return LineState::Cdata;
    }
    match scan.bump() {
        Some('&') => {
            scan.take_while(|next| next.is_ascii_alphanumeric() || next == '#');
            if scan.peek() == Some(';') {
                scan.bump();
                scan.push(start, TokenKind::Escape);
            } else {
                scan.push(start, TokenKind::Invalid);
            }
            LineState::Normal
        }
        Some('<') => {
            scan.take_while(|next| matches!(next, '/' | '?' | '!'));
            scan.push(start, TokenKind::Punctuation);
            let name = scan.at;
            scan.take_while(in_name);
            scan.push(name, TokenKind::Type);
            if scan.at > name {
                LineState::Tag
            } else {
                LineState::Normal
            }
        }
        _ => LineState::Normal,
    }
}

/// Takes one piece of a tag.
fn tag(scan: &mut Scan<'_>) -> LineState {
    let start = scan.at;
    match scan.peek() {
        Some(quote @ ('"' | '\'')) => {
            scan.bump();
            let ended = scan.take_through(quote.encode_utf8(&mut [0; 4]));
            scan.push(start, TokenKind::String);
            if ended {
                LineState::Tag
            } else {
                LineState::TagString(quote)
            }
        }
        Some('>') => {
            scan.punctuation();
            LineState::Normal
        }
        Some('=' | '/' | '?') => {
            scan.punctuation();
            LineState::Tag
        }
        Some(next) if in_name(next) => {
            scan.take_while(in_name);
            let value = scan.line[..start].ends_with('=');
            scan.push(start, if value { TokenKind::String } else { TokenKind::Key });
            LineState::Tag
        }
        Some('<') => LineState::Normal,
        _ => {
            scan.bump();
            LineState::Tag
        }
    }
}

fn in_name(next: char) -> bool {
    next.is_alphanumeric() || matches!(next, '_' | '-' | ':' | '.')
}

#[cfg(test)]
mod tests {
    use super::super::{Syntax, tests::show};

    #[test]
    fn tags_attributes_and_entities() {
        assert_eq!(
            show(Syntax::Xml, "<a b=\"c\" d>x &amp; & y</a>"),
            [
                "Punctuation:<",
                "Type:a",
                "Key:b",
                "Punctuation:=",
                "String:\"c\"",
                "Key:d",
                "Punctuation:>",
                "Escape:&amp;",
                "Invalid:&",
                "Punctuation:</",
                "Type:a",
                "Punctuation:>",
            ]
        );
    }

    #[test]
    fn everything_may_go_over_lines() {
        assert_eq!(
            show(Syntax::Xml, "<!-- a\nb --><x\ny='1\n2'/><![CDATA[<\nz]]>t"),
            [
                "Comment:<!-- a",
                "Comment:b -->",
                "Punctuation:<",
                "Type:x",
                "Key:y",
                "Punctuation:=",
                "String:'1",
                "String:2'",
                "Punctuation:/",
                "Punctuation:>",
                "Punctuation:<![CDATA[",
                "String:<",
                "String:z]]>",
            ]
        );
    }

    #[test]
    fn a_lone_bracket_is_text() {
        assert_eq!(show(Syntax::Xml, "a < b"), ["Punctuation:<"]);
    }
}

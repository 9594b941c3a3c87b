//! XML and HTML: tags, attributes, entities, comments and CDATA, all of which may go over lines.

use super::{LineState, Token, TokenKind, scan::Scan};

/// Lexes one line of XML or HTML.
pub(super) fn lex(line: &str, html: bool, state: LineState, tokens: &mut Vec<Token>) -> LineState {
    let mut scan = Scan::new(line, tokens);
    let mut state = state;
    // The end of the element whose tag is open, if all in it is text.
    let mut raw = None;
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
            LineState::Raw(end) => {
                let rest = &line.as_bytes()[scan.at..];
                let found = rest
                    .windows(end.len())
                    .position(|part| part.eq_ignore_ascii_case(end.as_bytes()));
                scan.at = found.map_or(line.len(), |at| scan.at + at);
                if found.is_some() { LineState::Normal } else { state }
            }
            LineState::Tag => match (tag(&mut scan), raw) {
                (LineState::Normal, Some(end)) if line[..scan.at].ends_with('>') => {
                    raw = None;
                    if line[..scan.at].ends_with("/>") {
                        LineState::Normal
                    } else {
                        LineState::Raw(end)
                    }
                }
                (state, _) => state,
            },
            _ => {
                let state = text(&mut scan);
                raw = opens_raw(&line[..scan.at]).filter(|_| html && state == LineState::Tag);
                state
            }
        };
    }
    state
}

/// The end of an element of HTML that begins where the text ends, if all in it is text: what compares in a script opens no
/// tags.
fn opens_raw(text: &str) -> Option<&'static str> {
    let (_, name) = text.rsplit_once('<')?;
    let all = [("script", "</script"), ("style", "</style")];
    let found = all.into_iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
    found.map(|(_, end)| end)
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
    use super::super::{LineState, Syntax, TokenKind, tests::show};

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
    fn what_a_script_compares_opens_no_tags() {
        let tags = |line: &str, state: LineState| {
            let mut tokens = Vec::new();
            let state = super::lex(line, true, state, &mut tokens);
            let names = tokens.iter().filter(|token| token.kind == TokenKind::Type);
            let names: Vec<&str> = names.map(|token| &line[token.range.clone()]).collect();
            (names.join(" "), state)
        };
        let script = "<p>é<script src='>'>a<b && c>d; \"</div>\"</SCRIPT><i>";
        assert_eq!(
            tags(script, LineState::Normal),
            ("p script SCRIPT i".to_owned(), LineState::Normal)
        );
        let open = LineState::Raw("</style");
        assert_eq!(tags("<style>a > b {", LineState::Normal), ("style".to_owned(), open));
        assert_eq!(tags("x<y", open), (String::new(), open));
        assert_eq!(tags("}</style ><b>", open), ("style b".to_owned(), LineState::Normal));
        // HTML minds no case; XML has elements of these names that are others.
        assert_eq!(tags("<STYLE>a<b {", LineState::Normal), ("STYLE".to_owned(), open));
        let other = show(Syntax::Xml, "<group><b/></group>").join(" ");
        assert_eq!(
            show(Syntax::Xml, "<style><b/></style>").join(" "),
            other.replace("group", "style")
        );
        assert_eq!(
            tags("<script/><b>", LineState::Normal),
            ("script b".to_owned(), LineState::Normal)
        );
    }

    #[test]
    fn a_lone_bracket_is_text() {
        assert_eq!(show(Syntax::Xml, "a < b"), ["Punctuation:<"]);
    }
}

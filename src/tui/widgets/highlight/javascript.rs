//! JavaScript, as far as colours need it: templates over lines, and regular expressions told from divisions.

use super::{
    LineState, Token, TokenKind,
    scan::{Scan, in_name, starts_name},
};

const KEYWORDS: &[&str] = &[
    "as",
    "async",
    "await",
    "break",
    "case",
    "catch",
    "class",
    "const",
    "continue",
    "debugger",
    "default",
    "delete",
    "do",
    "else",
    "export",
    "extends",
    "finally",
    "for",
    "from",
    "function",
    "if",
    "import",
    "in",
    "instanceof",
    "let",
    "new",
    "of",
    "return",
    "static",
    "super",
    "switch",
    "this",
    "throw",
    "try",
    "typeof",
    "var",
    "void",
    "while",
    "with",
    "yield",
];
const CONSTANTS: &[&str] = &["true", "false", "null", "undefined", "NaN", "Infinity"];

/// Bytes in which the end of a regular expression is looked for, so that a line full of slashes costs no more.
const LONGEST_REGEX: usize = 512;

/// Lexes one line of JavaScript.
pub(super) fn lex(line: &str, state: LineState, tokens: &mut Vec<Token>) -> LineState {
    let mut scan = Scan::new(line, tokens);
    // Braces open within the `${…}` of a template, while in one.
    let mut code: Option<u8> = None;
    match state {
        LineState::Comment if !scan.comment(0, "*/") => return LineState::Comment,
        LineState::Template => match template(&mut scan, 0) {
            Template::Ended => {}
            Template::Code => code = Some(0),
            Template::Open => return LineState::Template,
        },
        LineState::TemplateCode(braces) => code = Some(braces),
        _ => {}
    }
    // Whether a slash here would start a regular expression rather than divide.
    let mut operand = true;
    while let Some(next) = scan.peek() {
        let start = scan.at;
        match next {
            '/' if scan.starts_with("//") => {
                scan.all(TokenKind::Comment);
                break;
            }
            '/' if scan.starts_with("/*") => {
                scan.at += 2;
                if !scan.comment(start, "*/") {
                    return LineState::Comment;
                }
            }
            '/' if operand && regex(&mut scan) => operand = false,
            '"' | '\'' => {
                scan.bump();
                scan.string(start, next, TokenKind::String);
                operand = false;
            }
            '`' => {
                scan.bump();
                match (template(&mut scan, start), code) {
                    (Template::Ended, _) => operand = false,
                    (Template::Open, _) => return LineState::Template,
                    // One level is tracked; a template within a template's code keeps the outer level.
                    (Template::Code, _) => (code, operand) = (Some(0), true),
                }
            }
            '0'..='9' => {
                scan.number();
                operand = false;
            }
            _ if starts_name(next) => operand = word(&mut scan),
            '}' if code == Some(0) => {
                scan.punctuation();
                code = None;
                let at = scan.at;
                match template(&mut scan, at) {
                    Template::Ended => operand = false,
                    Template::Code => (code, operand) = (Some(0), true),
                    Template::Open => return LineState::Template,
                }
            }
            _ if next.is_whitespace() => {
                scan.bump();
            }
            _ if next.is_ascii_punctuation() => {
                code = match (code, next) {
                    (Some(braces), '{') => Some(braces.saturating_add(1)),
                    (Some(braces), '}') => Some(braces - 1),
                    (code, _) => code,
                };
                scan.punctuation();
                operand = !matches!(next, ')' | ']' | '}');
            }
            _ => {
                scan.bump();
            }
        }
    }
    code.map_or(LineState::Normal, LineState::TemplateCode)
}

/// Takes a name and says whether an operand must follow it.
fn word(scan: &mut Scan<'_>) -> bool {
    let start = scan.at;
    let member = scan.line[..start].ends_with('.');
    let word = scan.take_while(in_name);
    let called = scan.rest().trim_start().starts_with('(');
    let kind = match word {
        _ if member && called => Some(TokenKind::Function),
        _ if member => None,
        _ if KEYWORDS.contains(&word) => Some(TokenKind::Keyword),
        _ if CONSTANTS.contains(&word) => Some(TokenKind::Constant),
        _ if called => Some(TokenKind::Function),
        _ if word.starts_with(char::is_uppercase) => Some(TokenKind::Type),
        _ => None,
    };
    if let Some(kind) = kind {
        scan.push(start, kind);
    }
    kind == Some(TokenKind::Keyword) && !matches!(word, "this" | "super")
}

/// Takes a regular expression if one ends on this line.
fn regex(scan: &mut Scan<'_>) -> bool {
    let start = scan.at;
    let mut class = false;
    let mut escaped = false;
    let body = &scan.rest()[1..];
    let body = &body[..body.floor_char_boundary(LONGEST_REGEX)];
    let close = body.find(|next| {
        let plain = !std::mem::take(&mut escaped);
        match next {
            '\\' if plain => escaped = true,
            '[' if plain => class = true,
            ']' if plain => class = false,
            '/' if plain && !class => return true,
            _ => {}
        }
        false
    });
    let Some(close) = close else {
        return false;
    };
    scan.at += close + 2;
    scan.take_while(|next| next.is_ascii_alphabetic());
    scan.push(start, TokenKind::String);
    true
}

enum Template {
    /// The closing backtick was found.
    Ended,
    /// A `${` was taken.
    Code,
    /// The line ended first.
    Open,
}

/// Takes the text of a template up to its end or the next `${`.
fn template(scan: &mut Scan<'_>, start: usize) -> Template {
    while let Some(next) = scan.bump() {
        match next {
            '\\' => {
                scan.bump();
            }
            '`' => {
                scan.push(start, TokenKind::String);
                return Template::Ended;
            }
            '$' if scan.peek() == Some('{') => {
                scan.at -= 1;
                scan.push(start, TokenKind::String);
                let open = scan.at;
                scan.at += 2;
                scan.push(open, TokenKind::Punctuation);
                return Template::Code;
            }
            _ => {}
        }
    }
    scan.push(start, TokenKind::String);
    Template::Open
}

#[cfg(test)]
mod tests {
    use super::super::{Syntax, tests::show};

    fn kinds(text: &str) -> String {
        show(Syntax::JavaScript, text)
            .into_iter()
            .filter(|token| !token.starts_with("Punct"))
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn words_calls_and_members() {
        assert_eq!(
            kinds("const a = pm.response.json().new; if (x) return null; test(URL)"),
            "Keyword:const Function:json Keyword:if Keyword:return Constant:null Function:test Type:URL"
        );
    }

    #[test]
    fn a_regex_is_not_a_division() {
        assert_eq!(kinds("a = b / c / 2"), "Number:2");
        assert_eq!(kinds(r"x.match(/[/]\/\w+/gi)"), r"Function:match String:/[/]\/\w+/gi");
        assert_eq!(kinds("return /x/"), "Keyword:return String:/x/");
        assert_eq!(kinds("a = /open"), "");
    }

    #[test]
    fn templates_go_over_lines_and_hold_code() {
        assert_eq!(
            kinds("`a ${b({c: 1})} d\ne` + 2"),
            "String:`a  Function:b Number:1 String: d String:e` Number:2"
        );
        assert_eq!(
            kinds("`${\n1\n}x` /* a\nb */ 2"),
            "String:` Number:1 String:x` Comment:/* a Comment:b */ Number:2"
        );
    }
}

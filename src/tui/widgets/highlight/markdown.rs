//! Markdown as it is written: headings, lists, quotes, code, emphasis and links stand out.

use super::{LineState, Token, TokenKind, scan::Scan};

/// Lexes one line of Markdown.
pub(super) fn lex(line: &str, state: LineState, tokens: &mut Vec<Token>) -> LineState {
    let mut scan = Scan::new(line, tokens);
    let bare = line.trim_start();
    let fence = bare.starts_with("```") || bare.starts_with("~~~");
    if state == LineState::Template || fence {
        // The text of a fence is as literal as that of a template.
        scan.all(if fence {
            TokenKind::Punctuation
        } else {
            TokenKind::String
        });
        return if fence == (state == LineState::Template) {
            LineState::Normal
        } else {
            LineState::Template
        };
    }
    let level = bare.len() - bare.trim_start_matches('#').len();
    if (1..=6).contains(&level) && bare[level..].starts_with([' ', '\t']) {
        scan.all(TokenKind::Keyword);
        return LineState::Normal;
    }
    scan.take_while(char::is_whitespace);
    let start = scan.at;
    if bare.len() > 2
        && bare
            .trim_end()
            .chars()
            .all(|next| matches!(next, '-' | '=' | '*' | '_' | '|' | ' ' | ':'))
    {
        scan.all(TokenKind::Punctuation);
        return LineState::Normal;
    }
    if [">", "- ", "* ", "+ "].iter().any(|mark| bare.starts_with(mark)) {
        scan.punctuation();
    } else {
        let digits = scan.take_while(|next| next.is_ascii_digit());
        if !digits.is_empty() && (scan.starts_with(". ") || scan.starts_with(") ")) {
            scan.bump();
            scan.push(start, TokenKind::Punctuation);
        }
    }
    inline(&mut scan);
    LineState::Normal
}

/// Takes what stands in a line of text.
fn inline(scan: &mut Scan<'_>) {
    // What the rest of the line does not hold any more: nothing is looked for twice in vain.
    let mut gone: Vec<&'static str> = Vec::new();
    while let Some(next) = scan.peek() {
        let start = scan.at;
        let rest = scan.rest();
        let mut find = |what: &'static str, from: usize| {
            let found = (!gone.contains(&what)).then(|| rest[from..].find(what)).flatten();
            if found.is_none() {
                gone.push(what);
            }
            found.map(|at| from + at)
        };
        let mut around = |with: &'static str| {
            let inner = rest.strip_prefix(with)?;
            if inner.starts_with(char::is_whitespace) {
                return None;
            }
            let end = find(with, with.len()).filter(|end| *end > with.len())?;
            Some(end + with.len())
        };
        let found = match next {
            '`' => around("`").map(|len| (len, TokenKind::String)),
            '*' | '_' => {
                let (double, single) = if next == '*' { ("**", "*") } else { ("__", "_") };
                let before = scan.line[..start].chars().next_back();
                around(double)
                    .or_else(|| around(single))
                    .filter(|_| before.is_none_or(|before| !before.is_alphanumeric()))
                    .map(|len| (len, TokenKind::Type))
            }
            '[' => find("](", 0)
                .and_then(|middle| find(")", middle))
                .map(|end| (end + 1, TokenKind::Key)),
            '|' => Some((1, TokenKind::Punctuation)),
            '<' if rest.starts_with("<http") => find(">", 0).map(|end| (end + 1, TokenKind::Key)),
            '\\' => rest
                .chars()
                .nth(1)
                .map(|escaped| (1 + escaped.len_utf8(), TokenKind::Escape)),
            _ => None,
        };
        if let Some((len, kind)) = found {
            scan.at += len;
            scan.push(start, kind);
        } else {
            scan.bump();
            scan.take_while(|next| !matches!(next, '`' | '*' | '_' | '[' | '|' | '<' | '\\'));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Syntax, tests::show};

    #[test]
    fn what_is_marked_stands_out() {
        assert_eq!(
            show(
                Syntax::Markdown,
                "# Head\n- a **b** `c*` [d](e) f_g_h\n```js\n# no\n```\n2. x\n---\n#no"
            ),
            [
                "Keyword:# Head",
                "Punctuation:-",
                "Type:**b**",
                "String:`c*`",
                "Key:[d](e)",
                "Punctuation:```js",
                "String:# no",
                "Punctuation:```",
                "Punctuation:2.",
                "Punctuation:---"
            ]
        );
    }
}

//! Patterns for JSON that is looked at laid out: what is read on the screen is found in the body as it came.
//!
//! The layout adds blanks behind `:` and writes out escapes; the search goes over the bytes as they were sent. So a blank
//! beside a colon, a comma or a bracket may be there or not, and a character may stand as itself or as `\uXXXX`.

use std::fmt::Write as _;

/// Characters of ASCII that many a server escapes.
const ESCAPED: &str = "<>&'";

/// The pattern as a regular expression for the body as it came; `literal` if it is no regular expression itself.
pub(super) fn for_json(pattern: &str, literal: bool, insensitive: bool) -> String {
    let chars: Vec<char> = pattern.chars().collect();
    // In what groups are called, these have another meaning.
    let plain = literal || !pattern.contains("(?");
    let mut out = String::new();
    let (mut at, mut class) = (0, 0_usize);
    while let Some(&c) = chars.get(at) {
        let before = at.checked_sub(1).map(|at| chars[at]);
        at += 1;
        if c == '\\' && !literal {
            let escaped = chars.get(at).copied();
            let code = chars.get(at + 1..at + 5).filter(|_| escaped == Some('u') && class == 0);
            let code = code.and_then(|digits| u32::from_str_radix(&digits.iter().collect::<String>(), 16).ok());
            if let Some(c) = code.and_then(char::from_u32) {
                spelled(c, false, insensitive, &mut out);
                at += 5;
                continue;
            }
            out.push(c);
            out.extend(escaped);
            at += 1;
            continue;
        }
        if !literal && c == '[' {
            class += 1;
        } else if !literal && c == ']' {
            class = class.saturating_sub(1);
        }
        let beside = |c: Option<char>| matches!(c, Some(':' | ',' | '[' | ']' | '{' | '}'));
        match c {
            ' ' if class == 0 && (beside(before) || beside(chars.get(at).copied())) => out.push_str(r"\s*"),
            ':' if class == 0 && before == Some('"') => {
                out.push_str(r"\s*:");
                if chars.get(at).is_some_and(|next| *next != ' ') {
                    out.push_str(r"\s*");
                }
            }
            c if class == 0 && (!c.is_ascii() || plain && ESCAPED.contains(c)) => {
                spelled(c, literal, insensitive, &mut out);
            }
            c if literal => out.push_str(&regex::escape(c.encode_utf8(&mut [0; 4]))),
            c => out.push(c),
        }
    }
    out
}

/// A character in all its spellings.
fn spelled(c: char, literal: bool, insensitive: bool, out: &mut String) {
    out.push_str("(?:");
    if literal || c.is_ascii() {
        out.push_str(&regex::escape(c.encode_utf8(&mut [0; 4])));
    } else {
        out.push(c);
    }
    let mut spell = |c: char| {
        out.push('|');
        for unit in c.encode_utf16(&mut [0; 2]) {
            let _infallible = write!(out, r"\\u(?i:{unit:04x})");
        }
    };
    spell(c);
    if insensitive {
        c.to_uppercase()
            .chain(c.to_lowercase())
            .filter(|own| *own != c)
            .for_each(&mut spell);
    }
    out.push(')');
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::super::search::{Job, Options};

    fn count(body: &str, pattern: &str) -> usize {
        let options = Options {
            json: true,
            ..Options::default()
        };
        let job = Job::new(body.to_owned(), pattern, options).unwrap();
        job.run(|| false, |_, _| {}).unwrap().unwrap().ranges.len()
    }

    #[test]
    fn what_is_copied_from_the_screen_is_found() {
        let body = "[{\"name\":\"user 2\",\"tags\":[],\"o\":{\"a\":[1,2]}}, {\"name\" : \"user 2\"}]";
        for (pattern, found) in [
            ("\"name\": \"user 2\"", 2),
            ("\"name\":\"user 2\"", 2),
            ("\"tags\": [],", 1),
            ("\"o\": {", 1),
            ("user  2", 0),
            ("use[r ] 2", 2),
            (r#""name": "\w+ \d""#, 2),
        ] {
            assert_eq!(count(body, pattern), found, "{pattern}");
        }
    }

    #[test]
    fn both_spellings_of_a_character_are_found() {
        let body = r#"["K\u00f6ln","K\u00F6ln","Köln","KÖLN","k\u00D6ln","\ud83d\ude00","a\u003cb","a<b"]"#;
        for (pattern, found) in [
            ("Köln", 3),
            ("köln", 5),
            ("kö+ln", 5),
            (r"K\u00f6ln", 3),
            ("😀", 1),
            ("a<b", 2),
            ("a<b\"(", 0),
            ("[ö]ln", 2),
        ] {
            assert_eq!(count(body, pattern), found, "{pattern}");
        }
    }
}

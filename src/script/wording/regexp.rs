//! Patterns that are none: the engine says what is wrong with one, V8 also which one it is.

use super::rest_at;

/// The engine's complaints, and V8's words for them.
const WORDS: [(&str, &str); 10] = [
    ("expecting ')'", "Unterminated group"),
    ("nothing to repeat", "Nothing to repeat"),
    ("extraneous characters at the end", "Unmatched ')'"),
    ("invalid group", "Invalid group"),
    ("duplicate group name", "Duplicate capture group name"),
    ("invalid repetition count", "numbers out of order in {} quantifier"),
    ("invalid class range", "Range out of order in character class"),
    ("invalid escape sequence in regular expression", "Invalid escape"),
    ("group name not defined", "Invalid named capture referenced"),
    ("invalid group name", "Invalid capture group name"),
];

/// What V8 says of a pattern; `made` when it was given to a function, at a place, and is no literal of the script's.
pub fn words(message: &str, source: &str, at: Option<(u32, u32)>, made: bool) -> Option<String> {
    let given = if made {
        at.and_then(|at| call(rest_at(source, at)?))
    } else {
        super::calls::pattern(source).and_then(literal)
    };
    if message == "invalid regular expression flags" {
        return Some(match given {
            Some((_, flags)) if made => format!("Invalid flags supplied to RegExp constructor '{flags}'"),
            _ if made => "Invalid flags supplied to RegExp constructor".to_owned(),
            _ => "Invalid regular expression flags".to_owned(),
        });
    }
    // Of a literal the engine has no place; `expecting ')'` is also said of a call, and that has one.
    if !made && (at.is_some() || source.is_empty()) {
        return None;
    }
    let is_open = given.as_ref().is_none_or(|(pattern, _)| !ends_escaping(pattern));
    let words = match message {
        "unexpected end" if is_open => "Unterminated character class",
        "unexpected end" => "\\ at end of pattern",
        _ => WORDS.iter().find(|(engine, _)| *engine == message)?.1,
    };
    Some(match given {
        Some((pattern, flags)) => format!("Invalid regular expression: /{pattern}/{flags}: {words}"),
        // It was put together: only the script knows of what.
        None => format!("Invalid regular expression: {words}"),
    })
}

fn ends_escaping(pattern: &str) -> bool {
    pattern.chars().rev().take_while(|c| *c == '\\').count() % 2 == 1
}

/// Pattern and flags of a literal at the beginning of a text.
fn literal(text: &str) -> Option<(String, String)> {
    let inner = text.strip_prefix('/')?;
    let end = super::calls::regex(text).checked_sub(2)?;
    let flags: String = inner
        .get(end + 1..)?
        .chars()
        .take_while(char::is_ascii_alphabetic)
        .collect();
    Some((inner.get(..end)?.to_owned(), flags))
}

/// The same of what a call is given, `RegExp('…', 'g')`, where both stand there as they are.
fn call(text: &str) -> Option<(String, String)> {
    let (_, given) = text.split_once("RegExp")?;
    let (pattern, behind) = string(given.trim_start().strip_prefix('(')?)?;
    let behind = behind.trim_start();
    let flags = match behind.strip_prefix(',') {
        Some(flags) => {
            let (flags, behind) = string(flags)?;
            behind.trim_start().starts_with(')').then_some(flags)?
        }
        None => behind.starts_with(')').then(String::new)?,
    };
    Some((pattern, flags))
}

/// A text in quotes at the beginning of another, and what stands behind it; only the plain escapes are known.
fn string(text: &str) -> Option<(String, &str)> {
    let text = text.trim_start();
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let mut out = String::new();
    let mut rest = text.char_indices().skip(1);
    while let Some((at, c)) = rest.next() {
        match c {
            '\\' => out.push(rest.next().map(|(_, c)| c).filter(|c| !c.is_ascii_alphanumeric())?),
            c if c == quote => return Some((out, text.get(at + c.len_utf8()..)?)),
            c => out.push(c),
        }
    }
    None
}

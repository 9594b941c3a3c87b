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
    let given = match at {
        Some(at) if made => rest_at(source, at).and_then(call),
        None if !made => wrong(message, source).map(|(given, _)| given),
        _ => None,
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

/// Where the literal stands that the engine means.
pub fn place(message: &str, source: &str) -> Option<(u32, u32)> {
    let is_said = message == "invalid regular expression flags"
        || message == "unexpected end"
        || WORDS.iter().any(|(engine, _)| *engine == message);
    let (_, at) = is_said.then(|| wrong(message, source))??;
    Some(super::place_of(source, at))
}

/// The literal of a script that the engine means, and where it begins: there is no other, or it is the first that what it says
/// holds for.
fn wrong(message: &str, source: &str) -> Option<((String, String), usize)> {
    let all = super::calls::patterns(source);
    let is_alone = all.len() == 1;
    let mut all = all.into_iter().filter_map(|(text, at)| Some((literal(text)?, at)));
    all.find(|((pattern, flags), _)| {
        is_alone
            || match message {
                "invalid regular expression flags" => has_fault(flags),
                _ => fault(pattern) == Some(message),
            }
    })
}

/// Whether these are no flags: unknown ones, one twice, or two that exclude each other.
fn has_fault(flags: &str) -> bool {
    let is_known = |c: char| "dgimsuvy".contains(c);
    let is_twice = |(at, c): (usize, char)| flags[at + 1..].contains(c);
    !flags.chars().all(is_known) || flags.char_indices().any(is_twice) || (flags.contains('u') && flags.contains('v'))
}

/// The first thing that is wrong with a pattern, in the engine's words, of what can be seen without reading all of it.
fn fault(pattern: &str) -> Option<&'static str> {
    let mut open = 0_usize;
    // Whether something stands there that can be repeated.
    let mut is_item = false;
    let mut rest = pattern.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\\' => {
                is_item = !matches!(rest.next(), Some('b' | 'B'));
                continue;
            }
            '[' => {
                if let Some(fault) = class_fault(&mut rest) {
                    return Some(fault);
                }
            }
            '(' => {
                open += 1;
                // What stands behind `(?:` begins anew.
                if rest.next_if_eq(&'?').is_some() {
                    rest.next_if(|c| matches!(c, ':' | '=' | '!'));
                }
                is_item = false;
                continue;
            }
            ')' if open == 0 => return Some("extraneous characters at the end"),
            ')' => open -= 1,
            '|' | '^' => {
                is_item = false;
                continue;
            }
            '*' | '+' | '?' if !is_item => return Some("nothing to repeat"),
            '*' | '+' | '?' => {
                rest.next_if_eq(&'?');
                is_item = false;
                continue;
            }
            _ => {}
        }
        is_item = true;
    }
    (open > 0).then_some("expecting ')'")
}

/// The same of a class, behind its bracket.
fn class_fault(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<&'static str> {
    let mut from: Option<char> = None;
    rest.next_if_eq(&'^');
    loop {
        match rest.next() {
            None => return Some("unexpected end"),
            Some(']') => return None,
            // What is escaped is no plain end of a range.
            Some('\\') => {
                rest.next();
                from = None;
            }
            Some('-') if from.is_some() => match rest.next_if(|c| !matches!(c, ']' | '\\')) {
                Some(to) if from.take().is_some_and(|from| from > to) => return Some("invalid class range"),
                _ => {}
            },
            Some(c) => from = Some(c),
        }
    }
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

/// The same of what a call is given, `RegExp('…', 'g')` or `match('…')`, where all stands there as it is.
fn call(text: &str) -> Option<(String, String)> {
    let calls = super::PATTERNS.iter().filter_map(|name| {
        let (before, given) = text.split_once(name)?;
        given
            .trim_start()
            .starts_with('(')
            .then_some((before.len(), *name, given))
    });
    let (_, name, given) = calls.min_by_key(|(at, ..)| *at)?;
    let (pattern, behind) = string(given.trim_start().strip_prefix('(')?)?;
    let behind = behind.trim_start();
    let flags = match behind.strip_prefix(',') {
        Some(flags) => {
            let (flags, behind) = string(flags)?;
            behind.trim_start().starts_with(')').then_some(flags)?
        }
        // `matchAll` has one of its own.
        None if name == "matchAll" => behind.starts_with(')').then(|| "g".to_owned())?,
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

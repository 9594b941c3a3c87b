//! What a built-in function was given: the engine complains without it, V8 shows it.
//!
//! The value is not known here; it is shown where it stands in the script as it is: `[1].forEach(5)`.

/// V8's words for a complaint of the built-in function `of`, which is called once on the line of a place.
pub fn words(message: &str, of: &str, source: &str, at: Option<(u32, u32)>) -> Option<String> {
    let line = source.split('\n').nth(usize::try_from(at?.0).ok()?.checked_sub(1)?)?;
    let behind = call(line, of)?;
    let shown = || shown(argument(behind)?);
    Some(match (message, of) {
        ("not a function", "sort" | "toSorted" | "flatMap") => return None,
        ("not a function", "Promise") => format!("Promise resolver {} is not a function", shown()?),
        ("not a function", _) => format!("{} is not a function", shown()?),
        ("invalid repeat count", "repeat") => format!("Invalid count value: {}", shown()?),
        ("cannot convert to BigInt: not an integer", "BigInt") => {
            let number = shown()?;
            format!("The number {number} cannot be converted to a BigInt because it is not an integer")
        }
        ("cannot convert to BigInt" | "invalid BigInt literal", "BigInt") => {
            format!("Cannot convert {} to a BigInt", shown()?)
        }
        ("value is not iterable", _) => {
            let value = shown()?;
            let kind = match value.as_str() {
                "true" | "false" => "boolean ",
                "#<Object>" => return Some(format!("object {NOT_ITERABLE}")),
                number if number.parse::<f64>().is_ok() => "number ",
                _ => return None,
            };
            format!("{kind}{value} {NOT_ITERABLE}")
        }
        _ => return None,
    })
}

const NOT_ITERABLE: &str = "is not iterable (cannot read property Symbol(Symbol.iterator))";

/// What stands behind the bracket of the only call of a function on a line.
fn call<'a>(line: &'a str, of: &str) -> Option<&'a str> {
    let mut all = line.match_indices(of).filter_map(|(at, name)| {
        let before = &line[..at];
        let behind = line[at + name.len()..].trim_start().strip_prefix('(')?;
        (!before.ends_with(super::is_word)).then_some(behind)
    });
    let first = all.next()?;
    all.next().is_none().then_some(first)
}

/// The first argument at the beginning of a text.
fn argument(text: &str) -> Option<&str> {
    let mut depth = 0_usize;
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            // What is escaped is shown otherwise.
            (Some(_), '\\') => return None,
            (Some(open), _) if open == c => quote = None,
            (None, '\'' | '"' | '`') => quote = Some(c),
            (None, ')' | ',') if depth == 0 => return Some(text[..at].trim()),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth = depth.checked_sub(1)?,
            _ => {}
        }
    }
    None
}

/// A literal as V8 shows its value; none of anything else.
fn shown(literal: &str) -> Option<String> {
    let inside = |open: char, close: char| literal.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
    let quoted = |quote: char| inside(quote, quote).filter(|text| !text.contains(quote));
    Some(
        match literal {
            "" | "undefined" => "undefined",
            "null" | "true" | "false" | "NaN" | "Infinity" | "-Infinity" => literal,
            _ if literal.starts_with(|c: char| c.is_ascii_digit() || c == '-') && literal.parse::<f64>().is_ok() => {
                literal
            }
            _ if inside('[', ']').is_some() => "[object Array]",
            _ if inside('{', '}').is_some() => "#<Object>",
            _ => quoted('\'').or_else(|| quoted('"'))?,
        }
        .to_owned(),
    )
}

/// Where a name is declared that the script cannot have, of which the engine does not know.
pub fn declared(message: &str, source: &str) -> Option<(u32, u32)> {
    let name = super::between(message, "Identifier '", "' has already been declared")?;
    super::calls::declared(source, name)
}

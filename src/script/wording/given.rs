//! What a built-in function was given: the engine complains without it, V8 shows it.
//!
//! The value is not known here; it is shown where it stands in the script as it is: `[1].forEach(5)`.

use super::calls::Script;

/// V8's words for a complaint of the built-in function `of`, which is called once on the line of a place.
pub fn words(message: &str, of: &str, source: &str, at: Option<(u32, u32)>) -> Option<String> {
    let line = source.split('\n').nth(usize::try_from(at?.0).ok()?.checked_sub(1)?)?;
    let behind = call(line, of)?;
    let (first, rest) = argument(behind)?;
    // What these call is the second thing that they are given.
    let is_second = message == "not a function" && matches!(of, "from" | "fromAsync" | "groupBy");
    let given = match rest.strip_prefix(',') {
        _ if !is_second => first,
        Some(second) => argument(second)?.0,
        None => "",
    };
    let shown = || shown(given);
    Some(match (message, of) {
        ("not a function", "sort" | "toSorted" | "flatMap") => return None,
        ("not a function", "Promise") => format!("Promise resolver {} is not a function", shown()?),
        ("not a function", _) => format!("{} is not a function", shown()?),
        ("invalid repeat count", "repeat") => match shown()? {
            count if count.starts_with(|c: char| c.is_ascii_digit()) => "Invalid string length".to_owned(),
            count => format!("Invalid count value: {count}"),
        },
        ("invalid array index", _) if of != "Array" && of.ends_with("Array") => {
            format!("Invalid typed array length: {}", shown()?)
        }
        ("cannot convert to BigInt: not an integer" | "cannot convert NaN or Infinity to BigInt", "BigInt") => {
            let number = shown()?;
            format!("The number {number} cannot be converted to a BigInt because it is not an integer")
        }
        ("cannot convert to BigInt" | "invalid BigInt literal", "BigInt") => {
            // These are made texts of first.
            let value = shown().filter(|_| !given.starts_with(['[', '{']))?;
            format!("Cannot convert {value} to a BigInt")
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

/// The first argument at the beginning of a text, and what follows it.
fn argument(text: &str) -> Option<(&str, &str)> {
    let end = end(text, |c, depth| depth == 0 && matches!(c, ')' | ','))?;
    Some((text[..end].trim(), &text[end..]))
}

/// Where the first sign stands that is searched for, outside of what is quoted; it is given with the brackets that are open
/// before it.
fn end(text: &str, is_end: impl Fn(char, usize) -> bool) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            // What is escaped is shown otherwise.
            (Some(_), '\\') => return None,
            (Some(open), _) if open == c => quote = None,
            (None, '\'' | '"' | '`') => quote = Some(c),
            (None, _) if is_end(c, depth) => return Some(at),
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
    // Something may be done with what the brackets hold: `[1][0]`.
    let is_whole = || end(literal, |c, depth| depth == 1 && matches!(c, ']' | '}')) == Some(literal.len() - 1);
    Some(
        match literal {
            "" | "undefined" => "undefined",
            "null" | "true" | "false" | "NaN" | "Infinity" | "-Infinity" => literal,
            _ if literal.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '.')) => return number(literal),
            _ if inside('[', ']').is_some() => Some("[object Array]").filter(|_| is_whole())?,
            _ if inside('{', '}').is_some() => Some("#<Object>").filter(|_| is_whole())?,
            _ => quoted('\'').or_else(|| quoted('"'))?,
        }
        .to_owned(),
    )
}

/// A number as JavaScript writes it; none of what is not written in tens.
fn number(literal: &str) -> Option<String> {
    let digits = literal.strip_prefix('-').unwrap_or(literal);
    let is_octal = digits.starts_with('0') && digits[1..].starts_with(|c: char| c.is_ascii_digit());
    if is_octal || !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let value: f64 = literal.parse().ok()?;
    Some(crate::model::variable::display_number(value))
}

/// Where a name is declared that the script cannot have, of which the engine does not know.
pub fn declared(message: &str, source: &str) -> Option<(u32, u32)> {
    let name = super::between(message, "Identifier '", "' has already been declared")?;
    let script = Script::read(source);
    let mut at = 0;
    while at < script.len() {
        let found = match script.text(at) {
            _ if script.is_member(at) => None,
            "class" => Some(at + 1).filter(|at| script.text(*at) == name),
            "const" | "let" => bound(&script, at + 1, name),
            _ => None,
        };
        if let Some(found) = found {
            return Some(super::place_of(source, script.tokens[found].at));
        }
        // What is declared in a block or a function is its own.
        at = script.mate(at).filter(|end| *end > at).unwrap_or(at) + 1;
    }
    None
}

/// Where the names that begin at a token, each with its value, have one of that name.
fn bound(script: &Script<'_>, mut at: usize, name: &str) -> Option<usize> {
    loop {
        let end = script.mate(at).filter(|end| *end > at).unwrap_or(at);
        let is_bound = |at: &usize| {
            let (before, behind) = (script.text(at.saturating_sub(1)), script.text(at + 1));
            script.text(*at) == name
                && (end == *at
                    || ["{", "[", ",", ":", "..."].contains(&before) && ["=", ",", "}", "]"].contains(&behind))
        };
        if let Some(found) = (at..=end).find(is_bound) {
            return Some(found);
        }
        at = end + 1;
        while script.text(at) != "," {
            if at >= script.len() || script.text(at) == ";" || script.begins_statement(at) {
                return None;
            }
            at = script.mate(at).filter(|end| *end > at).unwrap_or(at) + 1;
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_function_was_given_is_shown_as_its_value() {
        let not = "not a function";
        let big = "cannot convert to BigInt: not an integer";
        let none = "invalid BigInt literal";
        let many = "invalid repeat count";
        for (message, of, source, expected) in [
            (not, "forEach", "[1].forEach(5)", Some("5 is not a function")),
            (
                not,
                "forEach",
                "[1].forEach([1, [2]])",
                Some("[object Array] is not a function"),
            ),
            (
                not,
                "forEach",
                "[1].forEach({a: [1]})",
                Some("#<Object> is not a function"),
            ),
            (not, "from", "Array.from([1], 5)", Some("5 is not a function")),
            (not, "from", "Array.from([1], {})", Some("#<Object> is not a function")),
            (not, "groupBy", "Map.groupBy([1])", Some("undefined is not a function")),
            (not, "forEach", "[1].forEach([1][0] + [2])", None),
            (not, "forEach", "[1].forEach({a: 5}['a'] || {})", None),
            (not, "forEach", "[1].forEach(1e3)", Some("1000 is not a function")),
            (not, "forEach", "[1].forEach(5.0)", Some("5 is not a function")),
            (not, "forEach", "[1].forEach(.5)", Some("0.5 is not a function")),
            (not, "forEach", "[1].forEach(-0)", Some("0 is not a function")),
            (not, "forEach", "[1].forEach(1e21)", Some("1e+21 is not a function")),
            (
                not,
                "forEach",
                "[1].forEach(-1.50e-7)",
                Some("-1.5e-7 is not a function"),
            ),
            (not, "forEach", "[1].forEach(1e400)", Some("Infinity is not a function")),
            (
                not,
                "forEach",
                "[1].forEach(123456789012345680000)",
                Some("123456789012345680000 is not a function"),
            ),
            (not, "forEach", "[1].forEach(0x10)", None),
            (not, "forEach", "[1].forEach(010)", None),
            (not, "forEach", "[1].forEach(5 - 1)", None),
            (
                big,
                "BigInt",
                "BigInt(1.50)",
                Some("The number 1.5 cannot be converted to a BigInt because it is not an integer"),
            ),
            (
                "cannot convert NaN or Infinity to BigInt",
                "BigInt",
                "BigInt(NaN)",
                Some("The number NaN cannot be converted to a BigInt because it is not an integer"),
            ),
            (none, "BigInt", "BigInt('x')", Some("Cannot convert x to a BigInt")),
            (none, "BigInt", "BigInt({})", None),
            (none, "BigInt", "BigInt([1,2])", None),
            (many, "repeat", "'x'.repeat(-1.0)", Some("Invalid count value: -1")),
            (
                many,
                "repeat",
                "'x'.repeat(Infinity)",
                Some("Invalid count value: Infinity"),
            ),
            (
                "invalid array index",
                "Uint8Array",
                "new Uint8Array(-1.50)",
                Some("Invalid typed array length: -1.5"),
            ),
            ("invalid array index", "Uint8Array", "new Uint8Array(-n)", None),
            (many, "repeat", "'x'.repeat(1e10)", Some("Invalid string length")),
            (
                "value is not iterable",
                "Set",
                "new Set(5.0)",
                Some("number 5 is not iterable (cannot read property Symbol(Symbol.iterator))"),
            ),
        ] {
            let words = words(message, of, source, Some((1, 1)));
            assert_eq!(words.as_deref(), expected, "{source}");
        }
    }
}

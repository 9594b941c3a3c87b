//! Members that cannot be changed: the engine does not say which, V8 names it and what it belongs to.
//!
//! The object is not known here, so its class is told by the key: what has a number, or a length, belongs to a list.

/// What stands for the object that has such a key.
fn owner(key: &str) -> &'static str {
    if key == "length" || (!key.is_empty() && key.chars().all(|c| c.is_ascii_digit())) {
        "[object Array]"
    } else {
        "#<Object>"
    }
}

/// Whether a message of the engine says that a member cannot be added, set or deleted.
pub fn is_change(message: &str) -> bool {
    matches!(
        message,
        "object is not extensible" | "could not delete property" | "no setter for property"
    )
}

/// `o.x = 1`, where `x` cannot be written.
pub fn read_only(key: &str) -> String {
    format!("Cannot assign to read only property '{key}' of object '{}'", owner(key))
}

/// What is said of the only member that is changed on the line of a place; of none that is not in sight, such as one that a
/// function of the engine's own changes, which has no place.
pub fn changed(message: &str, source: &str, at: Option<(u32, u32)>) -> Option<String> {
    let line = at.and_then(|(line, _)| source.split('\n').nth(usize::try_from(line).ok()?.checked_sub(1)?));
    let key = line.and_then(|line| match message {
        "could not delete property" => only(
            line.match_indices("delete ")
                .map(|(at, _)| last_key(operand(&line[at + 7..])).unwrap_or_default()),
        ),
        _ => only(assigned(line).chain(stepped(line))),
    });
    match (message, key) {
        ("could not delete property", Some(key)) => Some(format!("Cannot delete property '{key}' of {}", owner(&key))),
        ("could not delete property" | "no setter for property", None) => None,
        ("no setter for property", Some(key)) => Some(format!(
            "Cannot set property {key} of #<Object> which has only a getter"
        )),
        (_, Some(key)) => Some(format!("Cannot add property {key}, object is not extensible")),
        (_, None) => Some("Cannot add property, object is not extensible".to_owned()),
    }
}

/// The one that there is, if there is but one; empty is one whose name is not in sight.
fn only(mut all: impl Iterator<Item = String>) -> Option<String> {
    let first = all.next()?;
    (!first.is_empty() && all.all(|other| other == first)).then_some(first)
}

/// The names of the members that get a value on a line, also by `+=` and its like.
fn assigned(line: &str) -> impl Iterator<Item = String> + '_ {
    line.match_indices('=').filter_map(|(at, _)| {
        let compares = line[at + 1..].starts_with(['=', '>']) || line[..at].ends_with(['=', '!', '<', '>']);
        if compares {
            None
        } else {
            target(line[..at].trim_end_matches(['+', '-', '*', '/', '%', '&', '|', '^', '?']))
        }
    })
}

/// The same of `++` and `--`.
fn stepped(line: &str) -> impl Iterator<Item = String> + '_ {
    ["++", "--"].into_iter().flat_map(move |sign| {
        line.match_indices(sign).filter_map(move |(at, _)| {
            let before = target(&line[..at]);
            before.or_else(|| last_key(operand(line[at + 2..].trim_start())))
        })
    })
}

/// What a text that ends in something that can be assigned to names; empty for a member whose name is computed.
fn target(before: &str) -> Option<String> {
    let before = before.trim_end();
    last_key(before).or_else(|| before.ends_with(']').then(String::new))
}

/// What `delete` is given at the beginning of a text: names, dots and brackets, and all of what is called on the way.
fn operand(text: &str) -> &str {
    let mut depth = 0_usize;
    let end = text.find(|c: char| {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => return true,
            ')' => depth -= 1,
            _ => return depth == 0 && !(super::is_word(c) || matches!(c, '.' | '[' | ']' | '\'' | '"')),
        }
        false
    });
    &text[..end.unwrap_or(text.len())]
}

/// The last key of a path: `x` of `o.x`, `o['x']`; none of a name alone or of what is computed.
fn last_key(path: &str) -> Option<String> {
    if let Some(inner) = path.strip_suffix(']') {
        let key = &inner[inner.rfind('[')? + 1..];
        let text = key.trim_matches(['\'', '"']);
        let is_number = !key.is_empty() && key.chars().all(|c| c.is_ascii_digit());
        return (is_number || text.len() + 2 == key.len()).then(|| text.to_owned());
    }
    let start = path.rfind(|c| !super::is_word(c))?;
    let key = path[start..].strip_prefix('.')?;
    (!key.is_empty()).then(|| key.to_owned())
}

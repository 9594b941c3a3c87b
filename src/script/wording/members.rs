//! Members that cannot be changed: the engine does not say which, V8 names it and what it belongs to.
//!
//! The object is not known here, so its class is told by how it is written: by the literal itself, or by the one that its
//! name is declared with. Else by the key: what has a number, or a length, most often belongs to a list.

/// What an object is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind<'a> {
    List,
    Object,
    /// A text, as it is written between its quotes.
    Text(&'a str),
}

impl Kind<'_> {
    fn named(self) -> &'static str {
        match self {
            Self::List => "[object Array]",
            Self::Object => "#<Object>",
            Self::Text(_) => "[object String]",
        }
    }
}

/// What has such a key, behind a path if there is one in sight.
fn owner<'a>(key: &str, path: Option<&'a str>, source: &'a str) -> Kind<'a> {
    let by_key = || {
        if key == "length" || (!key.is_empty() && key.chars().all(|c| c.is_ascii_digit())) {
            Kind::List
        } else {
            Kind::Object
        }
    };
    path.and_then(|path| kind(path, source)).unwrap_or_else(by_key)
}

/// What an object is that a text ends in: a literal, also one that is made fixed there, or the name of one.
fn kind<'a>(path: &'a str, source: &'a str) -> Option<Kind<'a>> {
    let path = path.trim_end();
    let word = &path[path.trim_end_matches(super::is_word).len()..];
    if word == "this" {
        return Some(Kind::Object);
    }
    if word.is_empty() {
        let fixed = path
            .strip_suffix(')')
            .map(str::trim_end)
            .filter(|path| path.ends_with([']', '}']));
        let literal = fixed.unwrap_or(path);
        // Behind a name or a value the brackets stand for a member.
        let is_list = || {
            let before = literal[..literal.rfind('[').unwrap_or_default()].trim_end();
            !before.ends_with(|c| super::is_word(c) || matches!(c, ')' | ']'))
        };
        return match literal.chars().next_back()? {
            ']' if is_list() => Some(Kind::List),
            '}' if fixed.is_some() => Some(Kind::Object),
            quote @ ('\'' | '"') => {
                let text = literal[..literal.len() - 1].rsplit(quote).next()?;
                Some(Kind::Text(text)).filter(|_| !text.contains('\\'))
            }
            _ => None,
        };
    }
    let before = &path[..path.len() - word.len()];
    let is_member = before.ends_with('.');
    let mut all = source.match_indices(word).filter_map(|(at, _)| {
        let behind = source[at + word.len()..].trim_start();
        let own = !source[..at].ends_with(|c| super::is_word(c) || c == '.');
        let given = behind
            .strip_prefix('=')
            .filter(|given| !given.starts_with(['=', '>']))
            .or_else(|| behind.strip_prefix(':').filter(|_| is_member))?;
        own.then(|| literal(given))
    });
    // Of several each has to be the same.
    let first = all.next()??;
    all.all(|other| other == Some(first)).then_some(first)
}

/// What a text begins with, also where it is made fixed at once.
fn literal(text: &str) -> Option<Kind<'_>> {
    let text = text.trim_start();
    let fixed = ["Object.freeze(", "Object.seal(", "Object.preventExtensions("]
        .iter()
        .find_map(|call| text.strip_prefix(call));
    let text = fixed.unwrap_or(text).trim_start();
    match text.chars().next()? {
        '[' => Some(Kind::List),
        '{' => Some(Kind::Object),
        quote @ ('\'' | '"') => {
            let inner = text[1..].split(quote).next()?;
            Some(Kind::Text(inner)).filter(|_| !inner.contains('\\'))
        }
        _ => None,
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
pub fn read_only(key: &str, source: &str, at: Option<(u32, u32)>) -> String {
    let line = at.and_then(|(line, _)| source.split('\n').nth(usize::try_from(line).ok()?.checked_sub(1)?));
    let before = |line| {
        let mut all = targets(line).filter(|before| last_key(before).is_some_and(|own| own == key));
        all.next().and_then(receiver).filter(|_| all.next().is_none())
    };
    let of = match owner(key, line.and_then(before), source) {
        Kind::Text(text) => format!("string '{text}'"),
        kind => format!("object '{}'", kind.named()),
    };
    format!("Cannot assign to read only property '{key}' of {of}")
}

/// What is said of the only member that is changed on the line of a place; of none that is not in sight, such as one that a
/// function of the engine's own changes, which has no place.
pub fn changed(message: &str, source: &str, at: Option<(u32, u32)>) -> Option<String> {
    let line = at.and_then(|(line, _)| source.split('\n').nth(usize::try_from(line).ok()?.checked_sub(1)?));
    let deleted = || {
        let (_, behind) = line?.split_once("delete ")?;
        receiver(operand(behind))
    };
    let key = line.and_then(|line| match message {
        "could not delete property" => only(
            line.match_indices("delete ")
                .map(|(at, _)| last_key(operand(&line[at + 7..])).unwrap_or_default()),
        ),
        _ => only(assigned(line).chain(stepped(line))),
    });
    match (message, key) {
        ("could not delete property", Some(key)) => {
            let of = owner(&key, deleted(), source).named();
            Some(format!("Cannot delete property '{key}' of {of}"))
        }
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
    targets(line).filter_map(target)
}

/// What stands before each sign on a line that gives a value.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices('=').filter_map(|(at, _)| {
        let compares = line[at + 1..].starts_with(['=', '>']) || line[..at].ends_with(['=', '!', '<', '>']);
        let before = line[..at].trim_end_matches(['+', '-', '*', '/', '%', '&', '|', '^', '?']);
        (!compares).then(|| before.trim_end())
    })
}

/// What the last key of a path is one of: `o` of `o.x` and `o['x']`.
fn receiver(path: &str) -> Option<&str> {
    match path.strip_suffix(']') {
        Some(inner) => Some(&inner[..inner.rfind('[')?]),
        None => path.trim_end_matches(super::is_word).strip_suffix('.'),
    }
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

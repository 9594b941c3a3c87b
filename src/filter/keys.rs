//! Completing the key that is being typed: which values stand before the dot, and what keys they have.
//!
//! ```text
//! .items[] | select(.na│      program `.items[]`, part `na`
//! $.items[*].na│              program `.items[]`, part `na`
//! //soap:Body/it│             part `it` of any name in the document
//! ```

/// Names that are offered at once.
const MOST: usize = 100;
/// Functions whose argument sees the items, not the list.
const ITEMS: [&str; 12] = [
    "map",
    "map_values",
    "any",
    "all",
    "sort_by",
    "group_by",
    "unique_by",
    "min_by",
    "max_by",
    "INDEX",
    "with_entries",
    "add",
];

/// What could stand in place of the last bytes of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// How many bytes of the text's end each of them replaces.
    pub replaces: usize,
    /// The texts, the ones that begin alike first.
    pub texts: Vec<String>,
}

/// Those of the names that begin with the part, or have it inside.
pub(super) fn of_names<'n>(names: impl Iterator<Item = &'n str>, part: &str, text: &str) -> Completion {
    let mut found = like(names, part);
    found.truncate(MOST);
    let path = text.trim_start().starts_with('$');
    // A `JSONPath` takes all that is not ASCII (RFC 9535, section 2.5.1).
    let plain = |name: &str| {
        let first = |c: char| c.is_ascii_alphabetic() || c == '_' || path && !c.is_ascii();
        name.starts_with(first) && name.chars().all(|c| first(c) || c.is_ascii_digit())
    };
    // There what needs quotes takes the place of the dot, too, unless it is any deeper.
    let before = &text[..text.len() - part.len()];
    let dot = path && !before.ends_with("..") && !found.iter().all(|name| plain(name));
    let spelled = |name: &str| match (plain(name), path) {
        (true, _) if dot => format!(".{name}"),
        (true, _) => name.to_owned(),
        (false, true) => format!("['{}']", inside(name, '\'')),
        (false, false) => format!("\"{}\"", inside(name, '"')),
    };
    Completion {
        replaces: part.len() + usize::from(dot),
        texts: found.into_iter().map(spelled).collect(),
    }
}

/// A name as it stands in quotes.
fn inside(name: &str, quote: char) -> String {
    let name = serde_json::to_string(name).unwrap_or_default();
    let inside = name.get(1..name.len() - 1).unwrap_or_default();
    match quote {
        '"' => inside.to_owned(),
        _ => inside.replace("\\\"", "\"").replace('\'', "\\'"),
    }
}

/// The same for a name whose quote is open: each ends with all that closes it.
pub(super) fn of_quoted<'n>(names: impl Iterator<Item = &'n str>, quoted: &Quoted) -> Completion {
    let spelled = |name: &str| format!("{}{}{}", inside(name, quoted.quote), quoted.quote, quoted.closes);
    Completion {
        replaces: quoted.part.len(),
        texts: like(names, &quoted.part).into_iter().take(MOST).map(spelled).collect(),
    }
}

/// The same for markup, whose names are written as they are.
pub(super) fn of_markup<'n>(names: impl Iterator<Item = &'n str>, part: &str) -> Completion {
    Completion {
        replaces: part.len(),
        texts: like(names, part).into_iter().take(MOST).map(str::to_owned).collect(),
    }
}

fn like<'n>(names: impl Iterator<Item = &'n str>, part: &str) -> Vec<&'n str> {
    let lower = part.to_lowercase();
    let mut found: Vec<&str> = names
        .filter(|name| *name != part && name.to_lowercase().contains(&lower))
        .collect();
    found.sort_by_key(|name| !name.to_lowercase().starts_with(&lower));
    found
}

/// The part of a name at the end of an XPath; `None` where no name can stand.
pub(super) fn xml_part(text: &str) -> Option<&str> {
    let start = text
        .char_indices()
        .rev()
        .take_while(|(_, c)| c.is_alphanumeric() || matches!(c, '_' | '-' | ':' | '@'))
        .last()
        .map_or(text.len(), |(at, _)| at);
    let before = text[..start].chars().next_back();
    matches!(before, Some('/' | '[' | '(' | '|' | ' ') | None).then(|| &text[start..])
}

/// The jq program whose outputs have the key that is being typed, and the part of it that is there.
pub(super) fn json_part(text: &str) -> Option<(String, String)> {
    let path = text.trim_start().starts_with('$');
    let start = text.len() - trailing(text, |c| c.is_alphanumeric() || c == '_');
    let (before, part) = text.split_at(start);
    if !path && names_a_member(before) {
        return Some((context(before), part.to_owned()));
    }
    let before = before.strip_suffix('.')?;
    if path {
        return Some((of_path(before.trim_start()), part.to_owned()));
    }
    Some((context(before), part.to_owned()))
}

/// Whether what follows is the name of a member of an object that is made: of the value it is made of.
fn names_a_member(before: &str) -> bool {
    before.trim_end().ends_with(['{', ',']) && opened(before).last().is_some_and(|open| open.kind == '{')
}

/// A name in quotes that is being typed.
#[derive(Debug, PartialEq)]
pub(super) struct Quoted {
    /// The jq program whose outputs have it.
    pub program: String,
    part: String,
    quote: char,
    closes: &'static str,
}

/// The name in quotes at the end of a text; `None` where none is open, or it is no name.
pub(super) fn quoted_part(text: &str) -> Option<Quoted> {
    let path = text.trim_start().starts_with('$');
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match quote {
            Some((_, own)) if own == c => quote = None,
            None if c == '"' || c == '\'' && path => quote = Some((at, c)),
            // What is escaped is no name that anybody begins with.
            _ if c == '\\' => return None,
            _ => {}
        }
    }
    let (at, quote) = quote?;
    let before = text[..at].trim_end();
    let indexed = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | ']' | ')' | '"' | '?' | '$');
    let (program, closes) = if let Some(before) = before.strip_suffix('[').filter(|before| before.ends_with(indexed)) {
        let jq = before.strip_suffix('.').unwrap_or(before);
        let program = if path {
            of_path(before.trim_start())
        } else {
            context(jq)
        };
        (program, "]")
    } else if path {
        return None;
    } else if let Some(before) = before.strip_suffix('.') {
        (context(before), "")
    } else {
        names_a_member(before).then(|| (context(before), ""))?
    };
    Some(Quoted {
        program,
        part: text[at + 1..].to_owned(),
        quote,
        closes,
    })
}

fn trailing(text: &str, take: impl Fn(char) -> bool) -> usize {
    text.chars().rev().take_while(|c| take(*c)).map(char::len_utf8).sum()
}

/// A `JSONPath` as far as jq has it: filters and slices see every item.
fn of_path(path: &str) -> String {
    let mut out = String::from(".");
    let mut rest = path.strip_prefix('$').unwrap_or(path);
    while let Some(c) = rest.chars().next() {
        if let Some(behind) = rest.strip_prefix("..") {
            out.push_str("|..|.");
            rest = behind;
        } else if let Some(behind) = rest.strip_prefix(".*") {
            out.push_str("[]?");
            rest = behind;
        } else if c == '[' {
            let end = rest.find(']').map_or(rest.len(), |end| end + 1);
            let inside = rest[1..end].trim_end_matches(']').trim();
            let name = inside.strip_prefix('\'').and_then(|name| name.strip_suffix('\''));
            match (name, inside.parse::<i64>()) {
                (Some(name), _) => {
                    index(name, &mut out);
                }
                (None, Ok(_)) => {
                    out.push('[');
                    out.push_str(inside);
                    out.push_str("]?");
                }
                (None, Err(_)) => out.push_str("[]?"),
            }
            rest = &rest[end..];
        } else {
            let behind = rest.strip_prefix('.').unwrap_or(rest);
            let len = behind.find(['.', '[']).unwrap_or(behind.len());
            if len == 0 {
                rest = behind.get(1..).unwrap_or_default();
                continue;
            }
            index(&behind[..len], &mut out);
            rest = &behind[len..];
        }
    }
    out
}

/// Adds the index of a name.
fn index(name: &str, out: &mut String) {
    out.push('[');
    out.push_str(&serde_json::to_string(name).unwrap_or_default());
    out.push_str("]?");
}

/// What is open at the end of a program.
struct Open {
    kind: char,
    at: usize,
    pipe: Option<usize>,
    /// Where what is an expression of its own began: behind a comma, a semicolon, an operator.
    fresh: usize,
}

/// What is open at the end of a text, the outermost first.
fn opened(text: &str) -> Vec<Open> {
    let mut stack = vec![Open {
        kind: ' ',
        at: 0,
        pipe: None,
        fresh: 0,
    }];
    let mut quoted = false;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        if quoted {
            quoted = escaped || c != '"';
            escaped = c == '\\' && !escaped;
            continue;
        }
        let behind = at + c.len_utf8();
        match c {
            '"' => quoted = true,
            '(' | '[' | '{' => stack.push(Open {
                kind: c,
                at,
                pipe: None,
                fresh: behind,
            }),
            ')' | ']' | '}' if stack.len() > 1 => {
                stack.pop();
            }
            _ => {
                if let Some(open) = stack.last_mut() {
                    match c {
                        '|' => (open.pipe, open.fresh) = (Some(at), behind),
                        ',' | ';' | '+' | '*' | '/' | '<' | '>' | '=' | ':' => open.fresh = behind,
                        _ => {}
                    }
                }
            }
        }
    }
    stack
}

/// The program whose outputs are what stands before the last dot: from the innermost bracket out.
fn context(text: &str) -> String {
    let mut steps = Vec::new();
    let mut rest = text.trim_end();
    while let Some(open) = opened(rest).pop() {
        let known = steps.len();
        let tail = rest.get(open.fresh..).unwrap_or_default();
        let space = tail.char_indices().rfind(|(_, c)| c.is_whitespace());
        let tail = &tail[space.map_or(0, |(at, space)| at + space.len_utf8())..];
        let start = if open.kind == ' ' { 0 } else { open.at + 1 };
        let inner = open.pipe.map_or("", |pipe| rest[start..pipe].trim());
        steps.extend([tail.trim(), inner].into_iter().filter(|step| !step.is_empty()));
        if open.kind == ' ' {
            if steps.len() == known {
                steps.push(".");
            }
            break;
        }
        let before = &rest[..open.at];
        let word = trailing(before, |c| c.is_alphanumeric() || c == '_');
        let (before, word) = before.split_at(before.len() - word);
        if open.kind == '(' && ITEMS.contains(&word) {
            steps.push(".[]?");
        }
        let before = before.trim_end();
        rest = before.strip_suffix('|').unwrap_or(before).trim_end();
    }
    steps.reverse();
    steps.join(" | ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_values_before_the_dot_are_found() {
        for (text, program) in [
            (".na", "."),
            (".items[].na", ".items[]"),
            (".a | .b.c", ".a | .b"),
            (".items[] | select(.na", ".items[]"),
            (".items | map(.na", ".items | .[]?"),
            (".items | map(.a.b.na", ".items | .[]? | .a.b"),
            (".items | map(select(.ok) | .na", ".items | .[]? | select(.ok)"),
            (".items[] | {a: .b.na", ".items[] | .b"),
            (".items[] | [.a, .b.na", ".items[] | .b"),
            ("sort_by(.na", ". | .[]?"),
        ] {
            let (found, _) = json_part(text).unwrap_or_default();
            assert_eq!(found, program, "{text}");
        }
        assert_eq!(json_part("leng"), None);
        assert_eq!(json_part(".a\u{a0}b.c").unwrap_or_default().0, "b");
        assert_eq!(json_part(".a,\u{3000}.b.c").unwrap_or_default().0, ".b");
        let many = format!("{}.a", "(".repeat(4000));
        assert_eq!(json_part(&many).unwrap_or_default().0, ".");
    }

    #[test]
    fn names_are_completed_in_quotes_and_in_objects_that_are_made() {
        for (text, program) in [
            (".items[] | {id, em", ".items[]"),
            (".items[] | {em", ".items[]"),
            ("{", "."),
        ] {
            assert_eq!(json_part(text).unwrap_or_default().0, program, "{text}");
        }
        for none in ["{id: em", "[.a, em", "{a: [b, c"] {
            assert_eq!(json_part(none), None, "{none}");
        }
        let names = ["odd key", "o'dd \"", "plain"];
        for (text, program, completed) in [
            (".[\"odd", ".", ".[\"odd key\"]"),
            (".a[\"pl", ".a", ".a[\"plain\"]"),
            (".a | .\"pl", ".a", ".a | .\"plain\""),
            (".items[] | {id, \"pl", ".items[]", ".items[] | {id, \"plain\""),
            ("$.a['o'".trim_end_matches('\''), ".[\"a\"]?", "$.a['odd key']"),
            ("$[\"pl", ".", "$[\"plain\"]"),
        ] {
            let found = quoted_part(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(found.program, program, "{text}");
            let Completion { replaces, texts } = of_quoted(names.into_iter(), &found);
            assert_eq!(text[..text.len() - replaces].to_owned() + &texts[0], completed);
        }
        let both = of_quoted(names.into_iter(), &quoted_part("$['o").unwrap_or_else(|| panic!()));
        assert_eq!(both.texts[1], "o\\'dd \"']");
        for none in ["\"te", "[\"te", ".a == \"te", ".[\"a\"]", ".[\"a\\\\"] {
            assert_eq!(quoted_part(none), None, "{none}");
        }
    }

    #[test]
    fn a_jsonpath_is_followed_as_far_as_jq_has_it() {
        let program = |text: &str| json_part(text).unwrap_or_default().0;
        assert_eq!(program("$.na"), ".");
        assert_eq!(program("$.a[*].na"), r#".["a"]?[]?"#);
        assert_eq!(program("$['a b'][0].na"), r#".["a b"]?[0]?"#);
        assert_eq!(program("$.a[?@.b > 1].na"), r#".["a"]?[]?"#);
    }

    #[test]
    fn names_that_need_quotes_get_them() {
        let names = ["name", "odd key", "nation"];
        let of = |part: &str, text: &str| of_names(names.into_iter(), part, text);
        assert_eq!(of("na", ".na").texts, ["name", "nation"]);
        assert_eq!(of("", ".").texts, ["name", "\"odd key\"", "nation"]);
        let path = of("", "$.");
        assert_eq!(
            (path.replaces, path.texts.join(" ")),
            (1, ".name ['odd key'] .nation".to_owned())
        );
        assert_eq!(of("na", "$.na").texts, ["name", "nation"]);
        assert_eq!(of("", "$..").texts, ["name", "['odd key']", "nation"]);
        let path = of_names(["näme", "it's \"so\""].into_iter(), "", "$.a.");
        assert_eq!(path.texts, [".näme", "['it\\'s \"so\"']"]);
        assert_eq!(of_names(["näme"].into_iter(), "n", ".n").texts, ["\"näme\""]);
        let markup = of_markup(["user", "@id", "a:mail"].into_iter(), "");
        assert_eq!(markup.texts, ["user", "@id", "a:mail"]);
        assert_eq!(of_markup(names.into_iter(), "na").replaces, 2);
    }

    #[test]
    fn names_of_markup_stand_behind_a_slash() {
        assert_eq!(xml_part("//soap:Bo"), Some("soap:Bo"));
        assert_eq!(xml_part("//a[@i"), Some("@i"));
        assert_eq!(xml_part("//a/"), Some(""));
        assert_eq!(xml_part("//a = 'x"), None);
    }
}

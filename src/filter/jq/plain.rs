//! The beginning of a program that is a path: `.items[3]["odd key"][] | …`.

use super::{Step, To};

/// A path, and the program that runs on what it leads to.
#[derive(Debug, PartialEq)]
pub struct Plain<'t> {
    pub steps: Vec<Step>,
    /// Nothing if that is what is wanted.
    pub rest: Option<&'t str>,
}

impl Plain<'_> {
    /// Whether the path leads to many values.
    pub fn is_many(&self) -> bool {
        self.steps.iter().any(|step| step.to == To::Each)
    }
}

/// Takes the path off a program that is one by the rules; `None` if it does not begin with one, or the rest may ask for more
/// than what the path leads to.
pub fn plain(text: &str) -> Option<Plain<'_>> {
    let text = text.trim();
    // These see the body as a whole, and where in the text they stand.
    if !text.starts_with('.') || text.contains("input") || text.contains("$__") {
        return None;
    }
    let mut steps = Vec::new();
    let mut rest = text;
    loop {
        let dot = rest.strip_prefix('.');
        let behind = dot.unwrap_or(rest);
        let (to, behind) = if let Some(inside) = behind.strip_prefix('[') {
            bracket(inside)?
        } else if dot.is_some() && behind.starts_with('"') {
            let (key, behind) = quoted(behind)?;
            (To::Key(key.into()), behind)
        } else {
            let len = behind.find(|c: char| c != '_' && !c.is_ascii_alphanumeric());
            let (name, behind) = behind.split_at(len.unwrap_or(behind.len()));
            match name.as_bytes().first() {
                Some(first) if dot.is_some() && !first.is_ascii_digit() => (To::Key(name.into()), behind),
                // A lone dot is the body.
                None if steps.is_empty() => {
                    rest = behind;
                    break;
                }
                _ if dot.is_some() => return None,
                _ => break,
            }
        };
        let tight = behind.trim_start_matches('?');
        steps.push(Step {
            to,
            forgives: tight.len() < behind.len(),
        });
        rest = tight;
    }
    let rest = rest.trim_start();
    if rest.is_empty() {
        return Some(Plain { steps, rest: None });
    }
    let rest = rest.strip_prefix('|').filter(|rest| !rest.starts_with('='))?;
    Some(Plain {
        steps,
        rest: Some(rest),
    })
}

/// What stands in brackets.
fn bracket(inside: &str) -> Option<(To, &str)> {
    if let Some(behind) = inside.strip_prefix(']') {
        return Some((To::Each, behind));
    }
    let (to, behind) = if inside.starts_with('"') {
        let (key, behind) = quoted(inside)?;
        (To::Key(key.into()), behind)
    } else {
        let (index, behind) = inside.split_at(inside.find(']')?);
        // So many are no index, but a number.
        (To::Index(index.parse().ok().filter(|_| index.len() < 10)?), behind)
    };
    Some((to, behind.strip_prefix(']')?))
}

/// A key in quotes without anything that is written otherwise than it is meant.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let (key, behind) = text.strip_prefix('"')?.split_once('"')?;
    (!key.contains('\\')).then_some((key, behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_taken_off_and_nothing_else() {
        let found = |text: &'static str| {
            let plain = plain(text)?;
            let steps = plain.steps.iter().map(|step| {
                let to = match &step.to {
                    To::Key(key) => format!("{key:?}"),
                    To::Index(index) => index.to_string(),
                    To::Each => "*".to_owned(),
                };
                if step.forgives { to + "?" } else { to }
            });
            Some((steps.collect::<Vec<_>>().join(" "), plain.rest))
        };
        for (text, steps, rest) in [
            (".", "", None),
            (".a", "\"a\"", None),
            (".a.b_1[3][-1]", "\"a\" \"b_1\" 3 -1", None),
            (" .[\"odd key\"].\"b c\"[\"d\"] ", "\"odd key\" \"b c\" \"d\"", None),
            (".[].a?[]? | .b, .c", "* \"a\"? *?", Some(" .b, .c")),
            (".a|length", "\"a\"", Some("length")),
            (". | .a", "", Some(" .a")),
        ] {
            assert_eq!(found(text), Some((steps.to_owned(), rest)), "{text}");
        }
        for text in [
            "..",
            "..|.a",
            ".a, .b",
            ".a + 1",
            ".a |= 1",
            ".a = 1",
            ".a as $x | $x",
            ".a // 1",
            ".a?//1",
            ".[1.5]",
            ".[1:2]",
            ".[.a]",
            ".[\"\\(.a)\"]",
            ".a | input",
            ".a[",
            ".1",
            "map(.a)",
            "length",
            "[.a]",
            ".a # b",
            ".a and .b",
            ".a.",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}

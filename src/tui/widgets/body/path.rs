//! Paths to values, as `JSONPath` writes them (RFC 9535): `$.items[3]['odd key']`; and to elements, as XPath does.

use std::fmt::{self, Write as _};

/// One step down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// To the member of this name.
    Key(String),
    /// To the element of this number, from 0.
    Index(usize),
}

impl Step {
    /// The step to a name as it stands in the body, quotes and escapes included.
    pub(super) fn key(token: &[u8]) -> Self {
        Self::Key(serde_json::from_slice(token).unwrap_or_else(|_| {
            // A lone half of a surrogate pair is no text: the name is told as it is written.
            let bare = token.strip_prefix(b"\"").unwrap_or(token);
            let bare = bare.strip_suffix(b"\"").unwrap_or(bare);
            String::from_utf8_lossy(bare).into_owned()
        }))
    }
}

/// The way from the outermost value to another; of many values one behind the other, as if they were in a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path(pub Vec<Step>);

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("$")?;
        self.0.iter().try_for_each(|step| step.fmt(f))
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Index(index) => return write!(f, "[{index}]"),
            Self::Key(name) if is_short(name) => return write!(f, ".{name}"),
            Self::Key(name) => name,
        };
        f.write_str("['")?;
        for c in name.chars() {
            match c {
                '\'' | '\\' => write!(f, "\\{c}")?,
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                '\u{8}' => f.write_str("\\b")?,
                '\u{c}' => f.write_str("\\f")?,
                c if c.is_control() => write!(f, "\\u{:04x}", u32::from(c))?,
                c => write!(f, "{c}")?,
            }
        }
        f.write_str("']")
    }
}

/// Writes the way to an element as XPath 1.0 does: names, each with the how-manieth of them it is, `/users/user[3]/name[1]`.
pub fn xpath(steps: &[(String, u32)]) -> String {
    let mut out = String::new();
    for (at, (name, nth)) in steps.iter().enumerate() {
        out.push('/');
        out.push_str(name);
        // The outermost one is alone, if all is well.
        if at > 0 || *nth != 1 {
            let _infallible = write!(out, "[{nth}]");
        }
    }
    out
}

/// Whether a name may stand behind a dot (RFC 9535, section 2.5.1.1, `member-name-shorthand`).
fn is_short(name: &str) -> bool {
    let first = |c: char| c.is_ascii_alphabetic() || c == '_' || c >= '\u{a0}';
    name.chars().next().is_some_and(first) && name.chars().all(|c| first(c) || c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_where_they_must_be() {
        let path = |names: &[&str]| Path(names.iter().map(|name| Step::key(name.as_bytes())).collect()).to_string();
        assert_eq!(path(&[]), "$");
        assert_eq!(path(&[r#""a1""#, r#""_b""#, r#""名前""#]), "$.a1._b.名前");
        assert_eq!(path(&[r#""1a""#, r#""a-b""#, r#""""#]), "$['1a']['a-b']['']");
        assert_eq!(path(&[r#""it's\n\\\u0001""#]), r"$['it\'s\n\\\u0001']");
        assert_eq!(path(&[r#""\ud800""#]), r"$['\\ud800']");
    }
}

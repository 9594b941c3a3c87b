//! `{{variable}}` spans in a line of text.
//!
//! The name is everything between the innermost pair of double braces, as in Postman: `{{{a}}}` holds `a`, a name may
//! contain spaces but no brace. Whether a name has a value only the caller knows, hence [`VariableLookup`].

use std::ops::Range;

/// Whether a variable has a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VariableStatus {
    /// It has a value in some scope.
    Resolved,
    /// No scope knows it.
    Unresolved,
    /// It is generated anew for each send.
    Dynamic,
}

/// What a widget asks to colour a variable.
pub trait VariableLookup {
    /// Says whether the variable of this name (without braces) has a value.
    fn status(&self, name: &str) -> VariableStatus;
}

/// Finds the variables of a line: byte ranges including the braces, in order.
pub fn spans(line: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let close = from + line.get(from..)?.find("}}")?;
            let start = from;
            from = close + 2;
            let Some(open) = line[start..close].rfind("{{") else {
                // `}}}` could still close something at its second brace, but then nothing was opened anyway.
                from = close + 1;
                continue;
            };
            let open = start + open;
            let name = &line[open + 2..close];
            if !name.is_empty() && !name.contains(['{', '}', '\n']) {
                return Some(open..close + 2);
            }
        }
    })
}

/// Returns the name within a span found by [`spans`].
pub fn name<'a>(line: &'a str, span: &Range<usize>) -> &'a str {
    line.get(span.start + 2..span.end.saturating_sub(2)).unwrap_or_default()
}

/// Finds the variable a byte position of the line is in or just behind.
pub fn at(line: &str, byte: usize) -> Option<Range<usize>> {
    spans(line)
        .find(|span| span.start <= byte && byte < span.end)
        .or_else(|| spans(line).find(|span| span.end == byte))
}

/// Returns where the unclosed name before a byte position starts: behind the last `{{` with no brace or quote since.
pub fn open_before(line: &str, byte: usize) -> Option<usize> {
    let before = line.get(..byte)?;
    let start = before.rfind("{{")? + 2;
    (!before[start..].contains(['{', '}', '"', '\'', '`', '<'])).then_some(start)
}

/// Returns where the name goes on behind a byte position and what closes it: the end of the name, and of its braces.
pub fn close_after(line: &str, byte: usize) -> Option<(usize, usize)> {
    let after = line.get(byte..)?;
    let end = after.find(['{', '}', '"', '\'', '`', '<'])?;
    after[end..].starts_with("}}").then_some((byte + end, byte + end + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(line: &str) -> Vec<&str> {
        spans(line).map(|span| name(line, &span)).collect()
    }

    #[test]
    fn finds_innermost_braces() {
        assert_eq!(names("{{a}}/{{b c}}"), ["a", "b c"]);
        assert_eq!(names("{{{a}}}"), ["a"]);
        assert_eq!(names("{{a {{b}} c}}"), ["b"]);
        assert_eq!(names("{{}} {{a} {b}} {{ "), Vec::<&str>::new());
        assert_eq!(names("}}} {{x}}"), ["x"]);
        assert_eq!(names("{{é日}}"), ["é日"]);
    }

    #[test]
    fn finds_the_one_under_a_position() {
        let line = "a{{bc}}{{d}}";
        assert_eq!(at(line, 0), None);
        assert_eq!(at(line, 1), Some(1..7));
        assert_eq!(at(line, 7), Some(7..12));
        assert_eq!(at(line, 12), Some(7..12));
    }

    #[test]
    fn knows_what_is_open() {
        assert_eq!(open_before("x{{ba", 5), Some(3));
        assert_eq!(open_before("x{{ba}}", 7), None);
        assert_eq!(open_before("x{ba", 4), None);
        assert_eq!(close_after("{{base}}/x", 4), Some((6, 8)));
        assert_eq!(close_after("{{ba/x", 4), None);
    }
}

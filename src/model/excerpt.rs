//! The line of a file of the user's where its JSON goes wrong, as it may be shown: a few dozen characters around the place,
//! without what may be a secret.

use super::literal::is_secret_param;
use super::secret::{MASK, is_credential_header};

/// Texts longer than this are masked whatever they are: tokens and keys are long, names are not.
const LONG: usize = 24;
/// So much is shown before the place, and behind it, in characters.
const BEFORE: usize = 60;
const BEHIND: usize = 30;

/// A line cut around a place in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// The number of the line, from 1.
    pub line: usize,
    /// The part of it; control characters are spaces.
    pub text: String,
    /// Which of its characters is meant, from 0; one behind the last at its end.
    pub at: usize,
}

impl Excerpt {
    /// Of JSON text, at a line from 1 and a column in bytes from 1, as the parser counts them.
    pub fn of(text: &str, line: usize, column: usize) -> Self {
        let mut start = 0;
        let mut number = 1;
        for _ in 1..line {
            match text[start..].find('\n') {
                Some(end) => {
                    start += end + 1;
                    number += 1;
                }
                None => break,
            }
        }
        // What ends too early ends in an empty line most of the time.
        let mut own = own_line(text, start);
        let mut column = column;
        while own.trim().is_empty() && start > 0 {
            start = text[..start - 1].rfind('\n').map_or(0, |before| before + 1);
            number -= 1;
            own = own_line(text, start);
            column = own.len() + 1;
        }
        let mut shown = Shown::default();
        shown.line(own, column.saturating_sub(1));
        let at = shown.at.unwrap_or(shown.text.len());
        let (from, to) = (at.saturating_sub(BEFORE), (at + BEHIND).min(shown.text.len()));
        let mut out: String = shown.text[from..to].iter().collect();
        let mut at = at - from;
        if from > 0 {
            out.insert(0, '…');
            at += 1;
        }
        if to < shown.text.len() {
            out.push('…');
        }
        Self {
            line: number,
            text: out,
            at,
        }
    }

    /// The line with its number, and one that points to the place.
    pub fn lines(&self) -> [String; 2] {
        let number = self.line.to_string();
        let margin = " ".repeat(number.len());
        let before = " ".repeat(self.at);
        [format!("{number} | {}", self.text), format!("{margin} | {before}^")]
    }
}

fn own_line(text: &str, start: usize) -> &str {
    let rest = &text[start..];
    rest.split('\n').next().unwrap_or(rest).trim_end_matches('\r')
}

/// A line as it is shown, and where in it the place is.
#[derive(Default)]
struct Shown {
    text: Vec<char>,
    at: Option<usize>,
}

impl Shown {
    fn line(&mut self, line: &str, place: usize) {
        let mut key = "";
        let mut begin = 0;
        while begin < line.len() {
            let rest = &line[begin..];
            if !rest.starts_with('"') {
                let end = rest.find('"').unwrap_or(rest.len());
                if rest[..end].contains([',', '{', '[']) {
                    key = "";
                }
                self.plain(&rest[..end], begin, place);
                begin += end;
                continue;
            }
            let end = string_end(rest);
            let inside = rest[1..end].trim_end_matches('"');
            let is_name = rest[end..].trim_start().starts_with(':');
            let is_secret = is_secret_param(key) || is_credential_header(key) || inside.chars().count() > LONG;
            if is_secret && !is_name {
                self.masked(begin..begin + end, place);
            } else {
                self.plain(&rest[..end], begin, place);
            }
            key = if is_name { inside } else { "" };
            begin += end;
        }
    }

    fn plain(&mut self, part: &str, begin: usize, place: usize) {
        for (n, c) in part.char_indices() {
            if self.at.is_none() && begin + n >= place {
                self.at = Some(self.text.len());
            }
            self.text.push(if c.is_control() { ' ' } else { c });
        }
    }

    fn masked(&mut self, part: std::ops::Range<usize>, place: usize) {
        if self.at.is_none() && part.contains(&place) {
            self.at = Some(self.text.len());
        }
        self.text.push('"');
        self.text.extend(MASK.chars());
        self.text.push('"');
    }
}

/// Where a text that begins with a quote ends, its own quote counted.
fn string_end(text: &str) -> usize {
    let mut is_escaped = false;
    for (n, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return n + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_pointed_to() {
        for (text, line, column, shown, at) in [
            ("{\n  \"a\": nope\n}", 2, 9, "  \"a\": nope", 8),
            ("{\"a\":\t1,\n", 2, 0, "{\"a\": 1,", 8),
            ("{\"ä\": x}", 1, 8, "{\"ä\": x}", 6),
            ("", 1, 0, "", 0),
            ("\"abc", 1, 4, "\"abc", 3),
        ] {
            let found = Excerpt::of(text, line, column);
            assert_eq!((found.text.as_str(), found.at), (shown, at), "{text}");
        }
        let lines = Excerpt::of("{\n\n  \"a\": nope\n}", 3, 9).lines();
        assert_eq!(lines, ["3 |   \"a\": nope", "  |         ^"]);
    }

    #[test]
    fn a_long_line_is_cut_around_it() {
        let text = format!("[{}x{}]", "1, ".repeat(1000), ", 2".repeat(1000));
        let found = Excerpt::of(&text, 1, 3002);
        assert_eq!(found.text.chars().nth(found.at), Some('x'));
        assert!(found.text.chars().count() <= BEFORE + BEHIND + 2, "{}", found.text);
        assert!(found.text.starts_with('…') && found.text.ends_with('…'));
    }

    #[test]
    fn what_may_be_secret_is_not_shown() {
        let long = "s3cret".repeat(5);
        for text in [
            format!("{{ \"a\": \"{long}\" nope }}"),
            "{ \"password\": \"s3cret\" nope }".to_owned(),
            "{ \"key\": \"k\", \"value\": \"s3\\\"cret\" nope }".to_owned(),
            "{ \"Authorization\": \"s3cret".to_owned(),
        ] {
            let found = Excerpt::of(&text, 1, text.len() - 4);
            assert!(
                !found.text.contains("cret") && found.text.contains(MASK),
                "{}",
                found.text
            );
        }
    }
}

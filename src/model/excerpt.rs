//! The line of a file of the user's where its JSON goes wrong, as it may be shown: a few dozen characters around the place,
//! without what may be a secret. What goes wrong may be anything, so that quotes that are missing or of another kind hide
//! nothing less.

use std::ops::Range;

use super::literal::is_secret_param;
use super::secret::{MASK, is_credential_header};

/// Texts longer than this are masked whatever they are, but for plain addresses: tokens and keys are long, names are not.
const LONG: usize = 24;
/// What stands in an address is masked from here on: a webhook's secret is a part of its path.
const LONG_PART: usize = 16;
/// So much is shown before the place, and behind it, in characters.
const BEFORE: usize = 60;
const BEHIND: usize = 30;
/// The most bytes of a character.
const WIDEST: usize = 4;

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
            match memchr::memchr(b'\n', &text.as_bytes()[start..]) {
                Some(end) => {
                    start += end + 1;
                    number += 1;
                }
                None => break,
            }
        }
        // What ends too early ends in an empty line most of the time.
        let mut own = own_line(text, start);
        let mut place = start + column.saturating_sub(1).min(own.len());
        while own.trim().is_empty() && start > 0 {
            start = line_start(text, start - 1);
            number -= 1;
            own = own_line(text, start);
            place = start + own.len();
        }
        let mut shown = Shown::line(text, start..start + own.len(), place);
        if let Err(begin) = shown {
            // In the middle of a text: what is wrong is that it goes on, so that its first line is meant.
            number -= memchr::memchr_iter(b'\n', &text.as_bytes()[begin..start]).count();
            start = line_start(text, begin);
            let end = start + own_line(text, start).len();
            shown = Shown::line(text, start..end, end);
        }
        let shown = shown.unwrap_or_else(|_| Shown::nothing());
        shown.cut(number)
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
    let end = memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
    rest[..end].trim_end_matches('\r')
}

/// Where the line begins that `at` is in, or the one that it ends.
fn line_start(text: &str, at: usize) -> usize {
    memchr::memrchr(b'\n', &text.as_bytes()[..at]).map_or(0, |before| before + 1)
}

/// A part of a line as it is shown, and where in it the place is.
#[derive(Default)]
struct Shown {
    text: Vec<char>,
    at: Option<usize>,
    /// Whether the line goes on before it, and behind it.
    goes_on: (bool, bool),
}

impl Shown {
    /// What is around a place in a line; where a text begins that the line begins in the middle of.
    fn line(text: &str, line: Range<usize>, place: usize) -> Result<Self, usize> {
        let from = place.saturating_sub(BEFORE * WIDEST).max(line.start);
        let to = (place + BEHIND * WIDEST).min(line.end);
        let window = text.floor_char_boundary(from)..text.ceil_char_boundary(to);
        let mut out = Self {
            goes_on: (window.start > line.start, window.end < line.end),
            ..Self::default()
        };
        let mut reader = Reader {
            text,
            ..Reader::default()
        };
        while let Some(token) = reader.next() {
            if token.range.end <= line.start {
                continue;
            }
            if token.range.start < line.start && token.quote.is_some() {
                return Err(token.range.start);
            }
            if token.range.start >= window.end {
                break;
            }
            if token.range.end <= window.start {
                continue;
            }
            if token.is_hidden {
                out.masked(&token, place);
            } else {
                let seen = token.range.start.max(window.start)..token.range.end.min(window.end);
                out.plain(&text[seen.clone()], seen.start, place);
            }
        }
        Ok(out)
    }

    /// A line of which nothing may be shown.
    fn nothing() -> Self {
        Self {
            text: MASK.chars().collect(),
            at: Some(0),
            goes_on: (false, false),
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

    fn masked(&mut self, token: &Token, place: usize) {
        if self.at.is_none() && token.range.contains(&place) {
            self.at = Some(self.text.len());
        }
        self.text.extend(token.quote);
        self.text.extend(MASK.chars());
        self.text.extend(token.quote);
    }

    fn cut(self, line: usize) -> Excerpt {
        let at = self.at.unwrap_or(self.text.len());
        let (from, to) = (at.saturating_sub(BEFORE), (at + BEHIND).min(self.text.len()));
        let mut text: String = self.text[from..to].iter().collect();
        let mut at = at - from;
        if from > 0 || self.goes_on.0 {
            text.insert(0, '…');
            at += 1;
        }
        if to < self.text.len() || self.goes_on.1 {
            text.push('…');
        }
        Excerpt { line, text, at }
    }
}

/// A piece of text that is shown or hidden whole.
struct Token {
    range: Range<usize>,
    /// What it is quoted with.
    quote: Option<char>,
    is_hidden: bool,
}

/// Takes text apart that was to be JSON, and knows at every piece whether it may be a secret.
#[derive(Default)]
struct Reader<'a> {
    text: &'a str,
    at: usize,
    /// What comes is the value of a name that is a secret's, or may be.
    is_secret: bool,
    /// That value is a list.
    is_list: bool,
    /// A name was just read.
    is_named: bool,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<Token> {
        let begin = self.at;
        let rest = &self.text[begin..];
        let first = *rest.as_bytes().first()?;
        let (len, quote) = match first {
            _ if is_mark(first) => (self.marks(rest), None),
            b'"' => (string_end(rest), Some('"')),
            b'\'' => match single_end(rest) {
                Some(len) => (len, Some('\'')),
                None => (bare_end(rest), None),
            },
            _ => (bare_end(rest), None),
        };
        self.at = begin + len;
        Some(Token {
            range: begin..begin + len,
            quote,
            is_hidden: !is_mark(first) && self.hides(&rest[..len], quote, &rest[len..]),
        })
    }

    /// How long a row of white space and punctuation is.
    fn marks(&mut self, rest: &str) -> usize {
        let len = rest.bytes().take_while(|byte| is_mark(*byte)).count();
        if self.is_named {
            self.is_list = rest[..len].contains('[');
        } else if self.is_list && rest[..len].contains(']') {
            (self.is_list, self.is_secret) = (false, false);
        }
        len
    }

    /// Whether a piece may be a secret, by what came before; takes note of it for what comes behind.
    fn hides(&mut self, token: &str, quote: Option<char>, behind: &str) -> bool {
        let own = match quote {
            Some(quote) => token.strip_prefix(quote).unwrap_or(token).trim_end_matches(quote),
            None => token,
        };
        let is_long = own.chars().nth(LONG).is_some();
        let behind = behind.trim_start();
        // A word in a value that is not quoted names nothing: it is a part of it.
        if behind.starts_with([':', '=']) && (quote.is_some() || !self.is_secret) {
            (self.is_secret, self.is_list, self.is_named) = (is_secret_name(own), false, true);
            return quote.is_none() && is_long;
        }
        self.is_named = false;
        let is_hidden = self.is_secret || (is_long && !is_plain_address(own));
        if quote.is_none() {
            // Where a quote is missing, names look like values.
            self.is_secret |= is_secret_name(own);
        } else if !self.is_list && behind.starts_with([',', '}', ']']) {
            self.is_secret = false;
        }
        is_hidden
    }
}

/// Whether a name is that of a secret, or may be.
fn is_secret_name(name: &str) -> bool {
    if name.len() > 4 * LONG {
        return false;
    }
    let low = name.to_ascii_lowercase();
    is_secret_param(name)
        || is_credential_header(name)
        || ["password", "passphrase", "secret", "token"]
            .iter()
            .any(|word| low.contains(word))
        || (low.ends_with("key") && low != "key")
}

/// Whether a text is nothing but an address on the web without anything in it that may be a secret: no user, no parameter of
/// such a name, no long part behind the host.
fn is_plain_address(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) else {
        return false;
    };
    let is_known = |c: char| c.is_ascii_alphanumeric() || "-._~/?#&=+%:!*()".contains(c);
    let (host, behind) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let is_open = |part: &str| {
        let name = part.split_once('=').map(|(name, _)| name);
        part.chars().count() < LONG_PART && !name.is_some_and(is_secret_name)
    };
    !host.is_empty() && rest.chars().all(is_known) && behind.split(['/', '?', '#', '&', ';']).all(is_open)
}

/// White space and what stands between names and values, where they are written without quotes.
fn is_mark(byte: u8) -> bool {
    byte.is_ascii_whitespace() || b",:{}[]=;&".contains(&byte)
}

fn bare_end(text: &str) -> usize {
    let is_end = |byte: u8| is_mark(byte) || byte == b'"';
    text.bytes().position(is_end).unwrap_or(text.len())
}

/// Where a text begun with a single quote ends on its line, its own quote counted.
fn single_end(text: &str) -> Option<usize> {
    let mut at = 1;
    loop {
        let next = memchr::memchr3(b'\'', b'\\', b'\n', text.as_bytes().get(at..)?)?;
        match text.as_bytes()[at + next] {
            b'\'' => return Some(at + next + 1),
            b'\n' => return None,
            _ => at += next + 2,
        }
    }
}

/// Where a text that begins with a quote ends, its own quote counted.
fn string_end(text: &str) -> usize {
    let mut at = 1;
    while let Some(next) = text
        .as_bytes()
        .get(at..)
        .and_then(|rest| memchr::memchr2(b'"', b'\\', rest))
    {
        at += next + 1;
        if text.as_bytes()[at - 1] == b'"' {
            return at;
        }
        at += 1;
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
            ("{'a': 'b'}", 1, 2, "{'a': 'b'}", 1),
            ("{\"value\": \"x\"}, nope", 1, 17, "{\"value\": \"••••••••\"}, nope", 23),
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
    fn of_a_long_line_only_what_is_around_the_place_is_taken() {
        let text = format!(
            "[{}x, {}\"{}\"]",
            "ä, ".repeat(100_000),
            "2, ".repeat(100_000),
            "y".repeat(1000)
        );
        let place = text.find('x').unwrap_or_default();
        let Ok(shown) = Shown::line(&text, 0..text.len(), place) else {
            panic!("it begins in no text")
        };
        assert!(
            shown.text.len() <= (BEFORE + BEHIND + 1) * WIDEST,
            "{}",
            shown.text.len()
        );
        assert_eq!(shown.at.and_then(|at| shown.text.get(at)), Some(&'x'));
    }

    #[test]
    fn what_may_be_secret_is_not_shown() {
        let long = "s3cret".repeat(5);
        for text in [
            format!("{{ \"a\": \"{long}\" nope }}"),
            format!("{{ \"a\": {long}, nope }}"),
            format!("{{ 'a': '{long}', nope }}"),
            "{ \"password\": \"s3cret\" nope }".to_owned(),
            "{ \"key\": \"k\", \"value\": \"s3\\\"cret\" nope }".to_owned(),
            "{ \"Authorization\": \"s3cret".to_owned(),
            "{ \"password\": s3cret, \"a\": 1 }".to_owned(),
            "{ \"password\": hun,ter:s3cret, \"a\": 1 }".to_owned(),
            "[{\"password\": 's3cret-value'}]".to_owned(),
            "[{'password': 's3cret'}]".to_owned(),
            "[{password: \"s3cret\"}]".to_owned(),
            "{ \"password\":\n  s3cret }".to_owned(),
            "{ \"apiKey\": [\"a\", \"s3cret\", x] }".to_owned(),
            "{ \"a\": b\", \"password\": \"s3cret\" }".to_owned(),
            "password = s3cret   ".to_owned(),
        ] {
            let line = text.lines().count();
            let last = text.lines().last().unwrap_or_default();
            for column in 0..last.len() {
                let found = Excerpt::of(&text, line, column);
                assert!(
                    !found.text.contains("cret") && found.text.contains('•'),
                    "{text} at {column}: {}",
                    found.text
                );
            }
        }
    }

    #[test]
    fn an_address_is_shown_unless_it_holds_what_may_be_secret() {
        for (address, is_shown) in [
            ("https://api.example.com/v1/users/12345?page=2&limit=50", true),
            ("http://a-rather-long-name-of-a-host.example.com/", true),
            ("https://user:pass@api.example.com/v1/users", false),
            ("https://api.example.com/v1/users?api_key=abc", false),
            ("https://api.example.com/v1?a=1#access_token=abc", false),
            ("https://hooks.example.com/services/T0/B0/0123456789abcdefghij", false),
            ("https://api.example.com/v1, \\\"x\\\": abcdef", false),
            ("ftp://api.example.com/some/files/of/mine", false),
        ] {
            let text = format!("[\"{address}\" nope]");
            let found = Excerpt::of(&text, 1, text.len() - 4);
            assert_eq!(found.text.contains(MASK), !is_shown, "{}", found.text);
        }
        // Its name counts as that of anything else does.
        let named = Excerpt::of("{\"token\": \"https://a.test/b\" nope}", 1, 30);
        assert!(named.text.contains(MASK), "{}", named.text);
        // It may be cut off where the text ends.
        let text = "{\"next\": \"https://api.example.com/v1/us";
        let found = Excerpt::of(text, 1, text.len());
        assert!(found.text.ends_with("https://api.example.com/v1/us"), "{}", found.text);
    }

    #[test]
    fn a_line_within_a_text_is_not_shown() {
        let key = "{\n  \"private_key\": \"-----BEGIN KEY-----\nMIIEs3cret\n-----END KEY-----\"\n}";
        let found = Excerpt::of(key, 3, 0);
        let shown = format!("  \"private_key\": \"{MASK}\"");
        assert_eq!((found.line, found.text.as_str()), (2, shown.as_str()));
        assert_eq!(found.at, "  \"private_key\": ".len());
        let twice = Excerpt::of("\"a\ns3cret\" \"b\ns3cret\" x", 3, 9);
        assert_eq!(twice.text, MASK);
    }
}

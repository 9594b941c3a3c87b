//! What stands within a tag: names, paths, texts, calls in brackets.

use serde_json::{Number, Value};

use super::{Call, Path, Term};

/// How deep calls may stand in calls.
const DEEPEST: usize = 100;

/// How many values and parts of names may stand in one tag, and how many names a block may give.
const MOST_WORDS: usize = 10_000;
const MOST_NAMES: usize = 100;

/// The rest of a template, from within a tag on.
pub(super) struct Tag<'a> {
    pub rest: &'a str,
    depth: usize,
    words: usize,
}

impl<'a> Tag<'a> {
    pub fn new(rest: &'a str) -> Self {
        Self {
            rest,
            depth: 0,
            words: 0,
        }
    }

    pub fn blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }

    /// Takes this text if it is next.
    pub fn takes(&mut self, text: &str) -> bool {
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Takes this text, blanks before it, or says that the tag is wrong.
    pub fn wants(&mut self, text: &str) -> Result<(), String> {
        self.blanks();
        if self.takes(text) {
            return Ok(());
        }
        let found: String = self.rest.chars().take(12).collect();
        Err(if found.is_empty() {
            format!("a tag has no `{text}` at its end")
        } else {
            format!("there is `{}` where a tag should go on or end", found.trim_end())
        })
    }

    /// Whether the tag, or the brackets, end here.
    fn ends(&self) -> bool {
        self.rest.is_empty() || self.rest.starts_with(['}', ')', '|']) || self.rest.starts_with("~}")
    }

    /// A name and what is given to it, as far as the tag goes.
    pub fn call(&mut self) -> Result<Call, String> {
        let what = self.term()?;
        let (mut given, mut named) = (Vec::new(), Vec::new());
        loop {
            self.blanks();
            if self.ends() || self.is_as() {
                return Ok(Call { what, given, named });
            }
            match self.name_of_hash() {
                Some(name) => named.push((name, self.term()?)),
                None => given.push(self.term()?),
            }
        }
    }

    fn is_as(&self) -> bool {
        let names = self.rest.strip_prefix("as").map(str::trim_start);
        names.is_some_and(|names| names.starts_with('|') && self.rest[2..].starts_with(char::is_whitespace))
    }

    /// `as |one other|`.
    pub fn names(&mut self) -> Result<Vec<String>, String> {
        self.blanks();
        if !self.is_as() {
            return Ok(Vec::new());
        }
        let (_, behind) = self.rest.split_once('|').unwrap_or_default();
        let (names, rest) = behind.split_once('|').ok_or("`as |` has no end")?;
        self.rest = rest;
        if names.split_whitespace().nth(MOST_NAMES).is_some() {
            return Err(format!("a block gives more than {MOST_NAMES} names"));
        }
        Ok(names.split_whitespace().map(str::to_owned).collect())
    }

    /// `x=` before a value.
    fn name_of_hash(&mut self) -> Option<String> {
        let (name, length) = segment(self.rest)?;
        let behind = self.rest[length..].trim_start().strip_prefix('=')?;
        self.rest = behind;
        Some(name)
    }

    /// Notes one more value or part of a name.
    fn word(&mut self) -> Result<(), String> {
        self.words += 1;
        if self.words > MOST_WORDS {
            return Err(format!("more than {MOST_WORDS} words stand in one tag"));
        }
        Ok(())
    }

    fn term(&mut self) -> Result<Term, String> {
        self.word()?;
        self.blanks();
        if self.takes("(") {
            self.depth += 1;
            if self.depth > DEEPEST {
                return Err("its calls are nested too deep".to_owned());
            }
            let call = self.call()?;
            self.wants(")")?;
            self.depth -= 1;
            return Ok(Term::Call(Box::new(call)));
        }
        if let Some(quote) = self.rest.chars().next().filter(|c| matches!(c, '"' | '\'')) {
            return self.quoted(quote);
        }
        if let Some(literal) = self.literal() {
            return Ok(literal);
        }
        self.path().map(Term::Path)
    }

    fn quoted(&mut self, quote: char) -> Result<Term, String> {
        let mut text = String::new();
        let mut chars = self.rest.char_indices().skip(1).peekable();
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' if chars.next_if(|(_, next)| *next == quote).is_some() => text.push(quote),
                c if c == quote => {
                    self.rest = &self.rest[at + 1..];
                    return Ok(Term::Literal(Value::String(text.clone()), text));
                }
                c => text.push(c),
            }
        }
        Err("a text in quotes has no end".to_owned())
    }

    /// A number or a word that is a value.
    fn literal(&mut self) -> Option<Term> {
        let end = self
            .rest
            .find(|c: char| c.is_whitespace() || matches!(c, '~' | '}' | ')' | ']'))
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        let value = match word {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" => Value::Null,
            "undefined" => {
                self.rest = rest;
                return Some(Term::Undefined);
            }
            _ => {
                let digits = word.strip_prefix('-').unwrap_or(word);
                let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
                let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
                if !all_digits(whole) || !all_digits(part) {
                    return None;
                }
                let whole = word.parse::<i64>().ok().map(Number::from);
                Value::Number(whole.or_else(|| Number::from_f64(word.parse().ok()?))?)
            }
        };
        self.rest = rest;
        Some(Term::Literal(value, word.to_owned()))
    }

    fn path(&mut self) -> Result<Path, String> {
        let start = self.rest;
        let mut path = Path {
            is_data: self.takes("@"),
            ..Path::default()
        };
        loop {
            self.word()?;
            if self.takes("..") {
                path.up += 1;
                path.is_placed = true;
            } else if self.takes(".") || self.takes_this(&path) {
                path.is_placed = true;
            } else if let Some((name, length)) = segment(self.rest) {
                path.keys.push(name);
                self.rest = &self.rest[length..];
            } else {
                let found: String = self.rest.chars().take(12).collect();
                return Err(match found.trim_end() {
                    "" => "a tag has no end".to_owned(),
                    found => format!("there is `{found}` where a name should be"),
                });
            }
            if !self.takes("/") && !self.takes(".") {
                break;
            }
        }
        start[..start.len() - self.rest.len()].clone_into(&mut path.text);
        Ok(path)
    }

    fn takes_this(&mut self, path: &Path) -> bool {
        let is_this = segment(self.rest).is_some_and(|(name, length)| name == "this" && length == 4);
        path.keys.is_empty() && is_this && self.takes("this")
    }
}

/// A name at the beginning of a text, or anything in brackets, and how long it is.
fn segment(text: &str) -> Option<(String, usize)> {
    if let Some(inner) = text.strip_prefix('[') {
        let end = inner.find(']')?;
        return Some((inner[..end].to_owned(), end + 2));
    }
    let is_end = |c: char| c.is_whitespace() || "!\"#%&'()*+,./;<=>@[\\]^`{|}~".contains(c);
    let end = text.find(is_end).unwrap_or(text.len());
    (end > 0).then(|| (text[..end].to_owned(), end))
}

//! Which call went wrong: the engine's `not a function` has no name in it, and its place is the last name that was looked up
//! before the call, which mostly stands in what the call is given.
//!
//! ```text
//! x.nope(pm.response.json())      a call is behind the place when nothing between the two looks anything up:
//!                   ▲   ① ②       ① pm.response.json ② x.nope; the first is known to be a function
//! ```
//!
//! Where more than one is left, all of them are named.

use super::{is_word, rest_at};

/// Words that may stand before an operand and are none.
const OPERATORS: &str = "return typeof case in of await void delete new throw else do instanceof yield";
/// Words before a bracket that make it no call.
const STATEMENTS: &str = "if for while switch catch with function";
/// What stands for itself: nothing is looked up.
const VALUES: &str = "this null true false await typeof void async";

pub fn is_one_of(words: &str, text: &str) -> bool {
    words.split(' ').any(|word| word == text)
}

/// What is not a function or a constructor at a place; `works` tells whether a path from the globals leads to a function.
pub fn wrong(source: &str, at: (u32, u32), works: &dyn Fn(&[&str]) -> bool) -> Option<String> {
    let line = usize::try_from(at.0).ok()?.checked_sub(1)?;
    let start: usize = source.split('\n').take(line).map(|line| line.len() + 1).sum();
    let whole = source.split('\n').nth(line)?;
    let place = start + whole.len() - rest_at(source, at)?.len();
    let script = Script::read(source);
    let mut found: Vec<Callee> = Vec::new();
    for open in script.behind(place) {
        if let Some(callee) = script.callee(open)
            && !found.contains(&callee)
            && !script.surely_works(&callee, works)
        {
            found.push(callee);
        }
    }
    if found.is_empty() {
        // Names of the script's own have no place: then it is that of the function they are called in.
        let mut all = script.called_within(place).into_iter();
        found.extend(all.next());
        if all.any(|other| !found.contains(&other)) {
            return None;
        }
    }
    let what = if found.first()?.is_new {
        "constructor"
    } else {
        "function"
    };
    let names: Vec<String> = found.into_iter().map(|callee| callee.name).collect();
    Some(format!("{} is not a {what}", names.join(" or ")))
}

/// The first bracket that closes none, and its place.
pub fn stray(source: &str) -> Option<(&str, (u32, u32))> {
    let script = Script::read(source);
    let closes = |token: &Token<'_>| token.kind == Kind::Sign && matches!(token.text, ")" | "]" | "}");
    let token = script
        .tokens
        .iter()
        .find(|token| closes(token) && token.mate.is_none())?;
    Some((token.text, super::place_of(source, token.at)))
}

/// The only class of a script that is called like a function.
pub fn class(source: &str) -> Option<&str> {
    let script = Script::read(source);
    let all = || 1..script.tokens.len();
    let is_class = |name: &str| all().any(|at| script.text(at) == name && script.text(at - 1) == "class");
    let mut called = all().filter(|at| {
        let before = at.checked_sub(2).map_or("", |at| script.text(at));
        script.text(*at) == "("
            && script.kind(at - 1) == Kind::Name
            && !["new", "class", "."].contains(&before)
            && is_class(script.text(at - 1))
    });
    let name = script.text(called.next()? - 1);
    called.all(|at| script.text(at - 1) == name).then_some(name)
}

/// The literals of a script's patterns, and where in it they begin.
pub fn patterns(source: &str) -> Vec<(&str, usize)> {
    let script = Script::read(source);
    let is_pattern = |token: &&Token<'_>| token.kind == Kind::Literal && token.text.starts_with('/');
    script
        .tokens
        .iter()
        .filter(is_pattern)
        .map(|token| (token.text, token.at))
        .collect()
}

/// What is called, as V8 writes it.
#[derive(PartialEq, Eq)]
struct Callee {
    name: String,
    is_new: bool,
    /// Of a literal's own method its class and name.
    method: Option<(&'static str, String)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A name or a word of the language.
    Name,
    /// A number, a text, a pattern.
    Literal,
    /// Anything else.
    Sign,
}

pub struct Token<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    kind: Kind,
    /// The bracket that belongs to this one.
    mate: Option<usize>,
    /// The innermost bracket that is open here; one that ends is within itself.
    pub(super) around: Option<usize>,
}

#[cfg(test)]
thread_local! {
    static LOOKS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// How often some work looks at a token.
#[cfg(test)]
pub fn looks(work: impl FnOnce()) -> usize {
    LOOKS.set(0);
    work();
    LOOKS.get()
}

/// A script in its tokens.
pub struct Script<'a> {
    pub(super) tokens: Vec<Token<'a>>,
    pub(super) source: &'a str,
}

impl<'a> Script<'a> {
    /// Reads it.
    pub fn read(source: &'a str) -> Self {
        let mut script = Self {
            tokens: Vec::new(),
            source,
        };
        let mut open: Vec<usize> = Vec::new();
        let mut at = 0;
        while let Some(c) = source[at..].chars().next() {
            let rest = &source[at..];
            let in_template = open
                .last()
                .is_some_and(|open| script.tokens[*open].text.starts_with('`'));
            let (kind, length) = if c.is_whitespace() {
                at += c.len_utf8();
                continue;
            } else if rest.starts_with("//") {
                at += rest.find('\n').unwrap_or(rest.len());
                continue;
            } else if rest.starts_with("/*") {
                at += rest.find("*/").map_or(rest.len(), |end| end + 2);
                continue;
            } else if c.is_ascii_digit() {
                (Kind::Literal, run(rest, |c| is_word(c) || c == '.'))
            } else if is_word(c) || c == '#' {
                (Kind::Name, 1.max(run(rest, |c| is_word(c) || c == '#')))
            } else if matches!(c, '\'' | '"') {
                (Kind::Literal, quoted(rest, &[c.encode_utf8(&mut [0; 4])]))
            } else if c == '`' || (c == '}' && in_template) {
                let length = quoted(rest, &["`", "${"]);
                let is_whole = c == '`' && rest[..length].ends_with('`');
                (if is_whole { Kind::Literal } else { Kind::Sign }, length)
            } else if c == '/' && !script.is_operand(script.tokens.len()) {
                let end = regex(rest);
                (Kind::Literal, end + run(&rest[end..], is_word))
            } else {
                (Kind::Sign, sign(rest))
            };
            let text = &rest[..length.min(rest.len())];
            let number = script.tokens.len();
            let mut mate = None;
            let around = open.last().copied();
            if kind == Kind::Sign {
                let opens = matches!(text, "(" | "[" | "{") || (text.starts_with('`') && text.ends_with("${"));
                if opens {
                    open.push(number);
                } else if matches!(text, ")" | "]" | "}") || (text.starts_with('}') && text.ends_with('`')) {
                    mate = open.pop();
                }
            }
            if let Some(mate) = mate {
                script.tokens[mate].mate = Some(number);
            }
            script.tokens.push(Token {
                text,
                at,
                kind,
                mate,
                around,
            });
            at += text.len();
        }
        script
    }

    /// The text of a token; nothing behind the end.
    pub fn text(&self, number: usize) -> &'a str {
        #[cfg(test)]
        LOOKS.with(|looks| looks.set(looks.get() + 1));
        self.tokens.get(number).map_or("", |token| token.text)
    }

    /// What kind of token it is.
    pub fn kind(&self, number: usize) -> Kind {
        self.tokens.get(number).map_or(Kind::Sign, |token| token.kind)
    }

    /// The bracket that belongs to one.
    pub fn mate(&self, number: usize) -> Option<usize> {
        self.tokens.get(number)?.mate
    }

    /// Whether what stands before a token is a value or the end of one.
    pub fn is_operand(&self, number: usize) -> bool {
        let Some(before) = number.checked_sub(1) else {
            return false;
        };
        let text = self.text(before);
        match self.kind(before) {
            // `o.return` is a name like others.
            Kind::Name => !is_one_of(OPERATORS, text) || self.is_member(before),
            Kind::Literal => true,
            Kind::Sign => matches!(text, ")" | "]" | "}") || text.ends_with('`'),
        }
    }

    /// Whether a token is the name of a member.
    pub fn is_member(&self, number: usize) -> bool {
        number > 0 && matches!(self.text(number - 1), "." | "?.")
    }

    /// Whether a bracket, or a template, is given to what stands before it.
    pub fn is_call(&self, open: usize) -> bool {
        let Some(before) = open.checked_sub(1) else {
            return false;
        };
        if self.text(before) == "?." {
            return true;
        }
        let is_statement = is_one_of(STATEMENTS, self.text(before)) && !self.is_member(before);
        let is_declared = before > 0 && self.text(before - 1) == "function";
        self.is_operand(open) && self.text(before) != "}" && !is_statement && !is_declared
    }

    /// The calls that come to pass before anything else is looked up behind a place, each by its bracket.
    fn behind(&self, place: usize) -> Vec<usize> {
        let mut at = self
            .tokens
            .partition_point(|token| token.at + token.text.len() <= place);
        let mut out = Vec::new();
        // The name itself stands behind these.
        if matches!(self.text(at), "." | "?." | "[") && self.text(at + 1) != "(" {
            at += 1;
        }
        if self.text(at) == "(" {
            let next = self.text(at + 1);
            let is_looked_up = self.kind(at + 1) == Kind::Name && next != "function" && !is_one_of(VALUES, next);
            at += if is_looked_up && self.text(at + 2) == "(" { 2 } else { 0 };
        } else {
            at += 1;
            if self.is_made(at - 1) {
                while self.text(at) == "." {
                    at += 2;
                }
                if self.text(at) != "(" {
                    out.push(at);
                }
            }
        }
        let start = at;
        while at < self.tokens.len() {
            let text = self.text(at);
            let next = self.text(at + 1);
            let operand = self.is_operand(at);
            let mate = self.mate(at);
            at = match (self.kind(at), text) {
                (Kind::Literal, _) => {
                    if operand && text.starts_with('`') {
                        out.push(at);
                    }
                    at + 1
                }
                (Kind::Name, "function") => match self.behind_function(at) {
                    Some(end) if end > at => end,
                    _ => break,
                },
                (Kind::Name, _) if next == "=>" => self.behind_arrow(at + 1),
                (Kind::Name, _) if next == ":" && matches!(self.text(at - 1), "{" | ",") => at + 1,
                (Kind::Name, _) if is_one_of(VALUES, text) => at + 1,
                (Kind::Sign, "(") => match mate {
                    Some(mate) if self.text(mate + 1) == "=>" => self.behind_arrow(mate + 1),
                    Some(_) => at + 1,
                    None => break,
                },
                // What a function returns goes elsewhere.
                (Kind::Sign, ")") if mate.is_some_and(|open| open < start && self.is_body(open, start)) => break,
                (Kind::Sign, ")") => match mate {
                    Some(open) if self.is_call(open) => {
                        out.push(open);
                        at + 1
                    }
                    Some(open) if !self.is_operand(open) => at + 1,
                    _ => break,
                },
                (Kind::Sign, "?.") if next == "(" => at + 1,
                // What is only read has no place; what is called has.
                (Kind::Sign, "." | "?.") if self.kind(at + 1) == Kind::Name => {
                    let behind = self.text(at + 2);
                    if behind == "(" || behind.starts_with('`') || (behind == "?." && self.text(at + 3) == "(") {
                        break;
                    }
                    at + 2
                }
                (Kind::Sign, "{" | "-" | "+" | "!" | "~") if !operand => at + 1,
                (Kind::Sign, "}") if mate.is_some_and(|open| self.is_object(open)) => at + 1,
                (Kind::Sign, "," | ":" | "?" | "&&" | "||" | "??" | "[" | "]" | "..." | "=" | "++" | "--") => at + 1,
                (Kind::Sign, _) if text.starts_with('`') || (text.starts_with('}') && text.len() > 1) => {
                    if let Some(open) = mate.filter(|open| *open < at && self.is_operand(*open)) {
                        out.push(open);
                    }
                    at + 1
                }
                _ => break,
            };
        }
        out
    }

    /// What is called by a name of the script's own, and may be no function, in the function that begins at a place.
    fn called_within(&self, place: usize) -> Vec<Callee> {
        let mut at = self
            .tokens
            .partition_point(|token| token.at + token.text.len() <= place);
        let named = at;
        // Between the place and the function nothing is looked up.
        while !self.begins(at) && at + 1 < self.len() && !self.is_line_start(at + 1) {
            at += 1;
        }
        let is_at_place = named == at;
        if self.text(at) == "async" {
            at += 1;
        }
        let arrow = if self.text(at + 1) == "=>" {
            Some(at + 1)
        } else {
            self.mate(at).map(|end| end + 1).filter(|end| self.text(*end) == "=>")
        };
        let (begin, end) = match arrow {
            Some(arrow) => (arrow + 1, self.behind_arrow(arrow)),
            None if self.text(at) == "function" => match self.behind_function(at) {
                Some(end) => (at, end),
                None => return Vec::new(),
            },
            None => return Vec::new(),
        };
        let is_own = |name: usize| {
            let name = self.text(name);
            (1..self.tokens.len())
                .any(|at| self.text(at) == name && ["const", "let", "var"].contains(&self.text(at - 1)))
        };
        let calls = |open: &usize| self.text(*open) == "(" && *open > 0 && self.is_call(*open);
        let is_named = |open: usize| self.kind(open - 1) == Kind::Name && !self.is_member(open - 1) && is_own(open - 1);
        (begin..end.min(self.tokens.len()))
            .filter(calls)
            .filter_map(|open| Some((open, self.callee(open)?)))
            .filter(|(open, callee)| {
                // What is written down has no place, either.
                let is_value = callee.name.starts_with(|c: char| c == '[' || c.is_ascii_digit());
                let is_named_member = callee.method.as_ref().is_some_and(|(_, name)| !name.starts_with('['));
                let is_written = is_value && !is_named_member;
                is_written && !callee.name.contains("(...)") || is_at_place && is_named(*open)
            })
            .map(|(_, callee)| callee)
            .filter(|callee| !self.surely_works(callee, &|_| false))
            .collect()
    }

    /// Whether a dotted name stands behind `new`.
    fn is_made(&self, mut at: usize) -> bool {
        while self.kind(at) == Kind::Name && self.is_member(at) && at > 1 {
            at -= 2;
        }
        at > 0 && self.text(at - 1) == "new"
    }

    /// What stands before a bracket, as V8 writes it: a call is `(...)` there, and what has no name an intermediate value.
    fn callee(&self, open: usize) -> Option<Callee> {
        let mut parts: Vec<String> = Vec::new();
        let mut at = self.before(open)?;
        let mut is_called = false;
        let base = loop {
            let (text, member) = (self.text(at), self.is_member(at));
            let sign = if member { self.text(at - 1) } else { "" };
            match (self.kind(at), text) {
                (Kind::Name | Kind::Literal, _) if member => {
                    parts.push(format!("{sign}{text}"));
                    at = at.checked_sub(2)?;
                }
                (Kind::Literal, _) if text.starts_with(['\'', '"', '`']) => {
                    break format!("\"{}\"", text.get(1..text.len().checked_sub(1)?)?);
                }
                (Kind::Name | Kind::Literal, _) => break text.to_owned(),
                (_, ")" | "]") => {
                    let begin = self.mate(at)?;
                    let inside = begin + 1..at;
                    let is_plain = inside
                        .clone()
                        .all(|at| self.kind(at) == Kind::Name || self.text(at) == ".");
                    let words: String = inside.clone().map(|at| self.text(at)).collect();
                    if text == ")" && self.is_call(begin) {
                        is_called = true;
                        parts.push("(...)".to_owned());
                        at = self.before(begin)?;
                    } else if text == "]" && (self.is_operand(begin) || self.text(begin.max(1) - 1) == "?.") {
                        let quote = |c: char| matches!(c, '\'' | '"' | '`');
                        parts.push(match (inside.len(), self.kind(begin + 1)) {
                            (1, Kind::Literal) if words.starts_with(quote) => format!(".{}", words.trim_matches(quote)),
                            (1, _) => format!("[{words}]"),
                            _ if is_plain => format!("[{words}]"),
                            _ => "[(intermediate value)]".to_owned(),
                        });
                        at = self.before(begin)?;
                    } else if text == ")" && self.text(begin + 1) == "{" && self.mate(begin + 1) == Some(at - 1) {
                        break self.braces(begin + 1, at - 1);
                    } else {
                        at = begin;
                        let is_array = text == "]"
                            && inside
                                .clone()
                                .all(|at| self.kind(at) == Kind::Literal || self.text(at) == ",");
                        break match text {
                            "]" if is_array => format!("[{words}]"),
                            ")" if is_plain || inside.len() == 1 => words,
                            _ => "(intermediate value)".to_owned(),
                        };
                    }
                }
                (_, "}") => {
                    let end = at;
                    at = self.mate(at)?;
                    break if self.is_object(at) {
                        self.braces(at, end)
                    } else {
                        "(intermediate value)".to_owned()
                    };
                }
                _ => break "(intermediate value)".to_owned(),
            }
        };
        let class = match base.chars().next() {
            Some('"') => "String",
            Some('/') => "RegExp",
            Some('[') => "Array",
            _ => "",
        };
        let own = parts.first().filter(|_| parts.len() == 1 && !class.is_empty());
        let method = own.map(|name| (class, name.trim_start_matches('.').to_owned()));
        let name = parts.iter().rev().fold(base, |name, part| name + part);
        let is_new = !is_called && at > 0 && self.text(at - 1) == "new";
        (!name.is_empty()).then_some(Callee { name, is_new, method })
    }

    /// An object that is written down, as V8 shows it: one value after the other.
    fn braces(&self, open: usize, end: usize) -> String {
        let mut values = usize::from(end > open + 1);
        let mut at = open + 1;
        while at < end {
            values += usize::from(self.text(at) == "," && at + 1 < end);
            at = self.mate(at).filter(|mate| *mate > at).unwrap_or(at) + 1;
        }
        format!("{{{}}}", "(intermediate value)".repeat(values))
    }

    fn before(&self, open: usize) -> Option<usize> {
        let at = open.checked_sub(1)?;
        if self.text(at) == "?." {
            at.checked_sub(1)
        } else {
            Some(at)
        }
    }

    /// Whether what is called is known to be a function: by the globals, or because the script says so where it declares it.
    fn surely_works(&self, callee: &Callee, works: &dyn Fn(&[&str]) -> bool) -> bool {
        if let Some((class, name)) = &callee.method {
            return works(&[class, "prototype", name]);
        }
        let path: Vec<&str> = callee.name.split('.').collect();
        if path.len() > 1 && path.last().is_some_and(|name| ["toString", "valueOf"].contains(name)) {
            return true;
        }
        let all = || 1..self.tokens.len();
        let declared = |at: usize| {
            self.text(at) == path[0] && ["const", "let", "var", "class", "function"].contains(&self.text(at - 1))
        };
        if all().any(&declared) {
            let is_function = |at: usize| {
                self.text(at) == path[0] && {
                    let begins = |at: usize| {
                        ["function", "async"].contains(&self.text(at))
                            || self.text(at + 1) == "=>"
                            || (self.text(at) == "(" && self.mate(at).is_some_and(|end| self.text(end + 1) == "=>"))
                    };
                    self.text(at - 1) == "function" || (self.text(at + 1) == "=" && begins(at + 2))
                }
            };
            let mut own = all().filter(|at| declared(*at));
            return path.len() == 1 && !callee.is_new && own.all(is_function);
        }
        path.iter().all(|part| !part.is_empty() && part.chars().all(is_word)) && works(&path)
    }
}

/// How long the beginning of a text is that is made of such characters, in bytes.
fn run(text: &str, is: impl Fn(char) -> bool) -> usize {
    text.find(|c| !is(c)).unwrap_or(text.len())
}

/// The length of what is in quotes, with them.
fn quoted(text: &str, ends: &[&str]) -> usize {
    let mut at = 1;
    while at < text.len() {
        if let Some(end) = ends
            .iter()
            .find(|end| text.get(at..).is_some_and(|rest| rest.starts_with(**end)))
        {
            return at + end.len();
        }
        let skipped = if text.as_bytes()[at] == b'\\' { 2 } else { 1 };
        at = text.ceil_char_boundary((at + skipped).min(text.len()));
    }
    text.len()
}

/// The length of a regular expression, without its flags.
pub fn regex(text: &str) -> usize {
    let mut in_class = false;
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            '/' if !in_class => return at + 1,
            '\n' => return at,
            _ => {}
        }
    }
    text.len()
}

/// The length of the sign at the beginning of a text.
fn sign(text: &str) -> usize {
    let long = [
        "...", "===", "!==", "=>", "?.", "==", "!=", "<=", ">=", "&&", "||", "??", "++", "--",
    ];
    let found = long.iter().find(|sign| text.starts_with(**sign));
    found.map_or_else(|| text.chars().next().map_or(1, char::len_utf8), |sign| sign.len())
}

//! What was thrown, as people know it from Postman: V8's words for the engine's messages, and places in the user's own
//! script.
//!
//! The engine sees the script inside a wrapper; the wrapper shares the first line, so columns there are shifted back.

mod calls;
mod evaluated;
mod given;
mod members;
mod natives;
mod nested;
mod operand;
mod regexp;
mod sure;
mod tokens;

/// The file name scripts are compiled under.
pub const FILE: &str = "script.js";
/// What stands before the script on its first line. By the `;` a `"use strict"` at the script's top is a text like any
/// other, as in Postman, where scripts of that kind set names that they never declare.
pub const OPEN: &str = "(async function () {;";
/// What stands behind it; a line end first, for a script that ends in a comment.
pub const CLOSE: &str = "\n})";

/// The engine's own functions that make patterns of texts.
const PATTERNS: [&str; 4] = ["RegExp", "match", "matchAll", "search"];

/// An error as it comes from JavaScript.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Thrown {
    /// `TypeError` …
    pub name: String,
    /// Its message.
    pub message: String,
    /// Its stack as the engine writes it.
    pub stack: String,
}

/// An error for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Worded {
    /// `TypeError` …
    pub name: String,
    /// Its message.
    pub message: String,
    /// The frames inside the script.
    pub stack: String,
    /// Line and column of the first of them, from 1.
    pub at: Option<(u32, u32)>,
}

impl Worded {
    /// The same of a script that other lines stand above.
    pub fn below(mut self, above: u32) -> Self {
        if above == 0 {
            return self;
        }
        self.at = self.at.map(|(line, column)| (line + above, column));
        let lower = |frame: &str| {
            let (before, place) = frame.rsplit_once(&format!("{FILE}:"))?;
            let (line, behind) = place.split_once(':')?;
            let line = line.parse::<u32>().ok()? + above;
            Some(format!("{before}{FILE}:{line}:{behind}"))
        };
        let frames = self
            .stack
            .lines()
            .map(|frame| lower(frame).unwrap_or_else(|| frame.to_owned()));
        self.stack = frames.collect::<Vec<_>>().join("\n");
        self
    }
}

/// The world that an error comes from, by paths from its globals.
pub trait World {
    /// Whether a path leads to a function, as `JSON`, `parse` does.
    fn works(&self, path: &[&str]) -> bool;

    /// What V8 calls what a path leads to, where it is nothing or a number; `json()` on the way is the answer.
    fn shown(&self, path: &[&str]) -> Option<String>;

    /// The texts that the variables of a name have, for a script that evaluates one; `None` where one must not be read.
    fn texts(&self, _: &str) -> Option<Vec<String>> {
        None
    }
}

/// What is there when nobody can be asked.
pub struct Nothing;

impl World for Nothing {
    fn works(&self, _: &[&str]) -> bool {
        false
    }

    fn shown(&self, _: &[&str]) -> Option<String> {
        None
    }
}

/// Words an error of the script `source`.
pub fn reword(thrown: Thrown, source: &str, world: &dyn World) -> Worded {
    let frames: Vec<(String, (u32, u32))> = thrown
        .stack
        .lines()
        .filter_map(frame)
        .map(|(function, at)| (function, in_letters(source, at)))
        .collect();
    let mut at = frames.first().map(|(_, at)| *at);
    let stack: Vec<String> = frames
        .iter()
        .map(|(function, (line, column))| match function.as_str() {
            "" | "<anonymous>" => format!("    at {FILE}:{line}:{column}"),
            name => format!("    at {name} ({FILE}:{line}:{column})"),
        })
        .collect();
    // A built-in function complains about what it was given; the place is its caller's.
    let native = first_frame(&thrown.stack).and_then(native_frame).map(str::to_owned);
    // Not the script's text is wrong then, but what `eval` was given, or what a part of the prelude was.
    let is_foreign =
        first_frame(&thrown.stack).is_some_and(|frame| !frame.contains(&format!("{FILE}:"))) && native.is_none();
    let evaluated = is_foreign.then(|| evaluated::words(&thrown, source, world)).flatten();
    let Thrown {
        name,
        message,
        stack: sites,
    } = thrown;
    let is_syntax = name == "SyntaxError" && !is_foreign;
    let stray = at
        .filter(|at| is_syntax && rest_at(source, *at).is_none())
        .and_then(|_| calls::stray(source));
    if let Some((_, place)) = stray {
        at = Some(place);
    }
    // The engine stands behind the name that is declared twice, and has no place for a pattern.
    if is_syntax && message.starts_with("invalid redefinition of ") {
        at = at.map(|at| name_before(source, at).unwrap_or(at));
    }
    let found = if is_syntax && native.is_none() && at.is_none() {
        given::declared(&message, source).or_else(|| regexp::place(&message, source))
    } else {
        None
    };
    // V8 has no name for its own limits.
    let shown = if name == "InternalError" {
        "RangeError".to_owned()
    } else {
        name.clone()
    };
    let line = at.map_or(0, |(line, _)| line);
    let is_known = !is_foreign && ["TypeError", "RangeError"].contains(&name.as_str());
    let sure = is_known
        .then(|| certain(&message, native.as_deref(), source, &sites, &frames, world))
        .flatten();
    let given = native.as_deref().and_then(|of| given::words(&message, of, source, at));
    let message = match name.as_str() {
        _ if evaluated.is_some() => evaluated,
        _ if given.is_some() => given,
        _ if sure.is_some() => sure,
        "SyntaxError" if native.as_ref().is_some_and(|of| PATTERNS.contains(&of.as_str())) => {
            regexp::words(&message, source, at, true)
        }
        "SyntaxError" if is_foreign || native.is_some() => sure::evaluated_words(&message, &sites, source, line)
            .or_else(|| syntax_error(&message, "", None))
            .or_else(|| foreign(&message)),
        "SyntaxError" if stray.is_some() => stray.map(|(token, _)| unexpected(token)),
        "TypeError" | "RangeError" if native.as_ref().is_some_and(|of| natives::words(&message, of).is_some()) => {
            native.and_then(|of| natives::words(&message, &of))
        }
        "TypeError" if message == "not a function" && native.is_some() => {
            native.map(|native| format!("the function given to {native} is not a function"))
        }
        // `Object.keys` and its like complain so in V8 too.
        "TypeError" if native.is_some() && message == "Cannot convert undefined or null to object" => None,
        "TypeError" if is_foreign => type_error(&message, "", None),
        "TypeError" if message == "not a function" => {
            at.and_then(|at| calls::wrong(source, at, &|path| world.works(path)))
        }
        // What it changes is not in the script's text.
        "TypeError" if native.is_some() && members::is_change(&message) => members::changed(&message, "", None),
        "TypeError" => type_error(&message, source, at),
        "SyntaxError" => syntax_error(&message, source, at),
        "URIError" => Some("URI malformed".to_owned()),
        "JSONError" if message.starts_with("BigInt are forbidden") => {
            Some("Do not know how to serialize a BigInt".to_owned())
        }
        "JSONError" if message == "circular reference" => Some("Converting circular structure to JSON".to_owned()),
        "RangeError" if message == "Date value is NaN" => Some("Invalid time value".to_owned()),
        "ReferenceError" => reference_error(&message),
        "RangeError" if message == "invalid array length" => Some("Invalid array length".to_owned()),
        "InternalError" if message == "string too long" => Some("Invalid string length".to_owned()),
        _ => None,
    }
    .unwrap_or(message);
    let message = if is_foreign {
        message
    } else {
        sure::completed(message, source, world)
    };
    Worded {
        name: shown,
        message,
        stack: stack.join("\n"),
        at: at.or(found),
    }
}

/// V8's words for a complaint where what it is about surely stands in the script.
fn certain(
    message: &str,
    native: Option<&str>,
    source: &str,
    sites: &str,
    frames: &[(String, (u32, u32))],
    world: &dyn World,
) -> Option<String> {
    let (function, place) = frames.first()?;
    let is_named = !["", "<anonymous>"].contains(&function.as_str());
    match (message, native) {
        // The first place is the class itself then.
        ("class constructors must be invoked with 'new'", None) if is_named => {
            Some(format!("Class constructor {function} cannot be invoked without 'new'"))
        }
        ("Cannot convert undefined or null to object", None) => {
            let is_called = frames.len() > 1;
            // A function that looks nothing up itself is said to be where it is made.
            let is_within = frames.get(1).is_some_and(|(_, other)| other == place);
            let caller = sites.lines().nth(1).filter(|_| is_called).and_then(frame);
            let said = caller.and_then(|(_, place)| operand::said(source, in_letters(source, place)));
            nested::words(source, *place, (is_called, is_within, said), world).or_else(|| {
                is_called
                    .then(|| operand::given_nothing(source, *place, said))
                    .flatten()
            })
        }
        _ => sure::words(message, native, source, place.0, world),
    }
}

/// The first line of a stack that is a place; before it stands what the error said.
fn first_frame(stack: &str) -> Option<&str> {
    stack.lines().find(|line| line.starts_with("    at "))
}

/// The built-in function of a stack line: `    at forEach (native)`.
fn native_frame(line: &str) -> Option<&str> {
    line.trim().strip_prefix("at ")?.strip_suffix(" (native)")
}

/// Function and place of a stack line that lies in the script: `    at f (script.js:1:2)`.
fn frame(line: &str) -> Option<(String, (u32, u32))> {
    let line = line.trim().strip_prefix("at ")?;
    let start = line.find(&format!("{FILE}:"))?;
    let function = line[..start].trim_end_matches('(').trim().to_owned();
    let mut numbers = line[start + FILE.len() + 1..].trim_end_matches(')').split(':');
    let row: u32 = numbers.next()?.parse().ok()?;
    let column: u32 = numbers.next().and_then(|text| text.parse().ok()).unwrap_or(1);
    let shift = u32::try_from(OPEN.len()).unwrap_or(0);
    let column = if row == 1 {
        column.saturating_sub(shift).max(1)
    } else {
        column
    };
    Some((function, (row, column)))
}

/// A place of the engine, which counts bytes in a line, as people count: in letters.
fn in_letters(source: &str, (line, column): (u32, u32)) -> (u32, u32) {
    let text = usize::try_from(line)
        .ok()
        .and_then(|line| source.split('\n').nth(line.checked_sub(1)?));
    let before = usize::try_from(column).unwrap_or(usize::MAX).saturating_sub(1);
    let inside = |at: usize| !text.is_some_and(|text| text.is_char_boundary(at));
    let extra = (0..before.min(text.map_or(0, str::len)))
        .filter(|at| inside(*at))
        .count();
    (line, column.saturating_sub(u32::try_from(extra).unwrap_or(0)).max(1))
}

/// The text between two markers of a message.
fn between<'a>(message: &'a str, open: &str, close: &str) -> Option<&'a str> {
    message.strip_prefix(open)?.strip_suffix(close)
}

fn type_error(message: &str, source: &str, at: Option<(u32, u32)>) -> Option<String> {
    for (engine, words, doing) in [
        ("cannot read property '", "Cannot read properties of ", "reading"),
        ("cannot set property '", "Cannot set properties of ", "setting"),
    ] {
        if let Some((key, what)) = message.strip_prefix(engine).and_then(|rest| rest.rsplit_once("' of ")) {
            if key == "Symbol.iterator" {
                let kind = if what == "null" { "object " } else { "" };
                return Some(format!("{kind}{what} is not iterable {}", sure::READ));
            }
            return Some(format!("{words}{what} ({doing} '{key}')"));
        }
    }
    if let Some(name) = between(message, "'", "' is read-only") {
        let declared = source.contains(&format!("const {name}"))
            && !at.is_some_and(|(line, _)| sure::is_member_set(source, line, name));
        return Some(if declared {
            "Assignment to constant variable.".to_owned()
        } else {
            members::read_only(name, source, at)
        });
    }
    let words = match message {
        "invalid 'in' operand" => return operand::not_in(source, at?),
        "Cannot convert undefined or null to object" => return operand::taken_apart(source, at?),
        "class constructors must be invoked with 'new'" => {
            // The place is the class itself, or a function around the call.
            let named = rest_at(source, at?).and_then(|rest| rest.strip_prefix("class"));
            let name = named.map(first_token).or_else(|| calls::class(source))?;
            return Some(format!("Class constructor {name} cannot be invoked without 'new'"));
        }
        "circular reference" => "Converting circular structure to JSON",
        "BigInt are forbidden in JSON.stringify" => "Do not know how to serialize a BigInt",
        message if members::is_change(message) => return members::changed(message, source, at),
        "invalid 'instanceof' right operand" if operand::is_primitive(source, at) => {
            "Right-hand side of 'instanceof' is not an object"
        }
        "invalid 'instanceof' right operand" => "Right-hand side of 'instanceof' is not callable",
        "empty array" => "Reduce of empty array with no initial value",
        "cannot convert symbol to string" => "Cannot convert a Symbol value to a string",
        "cannot convert BigInt to number" => "Cannot mix BigInt and other types, use explicit conversions",
        _ => return natives::plain(message),
    };
    Some(words.to_owned())
}

fn reference_error(message: &str) -> Option<String> {
    let name = message.strip_suffix(" is not initialized")?;
    if name.trim_matches('\'') == "this" {
        let words = "Must call super constructor in derived class before accessing 'this' or returning from derived constructor";
        return Some(words.to_owned());
    }
    Some(format!(
        "Cannot access '{}' before initialization",
        name.trim_matches('\'')
    ))
}

/// The text from a place on; `None` behind the end of the script.
fn rest_at(source: &str, (line, column): (u32, u32)) -> Option<&str> {
    let line = source.split('\n').nth(usize::try_from(line).ok()?.checked_sub(1)?)?;
    let column = usize::try_from(column).ok()?.checked_sub(1)?;
    let at = line.char_indices().nth(column).map_or(line.len(), |(at, _)| at);
    Some(&line[at..])
}

/// What stands before a place; all of it where that is behind its end.
fn before(source: &str, at: (u32, u32)) -> &str {
    let Some(rest) = rest_at(source, at) else { return source };
    let lines = usize::try_from(at.0).unwrap_or(usize::MAX);
    let end: usize = source.split_inclusive('\n').take(lines).map(str::len).sum();
    let breaks = usize::from(source[..end].ends_with('\n'));
    &source[..end - breaks - rest.len()]
}

/// V8's words for wrong text that is not known: which sign or name is wrong stands in the text.
fn foreign(message: &str) -> Option<String> {
    let is_sign =
        message.starts_with("expecting ") || ["variable name expected", "invalid property name"].contains(&message);
    let words = match message {
        _ if is_sign => "Invalid or unexpected token",
        _ if message.starts_with("invalid redefinition of ") => "Identifier has already been declared",
        _ => return None,
    };
    Some(words.to_owned())
}

fn syntax_error(message: &str, source: &str, at: Option<(u32, u32)>) -> Option<String> {
    if let Some(words) = regexp::words(message, source, at, false) {
        return Some(words);
    }
    if let Some(token) = between(message, "unexpected token in expression: '", "'") {
        let ended = at.is_some_and(|at| rest_at(source, at).is_none());
        // Behind a value a call wants its end.
        let before = at.map_or("", |at| before(source, at)).trim_end();
        if before.ends_with(|c| is_word(c) || ")]}'\"`".contains(c)) && is_in_call(before) {
            return Some(MISSING.to_owned());
        }
        return Some(unexpected(if ended { "" } else { token }));
    }
    if message.starts_with("unexpected end of") || message.starts_with("unterminated") {
        return Some("Invalid or unexpected token".to_owned());
    }
    if message.starts_with("invalid redefinition of ") {
        let end = || source.trim_end().trim_end_matches(';');
        let last = || {
            end()
                .rsplit(|c: char| !is_word(c))
                .next()
                .filter(|word| !word.is_empty())
        };
        let name = word_at(source, at?).or_else(|| last().map(str::to_owned))?;
        return Some(format!("Identifier '{name}' has already been declared"));
    }
    let words = match message {
        "missing initializer for variable" => "Missing initializer in const declaration",
        "unexpected line terminator in regexp" => "Invalid regular expression: missing /",
        "function name expected" => "Function statements require a function name",
        "break must be inside loop or switch" => "Illegal break statement",
        "continue must be inside loop" => "Illegal continue statement: no surrounding iteration statement",
        "invalid assignment left-hand side" => "Invalid left-hand side in assignment",
        "expecting catch or finally" => "Missing catch or finally after try",
        "invalid number literal" | "invalid first character of private name" => "Invalid or unexpected token",
        "'super' is only valid in a method" => "'super' keyword unexpected here",
        "return not in a function" => "Illegal return statement",
        "invalid increment/decrement operand" => "Invalid left-hand side expression in postfix operation",
        "property constructor appears more than once" => "A class may only have one constructor",
        "'let' is not a valid lexical identifier" => "let is disallowed as a lexically bound name",
        "class statement requires a name" => "Unexpected token '{'",
        "unsupported keyword: export" => "Unexpected token 'export'",
        "unsupported keyword: enum" => "Unexpected reserved word",
        "invalid keyword: with" => "Strict mode code may not include a with statement",
        "Octal literals are not allowed in strict mode" => "Octal literals are not allowed in strict mode.",
        "variable name expected" if rest_at(source, at?).is_some_and(|rest| rest.starts_with(['[', '{'])) => {
            "Missing initializer in destructuring declaration"
        }
        _ => "",
    };
    if !words.is_empty() {
        return Some(words.to_owned());
    }
    let line = at.and_then(|(line, _)| source.split('\n').nth(usize::try_from(line).ok()?.checked_sub(1)?));
    if line.is_some_and(|line| line.trim_start().starts_with("import ")) {
        return Some("Cannot use import statement outside a module".to_owned());
    }
    let starts = [
        "expecting ",
        "unexpected token",
        "Unexpected ",
        "invalid property name",
        "invalid switch statement",
        "variable name expected",
    ];
    if starts.iter().any(|start| message.starts_with(start)) {
        // The place is behind the script when it ended too early.
        let rest = rest_at(source, at?);
        let before = before(source, at?).trim_end();
        if before.ends_with("await") && rest.is_some() {
            return Some("await is only valid in async functions and the top level bodies of modules".to_owned());
        }
        if is_in_call(before) && !before.ends_with(['(', ',']) {
            return Some(MISSING.to_owned());
        }
        if message.starts_with("Unexpected ") && !message.starts_with("Unexpected token") {
            return None;
        }
        return Some(unexpected(rest.map_or("", first_token)));
    }
    None
}

/// Whether the innermost bracket that is open at the end of a text is that of a call.
fn is_in_call(text: &str) -> bool {
    let mut open = Vec::new();
    let mut rest = text.char_indices();
    while let Some((at, c)) = rest.next() {
        let behind = &text[at..];
        let length = match c {
            '/' if behind.starts_with("//") => behind.find('\n'),
            '/' if behind.starts_with("/*") => behind.find("*/"),
            '\'' | '"' | '`' => {
                let mut escaped = false;
                let is_end = |(_, inner): &(usize, char)| {
                    let ends = *inner == c && !escaped;
                    escaped = *inner == '\\' && !escaped;
                    ends
                };
                behind.char_indices().skip(1).find(is_end).map(|(end, _)| end)
            }
            '(' | '[' | '{' => {
                open.push((c, at));
                continue;
            }
            ')' | ']' | '}' => {
                open.pop();
                continue;
            }
            _ => continue,
        };
        let end = at + length.unwrap_or(behind.len());
        while rest.next().is_some_and(|(at, _)| at < end) {}
    }
    let Some(('(', at)) = open.last() else { return false };
    let before = text[..*at].trim_end();
    let word = before.rsplit(|c| !is_word(c)).next().unwrap_or_default();
    let is_name = !word.is_empty() && !RESERVED.split(' ').any(|own| own == word);
    let above = before[..before.len() - word.len()].trim_end();
    is_name && !above.ends_with("function") || before.ends_with([')', ']'])
}

/// Where the name begins that ends just before a place.
fn name_before(source: &str, at: (u32, u32)) -> Option<(u32, u32)> {
    let text = before(source, at).trim_end();
    let start = text.trim_end_matches(is_word).len();
    (start < text.len()).then(|| place_of(source, start))
}

/// The name that begins at a place.
fn word_at(source: &str, at: (u32, u32)) -> Option<String> {
    let rest = rest_at(source, at)?;
    let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
    (end > 0).then(|| rest[..end].to_owned())
}

/// The line and the column of what stands so many bytes behind the beginning.
fn place_of(source: &str, at: usize) -> (u32, u32) {
    let before = &source[..at];
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX).saturating_add(1);
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count();
    (count(before.matches('\n').count()), count(column))
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// What is said of a call without its end.
const MISSING: &str = "missing ) after argument list";

/// The words that are no names.
const RESERVED: &str = "break case catch class const continue debugger default delete do else export extends finally \
    for function if in instanceof new return super switch this throw try typeof var void while with null true false";

fn first_token(text: &str) -> &str {
    let text = text.trim_start();
    match text.chars().next() {
        Some(c) if is_word(c) => text.split(|c: char| !is_word(c)).next().unwrap_or(text),
        Some(c) => &text[..c.len_utf8()],
        None => "",
    }
}

fn unexpected(token: &str) -> String {
    let first = token.chars().next();
    match first {
        None => "Unexpected end of input".to_owned(),
        Some('\'' | '"' | '`') => "Unexpected string".to_owned(),
        Some(c) if c.is_ascii_digit() => "Unexpected number".to_owned(),
        Some('@' | '#') => "Invalid or unexpected token".to_owned(),
        Some(_) if RESERVED.split(' ').any(|word| word == token) => format!("Unexpected token '{token}'"),
        Some(c) if c.is_alphabetic() || c == '_' || c == '$' => format!("Unexpected identifier '{token}'"),
        Some(_) => format!("Unexpected token '{token}'"),
    }
}

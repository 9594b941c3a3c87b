//! What a name of the script surely stands for: V8 says what a value is, the engine does not.
//!
//! A name is known that is declared once, gets no other value, and is a literal or what the world can tell, as
//! `const data = pm.response.json()`; of `data.items` the answer knows. All others may be anything.

use std::collections::BTreeMap;

use serde_json::Value;

use super::World;
use super::calls::{Kind, Script};

/// How many names may stand for each other.
const DEEPEST: u8 = 4;

/// What V8 was about to do with what is not iterable and has no name.
pub const READ: &str = "(cannot read property Symbol(Symbol.iterator))";

/// What a name is declared as.
enum Bound {
    /// By nobody in the script.
    Never,
    /// Once, as nothing or as what begins at a token.
    Once(Option<usize>),
    /// Somehow else.
    Somehow,
}

/// Puts what is not there in the place of names, in V8's messages that say what a value is.
pub fn completed(message: String, source: &str, world: &dyn World) -> String {
    let found = |name: &str| value(&Script::read(source), world, &name.split('.').collect::<Vec<_>>(), 0);
    if let Some((begin, name)) = message
        .strip_prefix("Cannot use 'in' operator ")
        .and_then(|rest| rest.rsplit_once("' in "))
        && let Some(value) = found(name)
    {
        return format!("Cannot use 'in' operator {begin}' in {value}");
    }
    let unsure = message.strip_suffix("' as it is undefined or null.");
    if let Some((begin, name)) = unsure.and_then(|rest| rest.rsplit_once('\''))
        && let Some(value) = found(name).filter(|value| ["undefined", "null"].contains(&value.as_str()))
    {
        return format!("{begin}'{name}' as it is {value}.");
    }
    message
}

/// V8's words for a complaint, of the built-in function `native` or of none, where they take what stands on a line.
pub fn words(message: &str, native: Option<&str>, source: &str, line: u32, world: &dyn World) -> Option<String> {
    let nothing = message.strip_prefix("cannot read property 'Symbol.iterator' of ");
    match (message, native) {
        ("value is not iterable", None) => iterated(source, line, None, world),
        (_, None) if nothing.is_some() => iterated(source, line, nothing, world),
        ("not a constructor", None) => made(source, line),
        ("not a constructor", Some(of @ ("Symbol" | "BigInt"))) => Some(format!("{of} is not a constructor")),
        ("parent class must be constructor", None) => {
            let value = behind("extends", source, line, world)?;
            Some(format!("Class extends value {value} is not a constructor or null"))
        }
        ("invalid 'instanceof' right operand", None) => {
            behind("instanceof", source, line, world)?;
            Some("Right-hand side of 'instanceof' is not an object".to_owned())
        }
        ("property is not configurable", Some(of @ "defineProperty")) => Some(match key(source, line, of) {
            Some(key) => format!("Cannot redefine property: {key}"),
            None => "Cannot redefine property".to_owned(),
        }),
        ("not an object", Some(of @ ("fromEntries" | "Map" | "WeakMap"))) => Some(match first(source, line, of) {
            Some(value) => format!("Iterator value {value} is not an entry object"),
            None => "Iterator value is not an entry object".to_owned(),
        }),
        (_, None) => super::natives::plain(message),
        _ => None,
    }
}

/// V8's words for a text that is no script and stands in the call of `eval` or `Function` on a line; the first of the sites is
/// in it.
pub fn evaluated_words(message: &str, sites: &str, source: &str, line: u32) -> Option<String> {
    let (text, is_function) = evaluated(source, line)?;
    let site = super::first_frame(sites)?;
    let mut numbers = site.trim_end().trim_end_matches(')').rsplit(':');
    let column: u32 = numbers.next()?.parse().ok()?;
    let row: u32 = numbers.next()?.parse().ok()?;
    // Before a function's text stand its head and a line.
    let row = row.checked_sub(if is_function { 2 } else { 0 })?;
    let mut place = super::in_letters(&text, (row, column));
    if message.starts_with("invalid redefinition of ") {
        place = super::name_before(&text, place).unwrap_or(place);
    }
    super::syntax_error(message, &text, Some(place))
}

/// What a dotted name on the line of a place stands for, behind a word that stands there once.
pub fn behind(sign: &str, source: &str, line: u32, world: &dyn World) -> Option<String> {
    let script = Script::read(source);
    let mut all = script.on_line(line)?.filter(|at| script.text(*at) == sign);
    let at = all.next().filter(|_| all.next().is_none())?;
    value(&script, world, &path(&script, at + 1)?, 0)
}

/// The parts of the dotted name that begins at a token, where nothing else belongs to it.
fn path<'a>(script: &Script<'a>, mut at: usize) -> Option<Vec<&'a str>> {
    let mut parts = Vec::new();
    loop {
        let is_number = parts.is_empty() && script.kind(at) == Kind::Literal;
        parts.push(script.text(at));
        if !is_number && script.kind(at) != Kind::Name {
            return None;
        }
        match script.text(at + 1) {
            "." if !is_number => at += 2,
            "(" | "[" | "?." => return None,
            _ => return Some(parts),
        }
    }
}

fn value(script: &Script<'_>, world: &dyn World, path: &[&str], depth: u8) -> Option<String> {
    let (name, rest) = path.split_first()?;
    let is_number = name.starts_with(|c: char| c.is_ascii_digit());
    if rest.is_empty() && (is_number || ["undefined", "null", "true", "false"].contains(name)) {
        return Some((*name).to_owned());
    }
    if depth > DEEPEST || !path.iter().all(|part| part.chars().all(super::is_word)) {
        return None;
    }
    let start = match bound(script, name) {
        Bound::Never => return world.shown(path),
        Bound::Once(None) => return rest.is_empty().then(|| "undefined".to_owned()),
        Bound::Once(Some(start)) => start,
        Bound::Somehow => return None,
    };
    begun(script, world, start, rest, depth)
}

/// What keys lead to from what begins at a token, as far as that is known.
pub fn member(script: &Script<'_>, world: &dyn World, start: usize, keys: &[&str]) -> Option<String> {
    begun(script, world, start, keys, 0)
}

fn begun(script: &Script<'_>, world: &dyn World, start: usize, rest: &[&str], depth: u8) -> Option<String> {
    if depth > DEEPEST {
        return None;
    }
    let words: String = (start..start + 8).map(|at| script.text(at)).collect();
    if let Some(length) = [("pm.response.json()", 7), ("JSON.parse(responseBody)", 6)]
        .iter()
        .find_map(|(begins, length)| words.starts_with(begins).then_some(*length))
    {
        let mut answer = vec!["pm", "response", "json()"];
        let mut end = start + length;
        while script.text(end) == "." && script.kind(end + 1) == Kind::Name {
            answer.push(script.text(end + 1));
            end += 2;
        }
        let is_all = !matches!(script.text(end), "." | "?." | "[" | "(" | "||" | "??" | "&&" | "?");
        return is_all.then(|| world.shown(&[answer.as_slice(), rest].concat()))?;
    }
    if script.text(start) == "{" {
        let (key, deeper) = rest.split_first()?;
        if lacks(script, start, key) {
            return deeper.is_empty().then(|| "undefined".to_owned());
        }
        return begun(script, world, entry(script, start, key)?, deeper, depth + 1);
    }
    let is_whole = matches!(script.text(start + 1), ";" | "," | "}" | "" | "const" | "let" | "var");
    match script.kind(start) {
        Kind::Literal if is_whole && rest.is_empty() => {
            let text = script.text(start);
            let inside = text.trim_matches(['\'', '"']);
            (!text.contains(['\\', '`', '/'])).then(|| inside.to_owned())
        }
        Kind::Name => value(script, world, &[&self::path(script, start)?, rest].concat(), depth + 1),
        _ => None,
    }
}

/// Where what a key of an object has begins that is written down, if it has but that.
fn entry(script: &Script<'_>, open: usize, key: &str) -> Option<usize> {
    let is_key = |at: usize| script.text(at).trim_matches(['\'', '"']) == key;
    let end = script.mate(open)?;
    let mut own = (open + 1..end).filter(|at| is_key(*at) && script.text(at + 1) == ":");
    let at = own.next().filter(|_| own.next().is_none())?;
    let is_changed = (0..script.len()).any(|at| is_key(at) && script.is_changed(at));
    let is_kept = script.around(at) == Some(open) && !is_changed && !(open..end).any(|at| script.text(at) == "...");
    is_kept.then_some(at + 2)
}

/// Whether keys lead to an object that is written down from what begins at a token.
fn is_object(script: &Script<'_>, start: usize, keys: &[&str], depth: u8) -> bool {
    if depth > DEEPEST {
        return false;
    }
    if script.text(start) == "{" {
        return match keys.split_first() {
            Some((key, deeper)) => {
                entry(script, start, key).is_some_and(|own| is_object(script, own, deeper, depth + 1))
            }
            None => script
                .mate(start)
                .is_some_and(|end| !matches!(script.text(end + 1), "." | "?." | "[" | "(")),
        };
    }
    let Some(path) = path(script, start).filter(|_| script.kind(start) == Kind::Name) else {
        return false;
    };
    match path.split_first() {
        Some((name, more)) => {
            self::start(script, name).is_some_and(|own| is_object(script, own, &[more, keys].concat(), depth + 1))
        }
        None => false,
    }
}

/// What V8 calls the kind of what begins at a token, which cannot be gone through: a value that it shows, or an object; what
/// comes of `json()` and `JSON.parse` is one as a rule, but for a text that is written down and says what it is.
fn kind_of(script: &Script<'_>, world: &dyn World, start: usize, callee: &str) -> Option<String> {
    match begun(script, world, start, &[], 0) {
        Some(is) if is == "true" || is == "false" => Some(format!("boolean {is}")),
        Some(number) if number.parse::<f64>().is_ok() => Some(format!("number {number}")),
        Some(_) => None,
        None if callee == "JSON.parse"
            && script.kind(start + 4) == Kind::Literal
            && matches!(script.text(start + 5), ")" | ",") =>
        {
            // A function behind it may make of it what it likes.
            let text = Some(script.text(start + 4)).filter(|_| script.text(start + 5) == ")");
            kind_of_json(&unquoted(text.filter(|text| !text.contains("${"))?)?)
        }
        None => {
            let is_json = callee.rsplit('.').next() == Some("json") || callee == "JSON.parse";
            (is_json || is_object(script, start, &[], 0)).then(|| "object".to_owned())
        }
    }
}

/// The same of what a text of JSON says.
fn kind_of_json(text: &str) -> Option<String> {
    match text.parse::<Value>().ok()? {
        Value::Bool(is) => Some(format!("boolean {is}")),
        // Others JavaScript may write otherwise.
        Value::Number(number) => number
            .as_i64()
            .filter(|number| number.unsigned_abs() < 1 << 53)
            .map(|number| format!("number {number}")),
        Value::Object(_) => Some("object".to_owned()),
        _ => None,
    }
}

/// Whether an object that is written down has no such member, and nobody gives it one.
fn lacks(script: &Script<'_>, open: usize, key: &str) -> bool {
    let Some(end) = script.mate(open) else { return false };
    let is_key = |at: usize| script.text(at).trim_matches(['\'', '"']) == key;
    (open..end).all(|at| !is_key(at) && script.text(at) != "...")
        && (0..script.len()).all(|at| !(is_key(at) && script.is_changed(at)))
}

fn bound(script: &Script<'_>, name: &str) -> Bound {
    let mut found = Bound::Never;
    for at in (0..script.len()).filter(|at| script.text(*at) == name && !script.is_member(*at)) {
        let (before, behind) = (at.checked_sub(1).map_or("", |at| script.text(at)), script.text(at + 1));
        let is_key = behind == ":" && ["{", ","].contains(&before);
        if is_key {
            continue;
        }
        if ["const", "let", "var"].contains(&before) && matches!(found, Bound::Never) && !["of", "in"].contains(&behind)
        {
            found = Bound::Once((behind == "=").then_some(at + 2));
        } else if ["const", "let", "var", "class", "function"].contains(&before)
            || behind == "=>"
            || script.is_changed(at)
            || script.is_given(at)
        {
            return Bound::Somehow;
        }
    }
    found
}

/// What is gone through at a place, and is `what` or something else that cannot be; V8 has names for names.
fn iterated(source: &str, line: u32, what: Option<&str>, world: &dyn World) -> Option<String> {
    let script = Script::read(source);
    let own = script.on_line(line)?;
    // What a function is given may be taken apart there, and is not known here.
    if own
        .clone()
        .any(|at| script.text(at) == "[" && script.begins_pattern(at) && script.is_given(at))
    {
        return None;
    }
    // A bare name leaves no place: the engine then gives that of the last lookup or call before it.
    let reach = (own.end..script.len())
        .find(|at| script.is_located(*at))
        .unwrap_or(script.len());
    let mut known = BTreeMap::new();
    let mut all = (own.start..reach).filter_map(|at| gone_through(&script, at, &mut known));
    let (way, start, end) = all.next()?;
    let is_path = (start..end).all(|at| script.kind(at) != Kind::Sign || script.text(at) == ".");
    let words: String = (start..end).map(|at| script.text(at)).collect();
    if all
        .any(|(other, start, end)| other != way || (start..end).map(|at| script.text(at)).collect::<String>() != words)
    {
        return None;
    }
    let is_taken = matches!(way, Way::Declared | Way::TakenApart);
    // Of what has no name V8 tells what kind it is.
    let what = what.map(|what| {
        if what == "null" && is_taken {
            "object null"
        } else {
            what
        }
    });
    let call = script
        .mate(end.checked_sub(1)?)
        .filter(|open| script.is_call(*open) && *open > start);
    if let Some(open) = call.filter(|_| way != Way::Given) {
        let is_path = (start..open).all(|at| script.kind(at) == Kind::Name || script.text(at) == ".");
        let callee: String = (start..open).map(|at| script.text(at)).collect();
        return match what {
            _ if is_path && !(is_taken && callee.contains('.')) => Some(format!(
                "{callee} is not a function or its return value is not iterable"
            )),
            Some(what) if is_taken => Some(format!("{what} is not iterable {READ}")),
            None if is_taken => {
                kind_of(&script, world, start, &callee).map(|kind| format!("{kind} is not iterable {READ}"))
            }
            _ => None,
        };
    }
    match (way, what) {
        (Way::Given, None) => Some("Spread syntax requires ...iterable[Symbol.iterator] to be a function".to_owned()),
        (Way::Given, Some(_)) if is_path => Some(format!("{words} is not iterable (cannot read property undefined)")),
        (Way::Declared, _) if !words.contains('.') && (is_path || words == "{}") => {
            Some(format!("{words} is not iterable"))
        }
        (_, Some(what)) if is_taken => Some(format!("{what} is not iterable {READ}")),
        (Way::TakenApart, None) if words.starts_with('{') => Some(format!("object is not iterable {READ}")),
        (_, None) if is_taken => {
            kind_of(&script, world, start, "").map(|kind| format!("{kind} is not iterable {READ}"))
        }
        _ if words == "{}" || is_path && !is_taken => Some(format!("{words} is not iterable")),
        _ => None,
    }
}

/// How something is gone through.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// By a loop or into a list.
    Through,
    /// `f(...x)`
    Given,
    /// `const [a] = x`
    Declared,
    /// `[a] = x`
    TakenApart,
}

/// What is gone through from a token on: how, and its first token and the one behind it. Lists that are written down can be.
/// What patterns before it are is `known`.
fn gone_through(script: &Script<'_>, at: usize, known: &mut BTreeMap<usize, bool>) -> Option<(Way, usize, usize)> {
    let (way, start) = match script.text(at) {
        "of" if script.around(at).is_some_and(|open| {
            script.text(open) == "(" && ["for", "await"].contains(&script.text(open.max(1) - 1))
        }) =>
        {
            (Way::Through, at + 1)
        }
        "..." => {
            let open = script.around(at)?;
            let behind = script.mate(open).map_or("", |end| script.text(end + 1));
            match script.text(open) {
                "[" if behind != "=" && behind != "=>" => (Way::Through, at + 1),
                "(" if script.is_call(open) && behind != "=>" && behind != "{" => (Way::Given, at + 1),
                _ => return None,
            }
        }
        "]" if script.text(at + 1) == "=" && script.mate(at).is_some_and(|open| script.begins_pattern(open)) => {
            let way = if is_declared(script, script.mate(at)?, known) {
                Way::Declared
            } else {
                Way::TakenApart
            };
            (way, at + 2)
        }
        _ => return None,
    };
    if script.text(start) == "[" {
        return None;
    }
    let mut end = start;
    while end < script.len() && !matches!(script.text(end), "," | ";" | ")" | "]" | "}") {
        end = script.mate(end).filter(|mate| *mate > end).unwrap_or(end) + 1;
        if script.is_line_start(end) && script.text(end) != "." {
            break;
        }
    }
    (end > start).then_some((way, start, end))
}

/// Whether a declaration gives a pattern's value, also behind others of its own: `const z = 1, [a] = x`.
fn is_declared(script: &Script<'_>, token: usize, known: &mut BTreeMap<usize, bool>) -> bool {
    let declares = |text: &str| ["const", "let", "var"].contains(&text);
    let before = token.checked_sub(1).map_or("", |at| script.text(at));
    if before != "," {
        return declares(before);
    }
    let mut behind = token;
    let found = loop {
        // Others on the way have gone the rest of it.
        if let Some(found) = known.get(&behind) {
            break *found;
        }
        let Some(at) = behind.checked_sub(1) else { break false };
        let text = script.text(at);
        if declares(text) {
            break true;
        }
        let is_open = script.mate(at).is_some_and(|end| end > at);
        if text == ";" || is_open || script.begins_statement(behind) {
            break false;
        }
        behind = script.mate(at).unwrap_or(at);
    };
    known.insert(token, found);
    found
}

/// The only thing that is made by `new` on the line of a place and is no class or function of the script's.
pub fn made(source: &str, line: u32) -> Option<String> {
    let script = Script::read(source);
    let is_declared = |name: &str| {
        (1..script.len()).any(|at| script.text(at) == name && ["class", "function"].contains(&script.text(at - 1)))
    };
    let all = script
        .on_line(line)?
        .filter(|at| script.text(*at) == "new" && !script.is_member(*at));
    let mut names = all.filter_map(|at| {
        if script.text(at + 1) == "(" {
            return Some("(intermediate value)".to_owned());
        }
        let mut end = at + 2;
        while script.text(end) == "." && script.kind(end + 1) == Kind::Name {
            end += 2;
        }
        let name: String = (at + 1..end).map(|at| script.text(at)).collect();
        (script.kind(at + 1) == Kind::Name && !is_declared(&name)).then_some(name)
    });
    let name = names.next()?;
    names
        .all(|other| other == name)
        .then(|| format!("{name} is not a constructor"))
}

/// The key that the calls of a function on the line of a place are all given behind what has it.
pub fn key(source: &str, line: u32, of: &str) -> Option<String> {
    let script = Script::read(source);
    let all = script
        .on_line(line)?
        .filter(|at| script.text(*at) == of && script.text(*at + 1) == "(");
    let mut keys = all.map(|at| {
        let mut behind = at + 2;
        while behind < script.len() && !matches!(script.text(behind), "," | ")") {
            behind = script.mate(behind).filter(|mate| *mate > behind).unwrap_or(behind) + 1;
        }
        script.text(behind + 1)
    });
    let first = keys.next()?;
    let is_text = first.len() > 2 && first.starts_with(['\'', '"']) && !first.contains('\\');
    (is_text && keys.all(|key| key == first)).then(|| first[1..first.len() - 1].to_owned())
}

/// The first value of the list that the only call of a function on the line of a place is given, where it is a literal.
pub fn first(source: &str, line: u32, of: &str) -> Option<String> {
    let script = Script::read(source);
    let mut all = script
        .on_line(line)?
        .filter(|at| script.text(*at) == of && script.text(*at + 1) == "(");
    let at = all.next().filter(|_| all.next().is_none())? + 3;
    let text = script.text(at);
    let is_whole =
        script.text(at - 1) == "[" && script.kind(at) == Kind::Literal && [",", "]"].contains(&script.text(at + 1));
    (is_whole && !text.contains(['\\', '`', '/'])).then(|| text.trim_matches(['\'', '"']).to_owned())
}

/// Whether the line of a place gives a value to a member of that name, and to none that is a name alone.
pub fn is_member_set(source: &str, line: u32, name: &str) -> bool {
    let script = Script::read(source);
    let Some(tokens) = script.on_line(line) else {
        return false;
    };
    let mut is_set = false;
    for at in tokens.filter(|at| script.text(*at).trim_matches(['\'', '"']) == name) {
        let end = if script.kind(at) == Kind::Literal && script.text(at + 1) == "]" {
            at + 1
        } else {
            at
        };
        if script.is_changed(end) && !["const", "let", "var"].contains(&script.text(at.max(1) - 1)) {
            if !script.is_member(at) && end == at {
                return false;
            }
            is_set = true;
        }
    }
    is_set
}

/// The text that `eval` or `Function` is given on the line of a place, where it stands there, by the only call of it.
fn evaluated(source: &str, line: u32) -> Option<(String, bool)> {
    let script = Script::read(source);
    let is_call = |at: &usize| ["eval", "Function"].contains(&script.text(*at)) && script.text(*at + 1) == "(";
    let mut all = script.on_line(line)?.filter(is_call);
    let at = all.next().filter(|_| all.next().is_none())?;
    if script.text(at + 3) != ")" {
        return None;
    }
    Some((unquoted(script.text(at + 2))?, script.text(at) == "Function"))
}

/// What a literal says, where it is a text and nothing in it is escaped in a way that is hard to read.
pub fn unquoted(literal: &str) -> Option<String> {
    let quote = literal.chars().next().filter(|c| matches!(c, '\'' | '"' | '`'))?;
    let inside = literal.strip_prefix(quote)?.strip_suffix(quote)?;
    let mut out = String::new();
    let mut rest = inside.chars();
    while let Some(c) = rest.next() {
        out.push(match c {
            '\\' => match rest.next()? {
                'n' => '\n',
                't' => '\t',
                // The text goes on behind the end of the line.
                '\n' => continue,
                '\r' => {
                    if rest.as_str().starts_with('\n') {
                        rest.next();
                    }
                    continue;
                }
                c if c.is_ascii_alphanumeric() => return None,
                c => c,
            },
            c => c,
        });
    }
    Some(out)
}

/// The token that begins what a name is declared as, once and for all.
pub fn start(script: &Script<'_>, name: &str) -> Option<usize> {
    match bound(script, name) {
        Bound::Once(start) => start,
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Nothing;
    use super::super::calls::looks;

    #[test]
    fn a_text_goes_on_behind_the_end_of_its_line() {
        for (literal, text) in [
            ("'a\\\nb'", "ab"),
            ("'a\\\r\nb'", "ab"),
            ("'a\\\rb'", "ab"),
            ("'a\\nb'", "a\nb"),
        ] {
            assert_eq!(super::unquoted(literal).as_deref(), Some(text), "{literal:?}");
        }
        assert_eq!(super::unquoted("'\\x41'"), None);
    }

    /// Twice the text, twice the work.
    #[test]
    fn a_line_of_patterns_is_gone_through_once() {
        let work = |piece: &str, count: usize| {
            let line = format!("let z; z = 1, {}[z] = u", piece.repeat(count));
            looks(|| drop(super::iterated(&line, 1, Some("undefined"), &Nothing)))
        };
        for piece in ["[z] = u, ", "[z] = u, f([z] = u), ", "[z] = "] {
            let (one, two) = (work(piece, 500), work(piece, 1000));
            assert!(two < 3 * one, "{piece}: {one}, {two}");
        }
    }
}

//! Errors in a text that `eval` was given, in V8's words.
//!
//! Many collections keep the functions that they share in a variable, and evaluate it. The engine tells the place in that
//! text, and not the text: it is one of those that the script can have it from.

use std::collections::BTreeSet;

use super::calls::{Kind, Script};
use super::{FILE, OPEN, Thrown, World};

/// What the engine calls a text that is evaluated.
const TEXT: &str = "<input>:";

/// The lines that the engine puts before what `Function` is given.
const HEAD: u32 = 2;

/// How many texts are looked at, those that the script evaluates and those that they do.
const MOST: usize = 20;

/// What of `pm` gives a script the value of a variable.
const SCOPES: [&str; 5] = [
    "environment",
    "globals",
    "collectionVariables",
    "variables",
    "iterationData",
];

/// V8's words for what went wrong in a text that was evaluated, where all texts that have such a place agree on them.
pub fn words(thrown: &Thrown, source: &str, world: &dyn World) -> Option<String> {
    let is_there = |word: &str| source.contains(word);
    let first = super::first_frame(&thrown.stack).filter(|first| first.contains(TEXT))?;
    if !(is_there("eval") || is_there("Function")) {
        return None;
    }
    // A function in the text has a name of its own.
    let is_whole = |name: &str| first.contains(&format!(" {name} ({TEXT}"));
    let mut found: Option<String> = None;
    for (text, head) in texts(source, world)? {
        if is_whole(if head == HEAD { "<eval>" } else { "anonymous" }) {
            continue;
        }
        let Some(stack) = within(&thrown.stack, &text, head) else {
            continue;
        };
        let own = Thrown {
            stack,
            ..thrown.clone()
        };
        let message = super::reword(own, &text, world).message;
        if found.as_ref().is_some_and(|other| *other != message) {
            return None;
        }
        found = Some(message);
    }
    found.filter(|message| *message != thrown.message)
}

/// All texts that a script evaluates, and those that they do, each with the lines before it; `None` where one of them is not
/// known.
fn texts(source: &str, world: &dyn World) -> Option<Vec<(String, u32)>> {
    let (mut keys, mut seen) = (BTreeSet::new(), BTreeSet::new());
    let mut all = vec![(source.to_owned(), 0)];
    let mut known = 0;
    while let Some((text, _)) = all.get(known) {
        known += 1;
        for (site, head) in sites(text)? {
            let found = match site {
                Site::Text(text) => vec![text],
                Site::Variable(key, way) if keys.insert((key.clone(), way, head)) => {
                    let found = world.texts(&key)?;
                    // What stands in it for others is something else by then.
                    if way == Way::Replaced && found.iter().any(|text| text.contains("{{")) {
                        return None;
                    }
                    found
                }
                Site::Variable(..) => Vec::new(),
            };
            let found = found.into_iter().map(|text| (text, head));
            all.extend(found.filter(|text| seen.insert(text.clone())));
        }
        if all.len() > MOST {
            return None;
        }
    }
    Some(all.split_off(1))
}

/// What is evaluated at one place.
enum Site {
    /// It stands there.
    Text(String),
    /// The value of a variable, by its name.
    Variable(String, Way),
}

/// How a variable's value is had.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    AsItIs,
    /// With the values of other variables in it.
    Replaced,
}

/// What a script evaluates, each with the lines before it; `None` where that is not to be seen, or too much.
fn sites(source: &str) -> Option<Vec<(Site, u32)>> {
    let script = Script::read(source);
    let mut seen = BTreeSet::new();
    let mut out = Vec::new();
    for at in (0..script.len()).filter(|at| script.kind(*at) == Kind::Name) {
        let is_call = script.text(at + 1) == "(";
        let head = match script.text(at) {
            "eval" if !is_call => return None,
            "eval" => 0,
            "Function" if is_call => HEAD,
            _ => continue,
        };
        let end = script.mate(at + 1)?;
        // Before its text a function is given names.
        let mut start = at + 2;
        let mut behind = start;
        while behind < end {
            if script.text(behind) == "," {
                start = behind + 1;
            }
            behind = script.mate(behind).filter(|mate| *mate > behind).unwrap_or(behind) + 1;
        }
        // Each is looked for in the whole script.
        if start < end && seen.insert((head, script.between(start, end))) {
            if seen.len() > MOST {
                return None;
            }
            out.push((site(&script, start, end)?, head));
        }
    }
    Some(out)
}

/// What stands from a token to another: a text, `pm.globals.get('x')` or the like, or a name for one of them.
fn site(script: &Script<'_>, start: usize, end: usize) -> Option<Site> {
    if script.kind(start) == Kind::Literal {
        let is_all = end == start + 1;
        return is_all.then(|| super::sure::unquoted(script.text(start)).map(Site::Text))?;
    }
    if end == start + 1 {
        let start = super::sure::start(script, script.text(start))?;
        let end =
            (start..script.len()).find(|at| matches!(script.text(*at), ";" | ",") || script.begins_statement(*at));
        // Another name would go on and on.
        let end = end.unwrap_or(script.len());
        return (end > start + 1 || script.kind(start) == Kind::Literal).then(|| site(script, start, end))?;
    }
    let open = script.mate(end - 1).filter(|open| *open > start && end == *open + 3)?;
    let key = super::sure::unquoted(script.text(open + 1))?;
    let path: Vec<&str> = (start..open).map(|at| script.text(at)).collect();
    match path[..] {
        ["postman", ".", "getEnvironmentVariable" | "getGlobalVariable"] => Some(Site::Variable(key, Way::AsItIs)),
        ["pm", ".", scope, ".", name] if SCOPES.contains(&scope) => match name {
            "get" => Some(Site::Variable(key, Way::AsItIs)),
            "replaceIn" => {
                let name = key.strip_prefix("{{")?.strip_suffix("}}")?;
                let is_one = !name.contains(['{', '}']) && !name.starts_with('$');
                is_one.then(|| Site::Variable(name.to_owned(), Way::Replaced))
            }
            _ => None,
        },
        _ => None,
    }
}

/// A stack as if the text were the script; `None` where the text has no such place. What called it may be in another text.
fn within(stack: &str, text: &str, head: u32) -> Option<String> {
    let mut out = String::new();
    let mut is_first = true;
    for line in stack.lines().filter(|line| !line.contains(&format!("{FILE}:"))) {
        if !line.contains(TEXT) {
            out.push_str(line);
            out.push('\n');
            continue;
        }
        match moved(line, text, head) {
            Some(line) => out.push_str(&line),
            None if is_first => return None,
            None => {}
        }
        is_first = false;
    }
    Some(out)
}

/// A line of a stack with its place in the text as one in the script.
fn moved(line: &str, text: &str, head: u32) -> Option<String> {
    let (function, place) = line.split_once(TEXT)?;
    let (row, column) = place.trim_end_matches(')').split_once(':')?;
    let row = row.parse::<u32>().ok()?.checked_sub(head)?;
    let column: usize = column.parse().ok()?;
    let own = text.split('\n').nth(usize::try_from(row).ok()?.checked_sub(1)?)?;
    if column > own.len() + 1 {
        return None;
    }
    let shift = if row == 1 { OPEN.len() } else { 0 };
    let end = if place.ends_with(')') { ")" } else { "" };
    Some(format!("{function}{FILE}:{row}:{}{end}\n", column + shift))
}

#[cfg(test)]
mod tests {
    use super::super::calls::looks;

    /// Twice the text, twice the work.
    #[test]
    fn a_text_that_evaluates_much_is_not_gone_through_for_each() {
        let work = |count: usize| {
            let names: Vec<String> = (0..count).map(|n| format!("const c{n} = 'q';eval(c{n});")).collect();
            let names = names.concat();
            looks(|| assert!(super::sites(&names).is_none()))
        };
        let (one, two) = (work(500), work(1000));
        assert!(two < 3 * one, "{one}, {two}");
    }
}

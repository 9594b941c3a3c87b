//! Errors in a text that `eval` was given, in V8's words.
//!
//! Many collections keep the functions that they share in a variable, and evaluate it. The engine tells the place in that
//! text, and not the text: it is one of those that the script can have it from.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::calls::{Kind, Script};
use super::{FILE, OPEN, Thrown, World};

/// What the engine calls a text that is evaluated.
const TEXT: &str = "<input>:";

/// The lines that the engine puts before what `Function` is given.
const HEAD: u32 = 2;

/// How many texts are looked at, those that the script evaluates and those that they do.
const MOST: usize = 20;

/// What gives a script the value of a variable.
const GIVERS: [&str; 4] = ["get", "replaceIn", "getEnvironmentVariable", "getGlobalVariable"];

/// V8's words for what went wrong in a text that was evaluated, where all texts that have such a place agree on them.
pub fn words(thrown: &Thrown, source: &str, world: &dyn World) -> Option<String> {
    let is_there = |word: &str| source.contains(word);
    if !super::first_frame(&thrown.stack)?.contains(TEXT) || !(is_there("eval") || is_there("Function")) {
        return None;
    }
    let is_body = thrown.stack.contains(&format!(" anonymous ({TEXT}"));
    let mut found: Option<String> = None;
    for text in texts(source, world)? {
        let Some(stack) = within(&thrown.stack, &text, if is_body { HEAD } else { 0 }) else {
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

/// All texts that a script evaluates, and those that they do; `None` where one of them is not known.
fn texts(source: &str, world: &dyn World) -> Option<Vec<String>> {
    let (mut keys, mut texts) = (BTreeSet::new(), BTreeSet::new());
    let mut all = vec![source.to_owned()];
    let mut known = 0;
    while let Some(text) = all.get(known) {
        known += 1;
        for site in sites(text)? {
            let found = match site {
                Site::Text(text) => vec![text],
                Site::Variable(key) if keys.insert(key.clone()) => world.texts(&key)?,
                Site::Variable(_) => Vec::new(),
            };
            all.extend(found.into_iter().filter(|text| texts.insert(text.clone())));
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
    Variable(String),
}

/// What a script evaluates; `None` where that is not to be seen.
fn sites(source: &str) -> Option<Vec<Site>> {
    let script = Script::read(source);
    let mut out = Vec::new();
    for at in (0..script.len()).filter(|at| script.kind(*at) == Kind::Name) {
        let is_call = script.text(at + 1) == "(";
        match script.text(at) {
            "eval" if !is_call => return None,
            "eval" | "Function" if is_call => {}
            _ => continue,
        }
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
        if start < end {
            out.push(site(&script, start, end)?);
        }
    }
    Some(out)
}

/// What stands from a token to another: a text, `….get('x')`, or a name for one of them.
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
    let open = script.mate(end - 1).filter(|open| *open > start)?;
    let is_path = (start..open).all(|at| script.kind(at) == Kind::Name || script.text(at) == ".");
    if !is_path || !GIVERS.contains(&script.text(open - 1)) || end != open + 3 {
        return None;
    }
    let key = super::sure::unquoted(script.text(open + 1))?;
    let name = match script.text(open - 1) {
        "replaceIn" => key.strip_prefix("{{")?.strip_suffix("}}")?.to_owned(),
        _ => key,
    };
    Some(Site::Variable(name))
}

/// A stack as if the text were the script; `None` where the text has no such places.
fn within(stack: &str, text: &str, head: u32) -> Option<String> {
    let mut out = String::new();
    for line in stack.lines().filter(|line| !line.contains(&format!("{FILE}:"))) {
        let Some((function, place)) = line.split_once(TEXT) else {
            out.push_str(line);
            out.push('\n');
            continue;
        };
        let (row, column) = place.trim_end_matches(')').split_once(':')?;
        let row = row.parse::<u32>().ok()?.checked_sub(head)?;
        let column: usize = column.parse().ok()?;
        let own = text.split('\n').nth(usize::try_from(row).ok()?.checked_sub(1)?)?;
        if column > own.len() + 1 {
            return None;
        }
        let shift = if row == 1 { OPEN.len() } else { 0 };
        let end = if place.ends_with(')') { ")" } else { "" };
        // A string takes whatever is written.
        let _ = writeln!(out, "{function}{FILE}:{row}:{}{end}", column + shift);
    }
    Some(out)
}

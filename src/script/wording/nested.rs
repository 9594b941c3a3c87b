//! Patterns within patterns: V8 tells what is read of a member that is not there, the engine tells nothing.
//!
//! ```text
//! const {a: {b}} = o                      o.a is not there: Cannot read properties of undefined (reading 'b')
//! for (const {a: {b}} of list) {}         ({a: {b}}) => b                      catch ({a: {b}}) {}
//! ```
//!
//! What is not there is known where it stands in the script or in the answer. Else it may be any of the patterns inside, and
//! all of them are named.

use super::World;
use super::calls::{Kind, Script, is_one_of};
use super::sure;

/// How deep patterns are looked at.
const DEEPEST: usize = 20;

/// A pattern within another one.
struct Inner<'a> {
    /// The keys that lead to it, where all are known.
    path: Option<Vec<&'a str>>,
    /// What V8 reads first.
    first: First<'a>,
}

/// What braces begin with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum First<'a> {
    Key(&'a str),
    Rest,
    /// Nothing, or a key that is computed.
    Other,
}

/// What is read of what is not there in the patterns at a place, or right behind it; where a function `is_called` there, `said`
/// is what the call says it gives, if that is nothing; `is_within` the same place where it is called from.
pub fn words(
    source: &str,
    at: (u32, u32),
    (is_called, is_within, said): (bool, bool, Option<&str>),
    world: &dyn World,
) -> Option<String> {
    let script = Script::read(source);
    let from = script.at(at)?;
    let head = head(&script, from).filter(|_| !is_within);
    // What is in the head of a loop is no function then, nor is it in one that is made there or behind it.
    let is_called = is_called && head.is_none();
    let parameters = is_called.then(|| parameters(&script, from)).flatten();
    let taken: Vec<usize> = parameters.map_or_else(Vec::new, |open| {
        parts(&script, open)
            .filter(|at| matches!(script.text(*at), "{" | "["))
            .collect()
    });
    let (roots, are_given) = if taken.is_empty() {
        let behind = parameters.and_then(|open| script.mate(open)).unwrap_or(from);
        (roots(&script, behind, head), false)
    } else {
        (taken, true)
    };
    let has_default = |root: usize| behind(&script, root) == "=";
    // What takes the place of nothing is there.
    let is_there = |root: &usize| said.is_none() || said == Some("undefined") && has_default(*root);
    if are_given && !roots.first().is_some_and(is_there) {
        return None;
    }
    let mut open: Vec<First<'_>> = Vec::new();
    for root in &roots {
        // Any pattern before this one may be meant as well.
        let is_first = open.is_empty();
        let start = script
            .mate(*root)
            .filter(|_| !are_given && has_default(*root))
            .map(|end| end + 2);
        let mut all = Vec::new();
        inner(&script, *root, Some(&[]), 0, &mut all);
        if all.is_empty() && !are_given {
            return None;
        }
        if let Some(start) = start
            && let Some(is) = sure::member(&script, world, start, &[]).filter(|is| is_nothing(is))
        {
            return is_first.then(|| taken_apart(&script, *root, start, &is))?;
        }
        for inner in all {
            let known = start.zip(inner.path.as_ref()).and_then(|(start, path)| {
                let is = sure::member(&script, world, start, path)?;
                Some((start, *path.last()?, is))
            });
            match known {
                Some((_, _, is)) if is_nothing(&is) && !is_first => return None,
                Some((start, key, is)) if is_nothing(&is) => match inner.first {
                    First::Other => {
                        return Some(format!(
                            "Cannot destructure property '{key}' of '{}' as it is {is}.",
                            name(&script, start)?
                        ));
                    }
                    first => return Some(read(&is, &[first])),
                },
                None if !open.contains(&inner.first) => open.push(inner.first),
                Some(_) | None => {}
            }
        }
    }
    // Of several declarations any may be meant.
    if open.is_empty() || open.contains(&First::Other) || !are_given && roots.len() > 1 {
        return None;
    }
    Some(read(nothing(&script), &open))
}

fn is_nothing(value: &str) -> bool {
    matches!(value, "undefined" | "null")
}

/// What a member is that is not there: it is hardly `null` where nothing in the script is known to make one.
fn nothing(script: &Script<'_>) -> &'static str {
    let makes =
        "null json JSON parse match exec responseBody xml2Json require toObject iterationData html getPrototypeOf";
    let is_null = (0..script.len()).any(|at| is_one_of(makes, script.text(at)));
    if is_null { "undefined or null" } else { "undefined" }
}

fn read(is: &str, all: &[First<'_>]) -> String {
    let keys: Vec<String> = all
        .iter()
        .filter_map(|first| match first {
            First::Key(key) => Some(format!("'{key}'")),
            First::Rest | First::Other => None,
        })
        .collect();
    match keys.join(" or ") {
        keys if keys.is_empty() => format!("Cannot read properties of {is}"),
        keys => format!("Cannot read properties of {is} (reading {keys})"),
    }
}

/// The same of what the outer pattern takes apart.
fn taken_apart(script: &Script<'_>, root: usize, start: usize, is: &str) -> Option<String> {
    let name = name(script, start)?;
    match first(script, root) {
        First::Key(key) => Some(format!(
            "Cannot destructure property '{key}' of '{name}' as it is {is}."
        )),
        First::Rest | First::Other => Some(format!("Cannot destructure '{name}' as it is {is}.")),
    }
}

/// The dotted name that begins at a token.
fn name(script: &Script<'_>, start: usize) -> Option<String> {
    let mut name = script.text(start).to_owned();
    let mut at = start + 1;
    while script.text(at) == "." && script.kind(at + 1) == Kind::Name {
        name = format!("{name}.{}", script.text(at + 1));
        at += 2;
    }
    (script.kind(start) == Kind::Name && !matches!(script.text(at), "(" | "[" | "?.")).then_some(name)
}

fn behind<'a>(script: &Script<'a>, open: usize) -> &'a str {
    script.mate(open).map_or("", |end| script.text(end + 1))
}

/// The bracket with what the function takes that begins at a token or behind it.
fn parameters(script: &Script<'_>, from: usize) -> Option<usize> {
    for at in from..script.len() {
        match script.text(at) {
            "(" => {
                let word = at.checked_sub(1).map_or("", |at| script.text(at));
                let is_block = behind(script, at) == "{" && !is_one_of("if for await while switch with catch", word);
                if is_block || behind(script, at) == "=>" {
                    return Some(at);
                }
            }
            "{" | "[" if behind(script, at) == "=" => return None,
            "=>" => return None,
            _ => {}
        }
    }
    None
}

/// The pattern with patterns within it of the loop in whose head a token is, and where the head ends. What a loop goes through
/// is looked up behind its pattern.
fn head(script: &Script<'_>, from: usize) -> Option<(usize, usize)> {
    let is_body = |open: &usize| script.text(*open) == "{" && is_one_of("=> )", script.text(*open.max(&1) - 1));
    std::iter::successors(script.around(from), |open| script.around(*open))
        .take_while(|open| !is_body(open))
        .find_map(|open| pattern(script, open))
}

/// The same of the loop whose head a bracket is.
fn pattern(script: &Script<'_>, open: usize) -> Option<(usize, usize)> {
    let is_loop = script.text(open) == "(" && is_one_of("for await", script.text(open.max(1) - 1));
    let pattern = open + 1 + usize::from(is_one_of("const let var", script.text(open + 1)));
    let end = script.mate(pattern).filter(|_| is_loop)?;
    let is_nested = script.text(end + 1) == "of" && (pattern + 1..end).any(|at| script.text(at) == "{");
    Some((pattern, script.mate(open)?)).filter(|_| is_nested)
}

/// Where what follows a loop begins, where a place is the loop itself: then it has ended. The first place may be that of what
/// stands nowhere.
fn behind_loop(script: &Script<'_>, from: usize) -> Option<usize> {
    let open = from + 1 + usize::from(script.text(from + 1) == "await");
    let (_, end) = pattern(script, open).filter(|_| from > 0 && script.text(from) == "for")?;
    let body = script.mate(end + 1).filter(|_| script.text(end + 1) == "{");
    Some(body.unwrap_or(end) + 1)
}

/// Patterns that are no one's part, from a token on: that of the loop with this head, that of the next declaration, and those
/// before anything that has a place of its own.
fn roots(script: &Script<'_>, from: usize, head: Option<(usize, usize)>) -> Vec<usize> {
    let mut found = Vec::new();
    let mut at = behind_loop(script, from).unwrap_or(from);
    if let Some((pattern, end)) = head {
        found.push(pattern);
        // The place is that of the loop, too, until something else is looked up.
        at = end;
    }
    while at < script.len() {
        let before = at.checked_sub(1).map_or("", |at| script.text(at));
        let around = script.around(at).map_or("", |open| script.text(open));
        let is_bracket = script.text(at) == "{" || script.text(at) == "[" && script.begins_pattern(at);
        let is_root = is_bracket
            && match behind(script, at) {
                "=" => true,
                "of" | "in" => is_one_of("const let var", before) || around == "(",
                ")" => {
                    let word = at.checked_sub(2).map_or("", |at| script.text(at));
                    before == "(" && word == "catch"
                }
                _ => false,
            };
        if is_root {
            found.push(at);
            at = script.mate(at).unwrap_or(at);
        } else if !found.is_empty() && script.is_located(at) {
            break;
        }
        at += 1;
    }
    found
}

/// Where each part begins of what a bracket holds.
fn parts(script: &Script<'_>, open: usize) -> impl Iterator<Item = usize> {
    let end = script.mate(open).unwrap_or(open);
    let mut at = open + 1;
    std::iter::from_fn(move || {
        let begin = (at < end).then_some(at)?;
        while at < end && script.text(at) != "," {
            at = script.mate(at).filter(|mate| *mate > at).unwrap_or(at) + 1;
        }
        at += 1;
        Some(begin)
    })
}

fn first<'a>(script: &Script<'a>, open: usize) -> First<'a> {
    match script.text(open + 1) {
        "..." => First::Rest,
        key if script.kind(open + 1) != Kind::Sign => First::Key(key.trim_matches(['\'', '"'])),
        _ => First::Other,
    }
}

/// The patterns with braces within one, in the order they are looked at; those that have something in place of nothing are
/// left out.
fn inner<'a>(script: &Script<'a>, open: usize, path: Option<&[&'a str]>, depth: usize, found: &mut Vec<Inner<'a>>) {
    if depth > DEEPEST {
        return;
    }
    let is_list = script.text(open) == "[";
    for part in parts(script, open).collect::<Vec<_>>() {
        let (key, target) = match script.text(part) {
            "..." => (None, part + 1),
            _ if is_list => (None, part),
            "[" => (None, script.mate(part).map_or(part, |end| end + 2)),
            key if script.text(part + 1) == ":" => (Some(key.trim_matches(['\'', '"'])), part + 2),
            _ => continue,
        };
        if !matches!(script.text(target), "{" | "[") {
            continue;
        }
        let has_default = behind(script, target) == "=";
        let own = path.zip(key).map(|(path, key)| [path, &[key]].concat());
        let own = own.filter(|_| !has_default);
        if script.text(target) == "{" && !has_default {
            found.push(Inner {
                path: own.clone(),
                first: first(script, target),
            });
        }
        inner(script, target, own.as_deref(), depth + 1, found);
    }
}

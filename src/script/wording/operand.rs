//! What an operator was given, as it is written: the engine's words for `in` and for taking values apart do not say.
//!
//! V8 shows the values; they are not known here, so a name stands for its own. Where the text leaves more than one
//! reading, the engine's words stay.

use super::calls::{Kind, Script, is_one_of};
use super::{is_word, rest_at};

/// `'x' in s`, where `s` is no object; the place is in the right operand.
pub fn not_in(source: &str, at: (u32, u32)) -> Option<String> {
    let rest = rest_at(source, at)?;
    let line = source.split('\n').nth(usize::try_from(at.0).ok()?.checked_sub(1)?)?;
    let reached = line.len() - rest.len();
    // A text's place is the quote before it or the space before that.
    let end = line
        .match_indices(" in ")
        .map(|(at, word)| at + word.len())
        .filter(|end| *end <= reached + 1)
        .last()?;
    let right = operand(line.get(end..)?)?;
    let key = line.get(..end - " in ".len())?.trim_end();
    let quote = key.chars().next_back().filter(|c| matches!(c, '\'' | '"' | '`'));
    let key = if let Some(quote) = quote {
        key.strip_suffix(quote)?.rsplit_once(quote)?.1
    } else {
        let start = key.rfind(|c| !is_word(c) && c != '.').map_or(0, |at| at + 1);
        key.get(start..).filter(|name| !name.is_empty())?
    };
    Some(format!("Cannot use 'in' operator to search for '{key}' in {right}"))
}

/// Whether what stands behind the only `instanceof` on the line of a place is surely no object.
pub fn is_primitive(source: &str, at: Option<(u32, u32)>) -> bool {
    let line = at.and_then(|(line, _)| source.split('\n').nth(usize::try_from(line).ok()?.checked_sub(1)?));
    let mut behind = line.into_iter().flat_map(|line| line.split(" instanceof ").skip(1));
    let Some(right) = behind.next().filter(|_| behind.next().is_none()) else {
        return false;
    };
    let word = right.split(|c| !is_word(c)).next().unwrap_or_default();
    ["undefined", "null", "true", "false"].contains(&word)
        || right.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '\'' | '"' | '`'))
}

/// `const {a: {b}} = {}`: what is taken out of something that is not there, where only one thing is.
fn taken_out_of(text: &str) -> Option<String> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let end = text.find("}}={}")?;
    let inner = text[..end].rfind('{')?;
    let outer = text[..inner].rfind('{')?;
    let keys = &text[inner + 1..end];
    let is_only = text[outer + 1..inner].ends_with(':') && !text[outer + 1..inner].contains(['}', '(', '=', ';']);
    let key = keys.split([',', ':', '=']).next()?;
    (is_only && !key.is_empty() && key.chars().all(is_word))
        .then(|| format!("Cannot read properties of undefined (reading '{key}')"))
}

/// `const {x} = y`, where there is nothing in `y`; the engine's place is the last one before the braces.
pub fn taken_apart(source: &str, (line, column): (u32, u32)) -> Option<String> {
    let row = usize::try_from(line).ok()?.checked_sub(1)?;
    let start: usize = source.split('\n').take(row).map(|line| line.len() + 1).sum();
    let rest = rest_at(source, (line, column))?;
    let line_len = source.split('\n').nth(row)?.len();
    let text = source.get(start + line_len - rest.len()..)?;
    let mut patterns = patterns(text);
    let Some(pattern) = patterns.next() else {
        return taken_out_of(text);
    };
    // Another one before anything that has a place of its own may be meant just as well.
    if let Some(next) = patterns.next()
        && !text.get(pattern.end..next.start)?.contains(['(', '.', '['])
    {
        return None;
    }
    let what = match pattern.key {
        Some(key) => format!("property '{key}' of '{}'", pattern.of),
        None => format!("'{}'", pattern.of),
    };
    let is = match pattern.of.as_str() {
        "undefined" | "null" => pattern.of.as_str(),
        _ => "undefined or null",
    };
    Some(format!("Cannot destructure {what} as it is {is}."))
}

/// The same of what a function is given that begins on the line of a place, where that is where it was called without: what
/// the call says it gives is told.
pub fn given_nothing(source: &str, at: (u32, u32), given: Option<&'static str>) -> Option<String> {
    let script = Script::read(source);
    let is_taken = |open: usize| script.mate(open).is_some_and(|end| script.text(end + 1) == "=");
    let mut braces = (script.at(at)?..script.len()).filter(|at| script.text(*at) == "{");
    let open = loop {
        let open = braces.next()?;
        let around = script.around(open).filter(|around| script.text(*around) == "(");
        let end = around.and_then(|around| script.mate(around));
        let behind = end.map_or("", |end| script.text(end + 1));
        let word = around.map_or("", |around| script.text(around.max(1) - 1));
        let is_first = ["(", ","].contains(&script.text(open.max(1) - 1));
        if is_first && (behind == "=>" || behind == "{" && !is_one_of("if for while switch with catch", word)) {
            break open;
        }
        // What is taken apart there may be meant just as well.
        if is_taken(open) {
            return None;
        }
    };
    if is_taken(open) {
        return None;
    }
    let key = script.text(open + 1);
    let is_key = script.kind(open + 1) == Kind::Name;
    let given = given.map(|is| (if is == "null" { "object null" } else { is }, is));
    Some(match given {
        Some((of, is)) if is_key => format!("Cannot destructure property '{key}' of '{of}' as it is {is}."),
        Some((of, is)) => format!("Cannot destructure '{of}' as it is {is}."),
        None if is_key => format!("Cannot destructure property '{key}' as it is undefined or null."),
        None => return None,
    })
}

/// What the call at a place says it gives, where that is nothing.
pub fn said(source: &str, caller: (u32, u32)) -> Option<&'static str> {
    let call = rest_at(source, caller)?;
    let inside = call.split_once('(').map_or(call, |(_, inside)| inside).trim_start();
    let says = |word: &str| inside.strip_prefix(word).is_some_and(|rest| !rest.starts_with(is_word));
    match () {
        () if call.starts_with("null") || says("null") => Some("null"),
        () if says("undefined") || inside.starts_with(')') => Some("undefined"),
        () => None,
    }
}

/// Braces that take something apart.
struct Pattern<'a> {
    start: usize,
    end: usize,
    /// The first name in them, when it is one.
    key: Option<&'a str>,
    /// What is taken apart.
    of: String,
}

/// The patterns in front of an `=`, in order; those with others inside are left out, as either may be meant.
fn patterns(text: &str) -> impl Iterator<Item = Pattern<'_>> {
    text.match_indices('{').filter_map(move |(start, _)| {
        let inside = text.get(start + 1..)?;
        let (names, after) = inside.split_once('}')?;
        let given = after.trim_start().strip_prefix('=')?;
        if names.contains(['{', '[', '(', ';']) || given.starts_with(['=', '>']) {
            return None;
        }
        let first = names.trim_start().split([',', ':', '=']).next()?.trim();
        let key = first.trim_matches(['\'', '"']);
        Some(Pattern {
            start,
            end: start + names.len() + 2,
            key: (!key.is_empty() && !key.starts_with("...")).then_some(key),
            of: operand(given)?,
        })
    })
}

/// The operand at the beginning of a text: a literal's own text, or a dotted name, `(...)` for what it was called with.
fn operand(text: &str) -> Option<String> {
    let text = text.trim_start();
    let first = text.chars().next()?;
    if matches!(first, '\'' | '"' | '`') {
        return text.get(1..)?.split_once(first).map(|(inside, _)| inside.to_owned());
    }
    let mut out = String::new();
    let mut rest = text;
    loop {
        let end = rest.find(|c| !is_word(c) && c != '.').unwrap_or(rest.len());
        out.push_str(&rest[..end]);
        rest = &rest[end..];
        if !rest.starts_with('(') || out.is_empty() {
            break;
        }
        out.push_str("(...)");
        rest = behind_brackets(rest)?;
        if !rest.starts_with('.') {
            break;
        }
    }
    // Anything else behind it would be part of the operand.
    let ends = rest.trim_start_matches([' ', '\t']);
    let whole = ends.is_empty() || ends.starts_with([';', ')', ',', '\n', '\r', '}', '{', ']']);
    (whole && !out.is_empty() && !out.ends_with('.')).then_some(out)
}

/// The text behind the brackets at its beginning; those in quotes do not count.
fn behind_brackets(text: &str) -> Option<&str> {
    let mut depth = 0_usize;
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), _) if open == c => quote = None,
            (None, '\'' | '"' | '`') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return text.get(at + 1..);
        }
    }
    None
}

//! Errors in a text that `eval` was given, in V8's words.
//!
//! Many collections keep the functions that they share in a variable, and evaluate it. The engine tells the place in that
//! text, and not the text: it is one of those that the script can have it from.

use std::fmt::Write as _;

use super::{FILE, OPEN, Thrown, World};

/// What the engine calls a text that is evaluated.
const TEXT: &str = "<input>:";

/// The lines that the engine puts before what `Function` is given.
const HEAD: u32 = 2;

/// V8's words for what went wrong in a text that was evaluated, where all texts that have such a place agree on them.
pub fn words(thrown: &Thrown, source: &str, line: u32, world: &dyn World) -> Option<String> {
    let is_there = |word: &str| source.contains(word);
    if !super::first_frame(&thrown.stack)?.contains(TEXT) || !(is_there("eval") || is_there("Function")) {
        return None;
    }
    let mut texts = world.texts();
    texts.extend(super::sure::evaluated(source, line).map(|(text, _)| text));
    let is_body = thrown.stack.contains(&format!(" anonymous ({TEXT}"));
    let mut found: Option<String> = None;
    for text in texts {
        let Some(stack) = within(&thrown.stack, &text, if is_body { HEAD } else { 0 }) else {
            continue;
        };
        let own = Thrown {
            stack,
            ..thrown.clone()
        };
        let message = super::reword(own, &text, world).message;
        if message == thrown.message {
            continue;
        }
        if found.as_ref().is_some_and(|other| *other != message) {
            return None;
        }
        found = Some(message);
    }
    found
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

//! Where a motion leads: pure functions from a position to a position.
//!
//! None looks at more text than it has to. Grapheme boundaries are found within a window around the position, so that
//! a line of megabytes costs no more than a short one.

use ropey::Rope;
use unicode_segmentation::UnicodeSegmentation;

/// Characters looked at to find a grapheme boundary; no real grapheme is longer.
const WINDOW: usize = 64;

/// Returns the grapheme boundary before a position.
pub(super) fn previous(rope: &Rope, at: usize) -> usize {
    let at = at.min(rope.len_chars());
    let window = rope.slice(at.saturating_sub(WINDOW)..at).to_string();
    let len = window
        .graphemes(true)
        .next_back()
        .map_or(0, |grapheme| grapheme.chars().count());
    at - len
}

/// Returns the grapheme boundary after a position.
pub(super) fn next(rope: &Rope, at: usize) -> usize {
    let at = at.min(rope.len_chars());
    let window = rope.slice(at..(at + WINDOW).min(rope.len_chars())).to_string();
    at + window
        .graphemes(true)
        .next()
        .map_or(0, |grapheme| grapheme.chars().count())
}

#[derive(PartialEq, Eq, Clone, Copy)]
enum Class {
    Space,
    Word,
    Symbol,
}

fn class(next: char) -> Class {
    match next {
        _ if next.is_whitespace() => Class::Space,
        _ if next.is_alphanumeric() || next == '_' => Class::Word,
        // A combining mark belongs to the word it follows.
        _ if next.is_ascii() => Class::Symbol,
        _ => Class::Word,
    }
}

/// Returns the start of the word before a position; a line break is a stop of its own.
pub(super) fn word_left(rope: &Rope, at: usize) -> usize {
    let mut at = at.min(rope.len_chars());
    let mut before = rope.chars_at(at).reversed().peekable();
    if before.peek() == Some(&'\n') {
        return previous(rope, at);
    }
    while before
        .next_if(|&found| class(found) == Class::Space && found != '\n')
        .is_some()
    {
        at -= 1;
    }
    if let Some(run) = before.peek().copied().map(class).filter(|&run| run != Class::Space) {
        while before.next_if(|&found| class(found) == run).is_some() {
            at -= 1;
        }
    }
    at
}

/// Returns the end of the word after a position; a line break is a stop of its own.
pub(super) fn word_right(rope: &Rope, at: usize) -> usize {
    let mut at = at.min(rope.len_chars());
    let mut after = rope.chars_at(at).peekable();
    if matches!(after.peek(), Some('\n' | '\r')) {
        return next(rope, at);
    }
    while after
        .next_if(|&found| class(found) == Class::Space && !matches!(found, '\n' | '\r'))
        .is_some()
    {
        at += 1;
    }
    if let Some(run) = after.peek().copied().map(class).filter(|&run| run != Class::Space) {
        while after.next_if(|&found| class(found) == run).is_some() {
            at += 1;
        }
    }
    at
}

/// Returns the word, the run of symbols or the run of spaces around a position.
pub(super) fn word_around(rope: &Rope, at: usize) -> std::ops::Range<usize> {
    let at = at.min(rope.len_chars());
    let run = rope
        .get_char(at)
        .filter(|&found| found != '\n')
        .or_else(|| rope.get_char(at.checked_sub(1)?))
        .map(class);
    let same = |found: &char| Some(class(*found)) == run && !matches!(found, '\n' | '\r');
    let before = rope.chars_at(at).reversed().take_while(same).count();
    let after = rope.chars_at(at).take_while(same).count();
    at - before..at + after
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn graphemes_are_whole() {
        let rope = Rope::from_str("e\u{301}👩‍👩‍👧x\r\ny");
        assert_eq!(next(&rope, 0), 2);
        assert_eq!(next(&rope, 2), 7);
        assert_eq!(next(&rope, 8), 10);
        assert_eq!(next(&rope, 11), 11);
        assert_eq!(previous(&rope, 10), 8);
        assert_eq!(previous(&rope, 7), 2);
        assert_eq!(previous(&rope, 0), 0);
    }

    #[test]
    fn words_are_runs() {
        let rope = Rope::from_str("foo.bar  baz\n  qux");
        let mut stops = vec![0];
        while stops.last() != Some(&rope.len_chars()) {
            stops.push(word_right(&rope, *stops.last().unwrap_or(&0)));
        }
        assert_eq!(stops, [0, 3, 4, 7, 12, 13, 18]);
        let mut stops = vec![rope.len_chars()];
        while stops.last() != Some(&0) {
            stops.push(word_left(&rope, *stops.last().unwrap_or(&0)));
        }
        assert_eq!(stops, [18, 15, 13, 12, 9, 4, 3, 0]);
    }

    #[test]
    fn a_word_is_found_from_within_and_its_end() {
        let rope = Rope::from_str("ab cd\n");
        assert_eq!(word_around(&rope, 1), 0..2);
        assert_eq!(word_around(&rope, 5), 3..5);
        assert_eq!(word_around(&Rope::new(), 0), 0..0);
    }
}

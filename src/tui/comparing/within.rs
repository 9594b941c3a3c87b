//! What differs within lines that changed: words and signs, found where lines stand beside each other.
//!
//! Bounded in all: long lines, and more of them than anybody reads, are told as a whole.

use std::collections::HashMap;
use std::ops::Range;
use std::time::{Duration, Instant};

use similar::DiffOp;

use super::steps::steps;
use super::{Lines, Part};
use crate::filter::Stop;

/// Longer lines are not looked into, in bytes.
const LONGEST: usize = 4096;
/// Pairs of lines that are.
const MOST: usize = 20_000;
/// After this time the rest is told as a whole.
const PATIENCE: Duration = Duration::from_secs(1);

/// Bytes of lines that differ, by line.
type Marks = HashMap<usize, Vec<Range<usize>>>;

/// Words of a line, by their bytes.
type Words = Vec<Range<usize>>;

/// What differs within the lines of both that changed into each other.
pub(super) fn marks(left: &Lines, right: &Lines, parts: &[Part], stop: &Stop) -> (Marks, Marks) {
    let (mut lefts, mut rights) = (Marks::new(), Marks::new());
    let deadline = Instant::now().checked_add(PATIENCE);
    let changed = parts.iter().filter(|part| !part.same);
    let pairs = changed.flat_map(|part| part.left.clone().zip(part.right.clone()));
    for (from, to) in pairs.take(MOST) {
        if stop.asked() || deadline.is_some_and(|deadline| Instant::now() > deadline) {
            break;
        }
        let (own, other) = (left.bare(from), right.bare(to));
        if own.len().max(other.len()) <= LONGEST
            && let Some((own, other)) = between(own, other, deadline, stop)
        {
            lefts.insert(from, own);
            rights.insert(to, other);
        }
    }
    (lefts, rights)
}

/// What differs between two lines; `None` where they have no word in common, so that marks would say nothing.
fn between(left: &str, right: &str, deadline: Option<Instant>, stop: &Stop) -> Option<(Words, Words)> {
    let (own, other) = (words(left), words(right));
    let texts = [(left, &own), (right, &other)].map(|(text, words)| words.iter().map(|word| &text[word.clone()]));
    let steps = steps(texts, deadline, stop);
    let (mut own_marks, mut other_marks) = (Vec::new(), Vec::new());
    let mut common = false;
    for step in steps {
        if let DiffOp::Equal { old_index, len, .. } = step {
            common |= own[old_index..old_index + len]
                .iter()
                .any(|word| left[word.clone()].chars().any(char::is_alphanumeric));
            continue;
        }
        mark(&mut own_marks, &own[step.old_range()]);
        mark(&mut other_marks, &other[step.new_range()]);
    }
    common.then_some((own_marks, other_marks))
}

fn mark(marks: &mut Vec<Range<usize>>, words: &[Range<usize>]) {
    if let (Some(first), Some(last)) = (words.first(), words.last()) {
        marks.push(first.start..last.end);
    }
}

/// Cuts a line into words, stretches of white space, and single signs.
fn words(line: &str) -> Words {
    #[derive(PartialEq)]
    enum Of {
        Word,
        Space,
        Sign,
    }
    let of = |c: char| match c {
        c if c.is_alphanumeric() || c == '_' => Of::Word,
        c if c.is_whitespace() => Of::Space,
        _ => Of::Sign,
    };
    let mut out: Vec<(Range<usize>, Of)> = Vec::new();
    for (at, c) in line.char_indices() {
        let (end, kind) = (at + c.len_utf8(), of(c));
        match out.last_mut() {
            Some((range, last)) if *last == kind && kind != Of::Sign => range.end = end,
            _ => out.push((at..end, kind)),
        }
    }
    out.into_iter().map(|(range, _)| range).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn words_that_differ_are_marked_and_nothing_else() {
        let marked = |left: &str, right: &str| {
            let (own, other) = between(left, right, None, &Stop::never())?;
            let texts = |text: &str, marks: Vec<Range<usize>>| -> Vec<String> {
                marks.into_iter().map(|mark| text[mark].to_owned()).collect()
            };
            Some((texts(left, own), texts(right, other)))
        };
        let (own, other) = marked("  \"expires_in\": 599,", "  \"expires_in\": 600,").unwrap();
        assert_eq!((own, other), (vec!["599".to_owned()], vec!["600".to_owned()]));
        let (own, other) = marked("3", "3,").unwrap();
        assert_eq!((own, other), (vec![], vec![",".to_owned()]));
        let (own, other) = marked("größe 東京 a-b", "größe 大阪 a+b").unwrap();
        assert_eq!(own, ["東京", "-"]);
        assert_eq!(other, ["大阪", "+"]);
        assert_eq!(marked("\"a\": 1,", "\"b\": 2,"), None, "nothing but signs in common");
    }

    #[test]
    fn there_is_a_bound_to_it() {
        let text = |word: &str| vec![format!("same {word}"); MOST + 5].join("\n");
        let lines = |text: String| Lines::new(text, &crate::model::Redactor::default());
        let (left, right) = (lines(text("one")), lines(text("two")));
        let part = Part {
            same: false,
            left: 0..MOST + 5,
            right: 0..MOST + 5,
        };
        let (own, other) = marks(&left, &right, std::slice::from_ref(&part), &Stop::never());
        assert!(own.len() <= MOST && own.len() == other.len());
        assert_eq!(own[&0].first(), Some(&(5..8)));
        let stopped = marks(&left, &right, &[part], &Stop::when(|| true));
        assert!(stopped.0.is_empty());
        let long = format!("same {}", "x".repeat(LONGEST));
        let (left, right) = (lines(long.clone()), lines(long + "y"));
        let part = Part {
            same: false,
            left: 0..1,
            right: 0..1,
        };
        assert!(marks(&left, &right, &[part], &Stop::never()).0.is_empty());
    }
}

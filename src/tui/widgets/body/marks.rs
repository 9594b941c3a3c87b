//! Marks: what stretches of a text are, where the text itself does not say it any more.

use std::ops::Range;

use super::line::Kind;

/// A stretch of a text and what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Bytes of the text.
    pub range: Range<usize>,
    /// What it is.
    pub kind: Kind,
}

/// No more are kept: what follows is plain. They take 16 MiB.
const MOST: usize = 1 << 20;

/// The marks of a text, in its order and without overlaps.
#[derive(Debug, Default)]
pub(super) struct Marks(Vec<Kept>);

#[derive(Clone, Copy, Debug)]
struct Kept {
    start: usize,
    len: u32,
    kind: Kind,
}

impl Marks {
    /// Adds those of the next stretch of text, which begins at a byte.
    pub fn add(&mut self, base: usize, marks: Vec<Mark>) {
        let room = MOST.saturating_sub(self.0.len());
        self.0.extend(marks.into_iter().take(room).filter_map(|mark| {
            let len = u32::try_from(mark.range.len()).ok().filter(|len| *len > 0)?;
            Some(Kept {
                start: base + mark.range.start,
                len,
                kind: mark.kind,
            })
        }));
    }

    /// Those that lie in a range, cut to it.
    pub fn within(&self, range: &Range<usize>) -> Vec<Mark> {
        let end = |kept: &Kept| kept.start + kept.len as usize;
        let first = self.0.partition_point(|kept| end(kept) <= range.start);
        let rest = self.0[first..].iter().take_while(|kept| kept.start < range.end);
        rest.map(|kept| Mark {
            range: kept.start.max(range.start)..end(kept).min(range.end),
            kind: kept.kind,
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_found_by_range() {
        let mut marks = Marks::default();
        let mark = |range| Mark {
            range,
            kind: Kind::Strong,
        };
        marks.add(10, vec![mark(0..5), mark(5..5), mark(7..9)]);
        marks.add(30, vec![mark(0..1)]);
        let found = |range| {
            marks
                .within(&range)
                .into_iter()
                .map(|mark| mark.range)
                .collect::<Vec<_>>()
        };
        assert_eq!(found(0..100), [10..15, 17..19, 30..31]);
        assert_eq!(found(14..18), [14..15, 17..18]);
        assert!(found(15..17).is_empty());
    }
}

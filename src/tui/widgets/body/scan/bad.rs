//! Which pretty lines are no values: a bit each, so that a body of nothing else takes little.

use super::super::chunked::Chunked;

/// The lines, in order.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Bad(Chunked<Row>);

/// So many lines next to each other, at least one of which is none.
#[derive(Clone, Copy, Debug)]
struct Row {
    /// The how-manieth of all such rows.
    at: usize,
    bits: u64,
    /// How many there are before it.
    before: usize,
}

const ROW: usize = u64::BITS as usize;

impl Bad {
    /// Takes note of a line behind all that were noted.
    pub fn add(&mut self, line: usize) {
        let (row, before) = (line / ROW, self.len());
        let mut last = self.0.last().filter(|last| last.at == row);
        if last.is_some() {
            self.0.pop();
        }
        let last = last.get_or_insert(Row {
            at: row,
            bits: 0,
            before,
        });
        last.bits |= 1 << (line % ROW);
        self.0.push(*last);
    }

    /// Whether a line is one of them.
    pub fn has(&self, line: usize) -> bool {
        let row = self.0.get(self.rows_before(line));
        row.is_some_and(|row| row.at == line / ROW && row.bits >> (line % ROW) & 1 == 1)
    }

    /// Counts those before a line.
    pub fn before(&self, line: usize) -> usize {
        match self.0.get(self.rows_before(line)) {
            None => self.len(),
            Some(row) if row.at == line / ROW => {
                row.before + (row.bits & ((1 << (line % ROW)) - 1)).count_ones() as usize
            }
            Some(row) => row.before,
        }
    }

    /// Counts all of them.
    pub fn len(&self) -> usize {
        self.0
            .last()
            .map_or(0, |last| last.before + last.bits.count_ones() as usize)
    }

    fn rows_before(&self, line: usize) -> usize {
        self.0.partition_point(|row| row.at < line / ROW)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_and_counted() {
        for every in [1, 3, 64, 200] {
            let mut bad = Bad::default();
            let lines = 20_000;
            for line in (5..lines).step_by(every) {
                bad.add(line);
            }
            let is_bad = |line: usize| line >= 5 && (line - 5).is_multiple_of(every);
            let mut count = 0;
            for line in 0..lines {
                assert_eq!((bad.before(line), bad.has(line)), (count, is_bad(line)), "{line}");
                count += usize::from(is_bad(line));
            }
            assert_eq!(
                (bad.len(), bad.before(lines + 99), bad.has(lines + 99)),
                (count, count, false)
            );
        }
    }

    #[test]
    fn many_of_them_take_little() {
        let mut bad = Bad::default();
        let lines = 100_000;
        (0..lines).for_each(|line| bad.add(line));
        assert!(bad.0.len() * size_of::<Row>() < lines / 2);
    }
}

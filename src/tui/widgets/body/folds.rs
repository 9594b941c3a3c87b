//! What of a body is folded: a level for all of it, and containers that differ.
//!
//! ```text
//! level + exceptions, sorted by line → segments: stretches of lines that follow one rule, with the rows before each
//! ```
//!
//! A row is a line that is seen. Between the two lie a search among the segments, of which there are no more than
//! exceptions, and one in the outline. So folding all lists of a gigabyte to one level costs what folding one costs.

use super::nest::{Container, Nest, counted};

/// The rule that a stretch of lines follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Rule {
    /// All lines are seen.
    #[default]
    All,
    /// Containers of this depth are folded.
    Level(u32),
    /// None is.
    Nothing,
}

/// A container that does not follow the rule around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Exception {
    container: Container,
    state: Fold,
}

/// How a container stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fold {
    folded: bool,
    /// What holds inside of it as long as it is not folded.
    inside: Rule,
}

/// Lines from one on, up to the next segment, and what they follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Segment {
    from: usize,
    rule: Rule,
    /// Rows before it.
    rows: usize,
    /// Lines seen by its rule before it, if that is a level.
    rank: usize,
}

/// All that is folded.
#[derive(Clone, Debug)]
pub(super) struct Folds {
    rule: Rule,
    exceptions: Vec<Exception>,
    /// Never empty; the first one starts at line 0.
    segments: Vec<Segment>,
}

impl Default for Folds {
    /// Nothing is folded.
    fn default() -> Self {
        Self {
            rule: Rule::All,
            exceptions: Vec::new(),
            segments: vec![Segment::default()],
        }
    }
}

impl Folds {
    /// Whether there is nothing folded, so that each line is the row of its number.
    pub fn is_empty(&self) -> bool {
        self.rule == Rule::All && self.exceptions.is_empty()
    }

    /// These containers folded so, all others by a rule.
    pub fn of(rule: Rule, mut folds: Vec<(Container, Fold)>, nest: &mut Nest<'_>) -> Self {
        folds.sort_by_key(|(container, _)| container.start);
        folds.dedup_by_key(|(container, _)| container.start);
        let exceptions = folds
            .into_iter()
            .map(|(container, state)| Exception { container, state });
        let mut all = Self {
            rule,
            exceptions: exceptions.collect(),
            ..Self::default()
        };
        all.settle(nest);
        all
    }

    /// The rule for all that is no exception.
    pub fn rule(&self) -> Rule {
        self.rule
    }

    /// The containers that do not follow the rule around them.
    pub fn exceptions(&self) -> impl Iterator<Item = (Container, Fold)> {
        self.exceptions.iter().map(|own| (own.container, own.state))
    }

    /// Whether the same is folded by rule, and nothing else in either.
    pub fn is_like(&self, other: &Self) -> bool {
        self.rule == other.rule && self.exceptions.is_empty() && other.exceptions.is_empty()
    }

    /// Folds all containers of a level and deeper, or none; forgets all exceptions.
    pub fn set_level(&mut self, level: Option<u32>, nest: &mut Nest<'_>) {
        self.rule = level.filter(|level| counted(*level)).map_or(Rule::All, Rule::Level);
        self.exceptions.clear();
        self.settle(nest);
    }

    /// The level that all of it is folded to, if it is.
    pub fn level(&self) -> Option<u32> {
        match self.rule {
            Rule::Level(level) => Some(level),
            _ => None,
        }
    }

    /// Whether the container that a line opens, at this depth, is folded.
    pub fn is_folded(&self, line: usize, depth: u32) -> bool {
        match self.find(line) {
            Ok(at) => self.exceptions[at].state.folded,
            Err(_) => self.usual(line, depth).folded,
        }
    }

    /// Folds a container; what is folded in it stays so.
    pub fn fold(&mut self, container: Container, nest: &mut Nest<'_>) {
        let state = Fold {
            folded: true,
            ..self.state(container)
        };
        self.set(container, state, nest);
    }

    /// Unfolds a container; where all is folded to a level, what is in it stays folded.
    pub fn unfold(&mut self, container: Container, nest: &mut Nest<'_>) {
        let state = Fold {
            folded: false,
            ..self.state(container)
        };
        self.set(container, state, nest);
    }

    /// Unfolds a container and all in it.
    pub fn unfold_all(&mut self, container: Container, nest: &mut Nest<'_>) {
        self.forget_inside(container);
        let inside = Rule::All;
        self.set(container, Fold { folded: false, inside }, nest);
    }

    /// Folds all that is in a container, which itself stays open.
    pub fn fold_inside(&mut self, container: Container, nest: &mut Nest<'_>) {
        self.forget_inside(container);
        let inside = deeper(container.depth);
        self.set(container, Fold { folded: false, inside }, nest);
    }

    /// Finds the line of a row among so many known lines.
    pub fn line_of(&self, row: usize, nest: &mut Nest<'_>) -> Option<usize> {
        let at = self
            .segments
            .partition_point(|segment| segment.rows <= row)
            .checked_sub(1)?;
        let segment = self.segments[at];
        let beyond = row - segment.rows;
        match segment.rule {
            Rule::All => Some(segment.from + beyond).filter(|line| *line < nest.lines()),
            Rule::Level(level) => nest.select(level, segment.rank + beyond),
            Rule::Nothing => None,
        }
    }

    /// Finds the row of a line; for one that is folded away, the row of what it is folded into.
    pub fn row_of(&self, line: usize, nest: &mut Nest<'_>) -> usize {
        let segment = self.segment(line);
        match segment.rule {
            Rule::All => segment.rows + (line - segment.from),
            Rule::Nothing => segment.rows.saturating_sub(1),
            Rule::Level(level) => (segment.rows + nest.rank(level, line + 1) - segment.rank).saturating_sub(1),
        }
    }

    /// Counts the rows of the known lines.
    pub fn rows(&self, nest: &mut Nest<'_>) -> usize {
        let last = self.segments.last().copied().unwrap_or_default();
        last.rows + {
            let lines = nest.lines();
            seen(&last, lines, nest)
        }
    }

    /// Builds the segments, the ends of containers looked up again that were open when they were folded.
    pub fn settle(&mut self, nest: &mut Nest<'_>) {
        for exception in &mut self.exceptions {
            if exception.container.open {
                exception.container = nest.container(exception.container.start).unwrap_or(exception.container);
            }
        }
        self.segments.clear();
        let mut rule = self.rule;
        // Where the rules end that hold now, and those that hold there.
        let mut around: Vec<(usize, Rule)> = Vec::new();
        self.segments.push(Segment {
            rule,
            ..Segment::default()
        });
        for at in 0..self.exceptions.len() {
            let Exception { container, state } = self.exceptions[at];
            while let Some((end, outside)) = around.pop_if(|(end, _)| *end < container.start) {
                rule = outside;
                self.begin(end + 1, rule, nest);
            }
            let is_seen = match rule {
                Rule::All => true,
                Rule::Level(level) => container.depth <= level,
                Rule::Nothing => false,
            };
            if is_seen {
                around.push((container.end, rule));
                rule = if state.folded { Rule::Nothing } else { state.inside };
                self.begin(container.start + 1, rule, nest);
            }
        }
        while let Some((end, outside)) = around.pop() {
            self.begin(end + 1, outside, nest);
        }
    }

    /// Whether the ends of some containers are not known yet.
    pub fn is_open(&self) -> bool {
        self.exceptions.iter().any(|exception| exception.container.open)
    }

    fn begin(&mut self, from: usize, rule: Rule, nest: &mut Nest<'_>) {
        let Some(last) = self.segments.last().copied() else {
            return;
        };
        let rows = last.rows + seen(&last, from, nest);
        if last.from == from {
            self.segments.pop();
        }
        let rank = match rule {
            Rule::Level(level) => nest.rank(level, from),
            _ => 0,
        };
        self.segments.push(Segment { from, rule, rows, rank });
    }

    /// How a container stands now.
    fn state(&self, container: Container) -> Fold {
        match self.find(container.start) {
            Ok(at) => self.exceptions[at].state,
            Err(_) => self.usual(container.start, container.depth),
        }
    }

    /// How a container stands that is no exception, by the line that opens it and its depth.
    fn usual(&self, line: usize, depth: u32) -> Fold {
        // The line itself follows the rule around it.
        match self.segment(line).rule {
            Rule::Level(level) if level == depth => Fold {
                folded: true,
                inside: deeper(level),
            },
            inside => Fold { folded: false, inside },
        }
    }

    fn set(&mut self, container: Container, state: Fold, nest: &mut Nest<'_>) {
        let usual = state == self.usual(container.start, container.depth);
        match self.find(container.start) {
            Ok(at) if usual => drop(self.exceptions.remove(at)),
            Ok(at) => self.exceptions[at].state = state,
            Err(_) if usual => {}
            Err(at) => self.exceptions.insert(at, Exception { container, state }),
        }
        self.settle(nest);
    }

    fn forget_inside(&mut self, container: Container) {
        let inside = container.start + 1..=container.end;
        self.exceptions
            .retain(|exception| !inside.contains(&exception.container.start));
    }

    fn find(&self, line: usize) -> Result<usize, usize> {
        self.exceptions
            .binary_search_by_key(&line, |exception| exception.container.start)
    }

    fn segment(&self, line: usize) -> Segment {
        let at = self.segments.partition_point(|segment| segment.from <= line);
        self.segments[at.saturating_sub(1)]
    }
}

/// The rule one level below.
fn deeper(level: u32) -> Rule {
    if counted(level + 1) {
        Rule::Level(level + 1)
    } else {
        Rule::All
    }
}

/// Counts the rows of a segment up to a line.
fn seen(segment: &Segment, to: usize, nest: &mut Nest<'_>) -> usize {
    match segment.rule {
        Rule::All => to.saturating_sub(segment.from),
        Rule::Level(level) => nest.rank(level, to).saturating_sub(segment.rank),
        Rule::Nothing => 0,
    }
}

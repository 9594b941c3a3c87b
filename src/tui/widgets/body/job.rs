//! Indexing in steps: the first lines at once, the rest on a thread that tells how far it is.
//!
//! ```text
//! Document::new → a prefix, in microseconds
//! Document::index_job → IndexJob::run on a blocking thread → Snapshot, Snapshot, … → Document::apply
//! ```
//!
//! A body that still arrives is indexed as it comes: the thread waits for more.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::nested::Nested;
use super::plain::{Lines, PIECE};
use super::scan::{JsonIndex, LOOKAHEAD, Scanner};
use super::source::Source;
use super::syntax::Syntax;

/// Bytes between two snapshots.
const STEP: usize = 4 * 1024 * 1024;
/// What is indexed before the first screen, in lines and in bytes.
const PREFIX_LINES: usize = 512;
const PREFIX_BYTES: usize = 64 * 1024;
/// How long more bytes are gathered before they are indexed, while a body arrives.
const GATHER: Duration = Duration::from_millis(10);
/// So often a thread that waits for bytes looks whether it is still wanted.
const LOOK: Duration = Duration::from_millis(100);

/// What is known of a body at some moment; cheap to clone and to send between threads.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub(super) source: Source,
    /// The bytes that were there, and whether they were all.
    pub(super) len: usize,
    pub(super) whole: bool,
    /// Why the body cannot be read on, if so.
    pub(super) unreadable: Option<Arc<str>>,
    pub(super) index: Arc<Index>,
}

impl Snapshot {
    /// Says how many bytes are covered, all forms together, and how many there are to cover.
    pub fn progress(&self) -> (usize, usize) {
        let Index { pretty, tail, raw, .. } = &*self.index;
        let Some(pretty) = pretty else {
            return (raw.scanned(), self.len);
        };
        // Behind a fault the lines are plain: the tail covers what the scanner could not.
        let pretty = tail
            .as_ref()
            .map_or(pretty.scanned, |tail| tail.scanned().max(pretty.scanned));
        (pretty + raw.scanned(), 2 * self.len)
    }

    /// Says whether nothing is left to index.
    pub fn is_complete(&self) -> bool {
        self.raw_complete() && self.pretty_complete()
    }

    pub(super) fn raw_complete(&self) -> bool {
        self.unreadable.is_some() || self.whole && self.index.raw.scanned() >= self.len
    }

    pub(super) fn pretty_complete(&self) -> bool {
        let Index { pretty, tail, .. } = &*self.index;
        let tail = tail
            .as_ref()
            .is_none_or(|tail| self.whole && tail.scanned() >= self.len);
        self.unreadable.is_some() || tail && pretty.as_ref().is_none_or(|pretty| pretty.complete)
    }
}

/// The lines of all forms of a body.
#[derive(Clone, Debug)]
pub(super) struct Index {
    /// The pretty lines; only for JSON.
    pub pretty: Option<JsonIndex>,
    /// The lines behind the fault, once there is one.
    pub tail: Option<Lines>,
    /// The lines as sent.
    pub raw: Lines,
    /// How those lie in each other; only for markup that is laid out.
    pub nested: Option<Nested>,
}

/// The work of indexing one body, to be done away from the screen.
#[derive(Debug)]
pub struct IndexJob {
    source: Source,
    len: usize,
    whole: bool,
    unreadable: Option<Arc<str>>,
    /// Where the scanner waits for the rest of a token, and how many bytes there were when it began to.
    waiting: Option<(usize, usize)>,
    scanner: Option<Scanner>,
    tail: Option<Lines>,
    raw: Lines,
    nested: Option<Nested>,
}

impl IndexJob {
    pub(super) fn new(source: Source, syntax: Syntax) -> Self {
        let scanner = match syntax {
            Syntax::Json => Some(Scanner::new(false)),
            Syntax::JsonLines => Some(Scanner::new(true)),
            Syntax::Text | Syntax::Code(_) | Syntax::Marked | Syntax::Markup { .. } | Syntax::Hex => None,
        };
        let (len, whole) = source.known();
        Self {
            source,
            len,
            whole,
            unreadable: None,
            waiting: None,
            scanner,
            tail: None,
            raw: Lines::new(0),
            nested: matches!(syntax, Syntax::Markup { .. }).then(Nested::default),
        }
    }

    /// Indexes what the first screen needs and says what it found.
    pub(super) fn prefix(&mut self) -> Snapshot {
        let result = self.first();
        self.note(result);
        self.snapshot()
    }

    fn first(&mut self) -> io::Result<()> {
        let (block, last) = self.block(0, PREFIX_BYTES)?;
        if let Some(scanner) = &mut self.scanner {
            scanner.advance(&block, last, PREFIX_LINES);
            self.start_tail();
        }
        self.advance_raw(&block, last);
        let start = self.tail.as_ref().map(Lines::start);
        if let Some(start) = start {
            let (block, last) = self.block(start, PREFIX_BYTES)?;
            if let Some(tail) = &mut self.tail {
                tail.advance(&block, last);
            }
        }
        Ok(())
    }

    /// Does the whole work. Blocks: run it on a thread for blocking work.
    ///
    /// `publish` gets a snapshot every few megabytes and at the end; each goes to [`super::Document::apply`] on the
    /// thread that draws. Between two steps `cancelled` is asked. Returns false if it said yes.
    pub fn run(mut self, cancelled: impl Fn() -> bool, mut publish: impl FnMut(Snapshot)) -> bool {
        let mut told = true;
        let mut shown = 0;
        loop {
            if cancelled() {
                return false;
            }
            (self.len, self.whole) = self.source.known();
            if self.step() {
                told = false;
                if self.whole || !self.caught_up() {
                    publish(self.snapshot());
                    (told, shown) = (true, self.len);
                }
                continue;
            }
            if !told || self.len > shown || self.snapshot().is_complete() {
                publish(self.snapshot());
                (told, shown) = (true, self.len);
            }
            if self.snapshot().is_complete() {
                return true;
            }
            // Small pieces are indexed together: a screen shows no more than some of them a second anyway.
            if self.source.grown(self.len, LOOK) != (self.len, false) {
                std::thread::sleep(GATHER);
            }
        }
    }

    /// Indexes all that is there by now, as the thread would.
    #[cfg(test)]
    pub(super) fn grow(&mut self) {
        (self.len, self.whole) = self.source.known();
        while self.step() {}
    }

    /// Does a few milliseconds of work; returns whether there was any.
    pub fn step(&mut self) -> bool {
        let before = (self.at(), self.waiting, self.unreadable.is_some());
        let result = self.try_step();
        self.note(result);
        before != (self.at(), self.waiting, self.unreadable.is_some())
    }

    /// How far the work is, as something to compare.
    fn at(&self) -> (usize, bool, usize, usize) {
        let scanner = self.scanner.as_ref().map(|scanner| &scanner.index);
        (
            scanner.map_or(0, |index| index.scanned),
            scanner.is_some_and(|index| index.complete),
            self.tail.as_ref().map_or(0, Lines::scanned),
            self.raw.scanned(),
        )
    }

    /// Whether all is indexed of what is there.
    fn caught_up(&self) -> bool {
        self.raw.scanned() + PIECE >= self.len
    }

    fn try_step(&mut self) -> io::Result<()> {
        if self.unreadable.is_some() {
            return Ok(());
        }
        let scanned = self.scanner.as_ref().filter(|scanner| !scanner.index.complete);
        if let Some(from) = scanned.map(|scanner| scanner.index.scanned)
            && (self.whole || self.len > from)
            // What waits for more is read as it is where no more comes.
            && (self.whole || self.waiting != Some((from, self.len)))
        {
            let (block, last) = self.block(from, STEP)?;
            if let Some(scanner) = &mut self.scanner {
                scanner.advance(&block, last, usize::MAX);
            }
            self.start_tail();
            // The rest of a token is still to come: the other lines have their turn meanwhile.
            let stuck = self
                .scanner
                .as_ref()
                .is_some_and(|scanner| scanner.index.scanned == from);
            self.waiting = (stuck && !last).then_some((from, self.len));
            return Ok(());
        }
        let before = self.tail.as_ref().map(Lines::scanned);
        if let Some(from) = before.filter(|from| *from < self.len) {
            let (block, last) = self.block(from, STEP)?;
            if let Some(tail) = &mut self.tail {
                tail.advance(&block, last);
            }
        }
        if before == self.tail.as_ref().map(Lines::scanned) {
            let (block, last) = self.block(self.raw.scanned(), STEP)?;
            self.advance_raw(&block, last);
        }
        Ok(())
    }

    /// Indexes the next block of the lines as sent, and how they lie in each other.
    fn advance_raw(&mut self, block: &[u8], last: bool) {
        let (source, nested) = (&self.source, &mut self.nested);
        self.raw.advance_telling(block, last, |number, rest| {
            if let Some(nested) = nested {
                nested.add(source, number, rest);
            }
        });
    }

    /// Reads a stretch of the body; also says whether it is the last one.
    fn block(&self, from: usize, most: usize) -> io::Result<(bytes::Bytes, bool)> {
        let most = most.min(self.len.saturating_sub(from));
        let block = self.source.read(from, most)?;
        let last = self.whole && from + block.len() >= self.len;
        Ok((block, last))
    }

    /// Starts on the plain lines as soon as the scanner has met a fault.
    fn start_tail(&mut self) {
        let index = self.scanner.as_ref().map(|scanner| &scanner.index);
        if self.tail.is_none()
            && let Some(index) = index
            && index.fault.is_some()
        {
            self.tail = Some(Lines::new(index.tail));
        }
    }

    /// The lines, the one that still arrives among them: it may never end.
    fn lines_so_far(&self) -> Lines {
        let mut lines = self.raw.clone();
        let missing = self.len.saturating_sub(lines.scanned());
        if !self.whole && (1..=PIECE).contains(&missing) {
            // What cannot be read is said where the next step meets it.
            let rest = self.source.read(lines.scanned(), missing).unwrap_or_default();
            lines.advance(&rest, true);
        }
        lines
    }

    fn note(&mut self, result: io::Result<()>) {
        if let Err(error) = result {
            self.unreadable = Some(error.to_string().into());
        }
    }

    /// Says what is known so far.
    pub(super) fn snapshot(&self) -> Snapshot {
        let arrives = |index: &JsonIndex| !self.whole && index.scanned + LOOKAHEAD >= self.len;
        let pretty = self.scanner.as_ref().map(|scanner| {
            if arrives(&scanner.index) {
                scanner.so_far()
            } else {
                scanner.index.clone()
            }
        });
        let index = Index {
            pretty,
            tail: self.tail.clone(),
            raw: self.lines_so_far(),
            nested: self.nested.clone(),
        };
        Snapshot {
            source: self.source.clone(),
            len: self.len,
            whole: self.whole,
            unreadable: self.unreadable.clone(),
            index: Arc::new(index),
        }
    }
}

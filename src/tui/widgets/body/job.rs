//! Indexing in steps: the first lines at once, the rest on a thread that tells how far it is.
//!
//! ```text
//! Document::new → a prefix, in microseconds
//! Document::index_job → IndexJob::run on a blocking thread → Snapshot, Snapshot, … → Document::apply
//! ```

use std::sync::Arc;

use bytes::Bytes;

use super::document::Syntax;
use super::plain::Lines;
use super::scan::{JsonIndex, Scanner};

/// Bytes between two snapshots.
const STEP: usize = 4 * 1024 * 1024;
/// What is indexed before the first screen, in lines and in bytes.
const PREFIX_LINES: usize = 512;
const PREFIX_BYTES: usize = 64 * 1024;

/// What is known of a body at some moment; cheap to clone and to send between threads.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub(super) bytes: Bytes,
    pub(super) index: Arc<Index>,
}

impl Snapshot {
    /// Says how many bytes are covered, all forms together, and how many there are to cover.
    pub fn progress(&self) -> (usize, usize) {
        let Index { pretty, tail, raw } = &*self.index;
        let len = self.bytes.len();
        let Some(pretty) = pretty else {
            return (raw.scanned(), len);
        };
        // Behind a fault the lines are plain: the tail covers what the scanner could not.
        let pretty = tail
            .as_ref()
            .map_or(pretty.scanned, |tail| tail.scanned().max(pretty.scanned));
        (pretty + raw.scanned(), 2 * len)
    }

    /// Says whether nothing is left to index.
    pub fn is_complete(&self) -> bool {
        let len = self.bytes.len();
        self.index.raw.scanned() >= len && self.index.pretty_complete(len)
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
}

impl Index {
    pub fn pretty_complete(&self, len: usize) -> bool {
        let tail = self.tail.as_ref().is_none_or(|tail| tail.scanned() >= len);
        tail && self.pretty.as_ref().is_none_or(|pretty| pretty.complete)
    }
}

/// The work of indexing one body, to be done away from the screen.
#[derive(Debug)]
pub struct IndexJob {
    bytes: Bytes,
    scanner: Option<Scanner>,
    tail: Option<Lines>,
    raw: Lines,
}

impl IndexJob {
    pub(super) fn new(bytes: Bytes, syntax: Syntax) -> Self {
        let scanner = (syntax == Syntax::Json).then(|| Scanner::new(&bytes));
        Self {
            bytes,
            scanner,
            tail: None,
            raw: Lines::new(0),
        }
    }

    /// Indexes what the first screen needs and says what it found.
    pub(super) fn prefix(&mut self) -> Snapshot {
        if let Some(scanner) = &mut self.scanner {
            scanner.advance(&self.bytes, PREFIX_BYTES, PREFIX_LINES);
            self.start_tail();
        }
        if let Some(tail) = &mut self.tail {
            tail.advance(&self.bytes, tail.start() + PREFIX_BYTES);
        }
        self.raw.advance(&self.bytes, PREFIX_BYTES);
        self.snapshot()
    }

    /// Does the whole work. Blocks: run it on a thread for blocking work.
    ///
    /// `publish` gets a snapshot every few megabytes and at the end; each goes to [`super::Document::apply`] on the
    /// thread that draws. Between two steps `cancelled` is asked. Returns false if it said yes.
    pub fn run(mut self, cancelled: impl Fn() -> bool, mut publish: impl FnMut(Snapshot)) -> bool {
        loop {
            if cancelled() {
                return false;
            }
            let more = self.step();
            publish(self.snapshot());
            if !more {
                return true;
            }
        }
    }

    /// Does a few milliseconds of work; returns whether there is more.
    pub fn step(&mut self) -> bool {
        let len = self.bytes.len();
        if let Some(scanner) = self.scanner.as_mut().filter(|scanner| !scanner.index.complete) {
            scanner.advance(&self.bytes, scanner.index.scanned + STEP, usize::MAX);
            self.start_tail();
            return true;
        }
        let lines = match &mut self.tail {
            Some(tail) if tail.scanned() < len => tail,
            _ => &mut self.raw,
        };
        lines.advance(&self.bytes, lines.scanned() + STEP);
        self.raw.scanned() < len
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

    fn snapshot(&self) -> Snapshot {
        let pretty = self.scanner.as_ref().map(|scanner| scanner.index.clone());
        let index = Index {
            pretty,
            tail: self.tail.clone(),
            raw: self.raw.clone(),
        };
        Snapshot {
            bytes: self.bytes.clone(),
            index: Arc::new(index),
        }
    }
}

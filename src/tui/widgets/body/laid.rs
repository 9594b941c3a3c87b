//! A body laid out anew: XML indented, CSV as a table, CBOR as JSON. What comes of it is again a body.
//!
//! ```text
//! Source (as it came) ─ blocks ─▶ Lay ─ UTF-8 ─▶ Store ◀─ Laid: a Supply ◀─ Document, search
//! ```
//!
//! The first block is laid out at once, so that there is a first screen; the rest by whoever waits for the body to grow,
//! and that is the thread that indexes or searches it. So it needs no thread of its own, is cancelled with that, works
//! while the body arrives, and holds a block of the body and no more.

use std::fmt;
use std::io;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::lay::Lay;
use super::marks::{Mark, Marks};
use super::shape::{Shape, Shapes};
use super::source::{Source, Supply};
use crate::filter::Text;

/// What is laid out for the first screen, in bytes.
const FIRST: usize = 16 * 1024;
/// What is laid out at a time afterwards.
pub(super) const STEP: usize = 512 * 1024;
/// The longest piece a layout is waited for to make sense of.
pub(super) const LONGEST: usize = 32 * 1024 * 1024;
/// A body of which more than so many times its size would come is shown as it came from there on: each level of a style
/// sheet that never closes a brace is indented, and a table whose first row is wide pads all others.
pub(super) const MOST_TIMES: usize = 12;
/// What is put out before that is looked at, in bytes.
pub(super) const MARGIN: usize = 16 * 1024 * 1024;
/// What stands where laying out ends.
const GAVE_UP: &str = "\n✗ laid out it would be many times as long: from here on as it came\n";
/// Who has not looked for so long does not know when what has come since did.
const LATE: Duration = Duration::from_secs(1);
/// How much new text is worth telling about.
const NEWS: usize = 4 * 1024 * 1024;

/// Where the new text is kept. Dropping it ends the text.
pub trait Store: Send {
    /// Adds some of it.
    ///
    /// # Errors
    ///
    /// What the disk says.
    fn push(&mut self, bytes: &[u8]) -> io::Result<()>;
}

/// A body laid out anew.
pub(super) struct Laid {
    work: Mutex<Work>,
    kept: Source,
    /// What of the text is what. Never locked for longer than it takes to add a block's.
    marks: Arc<Mutex<Marks>>,
    /// How its lines lie in each other. The same holds for it.
    shapes: Arc<Mutex<Shapes>>,
    header: OnceLock<String>,
    /// From where on it comes as it is.
    gave_up: Arc<OnceLock<usize>>,
    /// What is wrong with the body.
    flaw: Arc<OnceLock<String>>,
    failed: OnceLock<String>,
}

struct Work {
    from: Source,
    lay: Box<dyn Lay>,
    /// `None` when all is laid out.
    store: Option<Box<dyn Store>>,
    /// Bytes of the body that are taken.
    pos: usize,
    /// How much to show the layout at once, and how much it has seen in vain.
    block: usize,
    vain: usize,
    /// From where on it comes as it is, if it does.
    gave_up: Arc<OnceLock<usize>>,
    flaw: Arc<OnceLock<String>>,
    /// Why it ended before its time, if it did.
    failed: Option<String>,
    out: Vec<u8>,
    /// When it was last looked for more, and whether what is there now has been there for a while.
    looked: Instant,
    late: bool,
    /// Bytes put out.
    put: usize,
    marks: Arc<Mutex<Marks>>,
    shapes: Arc<Mutex<Shapes>>,
}

/// No layout at all.
struct AsItCame;

impl Lay for AsItCame {
    fn lay(&mut self, bytes: &[u8], _: bool, out: &mut Vec<u8>) -> usize {
        out.extend_from_slice(bytes);
        bytes.len()
    }
}

impl fmt::Debug for Laid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Laid").field("kept", &self.kept).finish_non_exhaustive()
    }
}

impl Laid {
    /// Starts on a body; `store` takes the new text, and `kept` is what it has taken.
    pub fn new(from: Source, lay: Box<dyn Lay>, store: Box<dyn Store>, kept: Source) -> Arc<Self> {
        let marks = Arc::<Mutex<Marks>>::default();
        let shapes = Arc::<Mutex<Shapes>>::default();
        let gave_up = Arc::<OnceLock<usize>>::default();
        let flaw = Arc::<OnceLock<String>>::default();
        let mut work = Work {
            marks: Arc::clone(&marks),
            shapes: Arc::clone(&shapes),
            put: 0,
            from,
            lay,
            store: Some(store),
            pos: 0,
            block: FIRST,
            vain: 0,
            gave_up: Arc::clone(&gave_up),
            flaw: Arc::clone(&flaw),
            failed: None,
            out: Vec::new(),
            looked: Instant::now(),
            late: false,
        };
        work.step();
        work.block = STEP;
        let header = work.lay.header().map_or_else(OnceLock::new, OnceLock::from);
        Arc::new(Self {
            failed: work.failed.clone().map_or_else(OnceLock::new, OnceLock::from),
            work: Mutex::new(work),
            kept,
            marks,
            shapes,
            header,
            gave_up,
            flaw,
        })
    }

    /// From which byte on the text is no longer laid out, if laying out was given up.
    pub fn gave_up(&self) -> Option<usize> {
        self.gave_up.get().copied()
    }

    /// What is wrong with the body, as far as that is known: `not well-formed XML in line 3: …`.
    pub fn flaw(&self) -> Option<&str> {
        self.flaw.get().map(String::as_str)
    }

    /// The line that is to stay above the others.
    pub fn header(&self) -> Option<&str> {
        self.header.get().map(String::as_str)
    }

    fn work(&self) -> MutexGuard<'_, Work> {
        // A layout that panicked goes no further: its store is whole as it is.
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Work {
    /// Lays out the next block, if there is one; says whether there was.
    fn step(&mut self) -> bool {
        let Some(store) = &mut self.store else {
            return false;
        };
        let (len, whole) = self.from.known();
        self.late |= self.looked.elapsed() > LATE;
        self.looked = Instant::now();
        let there = len.saturating_sub(self.pos);
        if !whole && there <= self.vain {
            self.late = false;
            return false;
        }
        self.lay.set_late(self.late);
        let bytes = match self.from.read(self.pos, self.block) {
            Ok(bytes) => bytes,
            Err(error) => {
                self.failed = Some(error.to_string());
                self.store = None;
                return true;
            }
        };
        let end = whole && self.pos + bytes.len() >= len;
        let mut took = self.lay.lay(&bytes, end, &mut self.out);
        if took == 0 && bytes.len() >= LONGEST {
            took = self.lay.lay(&bytes, true, &mut self.out);
        }
        self.pos += took.min(bytes.len());
        if let Some(flaw) = self.lay.flaw(end && took == bytes.len()) {
            let _known_already = self.flaw.set(flaw);
        }
        let put = self.put + self.out.len();
        if put > MARGIN + MOST_TIMES * self.pos && self.gave_up.set(put).is_ok() {
            let shapes = self.lay.take_shapes();
            self.shapes.lock().unwrap_or_else(PoisonError::into_inner).add(shapes);
            self.lay = Box::new(AsItCame);
            self.out.extend_from_slice(GAVE_UP.as_bytes());
        }
        // A piece longer than the block: more of it is looked at next time.
        self.vain = if took == 0 { bytes.len() } else { 0 };
        self.block = if took == 0 && bytes.len() == self.block {
            self.block * 2
        } else {
            STEP
        };
        // Before the text: who reads that finds them.
        let marks = self.lay.take_marks();
        if !marks.is_empty() {
            let mut kept = self.marks.lock().unwrap_or_else(PoisonError::into_inner);
            kept.add(self.put, marks);
        }
        let shapes = self.lay.take_shapes();
        if !shapes.is_empty() {
            let mut kept = self.shapes.lock().unwrap_or_else(PoisonError::into_inner);
            kept.add(shapes);
        }
        let pushed = store.push(&self.out);
        self.put += self.out.len();
        self.out.clear();
        if let Err(error) = &pushed {
            self.failed = Some(error.to_string());
        }
        if pushed.is_err() || end && self.pos >= len {
            self.store = None;
        }
        true
    }
}

impl Text for Arc<Laid> {
    fn known(&self) -> (usize, bool) {
        self.kept.known()
    }

    fn grown(&self, than: usize, most: Duration) -> (usize, bool) {
        let since = Instant::now();
        loop {
            let (len, whole) = self.kept.known();
            let passed = since.elapsed();
            if whole || passed >= most || len >= than.saturating_add(NEWS) {
                return (len, whole);
            }
            let mut work = self.work();
            if !work.step() {
                if len > than {
                    return (len, whole);
                }
                let (from, known) = (work.from.clone(), work.pos + work.vain);
                drop(work);
                from.grown(known, most.saturating_sub(passed));
                continue;
            }
            if self.header.get().is_none()
                && let Some(header) = work.lay.header()
            {
                let _first = self.header.set(header);
            }
            if let Some(failed) = work.failed.take() {
                let _first = self.failed.set(failed);
            }
        }
    }

    fn read(&self, offset: usize, len: usize) -> io::Result<Bytes> {
        let bytes = self.kept.read(offset, len)?;
        // The end is not what it should be: whoever gets there has to know.
        match self.failed.get() {
            Some(failed) if offset.saturating_add(len) >= self.kept.len() => Err(io::Error::other(failed.clone())),
            _ => Ok(bytes),
        }
    }
}

impl Supply for Arc<Laid> {
    fn marks(&self, range: &Range<usize>) -> Vec<Mark> {
        let marks = self.marks.lock().unwrap_or_else(PoisonError::into_inner);
        marks.within(range)
    }

    fn shapes(&self, lines: &Range<usize>) -> Vec<Shape> {
        let shapes = self.shapes.lock().unwrap_or_else(PoisonError::into_inner);
        shapes.within(lines)
    }

    fn memory(&self) -> Option<Bytes> {
        self.kept.memory().filter(|_| self.failed.get().is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A place that counts what it is given, and where that says that laying out was given up.
    #[derive(Clone, Default)]
    struct Counted(Arc<Mutex<(usize, Option<usize>)>>);

    impl Store for Counted {
        fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
            let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let found = memchr::memmem::find(bytes, GAVE_UP.as_bytes());
            counted.1 = counted.1.or(found.map(|at| counted.0 + at));
            counted.0 += bytes.len();
            Ok(())
        }
    }

    /// How much comes of a body, and whether it was given up.
    fn laid(body: &[u8], kind: super::super::kind::Kind) -> (usize, bool) {
        let counted = Counted::default();
        let from = Source::from(Bytes::copy_from_slice(body));
        let lay = super::super::lay::of(kind, &body[..body.len().min(4096)], false).map(|(lay, _)| lay);
        let laid = Laid::new(
            from,
            lay.unwrap_or_else(|| Box::new(AsItCame)),
            Box::new(counted.clone()),
            Source::from(Bytes::new()),
        );
        while laid.work().step() {}
        let (put, gave_up) = *counted.0.lock().unwrap_or_else(PoisonError::into_inner);
        assert_eq!(laid.gave_up(), gave_up);
        (put, gave_up.is_some())
    }

    #[test]
    fn a_body_that_would_grow_without_measure_comes_as_it_is() {
        use super::super::kind::Kind;
        let size = 4_000_000;
        let braces = ["{".repeat(32), "a;".repeat(size / 2)].concat();
        let (put, gave_up) = laid(braces.as_bytes(), Kind::Css);
        assert!(gave_up && put < MARGIN + MOST_TIMES * size + 66 * STEP, "{put}");
        let honest = "a{b:c;d:e}".repeat(size / 10);
        assert!(!laid(honest.as_bytes(), Kind::Css).1);
    }

    #[test]
    fn events_that_came_while_nobody_looked_have_no_time() {
        /// A body that grows.
        #[derive(Clone, Debug, Default)]
        struct Growing(Arc<Mutex<Vec<u8>>>);
        impl Growing {
            fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
                self.0.lock().unwrap_or_else(PoisonError::into_inner)
            }
        }
        impl Text for Growing {
            fn known(&self) -> (usize, bool) {
                (self.bytes().len(), false)
            }
            fn grown(&self, _: usize, _: Duration) -> (usize, bool) {
                self.known()
            }
            fn read(&self, offset: usize, len: usize) -> io::Result<Bytes> {
                let bytes = self.bytes();
                let end = offset.saturating_add(len).min(bytes.len());
                Ok(Bytes::copy_from_slice(&bytes[offset.min(end)..end]))
            }
        }
        impl Supply for Growing {
            fn memory(&self) -> Option<Bytes> {
                None
            }
        }
        impl Store for Growing {
            fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
                self.bytes().extend_from_slice(bytes);
                Ok(())
            }
        }
        let (from, kept) = (Growing::default(), Growing::default());
        let lay = super::super::lay::of(super::super::kind::Kind::Events, b"", true).map(|(lay, _)| lay);
        let laid = Laid::new(
            Source::new(from.clone()),
            lay.unwrap_or_else(|| Box::new(AsItCame)),
            Box::new(kept.clone()),
            Source::new(kept.clone()),
        );
        let arrives = |text: &str| {
            from.bytes().extend_from_slice(text.as_bytes());
            while laid.work().step() {}
        };
        arrives("data: at once\n\n");
        let long_ago = Instant::now().checked_sub(2 * LATE);
        laid.work().looked = long_ago.unwrap_or_else(Instant::now);
        arrives("data: missed 1\n\ndata: missed 2\n\n");
        arrives("data: seen\n\n");
        let text = String::from_utf8_lossy(&kept.bytes()).into_owned();
        let timed = |data: &str| {
            let before = text.split(data).next().unwrap_or_default();
            let head = before.lines().rev().nth(1).unwrap_or_default();
            head.contains(':')
        };
        let known = ["at once", "missed 1", "missed 2", "seen"].map(timed);
        assert_eq!(known, [true, false, false, true], "{text}");
    }

    #[test]
    fn long_pieces_behind_each_other_are_all_taken() {
        let mut body = vec![0x93];
        for _ in 0..2 {
            body.extend([0xc6, 0x01, 0x40, 0, 0]);
            body.extend(vec![0; 0x0140_0000]);
        }
        body.push(1);
        let (put, _) = laid(&body, super::super::kind::Kind::MessagePack);
        // Base64 of twice 20 MiB, and `["","",1]` around it.
        assert_eq!(put, 2 * (0x0140_0000_usize.div_ceil(3) * 4) + 9);
    }
}

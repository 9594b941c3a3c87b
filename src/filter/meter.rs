//! What a filter may take: memory, stack, nesting, output, and the user's patience.
//!
//! Values share their parts: what is written or compared may be far larger than what is in memory. So writing and comparing
//! are steps, too, and what is written is memory as it grows.
//!
//! jq's operators have no context to hand a meter through, and its interpreter asks nobody whether to go on. So the meter
//! belongs to the thread, is asked wherever values are made, compared or passed on, and what goes too far is unwound:
//! [`within`] catches that and nothing else.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

use super::FilterError;

/// The bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of memory that values may take in all, those of the body included.
    pub memory: usize,
    /// Bytes of output.
    pub output: usize,
    /// Values of output.
    pub count: usize,
    /// Bytes of a body for jq and `JSONPath`.
    pub body: usize,
    /// Bytes of a body for XPath, whose nodes take some twenty times as much.
    pub markup_body: usize,
    /// Bytes from which on a body of JSON is gone over for what a path leads to, instead of being read as a whole.
    pub walked: usize,
    /// The same where the path leads to many values: what is read as a whole answers the next text sooner.
    pub streamed: usize,
}

impl Default for Limits {
    /// 1 GiB of values, 64 MiB or a million values of output, bodies of 256 and 16 MiB.
    fn default() -> Self {
        Self {
            memory: 1 << 30,
            output: 64 << 20,
            count: 1_000_000,
            body: 256 << 20,
            markup_body: 16 << 20,
            walked: 1 << 20,
            streamed: 32 << 20,
        }
    }
}

/// Levels of nesting that a value may have: what drops, prints or compares it goes as deep.
pub(super) const MOST_DEPTH: u32 = 10_000;
/// The part of the stack that may be used, in bytes; the rest is for what asks nobody.
const MOST_STACK: usize = super::Session::STACK / 2;
/// Between two looks whether the result is still wanted.
const TICKS: u32 = 256;

/// Why a filter was broken off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stopped {
    /// Nobody wants the result any more.
    Cancelled,
    /// The values took too much memory.
    Memory,
    /// It calls itself too often.
    Stack,
    /// A value was nested too deep.
    Depth,
    /// A defect in what interprets it.
    Broken,
}

impl Stopped {
    /// The same as what a filter fails with.
    pub fn error(self, limits: Limits) -> FilterError {
        match self {
            Self::Cancelled => FilterError::Cancelled,
            why => FilterError::Body(why.words(limits)),
        }
    }

    /// What a person reads.
    pub fn words(self, limits: Limits) -> String {
        match self {
            Self::Cancelled => "cancelled".to_owned(),
            Self::Memory => format!("stopped: the filter needs more than {} of memory", size(limits.memory)),
            Self::Stack => "stopped: the filter calls itself without end".to_owned(),
            Self::Depth => format!("stopped: a value is nested more than {MOST_DEPTH} levels deep"),
            Self::Broken => "the filter broke off by a defect of the interpreter".to_owned(),
        }
    }
}

/// A limit in words: in MiB, where there is one.
pub fn size(bytes: usize) -> String {
    match bytes >> 20 {
        0 => format!("{bytes} bytes"),
        mib => format!("{mib} MiB"),
    }
}

/// Whether a filter is still wanted: asked all the time; and who is told how far a large body is read.
#[derive(Clone)]
pub struct Stop {
    asks: Arc<dyn Fn() -> bool + Send + Sync>,
    tells: Option<Arc<dyn Fn(u8) + Send + Sync>>,
}

impl Stop {
    /// Stops as soon as this says so.
    pub fn when(asked: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self {
            asks: Arc::new(asked),
            tells: None,
        }
    }

    /// Tells this how much of a large body is read, in per cent.
    #[must_use]
    pub fn telling(self, tell: impl Fn(u8) + Send + Sync + 'static) -> Self {
        Self {
            tells: Some(Arc::new(tell)),
            ..self
        }
    }

    /// Tells nobody.
    #[must_use]
    pub fn quiet(self) -> Self {
        Self { tells: None, ..self }
    }

    /// Goes on to the end.
    pub fn never() -> Self {
        Self::when(|| false)
    }

    /// Whether to stop.
    pub fn asked(&self) -> bool {
        (self.asks)()
    }
}

impl fmt::Debug for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Stop({})", self.asked())
    }
}

struct Meter {
    used: Cell<usize>,
    most: Cell<usize>,
    ticks: Cell<u32>,
    /// Where the stack was when the filter began; 0 while none runs.
    floor: Cell<usize>,
    stop: RefCell<Option<Stop>>,
}

thread_local! {
    static METER: Meter = const {
        Meter {
            used: Cell::new(0),
            most: Cell::new(usize::MAX),
            ticks: Cell::new(0),
            floor: Cell::new(0),
            stop: RefCell::new(None),
        }
    };
}

/// Runs something within the bounds.
pub(super) fn within<T>(limits: Limits, stop: &Stop, run: impl FnOnce() -> T) -> Result<T, Stopped> {
    METER.with(|meter| {
        meter.most.set(limits.memory);
        meter.ticks.set(0);
        meter.floor.set(here());
        meter.stop.replace(Some(stop.clone()));
    });
    let caught = catch_unwind(AssertUnwindSafe(run));
    METER.with(|meter| {
        meter.most.set(usize::MAX);
        meter.floor.set(0);
        meter.stop.replace(None);
    });
    caught.map_err(|why| why.downcast_ref::<Stopped>().copied().unwrap_or(Stopped::Broken))
}

/// A step was made: looks whether there may be another one.
pub(super) fn tick() {
    METER.with(|meter| {
        let floor = meter.floor.get();
        if floor == 0 {
            return;
        }
        if floor.saturating_sub(here()) > MOST_STACK {
            give_up(Stopped::Stack);
        }
        let ticks = meter.ticks.get() + 1;
        meter.ticks.set(ticks % TICKS);
        if ticks == TICKS {
            look();
        }
    });
}

/// A step was made that may have been a long one: looks whether the result is still wanted.
pub(super) fn look() {
    METER.with(|meter| {
        if meter.stop.borrow().as_ref().is_some_and(Stop::asked) {
            give_up(Stopped::Cancelled);
        }
    });
}

/// So much of a body is read.
pub(super) fn progress(at: usize, all: usize) {
    METER.with(|meter| {
        let stop = meter.stop.borrow();
        if let Some(tell) = stop.as_ref().and_then(|stop| stop.tells.as_ref()) {
            tell(u8::try_from(at * 100 / all.max(1)).unwrap_or(100));
        }
    });
}

/// So many bytes are taken, or will be.
pub(super) fn take(bytes: usize) {
    METER.with(|meter| {
        let used = meter.used.get().saturating_add(bytes);
        if used > meter.most.get() {
            give_up(Stopped::Memory);
        }
        meter.used.set(used);
    });
}

/// So many bytes are given back.
pub(super) fn give(bytes: usize) {
    // While a thread ends, its meter may be gone before its last values.
    let _ = METER.try_with(|meter| meter.used.set(meter.used.get().saturating_sub(bytes)));
}

/// Whether a value may be so deep.
pub(super) fn depth(levels: u32) -> u32 {
    if levels > MOST_DEPTH {
        give_up(Stopped::Depth);
    }
    levels
}

/// Whether a filter runs on this thread: a panic of what interprets it becomes an error of the filter.
pub fn runs() -> bool {
    METER.try_with(|meter| meter.floor.get() != 0).unwrap_or(false)
}

/// Leaves what runs, without the words of a panic: nothing is wrong with the program.
fn give_up(why: Stopped) -> ! {
    resume_unwind(Box::new(why))
}

/// Where on the stack this is.
fn here() -> usize {
    let marker = 0_u8;
    std::hint::black_box(&raw const marker) as usize
}

/// Bytes that are taken until this is dropped.
#[derive(Debug, Default)]
pub(super) struct Taken(usize);

impl Taken {
    /// Nothing yet.
    pub const NONE: Self = Self(0);

    pub fn new(bytes: usize) -> Self {
        take(bytes);
        Self(bytes)
    }

    /// Takes more.
    pub fn grow(&mut self, bytes: usize) {
        take(bytes);
        self.0 += bytes;
    }
}

impl Clone for Taken {
    fn clone(&self) -> Self {
        Self::new(self.0)
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        give(self.0);
    }
}

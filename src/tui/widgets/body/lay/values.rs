//! Values one behind the other in a binary format: what the decoders of such formats have in common.

use super::Lay;
use super::tree::fault;

/// Why a value cannot be read.
pub(super) enum Stop {
    /// Its end is not there.
    Short,
    /// It is wrong.
    Wrong(&'static str),
}

/// Takes so many bytes of what is left, as a number.
pub(super) fn number(rest: &mut &[u8], len: usize) -> Result<u64, Stop> {
    let bytes = take(rest, len as u64)?;
    Ok(bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

/// Takes so many bytes of what is left.
pub(super) fn take<'a>(rest: &mut &'a [u8], len: u64) -> Result<&'a [u8], Stop> {
    let len = usize::try_from(len).map_err(|_| Stop::Short)?;
    let (taken, left) = rest.split_at_checked(len).ok_or(Stop::Short)?;
    *rest = left;
    Ok(taken)
}

/// Containers in each other that are followed; each costs a few bytes of memory.
const DEEPEST: usize = 1_000_000;

/// A binary format.
pub(super) trait Format: Send {
    /// Reads one value, or what opens one, and writes it as JSON; returns the bytes it took.
    fn value(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<usize, Stop>;

    /// How many containers are open.
    fn depth(&self) -> usize;
}

/// Whether bytes are one value and nothing behind it; `None` where its end is not there.
pub(super) fn fits<F: Format + Default>(bytes: &[u8]) -> Option<bool> {
    let (mut format, mut out, mut pos) = (F::default(), Vec::new(), 0);
    loop {
        match format.value(&bytes[pos..], &mut out) {
            Ok(took) => pos += took,
            Err(Stop::Short) => return None,
            Err(Stop::Wrong(_)) => return Some(false),
        }
        // A tag is no value yet.
        if format.depth() == 0 && !out.is_empty() {
            return Some(pos == bytes.len());
        }
    }
}

/// Lays out values until one is wrong.
#[derive(Default)]
pub(super) struct Values<F> {
    format: F,
    /// Bytes taken before this block.
    at: u64,
    broken: bool,
}

impl<F: Format> Lay for Values<F> {
    fn lay(&mut self, bytes: &[u8], last: bool, out: &mut Vec<u8>) -> usize {
        let mut pos = 0;
        while pos < bytes.len() && !self.broken {
            if self.format.depth() > DEEPEST {
                fault(
                    "more than a million values in each other, the last",
                    self.at + pos as u64,
                    out,
                );
                self.broken = true;
                break;
            }
            match self.format.value(&bytes[pos..], out) {
                Ok(took) => pos += took,
                Err(Stop::Short) if !last => break,
                Err(Stop::Short) => {
                    fault("a value goes on behind the end: it begins", self.at + pos as u64, out);
                    self.broken = true;
                }
                Err(Stop::Wrong(what)) => {
                    fault(what, self.at + pos as u64, out);
                    self.broken = true;
                }
            }
        }
        if last || self.broken {
            pos = bytes.len();
        }
        self.at += pos as u64;
        pos
    }
}

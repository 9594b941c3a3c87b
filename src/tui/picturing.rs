//! Decoding a picture: what the response pane asks for, and what comes back.
//!
//! ```text
//! an image is shown ─▶ Effect::Picture(name) ─▶ Job::run on a thread ─▶ Event::Pictured(name, Picture) ─▶ half blocks
//! its room is known ─▶ Effect::Sharpen(name) ─▶ the same             ─▶ Event::Sharpened(name, Sharp)  ─▶ pixels
//! ```

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use crate::filter::Stop;
use crate::model::Payload;
use crate::tui::widgets::picture::{Picture, Sharp, Sight, decode};

/// Bytes of a picture that is drawn.
const MOST: usize = 64 << 20;
/// So often a thread that waits for bytes looks whether it is still wanted.
const LOOK: Duration = Duration::from_millis(50);

/// A picture to decode.
#[derive(Clone, Debug)]
pub struct Job {
    /// The body; it may still be arriving, and is decoded when it is whole.
    pub body: Payload,
    /// The most pixels of a side that are of use.
    pub side: usize,
    /// Whether nobody looks at it any more.
    pub stop: Stop,
}

impl Job {
    /// Decodes it. Blocks; `None` if nobody wants it any more.
    ///
    /// # Errors
    ///
    /// In words: why there is nothing to see.
    pub fn run(&self) -> Option<Result<Picture, String>> {
        let mut known = self.body.known();
        while !known.1 && known.0 <= MOST {
            if self.stop.asked() {
                return None;
            }
            known = self.body.grown(known.0, LOOK);
        }
        if self.stop.asked() {
            return None;
        }
        if known.0 > MOST {
            return Some(Err(format!("more than {} MiB of picture are not drawn", MOST >> 20)));
        }
        let bytes = match self.body.whole() {
            Ok(bytes) => bytes,
            Err(error) => return Some(Err(format!("the body cannot be read back: {error}"))),
        };
        // Decoders are others' code, and the bytes a stranger's.
        let decoded = catch_unwind(AssertUnwindSafe(|| decode(&bytes, self.side, &|| self.stop.asked())));
        let decoded = decoded.unwrap_or_else(|_| Err("the picture breaks what decodes it".to_owned()));
        (!self.stop.asked()).then_some(decoded)
    }
}

/// A picture to make for the terminal.
#[derive(Clone, Debug)]
pub struct Sharpening {
    /// The picture.
    pub picture: Arc<Picture>,
    /// What the terminal shows.
    pub sight: Sight,
    /// The columns and rows there are for it.
    pub room: (u16, u16),
    /// Whether nobody wants it any more.
    pub stop: Stop,
}

impl Sharpening {
    /// Makes it; `None` if nobody wants it any more, or the terminal shows none.
    pub fn run(&self) -> Option<Sharp> {
        if self.stop.asked() {
            return None;
        }
        Sharp::new(&self.picture, &self.sight, self.room, &|| self.stop.asked())
    }
}

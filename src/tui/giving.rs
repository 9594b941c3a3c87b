//! Giving a body away as text: to the clipboard, to an outside program.
//!
//! ```text
//! chosen ─▶ Effect::Give ─▶ Job::run on a thread ─▶ Event::Given(To, text) ─▶ Effect::Copy, Effect::External
//! ```
//!
//! How long a body is says little of how long it is laid out. So its text is made only when it is chosen, not where the
//! screen is drawn, and never longer than whoever gets it can take.

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::model::Payload;
use crate::tui::widgets::body::{Document, Form, Source};

/// More is not copied but saved, in bytes.
pub const MOST_COPIED: usize = 8 << 20;
/// More is not handed to an outside program: it is in memory several times over. In bytes.
pub const MOST_OPENED: usize = 64 << 20;
/// So much of it shows before it is chosen, in bytes.
const START: usize = 240;

/// All of a body, in one of its forms; cheap to clone.
#[derive(Clone, Debug)]
pub enum Whole {
    /// As it is laid out.
    Laid(Document),
    /// The bytes as text.
    Text(Source),
    /// The bytes in Base64, which a clipboard takes.
    Base64(Payload),
}

impl Whole {
    /// The bytes it is made of.
    ///
    /// # Errors
    ///
    /// What the disk says, for a body that lies there.
    pub fn read(&self, most: usize) -> io::Result<bytes::Bytes> {
        match self {
            Self::Laid(document) => document.source().read(0, most),
            Self::Text(source) => source.read(0, most),
            Self::Base64(body) => body.read(0, most),
        }
    }

    /// Its first line, to know it by.
    pub fn start(&self) -> String {
        let text = match self {
            Self::Laid(document) => document.line_text(Form::Pretty, 0).map(Option::unwrap_or_default),
            Self::Text(_) => self
                .read(START)
                .map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
            Self::Base64(_) => self.read(START).map(|bytes| STANDARD.encode(bytes)),
        };
        let text = text.unwrap_or_default();
        text.lines().next().unwrap_or_default().to_owned()
    }

    /// The text; `None` if it is longer than so many bytes.
    ///
    /// # Errors
    ///
    /// What the disk says, for a body that lies there.
    pub fn text(&self, most: usize) -> io::Result<Option<String>> {
        if let Self::Laid(document) = self {
            return document.text_range(Form::Pretty, 0..document.lines(Form::Pretty), most);
        }
        let bytes = self.read(most.saturating_add(1))?;
        Ok((bytes.len() <= most).then(|| match self {
            Self::Base64(_) => STANDARD.encode(bytes),
            _ => String::from_utf8_lossy(&bytes).into_owned(),
        }))
    }
}

/// What can be copied.
#[derive(Clone, Debug)]
pub enum Copied {
    /// A text.
    Text(String),
    /// A body.
    Body(Whole),
}

impl Copied {
    /// Its first line.
    pub fn start(&self) -> String {
        match self {
            Self::Text(text) => text.lines().next().unwrap_or_default().to_owned(),
            Self::Body(body) => body.start(),
        }
    }
}

/// Who gets a body.
#[derive(Clone, Debug)]
pub enum To {
    /// The clipboard; with the words for what it gets.
    Clipboard(String),
    /// `$PAGER` or `$EDITOR`, as a file of this ending.
    Program(&'static str),
}

/// A body to give away.
#[derive(Clone, Debug)]
pub struct Job {
    /// What.
    pub body: Whole,
    /// To whom.
    pub to: To,
}

impl Job {
    /// Makes the text. Blocks.
    ///
    /// # Errors
    ///
    /// In words: why there is none.
    pub fn run(&self) -> Result<String, String> {
        let (most, whom, instead) = match self.to {
            To::Clipboard(_) => (MOST_COPIED, "the clipboard", "copy it as it came, or save it to a file"),
            To::Program(_) => (MOST_OPENED, "an outside program", "save it to a file"),
        };
        match self.body.text(most) {
            Ok(Some(text)) => Ok(text),
            Ok(None) => Err(format!(
                "as it is shown the body has more than {} MiB, too much for {whom}: {instead}",
                most >> 20
            )),
            Err(error) => Err(format!("the body cannot be read back: {error}")),
        }
    }
}

//! Giving a body away as text: to the clipboard, to an outside program.
//!
//! ```text
//! chosen ─▶ Effect::Give ─▶ Job::run on a thread ─▶ Event::Given(To, text) ─▶ Effect::Copy, Effect::External
//! ```
//!
//! How long a body is says little of how long it is laid out. So its text is made only when it is chosen, not where the
//! screen is drawn, and never longer than whoever gets it can take. Whether there are secrets in it is seen then, too.

use std::fmt;
use std::io;
use std::ops::Range;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::model::{Payload, Redactor};
use crate::tui::shared::Level;
use crate::tui::widgets::body::{Document, Form, Source, TableRow, leaf, table_row};
use crate::tui::widgets::highlight::CELL;

/// More is not copied but saved, in bytes.
pub const MOST_COPIED: usize = 8 << 20;
/// Terminals take so much, in bytes: beyond it some drop all of it, without a word.
const SURE: usize = 100_000;
/// More is not handed to an outside program: it is in memory several times over. In bytes.
pub const MOST_OPENED: usize = 64 << 20;
/// So much is read at once, where the screen is drawn, in bytes.
pub const SMALL: usize = 64 << 10;
/// How a copy is named that has secrets in it; nothing of it may show.
pub const IN_CLEAR: &str = "with its secrets in clear";
/// How one is named that is looked through for them only when it is chosen.
pub const PERHAPS_IN_CLEAR: &str = "perhaps with secrets in clear";
/// So much of it shows before it is chosen, in bytes.
const START: usize = 240;

/// All of a body or of something in it, in one of its forms; cheap to clone.
#[derive(Clone, Debug)]
pub enum Whole {
    /// As it is laid out.
    Laid(Document),
    /// The bytes as text.
    Text(Source),
    /// The same with a line above it.
    Headed(String, Source),
    /// The bytes in Base64, which a clipboard takes.
    Base64(Payload),
    /// A value of JSON, of a string what it says: where it stands.
    Value(Source, Range<usize>),
    /// An element of markup, by its lines.
    Element(Document, Range<usize>),
    /// The text in an element that has no others in it.
    Inner(Document, Range<usize>),
    /// A line.
    Line(Document, Form, usize),
    /// A row of separated values as it came, or a cell of it.
    Row(Box<Row>),
    /// What takes a while to be put together.
    Made(Made),
}

/// A text that is put together when it is given away.
#[derive(Clone)]
pub struct Made {
    /// What it is known by until then: a line much as its first one.
    pub start: String,
    /// Puts it together.
    pub make: Arc<dyn Fn() -> String + Send + Sync>,
}

impl fmt::Debug for Made {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Made").finish_non_exhaustive()
    }
}

/// What is said of a copy.
pub fn copied(what: &str, text: &str) -> (Level, String) {
    if text.len() <= SURE {
        return (Level::Done, format!("copied {what}"));
    }
    let words = format!(
        "copied {what}, {} KB: a terminal may not take so much; if nothing came, save it or open it elsewhere",
        text.len() / 1000
    );
    (Level::Warning, words)
}

/// A row of separated values, by the line that it is laid out as.
#[derive(Clone, Debug)]
pub struct Row {
    /// The body as it came.
    pub body: Source,
    /// Whether tabs separate the cells.
    pub tabs: bool,
    /// Whether the row of names stands above the table, not in it.
    pub named: bool,
    /// The table.
    pub shown: Document,
    /// The first of the row's lines in it.
    pub line: usize,
    /// Which of the cells is meant, if not all of the row.
    pub cell: Option<usize>,
}

impl Row {
    /// What is seen of it, as far as it is small.
    pub fn shown(&self) -> String {
        let bytes = self.shown.line(Form::Pretty, self.line).map(|line| line.bytes);
        let bytes = bytes.map(|bytes| self.shown.source().read(bytes.start, bytes.len().min(SMALL)));
        let bytes = bytes.and_then(Result::ok).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        // Where the last cells are empty, the blank behind what separates them is not there.
        format!("{} ", text.trim_end_matches(['\n', '\u{fffd}']))
    }

    /// Finds it: goes through the body up to there. `None` if there is no row that is laid out like that.
    ///
    /// # Errors
    ///
    /// What the disk says, for a body that lies there.
    pub fn find(&self) -> io::Result<Option<TableRow>> {
        let line = self.shown.number_of(Form::Pretty, self.line).saturating_sub(1);
        let row = table_row(&self.body, self.tabs, self.named, line)?;
        Ok(row.filter(|row| row.is_shown_as(&self.shown())))
    }
}

impl Whole {
    /// How many bytes it is made of.
    #[expect(clippy::len_without_is_empty, reason = "what is empty is not given away")]
    pub fn len(&self) -> usize {
        match self {
            Self::Base64(body) => body.len(),
            // So much has to be gone through.
            Self::Row(row) => row.body.len(),
            _ => self.place().map_or(0, |(_, range)| range.len()),
        }
    }

    /// Where the bytes are that it is made of.
    fn place(&self) -> Option<(&Source, Range<usize>)> {
        let lines = |document: &Document, form, lines: &Range<usize>| {
            let bytes = |line| Some(document.line(form, line)?.bytes);
            Some(bytes(lines.start)?.start..bytes(lines.end.checked_sub(1)?)?.end)
        };
        Some(match self {
            Self::Laid(document) => (document.source(), 0..document.source().len()),
            Self::Text(source) | Self::Headed(_, source) => (source, 0..source.len()),
            Self::Value(source, range) => (source, range.clone()),
            Self::Element(document, range) | Self::Inner(document, range) => {
                (document.source(), lines(document, Form::Pretty, range)?)
            }
            Self::Line(document, form, line) => (document.source(), lines(document, *form, &(*line..line + 1))?),
            Self::Row(row) => (
                row.shown.source(),
                lines(&row.shown, Form::Pretty, &(row.line..row.line + 1))?,
            ),
            Self::Base64(_) | Self::Made(_) => return None,
        })
    }

    /// The bytes it is made of, as far as they go.
    ///
    /// # Errors
    ///
    /// What the disk says, for a body that lies there.
    pub fn read(&self, most: usize) -> io::Result<bytes::Bytes> {
        match (self, self.place()) {
            (Self::Base64(body), _) => body.read(0, most),
            (_, Some((source, range))) => source.read(range.start, range.len().min(most)),
            (_, None) => Ok(bytes::Bytes::new()),
        }
    }

    /// Its first line, or one like it, to know it by; of a long one the beginning, without the secrets that are to be `hidden`.
    pub fn start(&self, hidden: Option<&Redactor>) -> String {
        if let Self::Made(made) = self {
            return made.start.clone();
        }
        let text = match self {
            _ if self.len() <= START => self.text(SMALL).ok().flatten(),
            Self::Laid(document)
                if document
                    .line(Form::Pretty, 0)
                    .is_some_and(|line| line.bytes.len() <= START) =>
            {
                document.line_text(Form::Pretty, 0).ok().flatten()
            }
            _ => None,
        };
        // Half a secret where it ends is not found.
        let reach = hidden.map_or(0, Redactor::reach);
        let (text, goes_on) = if let Some(text) = text {
            (text, false)
        } else {
            let bytes = || self.read(START + reach.min(SMALL)).unwrap_or_default();
            match self {
                Self::Base64(_) => (STANDARD.encode(bytes()), true),
                Self::Row(row) if row.cell.is_some() => {
                    let shown = row.shown();
                    let mut cells = shown.split(CELL).skip(row.cell.unwrap_or_default());
                    let cell = cells.next().unwrap_or_default().trim().to_owned();
                    // Only the last one of a long row may be cut.
                    (cell, cells.next().is_none() && shown.len() >= SMALL)
                }
                _ => (String::from_utf8_lossy(&bytes()).into_owned(), true),
            }
        };
        let text = hidden.map_or_else(|| text.clone(), |hidden| hidden.redact_start(&text, START, goes_on));
        text.trim_start().lines().next().unwrap_or_default().to_owned()
    }

    /// The text; `None` if it is longer than so many bytes, if there are others in an element whose text is asked for, and for
    /// a row that is not found.
    ///
    /// # Errors
    ///
    /// What the disk says, for a body that lies there.
    pub fn text(&self, most: usize) -> io::Result<Option<String>> {
        let text = match self {
            Self::Laid(document) => {
                return document.text_range(Form::Pretty, 0..document.lines(Form::Pretty), most);
            }
            Self::Element(document, lines) => {
                let text = document.element_text(lines.clone(), most)?;
                return Ok(text.map(|text| text.trim_start().to_owned()));
            }
            Self::Headed(header, source) => {
                let text = Self::Text(source.clone()).text(most)?;
                return Ok(text.map(|text| format!("{header}\n{text}")));
            }
            Self::Inner(document, lines) => {
                let text = document.text_range(Form::Pretty, lines.clone(), most)?;
                return Ok(text.and_then(|text| leaf(&text)).map(|leaf| leaf.text));
            }
            Self::Line(document, form, line) => {
                let text = document.line_text(*form, *line)?.unwrap_or_default();
                return Ok(Some(text.trim().to_owned()).filter(|text| text.len() <= most));
            }
            Self::Row(row) => {
                let text = row.find()?.and_then(|found| match row.cell {
                    None => Some(found.text),
                    Some(cell) => found.cells.into_iter().nth(cell),
                });
                return Ok(text.filter(|text| text.len() <= most));
            }
            Self::Made(made) => return Ok(Some((made.make)()).filter(|text| text.len() <= most)),
            Self::Text(_) | Self::Value(..) | Self::Base64(_) => self.read(most.saturating_add(1))?,
        };
        Ok((text.len() <= most).then(|| match self {
            Self::Base64(_) => STANDARD.encode(text),
            Self::Value(..) => plain(String::from_utf8_lossy(&text).into_owned()),
            _ => String::from_utf8_lossy(&text).into_owned(),
        }))
    }
}

/// A JSON value as it is meant: a string without its quotes and escapes.
fn plain(json: String) -> String {
    serde_json::from_str(&json).unwrap_or(json)
}

/// Names a text that is given away as it came, and warns of the secrets in it that are to be `hidden`.
pub fn named(what: &str, text: &[u8], hidden: Option<&Redactor>) -> String {
    match hidden {
        Some(hidden) if !hidden.find(text).is_empty() => format!("{what}, {IN_CLEAR}"),
        _ => what.to_owned(),
    }
}

/// What can be copied.
#[derive(Clone, Debug)]
pub enum Copied {
    /// A text.
    Text(String),
    /// A body or something in it, and what is masked on the screen, unless its name says already what is in it.
    Body(Whole, Option<Redactor>),
}

impl Copied {
    /// Its first line.
    pub fn start(&self) -> String {
        match self {
            Self::Text(text) => text.lines().next().unwrap_or_default().to_owned(),
            Self::Body(body, hidden) => body.start(hidden.as_ref()),
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
    /// What is masked on the screen, so that whoever copies it is told that it is in there.
    pub hidden: Option<Redactor>,
}

impl Job {
    /// Makes the text, for whom it is; or says in words why there is none. Blocks.
    pub fn run(self) -> (To, Result<String, String>) {
        let (most, whom, instead) = match self.to {
            To::Clipboard(_) => (MOST_COPIED, "the clipboard", "copy it as it came, or save it to a file"),
            To::Program(_) => (MOST_OPENED, "an outside program", "save it to a file"),
        };
        let text = match self.body.text(most) {
            Ok(Some(text)) => text,
            Ok(None) if matches!(self.body, Whole::Inner(..)) => {
                let words = "there is more than text in this element: copy all of it";
                return (self.to, Err(words.to_owned()));
            }
            Ok(None) if matches!(self.body, Whole::Made(_)) => {
                let words = format!("it has more than {} MiB, too much for {whom}", most >> 20);
                return (self.to, Err(words));
            }
            Ok(None) if matches!(self.body, Whole::Row(_)) => {
                let words = format!(
                    "the row is not found in the body, or has more than {} MiB: {instead}",
                    most >> 20
                );
                return (self.to, Err(words));
            }
            Ok(None) => {
                let words = format!(
                    "as it is shown the body has more than {} MiB, too much for {whom}: {instead}",
                    most >> 20
                );
                return (self.to, Err(words));
            }
            Err(error) => return (self.to, Err(format!("the body cannot be read back: {error}"))),
        };
        let to = match self.to {
            // Base64 is looked through as well.
            To::Clipboard(what) => To::Clipboard(named(&what, text.as_bytes(), self.hidden.as_ref())),
            to @ To::Program(_) => to,
        };
        (to, Ok(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_without_their_json() {
        let plain = |json: &str| plain(json.to_owned());
        assert_eq!(plain(r#""x\ny""#), "x\ny");
        assert_eq!(plain("12.50"), "12.50");
        assert_eq!(plain("null"), "null");
        assert_eq!(plain(r#""\ud800""#), r#""\ud800""#, "no text: as it is written");
    }
}

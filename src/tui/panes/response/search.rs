//! The search line at the bottom of the pane: a pattern, and how far the search for it is.
//!
//! ```text
//! `/` → typing ─ each change → Effect::Search(new id) → found(id) → matches, jump from where the search began
//!         ├ Enter keeps the pattern: n, N, the next response is searched too
//!         └ Esc   hides the hits and goes back to where the search began; n, N and `/` bring them back
//! ```
//!
//! The body is searched on a thread of its own, pages (headers, console …) at once.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use regex::{Regex, RegexBuilder};

use crate::tui::theme::Theme;
use crate::tui::widgets::body::search::{Job, Matches, Options, Progress, has_capital};
use crate::tui::widgets::body::{Document, Syntax, View};
use crate::tui::widgets::editor::Editor;
use crate::tui::widgets::glyphs;

use super::history::History;
use super::page::Seat;

/// A pattern for pages that takes more memory as a regular expression is literal text: it is made where the screen is drawn. In
/// bytes.
const LARGEST: usize = 512 * 1024;

/// The state of searching.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each says something else of the search")]
pub(super) struct Search {
    /// The line being typed.
    pub field: Editor,
    /// Whether keys go into it.
    pub typing: bool,
    /// The name of the newest search: news of others are stale.
    pub id: u64,
    /// What the newest one found; `None` while it runs.
    pub matches: Option<Arc<Matches>>,
    /// How far it is.
    pub progress: Option<Progress>,
    /// Whether the pattern is no regular expression and is taken letter by letter.
    pub literal: bool,
    /// Whether to go to the first match when it is found.
    pub jump: bool,
    /// Where the body and the page were when the search began.
    pub origin: (Option<View>, Seat),
    /// Whether the hits are hidden: the pattern is kept, but nothing is searched for it.
    pub hidden: bool,
    /// Earlier patterns.
    pub history: History,
}

impl Default for Search {
    fn default() -> Self {
        Self {
            field: Editor::single_line("").with_placeholder("search: text or regular expression"),
            typing: false,
            id: 0,
            matches: None,
            progress: None,
            literal: false,
            jump: false,
            origin: (None, Seat::default()),
            hidden: false,
            history: History::default(),
        }
    }
}

impl Search {
    /// The pattern; empty when nothing is searched for.
    pub(super) fn pattern(&self) -> String {
        if self.hidden { String::new() } else { self.field.text() }
    }

    /// Whether the line is on the screen.
    pub(super) fn visible(&self) -> bool {
        self.typing || !(self.hidden || self.field.is_empty())
    }

    /// Forgets the pattern and all that was found.
    pub(super) fn clear(&mut self) {
        *self = Self {
            id: self.id,
            history: std::mem::take(&mut self.history),
            ..Self::default()
        };
    }

    /// Makes the work of searching a body under a new name; `None` if there is nothing to search for.
    pub(super) fn job(&mut self, id: u64, body: &Document) -> Option<Job> {
        self.id = id;
        self.matches = None;
        self.progress = None;
        let options = Options {
            json: matches!(body.syntax(), Syntax::Json | Syntax::JsonLines),
            ..Options::default()
        };
        Job::new(body.source().clone(), &self.pattern(), options)
    }

    /// The pattern for pages, read as that for bodies is: capitals matter if there are any, no regex is literal text.
    pub(super) fn regex(&mut self) -> Option<Regex> {
        let pattern = self.pattern();
        if pattern.is_empty() {
            return None;
        }
        let insensitive = !has_capital(&pattern, false);
        let build = |pattern: &str| {
            let mut builder = RegexBuilder::new(pattern);
            builder.case_insensitive(insensitive).size_limit(LARGEST).build().ok()
        };
        let regex = build(&pattern);
        self.literal = regex.is_none();
        regex.or_else(|| build(&regex::escape(&pattern)))
    }

    /// Draws the line; `count` stands at its right. Returns where the terminal's cursor belongs.
    pub(super) fn draw(&self, count: &str, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
        buf.set_style(area, theme.field);
        let note = if self.literal && !count.is_empty() {
            format!("as text · {count}")
        } else {
            count.to_owned()
        };
        let width = u16::try_from(glyphs::width(&note)).unwrap_or(0);
        let note_width = if width + 12 < area.width { width + 1 } else { 0 };
        glyphs::put(buf, area.as_position(), "/", 1, theme.field.patch(theme.key_hint));
        let field = Rect {
            x: area.x + 2,
            width: area.width.saturating_sub(3 + note_width),
            ..area
        };
        let mut styles = theme.editor();
        styles.text = theme.field;
        styles.current_line = theme.field;
        styles.placeholder = theme.field.patch(theme.dim);
        let cursor = self.field.draw(&styles, None, field, buf, self.typing);
        if note_width > 0 {
            let at = Position::new(area.right() - note_width, area.y);
            let style = if count == super::follow::NO_MATCH {
                theme.warn
            } else {
                theme.dim
            };
            glyphs::put_text(buf, at, &note, usize::from(width), theme.field.patch(style));
        }
        cursor.filter(|_| self.typing)
    }
}

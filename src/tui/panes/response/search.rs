//! The search line at the bottom of the pane: a pattern, how far the search for it is, and the ways through its matches.
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

use crate::tui::panes::Cx;
use crate::tui::shared::Level;
use crate::tui::theme::Theme;
use crate::tui::widgets::body::search::{Job, Matches, Options, Progress, has_capital};
use crate::tui::widgets::body::{Document, Syntax, View};
use crate::tui::widgets::editor::Editor;
use crate::tui::widgets::glyphs;

use super::history::History;
use super::page::{Page, Seat};
use super::sight::Body;
use super::{State, filter, follow};

/// A pattern for pages that takes more memory as a regular expression is literal text: it is made where the screen is drawn. In
/// bytes.
const LARGEST: usize = 512 * 1024;

/// So is a longer one, and one of more classes of characters: what these are without capitals is found out for each by itself.
const LONGEST: usize = 512;
const MOST_CLASSES: usize = 10;
/// What is longer than this stands on no page, in bytes.
const LONGEST_TEXT: usize = 4096;

/// A longer value is nothing to search for, in bytes.
const MOST_SEARCHED: usize = 256;

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
    /// Whether that is the last one before where the search began.
    pub back: bool,
    /// Where the body and the page were when the search began.
    pub origin: (Option<View>, Seat),
    /// Whether the hits are hidden: the pattern is kept, but nothing is searched for it.
    pub hidden: bool,
    /// Earlier patterns.
    pub history: History,
    /// The pattern for pages that was made last, of what text, and whether letter by letter.
    made: Option<(String, Option<Regex>, bool)>,
}

impl Default for Search {
    fn default() -> Self {
        Self {
            field: Editor::single_line("").with_placeholder("regex or text; capitals count if there are any"),
            typing: false,
            id: 0,
            matches: None,
            progress: None,
            literal: false,
            jump: false,
            back: false,
            origin: (None, Seat::default()),
            hidden: false,
            history: History::default(),
            made: None,
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
            hex: body.syntax() == Syntax::Hex,
            ..Options::default()
        };
        Job::new(body.source().clone(), &self.pattern(), options)
    }

    /// The pattern for pages, read as that for bodies is: capitals matter if there are any, no regex is literal text.
    fn regex(&mut self) -> Option<Regex> {
        let pattern = self.pattern();
        if pattern.is_empty() {
            return None;
        }
        if let Some((_, regex, literal)) = self.made.as_ref().filter(|(made, ..)| *made == pattern) {
            self.literal = *literal;
            return regex.clone();
        }
        let classes = ["[", r"\p", r"\P"].map(|class| pattern.matches(class).count());
        let is_light = pattern.len() <= LONGEST && classes.iter().sum::<usize>() <= MOST_CLASSES;
        let regex = is_light
            .then(|| build(&pattern, !has_capital(&pattern, false)))
            .flatten();
        self.literal = regex.is_none();
        let regex = regex.or_else(|| as_text(&pattern));
        self.made = Some((pattern, regex.clone(), self.literal));
        regex
    }

    /// Searches a page; what has no match as a regular expression is looked for letter by letter.
    pub(super) fn find_in(&mut self, page: &mut Page) {
        let regex = self.regex();
        page.find(regex);
        let pattern = self.pattern();
        if page.hits().is_empty() && !self.literal && regex::escape(&pattern) != pattern {
            page.find(as_text(&pattern));
            self.literal = !page.hits().is_empty();
        }
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

fn build(pattern: &str, insensitive: bool) -> Option<Regex> {
    let mut builder = RegexBuilder::new(pattern);
    builder.case_insensitive(insensitive).size_limit(LARGEST).build().ok()
}

fn as_text(pattern: &str) -> Option<Regex> {
    if pattern.len() > LONGEST_TEXT {
        return None;
    }
    build(&regex::escape(pattern), !has_capital(pattern, true))
}

/// Searches the body for the value under the cursor, as it is written in it.
pub(super) fn value(state: &mut State, back: bool, cx: &mut Cx<'_>) {
    let shown = state.shows_body().then(|| state.place()?.shown()).flatten();
    let value = shown.and_then(|Body { document, view, .. }| {
        let range = document.value_at(view.form(), view.cursor_line(document))?;
        let bytes = document
            .source()
            .read(range.start, range.len().min(MOST_SEARCHED))
            .ok()?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let inner = text
            .strip_prefix('"')
            .and_then(|text| text.strip_suffix('"'))
            .unwrap_or(&text);
        let simple = !inner.is_empty() && range.len() < MOST_SEARCHED && !inner.starts_with(['{', '[']);
        simple.then(|| (inner.to_owned(), whole(&text)))
    });
    let Some((value, pattern)) = value else {
        return cx
            .shared
            .notify(Level::Info, "there is no value to search for on this line");
    };
    // The line it is written into shows it.
    if !cx.shared.revealed && filter::is_secret(state, &value) {
        let text = "there is a secret in this value: reveal the secrets to search for it";
        return cx.shared.notify(Level::Warning, text);
    }
    begin(state, cx);
    state.search.typing = false;
    state.search.field.set_text(&pattern);
    follow::search(state, true, cx);
    state.search.back = back;
}

/// What finds a value and no longer word or number that begins or ends with it: a text has its quotes, what is a word or a
/// number ends where one does. A sign and a point are no part of a word: `1` is found in `-1` and `1.5`, too.
fn whole(value: &str) -> String {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let edge = |on: bool| if on { r"\b" } else { "" };
    let (first, last) = (edge(value.starts_with(is_word)), edge(value.ends_with(is_word)));
    format!("{first}{}{last}", regex::escape(value))
}

/// Opens the line.
pub(super) fn begin(state: &mut State, cx: &mut Cx<'_>) {
    filter::tell_if_nothing_comes(state, cx);
    state.search.origin = here(state);
    state.search.typing = true;
    state.search.field.select_all();
    if std::mem::take(&mut state.search.hidden) {
        follow::search(state, false, cx);
    }
}

/// Where one is in the body and in the page.
fn here(state: &State) -> (Option<View>, Seat) {
    state.place().map_or_else(Default::default, |place| {
        (place.shown().map(|body| body.view.clone()), place.seat(state.tab))
    })
}

/// Goes to the next match, or the one before.
pub(super) fn step(state: &mut State, forward: bool, cx: &mut Cx<'_>) {
    if state.search.field.is_empty() {
        cx.shared
            .notify(Level::Info, "nothing is searched for yet: press the search key first");
        return;
    }
    if std::mem::take(&mut state.search.hidden) {
        // They are looked for again from here on: the body may be another one by now.
        state.search.origin = here(state);
        return follow::search(state, true, cx);
    }
    if state.shows_body() {
        let Some(Body {
            document, view, again, ..
        }) = state.place_mut().and_then(|place| place.shown_mut())
        else {
            return;
        };
        // Where the response before was looked at no longer matters.
        *again = None;
        let found = if forward {
            view.next_match(document)
        } else {
            view.prev_match(document)
        };
        let wrapped = found.map(|found| found.wrapped);
        state.search.jump &= wrapped.is_none();
        if wrapped == Some(true) {
            went_past(forward, cx);
        }
        return;
    }
    let cursor = state.place().map_or(0, |place| {
        let seat = place.seat(state.tab);
        if state.page.cursor { seat.cursor } else { seat.offset }
    });
    let hits = state.page.hits();
    let (next, around) = if forward {
        (hits.iter().find(|row| **row > cursor), hits.first())
    } else {
        (hits.iter().rev().find(|row| **row < cursor), hits.last())
    };
    let wrapped = next.is_none();
    if let Some(row) = next.or(around).copied() {
        follow::move_to(state, row);
        if wrapped {
            went_past(forward, cx);
        }
    }
}

fn went_past(forward: bool, cx: &mut Cx<'_>) {
    let end = if forward { "end" } else { "start" };
    cx.shared.notify(Level::Info, format!("went on past the {end}"));
}

/// Remembers the pattern, unless what must be hidden stands in it.
pub(super) fn note(state: &mut State) {
    let text = state.search.field.text();
    if !filter::is_secret(state, &text) {
        state.search.history.note(text);
    }
}

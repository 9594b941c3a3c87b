//! Pages: every tab but the body is a list of rows with a cursor, built from the outcome and drawn by one piece of code.
//!
//! ```text
//! Outcome → headers, tests, console … → Page (rows of inked pieces) → measure(width) → draw(theme)
//! ```
//!
//! A row has a lead (a name, a mark) and a text that hangs behind it. Rows say what a piece means ([`Ink`]), the theme says
//! what that looks like. Whatever the pieces hold, drawing escapes it.

use std::ops::Range;
use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};
use regex::Regex;

use crate::tui::theme::Theme;
use crate::tui::widgets::highlight::TokenKind;
use crate::tui::widgets::{glyphs, scroll};

/// What a piece means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Ink {
    #[default]
    Text,
    Dim,
    Strong,
    Accent,
    Name,
    Ok,
    Warn,
    Error,
    Info,
    Note,
    BadgeOk,
    BadgeWarn,
    BadgeError,
    Get,
    Post,
    Put,
    Patch,
    Delete,
    OtherMethod,
    Token(TokenKind),
}

impl Ink {
    pub(super) fn method(method: &str) -> Self {
        match method {
            "GET" => Self::Get,
            "POST" => Self::Post,
            "PUT" => Self::Put,
            "PATCH" => Self::Patch,
            "DELETE" => Self::Delete,
            _ => Self::OtherMethod,
        }
    }

    pub(super) fn badge(status: u16) -> Self {
        match status {
            200..300 => Self::BadgeOk,
            100..200 | 300..400 => Self::BadgeWarn,
            _ => Self::BadgeError,
        }
    }

    pub(super) fn style(self, theme: &Theme) -> Style {
        match self {
            Self::Text => theme.base,
            Self::Dim => theme.dim,
            Self::Strong => theme.strong,
            Self::Accent => theme.accent,
            Self::Name => theme.syntax_key,
            Self::Ok => theme.ok,
            Self::Warn => theme.warn,
            Self::Error => theme.error,
            Self::Info => theme.info,
            Self::Note => theme.syntax_comment,
            Self::BadgeOk => theme.badge_ok,
            Self::BadgeWarn => theme.badge_warn,
            Self::BadgeError => theme.badge_error,
            Self::Get => theme.method_get,
            Self::Post => theme.method_post,
            Self::Put => theme.method_put,
            Self::Patch => theme.method_patch,
            Self::Delete => theme.method_delete,
            Self::OtherMethod => theme.method_other,
            Self::Token(kind) => theme.highlight().get(kind),
        }
    }
}

/// A stretch of text of one meaning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Piece {
    pub ink: Ink,
    pub text: String,
}

pub(super) fn piece(ink: Ink, text: impl Into<String>) -> Piece {
    Piece { ink, text: text.into() }
}

/// One row: a lead, and a text hanging behind it.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    pub lead: Vec<Piece>,
    pub text: Vec<Piece>,
    /// Shown on one line, elided, unless the cursor is on it.
    pub elide: bool,
    /// What is shown instead while the cursor is on it.
    pub opened: Option<Box<Row>>,
    /// What copying the row gives: its words and the text; by default its text.
    pub copy: Option<(String, Arc<str>)>,
}

impl Row {
    pub(super) fn new(ink: Ink, text: impl Into<String>) -> Self {
        Self {
            text: vec![piece(ink, text)],
            ..Self::default()
        }
    }

    #[must_use]
    pub(super) fn lead(mut self, ink: Ink, text: impl Into<String>) -> Self {
        self.lead.push(piece(ink, text));
        self
    }

    #[must_use]
    pub(super) fn then(mut self, ink: Ink, text: impl Into<String>) -> Self {
        self.text.push(piece(ink, text));
        self
    }

    #[must_use]
    pub(super) fn copied(mut self, what: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        self.copy = Some((what.into(), text.into()));
        self
    }

    #[must_use]
    pub(super) fn elided(mut self) -> Self {
        self.elide = true;
        self
    }

    /// The same, with another one in its place while the cursor is on it.
    #[must_use]
    pub(super) fn opened(mut self, row: Self) -> Self {
        self.opened = Some(Box::new(row));
        self
    }

    /// The row as it is shown, with or without the cursor on it.
    fn seen(&self, here: bool) -> &Self {
        self.opened.as_deref().filter(|_| here).unwrap_or(self)
    }

    pub(super) fn plain(&self) -> String {
        self.text.iter().map(|piece| piece.text.as_str()).collect()
    }

    fn lead_plain(&self) -> String {
        self.lead.iter().map(|piece| piece.text.as_str()).collect()
    }

    /// The columns the text is indented by; never more than half of the width.
    fn indent(&self, width: usize) -> usize {
        glyphs::width(&self.lead_plain()).min(width / 2)
    }
}

/// Where in a page one is: the row of the cursor, and the screen rows scrolled out above.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Seat {
    pub cursor: usize,
    pub offset: usize,
}

/// The rows of a tab, measured for a width.
#[derive(Clone, Debug, Default)]
pub(super) struct Page {
    pub rows: Vec<Row>,
    /// Whether there is a cursor; without one, moving scrolls.
    pub cursor: bool,
    width: usize,
    heights: Vec<usize>,
    pattern: Option<Regex>,
    hits: Vec<usize>,
}

impl Page {
    pub(super) fn new(rows: Vec<Row>) -> Self {
        Self {
            rows,
            cursor: true,
            ..Self::default()
        }
    }

    /// A page to read: moving scrolls.
    pub(super) fn quiet(rows: Vec<Row>) -> Self {
        Self {
            cursor: false,
            ..Self::new(rows)
        }
    }

    pub(super) fn measure(&mut self, width: usize) {
        self.width = width;
        self.heights = self
            .rows
            .iter()
            .map(|row| if row.elide { 1 } else { breaks(row, width).len() })
            .collect();
    }

    /// Takes a pattern to mark; `None` takes the marks away.
    pub(super) fn find(&mut self, pattern: Option<Regex>) {
        self.hits = pattern.as_ref().map_or_else(Vec::new, |pattern| {
            let hit = |row: &Row| pattern.is_match(&row.seen(true).plain()) || pattern.is_match(&row.lead_plain());
            (0..self.rows.len()).filter(|at| hit(&self.rows[*at])).collect()
        });
        self.pattern = pattern;
    }

    pub(super) fn hits(&self) -> &[usize] {
        &self.hits
    }

    fn height(&self, row: usize, cursor: usize) -> usize {
        match self.rows.get(row) {
            Some(line) if line.elide && self.cursor && row == cursor => breaks(line.seen(true), self.width).len(),
            _ => self.heights.get(row).copied().unwrap_or(1),
        }
    }

    fn total(&self, cursor: usize) -> usize {
        (0..self.rows.len()).map(|row| self.height(row, cursor)).sum()
    }

    fn top_of(&self, row: usize, cursor: usize) -> usize {
        (0..row).map(|row| self.height(row, cursor)).sum()
    }

    /// Moves the cursor by rows, or scrolls where there is none, and in a row that is higher than the screen.
    pub(super) fn step(&self, seat: &mut Seat, rows: isize, height: usize) {
        let (first, last) = self.span(*seat, height);
        let far = rows.unsigned_abs() >= isize::MAX.unsigned_abs();
        if self.cursor && !far && rows > 0 && seat.offset < last && first < last {
            seat.offset = seat.offset.saturating_add_signed(rows).min(last);
        } else if self.cursor && !far && rows < 0 && seat.offset > first && first < last {
            seat.offset = seat.offset.saturating_add_signed(rows).max(first);
        } else if self.cursor {
            seat.cursor = seat
                .cursor
                .saturating_add_signed(rows)
                .min(self.rows.len().saturating_sub(1));
            if far {
                seat.offset = if rows > 0 { usize::MAX } else { 0 };
            }
        } else {
            seat.offset = seat.offset.saturating_add_signed(rows);
        }
        self.settle(seat, height);
    }

    /// Scrolls; the cursor moves only to stay on the screen.
    pub(super) fn scroll(&self, seat: &mut Seat, rows: isize, height: usize) {
        seat.offset = scroll::shift(seat.offset, rows, self.total(seat.cursor), height);
        if self.cursor && height > 0 {
            let first = self.row_at(*seat, 0);
            let last = self.row_at(*seat, height - 1).max(first);
            seat.cursor = seat.cursor.clamp(first, last);
        }
    }

    /// The row on a line of the screen.
    pub(super) fn row_at(&self, seat: Seat, y: usize) -> usize {
        let mut left = seat.offset + y;
        for row in 0..self.rows.len() {
            let height = self.height(row, seat.cursor);
            if left < height {
                return row;
            }
            left -= height;
        }
        self.rows.len().saturating_sub(1)
    }

    /// From where to where the screen may be scrolled while the cursor's row fills it; in another order where it does not.
    fn span(&self, seat: Seat, height: usize) -> (usize, usize) {
        let start = self.top_of(seat.cursor, seat.cursor);
        let end = start + self.height(seat.cursor, seat.cursor);
        (start, end.saturating_sub(height))
    }

    /// Brings a seat back into the page, with the cursor's row in sight.
    pub(super) fn settle(&self, seat: &mut Seat, height: usize) {
        seat.cursor = seat.cursor.min(self.rows.len().saturating_sub(1));
        if self.cursor {
            let (start, last) = self.span(*seat, height);
            seat.offset = seat.offset.clamp(start.min(last), start.max(last));
        }
        seat.offset = seat.offset.min(scroll::max_offset(self.total(seat.cursor), height));
    }

    pub(super) fn draw(&self, seat: Seat, theme: &Theme, focused: bool, area: Rect, buf: &mut Buffer) {
        let area = area.intersection(buf.area);
        let mut top = 0;
        for (at, row) in self.rows.iter().enumerate() {
            let here = self.cursor && at == seat.cursor;
            let height = self.height(at, seat.cursor);
            if top + height > seat.offset && top < seat.offset + usize::from(area.height) {
                let ground = match (here, focused) {
                    (true, true) => theme.selected,
                    (true, false) => theme.selected_unfocused,
                    (false, _) => Style::default(),
                };
                let skip = seat.offset.saturating_sub(top);
                let y = top.saturating_sub(seat.offset);
                let rest = usize::from(area.height) - y;
                let place = Rect {
                    y: area.y + u16::try_from(y).unwrap_or(u16::MAX),
                    height: u16::try_from((height - skip).min(rest)).unwrap_or(0),
                    width: u16::try_from(self.width).unwrap_or(area.width).min(area.width),
                    x: area.x,
                };
                buf.set_style(place, ground);
                Painter {
                    theme,
                    ground,
                    pattern: self.pattern.as_ref(),
                }
                .row(row.seen(here), here, skip, place, buf);
            }
            top += height;
        }
        scroll::draw_bar(seat.offset, top, theme.hatch, theme.scroll, area, buf);
    }
}

/// Where the lines of a row's text begin and end, in bytes of [`Row::plain`]; at least one line.
///
/// Lines break behind the last space, and a fingerprint between two of its bytes, if that leaves most of the line full; else
/// where the room ends.
fn breaks(row: &Row, width: usize) -> Vec<Range<usize>> {
    let room = width.saturating_sub(row.indent(width)).max(1);
    let text = row.plain();
    let mut lines = Vec::new();
    let (mut start, mut column, mut space) = (0, 0, None);
    for glyph in glyphs::glyphs(&text) {
        if glyph.column + glyph.width - column > room && glyph.byte > start {
            let (at, from) = match space {
                Some((at, from)) if from - column > room / 2 => (at, from),
                _ => (glyph.byte, glyph.column),
            };
            lines.push(start..at);
            (start, column, space) = (at, from, None);
        }
        if glyph.text == " " || glyph.text == ":" && is_between_bytes(&text, glyph.byte) {
            space = Some((glyph.byte + 1, glyph.column + 1));
        }
    }
    lines.push(start..text.len());
    lines
}

/// Whether a colon stands between bytes in hexadecimal: `AB:CD`.
fn is_between_bytes(text: &str, colon: usize) -> bool {
    let is_byte = |at: Option<usize>| {
        let bytes = at.and_then(|at| text.as_bytes().get(at..at + 2));
        bytes.is_some_and(|bytes| bytes.iter().all(u8::is_ascii_hexdigit))
    };
    is_byte(colon.checked_sub(2)) && is_byte(Some(colon + 1))
}

struct Painter<'a> {
    theme: &'a Theme,
    ground: Style,
    pattern: Option<&'a Regex>,
}

impl Painter<'_> {
    fn row(&self, row: &Row, here: bool, skip: usize, area: Rect, buf: &mut Buffer) {
        let width = usize::from(area.width);
        let indent = row.indent(width);
        let lines = if row.elide && !here {
            std::iter::once(0..row.plain().len()).collect()
        } else {
            breaks(row, width)
        };
        let hits = |text: &str| -> Vec<Range<usize>> {
            self.pattern.map_or_else(Vec::new, |pattern| {
                pattern
                    .find_iter(text)
                    .map(|hit| hit.range())
                    .filter(|range| !range.is_empty())
                    .collect()
            })
        };
        if skip == 0 {
            let lead = row.lead_plain();
            self.line(&row.lead, 0..lead.len(), &hits(&lead), area.as_position(), indent, buf);
        }
        let found = hits(&row.plain());
        let x = area.x + u16::try_from(indent).unwrap_or(0);
        for (line, y) in lines.into_iter().skip(skip).zip(area.y..area.bottom()) {
            self.line(&row.text, line, &found, Position::new(x, y), width - indent, buf);
        }
    }

    /// Draws a range of the pieces' text, elided at the end of the room.
    fn line(
        &self,
        pieces: &[Piece],
        range: Range<usize>,
        found: &[Range<usize>],
        at: Position,
        room: usize,
        buf: &mut Buffer,
    ) {
        let text: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
        let mut ends = Vec::with_capacity(pieces.len());
        let mut end = 0;
        for piece in pieces {
            end += piece.text.len();
            ends.push(end);
        }
        let style = |byte: usize| {
            if found.iter().any(|hit| hit.contains(&byte)) {
                return self.theme.found;
            }
            let at = ends.partition_point(|end| *end <= byte);
            self.ground
                .patch(pieces.get(at).map_or(Style::default(), |piece| self.over(piece.ink)))
        };
        let shown = &text[range.clone()];
        let too_long = glyphs::width(shown) > room;
        for glyph in glyphs::glyphs(shown) {
            let end = glyph.column + glyph.width;
            let position = |column: usize| Position::new(at.x + u16::try_from(column).unwrap_or(0), at.y);
            let mut style = style(range.start + glyph.byte);
            if style.fg.is_some() && glyph.text.starts_with(|c| ('▀'..='▟').contains(&c)) {
                // A bar on a ground that is reversed would be a hole; without colours only the hole is seen.
                style = style.remove_modifier(Modifier::REVERSED);
            }
            if too_long && end >= room {
                if glyph.column < room {
                    glyphs::put(buf, position(glyph.column), glyphs::ELLIPSIS, 1, style);
                }
                return;
            }
            glyphs::put(buf, position(glyph.column), &glyph.symbol(), glyph.width, style);
        }
    }

    /// The style of an ink over the row's ground: ordinary text lets the ground through.
    fn over(&self, ink: Ink) -> Style {
        let mut style = ink.style(self.theme);
        if self.ground != Style::default() {
            let badge = matches!(ink, Ink::BadgeOk | Ink::BadgeWarn | Ink::BadgeError);
            if !badge {
                style.bg = None;
            }
            if ink == Ink::Text {
                style.fg = self.ground.fg.or(style.fg);
            }
        }
        style
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::Depth;

    #[test]
    fn a_bar_under_the_cursor_is_seen_in_colours_and_without() {
        for (depth, is_hole) in [(Depth::Ansi, false), (Depth::None, true)] {
            let theme = Theme::embedded("ansi").fit(depth);
            let area = Rect::new(0, 0, 10, 1);
            let mut buf = Buffer::empty(area);
            page(vec![Row::new(Ink::Accent, "██")], 10).draw(Seat::default(), &theme, true, area, &mut buf);
            let reversed = |x: u16| buf[(x, 0)].modifier.contains(Modifier::REVERSED);
            assert_eq!((reversed(0), reversed(5)), (is_hole, true), "{depth:?}");
        }
    }

    fn page(rows: Vec<Row>, width: usize) -> Page {
        let mut page = Page::new(rows);
        page.measure(width);
        page
    }

    fn lines(row: &Row, width: usize) -> Vec<String> {
        breaks(row, width)
            .into_iter()
            .map(|range| row.plain()[range].to_owned())
            .collect()
    }

    #[test]
    fn words_stay_whole_where_they_can() {
        let row = Row::new(Ink::Text, "one two three").lead(Ink::Dim, "  ");
        assert_eq!(lines(&row, 10), ["one two ", "three"]);
        assert_eq!(lines(&Row::new(Ink::Text, "abcdefgh"), 3), ["abc", "def", "gh"]);
        assert_eq!(lines(&Row::new(Ink::Text, "日本語"), 3), ["日", "本", "語"]);
        assert_eq!(lines(&Row::new(Ink::Text, ""), 3), [""]);
        assert_eq!(lines(&Row::new(Ink::Text, "AB:CD:EF:01"), 7), ["AB:CD:", "EF:01"]);
        assert_eq!(lines(&Row::new(Ink::Text, "at 12:30:45x"), 9), ["at 12:30:", "45x"]);
        assert_eq!(
            lines(&Row::new(Ink::Text, "日本"), 1),
            ["日", "本"],
            "a room too narrow for anything"
        );
    }

    #[test]
    fn the_cursor_row_shows_whole_and_stays_in_sight() {
        let rows = (0..10)
            .map(|n| Row::new(Ink::Text, format!("{n} {}", "x".repeat(15))).elided())
            .collect();
        let page = page(rows, 6);
        let mut seat = Seat::default();
        page.step(&mut seat, 9, 5);
        assert_eq!(seat.cursor, 9);
        assert_eq!(page.row_at(seat, 4), 9);
        page.step(&mut seat, 99, 5);
        assert_eq!(seat.cursor, 9);
        page.step(&mut seat, -99, 5);
        assert_eq!(seat, Seat::default());
        assert_eq!(page.row_at(seat, 1), 0);
        page.scroll(&mut seat, 3, 5);
        assert!(seat.cursor > 0, "the cursor stays on the screen");
    }

    #[test]
    fn hits_are_rows() {
        let mut page = page(
            vec![Row::new(Ink::Text, "a"), Row::new(Ink::Text, "x").lead(Ink::Name, "ba")],
            9,
        );
        page.find(Regex::new("a").ok());
        assert_eq!(page.hits(), [0, 1]);
        page.find(None);
        assert!(page.hits().is_empty());
    }

    #[test]
    fn odd_sizes_never_panic() {
        let rows = vec![
            Row::new(Ink::Error, "日本語 \u{1b}[2J\u{301}x".repeat(4)).lead(Ink::Name, "日本"),
            Row::new(Ink::Text, "x".repeat(50)).lead(Ink::Name, "name").elided(),
            Row::default(),
        ];
        let theme = Theme::default();
        let any = Regex::new(".").ok();
        for width in 0..20_u16 {
            for height in 0..5_u16 {
                let mut page = page(rows.clone(), usize::from(width));
                page.find(any.clone());
                for cursor in 0..4 {
                    let mut seat = Seat { cursor, offset: 3 };
                    page.settle(&mut seat, usize::from(height));
                    let area = Rect::new(0, 0, width, height);
                    let mut buf = Buffer::empty(area);
                    page.draw(seat, &theme, true, area, &mut buf);
                    assert!(area.positions().all(|at| !buf[at].symbol().contains('\u{1b}')));
                }
            }
        }
    }
}

//! Drawing: reads the view and the lines it shows, writes cells, changes nothing else.

use std::ops::{ControlFlow, Range};

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::document::{self, Document, Form};
use super::glyphs::{self, Flow, Glyph};
use super::hide::{self, Hide};
use super::line::{Kind, Line};
use super::rows::Rows;
use super::styles::BodyStyles;
use super::tint::Tint;
use super::view::View;
use crate::tui::widgets::glyphs::paint;
use crate::tui::widgets::scroll;

/// Below this width of the whole there are no line numbers, so that the text has room.
const GUTTER_FROM: usize = 24;
/// Below this width there is no scroll bar either.
const BAR_FROM: usize = 8;

/// How the width is shared out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Columns {
    /// Line numbers and a space; 0 if there are none.
    pub gutter: usize,
    pub text: usize,
    /// The scroll bar: 0 or 1.
    pub bar: usize,
}

impl Columns {
    pub fn new(doc: &Document, form: Form, width: usize) -> Self {
        let last = doc.last_number(form);
        let digits = last.checked_ilog10().map_or(0, |log| log as usize + 1).max(3);
        let gutter = if width >= GUTTER_FROM && last > 0 {
            digits + 1
        } else {
            0
        };
        let bar = usize::from(width >= BAR_FROM);
        Self {
            gutter,
            text: width.saturating_sub(gutter + bar),
            bar,
        }
    }
}

impl View {
    /// Draws the body into an area.
    ///
    /// The area should have the size last told to [`View::set_size`]; if not, it is only less well used.
    pub fn draw(&self, doc: &Document, styles: &BodyStyles, area: Rect, buf: &mut Buffer) {
        self.draw_hiding(doc, styles, None, area, buf);
    }

    /// The same with some parts of the body hidden.
    pub fn draw_hiding(
        &self,
        doc: &Document,
        styles: &BodyStyles,
        hide: Option<Hide<'_>>,
        area: Rect,
        buf: &mut Buffer,
    ) {
        let area = area.intersection(buf.area);
        if area.is_empty() {
            return;
        }
        paint(buf, area, styles.text);
        let columns = Columns::new(doc, self.form(), area.width.into());
        let height = usize::from(area.height);
        let mut painter = Painter {
            view: self,
            doc,
            styles,
            area,
            columns,
            hidden: hide.map_or_else(Vec::new, |hide| hide.parts(&self.sight(doc), self.top, height)),
            buf,
        };
        let mut y = 0;
        let mut tint = Tint::new(doc, self.form(), self.top);
        for (at, mut line) in self.sight(doc).walk(self.top).enumerate() {
            if y >= height {
                break;
            }
            if let Some(tint) = &mut tint {
                tint.line(&mut line);
            }
            let skip = if self.wrap && at == 0 { self.top_row } else { 0 };
            let current = self.top + at == self.cursor;
            if doc.numbers_are_those_sent(self.form()) {
                line.number = doc.number_sent(&line);
            }
            painter.number(y, &line, current, skip > 0);
            let rows = painter.line(y, &line, skip);
            if current {
                painter.ground(y..(y + rows).min(height));
            }
            y += rows;
        }
        if doc.is_empty() && doc.is_whole() {
            painter.note(0, "empty body");
        } else if let Some(why) = doc.unreadable().filter(|_| y < height) {
            painter.line(y, &document::unreadable(why), 0);
        } else if y < height && !doc.is_whole() {
            painter.note(y, "… arriving");
        } else if y < height && !doc.is_complete(self.form()) {
            let (done, all) = doc.progress();
            painter.note(y, &format!("… indexing, {} %", done * 100 / all.max(1)));
        }
        painter.bar();
    }
}

impl View {
    /// Draws a line that stays above the body, scrolled sideways as it is.
    pub fn draw_header(&self, doc: &Document, text: &str, styles: &BodyStyles, area: Rect, buf: &mut Buffer) {
        let area = area.intersection(buf.area);
        if area.is_empty() {
            return;
        }
        buf.set_style(area, styles.text);
        let columns = Columns::new(doc, self.form(), area.width.into());
        let mut painter = Painter {
            view: self,
            doc,
            styles,
            area,
            columns,
            hidden: Vec::new(),
            buf,
        };
        painter.line(0, &Line::note(Kind::Key, text.to_owned(), 0), 0);
        let width = u16::try_from(columns.gutter + columns.text).unwrap_or(area.width);
        let line = Rect { width, ..area };
        buf.set_style(line, Modifier::BOLD | Modifier::UNDERLINED);
    }
}

/// All that drawing needs at hand.
struct Painter<'a> {
    view: &'a View,
    doc: &'a Document,
    styles: &'a BodyStyles,
    area: Rect,
    columns: Columns,
    /// The parts of the body that are hidden, in order.
    hidden: Vec<Range<usize>>,
    buf: &'a mut Buffer,
}

impl Painter<'_> {
    /// Draws the number of a line; `<` behind it if the line starts left of the screen.
    fn number(&mut self, y: usize, line: &Line, current: bool, started_above: bool) {
        let width = self.columns.gutter;
        if width == 0 {
            return;
        }
        let text = match line.number {
            Some(number) if !started_above => format!("{number:>0$}", width - 1),
            _ => {
                // What is laid out of a line goes without a mark: it is no rest of one.
                let laid = !started_above && self.doc.numbers_are_those_sent(self.view.form());
                let mark = if line.bytes.is_empty() || laid { " " } else { "↪" };
                format!("{mark:>0$}", width - 1)
            }
        };
        let style = if current {
            self.styles.gutter_current
        } else {
            self.styles.line_number
        };
        self.text(0, y, width - 1, &text, style);
        if line.folded && !started_above {
            self.text(width - 1, y, 1, "▸", self.styles.gutter_current);
        } else if self.view.left > 0 && !self.view.wrap {
            self.text(width - 1, y, 1, "‹", self.styles.note);
        }
    }

    /// Draws a line from row `skip` of it on; returns the rows taken.
    fn line(&mut self, y: usize, line: &Line, skip: usize) -> usize {
        let (view, doc, columns) = (self.view, self.doc, self.columns);
        let height = usize::from(self.area.height);
        let found = view
            .matches
            .as_ref()
            .map_or(&[][..], |matches| matches.touching(&line.bytes));
        let current = view.current.and_then(|at| view.matches.as_ref()?.ranges.get(at));
        let fault = doc.fault().or(doc.flaw()).map(|fault| fault.offset);
        let (left, right) = if view.wrap {
            (0, columns.text)
        } else {
            (view.left, view.left + columns.text)
        };
        let mut flow = Flow::new(columns.text);
        glyphs::walk(line, |glyph| {
            let column = if view.wrap {
                flow.place(glyph.width)
            } else {
                glyph.column
            };
            let row = flow.row;
            if row < skip {
                return ControlFlow::Continue(());
            }
            if y + row - skip >= height {
                return ControlFlow::Break(());
            }
            let style = self.style(glyph, found, current, fault);
            let y = y + row - skip;
            let end = column + glyph.width;
            if end > right && !view.wrap {
                self.text(
                    columns.gutter + columns.text.saturating_sub(1),
                    y,
                    1,
                    "›",
                    self.styles.note,
                );
                return ControlFlow::Break(());
            }
            if column < left {
                // The right half of a wide character, or the rest of a tab.
                self.blank(columns.gutter, y, end.saturating_sub(left), style);
            } else {
                self.glyph(columns.gutter + column - left, y, right - column, glyph, style);
            }
            ControlFlow::Continue(())
        });
        flow.row + 1 - skip.min(flow.row)
    }

    fn style(
        &self,
        glyph: &Glyph<'_>,
        found: &[Range<usize>],
        current: Option<&Range<usize>>,
        fault: Option<usize>,
    ) -> Style {
        let mut style = self.styles.text.patch(self.styles.of(glyph.kind));
        if glyph.bytes.is_empty() {
            return style;
        }
        if fault.is_some_and(|offset| glyph.bytes.contains(&offset)) {
            style = style.patch(self.styles.error);
        }
        let at = found.partition_point(|range| range.end <= glyph.bytes.start);
        if let Some(range) = found.get(at).filter(|range| range.start < glyph.bytes.end) {
            let is_current = current == Some(range);
            style = style.patch(if is_current {
                self.styles.found_current
            } else {
                self.styles.found
            });
        }
        style
    }

    /// Draws one character, or as much of it as there is room for.
    fn glyph(&mut self, x: usize, y: usize, room: usize, glyph: &Glyph<'_>, style: Style) {
        let width = glyph.width.min(room);
        if glyph.kind != Kind::Fold && self.is_hidden(&glyph.bytes) {
            for at in 0..width {
                self.cell(x + at, y, hide::DOT, style);
            }
        } else if glyph.symbol == " " {
            self.blank(x, y, width, style);
        } else if glyph.symbol.len() > 1 && glyph.symbol.is_ascii() {
            // An escape: one cell for each letter.
            self.text(x, y, width, glyph.symbol, style);
        } else if glyph.width <= room {
            self.blank(x, y, width, style);
            self.cell(x, y, glyph.symbol, style);
        }
    }

    fn is_hidden(&self, bytes: &Range<usize>) -> bool {
        let at = self.hidden.partition_point(|part| part.end <= bytes.start);
        !bytes.is_empty() && self.hidden.get(at).is_some_and(|part| part.start < bytes.end)
    }

    /// Lays the ground of the cursor's line under the text that is there, where the text has no ground of its own; without
    /// colours to choose from the line is turned around.
    fn ground(&mut self, rows: Range<usize>) {
        let ground = self.styles.current_line.bg;
        let plain = self.styles.text.bg.unwrap_or_default();
        for y in rows {
            for x in self.columns.gutter..self.columns.gutter + self.columns.text {
                let at = u16::try_from(x).ok().zip(u16::try_from(y).ok());
                let cell = at.and_then(|(x, y)| self.buf.cell_mut((self.area.x + x, self.area.y + y)));
                let Some(cell) = cell.filter(|cell| cell.bg == plain) else {
                    continue;
                };
                match ground {
                    Some(ground) => {
                        cell.set_bg(ground);
                    }
                    None if cell.modifier.contains(Modifier::REVERSED) => {}
                    // In one colour: turned around each word would have a ground of its own.
                    None => {
                        cell.set_fg(self.styles.text.fg.unwrap_or_default());
                        cell.modifier.insert(Modifier::REVERSED);
                    }
                }
            }
        }
    }

    /// Whether the thumb of the scroll bar is there.
    fn is_thumb(&self, x: usize, y: usize) -> bool {
        let at = u16::try_from(x).ok().zip(u16::try_from(y).ok());
        let cell = at.and_then(|(x, y)| self.buf.cell((self.area.x + x, self.area.y + y)));
        cell.is_some_and(|cell| cell.symbol() == scroll::THUMB)
    }

    fn note(&mut self, y: usize, text: &str) {
        self.text(self.columns.gutter, y, self.columns.text, text, self.styles.note);
    }

    /// Draws the scroll bar, if there is something to scroll.
    fn bar(&mut self) {
        if self.columns.bar > 0 {
            let rows = self.view.sight(self.doc);
            let count = rows.count();
            let (track, thumb) = (self.styles.line_number, self.styles.gutter_current);
            scroll::draw_bar(self.view.top, count, track, thumb, self.area, self.buf);
            if count > usize::from(self.area.height) {
                self.marks(&rows, count);
            }
        }
    }

    /// Marks on the scroll bar where matches are: each of its cells stands for as many rows as the others.
    fn marks(&mut self, rows: &Rows<'_>, count: usize) {
        let height = usize::from(self.area.height);
        let Some(matches) = self.view.matches.as_ref().filter(|matches| !matches.ranges.is_empty()) else {
            return;
        };
        let current = self.view.current.and_then(|at| matches.ranges.get(at));
        let start = |y: usize| rows.get(y * count / height).map_or(usize::MAX, |line| line.bytes.start);
        let (mut from, x) = (0, usize::from(self.area.width) - 1);
        for y in 0..height {
            let to = if y + 1 == height { usize::MAX } else { start(y + 1) };
            let cell = from..to;
            from = to;
            if matches.touching(&cell).is_empty() {
                continue;
            }
            let here = current.is_some_and(|current| cell.contains(&current.start));
            // Where the screen is in the body must be seen all the same.
            if self.is_thumb(x, y) && !here {
                continue;
            }
            let style = if here {
                self.styles.mark_current
            } else {
                self.styles.mark
            };
            self.text(x, y, 1, "•", style);
        }
    }

    /// Writes text of ours, whose characters are all one cell wide.
    fn text(&mut self, x: usize, y: usize, room: usize, text: &str, style: Style) {
        for (at, c) in text.chars().take(room).enumerate() {
            self.cell(x + at, y, c.encode_utf8(&mut [0; 4]), style);
        }
    }

    fn blank(&mut self, x: usize, y: usize, count: usize, style: Style) {
        for at in 0..count {
            self.cell(x + at, y, " ", style);
        }
    }

    fn cell(&mut self, x: usize, y: usize, symbol: &str, style: Style) {
        let (Ok(x), Ok(y)) = (u16::try_from(x), u16::try_from(y)) else {
            return;
        };
        if x >= self.area.width || y >= self.area.height {
            return;
        }
        if let Some(cell) = self.buf.cell_mut((self.area.x + x, self.area.y + y)) {
            cell.set_symbol(symbol).set_style(style);
        }
    }
}

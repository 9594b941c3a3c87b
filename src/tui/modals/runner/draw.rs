//! Drawing the run: how far it is, its figures, the rows in sight.

use std::time::Duration;

use jiff::SignedDuration;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::Runner;
use super::details::Detail;
use crate::exec::Summary;
use crate::tui::modals::sheet::column_at;
use crate::tui::panes::View;
use crate::tui::panes::environments::spinner;
use crate::tui::panes::response::words;
use crate::tui::runner::{Answer, Log, Phase, Row};
use crate::tui::theme::Theme;
use crate::tui::widgets::{glyphs, hatch, scroll};

/// Columns of the progress bar at most.
const BAR: usize = 40;

/// Where the rows are: below progress, figures and headings.
pub fn rows(body: Rect) -> Rect {
    let above = if body.height >= 12 { 4 } else { 3 }.min(body.height);
    Rect {
        y: body.y + above,
        height: body.height - above,
        ..body
    }
}

/// Where the sums are, or what is looked for.
pub fn second_line(body: Rect) -> Rect {
    Rect {
        y: body.y + 1.min(body.height),
        height: body.height.saturating_sub(1).min(1),
        ..body
    }
}

/// Columns for the number of the iteration, none where there is only one.
pub fn iteration(log: &Log) -> usize {
    if log.iterations > 1 {
        log.iterations.to_string().len().max(2) + 2
    } else {
        0
    }
}

/// The columns of the table: where each begins, and how wide it is.
struct Columns {
    iteration: usize,
    name: usize,
    size: usize,
    failure: usize,
}

const METHOD: usize = 7;
const STATUS: usize = 6;
const TIME: usize = 7;
const TESTS: usize = 7;

/// The least room in which the reason of a failure says anything.
const REASON: usize = 12;

impl Columns {
    fn new(log: &Log, width: usize) -> Self {
        let iteration = iteration(log);
        let size = if width >= 88 { 10 } else { 0 };
        let rest = width.saturating_sub(2 + iteration + METHOD + 1 + STATUS + 1 + TIME + size + 1 + TESTS);
        // As long as it runs its column is there, so that nothing jumps.
        let fails = log.is_running() || log.warned || !log.failed.is_empty();
        let failure = match rest {
            _ if !fails => 0,
            52.. => rest - rest * 45 / 100,
            // As much of a name as tells it from others comes first.
            36.. => rest / 2,
            _ => 0,
        };
        Self {
            iteration,
            name: rest - failure,
            size,
            failure: failure.saturating_sub(2),
        }
    }
}

/// Writes from left to right.
struct Pen<'a> {
    buf: &'a mut Buffer,
    at: Position,
    room: usize,
    ground: Style,
}

impl Pen<'_> {
    fn put(&mut self, text: &str, style: Style) {
        let taken = glyphs::put_text(self.buf, self.at, text, self.room, self.ground.patch(style));
        self.skip(taken);
    }

    /// A text in a column of this width; what is too long is cut.
    fn cell(&mut self, text: &str, width: usize, style: Style) {
        let width = width.min(self.room);
        glyphs::put_text(self.buf, self.at, text, width, self.ground.patch(style));
        self.skip(width);
    }

    fn right(&mut self, text: &str, width: usize, style: Style) {
        let air = width.saturating_sub(glyphs::width(text)).min(self.room);
        self.skip(air);
        self.cell(text, width - air.min(width), style);
    }

    fn skip(&mut self, columns: usize) {
        let columns = columns.min(self.room);
        self.at.x = column_at(self.at.x, columns);
        self.room -= columns;
    }
}

impl Runner {
    /// Draws it.
    pub fn draw(&self, view: View<'_>, _screen: Rect, buf: &mut Buffer) -> Option<Position> {
        let theme = view.theme;
        let Some(log) = &view.shared.log else { return None };
        let environment = log.environment.as_deref().unwrap_or("no environment");
        let again = if log.again { " ─ what failed" } else { "" };
        // Rows are hidden then, and the key that shows them has no room below 100 columns; a name may fill the title.
        let hides = if self.only_failed { "failures only ─ " } else { "" };
        let title = format!("Run ─ {hides}{}{again}", log.title);
        self.sheet.draw(&title, environment, &self.keys(log), view, buf);
        let body = self.sheet.body;
        let pen = |y: u16, ground: Style| (Position::new(body.x, y), usize::from(body.width), ground);
        let line = |y: u16, buf: &mut Buffer, draw: &dyn Fn(&mut Pen<'_>)| {
            if y < body.bottom() {
                let (at, room, ground) = pen(y, theme.popup);
                draw(&mut Pen { buf, at, room, ground });
            }
        };
        line(body.y, buf, &|pen| progress(log, view, pen));
        let mut caret = None;
        match &self.find {
            None => line(body.y + 1, buf, &|pen| figures(log, theme, pen)),
            Some(find) => {
                let place = second_line(body);
                line(place.y, buf, &|pen| {
                    pen.right(&find.words(), usize::from(place.width), theme.dim);
                });
                caret = find.field.draw(view, view.focused, buf);
            }
        }
        let rows = rows(body);
        let columns = Columns::new(log, usize::from(rows.width));
        line(rows.y.saturating_sub(1), buf, &|pen| {
            headings(&columns, log, theme, pen);
        });
        if self.len(log) == 0 {
            let words = match (&log.phase, self.only_failed) {
                (Phase::Failed(_), _) => "Nothing ran.\n\nThe key e leads back to the form.",
                (_, true) if !log.rows.is_empty() => "Nothing failed.\n\nThe key f shows all requests.",
                (Phase::Ended(_), _) => "Nothing ran.",
                _ => "The first response is on its way.",
            };
            let mut styles = theme.hatching();
            styles.text = theme.popup.patch(styles.text);
            hatch::draw(words, &styles, rows, buf);
            return caret;
        }
        let mut y = rows.y;
        for place in self.top..self.len(log) {
            let Some((at, row)) = self.row(log, place).and_then(|at| Some((at, log.rows.get(at)?))) else {
                break;
            };
            if y >= rows.bottom() {
                break;
            }
            let ground = if place == self.cursor {
                theme.popup.patch(theme.selected)
            } else {
                theme.popup
            };
            let wide = Rect::new(rows.x.saturating_sub(1), y, rows.width.saturating_add(2), 1);
            buf.set_style(wide.intersection(self.sheet.area), ground);
            let (at_row, room, ground) = pen(y, ground);
            let mut pen = Pen {
                buf,
                at: at_row,
                room,
                ground,
            };
            let folded = !self.unfolded.contains(&at);
            draw_row(row, log, &columns, folded, theme, &mut pen);
            y += 1;
            if !folded {
                y = draw_details(self.details.of(at), log, rows, y, theme, buf);
            }
        }
        let bar = Rect {
            width: rows.width.saturating_add(2),
            ..rows
        };
        let bar = bar.intersection(self.sheet.area);
        scroll::draw_bar(self.top, self.len(log), theme.popup_border, theme.accent, bar, buf);
        caret
    }

    /// The keys as things stand, the most useful first: those that 80 columns have no room for are in help.
    fn keys(&self, log: &Log) -> Vec<(&'static str, &'static str)> {
        if self.find.is_some() {
            return vec![("↵", "next"), ("↑↓", "around"), ("Esc", "the table")];
        }
        let ended = !log.is_running();
        let mut keys = Vec::new();
        if !ended {
            keys.extend([("^C", "cancel"), ("Esc", "leave")]);
        } else if log.full.is_some() {
            keys.push(("Esc", "full run"));
        } else {
            keys.push(("Esc", "close"));
        }
        let failed = !log.failed.is_empty();
        let all = [
            (!log.rows.is_empty(), ("↵", "open")),
            (failed || log.warned, ("Spc", "why")),
            (matches!(log.phase, Phase::Ended(_)), ("s", "save")),
            (!log.rows.is_empty(), ("/", "find")),
            (ended, ("r", "rerun")),
            (ended && failed, ("R", "failed")),
            (true, ("?", "keys")),
            (
                failed || self.only_failed,
                ("f", if self.only_failed { "all" } else { "failed" }),
            ),
            (failed, ("n", "next")),
            (ended, ("e", "setup")),
            (ended && log.full.is_some(), ("q", "close")),
        ];
        keys.extend(all.into_iter().filter(|(is_there, _)| *is_there).map(|(_, key)| key));
        keys
    }
}

/// How far the run is, or what it came to.
fn progress(log: &Log, view: View<'_>, pen: &mut Pen<'_>) {
    let theme = view.theme;
    let done = log.rows.len();
    let (mark, words, style) = match &log.phase {
        Phase::Starting => (spinner(view.shared.now), "starting".to_owned(), theme.accent),
        Phase::Running => (
            spinner(view.shared.now),
            match log.planned.max(done) {
                1 => format!("{done} of 1 request"),
                all => format!("{done} of {all} requests"),
            },
            theme.accent,
        ),
        Phase::Failed(why) => return pen.put(&format!("✗ {why}"), theme.error),
        Phase::Ended(summary) => verdict(log, summary, theme),
    };
    pen.put(mark, style);
    pen.skip(1);
    let style = if log.is_running() { Style::new() } else { style };
    pen.put(&words, style);
    let took = match &log.phase {
        Phase::Ended(summary) => summary.took,
        _ => view
            .shared
            .now
            .duration_since(log.started)
            .max(SignedDuration::ZERO)
            .unsigned_abs(),
    };
    let time = elapsed(took);
    if log.is_running() {
        pen.skip(2);
        let width = BAR.min(pen.room.saturating_sub(glyphs::width(&time) + 2));
        let filled = (width * done).checked_div(log.planned).unwrap_or(0).min(width);
        pen.put(&"━".repeat(filled), theme.accent);
        pen.put(&"─".repeat(width - filled), theme.hatch);
    }
    let width = pen.room;
    pen.right(&time, width, theme.dim);
}

fn verdict(log: &Log, summary: &Summary, theme: &Theme) -> (&'static str, String, Style) {
    let failed = match log.failed.len() {
        1 => "1 request failed".to_owned(),
        n => format!("{n} requests failed"),
    };
    if summary.cancelled {
        let planned = log.planned.max(log.rows.len());
        return (
            "–",
            format!("cancelled after {} of {planned}", log.rows.len()),
            theme.warn,
        );
    }
    match log.failed.len() {
        0 => ("✓", "all passed".to_owned(), theme.ok),
        _ if summary.bailed => ("✗", format!("{failed}, stopped there"), theme.error),
        _ => ("✗", failed, theme.error),
    }
}

/// The sums so far.
fn figures(log: &Log, theme: &Theme, pen: &mut Pen<'_>) {
    let mut first = true;
    let mut add = |pen: &mut Pen<'_>, text: &str, style: Style| {
        if !std::mem::take(&mut first) {
            pen.put(" · ", theme.dim);
        }
        pen.put(text, style);
    };
    let count = |n: usize, word: &str| {
        if n == 1 {
            format!("1 {word}")
        } else {
            format!("{n} {word}s")
        }
    };
    add(pen, &count(log.rows.len(), "request"), theme.dim);
    if log.sent != log.rows.len() {
        add(pen, &format!("{} sent", log.sent), theme.dim);
    }
    if log.iterations > 1 {
        add(pen, &count(log.iterations, "iteration"), theme.dim);
    }
    let (passed, tests) = log.tests;
    if tests > 0 {
        let all = count(tests, "test");
        if passed == tests {
            add(pen, &format!("✓ {passed}"), theme.ok);
            pen.put(&format!(" of {all}"), theme.dim);
        } else {
            add(pen, &format!("✗ {}", tests - passed), theme.error);
            pen.put(&format!(" of {all} failed"), theme.dim);
        }
    }
    if log.skipped > 0 {
        let skipped = if tests > 0 {
            format!("{} skipped", log.skipped)
        } else {
            format!("{} skipped", count(log.skipped, "test"))
        };
        add(pen, &skipped, theme.dim);
    }
    if log.is_running() && !log.failed.is_empty() {
        add(pen, &count(log.failed.len(), "request"), theme.error);
        pen.put(" failed", theme.error);
    }
    if let Phase::Ended(summary) = &log.phase
        && summary.times.count > 0
    {
        let mean = Duration::from_secs_f64(summary.times.mean.max(0.0) / 1000.0);
        add(pen, &format!("{} mean", words::duration(mean)), theme.dim);
        add(pen, &words::size(log.size), theme.dim);
    }
    if !log.settings.data.trim().is_empty() {
        add(pen, log.settings.data.trim(), theme.dim);
    }
    if !log.settings.keep {
        add(pen, "values not kept", theme.dim);
    }
}

fn headings(columns: &Columns, log: &Log, theme: &Theme, pen: &mut Pen<'_>) {
    let dim = theme.dim;
    pen.skip(2);
    if columns.iteration > 0 {
        pen.right("#", columns.iteration - 2, dim);
        pen.skip(2);
    }
    pen.cell("Method", METHOD, dim);
    pen.cell("Request", columns.name + 1, dim);
    pen.cell("Status", STATUS, dim);
    pen.skip(1);
    pen.right("Time", TIME, dim);
    if columns.size > 0 {
        pen.right("Size", columns.size, dim);
    }
    pen.skip(1);
    pen.right("Tests", TESTS, dim);
    let heading = match (log.failed.is_empty(), log.warned) {
        (false, _) => "First failure",
        (true, true) => "First warning",
        (true, false) => return,
    };
    if columns.failure > 0 {
        pen.skip(2);
        pen.cell(heading, columns.failure, dim);
    }
}

fn draw_row(row: &Row, log: &Log, columns: &Columns, is_folded: bool, theme: &Theme, pen: &mut Pen<'_>) {
    let (mark, style) = match (row.failed(), row.answer) {
        (true, _) => ("✗", theme.error),
        (false, Answer::Skipped) => ("–", theme.dim),
        (false, _) if !row.warnings.is_empty() => ("!", theme.warn),
        (false, _) => ("✓", theme.ok),
    };
    pen.cell(mark, 2, style);
    if columns.iteration > 0 {
        pen.right(&(row.iteration + 1).to_string(), columns.iteration - 2, theme.dim);
        pen.skip(2);
    }
    let (method, name, above) = log
        .named(row.node)
        .map_or(("", "", ""), |named| (&named.method, &named.name, &named.folder));
    pen.cell(method, METHOD, theme.method(method));
    let mut inside = Pen {
        buf: &mut *pen.buf,
        at: pen.at,
        room: columns.name,
        ground: pen.ground,
    };
    inside.put(name, Style::new());
    if inside.room > 6 && !above.is_empty() {
        inside.skip(2);
        let near = nearest(above, inside.room);
        inside.put(&near, theme.dim);
    }
    pen.skip(columns.name + 1);
    match row.answer {
        Answer::Status(status) => {
            let style = match status {
                ..300 => theme.ok,
                300..400 => theme.warn,
                _ => theme.error,
            };
            pen.cell(&format!("{status:03}"), STATUS, style);
        }
        Answer::None => pen.cell("none", STATUS, theme.error),
        Answer::Skipped => pen.cell("skip", STATUS, theme.dim),
    }
    pen.skip(1);
    let sent = !matches!(row.answer, Answer::Skipped);
    let time = if sent { words::duration(row.took) } else { String::new() };
    pen.right(&time, TIME, theme.dim);
    if columns.size > 0 {
        let size = if sent { words::size(row.size) } else { String::new() };
        pen.right(&size, columns.size, theme.dim);
    }
    pen.skip(1);
    let ran = match row.tests {
        0 => String::new(),
        tests => format!("{}/{tests}", row.passed),
    };
    // What was skipped did not run: it is told apart, as in the sums.
    let skipped = match row.skipped {
        0 => String::new(),
        _ if ran.is_empty() => "skip".to_owned(),
        skipped => format!(" –{skipped}"),
    };
    let room = TESTS.saturating_sub(ran.len());
    let skipped = if glyphs::width(&skipped) > room {
        " –"
    } else {
        &skipped
    };
    let width = glyphs::width(skipped).min(room);
    let style = if row.passed < row.tests { theme.error } else { theme.ok };
    pen.right(&ran, TESTS - width, style);
    pen.cell(skipped, width, theme.dim);
    let first = match (row.failures.first(), row.warnings.first()) {
        (Some(failure), _) => {
            // What stands below may point into it.
            let mut lines = failure.message.lines();
            let why = lines.find(|line| !line.trim().is_empty()).unwrap_or_default();
            Some((&failure.what, why, theme.error))
        }
        (None, Some(warning)) => Some((warning, "", theme.warn)),
        (None, None) => None,
    };
    if let Some((what, why, style)) = first.filter(|_| columns.failure > 0 && is_folded) {
        pen.skip(2);
        let more = match row.failures.len() + row.warnings.len() - 1 {
            0 => String::new(),
            more => format!("  +{more}"),
        };
        let end = column_at(pen.at.x, columns.failure.saturating_sub(glyphs::width(&more)));
        let room = columns.failure.saturating_sub(glyphs::width(&more));
        pen.put(&glyphs::elide(what, room), style);
        let room = room.saturating_sub(glyphs::width(what) + 2);
        if room >= REASON && !why.is_empty() && why != what {
            pen.put(": ", theme.dim);
            pen.put(&both_ends(why, room), theme.dim);
        }
        // At the end of the column, where it is no part of the text.
        pen.skip(usize::from(end.saturating_sub(pen.at.x)));
        pen.put(&more, theme.dim);
    }
}

/// The first word of a text and as many of the last ones as there is room for: what came in place of what was expected stands
/// at the end.
fn both_ends(text: &str, room: usize) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let all = words.join(" ");
    if glyphs::width(&all) <= room {
        return all;
    }
    let first = words.first().copied().unwrap_or_default();
    let (mut last, mut used) = (words.len(), glyphs::width(first) + 2);
    while last > 1 && used + 1 + glyphs::width(words[last - 1]) <= room {
        last -= 1;
        used += 1 + glyphs::width(words[last]);
    }
    match &words[last..] {
        [] => glyphs::elide(&all, room),
        rest => format!("{first} … {}", rest.join(" ")),
    }
}

/// The folders a request is in, as far as there is room for: the nearest ones tell it from others.
fn nearest(folders: &str, room: usize) -> String {
    let mut rest = folders;
    let mut shown = folders.to_owned();
    while glyphs::width(&shown) > room {
        let Some((_, inner)) = rest.split_once(" › ") else {
            return glyphs::elide(rest, room);
        };
        rest = inner;
        shown = format!("… › {rest}");
    }
    shown
}

/// Draws the lines below a row; returns the next line.
fn draw_details(details: &[Detail], log: &Log, rows: Rect, mut y: u16, theme: &Theme, buf: &mut Buffer) -> u16 {
    for detail in details {
        if y >= rows.bottom() {
            break;
        }
        let mut pen = Pen {
            buf: &mut *buf,
            at: Position::new(rows.x, y),
            room: usize::from(rows.width),
            ground: theme.popup,
        };
        pen.skip(iteration(log) + 2);
        pen.put(&detail.what, if detail.warns { theme.warn } else { theme.error });
        if !detail.message.is_empty() {
            pen.put("  ", theme.dim);
            pen.put(&detail.message, theme.dim);
        }
        y += 1;
    }
    y
}

/// A time that passes: whole tenths, so that it does not flicker.
fn elapsed(took: Duration) -> String {
    match took.as_secs() {
        0..60 => format!("{:.1} s", took.as_secs_f64()),
        seconds => format!("{} m {:02} s", seconds / 60, seconds % 60),
    }
}

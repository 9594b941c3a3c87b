//! How the filter line is drawn, and what is said below it.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::filter::Language;
use crate::tui::panes::View;
use crate::tui::widgets::body::Kind;
use crate::tui::widgets::glyphs;

use super::super::State;
use super::super::place::Place;
use super::{Filtered, NOTHING_YET};

/// Draws the line; `kept` is the filter of the request. Returns where the terminal's cursor belongs.
pub(in super::super) fn draw(
    state: &State,
    kept: &str,
    view: View<'_>,
    area: Rect,
    buf: &mut Buffer,
) -> Option<Position> {
    let theme = view.theme;
    let shown = state.place().and_then(|place| Some((place, place.filtered.as_ref()?)));
    let line = Rect { height: 1, ..area };
    buf.set_style(area, theme.field);
    let note = shown.map_or_else(
        || NOTHING_YET.to_owned(),
        |(place, filtered)| {
            let is_kept = !filtered.text.is_empty() && kept == filtered.text.trim();
            let mark = if is_kept { "kept · " } else { "" };
            format!("{mark}{}", count(place, filtered))
        },
    );
    let width = u16::try_from(glyphs::width(&note)).unwrap_or(0);
    let note_width = if width + 12 < area.width { width + 1 } else { 0 };
    glyphs::put(buf, line.as_position(), "|", 1, theme.field.patch(theme.key_hint));
    let mut styles = theme.editor();
    styles.text = theme.field;
    styles.current_line = theme.field;
    styles.placeholder = theme.field.patch(theme.dim);
    let field = Rect {
        x: line.x + 2,
        width: line.width.saturating_sub(3 + note_width),
        ..line
    };
    let cursor = state.filter.field.draw(&styles, None, field, buf, state.filter.typing);
    if note_width > 0 {
        let at = Position::new(line.right() - note_width, line.y);
        glyphs::put_text(buf, at, &note, usize::from(width), theme.field.patch(theme.dim));
    }
    if area.height > 1
        && let Some((_, filtered)) = shown
    {
        let at = Position::new(area.x + 2, area.y + 1);
        let room = usize::from(area.width.saturating_sub(3));
        below(state, filtered, view, at, room, buf);
    }
    cursor.filter(|_| state.filter.typing)
}

/// What stands below the line: what is wrong, what is missing, else the keys that could follow.
fn below(state: &State, filtered: &Filtered, view: View<'_>, at: Position, room: usize, buf: &mut Buffer) {
    let theme = view.theme;
    let revealed = view.shared.revealed;
    // What could follow helps more than that something is missing.
    let offered = state.filter.offers.next(revealed);
    let offers = state.filter.typing && !offered.is_empty();
    let (text, style) = match (&filtered.error, &filtered.cut) {
        (Some(error), _) if !(offers && filtered.unfinished) => {
            let words = if revealed { &error.plain } else { &error.masked };
            (format!("✗ {words}"), theme.error)
        }
        (None, Some(cut)) if !offers => (format!("! {cut}"), theme.warn),
        _ => {
            let Some((first, rest)) = offered.split_first() else {
                return;
            };
            let key = glyphs::put_text(buf, at, "⇥ ", room, theme.field.patch(theme.key_hint));
            let at = Position::new(at.x + u16::try_from(key).unwrap_or(0), at.y);
            let used = glyphs::put_text(buf, at, first, room.saturating_sub(key), theme.field);
            let at = Position::new(at.x + u16::try_from(used).unwrap_or(0), at.y);
            let rest = format!("  {}", rest.join("  "));
            let rest = glyphs::elide(&rest, room.saturating_sub(key + used));
            glyphs::put_text(
                buf,
                at,
                &rest,
                room.saturating_sub(key + used),
                theme.field.patch(theme.dim),
            );
            return;
        }
    };
    let text = glyphs::elide(&text, room);
    glyphs::put_text(buf, at, &text, room, theme.field.patch(style));
}

/// `jq · 12 values`.
fn count(place: &Place, filtered: &Filtered) -> String {
    if filtered.text.trim().is_empty() {
        return String::new();
    }
    let response = place.outcome.exchange.as_ref().and_then(|exchange| exchange.response());
    let markup = place
        .body
        .as_ref()
        .is_some_and(|body| matches!(body.kind(), Kind::Xml | Kind::Html));
    let language = Language::of(&filtered.text, markup);
    let thing = if language == Language::XPath { "node" } else { "value" };
    let so_far = if filtered.arrives { " so far" } else { "" };
    let arrives = response.is_some_and(|response| !response.body.is_whole());
    let said = match (filtered.running, &filtered.error, filtered.count) {
        // Values that are whole are filtered as they come: here is none yet, or nodes that need all of it.
        _ if place.body.is_none() => "no body".to_owned(),
        (true, ..) if arrives => "waits for the body".to_owned(),
        (true, ..) if (1..100).contains(&filtered.read) => format!("reads the body, {} %", filtered.read),
        (true, ..) => "…".to_owned(),
        (_, Some(_), _) => "✗".to_owned(),
        (_, _, 0) => format!("no {thing}{so_far}"),
        (_, _, 1) => format!("1 {thing}{so_far}"),
        (_, _, count) => format!("{count} {thing}s{so_far}"),
    };
    format!("{} · {said}", language.label())
}

//! Drawing the list: a mark for the active one, the name, and at the right the life of its tokens.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::{Action, State, life};
use crate::exec::tokens::TokenStatus;
use crate::model::Filed;
use crate::tui::action::Action as Any;
use crate::tui::keymap::Context;
use crate::tui::panes::View;
use crate::tui::widgets::{frame, glyphs, hatch, scroll};

/// Draws the pane.
pub fn draw(state: &State, view: View<'_>, area: Rect, buf: &mut Buffer) {
    let theme = view.theme;
    let list = frame::Frame::new("1 Environments")
        .focused(view.focused)
        .draw(&theme.frame(), area, buf);
    if list.is_empty() {
        return;
    }
    if state.rows.is_empty() {
        let key = view
            .keymap
            .chord_for(Any::Environments(Action::New), &[Context::Environments]);
        let text = match key {
            _ if view.shared.read_only.is_some() => "`-e FILE` adds one".to_owned(),
            Some(key) => format!("`{key}` adds an environment"),
            None => "no environment".to_owned(),
        };
        hatch::draw(&text, &theme.hatching(), list, buf);
        return;
    }
    for (at, y) in (state.top..state.rows.len()).zip(list.y..list.bottom()) {
        draw_row(state, at, view, Rect::new(list.x, y, list.width, 1), buf);
    }
    let bar = Rect {
        width: list.width + 1,
        ..list
    };
    scroll::draw_bar(state.top, state.rows.len(), theme.hatch, theme.scroll, bar, buf);
}

fn draw_row(state: &State, at: usize, view: View<'_>, line: Rect, buf: &mut Buffer) {
    let theme = view.theme;
    let Some(row) = state.rows.get(at) else { return };
    let active = view.shared.active_environment == Some(row.id);
    let mut base = theme.base;
    if at == state.cursor && view.focused {
        base = base.patch(theme.selected);
        let air = Rect::new(line.x.saturating_sub(1), line.y, line.width + 2, 1);
        buf.set_style(air.intersection(buf.area), base);
    }
    if active {
        glyphs::put(buf, line.as_position(), "●", 1, base.patch(theme.accent));
    }
    let name_style = if active { base.patch(theme.strong) } else { base };
    // The name gets what it needs, up to the point where the token's number would be lost.
    let room = usize::from(line.width.saturating_sub(2));
    let name = glyphs::width(&row.name).min(room);
    let unsaved = view.shared.workspace.is_unsaved(Filed::Environment(row.id));
    let mark = if unsaved { 2 } else { 0 };
    let tokens = tokens(row, view, room.saturating_sub(name.min(room / 2) + mark + 2));
    let taken: usize = tokens.iter().map(|(text, _)| glyphs::width(text)).sum();
    let gap = if taken > 0 { taken + 2 } else { 0 };
    let at = Position::new(line.x + 2, line.y);
    let room_for_name = room.saturating_sub(gap + mark);
    let used = glyphs::put_text(buf, at, &row.name, room_for_name, name_style);
    if unsaved {
        let at = Position::new(at.x + u16::try_from(used + 1).unwrap_or(0), at.y);
        glyphs::put(buf, at, "●", 1, base.patch(theme.unsaved));
    }
    let mut x = line.right().saturating_sub(u16::try_from(taken).unwrap_or(0));
    for (text, style) in tokens {
        let used = glyphs::put_text(buf, Position::new(x, line.y), &text, room, base.patch(style));
        x += u16::try_from(used).unwrap_or(0);
    }
}

/// Fewer columns of a token's name say nothing.
const SHORTEST_NAME: usize = 4;

/// What is said behind the name of a token that was never fetched.
const NONE_YET: &str = "none yet";
/// The same where there is less room.
const NONE: &str = "none";

/// As many tokens as fit, with their names; of the first one the name is cut, or left out, before its life is.
fn tokens(row: &super::Row, view: View<'_>, room: usize) -> Vec<(String, Style)> {
    let theme = view.theme;
    let mut out: Vec<(String, Style)> = Vec::new();
    let mut left = room;
    for token in &row.tokens {
        let (text, style, named) = match token.status {
            TokenStatus::Valid(life) => {
                let remaining = life.remaining(view.shared.now);
                let style = if remaining.as_secs() < 60 { theme.warn } else { theme.ok };
                (life::text(remaining, view.shared.awake), style, true)
            }
            TokenStatus::Expired(_) => ("expired".to_owned(), theme.error, true),
            TokenStatus::Missing if view.shared.locked => ("locked".to_owned(), theme.warn, false),
            TokenStatus::Missing => (NONE_YET.to_owned(), theme.dim, true),
            TokenStatus::Opaque => ("set".to_owned(), theme.dim, true),
        };
        let gap = if out.is_empty() { "" } else { "  " };
        let name = if named {
            format!("{gap}{} ", token.name)
        } else {
            gap.to_owned()
        };
        let (name_width, text_width) = (glyphs::width(&name), glyphs::width(&text));
        if name_width + text_width <= left {
            out.push((name, theme.dim));
            left -= name_width;
        } else {
            // The first one is told shorter; a second one beside it would be taken for it.
            if !out.is_empty() {
                break;
            }
            let is_none = token.status == TokenStatus::Missing && !view.shared.locked;
            // What it is called says more than that there is none yet.
            let mut text = if is_none { NONE.to_owned() } else { text };
            let room = left.saturating_sub(glyphs::width(&text));
            if name_width <= room {
                out.push((name, theme.dim));
            } else if room > SHORTEST_NAME {
                out.push((format!("{} ", glyphs::elide(&token.name, room - 1)), theme.dim));
            } else if is_none {
                // Without a name it must say what there is none of.
                "no token".clone_into(&mut text);
            }
            if !out.is_empty() || glyphs::width(&text) <= left {
                out.push((text, style));
            }
            break;
        }
        out.push((text, style));
        left -= text_width;
    }
    out
}

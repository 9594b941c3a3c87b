//! Draws the whole screen from the state; changes nothing.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::widgets::{Clear, Widget};

use super::action::{Action, App};
use super::footer;
use super::keymap::Context;
use super::layout::SMALLEST;
use super::panes::{Pane, View};
use super::state::State;

/// Draws a frame into the room that the terminal has by now, of which its last event may not have told yet.
pub fn frame(state: &mut State, area: Rect, buf: &mut Buffer) -> Option<Position> {
    state.size = (area.width, area.height);
    draw(state, area, buf)
}

/// Draws everything; returns where the terminal's cursor belongs, if anywhere.
pub fn draw(state: &State, area: Rect, buf: &mut Buffer) -> Option<Position> {
    buf.set_style(area, state.theme.base);
    let layout = state.layout();
    if layout.too_small {
        too_small(state, area, buf);
        return None;
    }
    let mut cursor = None;
    for pane in Pane::ALL {
        if let Some(place) = layout.area(pane) {
            let focused = pane == state.focus && state.modals.is_empty();
            let at = state
                .panes
                .draw(pane, view(state, focused), place.intersection(area), buf);
            if focused {
                cursor = at;
            }
        }
    }
    footer::draw(state, layout.footer.intersection(area), buf);
    let last = state.modals.len().saturating_sub(1);
    for (n, modal) in state.modals.iter().enumerate() {
        let at = modal.draw(view(state, n == last), area, buf);
        if n == last {
            cursor = at;
        }
    }
    cursor
}

fn view(state: &State, focused: bool) -> View<'_> {
    View {
        shared: &state.shared,
        theme: &state.theme,
        keymap: &state.keymap,
        focused,
    }
}

fn too_small(state: &State, area: Rect, buf: &mut Buffer) {
    Clear.render(area, buf);
    buf.set_style(area, state.theme.base);
    let quit = state.keymap.chord_for(Action::App(App::Quit), &[Context::Anywhere]);
    let lines = [
        "postrider needs a little more room".to_owned(),
        format!(
            "{} × {} now, {} × {} at least",
            area.width, area.height, SMALLEST.0, SMALLEST.1
        ),
        quit.map(|key| format!("{key} quits; drafts are kept"))
            .unwrap_or_default(),
    ];
    for (y, line) in (area.y + area.height.saturating_sub(3) / 2..area.bottom()).zip(lines) {
        let width = u16::try_from(line.chars().count()).unwrap_or(0).min(area.width);
        let x = area.x + (area.width - width) / 2;
        buf.set_stringn(x, y, &line, usize::from(width), state.theme.warn);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::harness::Harness;

    #[test]
    fn a_frame_fits_the_room_there_is_whatever_the_last_event_said() {
        for keys in ["", "?", ":", "n", "<ctrl-e>", "<ctrl-r>"] {
            let mut harness = Harness::new(120, 40);
            harness.press(keys);
            for (columns, rows) in [(90, 24), (60, 16), (20, 5), (1, 1), (250, 70)] {
                harness.state.size = (120, 40);
                let area = Rect::new(0, 0, columns, rows);
                frame(&mut harness.state, area, &mut Buffer::empty(area));
                assert_eq!(harness.state.size, (columns, rows));
            }
        }
    }
}

//! Draws the whole screen from the state; changes nothing.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::widgets::{Clear, Widget};

use super::action::{Action, App};
use super::footer;
use super::keymap::Context;
use super::layout::SMALLEST;
use super::modals::Modal;
use super::panes::{Pane, View, response};
use super::state::State;
use super::theme::Theme;
use super::widgets::glyphs::paint;
use super::widgets::picture::{MARK, Sharp};

/// Draws a frame into the room that the terminal has by now, of which its last event may not have told yet.
pub fn frame(state: &mut State, area: Rect, buf: &mut Buffer) -> Option<Position> {
    state.size = (area.width, area.height);
    draw(state, area, buf)
}

/// Draws everything; returns where the terminal's cursor belongs, if anywhere.
pub fn draw(state: &State, area: Rect, buf: &mut Buffer) -> Option<Position> {
    paint(buf, area, state.theme.base);
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
    let last = state.modals.len().saturating_sub(1);
    let panes = Rect {
        height: area.height.saturating_sub(layout.footer.height),
        ..area
    };
    for (n, modal) in state.modals.iter().enumerate() {
        if modal.covers() {
            stand_back(&state.theme, panes, buf);
        }
        let at = modal.draw(view(state, n == last), area, buf);
        if n == last {
            cursor = at;
        }
    }
    // A message of several lines is read whole, whatever is open; letters to jump to have the last line to themselves.
    if !matches!(state.modals.last(), Some(Modal::Jump(_))) {
        footer::draw(state, layout.footer.intersection(area), buf);
    }
    cursor
}

/// Lets everything that is drawn so far stand back behind what is about to be: dim, on the plain ground.
fn stand_back(theme: &Theme, area: Rect, buf: &mut Buffer) {
    let faint = |style| {
        let style = theme.base.patch(style);
        Style {
            // Where the ground is the terminal's own, that of a badge would stay under faint text.
            fg: style.fg.or(Some(Color::Reset)),
            bg: style.bg.or(Some(Color::Reset)),
            sub_modifier: Modifier::all().difference(style.add_modifier),
            ..style
        }
    };
    let (text, frame, hatch) = (faint(theme.dim), faint(theme.border), faint(theme.hatch));
    for at in area.intersection(buf.area).positions() {
        let cell = &mut buf[at];
        let style = match cell.symbol().chars().next() {
            Some('╱') => hatch,
            // Frames, rules and bars are no louder than they were.
            Some('─'..='╿') => frame,
            _ => text,
        };
        cell.set_style(style);
    }
}

/// The picture that the terminal is to show in pixels, and where: none of it may be behind something else. What is in its
/// place becomes blank.
pub fn picture(state: &State, buf: &mut Buffer) -> Option<(Rect, Arc<Sharp>)> {
    let area = state.layout().area(Pane::Response)?;
    let (at, sharp) = response::sharp(&state.panes.response, area)?;
    let mut is_free = buf.area.intersection(at) == at;
    for at in at.intersection(buf.area).positions() {
        let is_marked = buf[at].symbol() == MARK;
        if is_marked {
            buf[at].set_symbol(" ");
        }
        is_free &= is_marked;
    }
    is_free.then(|| (at, Arc::clone(sharp)))
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
    let quits = |more: &str| {
        quit.as_ref()
            .map(|key| format!("{key} quits{more}"))
            .unwrap_or_default()
    };
    let (now, least) = ((area.width, area.height), SMALLEST);
    let mut lines = [
        "postrider needs a little more room".to_owned(),
        format!("{} × {} now, {} × {} at least", now.0, now.1, least.0, least.1),
        quits("; drafts are kept"),
    ];
    if lines.iter().any(|line| line.chars().count() > area.width.into()) {
        lines = [
            "needs more room:".to_owned(),
            format!("{} × {} at least", least.0, least.1),
            quits(""),
        ];
    }
    for (y, line) in (area.y + area.height.saturating_sub(3) / 2..area.bottom()).zip(lines) {
        let width = u16::try_from(line.chars().count()).unwrap_or(0).min(area.width);
        let x = area.x + (area.width - width) / 2;
        buf.set_stringn(x, y, &line, usize::from(width), state.theme.warn);
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::tui::harness::Harness;

    #[test]
    fn what_is_said_where_nothing_fits_fits() {
        for (columns, rows, said) in [
            (39, 9, "postrider needs a little more room"),
            (20, 5, "40 × 10 at least"),
        ] {
            let screen = Harness::new(columns, rows).screen();
            assert!(screen.contains(said) && screen.contains(" quits"), "{screen}");
        }
    }

    #[test]
    fn no_stripe_of_a_pane_stands_beside_what_is_open_over_all_of_them() {
        // The keys, the globals, what is to be imported; where it covers nearly all, and where panes are seen beside it.
        let covering = [
            (80, "?"),
            (80, ":globals<enter>"),
            (80, "2I"),
            (120, "?"),
            (120, ":globals<enter>"),
        ];
        for (columns, rows) in [(80, 24), (120, 40)] {
            for keys in ["?", ":globals<enter>", "2I"] {
                let mut harness = Harness::new(columns, rows);
                harness.press(keys);
                assert_eq!(harness.state.modals.len(), 1, "{keys}");
                let screen = harness.screen();
                let lines: Vec<Vec<char>> = screen.lines().map(|line| line.chars().collect()).collect();
                let left = lines
                    .iter()
                    .find_map(|line| line.iter().position(|c| *c == '┏'))
                    .unwrap();
                let covers = covering.contains(&(columns, keys));
                assert_eq!(left <= 4, covers, "{keys} {columns}:\n{screen}");
                if covers {
                    let above = &lines[..lines.len() - 1];
                    let stripe = above.iter().flat_map(|line| line.iter().take(left));
                    assert_eq!(stripe.collect::<String>().trim(), "", "{keys} {columns}:\n{screen}");
                    let right = above.iter().map(Vec::len).max();
                    assert_eq!(right, Some(usize::from(columns) - left), "{keys} {columns}:\n{screen}");
                }
            }
        }
    }

    #[test]
    fn what_is_behind_a_dialog_stands_back_but_not_a_theme_that_is_tried_on() {
        // The collections have the focus: the corner of their frame, and the name of the first.
        let shown = |keys: &str| {
            let mut harness = Harness::new(120, 40);
            harness.press(keys);
            let area = harness.state.layout().area(Pane::Collections).unwrap();
            let (buf, last) = (harness.buffer(), area.bottom() - 1);
            (buf[(0, last)].style().fg, buf[(area.x + 4, area.y + 1)].style().fg)
        };
        let theme = Theme::embedded("night");
        assert_eq!(shown("<ctrl-e>"), (theme.border.fg, theme.dim.fg));
        let before = shown("");
        assert_eq!(before.0, theme.border_focused.fg);
        assert_ne!(before.1, theme.dim.fg);
        // While the palette of themes is open no pane has the focus.
        assert_ne!(shown(":theme<enter>").1, theme.dim.fg);
    }

    #[test]
    fn a_badge_behind_a_dialog_has_no_ground_left_on_the_terminals_own() {
        let theme = Theme::embedded("ansi");
        let area = Rect::new(0, 0, 1, 1);
        let mut buf = Buffer::empty(area);
        buf.set_style(area, theme.badge_ok);
        stand_back(&theme, area, &mut buf);
        assert_eq!((buf[(0, 0)].fg, buf[(0, 0)].bg), (Color::DarkGray, Color::Reset));
    }

    #[test]
    fn a_frame_fits_the_room_there_is_whatever_the_last_event_said() {
        for keys in ["", "?", ":", "n", "<ctrl-e>", "<ctrl-r>"] {
            let mut harness = Harness::new(120, 40);
            harness.press(keys);
            for (columns, rows) in [(90, 24), (60, 16), (60, 12), (40, 10), (20, 5), (1, 1), (250, 70)] {
                harness.state.size = (120, 40);
                let area = Rect::new(0, 0, columns, rows);
                frame(&mut harness.state, area, &mut Buffer::empty(area));
                assert_eq!(harness.state.size, (columns, rows));
            }
        }
    }
}

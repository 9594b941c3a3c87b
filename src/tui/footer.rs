//! The last line: the focused pane's keys, the environment and its token, or a word about what just happened.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

use super::action::{self, Action, App};
use super::keymap::Context;
use super::panes::environments;
use super::shared::Level;
use super::state::State;

/// A hint: its columns from the left, the key, the words, what a click does.
struct Hint {
    start: u16,
    end: u16,
    key: String,
    label: &'static str,
    action: Action,
}

/// The hints that fit into a width, the most useful first.
fn hints(state: &State, width: u16) -> Vec<Hint> {
    let mut contexts = state.panes.contexts(state.focus).to_vec();
    contexts.extend([Context::Normal, Context::Anywhere]);
    let typing = state.panes.typing(state.focus);
    let mut actions = state.panes.hints(state.focus, &state.shared);
    actions.extend(
        [
            App::Send,
            App::Save,
            App::SwitchEnvironment,
            App::RenewToken,
            App::Palette,
            App::Help,
        ]
        .map(Action::App),
    );
    let mut out: Vec<Hint> = Vec::new();
    let mut x = 1;
    for action in actions {
        if out.iter().any(|hint| hint.action == action) {
            continue;
        }
        let chord = if typing {
            let own = || state.keymap.chord_for(action, state.panes.contexts(state.focus));
            let anywhere = state.keymap.chord_for(action, &[Context::Anywhere]);
            anywhere.or_else(|| own().filter(|chord| chord.is_command()))
        } else {
            state.keymap.chord_for(action, &contexts)
        };
        let (Some(spec), Some(chord)) = (action::spec(action), chord) else {
            continue;
        };
        let key = chord.to_string();
        let size = u16::try_from(key.width() + 1 + spec.label.width()).unwrap_or(u16::MAX);
        if x + size >= width {
            break;
        }
        out.push(Hint {
            start: x,
            end: x + size,
            key,
            label: spec.label,
            action,
        });
        x += size + 2;
    }
    out
}

/// The right end of the line: running sends, or the environment's token.
fn right(state: &State) -> Line<'static> {
    environments::status(&state.shared, &state.theme, &state.keymap)
}

/// The action of the hint at a column.
pub fn hit(state: &State, area: Rect, x: u16) -> Option<Action> {
    if state.shared.notice.is_some() {
        return None;
    }
    let width = area
        .width
        .saturating_sub(u16::try_from(right(state).width()).unwrap_or(0) + 2);
    hints(state, width)
        .into_iter()
        .find(|hint| (hint.start..hint.end).contains(&x))
        .map(|hint| hint.action)
}

/// Draws the line.
pub fn draw(state: &State, area: Rect, buf: &mut Buffer) {
    let theme = &state.theme;
    buf.set_style(area, theme.base);
    let right = right(state);
    let right_width = u16::try_from(right.width()).unwrap_or(0).min(area.width / 2);
    let room = area.width.saturating_sub(right_width + 2);
    if let Some(notice) = &state.shared.notice {
        let (mark, style) = match notice.level {
            Level::Done => ("✓", theme.ok),
            Level::Info => ("·", theme.info),
            Level::Warning => ("!", theme.warn),
            Level::Error => ("✗", theme.error),
        };
        let text = super::widgets::escape::printable(&notice.text).into_owned();
        let line = Line::from(vec![
            Span::styled(format!(" {mark} "), style),
            Span::styled(text, style),
        ]);
        let width = line.width();
        line.render(
            Rect {
                width: area.width,
                ..area
            },
            buf,
        );
        if width + usize::from(right_width) + 3 > usize::from(area.width) {
            return;
        }
    } else {
        for hint in hints(state, room) {
            let x = area.x + hint.start;
            let (x, y) = buf.set_stringn(x, area.y, &hint.key, usize::from(area.right() - x), theme.key_hint);
            let _ = buf.set_stringn(
                x + 1,
                y,
                hint.label,
                usize::from(area.right().saturating_sub(x + 1)),
                theme.dim,
            );
        }
    }
    let x = area.right().saturating_sub(right_width + 1);
    right.style(Style::default()).render(
        Rect {
            x,
            width: right_width,
            ..area
        },
        buf,
    );
}

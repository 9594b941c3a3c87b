//! The last line: the focused pane's keys, the environment and its token, or a word about what just happened.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::widgets::{Clear, Widget};
use unicode_width::UnicodeWidthStr;

use super::action::{self, Action, App, Nav};
use super::commands::changes_files;
use super::keymap::Context;
use super::modals::wrap::wrap;
use super::panes::{Pane, environments, request};
use super::shared::{Level, Notice};
use super::state::State;
use super::widgets::glyphs;

/// A hint: its columns from the left, the key, the words, what a click does.
struct Hint {
    start: u16,
    end: u16,
    key: String,
    label: String,
    /// `None` for a key of a text field, which a click cannot press.
    action: Option<Action>,
}

/// Columns of the name of the request that a send would send.
const NAME: usize = 18;
/// Lines a message may take.
const MOST_LINES: usize = 3;

/// The hints that fit into a width, the most useful first; sending and the help are always among them.
fn hints(state: &State, width: u16) -> Vec<Hint> {
    let send = Action::App(App::Send);
    let help = Action::App(App::Help);
    let mut actions = state.panes.hints(state.focus, &state.shared);
    if state.shared.read_only.is_some() {
        // What leads to all that is refused here.
        actions.insert(actions.len().min(1), Action::App(App::Import));
    }
    actions.extend([App::Send, App::Save, App::SwitchEnvironment, App::Palette].map(Action::App));
    let mut known: Vec<(Action, String, String)> = Vec::new();
    for action in actions.into_iter().chain([help]) {
        let sends_nothing = action == send && state.shared.open_request().is_none();
        let edits = action == Action::Nav(Nav::Open) && state.focus == Pane::Request;
        let refused = state.shared.read_only.is_some() && (edits || changes_files(action));
        if sends_nothing || refused || known.iter().any(|(own, ..)| *own == action) {
            continue;
        }
        if let Some((key, label)) = words(state, action) {
            known.push((action, key, label));
        }
    }
    let size = |(_, key, label): &(Action, String, String)| {
        u16::try_from(key.width() + 1 + label.width())
            .unwrap_or(u16::MAX)
            .saturating_add(2)
    };
    let always = |action: Action| action == send || action == help;
    // What is sent is named as far as there is room beside the first hint.
    let needed: u16 = known
        .iter()
        .enumerate()
        .filter(|(n, hint)| *n == 0 || always(hint.0))
        .map(|(_, hint)| size(hint))
        .sum();
    let spare = usize::from(width.saturating_sub(needed + 2)).min(NAME);
    if let (Some(name), Some(hint)) = (elsewhere(state), known.iter_mut().find(|hint| hint.0 == send))
        && spare >= 4
    {
        hint.2 = format!("{} {}", hint.2, glyphs::elide(name, spare));
    }
    let reserved: u16 = known.iter().filter(|hint| always(hint.0)).map(size).sum();
    let mut room = width.saturating_sub(1).saturating_sub(reserved);
    let mut x = 1;
    let mut out = Vec::new();
    // What the text field's keys do is of more use than what is left of the others.
    for (key, label) in state.panes.typed(state.focus) {
        let size = u16::try_from(key.width() + 1 + label.width() + 2).unwrap_or(u16::MAX);
        if size > room {
            break;
        }
        room -= size;
        out.push(Hint {
            start: x,
            end: x + size - 2,
            key: (*key).to_owned(),
            label: (*label).to_owned(),
            action: None,
        });
        x += size;
    }
    let mut full = false;
    known.retain(|hint| {
        full |= !always(hint.0) && size(hint) > room;
        if !always(hint.0) && !full {
            room -= size(hint);
        }
        always(hint.0) || !full
    });
    for hint in known {
        let end = x + size(&hint) - 2;
        if end >= width {
            break;
        }
        let (action, key, label) = hint;
        out.push(Hint {
            start: x,
            end,
            key,
            label,
            action: Some(action),
        });
        x = end + 2;
    }
    out
}

/// The key of an action as things stand, and what it does in a word or two.
fn words(state: &State, action: Action) -> Option<(String, String)> {
    let own = state.panes.contexts(state.focus);
    let chord = if state.panes.typing(state.focus) {
        // Of several keys that one which types no text.
        let mut bindings = state.keymap.bindings().iter();
        let found = bindings.find(|binding| {
            let counts = match binding.context {
                Context::Anywhere => true,
                other => own.contains(&other) && binding.chord.is_command(),
            };
            counts && binding.action == action
        });
        found.map(|binding| binding.chord)
    } else {
        let mut contexts = own.to_vec();
        contexts.extend([Context::Normal, Context::Anywhere]);
        state.keymap.chord_for(action, &contexts)
    };
    let label = match action {
        Action::Nav(Nav::Open) if state.focus == Pane::Request => request::open_word(&state.panes.request).to_owned(),
        Action::App(App::Back) if state.focus == Pane::Response => {
            state.panes.back_word(&state.shared, state.zoom).to_owned()
        }
        Action::Nav(Nav::Open) if state.focus == Pane::Environments => "activate".to_owned(),
        Action::Nav(Nav::Open) if state.focus == Pane::Collections && state.panes.tree.is_on_broken() => {
            "open in $EDITOR".to_owned()
        }
        _ => action::spec(action)?.label.to_owned(),
    };
    Some((chord?.to_string(), label))
}

/// The name of the request that would be sent, while the cursor of the tree is on something else.
fn elsewhere(state: &State) -> Option<&str> {
    let open = state.shared.open_request()?;
    let differs = state.focus == Pane::Collections && state.panes.tree.on() != Some(open);
    let request = state.shared.workspace.request(open).filter(|_| differs)?;
    Some(request.name.as_str())
}

/// The right end of the line: running sends, or the environment's token; no more than half of it.
fn right(state: &State, width: u16) -> Line<'static> {
    let pane = &state.panes.environments;
    let line = |short| environments::status(pane, &state.shared, &state.theme, &state.keymap, short);
    let long = line(false);
    if long.width() > usize::from(width / 2) {
        line(true)
    } else {
        long
    }
}

/// The right end of the line, its width, and the room that is left for hints.
fn halves(state: &State, area: Rect) -> (Line<'static>, u16, u16) {
    let right = right(state, area.width);
    let width = u16::try_from(right.width()).unwrap_or(0).min(area.width / 2);
    (right, width, area.width.saturating_sub(width + 2))
}

/// The action of the hint at a column.
pub fn hit(state: &State, area: Rect, x: u16) -> Option<Action> {
    if state.shared.notice.is_some() {
        return None;
    }
    let (_, _, room) = halves(state, area);
    hints(state, room)
        .into_iter()
        .find(|hint| (hint.start..hint.end).contains(&x))?
        .action
}

/// Draws the line; a message that does not fit into it takes lines above.
pub fn draw(state: &State, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let theme = &state.theme;
    buf.set_style(area, theme.base);
    let (right, right_width, room) = halves(state, area);
    if let Some(notice) = &state.shared.notice {
        let width = message(state, notice, area, buf);
        if width + usize::from(right_width) + 2 > usize::from(area.width) {
            return;
        }
    } else if state.modals.is_empty() {
        // Over a dialog its own keys count, and it says them itself.
        for hint in hints(state, room) {
            let x = area.x + hint.start;
            let (x, y) = buf.set_stringn(x, area.y, &hint.key, usize::from(area.right() - x), theme.key_hint);
            let left = usize::from(area.right().saturating_sub(x + 1));
            let _ = buf.set_stringn(x + 1, y, &hint.label, left, theme.dim);
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

/// Draws a message, wrapped; returns the columns it takes of the last line.
fn message(state: &State, notice: &Notice, area: Rect, buf: &mut Buffer) -> usize {
    let theme = &state.theme;
    let style = match notice.level {
        Level::Done => theme.ok,
        Level::Info => theme.info,
        Level::Warning => theme.warn,
        Level::Error => theme.error,
    };
    let mut text = notice.text.replace('\n', " ");
    let edits = state.focus != Pane::Response && state.panes.typing(state.focus);
    if state.modals.is_empty() && edits {
        // The keys that say so are beneath the message, and the next key is typed. A search or a filter edits nothing.
        text.push_str(" · still editing");
    }
    let room = usize::from(area.width.saturating_sub(4));
    let mut lines = wrap(&text, room);
    if lines.len() > MOST_LINES {
        lines.truncate(MOST_LINES);
        let key = state.keymap.chord_for(Action::App(App::Palette), &[Context::Anywhere]);
        let rest = key.map(|key| format!("… · {key} messages")).unwrap_or_default();
        if let Some(last) = lines.last_mut() {
            *last = format!(
                "{}{rest}",
                glyphs::elide(last, room.saturating_sub(rest.width())).trim_end_matches('…')
            );
        }
    }
    let height = u16::try_from(lines.len()).unwrap_or(1).min(area.bottom());
    let top = area.bottom() - height;
    let block = Rect { y: top, height, ..area };
    if height > 1 {
        Clear.render(block, buf);
        buf.set_style(block, theme.popup);
    }
    let ground = if height > 1 { theme.popup } else { theme.base };
    let mark = Position::new(area.x + 1, top);
    glyphs::put_text(buf, mark, notice.level.mark(), 1, ground.patch(style));
    for (line, y) in lines.iter().zip(top..) {
        glyphs::put_text(buf, Position::new(area.x + 3, y), line, room, ground.patch(style));
    }
    if height > 1 {
        return usize::from(area.width);
    }
    3 + lines.first().map_or(0, |line| line.width())
}

#[cfg(test)]
mod tests {
    use crate::tui::harness::Harness;
    use crate::tui::panes::Pane;
    use crate::tui::shared::Level;

    fn last(harness: &Harness) -> String {
        harness.screen().lines().last().unwrap_or_default().to_owned()
    }

    #[test]
    fn sending_and_help_are_hinted_everywhere() {
        for size in [(60, 16), (80, 24), (120, 40)] {
            for pane in ["1", "2", "3", "4"] {
                let mut harness = Harness::new(size.0, size.1);
                let line = last(harness.press("2j<enter>").press(pane));
                for hint in ["^J send", "? help"] {
                    assert!(line.contains(hint), "{size:?}, pane {pane}: {line}");
                }
            }
        }
    }

    #[test]
    fn the_request_that_would_be_sent_is_named_when_the_cursor_is_on_another() {
        let mut harness = Harness::new(120, 40);
        harness.press("j<enter>");
        harness.state.focus = Pane::Collections;
        assert!(last(&harness).contains("^J send  "), "{}", last(&harness));
        harness.press("j");
        assert!(last(&harness).contains("^J send Get token  "), "{}", last(&harness));
        harness.press("3");
        assert!(last(&harness).contains("^J send  "), "{}", last(&harness));
        let mut narrow = Harness::new(60, 16);
        narrow.press("j<enter>2j");
        let line = last(&narrow);
        assert!(line.contains("↵ open") && line.contains("^J send Get"), "{line}");
    }

    #[test]
    fn that_secrets_are_shown_is_said_only_as_long_as_they_are() {
        let mut harness = Harness::new(120, 40);
        harness.press("j<enter>v");
        assert!(last(&harness).contains("secrets are shown"), "{}", last(&harness));
        harness.now += jiff::SignedDuration::from_secs(32);
        harness.event(crate::tui::event::Event::Tick);
        assert!(!harness.state.shared.revealed);
        assert!(
            last(&harness).contains("secrets are hidden again"),
            "{}",
            last(&harness)
        );
        // Also where something was said behind it.
        harness.press("v");
        harness
            .state
            .shared
            .workspace
            .problems
            .push(crate::model::problem::Problem {
                file: "collections/a/x.toml".into(),
                at: None,
                message: "no".to_owned(),
                hint: None,
                warning: false,
            });
        crate::tui::loading::warn(&mut harness.state);
        assert!(
            last(&harness).contains("secrets are shown; 1 file"),
            "{}",
            last(&harness)
        );
        harness.now += jiff::SignedDuration::from_secs(32);
        harness.event(crate::tui::event::Event::Tick);
        assert!(
            last(&harness).contains("secrets are hidden again; 1 file"),
            "{}",
            last(&harness)
        );
    }

    #[test]
    fn a_message_does_not_hide_that_one_types() {
        let mut harness = Harness::new(120, 40);
        harness.press("j<enter>3<enter>");
        harness.state.shared.notify(Level::Done, "saved");
        assert!(last(&harness).contains("✓ saved · still editing"), "{}", last(&harness));
        harness.press("<esc>");
        harness.state.shared.notify(Level::Done, "saved");
        let line = last(&harness);
        assert!(line.contains("✓ saved") && !line.contains("editing"), "{line}");
    }

    #[test]
    fn enter_is_called_what_it_does_where_the_cursor_is() {
        let mut harness = Harness::new(80, 24);
        harness.press("j<enter>3[[[");
        // A parameter; auth, its type first; the body's type; the settings.
        for (keys, word) in [
            ("", "edit"),
            ("]", "choose"),
            ("j", "edit"),
            ("]]", "choose"),
            ("]]", "switch"),
        ] {
            let line = last(harness.press(keys));
            assert!(line.contains(&format!("↵ {word} ")), "{keys}: {line}");
        }
        harness.press("[[[[toauth2<enter>");
        let folds = (0..20).any(|_| last(harness.press("j")).contains("↵ fold "));
        assert!(folds, "{}", harness.screen());
    }

    #[test]
    fn a_dialog_has_its_own_keys() {
        let mut harness = Harness::new(120, 40);
        harness.press("j<enter>2<ctrl-e>");
        let line = last(&harness);
        assert!(!line.contains("new request") && !line.contains("^J"), "{line}");
        assert!(line.contains("demo · no token"), "{line}");
    }
}

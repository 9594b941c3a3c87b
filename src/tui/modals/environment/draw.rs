//! Drawing the editor: the table, what is told of the variable under the cursor, the keys.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line as Text;

use super::{EnvironmentEditor, details};
use crate::model::variable::Owner;
use crate::tui::modals::sheet::blank_behind;
use crate::tui::panes::View;
use crate::tui::variables::Line;
use crate::tui::widgets::{frame, glyphs, popup};

/// The window's largest size.
const LARGEST: (u16, u16) = (128, 30);

/// The keys while nothing is typed, the most useful first.
const KEYS: [(&str, &str); 10] = [
    ("↵", "edit"),
    ("a", "add"),
    ("d", "delete"),
    ("s", "secret"),
    ("v", "reveal"),
    ("p", "into the file"),
    ("r", "reset"),
    ("Space", "on/off"),
    ("u", "undo"),
    ("y", "copy"),
];
/// The same where Postman's file is only looked at: current values can be set all the same.
const LOOKING: [(&str, &str); 5] = [
    ("I", "import, to change it"),
    ("↵", "edit"),
    ("v", "reveal"),
    ("r", "reset"),
    ("y", "copy"),
];
/// The keys while a cell is typed into.
const TYPING: [(&str, &str); 5] = [
    ("↵", "keep"),
    ("M-s", "secret"),
    ("M-v", "reveal"),
    ("Tab", "next cell"),
    ("Esc", "done"),
];

/// Where the parts are.
pub struct Places {
    /// The window with its frame.
    pub window: Rect,
    /// The table.
    pub table: Rect,
    /// What is told of the variable.
    pub details: Rect,
    /// The keys.
    pub keys: Rect,
}

/// Places the parts; sizes depend on the screen alone, so that nothing jumps.
pub fn places(screen: Rect) -> Places {
    let air = if screen.width >= 80 { 6 } else { 2 };
    let width = screen.width.saturating_sub(air).min(LARGEST.0);
    // The last line is the footer's: it has a word for what was done.
    let above = Rect {
        height: screen.height.saturating_sub(1),
        ..screen
    };
    let height = above.height.saturating_sub(2).min(LARGEST.1);
    let window = popup::centre(above, width, height);
    let inner = frame::inner(window);
    let told = (inner.height / 3).clamp(1, 11);
    let table = Rect {
        height: inner.height.saturating_sub(told + 2),
        ..inner
    };
    Places {
        window,
        table,
        details: Rect::new(inner.x, table.bottom(), inner.width, told.min(inner.height)),
        keys: Rect::new(inner.x, inner.bottom().saturating_sub(1), inner.width, 1),
    }
}

/// Draws it.
pub fn draw(editor: &EnvironmentEditor, view: View<'_>, screen: Rect, buf: &mut Buffer) -> Option<Position> {
    let theme = view.theme;
    let places = places(screen);
    let content = editor.content(view.shared);
    let title = match (editor.id, &content) {
        (None, _) => "Globals".to_owned(),
        (_, Some((environment, _))) if view.shared.read_only.is_some() => {
            format!("Environment {} ─ read only", environment.name)
        }
        (_, Some((environment, _))) => format!("Environment {}", environment.name),
        (_, None) => "Environment".to_owned(),
    };
    blank_behind(places.window, theme, buf);
    popup::draw(title, theme.popup, &theme.popup_frame(), places.window, buf);
    if editor.gone || content.is_none() {
        let text = "It was deleted meanwhile. Any key closes this.";
        let room = usize::from(places.table.width);
        glyphs::put_text(
            buf,
            places.table.as_position(),
            text,
            room,
            theme.popup.patch(theme.warn),
        );
        return None;
    }
    let mut styles = theme.table();
    styles.text = theme.popup;
    styles.editor.text = theme.field;
    styles.row = theme.popup;
    let caret = editor.table.draw(&styles, None, places.table, buf, true);
    draw_details(editor, view, places.details, buf);
    draw_keys(editor, view, places.keys, buf);
    caret
}

/// What hides both values of the environment's variable, as the address of the demo server does.
fn overriding<'a>(editor: &EnvironmentEditor, key: &str, view: View<'a>) -> Option<&'a str> {
    let (_, Owner::Environment(slug)) = editor.content(view.shared)? else {
        return None;
    };
    let mut overrides = view.shared.overrides.iter().rev();
    overrides
        .find(|(own, overridden, _)| (own.is_empty() || *own == slug) && overridden == key)
        .and_then(|(.., value)| value.as_deref())
}

/// That a name stands in several rows, which files of Postman's have and nobody sees in a long table.
fn again(editor: &EnvironmentEditor, line: &Line, view: View<'_>) -> Option<Text<'static>> {
    let is_same = |other: &&Line| other.variable.is_some() && other.enabled() && other.key == line.key;
    let all = editor.lines.iter().filter(is_same).count();
    let text = format!("again: {all} rows have this name, and the last one counts");
    (all > 1 && line.enabled()).then(|| Text::styled(text, view.theme.warn))
}

fn draw_details(editor: &EnvironmentEditor, view: View<'_>, area: Rect, buf: &mut Buffer) {
    let theme = view.theme;
    if area.is_empty() {
        return;
    }
    let room = usize::from(area.width);
    let rule = "─".repeat(room);
    glyphs::put_text(buf, area.as_position(), &rule, room, theme.popup.patch(theme.hatch));
    let mut told = match editor.line() {
        Some(line) => {
            let override_ = overriding(editor, &line.key, view);
            let told = details::lines(line, override_, view, room, usize::from(area.height));
            again(editor, line, view).into_iter().chain(told).collect()
        }
        None if view.shared.read_only.is_some() => Vec::new(),
        None => vec![Text::styled(
            "Initial values are in the file and shared; current ones are this machine's and hide them.",
            theme.dim,
        )],
    };
    if view.shared.read_only.is_some() && view.shared.workspace.collections().is_empty() {
        let text = "This is only looked at. `postrider COLLECTION -e FILE` opens a collection with it.";
        told.push(Text::styled(text, theme.dim));
    }
    for (line, y) in told.iter().zip(area.y + 1..=area.bottom()) {
        let mut x = area.x;
        for span in &line.spans {
            let room = usize::from(area.right().saturating_sub(x));
            let style = theme
                .popup
                .patch(line.style)
                .patch(span.style)
                .bg(theme.popup.bg.unwrap_or_default());
            let used = glyphs::put_text(buf, Position::new(x, y), &span.content, room, style);
            x = x.saturating_add(u16::try_from(used).unwrap_or(u16::MAX));
        }
    }
}

fn draw_keys(editor: &EnvironmentEditor, view: View<'_>, area: Rect, buf: &mut Buffer) {
    let theme = view.theme;
    let typing = editor.table.is_editing();
    let refuses = view.shared.read_only.is_some() && editor.refusal(view.shared).is_some();
    let keys: &[(&str, &str)] = match typing {
        true => &TYPING,
        false if view.shared.read_only.is_some() => &LOOKING,
        false => &KEYS,
    };
    // The way out is always there, at the right end.
    let out = if typing { "" } else { "Esc close" };
    let end = area.right().saturating_sub(u16::try_from(out.len()).unwrap_or(0));
    if !typing {
        let at = Position::new(end, area.y);
        glyphs::put_text(buf, at, "Esc", 3, theme.popup.patch(theme.key_hint));
        let at = Position::new(end + 4, area.y);
        glyphs::put_text(buf, at, "close", 5, theme.popup.patch(theme.dim));
    }
    let mut x = area.x;
    for (key, does) in keys.iter().filter(|(key, _)| !refuses || *key != "↵") {
        let width = glyphs::width(key) + 1 + glyphs::width(does);
        if usize::from(end.saturating_sub(x)) < width + 2 {
            break;
        }
        let used = glyphs::put_text(
            buf,
            Position::new(x, area.y),
            key,
            width,
            theme.popup.patch(theme.key_hint),
        );
        x += u16::try_from(used).unwrap_or(0) + 1;
        let used = glyphs::put_text(buf, Position::new(x, area.y), does, width, theme.popup.patch(theme.dim));
        x += u16::try_from(used).unwrap_or(0) + 2;
    }
}

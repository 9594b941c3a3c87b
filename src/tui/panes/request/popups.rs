//! What a variable means, in a popover while typing and in the frame's last line otherwise; and the names to choose from.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::State;
use super::complete::Completion;
use crate::exec;
use crate::model::template::tokens;
use crate::tui::panes::View;
use crate::tui::widgets::{glyphs, popup};
use crate::vars;

/// Names shown at once.
const ROWS: usize = 6;

/// What is known of a variable.
struct Meaning {
    value: String,
    scope: String,
    set_by: String,
    missing: bool,
}

fn explain(name: &str, state: &State, view: View<'_>) -> Meaning {
    let facts = &state.facts;
    let token = facts.tokens.iter().find(|(token, _)| token == name);
    let Some(found) = vars::explain(name, &facts.scopes) else {
        if let Some(variable) = vars::env_name(name) {
            return Meaning {
                value: "taken when it is sent, once you have agreed".to_owned(),
                scope: format!("${variable} of the process"),
                set_by: String::new(),
                missing: false,
            };
        }
        if let Some(key) = name.strip_prefix(exec::vault::PREFIX) {
            let missing = !facts.comes_later(name);
            let value = if missing {
                format!("the vault has no `{key}`")
            } else {
                "taken when it is sent, once you have agreed".to_owned()
            };
            return Meaning {
                value,
                scope: "your vault".to_owned(),
                set_by: String::new(),
                missing,
            };
        }
        let dynamic = vars::dynamic::is_name(name);
        return Meaning {
            value: if dynamic {
                "made anew at each send"
            } else {
                "no value in any scope"
            }
            .to_owned(),
            scope: if dynamic { "dynamic" } else { "" }.to_owned(),
            set_by: String::new(),
            missing: !dynamic,
        };
    };
    let is_token = |name: &String| facts.tokens.iter().any(|(token, _)| token == name);
    let secret = found.secret || token.is_some() || found.used.iter().any(is_token);
    let hidden = secret && !view.shared.revealed && !found.value.is_empty();
    let set_by = match (found.set_by.as_str(), token) {
        ("", Some((_, Some(request)))) => format!("filled by {request}"),
        ("", _) => String::new(),
        (who, _) => format!("set by {who}"),
    };
    Meaning {
        missing: found.value.is_empty(),
        value: match found.value {
            _ if hidden => "••••••••".to_owned(),
            value if value.is_empty() => "empty".to_owned(),
            value => value,
        },
        scope: view.shared.scope_label(found.scope, &facts.scopes),
        set_by,
    }
}

/// One line about the variables of the selected cell or field: `{{base_url}} = http://… · environment demo`.
pub(super) fn meaning(state: &State, view: View<'_>) -> Line<'static> {
    if !view.focused || state.editor().is_some() {
        return Line::default();
    }
    let Some(text) = state.section().and_then(|section| section.selected_text()) else {
        return Line::default();
    };
    let mut spans: Vec<Span<'static>> = Vec::new();
    for token in tokens(text).filter(|token| !token.name.is_empty()).take(2) {
        let meaning = explain(token.name, state, view);
        if !spans.is_empty() {
            spans.push(Span::styled("   ", view.theme.dim));
        }
        let (name, value) = if meaning.missing {
            (view.theme.variable_missing, view.theme.warn)
        } else {
            (view.theme.variable, view.theme.base)
        };
        spans.push(Span::styled(
            glyphs::elide(&format!("{{{{{}}}}}", token.name), 24),
            name,
        ));
        spans.push(Span::styled(format!(" {}", glyphs::elide(&meaning.value, 30)), value));
        if !meaning.scope.is_empty() {
            spans.push(Span::styled(
                format!(" · {}", glyphs::elide(&meaning.scope, 24)),
                view.theme.dim,
            ));
        }
        if !meaning.set_by.is_empty() {
            spans.push(Span::styled(
                format!(" · {}", glyphs::elide(&meaning.set_by, 30)),
                view.theme.dim,
            ));
        }
    }
    spans.into()
}

/// Draws what belongs beside the caret.
pub(super) fn draw(state: &State, view: View<'_>, area: Rect, caret: Option<Position>, buf: &mut Buffer) {
    let Some(caret) = caret else { return };
    if let Some(completion) = &state.completion {
        return list(completion, view, area, caret, buf);
    }
    let Some((part, editor)) = state.editor() else { return };
    if !part.is_template() || editor.is_masked() || state.saved {
        return;
    }
    if let Some(name) = editor.variable_at_cursor() {
        popover(&name, state, view, area, caret, buf);
    }
}

fn popover(name: &str, state: &State, view: View<'_>, area: Rect, caret: Position, buf: &mut Buffer) {
    let theme = view.theme;
    let meaning = explain(name, state, view);
    let value = if meaning.missing { theme.warn } else { theme.popup };
    let mut lines = vec![(meaning.value, value)];
    let whence: Vec<String> = [meaning.scope, meaning.set_by]
        .into_iter()
        .filter(|word| !word.is_empty())
        .collect();
    if !whence.is_empty() {
        lines.push((whence.join(" · "), theme.dim));
    }
    let widest = lines.iter().map(|(line, _)| glyphs::width(line)).max().unwrap_or(0);
    let width = u16::try_from(widest.max(glyphs::width(name) + 4) + 6)
        .unwrap_or(60)
        .clamp(16, 60);
    let height = u16::try_from(lines.len()).unwrap_or(2) + 2;
    let room = popup::beside(area, Position::new(caret.x.saturating_sub(3), caret.y), width, height);
    if room.height < 3 {
        return;
    }
    let title = glyphs::elide(&format!("{{{{{name}}}}}"), usize::from(width.saturating_sub(6)));
    let inner = popup::draw(title, theme.popup, &theme.popup_frame(), room, buf);
    for ((line, style), y) in lines.iter().zip(inner.y..inner.bottom()) {
        glyphs::put_text(
            buf,
            Position::new(inner.x, y),
            line,
            usize::from(inner.width),
            theme.popup.patch(*style),
        );
    }
}

fn list(completion: &Completion, view: View<'_>, area: Rect, caret: Position, buf: &mut Buffer) {
    let theme = view.theme;
    let rows = completion.items.len().min(ROWS);
    let names = completion
        .items
        .iter()
        .map(|item| glyphs::width(&item.name))
        .max()
        .unwrap_or(0)
        .clamp(8, 28);
    let width = u16::try_from(names + 40)
        .unwrap_or(60)
        .min(area.width.saturating_sub(2));
    let typed = u16::try_from(glyphs::width(&completion.prefix)).unwrap_or(0) + 2;
    let at = Position::new(caret.x.saturating_sub(typed), caret.y);
    let room = popup::beside(area, at, width, u16::try_from(rows).unwrap_or(1) + 2);
    if room.height < 3 {
        return;
    }
    let inner = popup::draw("variables", theme.popup, &theme.popup_frame(), room, buf);
    let height = usize::from(inner.height);
    let top = crate::tui::widgets::scroll::follow(0, completion.at, completion.items.len(), height, 0);
    for ((n, item), y) in completion
        .items
        .iter()
        .enumerate()
        .skip(top)
        .zip(inner.y..inner.bottom())
    {
        let line = Rect::new(inner.x, y, inner.width, 1);
        let base = if n == completion.at {
            theme.popup.patch(theme.selected)
        } else {
            theme.popup
        };
        buf.set_style(line, base);
        let whole = usize::from(inner.width);
        let used = names.min(whole);
        glyphs::put_text(buf, line.as_position(), &item.name, used, base.patch(theme.variable));
        let scope = glyphs::elide(&item.scope, 16.min(whole.saturating_sub(used + 2)));
        let scope_width = glyphs::width(&scope);
        let value = whole.saturating_sub(used + 2 + scope_width + 2);
        let x = |columns: usize| Position::new(inner.x + u16::try_from(columns).unwrap_or(0), y);
        glyphs::put_text(buf, x(used + 2), &item.value, value, base);
        if scope_width > 0 {
            glyphs::put_text(buf, x(whole - scope_width), &scope, scope_width, base.patch(theme.dim));
        }
    }
}

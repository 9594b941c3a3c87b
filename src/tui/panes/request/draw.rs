//! Drawing the pane.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::part::Part;
use super::places::{Places, places};
use super::section::{Section, Widget};
use super::{Action, Spot, State, Tab, form, popups, values};
use crate::model::{Body, Entity, Filed};
use crate::tui::action::{Action as Any, App, Nav};
use crate::tui::keymap::Context;
use crate::tui::panes::{View, environments};
use crate::tui::shared::Running;
use crate::tui::widgets::frame::Frame;
use crate::tui::widgets::{glyphs, hatch, tabs};

/// Draws the pane.
pub fn draw(state: &State, view: View<'_>, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let theme = view.theme;
    let Some(entity) = &state.seen else {
        let inner = Frame::new("3 Request")
            .focused(view.focused)
            .draw(&theme.frame(), area, buf);
        hatch::draw(&nothing_open(view), &theme.hatching(), inner, buf);
        return None;
    };
    let room = usize::from(area.width.saturating_sub(6));
    let right = running(state, view);
    let places = places(state, area);
    Frame::new(title(state, entity, view, room, &right))
        .right(right)
        .bottom(bottom(state, view, &places))
        .focused(view.focused)
        .draw(&theme.frame(), area, buf);
    if places.panel.width == 0 {
        return None;
    }
    let mut caret = head(state, entity, view, &places, buf);
    note(state, view, &places, buf);
    let drawn: Vec<tabs::Tab> = Tab::of(entity).iter().map(|tab| tab.drawn(entity)).collect();
    tabs::draw(&drawn, active_tab(state, entity), &theme.tabs(), places.tabs, buf);
    for (n, (section, (heading, body))) in state.sections.iter().zip(&places.sections).enumerate() {
        let active = view.focused && state.spot == Spot::Section(n);
        if !heading.is_empty() {
            let style = if active { theme.strong } else { theme.dim };
            let words = section.part.heading().unwrap_or_default();
            glyphs::put_text(buf, heading.as_position(), words, usize::from(heading.width), style);
        }
        if !body.is_empty() {
            caret = self::section(state, section, view, *body, active, buf).or(caret);
        }
    }
    blank(state, entity, view, &places, buf);
    if view.focused {
        popups::draw(state, view, area, caret, buf);
    }
    caret
}

fn nothing_open(view: View<'_>) -> String {
    let key = |action, places: &[Context]| {
        let chord = view.keymap.chord_for(action, places);
        chord.map_or_else(|| "?".to_owned(), |chord| chord.to_string())
    };
    let tree = key(Any::App(App::FocusCollections), &[Context::Normal]);
    let open = key(Any::Nav(Nav::Open), &[Context::Normal]);
    if view.shared.read_only.is_some() && view.shared.workspace.collections().is_empty() {
        let import = key(Any::App(App::Import), &[Context::Normal, Context::Anywhere]);
        let list = key(Any::App(App::FocusEnvironments), &[Context::Normal]);
        return format!(
            "This file has variables and no requests. `{list}` goes to its environment, `{open}` there makes it active, \
             `{import}` imports it into a workspace; `postrider COLLECTION -e FILE` opens it with a collection."
        );
    }
    let new = key(Any::App(App::NewRequest), &[Context::Anywhere]);
    format!(
        "Nothing is open. `{tree}` goes to the collections, `{open}` opens a request there. `{new}` starts a new one."
    )
}

/// What the selected cell's variables mean, else which row of how many it is.
fn bottom(state: &State, view: View<'_>, places: &Places) -> Line<'static> {
    let meaning = popups::meaning(state, view);
    let active = state.active().filter(|_| meaning.spans.is_empty() && view.focused);
    let position = active.and_then(|at| {
        let (_, body) = places.sections.get(at)?;
        state.sections.get(at)?.position(body.height)
    });
    let origin = active
        .and_then(|_| values::line(state))
        .map(crate::tui::variables::Line::origin);
    match position {
        _ if let Some(origin) = origin => {
            // The frame leaves out what does not fit.
            let room = usize::from(places.panel.width).saturating_sub(4);
            Line::styled(glyphs::elide(&origin, room), view.theme.dim)
        }
        Some((row, count)) => Line::styled(format!("{row}/{count}"), view.theme.dim),
        None => meaning,
    }
}

fn active_tab(state: &State, entity: &Entity) -> usize {
    let tab = state.tab();
    Tab::of(entity).iter().position(|own| *own == tab).unwrap_or(0)
}

/// The number and the first column of each tab on the screen.
pub(super) fn tab_places(state: &State, entity: &Entity, width: u16) -> Vec<(usize, u16)> {
    let drawn: Vec<tabs::Tab> = Tab::of(entity).iter().map(|tab| tab.drawn(entity)).collect();
    let boxes = tabs::layout(&drawn, active_tab(state, entity), width);
    boxes
        .into_iter()
        .map(|found| (found.index, found.columns.start))
        .collect()
}

/// The tab at a column.
pub(super) fn tab_at(state: &State, entity: &Entity, width: u16, x: u16) -> Option<usize> {
    let drawn: Vec<tabs::Tab> = Tab::of(entity).iter().map(|tab| tab.drawn(entity)).collect();
    tabs::hit(&drawn, active_tab(state, entity), width, x)
}

/// `3 Get token ● ─ Pydio Cells › Users`; where it lives goes first when there is no room.
fn title<'a>(state: &State, entity: &Entity, view: View<'_>, room: usize, right: &Line<'_>) -> Line<'a> {
    let theme = view.theme;
    let mut spans = vec![Span::raw("3 "), Span::raw(entity.name().to_owned())];
    let Some(id) = state.node else { return spans.into() };
    if view.shared.workspace.is_dirty(id) {
        spans.push(Span::styled(" ●", theme.unsaved));
    }
    if view.shared.is_lost(Filed::Node(id)) {
        spans.push(Span::styled(" deleted on disk", theme.warn));
    } else if view.shared.contested.contains(&Filed::Node(id)) {
        spans.push(Span::styled(" changed on disk", theme.warn));
    }
    let crumbs = match view.shared.breadcrumbs(id) {
        crumbs if !crumbs.is_empty() => crumbs,
        _ if entity.is_group() => "collection".to_owned(),
        _ => "saved nowhere yet".to_owned(),
    };
    let used: usize = spans.iter().map(|span| glyphs::width(&span.content)).sum();
    let right: usize = right.spans.iter().map(|span| glyphs::width(&span.content)).sum();
    let left = room.saturating_sub(used + right + 2);
    if left >= 10 {
        spans.push(Span::styled(
            format!(" ─ {}", glyphs::elide(&crumbs, left - 3)),
            theme.dim,
        ));
    }
    spans.into()
}

/// A spinner, the phase and the time, while the item's request runs.
fn running(state: &State, view: View<'_>) -> Line<'static> {
    let Some(Running { phase, started, .. }) = state.node.and_then(|id| view.shared.running.get(&id)) else {
        return Line::default();
    };
    let millis = view.shared.now.duration_since(*started).as_millis().max(0);
    let seconds = millis / 1000;
    let elapsed = if seconds < 60 {
        format!("{seconds}.{} s", millis % 1000 / 100)
    } else {
        format!("{}:{:02} min", seconds / 60, seconds % 60)
    };
    Line::from(vec![
        Span::styled(
            format!("{} ", environments::spinner(view.shared.now)),
            view.theme.accent,
        ),
        Span::styled(format!("{} ", phase.words()), view.theme.info),
        Span::styled(elapsed, view.theme.dim),
    ])
}

/// Method and URL, or what a group is.
fn head(state: &State, entity: &Entity, view: View<'_>, places: &Places, buf: &mut Buffer) -> Option<Position> {
    let theme = view.theme;
    let Entity::Request(request) = entity else {
        let below = state
            .node
            .map_or(0, |id| view.shared.workspace.requests_below(id).len());
        let path = state.node.and_then(|id| view.shared.workspace.path(id));
        let path = path.map(|path| format!(" · collections/{path}")).unwrap_or_default();
        let plural = if below == 1 { "" } else { "s" };
        let text = format!("{} · {below} request{plural}{path}", entity.kind());
        glyphs::put_text(
            buf,
            places.url.as_position(),
            &text,
            usize::from(places.url.width),
            theme.dim,
        );
        return None;
    };
    let style = theme.method(request.method.as_str());
    let width = usize::from(places.method.width);
    glyphs::put_text(buf, places.method.as_position(), &state.badge, width, style);
    let here = view.focused && state.spot == Spot::Url;
    let mut styles = theme.editor();
    styles.text = match (here, state.url_typing) {
        (true, false) => theme.base.patch(theme.selected),
        _ => theme.base.patch(theme.field),
    };
    let typing = here && state.url_typing;
    state.url.draw(&styles, Some(&state.facts), places.url, buf, typing)
}

/// The word before what is missing when it may be missing for want of an environment, and the key that chooses one.
fn no_environment(view: View<'_>) -> Vec<(String, Style)> {
    let theme = view.theme;
    let mut pieces = vec![("no environment is active · ".to_owned(), theme.warn)];
    let choose = view
        .keymap
        .chord_for(Any::App(App::SwitchEnvironment), &[Context::Anywhere]);
    let some = !view.shared.workspace.environments().is_empty();
    if let Some(chord) = choose.filter(|_| some) {
        pieces.push((chord.to_string(), theme.key_hint));
        pieces.push((" chooses one · ".to_owned(), theme.dim));
    }
    pieces
}

/// What is missing before sending, else the URL as it will be sent.
fn note(state: &State, view: View<'_>, places: &Places, buf: &mut Buffer) {
    if places.note.is_empty() {
        return;
    }
    let theme = view.theme;
    let room = usize::from(places.note.width);
    let Some(problem) = &state.facts.problem else {
        let preview = Some(&state.facts.preview).filter(|preview| !preview.is_empty());
        let renewed: Vec<String> = state
            .facts
            .renewed
            .iter()
            .map(|token| format!("{{{{{token}}}}}"))
            .collect();
        let of_group = state.seen.as_ref().is_some_and(Entity::is_group);
        let who = if of_group {
            "the next send below renews"
        } else {
            "the send renews"
        };
        let told = [
            preview.map(|preview| format!("→ {preview}")),
            (!renewed.is_empty()).then(|| format!("{who} {}", renewed.join(", "))),
        ];
        let told: Vec<String> = told.into_iter().flatten().collect();
        if !told.is_empty() {
            // A group has no method that this could stand below.
            let column = places.url.x.saturating_sub(2).max(places.note.x);
            let at = Position::new(column, places.note.y);
            let room = usize::from(places.note.right().saturating_sub(column));
            glyphs::put_text(buf, at, &told.join(" · "), room, theme.dim);
        }
        return;
    };
    let mut names: Vec<String> = problem
        .names
        .iter()
        .take(3)
        .map(|name| format!("{{{{{name}}}}}"))
        .collect();
    if problem.names.len() > 3 {
        names.push(format!("{} more", problem.names.len() - 3));
    }
    let chord = view.keymap.chord_for(Any::App(App::RenewToken), &[Context::Anywhere]);
    let mut pieces = vec![
        ("! ".to_owned(), theme.warn),
        (names.join(", "), theme.variable_missing),
        (format!(" {}", problem.what), theme.warn),
        (problem.whose.clone(), theme.dim),
    ];
    if let (Some(request), Some(chord)) = (&problem.token_request, chord) {
        pieces.push((" · ".to_owned(), theme.dim));
        pieces.push((chord.to_string(), theme.key_hint));
        pieces.push((format!(" runs {request}"), theme.dim));
    }
    if let Some((name, home)) = &problem.home {
        let chord = view.keymap.chord_for(Any::App(App::Save), &[Context::Anywhere]);
        let chord = chord.map(|chord| chord.to_string()).unwrap_or_default();
        pieces.truncate(1);
        pieces.extend([
            (format!("{{{{{name}}}}}"), theme.variable_missing),
            (format!(" is in {}: ", glyphs::elide(home, 24)), theme.warn),
            (chord, theme.key_hint),
            (" saves into it".to_owned(), theme.dim),
        ]);
    } else if problem.no_environment {
        pieces.truncate(3);
        pieces.splice(1..1, no_environment(view));
    } else if pieces.iter().map(|(text, _)| glyphs::width(text)).sum::<usize>() > room {
        // The key says more than where the variable stands.
        pieces.remove(3);
    }
    let mut used = 0;
    for (text, style) in pieces {
        let at = Position::new(places.note.x + u16::try_from(used).unwrap_or(0), places.note.y);
        used += glyphs::put_text(buf, at, &text, room - used, style);
        if used >= room {
            break;
        }
    }
}

fn section(
    state: &State,
    section: &Section,
    view: View<'_>,
    body: Rect,
    active: bool,
    buf: &mut Buffer,
) -> Option<Position> {
    let theme = view.theme;
    let facts = &state.facts;
    match &section.widget {
        Widget::Table(table) => table.draw(&theme.table(), Some(facts), body, buf, active),
        Widget::Form(form) => form.draw(theme, facts, body, buf, active),
        Widget::Area { editor, writing } => {
            let lookup = section.part.is_template().then_some(facts as _);
            let caret = editor.draw(&theme.editor(), lookup, body, buf, active && *writing);
            if active && !*writing {
                let chord = view.keymap.chord_for(Any::Nav(Nav::Open), &[Context::Normal]);
                let text = format!(" {} edits ", chord.map(|chord| chord.to_string()).unwrap_or_default());
                let width = u16::try_from(glyphs::width(&text)).unwrap_or(0);
                if width < body.width {
                    let at = Position::new(body.right() - width, body.y);
                    glyphs::put_text(buf, at, &text, usize::from(width), theme.selected);
                }
            }
            caret
        }
        Widget::Choice(text) => {
            let mut styles = theme.editor();
            if active {
                styles.text = theme.base.patch(theme.selected);
                // In reverse what is dim would be a block of another colour.
                styles.mark = styles.text;
            }
            let label = if section.part == Part::AuthType {
                "Auth: "
            } else {
                "Body: "
            };
            let used = glyphs::put_text(buf, body.as_position(), label, usize::from(body.width), theme.dim);
            let used = u16::try_from(used).unwrap_or(0);
            let width = glyphs::width(text).min(usize::from(body.width - used));
            let room = Rect {
                x: body.x + used,
                width: u16::try_from(width).unwrap_or(0),
                ..body
            };
            form::draw_text(text, &styles, facts, room, buf);
            let chord = view.keymap.chord_for(Any::Request(Action::Type), &[Context::Request]);
            if let Some(chord) = chord.filter(|_| room.right() + 14 <= body.right()) {
                let at = Position::new(room.right() + 2, body.y);
                let key = chord.to_string();
                let used = glyphs::put_text(buf, at, &key, 6, theme.key_hint);
                let at = Position::new(at.x + u16::try_from(used).unwrap_or(0) + 1, at.y);
                glyphs::put_text(buf, at, "changes", 7, theme.dim);
            }
            None
        }
    }
}

/// Where there is nothing to show, what fills it.
fn blank(state: &State, entity: &Entity, view: View<'_>, places: &Places, buf: &mut Buffer) {
    let empty = match (state.tab(), entity) {
        (Tab::Body, Entity::Request(request)) => matches!(request.body, Body::None | Body::Unknown { .. }),
        _ => false,
    };
    let used = places.sections.iter().map(|(_, body)| body.bottom()).max().unwrap_or(0);
    let room = Rect {
        y: used + 1,
        height: places.panel.bottom().saturating_sub(used + 1),
        ..places.panel
    };
    if empty && room.height > 0 {
        let chord = view.keymap.chord_for(Any::Request(Action::Type), &[Context::Request]);
        let chord = chord.map(|chord| chord.to_string()).unwrap_or_default();
        hatch::draw(
            &format!("No body. `{chord}` chooses a type."),
            &view.theme.hatching(),
            room,
            buf,
        );
    }
}

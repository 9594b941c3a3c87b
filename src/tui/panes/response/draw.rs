//! Drawing the pane: frame and title, tabs, notes, the body or a page, the search line.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use crate::model::Entity;
use crate::tui::action::{Action as Any, App, Nav};
use crate::tui::keymap::{Context, Keymap};
use crate::tui::panes::View;
use crate::tui::widgets::body::{Form, Hide, above};
use crate::tui::widgets::frame::{self, Frame};
use crate::tui::widgets::{escape, glyphs, hatch};

use super::place::Place;
use super::tab::{self, Tab};
use super::{Action, State, filter, notes, picture, title};

/// Rows of notes, at most.
const MOST_NOTES: u16 = 5;
/// From this height of the inside on there is a rule below the tabs.
const RULE_FROM: u16 = 14;

/// Where the parts of the pane are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Parts {
    pub tabs: Rect,
    pub notes: Rect,
    pub header: Rect,
    pub content: Rect,
    pub filter: Rect,
    pub search: Rect,
}

/// Shares out the pane's area; the content is what gives way last.
pub(super) fn parts(area: Rect, notes: usize, header: bool, filter: u16, search: bool) -> Parts {
    let inner = frame::inner(area);
    let tabs_height = if inner.height >= RULE_FROM { 2 } else { 1 }.min(inner.height);
    let mut left = inner.height - tabs_height;
    let search_height = u16::from(search && left > 0);
    left -= search_height;
    let filter_height = filter.min(left.saturating_sub(1));
    left -= filter_height;
    let notes_height = u16::try_from(notes)
        .unwrap_or(0)
        .min(left.saturating_sub(1))
        .min(MOST_NOTES);
    let tabs = Rect {
        height: tabs_height,
        ..inner
    };
    let notes = Rect {
        y: tabs.bottom(),
        height: notes_height,
        ..inner
    };
    left -= notes_height;
    let header_height = u16::from(header && left > 1);
    let header = Rect {
        y: notes.bottom(),
        height: header_height,
        ..inner
    };
    let content = Rect {
        y: header.bottom(),
        height: left - header_height,
        ..inner
    };
    let filter = Rect {
        y: content.bottom(),
        height: filter_height,
        ..inner
    };
    let search = Rect {
        y: filter.bottom(),
        height: search_height,
        ..inner
    };
    Parts {
        tabs,
        notes,
        header,
        content,
        filter,
        search,
    }
}

/// The key of an action as it is bound now, for words that name it.
pub(super) fn key(view: View<'_>, action: Any) -> String {
    key_of(view.keymap, action)
}

/// The same, for who does not draw.
pub(super) fn key_of(keymap: &Keymap, action: Any) -> String {
    keymap
        .chord_for(action, &[Context::Response, Context::Normal, Context::Anywhere])
        .map(|chord| chord.to_string())
        .unwrap_or_default()
}

pub(super) fn draw(state: &State, view: View<'_>, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let theme = view.theme;
    let place = state.place();
    let running = view.shared.open.and_then(|open| view.shared.running.get(&open));
    let (heading, right) = match (running, place) {
        (Some(running), _) => {
            let back = Some(super::back_word(state, view.shared)).filter(|_| view.focused);
            title::running(running, back.flatten(), view)
        }
        (None, Some(place)) => (
            title::done(
                place,
                state.shown.is_some_and(|node| state.earlier.is_at(node)),
                view,
                usize::from(area.width).saturating_sub(4),
            ),
            Line::default(),
        ),
        (None, None) => (title::plain(), Line::default()),
    };
    let frame = Frame::new(heading)
        .right(right)
        .bottom(bottom(state, view))
        .focused(view.focused);
    frame.draw(&theme.frame(), area, buf);
    let Some(place) = place else {
        return awaits(state, view, frame::inner(area), buf);
    };
    let parts = state.parts(area);
    tab::draw(&place.outcome, state.tab, theme, parts.tabs, buf);
    notes::draw(state.notes(), theme, parts.notes, buf);
    header(place, view, parts.header, buf);
    content(state, place, view, parts.content, buf);
    let kept = state.shown.and_then(|id| view.shared.workspace.request(id));
    let kept = kept.map_or("", |request| request.filter.as_str());
    let filtering = (!parts.filter.is_empty())
        .then(|| filter::draw(state, kept, view, parts.filter, buf))
        .flatten();
    let searching = (!parts.search.is_empty())
        .then(|| state.search.draw(&state.count(), theme, parts.search, buf))
        .flatten();
    filtering.or(searching)
}

/// No response: why, and below it the line that is typed in, if there is one.
fn awaits(state: &State, view: View<'_>, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let height = u16::from(super::typing(state)).min(area.height);
    let above = Rect {
        height: area.height - height,
        ..area
    };
    let line = Rect {
        y: above.bottom(),
        height,
        ..area
    };
    hatch::draw(&nothing(view), &view.theme.hatching(), above, buf);
    if line.is_empty() {
        return None;
    }
    if state.filter.typing {
        return filter::draw(state, "", view, line, buf);
    }
    state.search.draw(filter::NOTHING_YET, view.theme, line, buf)
}

/// The line that stays above the body: the names of a table's columns.
fn header(place: &Place, view: View<'_>, area: Rect, buf: &mut Buffer) {
    if let Some(body) = place.body.as_ref().filter(|_| !area.is_empty())
        && let Some(header) = body.header()
    {
        let redactor = &place.outcome.redactor;
        let header = if view.shared.revealed {
            header.to_owned()
        } else {
            redactor.redact(header)
        };
        let top = body.document.line_text(body.view.form(), body.view.top());
        let header = match top {
            Ok(Some(top)) => above(&header, &top),
            _ => header,
        };
        body.view
            .draw_header(&body.document, &header, &view.theme.body(), area, buf);
    }
}

fn content(state: &State, place: &Place, view: View<'_>, area: Rect, buf: &mut Buffer) {
    let theme = view.theme;
    if let (Tab::Body, Some(body)) = (state.tab, place.shown()) {
        if body.document.is_empty() {
            hatch::draw(&empty_body(place, view), &theme.hatching(), area, buf);
        } else {
            let redactor = place.redactor();
            let find = |bytes: &[u8]| redactor.find(bytes);
            let hide = Hide {
                find: &find,
                reach: redactor.reach(),
            };
            let hide = (!view.shared.revealed && !redactor.is_empty()).then_some(hide);
            let styles = theme.body();
            body.view.draw_hiding(&body.document, &styles, hide, area, buf);
            picture::draw(state, place, view, area, buf);
        }
        return;
    }
    if state.page.rows.is_empty() {
        hatch::draw(&empty_page(state.tab, view), &theme.hatching(), area, buf);
        return;
    }
    state.page.draw(place.seat(state.tab), theme, view.focused, area, buf);
}

/// The line of the cursor, and what kind of body it is.
fn bottom(state: &State, view: View<'_>) -> Line<'static> {
    let Some(place) = state.place() else {
        return Line::default();
    };
    if let (Tab::Body, Some(body)) = (state.tab, place.shown()) {
        if body.document.is_empty() {
            return Line::default();
        }
        let form = body.view.form();
        let more = if body.document.is_complete(form) { "" } else { "+" };
        let line = body.view.cursor_line(&body.document);
        let number = body.document.number_of(form, line);
        let at = format!("{number}/{}{more}", body.document.numbers(form));
        let mut marks = String::new();
        if form == Form::Pretty
            && let Some((path, _)) = place.way(line)
        {
            let room = usize::from(state.area.width).saturating_sub(at.len() + 30);
            let redactor = place.redactor();
            let path = if view.shared.revealed {
                path
            } else {
                redactor.redact(&path)
            };
            marks.push_str(&shortened(&escape::printable(&path), room));
            marks.push_str(" · ");
        }
        if state.wrap {
            marks.push_str("wrap · ");
        }
        return Line::from(format!("{marks}{at}"));
    }
    if state.page.cursor && !state.page.rows.is_empty() {
        return Line::from(format!(
            "{}/{}",
            place.seat(state.tab).cursor + 1,
            state.page.rows.len()
        ));
    }
    Line::default()
}

/// The end of a path, which says more than its start, in so many columns.
fn shortened(path: &str, room: usize) -> String {
    if glyphs::width(path) <= room {
        return path.to_owned();
    }
    let mut start = path.len();
    let mut width = 1;
    for glyph in glyphs::glyphs(path).collect::<Vec<_>>().into_iter().rev() {
        width += glyph.width;
        if width > room {
            break;
        }
        start = glyph.byte;
    }
    format!("{}{}", glyphs::ELLIPSIS, &path[start..])
}

/// What the pane says before anything was sent.
fn nothing(view: View<'_>) -> String {
    let send = key(view, Any::App(App::Send));
    let open = key(view, Any::Nav(Nav::Open));
    let shared = view.shared;
    let running = shared.open.is_some_and(|open| shared.running.contains_key(&open));
    let name = |name: &str| escape::printable(name).replace('`', "'");
    match shared.open_entity() {
        _ if running => {
            let cancels = if view.focused { App::Back } else { App::Cancel };
            format!("On its way\n`{}` cancels", key(view, Any::App(cancels)))
        }
        Some(Entity::Request(_)) if shared.open.is_some_and(|open| shared.outcomes.of_run(&open).is_some()) => {
            let run = key(view, Any::App(App::Run));
            format!("Sent in the last run\n`{run}` shows what came there, `{send}` sends the request")
        }
        Some(Entity::Request(_)) => format!("Not sent yet\n`{send}` sends the request"),
        Some(Entity::Folder(group)) => {
            format!(
                "{} is a folder\nOpen a request in it with `{open}`, send it with `{send}`",
                name(&group.name)
            )
        }
        Some(Entity::Collection(group)) => {
            format!(
                "{} is a collection\nOpen a request in it with `{open}`, send it with `{send}`",
                name(&group.name)
            )
        }
        None => format!("No request is open\n`{open}` opens one, `{send}` sends it"),
    }
}

fn empty_body(place: &Place, view: View<'_>) -> String {
    if place.is_filtered() {
        let back = key(view, Any::App(App::Back));
        return format!("The filter found nothing\n`{back}` goes back to the whole body");
    }
    let exchange = place.outcome.exchange.as_ref();
    let body = exchange
        .and_then(|exchange| exchange.response())
        .map(|response| response.body.known());
    match body {
        Some((0, false)) => return "Nothing of the body has come yet".to_owned(),
        Some((1.., whole)) => {
            let raw = key(view, Any::Response(Action::Raw));
            let yet = if whole { "" } else { " yet" };
            return format!("Nothing of the body can be laid out{yet}\n`{raw}` shows it as it came");
        }
        _ => {}
    }
    let method = exchange
        .map(|exchange| exchange.request.method.to_string())
        .unwrap_or_default();
    let status = exchange
        .and_then(|exchange| exchange.response())
        .map_or(0, |response| response.status);
    match (method.as_str(), status) {
        ("HEAD", _) => "The body is empty\nA HEAD request asks for the headers alone".to_owned(),
        (_, 204 | 304) => format!("The body is empty\nA {status} response has none"),
        _ => "The body is empty".to_owned(),
    }
}

fn empty_page(tab: Tab, view: View<'_>) -> String {
    let send = key(view, Any::App(App::Send));
    match tab {
        Tab::Headers | Tab::Body => "The response has no headers".to_owned(),
        Tab::Cookies => "The response set no cookies".to_owned(),
        Tab::Tests => format!(
            "No tests yet\nWrite some into Scripts of the request, then `{send}`\n\
             pm.test(\"is OK\", () => pm.response.to.have.status(200));"
        ),
        Tab::Console => format!("No script wrote anything\nconsole.log(…) in Scripts of the request, then `{send}`"),
        Tab::Visual => {
            "No script drew anything\npm.visualizer.set(template, data) in Scripts of the request".to_owned()
        }
        Tab::Tls => "No TLS: this was sent in clear".to_owned(),
        Tab::Timing | Tab::Request => "Nothing was sent".to_owned(),
    }
}

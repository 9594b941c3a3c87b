//! The picture below what is said of it: asked for when it is looked at, drawn as large as there is room; in pixels where
//! the terminal shows them, in half blocks until these are made.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::filter::Stop;
use crate::tui::action::Action as Any;
use crate::tui::effect::Effect;
use crate::tui::panes::{Cx, View};
use crate::tui::picturing::{Job, Sharpening};
use crate::tui::widgets::body::Kind;
use crate::tui::widgets::glyphs;
use crate::tui::widgets::picture::{FOR_BLOCKS, FOR_PIXELS, MARK, Picture, Sharp, Sight, Way};

use super::place::Place;
use super::{Action, State, draw as pane};

/// What a picture looks like, as far as it is known.
#[derive(Debug)]
pub(super) struct Looks {
    name: u64,
    /// As long as this is here somebody wants to see it.
    _wanted: Arc<()>,
    picture: Option<Result<Arc<Picture>, String>>,
    sharp: Option<Wish>,
}

/// The picture in pixels, asked for.
#[derive(Debug)]
struct Wish {
    name: u64,
    /// What it was asked for with.
    sight: Sight,
    room: (u16, u16),
    /// As long as this is here somebody wants to see it.
    _wanted: Arc<()>,
    made: Option<Arc<Sharp>>,
}

/// Something that is wanted as long as the first one is here, and what finds out whether it is.
fn want() -> (Arc<()>, Stop) {
    let wanted = Arc::new(());
    let watched = Arc::downgrade(&wanted);
    (wanted, Stop::when(move || watched.strong_count() == 0))
}

/// Whether a picture is to be seen: not its bytes, and not what a filter made of them.
fn is_seen(state: &State, place: &Place) -> bool {
    let shown = place.body.as_ref().filter(|_| !place.is_filtered());
    state.shows_body() && !state.raw() && shown.is_some_and(|body| body.kind() == Kind::Image)
}

/// Has the picture decoded that is looked at, unless that was done.
pub(super) fn ask(state: &mut State, cx: &mut Cx<'_>) {
    let wanted = state
        .place()
        .is_some_and(|place| place.picture.is_none() && is_seen(state, place));
    if !wanted {
        return;
    }
    let name = state.next_name();
    let Some(place) = state.place_mut() else { return };
    let exchange = place.outcome.exchange.as_ref();
    let Some(response) = exchange.and_then(|exchange| exchange.response()) else {
        return;
    };
    let (wanted, stop) = want();
    let is_text = cx.shared.sight.way == Some(Way::Blocks);
    let job = Job {
        body: response.body.clone(),
        side: if is_text { FOR_BLOCKS } else { FOR_PIXELS },
        stop,
    };
    place.picture = Some(Looks {
        name,
        _wanted: wanted,
        picture: None,
        sharp: None,
    });
    cx.effects.push(Effect::Picture(name, job));
    if std::mem::take(&mut cx.shared.sight.ask) {
        cx.effects.push(Effect::AskSight(cx.shared.sight));
    }
}

/// Has the picture made for the terminal, if that shows pixels, unless that was done for as much room.
pub(super) fn ask_sharp(state: &mut State, content: Rect, cx: &mut Cx<'_>) {
    let sight = &cx.shared.sight;
    let Some(place) = state.place().filter(|place| is_seen(state, place)) else {
        return;
    };
    let room = room(place, content);
    let (Some(room), Some(Way::Kitty | Way::Iterm | Way::Sixel)) = (room, sight.way) else {
        return;
    };
    let room = (room.width, room.height);
    let asked = place.picture.as_ref().and_then(|looks| looks.sharp.as_ref());
    if asked.is_some_and(|wish| wish.room == room && wish.sight == *sight) {
        return;
    }
    let name = state.next_name();
    let looks = state.place_mut().and_then(|place| place.picture.as_mut());
    let Some((looks, picture)) = looks.and_then(|looks| {
        let picture = Arc::clone(looks.picture.as_ref()?.as_ref().ok()?);
        Some((looks, picture))
    }) else {
        return;
    };
    let (wanted, stop) = want();
    looks.sharp = Some(Wish {
        name,
        sight: *sight,
        room,
        _wanted: wanted,
        made: None,
    });
    let job = Sharpening {
        picture,
        sight: *sight,
        room,
        stop,
    };
    cx.effects.push(Effect::Sharpen(name, job));
}

/// Whether the end of the picture is missing that is seen.
pub(super) fn is_cut(state: &State) -> bool {
    let place = state.place().filter(|place| is_seen(state, place));
    let looks = place.and_then(|place| place.picture.as_ref());
    let picture = looks.and_then(|looks| looks.picture.as_ref()?.as_ref().ok());
    picture.is_some_and(|picture| picture.is_cut())
}

/// Takes the picture, or why there is none.
pub(super) fn take(state: &mut State, name: u64, picture: Result<Picture, String>) {
    let mut asked = state.places.values_mut().filter_map(|place| place.picture.as_mut());
    if let Some(looks) = asked.find(|looks| looks.name == name) {
        looks.picture = Some(picture.map(Arc::new));
    }
}

/// Takes the picture as the terminal shows it.
pub(super) fn take_sharp(state: &mut State, name: u64, sharp: Sharp) {
    let looks = state.places.values_mut().filter_map(|place| place.picture.as_mut());
    let mut asked = looks.filter_map(|looks| looks.sharp.as_mut());
    if let Some(wish) = asked.find(|wish| wish.name == name) {
        wish.made = Some(Arc::new(sharp));
    }
}

/// Where the picture is, below the lines that tell what it is; `None` if there is no room.
fn room(place: &Place, area: Rect) -> Option<Rect> {
    let body = place.body.as_ref()?;
    let above = u16::try_from(body.document.lines(body.view.form()) + 1).unwrap_or(u16::MAX);
    let below = Rect {
        x: area.x + 1,
        y: area.y.saturating_add(above),
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(above),
    };
    (!below.is_empty()).then_some(below)
}

/// The picture in pixels, and its place, if it is made for as much room as there is.
pub(super) fn sharp<'a>(state: &State, place: &'a Place, area: Rect) -> Option<(Rect, &'a Arc<Sharp>)> {
    let room = room(place, area).filter(|_| is_seen(state, place))?;
    let wish = place.picture.as_ref()?.sharp.as_ref()?;
    let made = wish.made.as_ref()?;
    let (width, height) = made.cells;
    (wish.room == (room.width, room.height)).then_some((Rect { width, height, ..room }, made))
}

/// Draws it below the lines that tell what it is.
pub(super) fn draw(state: &State, place: &Place, view: View<'_>, area: Rect, buf: &mut Buffer) {
    let (Some(looks), Some(below)) = (&place.picture, room(place, area)) else {
        return;
    };
    if !is_seen(state, place) {
        return;
    }
    let theme = view.theme;
    if let Some((at, _)) = sharp(state, place, area) {
        for at in at.intersection(buf.area).positions() {
            buf[at].set_symbol(MARK).set_style(theme.base);
        }
        return;
    }
    let rows = match &looks.picture {
        Some(Ok(picture)) => {
            let depth = theme.depth;
            return picture.draw(&move |[red, green, blue]| depth.paint(red, green, blue), below, buf);
        }
        Some(Err(error)) => {
            let open = pane::key(view, Any::Response(Action::External));
            let open = format!("{open} opens it in the system's program");
            // What to do is told where there is but one line, too.
            if below.height < 2 {
                vec![format!("✗ {error}: {open}")]
            } else {
                vec![format!("✗ {error}"), open]
            }
        }
        None => vec!["drawing it …".to_owned()],
    };
    let room = usize::from(below.width);
    let style = theme.base.patch(theme.dim);
    for (row, text) in below.rows().zip(rows) {
        glyphs::put_text(buf, row.as_position(), &glyphs::elide(&text, room), room, style);
    }
}

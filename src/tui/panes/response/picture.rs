//! The picture below what is said of it: asked for when it is looked at, drawn as large as there is room.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::filter::Stop;
use crate::tui::action::Action as Any;
use crate::tui::effect::Effect;
use crate::tui::panes::{Cx, View};
use crate::tui::picturing::Job;
use crate::tui::widgets::body::Kind;
use crate::tui::widgets::glyphs;
use crate::tui::widgets::picture::Picture;

use super::place::Place;
use super::{Action, State, draw as pane};

/// What a picture looks like, as far as it is known.
#[derive(Debug)]
pub(super) struct Looks {
    name: u64,
    /// As long as this is here somebody wants to see it.
    _wanted: Arc<()>,
    picture: Option<Result<Picture, String>>,
}

/// Whether a picture is to be seen: not its bytes, and not what a filter made of them.
fn is_seen(state: &State, place: &Place) -> bool {
    let shown = place.body.as_ref().filter(|_| !place.is_filtered());
    state.shows_body() && !state.raw && shown.is_some_and(|body| body.kind() == Kind::Image)
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
    let wanted = Arc::new(());
    let watched = Arc::downgrade(&wanted);
    let job = Job {
        body: response.body.clone(),
        stop: Stop::when(move || watched.strong_count() == 0),
    };
    place.picture = Some(Looks {
        name,
        _wanted: wanted,
        picture: None,
    });
    cx.effects.push(Effect::Picture(name, job));
}

/// Takes the picture, or why there is none.
pub(super) fn take(state: &mut State, name: u64, picture: Result<Picture, String>) {
    let mut asked = state.places.values_mut().filter_map(|place| place.picture.as_mut());
    if let Some(looks) = asked.find(|looks| looks.name == name) {
        looks.picture = Some(picture);
    }
}

/// Draws it below the lines that tell what it is.
pub(super) fn draw(state: &State, place: &Place, view: View<'_>, area: Rect, buf: &mut Buffer) {
    let (Some(looks), Some(body)) = (&place.picture, &place.body) else {
        return;
    };
    let above = u16::try_from(body.document.lines(body.view.form()) + 1).unwrap_or(u16::MAX);
    let below = Rect {
        x: area.x + 1,
        y: area.y.saturating_add(above),
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(above),
    };
    if !is_seen(state, place) || below.is_empty() {
        return;
    }
    let theme = view.theme;
    let rows = match &looks.picture {
        Some(Ok(picture)) => {
            let depth = theme.depth;
            return picture.draw(&move |[red, green, blue]| depth.paint(red, green, blue), below, buf);
        }
        Some(Err(error)) => {
            let open = pane::key(view, Any::Response(Action::External));
            vec![format!("✗ {error}"), format!("{open} opens it in the system's program")]
        }
        None => vec!["drawing it …".to_owned()],
    };
    let room = usize::from(below.width);
    let style = theme.base.patch(theme.dim);
    for (row, text) in below.rows().zip(rows) {
        glyphs::put_text(buf, row.as_position(), &glyphs::elide(&text, room), room, style);
    }
}

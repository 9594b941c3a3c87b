//! The right end of the last line: what runs, or the active environment and its token's life.

use jiff::Timestamp;
use ratatui::text::{Line, Span};

use super::{State, life};
use crate::exec::tokens::TokenStatus;
use crate::model::NodeId;
use crate::model::exchange::Phase;
use crate::tui::action::{Action as Any, App};
use crate::tui::keymap::{Context, Keymap};
use crate::tui::panes::response::words::size;
use crate::tui::shared::{Running, Shared};
use crate::tui::theme::Theme;
use crate::tui::widgets::glyphs;

/// The pictures of a spinner, a tenth of a second each.
const SPINNER: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
/// Columns a name may take.
const NAME: usize = 20;

/// The picture of a spinner at a moment; all spinners on the screen turn together.
pub fn spinner(now: Timestamp) -> &'static str {
    let tenth = usize::try_from(now.as_millisecond() / 100).unwrap_or(0);
    SPINNER[tenth % SPINNER.len()]
}

/// The right end of the last line; `short` leaves out the token's name, for narrow screens.
pub fn status(state: &State, shared: &Shared, theme: &Theme, keymap: &Keymap, short: bool) -> Line<'static> {
    if let Some(line) = running(shared, theme).or_else(|| run(shared, theme)) {
        return line;
    }
    let environment = shared.environment_name().map(|name| glyphs::elide(name, NAME));
    if shared.locked {
        return locked(environment, theme, keymap);
    }
    let Some(token) = life::active(shared, &state.aside) else {
        return Line::from(Span::styled(
            environment.unwrap_or_else(|| "no environment".to_owned()),
            theme.dim,
        ));
    };
    let name = if short {
        String::new()
    } else {
        format!("{} ", glyphs::elide(&token.name, NAME))
    };
    let key = keymap
        .chord_for(Any::App(App::RenewToken), &[Context::Anywhere])
        .map(|chord| chord.to_string());
    let (text, style, renew) = match token.status {
        TokenStatus::Valid(life) => {
            let remaining = life.remaining(shared.now);
            let style = if remaining.as_secs() < 60 { theme.warn } else { theme.ok };
            (
                format!("{name}valid {}", life::text(remaining, shared.awake)),
                style,
                false,
            )
        }
        TokenStatus::Expired(_) if token.aside => (format!("{name}expired"), theme.dim, false),
        TokenStatus::Missing if token.aside => ("no token".to_owned(), theme.dim, false),
        TokenStatus::Expired(_) => (format!("{name}expired"), theme.error, true),
        TokenStatus::Missing => ("no token".to_owned(), theme.warn, true),
        TokenStatus::Opaque => (format!("{name}set"), theme.dim, false),
    };
    let mut spans = Vec::new();
    if let Some(environment) = environment {
        spans.push(Span::styled(format!("{environment} · "), theme.dim));
    }
    spans.push(Span::styled(text, style));
    if let Some(key) = key.filter(|_| renew) {
        spans.push(Span::styled(" · ", theme.dim));
        spans.push(Span::styled(key, theme.key_hint));
        spans.push(Span::styled(" renews", theme.dim));
    }
    Line::from(spans)
}

/// Tokens, values and cookies are there, and nobody can read them before the passphrase is given.
fn locked(environment: Option<String>, theme: &Theme, keymap: &Keymap) -> Line<'static> {
    let mut spans = Vec::new();
    if let Some(environment) = environment {
        spans.push(Span::styled(format!("{environment} · "), theme.dim));
    }
    spans.push(Span::styled("locked", theme.warn));
    let key = keymap.chord_for(Any::App(App::Unlock), &[Context::Normal, Context::Anywhere]);
    if let Some(key) = key {
        spans.push(Span::styled(" · ", theme.dim));
        spans.push(Span::styled(key.to_string(), theme.key_hint));
        spans.push(Span::styled(" unlocks", theme.dim));
    }
    Line::from(spans)
}

/// How far the run is.
fn run(shared: &Shared, theme: &Theme) -> Option<Line<'static>> {
    let log = shared.log.as_ref().filter(|log| log.is_running())?;
    let done = log.rows.len();
    let mut spans = vec![
        Span::styled(format!("{} ", spinner(shared.now)), theme.accent),
        Span::styled(format!("run {done}/{}", log.planned.max(done)), theme.dim),
    ];
    if !log.failed.is_empty() {
        spans.push(Span::styled(format!(" · ✗ {}", log.failed.len()), theme.error));
    }
    Some(Line::from(spans))
}

/// The open request's send, or the one that runs longest; how many more there are.
fn running(shared: &Shared, theme: &Theme) -> Option<Line<'static>> {
    let oldest = || {
        let all = shared.running.iter();
        all.min_by_key(|(_, running)| (running.started, running.run))
            .map(|(id, running)| (*id, running))
    };
    let (id, running): (NodeId, &Running) = shared
        .open
        .and_then(|open| shared.running.get(&open).map(|running| (open, running)))
        .or_else(oldest)?;
    let mut spans = vec![Span::styled(format!("{} ", spinner(shared.now)), theme.accent)];
    if shared.open != Some(id) {
        let node = shared.workspace.node(id);
        let name = node.map_or(running.request.as_str(), |node| node.entity.name());
        spans.push(Span::raw(format!("{} ", glyphs::elide(name, NAME))));
    }
    let elapsed = shared.now.duration_since(running.started).as_secs_f64().max(0.0);
    spans.push(Span::styled(
        format!("{} {elapsed:.1} s", phase(running.phase)),
        theme.dim,
    ));
    match shared.running.len() - 1 {
        0 => {}
        more => spans.push(Span::styled(format!(" · {more} more"), theme.dim)),
    }
    Some(Line::from(spans))
}

fn phase(phase: Phase) -> String {
    match phase {
        Phase::Downloading { received, total } => match total.filter(|total| *total > 0) {
            Some(total) => format!("downloading {} %", received.min(total) * 100 / total),
            None => format!("downloading {}", size(received)),
        },
        other => other.words(),
    }
}

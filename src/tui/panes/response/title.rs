//! The pane's title: the status as a badge, time and size; while it runs the phase and how long it takes.

use ratatui::text::{Line, Span};

use crate::model::exchange::Phase;
use crate::model::outcome::TestResult;
use crate::tui::action::{Action, App};
use crate::tui::panes::{View, environments};
use crate::tui::shared::Running;
use crate::tui::widgets::escape::printable;

use super::draw::key;
use super::place::Place;
use super::{earlier, failure, words};

const NAME: &str = "4 Response";

/// From so many decoded bytes on it is said how many there are, if that is far more than came.
const GROWN: u64 = 1_000_000;

/// The title with nothing behind it.
pub(super) fn plain() -> Line<'static> {
    Line::from(NAME)
}

/// `200 OK · 38 ms · 1.24 KB body · ✓ 1/1 · JSON`, before it that it is an earlier one if it is; where that is too long for
/// `room` columns, the size alone, and then without the time of the earlier one.
pub(super) fn done(place: &Place, earlier: bool, view: View<'_>, room: usize) -> Line<'static> {
    let at = format!("earlier, {}", earlier::time(&place.outcome));
    let ways = [(at.as_str(), " body"), (&at, ""), ("earlier", "")];
    let mut lines = ways.map(|(when, of_what)| worded(place, if earlier { when } else { "" }, view, of_what));
    let fits = lines.iter().position(|line| line.width() <= room);
    std::mem::take(&mut lines[fits.unwrap_or(lines.len() - 1)])
}

fn worded(place: &Place, when: &str, view: View<'_>, of_what: &str) -> Line<'static> {
    let outcome = &place.outcome;
    let theme = view.theme;
    let mut spans = vec![Span::raw(NAME), Span::styled(" ─ ", theme.border)];
    if !when.is_empty() {
        spans.extend([
            Span::styled(when.to_owned(), theme.warn),
            Span::styled(" · ", theme.dim),
        ]);
    }
    let exchange = outcome.exchange.as_ref();
    if let Some(response) = exchange.and_then(|exchange| exchange.response()) {
        let reason = if view.shared.revealed {
            response.reason.clone()
        } else {
            outcome.redactor.redact(&response.reason)
        };
        let reason: String = printable(&reason).chars().take(40).collect();
        let status = format!(" {} {reason}", response.status);
        spans.push(Span::styled(
            format!("{} ", status.trim_end()),
            theme.badge(response.status),
        ));
        if let Some(exchange) = exchange {
            spans.push(Span::styled(
                format!(" · {}", words::duration(exchange.timings.total)),
                theme.dim,
            ));
        }
        spans.push(Span::styled(
            format!(" · {}{of_what}", words::size(response.body.len() as u64)),
            theme.dim,
        ));
        if response.truncated.is_some() {
            spans.push(Span::styled(" ✂", theme.warn));
        }
    } else {
        let style = if failure::is_wanted(outcome) {
            theme.badge_warn
        } else {
            theme.badge_error
        };
        spans.push(Span::styled(format!(" {} ", failure::word(outcome)), style));
        if let Some(exchange) = exchange.filter(|exchange| !exchange.timings.total.is_zero()) {
            spans.push(Span::styled(
                format!(" · {}", words::duration(exchange.timings.total)),
                theme.dim,
            ));
        }
    }
    let tests = outcome.tally();
    let failed = outcome.script_errors.iter().any(|error| !error.is_cancelled());
    if !outcome.tests.is_empty() || failed {
        // The tab's badge gives way on narrow screens; that a test failed must not.
        let well = !failed && !outcome.tests.iter().any(TestResult::failed);
        let (mark, style) = if well { ("✓", theme.ok) } else { ("✗", theme.error) };
        spans.push(Span::styled(" · ", theme.dim));
        if tests.ran > 0 {
            let count = format!("{mark} {}/{}", tests.passed, tests.ran);
            spans.push(Span::styled(count, style));
        } else if failed {
            spans.push(Span::styled(mark, style));
        }
        if failed {
            spans.push(Span::styled(" script failed", theme.error));
        }
        if tests.skipped > 0 {
            let before = if tests.ran > 0 || failed { " · " } else { "" };
            spans.push(Span::styled(format!("{before}{} skipped", tests.skipped), theme.dim));
        }
    }
    // Last, since it is what a narrow screen can do without.
    let body = place.body.as_ref().filter(|body| !body.document.source().is_empty());
    if let Some(body) = body.filter(|_| exchange.is_some_and(|exchange| exchange.response().is_some())) {
        spans.push(Span::styled(format!(" · {}", body.label()), theme.dim));
    }
    Line::from(spans)
}

/// `⠹ waiting · 1.24 s`, before it the status as soon as it is known, and what there is to say at the right: how to cancel.
///
/// Esc cancels where that is its next step, or calls off the save of what arrives; what always cancels is the key for it.
pub(super) fn running(running: &Running, back: Option<&str>, view: View<'_>) -> (Line<'static>, Line<'static>) {
    let theme = view.theme;
    let elapsed = view.shared.now.duration_since(running.started);
    let elapsed = std::time::Duration::try_from(elapsed).unwrap_or_default();
    let mut spans = vec![Span::raw(NAME), Span::styled(" ─ ", theme.border)];
    let arriving = running.arriving.as_ref().and_then(|outcome| outcome.exchange.as_ref());
    if let Some(response) = arriving.and_then(|exchange| exchange.response()) {
        let status = response.status;
        spans.extend([
            Span::styled(format!(" {status:03} "), theme.badge(status)),
            Span::styled(" · ", theme.dim),
        ]);
    }
    spans.extend([
        Span::styled(
            format!("{} {}", environments::spinner(view.shared.now), running.phase.words()),
            theme.accent,
        ),
        Span::styled(format!(" · {}", clock(elapsed)), theme.dim),
    ]);
    if let Phase::Downloading { received, total } = running.phase {
        // How to call a save off is said nowhere else for long, and takes that room.
        let total = total.filter(|_| back != Some(super::CALL_OFF));
        let all = total
            .map(|total| format!(" of {}", words::size(total)))
            .unwrap_or_default();
        spans.push(Span::styled(format!(" · {}{all}", words::size(received)), theme.dim));
        // A few bytes may become very many.
        let response = arriving.and_then(|exchange| exchange.response());
        let decoded = response.map_or(0, |response| response.body.len() as u64);
        if decoded > GROWN && decoded / 2 > received {
            let text = format!(", decoded {}", words::size(decoded));
            spans.push(Span::styled(text, theme.warn));
        }
    }
    let (action, does) = match back {
        Some(super::CALL_OFF) => (App::Back, " calls off the save"),
        Some("cancel") => (App::Back, " cancels"),
        _ => (App::Cancel, " cancels"),
    };
    let cancel = vec![
        Span::styled(key(view, Action::App(action)), theme.key_hint),
        Span::styled(does, theme.dim),
    ];
    (Line::from(spans), Line::from(cancel))
}

/// Elapsed time that does not jump about in width: tenths of seconds.
fn clock(elapsed: std::time::Duration) -> String {
    let tenths = elapsed.as_millis() / 100;
    if tenths < 600 {
        format!("{}.{} s", tenths / 10, tenths % 10)
    } else {
        format!("{} m {:02} s", tenths / 600, tenths / 10 % 60)
    }
}

//! The tabs of the response, and what stands beside their names.

use crate::model::Outcome;
use crate::model::outcome::{ScriptError, Tally};
use crate::model::tls::Verdict;
use crate::tui::theme::Theme;
use crate::tui::widgets::{glyphs, tabs};

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// A tab.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Tab {
    /// The body; without a response, why there is none.
    #[default]
    Body,
    /// The response's headers.
    Headers,
    /// The cookies it set.
    Cookies,
    /// What the tests said.
    Tests,
    /// What the scripts wrote.
    Console,
    /// How long each part took.
    Timing,
    /// What TLS agreed on, and the server's certificates; only there with TLS.
    Tls,
    /// The request as it was sent.
    Request,
    /// What a script drew with `pm.visualizer`; only there when one did.
    Visual,
}

impl Tab {
    /// All tabs in their order.
    pub const ALL: [Self; 9] = [
        Self::Body,
        Self::Headers,
        Self::Cookies,
        Self::Tests,
        Self::Console,
        Self::Timing,
        Self::Tls,
        Self::Request,
        Self::Visual,
    ];

    /// The tab `step` further on, around the ends; of those there are for an outcome.
    pub(super) fn step(self, step: isize, outcome: &Outcome) -> Self {
        let shown = shown(outcome, self);
        let at = index(&shown, self).cast_signed().wrapping_add(step);
        shown[at.rem_euclid(shown.len().cast_signed()).cast_unsigned()]
    }
}

/// The tabs there are for an outcome; the one that is looked at is always among them.
pub(super) fn shown(outcome: &Outcome, active: Tab) -> Vec<Tab> {
    let secured = outcome
        .exchange
        .as_ref()
        .is_some_and(|exchange| exchange.connection.tls.is_some());
    let there = |tab: &Tab| match tab {
        Tab::Visual => outcome.visual.is_some(),
        Tab::Tls => secured,
        _ => true,
    };
    Tab::ALL
        .into_iter()
        .filter(|tab| *tab == active || there(tab))
        .collect()
}

/// Where a tab is among those shown.
pub(super) fn index(shown: &[Tab], tab: Tab) -> usize {
    shown.iter().position(|own| *own == tab).unwrap_or(0)
}

/// The tabs with their badges; the one that is looked at is always among them.
pub(super) fn tabs(outcome: &Outcome, active: Tab) -> Vec<tabs::Tab> {
    let exchange = outcome.exchange.as_ref();
    let response = exchange.and_then(|exchange| exchange.response());
    // Those that were set on the way are there as well.
    let hops = exchange.into_iter().flat_map(|exchange| &exchange.hops);
    let cookies =
        response.map_or(0, |response| response.cookies.len()) + hops.map(|hop| hop.heads.cookies.len()).sum::<usize>();
    let warnings = exchange.map_or(0, |exchange| exchange.warnings.len());
    let doubted = exchange.and_then(|exchange| exchange.connection.tls.as_ref());
    let doubted = doubted.is_some_and(|tls| tls.verdict != Verdict::Trusted);
    shown(outcome, active)
        .into_iter()
        .map(|tab| match tab {
            Tab::Body if response.is_none() => tabs::Tab::new(if outcome.skipped { "Skipped" } else { "Error" }),
            Tab::Body => tabs::Tab::new("Body"),
            Tab::Headers => {
                let count = response.map_or(0, |response| response.headers.len());
                tabs::Tab::new("Headers").short("Head").count(count)
            }
            Tab::Cookies => tabs::Tab::new("Cookies").count(cookies),
            Tab::Tests => tabs::Tab::new("Tests").badge(&tests_badge(outcome)),
            Tab::Console => tabs::Tab::new("Console").count(outcome.console.len()),
            Tab::Timing => tabs::Tab::new("Timing"),
            Tab::Tls => tabs::Tab::new("TLS").badge(if doubted { "!" } else { "" }),
            Tab::Visual => tabs::Tab::new("Visual"),
            Tab::Request => tabs::Tab::new("Request").badge(&if warnings > 0 {
                format!("!{warnings}")
            } else {
                String::new()
            }),
        })
        .collect()
}

/// `2/3` of the tests that ran, with `✗` when a script failed too, so that it shows without colours.
fn tests_badge(outcome: &Outcome) -> String {
    let Tally { passed, ran, skipped } = outcome.tally();
    let well = outcome.script_errors.iter().all(ScriptError::is_cancelled);
    match (ran, well) {
        (0, true) if skipped > 0 => format!("{skipped} skipped"),
        (0, true) => String::new(),
        (0, false) => "✗".to_owned(),
        (_, true) => format!("{passed}/{ran}"),
        (_, false) => format!("{passed}/{ran} ✗"),
    }
}

/// Draws the row, the badges of tests and warnings in the colour of how it went.
pub(super) fn draw(outcome: &Outcome, active: Tab, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let all = tabs(outcome, active);
    let shown = shown(outcome, active);
    let active = index(&shown, active);
    tabs::draw(&all, active, &theme.tabs(), area, buf);
    let scripts_failed = !outcome.script_errors.iter().all(ScriptError::is_cancelled)
        || outcome.tests.iter().any(crate::model::outcome::TestResult::failed);
    for place in tabs::layout(&all, active, area.width) {
        let style = match shown[place.index] {
            Tab::Tests if scripts_failed => theme.error,
            Tab::Tests => theme.ok,
            Tab::Request | Tab::Tls => theme.warn,
            _ => continue,
        };
        let tab = &all[place.index];
        let Some(badge) = tab.badge.as_deref().filter(|_| place.badge) else {
            continue;
        };
        let before = glyphs::width(tab.title(place.short)) + 1;
        let room = usize::from(place.columns.end - place.columns.start).saturating_sub(before);
        let x = area.x + place.columns.start + u16::try_from(before).unwrap_or(0);
        glyphs::put_text(buf, Position::new(x, area.y), badge, room, style);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tabs_go_round() {
        let plain = Outcome::default();
        assert_eq!(Tab::Body.step(-1, &plain), Tab::Request);
        assert_eq!(Tab::Request.step(1, &plain), Tab::Body);
        assert_eq!(Tab::Timing.step(1, &plain), Tab::Request, "there is no TLS");
        assert_eq!(Tab::Tls.step(1, &plain), Tab::Request, "who is there gets away");
        let drawn = Outcome {
            visual: Some("a".into()),
            ..Outcome::default()
        };
        assert_eq!(Tab::Body.step(-1, &drawn), Tab::Visual);
    }
}

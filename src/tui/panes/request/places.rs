//! Where everything in the pane is, from its area alone: drawing, the mouse and the jump letters agree on it.
//!
//! ```text
//! POST  {{base_url}}/auth/dex/token      head
//! ! {{dex_token}} has no value …         note, or the URL as it will be sent
//! Params   Auth   Headers 1 …            tabs
//! ───────────────────────────            rule, when there is room
//! …                                      sections, headings above some
//! ```

use ratatui::layout::Rect;

use crate::model::InOrder;
use crate::tui::widgets::frame;
use crate::tui::widgets::glyphs;

use super::State;

/// From so many lines on, the note has a line of its own even when there is none.
const TALL: u16 = 9;

/// The places.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// The method.
    pub method: Rect,
    /// The URL bar's text.
    pub url: Rect,
    /// What is missing, or the URL as it will be sent.
    pub note: Rect,
    /// The tabs, and the rule below them.
    pub tabs: Rect,
    /// A heading (empty when it has none) and a body for each section.
    pub sections: Vec<(Rect, Rect)>,
    /// The room for sections.
    pub panel: Rect,
}

/// Finds the places.
pub fn places(state: &State, area: Rect) -> Places {
    let inner = frame::inner(area);
    if inner.is_empty() {
        return Places::default();
    }
    let line = |y: u16, height: u16| {
        let y = y.min(inner.bottom());
        Rect::new(inner.x, y, inner.width, height.min(inner.bottom() - y))
    };
    let head = line(inner.y, 1);
    let method = u16::try_from(glyphs::width(&state.badge))
        .unwrap_or(0)
        .min(inner.width / 3);
    let gap = u16::from(method > 0).min(inner.width - method);
    let url = Rect {
        x: head.x + method + gap,
        width: inner.width - method - gap,
        ..head
    };
    let noted = inner.height >= TALL || (inner.height >= 5 && state.facts.problem.is_some());
    let note = line(head.bottom(), u16::from(noted));
    let tabs = line(note.bottom(), if inner.height >= TALL { 2 } else { 1 });
    let panel = line(tabs.bottom(), u16::MAX);
    Places {
        method: Rect { width: method, ..head },
        url,
        note,
        tabs,
        sections: sections(state, panel),
        panel,
    }
}

/// Shares the panel's lines: the section with the cursor first, then the others from the top; text areas take the rest.
fn sections(state: &State, panel: Rect) -> Vec<(Rect, Rect)> {
    let count = state.sections.len();
    let active = state.active().unwrap_or(0).min(count.saturating_sub(1));
    let headings: Vec<u16> = state
        .sections
        .iter()
        .enumerate()
        .map(|(n, section)| u16::from(section.part.heading().is_some()) * if n > 0 && panel.height > 8 { 2 } else { 1 })
        .collect();
    let mut heights = vec![0u16; count];
    let mut left = panel.height;
    // What is needed first: one-line choices, the active one, then the others.
    let mut order: Vec<usize> = (0..count).collect();
    order.order_by_key(|n| (*n != active, *n));
    for &n in &order {
        let (_, least) = state.sections[n].wants();
        // On the smallest screens one line has to do.
        let given = least.min(left.saturating_sub(headings[n]));
        if given > 0 {
            heights[n] = given;
            left -= given + headings[n];
        }
    }
    for &n in &order {
        if heights[n] > 0 {
            let (wanted, _) = state.sections[n].wants();
            let more = wanted.saturating_sub(heights[n]).min(left);
            // Two text areas share what there is.
            let more = if is_area(state, n) {
                more.min((left / 2).max(1).min(left))
            } else {
                more
            };
            heights[n] += more;
            left -= more;
        }
    }
    // An empty text area that nobody types into is content with its placeholder.
    let mut areas: Vec<usize> = (0..count).filter(|n| heights[*n] > 0 && is_area(state, *n)).collect();
    if areas.iter().any(|n| is_full(state, *n)) {
        areas.retain(|n| is_full(state, *n));
    }
    for (k, &n) in areas.iter().enumerate() {
        let share = left / u16::try_from(areas.len() - k).unwrap_or(1);
        heights[n] += share;
        left -= share;
    }
    let mut y = panel.y;
    (0..count)
        .map(|n| {
            if heights[n] == 0 {
                return (Rect::default(), Rect::default());
            }
            let heading = Rect::new(
                panel.x,
                y + headings[n].saturating_sub(1),
                panel.width,
                headings[n].min(1),
            );
            let body = Rect::new(panel.x, y + headings[n], panel.width, heights[n]);
            y = body.bottom();
            (heading, body)
        })
        .collect()
}

fn is_area(state: &State, n: usize) -> bool {
    matches!(state.sections[n].widget, super::section::Widget::Area { .. })
}

fn is_full(state: &State, n: usize) -> bool {
    match &state.sections[n].widget {
        super::section::Widget::Area { editor, writing } => *writing || !editor.is_empty(),
        _ => false,
    }
}

//! A row of tabs: `Params   Auth basic   Headers 1`.
//!
//! [`layout`] is pure, so that drawing and mouse clicks agree on where a tab is. With too little room the gaps shrink,
//! then titles that have a short form take that where it leaves room for more badges; then badges go, the longest first,
//! then tabs at the ends, with `‹` and `›` where some are hidden.

use std::ops::Range;

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::{Color, Modifier, Style},
};

use super::glyphs;

/// One tab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tab {
    /// What it is called.
    pub title: String,
    /// What it is called where there is little room.
    pub short: Option<String>,
    /// A count or a word behind the title.
    pub badge: Option<String>,
}

impl Tab {
    /// Starts a tab without a badge.
    pub fn new(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            short: None,
            badge: None,
        }
    }

    /// Gives it a short title for where there is little room.
    #[must_use]
    pub fn short(mut self, short: &str) -> Self {
        self.short = Some(short.to_owned());
        self
    }

    /// What it is called at a place.
    pub fn title(&self, short: bool) -> &str {
        self.short.as_ref().filter(|_| short).unwrap_or(&self.title)
    }

    /// Adds a word as a badge; an empty one is none.
    #[must_use]
    pub fn badge(mut self, badge: &str) -> Self {
        self.badge = Some(badge.to_owned()).filter(|badge| !badge.is_empty());
        self
    }

    /// Adds a number as a badge; 0 is none.
    #[must_use]
    pub fn count(self, count: usize) -> Self {
        if count == 0 {
            self
        } else {
            self.badge(&count.to_string())
        }
    }
}

/// The styles of tabs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TabStyles {
    /// A tab that is not active.
    pub tab: Style,
    /// The active one.
    pub active: Style,
    /// Badges.
    pub badge: Style,
    /// The line below the tabs, when there is room for one.
    pub rule: Style,
    /// The line below the active tab.
    pub rule_active: Style,
}

impl Default for TabStyles {
    /// One accent; a theme replaces it.
    fn default() -> Self {
        let dim = Style::new().add_modifier(Modifier::DIM);
        let accent = Style::new().fg(Color::Magenta);
        Self {
            tab: dim,
            active: accent.add_modifier(Modifier::BOLD),
            badge: dim,
            rule: dim,
            rule_active: accent,
        }
    }
}

/// Where a tab is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TabBox {
    /// Which tab.
    pub index: usize,
    /// Columns from the left edge.
    pub columns: Range<u16>,
    /// Whether its title is the short one.
    pub short: bool,
    /// Whether its badge is shown.
    pub badge: bool,
}

/// Places the tabs in a row of this width.
pub fn layout(tabs: &[Tab], active: usize, width: u16) -> Vec<TabBox> {
    let active = active.min(tabs.len().saturating_sub(1));
    let room = usize::from(width);
    // The titles and the gap that leave room for most badges, the longest and the widest of those.
    let mut best: Option<(usize, Look, Vec<bool>)> = None;
    for look in [false, true]
        .into_iter()
        .flat_map(|short| [3, 2, 1].map(|gap| Look { short, gap }))
    {
        let Some(shown) = badges(tabs, active, look, room) else {
            continue;
        };
        let count = shown.iter().filter(|shown| **shown).count();
        if best.as_ref().is_none_or(|(most, ..)| count > *most) {
            best = Some((count, look, shown));
        }
    }
    if let Some((_, look, shown)) = best {
        return place(tabs, 0..tabs.len(), look, &shown, 0);
    }
    let none = vec![false; tabs.len()];
    let look = Look { short: false, gap: 1 };
    // Grow a window around the active tab while it fits, two columns kept for the marks.
    let mut window = active..active + 1;
    loop {
        let fits = |window: &Range<usize>| {
            let boxes = place(tabs, window.clone(), look, &none, 2);
            boxes
                .last()
                .is_some_and(|last| usize::from(last.columns.end) + 2 <= room)
        };
        let right = window.start..(window.end + 1).min(tabs.len());
        let left = window.start.saturating_sub(1)..window.end;
        if right != window && fits(&right) {
            window = right;
        } else if left != window && fits(&left) {
            window = left;
        } else {
            break;
        }
    }
    let mut boxes = place(tabs, window.clone(), look, &none, 2);
    let end = width.saturating_sub(if window.end < tabs.len() { 2 } else { 0 });
    for found in &mut boxes {
        found.columns = found.columns.start.min(end)..found.columns.end.min(end);
    }
    boxes.retain(|found| !found.columns.is_empty());
    boxes
}

/// How a row of tabs is laid out.
#[derive(Clone, Copy, Debug)]
struct Look {
    /// Whether titles are short.
    short: bool,
    /// Columns between two tabs.
    gap: usize,
}

/// Which badges fit beside all the titles: that of the active tab first, then those that warn, then the shortest; `None` if
/// the titles do not.
fn badges(tabs: &[Tab], active: usize, look: Look, room: usize) -> Option<Vec<bool>> {
    let titles: usize = tabs.iter().map(|tab| glyphs::width(tab.title(look.short))).sum();
    let mut left = room.checked_sub(titles + look.gap * tabs.len().saturating_sub(1))?;
    let width = |index: usize| tabs[index].badge.as_deref().map(|badge| 1 + glyphs::width(badge));
    let warns = |index: usize| tabs[index].badge.as_deref().is_some_and(|badge| badge.starts_with('!'));
    let mut wanted: Vec<(bool, bool, usize, usize)> = (0..tabs.len())
        .filter_map(|index| Some((index != active, !warns(index), width(index)?, index)))
        .collect();
    wanted.sort_unstable();
    let mut shown = vec![false; tabs.len()];
    for (.., width, index) in wanted {
        if let Some(rest) = left.checked_sub(width) {
            (left, shown[index]) = (rest, true);
        }
    }
    Some(shown)
}

fn place(tabs: &[Tab], window: Range<usize>, look: Look, shown: &[bool], from: usize) -> Vec<TabBox> {
    let column = |at: usize| u16::try_from(at).unwrap_or(u16::MAX);
    let mut at = from;
    tabs.iter()
        .enumerate()
        .take(window.end)
        .skip(window.start)
        .map(|(index, tab)| {
            let badge = tab.badge.as_deref().filter(|_| shown[index]);
            let len = glyphs::width(tab.title(look.short)) + badge.map_or(0, |badge| 1 + glyphs::width(badge));
            let start = at;
            at += len + look.gap;
            TabBox {
                index,
                columns: column(start)..column(start + len),
                short: look.short,
                badge: badge.is_some(),
            }
        })
        .collect()
}

/// Returns the tab at a column of the row.
pub fn hit(tabs: &[Tab], active: usize, width: u16, x: u16) -> Option<usize> {
    layout(tabs, active, width)
        .into_iter()
        .find(|found| found.columns.contains(&x))
        .map(|found| found.index)
}

/// Draws the tabs into the first row of `area`, and a rule into the second if there is one.
pub fn draw(tabs: &[Tab], active: usize, styles: &TabStyles, area: Rect, buf: &mut Buffer) {
    let area = area.intersection(buf.area);
    if area.is_empty() {
        return;
    }
    let boxes = layout(tabs, active, area.width);
    if area.height > 1 {
        for x in area.left()..area.right() {
            glyphs::put(buf, Position::new(x, area.y + 1), "─", 1, styles.rule);
        }
    }
    for TabBox {
        index,
        columns,
        short,
        badge,
    } in &boxes
    {
        let Some(tab) = tabs.get(*index) else { continue };
        let style = if *index == active { styles.active } else { styles.tab };
        let room = usize::from(columns.end - columns.start);
        let x = area.x + columns.start;
        let used = glyphs::put_text(buf, Position::new(x, area.y), tab.title(*short), room, style);
        if let Some(text) = tab.badge.as_deref().filter(|_| *badge && used + 1 < room) {
            let x = x + u16::try_from(used + 1).unwrap_or(0);
            glyphs::put_text(buf, Position::new(x, area.y), text, room - used - 1, styles.badge);
        }
        if *index == active && area.height > 1 {
            for x in x..area.x + columns.end {
                glyphs::put(buf, Position::new(x, area.y + 1), "━", 1, styles.rule_active);
            }
        }
    }
    if boxes.first().is_some_and(|first| first.index > 0) {
        glyphs::put(buf, area.as_position(), "‹", 1, styles.badge);
    }
    if boxes
        .last()
        .map_or(!tabs.is_empty(), |last| last.index + 1 < tabs.len())
    {
        glyphs::put(buf, Position::new(area.right() - 1, area.y), "›", 1, styles.badge);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tabs() -> Vec<Tab> {
        vec![
            Tab::new("Params"),
            Tab::new("Auth").badge("basic"),
            Tab::new("Headers").count(1),
            Tab::new("Body").count(0),
        ]
    }

    fn rows(active: usize, width: u16, height: u16) -> Vec<String> {
        let area = Rect::new(0, 0, width, height);
        let mut buf = Buffer::empty(area);
        draw(&tabs(), active, &TabStyles::default(), area, &mut buf);
        (0..height)
            .map(|y| (0..width).map(|x| buf[(x, y)].symbol()).collect())
            .collect()
    }

    #[test]
    fn draws_badges_and_a_rule() {
        assert_eq!(
            rows(1, 40, 2),
            [
                "Params   Auth basic   Headers 1   Body  ",
                "─────────━━━━━━━━━━─────────────────────"
            ]
        );
    }

    #[test]
    fn gives_way_step_by_step() {
        assert_eq!(rows(1, 37, 1), ["Params  Auth basic  Headers 1  Body  "]);
        assert_eq!(rows(1, 34, 1), ["Params Auth basic Headers 1 Body  "]);
        assert_eq!(rows(3, 27, 1), ["Params Auth Headers 1 Body "]);
        assert_eq!(rows(1, 25, 1), ["Params Auth Headers Body "]);
        assert_eq!(rows(1, 23, 1), ["‹ Auth Headers Body    "]);
        assert_eq!(rows(0, 20, 1), ["  Params Auth      ›"]);
        assert_eq!(rows(3, 10, 1), ["‹ Body    "]);
        assert_eq!(rows(2, 8, 1), ["‹ Hea… ›"]);
    }

    #[test]
    fn short_titles_make_room_for_badges_and_for_tabs() {
        let tabs = || {
            vec![
                Tab::new("Headers").short("Head"),
                Tab::new("Body").badge("json"),
                Tab::new("Settings").short("Set"),
            ]
        };
        let row = |width: u16| {
            let area = Rect::new(0, 0, width, 1);
            let mut buf = Buffer::empty(area);
            draw(&tabs(), 0, &TabStyles::default(), area, &mut buf);
            (0..width).map(|x| buf[(x, 0)].symbol()).collect::<String>()
        };
        assert_eq!(row(26), "Headers Body json Settings");
        assert_eq!(row(25), "Head   Body json   Set   ");
        assert_eq!(row(18), "Head Body json Set");
        assert_eq!(row(17), "Head   Body   Set");
        assert_eq!(hit(&tabs(), 0, 25, 8), Some(1));
    }

    #[test]
    fn what_warns_is_seen_before_what_counts() {
        let tabs = [Tab::new("A"), Tab::new("B").count(3), Tab::new("C").badge("!")];
        let badges = layout(&tabs, 0, 7).into_iter().map(|found| found.badge);
        assert_eq!(badges.collect::<Vec<_>>(), [false, false, true]);
    }

    #[test]
    fn clicks_hit_what_is_drawn() {
        assert_eq!(hit(&tabs(), 1, 40, 0), Some(0));
        assert_eq!(hit(&tabs(), 1, 40, 7), None);
        assert_eq!(hit(&tabs(), 1, 40, 18), Some(1));
        assert_eq!(hit(&tabs(), 3, 10, 3), Some(3));
    }

    #[test]
    fn odd_sizes_never_panic() {
        for width in 0..45 {
            for active in 0..6 {
                rows(active, width, 2);
            }
        }
        assert_eq!(layout(&[], 0, 10), []);
    }
}

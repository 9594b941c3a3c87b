//! Where everything goes, from the size of the screen alone.
//!
//! ```text
//! wide (from 80)                narrow                       small (below 60 x 16)
//! ╭ env ─╮╭ request ──────╮     ╭ env ─╮╭ tree ─╮ focus left   ╭ focus ╮ the pane that has it
//! ├ tree ┤│               │     ╰──────╯╰───────╯ or           ╰───────╯ alone
//! │      │├ response ─────┤     ╭ request ──────╮ focus right   hints
//! ╰──────╯╰───────────────╯     ╰ response ─────╯
//!  hints                         hints                        tiny (below 40 x 10): a word that says so
//! ```

use ratatui::layout::{Position, Rect};

use super::panes::Pane;

/// The smallest screen with more than one pane.
const SEVERAL: (u16, u16) = (60, 16);
/// The smallest screen that anything can be done on.
pub const SMALLEST: (u16, u16) = (40, 10);

/// A line between panes that can be dragged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Divider {
    /// Between the left and the right column.
    Columns,
    /// Between request and response.
    Rows,
    /// Between environments and collections.
    Left,
}

/// A divider as the mouse has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grip {
    /// Which one.
    pub divider: Divider,
    /// Whether by the border of the right or the lower pane.
    pub behind: bool,
}

/// Where the user dragged the dividers; `None` where the program decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dividers {
    /// Width of the left column, in per mille of the screen.
    pub columns: Option<u16>,
    /// Height of the request, in per mille of the screen.
    pub rows: Option<u16>,
    /// Height of the environments, in per mille of the screen.
    pub left: Option<u16>,
}

impl Dividers {
    /// Moves a divider to where the mouse is.
    pub fn drag(&mut self, Grip { divider, behind }: Grip, at: Position, size: (u16, u16)) {
        let ahead = u16::from(!behind);
        let share = |part: u16, whole: u16| {
            let share = u32::from(part) * 1000 / u32::from(whole.max(1));
            Some(u16::try_from(share).unwrap_or(500).clamp(50, 900))
        };
        match divider {
            Divider::Columns => self.columns = share(at.x + ahead, size.0),
            Divider::Rows => self.rows = share(at.y + ahead, size.1),
            Divider::Left => self.left = share(at.y + ahead, size.1),
        }
    }
}

/// The places on the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    areas: [Option<Rect>; 4],
    /// The last line.
    pub footer: Rect,
    /// Whether the screen is too small for anything.
    pub too_small: bool,
}

impl Layout {
    /// Where a pane is; `None` when it is not on the screen.
    pub fn area(&self, pane: Pane) -> Option<Rect> {
        self.areas[pane as usize]
    }

    /// The pane at a place.
    pub fn pane_at(&self, at: Position) -> Option<Pane> {
        Pane::ALL
            .into_iter()
            .find(|pane| self.area(*pane).is_some_and(|area| area.contains(at)))
    }

    /// The divider at a place: either of the borders where two panes meet. Also says whether that is the one behind it, of the
    /// right or the lower pane.
    pub fn divider_at(&self, at: Position) -> Option<Grip> {
        let [environments, tree, request, response] = self.areas;
        let grip = |divider, behind| Some(Grip { divider, behind });
        if let (Some(left), Some(right)) = (tree, request)
            && right.x > left.x
            && at.y < left.bottom()
            && (left.right() - 1..=right.x).contains(&at.x)
        {
            return grip(Divider::Columns, at.x == right.x);
        }
        for (divider, upper, lower) in [(Divider::Rows, request, response), (Divider::Left, environments, tree)] {
            if let (Some(upper), Some(lower)) = (upper, lower)
                && upper.y < lower.y
                && (upper.bottom() - 1..=lower.y).contains(&at.y)
                && (upper.x..upper.right()).contains(&at.x)
            {
                return grip(divider, at.y == lower.y);
            }
        }
        None
    }
}

/// Places everything.
pub fn compute(
    (columns, rows): (u16, u16),
    zoomed: Option<Pane>,
    focus: Pane,
    dividers: &Dividers,
    environments: usize,
) -> Layout {
    let mut layout = Layout::default();
    if columns < SMALLEST.0 || rows < SMALLEST.1 {
        layout.too_small = true;
        return layout;
    }
    let height = rows - 1;
    layout.footer = Rect::new(0, height, columns, 1);
    let alone = columns < SEVERAL.0 || rows < SEVERAL.1;
    if let Some(pane) = zoomed.or(alone.then_some(focus)) {
        layout.areas[pane as usize] = Some(Rect::new(0, 0, columns, height));
        return layout;
    }
    let share = |of: u16, mille: u16| u16::try_from(u32::from(of) * u32::from(mille) / 1000).unwrap_or(of);
    let wide = columns >= 80;
    let left = if wide {
        dividers
            .columns
            .map_or_else(|| (columns / 4).clamp(26, 44), |mille| share(columns, mille))
            .clamp(16, columns - 30)
    } else {
        columns
    };
    let show_left = wide || matches!(focus, Pane::Environments | Pane::Collections);
    let show_right = wide || !show_left;
    if show_left {
        let wanted = u16::try_from(environments.max(1))
            .unwrap_or(u16::MAX)
            .saturating_add(2)
            .clamp(3, height / 3);
        let upper = dividers
            .left
            .map_or(wanted, |mille| share(height, mille))
            .clamp(3, height - 4);
        layout.areas[Pane::Environments as usize] = Some(Rect::new(0, 0, left, upper));
        layout.areas[Pane::Collections as usize] = Some(Rect::new(0, upper, left, height - upper));
    }
    if show_right {
        let x = if wide { left } else { 0 };
        let wanted = match height {
            0..24 => share(height, 480),
            24..45 => share(height, 420),
            _ => share(height, 380),
        };
        let upper = dividers
            .rows
            .map_or(wanted, |mille| share(height, mille))
            .clamp(5, height - 5);
        layout.areas[Pane::Request as usize] = Some(Rect::new(x, 0, columns - x, upper));
        layout.areas[Pane::Response as usize] = Some(Rect::new(x, upper, columns - x, height - upper));
    }
    layout
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(size: (u16, u16), focus: Pane) -> Layout {
        compute(size, None, focus, &Dividers::default(), 2)
    }

    #[test]
    fn panes_fill_the_screen_without_overlapping_at_every_size() {
        for columns in 60..260 {
            for rows in [16, 17, 24, 40, 70, 120] {
                for focus in Pane::ALL {
                    let layout = at((columns, rows), focus);
                    let covered: u32 = Pane::ALL
                        .iter()
                        .filter_map(|pane| layout.area(*pane))
                        .map(ratatui::prelude::Rect::area)
                        .sum();
                    assert_eq!(covered + layout.footer.area(), u32::from(columns) * u32::from(rows));
                    assert!(layout.area(focus).is_some(), "the focused pane is always on the screen");
                }
            }
        }
    }

    #[test]
    fn a_tiny_screen_says_so() {
        assert!(at((39, 40), Pane::Request).too_small);
        assert!(at((60, 9), Pane::Request).too_small);
        assert!(!at((40, 10), Pane::Request).too_small);
    }

    #[test]
    fn a_small_screen_is_for_the_pane_that_has_the_focus() {
        for size in [(59, 40), (60, 15), (40, 10)] {
            for focus in Pane::ALL {
                let layout = at(size, focus);
                assert_eq!(layout.area(focus), Some(Rect::new(0, 0, size.0, size.1 - 1)));
                let shown = Pane::ALL.iter().filter(|pane| layout.area(**pane).is_some());
                assert_eq!(shown.count(), 1);
            }
        }
    }

    #[test]
    fn dividers_are_found_and_dragged_within_limits() {
        let layout = at((120, 40), Pane::Request);
        let request = layout.area(Pane::Request).unwrap_or_default();
        let grip = |x, y| {
            layout
                .divider_at(Position::new(x, y))
                .map(|grip| (grip.divider, grip.behind))
        };
        for y in [0, 10, request.bottom() - 1, request.bottom(), 30] {
            assert_eq!(grip(request.x - 1, y), Some((Divider::Columns, false)));
            assert_eq!(grip(request.x, y), Some((Divider::Columns, true)));
        }
        let tree = layout.area(Pane::Collections).unwrap_or_default();
        for (x, y, divider) in [
            (request.x + 5, request.bottom(), Divider::Rows),
            (5, tree.y, Divider::Left),
        ] {
            assert_eq!(grip(x, y - 2), None);
            assert_eq!(grip(x, y - 1), Some((divider, false)));
            assert_eq!(grip(x, y), Some((divider, true)));
            assert_eq!(grip(x, y + 1), None);
        }
        // Where it is taken by is where it stays.
        let at = Position::new(request.x + 5, 20);
        let (mut upper, mut lower) = (Dividers::default(), Dividers::default());
        upper.drag(
            Grip {
                divider: Divider::Rows,
                behind: false,
            },
            Position { y: 19, ..at },
            (120, 40),
        );
        lower.drag(
            Grip {
                divider: Divider::Rows,
                behind: true,
            },
            at,
            (120, 40),
        );
        assert_eq!(upper, lower);
        let mut dividers = Dividers::default();
        for x in [0, 119] {
            let grip = Grip {
                divider: Divider::Columns,
                behind: false,
            };
            dividers.drag(grip, Position::new(x, 5), (120, 40));
            let layout = compute((120, 40), None, Pane::Request, &dividers, 2);
            assert!(layout.area(Pane::Request).is_some_and(|area| area.width >= 30));
            assert!(layout.area(Pane::Collections).is_some_and(|area| area.width >= 6));
        }
    }
}

//! What failed in a row of the run, broken into lines: once for a width, as messages may be long and are asked for at every
//! event.

use std::collections::BTreeMap;

use super::MOST_DETAILS;
use crate::tui::modals::wrap::wrap;
use crate::tui::runner::{Log, Row};
use crate::tui::widgets::glyphs;

/// A line below a row: what failed, and the message beside it or below.
#[derive(Debug)]
pub struct Detail {
    /// What failed.
    pub what: String,
    /// What was said of it.
    pub message: String,
    /// Whether it is a warning.
    pub warns: bool,
}

/// The lines of the rows in sight that are unfolded.
#[derive(Debug, Default)]
pub struct Details {
    room: usize,
    rows: BTreeMap<usize, Vec<Detail>>,
}

impl Details {
    /// How many lines there are below a row; they are broken for this room if they are not yet.
    pub fn count(&mut self, row: usize, log: &Log, room: usize) -> usize {
        if std::mem::replace(&mut self.room, room) != room {
            self.rows.clear();
        }
        let Some(of) = log.rows.get(row) else { return 0 };
        self.rows.entry(row).or_insert_with(|| broken(of, room)).len()
    }

    /// The lines below a row that were counted.
    pub fn of(&self, row: usize) -> &[Detail] {
        self.rows.get(&row).map_or(&[], Vec::as_slice)
    }

    /// Forgets all but those of rows between these two.
    pub fn keep(&mut self, from: usize, to: usize) {
        self.rows.retain(|row, _| (from..=to).contains(row));
    }
}

/// What failed in a row and what was said of it, broken into lines; where there is more, the last says so.
fn broken(row: &Row, room: usize) -> Vec<Detail> {
    let failures = row.failures.iter().map(|failure| {
        let message = Some(failure.message.trim_end()).filter(|message| *message != failure.what);
        (&failure.what, message.unwrap_or_default(), false)
    });
    let warnings = row.warnings.iter().map(|warning| (warning, "", true));
    let mut out: Vec<Detail> = Vec::new();
    // How many have all their lines among those that are shown whatever else there is.
    let mut whole = 0;
    for (what, message, warns) in failures.chain(warnings) {
        let beside = within(what, room).and_then(|used| room.checked_sub(used + 2));
        if !message.contains('\n') && beside.is_some_and(|room| within(message, room).is_some()) {
            let (what, message) = (what.clone(), message.to_owned());
            out.push(Detail { what, message, warns });
        } else {
            // Of a message without end no more is broken than can be shown.
            let cut = |text: &str| glyphs::elide(text, room * MOST_DETAILS);
            let line = |what: String, message: String| Detail { what, message, warns };
            out.extend(wrap(&cut(what), room).into_iter().map(|text| line(text, String::new())));
            if !message.is_empty() {
                // Its lines stay: a mark in one may point into the one above.
                let lines = message.lines().take(MOST_DETAILS + 1);
                let lines = lines.flat_map(|text| wrap(&cut(text), room.saturating_sub(2).max(1)));
                out.extend(lines.map(|text| line(String::new(), text)));
            }
        }
        whole += usize::from(out.len() < MOST_DETAILS);
        if out.len() > MOST_DETAILS {
            break;
        }
    }
    let all = row.failures.len() + row.warnings.len();
    if out.len() > MOST_DETAILS {
        out.truncate(MOST_DETAILS - 1);
        let message = match all - whole {
            1 => "… ↵ shows all of it".to_owned(),
            more => format!("… and {more} more: ↵ shows all of them"),
        };
        out.push(Detail {
            what: String::new(),
            message,
            warns: false,
        });
    }
    out
}

/// The columns a text takes if there are no more than these; of a longer one no more is looked at.
fn within(text: &str, room: usize) -> Option<usize> {
    let mut rest = glyphs::glyphs(text);
    let fits = rest.all(|glyph| glyph.column + glyph.width <= room);
    fits.then(|| rest.column())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_measured_as_far_as_there_is_room() {
        for (text, room, expected) in [
            ("", 0, Some(0)),
            ("abc", 3, Some(3)),
            ("abc", 2, None),
            ("日本", 4, Some(4)),
            ("日本", 3, None),
        ] {
            assert_eq!(within(text, room), expected, "{text} {room}");
        }
    }
}

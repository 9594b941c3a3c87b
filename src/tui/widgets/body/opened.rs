//! What is shown of long strings though it would be left out: around a match, and what was asked for at the cursor.

use std::ops::Range;

use super::document::Document;
use super::line::{Content, Line, Piece, text};
use super::plain::char_start;
use super::view::View;
use super::window::Window;

/// Bytes shown on each side of a match.
const AROUND: usize = 512;
/// Bytes shown at once where they are asked for: each of them is looked at whenever the screen is drawn.
const MOST: usize = 256 * 1024;

/// Stretches of the body that are shown.
#[derive(Clone, Debug, Default)]
pub(super) struct Opened {
    /// What was asked for.
    asked: Vec<Range<usize>>,
    /// What is around the match that was gone to last.
    hit: Option<Range<usize>>,
}

impl Opened {
    /// Puts what is shown in place of the marks that it is left out.
    pub fn fill(&self, line: &mut Line, doc: &Document) {
        if (self.asked.is_empty() && self.hit.is_none()) || left_out(line).next().is_none() {
            return;
        }
        let mut window = Window::new(doc.source(), doc.source().len());
        let mut pieces = Vec::with_capacity(line.pieces.len());
        let mut before = line.pieces.first().map(|piece| piece.kind).unwrap_or_default();
        for piece in std::mem::take(&mut line.pieces) {
            let Content::LeftOut(out) = &piece.content else {
                before = piece.kind;
                pieces.push(piece);
                continue;
            };
            let mut at = out.start;
            let mut push = |kind, content| pieces.push(Piece { kind, content });
            for shown in self.within(out, &mut window) {
                if at < shown.start {
                    push(piece.kind, Content::LeftOut(at..shown.start));
                }
                at = shown.end;
                text(&mut push, before, shown, &mut window);
            }
            if at < out.end {
                push(piece.kind, Content::LeftOut(at..out.end));
            }
        }
        line.pieces = pieces;
    }

    /// What is shown of a stretch, in order, from character to character.
    fn within(&self, out: &Range<usize>, window: &mut Window) -> Vec<Range<usize>> {
        let mut start_of = |at: usize| {
            let from = at.saturating_sub(3);
            let cut = at - from;
            if at <= out.start || at >= out.end {
                at.clamp(out.start, out.end)
            } else {
                (from + char_start(window.at(from, cut + 1), cut)).max(out.start)
            }
        };
        let all = self.asked.iter().chain(&self.hit);
        let mut all: Vec<Range<usize>> = all
            .filter(|shown| shown.start < out.end && out.start < shown.end)
            .map(|shown| start_of(shown.start)..start_of(shown.end))
            .collect();
        all.sort_unstable_by_key(|shown| shown.start);
        all.dedup_by(|next, last| {
            let joins = next.start <= last.end;
            if joins {
                last.end = last.end.max(next.end);
            }
            joins
        });
        all
    }
}

/// What is left out of a line.
fn left_out(line: &Line) -> impl Iterator<Item = &Range<usize>> {
    line.pieces.iter().filter_map(|piece| match &piece.content {
        Content::LeftOut(range) => Some(range),
        _ => None,
    })
}

impl View {
    /// Shows what is around a byte of a row if that is left out; what was shown around the one before is left out again.
    pub(super) fn open_at(&mut self, doc: &Document, row: usize, offset: usize) {
        self.opened.hit = None;
        let line = self.sight(doc).get(row);
        if line.is_some_and(|line| left_out(&line).any(|out| out.contains(&offset))) {
            self.opened.hit = Some(offset.saturating_sub(AROUND)..offset.saturating_add(AROUND));
        }
    }

    /// Shows what is left out of the cursor's line, so much at a time; where all is shown, leaves it out again. Returns
    /// whether there was something of the kind.
    pub(super) fn toggle_long(&mut self, doc: &Document) -> bool {
        let Some(line) = self.sight(doc).get(self.cursor) else {
            return false;
        };
        let mut room = MOST;
        let known = self.opened.asked.len();
        for out in left_out(&line) {
            let end = out.end.min(out.start + room);
            if out.start < end {
                self.opened.asked.push(out.start..end);
            }
            room -= end - out.start;
        }
        let outside = |shown: &Range<usize>| shown.end <= line.bytes.start || line.bytes.end <= shown.start;
        if self.opened.asked.len() == known {
            self.opened.asked.retain(outside);
            if self.opened.asked.len() == known {
                return false;
            }
            self.opened.hit = self.opened.hit.take().filter(outside);
        }
        let hit = self.match_here(doc).filter(|_| self.opened.asked.len() > known);
        self.clamp(doc);
        self.reveal_cursor(doc);
        // What stands before it is longer now.
        if let Some(hit) = hit {
            self.show_byte(doc, hit);
        }
        true
    }
}

//! What is shown of long strings though it would be left out: around a match, and what was asked for at the cursor.

use std::ops::Range;
use std::sync::Arc;

use super::document::Document;
use super::line::{Content, Line, Piece, text};
use super::plain::char_start;
use super::view::View;
use super::window::Window;

/// Bytes shown on each side of a match.
const AROUND: usize = 512;
/// Bytes shown where they are asked for: each of them is looked at whenever the screen is drawn, so there are never more.
const MOST: usize = 256 * 1024;

/// Stretches of the body that are shown.
#[derive(Clone, Debug, Default)]
pub(super) struct Opened {
    /// What was asked for last.
    asked: Option<Range<usize>>,
    /// What is around the match that was gone to last.
    hit: Option<Range<usize>>,
    /// The key that shows more, for the words that say so.
    key: Option<Arc<str>>,
}

impl Opened {
    /// Puts what is shown in place of the marks that it is left out.
    pub fn fill(&self, line: &mut Line, doc: &Document) {
        if left_out(line).next().is_none() {
            return;
        }
        let asked = self.asked_in(line).map_or(0, |shown| shown.end);
        let mut window = Window::new(doc.source(), doc.source().len());
        let mut pieces = Vec::with_capacity(line.pieces.len());
        let mut before = line.pieces.first().map(|piece| piece.kind).unwrap_or_default();
        for piece in std::mem::take(&mut line.pieces) {
            let Content::LeftOut(out, _) = &piece.content else {
                before = piece.kind;
                pieces.push(piece);
                continue;
            };
            let mut at = out.start;
            let mut push = |kind, content| pieces.push(Piece { kind, content });
            // What was passed is not what comes next.
            let key = |end: usize| self.key.clone().filter(|_| asked < end);
            for shown in self.within(out, &mut window) {
                if at < shown.start {
                    push(piece.kind, Content::LeftOut(at..shown.start, key(shown.start)));
                }
                at = shown.end;
                text(&mut push, before, shown, &mut window);
            }
            if at < out.end {
                push(piece.kind, Content::LeftOut(at..out.end, key(out.end)));
            }
        }
        line.pieces = pieces;
    }

    /// What was asked for in a line.
    fn asked_in(&self, line: &Line) -> Option<&Range<usize>> {
        let within = |shown: &&Range<usize>| shown.start < line.bytes.end && line.bytes.start < shown.end;
        self.asked.as_ref().filter(within)
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
        Content::LeftOut(range, _) => Some(range),
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

    /// Whether something of the cursor's line is left out.
    pub fn is_cut(&self, doc: &Document) -> bool {
        let line = self.sight(doc).get(self.cursor);
        line.is_some_and(|line| left_out(&line).next().is_some())
    }

    /// Names the key that shows more of a long string, as it is bound.
    pub fn name_key(&mut self, key: &str) {
        if self.opened.key.as_deref().unwrap_or_default() != key {
            self.opened.key = Some(key.into()).filter(|_| !key.is_empty());
        }
    }

    /// Shows some of what is left out of the cursor's line, then what follows it instead; where nothing does, leaves it out
    /// again. Returns whether there was something of the kind.
    pub(super) fn show_more(&mut self, doc: &Document) -> bool {
        let Some(line) = self.sight(doc).get(self.cursor) else {
            return false;
        };
        let behind = self.opened.asked_in(&line).map(|shown| shown.end);
        let next = left_out(&line).find(|out| behind.is_none_or(|behind| behind < out.end));
        let next = next.map(|out| out.start);
        let hit = self.match_here(doc).filter(|_| behind.is_none());
        let end = left_out(&line).last().map_or(0, |out| out.end);
        if next.is_none() && behind.is_none() {
            return false;
        }
        self.opened.asked = next.map(|start| start..end.min(start + MOST));
        if next.is_none() {
            self.opened.hit = None;
        }
        self.clamp(doc);
        self.reveal_cursor(doc);
        if let Some(hit) = hit {
            // What stands before it is longer now.
            self.show_byte(doc, hit);
        } else if behind.is_some() {
            // What stood before it is not there any more.
            self.bring(doc, next.unwrap_or(line.bytes.start));
        }
        true
    }
}

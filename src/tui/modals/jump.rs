//! Letters on the fields of the screen: one key goes there, two when there are more fields than letters.

use std::mem;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseEvent, MouseEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;

use super::Flow;
use super::sheet::column_at;
use crate::tui::command::Command;
use crate::tui::panes::{Cx, View};
use crate::tui::widgets::glyphs;

/// The letters, those under the fingers first.
const LETTERS: &str = "asdfjklghqwertyuiopzxcvbnm";

/// The letters on the screen.
#[derive(Debug)]
pub struct Jump {
    targets: Vec<Target>,
    typed: String,
}

#[derive(Debug)]
struct Target {
    at: Position,
    label: String,
    commands: Vec<Command>,
}

impl Jump {
    /// Offers these places; the commands go there.
    pub fn new(targets: Vec<(Position, Vec<Command>)>) -> Self {
        let labels = labels(targets.len());
        let targets = targets
            .into_iter()
            .zip(labels)
            .map(|((at, commands), label)| Target { at, label, commands })
            .collect();
        Self {
            targets,
            typed: String::new(),
        }
    }

    /// Takes a key.
    pub fn key(&mut self, key: KeyEvent, cx: &mut Cx<'_>) -> Flow {
        match key.code {
            KeyCode::Esc => return Flow::Close,
            KeyCode::Backspace => {
                self.typed.pop();
            }
            KeyCode::Char('o') if key.modifiers.contains(KeyModifiers::CONTROL) => return Flow::Close,
            KeyCode::Char(c) if !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) => {
                self.typed.push(c.to_ascii_lowercase());
                if let Some(target) = self.targets.iter_mut().find(|target| target.label == self.typed) {
                    cx.commands.extend(mem::take(&mut target.commands));
                    return Flow::Close;
                }
                if !self.targets.iter().any(|target| target.label.starts_with(&self.typed)) {
                    // A letter that leads nowhere is not kept.
                    self.typed.pop();
                }
            }
            _ => {}
        }
        Flow::Stay
    }

    /// Takes pasted text: none of it is a letter to go to.
    pub fn paste(&mut self, _text: &str, _cx: &mut Cx<'_>) {}

    /// Takes a mouse event: a click ends the choice.
    pub fn mouse(&mut self, event: MouseEvent, _cx: &mut Cx<'_>) -> Flow {
        match event.kind {
            MouseEventKind::Down(_) => Flow::Close,
            _ => Flow::Stay,
        }
    }

    /// Follows the screen: a place that is not on it any more cannot be seen.
    pub fn sync(&mut self, screen: Rect, _cx: &mut Cx<'_>) {
        self.targets.retain(|target| screen.contains(target.at));
    }

    /// Draws the letters over a dimmed screen.
    pub fn draw(&self, view: View<'_>, screen: Rect, buf: &mut Buffer) -> Option<Position> {
        let theme = view.theme;
        let screen = screen.intersection(buf.area);
        let mut faint = theme.dim;
        faint.sub_modifier = Modifier::BOLD;
        buf.set_style(screen, faint);
        let badge = theme
            .base
            .patch(theme.accent)
            .add_modifier(Modifier::REVERSED | Modifier::BOLD);
        for target in &self.targets {
            let Some(rest) = target.label.strip_prefix(&self.typed) else {
                continue;
            };
            let at = Position::new(column_at(target.at.x, self.typed.len()), target.at.y);
            glyphs::put_text(buf, at, rest, rest.len(), badge);
        }
        let text = if self.targets.is_empty() {
            " nothing to jump to · Esc closes"
        } else {
            " type the letters of a field to go there · Esc closes"
        };
        let line = Rect {
            y: screen.bottom().saturating_sub(1),
            height: screen.height.min(1),
            ..screen
        };
        let room = usize::from(line.width);
        glyphs::put_text(buf, line.as_position(), &" ".repeat(room), room, theme.base);
        glyphs::put_text(buf, line.as_position(), text, room, theme.base.patch(theme.accent));
        None
    }
}

/// So many labels, none the beginning of another.
fn labels(count: usize) -> Vec<String> {
    if count <= LETTERS.len() {
        return LETTERS.chars().take(count).map(String::from).collect();
    }
    let pairs = LETTERS
        .chars()
        .flat_map(|first| LETTERS.chars().map(move |second| format!("{first}{second}")));
    pairs.take(count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_unique_and_none_begins_another() {
        for count in [0, 1, 26, 27, 300] {
            let labels = labels(count);
            assert_eq!(labels.len(), count);
            for (n, label) in labels.iter().enumerate() {
                assert!(
                    labels
                        .iter()
                        .skip(n + 1)
                        .all(|other| !other.starts_with(label.as_str()))
                );
            }
        }
    }
}

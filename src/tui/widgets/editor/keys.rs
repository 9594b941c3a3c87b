//! Which key does what while typing.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::{Editor, Mode, document::Change, edit, motion};

/// What a key press came to.
#[derive(Clone, PartialEq, Eq)]
pub enum Handled {
    /// The text changed.
    Changed,
    /// The caret or the selection changed, or the key was taken without effect.
    Moved,
    /// This was copied; the caller hands it to the system's clipboard.
    Copied(String),
    /// This was copied and removed from the text.
    Cut(String),
    /// Not a key of the editor.
    Ignored,
}

impl Handled {
    /// Says whether the text changed.
    pub fn changed(&self) -> bool {
        matches!(self, Self::Changed | Self::Cut(_))
    }
}

impl std::fmt::Debug for Handled {
    /// Says nothing of what was copied: it may be a secret.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Changed => "Changed",
            Self::Moved => "Moved",
            Self::Copied(_) => "Copied(…)",
            Self::Cut(_) => "Cut(…)",
            Self::Ignored => "Ignored",
        })
    }
}

/// Says `Changed` if so; a key that found nothing to change is still the editor's.
fn changed(changed: bool) -> Handled {
    if changed { Handled::Changed } else { Handled::Moved }
}

impl Editor {
    /// Handles one key press.
    pub fn handle_key(&mut self, key: KeyEvent) -> Handled {
        if key.kind == KeyEventKind::Release {
            return Handled::Ignored;
        }
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        let alt = key.modifiers.contains(KeyModifiers::ALT);
        let shift = key.modifiers.contains(KeyModifiers::SHIFT);
        if key
            .modifiers
            .intersects(KeyModifiers::SUPER | KeyModifiers::META | KeyModifiers::HYPER)
        {
            return Handled::Ignored;
        }
        match (key.code, control, alt) {
            (KeyCode::Char(next), true, false) => self.control(next.to_ascii_lowercase(), shift),
            (KeyCode::Char(next), false, true) => self.alt(next.to_ascii_lowercase(), shift),
            // On Windows, AltGr arrives as Control and Alt.
            (KeyCode::Char(next), true, true) if !next.is_alphanumeric() => self.type_key(next),
            (KeyCode::Char(next), false, false) => self.type_key(next),
            (KeyCode::Backspace | KeyCode::Delete, _, _) => self.delete(key.code, control || alt),
            (KeyCode::Enter, false, false) if self.mode == Mode::MultiLine => {
                self.break_line();
                Handled::Changed
            }
            (KeyCode::Tab, false, false) if self.mode == Mode::MultiLine && !shift => {
                self.indent();
                Handled::Changed
            }
            (KeyCode::BackTab | KeyCode::Tab, false, false) if self.mode == Mode::MultiLine => changed(self.outdent()),
            _ => self.motion(key.code, control || alt, shift),
        }
    }

    fn type_key(&mut self, next: char) -> Handled {
        if next.is_control() || edit::is_break(next) {
            return Handled::Ignored;
        }
        self.type_char(next);
        Handled::Changed
    }

    fn control(&mut self, next: char, shift: bool) -> Handled {
        let caret = self.selection.caret;
        let line = self.document.line_of(caret);
        match next {
            // On one line as in a shell: to the start; once there, everything is selected.
            'a' if self.mode == Mode::SingleLine && (caret != 0 || !self.selection.is_empty()) => {
                self.go(0, false);
                Handled::Moved
            }
            'a' => {
                self.select_all();
                Handled::Moved
            }
            'e' => {
                self.go(self.document.line_end(line), false);
                Handled::Moved
            }
            'u' => changed(self.kill_back()),
            'c' => self.selected().map_or(Handled::Ignored, |text| {
                self.clipboard.clone_from(&text);
                Handled::Copied(text)
            }),
            'x' => self.selected().map_or(Handled::Moved, |text| {
                self.clipboard.clone_from(&text);
                self.replace_selection("", Change::Other);
                Handled::Cut(text)
            }),
            'v' => {
                let text = self.clipboard.clone();
                self.paste(&text);
                changed(!text.is_empty())
            }
            'z' if shift => changed(self.redo()),
            'z' => changed(self.undo()),
            'y' => changed(self.redo()),
            'k' => changed(self.kill()),
            'w' => changed(self.delete_to(motion::word_left(self.document.rope(), caret), Change::Other)),
            // Old terminals send Ctrl+H for Backspace.
            'h' => self.delete(KeyCode::Backspace, false),
            _ => Handled::Ignored,
        }
    }

    fn alt(&mut self, next: char, shift: bool) -> Handled {
        let caret = self.selection.caret;
        match next {
            'b' => self.go(motion::word_left(self.document.rope(), caret), shift),
            'f' => self.go(motion::word_right(self.document.rope(), caret), shift),
            'd' => return changed(self.delete_to(motion::word_right(self.document.rope(), caret), Change::Other)),
            _ => return Handled::Ignored,
        }
        Handled::Moved
    }

    fn delete(&mut self, code: KeyCode, word: bool) -> Handled {
        let (rope, caret) = (self.document.rope(), self.selection.caret);
        let (to, kind) = match (code, word) {
            (KeyCode::Backspace, false) => (motion::previous(rope, caret), Change::Backspace),
            (KeyCode::Backspace, true) => (motion::word_left(rope, caret), Change::Other),
            (_, false) => (motion::next(rope, caret), Change::Delete),
            (_, true) => (motion::word_right(rope, caret), Change::Other),
        };
        changed(self.delete_to(to, kind))
    }

    fn motion(&mut self, code: KeyCode, word: bool, select: bool) -> Handled {
        let (rope, caret) = (self.document.rope(), self.selection.caret);
        let multi = self.mode == Mode::MultiLine;
        let selected = self.selection.range();
        let collapse = !select && !word && !selected.is_empty();
        let page = isize::try_from(self.page()).unwrap_or(isize::MAX);
        match code {
            KeyCode::Left if collapse => self.go(selected.start, false),
            KeyCode::Right if collapse => self.go(selected.end, false),
            KeyCode::Left if word => self.go(motion::word_left(rope, caret), select),
            KeyCode::Right if word => self.go(motion::word_right(rope, caret), select),
            KeyCode::Left => self.go(motion::previous(rope, caret), select),
            KeyCode::Right => self.go(motion::next(rope, caret), select),
            KeyCode::Home if word => self.go(0, select),
            KeyCode::End if word => self.go(self.document.len(), select),
            KeyCode::Home => self.go_home(select),
            KeyCode::End => self.go(self.document.line_end(self.document.line_of(caret)), select),
            KeyCode::Up if multi && !word => self.go_lines(-1, select),
            KeyCode::Down if multi && !word => self.go_lines(1, select),
            KeyCode::PageUp if multi && !word => self.go_lines(-page, select),
            KeyCode::PageDown if multi && !word => self.go_lines(page, select),
            _ => return Handled::Ignored,
        }
        Handled::Moved
    }
}

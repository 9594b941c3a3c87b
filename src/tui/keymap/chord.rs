//! A key with its modifiers, as terminals report it and as people write it.

use std::fmt;
use std::str::FromStr;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// A key with its modifiers, in one spelling: an upper-case letter needs no Shift, Shift+Tab is a Tab with Shift.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Chord {
    code: KeyCode,
    modifiers: KeyModifiers,
}

impl From<KeyEvent> for Chord {
    fn from(key: KeyEvent) -> Self {
        let mut modifiers = key.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT);
        let code = match key.code {
            KeyCode::BackTab => {
                modifiers |= KeyModifiers::SHIFT;
                KeyCode::Tab
            }
            KeyCode::Char(c) => {
                let c = if modifiers.contains(KeyModifiers::CONTROL) {
                    c.to_ascii_lowercase()
                } else if modifiers.contains(KeyModifiers::SHIFT) && c.is_ascii_lowercase() {
                    c.to_ascii_uppercase()
                } else {
                    c
                };
                if !modifiers.contains(KeyModifiers::CONTROL) {
                    modifiers -= KeyModifiers::SHIFT;
                }
                KeyCode::Char(c)
            }
            code => code,
        };
        Self { code, modifiers }
    }
}

impl Chord {
    /// Whether it is pressed with Ctrl or Alt, so that a pane may bind it for its text fields too.
    pub fn is_command(self) -> bool {
        self.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT)
    }

    /// Whether pressing it in a text field would type something.
    pub fn types_text(self) -> bool {
        matches!(self.code, KeyCode::Char(_)) && !self.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT)
    }
}

const NAMED: [(&str, KeyCode, &str); 17] = [
    ("enter", KeyCode::Enter, "↵"),
    ("esc", KeyCode::Esc, "Esc"),
    ("tab", KeyCode::Tab, "Tab"),
    ("space", KeyCode::Char(' '), "Space"),
    ("backspace", KeyCode::Backspace, "⌫"),
    ("delete", KeyCode::Delete, "Del"),
    ("insert", KeyCode::Insert, "Ins"),
    ("up", KeyCode::Up, "↑"),
    ("down", KeyCode::Down, "↓"),
    ("left", KeyCode::Left, "←"),
    ("right", KeyCode::Right, "→"),
    ("home", KeyCode::Home, "Home"),
    ("end", KeyCode::End, "End"),
    ("pgup", KeyCode::PageUp, "PgUp"),
    ("pgdn", KeyCode::PageDown, "PgDn"),
    ("minus", KeyCode::Char('-'), "-"),
    ("plus", KeyCode::Char('+'), "+"),
];

impl FromStr for Chord {
    type Err = ();

    /// Reads `ctrl-j`, `alt-enter`, `shift-tab`, `G`, `f1`, `space`.
    fn from_str(text: &str) -> Result<Self, ()> {
        let mut modifiers = KeyModifiers::NONE;
        let mut rest = text;
        while let Some((word, after)) = rest.split_once('-') {
            modifiers |= match word {
                "ctrl" => KeyModifiers::CONTROL,
                "alt" => KeyModifiers::ALT,
                "shift" => KeyModifiers::SHIFT,
                _ => break,
            };
            rest = after;
        }
        let code = if let Some((_, code, _)) = NAMED.iter().find(|(name, ..)| *name == rest) {
            *code
        } else if let Some(n) = rest
            .strip_prefix('f')
            .and_then(|n| n.parse::<u8>().ok())
            .filter(|n| (1..=12).contains(n))
        {
            KeyCode::F(n)
        } else {
            let mut chars = rest.chars();
            match (chars.next(), chars.next()) {
                (Some(c), None) => KeyCode::Char(c),
                _ => return Err(()),
            }
        };
        Ok(KeyEvent::new(code, modifiers).into())
    }
}

impl fmt::Display for Chord {
    /// The short form of key hints: `^J`, `M-↵`, `⇧Tab`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.modifiers.contains(KeyModifiers::CONTROL) {
            f.write_str("^")?;
        }
        if self.modifiers.contains(KeyModifiers::ALT) {
            f.write_str("M-")?;
        }
        if self.modifiers.contains(KeyModifiers::SHIFT) {
            f.write_str("⇧")?;
        }
        match (self.code, NAMED.iter().find(|(_, code, _)| *code == self.code)) {
            (_, Some((.., symbol))) => f.write_str(symbol),
            (KeyCode::F(n), _) => write!(f, "F{n}"),
            (KeyCode::Char(c), _) if self.modifiers.contains(KeyModifiers::CONTROL) => {
                write!(f, "{}", c.to_ascii_uppercase())
            }
            (KeyCode::Char(c), _) => write!(f, "{c}"),
            (code, _) => write!(f, "{code}"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn chords_are_read_and_shown() {
        for (text, shown) in [
            ("ctrl-j", "^J"),
            ("alt-enter", "M-↵"),
            ("shift-tab", "⇧Tab"),
            ("G", "G"),
            ("f1", "F1"),
            ("?", "?"),
            ("minus", "-"),
        ] {
            assert_eq!(text.parse::<Chord>().unwrap().to_string(), shown);
        }
        assert!("hyper-x".parse::<Chord>().is_err());
        assert!("".parse::<Chord>().is_err());
    }

    #[test]
    fn terminals_spell_the_same_key_differently() {
        let chord = |code, modifiers| Chord::from(KeyEvent::new(code, modifiers));
        assert_eq!(chord(KeyCode::Char('G'), KeyModifiers::SHIFT), "G".parse().unwrap());
        assert_eq!(chord(KeyCode::Char('g'), KeyModifiers::SHIFT), "G".parse().unwrap());
        assert_eq!(
            chord(KeyCode::BackTab, KeyModifiers::NONE),
            "shift-tab".parse().unwrap()
        );
        assert_eq!(chord(KeyCode::Char('?'), KeyModifiers::SHIFT), "?".parse().unwrap());
    }
}

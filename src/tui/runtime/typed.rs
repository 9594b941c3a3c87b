//! What was typed, out of the bytes that a terminal sends for it: as the reader of keys makes it, for when that does not listen.
//!
//! Sources: <https://invisible-island.net/xterm/ctlseqs/ctlseqs.html>, <https://sw.kovidgoyal.net/kitty/keyboard-protocol/>.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

/// What pasted text begins and ends with.
pub const PASTE: (&str, &str) = ("\x1b[200~", "\x1b[201~");

/// A piece of what came.
#[derive(Debug, PartialEq)]
pub enum Piece<'a> {
    /// Something that the user did.
    Typed(Event),
    /// Something else that the terminal says.
    Said(&'a str),
}

/// The first piece and what is behind it; `None` if there is none, or not all of it yet.
pub fn split(text: &str) -> Option<(Piece<'_>, &str)> {
    let (piece, rest) = text.split_at(length(text)?);
    Some((event(piece).map_or(Piece::Said(piece), Piece::Typed), rest))
}

/// Whether it is one of the long sequences that are asked for: what else begins like one is a key with Alt.
fn is_long(body: &str) -> bool {
    body.starts_with("_G") || body.starts_with("]1")
}

fn length(text: &str) -> Option<usize> {
    let first = text.chars().next()?;
    let Some(body) = text.strip_prefix('\x1b') else {
        return Some(first.len_utf8());
    };
    if text.starts_with(PASTE.0) {
        return text.find(PASTE.1).map(|at| at + PASTE.1.len());
    }
    if is_long(body) {
        let end = 1 + body.find(['\x07', '\x1b'])?;
        return match &text.as_bytes()[end..] {
            [b'\x1b'] => None,
            [b'\x1b', b'\\', ..] => Some(end + 2),
            [b'\x1b', ..] => Some(end),
            _ => Some(end + 1),
        };
    }
    let mut chars = body.chars();
    match chars.next() {
        Some('[') if body.starts_with("[M") => {
            // The old way of the mouse: three more, whatever they are.
            let last = text.char_indices().nth(5);
            last.map(|(at, c)| at + c.len_utf8())
        }
        // Another one that begins in it says that it was none, but a key with Alt.
        Some('[') => {
            let end = body[1..].find(|c| c == '\x1b' || ('@'..='~').contains(&c))?;
            let is_cut = body[1 + end..].starts_with('\x1b');
            Some(if is_cut { 2 } else { end + 3 })
        }
        Some('O') if chars.next().is_some_and(|last| cursor(last).is_some()) => Some(3),
        // By itself, or twice.
        None | Some('\x1b') => Some(1),
        Some(c) => Some(1 + c.len_utf8()),
    }
}

fn event(piece: &str) -> Option<Event> {
    let Some(body) = piece.strip_prefix('\x1b') else {
        return key(piece.chars().next()?).map(Event::Key);
    };
    if let Some(pasted) = piece.strip_prefix(PASTE.0) {
        return Some(Event::Paste(pasted.strip_suffix(PASTE.1)?.to_owned()));
    }
    if let Some(parts) = body.strip_prefix('[').filter(|parts| !parts.is_empty()) {
        return sequence(parts);
    }
    if is_long(body) {
        return None;
    }
    let mut chars = body.chars();
    let key = match (chars.next(), chars.next()) {
        (None, _) => KeyEvent::from(KeyCode::Esc),
        (Some('O'), Some(last)) => KeyEvent::from(cursor(last)?),
        (Some(c), _) => {
            let key = key(c)?;
            KeyEvent::new(key.code, key.modifiers | KeyModifiers::ALT)
        }
    };
    Some(Event::Key(key))
}

/// What a control sequence says (ECMA-48), behind what introduces it.
fn sequence(text: &str) -> Option<Event> {
    let last = text.chars().next_back()?;
    let parts = text.strip_suffix(last)?;
    if let Some(parts) = parts.strip_prefix('<') {
        return mouse(parts, last == 'm').map(Event::Mouse);
    }
    let number =
        |part: usize, of: usize| -> Option<u32> { parts.split(';').nth(part)?.split(':').nth(of)?.parse().ok() };
    if parts.starts_with(['?', '>', '=']) || number(1, 1) == Some(3) {
        // An answer, or a key that was let go.
        return None;
    }
    let mut with = modifiers(number(1, 0).unwrap_or(1));
    let code = match last {
        'Z' => KeyCode::BackTab,
        '~' => numbered(number(0, 0)?)?,
        'u' => coded(number(0, 0)?, with)?,
        last => cursor(last)?,
    };
    if code == KeyCode::BackTab {
        with |= KeyModifiers::SHIFT;
    }
    Some(Event::Key(KeyEvent::new(code, with)))
}

fn modifiers(told: u32) -> KeyModifiers {
    let bits = told.saturating_sub(1);
    [
        KeyModifiers::SHIFT,
        KeyModifiers::ALT,
        KeyModifiers::CONTROL,
        KeyModifiers::SUPER,
        KeyModifiers::HYPER,
        KeyModifiers::META,
    ]
    .into_iter()
    .enumerate()
    .filter(|(n, _)| bits >> n & 1 == 1)
    .fold(KeyModifiers::NONE, |all, (_, one)| all | one)
}

/// The keys that end a sequence with a letter.
fn cursor(last: char) -> Option<KeyCode> {
    Some(match last {
        'A' => KeyCode::Up,
        'B' => KeyCode::Down,
        'C' => KeyCode::Right,
        'D' => KeyCode::Left,
        'F' => KeyCode::End,
        'H' => KeyCode::Home,
        'P' => KeyCode::F(1),
        'Q' => KeyCode::F(2),
        'R' => KeyCode::F(3),
        'S' => KeyCode::F(4),
        _ => return None,
    })
}

/// The keys of a VT220, by their number.
fn numbered(number: u32) -> Option<KeyCode> {
    let number = u8::try_from(number).ok()?;
    Some(match number {
        1 | 7 => KeyCode::Home,
        2 => KeyCode::Insert,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        11..=15 => KeyCode::F(number - 10),
        17..=21 => KeyCode::F(number - 11),
        23..=26 => KeyCode::F(number - 12),
        28 | 29 => KeyCode::F(number - 15),
        31..=34 => KeyCode::F(number - 17),
        _ => return None,
    })
}

/// The keys of a keypad behind its digits, as kitty counts them.
const KEYPAD: [KeyCode; 18] = [
    KeyCode::Char('.'),
    KeyCode::Char('/'),
    KeyCode::Char('*'),
    KeyCode::Char('-'),
    KeyCode::Char('+'),
    KeyCode::Enter,
    KeyCode::Char('='),
    KeyCode::Char(','),
    KeyCode::Left,
    KeyCode::Right,
    KeyCode::Up,
    KeyCode::Down,
    KeyCode::PageUp,
    KeyCode::PageDown,
    KeyCode::Home,
    KeyCode::End,
    KeyCode::Insert,
    KeyCode::Delete,
];

/// The key of a code of kitty's: that of its character, or one among those that stand for none.
fn coded(code: u32, with: KeyModifiers) -> Option<KeyCode> {
    Some(match char::from_u32(code)? {
        '\x1b' => KeyCode::Esc,
        '\r' => KeyCode::Enter,
        '\t' if with.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
        '\t' => KeyCode::Tab,
        '\x7f' => KeyCode::Backspace,
        '\u{e000}'..='\u{f8ff}' => match code.checked_sub(57_399)? {
            digit @ 0..=9 => KeyCode::Char(char::from_digit(digit, 10)?),
            other => *KEYPAD.get(usize::try_from(other - 10).ok()?)?,
        },
        c => KeyCode::Char(c),
    })
}

/// The key that types a character.
fn key(c: char) -> Option<KeyEvent> {
    let with = |code, modifiers| Some(KeyEvent::new(code, modifiers));
    let among = |from: u8, first: u8| {
        let n = u8::try_from(c).ok()?.checked_sub(first)?;
        with(KeyCode::Char(char::from(from + n)), KeyModifiers::CONTROL)
    };
    match c {
        '\r' => with(KeyCode::Enter, KeyModifiers::NONE),
        '\t' => with(KeyCode::Tab, KeyModifiers::NONE),
        '\x7f' => with(KeyCode::Backspace, KeyModifiers::NONE),
        '\0' => with(KeyCode::Char(' '), KeyModifiers::CONTROL),
        '\x01'..='\x1a' => among(b'a', 1),
        '\x1c'..='\x1f' => among(b'4', 0x1c),
        // What is no text.
        c if c.is_control() || c == char::REPLACEMENT_CHARACTER => None,
        c if c.is_uppercase() => with(KeyCode::Char(c), KeyModifiers::SHIFT),
        c => with(KeyCode::Char(c), KeyModifiers::NONE),
    }
}

/// What the mouse did: a code of buttons and modifiers, the column and the row.
fn mouse(parts: &str, is_up: bool) -> Option<MouseEvent> {
    let mut numbers = parts.split(';').map(|part| part.parse::<u16>().ok());
    let (code, column, row) = (numbers.next()??, numbers.next()??, numbers.next()??);
    let buttons = [MouseButton::Left, MouseButton::Middle, MouseButton::Right];
    let button = buttons.get(usize::from(code & 3)).copied();
    let kind = match (code & 0xc0, code & 0x20 != 0, button) {
        (0, false, Some(button)) if !is_up => MouseEventKind::Down(button),
        (0, false, button) => MouseEventKind::Up(button.unwrap_or(MouseButton::Left)),
        (0, true, Some(button)) => MouseEventKind::Drag(button),
        (0 | 0x40, true, _) => MouseEventKind::Moved,
        (0x40, false, _) => match code & 3 {
            0 => MouseEventKind::ScrollUp,
            1 => MouseEventKind::ScrollDown,
            2 => MouseEventKind::ScrollLeft,
            _ => MouseEventKind::ScrollRight,
        },
        _ => return None,
    };
    let held = [
        (4, KeyModifiers::SHIFT),
        (8, KeyModifiers::ALT),
        (16, KeyModifiers::CONTROL),
    ];
    let held = held.into_iter().filter(|(bit, _)| code & bit != 0);
    Some(MouseEvent {
        kind,
        column: column.checked_sub(1)?,
        row: row.checked_sub(1)?,
        modifiers: held.fold(KeyModifiers::NONE, |all, (_, one)| all | one),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(mut text: &str) -> (Vec<Event>, &str) {
        let mut events = Vec::new();
        while let Some((piece, rest)) = split(text) {
            text = rest;
            if let Piece::Typed(event) = piece {
                events.push(event);
            }
        }
        (events, text)
    }

    #[test]
    fn keys_are_those_that_the_reader_of_keys_makes() {
        let (none, control, alt, shift) = (
            KeyModifiers::NONE,
            KeyModifiers::CONTROL,
            KeyModifiers::ALT,
            KeyModifiers::SHIFT,
        );
        let letter = KeyCode::Char;
        for (bytes, code, with) in [
            ("j", letter('j'), none),
            ("G", letter('G'), shift),
            ("é", letter('é'), none),
            ("\x03", letter('c'), control),
            ("\0", letter(' '), control),
            ("\x1c", letter('4'), control),
            ("\x7f", KeyCode::Backspace, none),
            ("\x1b", KeyCode::Esc, none),
            ("\x1b\r", KeyCode::Enter, alt),
            ("\x1bj", letter('j'), alt),
            ("\x1b]", letter(']'), alt),
            ("\x1b_", letter('_'), alt),
            ("\x1b[\x1b[?62;4c", letter('['), alt),
            ("\x1bO", letter('O'), alt | shift),
            ("\x1bOP", KeyCode::F(1), none),
            ("\x1bOA", KeyCode::Up, none),
            ("\x1b[H", KeyCode::Home, none),
            ("\x1b[1;5C", KeyCode::Right, control),
            ("\x1b[Z", KeyCode::BackTab, shift),
            ("\x1b[6~", KeyCode::PageDown, none),
            ("\x1b[24~", KeyCode::F(12), none),
            ("\x1b[3;5~", KeyCode::Delete, control),
            ("\x1b[106;5u", letter('j'), control),
            ("\x1b[13;3u", KeyCode::Enter, alt),
            ("\x1b[27u", KeyCode::Esc, none),
            ("\x1b[9;2u", KeyCode::BackTab, shift),
            ("\x1b[57404u", letter('5'), none),
            ("\x1b[57414u", KeyCode::Enter, none),
        ] {
            let key = Event::Key(KeyEvent::new(code, with));
            assert_eq!(all(bytes), (vec![key], ""), "{bytes:?}");
        }
        for nothing in [
            "\x1b[106;1:3u",
            "\x1b[57441u",
            "\x1b[I",
            "\x1b[?62;4c",
            "\x1b[M !!",
            "\x1b_Gi=31;OK\x1b\\",
            "\x1b]11;rgb:0/0/0\x07",
            "\u{fffd}",
        ] {
            assert_eq!(all(nothing), (Vec::new(), ""), "{nothing:?}");
        }
        for cut in ["\x1b[", "\x1b[1;", "\x1b[M ", "\x1b[200~qq\x1b[20", "\x1b_Gi=3\x1b"] {
            assert_eq!(all(cut), (Vec::new(), cut), "{cut:?}");
        }
    }

    #[test]
    fn what_is_pasted_is_no_keys_and_the_mouse_is_where_it_is() {
        let mouse = |kind, column, row, modifiers| {
            Event::Mouse(MouseEvent {
                kind,
                column,
                row,
                modifiers,
            })
        };
        let (left, none) = (MouseButton::Left, KeyModifiers::NONE);
        let text = "\x1b[200~q\x1b[A\n\x1b[201~\x1b[<0;3;4M\x1b[<32;5;4M\x1b[<0;5;4m\x1b[<81;1;1M\x1b[<35;9;9M";
        let events = vec![
            Event::Paste("q\x1b[A\n".to_owned()),
            mouse(MouseEventKind::Down(left), 2, 3, none),
            mouse(MouseEventKind::Drag(left), 4, 3, none),
            mouse(MouseEventKind::Up(left), 4, 3, none),
            mouse(MouseEventKind::ScrollDown, 0, 0, KeyModifiers::CONTROL),
            mouse(MouseEventKind::Moved, 8, 8, none),
        ];
        assert_eq!(all(text), (events, ""));
    }
}

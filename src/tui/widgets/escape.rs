//! Makes text from elsewhere safe to draw: nothing that moves a cursor, switches a mode or hides a letter gets through.
//!
//! Servers send what they like: escape sequences, bidirectional overrides, invisible characters. A terminal obeys them.
//! So every text that did not come from us passes through here on its way to the screen:
//!
//! ```text
//! &str → cells()     → Cell { symbol, width, escaped }   for widgets that lay out character by character
//!      → printable() → Cow<str>                          for labels, titles, table cells: one line
//!      → glyphs      → Glyph { text, column, width }     for editors and cells: tabs, and escapes of one column
//! ```
//!
//! Control characters of ASCII become their pictures (`␛`), everything else unseen becomes `\u{202e}`. Width is counted
//! as `unicode-width` does, which is what ratatui counts too, so a cell never takes more room than it says.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// More characters than this never share a cell; stacked accents beyond it are shown as escapes.
pub const MAX_CLUSTER: usize = 8;

/// One drawable character: a grapheme cluster as it is, or the escape that stands for a character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell<'a> {
    /// Where the character starts in the text, in bytes.
    pub offset: usize,
    /// How many bytes of the text this cell stands for.
    pub len: usize,
    /// What to draw: never empty, never a control character.
    pub symbol: Cow<'a, str>,
    /// Columns the symbol takes: at least 1.
    pub width: usize,
    /// Whether the symbol is an escape and not the text itself; worth a dimmed style.
    pub escaped: bool,
}

/// Returns the text with everything a terminal could obey or hide replaced by something visible.
///
/// Tabs and line ends count as control characters: the result is always one line. Text without any such character is
/// returned as it came.
pub fn printable(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return Cow::Borrowed(text);
    }
    let mut out: Option<String> = None;
    for cell in cells(text) {
        match &mut out {
            Some(out) => out.push_str(&cell.symbol),
            None if *cell.symbol != text[cell.offset..cell.offset + cell.len] => {
                let mut changed = String::with_capacity(text.len() + 16);
                changed.push_str(&text[..cell.offset]);
                changed.push_str(&cell.symbol);
                out = Some(changed);
            }
            None => {}
        }
    }
    out.map_or(Cow::Borrowed(text), Cow::Owned)
}

/// Walks the text as cells that are safe to draw.
pub fn cells(text: &str) -> Cells<'_> {
    Cells { text, at: 0 }
}

/// Says whether a character must never reach the terminal as it is: it is obeyed, reorders its neighbours or is unseen.
pub fn is_hidden(c: char) -> bool {
    // Control characters, then the format and filler characters of Unicode 16 (general category Cf and friends).
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}'
            | '\u{8e2}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}'
            | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// The iterator behind [`cells`].
#[derive(Clone, Debug)]
pub struct Cells<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Iterator for Cells<'a> {
    type Item = Cell<'a>;

    fn next(&mut self) -> Option<Cell<'a>> {
        let rest = &self.text[self.at..];
        let mut chars = rest.chars();
        let first = chars.next()?;
        // The way nearly all text goes: a letter that is drawn as it is, next to one that cannot combine with it.
        let cell = match simple_width(first) {
            Some(width) if chars.next().is_none_or(|next| simple_width(next).is_some()) => {
                let len = first.len_utf8();
                Cell {
                    offset: self.at,
                    len,
                    symbol: Cow::Borrowed(&rest[..len]),
                    width,
                    escaped: false,
                }
            }
            _ => cluster(self.at, rest),
        };
        self.at += cell.len;
        Some(cell)
    }
}

/// Says whether a character surely takes cells of its own, whatever is before it.
pub fn stands_alone(c: char) -> bool {
    simple_width(c).is_some()
}

/// Returns the width of a character that never joins with another of its kind; `None` if it takes a closer look.
fn simple_width(c: char) -> Option<usize> {
    match c {
        ' '..='~' | '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{2ff}' | 'Α'..='Ρ' | 'Σ'..='ώ' | 'Ѐ'..='ҁ' => Some(1),
        'ぁ'..='ゖ' | 'ァ'..='ヺ' | '\u{4e00}'..='\u{9fff}' => Some(2),
        _ => None,
    }
}

/// Reads the cluster at the start of a non-empty `rest`, or the escape of its first character.
fn cluster(offset: usize, rest: &str) -> Cell<'_> {
    let whole = rest.graphemes(true).next().unwrap_or(rest);
    let seen = whole.chars().take(MAX_CLUSTER).take_while(|c| !is_hidden(*c));
    let drawn = seen.map(char::len_utf8).sum();
    let symbol = &whole[..drawn];
    let len = drawn + left_out(symbol, &rest[drawn..]);
    let width = symbol.width();
    if width > 0 {
        return Cell {
            offset,
            len,
            symbol: Cow::Borrowed(symbol),
            width,
            escaped: false,
        };
    }
    // Hidden, or a lone combining mark that would land on somebody else's cell.
    let c = whole.chars().next().unwrap_or(char::REPLACEMENT_CHARACTER);
    let symbol = escape(c);
    Cell {
        offset,
        len: c.len_utf8(),
        width: symbol.width().max(1),
        symbol: Cow::Owned(symbol),
        escaped: true,
    }
}

/// How many bytes behind a drawn character are left out instead of escaped, as they only say how it is to be drawn: a selector
/// between text and picture form; a joiner to the next picture, where terminals agree on no width; and what joins or parts
/// letters of scripts that are written joined.
fn left_out(drawn: &str, after: &str) -> usize {
    let Some(before) = drawn.chars().next_back() else {
        return 0;
    };
    let rest = after.strip_prefix(['\u{fe0e}', '\u{fe0f}']).unwrap_or(after);
    let mut chars = rest.chars();
    let joiner = chars.next();
    let both = |is: fn(char) -> bool| is(before) && chars.as_str().chars().next().is_some_and(is);
    let joins = match joiner {
        Some('\u{200d}') => both(is_picture) || both(is_joined),
        Some('\u{200c}') => both(is_joined),
        _ => false,
    };
    let rest = if joins { chars.as_str() } else { rest };
    after.len() - rest.len()
}

/// Pictures that are joined to others, tones of skin among them.
fn is_picture(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

/// Letters and marks of Arabic, Syriac and the scripts of India.
fn is_joined(c: char) -> bool {
    matches!(c, '\u{620}'..='\u{6ff}' | '\u{710}'..='\u{77f}' | '\u{8a0}'..='\u{8e1}' | '\u{900}'..='\u{dff}')
}

/// Writes the visible stand-in of one character.
fn escape(c: char) -> String {
    match u32::from(c) {
        code @ 0..=0x1f => char::from_u32(0x2400 + code).map_or_else(String::new, String::from),
        0x7f => "\u{2421}".to_owned(),
        code => format!("\\u{{{code:x}}}"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn plain_text_is_borrowed() {
        for text in ["", "plain", "über", "日本語", "e\u{301}"] {
            assert!(matches!(printable(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }

    #[test]
    fn what_a_terminal_would_obey_is_shown() {
        assert_eq!(printable("a\u{1b}[2Jb"), "a␛[2Jb");
        assert_eq!(printable("\u{7}\u{7f}\u{9b}31m"), "␇␡\\u{9b}31m");
        assert_eq!(printable("one\r\ntwo\tthree"), "one␍␊two␉three");
    }

    #[test]
    fn what_reorders_or_hides_is_shown() {
        assert_eq!(printable("user\u{202e}nimda"), "user\\u{202e}nimda");
        assert_eq!(printable("pass\u{200b}word"), "pass\\u{200b}word");
        assert_eq!(printable("\u{feff}{}"), "\\u{feff}{}");
        assert_eq!(printable("a\u{e0041}"), "a\\u{e0041}");
    }

    #[test]
    fn wide_characters_take_two_columns_and_marks_none() {
        let widths = |text: &str| cells(text).map(|cell| cell.width).collect::<Vec<_>>();
        assert_eq!(widths("a日😀"), [1, 2, 2]);
        assert_eq!(widths("e\u{301}x"), [1, 1]);
        assert_eq!(
            widths("\u{301}"),
            ["\\u{301}".len()],
            "a mark without a letter is escaped"
        );
        assert_eq!(widths("❤\u{fe0f}"), [1], "the selector is left out");
    }

    #[test]
    fn the_short_way_leads_where_the_long_one_does() {
        for c in '\0'..='\u{ffff}' {
            let Some(width) = simple_width(c) else { continue };
            assert!(!is_hidden(c));
            assert_eq!(c.to_string().width(), width, "{c}");
            for next in ["a", "é", "日", "ア", "я"] {
                assert_eq!(format!("{c}{next}").graphemes(true).count(), 2, "{c}{next}");
            }
        }
    }

    #[test]
    fn joined_pictures_and_letters_are_drawn_one_by_one_and_nothing_else_is_left_out() {
        assert_eq!(
            printable("\u{1f469}\u{200d}\u{1f4bb} login"),
            "\u{1f469}\u{1f4bb} login"
        );
        assert_eq!(printable("\u{2764}\u{fe0f}\u{200d}\u{1f525}"), "\u{2764}\u{1f525}");
        assert_eq!(
            printable("\u{1f469}\u{1f3fd}\u{200d}\u{1f4bb}"),
            "\u{1f469}\u{1f3fd}\u{1f4bb}"
        );
        assert_eq!(printable("\u{645}\u{6cc}\u{200c}\u{62e}"), "\u{645}\u{6cc}\u{62e}");
        assert_eq!(printable("a\u{200d}b"), "a\\u{200d}b");
        assert_eq!(printable("\u{1f469}\u{200d}b"), "\u{1f469}\\u{200d}b");
        assert_eq!(printable("\u{6cc}\u{200c}a"), "\u{6cc}\\u{200c}a");
        let lens: Vec<usize> = cells("\u{1f469}\u{200d}\u{1f4bb}").map(|cell| cell.len).collect();
        assert_eq!(lens, [7, 4]);
    }

    #[test]
    fn a_tower_of_accents_is_cut() {
        let tower = format!("a{}", "\u{301}".repeat(40));
        let cells: Vec<_> = cells(&tower).collect();
        assert!(cells.len() > 1);
        assert!(cells.iter().all(|cell| cell.symbol.chars().count() <= MAX_CLUSTER));
    }

    proptest! {
        #[test]
        fn nothing_hidden_gets_through_and_nothing_is_lost(text in any::<String>()) {
            let mut at = 0;
            for cell in cells(&text) {
                prop_assert_eq!(cell.offset, at);
                prop_assert!(cell.len > 0 && cell.width > 0);
                prop_assert!(!cell.symbol.chars().any(is_hidden));
                prop_assert_eq!(cell.width, cell.symbol.width());
                at += cell.len;
            }
            prop_assert_eq!(at, text.len());
            prop_assert!(!printable(&text).chars().any(is_hidden));
        }

        #[test]
        fn control_characters_too(text in "[\\x00-\\x1f\\x7f-\\x9fa\u{200b}-\u{202e}\u{300}-\u{310}\u{fe00}-\u{fe0f}日]{0,20}") {
            prop_assert!(!printable(&text).chars().any(is_hidden));
        }
    }
}

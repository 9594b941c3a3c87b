//! Breaks text into lines for popups: at words where possible, made safe to show.

use crate::tui::widgets::glyphs;

/// Breaks one line of text at `width` columns; continuations keep its indentation.
///
/// The result is safe to draw: control characters have become their pictures.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let safe = glyphs::elide(text, usize::MAX);
    let indent = safe.len() - safe.trim_start().len();
    let indent = if indent * 2 < width { indent } else { 0 };
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in safe.split_inclusive(' ') {
        let bare = glyphs::width(word.trim_end());
        if used + bare > width && used > indent {
            lines.push(std::mem::take(&mut line).trim_end().to_owned());
            line.push_str(&" ".repeat(indent));
            used = indent;
        }
        if used + bare <= width {
            line.push_str(word);
            used += glyphs::width(word);
            continue;
        }
        for glyph in glyphs::glyphs(word) {
            if used + glyph.width > width && used > indent {
                lines.push(std::mem::take(&mut line));
                line.push_str(&" ".repeat(indent));
                used = indent;
            }
            line.push_str(glyph.text);
            used += glyph.width;
        }
    }
    lines.push(line.trim_end().to_owned());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaks_at_words_and_keeps_the_indentation() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("  one two three", 8), ["  one", "  two", "  three"]);
        assert_eq!(wrap("", 8), [""]);
    }

    #[test]
    fn breaks_long_and_wide_words_and_shows_controls() {
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("日本語です", 5), ["日本", "語で", "す"]);
        assert_eq!(wrap("a\u{1b}[2Jb", 20), ["a␛[2Jb"]);
        for width in 0..12 {
            for line in wrap("    日本 abc\tdef  ghijklmnop ", width) {
                assert!(width < 2 || glyphs::width(&line) <= width, "{width} {line:?}");
            }
        }
    }
}

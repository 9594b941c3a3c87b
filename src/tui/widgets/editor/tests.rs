//! Tests of this module.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use proptest::prelude::*;
use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::Modifier,
};

use super::*;
use crate::tui::widgets::highlight::{VariableLookup, VariableStatus};

/// Presses keys written as words: `abc` types, `<C-Left>` is a key with modifiers.
fn press(editor: &mut Editor, keys: &str) -> Handled {
    let mut handled = Handled::Ignored;
    let mut rest = keys;
    while let Some(next) = rest.chars().next() {
        let (code, modifiers, len) = match rest.strip_prefix('<').and_then(|key| key.split_once('>')) {
            Some((key, _)) => {
                let mut parts: Vec<_> = key.split('-').collect();
                let name = parts.pop().unwrap();
                let modifiers = parts.iter().fold(KeyModifiers::NONE, |all, part| {
                    all | match *part {
                        "C" => KeyModifiers::CONTROL,
                        "A" => KeyModifiers::ALT,
                        _ => KeyModifiers::SHIFT,
                    }
                });
                let code = match name {
                    "Left" => KeyCode::Left,
                    "Right" => KeyCode::Right,
                    "Up" => KeyCode::Up,
                    "Down" => KeyCode::Down,
                    "Home" => KeyCode::Home,
                    "End" => KeyCode::End,
                    "PgDn" => KeyCode::PageDown,
                    "Enter" => KeyCode::Enter,
                    "Tab" => KeyCode::Tab,
                    "BackTab" => KeyCode::BackTab,
                    "BS" => KeyCode::Backspace,
                    "Del" => KeyCode::Delete,
                    "Esc" => KeyCode::Esc,
                    letter => KeyCode::Char(letter.chars().next().unwrap()),
                };
                (code, modifiers, key.len() + 2)
            }
            None => (KeyCode::Char(next), KeyModifiers::NONE, next.len_utf8()),
        };
        handled = editor.handle_key(KeyEvent::new(code, modifiers));
        rest = &rest[len..];
    }
    handled
}

fn multi(text: &str, syntax: Syntax) -> Editor {
    Editor::new(text, Mode::MultiLine, syntax)
}

/// Writes the text with the caret as `|` and a selection in `[…]`.
fn show(editor: &Editor) -> String {
    let range = editor.selection.range();
    let mut chars: Vec<char> = editor.text().chars().collect();
    if range.is_empty() {
        chars.insert(range.start, '|');
    } else {
        chars.insert(range.end, ']');
        chars.insert(range.start, '[');
    }
    chars.into_iter().collect()
}

fn after(text: &str, keys: &str) -> String {
    let mut editor = multi(text, Syntax::Json);
    editor.resize(40, 10);
    press(&mut editor, keys);
    show(&editor)
}

#[test]
fn moves() {
    assert_eq!(after("one two", "<Right><C-Right>"), "one| two");
    assert_eq!(after("one two", "<End><C-Left>"), "one |two");
    assert_eq!(after("one two", "<End><A-b><A-b><A-f>"), "one| two");
    assert_eq!(after("a\n日本\nabc", "<C-End><Up>"), "a\n日本|\nabc");
    assert_eq!(after("abcd\nx\nefgh", "<End><Down><Down>"), "abcd\nx\nefgh|");
    assert_eq!(after("ab\ncd", "<Down><Down>"), "ab\ncd|");
    assert_eq!(after("ab\ncd", "<Right><Up>"), "|ab\ncd");
    assert_eq!(after("  ab", "<End><Home>"), "  |ab");
    assert_eq!(after("  ab", "<End><Home><Home>"), "|  ab");
    assert_eq!(after("a\nb\nc", "<C-End><C-Home>"), "|a\nb\nc");
    assert_eq!(after("e\u{301}x", "<Right>"), "e\u{301}|x");
    assert_eq!(after(&"x\n".repeat(30), "<PgDn>").find('|'), Some(18));
}

#[test]
fn selects() {
    assert_eq!(after("abc", "<S-Right><S-Right>"), "[ab]c");
    assert_eq!(after("abc", "<S-Right><S-Right><Left>"), "|abc");
    assert_eq!(after("abc", "<S-Right><S-Right><Right>"), "ab|c");
    assert_eq!(after("abc\nd", "<C-a>"), "[abc\nd]");
    assert_eq!(after("abc", "<C-a>x"), "x|");
    assert_eq!(after("abc", "<C-a><BS>"), "|");
    assert_eq!(after("ab cd", "<S-C-Right><Del>"), "| cd");
}

#[test]
fn deletes() {
    assert_eq!(after("abc", "<Right><BS>"), "|bc");
    assert_eq!(after("abc", "<Right><Del>"), "a|c");
    assert_eq!(after("ab\r\ncd", "<Down><BS>"), "ab|cd");
    assert_eq!(after("ab\r\ncd", "<End><Del>"), "ab|cd");
    assert_eq!(after("one two", "<End><C-w>"), "one |");
    assert_eq!(after("one two", "<End><A-BS><C-BS>"), "|");
    assert_eq!(after("one two", "<A-d>"), "| two");
    assert_eq!(after("one two\nx", "<Right><C-k>"), "o|\nx");
    assert_eq!(after("one\nx", "<End><C-k>"), "one|x");
    assert_eq!(after("one\nx", "<C-k><C-End><C-v>"), "\nxone|");
    assert_eq!(after("ab", "<End><C-h>"), "a|");
}

#[test]
fn undoes_and_redoes() {
    assert_eq!(after("", "one two<C-z>"), "one |");
    assert_eq!(after("", "one two<C-z><C-z>"), "|");
    assert_eq!(after("", "one two<C-z><C-z><C-y><C-y>"), "one two|");
    assert_eq!(after("", "one<C-z>x<C-y>"), "x|");
    assert_eq!(after("abc", "<C-a>x<C-z>"), "[abc]");
    assert_eq!(after("", "a<Left>b<C-z>"), "|a");
}

#[test]
fn indents() {
    assert_eq!(after("", "{<Enter>"), "{\n  |");
    assert_eq!(after("{}", "<Right><Enter>"), "{\n  |\n}");
    assert_eq!(after("", "{<Enter>[<Enter>1<Enter>]<Enter>}"), "{\n  [\n    1\n  ]\n}|");
    assert_eq!(after("  x", "<End><Enter>"), "  x\n  |");
    assert_eq!(after("{}", "<Right><Enter><C-z>"), "{|}");
    assert_eq!(after("x", "<Tab>"), "  |x");
    assert_eq!(after("a\n\nb\nc", "<S-Down><S-Down><S-Down><Tab>"), "  [a\n\n  b\n]c");
    assert_eq!(after("a\nb", "<C-a><Tab><C-z>"), "[a\nb]");
    assert_eq!(after("  a\n b\n\tc", "<C-a><BackTab>"), "[a\nb\nc]");
    assert_eq!(after("a\r\nb", "<Enter>"), "\r\n|a\r\nb");
}

#[test]
fn pastes_are_text() {
    let mut editor = multi("", Syntax::Json);
    editor.paste("{\r\n    \"a\": 1\r}\n");
    assert_eq!(editor.text(), "{\n    \"a\": 1\n}\n");
    assert!(editor.undo());
    assert_eq!(editor.text(), "");
    let mut editor = multi("a\r\nb", Syntax::Plain);
    editor.paste("x\ny");
    assert_eq!(editor.text(), "x\r\nya\r\nb");
    let mut editor = Editor::single_line("a");
    editor.paste("b\r\nc\nd\n");
    assert_eq!(show(&editor), "ab c d|");
}

#[test]
fn a_single_line_leaves_keys_to_others() {
    let mut editor = Editor::single_line("a\nb");
    assert_eq!(editor.text(), "a b");
    for key in [
        "<Enter>",
        "<Tab>",
        "<BackTab>",
        "<Up>",
        "<Down>",
        "<Esc>",
        "<C-s>",
        "<C-j>",
        "<C-c>",
    ] {
        assert_eq!(press(&mut editor, key), Handled::Ignored, "{key}");
    }
    assert_eq!(editor.text(), "a b");
}

#[test]
fn says_what_happened() {
    let mut editor = multi("abc", Syntax::Plain);
    assert_eq!(press(&mut editor, "<C-c>"), Handled::Ignored);
    assert_eq!(press(&mut editor, "<C-z>"), Handled::Moved);
    assert_eq!(press(&mut editor, "<C-a><C-c>"), Handled::Copied("abc".into()));
    assert_eq!(press(&mut editor, "<C-x>"), Handled::Cut("abc".into()));
    assert_eq!(press(&mut editor, "<C-v>"), Handled::Changed);
    assert_eq!(editor.text(), "abc");
    assert_eq!(press(&mut editor, "<Left>"), Handled::Moved);
    let mut release = KeyEvent::new(KeyCode::Char('x'), KeyModifiers::NONE);
    release.kind = crossterm::event::KeyEventKind::Release;
    assert_eq!(editor.handle_key(release), Handled::Ignored);
}

#[test]
fn setting_the_text_keeps_the_caret() {
    let mut editor = multi("one two three", Syntax::Plain);
    press(&mut editor, "<End><C-Left>");
    editor.set_text("one 2 three");
    assert_eq!(show(&editor), "one 2 |three");
    editor.set_text("one 2 three");
    assert!(editor.undo());
    assert_eq!(editor.text(), "one two three");
    assert!(!editor.undo(), "setting the same text is no step");
    editor.set_text("");
    assert_eq!(show(&editor), "|");
    editor.set_text("aaa");
    editor.set_text("aa");
    assert_eq!(editor.text(), "aa");
}

#[test]
fn goes_to_a_line() {
    let mut editor = multi("a\nb\nc", Syntax::Plain);
    for (line, at) in [(2, 1), (9, 2), (0, 0)] {
        editor.go_to_line(line);
        assert_eq!(editor.cursor().line, at);
    }
}

#[test]
fn finds() {
    let mut editor = multi("foo Bar\nfoo bar", Syntax::Plain);
    assert!(editor.find("bar", true));
    assert_eq!(show(&editor), "foo [Bar]\nfoo bar");
    assert!(editor.find("bar", true));
    assert_eq!(show(&editor), "foo Bar\nfoo [bar]");
    assert!(editor.find("bar", true));
    assert_eq!(
        editor.cursor(),
        TextPosition {
            line: 0,
            column: 7,
            offset: 7
        }
    );
    assert!(editor.find("foo", false));
    assert_eq!(editor.cursor().offset, 3);
    assert!(editor.find("foo", false));
    assert_eq!(editor.cursor().offset, 11);
    assert!(editor.find("Bar", true));
    assert_eq!(editor.cursor().offset, 7);
    assert!(!editor.find("[", true));
    assert!(!editor.find("", true));
}

#[test]
fn completes_variables() {
    let mut editor = Editor::single_line("é/");
    assert_eq!(editor.completion_prefix(), None);
    press(&mut editor, "{{ba");
    assert_eq!(editor.completion_prefix().as_deref(), Some("ba"));
    assert!(editor.complete("base_url"));
    assert_eq!(show(&editor), "é/{{base_url}}|");
    assert_eq!(editor.completion_prefix(), None);
    assert_eq!(editor.variable_at_cursor().as_deref(), Some("base_url"));
    assert_eq!(editor.variable_at(0), None);
    press(&mut editor, "<Left><Left><Left>");
    assert!(editor.complete("x"));
    assert_eq!(show(&editor), "é/{{x}}|");
    assert!(!editor.complete("y"));
}

struct Lookup;

impl VariableLookup for Lookup {
    fn status(&self, name: &str) -> VariableStatus {
        match name {
            "known" => VariableStatus::Resolved,
            _ if name.starts_with('$') => VariableStatus::Dynamic,
            _ => VariableStatus::Unresolved,
        }
    }
}

fn screen(editor: &mut Editor, width: u16, height: u16) -> (Vec<String>, Option<Position>) {
    editor.resize(width, height);
    let area = Rect::new(0, 0, width, height);
    let mut buf = Buffer::empty(area);
    let caret = editor.draw(&EditorStyles::default(), Some(&Lookup), area, &mut buf, true);
    let rows = (0..height).map(|y| (0..width).map(|x| buf[(x, y)].symbol()).collect::<String>());
    (rows.map(|row| row.trim_end().to_owned()).collect(), caret)
}

#[test]
fn draws_lines_with_numbers() {
    let mut editor = multi("{\n\t\"日\": 1\u{1b}\n}", Syntax::Json);
    let (rows, caret) = screen(&mut editor, 20, 4);
    // The cell behind a wide character holds a space that the terminal never shows.
    assert_eq!(rows, ["  1 {", "  2     \"日 \": 1␛", "  3 }", ""]);
    assert_eq!(caret, Some(Position::new(4, 0)));
    press(&mut editor, "<Down><End>");
    assert_eq!(screen(&mut editor, 20, 4).1, Some(Position::new(16, 1)));
}

#[test]
fn a_single_line_scrolls_between_marks() {
    let mut editor = Editor::single_line("abcdefghijkl");
    assert_eq!(
        screen(&mut editor, 8, 1),
        (vec!["…ghijkl".into()], Some(Position::new(7, 0)))
    );
    press(&mut editor, "<Home>");
    assert_eq!(
        screen(&mut editor, 8, 1),
        (vec!["abcdefg…".into()], Some(Position::new(0, 0)))
    );
    press(&mut editor, "<Right><Right><Right><Right><Right>");
    assert_eq!(
        screen(&mut editor, 8, 1),
        (vec!["…cdefgh…".into()], Some(Position::new(4, 0)))
    );
    editor.blur();
    assert_eq!(screen(&mut editor, 8, 1).0, ["abcdefg…"]);
    let mut editor = Editor::single_line("abcdefg");
    assert_eq!(
        screen(&mut editor, 8, 1),
        (vec!["abcdefg".into()], Some(Position::new(7, 0)))
    );
}

#[test]
fn masks_and_placeholders() {
    let mut editor = Editor::single_line("s日e\u{301}").with_mask(true);
    assert_eq!(
        screen(&mut editor, 8, 1),
        (vec!["•••".into()], Some(Position::new(3, 0)))
    );
    editor.select_all();
    assert_eq!(editor.selected(), None);
    press(&mut editor, "<C-x><C-c>");
    assert_eq!(editor.text(), "s日e\u{301}");
    editor.set_masked(false);
    assert_eq!(editor.selected().as_deref(), Some("s日e\u{301}"));
    editor.go_to_end();
    assert_eq!(screen(&mut editor, 8, 1).0, ["s日 e\u{301}"]);
    let debugged = format!("{editor:?} {:?}", Handled::Copied("日".into()));
    assert!(!debugged.contains('日'), "{debugged}");
    let mut editor = Editor::single_line("").with_placeholder("name");
    assert_eq!(
        screen(&mut editor, 8, 1),
        (vec!["name".into()], Some(Position::new(0, 0)))
    );
}

#[test]
fn colours_selection_variables_and_tokens() {
    let mut editor = multi("\"{{known}} {{x}} {{$guid}}\"", Syntax::Json);
    press(&mut editor, "<S-Right>");
    editor.resize(40, 1);
    let area = Rect::new(0, 0, 40, 1);
    let mut buf = Buffer::empty(area);
    let styles = EditorStyles::default();
    editor.draw(&styles, Some(&Lookup), area, &mut buf, true);
    let colour = |x: u16| buf[(x, 0)].style().fg;
    assert!(buf[(4, 0)].modifier.contains(Modifier::REVERSED));
    assert_eq!(colour(5), styles.variables.resolved.fg);
    assert_eq!(colour(14), styles.highlight.string.fg);
    assert_eq!(colour(15), styles.variables.unresolved.fg);
    assert_eq!(colour(21), styles.variables.dynamic.fg);
}

#[test]
fn the_mouse_finds_places() {
    let mut editor = multi("abc\nd日f\n", Syntax::Plain);
    editor.resize(30, 5);
    editor.click(6, 1);
    assert_eq!(show(&editor), "abc\nd日|f\n", "the right half of a wide character");
    editor.click(0, 0);
    assert_eq!(show(&editor), "|abc\nd日f\n");
    editor.drag(99, 99);
    assert_eq!(show(&editor), "[abc\nd日f\n]");
    editor.click(5, 0);
    editor.select_word();
    assert_eq!(show(&editor), "[abc]\nd日f\n");
}

#[test]
fn wheel_moves_the_view_and_keys_bring_it_back() {
    let mut editor = multi(&"x\n".repeat(100), Syntax::Plain);
    editor.resize(30, 5);
    editor.scroll(50);
    assert_eq!(editor.viewport(), (50, 101));
    assert_eq!(screen(&mut editor, 30, 5).1, None);
    editor.scroll(500);
    assert_eq!(editor.viewport().0, 96);
    press(&mut editor, "<Right>");
    assert_eq!(editor.viewport().0, 0);
}

#[test]
fn a_big_text_is_edited_in_place() {
    let mut editor = multi(&"{\"key\": [1, 2, 3]},\n".repeat(100_000), Syntax::Json);
    editor.resize(80, 24);
    press(&mut editor, "<C-End>");
    for _ in 0..200 {
        press(&mut editor, "x<Left><Up>");
        screen(&mut editor, 80, 24);
    }
    assert_eq!(editor.line_count(), 100_001);
}

#[test]
fn odd_sizes_never_panic() {
    let texts = [
        "",
        "a",
        "日本日本日本",
        "\t\t\u{1b}\u{202e}x",
        "a\r\n\r\n日",
        &"{{x}}\n".repeat(20),
    ];
    for text in texts {
        for mode in [Mode::SingleLine, Mode::MultiLine] {
            for (width, height) in [(0, 0), (1, 1), (2, 3), (3, 1), (4, 2), (15, 1), (16, 2), (200, 60)] {
                let mut editor = Editor::new(text, mode, Syntax::Json).with_placeholder("日本語");
                screen(&mut editor, width, height);
                press(&mut editor, "<C-End>xx<Left>");
                screen(&mut editor, width, height);
                editor.click(width, height);
                let mut small = Buffer::empty(Rect::new(3, 3, 2, 2));
                editor.draw(&EditorStyles::default(), None, Rect::new(0, 0, 9, 9), &mut small, true);
            }
        }
    }
}

const KEYS: &[&str] = &[
    "a",
    " ",
    "}",
    "{",
    "日",
    "<Enter>",
    "<Tab>",
    "<BackTab>",
    "<BS>",
    "<Del>",
    "<C-w>",
    "<C-k>",
    "<C-v>",
    "<C-x>",
    "<A-d>",
    "<C-a>",
    "<C-c>",
    "<Left>",
    "<S-Left>",
    "<S-Right>",
    "<Up>",
    "<S-Down>",
    "<Home>",
    "<C-End>",
    "<C-Left>",
    "<C-z>",
    "<C-y>",
];

#[test]
fn killing_between_cr_and_lf_takes_the_rest_of_the_break() {
    let mut editor = Editor::new("\r\u{301}\n", Mode::MultiLine, Syntax::Plain);
    for key in ["<S-Right>", "<C-k>", "<C-k>"] {
        press(&mut editor, key);
    }
    assert_eq!(editor.text(), "\r");
}

proptest! {
    #[test]
    fn set_text_sets_the_text(old in "[ab\\n日]{0,12}", new in "[ab\\n日]{0,12}", caret in 0..12_usize) {
        let mut editor = Editor::new(&old, Mode::MultiLine, Syntax::Plain);
        editor.go_to(0, caret);
        editor.set_text(&new);
        prop_assert_eq!(editor.text(), new);
        prop_assert!(editor.cursor().offset <= editor.document.len());
        editor.undo();
        prop_assert_eq!(editor.text(), old);
    }

    #[test]
    fn undoing_everything_gives_the_original(
        text in "[ab{}\\t \u{301}日\\r\\n]{0,30}",
        keys in prop::collection::vec(prop::sample::select(KEYS), 0..60),
        single in any::<bool>(),
    ) {
        let mode = if single { Mode::SingleLine } else { Mode::MultiLine };
        let mut editor = Editor::new(&text, mode, Syntax::Json);
        editor.resize(12, 3);
        let original = editor.text();
        for key in keys {
            press(&mut editor, key);
            prop_assert!(editor.selection.range().end <= editor.document.len());
        }
        let mut steps = 0;
        while editor.redo() {}
        let newest = editor.text();
        while editor.undo() {
            steps += 1;
        }
        prop_assert_eq!(editor.text(), original);
        for _ in 0..steps {
            editor.redo();
        }
        prop_assert_eq!(editor.text(), newest);
    }
}

#[test]
fn a_line_is_edited_as_in_a_shell() {
    let mut editor = Editor::single_line("one two");
    press(&mut editor, "<C-a>>");
    assert_eq!((editor.text().as_str(), editor.cursor().offset), (">one two", 1));
    assert_eq!(press(&mut editor, "<C-a><C-k>"), Handled::Changed);
    assert!(editor.is_empty());
    press(&mut editor, "<C-v><C-a><A-f><C-u>");
    assert_eq!(editor.text(), "one two");
    press(&mut editor, "<C-e>!");
    assert_eq!(editor.text(), "one two!");
    press(&mut editor, "<C-w><C-w><C-u>");
    assert!(editor.is_empty());
    // At the start already, everything is selected, and goes by whichever of the two.
    for kill in ["<C-u>", "<C-k>"] {
        let mut editor = Editor::single_line("one two");
        press(&mut editor, &format!("<C-a><C-a>{kill}"));
        assert!(editor.is_empty(), "{kill}");
    }
    let mut lines = multi("first\nsecond", Syntax::Plain);
    press(&mut lines, "<Down><End><C-u>");
    assert_eq!(lines.text(), "first\n");
}

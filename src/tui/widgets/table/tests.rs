//! Tests of this module.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
};

use super::*;
use crate::tui::widgets::highlight::{VariableLookup, VariableStatus};

fn table() -> Table {
    let mut table = Table::new(
        vec![Column::new("Key", 1), Column::new("Value", 2)],
        vec![
            Row::new([Cell::new("grant_type"), Cell::new("password")]),
            Row::new([Cell::new("日本語日本語"), Cell::new("{{user}} and more than fits")]).enabled(false),
            Row::new([Cell::new("password"), Cell::secret("hunter2")]),
        ],
    )
    .with_ghost("add a field");
    table.resize(34, 6);
    table
}

fn press(table: &mut Table, code: KeyCode) -> TableChange {
    table.handle_key(KeyEvent::new(code, KeyModifiers::NONE))
}

fn type_text(table: &mut Table, text: &str) {
    for next in text.chars() {
        assert_eq!(press(table, KeyCode::Char(next)), TableChange::Moved);
    }
}

struct Lookup;

impl VariableLookup for Lookup {
    fn status(&self, _: &str) -> VariableStatus {
        VariableStatus::Resolved
    }
}

fn rows(table: &mut Table, width: u16, height: u16) -> (Vec<String>, Option<Position>) {
    table.resize(width, height);
    let area = Rect::new(0, 0, width, height);
    let mut buf = Buffer::empty(area);
    let caret = table.draw(&TableStyles::default(), Some(&Lookup), area, &mut buf, true);
    let line = |y: u16| {
        let cells: Vec<_> = (0..width).map(|x| buf[(x, y)].symbol()).collect();
        cells.concat().trim_end().to_owned()
    };
    ((0..height).map(line).collect(), caret)
}

#[test]
fn draws_aligned_columns() {
    assert_eq!(
        rows(&mut table(), 34, 6).0,
        [
            "  Key         Value",
            "✓ grant_type  password",
            // Each wide character is followed by a cell that the terminal does not show.
            "✗ 日 本 語 日 …   {{user}} and more t…",
            "✓ password    ••••••••",
            "+ add a field",
            "",
        ]
        .map(|line| if line.starts_with('+') {
            format!("  {line}")
        } else {
            line.to_owned()
        })
    );
}

#[test]
fn secrets_show_only_when_revealed() {
    let mut table = table();
    assert!(!format!("{table:?}").contains("hunter2"));
    table.set_revealed(true);
    assert_eq!(rows(&mut table, 34, 6).0[3], "✓ password    hunter2");
    table.set_revealed(false);
    table.go_to(2, 1);
    table.apply(TableAction::Edit);
    assert_eq!(rows(&mut table, 34, 6).0[3], "✓ password    •••••••");
    assert!(!format!("{table:?}").contains("hunter2"));
}

#[test]
fn edits_a_cell() {
    let mut table = table();
    table.apply(TableAction::Right);
    table.apply(TableAction::Edit);
    assert_eq!(rows(&mut table, 34, 6).1, Some(Position::new(22, 1)));
    type_text(&mut table, "!");
    let committed = TableChange::CellCommitted {
        row: 0,
        column: 1,
        text: "password!".into(),
    };
    assert_eq!(press(&mut table, KeyCode::Enter), committed);
    assert!(!table.is_editing());
    assert_eq!(table.rows()[0].text(1), "password!");

    table.apply(TableAction::Edit);
    type_text(&mut table, "?");
    assert_eq!(press(&mut table, KeyCode::Esc), TableChange::Moved);
    assert_eq!(table.rows()[0].text(1), "password!");
    table.apply(TableAction::Edit);
    assert_eq!(
        press(&mut table, KeyCode::Enter),
        TableChange::Moved,
        "nothing was typed"
    );
}

#[test]
fn keys_of_the_program_are_ignored_and_commit_keeps_the_text() {
    let mut table = table();
    assert_eq!(press(&mut table, KeyCode::Char('x')), TableChange::Ignored);
    table.apply(TableAction::Edit);
    type_text(&mut table, "x");
    let send = KeyEvent::new(KeyCode::Char('j'), KeyModifiers::CONTROL);
    assert_eq!(table.handle_key(send), TableChange::Ignored);
    let committed = TableChange::CellCommitted {
        row: 0,
        column: 0,
        text: "grant_typex".into(),
    };
    assert_eq!(table.commit(), committed);
}

#[test]
fn adds_rows_from_the_ghost_line() {
    let mut table = table();
    table.apply(TableAction::Add);
    assert_eq!(table.cursor(), (3, 0));
    assert_eq!(
        press(&mut table, KeyCode::Enter),
        TableChange::Moved,
        "an empty row is none"
    );
    assert_eq!(table.rows().len(), 3);
    table.apply(TableAction::Edit);
    type_text(&mut table, "a");
    assert_eq!(press(&mut table, KeyCode::Enter), TableChange::RowAdded(3));
    assert_eq!(table.cursor(), (3, 1));
    assert!(table.is_editing(), "on to the value");
    type_text(&mut table, "b");
    let committed = TableChange::CellCommitted {
        row: 3,
        column: 1,
        text: "b".into(),
    };
    assert_eq!(press(&mut table, KeyCode::Enter), committed);
    assert!(!table.is_editing());
    assert_eq!(table.rows()[3], Row::new([Cell::new("a"), Cell::new("b")]));
}

#[test]
fn tab_goes_through_the_cells() {
    let mut table = table();
    table.apply(TableAction::Edit);
    press(&mut table, KeyCode::Tab);
    assert_eq!((table.cursor(), table.is_editing()), ((0, 1), true));
    press(&mut table, KeyCode::Tab);
    assert_eq!(table.cursor(), (1, 0));
    press(&mut table, KeyCode::BackTab);
    press(&mut table, KeyCode::BackTab);
    press(&mut table, KeyCode::BackTab);
    assert_eq!((table.cursor(), table.is_editing()), ((0, 0), true));
    table.go_to(3, 0);
    table.apply(TableAction::Edit);
    type_text(&mut table, "new");
    press(&mut table, KeyCode::Tab);
    assert_eq!(table.rows().len(), 4);
}

#[test]
fn removes_and_toggles() {
    let mut table = table();
    assert_eq!(table.apply(TableAction::Toggle), TableChange::Toggled(0));
    assert!(!table.rows()[0].enabled);
    table.apply(TableAction::Last);
    assert_eq!(
        table.apply(TableAction::Remove),
        TableChange::Moved,
        "the ghost line stays"
    );
    table.apply(TableAction::Up);
    assert_eq!(table.apply(TableAction::Remove), TableChange::RowRemoved(2));
    assert_eq!(table.cursor(), (2, 0));
    table.set_rows(vec![Row::new([]).locked(true)]);
    table.apply(TableAction::First);
    assert_eq!(table.apply(TableAction::Remove), TableChange::Moved);
    assert_eq!(table.apply(TableAction::Toggle), TableChange::Moved);
    table.apply(TableAction::Edit);
    assert!(!table.is_editing());
}

#[test]
fn the_mouse_toggles_selects_and_edits() {
    let mut table = table();
    assert_eq!(table.click(0, 2), TableChange::Toggled(1));
    assert_eq!(table.click(20, 2), TableChange::Moved);
    assert_eq!((table.cursor(), table.is_editing()), ((1, 1), false));
    table.click(20, 2);
    assert!(table.is_editing());
    type_text(&mut table, "x");
    assert!(matches!(
        table.click(4, 1),
        TableChange::CellCommitted { row: 1, column: 1, .. }
    ));
    assert_eq!(table.cursor(), (0, 0));
    assert_eq!(table.click(4, 0), TableChange::Ignored);
    assert_eq!(table.click(4, 5), TableChange::Ignored);
}

#[test]
fn pastes_into_the_cell_only() {
    let mut table = table();
    assert_eq!(table.paste("x"), TableChange::Ignored);
    table.apply(TableAction::Edit);
    table.paste(" a\nb");
    assert_eq!(
        table.commit(),
        TableChange::CellCommitted {
            row: 0,
            column: 0,
            text: "grant_type a b".into()
        }
    );
}

#[test]
fn a_cell_with_breaks_is_kept_when_not_edited() {
    let mut table = Table::new(vec![Column::new("Key", 1)], vec![Row::new([Cell::new("a\nb")])]);
    assert_eq!(rows(&mut table, 12, 3).0[1], "✓ a␊b");
    table.apply(TableAction::Edit);
    assert_eq!(table.commit(), TableChange::Moved);
    assert_eq!(table.rows()[0].text(0), "a\nb");
}

#[test]
fn odd_sizes_never_panic() {
    for width in 0..40 {
        for height in 0..7 {
            for mut table in [
                table(),
                Table::new(vec![], vec![]),
                Table::new(vec![Column::new("a", 0)], vec![]),
            ] {
                rows(&mut table, width, height);
                table.apply(TableAction::Right);
                table.apply(TableAction::Last);
                table.apply(TableAction::Edit);
                table.paste("日本語");
                rows(&mut table, width, height);
                table.click(width / 2, height / 2);
                table.scroll(3);
                let mut small = Buffer::empty(Rect::new(2, 2, 3, 1));
                table.draw(&TableStyles::default(), None, Rect::new(0, 0, 40, 9), &mut small, true);
            }
        }
    }
}

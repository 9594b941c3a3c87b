//! The picker: palette, environments, themes, free text.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use super::*;
use crate::tui::shared::Level;

#[test]
fn the_palette_runs_a_command_by_its_name() {
    let mut harness = Harness::new(120, 40);
    harness.press("<ctrl-p>");
    let screen = harness.screen();
    assert!(screen.contains("Commands"), "{screen}");
    assert!(line(&screen, "Save everything").contains("save-all"));
    harness.press("every lang");
    assert!(harness.screen().contains("nothing matches `every lang`"));
    harness.press("<ctrl-w>unsaved<enter>");
    assert!(harness.state.modals.is_empty());
    harness.press("<ctrl-p>quit<enter>");
    assert!(harness.effects.iter().any(|effect| matches!(effect, Effect::Quit)));
}

#[test]
fn environments_are_switched_with_a_key_and_the_active_one_is_under_the_cursor() {
    let mut harness = Harness::new(120, 40);
    harness.press("<ctrl-e>");
    let screen = harness.screen();
    assert!(line(&screen, "No environment").contains("only globals"));
    assert!(screen.contains("● demo"), "{screen}");
    harness.press("cel<enter>");
    assert_eq!(harness.state.shared.environment_name(), Some("cells"));
    harness.press("<ctrl-e><esc>");
    assert_eq!(harness.state.shared.environment_name(), Some("cells"));
    assert!(harness.state.modals.is_empty());
}

#[test]
fn themes_show_while_moving_and_esc_brings_the_old_one_back() {
    let mut harness = Harness::new(120, 40);
    let before = harness.state.theme.clone();
    harness.press("<ctrl-p>choose a theme<enter>");
    assert!(harness.screen().contains("Theme"));
    harness.press("<down>");
    assert_ne!(harness.state.theme, before);
    harness.press("<esc>");
    assert_eq!(harness.state.theme, before);
    harness.press("<ctrl-p>choose a theme<enter>contrast");
    assert_ne!(harness.state.theme, before);
    harness.press("<enter>");
    assert_eq!(harness.state.theme_name, "contrast");
    assert!(
        matches!(harness.effects.iter().rev().find(|e| matches!(e, Effect::KeepTheme(_))), Some(Effect::KeepTheme(name)) if name == "contrast")
    );
}

fn notify(text: String) -> Vec<Command> {
    vec![Command::Notify(Level::Info, text)]
}

#[test]
fn free_text_is_a_row_of_its_own() {
    let mut harness = Harness::new(80, 24);
    let items = ["GET", "POST"].map(|label| Item {
        label: label.into(),
        ..Item::default()
    });
    show(&mut harness, Picker::new("Method", items.into()).free_text(notify));
    harness.press("PURGE");
    assert!(harness.screen().contains("use \"PURGE\""), "{}", harness.screen());
    harness.press("<enter>");
    assert_eq!(harness.state.shared.notice.as_ref().unwrap().text, "PURGE");
    show(&mut harness, Picker::new("Empty", Vec::new()));
    assert!(harness.screen().contains("nothing here"));
}

#[test]
fn a_long_list_scrolls_and_draws_only_what_is_seen() {
    let mut harness = Harness::new(80, 24);
    let items = (0..5000)
        .map(|n| Item {
            label: format!("日本語のリクエスト {n}"),
            detail: format!("Pydio Cells › Configuration › Folder {n}"),
            method: Some(if n % 2 == 0 { "GET".into() } else { "DELETE".into() }),
            commands: vec![Command::Notify(Level::Info, format!("chose {n}"))],
            ..Item::default()
        })
        .collect();
    show(&mut harness, Picker::new("Find", items));
    harness.press("<pgdn><pgdn><up>");
    assert!(harness.screen().contains("DELETE"), "{}", harness.screen());
    harness.press("4321");
    assert!(
        harness.screen().contains("› 4321"),
        "what is typed shows before it is found"
    );
    while matches!(harness.state.modals.last(), Some(Modal::Picker(picker)) if picker.is_searching()) {
        harness.event(Event::Tick);
    }
    assert!(harness.screen().contains(" of 5000"), "{}", harness.screen());
    harness.press("<enter>");
    assert_eq!(harness.state.shared.notice.as_ref().unwrap().text, "chose 4321");
}

#[test]
fn whoever_chooses_before_all_is_found_gets_what_was_typed_for() {
    let mut harness = Harness::new(80, 24);
    let item = |n| Item {
        label: format!("request {n}"),
        commands: vec![Command::Notify(Level::Info, format!("chose {n}"))],
        ..Item::default()
    };
    let items = || (0..5000).map(item).collect::<Vec<_>>();
    let searches =
        |harness: &Harness| matches!(harness.state.modals.last(), Some(Modal::Picker(picker)) if picker.is_searching());
    let chosen = |harness: &Harness| {
        let told = harness.state.shared.messages.back();
        told.map(|(_, notice)| notice.text.clone())
    };
    show(&mut harness, Picker::new("Find", items()));
    harness.press("4321<enter>");
    assert!(searches(&harness), "no key waits for all of it");
    while searches(&harness) {
        harness.event(Event::Tick);
    }
    assert_eq!(chosen(&harness).as_deref(), Some("chose 4321"));
    assert!(harness.state.modals.is_empty());
    // What is pressed behind it is meant for what comes then.
    show(&mut harness, Picker::new("Find", items()));
    harness.press("99<down><enter>?");
    assert!(matches!(harness.state.modals[..], [Modal::Help(_)]));
    assert_eq!(chosen(&harness).as_deref(), Some("chose 990"));
    harness.press("<esc>");
    // What only edits, and a mouse that is dragged, choose nothing.
    show(&mut harness, Picker::new("Find", items()));
    harness.press("4321<home><ctrl-e>");
    harness.event(Event::Mouse(MouseEvent {
        kind: MouseEventKind::Drag(MouseButton::Left),
        column: 40,
        row: 10,
        modifiers: KeyModifiers::NONE,
    }));
    assert!(searches(&harness));
}

#[test]
fn matched_letters_are_accented() {
    let mut harness = Harness::new(120, 40);
    harness.press("<ctrl-p>renew");
    let buf = harness.buffer();
    let accent = harness.state.theme.accent.fg;
    let accented: String = buf
        .area
        .positions()
        .filter(|at| buf[*at].style().fg == accent && buf[*at].symbol().chars().all(char::is_alphabetic))
        .map(|at| buf[at].symbol())
        .collect();
    assert!(accented.contains("renew"), "{accented}");
}

#[test]
fn the_mouse_chooses_and_a_click_outside_closes() {
    use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
    let click = |column, row| {
        Event::Mouse(MouseEvent {
            kind: MouseEventKind::Down(MouseButton::Left),
            column,
            row,
            modifiers: KeyModifiers::NONE,
        })
    };
    let mut harness = Harness::new(120, 40);
    harness.press("<ctrl-e>");
    let screen = harness.screen();
    let row = screen.lines().position(|line| line.contains("No environment")).unwrap();
    harness.event(click(60, u16::try_from(row).unwrap()));
    assert_eq!(harness.state.shared.active_environment, None);
    harness.press("<ctrl-e>");
    harness.event(click(0, 0));
    assert!(harness.state.modals.is_empty());
}

#[test]
fn every_popup_draws_at_every_size() {
    for (columns, rows) in [(60, 16), (80, 24), (120, 40), (250, 70)] {
        for keys in [
            "<ctrl-p>",
            "<ctrl-e>",
            "<ctrl-p>theme<enter>",
            "<f1>",
            "<ctrl-o>",
            "<ctrl-p>cookies<enter>",
        ] {
            let mut harness = Harness::new(columns, rows);
            harness.press(keys);
            assert_eq!(harness.state.modals.len(), 1, "{keys}");
            harness.screen();
            harness.press("日<down><pgdn><pgup><up>");
            harness.screen();
            harness.press("<esc>");
            assert!(harness.state.modals.len() <= 1, "{keys}");
        }
    }
}

//! Screens of every size the program is made for, with what is hard to draw.

use std::time::Duration;

use crate::user::{Home, User};

#[test]
fn the_story_fits_every_screen() {
    for size in [(60, 16), (80, 24), (120, 40), (250, 70)] {
        let home = Home::new();
        let mut user = User::start(&home, size, Duration::from_mins(10));
        user.press("<ctrl-j>4").sees("200 OK");
        // Each place shows what one goes there for, whole: a focused pane has its four corners, a dialog its way out.
        for (keys, wanted) in [
            ("]]]", &["Tests", "Update environment", "? help"][..]),
            ("3[", &["Head", "Cache-Contr", "^J send", "? help"]),
            ("f", &["Head", "Cache-Control", "┏━ 3 Get token", "? help"]),
            ("f", &["┏━ 3 Get token"]),
            ("2", &["┏━ 2 Collections", "Get token", "^J send", "? help"]),
            ("<ctrl-p>", &["Commands", "Esc"]),
            ("<esc>", &["┏━ 2 Collections"]),
            ("?", &["Keys", "Esc"]),
            ("<esc>", &["┏━ 2 Collections"]),
            ("<ctrl-e>", &["Environment", "cells", "Esc"]),
            ("<esc>", &["┏━ 2 Collections"]),
        ] {
            user.press(keys);
            let screen = user.screen();
            for text in wanted {
                assert!(
                    screen.contains(text),
                    "{size:?}: after {keys} there is no `{text}` in\n{screen}"
                );
            }
            for corner in ["┏", "┓", "┗", "┛"] {
                assert_eq!(
                    screen.matches(corner).count(),
                    1,
                    "{size:?}: {corner} after {keys} in\n{screen}"
                );
            }
        }
    }
}

#[test]
fn a_screen_that_is_too_small_says_so() {
    let home = Home::new();
    let tiny = User::start(&home, (39, 9), Duration::from_mins(10));
    assert!(tiny.screen().contains("40 × 10"), "{}", tiny.screen());
    drop(tiny);
    let user = User::start(&home, (40, 10), Duration::from_mins(10));
    assert!(!user.screen().contains("40 × 10"), "{}", user.screen());
}

#[test]
fn themes_change_live_and_cancel_goes_back() {
    let home = Home::new();
    let mut user = User::at_home(&home);
    let before = user.app.state.theme.clone();
    user.press("<ctrl-p>choose a theme<enter>").sees("Theme");
    user.press("day");
    assert_ne!(user.app.state.theme, before, "the theme under the cursor shows at once");
    user.press("<esc>");
    assert_eq!(user.app.state.theme, before);
}

#[test]
fn names_in_other_scripts_stand_in_their_columns() {
    let home = Home::new();
    let mut user = User::at_home(&home);
    user.press("gA日本語のフォルダー<enter>").sees("フ");
    let line = |user: &User| {
        user.screen()
            .lines()
            .find(|line| line.contains('日'))
            .unwrap()
            .to_owned()
    };
    assert!(line(&user).contains('┃') || line(&user).contains('│'));
}

#[test]
fn an_idle_program_draws_nothing() {
    let home = Home::new();
    let mut user = User::at_home(&home);
    user.sees("Get token");
    // Whatever was still arriving has arrived some time.
    let (mut quiet, mut turns) = (0, 0);
    while quiet < 70 {
        turns += 1;
        assert!(turns < 2_000, "something goes on for ever:\n{}", user.screen());
        quiet = if turn(&mut user) { 0 } else { quiet + 1 };
    }
    let wanted = (0..70).any(|_| turn(&mut user));
    assert!(
        !wanted,
        "a frame was wanted though nothing happened:\n{}",
        user.screen()
    );
}

/// Lets the program wait a moment; says whether it wants to draw.
fn turn(user: &mut User) -> bool {
    user.app.state.stale = false;
    user.app.turn(Some(Duration::from_millis(20)), &mut user.desk).unwrap();
    user.app.state.stale
}

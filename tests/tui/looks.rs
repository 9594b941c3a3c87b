//! Screens of every size the program is made for, with what is hard to draw.

use std::time::Duration;

use crate::user::{Home, User};

#[test]
fn the_story_fits_every_screen() {
    for size in [(60, 16), (80, 24), (120, 40), (250, 70)] {
        let home = Home::new();
        let mut user = User::start(&home, size, Duration::from_mins(10));
        user.press("<ctrl-j>4").sees("200 OK");
        for keys in [
            "]]]", "3]]", "f", "f", "2", "<ctrl-p>", "<esc>", "?", "<esc>", "<ctrl-e>", "<esc>",
        ] {
            user.press(keys);
            let screen = user.screen();
            assert_eq!(screen.lines().count(), usize::from(size.1));
        }
    }
}

#[test]
fn a_screen_that_is_too_small_says_so_and_comes_back() {
    let home = Home::new();
    let user = User::start(&home, (40, 10), Duration::from_mins(10));
    assert!(user.screen().contains("60 × 16"));
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
    // Whatever was still arriving has arrived when a turn brings nothing new.
    user.until("the dust to settle", |user| {
        !user.app.state.stale || user.app.state.shared.running.is_empty()
    });
    user.app.state.stale = false;
    let effects = user
        .app
        .state
        .handle(postrider::tui::event::Event::Resize(120, 40), jiff::Timestamp::now());
    assert!(effects.is_empty(), "nothing changed, yet there was work: {effects:?}");
}

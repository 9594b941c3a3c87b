//! Help, jumping, text and cookies.

use super::*;
use crate::model::exchange::Cookie;
use crate::model::variable::{CurrentValue, Owner};
use crate::tui::effect::CookiesOf;
use crate::tui::panes::Pane;
use ratatui::layout::Position;

fn cookie(domain: &str, name: &str) -> Cookie {
    Cookie {
        name: name.into(),
        value: if name == "theme" {
            "dark"
        } else {
            "s3cret-and-more-than-that"
        }
        .into(),
        domain: domain.into(),
        path: "/".into(),
        expires: None,
        secure: true,
        http_only: true,
        host_only: true,
        same_site: None,
        more: crate::model::exchange::CookieMore::default(),
    }
}

#[test]
fn help_says_how_to_move_and_lists_the_keys_of_the_focused_pane_first() {
    let mut harness = Harness::new(120, 40);
    harness.press("1?");
    let screen = harness.screen();
    assert!(screen.contains("Enter opens or edits"), "{screen}");
    let at = |part: &str| screen.lines().position(|line| line.contains(part));
    assert!(at("Environments").unwrap() < at("Outside text fields").unwrap());
    harness.press("/renew");
    let screen = harness.screen();
    assert!(line(&screen, "Run the token request").contains("^T"), "{screen}");
    assert!(!screen.contains("Save everything"));
    harness.press("<esc>");
    assert!(harness.state.modals.is_empty());
}

#[test]
fn help_fits_and_scrolls_on_a_small_screen() {
    let mut harness = Harness::new(60, 16);
    harness.press("?");
    let first = harness.screen();
    harness.press("<pgdn>");
    assert_ne!(harness.screen(), first);
}

#[test]
fn a_letter_jumps_to_its_field() {
    let mut harness = Harness::new(120, 40);
    assert_eq!(harness.state.focus, Pane::Collections);
    let targets = vec![
        (Position::new(3, 0), vec![Command::Focus(Pane::Environments)]),
        (Position::new(40, 0), vec![Command::Focus(Pane::Response)]),
    ];
    show(&mut harness, Jump::new(targets));
    assert_eq!(harness.buffer()[(3, 0)].symbol(), "a");
    assert_eq!(harness.buffer()[(40, 0)].symbol(), "s");
    harness.press("zs");
    assert_eq!(harness.state.focus, Pane::Response);
    assert!(harness.state.modals.is_empty());
    let many = (0..60).map(|n| (Position::new(n, 1), vec![Command::Focus(Pane::Request)]));
    show(&mut harness, Jump::new(many.collect()));
    harness.press("as");
    assert_eq!(harness.state.focus, Pane::Request);
}

#[test]
fn text_is_escaped_wrapped_scrolled_and_copied() {
    let mut harness = Harness::new(60, 16);
    let lines = (0..40)
        .map(|n| format!("line {n} \u{1b}[31m with words enough to be broken at the edge of it"))
        .collect();
    show(&mut harness, Text::new("Problems", lines));
    let screen = harness.screen();
    assert!(screen.contains("␛[31m") && !screen.contains('\u{1b}'), "{screen}");
    harness.press("G");
    assert!(harness.screen().contains("line 39"));
    harness.press("y");
    assert!(
        harness
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::Copy(text) if text.lines().count() == 40))
    );
    harness.press("<esc>");
    assert!(harness.state.modals.is_empty());
}

#[test]
fn cookies_are_masked_cleared_by_domain_and_follow_what_happens() {
    let mut harness = Harness::new(120, 40);
    harness.press("<ctrl-p>cookies<enter>");
    assert!(harness.screen().contains("No cookies yet"), "{}", harness.screen());
    harness.event(Event::Cookies(
        vec![
            cookie("b.example", "sid"),
            cookie("b.example", "theme"),
            cookie("a.example", "日本"),
        ],
        String::new(),
        String::new(),
    ));
    let screen = harness.screen();
    assert!(line(&screen, "a.example").contains("日本"), "{screen}");
    assert!(line(&screen, "b.example").contains("••••") && !screen.contains("s3cret"));
    assert!(
        line(&screen, "theme").contains("dark"),
        "what is short is no session: {screen}"
    );
    harness.press("v");
    assert!(harness.screen().contains("s3cret"));
    let cleared = |harness: &Harness, of: &CookiesOf| {
        let mut effects = harness.effects.iter();
        effects.any(|effect| matches!(effect, Effect::ClearCookies(cleared) if cleared == of))
    };
    let one = CookiesOf::One {
        domain: "b.example".to_owned(),
        path: "/".to_owned(),
        name: "sid".to_owned(),
    };
    harness.press("<down>d");
    assert!(harness.screen().contains("`sid` of b.example/ will be removed"));
    assert!(!cleared(&harness, &one), "it is asked first");
    harness.press("d");
    assert!(cleared(&harness, &one));
    let domain = CookiesOf::Domain("b.example".to_owned());
    harness.press("D");
    assert!(
        harness
            .screen()
            .contains("Cookies of `b.example`: 2, of all domains: 3.")
    );
    assert!(!cleared(&harness, &domain), "it is asked first");
    harness.press("d");
    assert!(cleared(&harness, &domain));
    harness.event(Event::Cookies(
        vec![cookie("a.example", "日本")],
        String::new(),
        String::new(),
    ));
    assert!(!harness.screen().contains("sid"), "{}", harness.screen());
    for (json, draws) in [("[1]", true), ("[1]", false), ("[2]", true)] {
        harness.state.stale = false;
        let json = json.to_owned();
        harness.event(Event::Cookies(
            vec![cookie("a.example", "日本")],
            json.clone(),
            json.clone(),
        ));
        assert_eq!(harness.state.stale, draws, "what is known draws no frame: {json}");
    }
    harness.press("D<enter>");
    assert!(!cleared(&harness, &CookiesOf::All));
    harness.press("Da");
    assert!(cleared(&harness, &CookiesOf::All));
}

#[test]
fn of_the_path_of_a_cookie_no_part_of_a_secret_is_shown() {
    let mut harness = Harness::new(120, 40);
    for (key, value) in [("bot", "4711:Heron-and-so-on"), ("two", "Swan0815/and-more")] {
        let value = CurrentValue {
            value: Some(value.into()),
            set_by: CurrentValue::YOU.into(),
            set_at: jiff::Timestamp::UNIX_EPOCH,
            secret: true,
        };
        harness.state.shared.current.set(Owner::Globals, key, value);
    }
    harness.press("<ctrl-p>cookies<enter>");
    let at = |path: &str| Cookie {
        path: path.into(),
        ..cookie("a.example", "theme")
    };
    harness.event(Event::Cookies(
        vec![at("/bot4711:Heron-and-so-on"), at("/two/Swan0815")],
        String::new(),
        String::new(),
    ));
    let screen = harness.screen();
    assert!(screen.contains("/bot••••") && screen.contains("/two/••••"), "{screen}");
    assert!(!screen.contains("Heron") && !screen.contains("Swan"), "{screen}");
    harness.press("d");
    assert!(
        harness.screen().contains("of a.example/bot••••"),
        "{}",
        harness.screen()
    );
    harness.press("<esc>v");
    assert!(harness.screen().contains("/bot4711:Heron-and-so-on"));
}

#[test]
fn a_hidden_cookie_is_not_copied() {
    let mut harness = Harness::new(120, 40);
    harness.press("<ctrl-p>cookies<enter>");
    harness.event(Event::Cookies(
        vec![cookie("a.example", "sid")],
        String::new(),
        String::new(),
    ));
    let copied = |harness: &Harness| harness.effects.iter().any(|effect| matches!(effect, Effect::Copy(_)));
    harness.press("y");
    assert!(!copied(&harness), "it is hidden");
    assert!(harness.screen().contains("`v` shows it first"), "{}", harness.screen());
    harness.press("vy");
    assert!(copied(&harness));
}

#[test]
fn help_is_had_over_every_screen_and_is_that_of_its_own_keys() {
    let over = |keys: &str, words: &str| {
        let mut harness = Harness::new(120, 40);
        harness.press(keys);
        let (before, screen) = (harness.state.modals.len(), harness.screen());
        harness.press("<f1>");
        assert_eq!(harness.state.modals.len(), before + 1, "{keys}: {}", harness.screen());
        assert!(harness.screen().contains(words), "{keys}: {}", harness.screen());
        // It lies over nothing but what it was asked over, and takes nothing from it.
        harness.press("<f1>");
        assert_eq!(harness.screen(), screen, "{keys}");
    };
    over("1e", "Write the current value into the file");
    over("1ei", "Write the current value into the file");
    over(
        "<ctrl-p>list the cookies<enter>",
        "Clear the cookies of its domain, or all",
    );
    over("g<ctrl-r>", "Complete the path of the data file");
    over("1e", "PgUp PgDn ^U ^D  Move a page");
    over("g<ctrl-r>", "^E  Switch the environment");
    over("<ctrl-p>", "⇧Tab Tab ^P ^N  Move, too");
    over("<ctrl-p>messages<enter>", "Scroll a page");
    over("2A", "A line to type");
    over("<ctrl-p>import<enter>", "Complete the path");
    over("2gjD", "Give the answer that is marked");
    over("2gjD", "^Q  Quit");
    let mut harness = Harness::new(120, 40);
    harness.press("<ctrl-p><f1>");
    assert!(
        !harness.screen().contains("Outside text fields"),
        "{}",
        harness.screen()
    );
    let mut harness = Harness::new(80, 24);
    harness.press("1e?");
    let screen = harness.screen();
    assert!(
        screen.contains("Variables") && screen.contains("Forget the current value"),
        "{screen}"
    );
    assert!(!screen.contains("go from pane to pane"), "{screen}");
    harness.press("promote");
    assert!(harness.screen().contains("no key for `promote`"));
    harness.press("<ctrl-u>undo");
    assert!(line(&harness.screen(), "Undo").contains("u ^Z"));
    // As the user's own keys have it, but for letters, which are the screen's.
    let mut harness = Harness::new(120, 40);
    let own = "anywhere = [{ on = 'f6', run = 'switch-environment' }, { on = 'ctrl-e', run = 'none' }]\n\
               normal = [{ on = 'd', run = 'help' }]\n";
    let wrong = harness.state.keymap.merge(own);
    assert!(wrong.is_empty(), "{wrong:?}");
    harness.press("g<ctrl-r><f1>");
    let screen = harness.screen();
    assert!(line(&screen, "Switch the environment").contains("F6"), "{screen}");
    harness.press("<esc><esc>1ed");
    assert!(!harness.screen().contains("Keys"), "{}", harness.screen());
    // Where a cell is typed into it is typed.
    let mut harness = Harness::new(120, 40);
    harness.press("1ei?");
    assert_eq!(harness.state.modals.len(), 1);
}

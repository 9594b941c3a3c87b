//! Signing in: what is shown while the browser is waited for, and the answers.

use super::*;
use crate::exec::oauth2::{Prompt, Reply, Todo};
use crate::tui::sign_ins::{News, Opened, SignInId};

const ID: SignInId = SignInId(7);

fn browser(listens: bool, wrong: Option<&str>) -> Todo {
    Todo::Browser {
        url: format!(
            "https://as.example/auth?response_type=code&client_id=cli&{}",
            "scope=openid&".repeat(30)
        ),
        back: "http://127.0.0.1:43021/callback".into(),
        listens,
        wrong: wrong.map(str::to_owned),
    }
}

fn device() -> Todo {
    Todo::Device {
        code: "WDJB-MJHT".into(),
        url: "https://as.example/device".into(),
        complete: Some("https://as.example/device?user_code=WDJB-MJHT".into()),
    }
}

fn asked(size: (u16, u16), what: Todo, opened: Opened) -> Harness {
    let mut harness = Harness::new(size.0, size.1);
    let until = harness.now.checked_add(jiff::SignedDuration::from_secs(299)).unwrap();
    let token = "cli at as.example".to_owned();
    harness.event(Event::SignIn(ID, News::Wanted(Prompt { token, what, until }, opened)));
    harness
}

fn replies(harness: &Harness) -> Vec<&Reply> {
    let replies = harness.effects.iter().filter_map(|effect| match effect {
        Effect::SignIn(ID, reply) => Some(reply),
        _ => None,
    });
    replies.collect()
}

#[test]
fn the_browser_is_waited_for_with_the_time_that_is_left() {
    let mut harness = asked((120, 40), browser(true, None), Opened::Here);
    let screen = harness.screen();
    assert!(line(&screen, "Sign in ─ cli at as.example").contains("4:59"));
    assert!(screen.contains("Your browser opens this page") && screen.contains("come back to 127.0.0.1:43021"));
    harness.now = harness.now.checked_add(jiff::SignedDuration::from_secs(60)).unwrap();
    harness.event(Event::Tick);
    assert!(line(&harness.screen(), "Sign in ─").contains("3:59"));
    harness.press("co");
    let copied = |effect: &Effect| matches!(effect, Effect::Copy(text) if text.starts_with("https://as.example/auth?"));
    assert!(harness.effects.iter().any(copied));
    assert!(
        harness
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::OpenPage(ID, _)))
    );
    harness.event(Event::SignIn(ID, News::Opened(Opened::Not("no screen".into()))));
    assert!(
        harness
            .screen()
            .contains("Open this page in a browser and sign in there (no screen).")
    );
    harness.event(Event::SignIn(ID, News::Over));
    assert!(harness.state.modals.is_empty() && replies(&harness).is_empty());
}

#[test]
fn an_address_is_pasted_and_esc_leaves_the_field_before_the_sign_in() {
    let mut harness = asked((80, 24), browser(true, None), Opened::Here);
    harness.press("p").press("<enter>x<esc>");
    assert!(replies(&harness).is_empty() && harness.state.modals.len() == 1);
    harness.event(Event::Paste(" http://127.0.0.1:43021/callback?code=c&state=s\n".into()));
    harness.press("<enter>");
    assert_eq!(
        replies(&harness),
        [&Reply::Pasted("http://127.0.0.1:43021/callback?code=c&state=s".into())]
    );
    assert!(harness.state.modals.is_empty());

    let mut harness = asked((80, 24), browser(true, None), Opened::Here);
    harness.press("<esc>");
    assert_eq!(replies(&harness), [&Reply::Cancelled]);
}

#[test]
fn where_nobody_listens_or_it_was_wrong_the_field_is_there_at_once() {
    let wrong = Some("this is not the address: it has no `code=`");
    let harness = asked((80, 24), browser(false, wrong), Opened::Before);
    let screen = harness.screen();
    assert!(screen.contains("✗ this is not the address") && screen.contains("the address the browser has ended at"));
    insta::assert_snapshot!("sign_in_paste_80x24", screen);
}

#[test]
fn no_frame_stands_beside_the_address_that_the_mouse_selects() {
    for size in [(120, 40), (80, 24)] {
        let harness = asked(size, browser(true, None), Opened::Before);
        let screen = harness.screen();
        let rows = screen.lines().skip_while(|line| !line.starts_with("https://"));
        let rows: Vec<&str> = rows.take_while(|line| !line.contains(['┃', '━'])).collect();
        let Todo::Browser { url, .. } = browser(true, None) else {
            panic!("{screen}")
        };
        assert_eq!(rows.concat(), url, "{screen}");
    }
}

#[test]
fn a_device_code_is_shown_copied_and_drawn() {
    for (size, name) in [((120, 40), "sign_in_device_120x40"), ((80, 24), "sign_in_device_80x24")] {
        let mut harness = asked(size, device(), Opened::Before);
        let screen = harness.screen();
        assert!(line(&screen, "█▀▀▀▀▀█").contains("█▀▀▀▀▀█"), "{screen}");
        assert!(
            screen.contains("WDJB-MJHT") && screen.contains("Esc cancel"),
            "{screen}"
        );
        assert!(matches!(&harness.effects[..], [.., Effect::Copy(code)] if code == "WDJB-MJHT"));
        insta::assert_snapshot!(name, screen);
        harness.press("p");
        assert!(
            !harness.screen().contains("the address the browser has ended at"),
            "there is nothing to paste"
        );
    }
    let harness = asked((60, 16), device(), Opened::Before);
    let screen = harness.screen();
    assert!(screen.contains("WDJB-MJHT") && !screen.contains("█▀▀▀▀▀█"), "{screen}");
    assert!(screen.contains("a picture to scan, in a larger window"), "{screen}");
}

#[test]
fn the_field_is_on_the_screen_however_long_the_address_and_the_reason_are() {
    let Todo::Browser {
        url,
        back,
        listens,
        wrong,
    } = browser(true, None)
    else {
        panic!("a browser")
    };
    let what = Todo::Browser {
        url: format!("{url}{}", "&scope=offline_access".repeat(60)),
        back,
        listens,
        wrong,
    };
    let why = format!("no browser opens: {}", "because of that ".repeat(60));
    for size in [(120, 40), (80, 24), (80, 20), (60, 16)] {
        let mut harness = asked(size, what.clone(), Opened::Not(why.clone()));
        let screen = harness.screen();
        assert!(
            screen.contains("https://as.example/auth?") && screen.contains('…'),
            "{screen}"
        );
        assert!(size.1 < 20 || screen.contains("press p"), "{screen}");
        harness.press("p");
        let screen = harness.screen();
        assert!(screen.contains("the address the browser has ended at"), "{screen}");
    }
}

#[test]
fn ctrl_c_cancels_what_the_sign_in_is_for() {
    for (what, keys) in [
        (browser(true, None), "<ctrl-c>"),
        (browser(true, None), "p<ctrl-c>"),
        (device(), "<ctrl-c>"),
    ] {
        let mut harness = asked((80, 24), what, Opened::Before);
        harness.press(keys);
        assert_eq!(replies(&harness), [&Reply::Cancelled], "{keys}");
        assert!(harness.state.modals.is_empty());
    }
}

#[test]
fn the_question_before_quitting_stays_above_a_sign_in_that_comes() {
    let mut harness = asked((80, 24), device(), Opened::Before);
    harness.event(Event::SignIn(ID, News::Over));
    let quit = Choice {
        key: 'q',
        label: "quit".into(),
        commands: vec![Command::Quit],
    };
    let question = Confirm::new("Still under way", vec!["it is sent".into()], vec![quit]);
    harness.state.modals.push(question.into());
    let until = harness.now.checked_add(jiff::SignedDuration::from_secs(299)).unwrap();
    let token = "cli at as.example".to_owned();
    let prompt = Prompt {
        token,
        what: device(),
        until,
    };
    harness.event(Event::SignIn(ID, News::Wanted(prompt, Opened::Before)));
    assert!(harness.screen().contains("Still under way"), "{}", harness.screen());
    harness.press("<esc>");
    assert!(harness.screen().contains("WDJB-MJHT") && replies(&harness).is_empty());
}

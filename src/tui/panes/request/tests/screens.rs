//! What is seen, and what the mouse hits.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use jiff::ToSpan as _;

use super::{change, open, request};
use crate::model::NodeId;
use crate::model::exchange::Phase;
use crate::tui::event::Event;
use crate::tui::giving::Copied;
use crate::tui::harness::Harness;
use crate::tui::shared::{RunId, Running};

fn click(harness: &mut Harness, word: &str) {
    let screen = harness.screen();
    let (y, line) = screen
        .lines()
        .enumerate()
        .find(|(_, line)| line.contains(word))
        .unwrap();
    let x = unicode_width::UnicodeWidthStr::width(&line[..line.find(word).unwrap()]);
    harness.event(Event::Mouse(MouseEvent {
        kind: MouseEventKind::Down(MouseButton::Left),
        column: u16::try_from(x).unwrap(),
        row: u16::try_from(y).unwrap(),
        modifiers: KeyModifiers::NONE,
    }));
}

#[test]
fn the_pane_at_its_usual_size() {
    let mut harness = open(100, 24, "Get token");
    harness.press("]]]jj");
    let pane: String = harness
        .screen()
        .lines()
        .filter_map(|line| line.find(['┏', '┃', '┗']).map(|at| format!("{}\n", &line[at..])))
        .collect();
    insta::assert_snapshot!(pane, @r"
    ┏━ 3 Get token ─ Pydio Cells ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓
    ┃  POST  {{base_url}}/auth/dex/token                                     ┃
    ┃      → http://127.0.0.1:8765/auth/dex/token                            ┃
    ┃ Params  Auth basic  Headers 1  Body form 3  Scripts 1  Settings  Docs  ┃
    ┃ ───────────────────────────────━━━━━━━━━━━──────────────────────────── ┃
    ┃ Body: form · application/x-www-form-urlencoded  t changes              ┃
    ┃   Name               Value                          Description        ┃
    ┃ ✓ grant_type         password                                          ┃
    ┃ ✓ username           {{username}}                                      ┃
    ┃ ✓ password           {{password}}                                      ┃
    ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
    ");
}

#[test]
fn a_body_that_stays_behind_says_so() {
    let mut harness = open(120, 24, "Get token");
    harness.press("]]]");
    let told = "form · GET does not send it; `Body with GET` in Settings does";
    assert!(!harness.screen().contains(told));
    change(&mut harness, |request| {
        request.method = crate::model::request::Method::new("GET");
    });
    assert!(harness.screen().contains(told), "{}", harness.screen());
    change(&mut harness, |request| request.settings.always_send_body = Some(true));
    assert!(!harness.screen().contains(told));
}

#[test]
fn every_tab_fits_every_size() {
    for (columns, rows) in [(60, 16), (80, 24), (120, 40), (250, 70)] {
        for name in ["Get token", "List services", "Pydio Cells", "Configuration"] {
            let mut harness = open(columns, rows, name);
            for _ in 0..8 {
                for line in harness.screen().lines() {
                    assert!(
                        unicode_width::UnicodeWidthStr::width(line) <= usize::from(columns),
                        "{line}"
                    );
                }
                harness.press("jj]");
            }
            assert!(harness.screen().contains(&name[..9]));
        }
    }
}

#[test]
fn wide_characters_stay_in_their_cells() {
    let mut harness = open(60, 16, "Get token");
    change(&mut harness, |request| {
        request.name = "取得トークン取得トークン取得トークン取得トークン".into();
        request.headers[0].name = "名前名前名前名前名前名前名前".into();
        request.set_full_url("https://例え.example/検索?語=値値値値値値値値値値値値値値値値値値値値値値値");
    });
    harness.press("]]");
    for line in harness.screen().lines() {
        assert!(unicode_width::UnicodeWidthStr::width(line) <= 60, "{line}");
    }
    assert!(harness.screen().contains("取得トークン"));
}

#[test]
fn control_characters_from_a_file_are_shown_not_obeyed() {
    let mut harness = open(120, 40, "Get token");
    change(&mut harness, |request| {
        request.name = "a\u{1b}[31mb".into();
        request.method = crate::model::request::Method::new("G\u{7}T");
        request.set_full_url("http://x/\u{1b}]0;t\u{7}");
    });
    assert!(harness.screen().chars().all(|c| c == '\n' || !c.is_control()));
}

#[test]
fn a_running_request_says_how_far_it_is() {
    let mut harness = open(120, 40, "Get token");
    let id: NodeId = harness.state.shared.open.unwrap();
    let running = Running {
        run: RunId(1),
        request: String::new(),
        phase: Phase::Waiting,
        started: harness.now,
        aim: crate::exec::Aim::Response,
        arriving: None,
    };
    harness.state.shared.running.insert(id, running);
    harness.now += 1200.milliseconds();
    harness.event(Event::Tick);
    assert!(harness.screen().contains("waiting 1.2 s"), "{}", harness.screen());
}

#[test]
fn a_variable_under_the_caret_is_explained() {
    let mut harness = open(120, 40, "Get token");
    harness.press("e<home><right><right><right>");
    let screen = harness.screen();
    assert!(screen.contains("http://127.0.0.1:8765"), "{screen}");
    assert!(screen.contains("environment demo"), "{screen}");
    harness.press("<esc>");
    assert!(!harness.screen().contains("environment demo"));
    // Without typing, the frame's last line says it of the selected cell.
    harness.press("]]]jjl");
    assert!(
        harness.screen().contains("{{username}} admin · environment demo"),
        "{}",
        harness.screen()
    );
}

#[test]
fn tabs_rows_and_check_marks_are_clicked() {
    let mut harness = open(120, 40, "Get token");
    click(&mut harness, "Headers 1");
    assert!(harness.screen().contains("Cache-Control"));
    click(&mut harness, "✓ Cache");
    assert!(!request(&harness).headers[0].enabled);
    click(&mut harness, "no-cache");
    click(&mut harness, "no-cache");
    harness.press("!<esc>");
    assert!(request(&harness).headers[0].value_str().contains('!'));
    click(&mut harness, "/auth/dex");
    harness.press("x<esc>");
    assert_eq!(request(&harness).full_url(), "{{base_url}}x/auth/dex/token");
}

#[test]
fn jumps_lead_to_the_url_and_to_every_tab() {
    let harness = open(120, 40, "Get token");
    let layout = harness.state.layout();
    let area = layout.area(crate::tui::panes::Pane::Request).unwrap();
    let jumps = crate::tui::panes::request::jumps(&harness.state.panes.request, &harness.state.shared, area);
    assert!(jumps.len() >= 9);
    assert!(jumps.iter().all(|(at, _)| area.contains(*at)));
}

#[test]
fn nothing_open_teaches_the_keys() {
    let mut harness = Harness::new(120, 40);
    harness.press("3");
    assert!(harness.screen().contains("Nothing is open"), "{}", harness.screen());
}

#[test]
fn settings_that_do_not_fit_have_a_scroll_bar() {
    for ((columns, rows), cut) in [((80, 24), true), ((120, 70), false)] {
        let mut harness = open(columns, rows, "List services");
        while !harness.screen().contains("Check certificates") {
            harness.press("]");
        }
        // The frame of a pane without focus is thin, the bar's thumb is not.
        harness.press("2");
        let area = harness.state.layout().area(crate::tui::panes::Pane::Request).unwrap();
        let buf = harness.buffer();
        let bar = (area.top()..area.bottom()).any(|y| buf[(area.right() - 2, y)].symbol() == "┃");
        assert_eq!(bar, cut, "{}", harness.screen());
    }
}

#[test]
fn a_row_of_tokens_opens_its_form_and_the_names_of_its_columns_do_not() {
    let mut harness = Harness::new(120, 40);
    harness.state.shared.open = harness.state.shared.node_at("pydio-cells");
    harness.press("3]]");
    click(&mut harness, "Filled by");
    assert!(harness.state.modals.is_empty(), "{}", harness.screen());
    harness.press("J");
    assert!(
        harness.screen().contains("the order of tokens is that of the file"),
        "{}",
        harness.screen()
    );
    click(&mut harness, "dex_token    ");
    assert!(
        harness.screen().contains("Token of Pydio Cells"),
        "{}",
        harness.screen()
    );
    harness.press("<esc><space>");
    assert!(
        harness.screen().contains("Token of Pydio Cells"),
        "{}",
        harness.screen()
    );
}

#[test]
fn secrets_are_masked_references_are_not() {
    let mut harness = open(120, 40, "Get token");
    change(&mut harness, |request| {
        request.auth.params.insert("password".into(), "hunter2".into());
    });
    harness.press("]");
    assert!(harness.screen().contains("••••••••"));
    assert!(!harness.screen().contains("hunter2"));
    assert!(harness.screen().contains("{{client_id}}"));
    harness.press("v");
    assert!(harness.screen().contains("hunter2"));
    let copies = |harness: &Harness| {
        let offers = crate::tui::panes::request::copies(&harness.state.panes.request, &harness.state.shared);
        let text = |copied| match copied {
            Copied::Text(text) => text,
            Copied::Body(body, _) => body.text(usize::MAX).unwrap().unwrap(),
        };
        let texts = offers.into_iter().map(|(what, copied)| (what, text(copied)));
        texts.collect::<Vec<_>>()
    };
    let is_clear = |(what, text): &(String, String)| what == "curl command" && text.contains("hunter2");
    assert!(copies(&harness).iter().any(is_clear));
    harness.press("v");
    let hidden = copies(&harness);
    assert!(
        hidden.iter().any(|(what, _)| what == "curl command"),
        "it is still there"
    );
    assert!(hidden.iter().all(|(_, text)| !text.contains("hunter2")));
}

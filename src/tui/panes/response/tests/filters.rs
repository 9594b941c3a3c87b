//! The filter line, with the thread that filters played by the test.

mod ahead;

use std::sync::Arc;

use ratatui::style::Modifier;

use crate::filter::{FilterError, Limits, Session, Stop};
use crate::tui::filtering::{Job, News};
use crate::tui::theme::{DEFAULT, Depth, Theme};

use super::super::filter::Filtered;
use super::super::follow::put_away;
use super::super::place::Place;
use super::super::sight::{Body, Wanted};
use super::*;

/// The newest filter asked for.
fn asked(harness: &Harness) -> Option<(u64, Job)> {
    harness.effects.iter().rev().find_map(|effect| match effect {
        Effect::Filter(name, job) => Some((*name, Job::clone(job))),
        _ => None,
    })
}

/// Runs the newest filter and delivers its news.
fn filter(harness: &mut Harness) {
    let (name, job) = asked(harness).unwrap();
    let mut session = Session::of(job.body.text(), &job.media_type, Limits::default());
    if !job.text.trim().is_empty() {
        let output = session.run(&job.text, &Stop::never());
        harness.event(Event::Filtered(name, News::Output(output)));
    }
    if job.completes {
        let keys = session.complete(&job.text, &Stop::never()).unwrap_or_default();
        harness.event(Event::Filtered(name, News::Keys(keys)));
    }
}

#[test]
fn who_types_reads_what_the_keys_do() {
    let mut harness = sent(120, 40, json());
    let last = |harness: &Harness| harness.screen().lines().last().unwrap_or_default().to_owned();
    harness.press("|");
    let line = last(&harness);
    assert!(
        line.contains("↵ filter  ⇥ complete  ↑↓ earlier ones  Esc whole body"),
        "{line}"
    );
    harness.press("<esc>/");
    let line = last(&harness);
    assert!(line.contains("↵ done  ⇥ next hit  ↑↓ earlier ones  Esc back"), "{line}");
    harness.press("<esc>");
    assert!(!last(&harness).contains("Esc back"));
    let mut narrow = sent(60, 16, json());
    let line = last(narrow.press("|"));
    assert!(line.contains("↵ filter") && line.contains("^J send"), "{line}");
}

#[test]
fn a_filter_shows_its_output_while_one_types_and_esc_goes_back() {
    let mut harness = sent(120, 40, json());
    harness.press("|");
    filter(&mut harness);
    assert!(
        harness.screen().contains("jq, or JSONPath from $ on"),
        "{}",
        harness.screen()
    );
    harness.press(".nes");
    filter(&mut harness);
    let screen = harness.screen();
    assert!(
        screen.contains("⇥ nested") && screen.contains("jq · 1 value"),
        "{screen}"
    );
    harness.press("<tab>.deep[[]");
    filter(&mut harness);
    assert!(
        harness.screen().contains("✗ a closing `]` is missing"),
        "{}",
        harness.screen()
    );
    harness.press("<backspace><backspace>]");
    filter(&mut harness);
    let screen = harness.screen();
    assert!(
        screen.contains("| .nested.deep[]") && screen.contains("jq · 3 values"),
        "{screen}"
    );
    assert!(!screen.contains("access_token") && screen.contains(" 3 3"), "{screen}");
    harness.press("<enter>/3");
    assert!(
        matches!(harness.effects.last(), Some(Effect::Search(_, job)) if job.run(|| false, |_, _| {}).unwrap().unwrap().ranges.len() == 1)
    );
    harness.press("<esc>|[.nested | select(.");
    filter(&mut harness);
    let screen = harness.screen();
    assert!(
        screen.contains("⇥ deep") && !screen.contains("is missing"),
        "it is only not finished: {screen}"
    );
    harness.press("<esc>|<up><up>");
    filter(&mut harness);
    harness.press("<enter>/3<enter><esc>");
    assert!(harness.screen().contains("| .nested.deep[]"), "the search goes first");
    harness.press("<esc>");
    let screen = harness.screen();
    assert!(
        screen.contains("access_token") && !screen.contains("| .nested"),
        "{screen}"
    );
    assert!(
        harness
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::StopFilter))
    );
    harness.press("|<up>");
    filter(&mut harness);
    assert!(
        harness.screen().contains("jq · 3 values"),
        "earlier filters come back: {}",
        harness.screen()
    );
}

#[test]
fn values_so_far_grow_and_what_is_looked_at_stays() {
    let lines = |count: usize| {
        let lines: Vec<String> = (0..count).map(|n| format!("{{\"n\":{n}}}")).collect();
        lines.join("\n")
    };
    let mut harness = sent(120, 40, answered(response(200, "application/x-ndjson", lines(2))));
    harness.press("|.n<enter>");
    let (name, job) = asked(&harness).unwrap();
    let run = |count: usize| {
        let mut session = Session::new(lines(count).into(), &job.media_type, Limits::default());
        session.run(&job.text, &Stop::never()).unwrap()
    };
    harness.event(Event::Filtered(name, News::SoFar(run(2))));
    assert!(
        harness.screen().contains("jq · 2 values so far"),
        "{}",
        harness.screen()
    );
    harness.press("j");
    harness.event(Event::Filtered(name, News::SoFar(run(60))));
    let screen = harness.screen();
    assert!(
        screen.contains("60 values so far") && screen.contains("2/60"),
        "{screen}"
    );
    harness.press("G");
    harness.event(Event::Filtered(name, News::Output(Ok(run(61)))));
    let screen = harness.screen();
    assert!(
        screen.contains("jq · 61 values ") && screen.contains("61/61"),
        "{screen}"
    );
}

#[test]
fn tab_pressed_early_waits_and_goes_on_to_the_next_key() {
    let mut harness = sent(120, 40, json());
    harness.press("|.e<tab>");
    assert!(!harness.screen().contains("| .expires_in"));
    filter(&mut harness);
    assert!(harness.screen().contains("| .expires_in"), "{}", harness.screen());
    harness.press("<tab>");
    filter(&mut harness);
    assert!(harness.screen().contains("| .access_token"), "{}", harness.screen());
    harness.press("<shift-tab>");
    assert!(harness.screen().contains("| .expires_in"), "{}", harness.screen());
}

#[test]
fn what_a_jsonpath_found_has_its_path_in_the_body() {
    let mut harness = sent(120, 40, json());
    harness.press("|$..deep<enter>");
    filter(&mut harness);
    harness.press("jj");
    assert!(harness.screen().contains("$.nested.deep[1]"), "{}", harness.screen());
    let offered = |harness: &Harness, wanted: &str| {
        let all = to_copy(harness);
        all.into_iter().find(|(what, _)| what == wanted).map(|(_, text)| text)
    };
    assert_eq!(offered(&harness, "the path to it").as_deref(), Some("$.nested.deep[1]"));
    assert_eq!(offered(&harness, "the body").as_deref(), Some(JSON));
    assert!(offered(&harness, "what the filter made").is_some_and(|text| text.starts_with("[\n  1,")));
    harness.press("x");
    assert!(
        harness.screen().contains("Set a variable to $.nested.deep[1]"),
        "{}",
        harness.screen()
    );
    harness.press("<esc>|.nested.deep[[]]<backspace><backspace><backspace><backspace><enter>");
    filter(&mut harness);
    harness.press("x");
    assert!(harness.screen().contains("jq made this"), "{}", harness.screen());
}

#[test]
fn a_filter_kept_on_the_request_is_applied_to_the_next_response() {
    let mut harness = sent(120, 40, json());
    harness.press("F");
    assert!(harness.screen().contains("there is no filter to keep"));
    harness.press("|.expires_in<enter>F");
    filter(&mut harness);
    let id = harness.state.shared.open.unwrap();
    let kept = |harness: &Harness| harness.state.shared.workspace.request(id).unwrap().filter.clone();
    assert_eq!(kept(&harness), ".expires_in");
    assert!(harness.screen().contains("kept · jq · 1 value"), "{}", harness.screen());
    harness.press("<esc>");
    assert!(harness.screen().contains("access_token"));
    deliver(
        &mut harness,
        answered(response(
            200,
            "application/json",
            r#"{"expires_in":77,"access_token":"x"}"#,
        )),
    );
    filter(&mut harness);
    let screen = harness.screen();
    assert!(screen.contains("1 77") && !screen.contains("access_token"), "{screen}");
    harness.press("u");
    assert_eq!(kept(&harness), "", "it can be undone");
    harness.press("FF");
    assert_eq!(kept(&harness), "", "and taken away");
}

#[test]
fn a_failing_filter_leaves_what_was_there_and_a_stale_one_is_nobodys() {
    let mut harness = sent(80, 24, json());
    harness.press("|.expires_in");
    filter(&mut harness);
    harness.press(" | error(\"no\")");
    let stale = asked(&harness).unwrap().0 - 1;
    filter(&mut harness);
    let screen = harness.screen();
    assert!(screen.contains("✗ no") && screen.contains("1 599"), "{screen}");
    harness.event(Event::Filtered(
        stale,
        News::Output(Err(FilterError::Run("stale".to_owned()))),
    ));
    assert!(!harness.screen().contains("stale"));
    harness.press("<ctrl-u><enter>");
    let mut harness = opened(80, 24);
    harness.press("4|");
    assert!(
        harness.screen().contains("there is no response yet"),
        "{}",
        harness.screen()
    );
}

#[test]
fn what_is_secret_is_hidden_below_the_line_and_never_kept() {
    let secret = "hunter22";
    let body = format!(r#"{{"token":"{secret}","{secret}":1}}"#);
    let mut harness = sent(120, 40, answered(response(200, "application/json", body)));
    harness.press("|.token.x");
    filter(&mut harness);
    let screen = harness.screen();
    assert!(
        screen.contains("✗ cannot index \"••••••••\"") && !screen.contains(secret),
        "{screen}"
    );
    harness.press("<ctrl-u>.");
    filter(&mut harness);
    let screen = harness.screen();
    assert!(
        screen.contains("⇥ token  ••••••••") && !screen.contains(secret),
        "{screen}"
    );
    harness.press("<ctrl-u>select(.token == \"hunter22\")<enter>F");
    assert!(
        harness.screen().contains("there is a secret in the filter"),
        "{}",
        harness.screen()
    );
    let id = harness.state.shared.open.unwrap();
    assert_eq!(harness.state.shared.workspace.request(id).unwrap().filter, "");
}

#[test]
fn nobody_types_where_it_cannot_be_seen() {
    let mut harness = sent(120, 40, json());
    harness.press("|");
    filter(&mut harness);
    harness.press("<esc>|");
    let other = answered(response(200, "application/json", r#"{"other":1}"#));
    deliver(&mut harness, other);
    harness.press(".o");
    filter(&mut harness);
    let screen = harness.screen();
    assert!(
        screen.contains("| .o") && screen.contains("⇥ other"),
        "it goes on: {screen}"
    );
    harness.press("<esc>");
    assert!(!harness.screen().contains("| .o"), "{}", harness.screen());
    // A tab is gone to by the mouse.
    harness.press("|.other");
    let screen = harness.screen();
    let (y, line) = screen
        .lines()
        .enumerate()
        .find(|(_, line)| line.contains("Headers 3"))
        .unwrap();
    let x = line.split("Headers").next().unwrap().chars().count() + 1;
    harness.event(Event::Mouse(MouseEvent {
        kind: MouseEventKind::Down(MouseButton::Left),
        column: u16::try_from(x).unwrap(),
        row: u16::try_from(y).unwrap(),
        modifiers: KeyModifiers::NONE,
    }));
    let screen = harness.screen();
    assert!(
        screen.contains("content-type") && !screen.contains("| .other"),
        "{screen}"
    );
    harness.press("<esc>D");
    assert!(
        harness.screen().contains("there is no earlier response") || harness.screen().contains("comparing"),
        "keys are keys again: {}",
        harness.screen()
    );
}

#[test]
fn a_filter_that_finds_nothing_says_so() {
    let mut harness = sent(80, 24, json());
    harness.press("|empty");
    filter(&mut harness);
    let screen = harness.screen();
    assert!(
        screen.contains("The filter found nothing") && screen.contains("no value"),
        "{screen}"
    );
}

#[test]
fn a_value_becomes_a_line_of_the_script() {
    let mut harness = sent(120, 40, json());
    harness.press("jx");
    let screen = harness.screen();
    assert!(screen.contains("Set a variable to $.access_token"), "{screen}");
    assert!(
        screen.contains("pm.….set(\"access_token\", pm.response.json().access_token);"),
        "{screen}"
    );
    harness.press("token<enter>");
    let screen = harness.screen();
    assert!(
        screen.contains("Environment demo") && screen.contains("Collection Pydio Cells"),
        "{screen}"
    );
    harness.press("<enter>");
    let id = harness.state.shared.open.unwrap();
    let script = |harness: &Harness| {
        harness
            .state
            .shared
            .workspace
            .request(id)
            .unwrap()
            .scripts
            .post_response
            .clone()
    };
    let line = "pm.environment.set(\"token\", pm.response.json().access_token);\n";
    assert_eq!(script(&harness), line);
    let set = |harness: &Harness| {
        let shared = &harness.state.shared;
        let owner = shared.environment_owner().unwrap();
        shared.current.get(&owner, "token").and_then(|own| own.value.clone())
    };
    assert_eq!(set(&harness), Some("uxltfupiwchnkk4perdp46ldk".into()), "and now, too");
    harness.press("xtoken<enter><enter>");
    assert_eq!(script(&harness), line, "once is enough");
    harness.press("u");
    assert_eq!(script(&harness), "");
    harness.press("|.nested<enter>");
    filter(&mut harness);
    harness.press("x");
    assert!(harness.screen().contains("jq made this"), "{}", harness.screen());
}

/// Compares as the runtime would.
fn compare(harness: &mut Harness) {
    let found = harness.effects.iter().rev().find_map(|effect| match effect {
        Effect::Compare(name, job) => Some((*name, job.run())),
        _ => None,
    });
    let (name, compared) = found.unwrap();
    harness.event(Event::Compared(name, compared.map(Box::new)));
}

#[test]
fn an_earlier_response_is_compared_side_by_side_or_in_one_column() {
    for (columns, rows) in [(120, 40), (80, 24)] {
        let mut harness = sent(columns, rows, json());
        harness.press("D");
        assert!(
            harness.screen().contains("there is no earlier response"),
            "{}",
            harness.screen()
        );
        let changed = JSON
            .replace("599", "600")
            .replace("[1,2,3]", "[1,2,3,4,5,6,7,8,9,10,11,12,13]");
        deliver(&mut harness, answered(response(200, "application/json", changed)));
        harness.press("D");
        assert!(harness.screen().contains("comparing …"), "{}", harness.screen());
        compare(&mut harness);
        let screen = harness.screen();
        assert!(screen.contains("as JSON · change 1 of 2"), "{screen}");
        let beside = screen
            .lines()
            .any(|line| line.contains("\"expires_in\": 599,") && line.contains("\"expires_in\": 600,"));
        assert_eq!(beside, columns == 120, "{screen}");
        let turned: String = harness
            .buffer()
            .content()
            .iter()
            .filter(|cell| cell.modifier.contains(Modifier::REVERSED))
            .map(|cell| cell.symbol().to_owned())
            .collect();
        assert!(
            turned.contains("599") && turned.contains("600") && !turned.contains("expires_in"),
            "{turned}"
        );
        assert!(
            screen.contains("- ") && screen.contains("\"expires_in\": 600,"),
            "{screen}"
        );
        harness.press("n");
        assert!(harness.screen().contains("change 2 of 2"), "{}", harness.screen());
        harness.press("n");
        assert!(harness.screen().contains("change 1 of 2"), "{}", harness.screen());
        harness.press("<esc>");
        assert!(!harness.screen().contains("change 1 of 2"));
        let job = harness.effects.iter().rev().find_map(|effect| match effect {
            Effect::Compare(_, job) => Some(job.clone()),
            _ => None,
        });
        assert!(
            job.unwrap().stop.asked(),
            "who closes it does not want to know any more"
        );
        // A third one: there is a choice.
        deliver(&mut harness, answered(response(200, "application/json", JSON)));
        harness.press("D");
        assert!(harness.screen().contains("Compare with"), "{}", harness.screen());
        harness.press("<down><enter>");
        compare(&mut harness);
        assert!(
            harness.screen().contains("the same: no value differs"),
            "{}",
            harness.screen()
        );
    }
}

#[test]
fn what_differs_is_seen_in_a_row_that_is_turned_around() {
    let mut harness = sent(120, 40, json());
    harness.state.theme = Theme::embedded(DEFAULT).fit(Depth::None);
    let changed = JSON.replace("599", "600");
    deliver(&mut harness, answered(response(200, "application/json", changed)));
    harness.press("D");
    compare(&mut harness);
    let buffer = harness.buffer();
    let marked = |modifier: Modifier| -> String {
        let cells = buffer.content().iter().filter(|cell| cell.modifier.contains(modifier));
        cells.map(|cell| cell.symbol().to_owned()).collect()
    };
    assert!(
        marked(Modifier::REVERSED).contains("expires_in"),
        "the row of the cursor"
    );
    let words = marked(Modifier::UNDERLINED | Modifier::REVERSED);
    assert_eq!(words, "599600");
}

#[test]
fn what_is_equal_is_folded_until_it_is_opened() {
    let text = |changed: usize| {
        let line = |n| {
            if n == changed {
                "changed".to_owned()
            } else {
                format!("line {n}")
            }
        };
        (0..100).map(line).collect::<Vec<_>>().join("\n") + "\n"
    };
    let mut harness = sent(120, 40, answered(response(200, "text/plain", text(1000))));
    deliver(
        &mut harness,
        answered(response(200, "text/plain", text(50) + "hunter22\n")),
    );
    harness.press("D");
    compare(&mut harness);
    let screen = harness.screen();
    assert!(
        screen.contains("⋯ 47 equal lines") && screen.contains("⋯ 43 equal lines"),
        "{screen}"
    );
    assert!(screen.contains("line 50") && !screen.contains("line 20"), "{screen}");
    assert!(!screen.contains("hunter22"), "secrets are hidden here, too: {screen}");
    harness.press("go");
    let screen = harness.screen();
    assert!(screen.contains("line 20") && !screen.contains("⋯ 47"), "{screen}");
    harness.press("G");
    let screen = harness.screen();
    assert!(
        screen.contains("line 99") && screen.contains("⋯ 43 equal lines"),
        "{screen}"
    );
    assert!(
        screen.contains("line 53") && screen.contains("line 97") && !screen.contains("line 54"),
        "{screen}"
    );
}

#[test]
fn what_filters_made_is_kept_as_far_as_there_is_room() {
    use crate::http::Keeping;
    use crate::tui::widgets::body::{Document, Syntax, View};

    let mut state = super::super::State::default();
    let workspace = Harness::new(80, 24).state.shared.workspace;
    let roots = workspace.collections().iter();
    let mut nodes: Vec<_> = roots.flat_map(|root| workspace.descendants(*root)).collect();
    nodes.truncate(5);
    assert_eq!(nodes.len(), 5);
    for (id, node) in (1..).zip(&nodes) {
        let mut place = Place::new(Arc::new(json()), id, Wanted::default(), &Keeping::default());
        let mut filtered = Filtered::new(".".to_owned());
        let output = Document::new(vec![b'x'; 1_500_000], Syntax::Text);
        filtered.body = Some(Body::output(output, View::new(), None));
        place.filtered = Some(filtered);
        state.places.insert(*node, place);
    }
    put_away(&mut state, Some(nodes[0]));
    let kept = nodes.iter().map(|node| state.places[node].is_filtered());
    // The one that is shown, and of the others those that were looked at last: 4 MiB of them.
    assert_eq!(kept.collect::<Vec<_>>(), [true, false, false, true, true]);
}

#[test]
fn a_filter_works_on_what_is_shown() {
    let wide: Vec<u8> = "\u{feff}{\"a\":\"é\"}"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for (media_type, body, text, seen) in [
        ("text/html", b"{\"a\": \"of JSON\"}".to_vec(), ".a", "\"of JSON\""),
        (
            "application/xml; charset=iso-8859-1",
            b"<a><b>caf\xe9</b></a>".to_vec(),
            "//b/text()",
            "café",
        ),
        ("application/json", wide, ".a", "\"é\""),
        (
            "application/msgpack",
            b"\x81\xa1a\xa7of pack".to_vec(),
            ".a",
            "\"of pack\"",
        ),
        ("application/cbor", b"\xa1aagof cbor".to_vec(), ".a", "\"of cbor\""),
    ] {
        let mut harness = sent(120, 40, answered(response(200, media_type, body)));
        work(&mut harness);
        harness.press(&format!("|{text}<enter>"));
        filter(&mut harness);
        work(&mut harness);
        has(&harness, seen);
        has(&harness, "· 1 ");
    }
}

#[test]
fn another_charset_is_filtered_anew() {
    let mut harness = sent(120, 40, answered(response(200, "text/plain", &b"[\"\xe9\"]"[..])));
    work(&mut harness);
    harness.press("|.[0]<enter>");
    filter(&mut harness);
    has(&harness, "\"é\"");
    harness.press("KKOI8-R<enter>");
    filter(&mut harness);
    has(&harness, "\"И\"");
}

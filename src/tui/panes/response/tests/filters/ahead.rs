//! What is typed before the first response has come, and what is left again: the filter there was is what one comes back to.

use super::*;

#[test]
fn what_is_typed_before_the_first_response_is_never_taken_for_keys() {
    let come = |harness: &mut Harness| {
        let run = run(harness);
        let body = r#"{"a":[71,72]}"#;
        let came = answered(response(200, "application/json", body));
        harness.event(Event::Sent(run, None, Box::new(came)));
    };
    // Into the filter line, which is left before anything comes, or typed on in.
    for (before, after) in [
        ("4|.a[1]<enter>", ""),
        ("4|.a", "[1]"),
        ("4/ nothing<esc>|.a[1]<enter>", ""),
    ] {
        let mut harness = opened(120, 40);
        harness.press("<ctrl-j>");
        harness.press(before);
        let screen = harness.screen();
        assert!(!screen.contains("there is no response yet"), "{screen}");
        come(&mut harness);
        harness.press(after);
        filter(&mut harness);
        let screen = harness.screen();
        assert!(screen.contains("1 value") && !screen.contains("71"), "{screen}");
    }
    let mut harness = opened(120, 40);
    harness.press("<ctrl-j>4/7");
    assert!(harness.screen().contains("/ 7"), "{}", harness.screen());
    come(&mut harness);
    harness.press("2<enter>");
    work(&mut harness);
    let screen = harness.screen();
    assert!(screen.contains("/ 72") && screen.contains("1/1"), "{screen}");
    // One that was entered before goes to its first match, too.
    let mut harness = opened(120, 40);
    harness.press("<ctrl-j>4/7<enter>");
    come(&mut harness);
    work(&mut harness);
    let screen = harness.screen();
    assert!(screen.contains("/ 7") && screen.contains("1/2"), "{screen}");
    // Where nothing is awaited, too.
    let mut harness = opened(120, 40);
    harness.press("4/");
    assert!(
        harness.screen().contains("there is no response yet"),
        "{}",
        harness.screen()
    );
    harness.press("qe");
    let screen = harness.screen();
    assert!(
        screen.contains("/ qe") && screen.contains("no response yet"),
        "{screen}"
    );
}

#[test]
fn esc_goes_back_to_the_filter_that_was_there_before() {
    let mut harness = sent(120, 40, json());
    harness.press("|.nested.deep[]<enter>");
    filter(&mut harness);
    harness.press("|.expires_in");
    filter(&mut harness);
    has(&harness, " 599");
    has(&harness, "Esc as it was");
    harness.press("<esc>");
    filter(&mut harness);
    has(&harness, "| .nested.deep[]");
    has(&harness, "jq · 3 values");
    harness.press("|");
    let newest = asked(&harness).map(|(name, _)| name);
    harness.press("<esc>");
    has(&harness, "jq · 3 values");
    let unchanged = asked(&harness).map(|(name, _)| name) == newest;
    assert!(unchanged, "what is the same is not filtered anew");
    harness.press("<esc>");
    has(&harness, "access_token");
    has_not(&harness, "| .nested");
}

#[test]
fn what_a_filter_made_can_be_saved_as_well_as_the_body() {
    let mut harness = sent(120, 40, json());
    let folder = tempfile::tempdir().unwrap();
    harness.press("|.nested.deep[]<enter>");
    filter(&mut harness);
    for (keys, name, bytes) in [
        ("s<enter>", "token.jsonl", "1\n2\n3\n"),
        ("s<down><enter>", "token.json", JSON),
    ] {
        harness.press(keys);
        has(&harness, name);
        harness.press(&format!("<ctrl-u>{}<enter>", folder.path().join("of.txt").display()));
        let saved = harness.effects.iter().rev().find_map(|effect| match effect {
            Effect::SaveBody { body, .. } => body.read(0, usize::MAX).ok(),
            _ => None,
        });
        assert_eq!(saved.as_deref(), Some(bytes.as_bytes()), "{keys}");
        harness.effects.clear();
    }
}

#[test]
fn what_a_filter_made_is_seen_where_it_was_again() {
    let body = |n: &str| {
        let items: Vec<String> = (0..100)
            .map(|id| format!("{{\"id\":{id},\"of\":[\"{n}\",[{id}]]}}"))
            .collect();
        format!("{{\"items\":[{}]}}", items.join(","))
    };
    let json = |n: &str| answered(response(200, "application/json", body(n)));
    let mut harness = sent(120, 40, json("aa"));
    harness.press("|.items<enter>");
    filter(&mut harness);
    work(&mut harness);
    harness.press(":302<enter>o");
    has(&harness, "$[33].of");
    let before = harness.screen();
    deliver(&mut harness, json("bb"));
    filter(&mut harness);
    work(&mut harness);
    has(&harness, "$[33].of");
    assert_eq!(harness.screen(), before.replace("\"aa\"", "\"bb\""));
    // Another filter begins at its start.
    harness.press("|.items|map(.id)<enter>");
    filter(&mut harness);
    work(&mut harness);
    has(&harness, "1/102");
}

#[test]
fn how_much_of_a_large_body_is_read_is_told_until_there_is_an_output() {
    let mut harness = sent(120, 40, json());
    harness.press("|.nested");
    let (name, _) = asked(&harness).unwrap();
    assert!(harness.screen().contains("jq · …"), "{}", harness.screen());
    harness.event(Event::Filtered(name, News::Read(42)));
    assert!(
        harness.screen().contains("jq · reads the body, 42 %"),
        "{}",
        harness.screen()
    );
    harness.event(Event::Filtered(name, News::Read(100)));
    assert!(
        harness.screen().contains("jq · …"),
        "it is read, and the filter runs: {}",
        harness.screen()
    );
    harness.event(Event::Filtered(name, News::Read(42)));
    filter(&mut harness);
    assert!(!harness.screen().contains('%'), "{}", harness.screen());
    harness.press(".deep");
    assert!(
        harness.screen().contains("jq · …"),
        "of another text nothing is read yet"
    );
}

#[test]
fn what_a_filter_cuts_out_of_a_secret_is_hidden_with_it() {
    const SECRET: &str = "Tok-4eC39HqLyjWDarj-T1zdp7dcABCDEFGH";
    let body = format!("{{\"t\":\"{SECRET}\",\"n\":1}}");
    let mut outcome = answered(response(200, "application/json", body));
    outcome.redactor = Redactor::new([Secret::new(SECRET)]);
    let mut harness = sent(120, 40, outcome);
    harness.press("|.t[0:20]");
    let (name, job) = asked(&harness).unwrap();
    assert_eq!(job.text, ".t[0:20]");
    let pieces = job.redactor.pieces([&SECRET[..20]]);
    harness.event(Event::Filtered(name, News::Pieces(pieces)));
    filter(&mut harness);
    let screen = harness.screen();
    assert!(
        screen.contains("jq · 1 value") && !screen.contains(&SECRET[..20]),
        "{screen}"
    );
    let hidden = |harness: &Harness| {
        let place = harness.state.panes.response.place().unwrap();
        place.redactor().count() - place.outcome.redactor.count()
    };
    assert_eq!(hidden(&harness), 1);
    // Of the next output nothing is kept of them.
    harness.press("<enter>|.n");
    filter(&mut harness);
    assert_eq!(hidden(&harness), 0);
}

#[test]
fn what_is_known_as_a_secret_later_does_not_stand_in_an_error_of_before() {
    const SECRET: &str = "Tok-4eC39HqLyjWDarj-T1zdp7dcABCDEFGH";
    let body = format!("{{\"t\":\"{SECRET}\"}}");
    let mut harness = sent(120, 40, answered(response(200, "application/json", body)));
    harness.press("|.t.x<enter>");
    filter(&mut harness);
    has(
        &harness,
        &format!("cannot index string with \"x\": \"{}", &SECRET[..12]),
    );
    let node = harness.state.shared.open.unwrap();
    let more = |_: &Outcome| Redactor::new([Secret::new(SECRET)]);
    harness.state.shared.outcomes.hide(node, more);
    harness.event(Event::Tick);
    let screen = harness.screen();
    assert!(!screen.contains(&SECRET[..4]), "{screen}");
    filter(&mut harness);
    let screen = harness.screen();
    assert!(
        screen.contains("✗ cannot index") && !screen.contains(&SECRET[..4]),
        "{screen}"
    );
}

#[test]
fn what_is_known_as_a_secret_later_is_hidden_also_where_a_filter_has_cut_it() {
    const SECRET: &str = "Tok-4eC39HqLyjWDarj-T1zdp7dcABCDEFGH";
    let body = format!("{{\"t\":\"{SECRET}\",\"n\":1}}");
    let mut harness = sent(120, 40, answered(response(200, "application/json", body)));
    harness.press("|.t[0:20]<enter>");
    filter(&mut harness);
    has(&harness, &SECRET[..20]);
    let hide = |harness: &mut Harness, secret: &str| {
        harness.effects.clear();
        let node = harness.state.shared.open.unwrap();
        let more = |_: &Outcome| Redactor::new([Secret::new(secret)]);
        harness.state.shared.outcomes.hide(node, more);
        harness.event(Event::Tick);
    };
    hide(&mut harness, SECRET);
    let screen = harness.screen();
    assert!(
        screen.contains("jq · …") && !screen.contains(&SECRET[..4]),
        "nor while the filter runs again: {screen}"
    );
    let (name, job) = asked(&harness).unwrap();
    assert_eq!(job.text, ".t[0:20]");
    let pieces = job.redactor.pieces([&SECRET[..20]]);
    harness.event(Event::Filtered(name, News::Pieces(pieces)));
    filter(&mut harness);
    let screen = harness.screen();
    assert!(
        screen.contains("jq · 1 value") && !screen.contains(&SECRET[..20]),
        "{screen}"
    );
    // Where nothing more is known, there is nothing to look for.
    hide(&mut harness, SECRET);
    assert!(asked(&harness).is_none());
}

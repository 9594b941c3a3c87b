//! What is typed before the first response has come.

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

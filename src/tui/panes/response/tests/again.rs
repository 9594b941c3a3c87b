//! Sending again: one looks at what one looked at before.

use super::*;

#[test]
fn the_next_response_is_seen_where_the_one_before_was() {
    let list = |first: &str, long: usize| {
        let items: Vec<String> = (0..long)
            .map(|n| format!("{{\"id\":{n},\"name\":\"item {n}\"}}"))
            .collect();
        format!("{{{first}\"items\":[{}],\"end\":1}}", items.join(","))
    };
    // Long ones are indexed behind the screen.
    for long in [100, 30_000] {
        let body = list("", long);
        let mut harness = sent(120, 40, answered(response(200, "application/json", body)));
        work(&mut harness);
        harness.press(":252<enter>");
        has(&harness, "$.items[62].id");
        deliver(
            &mut harness,
            answered(response(200, "application/json", list("\"new\":[1],", long))),
        );
        work(&mut harness);
        has(&harness, "$.items[62].id");
        // Who moves before all is known stays where he goes.
        deliver(
            &mut harness,
            answered(response(200, "application/json", list("", long))),
        );
        harness.press("g");
        work(&mut harness);
        has_not(&harness, "$.items[62].id");
    }
}

#[test]
fn what_is_folded_stays_folded_with_the_next_response() {
    let body = |n: usize| format!(r#"{{"a":{{"x":[{n}]}},"b":{{"y":{n}}},"c":[1,2]}}"#);
    let mut harness = sent(120, 40, answered(response(200, "application/json", body(1))));
    harness.press("joGkk");
    let before = harness.screen();
    deliver(&mut harness, answered(response(200, "application/json", body(2))));
    assert_eq!(harness.screen(), before.replace("\"y\": 1", "\"y\": 2"));
    harness.press("Z");
    let before = harness.screen();
    deliver(&mut harness, answered(response(200, "application/json", body(2))));
    assert_eq!(harness.screen(), before);
    // Another kind is another body.
    deliver(&mut harness, answered(response(200, "text/plain", "one\ntwo\nthree")));
    has(&harness, "1/3");
}

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

#[test]
fn what_is_shown_as_it_came_is_seen_at_the_same_line_again() {
    let json = |n: usize| {
        let lines: Vec<String> = (0..200).map(|line| format!("  \"k{line}\": {n}")).collect();
        format!("{{\n{}\n}}", lines.join(",\n"))
    };
    let xml = |n: usize| format!("<r>\n{}</r>", format!("<a>{n}</a>\n").repeat(200));
    let packed = |n: u8| [&[0x9b, 0, 0, 0, 0, 0, 0, 16, 0][..], &[n; 4096]].concat();
    for (media_type, first, second) in [
        ("application/json", json(1).into_bytes(), json(2).into_bytes()),
        ("application/xml", xml(1).into_bytes(), xml(2).into_bytes()),
        ("application/cbor", packed(1), packed(2)),
    ] {
        let mut harness = sent(120, 40, answered(response(200, media_type, first)));
        work(&mut harness);
        harness.press("R:120<enter>");
        let place = |harness: &Harness| {
            let screen = harness.screen();
            let bottom = screen.lines().rev().nth(1).unwrap_or_default();
            let place = bottom.split_whitespace().rfind(|word| word.contains('/'));
            place.unwrap_or_default().to_owned()
        };
        let before = place(&harness);
        assert!(
            before.starts_with("120/"),
            "{media_type}: {before}\n{}",
            harness.screen()
        );
        deliver(&mut harness, answered(response(200, media_type, second)));
        work(&mut harness);
        assert_eq!(place(&harness), before, "{media_type}\n{}", harness.screen());
    }
}

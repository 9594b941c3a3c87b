//! Variables that are made secrets, and none again.

use serde_json::json;

use super::{Harness, current, notice, open, set, show, variable};

#[test]
fn what_becomes_a_secret_leaves_the_file_but_is_not_lost() {
    let mut harness = open(120, 40);
    harness.press("jjjjs");
    let password = variable(&harness, "password").unwrap();
    assert!(password.secret);
    assert_eq!(password.value, json!(""));
    assert_eq!(current(&harness, "password"), Some(json!("admin")));
    harness.press("s");
    let password = variable(&harness, "password").unwrap();
    assert_eq!((password.secret, password.value), (false, json!("admin")));
    assert_eq!(current(&harness, "password"), None, "it was none before");
    assert!(notice(&harness).contains("has its initial value again"));
}

#[test]
fn both_values_come_through_being_a_secret_for_a_while() {
    let mut harness = open(120, 40);
    set(&mut harness, "password", "mine");
    let both = |harness: &Harness| {
        let variable = variable(harness, "password").unwrap();
        (variable.secret, variable.value, current(harness, "password").unwrap())
    };
    for _ in 0..2 {
        harness.press("gjjjjs");
        assert_eq!(both(&harness), (true, json!(""), json!("mine")));
        harness.press("<esc>");
        show(&mut harness);
        harness.press("gjjjjs");
        assert_eq!(both(&harness), (false, json!("admin"), json!("mine")));
    }
    // What it is set to meanwhile is no less its own.
    harness.press("s");
    set(&mut harness, "password", "another");
    harness.press("s");
    assert_eq!(both(&harness), (false, json!("admin"), json!("another")));
}

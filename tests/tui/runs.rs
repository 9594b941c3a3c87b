//! The runner: a collection with its tests, and the report of it.

use crate::user::{Home, User};

#[test]
fn a_collection_runs_with_its_tests_and_is_reported() {
    let home = Home::new();
    let mut user = User::at_home(&home);
    user.press("2g<ctrl-r>")
        .sees("24 requests")
        .press("<enter>")
        .sees("all passed");
    for part in ["Get token", "List services", "✓ 44 of 44 tests"] {
        user.sees(part);
    }
    let token = user.value("demo", "dex_token").unwrap();
    user.sees("dex_token valid");
    let report = home.root().join("report.json");
    user.press("sjson<enter>").sees("Save the report");
    user.press(&format!("<ctrl-u>{}<enter>", report.display()))
        .sees("saved the report");
    let text = home.read("report.json");
    assert!(text.contains("\"executions\"") && text.contains("List services"));
    assert!(!text.contains(&token), "the report holds a token");
    user.press("g<enter>").sees("access_token").sees("200 OK");
}
